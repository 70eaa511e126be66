//! The newest operations, in memory: one thread applies them, any number look, nobody waits.

use super::chains::{Chains, MAX_POSTINGS};
use super::docs::{self, Stored};
use super::index;
use super::marks::{Heads, Removed};
use super::table::{self, key_of};
use super::{DocId, HEAD, Record, StoreOptions};
use crate::error::IndexError;
use crate::hash;
use crate::online::storage::Storage;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How much of a memtable a snapshot sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    /// Postings of fingerprints.
    pub postings: u32,
    /// Documents, which is postings of keys, too.
    pub docs: u32,
}

#[derive(Debug)]
pub(super) struct Memtable {
    /// Number of the log that holds the same operations.
    log: u64,
    first_doc: DocId,
    first_operation: u64,
    fingerprints: Chains,
    keys: Chains,
    /// Head, length of the key (2 bytes), key, payload.
    records: Box<[OnceLock<Box<[u8]>>]>,
    done: Mutex<Done>,
}

/// What the writer did.
#[derive(Debug, Default)]
struct Done {
    extent: Extent,
    operations: u64,
    bytes: usize,
    removed: Vec<DocId>,
    heads: BTreeMap<DocId, [u8; HEAD]>,
}

/// The posting key of a document's key.
pub(super) fn posting_of(key: &[u8]) -> u64 {
    hash::bytes(key) >> (64 - table::KEY_BITS)
}

/// Fewer fingerprints a document fill the room for documents first.
const DOC_POSTINGS: usize = 8;
/// Postings of the smallest memtable.
const LEAST: u64 = 1 << 14;

/// The settings of the next memtable of a store of so many postings and documents: a small one holds
/// little memory.
pub(super) fn of_size(options: &StoreOptions, postings: u64, documents: DocId) -> StoreOptions {
    let held = postings.max(DOC_POSTINGS as u64 * u64::from(documents));
    let room = (held / 2).max(LEAST).min(options.memtable_postings as u64);
    StoreOptions { memtable_postings: room as usize, ..options.clone() }
}

