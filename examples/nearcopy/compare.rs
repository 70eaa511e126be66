//! `nearcopy compare`: two texts, exactly.

use crate::cli::{Cli, CompareArgs, TextOrJson};
use crate::exit::{Done, Stop};
use crate::explain::{self, TestRecord};
use crate::input::read_text;
use crate::layout::{self, clean, count, cut_start, pad, percent, wrap};
use crate::output::Printer;
use crate::problems::Problems;
use crate::progress::Progress;
use crate::records::{self, Measures};
use crate::words;
use nearcopy::diff::{Diff, DiffOptions, End, HunkKind, Original, Side, Style, Summary};
use nearcopy::relation;
use nearcopy::{Comparer, Comparison};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

pub fn run(cli: &Cli, args: &CompareArgs) -> Result<Done, Stop> {
    let stdin = Path::new("-");
    if args.a == stdin && args.b == stdin {
        return Err(Stop::Usage("only one of the two texts can be standard input (-)".to_owned()));
    }
    let mut problems = Problems::new(false, cli.quiet, Progress::new(true));
    let a = read_text(&args.a, &mut problems)?;
    let b = read_text(&args.b, &mut problems)?;
    problems.tell_counts();
    let (Some(a), Some(b)) = (a, b) else {
        return Err(Stop::Refused("compare needs both texts".to_owned()));
    };
    let comparer = Comparer::default();
    let (document_a, document_b) = (comparer.prepare(&a), comparer.prepare(&b));
    let comparison = comparer.compare(&document_a, &document_b);
    let diff = comparer.diff(
        Original::new(&document_a, &a),
        Original::new(&document_b, &b),
        &DiffOptions::default(),
    );
    let names = [&args.a, &args.b].map(|path| path.to_string_lossy().into_owned());
    let printer = Printer::new(None, cli.color);
    let colours = printer.colours();
    printer.print(|out| match args.format {
        TextOrJson::Json => json(out, args, &names, &comparer, &comparison, &diff),
        TextOrJson::Text => text(out, args, &names, &comparer, &comparison, &diff, colours),
    })?;
    Ok(problems.done())
}

fn text(
    out: &mut dyn Write,
    args: &CompareArgs,
    names: &[String; 2],
    comparer: &Comparer,
    comparison: &Comparison,
    diff: &Diff<'_>,
    colours: bool,
) -> io::Result<()> {
    let width = layout::width(args.width);
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let e = comparison.evidence();
    let sides = [("A", e.tokens_a, e.content_a), ("B", e.tokens_b, e.content_b)];
    for ((side, tokens, content), name) in sides.into_iter().zip(names) {
        let size = format!(
            "{}, {} of them article",
            count(tokens.into(), "word", "words"),
            layout::number(content.round() as u64)
        );
        let space = width.saturating_sub(5 + size.len());
        let name = pad(&cut_start(&clean(name), space), space);
        writeln!(out, "{bold}{side}{bold:#}  {name}  {dim}{size}{dim:#}")?;
    }
    writeln!(out)?;
    let relation = comparison.relation();
    for line in wrap(&words::sentence(relation, "A", "B"), width) {
        writeln!(out, "{bold}{line}{bold:#}")?;
    }
    for line in wrap(&diff.headline().to_string(), width) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "  {:<11} {} of A's article stands in B, {} of B's in A",
        "containment",
        percent(e.content_a_in_b()),
        percent(e.content_b_in_a())
    )?;
    writeln!(out, "  {:<11} {:.2} over all words, furniture included", "resemblance", e.jaccard)?;
    if args.explain {
        writeln!(out)?;
        let tests = relation::tests(e, &comparer.thresholds);
        let sentence = words::sentence(relation, "A", "B");
        explain::print(out, &tests, &sentence, width)?;
    }
    if args.no_diff || diff.hunks().is_empty() || diff.summary().is_identical() {
        return Ok(());
    }
    let rule = "─".repeat(width);
    writeln!(out, "\n{dim}{rule}{dim:#}")?;
    if colours {
        let (removed, added) =
            (anstyle::AnsiColor::Red.on_default(), anstyle::AnsiColor::Green.on_default());
        writeln!(out, "{removed}only in A{removed:#}  {added}only in B{added:#}\n")?;
    } else {
        writeln!(out, "[-only in A-]  {{+only in B+}}\n")?;
    }
    let style = if colours { Style::ansi() } else { Style::plain() };
    writeln!(out, "{}", diff.inline(style.width(width as u16)).to_string().trim_end())
}

