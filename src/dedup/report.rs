//! What a batch found.

use crate::relation::{self, Confidence, Evidence, Relation, Thresholds};

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
    /// The true least similarity: of the member that is least like the representative, the share of
    /// the smaller document's content that is matched, 0.0..=1.0. It is measured on the texts, never
    /// inferred through a third document.
    #[must_use]
    pub fn least_containment(&self) -> f64 {
        self.members.iter().map(|m| m.evidence.content_containment()).fold(1.0, f64::min)
    }

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

impl Member {
    /// How sure the match with the representative is.
    #[must_use]
    pub fn confidence(&self, thresholds: &Thresholds) -> Confidence {
        relation::confidence(&self.evidence, thresholds)
    }
}

impl Pair {
    /// How sure a match is.
    #[must_use]
    pub fn confidence(&self, thresholds: &Thresholds) -> Confidence {
        relation::confidence(&self.evidence, thresholds)
    }
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
    /// Documents for which more candidates were nominated than are verified. (That the search ends
    /// once a document is found whole in another is no cap.)
    pub candidates_capped: u64,
    /// Fingerprints that stand in more clusters than the posting cap and nominate no candidates.
    pub fingerprints_stopped: u64,
    /// Documents without a match, five fingerprints of which stood in one earlier document before they
    /// were stopped: pages of one long frame, and what stop marks may have kept from being compared.
    pub stopped_chains: u64,
    /// Pairs inside large clusters that were not verified though all pairs were asked for.
    pub pairs_skipped: u64,
    /// Repeated passages of which alignment, while candidates were verified, did not look at every
    /// place.
    pub places_skipped: u64,
}

/// The clusters of a batch.
///
/// A report that is read back is checked first: its documents, clusters and pairs must fit together,
/// or reading fails with [`DamagedReport`](crate::error::DamagedReport).
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::checked::Fields"))]
pub struct Report {
    pub(crate) clusters: Vec<Cluster>,
    /// For each document: its cluster in `clusters`, or `NO_CLUSTER`.
    pub(crate) cluster_of: Vec<u32>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) ledger: Vec<Pair>,
    /// The documents by rank.
    pub(crate) order: Vec<u32>,
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

    /// With [`ledger`](crate::dedup::Dedup::ledger): every pair that was nominated and verified with
    /// what was known at the end, accepted or rejected, by position. [`relation::decide`] on a pair's
    /// evidence says which test it failed.
    #[must_use]
    pub fn ledger(&self) -> &[Pair] {
        &self.ledger
    }

    /// The clusters that other thresholds would give, from the ledger alone, without the texts:
    /// documents in rank order, each with the representative it shares the most content with
    /// ([`Linkage::Star`](crate::dedup::Linkage::Star), whatever the run used). Empty without a
    /// ledger.
    ///
    /// Pairs that were never nominated stay unknown, so thresholds that are looser than those of the
    /// run find less here than in a run of their own; stricter ones only differ where a document that
    /// lost its representative was never verified against another.
    #[must_use]
    pub fn replay(&self, thresholds: &Thresholds) -> Vec<Vec<usize>> {
        let mut rank_of = vec![0; self.order.len()];
        for (rank, &doc) in self.order.iter().enumerate() {
            rank_of[doc as usize] = rank;
        }
        let mut links: Vec<Vec<(u64, usize, bool)>> = vec![Vec::new(); self.order.len()];
        for pair in &self.ledger {
            if relation::decide(&pair.evidence, thresholds).is_match() {
                let (a, b) = (rank_of[pair.a], rank_of[pair.b]);
                let matched = pair.evidence.matched_a.min(pair.evidence.matched_b);
                let link = ((matched * 1000.0) as u64, a.min(b), pair.evidence.identical);
                links[a.max(b)].push(link);
            }
        }
        let mut leader: Vec<usize> = (0..self.order.len()).collect();
        let mut groups: Vec<Vec<usize>> = leader.iter().map(|&rank| vec![rank]).collect();
        for (rank, links) in links.iter_mut().enumerate() {
            links.sort_unstable_by_key(|&(matched, to, _)| (std::cmp::Reverse(matched), to));
            // a copy follows the leader of what it copies, anything else only a leader itself
            let found = links.iter().find(|&&(_, to, same)| same || leader[to] == to);
            if let Some(&(_, to, _)) = found {
                leader[rank] = leader[to];
                groups[rank].clear();
                groups[leader[to]].push(rank);
            }
        }
        let mut out: Vec<Vec<usize>> = groups
            .into_iter()
            .filter(|g| g.len() > 1)
            .map(|g| g.into_iter().map(|r| self.order[r] as usize).collect())
            .collect();
        out.sort_by_key(|g| (std::cmp::Reverse(g.len()), g[0]));
        out
    }

    /// What was read, verified, capped and skipped.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}
