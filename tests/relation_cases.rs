//! What happens to an article on the web, case by case, and which relation it must have.

mod prose;

use nearcopy::relation::Relation::{self, *};
use nearcopy::{Comparer, Comparison};
use prose::{
    Rng, article, chinese, edited, first_words, framed, paragraph, russian, sentence, title,
    without_first_words, word_count,
};
use std::sync::LazyLock;

static COMPARER: LazyLock<Comparer> = LazyLock::new(Comparer::default);

fn compared(a: &str, b: &str) -> Comparison {
    COMPARER.compare(&COMPARER.prepare(a), &COMPARER.prepare(b))
}

/// The relation of a to b, checked in both directions.
fn relation(a: &str, b: &str) -> Relation {
    let found = compared(a, b).relation();
    assert_eq!(compared(b, a).relation(), found.reversed());
    found
}

#[track_caller]
fn assert_match(a: &str, b: &str) {
    let comparison = compared(a, b);
    assert!(relation(a, b).is_match(), "{}: {:?}", comparison.relation(), comparison.evidence());
}

#[track_caller]
fn assert_no_match(a: &str, b: &str) {
    let comparison = compared(a, b);
    assert!(!relation(a, b).is_match(), "{}: {:?}", comparison.relation(), comparison.evidence());
}

const BRIDGE: &str = "\
Footbridge at Hollin Mill to reopen in June

The footbridge below Hollin Mill, shut since the floods of November carried off its middle pier, \
will open again on the second Saturday of June, the parish council decided on Tuesday night. Walkers \
have had to go round by the main road for seven months.

Engineers had first advised taking the whole bridge down. A diver who went into the river in March \
found that the two outer piers stand on rock and not, as the drawings of 1911 have it, on timber \
piles, so that only the middle one must be built anew. That brought the price down from \u{A3}410,000 \
to about \u{A3}130,000, of which the county pays half.

\u{201C}Nobody on this council wanted to be the one who lost the bridge,\u{201D} said Maud Ferrier, who chairs the \
works committee. She thanked the farmers on the east bank -- four of them lent tractors when the \
stones were pulled from the water -- and asked drivers to be patient with the lorries in Mill Lane, \
which will run from eight to four on weekdays only.

The new pier will be a hand's breadth narrower than the old one and faced with the same stone. \
School parties may watch the work from the weir on Wednesdays; places can be had from the parish \
clerk. For the opening the brass band of the mill will play on the east bank, weather permitting, \
and the first to cross will be Arthur Penhale, 94, who carried sand for the last repair, in 1948.";

const ORCHARD: &str = "\
A thousand pear trees and one key

When Ines Calder inherited the walled orchard at Strand End she was handed a single key, nine \
inches long, and a notebook in which her great-uncle had written the weather of every day since \
1962. She lost the key within a week. The notebook she has read four times.

It told her, among other things, that the late frost comes on average once in three springs, never \
before the blackthorn is over, and that smoke does less against it than water. So last winter she \
laid two miles of thin pipe between the rows. In April the trees stood for one night in armour of \
ice; in September she picked eleven tons.

Her neighbours, who grow barley, think she is mad, and tell her so at the gate. She sells most of \
the fruit to a cider maker across the estuary who wants it small and sour. The rest goes into a \
shed with an open door and a tin for the money. \u{201C}People are honest about pears,\u{201D} she says. \u{201C}With \
plums I would not risk it.\u{201D}";

#[test]
fn a_truncated_copy_in_other_furniture() {
    for (full, seed) in [(BRIDGE.to_owned(), 1), (ORCHARD.to_owned(), 2), (article(3, 900), 3)] {
        let stub = framed(first_words(&full, word_count(&full) / 3), seed);
        assert_eq!(relation(&stub, &full), TruncatedOf);
        assert_eq!(relation(&stub, &framed(&full, 77)), TruncatedOf);
        assert_eq!(relation(&framed(&full, seed), &stub), TruncationOf);
    }
}

#[test]
fn a_beginning_cut_in_mid_sentence() {
    for words in [60, 75, 90, 120] {
        assert_eq!(relation(first_words(BRIDGE, words), BRIDGE), TruncatedOf, "{words} words");
    }
    for (seed, words) in [(1, 400), (2, 800), (3, 1500)] {
        let full = article(seed, words);
        for keep in [words / 10, words / 4, words / 2] {
            assert_eq!(relation(first_words(&full, keep), &full), TruncatedOf, "{keep} of {words}");
        }
    }
}

