//! What happened to documents after they were appended, for each moment that a snapshot may show.

use super::{DocId, HEAD};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

const CHUNK_BITS: u32 = 20;

/// A bit for each document; bits are only ever set.
#[derive(Debug)]
struct Bits {
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
    set: AtomicU64,
}

impl Bits {
    fn new() -> Self {
        let chunks = (0..1 << (32 - CHUNK_BITS)).map(|_| OnceLock::new()).collect();
        Self { chunks, set: AtomicU64::new(0) }
    }

    #[inline]
    fn get(&self, doc: DocId) -> bool {
        self.chunks[(doc >> CHUNK_BITS) as usize].get().is_some_and(|chunk| {
            let within = doc & ((1 << CHUNK_BITS) - 1);
            chunk[(within / 64) as usize].load(Ordering::Acquire) >> (within % 64) & 1 == 1
        })
    }

    fn set(&self, doc: DocId) {
        let chunk = self.chunks[(doc >> CHUNK_BITS) as usize]
            .get_or_init(|| (0..1 << (CHUNK_BITS - 6)).map(|_| AtomicU64::new(0)).collect());
        let within = doc & ((1 << CHUNK_BITS) - 1);
        let bit = 1 << (within % 64);
        if chunk[(within / 64) as usize].fetch_or(bit, Ordering::Release) & bit == 0 {
            self.set.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn count(&self) -> u64 {
        self.set.load(Ordering::Relaxed)
    }

    fn memory_bytes(&self) -> usize {
        let chunks = self.chunks.iter().filter(|c| c.get().is_some()).count();
        size_of_val(&*self.chunks) + chunks * (1 << (CHUNK_BITS - 3))
    }
}

/// The removed documents.
#[derive(Debug)]
pub(super) struct Removed {
    bits: Bits,
    /// Number of the removing operation, for removals that an open snapshot may not show yet. Who is
    /// not listed here was removed before all of them.
    recent: RwLock<HashMap<DocId, u64>>,
}

impl Removed {
    pub(super) fn new() -> Self {
        Self { bits: Bits::new(), recent: RwLock::default() }
    }

    /// Removed by operation `at`.
    pub(super) fn add(&self, doc: DocId, at: u64) {
        self.recent.write().unwrap_or_else(PoisonError::into_inner).insert(doc, at);
        self.bits.set(doc);
    }

    /// Removed before anybody can look.
    pub(super) fn add_old(&self, doc: DocId) {
        self.bits.set(doc);
    }

    /// Whether `doc` was removed by an operation before `end`.
    #[inline]
    pub(super) fn contains(&self, doc: DocId, end: u64) -> bool {
        self.bits.get(doc) && self.was_removed_before(doc, end)
    }

    #[cold]
    fn was_removed_before(&self, doc: DocId, end: u64) -> bool {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.get(&doc).is_none_or(|&at| at < end)
    }

    pub(super) fn count(&self) -> u64 {
        self.bits.count()
    }

    /// Forgets when documents were removed that nobody asks about before operation `oldest`.
    pub(super) fn forget(&self, oldest: u64) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|_, at| *at >= oldest);
    }

    pub(super) fn recent(&self) -> usize {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.bits.memory_bytes() + self.recent() * 24
    }
}

type Head = [u8; HEAD];

/// Heads that were set after their document was appended.
#[derive(Debug)]
pub(super) struct Heads {
    bits: Bits,
    /// By document, with the setting operation, ascending.
    versions: RwLock<HashMap<DocId, Vec<(u64, Head)>>>,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self { bits: Bits::new(), versions: RwLock::default() }
    }

    /// Set by operation `at`; nobody asks for the time before operation `oldest` any more.
    pub(super) fn set(&self, doc: DocId, at: u64, head: Head, oldest: u64) {
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let versions = versions.entry(doc).or_default();
        let needed = versions.partition_point(|&(at, _)| at < oldest).saturating_sub(1);
        versions.drain(..needed);
        versions.push((at, head));
        self.bits.set(doc);
    }

    /// Forgets the heads of documents that are gone for everybody who may ask.
    pub(super) fn forget(&self, is_gone: impl Fn(DocId) -> bool) {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<DocId> = versions.keys().copied().filter(|&doc| is_gone(doc)).collect();
        drop(versions);
        // a few at a time, so that no reader waits for long
        for gone in gone.chunks(256) {
            let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
            for doc in gone {
                versions.remove(doc);
            }
        }
    }

    /// The head that operations before `end` set, if one did.
    #[inline]
    pub(super) fn get(&self, doc: DocId, end: u64) -> Option<Head> {
        if !self.bits.get(doc) {
            return None;
        }
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        versions.get(&doc)?.iter().rev().find(|(at, _)| *at < end).map(|(_, head)| *head)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        let kept: usize = versions.values().map(|v| 40 + v.capacity() * 40).sum();
        self.bits.memory_bytes() + kept
    }
}
