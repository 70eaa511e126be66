//! Every format that is read: the same documents whatever they come in, and what is damaged told.

mod cli;

use cli::{article, corpus, file, folder, gzip, path, record, run, run_with_input, scrape, zstd};
use serde_json::json;

/// Ids, in order of input.
fn ids(run: &cli::Run) -> Vec<String> {
    run.json().iter().map(|d| d["id"].as_str().expect("id").to_owned()).collect()
}

/// Reads `path` with further arguments; the run must succeed with `code`.
#[track_caller]
fn read(path: &str, more: &[&str], code: i32) -> cli::Run {
    run(["cluster", path, "--format", "json"].iter().chain(more)).code(code)
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

/// A cell as RFC 4180 quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn one_corpus_in_many_formats() {
    let dir = folder();
    let lines = corpus(4);
    let expected = read(&file(&dir, "in.jsonl", &lines), &[], 0).stdout;
    let objects: Vec<&str> = lines.lines().collect();
    let pairs: Vec<(String, String)> = (0..4)
        .flat_map(|n| [(format!("a{n}"), article(n)), (format!("s{n}"), scrape(n))])
        .collect();
    let table = |delimiter: &str| {
        let row = |(id, text): &(String, String)| {
            format!("{id}{delimiter}x{delimiter}{}\n", quoted(text))
        };
        format!("id{delimiter}other{delimiter}text\n{}", pairs.iter().map(row).collect::<String>())
    };
    let pretty: Vec<serde_json::Value> =
        objects.iter().map(|o| serde_json::from_str(o).expect("object")).collect();
    let wide = |text: &str| -> Vec<u8> {
        [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
    };
    for (name, bytes) in [
        ("list.json", format!("[{}]\n", objects.join(",\n")).into_bytes()),
        ("pretty.json", serde_json::to_vec_pretty(&pretty).expect("JSON")),
        ("behind.json", objects.join(" ").into_bytes()),
        ("lines.json", lines.clone().into_bytes()),
        ("unnamed-list", format!("[ {} ]", objects.join(",")).into_bytes()),
        ("in.csv", table(",").into_bytes()),
        ("marked.csv", format!("\u{feff}{}", table(",")).into_bytes()),
        ("semicolons.csv", table(";").into_bytes()),
        ("lines-end-in-crlf.csv", table(",").replace("\"\n", "\"\r\n").into_bytes()),
        ("in.tsv", table("\t").into_bytes()),
        ("in.csv.gz", gzip(table(",").as_bytes())),
        ("long-window.csv", zstd(table(",").as_bytes(), 27)),
        ("wide.csv", wide(&table(","))),
        ("wide.jsonl", wide(&lines)),
    ] {
        let found = read(&file(&dir, name, bytes), &[], 0);
        assert_eq!(found.stdout, expected, "{name}: {}", found.stderr);
    }
    let piped = run_with_input(
        ["cluster", "-", "--input", "csv", "--format", "json"],
        table(",").as_bytes(),
    );
    assert_eq!(piped.code(0).stdout, expected);
    let piped = run_with_input(
        ["cluster", "-", "--format", "json"],
        format!("[{}]", objects.join(",")).as_bytes(),
    );
    assert_eq!(piped.code(0).stdout, expected);
}

#[test]
fn fields_may_be_several_and_nested() {
    let dir = folder();
    let nested = json!({"meta": {"key": 7, "url": "https://WWW.Example.org:8080/a?b"},
        "title": "Headline", "body": {"parts": ["First line.", "Second line."]}, "a.b": "dotted"});
    let input = file(&dir, "in.jsonl", format!("{nested}\n"));
    let args = ["--id-field", "meta.key", "--text-field", "title,body.parts,missing,a.b"];
    let found = read(&input, &args, 0);
    assert_eq!(ids(&found), ["7"]);
    // what was joined is seen through its copy
    let plain = record("copy", "Headline\nFirst line.\nSecond line.\ndotted");
    let copy = file(&dir, "copy.jsonl", plain);
    let relation = |more: &[&str]| {
        let args = ["cluster", &input, &copy, "--format", "json", "--on-duplicate-id", "suffix"];
        run(args.iter().chain(more)).code(1)
    };
    let told = relation(&args);
    says(&told.stderr, &["copy.jsonl:1", "no field `title,body.parts,missing,a.b`"]);
    // a field that is there but is no text is told
    let odd = file(&dir, "odd.jsonl", "{\"id\": 1, \"title\": \"x\", \"text\": {\"a\": 1}}\n");
    let told = run(["cluster", &odd, "--text-field", "title,text"]).code(3);
    says(&told.stderr, &["is an object"]);
    let null = file(&dir, "null.jsonl", "{\"id\": 1, \"title\": null, \"text\": \"x\"}\n");
    assert_eq!(ids(&read(&null, &["--text-field", "title,text"], 0)), ["1"]);
    // in a table
    let table = file(&dir, "t.csv", "key,head,body\n5,Head,Body\n,No,Id\n");
    let args = ["--id-field", "key", "--text-field", "head,body"];
    let found = read(&table, &args, 0);
    assert_eq!(ids(&found), ["5".to_owned(), format!("{table}:3")]);
    says(&found.stderr, &["without id"]);
}

/// Marks that were not meant to quote do not make many rows one without a word, and those that were do
/// so as before.
#[test]
fn stray_quotation_marks_are_told() {
    let dir = folder();
    let row = |at: usize| match at {
        3 => format!("{at}\t\"Yes\" and no\n"),
        10 => format!("{at}\t\"Nobody came, said one\n"),
        50 => format!("{at}\t\"And nobody went\n"),
        60 => format!("{at}\t\"A line\nand \"\"another\"\"\"\r\n"),
        _ => format!("{at}\tA plain text of number {at}\n"),
    };
    let rows: String = (0..100).map(row).collect();
    let table = file(&dir, "t.tsv", format!("id\ttext\n{rows}"));
    let found = read(&table, &[], 1);
    assert_eq!(ids(&found).len(), 100 - 41);
    says(&found.stderr, &["t.tsv:12: a quotation mark opens a cell", "--no-quotes"]);
    // here the text of row 60 is two lines, and the second is no row
    let found = read(&table, &["--no-quotes"], 1);
    assert_eq!(ids(&found).len(), 100);
    says(&found.stderr, &["t.tsv:63: the row has 1 cell"]);
    // wherever the blocks of the reader end, and whatever ends the last row
    let text = "x\n".repeat(40_000);
    for end in ["", "\n", "\n\n", "\r\n"] {
        let table = file(&dir, "long.csv", format!("id,text\n1,\"{text}\"\n2,\"\"{end}"));
        assert_eq!(ids(&read(&table, &[], 0)), ["1", "2"]);
        let cut = file(&dir, "cut.csv", format!("id,text\n1,\"{text}\"\n2,\"{end}"));
        let found = read(&cut, &[], 1);
        assert_eq!(ids(&found), ["1"]);
        says(&found.stderr, &["cut.csv:40003: a quotation mark opens a cell and is never closed"]);
    }
}

#[test]
fn tables_say_what_is_wrong_with_them() {
    let dir = folder();
    let none = file(&dir, "none.csv", "key,body\n1,x\n");
    says(&run(["cluster", &none]).code(3).stderr, &["no column text", "key, body", "--text-field"]);
    let ragged = file(&dir, "ragged.csv", "id,text\n1,one\n2\n3,\"a, b\"\n4,x,y\n5,\"open\n6,z\n");
    let found = read(&ragged, &[], 1);
    assert_eq!(ids(&found), ["1", "3"]);
    says(&found.stderr, &["ragged.csv:3: the row has 1 cell", "ragged.csv:5: the row has 3 cells"]);
    says(&found.stderr, &["ragged.csv:6: a quotation mark opens a cell and is never closed"]);
    assert_eq!(ids(&read(&ragged, &["--no-quotes"], 1)), ["1", "5", "6"]);
    let empty = file(&dir, "empty.csv", "");
    says(&run(["cluster", &empty]).code(3).stderr, &["no documents"]);
    let cut = file(&dir, "cut.json", "[{\"id\": 1, \"text\": \"x\"}, {\"id\": 2, \"te");
    let found = read(&cut, &[], 1);
    assert_eq!(ids(&found), ["1"]);
    says(&found.stderr, &["ends inside an object"]);
    let other = file(&dir, "other.json", "{\"id\": 1, \"text\": \"x\"}\nnull\n");
    says(&read(&other, &[], 1).stderr, &["other.json:2", "found null"]);
}

#[test]
fn folders_are_searched_by_globs() {
    let dir = folder();
    std::fs::create_dir_all(dir.path().join("c/2024/deep")).expect("folders");
    for (n, name) in
        ["c/a.txt", "c/b.md", "c/c.log", "c/2024/d.txt", "c/2024/deep/e.txt"].iter().enumerate()
    {
        file(&dir, name, article(n));
    }
    let root = path(&dir, "c");
    let found = |more: &[&str]| -> Vec<String> {
        ids(&read(&root, more, 0)).iter().map(|id| id.replace(&format!("{root}/"), "")).collect()
    };
    assert_eq!(found(&[]), ["2024/d.txt", "2024/deep/e.txt", "a.txt", "b.md"]);
    assert_eq!(found(&["--include", "*.log"]), ["c.log"]);
    assert_eq!(found(&["--include", "2024/*.txt"]), ["2024/d.txt"]);
    assert_eq!(found(&["--include", "2024/**/*.txt"]), ["2024/d.txt", "2024/deep/e.txt"]);
    let args = ["--exclude", "d.*", "--exclude", "2024/deep/*"];
    assert_eq!(found(&args), ["a.txt", "b.md"]);
    assert_eq!(found(&["--include", "*.log", "--include", "*.md"]), ["b.md", "c.log"]);
    says(&run(["cluster", &root, "--include", "[a"]).code(2).stderr, &["--include"]);
}

#[test]
fn a_sample_is_drawn_by_the_ids() {
    let dir = folder();
    let lines: Vec<String> = (0..200).map(|n| record(&format!("id{n}"), &article(n))).collect();
    let forth = file(&dir, "forth.jsonl", lines.concat());
    let back = file(&dir, "back.jsonl", lines.iter().rev().cloned().collect::<String>());
    let draw = |path: &str, size: &str, seed: &str| {
        let mut ids = ids(&read(path, &["--sample", size, "--seed", seed], 0));
        let ordered = ids.clone();
        ids.sort();
        (ordered, ids)
    };
    let (ordered, ten) = draw(&forth, "10", "1");
    assert_eq!(ten.len(), 10);
    assert_eq!(draw(&back, "10", "1").1, ten, "the order of input says nothing");
    let positions: Vec<u32> = ordered.iter().map(|id| id[2..].parse().expect("number")).collect();
    assert!(positions.is_sorted(), "documents stay in order of input: {positions:?}");
    let fifty = draw(&forth, "50", "1").1;
    assert!(ten.iter().all(|id| fifty.contains(id)), "a larger sample adds to a smaller one");
    assert_ne!(draw(&forth, "10", "2").1, ten);
    assert_eq!(draw(&forth, "1000", "1").1.len(), 200);
    // the limit goes first
    let few = ids(&read(&forth, &["--sample", "5", "--limit", "5"], 0));
    assert_eq!(few, ["id0", "id1", "id2", "id3", "id4"]);
    // each document is as likely: with half of them drawn, one comes in half of the samples
    let drawn =
        (0..40).filter(|seed| draw(&forth, "100", &seed.to_string()).1.contains(&"id7".to_owned()));
    let times = drawn.count();
    assert!((8..=32).contains(&times), "{times} of 40");
}

#[test]
fn long_records_are_passed_over_in_bounded_memory() {
    let dir = folder();
    let long = "word ".repeat(300_000);
    let cap = ["--max-record", "1"];
    let lines = record("a", "one") + &record("b", &long) + &record("c", "three");
    for (name, bytes) in [
        ("in.jsonl", lines.clone()),
        ("in.json", format!("[{}]", lines.trim_end().replace('\n', ","))),
        ("in.csv", format!("id,text\na,one\nb,{long}\nc,three\n")),
    ] {
        let found = read(&file(&dir, name, bytes), &cap, 1);
        assert_eq!(ids(&found), ["a", "c"], "{name}");
        says(&found.stderr, &["longer than 1 MiB", "--max-record"]);
    }
    let text = file(&dir, "in.txt", &long);
    says(&run(["cluster", &text].iter().chain(&cap)).code(3).stderr, &["longer than 1 MiB"]);
    // a bomb: a line that does not end
    let bomb = gzip(&[b"{\"id\": 1, \"text\": \"".as_slice(), &vec![b'x'; 64 << 20]].concat());
    let bomb = file(&dir, "bomb.jsonl.gz", bomb);
    let found =
        run(["cluster", &bomb, &file(&dir, "good.jsonl", record("g", "x"))].iter().chain(&cap));
    let found = found.code(1);
    says(&found.stderr, &["bomb.jsonl.gz:1", "given up"]);
}

#[test]
fn encodings_are_told_apart() {
    let dir = folder();
    let german = "Die Bäckerei öffnet früh, und die Kundschaft läuft über den Weg. ".repeat(20);
    let latin1 = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let plain = file(&dir, "plain.txt", &german);
    let utf16: Vec<u8> = german.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, words) in [
        ("latin1.txt", latin1(&german), "windows-1252"),
        ("unmarked-utf16.txt", utf16, "UTF-16LE"),
        ("marked.txt", format!("\u{feff}{german}").into_bytes(), ""),
    ] {
        let path = file(&dir, name, bytes);
        let found = run(["cluster", &plain, &path, "--format", "json"]).code(0);
        assert!(found.stdout.contains("byte for byte"), "{name}: {}", found.stdout);
        says(&found.stderr, &[words]);
    }
    // some bytes in error do not make another encoding
    let mut broken = german.clone().into_bytes();
    broken.splice(100..100, [0xff, 0xfe, 0xff]);
    let found = read(&file(&dir, "broken.txt", &broken), &[], 0);
    says(&found.stderr, &["U+FFFD"]);
    // asked for; a table
    let table = latin1(&format!("id,text\n1,\"{german}\"\n"));
    let table = file(&dir, "t.csv", table);
    for more in [&[][..], &["--encoding", "iso-8859-1"]] {
        let args = ["cluster", &plain, &table, "--format", "json"];
        let found = run(args.iter().chain(more)).code(0);
        assert!(found.stdout.contains("byte for byte"), "{}", found.stdout);
    }
    says(&run(["cluster", &plain, "--encoding", "klingon"]).code(2).stderr, &["klingon"]);
}

