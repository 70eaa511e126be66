//! `nearcopy cluster` on good input: what it finds, prints and writes.

mod cli;

use cli::{
    article, corpus, file, folder, gzip, lines, path, record, run, run_with_input, scrape, zstd,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

/// The clusters of two documents or more, as sets of file names.
fn groups(documents: &[Value]) -> Vec<Vec<String>> {
    let mut by_cluster: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for document in documents {
        let id = document["id"].as_str().expect("id").to_owned();
        by_cluster.entry(document["cluster"].as_u64().expect("cluster")).or_default().push(id);
    }
    let mut out: Vec<Vec<String>> = by_cluster.into_values().filter(|g| g.len() > 1).collect();
    for group in &mut out {
        group.sort();
    }
    out.sort();
    out
}

#[test]
fn demo_finds_the_groups_of_the_sample_documents() {
    let documents = run(["cluster", "examples/data", "--format", "json"]).code(0).json();
    let found = groups(&documents);
    let expected = [
        vec!["de-clockmaker-full", "de-clockmaker-scrape"],
        vec!["harbour-edited", "harbour-full", "harbour-reordered", "harbour-scrape"],
        vec!["lantern-paywall-stub", "lantern-third-full"],
        vec!["wire-coast-tribune", "wire-valley-post"],
        vec!["zh-bridge-full", "zh-bridge-scrape"],
    ];
    for group in expected {
        let group: Vec<String> =
            group.iter().map(|name| format!("examples/data/{name}.txt")).collect();
        assert!(found.contains(&group), "{group:?} is not among {found:?}");
    }
    for alone in ["lantern-budget", "lantern-orchestra", "roundup", "tiny-note", "ru-library-train"]
    {
        let id = format!("examples/data/{alone}.txt");
        assert!(!found.iter().flatten().any(|x| *x == id), "{id} stands alone");
    }
    let scrape = documents.iter().find(|d| d["id"] == "examples/data/harbour-scrape.txt");
    let scrape = scrape.expect("scrape");
    assert_eq!(scrape["relation"], "truncated_of");
    let difference = scrape["difference"].as_str().expect("difference");
    assert!(difference.starts_with("the first 2"), "{difference}");
    assert!(difference.contains("a cookie notice"), "{difference}");
}

#[test]
fn text_output_reads_at_80_columns() {
    let plain = run(["cluster", "examples/data"]).code(0);
    let with_diff = run(["cluster", "examples/data", "--diff", "--width", "80"]).code(0);
    for (name, out) in [("plain", &plain), ("diff", &with_diff)] {
        for line in out.stdout.lines() {
            let wide = line.chars().filter(|c| ('\u{2e80}'..'\u{ffff}').contains(c)).count();
            assert!(line.chars().count() + wide <= 80, "{name}: {line}");
            assert!(!line.contains('\x1b'), "{name}: {line:?}");
        }
    }
    assert!(plain.stdout.contains("harbour-scrape.txt"), "{}", plain.stdout);
    assert!(plain.stdout.contains("20 documents from 20 files"), "{}", plain.stdout);
    assert!(plain.stdout.contains("no limit was hit"), "{}", plain.stdout);
    // the missing tail and the furniture around the shared text
    assert!(with_diff.stdout.contains("cut off in B"), "{}", with_diff.stdout);
    assert!(with_diff.stdout.contains("furniture, "), "{}", with_diff.stdout);
    assert!(with_diff.stdout.contains("This site uses cookies"), "{}", with_diff.stdout);
}

#[test]
fn colour_only_where_asked_for() {
    let args = ["cluster", "examples/data", "--diff"];
    assert!(!run(args).code(0).stdout.contains('\x1b'));
    assert!(run(args.iter().chain(&["--color", "always"])).code(0).stdout.contains("\x1b["));
    let dir = folder();
    let out = path(&dir, "out.txt");
    run(args.iter().chain(&["--color", "always", "--output", &out])).code(0);
    let written = std::fs::read_to_string(out).expect("written");
    assert!(!written.contains('\x1b') && written.contains("Dredger"), "a file holds no colours");
}

#[test]
fn json_has_one_line_for_each_document() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(3) + &record("lone", &article(99)));
    let documents = run(["cluster", &input, "--format", "json"]).code(0).json();
    let ids: Vec<&str> = documents.iter().filter_map(|d| d["id"].as_str()).collect();
    assert_eq!(ids, ["a0", "s0", "a1", "s1", "a2", "s2", "lone"]);
    let by_id = |id: &str| documents.iter().find(|d| d["id"] == id).expect("document");
    let scrape = by_id("s1");
    assert_eq!(scrape["representative"], "a1");
    assert_eq!(scrape["size"], 2);
    assert_eq!(scrape["relation"], "truncated_of");
    for share in ["jaccard", "a_in_b", "b_in_a", "content_a_in_b", "content_b_in_a"] {
        let share = scrape[share].as_f64().expect(share);
        assert!((0.0..=1.0).contains(&share));
    }
    for words in ["matched_words", "content_words_a", "words_a", "words_b", "longest_run"] {
        assert!(scrape[words].as_f64().expect(words) > 10.0, "{words}");
    }
    let lone = by_id("lone");
    assert_eq!((&lone["size"], &lone["relation"]), (&Value::from(1), &Value::Null));
    assert_eq!(lone["representative"], "lone");
    let mut clusters: Vec<u64> = documents.iter().filter_map(|d| d["cluster"].as_u64()).collect();
    clusters.sort_unstable();
    assert_eq!(clusters, [1, 1, 2, 2, 3, 3, 4]);
}

