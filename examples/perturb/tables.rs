//! Markdown tables of what was found.

use super::corpus::{Corpus, Planted};
use super::kinds::Kind;
use super::measure::{Batch, Pairwise};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Measurements with line breaks and without; batches with hosts and without.
pub(crate) struct Measured<'c> {
    pub(crate) corpus: &'c Corpus,
    pub(crate) pairwise: [Pairwise; 2],
    /// Found in a batch of the articles and copies of one kind.
    pub(crate) alone: Vec<bool>,
    /// Batches of everything: with hosts and breaks; without hosts; without breaks; without either.
    pub(crate) batches: [Batch; 4],
}

const COLUMNS: &str =
    "pair | pair, no breaks | kind alone | all kinds | no hosts | no breaks | neither";

#[derive(Debug, Clone, Copy, Default)]
struct Share {
    hits: usize,
    all: usize,
}

impl Share {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.all += 1;
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all == 0 {
            return f.write_str("-");
        }
        // not rounded up to 1
        let part = (self.hits * 1000 / self.all) as f64 / 1000.0;
        write!(f, "{part:.3}")
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    all: usize,
    shares: [Share; 7],
}

/// The stated containment: words of the article that stand in the copy, over the words of the
/// shorter of the two.
fn containment(copy: &Planted, source: &Planted, frame: bool) -> f64 {
    let words = if frame { copy.words } else { copy.content_words };
    copy.kept as f64 / words.min(source.words).max(1) as f64
}

fn length_ratio(copy: &Planted, source: &Planted) -> f64 {
    let (x, y) = (copy.words as f64, source.words as f64);
    x.min(y) / x.max(y).max(1.0)
}

/// The tenth in which `share` lies; whole ones by themselves.
fn tenth(share: f64) -> usize {
    ((share * 10.0 + 1e-9) as usize).min(10)
}

fn tenth_name(tenth: usize) -> String {
    let low = tenth as f64 / 10.0;
    if tenth == 10 { "1.0".into() } else { format!("{low:.1} to {:.1}", low + 0.1) }
}