/// Bytes written as hexadecimal digits.
#[cfg(feature = "compression")]
fn hex(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(digit).collect()
}

/// Two records, `r0` and `r1`, as `xz` and `bzip2` pack them.
#[cfg(feature = "compression")]
const PACKED: [&str; 2] = [
    "fd377a585a000004e6d6b4460200210116000000742fe5a3e0006a00505d003d8889268193537f5a668fd0b7789\
     29bb2dff38938f9862b3c48667467c8bd116538b386c9b0dd449da5227ed38ab68203c23786d513cfd0260ea0a2\
     4cfd95d552dab0cb9a20f9f08b5d18d21f4fbc0000874a9f916126538d00016c6b5029ae331fb6f37d010000000\
     004595a",
    "425a6839314159265359fc2fd14c000033dd80001050056010200087639cca2000542553f527a9a3d13401ea682\
     553c53407a6a0d3d4697340a0e92b0be233bb1c1b9710208287bb0c61616d32b9845243b9c6513853f9ea7741f6\
     5cb9bdd34b0ab66219681718fc5dc914e14243f0bf4530",
];

#[cfg(feature = "compression")]
#[test]
fn xz_and_bzip2_are_recognised_by_content() {
    let dir = folder();
    for digits in PACKED {
        let packed = hex(digits);
        for name in ["in.jsonl", "in.jsonl.gz", "in"] {
            let found = read(&file(&dir, name, &packed), &[], 0);
            assert_eq!(ids(&found), ["r0", "r1"], "{name}");
        }
        // several streams behind one another
        let twice = file(&dir, "twice.jsonl", [packed.clone(), packed.clone()].concat());
        let found = read(&twice, &["--on-duplicate-id", "suffix"], 0);
        assert_eq!(ids(&found), ["r0", "r1", "r0#2", "r1#2"]);
        for cut in [packed.len() / 2, packed.len() - 3] {
            let cut = file(&dir, "cut.jsonl", &packed[..cut]);
            let found = run(["cluster", &cut, "--format", "json"]);
            assert!(found.code == 1 || found.code == 3, "{}", found.code);
            says(&found.stderr, &["cut.jsonl"]);
        }
        for at in (6..packed.len()).step_by(7) {
            let mut changed = packed.clone();
            changed[at] ^= 0xff;
            run(["cluster", &file(&dir, "changed.jsonl", changed)]);
        }
    }
    let body = hex("0b0e804f6e652073686f72742074657874206f6620736f6d6520776f7264732e03");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: br\r\n\r\n";
    let warc = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\n{head}",
        head.len() + body.len()
    );
    let archive = file(&dir, "in.warc", [warc.as_bytes(), &body, b"\r\n\r\n"].concat());
    let plain = file(&dir, "plain.txt", "One short text of some words.");
    let found = run(["cluster", &archive, &plain, "--format", "json"]).code(0);
    assert!(found.stdout.contains("byte for byte"), "{}", found.stdout);
}

