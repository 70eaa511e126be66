//! `nearcopy explain-params`, and what shells and the manual know of the command line.

mod cli;

use cli::{article, folder, path, run, start};
use nearcopy::dedup::{Dedup, Doc};
use nearcopy::{Comparer, Profile};
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn the_flagship_is_the_example() {
    let found = run(["explain-params"]).code(0);
    for words in [
        "Certain: 20 words shared in one run give one common fingerprint, 36 give two.",
        "A text of 300 words of which 89% stand in one of 1,182 (resemblance 0.22)",
        "containment instead",
        "0.00007",
        "bytes for a document of 1,182 words, and for 1,000,000 documents",
        "  batch, besides the texts in memory          1,162     1.2 GB",
    ] {
        assert!(found.stdout.contains(words), "{words:?}: {}", found.stdout);
    }
    for line in found.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let answer = run(["explain-params", "--format", "json"]).code(0).json().remove(0);
    let pair = &answer["pair"];
    assert!((pair["jaccard"].as_f64().expect("share") - 0.22).abs() < 0.005, "{pair}");
    assert_eq!(pair["found_in_one_run"], 1.0);
    assert!(pair["found_scattered"].as_f64().expect("chance") > 0.999);
    assert!(pair["found_by_bands"].as_f64().expect("chance") < 0.0001);
    assert_eq!(answer["guaranteed_run"], serde_json::json!([20, 36]));
    let shares: Vec<f64> = answer["curve"]
        .as_array()
        .expect("points")
        .iter()
        .map(|p| p["bands"].as_f64().expect("chance"))
        .collect();
    assert!(shares.is_sorted() && shares.len() == 10);
}

#[test]
fn other_questions_have_other_answers() {
    let ask = |args: &[&str]| {
        let all = ["explain-params", "--format", "json"];
        run(all.iter().chain(args)).code(0).json().remove(0)
    };
    let same = ask(&["--length-ratio", "1", "--containment", "1", "--bands", "20x6"]);
    assert_eq!(
        (&same["pair"]["jaccard"], &same["pair"]["found_by_bands"]),
        (&1.0.into(), &1.0.into())
    );
    let little = ask(&["--words", "1000", "--length-ratio", "1", "--containment", "0.02"]);
    assert_eq!(little["pair"]["is_enough"], false);
    assert!(little["pair"]["found_scattered"].as_f64().expect("chance") < 0.1);
    for profile in ["ocr", "short", "code"] {
        let answer = ask(&["--profile", profile, "--words", "400"]);
        assert_eq!(
            (&answer["profile"], &answer["pair"]["found_in_one_run"]),
            (&profile.into(), &1.0.into())
        );
        run(["explain-params", "--profile", profile, "--words", "20"]).code(0);
    }
    for args in [
        ["--words", "0"],
        ["--words", "3"],
        ["--containment", "1.1"],
        ["--containment", "NaN"],
        ["--length-ratio", "0.5"],
        ["--bands", "14"],
        ["--bands", "0x8"],
        ["--bands", "100000x8"],
        ["--profile", "poetry"],
        ["--format", "csv"],
        ["--plot", "-"],
    ] {
        let found = run(["explain-params"].iter().chain(&args)).code(2);
        assert!(!found.stderr.is_empty() && found.stdout.is_empty(), "{args:?}");
    }
}

/// Text `n` of `words` words of five letters.
fn text(n: usize, words: usize) -> String {
    let articles = (0..words.div_ceil(120)).map(|part| article(n * 100 + part));
    let all = articles.collect::<String>();
    // sentences without their headlines
    let sentences = all.lines().filter(|line| line.ends_with('.'));
    let words = sentences.flat_map(str::split_whitespace).take(words);
    let short = |word: &str| word[..5].to_owned() + &word[6..];
    words.map(short).collect::<Vec<_>>().join(" ")
}

fn memory(profile: &str, words: usize, documents: usize) -> Value {
    let numbers = [words.to_string(), documents.to_string()];
    let args = ["explain-params", "--format", "json", "--length-ratio", "1", "--profile", profile];
    let more = ["--words", &numbers[0], "--documents", &numbers[1]];
    run(args.iter().chain(&more)).code(0).json().remove(0)["memory"].clone()
}

