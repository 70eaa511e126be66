//! Postings in memory: one thread adds, any number look up, nobody waits.
//!
//! A table of slots, found by the key in the order of keys, each with the newest posting of its key;
//! postings are numbered in the order of adding and linked to the one before of the same key. A
//! posting is written before the slot that leads to it, and neither is changed afterwards except that a
//! slot gets a newer posting in front. So whoever reads only the first `n` postings sees what was
//! there when there were `n`.

use super::DocId;
use super::table::KEY_BITS;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

const LINK_BITS: u32 = 24;
const LINK: u64 = (1 << LINK_BITS) - 1;
/// Most postings.
pub(super) const MAX_POSTINGS: usize = LINK as usize - 1;

#[derive(Debug)]
pub(super) struct Chains {
    /// 0, or key (40 bits) and number of the newest posting plus 1 (24 bits).
    slots: Box<[AtomicU64]>,
    /// Document (32 bits) and number of the next older posting plus 1, or 0.
    postings: Box<[AtomicU64]>,
}

impl Chains {
    /// With room for `postings`, at most [`MAX_POSTINGS`].
    pub(super) fn with_capacity(postings: usize) -> Self {
        let zeros = |n: usize| (0..n).map(|_| AtomicU64::new(0)).collect();
        let capacity = postings.min(MAX_POSTINGS);
        Self { slots: zeros(capacity + capacity / 3 + 2), postings: zeros(capacity) }
    }

    pub(super) fn capacity(&self) -> usize {
        self.postings.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        8 * (self.slots.len() + self.postings.len())
    }

    /// Where the search for `key` begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        (((key >> (KEY_BITS - 32)) * self.slots.len() as u64) >> 32) as usize
    }

    /// Has the cache lines of these keys loaded side by side.
    #[inline]
    pub(super) fn touch(&self, keys: &[u64]) {
        let mut seen = 0;
        for &key in keys {
            seen ^= self.slots[self.home(key)].load(Ordering::Relaxed);
        }
        black_box(seen);
    }

    /// Adds posting number `number`, which is below the capacity and one more than the last.
    /// Only one thread at a time may add.
    #[inline]
    pub(super) fn add(&self, number: u32, key: u64, doc: DocId) {
        let mut at = self.home(key);
        // there are more slots than postings, so an empty one comes
        let before = loop {
            let slot = self.slots[at].load(Ordering::Relaxed);
            if slot == 0 {
                break 0;
            }
            if slot >> LINK_BITS == key {
                break slot & LINK;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        };
        let posting = u64::from(doc) << 32 | before;
        self.postings[number as usize].store(posting, Ordering::Relaxed);
        let slot = key << LINK_BITS | (u64::from(number) + 1);
        self.slots[at].store(slot, Ordering::Release);
    }

    /// Calls `each` with the documents of `key` among the first `end` postings, newest first, until it
    /// returns false.
    #[inline]
    pub(super) fn lookup(&self, key: u64, end: u32, each: &mut dyn FnMut(DocId) -> bool) {
        let mut at = self.home(key);
        let mut link = loop {
            let slot = self.slots[at].load(Ordering::Acquire);
            if slot == 0 {
                return;
            }
            if slot >> LINK_BITS == key {
                break slot & LINK;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        };
        while link != 0 {
            let posting = self.postings[link as usize - 1].load(Ordering::Relaxed);
            if link <= u64::from(end) && !each((posting >> 32) as DocId) {
                return;
            }
            link = posting & LINK;
        }
    }

    /// Calls `each` with key and document of every posting, about in the order of keys.
    pub(super) fn for_each(&self, mut each: impl FnMut(u64, DocId)) {
        for slot in &self.slots {
            let slot = slot.load(Ordering::Acquire);
            let mut link = slot & LINK;
            while link != 0 {
                let posting = self.postings[link as usize - 1].load(Ordering::Relaxed);
                each(slot >> LINK_BITS, (posting >> 32) as DocId);
                link = posting & LINK;
            }
        }
    }
}
