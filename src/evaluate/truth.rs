//! Pairs found against pairs that are right.

use super::{Classes, by_label, pairs_of, share};
use std::collections::{BTreeMap, BTreeSet};

/// Pairs of documents, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PairCounts {
    /// Pairs that the truth holds.
    pub expected: u64,
    /// Of these, found.
    pub right: u64,
    /// Found, and not in the truth.
    pub wrong: u64,
}

impl PairCounts {
    /// Share of the found pairs that are right, 0.0..=1.0; 0.0 where none were found.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Share of the expected pairs that were found, 0.0..=1.0; 0.0 where none are expected.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.right, self.expected)
    }

    /// Harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        share(2 * self.right, self.expected + self.right + self.wrong)
    }
}

/// Which documents match in truth, by position.
#[derive(Debug, Clone)]
pub struct Truth(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Groups {
        group_of: Vec<u32>,
        /// Pairs of groups, the lesser first, across which nothing is right or wrong.
        ignored: BTreeSet<(u32, u32)>,
    },
    Pairs {
        documents: usize,
        /// The lesser position first.
        pairs: BTreeSet<(u32, u32)>,
    },
}

impl Truth {
    /// Documents match that have equal labels.
    #[must_use]
    pub fn groups(group_of: &[u32]) -> Self {
        Self(Kind::Groups { group_of: group_of.to_vec(), ignored: BTreeSet::new() })
    }

    /// Of `documents` documents exactly these pairs match; the order of the two says nothing, and a
    /// document with itself is no pair.
    ///
    /// # Panics
    /// If a pair names a document that does not exist.
    #[must_use]
    pub fn pairs(documents: usize, pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let pairs: BTreeSet<_> = pairs.into_iter().map(sorted).filter(|(a, b)| a != b).collect();
        let exist = pairs.iter().all(|&(_, b)| (b as usize) < documents);
        assert!(exist, "a pair names a document of {documents} that does not exist");
        Self(Kind::Pairs { documents, pairs })
    }

    /// Pairs of documents across two of these groups are neither right nor wrong: the groups do share
    /// text. Means nothing for a truth of pairs.
    #[must_use]
    pub fn ignoring(mut self, groups: impl IntoIterator<Item = (u32, u32)>) -> Self {
        if let Kind::Groups { ignored, .. } = &mut self.0 {
            ignored.extend(groups.into_iter().map(sorted).filter(|(a, b)| a != b));
        }
        self
    }

    /// Number of documents.
    #[must_use]
    pub fn documents(&self) -> usize {
        match &self.0 {
            Kind::Groups { group_of, .. } => group_of.len(),
            Kind::Pairs { documents, .. } => *documents,
        }
    }

    /// Whether two documents match; `None` where the pair is ignored.
    ///
    /// # Panics
    /// If there is no such document.
    #[must_use]
    pub fn is_match(&self, a: u32, b: u32) -> Option<bool> {
        match &self.0 {
            Kind::Groups { group_of, ignored } => {
                let groups = sorted((group_of[a as usize], group_of[b as usize]));
                if ignored.contains(&groups) { None } else { Some(groups.0 == groups.1) }
            }
            Kind::Pairs { pairs, .. } => Some(pairs.contains(&sorted((a, b)))),
        }
    }

    /// Scores the pairs found. The order of the two says nothing, a pair counts once however often it is
    /// given, and a document with itself is no pair.
    ///
    /// # Panics
    /// If a pair names a document that does not exist.
    #[must_use]
    pub fn score_pairs(&self, found: &[(u32, u32)]) -> PairCounts {
        self.score_pairs_by(found, &One)[0]
    }

    /// As [`score_pairs`](Self::score_pairs), for each class of pairs.
    ///
    /// # Panics
    /// If a pair names a document that does not exist, or the classes are of fewer documents.
    #[must_use]
    pub fn pairs_by(&self, found: &[(u32, u32)], classes: &Classes<'_>) -> Vec<PairCounts> {
        self.score_pairs_by(found, classes)
    }

    /// Scores the pairs that stand in one cluster, `found` being the cluster of each document.
    ///
    /// # Panics
    /// If `found` is not as long as there are documents.
    #[must_use]
    pub fn score_clusters(&self, found: &[u32]) -> PairCounts {
        self.score_clusters_by(found, &One)[0]
    }

    /// As [`score_clusters`](Self::score_clusters), for each class of pairs.
    ///
    /// # Panics
    /// If `found` is not as long as there are documents, or the classes are of fewer.
    #[must_use]
    pub fn clusters_by(&self, found: &[u32], classes: &Classes<'_>) -> Vec<PairCounts> {
        self.score_clusters_by(found, classes)
    }

