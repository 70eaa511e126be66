//! `nearcopy evaluate`.

mod cli;

use cli::{article, file, folder, lines, path, run, scrape, start};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Three articles with a scrape each, the last scrape of one as a page of its own by mistake of the
/// truth, and one stranger.
fn small(dir: &tempfile::TempDir) -> String {
    let mut out = String::new();
    let mut put = |id: &str, group: &str, kind: &str, host: &str, text: &str| {
        let record = json!({
            "id": id, "group": group, "kind": kind, "host": host, "lang": "xx-YY", "text": text
        });
        out += &format!("{record}\n");
    };
    for n in 0..3 {
        let group = format!("g{n}");
        put(&format!("a{n}"), &group, "clean", "one.example", &article(n));
        put(&format!("s{n}"), &group, "trunc", "one.example", &scrape(n));
    }
    put("m", "other", "clean", "two.example", &scrape(2));
    put("x", "g0", "trunc", "two.example", &article(9));
    file(dir, "truth.jsonl", out)
}

#[test]
fn the_numbers_of_a_small_truth() {
    let dir = folder();
    let truth = small(&dir);
    let found = run(["evaluate", "--truth", &truth, &truth, "--format", "json", "--show", "5"]);
    let answer = found.code(0).json().remove(0);
    // expected: g0 3 pairs, g1 1, g2 1; found: a0 s0, a1 s1, a2 s2 m
    assert_eq!(answer["clusters"]["expected_pairs"], 5);
    assert_eq!(answer["clusters"]["right_pairs"], 3);
    assert_eq!(answer["clusters"]["wrong_pairs"], 2);
    assert_eq!(answer["clusters"]["wrong_pairs_same_host"], 0);
    assert_eq!(answer["clusters"]["clusters_mixing_groups"], 1);
    assert_eq!(answer["clusters"]["pair_precision"], 0.6);
    assert_eq!(answer["clusters"]["pair_recall"], 0.6);
    assert_eq!((&answer["documents"], &answer["groups"]), (&json!(8), &json!(4)));
    assert_eq!(answer["pairs"]["article_scrape_recall"], 0.75);
    let by = |name: &str| {
        let all = answer["by"].as_array().expect("list");
        all.iter().find(|b| b["by"] == name).expect(name)["rows"].as_array().expect("rows").clone()
    };
    assert_eq!(by("kind").len(), 2);
    // both halves of the wrong pair are copies: no clean one
    assert_eq!(by("language")[0]["class"], "xx");
    let hosts = by("host");
    assert_eq!(hosts[0]["clusters"]["wrong_pairs"], 0);
    assert_eq!(hosts[1]["clusters"]["wrong_pairs"], 2);
    let ids = |list: &Value| -> Vec<[String; 2]> {
        let id = |case: &Value, side: &str| case[side].as_str().expect("id").to_owned();
        list.as_array().expect("list").iter().map(|c| ["a", "b"].map(|s| id(c, s))).collect()
    };
    assert_eq!(ids(&answer["wrong"]), [["a2", "m"], ["s2", "m"]]);
    assert_eq!(ids(&answer["missed"]), [["x", "a0"]]);
    assert_eq!(answer["missed"][0]["relation"], "unrelated");
    assert_eq!(answer["missed"][0]["failed"][0], "matched_words");
    let in_use = answer["sweep"]["rows"].as_array().expect("rows");
    let row = in_use.iter().find(|r| r["value"] == 0.3).expect("the value in use");
    assert_eq!(row["ari"], answer["clusters"]["ari"], "replay gives the run's own clusters");
}

