//! `nearcopy compare`.

mod cli;

use cli::{article, file, folder, gzip, path, run, run_with_input, scrape};

const ARTICLE: &str = "examples/data/harbour-full.txt";
const SCRAPE: &str = "examples/data/harbour-scrape.txt";

#[test]
fn the_scrape_is_the_beginning_of_the_article() {
    let found = run(["compare", ARTICLE, SCRAPE]).code(0);
    assert!(
        found.stdout.contains("B is the beginning of A's article, cut off."),
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("B is the first 2"), "{}", found.stdout);
    assert!(found.stdout.contains("cut off in B"), "the missing tail: {}", found.stdout);
    assert!(found.stdout.contains("furniture"), "the furniture: {}", found.stdout);
    assert!(found.stdout.contains("This site uses cookies"), "{}", found.stdout);
    assert!(!found.stdout.contains('\x1b'), "no colour in a pipe");
    assert_eq!(found.stderr, "");
    for line in found.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let reversed = run(["compare", SCRAPE, ARTICLE, "--no-diff"]).code(0);
    assert!(reversed.stdout.contains("A is the beginning of B's article"), "{}", reversed.stdout);
    assert!(!reversed.stdout.contains("Loading, please wait...\n"), "{}", reversed.stdout);
}

#[test]
fn the_samples_are_what_their_list_says() {
    let list = std::fs::read_to_string("examples/README.md").expect("the list");
    let row = |line: &str| -> Option<[String; 3]> {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split(" | ").collect();
        cells.try_into().ok().map(|cells: [&str; 3]| cells.map(str::to_owned))
    };
    let rows: Vec<[String; 3]> = list.lines().filter_map(row).collect();
    let named = |cell: &str| cell.split('`').next().expect("a name").to_owned();
    let mut matches = std::collections::BTreeSet::new();
    for [file, what, expected] in &rows {
        let Some(expected) = expected.strip_prefix('`') else { continue };
        let names: Vec<&str> = expected.split('`').step_by(2).collect();
        for other in &names[1..] {
            let [a, b] = [&named(file), *other].map(|name| format!("examples/data/{name}"));
            let found = run(["compare", &a, &b, "--format", "json"]).code(0).json().remove(0);
            assert_eq!(found["relation"], names[0], "{a} {b}");
            if names[0] != "same_template" && names[0] != "overlaps" {
                let mut pair = [named(file), (*other).to_owned()];
                pair.sort();
                matches.insert(pair);
            }
            let share = what.split_once("first ").and_then(|(_, s)| s.split_once('%'));
            if let Some((share, _)) = share {
                let said = run(["compare", &a, &b]).code(0).stdout.replace('\n', " ");
                assert!(said.contains(&format!("A is the first {share}% of B")), "{said}");
            }
        }
    }
    // no other samples match
    let names: Vec<String> = rows.iter().map(|[file, ..]| named(file)).collect();
    let files = std::fs::read_dir("examples/data").expect("samples").count();
    assert_eq!(names.len(), files, "each sample has a line");
    for document in run(["cluster", "examples/data", "--format", "json"]).code(0).json() {
        let id = document["id"].as_str().expect("id");
        let has_match = matches.iter().flatten().any(|name| id.ends_with(&**name));
        assert_eq!(document["size"].as_u64().is_some_and(|n| n > 1), has_match, "{document}");
    }
}

#[test]
fn colours_on_request_and_widths() {
    let coloured = run(["compare", ARTICLE, SCRAPE, "--color", "always"]).code(0);
    assert!(coloured.stdout.contains("\x1b["));
    assert!(!coloured.stdout.contains("[-"), "colours instead of marks");
    let narrow = run(["compare", ARTICLE, SCRAPE, "--width", "50"]).code(0);
    let diff = narrow.stdout.split_once("───").expect("rule").1;
    for line in diff.lines() {
        assert!(line.chars().count() <= 50, "{line}");
    }
}

