//! What writer, readers and background thread share.

use super::docs::Stored;
use super::log::{Failed, Log, held};
use super::marks::{Heads, Removed};
use super::memtable::posting_of;
use super::snapshot::Snapshot;
use super::table::{Bucket, STOP};
use super::view::{Current, View};
use super::{DocId, StoreOptions};
use crate::error::IndexError;
use crate::online::storage::Storage;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};

#[derive(Debug)]
pub(super) struct Core {
    pub storage: Arc<dyn Storage>,
    pub options: StoreOptions,
    pub meta: Vec<u8>,
    pub removed: Removed,
    pub heads: Heads,
    pub snapshots: Snapshots,
    pub failed: Arc<Failed>,
    /// None when opened for reading only.
    pub log: Option<Log>,
    /// Held for nanoseconds only.
    current: RwLock<Current>,
    pub next_number: AtomicU64,
    /// Of the logs that were read at opening.
    pub log_bytes: u64,
    /// Operations before this one are in segments.
    pub flushed: AtomicU64,
    pub repaired_bytes: u64,
    pub merges: AtomicU64,
    pub work: Mutex<Work>,
    /// Something was added to the work, or something of it was done.
    pub news: Condvar,
    pub stopping: AtomicBool,
}

/// What the background thread was asked for.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub compactions_wanted: u64,
    pub compactions_done: u64,
    pub stop: bool,
}

/// Everything of a [`Core`] that differs from one opening to the next.
#[derive(Debug)]
pub(super) struct Parts {
    pub storage: Arc<dyn Storage>,
    pub options: StoreOptions,
    pub meta: Vec<u8>,
    pub removed: Removed,
    pub heads: Heads,
    pub failed: Arc<Failed>,
    pub log: Option<Log>,
    pub current: Current,
    pub flushed: u64,
    pub next_number: u64,
    pub log_bytes: u64,
    pub repaired_bytes: u64,
}

impl Core {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            storage: parts.storage,
            options: parts.options,
            meta: parts.meta,
            removed: parts.removed,
            heads: parts.heads,
            snapshots: Snapshots::default(),
            failed: parts.failed,
            log: parts.log,
            flushed: AtomicU64::new(parts.flushed),
            current: RwLock::new(parts.current),
            next_number: AtomicU64::new(parts.next_number),
            log_bytes: parts.log_bytes,
            repaired_bytes: parts.repaired_bytes,
            merges: AtomicU64::new(0),
            work: Mutex::default(),
            news: Condvar::new(),
            stopping: AtomicBool::new(false),
        }
    }

    pub(super) fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces what there is to look at.
    pub(super) fn publish(&self, change: impl FnOnce(&mut Current)) {
        change(&mut self.current.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn publish_view(&self, change: impl FnOnce(&mut View)) {
        let old;
        {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            let mut view = View::clone(&current.view);
            change(&mut view);
            old = std::mem::replace(&mut current.view, Arc::new(view));
        }
        // tables and files are given back after the lock
        drop(old);
    }

    pub(super) fn snapshot(self: &Arc<Self>) -> Snapshot {
        let at = self.snapshots.enter(|| self.current());
        Snapshot::new(Arc::clone(self), at)
    }

    pub(super) fn new_number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    /// Nobody asks for what was before this operation.
    pub(super) fn oldest_needed(&self) -> u64 {
        let flushed = self.flushed.load(Ordering::Acquire);
        self.snapshots.oldest(|| self.current().operations).min(flushed)
    }

    pub(super) fn is_live(&self, at: &Current, doc: DocId) -> bool {
        doc < at.end && !self.removed.contains(doc, at.operations)
    }

    /// Key and payload of a document, if they are still there.
    pub(super) fn stored<'a>(
        &self,
        at: &'a Current,
        doc: DocId,
    ) -> Result<Option<Stored<'a>>, IndexError> {
        match at.view.docs_of(doc) {
            Some(docs) => docs.stored(doc),
            None => Ok(at.view.memtable_of(doc).and_then(|t| t.record(doc)).map(|(_, s)| s)),
        }
    }

    /// Has loaded what a search for `key` looks at first.
    pub(super) fn expect(&self, key: &[u8]) {
        let at = self.current();
        let posting = posting_of(key);
        for table in at.view.frozen.iter().chain([&at.view.active]) {
            table.expect(posting);
        }
        for index in &at.view.indexes {
            index.keys().reader(index.file()).prefetch(&[posting]);
        }
    }

    /// The live document with this key.
    pub(super) fn find(&self, at: &Current, key: &[u8]) -> Result<Option<DocId>, IndexError> {
        let mut buckets = Vec::new();
        self.find_buckets(at, key, &mut buckets)?;
        self.find_in(at, key, &buckets)
    }

    /// Where `key` is searched in each file of postings; what stands there is being loaded.
    pub(super) fn find_buckets(
        &self,
        at: &Current,
        key: &[u8],
        into: &mut Vec<Bucket>,
    ) -> Result<(), IndexError> {
        let posting = [posting_of(key)];
        into.clear();
        for index in &at.view.indexes {
            index.keys().reader(index.file()).find_buckets(&posting, into)?;
        }
        Ok(())
    }

    /// The live document with this key, which is searched in `buckets`.
    pub(super) fn find_in(
        &self,
        at: &Current,
        key: &[u8],
        buckets: &[Bucket],
    ) -> Result<Option<DocId>, IndexError> {
        let mut found = Ok(None);
        let mut take = |doc: DocId| {
            if doc == STOP || !self.is_live(at, doc) {
                return true;
            }
            match self.stored(at, doc) {
                Ok(Some(stored)) if stored.key == key => found = Ok(Some(doc)),
                Ok(_) => return true,
                Err(error) => found = Err(error),
            }
            false
        };
        let posting = posting_of(key);
        at.view.active.find(key, at.extent.docs, &mut take);
        for table in &at.view.frozen {
            table.find(key, u32::MAX, &mut take);
        }
        for (index, &bucket) in at.view.indexes.iter().zip(buckets).rev() {
            index.keys().reader(index.file()).lookup(posting, bucket, &mut take)?;
        }
        found
    }
}

/// The moments that snapshots show.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Mutex<BTreeMap<u64, usize>>);

impl Snapshots {
    fn enter(&self, current: impl FnOnce() -> Current) -> Current {
        let mut moments = held(&self.0);
        let current = current();
        *moments.entry(current.operations).or_default() += 1;
        current
    }

    pub(super) fn leave(&self, operations: u64) {
        let mut moments = held(&self.0);
        if let Some(count) = moments.get_mut(&operations) {
            *count -= 1;
            if *count == 0 {
                moments.remove(&operations);
            }
        }
    }

    fn oldest(&self, current: impl FnOnce() -> u64) -> u64 {
        let moments = held(&self.0);
        let now = current();
        moments.keys().next().copied().unwrap_or(now).min(now)
    }
}
