//! The fingerprints that several documents hold, numbered from 0.
//!
//! A fingerprint of one document nominates nobody, is never stopped and is no furniture, so only those
//! of two documents or more matter from here on. They are found exactly, share by share of their bits, so
//! that a table that fits the cache does and the shares can be worked on side by side.

use super::parallel::parallel_map;
use super::values::{Block, Fingerprints, Values};
use crate::kernel::prefetch::prefetch;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shares of the fingerprints, by their low bits (winnowing prefers small hashes, so the high bits are
/// not even).
const SHARES: u64 = 64;

/// What a fingerprint that stands in one document becomes.
const ALONE: u64 = u64::MAX >> SHARES.trailing_zeros();

/// The numbers of the shared fingerprints of each document, in order of input.
#[derive(Debug, Default)]
pub(super) struct Terms {
    numbers: Values<u32>,
    /// Numbered one share behind the other.
    shares: Vec<Share>,
    /// First number of each share.
    first: Vec<u64>,
}

impl Terms {
    /// # Panics
    /// If 4,294,967,295 fingerprints or more are shared.
    pub fn new(fingerprints: Fingerprints) -> Self {
        let shares: Vec<u64> = (0..SHARES).collect();
        let shares = parallel_map(&shares, |&share| Share::number(&fingerprints.blocks, share));
        let mut next = 0;
        let first: Vec<u64> = shares
            .iter()
            .map(|share| {
                let first = next;
                next += share.fingerprints.len() as u64;
                first
            })
            .collect();
        assert!(next < u64::from(u32::MAX), "too many shared fingerprints");
        let numbers = fingerprints.filter_map(|value| {
            let value = value.load(Ordering::Relaxed);
            let (number, share) = (value / SHARES, value % SHARES);
            (number != ALONE).then(|| (first[share as usize] + number) as u32)
        });
        Self { numbers, shares, first }
    }

    /// The fingerprint of a number.
    pub fn fingerprint(&self, number: u32) -> u64 {
        let number = u64::from(number);
        let share = self.first.partition_point(|&first| first <= number) - 1;
        self.shares[share].fingerprints[(number - self.first[share]) as usize]
    }

    /// How many documents are stored under the fingerprint of each number.
    pub fn holders(&self) -> Vec<u32> {
        let all = self.shares.iter().map(|share| share.fingerprints.len()).sum();
        let mut out = vec![0u32; all];
        for block in &self.numbers.blocks {
            for at in 0..block.documents() {
                block.own(at).iter().for_each(|&number| out[number as usize] += 1);
            }
        }
        out
    }

    /// The fingerprints under which document `doc` is stored.
    pub fn own(&self, doc: u32) -> &[u32] {
        self.numbers.own(doc)
    }

    /// The fingerprints by which document `doc` is looked up.
    pub fn probes(&self, doc: u32) -> &[u32] {
        self.numbers.probes(doc)
    }
}

/// The shared fingerprints of one share, numbered from 0.
#[derive(Debug, Default)]
struct Share {
    fingerprints: Vec<u64>,
}

impl Share {
    /// Replaces every fingerprint of the share by its number, or [`ALONE`], and the share.
    fn number(blocks: &[Block<AtomicU64>], share: u64) -> Self {
        let mut out = Self::default();
        let mut table = Table::default();
        // the places in one block
        let mut mine: Vec<usize> = Vec::new();
        let mut starts = Vec::with_capacity(blocks.len());
        let mut start = 0u64;
        for block in blocks {
            starts.push(start);
            mine.clear();
            for (chunk, from) in block.values.chunks(64).zip((0..).step_by(64)) {
                // which of 64 values are of the share, without a branch
                let mut bits = chunk.iter().enumerate().fold(0, |bits, (i, value)| {
                    bits | u64::from(value.load(Ordering::Relaxed) % SHARES == share) << i
                });
                while bits != 0 {
                    mine.push(from + bits.trailing_zeros() as usize);
                    bits &= bits - 1;
                }
            }
            let value = |at: usize| &block.values[at];
            for (i, &at) in mine.iter().enumerate() {
                if let Some(&next) = mine.get(i + AHEAD) {
                    table.fetch(value(next).load(Ordering::Relaxed));
                }
                let fingerprint = value(at).load(Ordering::Relaxed);
                let state = table.state(fingerprint);
                let number = match *state {
                    NEW => {
                        *state = FIRST | (start + at as u64);
                        ALONE
                    }
                    number if number & FIRST == 0 => number,
                    first => {
                        let number = out.fingerprints.len() as u64;
                        *state = number;
                        out.fingerprints.push(fingerprint);
                        let first = first & !FIRST;
                        let holder = starts.partition_point(|&start| start <= first) - 1;
                        let at = (first - starts[holder]) as usize;
                        let place: &AtomicU64 = &blocks[holder].values[at];
                        place.store(number * SHARES + share, Ordering::Relaxed);
                        number
                    }
                };
                value(at).store(number * SHARES + share, Ordering::Relaxed);
            }
            start += block.values.len() as u64;
        }
        out.fingerprints.shrink_to_fit();
        out
    }
}

/// Seen once, at this place of all values.
const FIRST: u64 = 1 << 63;
const NEW: u64 = u64::MAX;

/// Fingerprints to what is known of them: open addressing.
struct Table {
    slots: Vec<(u64, u64)>,
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { slots: vec![(0, NEW); 1 << 10], used: 0 }
    }
}

