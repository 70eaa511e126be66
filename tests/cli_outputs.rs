//! What is written: tables in every format, packed or not, and the manifest of a run.

mod cli;

use cli::{article, corpus, file, folder, gzip, lines, path, record, run, run_with_input};
use serde_json::Value;
use std::io::Read;
use xxhash_rust::xxh3::xxh3_128;

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(path).expect(path)
}

/// The bytes of a file without its packing.
fn unpacked(path: &str) -> String {
    let bytes = bytes(path);
    let mut out = String::new();
    if path.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut out).expect("gzip");
    } else if path.ends_with(".zst") {
        zstd::stream::read::Decoder::new(&bytes[..])
            .expect("zstd")
            .read_to_string(&mut out)
            .expect("zstd");
    } else {
        out = String::from_utf8(bytes).expect("UTF-8");
    }
    out
}

/// The rows of a table as objects of texts.
fn rows(text: &str, delimiter: u8) -> Vec<serde_json::Map<String, Value>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().expect("header").clone();
    let rows = reader.records().map(|row| {
        let row = row.expect("row");
        header.iter().zip(&row).map(|(name, cell)| (name.to_owned(), cell.into())).collect()
    });
    rows.collect()
}

/// Whether each row says what the object of its line says.
fn same(rows: &[serde_json::Map<String, Value>], objects: &[Value]) {
    assert_eq!(rows.len(), objects.len());
    for (row, object) in rows.iter().zip(objects) {
        let object = object.as_object().expect("object");
        for (name, cell) in row {
            let cell = cell.as_str().expect("text");
            match object.get(name) {
                None | Some(Value::Null) => assert_eq!(cell, "", "{name}"),
                Some(Value::String(text)) => assert_eq!(cell, text, "{name}"),
                Some(other) => assert_eq!(cell, other.to_string(), "{name}"),
            }
        }
        assert!(object.keys().all(|name| row.contains_key(name)), "{object:?}");
    }
}

/// Articles with copies, and ids that tables must quote.
fn input(dir: &tempfile::TempDir) -> String {
    let odd = "a \"quoted\",\tid;\nof two lines";
    file(dir, "in.jsonl", corpus(3) + &record(odd, &article(1)) + &record("lone", &article(9)))
}