#[test]
fn pairs_and_clusters_are_written_beside_the_output() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(2) + &record("t0", &scrape(0)));
    let (pairs, clusters) = (path(&dir, "pairs.jsonl"), path(&dir, "clusters.jsonl"));
    run(["cluster", &input, "--pairs", &pairs, "--clusters", &clusters]).code(0);
    let pairs = lines(&std::fs::read_to_string(pairs).expect("pairs"));
    let names: Vec<String> = pairs
        .iter()
        .map(|p| format!("{} {} {}", p["a"], p["b"], p["relation"]).replace('"', ""))
        .collect();
    // all pairs inside a cluster, not only those with the representative
    let expected =
        ["a0 s0 truncation_of", "a0 t0 truncation_of", "s0 t0 identical", "a1 s1 truncation_of"];
    assert_eq!(names, expected);
    for pair in &pairs {
        for key in
            ["jaccard", "a_in_b", "b_in_a", "content_a_in_b", "content_b_in_a", "matched_words"]
        {
            assert!(pair[key].is_number(), "{key}: {pair}");
        }
    }
    let clusters = lines(&std::fs::read_to_string(clusters).expect("clusters"));
    let of = |id: &str| clusters.iter().find(|c| c["id"] == id).expect("line")["cluster"].clone();
    assert_eq!(clusters.len(), 5);
    assert_eq!((of("a0"), of("a1")), (of("s0"), of("s1")));
    assert_ne!(of("a0"), of("a1"));
}

#[test]
fn every_way_in_gives_the_same_answer() {
    let dir = folder();
    let text = corpus(5);
    let plain = file(&dir, "in.jsonl", &text);
    let expected = run(["cluster", &plain, "--format", "json"]).code(0).stdout;
    // packing is told by content: the names say nothing of it
    for (name, bytes) in [
        ("gz.jsonl", gzip(text.as_bytes())),
        ("zst.jsonl", zstd(text.as_bytes(), 20)),
        (
            "members.jsonl.gz",
            [gzip(&text.as_bytes()[..500]), gzip(&text.as_bytes()[500..])].concat(),
        ),
        ("long", zstd(text.as_bytes(), 30)),
        ("crlf.ndjson", text.replace('\n', "\r\n").into_bytes()),
        ("bom-and-blank-lines", format!("\u{feff}{}", text.replace('\n', "\n\n")).into_bytes()),
        ("no-last-newline.jsonl", text.trim_end().as_bytes().to_vec()),
    ] {
        let path = file(&dir, name, bytes);
        let run = run(["cluster", &path, "--format", "json"]).code(0);
        assert_eq!(run.stdout, expected, "{name}: {}", run.stderr);
    }
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes()), zstd(text.as_bytes(), 27)] {
        let run = run_with_input(["cluster", "-", "--format", "json"], &bytes).code(0);
        assert_eq!(run.stdout, expected, "standard input");
    }
    // other names of the fields; a number as id
    let renamed = text.replace("\"id\":", "\"key\":").replace("\"text\":", "\"body\":");
    let renamed = file(&dir, "renamed.jsonl", renamed);
    let args =
        ["cluster", &renamed, "--format", "json", "--id-field", "key", "--text-field", "body"];
    assert_eq!(run(args).code(0).stdout, expected);
}

#[test]
fn folders_are_searched() {
    let dir = folder();
    std::fs::create_dir_all(dir.path().join("b/c")).expect("folders");
    file(&dir, "b/c/one.txt", article(1));
    file(&dir, "b/two.txt.gz", gzip(scrape(1).as_bytes()));
    file(&dir, "b/records.jsonl", record("r", &article(2)));
    file(&dir, "b/.hidden.txt", article(3));
    file(&dir, "b/notes.log", article(4));
    let root = path(&dir, "b");
    let found = run(["cluster", &root, "--format", "json"]).code(0);
    let ids: Vec<String> =
        found.json().iter().map(|d| d["id"].as_str().expect("id").replace(&root, "")).collect();
    assert_eq!(ids, ["/c/one.txt", "r", "/two.txt.gz"]);
    assert_eq!(groups(&found.json()).len(), 1);
    assert!(found.stderr.contains("notes.log"), "what was left aside is told: {}", found.stderr);
    let with_log = run(["cluster", &root, "--format", "json", "--ext", "log,txt"]).code(0).json();
    assert_eq!(with_log.len(), 3);
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(40));
    let (one, two) = (path(&dir, "1.jsonl"), path(&dir, "2.jsonl"));
    let a = run(["cluster", &input, "--format", "json", "--threads", "1", "--pairs", &one]).code(0);
    let b = run(["cluster", &input, "--format", "json", "--threads", "2", "--pairs", &two]).code(0);
    assert_eq!(a.stdout, b.stdout);
    let read = |path| std::fs::read_to_string(path).expect("pairs");
    assert_eq!(read(one), read(two));
}

