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

/// Slots of a group.
const SLOTS: usize = 7;
/// Postings for which there is one group.
const POSTINGS_A_GROUP: usize = 5;
/// Groups whose postings are loaded at once when all are read.
const GROUPS_AT_ONCE: usize = 16;
/// A one in each byte.
const ONES: u64 = u64::MAX / 0xFF;

/// Slots that are asked at once, in one cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Group {
    /// A byte for each slot, the first one's the lowest: 0, or the slot's [`tag_of`].
    tags: AtomicU64,
    /// 0, or key (40 bits) and number of the newest posting plus 1 (24 bits). They are filled from the
    /// first to the last, then those of the next group.
    slots: [AtomicU64; SLOTS],
}

#[derive(Debug)]
pub(super) struct Chains {
    groups: Box<[Group]>,
    /// Document (32 bits) and number of the next older posting plus 1, or 0.
    postings: Box<[AtomicU64]>,
}

impl Chains {
    /// With room for `postings`, at most [`MAX_POSTINGS`].
    pub(super) fn with_capacity(postings: usize) -> Self {
        let capacity = postings.min(MAX_POSTINGS);
        Self {
            groups: (0..=capacity / POSTINGS_A_GROUP).map(|_| Group::default()).collect(),
            postings: (0..capacity).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.postings.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.groups) + size_of_val(&*self.postings)
    }

    /// The group where the search for `key` begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        (((key >> (KEY_BITS - 32)) * self.groups.len() as u64) >> 32) as usize
    }

    /// Has the cache lines loaded in which the search for these keys begins.
    #[inline]
    pub(super) fn prefetch(&self, keys: &[u64]) {
        for &key in keys {
            prefetch(&self.groups, self.home(key));
        }
    }

    /// The slot of `key` with what it holds, or the group whose next slot is to be filled, with its tags.
    #[inline]
    fn find(&self, key: u64) -> Result<(&AtomicU64, u64), (&Group, u64)> {
        let wanted = ONES * u64::from(tag_of(key));
        let mut at = self.home(key);
        // there are more slots than postings, so a group that is not full comes
        loop {
            let group = &self.groups[at];
            let tags = group.tags.load(Ordering::Acquire);
            let mut same = zero_bytes(tags ^ wanted) & (u64::MAX >> (64 - 8 * SLOTS));
            while same != 0 {
                let slot = &group.slots[same.trailing_zeros() as usize / 8];
                let holds = slot.load(Ordering::Acquire);
                if holds >> LINK_BITS == key && holds != 0 {
                    return Ok((slot, holds));
                }
                same &= same - 1;
            }
            if tags >> (8 * (SLOTS - 1)) == 0 {
                return Err((group, tags));
            }
            at = if at + 1 == self.groups.len() { 0 } else { at + 1 };
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
            Ok((at, _)) => at.store(slot, Ordering::Release),
            Err((group, tags)) => {
                let filled = (u64::BITS - tags.leading_zeros()).div_ceil(8);
                group.slots[filled as usize].store(slot, Ordering::Release);
                let tags = tags | u64::from(tag_of(key)) << (8 * filled);
                group.tags.store(tags, Ordering::Release);
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
        let mut slots = Vec::with_capacity(GROUPS_AT_ONCE * SLOTS);
        for groups in self.groups.chunks(GROUPS_AT_ONCE) {
            slots.clear();
            let all = groups.iter().flat_map(|group| &group.slots);
            slots.extend(all.map(|slot| slot.load(Ordering::Acquire)).filter(|slot| *slot != 0));
            // postings stand in the order of adding: each is a cache line of its own
            for slot in &slots {
                prefetch(&self.postings, (slot & LINK) as usize - 1);
            }
            for slot in &slots {
                let mut link = slot & LINK;
                while link != 0 {
                    let posting = self.postings[link as usize - 1].load(Ordering::Relaxed);
                    each(slot >> LINK_BITS, (posting >> 32) as DocId);
                    link = posting & LINK;
                }
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