#[test]
fn tables_hold_what_json_holds() {
    let dir = folder();
    let input = input(&dir);
    let json = run(["cluster", &input, "--format", "json"]).code(0);
    let csv = run(["cluster", &input, "--format", "csv"]).code(0);
    same(&rows(&csv.stdout, b','), &json.json());
    for (ending, delimiter) in [
        ("jsonl", b' '),
        ("csv", b','),
        ("tsv", b'\t'),
        ("csv.gz", b','),
        ("tsv.zst", b'\t'),
        ("x.gz", b' '),
    ] {
        let (pairs, clusters) =
            (path(&dir, &format!("pairs.{ending}")), path(&dir, &format!("clusters.{ending}")));
        let plain = (path(&dir, "pairs"), path(&dir, "clusters"));
        run(["cluster", &input, "--pairs", &pairs, "--clusters", &clusters]).code(0);
        run(["cluster", &input, "--pairs", &plain.0, "--clusters", &plain.1]).code(0);
        for (table, expected) in [(pairs, plain.0), (clusters, plain.1)] {
            let (table, expected) = (unpacked(&table), unpacked(&expected));
            match delimiter {
                b' ' => assert_eq!(table, expected, "{ending}"),
                _ => same(&rows(&table, delimiter), &lines(&expected)),
            }
        }
    }
    let out = path(&dir, "out.csv.gz");
    run(["cluster", &input, "--format", "csv", "-o", &out]).code(0);
    assert_eq!(unpacked(&out), csv.stdout);
    // bytes that would steer a terminal are data in a file
    let evil = file(&dir, "evil.jsonl", record("\u{1b}[2Jid", &article(1)));
    assert!(run(["cluster", &evil, "--format", "csv"]).code(0).stdout.contains("\u{1b}[2Jid"));
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_what_json_holds() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, Row};
    let object = |row: &Row| -> Value {
        let cell = |field: &Field| match field {
            Field::Null => Value::Null,
            Field::Str(text) => text.as_str().into(),
            Field::Long(n) => (*n).into(),
            Field::Double(x) => (*x).into(),
            other => panic!("a cell is {other:?}"),
        };
        row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect()
    };
    let dir = folder();
    let input = input(&dir);
    let (out, pairs, clusters) =
        (path(&dir, "out.parquet"), path(&dir, "pairs.parquet"), path(&dir, "clusters.parquet"));
    let plain = (path(&dir, "pairs"), path(&dir, "clusters"));
    let json =
        run(["cluster", &input, "--format", "json", "--pairs", &plain.0, "--clusters", &plain.1]);
    let json = json.code(0).json();
    let args = ["cluster", &input, "--format", "parquet", "-o", &out, "--pairs", &pairs];
    run(args.iter().chain(&["--clusters", &clusters])).code(0);
    let read = |path: &str| -> (Vec<Value>, Value) {
        let file =
            SerializedFileReader::new(std::fs::File::open(path).expect("file")).expect("Parquet");
        let about = file.metadata().file_metadata().key_value_metadata().expect("metadata");
        let about = about.iter().find(|k| k.key == "nearcopy.manifest").expect("manifest");
        let about = serde_json::from_str(about.value.as_deref().expect("text")).expect("JSON");
        let rows = file.get_row_iter(None).expect("rows");
        (rows.map(|row| object(&row.expect("row"))).collect(), about)
    };
    for (path, expected) in [
        (&out, json),
        (&pairs, lines(&unpacked(&plain.0))),
        (&clusters, lines(&unpacked(&plain.1))),
    ] {
        let (rows, about) = read(path);
        assert_eq!(rows.len(), expected.len());
        for (row, object) in rows.iter().zip(&expected) {
            for (name, cell) in row.as_object().expect("row") {
                let told = object.get(name).unwrap_or(&Value::Null);
                assert_eq!(cell, told, "{name}");
            }
        }
        assert_eq!(about["documents"]["read"], 8);
        assert_eq!(about["program"]["name"], "nearcopy");
    }
    // what was written can be read, column by column
    let again = run(["cluster", &out, "--text-field", "difference,id", "--format", "json"]).code(0);
    assert_eq!(again.json().len(), 8);
    let cut = file(&dir, "cut.parquet", &bytes(&out)[..bytes(&out).len() - 20]);
    says(&run(["cluster", &cut]).code(3).stderr, &["cut.parquet", "no whole Parquet file"]);
    let packed = file(&dir, "packed.parquet.gz", gzip(&bytes(&out)));
    says(&run(["cluster", &packed]).code(3).stderr, &["packed with gzip"]);
    says(&run_with_input(["cluster", "-"], &bytes(&out)).code(3).stderr, &["from a pipe"]);
    says(&run(["cluster", &out]).code(3).stderr, &["no column text", "representative"]);
    // any one byte changed: an answer or a word, never a crash
    let whole = bytes(&pairs);
    for at in (0..whole.len()).step_by(61) {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        let changed = file(&dir, "changed.parquet", changed);
        run([
            "cluster",
            &changed,
            "--id-field",
            "a",
            "--text-field",
            "b",
            "--on-duplicate-id",
            "suffix",
        ]);
    }
    // usage
    says(&run(["cluster", &input, "--format", "parquet"]).code(2).stderr, &["--output"]);
    let gz = path(&dir, "x.parquet.gz");
    says(&run(["cluster", &input, "--pairs", &gz]).code(2).stderr, &["packed by itself"]);
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_parquet_is_refused_by_its_name() {
    let dir = folder();
    let (input, out) = (input(&dir), path(&dir, "out.parquet"));
    let args = ["cluster", &input, "--format", "parquet", "-o", &out];
    says(&run(args).code(2).stderr, &["--features"]);
    says(&run(["cluster", &input, "--pairs", &out]).code(2).stderr, &["--features"]);
    assert!(!std::path::Path::new(&out).exists());
    let parquet = file(&dir, "in.parquet", "PAR1....");
    says(&run(["cluster", &parquet]).code(3).stderr, &["in.parquet", "--features parquet"]);
}

