//! The one who changes the store.

use super::core::Core;
use super::frame::Operation;
use super::log::held;
use super::memtable::{Extent, Memtable, keys_of, of_size};
use super::snapshot::Snapshot;
use super::table::Bucket;
use super::view::Current;
use super::{DocId, Group, HEAD, MAX_DOCS, MAX_GROUP, MAX_KEY, MAX_PAYLOAD, Record, chains};
use crate::error::IndexError;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Full memtables that may wait for the background thread before the writer does, too.
const MAX_FROZEN: usize = 3;
/// Removals between two looks at which of them nobody asks about any more.
const FORGET_EVERY: usize = 4096;

/// Changes the store; others who want to wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    core: &'a Arc<Core>,
    buffers: MutexGuard<'a, Buffers>,
}

/// What one writer leaves to the next, for reuse.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Keys of the fingerprints at hand.
    keys: Vec<u64>,
    /// Where the document's key is searched.
    buckets: Vec<Bucket>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(core: &'a Arc<Core>, buffers: MutexGuard<'a, Buffers>) -> Self {
        Self { core, buffers }
    }

    /// Everything up to now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.core.snapshot()
    }

    /// Number of the next document.
    pub(crate) fn end(&self) -> DocId {
        self.core.current().end
    }

    /// Appends a document and returns its number.
    ///
    /// # Errors
    /// [`IndexError::KeyExists`] if a live document has the key, [`IndexError::TooLong`],
    /// [`IndexError::Full`], and what the storage makes of it.
    pub(crate) fn append(&mut self, record: &Record<'_>) -> Result<DocId, IndexError> {
        within("fingerprints", chains::MAX_POSTINGS, record.fingerprints.len())?;
        let at = self.begin(record.fingerprints.len(), bytes_of(record)?)?;
        let Buffers { keys, buckets } = &mut *self.buffers;
        // all that is looked at is asked for first, the nearest last
        self.core.find_buckets(&at, record.key, buckets)?;
        keys_of(record.fingerprints, keys);
        at.view.active.fingerprints().prefetch(keys);
        if let Some(doc) = self.core.find_in(&at, record.key, buckets)? {
            return Err(IndexError::KeyExists { key: record.key.escape_ascii().to_string(), doc });
        }
        let doc = at.end;
        if doc >= MAX_DOCS {
            return Err(IndexError::Full { what: "documents", limit: MAX_DOCS.into() });
        }
        let keys = std::mem::take(&mut self.buffers.keys);
        let operation = Operation::Append { doc, record: *record, keys };
        self.log(&operation)?;
        if let Operation::Append { keys, .. } = operation {
            self.buffers.keys = keys;
        }
        let extent = at.view.active.append(doc, record, &self.buffers.keys);
        self.done(|current| {
            current.extent = extent;
            current.end = doc + 1;
        });
        Ok(doc)
    }

    /// Adds postings of a live document.
    ///
    /// # Errors
    /// [`IndexError::Unknown`], [`IndexError::TooLong`], and what the storage makes of it.
    pub(crate) fn post(&mut self, doc: DocId, fingerprints: &[u64]) -> Result<(), IndexError> {
        within("fingerprints", chains::MAX_POSTINGS, fingerprints.len())?;
        let at = self.begin(fingerprints.len(), 0)?;
        self.check_live(&at, doc)?;
        keys_of(fingerprints, &mut self.buffers.keys);
        at.view.active.fingerprints().prefetch(&self.buffers.keys);
        let keys = std::mem::take(&mut self.buffers.keys);
        let operation = Operation::Post { doc, keys };
        self.log(&operation)?;
        if let Operation::Post { keys, .. } = operation {
            self.buffers.keys = keys;
        }
        let extent = at.view.active.post(doc, &self.buffers.keys);
        self.done(|current| current.extent = extent);
        Ok(())
    }

    /// Makes all changes of a group as one step; returns the number of the document that it appended.
    ///
    /// # Errors
    /// As those of its operations, and [`IndexError::TooLong`] if it has more than [`MAX_GROUP`]; then
    /// nothing is changed.
    pub(crate) fn apply(&mut self, group: &Group<'_>) -> Result<Option<DocId>, IndexError> {
        within("group of operations", MAX_GROUP, group.len())?;
        if group.len() == 0 {
            return Ok(None);
        }
        let posted = group.posts.iter().map(|p| p.1.len()).sum::<usize>();
        let appended = group.append.map_or(&[][..], |record| record.fingerprints);
        within("fingerprints", chains::MAX_POSTINGS, posted + appended.len())?;
        let bytes = group.append.as_ref().map_or(Ok(0), bytes_of)?;
        let at = self.begin(posted + appended.len(), bytes)?;
        let others = group.posts.iter().map(|p| p.0).chain(group.heads.iter().map(|h| h.0));
        for doc in others.chain(group.removed) {
            self.check_live(&at, doc)?;
        }
        let doc = at.end;
        if let Some(record) = &group.append {
            if let Some(holder) = self.core.find(&at, record.key)?
                && group.removed != Some(holder)
            {
                let key = record.key.escape_ascii().to_string();
                return Err(IndexError::KeyExists { key, doc: holder });
            }
            if doc >= MAX_DOCS {
                return Err(IndexError::Full { what: "documents", limit: MAX_DOCS.into() });
            }
        }
        let mut operations = Vec::with_capacity(group.len());
        let keys_of = |fingerprints: &[u64]| {
            let mut keys = Vec::with_capacity(fingerprints.len());
            keys_of(fingerprints, &mut keys);
            keys
        };
        for (doc, fingerprints) in &group.posts {
            operations.push(Operation::Post { doc: *doc, keys: keys_of(fingerprints) });
        }
        operations.extend(group.heads.iter().map(|&(doc, head)| Operation::SetHead { doc, head }));
        operations.extend(group.removed.map(|doc| Operation::Remove { doc }));
        operations.extend(group.append.map(|record| {
            let keys = keys_of(record.fingerprints);
            Operation::Append { doc, record, keys }
        }));
        let operation = match operations.len() {
            1 => operations.swap_remove(0),
            _ => Operation::Group(operations),
        };
        let table = &at.view.active;
        let operations = match &operation {
            Operation::Group(all) => &all[..],
            single => std::slice::from_ref(single),
        };
        for operation in operations {
            if let Operation::Post { keys, .. } | Operation::Append { keys, .. } = operation {
                table.fingerprints().prefetch(keys);
            }
        }
        self.log(&operation)?;
        let (mut extent, mut number) = (at.extent, at.operations);
        for operation in operations {
            match operation {
                Operation::Post { doc, keys } => extent = table.post(*doc, keys),
                Operation::SetHead { doc, head } => {
                    table.set_head(*doc, *head);
                    self.core.heads.set(*doc, number, *head, self.core.oldest_needed());
                }
                Operation::Remove { doc } => {
                    table.remove(*doc);
                    self.core.removed.add(*doc, number);
                }
                Operation::Append { doc, record, keys } => {
                    extent = table.append(*doc, record, keys);
                }
                Operation::Mark | Operation::Group(_) => {}
            }
            number += 1;
        }
        self.core.publish(|current| {
            current.operations = number;
            current.extent = extent;
            current.end += DocId::from(group.append.is_some());
            current.removed += u64::from(group.removed.is_some());
        });
        if group.removed.is_some() && self.core.removed.recent().is_multiple_of(FORGET_EVERY) {
            let oldest = self.core.oldest_needed();
            self.core.heads.forget(|doc| self.core.removed.contains(doc, oldest));
            self.core.removed.forget(oldest);
        }
        Ok(group.append.map(|_| doc))
    }

    fn check_live(&self, at: &Current, doc: DocId) -> Result<(), IndexError> {
        if self.core.is_live(at, doc) {
            Ok(())
        } else {
            Err(IndexError::Unknown { doc, end: at.end })
        }
    }

    fn log(&self, operation: &Operation<'_>) -> Result<(), IndexError> {
        match &self.core.log {
            Some(log) => log.add(operation),
            None => Err(IndexError::ReadOnly),
        }
    }

    /// Publishes an operation that was applied.
    fn done(&self, change: impl FnOnce(&mut Current)) {
        self.core.publish(|current| {
            current.operations += 1;
            change(current);
        });
    }

    /// Makes room for operations with so many fingerprints and bytes.
    fn begin(&mut self, postings: usize, bytes: usize) -> Result<Current, IndexError> {
        if self.core.log.is_none() {
            return Err(IndexError::ReadOnly);
        }
        self.core.failed.check()?;
        let at = self.core.current();
        if at.view.active.has_room(&self.core.options, postings, bytes) {
            return Ok(at);
        }
        self.freeze(postings)?;
        Ok(self.core.current())
    }

    /// Hands the active memtable to the background thread; the next has room for a record of
    /// `postings` fingerprints.
    pub(super) fn freeze(&mut self, postings: usize) -> Result<(), IndexError> {
        let core = self.core;
        let Some(log) = &core.log else { return Err(IndexError::ReadOnly) };
        let mut work = held(&core.work);
        while core.current().view.frozen.len() >= MAX_FROZEN {
            core.failed.check()?;
            work = core.news.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        drop(work);
        let number = core.new_number();
        log.rotate(number)?;
        let at = core.current();
        let options = of_size(&core.options, at.view.postings(), at.end);
        let next = Memtable::new(&options, postings, number, at.end, at.operations);
        core.publish_frozen(Arc::new(next));
        let _work = held(&core.work);
        core.news.notify_all();
        Ok(())
    }
}

