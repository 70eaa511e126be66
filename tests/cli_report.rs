//! `nearcopy report`: one HTML file that is whole, holds everything it needs, and runs nothing of
//! what documents say.

mod browser;
mod cli;

use browser::Browser;
use cli::{article, corpus, file, folder, lines, path, run, scrape};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Text that would run, load or break out if it were taken for markup.
const HOSTILE: &str = "</script><script>document.title='HOSTILE'</script>\
    <img src=x onerror=\"document.title='HOSTILE'\"><!--<svg onload=document.title='HOSTILE'> \
    {{index}} javascript:document.title='HOSTILE' ' \" \\ &lt; ]]> \u{2028}\u{2029}\u{0}\u{7}\u{1b}[31m\
    \u{202e}\u{85}\u{1f600}";

fn read(path: &str) -> String {
    std::fs::read_to_string(path).expect("the page")
}

/// Writes a page of `input` and reads it.
fn page(folder: &tempfile::TempDir, input: &str, more: &[&str]) -> String {
    let output = path(folder, "report.html");
    run(["report", input, "-o", &output].iter().chain(more)).code(0);
    read(&output)
}

/// The content of a data block.
fn island<'a>(page: &'a str, id: &str) -> &'a str {
    let begin = format!("id=\"{id}\">");
    let start = page.find(&begin).expect("the block") + begin.len();
    &page[start..start + page[start..].find("</script>").expect("its end")]
}

fn index(page: &str) -> Value {
    serde_json::from_str(island(page, "index")).expect("JSON")
}

/// The page without what stands in data blocks, script and style.
fn markup(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = ["<script", "<style"].iter().filter_map(|tag| rest.find(tag)).min() {
        let start = at + rest[at..].find('>').expect("a tag ends") + 1;
        let name = if rest[at..].starts_with("<style") { "</style>" } else { "</script>" };
        out.push_str(&rest[..start]);
        rest = &rest[start + rest[start..].find(name).expect("an element ends")..];
        out.push_str(name);
        rest = &rest[name.len()..];
    }
    out + rest
}

/// The tags of the markup, without the values of their attributes.
fn tags(markup: &str) -> String {
    let (mut inside, mut quoted) = (false, false);
    let keep = |c: &char| {
        match c {
            '<' if !quoted => inside = true,
            '>' if !quoted => inside = false,
            '"' if inside => quoted = !quoted,
            _ => {}
        }
        inside && !quoted
    };
    markup.chars().filter(keep).collect()
}

/// A corpus whose every field is hostile.
fn hostile(folder: &tempfile::TempDir) -> String {
    let record = |id: &str, text: String| {
        let id = format!("{id}{HOSTILE}");
        format!("{}\n", json!({"id": id, "text": text, "site": HOSTILE, "date": HOSTILE}))
    };
    let (whole, cut) = (article(0), scrape(0));
    let records = record("a", format!("{HOSTILE}\n\n{whole}\n{HOSTILE}\n"))
        + &record("b", format!("{HOSTILE}\n{cut}\n{HOSTILE}"))
        + &record("c", whole.replace(". ", &format!(" {HOSTILE}. ")))
        + &record("d", format!("مرحبا\n{}", whole.replacen(' ', "\u{3000}", 9)));
    file(folder, "hostile.jsonl", records)
}

const HOSTILE_FIELDS: [&str; 6] =
    ["--site-field", "site", "--date-field", "date", "--title", HOSTILE_TITLE];
const HOSTILE_TITLE: &str = "A <title> & \"more\"</title><script>document.title='HOSTILE'</script>";