#[test]
fn the_same_run_gives_the_same_manifest() {
    let dir = folder();
    let input = input(&dir);
    let packed = file(&dir, "more.jsonl.gz", gzip(record("more", &article(20)).as_bytes()));
    let bad = file(&dir, "bad.jsonl", "{broken\n{\"text\": \"no id\"}\n");
    let (out, pairs, manifest) =
        (path(&dir, "out.txt"), path(&dir, "pairs.csv"), path(&dir, "manifest.json"));
    let args = ["cluster", &input, &packed, &bad, "-o", &out, "--pairs", &pairs];
    let args: Vec<&str> = args.into_iter().chain(["--manifest", manifest.as_str()]).collect();
    run(&args).code(1);
    let first = bytes(&manifest);
    run(&args).code(1);
    assert_eq!(first, bytes(&manifest), "two runs, one manifest");
    let told: Value = serde_json::from_slice(&first).expect("JSON");
    let command: Vec<&str> =
        told["command"].as_array().expect("list").iter().filter_map(Value::as_str).collect();
    assert_eq!(command, args);
    assert_eq!(told["program"]["version"], env!("CARGO_PKG_VERSION"));
    let recipe = nearcopy::Recipe::default();
    assert_eq!(told["recipe"]["id"], format!("{:016x}", recipe.id().0));
    // digests are those of the files
    for (files, count) in [(&told["input"]["files"], 3), (&told["outputs"], 2)] {
        let files = files.as_array().expect("list");
        assert_eq!(files.len(), count);
        for file in files {
            let bytes = bytes(file["name"].as_str().expect("name"));
            assert_eq!(file["bytes"], bytes.len() as u64);
            assert_eq!(file["xxh3_128"], format!("{:032x}", xxh3_128(&bytes)), "{file}");
        }
    }
    assert_eq!(told["input"]["files"][1]["packing"], "gzip");
    assert_eq!(told["input"]["errors"][0]["count"], 1);
    assert_eq!(told["input"]["notes"]["without id, named FILE:LINE"], 1);
    assert_eq!(
        (&told["documents"]["read"], &told["documents"]["limited"]),
        (&10.into(), &false.into())
    );
    assert_eq!(told["result"]["clusters"], 3);
    assert_eq!(told["limits_hit"]["pairs_not_verified"], 0);
    // every threshold is there, under its name and with its value
    let thresholds = nearcopy::Thresholds::default();
    let debug = format!("{thresholds:?}");
    let names = debug.split(['{', ',']).filter_map(|part| part.split_once(':')).map(|p| p.0.trim());
    let names: Vec<&str> = names.collect();
    let written = told["matching"]["thresholds"].as_object().expect("thresholds");
    assert!(names.len() > 10 && names.iter().all(|name| written.contains_key(*name)), "{names:?}");
    assert_eq!(written.len(), names.len());
    assert_eq!(written["min_containment"], thresholds.min_containment);
    // and so are the limits, as the library has them where nothing is said
    let defaults = format!("{:?}", nearcopy::Dedup::new());
    for (name, at) in [
        ("cap", "posting_cap"),
        ("max_candidates", "max_candidates"),
        ("max_pair_members", "max_pair_members"),
    ] {
        let value = &told["matching"][at];
        assert!(defaults.contains(&format!(" {name}: {value}")), "{name} is {value}: {defaults}");
    }
}

