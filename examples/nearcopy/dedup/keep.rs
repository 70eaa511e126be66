//! Which documents are kept, and for each other one the kept one that it repeats.

use super::policy::Rank;
use crate::cli::Linkage;
use crate::input::Corpus;
use nearcopy::compare::Document;
use nearcopy::dedup::Cluster;
use nearcopy::{Comparer, Evidence, Relation, Report};
use rayon::prelude::*;
use std::collections::HashMap;
use std::io;
use xxhash_rust::xxh3::xxh3_128;

/// What becomes of a document.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    Kept,
    /// It goes; the other one is kept: a document of the same batch.
    Repeats(usize, Relation, Evidence),
    /// It goes; the other one was kept before.
    RepeatsEarlier(usize, Relation, Evidence),
}

/// The fate of each document, and how many were kept without being compared with all they could be.
type Fates = (Vec<(usize, Fate)>, u64);

/// Kept documents of one cluster with which each further one is compared.
const MOST_COMPARED: usize = 16;

/// The fates within the clusters of `report`, whose documents are `docs` of the corpus, and the number
/// of documents that were kept without being compared with all kept ones of their cluster.
///
/// # Errors
/// If a text cannot be read again.
pub fn decide(
    corpus: &Corpus,
    report: &Report,
    docs: &[usize],
    ranks: &[Rank],
    linkage: Linkage,
) -> io::Result<Fates> {
    let one = |cluster: &Cluster| {
        let mut order: Vec<usize> = cluster.docs().collect();
        // stable: of equal ranks the longer article first
        order.sort_by_key(|&at| ranks[docs[at]]);
        let mut judge = Judge::new(corpus, cluster, docs);
        let mut kept: Vec<usize> = Vec::new();
        let mut capped = 0;
        let mut fates = Vec::with_capacity(order.len());
        for at in order {
            let fate = match kept.first() {
                // linked through others: one is kept for all of them
                Some(&first) if linkage == Linkage::Components => {
                    Some((first, judge.relate(at, first)?))
                }
                _ => judge.best(at, &kept[..kept.len().min(MOST_COMPARED)])?,
            };
            fates.push((
                docs[at],
                match fate {
                    Some((other, (relation, evidence))) => {
                        Fate::Repeats(docs[other], relation, evidence)
                    }
                    None => {
                        capped += u64::from(kept.len() > MOST_COMPARED);
                        kept.push(at);
                        Fate::Kept
                    }
                },
            ));
        }
        Ok::<Fates, io::Error>((fates, capped))
    };
    let all = report.clusters().par_iter().map(one).collect::<io::Result<Vec<_>>>()?;
    let capped = all.iter().map(|(_, capped)| capped).sum();
    Ok((all.into_iter().flat_map(|(fates, _)| fates).collect(), capped))
}

/// A kept document, and how another one is related to it.
type Kept = (usize, (Relation, Evidence));

/// Compares the documents of one cluster, no two texts twice.
struct Judge<'a> {
    corpus: &'a Corpus,
    docs: &'a [usize],
    representative: usize,
    /// What the batch measured of each member and the representative.
    known: HashMap<usize, (Relation, Evidence)>,
    comparer: Comparer,
    prepared: HashMap<usize, Document>,
    /// By the XXH3-128 of the text.
    compared: HashMap<(u128, usize), (Relation, Evidence)>,
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
    fn best(&mut self, at: usize, kept: &[usize]) -> io::Result<Option<Kept>> {
        let mut best: Option<(u64, usize, (Relation, Evidence))> = None;
        for &other in kept {
            let (relation, evidence) = self.relate(at, other)?;
            let matched = (evidence.matched_a.min(evidence.matched_b) * 16.0) as u64;
            if relation.is_match() && best.is_none_or(|(most, ..)| matched > most) {
                best = Some((matched, other, (relation, evidence)));
            }
        }
        Ok(best.map(|(_, other, found)| (other, found)))
    }

    /// How `at` is related to `other`.
    fn relate(&mut self, at: usize, other: usize) -> io::Result<(Relation, Evidence)> {
        if other == self.representative
            && let Some(&found) = self.known.get(&at)
        {
            return Ok(found);
        }
        if at == self.representative
            && let Some((relation, evidence)) = self.known.get(&other)
        {
            return Ok((relation.reversed(), evidence.reversed()));
        }
        let text = self.corpus.text(self.docs[at])?;
        let key = (xxh3_128(text.as_bytes()), other);
        if let Some(&found) = self.compared.get(&key) {
            return Ok(found);
        }
        if !self.prepared.contains_key(&other) {
            let document = self.comparer.prepare(&self.corpus.text(self.docs[other])?);
            self.prepared.insert(other, document);
        }
        let found = self.comparer.relate(&self.comparer.prepare(&text), &self.prepared[&other]);
        self.compared.insert(key, found);
        Ok(found)
    }
}
