//! `nearcopy explain-params`, and what shells and the manual know of the command line.

mod cli;

use cli::{folder, path, run, start};
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
        "bytes of",
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