    fn score_pairs_by(&self, found: &[(u32, u32)], by: &impl Countable) -> Vec<PairCounts> {
        let mut out = self.expected_by(by);
        let mut found: Vec<(u32, u32)> = found.iter().copied().map(sorted).collect();
        found.sort_unstable();
        found.dedup();
        for (a, b) in found.into_iter().filter(|(a, b)| a != b) {
            let Some(class) = by.class_of(a, b) else { continue };
            match self.is_match(a, b) {
                Some(true) => out[class].right += 1,
                Some(false) => out[class].wrong += 1,
                None => {}
            }
        }
        out
    }

    /// The expected pairs of each class.
    fn expected_by(&self, by: &impl Countable) -> Vec<PairCounts> {
        let mut expected = vec![0; by.classes()];
        match &self.0 {
            Kind::Groups { group_of, .. } => {
                for group in by_label(group_of.len(), |doc| group_of[doc as usize]) {
                    by.add_among(&group, &mut expected);
                }
            }
            Kind::Pairs { pairs, .. } => {
                for class in pairs.iter().filter_map(|&(a, b)| by.class_of(a, b)) {
                    expected[class] += 1;
                }
            }
        }
        expected.into_iter().map(|expected| PairCounts { expected, right: 0, wrong: 0 }).collect()
    }

    fn score_clusters_by(&self, found: &[u32], by: &impl Countable) -> Vec<PairCounts> {
        let documents = self.documents();
        assert_eq!(found.len(), documents, "one cluster for each document of the truth");
        let mut out = self.expected_by(by);
        let (mut right, mut ignored) = (vec![0; out.len()], vec![0; out.len()]);
        match &self.0 {
            Kind::Groups { group_of, ignored: groups } => {
                let cell = |doc: u32| (group_of[doc as usize], found[doc as usize]);
                let cells = by_label(documents, cell);
                for cell in &cells {
                    by.add_among(cell, &mut right);
                }
                let place: BTreeMap<(u32, u32), usize> =
                    cells.iter().enumerate().map(|(at, docs)| (cell(docs[0]), at)).collect();
                for &(a, b) in groups {
                    for (&(_, cluster), &at) in place.range((a, 0)..=(a, u32::MAX)) {
                        if let Some(&other) = place.get(&(b, cluster)) {
                            add_between(by, &cells[at], &cells[other], &mut ignored);
                        }
                    }
                }
            }
            Kind::Pairs { pairs, .. } => {
                let together = |&&(a, b): &&(u32, u32)| found[a as usize] == found[b as usize];
                for class in pairs.iter().filter(together).filter_map(|&(a, b)| by.class_of(a, b)) {
                    right[class] += 1;
                }
            }
        }
        let mut joined = vec![0; out.len()];
        for cluster in by_label(documents, |doc| found[doc as usize]) {
            by.add_among(&cluster, &mut joined);
        }
        for (class, counts) in out.iter_mut().enumerate() {
            counts.right = right[class];
            counts.wrong = joined[class] - right[class] - ignored[class];
        }
        out
    }
}

/// What pairs can be counted by.
trait Countable {
    fn classes(&self) -> usize;
    fn class_of(&self, a: u32, b: u32) -> Option<usize>;
    fn add_among(&self, docs: &[u32], counts: &mut [u64]);
}

impl Countable for Classes<'_> {
    fn classes(&self) -> usize {
        self.count()
    }

    fn class_of(&self, a: u32, b: u32) -> Option<usize> {
        self.class(a, b)
    }

    fn add_among(&self, docs: &[u32], counts: &mut [u64]) {
        self.add(docs, counts);
    }
}

/// All pairs in one class.
struct One;

impl Countable for One {
    fn classes(&self) -> usize {
        1
    }

    fn class_of(&self, _: u32, _: u32) -> Option<usize> {
        Some(0)
    }

    fn add_among(&self, docs: &[u32], counts: &mut [u64]) {
        counts[0] += pairs_of(docs.len());
    }
}

/// Adds the pairs of one document of `a` and one of `b`, which share none.
fn add_between(by: &impl Countable, a: &[u32], b: &[u32], counts: &mut [u64]) {
    let mut within = vec![0; counts.len()];
    by.add_among(a, &mut within);
    by.add_among(b, &mut within);
    let mut all = vec![0; counts.len()];
    by.add_among(&[a, b].concat(), &mut all);
    for (class, count) in counts.iter_mut().enumerate() {
        *count += all[class] - within[class];
    }
}

fn sorted((a, b): (u32, u32)) -> (u32, u32) {
    (a.min(b), a.max(b))
}
