//! Bad input and wrong usage: a clear message, the documented exit code, and nothing else lost.

mod cli;

use cli::{article, corpus, file, folder, gzip, path, record, run, run_with_input, scrape, zstd};

/// Runs `cluster --format json` and gives the ids that were read.
fn ids(run: &cli::Run) -> Vec<String> {
    run.json().iter().map(|d| d["id"].as_str().expect("id").to_owned()).collect()
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

#[test]
fn wrong_usage_is_2() {
    for args in [
        vec![],
        vec!["cluster"],
        vec!["cluster", "x", "--threads", "0"],
        vec!["cluster", "x", "--limit", "0"],
        vec!["cluster", "x", "--format", "xml"],
        vec!["cluster", "x", "--output", "same", "--pairs", "same"],
        vec!["cluster", "-", "-"],
        vec!["cluster", "x", "--diff", "--format", "json"],
        vec!["cluster", "x", "--pairs", "-"],
        vec!["compare", "x"],
        vec!["compare", "-", "-"],
        vec!["dedup", "x"],
        vec!["dedup", "x", "-o", "y", "--input", "text"],
        vec!["unknown"],
    ] {
        let run = run(&args).code(2);
        assert!(!run.stderr.is_empty(), "{args:?}");
        assert_eq!(run.stdout, "", "{args:?}");
    }
    let help = run(["--help"]).code(0);
    says(&help.stdout, &["Exit codes", "130"]);
}

#[test]
fn a_missing_file_is_told_and_the_others_are_read() {
    let dir = folder();
    let good = file(&dir, "good.jsonl", corpus(2));
    let missing = path(&dir, "missing.jsonl");
    let found = run(["cluster", &missing, &good, "--format", "json"]).code(1);
    assert_eq!(ids(&found), ["a0", "s0", "a1", "s1"]);
    says(&found.stderr, &["error: ", "missing.jsonl", "does not exist"]);
    let strict = run(["cluster", &missing, &good, "--strict"]).code(4);
    says(&strict.stderr, &["missing.jsonl", "--strict"]);
    assert_eq!(strict.stdout, "");
}

#[test]
fn nothing_to_do_is_3() {
    let dir = folder();
    let root = dir.path().to_str().expect("UTF-8");
    says(&run(["cluster", root]).code(3).stderr, &["no documents", root]);
    file(&dir, "page.log", "text");
    says(&run(["cluster", root]).code(3).stderr, &["page.log", "--ext"]);
    let empty = file(&dir, "empty.jsonl", "\n\n");
    says(&run(["cluster", &empty]).code(3).stderr, &["no documents", "empty.jsonl"]);
    says(&run_with_input(["cluster", "-"], b"").code(3).stderr, &["no documents"]);
}

#[test]
fn duplicate_ids_are_refused_by_place_or_numbered() {
    let dir = folder();
    let one = file(&dir, "one.jsonl", corpus(2));
    let two = file(&dir, "two.jsonl", record("new", &article(7)) + &record("a1", &article(8)));
    let out = file(&dir, "out.jsonl", "what was there");
    let refused = run(["cluster", &one, &two, "--output", &out]).code(4);
    says(&refused.stderr, &["one.jsonl:3", "two.jsonl:2", "a1", "--on-duplicate-id"]);
    assert_eq!(std::fs::read_to_string(&out).expect("file"), "what was there");
    let args = ["cluster", &one, &two, "--format", "json", "--on-duplicate-id", "suffix"];
    assert_eq!(ids(&run(args).code(0)), ["a0", "s0", "a1", "s1", "new", "a1#2"]);
    // a number that is taken is passed over
    let taken = record("x", "a") + &record("x#2", "b") + &record("x", "c") + &record("x", "d");
    let taken = file(&dir, "taken.jsonl", taken);
    let args = ["cluster", &taken, "--format", "json", "--on-duplicate-id", "suffix"];
    assert_eq!(ids(&run(args).code(0)), ["x", "x#2", "x#3", "x#4"]);
    // one file named twice
    let text = file(&dir, "page.txt", article(1));
    says(&run(["cluster", &text, &text]).code(4).stderr, &["page.txt"]);
}

#[test]
fn bad_lines_are_named_and_the_others_are_read() {
    let dir = folder();
    let mut lines = vec![record("a", &article(1))];
    lines.push("{\"id\": \"b\", \"text\": \"cut of\n".to_owned()); // 2: no JSON
    lines.push("[1, 2]\n".to_owned()); // 3: no object
    lines.push("{\"id\": \"d\", \"txt\": \"misspelt\"}\n".to_owned()); // 4: no text
    lines.push("{\"id\": \"e\", \"text\": null}\n".to_owned()); // 5: null
    lines.push("{\"id\": \"f\", \"text\": 7}\n".to_owned()); // 6: a number
    lines.push("{\"id\": [1], \"text\": \"x\"}\n".to_owned()); // 7: no id
    lines.push("{\"text\": \"no id\"}\n".to_owned()); // 8: is named
    lines.push("{\"id\": \"h\", \"text\": \"x\"} {}\n".to_owned()); // 9: two values
    lines.push("{\"id\": \"i\", \"text\": \"\\ud800\"}\n".to_owned()); // 10: half a character
    lines.push(record("z", &scrape(1)));
    let input = file(&dir, "in.jsonl", lines.concat());
    let found = run(["cluster", &input, "--format", "json"]).code(1);
    assert_eq!(ids(&found), ["a".to_owned(), format!("{input}:8"), "z".to_owned()]);
    assert_eq!(found.json()[2]["representative"], "a");
    for line in [2, 3, 4, 5, 6, 7, 9, 10] {
        says(&found.stderr, &[&format!("in.jsonl:{line}: ")]);
    }
    says(&found.stderr, &["--text-field", "--id-field", "no field `text`", "is null"]);
    says(&found.stderr, &["without id", "in.jsonl:3: found a list; expected one JSON object\n"]);
    let strict = run(["cluster", &input, "--strict"]).code(4);
    says(&strict.stderr, &["in.jsonl:2: "]);
    // many errors of one kind are counted
    let many = file(&dir, "many.jsonl", "{\n".repeat(1000) + &record("a", "b"));
    let found = run(["cluster", &many]).code(1);
    says(&found.stderr, &["995 more"]);
    assert!(found.stderr.lines().count() < 10, "{}", found.stderr);
    // all records lack the field
    let none = file(&dir, "none.jsonl", "{\"id\": 1, \"body\": \"x\"}\n");
    says(&run(["cluster", &none]).code(3).stderr, &["no field `text`", "no documents"]);
}

#[test]
fn of_cut_off_files_the_lines_before_the_cut_are_used() {
    let dir = folder();
    let text = corpus(400);
    for (name, bytes) in [("cut.gz", gzip(text.as_bytes())), ("cut.zst", zstd(text.as_bytes(), 20))]
    {
        let cut = file(&dir, name, &bytes[..bytes.len() * 2 / 3]);
        let found = run(["cluster", &cut, "--format", "json"]).code(1);
        let read = ids(&found);
        assert!(read.len() > 20 && read.len() < 800, "{name}: {}", read.len());
        assert_eq!(read[..4], ["a0", "s0", "a1", "s1"]);
        says(&found.stderr, &[name, "cut off", "were used"]);
    }
    let bytes = gzip(article(1).as_bytes());
    let cut = file(&dir, "cut.txt.gz", &bytes[..bytes.len() - 4]);
    let found = run(["cluster", &cut, "--format", "json"]).code(1);
    says(&found.stderr, &["cut.txt.gz", "cut off"]);
    assert_eq!(ids(&found).len(), 1, "the text before the cut is used");
    // damage inside
    let mut bytes = gzip(text.as_bytes());
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0xff);
    let damaged = file(&dir, "damaged.gz", &bytes);
    says(&run(["cluster", &damaged]).code(1).stderr, &["damaged.gz"]);
}

