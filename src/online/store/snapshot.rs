//! A moment of the store, to look at for as long as one likes.

use super::core::Core;
use super::docs::Stored;
use super::memtable::keys_of;
use super::table::STOP;
use super::view::Current;
use super::{DocId, HEAD, List, Parts};
use crate::error::IndexError;
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;

/// The store as it was when this was taken. Nothing that happens afterwards shows in it.
///
/// It keeps the files and tables it shows from being given back; drop it soon.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    moment: Arc<Moment>,
    /// Shown as removed; `DocId::MAX` for none.
    hidden: DocId,
}

#[derive(Debug)]
struct Moment {
    core: Arc<Core>,
    at: Current,
}

impl Drop for Moment {
    fn drop(&mut self) {
        self.core.snapshots.leave(self.at.operations);
    }
}

impl Snapshot {
    /// `at` must have been entered into the core's list of snapshots.
    pub(super) fn new(core: Arc<Core>, at: Current) -> Self {
        Self { moment: Arc::new(Moment { core, at }), hidden: DocId::MAX }
    }

    /// The same moment as if `doc` had been removed by then.
    pub(crate) fn without(self, doc: DocId) -> Self {
        Self { hidden: doc, ..self }
    }

    /// Documents `0..end` had been appended.
    pub(crate) fn end(&self) -> DocId {
        self.moment.at.end
    }

    /// The live document with this key.
    pub(crate) fn find(&self, key: &[u8]) -> Result<Option<DocId>, IndexError> {
        let found = self.moment.core.find(&self.moment.at, key)?;
        Ok(found.filter(|&doc| doc != self.hidden))
    }

    pub(crate) fn is_live(&self, doc: DocId) -> bool {
        doc != self.hidden && self.moment.core.is_live(&self.moment.at, doc)
    }

    /// `None` if the document was removed, or is not below [`end`](Self::end).
    pub(crate) fn head(&self, doc: DocId) -> Result<Option<[u8; HEAD]>, IndexError> {
        let Moment { core, at } = &*self.moment;
        if !self.is_live(doc) {
            return Ok(None);
        }
        if let Some(head) = core.heads.get(doc, at.operations) {
            return Ok(Some(head));
        }
        match at.view.docs_of(doc) {
            Some(docs) => docs.head(doc).map(Some),
            None => Ok(at.view.memtable_of(doc).and_then(|t| t.record(doc)).map(|(head, _)| head)),
        }
    }

    /// Puts key and payload in place of what `into` holds. `None` as for [`head`](Self::head).
    pub(crate) fn read(&self, doc: DocId, into: &mut Vec<u8>) -> Result<Option<Parts>, IndexError> {
        into.clear();
        let Moment { core, at } = &*self.moment;
        if !self.is_live(doc) {
            return Ok(None);
        }
        Ok(core.stored(at, doc)?.map(|Stored { key, payload }| {
            into.extend_from_slice(key);
            into.extend_from_slice(payload);
            Parts { key: 0..key.len(), payload: key.len()..into.len() }
        }))
    }

    /// Calls `each` with the number of each fingerprint, in the order given, and the live documents
    /// that hold it in increasing order, or that it is stopped.
    pub(crate) fn postings(
        &self,
        fingerprints: &[u64],
        each: &mut dyn FnMut(usize, List<'_>),
    ) -> Result<(), IndexError> {
        let Moment { core, at } = &*self.moment;
        let view = &*at.view;
        let mut keys = Vec::with_capacity(fingerprints.len());
        keys_of(fingerprints, &mut keys);
        let mut buckets = Vec::with_capacity(keys.len() * view.indexes.len());
        // Three passes, each of loads that do not wait for one another: where the buckets begin,
        // their first lines, and only then what they hold.
        for index in view.indexes.iter().rev() {
            for &key in &keys {
                buckets.push(index.fingerprints().bucket(index.file(), key)?);
            }
        }
        if at.extent.postings > 0 {
            view.active.fingerprints().touch(&keys);
        }
        for table in &view.frozen {
            table.fingerprints().touch(&keys);
        }
        if !keys.is_empty() {
            let mut seen = 0;
            for (index, buckets) in view.indexes.iter().rev().zip(buckets.chunks(keys.len())) {
                for (&key, &bucket) in keys.iter().zip(buckets) {
                    seen ^= index.fingerprints().touch(index.file(), key, bucket);
                }
            }
            black_box(seen);
        }
        let cap = core.options.cap as usize;
        let mut docs: Vec<DocId> = Vec::with_capacity(cap.min(64) + 1);
        for (i, &key) in keys.iter().enumerate() {
            docs.clear();
            let stopped = Cell::new(false);
            let mut take = |doc: DocId| {
                if doc == STOP {
                    stopped.set(true);
                } else if doc < at.end
                    && doc != self.hidden
                    && !core.removed.contains(doc, at.operations)
                {
                    // a document may be posted twice, and the lists are short
                    if !docs.contains(&doc) {
                        docs.push(doc);
                    }
                    stopped.set(docs.len() > cap);
                }
                !stopped.get()
            };
            if at.extent.postings > 0 {
                view.active.fingerprints().lookup(key, at.extent.postings, &mut take);
            }
            for table in &view.frozen {
                if !stopped.get() {
                    table.fingerprints().lookup(key, u32::MAX, &mut take);
                }
            }
            for (n, index) in view.indexes.iter().rev().enumerate() {
                let bucket = buckets[n * keys.len() + i];
                if bucket.0 < bucket.1 && !stopped.get() {
                    index.fingerprints().lookup(index.file(), key, bucket, &mut take)?;
                }
            }
            let stopped = stopped.get();
            if stopped {
                each(i, List::Stopped);
            } else {
                docs.sort_unstable();
                each(i, List::Docs(&docs));
            }
        }
        Ok(())
    }

    /// The first live document at or after `from`.
    pub(crate) fn next_live(&self, from: DocId) -> Option<DocId> {
        (from..self.end()).find(|&doc| self.is_live(doc))
    }
}
