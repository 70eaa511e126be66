//! The numbers as tables to be read.

use super::Answer;
use super::args::EvaluateArgs;
use super::cases::Case;
use super::scores::{Breakdown, Counted};
use super::sweep::Sweep;
use crate::explain;
use crate::layout::{
    self, clean, columns, count, cut_end, cut_start, number, pad, pad_start, wrap,
};
use crate::words;
use nearcopy::Relation;
use std::io::{self, Write};

pub fn print(out: &mut dyn Write, args: &EvaluateArgs, answer: &Answer<'_>) -> io::Result<()> {
    // a file has no terminal's width
    let width = args.width.or(args.output.as_ref().map(|_| 80));
    let width = layout::width(width).max(60);
    let scores = &answer.scores;
    let mut first = count(scores.documents as u64, "document", "documents");
    if let Some(groups) = scores.groups {
        first += &format!(" in {}", count(groups, "group", "groups"));
    }
    first += &format!(", found {}", count(scores.clusters.clusters, "cluster", "clusters"));
    if let Some(mixed) = scores.clusters.clusters_mixing_groups {
        first += &format!(", {} of them mixed", number(mixed));
    }
    heading(out, &first, width)?;
    let left_out = [
        (answer.not_in_truth, "of the input not in the truth"),
        (answer.not_in_input, "of the truth not in the input"),
    ];
    for (n, what) in left_out.into_iter().filter(|(n, _)| *n > 0) {
        writeln!(out, "{}, left out", count(n, "id", "ids") + " " + what)?;
    }
    writeln!(out)?;
    let dim = anstyle::Style::new().dimmed();
    writeln!(
        out,
        "{dim}{}{}{dim:#}",
        pad("", NAME),
        ["precision", "recall", "F1", "wrong", "one host"].map(|h| pad_start(h, CELL)).concat()
    )?;
    let line = |out: &mut dyn Write, name: &str, c: &Counted, same_host: u64| {
        let shares = [c.pair_precision, c.pair_recall, c.pair_f1].map(score);
        let wrong = [number(c.wrong_pairs), number(same_host)];
        let cells: String = shares.iter().chain(&wrong).map(|cell| pad_start(cell, CELL)).collect();
        writeln!(out, "{}{cells}", pad(name, NAME))
    };
    let (clusters, pairs) = (&scores.clusters, &scores.pairs);
    line(out, "pairs in one cluster", &clusters.counted, clusters.wrong_pairs_same_host)?;
    line(out, "verified pairs", &pairs.counted, pairs.wrong_pairs_same_host)?;
    let bcubed = [clusters.bcubed_precision, clusters.bcubed_recall, clusters.bcubed_f1];
    if let [Some(p), Some(r), Some(f)] = bcubed {
        let cells = [p, r, f].map(|x| pad_start(&score(x), CELL)).concat();
        writeln!(out, "{}{cells}", pad("B-cubed", NAME))?;
    }
    if let Some(ari) = clusters.ari {
        let cell = pad_start(&score(ari), 3 * CELL);
        writeln!(out, "{}{cell}", pad("adjusted Rand index", NAME))?;
    }
    if let Some(recall) = pairs.article_scrape_recall {
        let name = format!("{} to others", args.truth.reference_kind);
        let cell = pad_start(&score(recall), 2 * CELL);
        writeln!(out, "{}{cell}", pad(&cut_end(&clean(&name), NAME - 1), NAME))?;
    }
    if pairs.pairs_skipped > 0 {
        let what = format!(
            "{} in large clusters were not verified, so verified pairs are fewer than they could be",
            count(pairs.pairs_skipped, "pair", "pairs")
        );
        paragraph(out, &what, width)?;
    }
    for breakdown in &scores.by {
        by(out, breakdown, width)?;
    }
    sweep(out, &answer.sweep, width)?;
    cases(out, "Wrong pairs", "no wrong pair", &answer.wrong, args.show, width)?;
    let misses = if scores.groups.is_some() {
        "Misses: one pair for each part of a group that stands apart from its largest"
    } else {
        "Misses: pairs of the truth that stand apart"
    };
    cases(out, misses, "nothing was missed", &answer.missed, args.show, width)
}

/// Columns of a name before the numbers.
const NAME: usize = 24;
/// Columns of a number.
const CELL: usize = 11;

fn heading(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    for line in wrap(text, width) {
        writeln!(out, "{bold}{line}{bold:#}")?;
    }
    Ok(())
}

fn paragraph(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    let dim = anstyle::Style::new().dimmed();
    for line in wrap(text, width) {
        writeln!(out, "{dim}{line}{dim:#}")?;
    }
    Ok(())
}

/// Four digits, as they are published.
fn score(share: f64) -> String {
    format!("{share:.4}")
}