#[test]
fn the_file_is_whole_or_not_there() {
    let folder = folder();
    let output = path(&folder, "report.html");
    let empty = file(&folder, "empty.jsonl", "");
    run(["report", &empty, "-o", &output]).code(3);
    assert!(!Path::new(&output).exists(), "nothing to do leaves nothing");
    let before = file(&folder, "report.html", "before");
    run(["report", &empty, "-o", &before]).code(3);
    assert_eq!(read(&before), "before", "an old file stays as it was");
    let nowhere = path(&folder, "nowhere/report.html");
    let refused = run(["report", "examples/data", "-o", &nowhere]).code(4);
    assert!(refused.stderr.contains("could not be written"), "{}", refused.stderr);
    let page = page(&folder, "examples/data", &[]);
    assert!(page.ends_with("</html>\n"), "the page is whole");
    let left = std::fs::read_dir(folder.path()).expect("folder").count();
    assert_eq!(left, 2, "no other file is left");
    run(["cluster", "examples/data", "--report", &output, "-o", &output]).code(2);
    assert_eq!(read(&output), page, "a refused run touches nothing");
}

#[test]
fn same_input_same_bytes() {
    let folder = folder();
    let input = file(&folder, "in.jsonl", corpus(30));
    let first = page(&folder, &input, &["--threads", "1"]);
    assert!(first == page(&folder, &input, &["--threads", "4"]), "threads change the page");
    let output = path(&folder, "shortcut.html");
    run(["cluster", &input, "-q", "--report", &output]).code(0);
    assert!(first == read(&output), "cluster --report writes another page");
}