#[cfg(not(feature = "compression"))]
#[test]
fn without_the_feature_other_packing_is_refused_by_its_name() {
    let dir = folder();
    for (name, bytes) in [("x.bz2", b"BZh91AY".as_slice()), ("x.xz", b"\xfd7zXZ\0")] {
        let path = file(&dir, name, bytes);
        says(&run(["cluster", &path]).code(3).stderr, &[name, "--features compression"]);
    }
}

/// The same stories in every table, as other readers count them.
#[test]
fn real_tables_hold_the_same_stories() {
    let root = std::path::Path::new("../shared/eval/tables");
    if !root.is_dir() {
        cli::skipped("../shared/eval/tables is not here");
        return;
    }
    let path = |name: &str| root.join(name).to_str().expect("UTF-8").to_owned();
    let stories = read(&path("reuters-2000.jsonl.gz"), &[], 0);
    assert_eq!(stories.json().len(), 2000);
    assert_eq!(read(&path("reuters-500.csv"), &[], 0).json().len(), 500);
    let limited = read(&path("reuters-2000.jsonl.gz"), &["--limit", "500"], 0);
    assert_eq!(read(&path("reuters-500.csv"), &[], 0).stdout, limited.stdout);
    for name in ["large-string.gzip", "snappy", "zstd-dict"] {
        let path = path(&format!("reuters-2000.{name}.parquet"));
        if cfg!(feature = "parquet") {
            assert_eq!(read(&path, &[], 0).stdout, stories.stdout, "{name}");
        } else {
            says(&read(&path, &[], 3).stderr, &["--features parquet"]);
        }
    }
}