impl Table {
    /// The state of `fingerprint`, to be changed by the caller where it is `NEW`.
    fn state(&mut self, fingerprint: u64) -> &mut u64 {
        if self.used * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let at = self.slot_of(fingerprint);
        let slot = &mut self.slots[at];
        if slot.1 == NEW {
            slot.0 = fingerprint;
            self.used += 1;
        }
        &mut slot.1
    }

    /// Asks for the slot of a fingerprint.
    #[inline]
    fn fetch(&self, fingerprint: u64) {
        prefetch(&self.slots, (fingerprint / SHARES) as usize & (self.slots.len() - 1));
    }

    fn slot_of(&self, fingerprint: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (fingerprint / SHARES) as usize & mask;
        while self.slots[at].1 != NEW && self.slots[at].0 != fingerprint {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let twice = vec![(0, NEW); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, twice);
        for slot in old.into_iter().filter(|slot| slot.1 != NEW) {
            let at = self.slot_of(slot.0);
            self.slots[at] = slot;
        }
    }
}

/// The documents that hold each shared fingerprint and found no match, up to a cap: the index of a
/// batch whose fingerprints are known beforehand. It answers as
/// [`Postings`](crate::index::Postings) do, without a search.
#[derive(Debug)]
pub(super) struct Lists {
    /// Where the list of each number begins in `docs`, and its length or `STOPPED`.
    heads: Vec<(u32, u32)>,
    docs: Vec<u32>,
    cap: u32,
    stopped: u64,
}

const STOPPED: u32 = u32::MAX;

/// Lists or slots that are on their way from memory while one is read.
const AHEAD: usize = 8;

impl Lists {
    /// Empty lists with room for as many documents as `holders` says, at most `cap` in each.
    ///
    /// # Panics
    /// If there is room for more than 4,294,967,295 documents.
    pub fn new(holders: &[u32], cap: u32) -> Self {
        let mut start = 0u64;
        let head = |&holders: &u32| {
            let head = (u32::try_from(start).expect("fewer postings"), 0);
            start += u64::from(holders.min(cap));
            head
        };
        let heads = holders.iter().map(head).collect();
        Self { heads, docs: vec![0; start as usize], cap, stopped: 0 }
    }

    /// Adds a document behind those of its lists; each is added once.
    pub fn insert(&mut self, number: u32, doc: u32) {
        let (start, len) = &mut self.heads[number as usize];
        if *len < self.cap {
            self.docs[(*start + *len) as usize] = doc;
            *len += 1;
        } else if *len != STOPPED {
            *len = STOPPED;
            self.stopped += 1;
        }
    }