#[derive(Serialize)]
struct Answer<'a> {
    a: &'a str,
    b: &'a str,
    relation: &'static str,
    sentence: String,
    headline: String,
    #[serde(flatten)]
    measures: Measures,
    difference: Difference,
    /// With --explain: the tests of the decision, in its order.
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<TestRecord>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hunks: Option<Vec<HunkRecord>>,
}

/// Words by what became of them, for each document.
#[derive(Serialize)]
struct Difference {
    shared: u32,
    changed_a: u32,
    changed_b: u32,
    only_a: u32,
    only_b: u32,
    furniture_a: u32,
    furniture_b: u32,
    missing_head_in_a: u32,
    missing_tail_in_a: u32,
    missing_head_in_b: u32,
    missing_tail_in_b: u32,
    moved: u32,
    approximate: bool,
}

impl From<Summary> for Difference {
    fn from(s: Summary) -> Self {
        Self {
            shared: s.shared,
            changed_a: s.changed_a,
            changed_b: s.changed_b,
            only_a: s.only_a,
            only_b: s.only_b,
            furniture_a: s.furniture_a,
            furniture_b: s.furniture_b,
            missing_head_in_a: s.missing_head_in_a,
            missing_tail_in_a: s.missing_tail_in_a,
            missing_head_in_b: s.missing_head_in_b,
            missing_tail_in_b: s.missing_tail_in_b,
            moved: s.moved,
            approximate: s.approximate,
        }
    }
}

/// A hunk: its kind and the bytes `[start, end]` of both texts.
#[derive(Serialize)]
struct HunkRecord {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<&'static str>,
    a: [u32; 2],
    b: [u32; 2],
    words_a: u32,
    words_b: u32,
    furniture: bool,
    /// The hunk that holds the other side of a moved or repeated passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<u32>,
}

fn json(
    out: &mut dyn Write,
    args: &CompareArgs,
    [a, b]: &[String; 2],
    comparer: &Comparer,
    comparison: &Comparison,
    diff: &Diff<'_>,
) -> io::Result<()> {
    let hunks = (!args.no_diff).then(|| {
        diff.hunks()
            .iter()
            .map(|hunk| {
                let (kind, end, link) = kind(hunk.kind);
                let [a, b] =
                    [Side::A, Side::B].map(|side| hunk.span(side)).map(|s| [s.start, s.end]);
                let (words_a, words_b) = (hunk.words_a, hunk.words_b);
                HunkRecord { kind, end, a, b, words_a, words_b, furniture: hunk.furniture, link }
            })
            .collect()
    });
    let tests = args.explain.then(|| {
        let tests = relation::tests(comparison.evidence(), &comparer.thresholds);
        tests.iter().map(TestRecord::from).collect()
    });
    let answer = Answer {
        a,
        b,
        relation: comparison.relation().name(),
        sentence: words::sentence(comparison.relation(), "A", "B"),
        headline: diff.headline().to_string(),
        measures: comparison.evidence().into(),
        difference: diff.summary().into(),
        tests,
        hunks,
    };
    records::line(out, &answer)
}

fn kind(kind: HunkKind) -> (&'static str, Option<&'static str>, Option<u32>) {
    let name = |end| match end {
        End::Head => "head",
        End::Tail => "tail",
    };
    match kind {
        HunkKind::Shared => ("shared", None, None),
        HunkKind::Changed => ("changed", None, None),
        HunkKind::OnlyInA => ("only_in_a", None, None),
        HunkKind::OnlyInB => ("only_in_b", None, None),
        HunkKind::CutOff { end, .. } => ("cut_off", Some(name(end)), None),
        HunkKind::Wrapped { end, .. } => ("wrapped", Some(name(end)), None),
        HunkKind::Moved { link } => ("moved", None, Some(link)),
        HunkKind::Repeated { link } => ("repeated", None, Some(link)),
        _ => ("other", None, None),
    }
}