#[test]
fn odd_texts_have_stated_outcomes() {
    let dir = folder();
    file(&dir, "a-article.txt", article(1));
    file(&dir, "b-empty.txt", "");
    file(&dir, "c-empty-too.txt", "");
    file(&dir, "d-one-byte.txt", "x");
    file(&dir, "e-one-byte-too.txt", "y");
    file(&dir, "f-nul-bytes.txt", scrape(1).replace(". ", ".\0 "));
    let latin1: Vec<u8> = b"caf\xe9 \xff ".iter().copied().chain(scrape(1).bytes()).collect();
    file(&dir, "g-latin1.txt", latin1);
    file(&dir, "h-binary.txt", [0u8, 1, 2, 3, 255, 0, 0, 0]);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("word".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    file(&dir, "i-utf16.txt", utf16);
    file(&dir, "j-one-token.txt", "word ".repeat(1_000_000));
    let root = dir.path().to_str().expect("UTF-8");
    let found = run(["cluster", root, "--format", "json"]).code(0);
    says(&found.stderr, &["h-binary.txt", "binary", "g-latin1.txt (windows-1252)"]);
    let documents = found.json();
    assert_eq!(documents.len(), 9);
    for (document, size) in documents.iter().zip([3, 1, 1, 1, 1, 3, 3, 1, 1]) {
        assert_eq!(document["size"], size, "{document}");
    }
    let summary = run(["cluster", root]).code(0).stdout;
    says(&summary, &["2 without words", "3 too short to compare"]);
    let tar = [&[b'x'; 257][..], b"ustar"].concat();
    for (name, what) in [
        ("x.zip", b"PK\x03\x04\0\0".as_slice()),
        ("x.7z", b"7z\xbc\xaf\x27\x1c"),
        ("x.pdf", b"%PDF-1.7"),
        ("x.tar.gz", &gzip(&tar)),
    ] {
        let path = file(&dir, name, what);
        says(&run(["cluster", &path]).code(3).stderr, &[name, "is not read", "first"]);
    }
}

#[test]
fn a_line_of_50_megabytes_is_read() {
    let dir = folder();
    let words = article(3).replace('\n', " ");
    let huge = words.repeat(50_000_000 / words.len() + 1);
    let input = file(&dir, "in.jsonl", record("huge", &huge) + &corpus(1));
    let found = run(["cluster", &input, "--format", "json"]).code(0);
    assert_eq!(ids(&found), ["huge", "a0", "s0"]);
    assert_eq!(found.json()[2]["representative"], "a0");
}

#[test]
fn outputs_that_cannot_be_written_are_4() {
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(2));
    let nowhere = path(&dir, "no/such/folder/out.jsonl");
    for option in ["--output", "--pairs", "--clusters"] {
        says(&run(["cluster", &input, option, &nowhere]).code(4).stderr, &["no/such/folder"]);
    }
    let root = dir.path().to_str().expect("UTF-8");
    says(&run(["cluster", &input, "--output", root]).code(4).stderr, &["folder"]);
    // a full disk
    if std::path::Path::new("/dev/full").exists() {
        says(&run(["cluster", &input, "--pairs", "/dev/full"]).code(4).stderr, &["/dev/full"]);
        let full = std::fs::File::options().write(true).open("/dev/full").expect("opened");
        let status = cli::command()
            .args(["cluster", &input, "--quiet"])
            .stdout(full)
            .stderr(std::process::Stdio::null())
            .status();
        assert_eq!(status.expect("runs").code(), Some(4));
    }
}

#[cfg(unix)]
#[test]
fn links_and_unreadable_places_are_told() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = folder();
    file(&dir, "a.txt", article(1));
    let root = dir.path().to_str().expect("UTF-8");
    symlink(root, dir.path().join("around")).expect("link");
    let found = run(["cluster", root, "--format", "json"]).code(1);
    assert_eq!(ids(&found).len(), 1);
    says(&found.stderr, &["around"]);
    std::fs::remove_file(dir.path().join("around")).expect("removed");
    // an output that is a link stays one; the file is replaced with ordinary permissions
    let target = file(&dir, "target.json", "old");
    symlink(&target, dir.path().join("link.json")).expect("link");
    run(["cluster", root, "--format", "json", "--output", &path(&dir, "link.json")]).code(0);
    assert!(dir.path().join("link.json").is_symlink());
    assert!(std::fs::read_to_string(&target).expect("file").contains("\"cluster\":1"));
    let mode = std::fs::metadata(&target).expect("file").permissions().mode();
    assert_ne!(mode & 0o044, 0, "readable by others where the umask allows it: {mode:o}");
}
