//! Values of many documents, in few large blocks.

use std::ops::Range;
use std::sync::atomic::AtomicU64;

/// Values of a block if it is not the only one: with 8 bytes each, what any allocator takes from the
/// system by itself and gives back at once.
const MOST_VALUES: usize = 1 << 22;

/// Values of the first block.
const LEAST_VALUES: usize = 1 << 14;

/// Values of documents that follow each other: of each document those under which it is stored, then
/// those by which it is looked up besides.
#[derive(Debug)]
pub(super) struct Block<T> {
    /// Two ends for each document.
    ends: Vec<usize>,
    pub values: Vec<T>,
}

impl<T> Default for Block<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), values: Vec::new() }
    }
}

impl<T> Block<T> {
    pub fn with_capacity(documents: usize, values: usize) -> Self {
        Self { ends: Vec::with_capacity(2 * documents), values: Vec::with_capacity(values) }
    }

    pub fn documents(&self) -> usize {
        self.ends.len() / 2
    }

    /// Adds a document.
    pub fn push(&mut self, own: impl Iterator<Item = T>, others: impl Iterator<Item = T>) {
        self.values.extend(own);
        self.ends.push(self.values.len());
        self.values.extend(others);
        self.ends.push(self.values.len());
    }

    /// Adds the documents of another block behind its own.
    fn append(&mut self, other: Self) {
        let before = self.values.len();
        self.ends.extend(other.ends.iter().map(|end| before + end));
        self.values.extend(other.values);
    }

    fn start(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at * 2 - 1] }
    }

    /// The values under which document `at` of the block is stored.
    pub fn own(&self, at: usize) -> &[T] {
        &self.values[self.start(at)..self.ends[at * 2]]
    }

    /// The values by which document `at` of the block is looked up.
    pub fn probes(&self, at: usize) -> &[T] {
        &self.values[self.start(at)..self.ends[at * 2 + 1]]
    }

    /// Keeps the values of which `f` holds.
    pub fn retain(&mut self, f: impl Fn(&T) -> bool) {
        let (mut at, mut from, mut kept) = (0, 0, 0);
        let ends = &mut self.ends;
        self.values.retain(|value| {
            while ends.get(at) == Some(&from) {
                ends[at] = kept;
                at += 1;
            }
            from += 1;
            let keep = f(value);
            kept += usize::from(keep);
            keep
        });
        ends[at..].fill(kept);
        self.values.shrink_to_fit();
    }

    /// The block of the values that `f` translates.
    pub fn filter_map<R>(&self, f: impl Fn(&T) -> Option<R>) -> Block<R> {
        let mut out = Block::default();
        out.ends.reserve_exact(self.ends.len());
        out.values.reserve_exact(self.values.iter().filter(|v| f(v).is_some()).count());
        let mut from = 0;
        for &end in &self.ends {
            out.values.extend(self.values[from..end].iter().filter_map(&f));
            out.ends.push(out.values.len());
            from = end;
        }
        out
    }
}

/// Blocks of fingerprints; atomic, so that threads can replace those of different shares in place.
pub(super) type Fingerprints = Values<AtomicU64>;

/// The values of all documents. Documents come in waves, which are either whole in one block or have no
/// values yet.
#[derive(Debug)]
pub(super) struct Values<T> {
    pub blocks: Vec<Block<T>>,
    waves: Vec<Wave>,
    documents: u32,
}

/// Documents that follow each other, also in their block.
#[derive(Debug, Clone, Copy)]
struct Wave {
    /// The first document of the wave.
    start: u32,
    /// The block that holds its values, or `NOWHERE`.
    block: u32,
    /// Its place in the block.
    at: u32,
}

const NOWHERE: u32 = u32::MAX;

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), waves: Vec::new(), documents: 0 }
    }
}

impl<T> Values<T> {
    /// Adds the next documents.
    pub fn push(&mut self, wave: Block<T>) {
        let (start, documents) = (self.documents, wave.documents() as u32);
        let (block, at) = self.store(wave);
        let follows = |last: &Wave| last.block == block && last.at + (start - last.start) == at;
        if !self.waves.last().is_some_and(follows) {
            self.waves.push(Wave { start, block, at });
        }
        self.documents += documents;
    }

    /// Adds documents whose values come later.
    pub fn push_without(&mut self, documents: u32) {
        self.waves.push(Wave { start: self.documents, block: NOWHERE, at: 0 });
        self.documents += documents;
    }

    /// The waves without values: their numbers, and their documents.
    pub fn missing(&self) -> Vec<(usize, Range<u32>)> {
        let ends = self.waves.iter().skip(1).map(|wave| wave.start).chain([self.documents]);
        let waves = self.waves.iter().zip(ends).enumerate();
        waves
            .filter(|(_, (wave, _))| wave.block == NOWHERE)
            .map(|(number, (wave, end))| (number, wave.start..end))
            .collect()
    }