#[test]
fn a_manifest_covers_whole_files_and_what_a_pipe_gave() {
    let dir = folder();
    let text = corpus(400);
    let input = file(&dir, "in.jsonl", &text);
    let manifest = path(&dir, "manifest.json");
    let told = || -> Value { serde_json::from_slice(&bytes(&manifest)).expect("JSON") };
    let digest = format!("{:032x}", xxh3_128(text.as_bytes()));
    run(["cluster", &input, "--limit", "3", "--manifest", &manifest]).code(0);
    assert_eq!(told()["input"]["files"][0]["xxh3_128"], digest);
    assert_eq!(told()["documents"]["limited"], true);
    run(["cluster", &input, "--sample", "3", "--seed", "5", "--manifest", &manifest]).code(0);
    assert_eq!(
        (&told()["documents"]["read"], &told()["documents"]["used"]),
        (&800.into(), &3.into())
    );
    assert_eq!(told()["input"]["options"]["seed"], 5);
    run_with_input(["cluster", "-", "--manifest", &manifest], text.as_bytes()).code(0);
    assert_eq!(told()["input"]["files"][0]["xxh3_128"], digest);
    assert_eq!(told()["input"]["files"][0]["bytes"], text.len());
    run_with_input(["cluster", "-", "--limit", "3", "--manifest", &manifest], text.as_bytes())
        .code(0);
    assert_eq!(told()["input"]["files"][0]["xxh3_128"], Value::Null);
    // a run that fails leaves the old one
    let before = bytes(&manifest);
    run(["cluster", &path(&dir, "missing"), "--manifest", &manifest]).code(3);
    run(["cluster", &input, &input, "--manifest", &manifest]).code(4);
    assert_eq!(bytes(&manifest), before);
    run(["cluster", &input, "--manifest", &manifest, "--pairs", &manifest]).code(2);
}

#[test]
fn a_manifest_is_checked() {
    let dir = folder();
    let (input, pairs) = (input(&dir), path(&dir, "pairs.csv"));
    let manifest = path(&dir, "manifest.json");
    run(["cluster", &input, "--pairs", &pairs, "--manifest", &manifest]).code(0);
    let check = || run(["check-manifest", &manifest]);
    let whole = check().code(0);
    assert_eq!(whole.stdout.matches(": unchanged").count(), 2, "{}", whole.stdout);
    let text = bytes(&input);
    let mut other = text.clone();
    other[30] ^= 1;
    file(&dir, "in.jsonl", &other);
    says(&check().code(1).stdout, &["in.jsonl: changed: other bytes", "pairs.csv: unchanged"]);
    file(&dir, "in.jsonl", &text[1..]);
    says(&check().code(1).stdout, &["in.jsonl: changed: ", "expected"]);
    std::fs::remove_file(&input).expect("removed");
    says(&check().code(1).stdout, &["in.jsonl: does not exist"]);
    file(&dir, "in.jsonl", &text);
    check().code(0);
    // another recipe, another layout, something else
    let told = String::from_utf8(bytes(&manifest)).expect("UTF-8");
    let id = format!("{:016x}", nearcopy::Recipe::default().id().0);
    file(&dir, "manifest.json", told.replace(&id, "0123456789abcdef"));
    says(&check().code(1).stderr, &["recipe 0123456789abcdef"]);
    file(&dir, "manifest.json", told.replace("\"layout\": 1", "\"layout\": 99"));
    says(&check().code(4).stderr, &["layout 99"]);
    file(&dir, "manifest.json", "{}");
    says(&check().code(4).stderr, &["no manifest of nearcopy"]);
    says(&run(["check-manifest", &path(&dir, "none")]).code(4).stderr, &["does not exist"]);
}

