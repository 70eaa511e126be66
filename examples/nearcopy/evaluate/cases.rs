//! The pairs to look at: wrong ones, and those that were missed.

use super::truth::Labelled;
use crate::input::Corpus;
use nearcopy::relation::{self, Rule, Test};
use nearcopy::{Comparer, Evidence, Relation, Report};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// One pair, by id.
#[derive(Serialize)]
pub struct Case<'a> {
    pub a: &'a str,
    pub b: &'a str,
    pub relation: &'static str,
    /// Words of article that are matched.
    pub matched_words: u64,
    /// Share of the shorter article that is matched.
    pub containment: f64,
    /// Of a miss: the tests of an article that the pair fails when it is compared directly; none if
    /// it passes, and was never compared or follows another document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Vec<&'static str>>,
    #[serde(skip)]
    pub tests: Vec<Test>,
    #[serde(skip)]
    pub kind: Relation,
}

impl<'a> Case<'a> {
    fn new(corpus: &'a Corpus, (a, b): (usize, usize), kind: Relation, e: &Evidence) -> Self {
        Self {
            a: &corpus.records[a].id,
            b: &corpus.records[b].id,
            relation: kind.name(),
            matched_words: e.matched_a.min(e.matched_b).round() as u64,
            containment: e.content_containment(),
            failed: None,
            tests: Vec::new(),
            kind,
        }
    }
}

/// The wrong pairs with the most matched words, at most `most`.
pub fn wrong<'a>(
    corpus: &'a Corpus,
    labelled: &Labelled,
    report: &Report,
    most: usize,
) -> Vec<Case<'a>> {
    let slot: BTreeMap<usize, u32> =
        labelled.docs.iter().zip(0..).map(|(&doc, at)| (doc, at)).collect();
    let is_wrong = |a: usize, b: usize| {
        let pair = slot.get(&a).zip(slot.get(&b));
        pair.is_some_and(|(&a, &b)| labelled.truth.is_match(a, b) == Some(false))
    };
    let mut pairs: Vec<_> =
        report.pairs().iter().filter(|p| p.relation.is_match() && is_wrong(p.a, p.b)).collect();
    let words = |e: &Evidence| (e.matched_a.min(e.matched_b) * 16.0) as u64;
    pairs.sort_by_key(|p| (std::cmp::Reverse(words(&p.evidence)), p.a, p.b));
    pairs.truncate(most);
    pairs.iter().map(|p| Case::new(corpus, (p.a, p.b), p.relation, &p.evidence)).collect()
}

/// Documents parted from most of their group, or pairs of the truth that stand apart: the longest
/// first, at most `most`.
pub fn missed<'a>(
    corpus: &'a Corpus,
    labelled: &Labelled,
    found: &[u32],
    most: usize,
) -> Vec<Case<'a>> {
    let mut apart: Vec<(u32, u32)> = match &labelled.groups {
        Some(groups) => parted(labelled, groups, found),
        None => {
            let apart = |&&(a, b): &&(u32, u32)| found[a as usize] != found[b as usize];
            labelled.pairs.iter().filter(apart).copied().collect()
        }
    };
    let words = |at: u32| labelled.words[at as usize];
    apart.sort_by_key(|&(a, b)| (std::cmp::Reverse(words(a).min(words(b))), a, b));
    apart.truncate(most);
    let comparer = Comparer::default();
    apart
        .par_iter()
        .map(|&(a, b)| {
            let (a, b) = (labelled.docs[a as usize], labelled.docs[b as usize]);
            let [x, y] = [a, b].map(|doc| comparer.prepare(corpus.held_text(doc)));
            let (kind, evidence) = comparer.relate(&x, &y);
            let mut case = Case::new(corpus, (a, b), kind, &evidence);
            let tests = relation::tests(&evidence, &comparer.thresholds);
            // where nothing is matched, nothing is in its place
            let failed = |t: &Test| t.rule == Rule::Article && !t.passed() && t.bound > 0.0;
            let failed: Vec<Test> =
                tests.into_iter().filter(|t| !kind.is_match() && failed(t)).collect();
            case.failed = Some(failed.iter().map(|t| t.measure.name()).collect());
            case.tests = failed;
            case
        })
        .collect()
}

/// Of each group that is in several clusters: the longest document of each smaller part, and the
/// reference document, or else the longest, of the largest part.
fn parted(labelled: &Labelled, groups: &[u32], found: &[u32]) -> Vec<(u32, u32)> {
    let mut parts: BTreeMap<u32, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
    for (at, (&group, &cluster)) in (0..).zip(groups.iter().zip(found)) {
        parts.entry(group).or_default().entry(cluster).or_default().push(at);
    }
    let words = |at: u32| labelled.words[at as usize];
    let is_reference = |at: u32| {
        labelled.kinds.as_ref().is_some_and(|kinds| kinds.of[at as usize] == kinds.reference)
    };
    let longest = |part: &[u32]| part.iter().copied().max_by_key(|&at| (words(at), u32::MAX - at));
    let mut out = Vec::new();
    for parts in parts.into_values().filter(|parts| parts.len() > 1) {
        let mut parts: Vec<Vec<u32>> = parts.into_values().collect();
        parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part[0]));
        let main = parts[0].iter().copied().find(|&at| is_reference(at)).or(longest(&parts[0]));
        out.extend(parts[1..].iter().filter_map(|part| longest(part).zip(main)));
    }
    out
}