    /// Gives the wave of this number its values.
    pub fn fill(&mut self, number: usize, wave: Block<T>) {
        let (block, at) = self.store(wave);
        let wave = &mut self.waves[number];
        (wave.block, wave.at) = (block, at);
    }

    /// Puts a wave where there is room for it: a block never moves.
    fn store(&mut self, wave: Block<T>) -> (u32, u32) {
        let room = self.blocks.last().map_or(0, |b| b.values.capacity() - b.values.len());
        if self.blocks.is_empty() || room < wave.values.len() {
            let last = self.blocks.last().map_or(LEAST_VALUES / 2, |b| b.values.capacity());
            let values = (2 * last).min(MOST_VALUES).max(wave.values.len());
            self.blocks.push(Block::with_capacity(wave.documents(), values));
        }
        let number = self.blocks.len() - 1;
        let block = &mut self.blocks[number];
        let at = block.documents() as u32;
        block.append(wave);
        (number as u32, at)
    }

    fn place(&self, doc: u32) -> (&Block<T>, usize) {
        let wave = self.waves[self.waves.partition_point(|wave| wave.start <= doc) - 1];
        (&self.blocks[wave.block as usize], (wave.at + doc - wave.start) as usize)
    }

    /// The values under which document `doc` is stored.
    pub fn own(&self, doc: u32) -> &[T] {
        let (block, at) = self.place(doc);
        block.own(at)
    }

    /// The values by which document `doc` is looked up.
    pub fn probes(&self, doc: u32) -> &[T] {
        let (block, at) = self.place(doc);
        block.probes(at)
    }

    /// The values that `f` translates; each block goes as its translation comes.
    pub fn filter_map<R>(self, f: impl Fn(&T) -> Option<R>) -> Values<R> {
        let blocks = self.blocks.into_iter().map(|block| block.filter_map(&f)).collect();
        Values { blocks, waves: self.waves, documents: self.documents }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_keeps_its_documents_whatever_values_go() {
        let documents: [(&[u32], &[u32]); 6] =
            [(&[], &[]), (&[3, 4], &[5]), (&[], &[6, 9]), (&[], &[]), (&[7], &[]), (&[], &[])];
        for modulus in 1..5 {
            let mut block = Block::default();
            for (own, others) in documents {
                block.push(own.iter().copied(), others.iter().copied());
            }
            let keep = |value: &u32| value.is_multiple_of(modulus);
            let expected = block.filter_map(|value| keep(value).then_some(*value));
            block.retain(keep);
            for (at, (own, others)) in documents.iter().enumerate() {
                let kept = |list: &[u32]| list.iter().copied().filter(|v| keep(v)).collect();
                let (own, others): (Vec<u32>, Vec<u32>) = (kept(own), kept(others));
                assert_eq!(block.own(at), own);
                assert_eq!(block.probes(at), [own, others].concat());
            }
            assert_eq!((block.ends, block.values), (expected.ends, expected.values));
        }
    }

    /// Documents are found in waves of any size, whenever their values came, and no block moves.
    #[test]
    fn values_are_found_whatever_the_waves() {
        let values_of = |doc: u32| (0..doc * 7 % 23).map(move |i| (doc << 8 | i) as u64);
        let probes_of = |doc: u32| (0..doc * 5 % 11).map(move |i| (doc << 8 | 128 | i) as u64);
        let wave_of = |docs: Range<u32>| {
            let mut wave = Block::default();
            docs.for_each(|doc| wave.push(values_of(doc), probes_of(doc)));
            wave
        };
        let (mut all_missing, mut all_waves) = (0, 0);
        for seed in 0..40u32 {
            let mut values = Values::default();
            let (mut at, mut waves) = (0u32, 0);
            while at < 6000 {
                let many =
                    crate::hash::mix(u64::from(seed) << 32 | u64::from(at)) as u32 % 1500 + 1;
                if many.is_multiple_of(3) {
                    values.push_without(many);
                } else {
                    values.push(wave_of(at..at + many));
                }
                (at, waves) = (at + many, waves + 1);
            }
            let missing = values.missing();
            all_missing += missing.len();
            all_waves += waves;
            let places = |values: &Values<u64>| -> Vec<_> {
                values.blocks.iter().map(|block| block.values.as_ptr()).collect()
            };
            let before = places(&values);
            for (number, documents) in missing {
                values.fill(number, wave_of(documents));
            }
            assert!(values.missing().is_empty());
            assert!(places(&values).starts_with(&before));
            for doc in 0..at {
                assert!(values.own(doc).iter().copied().eq(values_of(doc)));
                assert!(
                    values.probes(doc).iter().copied().eq(values_of(doc).chain(probes_of(doc)))
                );
            }
        }
        assert!(all_missing > 50 && all_waves > 3 * all_missing / 2);
    }
}