#[test]
fn an_end_without_the_beginning() {
    for (full, skip) in [(BRIDGE.to_owned(), 120), (ORCHARD.to_owned(), 90), (article(5, 600), 400)]
    {
        assert_eq!(relation(without_first_words(&full, skip), &full), ContainedIn);
    }
}

#[test]
fn an_article_inside_a_longer_page() {
    let page = format!("{}\n\n{BRIDGE}\n\n{}", article(10, 300), article(11, 200));
    assert_eq!(relation(BRIDGE, &page), ContainedIn);
    assert_eq!(relation(&page, ORCHARD), Unrelated);
    let digest = format!("{BRIDGE}\n\n{ORCHARD}\n\n{}", article(12, 300));
    assert_match(&digest, BRIDGE);
    assert_match(&digest, ORCHARD);
}

#[test]
fn an_edited_copy() {
    for seed in 0..8 {
        let full = article(seed, 400);
        assert_eq!(relation(&full, &edited(&full, 5, seed + 100)), NearDuplicate, "seed {seed}");
    }
    let house_style = BRIDGE.replace(" -- ", "\u{2014}").replace(['\u{201C}', '\u{201D}'], "\"");
    assert_eq!(relation(BRIDGE, &house_style), Identical);
    let spelling = BRIDGE.replace("lorries", "trucks").replace("eight to four", "8 to 4");
    assert_eq!(relation(BRIDGE, &spelling), NearDuplicate);
}

#[test]
fn two_equal_versions_have_no_direction() {
    // a word in five is another, so that less than the whole is matched on either side
    for seed in 0..20 {
        let full = article(seed, 300);
        for percent in [10, 15, 20] {
            let found = relation(&full, &edited(&full, percent, seed + 50));
            assert!(found.is_match(), "seed {seed}, {percent} %: {found}");
        }
    }
}

#[test]
fn paragraphs_in_another_order() {
    let paragraphs: Vec<&str> = BRIDGE.split("\n\n").collect();
    let turned = [1, 0, 3, 4, 2].map(|i| paragraphs[i]).join("\n\n");
    assert_match(BRIDGE, &turned);
    let full = article(21, 700);
    let mut paragraphs: Vec<&str> = full.split("\n\n").collect();
    let last = paragraphs.pop().unwrap();
    paragraphs.insert(2, last);
    assert_match(&full, &paragraphs.join("\n\n"));
}

#[test]
fn one_wire_story_in_two_frames() {
    for (story, a, b) in [(BRIDGE, 1, 2), (ORCHARD, 3, 4)] {
        assert_eq!(relation(&framed(story, a), &framed(story, b)), NearDuplicate);
    }
}

#[test]
fn an_update_with_one_paragraph_replaced() {
    for seed in 0..6 {
        let full = article(seed, 500);
        let mut paragraphs: Vec<String> = full.split("\n\n").map(str::to_owned).collect();
        let at = 2 + seed as usize % 4;
        paragraphs[at] = paragraph(&mut Rng(900 + seed), 50);
        assert_match(&full, &paragraphs.join("\n\n"));
    }
}

#[test]
fn different_articles_are_unrelated() {
    assert_eq!(relation(BRIDGE, ORCHARD), Unrelated);
    for seed in 0..20 {
        assert_eq!(relation(&article(seed, 400), &article(1000 + seed, 300)), Unrelated);
        assert_eq!(relation(&chinese(seed, 300), &chinese(1000 + seed, 300)), Unrelated);
        assert_eq!(relation(&russian(seed, 200), &russian(1000 + seed, 200)), Unrelated);
    }
}

/// Prose that a site prints around every article, with nothing of the usual phrases in it.
fn about_the_paper(seed: u64) -> [String; 2] {
    let mut rng = Rng(seed);
    [paragraph(&mut rng, 45), paragraph(&mut rng, 60)]
}

#[test]
fn two_articles_of_one_site() {
    for seed in 0..10 {
        let [above, below] = about_the_paper(seed);
        let page = |text: &str| framed(&format!("{above}\n\n{text}\n\n{below}"), seed);
        assert_no_match(&page(&article(100 + seed, 300)), &page(&article(200 + seed, 350)));
        assert_no_match(&page(BRIDGE), &page(ORCHARD));
    }
}

/// A table of results, none of it prose.
fn table(seed: u64, rows: usize) -> String {
    let mut rng = Rng(seed);
    let row = |n: usize, rng: &mut Rng| {
        let [points, wins] = [rng.below(900), rng.below(30)];
        format!("{n} {} {points} {wins} {}", title(rng, 2), rng.below(12))
    };
    (1..=rows).map(|n| row(n, &mut rng)).collect::<Vec<_>>().join("\n")
}

