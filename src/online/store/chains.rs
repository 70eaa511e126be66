//! Postings in memory: one thread adds, any number look up, nobody waits.
//!
//! Groups of slots, found by the key in the order of keys, each slot with the newest posting of its
//! key; a byte of each slot stands in the group's word of tags, which alone is read for nearly all
//! keys that are not there. Postings are numbered in the order of adding and linked to the one before of
//! the same key. A posting is written before the slot that leads to it, the slot before its tag, and
//! none is changed afterwards except that a slot gets a newer posting in front. So whoever reads only
//! the first `n` postings sees what was there when there were `n`.

use super::DocId;
use super::table::KEY_BITS;
use crate::kernel::prefetch::prefetch;
use std::sync::atomic::{AtomicU64, Ordering};

const LINK_BITS: u32 = 24;
const LINK: u64 = (1 << LINK_BITS) - 1;
/// Most postings.
pub(super) const MAX_POSTINGS: usize = LINK as usize - 1;

/// Slots that are asked at once, by a word with a byte of each.
const GROUP: usize = 8;
/// Postings for which there is one group.
const POSTINGS_A_GROUP: usize = 6;
/// A one in each byte.
const ONES: u64 = u64::MAX / 0xFF;

#[derive(Debug)]
pub(super) struct Chains {
    /// A byte for each slot of a group, the first one's the lowest: 0, or the slot's [`tag_of`].
    tags: Box<[AtomicU64]>,
    /// 0, or key (40 bits) and number of the newest posting plus 1 (24 bits). Those of a group are
    /// filled from the first to the last, then those of the next.
    slots: Box<[AtomicU64]>,
    /// Document (32 bits) and number of the next older posting plus 1, or 0.
    postings: Box<[AtomicU64]>,
}

impl Chains {
    /// With room for `postings`, at most [`MAX_POSTINGS`].
    pub(super) fn with_capacity(postings: usize) -> Self {
        let zeros = |n: usize| (0..n).map(|_| AtomicU64::new(0)).collect();
        let capacity = postings.min(MAX_POSTINGS);
        let groups = capacity / POSTINGS_A_GROUP + 1;
        Self { tags: zeros(groups), slots: zeros(GROUP * groups), postings: zeros(capacity) }
    }

    pub(super) fn capacity(&self) -> usize {
        self.postings.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        8 * (self.tags.len() + self.slots.len() + self.postings.len())
    }

    /// The group where the search for `key` begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        (((key >> (KEY_BITS - 32)) * self.tags.len() as u64) >> 32) as usize
    }

    /// Has the cache lines loaded that say whether these keys are there.
    #[inline]
    pub(super) fn prefetch(&self, keys: &[u64]) {
        for &key in keys {
            prefetch(&self.tags, self.home(key));
        }
    }

    /// Has the cache lines loaded to which postings of these keys are added.
    #[inline]
    pub(super) fn prefetch_slots(&self, keys: &[u64]) {
        for &key in keys {
            let home = self.home(key);
            prefetch(&self.tags, home);
            prefetch(&self.slots, GROUP * home);
        }
    }

    /// The slot of `key` with what it holds, or where the next slot is to be filled.
    #[inline]
    fn find(&self, key: u64) -> Result<(usize, u64), (usize, u64)> {
        let wanted = ONES * u64::from(tag_of(key));
        let mut group = self.home(key);
        // there are more slots than postings, so a group that is not full comes
        loop {
            let tags = self.tags[group].load(Ordering::Acquire);
            let mut same = zero_bytes(tags ^ wanted);
            while same != 0 {
                let at = GROUP * group + same.trailing_zeros() as usize / 8;
                let slot = self.slots[at].load(Ordering::Acquire);
                if slot >> LINK_BITS == key && slot != 0 {
                    return Ok((at, slot));
                }
                same &= same - 1;
            }
            if tags >> (8 * (GROUP - 1)) == 0 {
                return Err((group, tags));
            }
            group = if group + 1 == self.tags.len() { 0 } else { group + 1 };
        }
    }

    /// Adds posting number `number`, which is below the capacity and one more than the last.
    /// Only one thread at a time may add.
    #[inline]
    pub(super) fn add(&self, number: u32, key: u64, doc: DocId) {
        let found = self.find(key);
        let before = found.map_or(0, |(_, slot)| slot & LINK);
        let posting = u64::from(doc) << 32 | before;
        self.postings[number as usize].store(posting, Ordering::Relaxed);
        let slot = key << LINK_BITS | (u64::from(number) + 1);
        match found {
            Ok((at, _)) => self.slots[at].store(slot, Ordering::Release),
            Err((group, tags)) => {
                let filled = (u64::BITS - tags.leading_zeros()).div_ceil(8);
                self.slots[GROUP * group + filled as usize].store(slot, Ordering::Release);
                let tags = tags | u64::from(tag_of(key)) << (8 * filled);
                self.tags[group].store(tags, Ordering::Release);
            }
        }
    }

    /// Calls `each` with the documents of `key` among the first `end` postings, newest first, until it
    /// returns false.
    #[inline]
    pub(super) fn lookup(&self, key: u64, end: u32, each: &mut dyn FnMut(DocId) -> bool) {
        let Ok((_, slot)) = self.find(key) else { return };
        let mut link = slot & LINK;
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

/// Lets all but one in 255 of the slots of other keys be passed over; of bits that [`Chains::home`]
/// does not look at.
#[inline]
fn tag_of(key: u64) -> u8 {
    (key as u8).max(1)
}

/// The highest bit of each byte that is 0; it may be set in bytes after one of those, too.
#[inline]
fn zero_bytes(x: u64) -> u64 {
    x.wrapping_sub(ONES) & !x & (ONES << 7)
}
