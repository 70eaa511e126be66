//! How good clusters and pairs are, where the truth is known.
//!
//! Plain functions over labels and pairs of positions; nothing here reads a text, so the results of
//! other tools can be scored as well. Counts are exact integers, and each score is one division of
//! them; only the B-cubed scores, which are means of fractions, are sums of floating-point numbers, in
//! a fixed order. Every function is linear in the documents and pairs given, but for sorting them:
//! a group of 100,000 copies has five billion pairs, which are counted, not listed.
//!
//! ```
//! use nearcopy::evaluate::{Agreement, Truth};
//!
//! // six documents of three groups; the clusters found join the fifth with the wrong group
//! let groups = [0, 0, 1, 1, 2, 2];
//! let found = [7, 7, 8, 8, 8, 9];
//! let scores = Agreement::new(groups.iter().copied().zip(found));
//! assert_eq!((scores.groups, scores.clusters, scores.mixed), (3, 3, 1));
//! assert!((scores.adjusted_rand() - 0.444_444).abs() < 1e-6);
//!
//! let pairs = Truth::groups(&groups).score_clusters(&found);
//! assert_eq!((pairs.expected, pairs.right, pairs.wrong), (3, 2, 2));
//! ```
//!
//! # Which score says what
//!
//! | score | asks | weighs |
//! |---|---|---|
//! | precision, recall, F1 of pairs | how many joined pairs are right, how many right pairs are joined | a group by the square of its size |
//! | adjusted Rand index | the same in one number, less what chance would give | as pairs |
//! | B-cubed precision, recall, F1 | of a document's cluster how much is right, of its group how much is there, on average | every document alike |
//!
//! Large groups decide the scores of pairs; B-cubed is kinder to many small ones. Report both.
//!
//! Sources: L. Hubert and P. Arabie, *Comparing partitions*, Journal of Classification 2 (1985), pages
//! 193-218, for the index; A. Bagga and B. Baldwin, *Entity-based cross-document coreferencing using
//! the vector space model*, COLING-ACL 1998, pages 79-85, for B-cubed.

mod agreement;
mod classes;
mod truth;

pub use agreement::Agreement;
pub use classes::{Classes, LENGTH_RATIOS};
pub use truth::{PairCounts, Truth};

/// `part` of `whole`, 0.0 of nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Pairs among `n`.
fn pairs_of(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Positions by label: one list for each, in order of the label.
fn by_label<L: Ord>(documents: usize, label: impl Fn(u32) -> L) -> Vec<Vec<u32>> {
    let mut order: Vec<u32> = (0..documents as u32).collect();
    order.sort_by_key(|&doc| label(doc));
    order.chunk_by(|&x, &y| label(x) == label(y)).map(<[u32]>::to_vec).collect()
}
