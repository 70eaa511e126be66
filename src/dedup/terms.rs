//! The fingerprints that several documents hold, numbered from 0.
//!
//! A fingerprint of one document nominates nobody, is never stopped and is no furniture, so only those
//! of two documents or more matter from here on. They are found exactly, share by share of their bits, so
//! that a table that fits the cache does and the shares can be worked on side by side.

use super::parallel::parallel_map;
use super::rank::{Block, Fingerprints};
use std::sync::atomic::{AtomicU64, Ordering};

/// Shares of the fingerprints, by their low bits (winnowing prefers small hashes, so the high bits are
/// not even).
const SHARES: u64 = 16;

/// What a fingerprint that stands in one document becomes.
const ALONE: u64 = u64::MAX >> SHARES.trailing_zeros();

/// The numbers of the shared fingerprints of each document, in order of input.
#[derive(Debug)]
pub(super) struct Terms {
    blocks: Vec<Block<u32>>,
    /// First document of each block.
    starts: Vec<u32>,
    /// The fingerprint of each number.
    pub fingerprints: Vec<u64>,
    /// How many documents hold it at most.
    pub holders: Vec<u32>,
}

impl Terms {
    /// # Panics
    /// If 4,294,967,295 fingerprints or more are shared.
    pub fn new(blocks: Vec<Fingerprints>) -> Self {
        let shares: Vec<u64> = (0..SHARES).collect();
        let numbered = parallel_map(&shares, |&share| Share::number(&blocks, share));
        let mut first = Vec::with_capacity(numbered.len());
        let (mut fingerprints, mut holders) = (Vec::new(), Vec::new());
        let all = numbered.iter().map(|s| s.fingerprints.len()).sum();
        fingerprints.reserve_exact(all);
        holders.reserve_exact(all);
        for share in numbered {
            first.push(fingerprints.len() as u64);
            fingerprints.extend(share.fingerprints);
            holders.extend(share.holders);
        }
        assert!(fingerprints.len() < u32::MAX as usize, "too many shared fingerprints");
        let mut starts = Vec::with_capacity(blocks.len());
        let mut next = 0;
        // one block after the other, so that the wide values go as the narrow ones come
        let blocks = blocks
            .into_iter()
            .map(|block| {
                starts.push(next);
                next += block.documents() as u32;
                block.filter_map(|value| {
                    let value = value.load(Ordering::Relaxed);
                    let (number, share) = (value / SHARES, value % SHARES);
                    (number != ALONE).then(|| (first[share as usize] + number) as u32)
                })
            })
            .collect();
        Self { blocks, starts, fingerprints, holders }
    }

    fn place(&self, doc: u32) -> (&Block<u32>, usize) {
        let block = self.starts.partition_point(|&start| start <= doc) - 1;
        (&self.blocks[block], (doc - self.starts[block]) as usize)
    }

    /// The fingerprints under which document `doc` is stored.
    pub fn own(&self, doc: u32) -> &[u32] {
        let (block, at) = self.place(doc);
        block.own(at)
    }

    /// The fingerprints by which document `doc` is looked up.
    pub fn probes(&self, doc: u32) -> &[u32] {
        let (block, at) = self.place(doc);
        block.probes(at)
    }
}

/// The shared fingerprints of one share, numbered from 0.
#[derive(Default)]
struct Share {
    fingerprints: Vec<u64>,
    holders: Vec<u32>,
}

impl Share {
    /// Replaces every fingerprint of the share by its number, or [`ALONE`], and the share.
    fn number(blocks: &[Fingerprints], share: u64) -> Self {
        let mut out = Self::default();
        let mut table = Table::default();
        let mut starts = Vec::with_capacity(blocks.len());
        let mut start = 0u64;
        for block in blocks {
            starts.push(start);
            for (at, value) in block.values.iter().enumerate() {
                let fingerprint = value.load(Ordering::Relaxed);
                if fingerprint % SHARES != share {
                    continue;
                }
                let state = table.state(fingerprint);
                let number = match *state {
                    NEW => {
                        *state = FIRST | (start + at as u64);
                        ALONE
                    }
                    number if number & FIRST == 0 => {
                        out.holders[number as usize] =
                            out.holders[number as usize].saturating_add(1);
                        number
                    }
                    first => {
                        let number = out.fingerprints.len() as u64;
                        *state = number;
                        out.fingerprints.push(fingerprint);
                        out.holders.push(2);
                        let first = first & !FIRST;
                        let holder = starts.partition_point(|&start| start <= first) - 1;
                        let at = (first - starts[holder]) as usize;
                        let place: &AtomicU64 = &blocks[holder].values[at];
                        place.store(number * SHARES + share, Ordering::Relaxed);
                        number
                    }
                };
                value.store(number * SHARES + share, Ordering::Relaxed);
            }
            start += block.values.len() as u64;
        }
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

impl Lists {
    /// Empty lists with room for as many documents as `holders` says, at most `cap` in each.
    ///
    /// # Panics
    /// If there is room for more than 4,294,967,295 documents.
    pub fn new(holders: &[u32], cap: u32) -> Self {
        let mut start = 0u64;
        let heads = holders
            .iter()
            .map(|&holders| {
                let head = (u32::try_from(start).expect("fewer postings"), 0);
                start += u64::from(holders.min(cap));
                head
            })
            .collect();
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
