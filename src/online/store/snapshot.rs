//! A moment of the store, to look at for as long as one likes.

use super::core::Core;
use super::docs::Stored;
use super::memtable::keys_of;
use super::table::STOP;
use super::view::Current;
use super::{DocId, HEAD, List, Parts};
use crate::error::IndexError;
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

    /// Has loaded what [`head`](Self::head) and [`read`](Self::read) of a document look at first.
    pub(crate) fn expect(&self, doc: DocId) {
        if let Some(docs) = self.moment.at.view.docs_of(doc) {
            docs.expect(doc);
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
        if keys.is_empty() {
            return Ok(());
        }
        // Passes of loads that do not wait for one another: first where it says where to look, then
        // where to look, then what is there.
        let tables = || view.indexes.iter().map(|index| index.fingerprints().reader(index.file()));
        let memtables = || {
            view.frozen
                .iter()
                .map(|table| (table, u32::MAX))
                .chain((at.extent.postings > 0).then_some((&view.active, at.extent.postings)))
        };
        let mut buckets = Vec::with_capacity(keys.len() * view.indexes.len());
        for (table, _) in memtables() {
            table.fingerprints().prefetch(&keys);
        }
        for table in tables() {
            table.prefetch(&keys);
        }
        for table in tables() {
            table.find_buckets(&keys, &mut buckets)?;
        }
        // number of the fingerprint in the upper, document in the lower 32 bits
        let mut found: Vec<u64> = Vec::new();
        let cap = core.options.cap as usize;
        let shows = |doc: DocId| {
            doc < at.end && doc != self.hidden && !core.removed.contains(doc, at.operations)
        };
        for (table, end) in memtables() {
            for (i, &key) in (0..).zip(&keys) {
                let before = found.len();
                table.fingerprints().lookup(key, end, &mut |doc| {
                    let posting = i << 32 | u64::from(doc);
                    // a document may be posted twice, and the lists are short
                    if shows(doc) && !found[before..].contains(&posting) {
                        found.push(posting);
                    }
                    found.len() - before <= cap
                });
            }
        }
        for (table, buckets) in tables().zip(buckets.chunks(keys.len())) {
            for (i, (&key, &bucket)) in (0..).zip(keys.iter().zip(buckets)) {
                let before = found.len();
                table.lookup(key, bucket, |doc| {
                    if doc == STOP || shows(doc) {
                        found.push(i << 32 | u64::from(doc));
                    }
                    found.len() - before <= cap
                })?;
            }
        }
        found.sort_unstable();
        found.dedup();
        let (mut rest, mut docs) = (&found[..], Vec::new());
        for i in 0..keys.len() {
            let count = rest.partition_point(|&f| f >> 32 == i as u64);
            let (own, others) = rest.split_at(count);
            rest = others;
            if own.len() > cap || own.last().is_some_and(|&f| f as DocId == STOP) {
                each(i, List::Stopped);
            } else {
                docs.clear();
                docs.extend(own.iter().map(|&f| f as DocId));
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