#[test]
fn a_batch_costs_what_is_stated() {
    // at 16 MiB the budget would come to bear
    const DOCS: usize = 1000;
    for (profile, kind) in [("web", Profile::Web), ("ocr", Profile::Ocr), ("code", Profile::Code)] {
        for words in [60, 400, 1200] {
            let mut batch = Dedup::new().comparer(Comparer::for_profile(kind)).batch();
            let texts: Vec<String> = (0..DOCS).map(|n| text(n, words)).collect();
            let docs: Vec<Doc<'_>> = texts.iter().map(|text| Doc::new(text)).collect();
            batch.add(&docs);
            let held = batch.memory_usage() as f64 / DOCS as f64;
            let stated = memory(profile, words, DOCS);
            for name in ["batch_bytes", "batch_streamed_bytes"] {
                let stated = stated[name].as_f64().expect("bytes");
                assert!((stated / held - 1.0).abs() < 0.1, "{profile} {words}: {stated} {held}");
            }
        }
    }
    // beyond 16 MiB of fingerprints, a sixteenth of the texts
    let many = memory("web", 500, 1_000_000);
    assert_eq!(many["batch_streamed_bytes"], 60.0 + 500.0 * 6.0 / 16.0);
}

#[cfg(feature = "online")]
#[test]
fn an_index_costs_what_is_stated() {
    use nearcopy::online::{OnlineIndex, Options, Sketch};
    for (profile, kind) in [("web", Profile::Web), ("ocr", Profile::Ocr), ("code", Profile::Code)] {
        for words in [120, 400, 1200] {
            let comparer = Comparer::for_profile(kind);
            let dir = folder();
            let options = Options::new().comparer(comparer.clone());
            let index = OnlineIndex::<u64>::open_with(dir.path(), options).expect("opened");
            let mut sketches = 0;
            for n in 0..32 {
                let text = text(n, words);
                sketches += Sketch::of(&comparer, &comparer.prepare(&text)).to_bytes().len();
                index.insert(&(n as u64), text.as_str()).expect("taken in");
            }
            let stated = memory(profile, words, 32);
            let stated = |name: &str| stated[name].as_f64().expect("number");
            let postings = index.stats().postings as f64 / 32.0;
            let fingerprints = stated("index_fingerprints");
            assert!(
                (fingerprints / postings - 1.0).abs() < 0.2,
                "{profile} {words}: {fingerprints} {postings}"
            );
            let sketch = sketches as f64 / 32.0 + 32.0;
            let besides = stated("index_disk_bytes") - stated("index_posting_bytes");
            assert!((besides / sketch - 1.0).abs() < 0.25, "{profile} {words}: {besides} {sketch}");
        }
    }
    // as measured of a million pages
    let page = memory("web", 400, 1_000_000);
    let near = |name: &str, measured: f64| {
        let stated = page[name].as_f64().expect("bytes");
        assert!((stated / measured - 1.0).abs() < 0.1, "{name}: {stated}");
    };
    near("index_posting_bytes", 150.0);
    near("index_disk_bytes", 540.0);
}

#[test]
fn the_curves_are_drawn() {
    let dir = folder();
    let plot = path(&dir, "curves.svg");
    run(["explain-params", "--plot", &plot]).code(0);
    let svg = std::fs::read_to_string(&plot).expect("picture");
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<polyline").count(), 3);
    assert!(svg.contains("winnowing, one run") && svg.contains("MinHash 14 x 8"), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let nowhere = path(&dir, "no/such/folder/curves.svg");
    run(["explain-params", "--plot", &nowhere]).code(4);
}

#[test]
fn completions_know_every_command() {
    let help = run(["--help"]).code(0).stdout;
    let commands = help.split_once("Commands:").expect("commands").1;
    let commands = commands.split_once("\n\n").expect("end").0;
    // a longer description goes on further to the right
    let names = commands.lines().filter_map(|line| line.strip_prefix("  "));
    let commands: Vec<&str> = names
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"evaluate") && commands.contains(&"man"), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let written = run(["completions", shell]).code(0).stdout;
        for command in &commands {
            assert!(written.contains(command), "{shell} knows {command}");
        }
        assert!(written.contains("annotate-prefix"), "{shell} knows options");
    }
    run(["completions"]).code(2);
    run(["completions", "tcsh"]).code(2);
    // the shell itself reads it
    let bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    let Ok(mut bash) = bash else { return cli::skipped("bash is not here") };
    let written = run(["completions", "bash"]).code(0).stdout;
    bash.stdin.take().expect("piped").write_all(written.as_bytes()).expect("written");
    assert!(bash.wait().expect("ends").success());
}

#[test]
fn the_manual_names_every_command_and_option() {
    let page = run(["man"]).code(0).stdout;
    assert!(page.starts_with(".ie") || page.starts_with(".TH") || page.contains(".TH NEARCOPY"));
    for words in ["NEARCOPY EVALUATE", "NEARCOPY DEDUP", "reference\\-kind", "Exit codes", "130"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    for args in [vec!["man"], vec!["completions", "zsh"], vec!["explain-params"]] {
        let mut child = start(&args);
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("runs");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}");
    }
}
