//! `nearcopy dedup`.

mod cli;

use cli::{article, file, folder, gzip, lines, path, record, run, run_with_input, scrape};
use serde_json::{Value, json};

fn read(path: &str) -> String {
    std::fs::read_to_string(path).expect("output")
}

#[test]
fn kept_lines_are_the_bytes_that_were_read() {
    let dir = folder();
    // order of fields, spaces, escapes, further fields and CRLF survive
    let odd = format!(
        "{{ \"x\":1.50, \"text\" : \"\\u0041{}\",\"id\":7 }}\r\n",
        article(1).replace('\n', "\\n")
    );
    let text = record("s1", &scrape(1)) + &odd + &record("a2", &article(2)) + &record("empty", "");
    let input = file(&dir, "in.jsonl.gz", gzip(text.as_bytes()));
    let (out, removed) = (path(&dir, "out.jsonl"), path(&dir, "removed.jsonl"));
    let done = run(["dedup", &input, "-o", &out, "--removed", &removed]).code(0);
    assert!(done.stderr.contains("4 documents: 3 kept, 1 copy left out"), "{}", done.stderr);
    assert_eq!(done.stdout, "");
    assert_eq!(read(&out), odd + &record("a2", &article(2)) + &record("empty", ""));
    let removed = lines(&read(&removed));
    assert_eq!(removed.len(), 1);
    let line = &removed[0];
    assert_eq!((&line["id"], &line["kept"]), (&json!("s1"), &json!("7")));
    assert_eq!(line["relation"], "truncated_of");
    assert_eq!((&line["in_kept"], &line["kept_in_it"]), (&json!(1.0), &json!(0.5)));
    assert!(line.get("kept_file").is_none());
}

#[test]
fn the_first_may_be_kept_instead_of_the_longest() {
    let dir = folder();
    let text = record("s1", &scrape(1)) + &record("a1", &article(1)) + &record("copy", &article(1));
    let (out, removed) = (path(&dir, "out.jsonl"), path(&dir, "removed.jsonl"));
    let args = ["dedup", "-", "-o", &out, "--removed", &removed, "--keep", "first"];
    run_with_input(args, text.as_bytes()).code(0);
    assert_eq!(read(&out), record("s1", &scrape(1)));
    let removed = lines(&read(&removed));
    assert_eq!(removed.len(), 2);
    for line in removed {
        assert_eq!((&line["kept"], &line["relation"]), (&"s1".into(), &"truncation_of".into()));
    }
}

