//! `nearcopy dedup`.

mod cli;

use cli::{article, file, folder, gzip, lines, path, record, run, run_with_input, scrape};

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
    assert_eq!(
        removed[0],
        serde_json::json!({"id": "s1", "kept": "7", "relation": "truncated_of"})
    );
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
fn a_file_may_be_its_own_output() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", record("a", &article(1)) + &record("b", &article(1)));
    run(["dedup", &input, "-o", &input]).code(0);
    assert_eq!(read(&input), record("a", &article(1)));
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