#[test]
fn the_page_loads_nothing() {
    let folder = folder();
    for page in
        [page(&folder, "examples/data", &[]), page(&folder, &hostile(&folder), &HOSTILE_FIELDS)]
    {
        let markup = markup(&page);
        let policy = markup.split("Content-Security-Policy\" content=\"").nth(1).expect("a policy");
        let policy = policy.split('"').next().expect("quoted");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        let tags = tags(&markup);
        assert!(tags.contains("<link rel=\" href=\""), "tags are found");
        for loads in
            [" src=", " srcset=", " style=", " on", "<iframe", "<object", "<embed", "<base"]
        {
            assert!(!tags.contains(loads), "{loads}");
        }
        for address in markup.split("href=\"").skip(1) {
            assert!(address.starts_with('#') || address.starts_with("data:,\""), "{address:.40}");
        }
        let style = page.split("<style>").nth(1).expect("a style");
        let style = style.split("</style>").next().expect("its end");
        assert!(!style.contains("url(") && !style.contains("@import"));
        let script = page.split("<script>").nth(1).expect("a script");
        let script = script.split("</script>").next().expect("its end");
        for sink in
            ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch("]
        {
            assert!(!script.contains(sink), "{sink}");
        }
        assert!(script.len() < 40_000, "{} bytes of script", script.len());
    }
}

#[test]
fn text_of_documents_is_never_markup() {
    let folder = folder();
    let page = page(&folder, &hostile(&folder), &HOSTILE_FIELDS);
    assert_eq!(page.matches("<script").count(), 3, "two data blocks and the script");
    assert_eq!(page.matches("</script").count(), 3);
    assert_eq!(page.matches("<title>").count(), 1 + page.matches("\"><title>").count());
    for id in ["index", "lines"] {
        let island = island(&page, id);
        for c in ['<', '>', '&', '\u{2028}', '\u{2029}', '\0', '\u{7}', '\u{1b}', '\u{85}'] {
            assert!(!island.contains(c), "{c:?} in {id}");
        }
    }
    let markup = markup(&page);
    assert!(markup.contains("A &lt;title&gt; &amp; &quot;more&quot;"), "the title is shown");
    for raw in ["HOSTILE'</", "onerror=\"", "<svg onload", "\u{2028}", "\u{0}", "\u{202e}"] {
        assert!(!markup.contains(raw), "{raw:?}");
    }
}

#[test]
fn counts_agree_with_the_clusters() {
    let folder = folder();
    let many = file(&folder, "many.jsonl", corpus(25) + &cli::record("alone", &article(99)));
    for input in ["examples/data", &many] {
        let page = page(&folder, input, &[]);
        let documents = run(["cluster", input, "-q", "--format", "json"]).code(0).json();
        let index = index(&page);
        let mut clusters: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
        for document in documents.iter().filter(|document| document["size"] != 1) {
            clusters
                .entry(document["cluster"].as_u64().expect("number"))
                .or_default()
                .push(document);
        }
        let sizes: Vec<usize> = clusters.values().map(Vec::len).collect();
        assert_eq!(index["size"], json!(sizes));
        let rows: Vec<Value> = lines(island(&page, "lines"));
        let mut ids = index["id"].as_array().expect("ids").iter();
        let prefix = index["prefix"].as_str().expect("prefix");
        for (documents, row) in clusters.values().zip(&rows) {
            let mut of = |at: usize| {
                let id = format!("{prefix}{}", ids.next().expect("an id").as_str().expect("text"));
                let found = documents.iter().find(|document| document["id"] == id);
                (at, *found.expect("a document of the cluster"))
            };
            let (_, first) = of(0);
            assert_eq!(first["representative"], first["id"]);
            for (at, copy) in (0..documents.len() - 1).map(of) {
                let measures = &row[0][at];
                let share = |name: &str| (copy[name].as_f64().expect("share") * 1e4).round();
                assert_eq!(measures[4].as_f64(), Some(share("jaccard")), "{copy}");
                assert_eq!(measures[5].as_f64(), Some(share("a_in_b")), "{copy}");
                assert_eq!(measures[6].as_f64(), Some(share("b_in_a")), "{copy}");
                assert_eq!(measures[9], copy["words_a"], "{copy}");
                assert_eq!(measures[11], copy["difference"], "{copy}");
            }
        }
        assert!(ids.next().is_none(), "no other documents");
        let copies = documents.iter().filter(|document| !document["relation"].is_null()).count();
        for (id, n) in [
            ("documents", documents.len()),
            ("clusters", clusters.len()),
            ("copies", copies),
            ("alone", documents.iter().filter(|document| document["size"] == 1).count()),
            ("kept", documents.len() - copies),
        ] {
            assert!(page.contains(&format!("id=\"n-{id}\">{n}<")), "{id} is {n}");
        }
    }
}

/// Text A cut at UTF-16 positions, and text B put together from it, as the script does it.
fn rebuilt(text: &str, edits: &Value, hunks: &Value) -> (usize, String) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let number = |value: &Value| value.as_u64().expect("a number") as usize;
    let mut at = 0;
    let mut out: Vec<u16> = Vec::new();
    for hunk in hunks.as_array().expect("hunks") {
        let a = &units[at..at + number(&hunk[3])];
        at += a.len();
        match &hunk[4] {
            Value::String(own) => out.extend(own.encode_utf16()),
            Value::Array(ops) => {
                let mut from = 0;
                for (n, op) in ops.iter().enumerate() {
                    if n % 2 == 0 {
                        out.extend(&a[from..from + number(op)]);
                        from += number(op);
                    } else {
                        from += number(&edits[2 * number(op)]);
                        out.extend(
                            edits[2 * number(op) + 1].as_str().expect("text").encode_utf16(),
                        );
                    }
                }
                assert_eq!(from, a.len(), "an edited passage is used up");
            }
            same => {
                assert_eq!(same, &json!(0));
                out.extend(a);
            }
        }
    }
    (units.len() - at, String::from_utf16(&out).expect("no half characters"))
}

#[test]
fn texts_are_held_once_and_rebuilt_exactly() {
    let folder = folder();
    let hostile = hostile(&folder);
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for record in lines(&read(&hostile)) {
        texts.insert(
            record["id"].as_str().expect("id").into(),
            record["text"].as_str().expect("text").into(),
        );
    }
    for entry in std::fs::read_dir("examples/data").expect("samples") {
        let path = entry.expect("entry").path();
        texts.insert(path.to_str().expect("UTF-8").into(), read(path.to_str().expect("UTF-8")));
    }
    let mut compared = 0;
    for input in ["examples/data", &hostile] {
        let page = page(&folder, input, &[]);
        let index = index(&page);
        let prefix = index["prefix"].as_str().expect("prefix");
        let mut ids = index["id"].as_array().expect("ids").iter();
        let mut next =
            || &texts[&format!("{prefix}{}", ids.next().expect("id").as_str().expect("text"))];
        for line in lines(island(&page, "lines")) {
            let first = next();
            assert_eq!(line[1].as_str(), Some(first.as_str()), "the representative is whole");
            for diff in line[3].as_array().expect("diffs") {
                let copy = next();
                let (left, text) = rebuilt(first, &line[2], &diff[1]);
                assert_eq!(left, 0, "the hunks cover the representative");
                assert_eq!(&text, copy);
                compared += 1;
            }
        }
    }
    assert!(compared >= 10, "{compared} copies");
}