#[test]
fn two_tables_of_one_site() {
    let mut any = Comparer::default();
    any.thresholds.max_lead_tokens = None;
    for seed in 0..10 {
        let [above, below] = about_the_paper(seed);
        let menu = title(&mut Rng(seed), 90).replace(' ', "\n");
        let page = |text: &str| format!("{menu}\n\n{text}\n\n{above}\n\n{below}\n");
        let (one, other) = (page(&table(seed, 40)), page(&table(seed + 50, 25)));
        assert_no_match(&one, &other);
        assert_eq!(relation(&one, &other), SameTemplate);
        // nothing else tells them apart
        let prepared = [one, other].map(|text| any.prepare(&text));
        assert!(any.compare(&prepared[0], &prepared[1]).relation().is_match());
    }
}

#[test]
fn one_page_on_two_days() {
    for seed in 0..10 {
        let mut rng = Rng(seed);
        let menu = title(&mut rng, 90).replace(' ', "\n");
        let text = article(seed, 160);
        let mut page = || {
            let [latest, most_read] =
                [0, 1].map(|_| (0..8).map(|_| title(&mut rng, 6)).collect::<Vec<_>>().join("\n"));
            let news = title(&mut rng, 12);
            format!("{menu}\n{news}\n\n{text}\n\nLatest\n{latest}\n\nMost read\n{most_read}\n")
        };
        assert_match(&page(), &page());
    }
}

/// A script as an extractor leaves it: all on a line or two.
const SCRIPT: &str = "\
if (page.kind != \"front\") { page.append('<div class=\"advert wide\" id=\"slot-7\"></div>'); } \
var days = parseInt(settings.days || 3); loader.require('/static/gallery.js', function() { \
console.log('/static/gallery.js'); loader.require('/static/share.js', function() { \
gallery.start({ width: 640, items: page.items.filter(function(i) { return i.shown; }) }); }); });\n\
window.timer = setTimeout(loader.flush, 250); if (document.getElementById('letter-off').checked) { \
document.getElementById('letter').value = \"NO\"; $('#letter-box').val(\"\"); } else { \
document.getElementById('letter').value = \"YES\"; visits.count(page.number, true); }";

#[test]
fn one_script_in_two_pages() {
    for seed in 0..10 {
        let [one, other] = [seed, seed + 50].map(|s| article(s, 50));
        assert_no_match(&format!("{SCRIPT}\n\n{one}\n"), &format!("{SCRIPT}\n\n{other}\n"));
        // and without line breaks
        let script = SCRIPT.replace('\n', " ");
        assert_no_match(&format!("{script} {one}"), &format!("{script} {other}"));
    }
}

#[test]
fn code_in_an_article_and_code_alone() {
    for seed in 0..10 {
        let full = format!("{}\n\n{SCRIPT}\n\n{}", article(seed, 80), article(seed + 90, 200));
        assert_eq!(relation(first_words(&full, 150), &full), TruncatedOf);
    }
    let source = SCRIPT.replace("; ", ";\n").replace("{ ", "{\n");
    let other = source.replace("days", "weeks").replace("640", "800");
    assert_eq!(relation(&source, &other), NearDuplicate);
}

#[test]
fn two_paywall_stubs_of_one_site() {
    for seed in 0..10 {
        let wall = paragraph(&mut Rng(seed), 40);
        let page = |text: &str| framed(&format!("{}\n\n{wall}", first_words(text, 60)), seed);
        assert_no_match(&page(&article(300 + seed, 300)), &page(&article(400 + seed, 300)));
        assert_no_match(&page(BRIDGE), &page(ORCHARD));
    }
}

#[test]
fn a_quotation_in_another_article() {
    let quote = first_words(without_first_words(BRIDGE, 40), 40);
    for seed in 0..10 {
        let other = article(seed, 400);
        let mut paragraphs: Vec<&str> = other.split("\n\n").collect();
        paragraphs.insert(3, quote);
        let found = relation(BRIDGE, &paragraphs.join("\n\n"));
        assert!(matches!(found, Overlaps | SameTemplate | Unrelated), "{found}");
    }
}

#[test]
fn a_biography_of_the_author_under_two_articles() {
    for seed in 0..10 {
        let biography = format!("Jonas Mirkhall is {}", paragraph(&mut Rng(50 + seed), 35));
        let signed = |text: &str| format!("{text}\n\n{biography}");
        assert_no_match(&signed(&article(seed, 300)), &signed(&article(60 + seed, 250)));
        assert_no_match(&signed(BRIDGE), &signed(ORCHARD));
    }
}

