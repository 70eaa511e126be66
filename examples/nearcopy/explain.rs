//! The measures of a pair beside the thresholds: why this relation and no other.

use nearcopy::{Comparison, Thresholds};
use std::io::{self, Write};

/// One test of the decision.
struct Test {
    what: &'static str,
    found: f64,
    bound: f64,
    /// Whether `found` must reach the bound, or stay below it.
    at_least: bool,
    share: bool,
}

pub fn print(
    out: &mut dyn Write,
    comparison: &Comparison,
    thresholds: &Thresholds,
) -> io::Result<()> {
    let (e, t) = (comparison.evidence(), thresholds);
    let a_is_smaller = e.content_a <= e.content_b;
    let (matched, contained) = if a_is_smaller {
        (e.matched_a, e.content_a_in_b())
    } else {
        (e.matched_b, e.content_b_in_a())
    };
    let test = |what, found, bound, at_least, share| Test { what, found, bound, at_least, share };
    let to_matched = |x: f64| if matched > 0.0 { x / matched } else { 0.0 };
    let short = matched < t.short_words;
    let most_tokens = if short { t.max_substituted_tokens_short } else { t.max_substituted_tokens };
    writeln!(out, "Is it the same article? All of these must hold:")?;
    for test in [
        test("article words matched", matched, t.min_matched, true, false),
        test("share of the shorter article", contained, t.min_containment, true, true),
        test("other words in its place, at the start", e.lead, t.max_lead, false, false),
        test(
            "other words in its place, to the matched",
            to_matched(e.substituted),
            t.max_substituted,
            false,
            true,
        ),
        test(
            "words of any kind in its place",
            to_matched(f64::from(e.substituted_tokens)),
            most_tokens,
            false,
            true,
        ),
    ] {
        line(out, &test)?;
    }
    let half = matched >= t.min_matched && contained >= 0.5;
    if half && e.lead >= t.max_lead && e.lead < t.max_lead_share * matched {
        writeln!(out, "  (at the start it may be more: half of the article is matched)")?;
    }
    writeln!(out, "Or all of these, for a clean passage in much other text:")?;
    for test in [
        test("article words matched", matched, t.passage_words, true, false),
        test("share of the shorter article", contained, t.passage_containment, true, true),
        test("in one run, of the matched", to_matched(e.longest_run), t.opening_share, true, true),
        test("other words in its place, at the start", e.lead, 5.0, false, false),
        test(
            "other words in its place, to the matched",
            to_matched(e.substituted),
            0.1,
            false,
            true,
        ),
    ] {
        line(out, &test)?;
    }
    writeln!(out, "If so, which relation?")?;
    for test in [
        test("A's article in B (both: same article)", e.content_a_in_b(), t.whole, true, true),
        test("B's article in A", e.content_b_in_a(), t.whole, true, true),
        test("A goes on behind the match, words", e.tail_a, t.min_continuation, true, false),
        test("B goes on behind the match, words", e.tail_b, t.min_continuation, true, false),
    ] {
        line(out, &test)?;
    }
    writeln!(out, "If not, is a passage shared?")?;
    line(out, &test("longest run of article words", e.longest_run, t.min_overlap_run, true, false))
}

fn line(out: &mut dyn Write, test: &Test) -> io::Result<()> {
    let value = |x: f64| {
        if test.share { format!("{:.1}%", x * 100.0) } else { format!("{x:.1}") }
    };
    let holds = if test.at_least { test.found >= test.bound } else { test.found < test.bound };
    let bound = if test.at_least { "at least" } else { "below" };
    let (sign, style) = if holds {
        ("yes", anstyle::AnsiColor::Green.on_default())
    } else {
        ("no", anstyle::AnsiColor::Yellow.on_default())
    };
    writeln!(
        out,
        "  {:<41} {:>8}  {bound:>8} {:>6}  {style}{sign}{style:#}",
        test.what,
        value(test.found),
        value(test.bound)
    )
}
