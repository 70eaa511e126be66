//! What the crate finds of a planted corpus.

use super::corpus::{Corpus, Planted};
use super::kinds::Kind;
use nearcopy::compare::Document;
use nearcopy::dedup::Doc;
use nearcopy::{Comparer, Dedup, Evidence, Relation};
use std::collections::BTreeMap;

/// How the texts are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// With the host, from which the batch learns furniture.
    pub(crate) hosts: bool,
    /// With line breaks.
    pub(crate) breaks: bool,
}

/// A comparison of two texts of the corpus.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// Positions in the corpus.
    pub(crate) a: usize,
    pub(crate) b: usize,
    /// What the two are to each other, for the tables.
    pub(crate) class: String,
    pub(crate) relation: Relation,
    pub(crate) evidence: Evidence,
}

/// All comparisons of pairs under one condition; hosts play no part in them.
#[derive(Debug, Default)]
pub(crate) struct Pairwise {
    /// Each copy with its article, in order of the corpus.
    pub(crate) copies: Vec<Verdict>,
    /// Truncated pages with the whole page, each in a frame.
    pub(crate) pages: Vec<Verdict>,
    /// Texts with different articles.
    pub(crate) others: Vec<Verdict>,
}

/// The words of `texts` without line breaks.
pub(crate) fn without_breaks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(planted: &Planted, breaks: bool) -> String {
    if breaks { planted.text.clone() } else { without_breaks(&planted.text) }
}

/// Compares copies with their articles and different articles on one site with each other.
pub(crate) fn pairwise(corpus: &Corpus, comparer: &Comparer, breaks: bool) -> Pairwise {
    let texts = &corpus.texts;
    let documents: Vec<Document> =
        texts.iter().map(|t| comparer.prepare(&text_of(t, breaks))).collect();
    let verdict = |a: usize, b: usize, class: String| {
        let comparison = comparer.compare(&documents[a], &documents[b]);
        let (relation, evidence) = (comparison.relation(), *comparison.evidence());
        Verdict { a, b, class, relation, evidence }
    };
    let mut out = Pairwise::default();
    let mut pages: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        if text.kind == Some(Kind::Wrap) {
            pages.insert(text.source, at);
        }
    }
    for (at, text) in texts.iter().enumerate() {
        let Some(kind) = text.kind else { continue };
        if kind.is_copy() {
            out.copies.push(verdict(at, text.source, kind.name()));
        } else {
            out.others.push(verdict(at, text.source, format!("{} and its source", kind.name())));
        }
        if let (true, Some(&page)) =
            (kind.is_framed() && kind != Kind::Wrap, pages.get(&text.source))
        {
            let site = if texts[page].host == text.host { "same site" } else { "other site" };
            out.pages.push(verdict(at, page, format!("{} and wrap, {site}", kind.name())));
        }
    }
    let mut on_site: BTreeMap<(&str, Kind), Vec<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        if let Some(kind) = text.kind.filter(|k| k.is_framed()) {
            on_site.entry((text.host, kind)).or_default().push(at);
        }
    }
    for (&(host, kind), members) in &on_site {
        let same = |other| on_site.get(&(host, other)).map(Vec::as_slice).unwrap_or_default();
        for (i, &at) in members.iter().enumerate() {
            // each with its next neighbours of the kind, and with a whole page
            let near = members[i + 1..].iter().take(3).map(|&b| (b, kind));
            let whole = (kind != Kind::Wrap)
                .then(|| same(Kind::Wrap).iter().find(|&&b| texts[b].source > texts[at].source))
                .flatten()
                .map(|&b| (b, Kind::Wrap));
            for (b, other) in near.chain(whole) {
                if texts[b].group != texts[at].group {
                    out.others.push(verdict(
                        at,
                        b,
                        format!("{} and {}", kind.name(), other.name()),
                    ));
                }
            }
        }
    }
    out
}

/// What a batch made of the corpus.
#[derive(Debug)]
pub(crate) struct Batch {
    /// For each text whether it stands in one cluster with its article (with itself, for articles).
    pub(crate) found: Vec<bool>,
    /// For each text the representative of its cluster.
    pub(crate) representative: Vec<usize>,
    /// Pairs of texts in one cluster.
    pub(crate) pairs: u64,
    /// Those of different articles, in order.
    pub(crate) wrong: Vec<(usize, usize)>,
    pub(crate) clusters: usize,
    /// Clusters that hold different articles.
    pub(crate) mixed: usize,
}

/// For each text whether it stands in one cluster with its article, where the batch holds the articles
/// and copies of one kind only.
pub(crate) fn each_alone(corpus: &Corpus, dedup: &Dedup, conditions: Conditions) -> Vec<bool> {
    let texts = &corpus.texts;
    let mut by_kind: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        if let Some(kind) = text.kind {
            by_kind.entry(kind).or_default().push(at);
        }
    }
    let mut found: Vec<bool> = texts.iter().map(|t| t.kind.is_none()).collect();
    for members in by_kind.values() {
        let mut part = Corpus::default();
        // an article stands right before its copy
        for &at in members {
            let article = &texts[texts[at].source];
            part.texts.push(Planted { source: part.texts.len(), ..article.clone() });
            part.texts.push(Planted { source: part.texts.len() - 1, ..texts[at].clone() });
        }
        let batch = batch(&part, dedup, conditions);
        for (i, &at) in members.iter().enumerate() {
            found[at] = batch.found[2 * i + 1];
        }
    }
    found
}

/// Runs a batch over the corpus.
pub(crate) fn batch(corpus: &Corpus, dedup: &Dedup, conditions: Conditions) -> Batch {
    let texts: Vec<String> = corpus.texts.iter().map(|t| text_of(t, conditions.breaks)).collect();
    let docs = texts.iter().zip(&corpus.texts).map(|(text, planted)| {
        Doc::new(text).site(conditions.hosts.then_some(planted.host)).key(&planted.id)
    });
    let report = dedup.run(docs);
    let planted = &corpus.texts;
    let representative: Vec<usize> =
        (0..planted.len()).map(|at| report.representative_of(at)).collect();
    let same = |(at, t): (usize, &Planted)| representative[at] == representative[t.source];
    let found = planted.iter().enumerate().map(same).collect();
    let (mut pairs, mut wrong, mut mixed) = (0, Vec::new(), 0);
    for cluster in report.clusters() {
        let mut docs: Vec<usize> = cluster.docs().collect();
        docs.sort_unstable();
        let before = wrong.len();
        for (i, &a) in docs.iter().enumerate() {
            for &b in &docs[..i] {
                pairs += 1;
                let (x, y) = (&planted[a], &planted[b]);
                // passages of one lender are not what was planted
                let lender = x.lender.is_some() && x.lender == y.lender;
                if x.group != y.group && !lender {
                    wrong.push((a, b));
                }
            }
        }
        mixed += usize::from(wrong.len() > before);
    }
    Batch { found, representative, pairs, wrong, clusters: report.clusters().len(), mixed }
}