#[test]
fn scripts_without_spaces_and_other_alphabets() {
    for seed in 0..5 {
        let full = chinese(seed, 900);
        let stub: String = full.chars().take(300).collect();
        assert_eq!(relation(&framed(&stub, seed), &full), TruncatedOf, "Chinese {seed}");
        let copy = full.replace("早晨", "夜里");
        assert_eq!(relation(&framed(&full, 3), &framed(&copy, 4)), NearDuplicate);

        let full = russian(seed, 500);
        let stub = first_words(&full, 150);
        assert_eq!(relation(&framed(stub, seed), &full), TruncatedOf, "Russian {seed}");
        assert_eq!(relation(&full, &full.to_uppercase()), Identical);
        assert_eq!(relation(&full, &full.replace("зимой", "летом")), NearDuplicate);
    }
}

/// Extractors lose the line breaks: the whole page is one line.
#[test]
fn texts_without_line_breaks() {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (seed, full) in [(1, BRIDGE.to_owned()), (2, ORCHARD.to_owned()), (3, article(3, 700))] {
        assert_eq!(relation(&flat(&full), &full), Identical);
        let stub = flat(&framed(first_words(&full, word_count(&full) / 2), seed));
        assert_match(&stub, &full);
        assert_match(&stub, &flat(&framed(&full, 9)));
        assert_match(&flat(&framed(&full, 1)), &flat(&framed(&full, 2)));
    }
    assert_no_match(&flat(&framed(BRIDGE, 5)), &flat(&framed(ORCHARD, 5)));
    assert_no_match(&flat(&framed(&article(7, 300), 5)), &flat(&framed(&article(8, 300), 5)));
}

#[test]
fn furniture_alone_is_no_article() {
    let empty = framed("", 1);
    assert_eq!(relation(&empty, &empty), Identical);
    assert_no_match(&empty, &framed(BRIDGE, 2));
    assert_no_match(&framed("Page not found.", 1), &framed("Page not found.", 2));
}

#[test]
fn passages_point_at_the_shared_words() {
    let stub = framed(first_words(BRIDGE, 100), 6);
    let (a, b) = (COMPARER.prepare(&stub), COMPARER.prepare(BRIDGE));
    let comparison = COMPARER.compare(&a, &b);
    let passages = comparison.passages(&a, &b);
    let longest = passages.iter().max_by_key(|p| p.a.len()).unwrap();
    assert_eq!(stub[longest.a.range()], BRIDGE[longest.b.range()]);
    assert!(!longest.moved);
    assert_eq!(longest.b.start, 0);
    assert_eq!(longest.b.end as usize, first_words(BRIDGE, 100).len());
}

/// A sentence of 25 words in common is evidence, but not of one article.
#[test]
fn a_shared_sentence() {
    let shared = loop_until(|rng| Some(sentence(rng)).filter(|s| word_count(s) >= 22));
    let with = |seed: u64| {
        let mut rng = Rng(seed);
        format!("{} {shared} {}", paragraph(&mut rng, 120), paragraph(&mut rng, 120))
    };
    assert_eq!(relation(&with(1), &with(2)), compared(&with(2), &with(1)).relation().reversed());
    assert_no_match(&with(1), &with(2));
}

fn loop_until<T>(mut make: impl FnMut(&mut Rng) -> Option<T>) -> T {
    let mut rng = Rng(4);
    loop {
        if let Some(made) = make(&mut rng) {
            return made;
        }
    }
}

#[test]
fn two_reports_of_one_form_are_two_reports() {
    let april = "The harbour office of Saltmere said landings at its three quays came to 1,240 \
        crates in the week ended April 11, up from 1,175 crates in the week before. Herring made up 610 \
        of the crates and sold at 38 crowns on average, the office said, while plaice fell to 92 crates \
        at 55 crowns. Two boats were held in port by repairs, it added, and ice was short on Thursday.";
    let october = "The harbour office of Saltmere said landings at its three quays came to 870 \
        crates in the week ended October 3, down from 1,020 crates in the week before. Mackerel made up \
        455 of the crates and sold at 29 crowns on average, the office said, while cod rose to 130 crates \
        at 61 crowns. No boat was held in port by repairs, and the new slip was opened on Monday.";
    assert_no_match(april, october);
    // the same edits without other figures are a corrected version of one report
    let corrected = april
        .replace(
            "Two boats were held in port by repairs, it added, and ice",
            "The office added that ice",
        )
        .replace("plaice fell", "flounder fell");
    assert_match(april, &corrected);
}