    /// Asks for what stands behind place `at` of a row of numbers whose lists are wanted one after the
    /// other: they stand anywhere.
    #[inline]
    pub fn fetch(&self, numbers: &[u32], at: usize) {
        if let Some(&far) = numbers.get(at + 2 * AHEAD) {
            prefetch(&self.heads, far as usize);
        }
        if let Some(&near) = numbers.get(at + AHEAD) {
            prefetch(&self.docs, self.heads[near as usize].0 as usize);
        }
    }

    /// The documents of a list, in order; none where it was stopped.
    pub fn get(&self, number: u32) -> &[u32] {
        let (start, len) = self.heads[number as usize];
        if len == STOPPED { &[] } else { &self.docs[start as usize..(start + len) as usize] }
    }

    /// The documents of a list that stood in it when it was stopped; none of others.
    pub fn before_stop(&self, number: u32) -> &[u32] {
        let (start, len) = self.heads[number as usize];
        if len == STOPPED { &self.docs[start as usize..(start + self.cap) as usize] } else { &[] }
    }

    /// Number of lists that were stopped.
    pub fn stopped(&self) -> u64 {
        self.stopped
    }

    pub fn is_stopped(&self, number: u32) -> bool {
        self.heads[number as usize].1 == STOPPED
    }

    /// Number of lists.
    pub fn len(&self) -> u32 {
        self.heads.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;
    use crate::index::{Entry, Postings};

    fn numbers(seed: u64, n: usize, below: u64) -> Vec<u64> {
        (0..n as u64).map(|i| hash::mix(seed ^ i << 20) % below).collect()
    }

    /// The lists are those of the index that searches.
    #[test]
    fn lists_answer_as_postings_do() {
        for cap in [1, 2, 5, u32::MAX] {
            let held: Vec<Vec<u64>> = (0..60)
                .map(|doc| {
                    let mut held = numbers(doc, 20, 40);
                    held.sort_unstable();
                    held.dedup();
                    held
                })
                .collect();
            let holders: Vec<u32> =
                (0..40).map(|f| held.iter().filter(|h| h.contains(&f)).count() as u32).collect();
            let (mut lists, mut postings) = (Lists::new(&holders, cap), Postings::new(cap));
            for (doc, held) in held.iter().enumerate() {
                for &f in held {
                    lists.insert(f as u32, doc as u32);
                    postings.insert(f, doc as u32);
                }
                for f in 0..40 {
                    let expected = match postings.get(f) {
                        Entry::Listed(docs) => docs,
                        Entry::Absent | Entry::Stopped => Vec::new(),
                    };
                    assert_eq!(lists.get(f as u32), expected);
                    assert_eq!(lists.is_stopped(f as u32), postings.get(f) == Entry::Stopped);
                }
            }
            assert_eq!(lists.stopped(), postings.counts().stopped);
        }
    }

    /// Equal numbers stand for equal fingerprints, and all but those that stand alone have one.
    #[test]
    fn numbers_stand_for_shared_fingerprints() {
        let mut all: Vec<Vec<u64>> = (0..9).map(|block| numbers(block, 700, 4000)).collect();
        all[3].extend([0, u64::MAX, u64::MAX - 1]);
        all[7].extend([0, u64::MAX]);
        for block in &mut all {
            block.sort_unstable();
            block.dedup();
        }
        let mut fingerprints = Fingerprints::default();
        for block in &all {
            let mut wave = Block::default();
            wave.push(block.iter().map(|&v| AtomicU64::new(v)), std::iter::empty());
            fingerprints.push(wave);
        }
        let terms = Terms::new(fingerprints);
        let mut holders: Vec<u32> = vec![0; terms.holders().len()];
        for (doc, block) in all.iter().enumerate() {
            let is_shared = |f: &&u64| all.iter().filter(|b| b.contains(f)).count() > 1;
            let expected: Vec<u64> = block.iter().filter(is_shared).copied().collect();
            let own = terms.own(doc as u32);
            let found: Vec<u64> = own.iter().map(|&n| terms.fingerprint(n)).collect();
            assert_eq!(found, expected);
            assert_eq!(terms.probes(doc as u32), own);
            own.iter().for_each(|&n| holders[n as usize] += 1);
        }
        assert_eq!(holders, terms.holders());
        assert!(holders.len() > 1000);
    }
}
