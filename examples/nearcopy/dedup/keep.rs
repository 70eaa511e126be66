//! Which documents are kept, and for each other one the kept one that it repeats.

use super::policy::Rank;
use crate::cli::Linkage;
use crate::input::Corpus;
use nearcopy::compare::Document;
use nearcopy::dedup::Cluster;
use nearcopy::{Comparer, Evidence, Relation, Report};
use rayon::prelude::*;
use std::collections::HashMap;

/// What becomes of a document.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    Kept,
    /// It goes; the other one is kept: a document of the same batch.
    Repeats(usize, Relation, Evidence),
    /// It goes; the other one was kept before.
    RepeatsEarlier(usize, Relation, Evidence),
}

/// Kept documents of one cluster with which each further one is compared.
const MOST_COMPARED: usize = 16;

/// The fates within the clusters of `report`, whose documents are `docs` of the corpus, and the number
/// of documents that were kept without being compared with all kept ones of their cluster.
pub fn decide(
    corpus: &Corpus,
    report: &Report,
    docs: &[usize],
    ranks: &[Rank],
    linkage: Linkage,
) -> (Vec<(usize, Fate)>, u64) {
    let one = |cluster: &Cluster| {
        let mut order: Vec<usize> = cluster.docs().collect();
        // stable: of equal ranks the longer article first
        order.sort_by_key(|&at| ranks[docs[at]]);
        let mut judge = Judge::new(corpus, cluster, docs);
        let mut kept: Vec<usize> = Vec::new();
        let mut capped = 0;
        let mut fates = Vec::with_capacity(order.len());
        for at in order {
            capped += u64::from(kept.len() > MOST_COMPARED);
            let fate = match kept.first() {
                // linked through others: one is kept for all of them
                Some(&first) if linkage == Linkage::Components => {
                    Some((first, judge.relate(at, first)))
                }
                _ => judge.best(at, &kept[..kept.len().min(MOST_COMPARED)]),
            };
            fates.push((
                docs[at],
                match fate {
                    Some((other, (relation, evidence))) => {
                        Fate::Repeats(docs[other], relation, evidence)
                    }
                    None => {
                        kept.push(at);
                        Fate::Kept
                    }
                },
            ));
        }
        (fates, capped)
    };
    let all: Vec<(Vec<(usize, Fate)>, u64)> = report.clusters().par_iter().map(one).collect();
    let capped = all.iter().map(|(_, capped)| capped).sum();
    (all.into_iter().flat_map(|(fates, _)| fates).collect(), capped)
}

/// Compares the documents of one cluster, no two texts twice.
struct Judge<'a> {
    corpus: &'a Corpus,
    docs: &'a [usize],
    representative: usize,
    /// What the batch measured of each member and the representative.
    known: HashMap<usize, (Relation, Evidence)>,
    comparer: Comparer,
    prepared: HashMap<usize, Document>,
    compared: HashMap<(&'a str, usize), (Relation, Evidence)>,
}

impl<'a> Judge<'a> {
    fn new(corpus: &'a Corpus, cluster: &Cluster, docs: &'a [usize]) -> Self {
        Self {
            corpus,
            docs,
            representative: cluster.representative,
            known: cluster.members.iter().map(|m| (m.doc, (m.relation, m.evidence))).collect(),
            comparer: Comparer::default(),
            prepared: HashMap::new(),
            compared: HashMap::new(),
        }
    }

    /// Of the kept documents that `at` matches the one with which it shares the most.
    fn best(&mut self, at: usize, kept: &[usize]) -> Option<(usize, (Relation, Evidence))> {
        let mut best: Option<(u64, usize, (Relation, Evidence))> = None;
        for &other in kept {
            let (relation, evidence) = self.relate(at, other);
            let matched = (evidence.matched_a.min(evidence.matched_b) * 16.0) as u64;
            if relation.is_match() && best.is_none_or(|(most, ..)| matched > most) {
                best = Some((matched, other, (relation, evidence)));
            }
        }
        best.map(|(_, other, found)| (other, found))
    }

    /// How `at` is related to `other`.
    fn relate(&mut self, at: usize, other: usize) -> (Relation, Evidence) {
        if other == self.representative
            && let Some(&found) = self.known.get(&at)
        {
            return found;
        }
        if at == self.representative
            && let Some((relation, evidence)) = self.known.get(&other)
        {
            return (relation.reversed(), evidence.reversed());
        }
        let corpus = self.corpus;
        let text = |at: usize| corpus.records[self.docs[at]].text.as_str();
        let key = (text(at), other);
        if let Some(&found) = self.compared.get(&key) {
            return found;
        }
        let comparer = &self.comparer;
        let prepared = self.prepared.entry(other).or_insert_with(|| comparer.prepare(text(other)));
        let found = comparer.relate(&comparer.prepare(text(at)), prepared);
        self.compared.insert(key, found);
        found
    }
}