impl Measured<'_> {
    /// For each key that `key_of` gives the copies: how many were found in each column.
    fn rows<K: Ord>(&self, key_of: impl Fn(Kind, &Planted, &Planted) -> K) -> BTreeMap<K, Row> {
        let texts = &self.corpus.texts;
        let mut rows: BTreeMap<K, Row> = BTreeMap::new();
        for (with, without) in self.pairwise[0].copies.iter().zip(&self.pairwise[1].copies) {
            let copy = &texts[with.a];
            let kind = copy.kind.expect("a copy");
            let row = rows.entry(key_of(kind, copy, &texts[copy.source])).or_default();
            row.all += 1;
            row.shares[0].add(with.relation.is_match());
            row.shares[1].add(without.relation.is_match());
            row.shares[2].add(self.alone[with.a]);
            for (share, batch) in row.shares[3..].iter_mut().zip(&self.batches) {
                share.add(batch.found[with.a]);
            }
        }
        rows
    }

    /// All tables.
    pub(crate) fn markdown(&self) -> Result<String, fmt::Error> {
        let mut out = String::new();
        let w = &mut out;
        self.describe(w)?;
        let by_kind = self.rows(|kind, _, _| (kind, kind.name()));
        table(w, "Recall by kind", "kind", by_kind.iter().map(|((_, n), r)| (n.clone(), *r)))?;
        let bins = self.rows(|_, copy, source| tenth(containment(copy, source, false)));
        let named = |rows: &BTreeMap<usize, Row>| -> Vec<(String, Row)> {
            rows.iter().rev().map(|(&bin, row)| (tenth_name(bin), *row)).collect()
        };
        table(w, "Recall by stated containment, frames not counted", "containment", named(&bins))?;
        let bins = self.rows(|_, copy, source| tenth(containment(copy, source, true)));
        table(w, "Recall by stated containment, frames counted", "containment", named(&bins))?;
        let bins = self.rows(|_, copy, source| tenth(length_ratio(copy, source)));
        table(w, "Recall by length ratio, shorter over longer", "ratio", named(&bins))?;
        let bins = self.rows(|_, copy, _| (copy.kept / 20).min(10));
        let name = |bin: usize| {
            if bin == 10 {
                "200 and more".into()
            } else {
                format!("{} to {}", bin * 20, bin * 20 + 19)
            }
        };
        let rows = bins.iter().map(|(&bin, row)| (name(bin), *row));
        table(w, "Recall by words of the article in the copy", "words", rows)?;
        self.pages(w)?;
        self.wrong(w)?;
        Ok(out)
    }

    fn describe(&self, w: &mut String) -> fmt::Result {
        let c = self.corpus;
        writeln!(
            w,
            "{} articles, {} texts made of them; {} articles lent passages. Left out: {} of",
            c.sources,
            c.texts.len() - c.sources,
            c.lenders,
            c.other_length
        )?;
        writeln!(
            w,
            "another length, {} that share a tenth of their sequences of five words with an earlier one,",
            c.near
        )?;
        writeln!(w, "{} copies for which an article was too short.\n", c.impossible)
    }

    fn pages(&self, w: &mut String) -> fmt::Result {
        let mut rows: BTreeMap<&str, [Share; 2]> = BTreeMap::new();
        for (at, pairwise) in self.pairwise.iter().enumerate() {
            for verdict in &pairwise.pages {
                rows.entry(&verdict.class).or_default()[at].add(verdict.relation.is_match());
            }
        }
        writeln!(w, "### Truncated pages and the whole page, both in a frame\n")?;
        writeln!(w, "| pair | pairs | found | no breaks |\n|---|---|---|---|")?;
        for (class, [with, without]) in rows {
            writeln!(w, "| {class} | {} | {with} | {without} |", with.all)?;
        }
        writeln!(w)
    }

    fn wrong(&self, w: &mut String) -> fmt::Result {
        let mut rows: BTreeMap<&str, [Share; 2]> = BTreeMap::new();
        for (at, pairwise) in self.pairwise.iter().enumerate() {
            for verdict in &pairwise.others {
                rows.entry(&verdict.class).or_default()[at].add(verdict.relation.is_match());
            }
        }
        writeln!(w, "### False matches: different articles, pair by pair\n")?;
        writeln!(w, "| pair | pairs | matched | no breaks |\n|---|---|---|---|")?;
        for (class, [with, without]) in rows {
            writeln!(w, "| {class} | {} | {} | {} |", with.all, with.hits, without.hits)?;
        }
        writeln!(w, "\n### False matches in the batch\n")?;
        writeln!(w, "| batch | clusters | mixed | pairs in clusters | wrong | precision |")?;
        writeln!(w, "|---|---|---|---|---|---|")?;
        let names = ["hosts and breaks", "no hosts", "no breaks", "neither"];
        for (name, b) in names.iter().zip(&self.batches) {
            let wrong = b.wrong.len() as u64;
            let precision = (b.pairs - wrong) as f64 / b.pairs.max(1) as f64;
            writeln!(
                w,
                "| {name} | {} | {} | {} | {wrong} | {precision:.5} |",
                b.clusters, b.mixed, b.pairs
            )?;
        }
        let mut classes: BTreeMap<String, [usize; 4]> = BTreeMap::new();
        let name = |at: usize| self.corpus.texts[at].kind.map_or("article".into(), Kind::name);
        for (column, batch) in self.batches.iter().enumerate() {
            for &(a, b) in &batch.wrong {
                let (x, y) = (name(a), name(b));
                let class = if x <= y { format!("{x} and {y}") } else { format!("{y} and {x}") };
                classes.entry(class).or_default()[column] += 1;
            }
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        classes.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
        if !classes.is_empty() {
            writeln!(
                w,
                "\n| wrong pairs in clusters, the most frequent | {} |\n|---|---|---|---|---|",
                names.join(" | ")
            )?;
        }
        for (class, n) in classes.iter().take(12) {
            writeln!(w, "| {class} | {} | {} | {} | {} |", n[0], n[1], n[2], n[3])?;
        }
        Ok(())
    }
}

fn table(
    w: &mut String,
    title: &str,
    first: &str,
    rows: impl IntoIterator<Item = (String, Row)>,
) -> fmt::Result {
    writeln!(
        w,
        "### {title}\n\n| {first} | copies | {COLUMNS} |\n|---|---|---|---|---|---|---|---|---|"
    )?;
    for (name, row) in rows {
        write!(w, "| {name} | {} |", row.all)?;
        for share in row.shares {
            write!(w, " {share} |")?;
        }
        writeln!(w)?;
    }
    writeln!(w)
}
