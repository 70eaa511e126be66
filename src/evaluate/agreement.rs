//! Two partitions of the same documents.

use super::{pairs_of, share};
use std::collections::BTreeMap;

/// How well the clusters found agree with the groups of the truth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Agreement {
    /// Documents.
    pub documents: u64,
    /// Groups of the truth, those of one document included.
    pub groups: u64,
    /// Clusters found, those of one document included.
    pub clusters: u64,
    /// Clusters that hold documents of several groups.
    pub mixed: u64,
    /// Pairs of documents in one group.
    pub group_pairs: u64,
    /// Pairs of documents in one cluster.
    pub cluster_pairs: u64,
    /// Pairs of documents in one group and in one cluster.
    pub shared_pairs: u64,
    /// Mean, over the documents, of the share of the document's cluster that is of its group,
    /// 0.0..=1.0.
    pub bcubed_precision: f64,
    /// Mean, over the documents, of the share of the document's group that is in its cluster,
    /// 0.0..=1.0.
    pub bcubed_recall: f64,
}

impl Agreement {
    /// Compares two labellings: for each document its group and its cluster. Equal labels of one kind
    /// mean together, the numbers themselves mean nothing. Takes as long as a sort of the documents.
    #[must_use]
    pub fn new(labels: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut cells: Vec<(u32, u32)> = labels.into_iter().collect();
        let documents = cells.len();
        cells.sort_unstable();
        let mut of_group: BTreeMap<u32, usize> = BTreeMap::new();
        // documents and cells
        let mut of_cluster: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for cell in cells.chunk_by(|x, y| x == y) {
            *of_group.entry(cell[0].0).or_default() += cell.len();
            let cluster = of_cluster.entry(cell[0].1).or_default();
            *cluster = (cluster.0 + cell.len(), cluster.1 + 1);
        }
        let mut shared_pairs = 0;
        let (mut precision, mut recall) = (Fractions::default(), Fractions::default());
        for cell in cells.chunk_by(|x, y| x == y) {
            shared_pairs += pairs_of(cell.len());
            precision.add(cell.len(), of_cluster[&cell[0].1].0);
            recall.add(cell.len(), of_group[&cell[0].0]);
        }
        Self {
            documents: documents as u64,
            groups: of_group.len() as u64,
            clusters: of_cluster.len() as u64,
            mixed: of_cluster.values().filter(|(_, cells)| *cells > 1).count() as u64,
            group_pairs: of_group.values().map(|&n| pairs_of(n)).sum(),
            cluster_pairs: of_cluster.values().map(|&(n, _)| pairs_of(n)).sum(),
            shared_pairs,
            bcubed_precision: precision.mean(documents),
            bcubed_recall: recall.mean(documents),
        }
    }

    /// The adjusted Rand index: 1.0 for equal partitions, 0.0 for what chance gives, less for worse.
    /// 1.0 where both partitions are trivial in the same way.
    ///
    /// With the pairs in one group, in one cluster, in both and in all: `(both - e) / (m - e)`, where `e`
    /// is `group * cluster / all` and `m` the mean of group and cluster. Numerator and denominator
    /// are exact.
    #[must_use]
    pub fn adjusted_rand(&self) -> f64 {
        // below 2^63 each, but for the sum below 2^64: the products fit
        let all = i128::from((self.documents * self.documents.saturating_sub(1) / 2).max(1));
        let (group, cluster) = (i128::from(self.group_pairs), i128::from(self.cluster_pairs));
        let numerator = 2 * (i128::from(self.shared_pairs) * all - group * cluster);
        let denominator = (group + cluster) * all - 2 * group * cluster;
        if denominator == 0 { 1.0 } else { numerator as f64 / denominator as f64 }
    }

    /// Share of the pairs in one cluster that are in one group, 0.0..=1.0; 0.0 where there are none.
    #[must_use]
    pub fn pair_precision(&self) -> f64 {
        share(self.shared_pairs, self.cluster_pairs)
    }

    /// Share of the pairs in one group that are in one cluster, 0.0..=1.0; 0.0 where there are none.
    #[must_use]
    pub fn pair_recall(&self) -> f64 {
        share(self.shared_pairs, self.group_pairs)
    }

    /// Harmonic mean of [`pair_precision`](Self::pair_precision) and
    /// [`pair_recall`](Self::pair_recall).
    #[must_use]
    pub fn pair_f1(&self) -> f64 {
        share(2 * self.shared_pairs, self.cluster_pairs + self.group_pairs)
    }

    /// Harmonic mean of the two B-cubed scores.
    #[must_use]
    pub fn bcubed_f1(&self) -> f64 {
        let (p, r) = (self.bcubed_precision, self.bcubed_recall);
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

/// A sum of fractions `n * n / of`, exact as far as the denominators agree.
#[derive(Default)]
struct Fractions(BTreeMap<usize, u128>);

impl Fractions {
    fn add(&mut self, n: usize, of: usize) {
        *self.0.entry(of).or_default() += (n as u128) * (n as u128);
    }

    /// The sum over `count`; 0.0 of nothing.
    fn mean(&self, count: usize) -> f64 {
        let sum: f64 = self.0.iter().map(|(&of, &sum)| sum as f64 / of as f64).sum();
        if count == 0 { 0.0 } else { sum / count as f64 }
    }
}
