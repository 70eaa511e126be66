//! `nearcopy index`.
#![cfg(feature = "online")]

mod cli;

use cli::{article, command, corpus, file, folder, lines, path, record, run, scrape, start};
use nearcopy::online::OnlineIndex;
use std::fs;
use std::io::{BufRead, BufReader};

#[test]
fn what_was_seen_is_known_in_the_next_run() {
    let dir = folder();
    let index = path(&dir, "index");
    let first = file(&dir, "first.jsonl", record("a1", &article(1)) + &record("a2", &article(2)));
    let done = run(["index", "add", &index, &first]).code(0);
    assert!(done.stderr.contains("2 documents: 2 novel, 0 seen before"), "{}", done.stderr);
    assert_eq!(done.stdout, "novel    a1\nnovel    a2\n");

    let second = record("s1", &scrape(1)) + &record("c2", &article(2)) + &record("a3", &article(3));
    let second = file(&dir, "second.jsonl", second);
    let asked = run(["index", "query", &index, &second, "--json"]).code(0);
    let rows = lines(&asked.stdout);
    let row = |n: usize| (rows[n]["outcome"].as_str(), rows[n]["match"]["id"].as_str());
    assert_eq!(row(0), (Some("seen"), Some("a1")));
    assert_eq!(row(1), (Some("seen"), Some("a2")));
    assert_eq!(row(2), (Some("novel"), None));
    assert_eq!(rows[0]["match"]["relation"], "truncated_of");
    assert_eq!(rows[1]["match"]["relation"], "identical");

    let added = run(["index", "add", &index, &second]).code(0);
    assert!(
        added.stdout.starts_with("copy     s1  cut off       100% of it in a1\n"),
        "{}",
        added.stdout
    );
    let stats = run(["index", "stats", &index, "--json"]).code(0);
    assert_eq!(stats.json()[0]["documents"], 5);
    let stats = run(["index", "stats", &index]).code(0);
    assert!(stats.stdout.contains("documents                            5"), "{}", stats.stdout);
}

#[test]
fn a_removed_document_is_not_found_again() {
    let dir = folder();
    let index = path(&dir, "index");
    let all = file(&dir, "all.jsonl", corpus(2));
    run(["index", "add", &index, &all]).code(0);
    run(["index", "remove", &index, "a0", "--compact"]).code(0);
    let page = file(&dir, "page.txt", article(0));
    // its copy is still there
    let asked = run(["index", "query", &index, &page, "--json"]).code(0);
    assert_eq!(asked.json()[0]["match"]["id"], "s0");
    run(["index", "remove", &index, "s0"]).code(0);
    let asked = run(["index", "query", &index, &page, "--json"]).code(0);
    assert_eq!(asked.json()[0]["outcome"], "novel");
    let missing = run(["index", "remove", &index, "a0"]).code(1);
    assert!(missing.stderr.contains("no document has the id a0"), "{}", missing.stderr);
}

#[test]
fn an_id_is_added_once() {
    let dir = folder();
    let index = path(&dir, "index");
    let input = file(&dir, "in.jsonl", record("a", &article(1)));
    run(["index", "add", &index, &input]).code(0);
    let again = run(["index", "add", &index, &input]).code(1);
    assert!(again.stderr.contains("the id a is in the index"), "{}", again.stderr);
    let strict = run(["index", "add", &index, &input, "--strict"]).code(4);
    assert!(strict.stderr.contains("--strict"), "{}", strict.stderr);
}

#[test]
fn a_document_is_replaced_when_told() {
    let dir = folder();
    let index = path(&dir, "index");
    let first = record("a", &article(1)) + &record("b", &scrape(1));
    let first = file(&dir, "first.jsonl", first);
    run(["index", "add", &index, &first]).code(0);
    let second = record("a", &article(2)) + &record("c", &article(3));
    let second = file(&dir, "second.jsonl", second);
    let done = run(["index", "add", &index, &second, "--replace", "--json"]).code(0);
    assert!(done.stderr.contains("2 novel, 0 seen before, 1 replaced; the index holds 3"));
    let rows = lines(&done.stdout);
    assert_eq!((&rows[0]["id"], &rows[0]["replaced"]), (&"a".into(), &true.into()));
    assert_eq!((&rows[1]["id"], rows[1].get("replaced")), (&"c".into(), None));
    // the old article is still found by its scrape, the new one by its id
    let asked = |text: String| {
        let page = file(&dir, "page.txt", text);
        run(["index", "query", &index, &page, "--json"]).code(0).json()[0]["match"]["id"].clone()
    };
    assert_eq!(asked(article(1)), "b");
    assert_eq!(asked(article(2)), "a");
}

#[test]
fn what_was_taken_in_before_an_error_is_told() {
    let dir = folder();
    let index = path(&dir, "index");
    let known = file(&dir, "known.jsonl", record("known", &article(1)));
    run(["index", "add", &index, &known]).code(0);
    let records = ["a", "b", "known", "c"].map(|id| record(id, &article(id.len() + 7)));
    let input = file(&dir, "in.jsonl", records.concat());
    let stopped = run(["index", "add", &index, &input, "--strict"]).code(4);
    assert_eq!(stopped.stdout, "novel    a\ncopy     b      same words    100% of it in a\n");
    assert!(stopped.stderr.contains("--strict\n2 documents were taken in\n"), "{}", stopped.stderr);
    let stats = run(["index", "stats", &index, "--json"]).code(0);
    assert_eq!(stats.json()[0]["documents"], 3);
}