#[test]
fn a_run_that_leaves_out_copies_has_a_manifest_too() {
    let dir = folder();
    let input = input(&dir);
    let earlier = file(&dir, "earlier.jsonl", record("old", &article(9)));
    let (out, removed, manifest) =
        (path(&dir, "out.jsonl"), path(&dir, "removed.jsonl"), path(&dir, "manifest.json"));
    let args = ["dedup", &input, "--against", &earlier, "-o", &out, "--removed", &removed];
    let args: Vec<&str> = args.into_iter().chain(["--manifest", manifest.as_str()]).collect();
    run(&args).code(0);
    let first = bytes(&manifest);
    run(&args).code(0);
    assert_eq!(bytes(&manifest), first, "two runs, one manifest");
    let told: Value = serde_json::from_slice(&first).expect("JSON");
    assert_eq!((&told["result"]["kept"], &told["result"]["left_out"]), (&3.into(), &5.into()));
    assert_eq!((&told["documents"]["read"], &told["documents"]["earlier"]), (&9.into(), &1.into()));
    assert_eq!(told["input"]["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["outputs"].as_array().map(Vec::len), Some(2));
    says(&run(["check-manifest", &manifest]).code(0).stdout, &["earlier.jsonl: unchanged"]);
    run(["dedup", &input, "-o", &out, "--manifest", &out]).code(2);
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_for_every_output() {
    if !std::path::Path::new("/dev/full").exists() {
        cli::skipped("/dev/full is not here");
        return;
    }
    let dir = folder();
    let input = input(&dir);
    let out = file(&dir, "out.csv", "what was there");
    let full = |name: &str| {
        let link = dir.path().join(name);
        std::os::unix::fs::symlink("/dev/full", &link).expect("link");
        link.to_str().expect("UTF-8").to_owned()
    };
    let mut names = vec!["full.jsonl", "full.csv", "full.tsv.gz", "full.csv.zst"];
    if cfg!(feature = "parquet") {
        names.push("full.parquet");
    }
    for name in names {
        let full = full(name);
        for option in ["--pairs", "--clusters"] {
            let found = run(["cluster", &input, option, &full]).code(4);
            says(&found.stderr, &[name, "could not be written", "No space"]);
        }
    }
    let full = full("full.json");
    for option in ["--manifest", "--output"] {
        let found = run(["cluster", &input, "--format", "csv", option, &full]).code(4);
        says(&found.stderr, &["full.json", "could not be written"]);
    }
    // the others stay as they were
    run(["cluster", &input, "--format", "csv", "--output", &out, "--pairs", &full]).code(4);
    assert_eq!(unpacked(&out), "what was there");
    let stdout = std::fs::File::options().write(true).open("/dev/full").expect("opened");
    let status = cli::command()
        .args(["cluster", &input, "--format", "csv"])
        .stdout(stdout)
        .stderr(std::process::Stdio::null())
        .status();
    assert_eq!(status.expect("runs").code(), Some(4));
}

/// What is read is never written over, by whatever name.
#[test]
fn an_output_is_no_input() {
    let dir = folder();
    let input = input(&dir);
    let before = bytes(&input);
    let inside = dir.path().display().to_string();
    let detour = format!("{inside}/../{}/in.jsonl", dir.path().file_name().unwrap().display());
    let new = format!("{inside}/new.jsonl");
    let refused = |args: &[&str], words: &[&str]| {
        says(&run(args).code(2).stderr, words);
        assert_eq!(bytes(&input), before, "{args:?}");
    };
    let read = ["is also read"];
    for output in ["--output", "--pairs", "--clusters", "--report", "--manifest"] {
        refused(&["cluster", &input, output, &detour], &read);
        // as one of a folder
        refused(&["cluster", &inside, output, &input], &read);
    }
    refused(&["report", &input, "--output", &input], &read);
    refused(&["dedup", &input, "--output", &input], &read);
    refused(&["dedup", &input, "--output", &new, "--removed", &input], &read);
    refused(&["dedup", &input, "--output", &new, "--manifest", &detour], &read);
    // the archive of what was kept before
    run(["dedup", &input, "--output", &new]).code(0);
    let kept = bytes(&new);
    refused(&["dedup", &input, "--against", &new, "--output", &new], &read);
    assert_eq!(bytes(&new), kept);
    for truth in [["--truth", &new], ["--overlaps", &new]] {
        let all = ["evaluate", &input, "--truth", &input, truth[0], truth[1], "--output", &new];
        let all =
            if truth[0] == "--truth" { [&all[..2], &all[4..]].concat() } else { all.to_vec() };
        refused(&all, &read);
    }
    // a file is one file by whatever name, also before it is there
    let one = format!("{inside}/one.jsonl");
    let other = format!("{inside}/./one.jsonl");
    refused(&["cluster", &input, "--pairs", &one, "--clusters", &other], &["name one file"]);
    // others beside the inputs may be replaced
    run(["cluster", &input, "--pairs", &one]).code(0);
    run(["cluster", &input, "--pairs", &one]).code(0);
    run(["cluster", &inside, "--ext", "txt,md", "--pairs", &one]).code(3);
}

#[test]
fn a_closed_pipe_ends_a_table_quietly() {
    use std::io::{BufRead, BufReader};
    let dir = folder();
    let input = file(&dir, "in.jsonl", corpus(1500));
    let manifest = path(&dir, "manifest.json");
    let mut child = cli::start(["cluster", &input, "--format", "csv", "--manifest", &manifest]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    assert!(first.starts_with("id,cluster,"), "{first}");
    let status = child.wait().expect("ends");
    let mut stderr = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("read");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    assert!(std::path::Path::new(&manifest).exists(), "the files are whole all the same");
}

/// Sends `signal` to a child and gives its exit code.
#[cfg(unix)]
fn stop(mut child: std::process::Child, signal: &str) -> Option<i32> {
    let pid = child.id().to_string();
    let kill = std::process::Command::new("kill").args([signal, &pid]).status();
    assert!(kill.expect("kill").success());
    child.wait().expect("ends").code()
}

#[cfg(unix)]
fn begun(dir: &tempfile::TempDir) -> usize {
    let names = std::fs::read_dir(dir.path()).expect("folder");
    let part = |e: &std::fs::DirEntry| e.path().extension() == Some("part".as_ref());
    names.filter(|e| e.as_ref().is_ok_and(part)).count()
}

#[cfg(unix)]
fn wait_for(what: impl Fn() -> bool) {
    for _ in 0..3000 {
        if what() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("did not come");
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_reading_a_file_or_writing_leaves_nothing_half() {
    let dir = folder();
    let fifo = path(&dir, "fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        cli::skipped("mkfifo is not here");
        return;
    }
    let manifest = path(&dir, "manifest.json");
    let clusters = file(&dir, "clusters.csv.gz", "what was there");
    // reading: a file whose end does not come
    let writer = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).expect("opened");
    std::io::Write::write_all(&mut &writer, corpus(3).as_bytes()).expect("written");
    let args =
        ["cluster", &fifo, "--input", "jsonl", "--clusters", &clusters, "--manifest", &manifest];
    let child = cli::start(args);
    wait_for(|| begun(&dir) == 2);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(stop(child, "-INT"), Some(130));
    assert_eq!(begun(&dir), 0);
    drop(writer);
    // writing: a pipe that nobody empties
    let input = file(&dir, "in.jsonl", corpus(1500));
    let holder = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).expect("opened");
    let args =
        ["cluster", &input, "--pairs", &fifo, "--clusters", &clusters, "--manifest", &manifest];
    let child = cli::start(args);
    wait_for(|| begun(&dir) == 2);
    // until the pipe is full the batch has run and something was written
    let mut first = [0; 1];
    Read::read_exact(&mut &holder, &mut first).expect("a byte of the pairs");
    assert_eq!(stop(child, "-INT"), Some(130));
    assert_eq!(begun(&dir), 0);
    assert!(!std::path::Path::new(&manifest).exists());
    assert_eq!(bytes(&clusters), b"what was there");
}