#[test]
fn limit_linkage_members_and_quiet() {
    let dir = folder();
    let copies: String = (0..30).map(|i| record(&format!("c{i}"), &article(1))).collect();
    let input = file(&dir, "in.jsonl", copies);
    let limited = run(["cluster", &input, "--limit", "7", "--linkage", "components"]).code(0);
    assert!(limited.stdout.contains("7 documents from 1 file"), "{}", limited.stdout);
    assert!(limited.stdout.contains("--limit"), "{}", limited.stdout);
    let some = run(["cluster", &input, "--members", "3"]).code(0);
    assert!(some.stdout.contains("and 26 more"), "{}", some.stdout);
    let all = run(["cluster", &input, "--members", "0"]).code(0);
    assert_eq!(all.stdout.matches("same bytes ").count(), 29);
    let quiet = run(["cluster", "examples/data", "--quiet"]).code(0);
    assert_eq!(quiet.stderr, "");
    assert!(!quiet.stdout.contains("documents from"), "no summary: {}", quiet.stdout);
}

#[test]
fn hostile_text_never_steers_the_terminal() {
    let dir = folder();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{0}";
    let mut records = String::new();
    for i in 0..2 {
        let text = format!("{evil}Title\n{evil}{}{evil}", article(1) + &article(i + 5));
        records += &record(&format!("id{i}{evil}\n"), &text);
    }
    let input = file(&dir, "in.jsonl", records);
    let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    for (format, diff) in [("text", Some("--diff")), ("json", None)] {
        let run = run(["cluster", &input, "--format", format].into_iter().chain(diff)).code(0);
        let found = run.stdout.chars().find(|&c| bad(c) && (format == "text" || c < ' '));
        assert_eq!(found, None, "{format}: {:?}", run.stdout);
        assert_eq!(run.stderr.chars().find(|&c| bad(c)), None);
    }
    // in messages too
    let twice = record(&format!("x{evil}"), "a") + &record(&format!("x{evil}"), "b");
    let input = file(&dir, "twice.jsonl", twice);
    let refused = run(["cluster", &input]).code(4);
    assert_eq!(refused.stderr.chars().find(|&c| bad(c)), None, "{:?}", refused.stderr);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(2000));
    let pairs = path(&dir, "pairs.jsonl");
    let mut child = cli::start(["cluster", &input, "--format", "json", "--pairs", &pairs]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    let status = child.wait().expect("ends");
    let mut stderr = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("read");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    let pairs = std::fs::read_to_string(pairs).expect("pairs");
    assert_eq!(lines(&pairs).len(), 2000, "the files are whole all the same");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_half_written_file() {
    let dir = folder();
    let out = file(&dir, "out.jsonl", "what was there\n");
    let pairs = path(&dir, "pairs.jsonl");
    let args = ["cluster", "-", "--output", &out, "--pairs", &pairs];
    for signal in ["-INT", "-TERM"] {
        // it waits for its standard input, with its outputs begun
        let mut child = cli::start(args);
        let stdin = child.stdin.take();
        let begun = || {
            let names = std::fs::read_dir(dir.path()).expect("folder");
            names
                .filter(|e| e.as_ref().is_ok_and(|e| e.path().extension() == Some("part".as_ref())))
                .count()
        };
        for _ in 0..3000 {
            if begun() == 2 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(begun(), 2);
        let pid = child.id().to_string();
        let kill = std::process::Command::new("kill").args([signal, &pid]).status();
        assert!(kill.expect("kill").success());
        assert_eq!(child.wait().expect("ends").code(), Some(130));
        drop(stdin);
        assert_eq!(begun(), 0, "{signal}");
        assert_eq!(std::fs::read_to_string(&out).expect("file"), "what was there\n");
        assert!(!std::path::Path::new(&pairs).exists());
    }
}

#[test]
fn seeds_stand_together() {
    let seeds = std::path::Path::new("../shared/seeds");
    if !seeds.is_dir() {
        cli::skipped("../shared/seeds is not here");
        return;
    }
    let found = run(["cluster", "../shared/seeds", "--format", "json"]).code(0).json();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["cluster"], found[1]["cluster"]);
    assert_eq!(found[1]["relation"], "truncated_of");
}