#[test]
fn explain_shows_the_measures_beside_the_thresholds() {
    let found = run(["compare", ARTICLE, SCRAPE, "--explain", "--no-diff"]).code(0);
    for words in ["at least", "below", "yes", "no", "article words matched"] {
        assert!(found.stdout.contains(words), "{words}: {}", found.stdout);
    }
    for words in ["Is it the same article?", "Was one cut off", "So: B is the beginning of A"] {
        assert!(found.stdout.contains(words), "{words}: {}", found.stdout);
    }
    let apart =
        run(["compare", ARTICLE, "examples/data/match-report.txt", "--explain", "--no-diff"]);
    let apart = apart.code(0).stdout;
    assert!(apart.contains("share nothing of weight"));
    assert!(!apart.contains("It is one article"), "rules that were not reached: {apart}");
    for width in ["40", "80", "100"] {
        let args = ["compare", ARTICLE, SCRAPE, "--explain", "--no-diff", "--width", width];
        let shown = run(args).code(0).stdout;
        let explained = shown.split_once("Is it the same").expect("explained").1;
        for line in explained.lines() {
            assert!(line.chars().count() <= width.parse::<usize>().expect("n").max(50), "{line}");
        }
    }
    let coloured = run(["compare", ARTICLE, SCRAPE, "--explain", "--color", "always"]).code(0);
    assert!(coloured.stdout.contains("\x1b[32myes\x1b[0m"), "{}", coloured.stdout);
    let args = ["compare", ARTICLE, SCRAPE, "--explain", "--format", "json"];
    let answer = run(args).code(0).json().remove(0);
    let tests = answer["tests"].as_array().expect("tests");
    assert_eq!((&tests[0]["rule"], &tests[0]["passed"]), (&"identical".into(), &false.into()));
    let matched = tests.iter().find(|t| t["measure"] == "matched_words").expect("matched");
    assert_eq!((&matched["need"], &matched["bound"]), (&"at_least".into(), &12.0.into()));
}

#[test]
fn json_holds_spans_of_both_originals() {
    let answer = run(["compare", ARTICLE, SCRAPE, "--format", "json"]).code(0).json().remove(0);
    assert_eq!(answer["relation"], "truncation_of");
    assert!(answer["content_b_in_a"].as_f64().expect("share") > 0.8);
    assert!(answer["difference"]["missing_tail_in_b"].as_u64().expect("words") > 500);
    let texts = [ARTICLE, SCRAPE].map(|path| std::fs::read_to_string(path).expect("sample"));
    let hunks = answer["hunks"].as_array().expect("hunks");
    for (side, text) in ["a", "b"].iter().zip(&texts) {
        let joined: String = hunks
            .iter()
            .map(|hunk| {
                let at = |i: usize| hunk[side][i].as_u64().expect("offset") as usize;
                &text[at(0)..at(1)]
            })
            .collect();
        assert_eq!(joined, *text, "the hunks of {side} are its text");
    }
    assert!(hunks.iter().any(|h| h["kind"] == "cut_off" && h["end"] == "tail"));
    let short = run(["compare", ARTICLE, SCRAPE, "--format", "json", "--no-diff"]).code(0).json();
    assert!(short[0].get("hunks").is_none());
}

#[test]
fn input_may_be_packed_or_standard_input() {
    let dir = folder();
    let packed = file(&dir, "a.gz", gzip(article(1).as_bytes()));
    let found = run_with_input(["compare", &packed, "-"], scrape(1).as_bytes()).code(0);
    assert!(found.stdout.contains("B is the beginning of A's article"), "{}", found.stdout);
}

#[test]
fn unreadable_texts_stop_it() {
    let dir = folder();
    let missing = path(&dir, "missing.txt");
    let found = run(["compare", ARTICLE, &missing]).code(4);
    assert!(found.stderr.contains("missing.txt: does not exist"), "{}", found.stderr);
    let found = run(["compare", "examples/data", ARTICLE]).code(4);
    assert!(found.stderr.contains("is a folder"), "{}", found.stderr);
    // damaged, but not all of it
    let bytes = gzip(article(1).as_bytes());
    let cut = file(&dir, "cut.gz", &bytes[..bytes.len() - 6]);
    let found = run(["compare", &cut, ARTICLE]).code(1);
    assert!(found.stderr.contains("cut off"), "{}", found.stderr);
}

#[test]
fn empty_and_equal_texts() {
    let dir = folder();
    let empty = file(&dir, "empty.txt", "");
    let found = run(["compare", &empty, &empty]).code(0);
    assert!(found.stdout.contains("share nothing"), "{}", found.stdout);
    let found = run(["compare", ARTICLE, ARTICLE]).code(0);
    assert!(found.stdout.contains("same words in the same order"), "{}", found.stdout);
}

#[test]
fn seeds_are_article_and_scrape() {
    let seeds = std::path::Path::new("../shared/seeds");
    if !seeds.is_dir() {
        cli::skipped("../shared/seeds is not here");
        return;
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(seeds).expect("folder").map(|e| e.expect("entry").path()).collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.metadata().expect("file").len()));
    let found = run(["compare".as_ref(), paths[1].as_os_str(), paths[0].as_os_str()]).code(0);
    assert!(found.stdout.contains("A is the beginning of B's article"), "{}", found.stdout);
    assert!(found.stdout.contains("cut off in A"), "{}", found.stdout);
}