#[cfg(test)]
impl Writer<'_> {
    pub(crate) fn set_head(&mut self, doc: DocId, head: [u8; HEAD]) -> Result<(), IndexError> {
        self.apply(&Group { heads: vec![(doc, head)], ..Group::default() }).map(drop)
    }

    pub(crate) fn remove(&mut self, doc: DocId) -> Result<(), IndexError> {
        self.apply(&Group { removed: Some(doc), ..Group::default() }).map(drop)
    }
}

impl Core {
    /// Puts an empty memtable in the place of the active one.
    fn publish_frozen(&self, next: Arc<Memtable>) {
        self.publish(|current| {
            let mut view = (*current.view).clone();
            let full = std::mem::replace(&mut view.active, next);
            // one that is merely too small for the next operation has nothing to write
            if !full.is_empty() {
                view.frozen.push(full);
            }
            current.view = Arc::new(view);
            current.extent = Extent::default();
        });
        debug_assert!(self.flushed.load(Ordering::Relaxed) <= self.current().operations);
    }
}

fn within(what: &'static str, limit: usize, found: usize) -> Result<(), IndexError> {
    if found > limit { Err(IndexError::TooLong { what, limit, found }) } else { Ok(()) }
}

/// The bytes that a memtable holds of a record, if it is not too long.
fn bytes_of(record: &Record<'_>) -> Result<usize, IndexError> {
    within("key", MAX_KEY, record.key.len())?;
    within("payload", MAX_PAYLOAD, record.payload.len())?;
    Ok(HEAD + 2 + record.key.len() + record.payload.len())
}
