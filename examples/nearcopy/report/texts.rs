//! Which texts the page holds.

use super::gather::Described;

/// The choice of texts, and what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Diffs of each cluster at most.
    pub per_cluster: usize,
    /// Clusters, from the first, whose texts are held.
    pub clusters: usize,
    /// Diffs held.
    pub diffs: usize,
    /// Diffs of copies, or to representatives, that are too long to be shown.
    pub too_long: usize,
    /// Copies in all.
    pub copies: usize,
    /// Clusters whose texts are left out.
    pub left_out: usize,
}

/// As many diffs of each cluster as make all texts stay within `most` bytes, at most `asked`. Where
/// one of each is too much, one of each of the first clusters.
pub fn choose(described: &[Described], asked: usize, most: u64) -> Choice {
    let longest = described.iter().map(|cluster| cluster.diffs.len()).max().unwrap_or(0);
    let asked = asked.min(longest.max(1));
    let per_cluster = (1..=asked)
        .rev()
        .find(|&n| described.iter().map(|cluster| bytes(cluster, n)).sum::<u64>() <= most)
        .unwrap_or(asked.min(1));
    let mut left = if per_cluster == 0 { 0 } else { most };
    let fits = |cluster: &&Described| {
        let bytes = bytes(cluster, per_cluster);
        let fits = bytes <= left;
        left = left.saturating_sub(bytes);
        fits
    };
    let clusters = described.iter().take_while(fits).count();
    let shown = |cluster: &Described| {
        cluster.diffs.iter().take(per_cluster).filter(|diff| diff.is_some()).count()
    };
    let long = |cluster: &Described| match cluster.text {
        Some(_) => cluster.diffs.iter().take(per_cluster).filter(|diff| diff.is_none()).count(),
        None => cluster.rows.len().min(per_cluster),
    };
    Choice {
        per_cluster,
        clusters,
        diffs: described[..clusters].iter().map(shown).sum(),
        too_long: described[..clusters].iter().map(long).sum(),
        left_out: described.len() - clusters,
        copies: described.iter().map(|cluster| cluster.rows.len()).sum(),
    }
}

/// Bytes of a cluster's texts with its first `n` diffs.
fn bytes(cluster: &Described, n: usize) -> u64 {
    let diffs = cluster.diffs.iter().take(n).flatten();
    let text = cluster.text.as_ref().map_or(0, String::len);
    (text + cluster.edits.len() + diffs.map(String::len).sum::<usize>()) as u64
}