fn by(out: &mut dyn Write, breakdown: &Breakdown, width: usize) -> io::Result<()> {
    if breakdown.rows.is_empty() {
        return Ok(());
    }
    let dim = anstyle::Style::new().dimmed();
    let name = breakdown.by.replace('_', " ");
    writeln!(out)?;
    heading(out, &format!("By {name}: {}", breakdown.what), width)?;
    let wide = [12, 12, 9, 12, 9];
    let cells = |cells: [String; 5]| {
        cells.iter().zip(wide).map(|(cell, wide)| pad_start(cell, wide)).collect::<String>()
    };
    let over = [pad_start("in one cluster", 33), pad_start("verified pairs", 21)].concat();
    writeln!(out, "{dim}{}{over}{dim:#}", pad("", NAME))?;
    writeln!(
        out,
        "{dim}{}{}{dim:#}",
        pad("", NAME),
        cells(["expected", "recall", "wrong", "recall", "wrong"].map(str::to_owned))
    )?;
    for row in &breakdown.rows {
        let recall = |c: &Counted| {
            if c.expected_pairs == 0 { "-".to_owned() } else { score(c.pair_recall) }
        };
        let (clusters, pairs) = (&row.clusters, &row.pairs);
        writeln!(
            out,
            "{}{}",
            pad(&cut_end(&clean(&row.class), NAME - 1), NAME),
            cells([
                number(clusters.expected_pairs),
                recall(clusters),
                number(clusters.wrong_pairs),
                recall(pairs),
                number(pairs.wrong_pairs),
            ])
        )?;
    }
    Ok(())
}

fn sweep(out: &mut dyn Write, sweep: &Sweep, width: usize) -> io::Result<()> {
    let dim = anstyle::Style::new().dimmed();
    let bold = anstyle::Style::new().bold();
    writeln!(out)?;
    heading(out, &format!("Other values of {}: {}", sweep.threshold, sweep.what), width)?;
    let header = ["clusters", "precision", "recall", "F1", "ARI", "B-cubed"];
    let cells = header.map(|h| pad_start(h, CELL)).concat();
    writeln!(out, "{dim}{}{cells}{dim:#}", pad("", VALUE))?;
    for row in &sweep.rows {
        let shares = [row.pair_precision, row.pair_recall, row.pair_f1].map(score);
        let of_groups = [row.ari, row.bcubed_f1].map(|x| x.map_or("-".to_owned(), score));
        let cells: String = [number(row.clusters)]
            .iter()
            .chain(&shares)
            .chain(&of_groups)
            .map(|cell| pad_start(cell, CELL))
            .collect();
        let in_use = (row.value - sweep.in_use).abs() < 1e-9;
        let sign = if in_use { ">" } else { " " };
        let line = format!("{sign}{}{cells}", pad_start(&value(row.value), VALUE - 1));
        if in_use {
            writeln!(out, "{bold}{line}{bold:#}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    let note = "> in use. From the pairs that one run verified: pairs never nominated stay unknown, so \
                that looser values than the one in use may find more in a run of their own.";
    paragraph(out, note, width)
}

/// Columns of a threshold.
const VALUE: usize = 8;

/// A threshold without needless digits.
fn value(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn cases(
    out: &mut dyn Write,
    title: &str,
    none: &str,
    cases: &[Case<'_>],
    asked: usize,
    width: usize,
) -> io::Result<()> {
    if asked == 0 {
        return Ok(());
    }
    writeln!(out)?;
    heading(out, title, width)?;
    if cases.is_empty() {
        return writeln!(out, "{none}");
    }
    let dim = anstyle::Style::new().dimmed();
    for case in cases {
        let (a, b) = (clean(case.a), clean(case.b));
        let space = width - 2;
        if columns(&a) + columns(&b) + 3 <= space {
            writeln!(out, "  {a} ~ {b}")?;
        } else {
            writeln!(out, "  {}\n  {}", cut_start(&a, space), cut_start(&b, space))?;
        }
        let mut what = format!(
            "{}: {} matched, {:.0}% of the shorter article",
            match case.kind {
                Relation::Unrelated => "nothing of weight",
                kind => words::member(kind),
            },
            count(case.matched_words, "word", "words"),
            (case.containment * 100.0).floor()
        );
        match &case.failed {
            Some(_) if case.kind.is_match() => {
                what += "; they match when compared, but were not nominated or joined others";
            }
            Some(_) if !case.tests.is_empty() => {
                let failed: Vec<String> = case.tests.iter().map(explain::failed).collect();
                what += &format!("; {}", failed.join("; "));
            }
            _ => {}
        }
        for line in wrap(&what, width - 6) {
            writeln!(out, "    {dim}{line}{dim:#}")?;
        }
    }
    Ok(())
}
