//! The tests of the decision in words: why this relation and no other.

use crate::layout::{cut_end, pad, wrap};
use nearcopy::relation::{Measure, Need, Rule, Test};
use serde::Serialize;
use std::io::{self, Write};

/// A test as it is written.
#[derive(Serialize)]
pub struct TestRecord {
    rule: &'static str,
    measure: &'static str,
    found: f64,
    need: &'static str,
    bound: f64,
    passed: bool,
}

impl From<&Test> for TestRecord {
    fn from(test: &Test) -> Self {
        let round = |x: f64| (x * 1e6).round() / 1e6;
        Self {
            rule: test.rule.name(),
            measure: test.measure.name(),
            found: round(test.found),
            need: match test.need {
                Need::AtLeast => "at_least",
                Need::AtMost => "at_most",
                Need::Below => "below",
            },
            bound: round(test.bound),
            passed: test.passed(),
        }
    }
}

/// Prints the rules in the order of the decision, each with its tests, all of which must be passed, and
/// what follows.
pub fn print(out: &mut dyn Write, tests: &[Test], sentence: &str, width: usize) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    // columns before yes and no
    let column = width.saturating_sub(5).clamp(45, 75);
    let matched = tests.iter().any(|t| t.measure == Measure::MatchedWords && t.found > 0.0);
    for tests in tests.chunk_by(|x, y| x.rule == y.rule) {
        let rule = tests[0].rule;
        let holds = tests.iter().all(Test::passed);
        // of no interest where they fail
        if !holds && matches!(rule, Rule::Identical | Rule::Versions) {
            continue;
        }
        let mut lines = wrap(question(rule), column - 1);
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            writeln!(out, "{bold}{line}{bold:#}")?;
        }
        writeln!(out, "{bold}{}{bold:#}{}", pad(&last, column), sign(holds))?;
        // where nothing is matched, nothing is in its place either
        let told = |test: &&Test| {
            matched
                || test.measure == Measure::SameTokens
                || test.need == Need::AtLeast && test.bound > 0.0
        };
        for test in tests.iter().filter(told) {
            line(out, test, column)?;
        }
    }
    for line in wrap(&format!("So: {sentence}"), width) {
        writeln!(out, "{bold}{line}{bold:#}")?;
    }
    Ok(())
}

fn sign(yes: bool) -> String {
    let (word, style) = if yes {
        ("yes", anstyle::AnsiColor::Green.on_default())
    } else {
        ("no", anstyle::AnsiColor::Yellow.on_default())
    };
    format!("{style}{word}{style:#}")
}

/// What was found beside what is needed, on one line.
fn line(out: &mut dyn Write, test: &Test, column: usize) -> io::Result<()> {
    let name = column - 35;
    let value = |x| value(test.measure, x);
    let numbers = match test.measure {
        Measure::SameTokens => String::new(),
        _ => {
            format!("{:>10}  {:>8} {:>9}", value(test.found), needed(test.need), value(test.bound))
        }
    };
    let words = pad(&cut_end(words(test.measure), name), name);
    writeln!(out, "  {words} {}  {}", pad(&numbers, 30), sign(test.passed()))
}

/// A test that was not passed, as a phrase.
pub fn failed(test: &Test) -> String {
    let value = |x| value(test.measure, x);
    let (found, bound) = (value(test.found), value(test.bound));
    format!("{}: {found}, needed {} {bound}", words(test.measure), needed(test.need))
}

fn needed(need: Need) -> &'static str {
    match need {
        Need::AtLeast => "at least",
        Need::AtMost => "at most",
        Need::Below => "below",
    }
}

fn value(measure: Measure, x: f64) -> String {
    if measure.is_share() { format!("{:.1}%", x * 100.0) } else { format!("{x:.1}") }
}

fn question(rule: Rule) -> &'static str {
    match rule {
        Rule::Identical => "Do both hold the same words?",
        Rule::BothSides => "So few words match: is much of both articles matched?",
        Rule::Article => "Is it the same article?",
        Rule::Passage => "If not, is it a clean passage in much other text?",
        Rule::Opening => "If not, does one begin with a long run of the other?",
        Rule::Whole => "It is one article. Is it nearly all of both?",
        Rule::Versions => "Are they versions of one length?",
        Rule::CutOff => "Was one cut off, where the other goes on?",
        Rule::CleanOverlap => "It is no match. Do they share a passage, with little in its place?",
        Rule::Template => "If not, do they share a template?",
        Rule::Overlap => "If not, do they share a passage all the same?",
        _ => "A further rule:",
    }
}

fn words(measure: Measure) -> &'static str {
    match measure {
        Measure::SameTokens => "the same words in the same order",
        Measure::LesserContainment => "share of the article matched less",
        Measure::MatchedWords => "article words matched",
        Measure::Containment => "share of the shorter article",
        Measure::Lead => "other words in its place, at the start",
        Measure::SubstitutedNumbers => "other numbers in its place",
        Measure::SubstitutedWords => "other article words in its place",
        Measure::SubstitutedTokens => "words of any kind in its place",
        Measure::LeadTokens => "words of any kind in the article's place",
        Measure::LongestRun => "article words in one run",
        Measure::Head => "article words before the match",
        Measure::AInB => "A's article in B",
        Measure::BInA => "B's article in A",
        Measure::ShareDifference => "difference of the two shares",
        Measure::ContentDifference => "difference in article words",
        Measure::TailOfLonger => "words behind the match, in the longer",
        Measure::HeadOfLonger => "words before it, in the longer",
        Measure::ShingleContainment => "shared shingles, furniture included",
        other => other.name(),
    }
}