#[test]
fn what_is_left_out_is_said() {
    let folder = folder();
    let mut records = String::new();
    for n in 0..6 {
        for copy in 0..5 {
            let text = if copy == 0 { article(n) } else { format!("Copy {copy}\n{}", scrape(n)) };
            records += &cli::record(&format!("{n}-{copy}"), &text);
        }
    }
    let long = format!("{}{}", article(77), "end of the ledger ".repeat(20_000));
    records += &cli::record("long-a", &long);
    records += &cli::record("long-b", &format!("Home\n{long}"));
    let input = file(&folder, "in.jsonl", records);
    let held = |page: &str| -> Vec<usize> {
        let rows = lines(island(page, "lines"));
        let some = |line: &Value| {
            line[3].as_array().map_or(0, |d| d.iter().filter(|d| !d.is_null()).count())
        };
        rows.iter().map(some).collect()
    };
    let all = page(&folder, &input, &[]);
    assert_eq!(held(&all), [4, 4, 4, 4, 4, 4, 0]);
    assert!(all.contains("the differences of 24 of 25 copies"), "the long one is not shown");
    assert!(all.contains("1 left out because a text is longer than 256 kB"));
    let two = page(&folder, &input, &["--diffs", "2"]);
    assert_eq!(held(&two), [2, 2, 2, 2, 2, 2, 0]);
    assert!(two.contains("the differences of 12 of 25 copies: of the first 2 of each cluster"));
    let none = page(&folder, &input, &["--max-text", "0"]);
    assert!(held(&none).iter().all(|&n| n == 0));
    assert!(none.contains("the differences of 0 of 25 copies"));
    assert_eq!(index(&none)["size"], index(&all)["size"], "the list is whole all the same");
}

#[test]
fn figures_follow_the_fields() {
    let folder = folder();
    let titles = |page: &str| -> Vec<String> {
        page.split("<figcaption><b>")
            .skip(1)
            .map(|f| f[..f.find("</b>").expect("end")].into())
            .collect()
    };
    let mut records = String::new();
    for n in 0..12 {
        for (part, text) in [("a", article(n)), ("s", scrape(n))] {
            let record = json!({"id": format!("{part}{n}"), "text": text,
                "host": format!("site{}.example", n % 3), "date": format!("2026-{:02}-05", n + 1)});
            records += &format!("{record}\n");
        }
    }
    let input = file(&folder, "in.jsonl", records);
    let plain = titles(&page(&folder, &input, &[]));
    assert_eq!(plain, ["Containment against resemblance.", "Cluster sizes."]);
    let fields = ["--site-field", "host", "--date-field", "date"];
    let page = page(&folder, &input, &fields);
    assert_eq!(titles(&page)[2..], ["Sites.", "Time."]);
    assert!(page.contains("24 documents from 2026-01-05 to 2026-12-05, by month."), "the caption");
    assert!(page.contains("<title>2026-04: copy 1</title>"), "a column says what it is");
    assert!(page.contains("<title>site1.example: copy 4</title>"), "a bar says what it is");
    let index = index(&page);
    assert_eq!(index["from"][0], "2026-01-05");
    assert_eq!(index["sites"], json!(["site0.example", "site1.example", "site2.example"]));
}

#[test]
fn sizes_of_clusters_are_named_from_to() {
    let folder = folder();
    let records = |of: std::ops::Range<usize>, n: usize| -> String {
        of.map(|at| cli::record(&format!("{n}-{at}"), &article(n))).collect()
    };
    let input = file(&folder, "in.jsonl", records(0..70, 1) + &records(0..6, 2));
    let page = page(&folder, &input, &[]);
    for bin in ["5–8", "9–16", "17–32", "33–64", "65–128"] {
        assert!(page.contains(&format!(">{bin}</text>")), "{bin} stands under its column");
    }
    assert!(page.contains("<title>5–8 documents: clusters 1<"), "a column says what it is");
}