impl Memtable {
    /// With room for a record of `postings` fingerprints at least.
    pub(super) fn new(
        options: &StoreOptions,
        postings: usize,
        log: u64,
        first_doc: DocId,
        first_operation: u64,
    ) -> Self {
        let capacity = options.memtable_postings.max(postings).clamp(1, MAX_POSTINGS);
        let docs = (capacity / DOC_POSTINGS).max(1);
        Self {
            log,
            first_doc,
            first_operation,
            fingerprints: Chains::with_capacity(capacity),
            keys: Chains::with_capacity(docs),
            records: (0..docs).map(|_| OnceLock::new()).collect(),
            done: Mutex::default(),
        }
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> u64 {
        self.log
    }

    pub(super) fn first_doc(&self) -> DocId {
        self.first_doc
    }

    pub(super) fn docs(&self) -> Range<DocId> {
        self.first_doc..self.first_doc + self.extent().docs
    }

    pub(super) fn operations(&self) -> Range<u64> {
        self.first_operation..self.first_operation + self.done().operations
    }

    pub(super) fn extent(&self) -> Extent {
        self.done().extent
    }

    pub(super) fn is_empty(&self) -> bool {
        self.done().operations == 0
    }

    /// Whether an operation with so many postings and bytes fits.
    pub(super) fn has_room(&self, options: &StoreOptions, postings: usize, bytes: usize) -> bool {
        let done = self.done();
        let marks = done.removed.len() + done.heads.len();
        done.extent.postings as usize + postings <= self.fingerprints.capacity()
            && (done.extent.docs as usize) < self.records.len()
            && (done.operations == 0
                || (done.bytes + bytes <= options.memtable_bytes
                    && marks < options.memtable_postings))
    }

    /// Appends a document for which there is room; `keys` are those of its fingerprints.
    pub(super) fn append(&self, doc: DocId, record: &Record<'_>, keys: &[u64]) -> Extent {
        let mut bytes = Vec::with_capacity(HEAD + 2 + record.key.len() + record.payload.len());
        bytes.extend_from_slice(&record.head);
        bytes.extend_from_slice(&(record.key.len() as u16).to_le_bytes());
        bytes.extend_from_slice(record.key);
        bytes.extend_from_slice(record.payload);
        let mut done = self.done();
        let at = done.extent.docs;
        done.bytes += bytes.len();
        // set once: documents are appended by one thread, each under its own number
        let _ = self.records[at as usize].set(bytes.into_boxed_slice());
        self.keys.add(at, posting_of(record.key), doc);
        done.extent.docs += 1;
        self.add_postings(&mut done, doc, keys)
    }

    pub(super) fn post(&self, doc: DocId, keys: &[u64]) -> Extent {
        self.add_postings(&mut self.done(), doc, keys)
    }

    fn add_postings(&self, done: &mut Done, doc: DocId, keys: &[u64]) -> Extent {
        for &key in keys {
            self.fingerprints.add(done.extent.postings, key, doc);
            done.extent.postings += 1;
        }
        done.operations += 1;
        done.extent
    }

    pub(super) fn set_head(&self, doc: DocId, head: [u8; HEAD]) {
        let mut done = self.done();
        done.heads.insert(doc, head);
        done.operations += 1;
    }

    pub(super) fn remove(&self, doc: DocId) {
        let mut done = self.done();
        done.removed.push(doc);
        done.operations += 1;
    }

    pub(super) fn fingerprints(&self) -> &Chains {
        &self.fingerprints
    }

    /// Has loaded what a search for a document's key begins with.
    pub(super) fn expect(&self, posting: u64) {
        self.keys.prefetch(&[posting]);
    }

    /// Documents among the first `end` whose key may be `key`.
    pub(super) fn find(&self, key: &[u8], end: u32, each: &mut dyn FnMut(DocId) -> bool) {
        self.keys.lookup(posting_of(key), end, each);
    }

    /// Head and record of a document of this table.
    pub(super) fn record(&self, doc: DocId) -> Option<([u8; HEAD], Stored<'_>)> {
        let at = doc.checked_sub(self.first_doc)?;
        let record = self.records.get(at as usize)?.get()?;
        let (head, rest) = record.split_first_chunk::<HEAD>()?;
        let (len, rest) = rest.split_first_chunk::<2>()?;
        let (key, payload) = rest.split_at_checked(u16::from_le_bytes(*len).into())?;
        Some((*head, Stored { key, payload }))
    }

    pub(super) fn table_bytes(&self) -> usize {
        self.fingerprints.memory_bytes()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let done = self.done();
        let marks = 4 * done.removed.len() + 64 * done.heads.len();
        self.table_bytes()
            + self.keys.memory_bytes()
            + size_of_val(&*self.records)
            + done.bytes
            + marks
    }

    /// Writes everything as the files `index` and, if there are documents, `docs`; returns their
    /// seals. Nothing may be applied any more.
    pub(super) fn write(
        &self,
        storage: &dyn Storage,
        options: &StoreOptions,
        marks: (&Removed, &Heads),
        numbers: (u64, u64),
    ) -> Result<(u64, Option<u64>), IndexError> {
        let operations = self.operations();
        let docs = self.docs();
        let (mut removed, mut heads) = {
            let done = self.done();
            (done.removed.clone(), Vec::from_iter(done.heads.iter().map(|(d, h)| (*d, *h))))
        };
        // those of documents of this table are in its file of documents
        removed.retain(|doc| !docs.contains(doc));
        removed.sort_unstable();
        heads.retain(|(doc, _)| !docs.contains(doc));
        let live = Live { marks, end: operations.end };
        let content = index::Content {
            fingerprints: &Sorted::new(&self.fingerprints, &live),
            keys: &Sorted::new(&self.keys, &live),
            removed: &removed,
            heads: &heads,
            operations: operations.clone(),
        };
        let go_on = || Ok(());
        let seal = index::write(storage, numbers.0, &content, options.stop_after, &go_on)?;
        if docs.is_empty() {
            return Ok((seal, None));
        }
        let source = Records { table: self, live };
        let docs = docs::write(storage, numbers.1, &source, operations.end, &go_on)?;
        Ok((seal, Some(docs)))
    }
}

/// What is live after the operations before `end`.
#[derive(Debug, Clone, Copy)]
struct Live<'a> {
    marks: (&'a Removed, &'a Heads),
    end: u64,
}

impl Live<'_> {
    fn holds(&self, doc: DocId) -> bool {
        !self.marks.0.contains(doc, self.end)
    }
}

/// The live postings of chains, by partition of the keys.
struct Sorted {
    /// Rest of the key and document, in order.
    partitions: Vec<Vec<u64>>,
    bits: u32,
    docs: Range<DocId>,
}