#[test]
fn what_cannot_be_read_is_told_and_not_written() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", format!("{}{{broken\n", record("a", &article(1))));
    let out = path(&dir, "out.jsonl");
    let done = run(["dedup", &input, "-o", &out]).code(1);
    assert!(done.stderr.contains("in.jsonl:2: "), "{}", done.stderr);
    assert_eq!(read(&out), record("a", &article(1)));
    let strict = path(&dir, "strict.jsonl");
    run(["dedup", &input, "-o", &strict, "--strict"]).code(4);
    assert!(!std::path::Path::new(&strict).exists());
    let text = file(&dir, "page.txt", article(1));
    let refused = run(["dedup", &text, "-o", &out]).code(3);
    assert!(refused.stderr.contains("is not JSON lines"), "{}", refused.stderr);
    assert_eq!(read(&out), record("a", &article(1)), "the output is as it was");
}

/// A record with one more field.
fn with(id: &str, text: &str, name: &str, value: Value) -> String {
    format!("{}\n", json!({"id": id, "text": text, name: value}))
}

/// The ids that are kept.
fn kept(input: &str, args: &[&str]) -> Vec<String> {
    let dir = folder();
    let (input, out) = (file(&dir, "in.jsonl", input), path(&dir, "out.jsonl"));
    run(["dedup", &input, "-o", &out].iter().chain(args)).code(0);
    let id = |line: &Value| line["id"].as_str().expect("id").to_owned();
    lines(&read(&out)).iter().map(id).collect()
}

#[test]
fn the_earliest_is_kept_whatever_its_date_is_written_like() {
    let by_date = ["--keep", "earliest", "--date-field", "when"];
    let copies = |dates: &[Value]| -> String {
        let one =
            |(n, date): (usize, &Value)| with(&format!("d{n}"), &article(1), "when", date.clone());
        dates.iter().enumerate().map(one).collect()
    };
    for (dates, earliest) in [
        (
            vec![
                json!("2024-05-02"),
                json!("2024-05-01T23:00:00+02:00"),
                json!("2024-05-01T22:00Z"),
            ],
            "d1",
        ),
        (vec![json!("2024-05-01"), json!("2024-04-30T23:59:59.5Z"), json!("May 1")], "d1"),
        (vec![json!(200), json!("100"), json!(99.5)], "d2"),
        (vec![json!(null), json!("unknown"), json!("2024-05-01")], "d2"),
        // dates and numbers cannot be compared: those of which there are more count
        (vec![json!(5), json!("2024-05-02"), json!("2024-05-01")], "d2"),
        (vec![json!(5), json!(4), json!("2024-05-01")], "d1"),
        // none has one: the longest, and of equal ones the least id
        (vec![json!([1]), json!({}), json!(true)], "d0"),
    ] {
        assert_eq!(kept(&copies(&dates), &by_date), [earliest], "{dates:?}");
    }
    let dir = folder();
    let dates = [json!("2024-05-01"), json!("soon"), json!(17)];
    let input = file(&dir, "in.jsonl", copies(&dates) + &record("e", &article(2)));
    let out = path(&dir, "out.jsonl");
    let done = run(["dedup", &input, "-o", &out].iter().chain(&by_date)).code(0);
    assert!(done.stderr.contains("without a date that can be read"), "{}", done.stderr);
    assert!(done.stderr.contains(": 2, the first"), "the invalid and the missing: {}", done.stderr);
    assert!(done.stderr.contains("with a number as date"), "{}", done.stderr);
    let quiet = run(["dedup", &input, "-o", &out, "--quiet"].iter().chain(&by_date)).code(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn the_one_of_the_highest_priority_is_kept() {
    let input: String = [("a", json!(1)), ("b", json!("2.5")), ("c", json!(null)), ("d", json!(2))]
        .map(|(id, value)| with(id, &article(1), "rank", value))
        .concat();
    let by = ["--keep", "priority", "--priority-field", "rank"];
    assert_eq!(kept(&input, &by), ["b"]);
    let input: String = [("a", "blog"), ("b", "agency"), ("c", "paper")]
        .map(|(id, value)| with(id, &article(1), "rank", json!(value)))
        .concat();
    let order = [&by[..], &["--priority-order", "paper,agency"]].concat();
    assert_eq!(kept(&input, &order), ["c"]);
    // an unknown value is last, and the scrape too has a value
    let input = with("long", &article(3), "rank", json!("other"))
        + &with("cut", &scrape(3), "rank", json!("agency"));
    assert_eq!(kept(&input, &order), ["cut"]);
    assert_eq!(kept(&input, &["--keep", "longest"]), ["long"]);
}

#[test]
fn a_document_goes_only_if_it_matches_a_kept_one() {
    // both halves match the whole, but not each other
    let whole = article(4) + &article(5);
    let input = record("first half", &article(4))
        + &record("whole", &whole)
        + &record("second half", &article(5));
    assert_eq!(kept(&input, &["--keep", "longest"]), ["whole"]);
    assert_eq!(kept(&input, &["--keep", "first"]), ["first half", "second half"]);
    let linked = ["--keep", "first", "--linkage", "components"];
    assert_eq!(kept(&input, &linked), ["first half"], "one for all that are linked");
}

#[test]
fn annotated_lines_keep_their_own_bytes() {
    let dir = folder();
    let odd = format!("{{ \"id\":\"s1\", \"n\" : 1.50, \"text\":{} }}  \r\n", json!(scrape(1)));
    let text = odd.clone() + &record("a1", &article(1)) + &record("empty", "");
    let input = file(&dir, "in.jsonl", &text);
    let out = path(&dir, "out.jsonl");
    run(["dedup", &input, "-o", &out, "--annotate"]).code(0);
    let written = read(&out);
    for (before, after) in text.lines().zip(written.lines()) {
        let at = before.rfind('}').expect("an object");
        assert!(after.starts_with(&before[..at]) && after.ends_with(&before[at..]), "{after}");
    }
    assert!(written.starts_with(odd.split_once(" }").expect("brace").0));
    let found = lines(&written);
    assert_eq!(found.len(), 3);
    assert_eq!(
        found.iter().map(|l| l["nearcopy_cluster"].as_u64().expect("number")).collect::<Vec<_>>(),
        [1, 1, 2]
    );
    assert_eq!(found[0]["nearcopy_keep"], false);
    assert_eq!(found[0]["nearcopy_kept"], "a1");
    assert_eq!(found[0]["nearcopy_relation"], "truncated_of");
    assert_eq!((&found[0]["nearcopy_in_kept"], &found[0]["n"]), (&json!(1.0), &json!(1.5)));
    assert_eq!(
        (&found[1]["nearcopy_keep"], &found[1]["nearcopy_kept"]),
        (&json!(true), &json!("a1"))
    );
    assert_eq!(found[1]["nearcopy_relation"], Value::Null);
    assert!(found[0].get("nearcopy_kept_file").is_none());
    // once more: the fields are there
    let again = path(&dir, "again.jsonl");
    let refused = run(["dedup", &out, "-o", &again, "--annotate"]).code(4);
    assert!(refused.stderr.contains("`nearcopy_cluster` is there already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("out.jsonl:1"), "{}", refused.stderr);
    run(["dedup", &out, "-o", &again, "--annotate", "--annotate-prefix", "x_"]).code(0);
    assert_eq!(lines(&read(&again))[2]["x_keep"], true);
}

#[test]
fn an_earlier_document_is_always_the_one_kept() {
    let dir = folder();
    let earlier = file(
        &dir,
        "earlier.jsonl.gz",
        gzip(
            (record("e1", &scrape(1)) + &record("e1 too", &article(1)) + &record("e2", &scrape(2)))
                .as_bytes(),
        ),
    );
    let other = file(&dir, "other.jsonl", record("e3", &article(3)));
    let new = record("e1", &article(1))
        + &record("longer", &article(2))
        + &record("scrape", &scrape(3))
        + &record("new", &article(4))
        + &record("new too", &article(4));
    let input = file(&dir, "in.jsonl", &new);
    let (out, removed) = (path(&dir, "out.jsonl"), path(&dir, "removed.jsonl"));
    let args = ["dedup", &input, "-o", &out, "--removed", &removed];
    let against = ["--against", &earlier, "--against", &other];
    let done = run(args.iter().chain(&against)).code(0);
    assert_eq!(read(&out), record("new", &article(4)));
    let words = "5 documents: 1 kept, 4 copies left out, 3 of them of earlier documents";
    assert!(done.stderr.contains(words), "{}", done.stderr);
    assert!(done.stderr.contains("1 of these holds more than the earlier"), "{}", done.stderr);
    let gone = lines(&read(&removed));
    let told: Vec<[&str; 2]> =
        gone.iter().map(|l| ["id", "kept"].map(|name| l[name].as_str().expect("id"))).collect();
    // the earlier one that shares the most, by id and file
    assert_eq!(told, [["e1", "e1 too"], ["longer", "e2"], ["scrape", "e3"], ["new too", "new"]]);
    assert_eq!(gone[1]["relation"], "truncation_of");
    let files: Vec<bool> = gone.iter().map(|l| l.get("kept_file").is_some()).collect();
    assert_eq!(files, [true, true, true, false]);
    assert!(gone[2]["kept_file"].as_str().expect("file").ends_with("other.jsonl"));

    // whatever the policy, and the fields say the same
    for policy in [
        vec!["--keep", "longest"],
        vec!["--keep", "first"],
        vec!["--keep", "earliest", "--date-field", "id"],
        vec!["--keep", "priority", "--priority-field", "id", "--priority-order", "longer"],
        vec!["--linkage", "components"],
    ] {
        let noted = path(&dir, "noted.jsonl");
        let args = ["dedup", &input, "-o", &noted, "--annotate", "--quiet"];
        let done = run(args.iter().chain(&against).chain(&policy)).code(0);
        assert_eq!(done.stderr, "");
        let found = lines(&read(&noted));
        let keep: Vec<bool> =
            found.iter().map(|l| l["nearcopy_keep"].as_bool().expect("truth")).collect();
        assert_eq!(keep, [false, false, false, true, false], "{policy:?}");
        assert_eq!(found[1]["nearcopy_kept"], "e2");
        assert!(found[1]["nearcopy_kept_file"].as_str().expect("file").contains("earlier"));
        assert_eq!(found[4]["nearcopy_kept_file"], Value::Null);
        assert_eq!(found[3]["nearcopy_cluster"], found[4]["nearcopy_cluster"]);
    }
}

#[test]
fn every_file_is_read_once_and_errors_are_told() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", record("a", &article(1)));
    let out = path(&dir, "out.jsonl");
    for args in [
        vec!["--keep", "earliest"],
        vec!["--keep", "priority"],
        vec!["--keep", "first", "--priority-field", "x"],
        vec!["--keep", "longest", "--priority-order", "a,b"],
        vec!["--keep", "newest"],
    ] {
        let found = run(["dedup", &input, "-o", &out].iter().chain(&args)).code(2);
        assert!(!found.stderr.is_empty(), "{args:?}");
    }
    run(["dedup", "-", "-o", &out, "--against", "-"]).code(2);
    let missing = path(&dir, "missing.jsonl");
    let found = run(["dedup", &input, "-o", &out, "--against", &missing]).code(3);
    assert!(found.stderr.contains("missing.jsonl") && found.stderr.contains("does not exist"));
    assert!(!std::path::Path::new(&out).exists());
    if std::path::Path::new("/dev/full").exists() {
        let found = run(["dedup", &input, "-o", "/dev/full"]).code(4);
        assert!(found.stderr.contains("/dev/full"), "{}", found.stderr);
    }
}

#[test]
fn of_hundreds_of_copies_one_is_kept_by_any_policy() {
    let mut input = String::new();
    for n in 0..300 {
        let text = if n % 3 == 0 { scrape(1) } else { format!("{}\nEdition {n}", article(1)) };
        input += &with(&format!("c{n:03}"), &text, "n", json!(1000 - n));
    }
    assert_eq!(kept(&input, &["--keep", "first"]), ["c000"]);
    assert_eq!(kept(&input, &["--keep", "earliest", "--date-field", "n"]), ["c299"]);
    assert_eq!(kept(&input, &["--keep", "priority", "--priority-field", "n"]), ["c000"]);
    assert_eq!(kept(&input, &[]).len(), 1);
}

#[test]
fn a_corpus_in_temporary_files_gives_the_same() {
    let dir = folder();
    let mut text = String::new();
    for n in 0..40 {
        let (name, words) =
            (format!("a{n}"), if n % 3 == 0 { scrape(n / 3) } else { article(n / 2) });
        text += &with(&name, &words, "p", json!(n % 7));
    }
    let input = file(&dir, "in.jsonl", &text);
    let kept = file(&dir, "kept.jsonl", record("k", &article(3)) + &record("k", &article(5)));
    for more in [
        &["--keep", "first"][..],
        &["--keep", "priority", "--priority-field", "p"],
        &["--against", &kept],
        &["--annotate", "--against", &kept, "--threads", "1"],
    ] {
        let mut found = Vec::new();
        for stream in [false, true] {
            let (out, removed) = (path(&dir, "out.jsonl"), path(&dir, "removed.jsonl"));
            let mut args = vec!["dedup", &input, "-o", &out, "--removed", &removed];
            args.extend(more);
            args.extend(stream.then_some("--stream"));
            let done = run(args).code(0);
            found.push((read(&out), read(&removed), done.stderr));
        }
        assert!(found[0].1.lines().count() > 5);
        assert_eq!(found[0], found[1], "{more:?}");
    }
}