#[test]
fn one_is_no_plural_and_none_is_not_told() {
    let folder = folder();
    let input = [cli::record("a", &article(1)), cli::record("b", &article(1))].concat();
    let input = file(&folder, "in.jsonl", input);
    let page = page(&folder, &input, &[]);
    for words in [
        "<dt>documents</dt><dd id=\"n-documents\">2</dd>",
        "<dt>cluster</dt><dd id=\"n-clusters\">1</dd>",
        "<dt>copy of another</dt><dd id=\"n-copies\">1</dd>",
        "1 of 2 documents (50%) repeats another.<",
        "None lies left of the dashed line",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!markup(&page).contains("threshold there"), "nothing would be lost");
}

#[test]
fn a_corpus_without_copies_has_a_page_too() {
    let folder = folder();
    let input = file(&folder, "in.jsonl", cli::record("a", &article(1)) + &cli::record("b", ""));
    let page = page(&folder, &input, &[]);
    assert!(page.contains("No document repeats another."));
    assert!(page.contains("1 document holds no word"));
    assert_eq!(index(&page)["size"], json!([]));
    assert_eq!(island(&page, "lines"), "");
}

// --- in a browser ---------------------------------------------------------------------------------

/// A browser, or a word why there is none.
fn browser() -> Option<Browser> {
    let browser = Browser::start(1300, 900);
    if browser.is_none() {
        cli::skipped("no Chromium; Debian's package chromium lets this test look at the page");
    }
    browser
}

fn address(folder: &tempfile::TempDir) -> String {
    format!("file://{}", path(folder, "report.html"))
}

const COUNT: &str = "document.getElementById('count').textContent";
const HASH: &str = "location.hash";
const FOCUS: &str = "document.activeElement.id || document.activeElement.className";

#[test]
fn in_a_browser_the_list_counts_and_searches() {
    let folder = folder();
    let input = file(&folder, "in.jsonl", corpus(300));
    page(&folder, &input, &[]);
    let Some(mut browser) = browser() else { return };
    let page = address(&folder);
    browser.open(&page);
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    assert_eq!(browser.requests(), [page.as_str()], "nothing else is loaded");
    assert_eq!(browser.value("document.getElementById('browser').hidden"), true);
    browser.press("/");
    assert_eq!(browser.text(FOCUS), "q");
    assert_eq!(browser.text(COUNT), "300 clusters");
    let entries = "document.querySelectorAll('[role=option]').length";
    let entries = browser.value(entries).as_u64().expect("a number");
    assert!((3..60).contains(&entries), "{entries} entries for what is in sight");
    for c in "S17 A17".chars() {
        browser.press(&c.to_string());
    }
    browser.wait(&format!("{COUNT} === '11 of 300 clusters'"));
    assert_eq!(browser.text(HASH), "#clusters&q=S17%20A17");
    browser.open(&format!("{page}#clusters&rel=2"));
    assert_eq!(browser.text(COUNT), "300 clusters", "all copies are cut off");
    browser.open(&format!("{page}#clusters&rel=0"));
    assert_eq!(browser.text(COUNT), "0 of 300 clusters");
    // the last one is there as soon as it is scrolled to
    browser.open(&format!("{page}#clusters"));
    browser.value("document.getElementById('list').scrollTop = 1e9");
    let last = "document.querySelector('[aria-posinset=\"300\"]') !== null";
    browser.wait(last);
}