#[test]
fn tables_fit_and_say_what_they_are() {
    let dir = folder();
    let truth = small(&dir);
    let plot = path(&dir, "sweep.svg");
    let args = ["evaluate", "--truth", &truth, &truth, "--show", "3", "--plot", &plot];
    let found = run(args).code(0);
    for words in [
        "8 documents in 4 groups, found 4 clusters, 1 of them mixed",
        "By kind",
        "By host",
        "By length ratio",
        "By language",
        "Other values of min_containment",
        ">    0.3",
        "Wrong pairs",
        "a2 ~ m",
        "Misses: one pair for each part of a group that stands apart from its largest\n  x ~ a0\n",
        "needed at least 30.0%",
    ] {
        assert!(found.stdout.contains(words), "{words:?}: {}", found.stdout);
    }
    for line in found.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_eq!(found.stderr, "");
    let svg = std::fs::read_to_string(&plot).expect("picture");
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
    assert_eq!(svg.matches("<polyline").count(), 5);
    let coloured = run(["evaluate", "--truth", &truth, &truth, "--color", "always"]).code(0);
    assert!(coloured.stdout.contains("\x1b[1m"));
    let out = path(&dir, "scores.txt");
    let quiet = run(["evaluate", "--truth", &truth, &truth, "-q", "-o", &out]).code(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let written = std::fs::read_to_string(&out).expect("scores");
    assert!(written.contains("adjusted Rand index") && !written.contains('\x1b'), "{written}");
}

#[test]
fn a_sweep_takes_other_thresholds_and_values() {
    let dir = folder();
    let truth = small(&dir);
    let values = |args: &[&str]| -> Vec<(f64, u64)> {
        let all = ["evaluate", "--truth", &truth, &truth, "--format", "json"];
        let answer = run(all.iter().chain(args)).code(0).json().remove(0);
        let rows = answer["sweep"]["rows"].as_array().expect("rows").clone();
        let pair = |r: &Value| {
            (r["value"].as_f64().expect("value"), r["clusters"].as_u64().expect("clusters"))
        };
        rows.iter().map(pair).collect()
    };
    let matched = values(&["--sweep", "min-matched", "--sweep-values", "20,1000"]);
    // passages need 20 words of their own; the same words match at any threshold
    assert_eq!(matched, [(12.0, 4), (20.0, 4), (1000.0, 4)]);
    let all = values(&["--sweep", "all-containment", "--sweep-values", "1.5"]);
    assert_eq!(all, [(0.3, 4), (1.5, 7)], "only s2 and m are the same");
}

#[test]
fn a_truth_of_pairs_is_scored_by_pairs() {
    let dir = folder();
    let input = small(&dir);
    let table = "containment\tid_a\tid_b\n0.9\ta0\ts0\n0.8\ts1\ta1\n0.2\ta0\tx\n";
    let truth = file(&dir, "pairs.tsv", table);
    let args = ["evaluate", "--truth", &truth, &input, "--format", "json", "--show", "2"];
    let answer = run(args).code(0).json().remove(0);
    assert_eq!(answer["clusters"]["expected_pairs"], 3);
    assert_eq!(answer["clusters"]["right_pairs"], 2);
    assert_eq!(answer["clusters"]["wrong_pairs"], 3);
    assert_eq!(answer["clusters"]["ari"], Value::Null);
    assert_eq!(answer["missed"][0]["a"], "a0");
    let text = run(["evaluate", "--truth", &truth, &input]).code(0).stdout;
    assert!(text.starts_with("8 documents, found 4 clusters\n"), "{text}");
    assert!(!text.contains("B-cubed F1") && !text.contains("adjusted"), "{text}");
}

#[test]
fn ids_of_one_side_are_refused_or_left_out() {
    let dir = folder();
    let input = small(&dir);
    let text = std::fs::read_to_string(&input).expect("file");
    let shorter: String = text.lines().skip(1).map(|l| format!("{l}\n")).collect();
    let shorter = file(&dir, "shorter.jsonl", shorter);
    let refused = run(["evaluate", "--truth", &shorter, &input]).code(4);
    for words in ["1 document is not in", "shorter.jsonl", "the first a0", "--partial"] {
        assert!(refused.stderr.contains(words), "{words:?}: {}", refused.stderr);
    }
    assert_eq!(refused.stdout, "");
    let refused = run(["evaluate", "--truth", &input, &shorter]).code(4);
    assert!(refused.stderr.contains("1 id of"), "{}", refused.stderr);
    assert!(refused.stderr.contains("not in the input, such as a0"), "{}", refused.stderr);
    for [truth, input] in [[&shorter, &input], [&input, &shorter]] {
        let args = ["evaluate", "--truth", truth, input, "--partial", "--format", "json"];
        let answer = run(args).code(0).json().remove(0);
        assert_eq!(answer["documents"], 7);
        let left = [&answer["not_in_truth"], &answer["not_in_input"]].map(Value::as_u64);
        assert_eq!(left.into_iter().flatten().sum::<u64>(), 1);
    }
    let nowhere = file(&dir, "nowhere.tsv", "id_a\tid_b\nq\tr\n");
    let refused = run(["evaluate", "--truth", &nowhere, &input]).code(4);
    assert!(refused.stderr.contains("2 ids of"), "{}", refused.stderr);
    let other = file(&dir, "other.jsonl", "{\"id\": \"q\", \"group\": 1}\n");
    let refused = run(["evaluate", "--truth", &other, &input, "--partial"]).code(3);
    assert!(refused.stderr.contains("no document is in both"), "{}", refused.stderr);
}

#[test]
fn a_truth_that_cannot_be_used_is_told() {
    let dir = folder();
    let input = small(&dir);
    for (name, content, code, words) in [
        ("empty.jsonl", "\n", 3, "is empty"),
        ("header.tsv", "id_a\tid_b\n", 3, "holds no pair"),
        ("broken.jsonl", "{\"id\": \"a0\", \"group\": 1}\n{\"id\"\n", 4, "broken.jsonl:2: "),
        ("groupless.jsonl", "{\"id\": \"a0\"}\n", 4, "no field `group`"),
        ("idless.jsonl", "{\"group\": \"a0\"}\n", 4, "no field `id`"),
        ("twice.jsonl", "{\"id\":1,\"group\":1}\n{\"id\":\"1\",\"group\":2}\n", 4, "twice"),
        ("table.csv", "id,group\na0,1\n", 4, "columns id_a and id_b"),
        ("ragged.tsv", "id_a\tid_b\na0\n", 4, "ragged.tsv:2: "),
    ] {
        let truth = file(&dir, name, content);
        let found = run(["evaluate", "--truth", &truth, &input]).code(code);
        assert!(found.stderr.contains(words), "{name}: {}", found.stderr);
        assert_eq!(found.stdout, "");
    }
    let missing = path(&dir, "missing.jsonl");
    let found = run(["evaluate", "--truth", &missing, &input]).code(4);
    assert!(found.stderr.contains("does not exist"), "{}", found.stderr);
    let pairs = file(&dir, "pairs.tsv", "id_a\tid_b\na0\ts0\n");
    for args in [
        vec!["evaluate", &input],
        vec!["evaluate", "--truth", &input, &input, "--sweep", "nothing"],
        vec!["evaluate", "--truth", &input, &input, "--sweep-values", "0.1,x"],
        vec!["evaluate", "--truth", &input, &input, "--sweep-values", "-1"],
        vec!["evaluate", "--truth", &input, &input, "-o", "same", "--plot", "same"],
        vec!["evaluate", "--truth", &pairs, &input, "--overlaps", &pairs],
    ] {
        let found = run(&args).code(2);
        assert!(!found.stderr.is_empty() && found.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = folder();
    let truth = small(&dir);
    let mut child = start(["evaluate", "--truth", &truth, &truth]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every number that the scorer prints for the labelled sets is the one printed here.
#[test]
fn the_scorer_says_the_same() {
    let shared = Path::new("../shared/eval");
    let python = Command::new("python3").arg("-V").output().is_ok();
    let zstd = Command::new("zstd").arg("-V").output().is_ok();
    if !shared.join("score.py").is_file() || !python || !zstd {
        cli::skipped("../shared/eval/score.py, python3 or zstd is not here");
        return;
    }
    let dir = folder();
    let overlaps = shared.join("scrape/cross-group-overlaps.tsv");
    let overlaps = overlaps.to_str().expect("UTF-8");
    for set in ["aeb"] {
        let truth = shared.join(format!("scrape/{set}.dev.jsonl.zst"));
        let truth = truth.to_str().expect("UTF-8");
        let [pairs, clusters] = ["pairs.jsonl", "clusters.jsonl"].map(|name| path(&dir, name));
        let out = path(&dir, "out.json");
        let args = ["--pairs", &pairs, "--clusters", &clusters, "--format", "json", "-o", &out];
        run(["cluster", truth].iter().chain(&args)).code(0);
        let output = Command::new("python3")
            .arg(shared.join("score.py"))
            .args([truth, "--clusters", &clusters, "--pairs", &pairs])
            .args(["--overlaps", overlaps, "--json"])
            .output()
            .expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let theirs: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let args =
            ["evaluate", "--truth", truth, truth, "--overlaps", overlaps, "--format", "json"];
        let ours = lines(&run(args).code(0).stdout).remove(0);
        let four = |x: &Value| -> f64 {
            format!("{:.4}", x.as_f64().expect("number")).parse().expect("number")
        };
        for (name, part, field) in [
            ("ari", "clusters", "ari"),
            ("bcubed_precision", "clusters", "bcubed_precision"),
            ("bcubed_recall", "clusters", "bcubed_recall"),
            ("bcubed_f1", "clusters", "bcubed_f1"),
            ("pair_precision", "pairs", "pair_precision"),
            ("article_scrape_recall", "pairs", "article_scrape_recall"),
        ] {
            assert_eq!(json!(four(&ours[part][field])), theirs[name], "{set}: {name}");
        }
        for (name, part, field) in [
            ("clusters", "clusters", "clusters"),
            ("wrong_pairs", "clusters", "wrong_pairs"),
            ("wrong_pairs_same_host", "clusters", "wrong_pairs_same_host"),
            ("clusters_mixing_groups", "clusters", "clusters_mixing_groups"),
            ("pairs_reported", "pairs", "pairs_reported"),
            ("wrong_pairs_reported", "pairs", "wrong_pairs"),
            ("wrong_pairs_reported_same_host", "pairs", "wrong_pairs_same_host"),
        ] {
            assert_eq!(ours[part][field], theirs[name], "{set}: {name}");
        }
        assert_eq!(
            (&ours["documents"], &ours["groups"]),
            (&theirs["documents"], &theirs["groups"])
        );
        let by = ours["by"].as_array().expect("list");
        let kinds = by.iter().find(|b| b["by"] == "kind").expect("kinds");
        for row in kinds["rows"].as_array().expect("rows") {
            let counts = &row["pairs"];
            if counts["expected_pairs"] == 0 {
                continue;
            }
            let expected = format!(
                "{}/{} = {:.3}",
                counts["right_pairs"],
                counts["expected_pairs"],
                counts["pair_recall"].as_f64().expect("share")
            );
            let kind = row["class"].as_str().expect("kind");
            assert_eq!(json!(expected), theirs["recall_by_kind"][kind], "{set}: {kind}");
        }
    }
}
