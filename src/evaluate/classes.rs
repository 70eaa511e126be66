//! Kinds of pairs, counted without listing the pairs.

use super::pairs_of;

/// Ratios of the longer to the shorter length, as fractions, at which a class of
/// [`Classes::length_ratio`] ends and the next begins: 1.5, 2, 4, 8 and 16.
pub const LENGTH_RATIOS: [(u32, u32); 5] = [(3, 2), (2, 1), (4, 1), (8, 1), (16, 1)];

/// How pairs of documents fall into classes.
#[derive(Debug, Clone)]
pub struct Classes<'a> {
    by: By<'a>,
    count: usize,
}

#[derive(Debug, Clone)]
enum By<'a> {
    Shared(&'a [Option<u32>]),
    Against { labels: &'a [u32], reference: u32 },
    LengthRatio(&'a [u32]),
}

impl<'a> Classes<'a> {
    /// By what both documents are: pairs of equal labels in the class of that label, all others in one
    /// further class behind them. A document without a label has none in common with any. Labels are
    /// dense: small numbers from 0, one for each document.
    #[must_use]
    pub fn shared(labels: &'a [Option<u32>]) -> Self {
        let count = labels.iter().flatten().max().map_or(0, |&l| l as usize + 1) + 1;
        Self { by: By::Shared(labels), count }
    }

    /// Pairs with a document of the label `reference`, by the label of the other one; pairs without one
    /// are in no class. Labels are dense: small numbers from 0, one for each document.
    #[must_use]
    pub fn against(labels: &'a [u32], reference: u32) -> Self {
        let count = labels.iter().max().map_or(0, |&l| l as usize + 1);
        Self { by: By::Against { labels, reference }, count }
    }

    /// By how many times as long the longer document is: class `i` is below the ratio `i` of
    /// [`LENGTH_RATIOS`], the last has no bound. `lengths` has one for each document, in any unit; 0
    /// counts as 1.
    #[must_use]
    pub fn length_ratio(lengths: &'a [u32]) -> Self {
        Self { by: By::LengthRatio(lengths), count: LENGTH_RATIOS.len() + 1 }
    }

    /// Number of classes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The class of a pair; `None` where it is in none.
    ///
    /// # Panics
    /// If there is no such document.
    #[must_use]
    pub fn class(&self, a: u32, b: u32) -> Option<usize> {
        let (a, b) = (a as usize, b as usize);
        match self.by {
            By::Shared(labels) => Some(match (labels[a], labels[b]) {
                (Some(x), Some(y)) if x == y => x as usize,
                _ => self.count - 1,
            }),
            By::Against { labels, reference } => match (labels[a], labels[b]) {
                (x, y) if x == reference => Some(y as usize),
                (x, y) if y == reference => Some(x as usize),
                _ => None,
            },
            By::LengthRatio(lengths) => {
                let (x, y) = (lengths[a].max(1), lengths[b].max(1));
                let beyond = |ratio: &&(u32, u32)| !is_below(x.min(y), x.max(y), **ratio);
                Some(LENGTH_RATIOS.iter().take_while(beyond).count())
            }
        }
    }

    /// Adds to `counts` the pairs among `docs` of each class.
    pub(super) fn add(&self, docs: &[u32], counts: &mut [u64]) {
        match self.by {
            By::Shared(labels) => {
                let mut of: Vec<u32> = docs.iter().filter_map(|&d| labels[d as usize]).collect();
                of.sort_unstable();
                let mut rest = pairs_of(docs.len());
                for run in of.chunk_by(|x, y| x == y) {
                    counts[run[0] as usize] += pairs_of(run.len());
                    rest -= pairs_of(run.len());
                }
                counts[counts.len() - 1] += rest;
            }
            By::Against { labels, reference } => {
                let references = docs.iter().filter(|&&d| labels[d as usize] == reference).count();
                for &doc in docs.iter().filter(|&&d| labels[d as usize] != reference) {
                    counts[labels[doc as usize] as usize] += references as u64;
                }
                if references > 1 {
                    counts[reference as usize] += pairs_of(references);
                }
            }
            By::LengthRatio(lengths) => {
                let mut of: Vec<u32> = docs.iter().map(|&d| lengths[d as usize].max(1)).collect();
                of.sort_unstable();
                let mut before = 0;
                for (class, &ratio) in LENGTH_RATIOS.iter().enumerate() {
                    let below = pairs_below(&of, ratio);
                    counts[class] += below - before;
                    before = below;
                }
                counts[LENGTH_RATIOS.len()] += pairs_of(of.len()) - before;
            }
        }
    }
}

/// Whether `longer` is less than `ratio` times `shorter`.
fn is_below(shorter: u32, longer: u32, ratio: (u32, u32)) -> bool {
    u64::from(longer) * u64::from(ratio.1) < u64::from(shorter) * u64::from(ratio.0)
}

/// Pairs of the sorted `lengths` with less than `ratio` between them.
fn pairs_below(lengths: &[u32], ratio: (u32, u32)) -> u64 {
    let mut first = 0;
    let mut sum = 0;
    for (at, &longer) in lengths.iter().enumerate() {
        while !is_below(lengths[first], longer, ratio) {
            first += 1;
        }
        sum += (at - first) as u64;
    }
    sum
}