#[test]
fn in_a_browser_keys_walk_through_clusters_and_copies() {
    let folder = folder();
    page(&folder, "examples/data", &[]);
    let Some(mut browser) = browser() else { return };
    browser.open(&address(&folder));
    let mut walk = |keys: &[&str], hash: &str, focus: &str| {
        for key in keys {
            browser.press(key);
        }
        browser.wait(&format!("{HASH} === '{hash}'"));
        assert_eq!(browser.text(FOCUS), focus, "after {keys:?} at {hash}");
    };
    walk(&["/"], "#clusters", "q");
    walk(&["Enter"], "#clusters", "list");
    walk(&["j"], "#cluster=2", "list");
    walk(&["ArrowUp"], "#cluster=1", "list");
    walk(&["Enter"], "#cluster=1", "open");
    walk(&["Enter"], "#cluster=1&copy=1", "pane-detail");
    walk(&["j", "j"], "#cluster=1&copy=3", "pane-detail");
    walk(&["k"], "#cluster=1&copy=2", "pane-detail");
    walk(&["Escape"], "#cluster=1", "open");
    walk(&["Escape"], "#cluster=1", "list");
    walk(&["Escape"], "#clusters", "list");
    browser.press("?");
    browser.wait("document.getElementById('help').open");
    browser.press("Escape");
    browser.wait("!document.getElementById('help').open");
    browser.value("history.back()");
    browser.wait(&format!("{HASH} === '#cluster=1'"));
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn in_a_browser_a_link_opens_a_copy() {
    let folder = folder();
    let report = page(&folder, "examples/data", &[]);
    let index = index(&report);
    let ids = index["id"].as_array().expect("ids");
    let place = |name: &str| ids.iter().position(|id| id == name).expect("a copy");
    let Some(mut browser) = browser() else { return };
    let page = address(&folder);
    browser.open(&format!("{page}#cluster=1&copy={}", place("harbour-scrape.txt")));
    let headline = browser.text("document.querySelector('.headline').textContent");
    assert!(headline.starts_with("B is the first 28% of A"), "{headline}");
    for (what, selector) in [
        ("an edit on each side", ".side-a del[data-hunk]"),
        ("an edit on each side", ".side-b ins[data-hunk]"),
        ("the missing tail, folded", "details.passage.del > summary"),
        ("the furniture", ".passage.furniture"),
    ] {
        let found =
            browser.value(&format!("document.querySelector('.compared {selector}') !== null"));
        assert_eq!(found, true, "{what}");
    }
    // both sides side by side, in one column, and folded
    let rows = "document.querySelectorAll('.compared .row').length";
    let columns = "document.querySelectorAll('.compared .cell.side-b').length";
    assert!(browser.value(columns).as_u64() > Some(5));
    browser.press("v");
    assert_eq!(browser.value(columns), 0, "merged");
    assert!(browser.value(rows).as_u64() > Some(5));
    // a moved passage leads to its other place
    browser.open(&format!("{page}#cluster=1&copy={}", place("harbour-reordered.txt")));
    browser.value("document.querySelector('.side-b .jump').click()");
    browser.wait("/-a$/.test(document.activeElement.dataset.hunk)");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn in_a_browser_hostile_documents_do_not_run() {
    let folder = folder();
    page(&folder, &hostile(&folder), &HOSTILE_FIELDS);
    let Some(mut browser) = browser() else { return };
    let page = address(&folder);
    for hash in ["", "#clusters", "#cluster=1", "#cluster=1&copy=1", "#cluster=1&copy=2"] {
        let page = format!("{page}{hash}");
        browser.open(&page);
        browser.wait("document.documentElement.dataset.loaded !== undefined");
        // expanded, everything is in the document
        browser.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
        assert_eq!(browser.text("document.title"), HOSTILE_TITLE, "at {hash}");
        assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
        assert_eq!(browser.requests().len(), 1, "{:?}", browser.requests());
        let foreign = "document.querySelectorAll('img, iframe, [onerror], [onload], \
                       a:not([href^=\"#\"])').length";
        assert_eq!(browser.value(foreign), 0, "at {hash}");
    }
    // and if text ever became markup, the policy would not let it run
    let injected = "(() => {
        const script = document.createElement('script');
        try { script.text = 'document.title = \"ran\"'; document.body.append(script); } catch { }
        const button = document.createElement('button');
        try { button.setAttribute('onclick', 'document.title = \"ran\"'); } catch { }
        document.body.append(button);
        button.click();
        return document.title;
    })()";
    assert_eq!(browser.text(injected), HOSTILE_TITLE);
}