#[test]
fn what_is_told_while_the_work_goes_on_is_safe() {
    let dir = folder();
    let index = path(&dir, "index");
    // more than two batches, and lines that no pipe holds all of: the command waits for its reader
    let id = |n: usize| format!("{n:->120}");
    let words = |n: usize| article(n).split_whitespace().take(8).collect::<Vec<_>>().join(" ");
    let input = (0..9000).map(|n| record(&id(n), &words(n))).collect::<String>();
    let input = file(&dir, "in.jsonl", input);
    let mut child = start(["index", "add", &index, &input, "--json"]);
    let mut told = BufReader::new(child.stdout.take().expect("piped")).lines();
    let first = lines(&told.next().expect("a line").expect("read")).remove(0);
    assert_eq!(first["id"], id(0));
    let held = || run(["index", "stats", &index, "--json"]).code(0).json()[0]["documents"].clone();
    assert_eq!(held(), 4096);
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(held(), 4096);
    assert!(told.count() < 4096);
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let dir = folder();
    let index = path(&dir, "index");
    let input = file(&dir, "in.jsonl", corpus(3));
    let mut child = start(["index", "add", &index, &input]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("runs");
    assert_eq!(output.status.code(), Some(0));
    let stats = run(["index", "stats", &index, "--json"]).code(0);
    assert_eq!(stats.json()[0]["documents"], 6);
}

#[test]
fn times_narrow_the_search() {
    let dir = folder();
    let index = path(&dir, "index");
    let input = file(&dir, "in.jsonl", record("a", &article(1)));
    run(["index", "add", &index, &input, "--time", "1000"]).code(0);
    let page = file(&dir, "page.txt", article(1));
    let asked = |since: &str| {
        run(["index", "query", &index, &page, "--json", "--seen-since", since]).code(0).json()
    };
    assert_eq!(asked("1000")[0]["outcome"], "seen");
    assert_eq!(asked("1000")[0]["match"]["first_seen"], 1000);
    assert_eq!(asked("1001")[0]["outcome"], "novel");
}

#[test]
fn what_is_no_index_is_refused_in_words() {
    let dir = folder();
    let page = file(&dir, "page.txt", article(1));
    let nowhere = path(&dir, "nowhere");
    for args in [
        vec!["index", "query", &nowhere, &page],
        vec!["index", "remove", &nowhere, "a"],
        vec!["index", "stats", &nowhere],
    ] {
        let refused = run(&args).code(4);
        assert!(refused.stderr.contains("nowhere holds no index"), "{}", refused.stderr);
        assert!(refused.stderr.contains("`nearcopy index add` makes one"), "{}", refused.stderr);
        assert!(!std::path::Path::new(&nowhere).exists(), "{args:?} made a folder");
    }
    // a folder that holds something else
    let folder_of_texts = dir.path().to_str().expect("UTF-8").to_owned();
    let refused = run(["index", "stats", &folder_of_texts]).code(4);
    assert!(refused.stderr.contains("holds no index"), "{}", refused.stderr);
    // a file
    for args in [vec!["index", "add", &page, &page], vec!["index", "stats", &page]] {
        let refused = run(&args).code(4);
        let what = "page.txt is a file, not a folder of an index";
        assert!(refused.stderr.contains(what), "{}", refused.stderr);
    }
    assert_eq!(fs::read_to_string(&page).expect("as it was"), article(1));
}

#[test]
fn an_index_in_use_is_read_but_not_written() {
    let dir = folder();
    let index = path(&dir, "index");
    let open: OnlineIndex<String> = OnlineIndex::open(&index).expect("opened");
    open.admit(&"a".to_owned(), &article(1)).expect("admitted");
    open.sync().expect("synced");
    let page = file(&dir, "page.txt", article(1));
    let refused = run(["index", "add", &index, &page]).code(4);
    assert!(refused.stderr.contains("in use by another"), "{}", refused.stderr);
    let asked = run(["index", "query", &index, &page, "--json"]).code(0);
    assert_eq!(asked.json()[0]["match"]["id"], "a");
}

#[test]
fn keys_of_another_type_are_refused() {
    let dir = folder();
    let index = path(&dir, "index");
    OnlineIndex::<u64>::open(&index).expect("opened").close().expect("closed");
    let refused = run(["index", "stats", &index]).code(4);
    assert!(refused.stderr.contains("the form of the keys"), "{}", refused.stderr);
}

#[test]
fn damage_is_told_and_answers_nothing() {
    let dir = folder();
    let index = path(&dir, "index");
    let all = file(&dir, "all.jsonl", corpus(20));
    run(["index", "add", &index, &all]).code(0);
    let page = file(&dir, "page.txt", article(3));
    let mut told = 0;
    for entry in fs::read_dir(&index).expect("listed") {
        let path = entry.expect("entry").path();
        let bytes = fs::read(&path).expect("read");
        if bytes.is_empty() {
            continue;
        }
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 0x10;
        fs::write(&path, damaged).expect("written");
        let output = command().args(["index", "query", &index, &page, "--json"]).output();
        let output = output.expect("runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{stderr}");
        match output.status.code() {
            Some(4) => {
                assert!(stderr.contains("damaged") || stderr.contains("version"), "{stderr}");
                told += 1;
            }
            code => assert_eq!(code, Some(0), "{stderr}"),
        }
        fs::write(&path, bytes).expect("written");
    }
    assert!(told > 0, "no damage was told");
    run(["index", "query", &index, &page]).code(0);
}
