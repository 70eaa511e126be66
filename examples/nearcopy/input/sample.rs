//! A sample drawn by the ids: bottom-k of a seeded hash, which needs no more memory than the sample.

use super::{Content, Record};
use std::collections::BinaryHeap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Keeps the `size` records whose ids hash lowest. Another order of input draws the same, and a
/// sample contains every smaller one of its seed.
pub struct Sampler {
    size: usize,
    seed: u64,
    /// The highest hash on top; equal ids rank by their position.
    kept: BinaryHeap<Drawn>,
    seen: u64,
}

struct Drawn {
    rank: (u64, u64),
    record: Record,
    content: Content,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Drawn {}

impl PartialOrd for Drawn {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Drawn {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl Sampler {
    pub fn new(size: u64, seed: u64) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self { size, seed, kept: BinaryHeap::new(), seen: 0 }
    }

    pub fn offer(&mut self, record: Record, content: Content) {
        let rank = (xxh3_64_with_seed(record.id.as_bytes(), self.seed), self.seen);
        self.seen += 1;
        if self.kept.len() < self.size {
            self.kept.push(Drawn { rank, record, content });
        } else if let Some(mut last) = self.kept.peek_mut()
            && rank < last.rank
        {
            *last = Drawn { rank, record, content };
        }
    }

    /// The sample, in order of input.
    pub fn finish(self) -> impl Iterator<Item = (Record, Content)> {
        let mut drawn = self.kept.into_vec();
        drawn.sort_unstable_by_key(|drawn| drawn.rank.1);
        drawn.into_iter().map(|drawn| (drawn.record, drawn.content))
    }
}