impl Sorted {
    fn new(chains: &Chains, live: &Live<'_>) -> Self {
        let bits = (chains.capacity() >> 12).max(1).ilog2().clamp(8, 16);
        let rest_bits = table::KEY_BITS - bits;
        let usual = (chains.capacity() >> bits) * 9 / 8;
        let mut partitions: Vec<_> = (0..1 << bits).map(|_| Vec::with_capacity(usual)).collect();
        let (mut least, mut end) = (DocId::MAX, 0);
        chains.for_each(|key, doc| {
            if live.holds(doc) {
                let rest = (key & ((1 << rest_bits) - 1)) << 32;
                partitions[(key >> rest_bits) as usize].push(rest | u64::from(doc));
                least = least.min(doc);
                end = end.max(doc + 1);
            }
        });
        partitions.iter_mut().for_each(|postings| sort_nearly_sorted(postings));
        Self { partitions, bits, docs: least.min(end)..end }
    }
}

/// Sorts numbers that stand a few places from where they belong, nearly all of them.
fn sort_nearly_sorted(all: &mut [u64]) {
    let mut moves = 0;
    for i in 1..all.len() {
        let (one, mut at) = (all[i], i);
        while at > 0 && all[at - 1] > one {
            all[at] = all[at - 1];
            at -= 1;
        }
        all[at] = one;
        moves += i - at;
        if moves > 16 * all.len() {
            all.sort_unstable();
            return;
        }
    }
}

impl table::Source for Sorted {
    fn postings(&self) -> u64 {
        self.partitions.iter().map(|postings| postings.len() as u64).sum()
    }

    fn docs(&self) -> Range<DocId> {
        self.docs.clone()
    }

    fn max_partition_bits(&self) -> u32 {
        self.bits
    }

    fn fill(&self, partition: u64, bits: u32, into: &mut Vec<u64>) -> Result<(), IndexError> {
        let finer = self.bits - bits;
        for within in 0..1u64 << finer {
            let upper = within << (table::KEY_BITS - self.bits) << 32;
            let postings = &self.partitions[((partition << finer) + within) as usize];
            into.extend(postings.iter().map(|posting| upper | posting));
        }
        Ok(())
    }
}

struct Records<'a> {
    table: &'a Memtable,
    live: Live<'a>,
}

impl docs::Source for Records<'_> {
    fn docs(&self) -> Range<DocId> {
        self.table.docs()
    }

    fn head(&self, doc: DocId) -> Result<[u8; HEAD], IndexError> {
        let set = self.live.marks.1.get(doc, self.live.end);
        Ok(set.or_else(|| Some(self.table.record(doc)?.0)).unwrap_or([0; HEAD]))
    }

    fn len(&self, doc: DocId) -> Result<Option<usize>, IndexError> {
        if !self.live.holds(doc) {
            return Ok(None);
        }
        Ok(self.table.record(doc).map(|(_, stored)| stored.key.len() + stored.payload.len()))
    }

    fn stored(&self, doc: DocId) -> Result<Stored<'_>, IndexError> {
        let record = self.table.record(doc).map(|(_, stored)| stored);
        Ok(record.unwrap_or(Stored { key: &[], payload: &[] }))
    }
}

/// The keys of fingerprints.
pub(super) fn keys_of(fingerprints: &[u64], into: &mut Vec<u64>) {
    into.clear();
    into.extend(fingerprints.iter().map(|&f| key_of(f)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_nearly_sorted_is_sorted(mut all in prop::collection::vec(0u64..50, 0..200), near: bool) {
            let mut sorted = all.clone();
            sorted.sort_unstable();
            if near {
                all.clone_from(&sorted);
                all.chunks_mut(5).for_each(<[u64]>::reverse);
            }
            sort_nearly_sorted(&mut all);
            prop_assert_eq!(all, sorted);
        }

        #[test]
        fn memtables_grow_with_the_store(postings in 0u64..1 << 40, documents in 0..super::super::MAX_DOCS) {
            let all = StoreOptions::default();
            let next = of_size(&all, postings, documents).memtable_postings;
            prop_assert!((LEAST as usize..=all.memtable_postings).contains(&next));
            prop_assert!(next == all.memtable_postings || next as u64 <= LEAST.max(postings.max(8 * u64::from(documents)) / 2));
            let few = StoreOptions { memtable_postings: 24, ..all };
            prop_assert_eq!(of_size(&few, postings, documents).memtable_postings, 24);
        }
    }
}
