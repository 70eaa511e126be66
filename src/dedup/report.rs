//! What a batch found.

use crate::relation::{Evidence, Relation};

/// A document of a cluster and how it is related to the representative.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Member {
    /// Position of the document in the input.
    pub doc: usize,
    /// How this document (a) is related to the representative (b).
    pub relation: Relation,
    /// The measures, with this document as a and the representative as b.
    pub evidence: Evidence,
}

/// Documents that carry one article.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Cluster {
    /// Position of the representative in the input: the member with the longest content.
    pub representative: usize,
    /// The other documents, by rank: longest content first.
    pub members: Vec<Member>,
}

impl Cluster {
    /// Number of documents, the representative included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len() + 1
    }

    /// The documents: the representative first.
    pub fn docs(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(self.representative).chain(self.members.iter().map(|m| m.doc))
    }
}

/// A verified pair.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Pair {
    /// Position of the one document in the input; always less than `b`.
    pub a: usize,
    /// Position of the other document.
    pub b: usize,
    /// How a is related to b.
    pub relation: Relation,
    /// The measures.
    pub evidence: Evidence,
}

/// What was read, verified, capped and skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Counts {
    /// Documents given.
    pub documents: u64,
    /// Documents without a single token; they match nothing.
    pub empty: u64,
    /// Documents of at least one token but less than one shingle; they match only the same words.
    pub tiny: u64,
    /// Candidate pairs that were aligned.
    pub verified: u64,
    /// Documents for which more candidates were nominated than are verified.
    pub candidates_capped: u64,
    /// Fingerprints that stand in more clusters than the posting cap and nominate no candidates.
    pub fingerprints_stopped: u64,
    /// Pairs inside large clusters that were not verified though all pairs were asked for.
    pub pairs_skipped: u64,
    /// Places of repeated shingles that alignments did not look at.
    pub places_skipped: u64,
}

/// The clusters of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Report {
    pub(crate) clusters: Vec<Cluster>,
    /// For each document: its cluster in `clusters`, or `NO_CLUSTER`.
    pub(crate) cluster_of: Vec<u32>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) counts: Counts,
}

pub(crate) const NO_CLUSTER: u32 = u32::MAX;

impl Report {
    /// The clusters of two documents or more: largest first, equal sizes by the position of the
    /// representative.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The cluster of document `doc`, as an index into [`clusters`](Self::clusters); `None` for a
    /// document that matched no other.
    ///
    /// # Panics
    /// If the batch had no document `doc`.
    #[must_use]
    pub fn cluster_of(&self, doc: usize) -> Option<usize> {
        let cluster = self.cluster_of[doc];
        (cluster != NO_CLUSTER).then_some(cluster as usize)
    }

    /// The representative of document `doc`: itself where it matched no other.
    ///
    /// # Panics
    /// If the batch had no document `doc`.
    #[must_use]
    pub fn representative_of(&self, doc: usize) -> usize {
        self.cluster_of(doc).map_or(doc, |c| self.clusters[c].representative)
    }

    /// The documents to keep, one of each article, in order of input.
    pub fn kept(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.cluster_of.len()).filter(|&doc| self.representative_of(doc) == doc)
    }

    /// The verified pairs, matches and overlaps, by position: each member with its representative,
    /// further matches that were found on the way, and with
    /// [`all_pairs`](crate::dedup::Dedup::all_pairs) those between members.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// What was read, verified, capped and skipped.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}
