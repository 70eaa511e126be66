//! Records and postings of numbered documents, durable and concurrent.
//!
//! The way of an operation: the [`Writer`] adds it to the log (`log`, `frame`) and applies it to the
//! active memtable (`memtable`, `chains`, `marks`), where readers see it at once. A full memtable is
//! frozen, and the background thread (`worker`) writes it as two immutable files: postings (`index`,
//! `table`) and documents (`docs`). It replaces the manifest (`manifest`), which says which files
//! count, and removes the log of that memtable. Files of postings are merged when those after one
//! weigh as much, files of documents when they weigh 15 times as much (`merge`): a posting is
//! rewritten `log2` times of the number of memtables at most, about half as often on average, a payload
//! written twice and rewritten `log16` times. A [`Snapshot`] holds the list of files and tables (`view`) as it was, and how much of
//! the active memtable counts.
//!
//! What is durable: [`Store::sync`] syncs the log, so after it all operations that returned are; of
//! those after it a crash may keep any number, but always the first ones. Removals and heads reach the
//! files only with the memtable of their operation, so that no file knows more than the manifest says.
//! Opening (`recover`) reads footers, checksums of blocks, marks and the logs, not the files;
//! every block of a file is verified when it is first read (`sealed`), or at once if it was just written.
//!
//! An opening for reading only takes no lock and writes nothing. It shows the operations that the
//! files held when it was opened, synced or handed to the storage, and never more; open again to see more.
//!
//! Who waits for whom: readers for nobody but the holders of locks that are held for nanoseconds (at
//! the heads of documents, once in thousands of removals, for microseconds);
//! writers for each other, and for the background thread when three full memtables wait for it; `sync` for
//! the storage only, and several at once for one sync.

mod bytes;
mod chains;
mod core;
mod docs;
mod files;
mod frame;
mod handle;
mod index;
mod log;
mod manifest;
mod marks;
mod memtable;
mod merge;
#[cfg(test)]
mod model;
mod recover;
mod sealed;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;
mod view;
mod worker;
mod writer;

pub(crate) use handle::Store;
pub(crate) use snapshot::Snapshot;
pub(crate) use writer::Writer;

use std::ops::Range;

/// Dense number of a document: 0, 1, 2 ... in order of appending; never used again, also after the
/// document was removed. At most `u32::MAX - 3` documents.
pub(crate) type DocId = u32;

/// Bytes of fixed data a document.
pub(crate) const HEAD: usize = 32;

/// Most bytes of a key.
pub(crate) const MAX_KEY: usize = u16::MAX as usize;

/// Most bytes of a payload.
pub(crate) const MAX_PAYLOAD: usize = 16 << 20;

/// Most operations of a [`Group`].
pub(crate) const MAX_GROUP: usize = 1 << 16;

/// Most documents.
pub(crate) const MAX_DOCS: u32 = u32::MAX - 3;

/// A document to append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    /// Unique among the live documents, at most [`MAX_KEY`] bytes.
    pub key: &'a [u8],
    /// Readable in O(1) for any document without touching the payload.
    pub head: [u8; HEAD],
    /// Distinct; may be empty.
    pub fingerprints: &'a [u64],
    /// At most [`MAX_PAYLOAD`] bytes.
    pub payload: &'a [u8],
}

/// Changes that are one step: no snapshot shows a part of them, and after a crash all are there or
/// none. They are done in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Group<'a> {
    /// Postings for live documents.
    pub posts: Vec<(DocId, Vec<u64>)>,
    /// Heads for live documents.
    pub heads: Vec<(DocId, [u8; HEAD])>,
    /// A live document to remove.
    pub removed: Option<DocId>,
    /// A document to append; its key may be that of the removed one.
    pub append: Option<Record<'a>>,
}

impl Group<'_> {
    /// Number of operations.
    pub(crate) fn len(&self) -> usize {
        let singles = usize::from(self.removed.is_some()) + usize::from(self.append.is_some());
        self.posts.len() + self.heads.len() + singles
    }
}

/// Where key and payload of a document stand in the buffer they were read into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub key: Range<usize>,
    pub payload: Range<usize>,
}

/// Who holds a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List<'a> {
    /// The live documents that hold it, in increasing order.
    Docs(&'a [DocId]),
    /// More than [`StoreOptions::cap`] live documents hold it.
    Stopped,
}

/// Settings of one opening; no other than `cap` and `stop_after` changes an answer.
#[derive(Debug, Clone)]
pub(crate) struct StoreOptions {
    /// A fingerprint that more live documents hold is reported as stopped. Default 16.
    pub cap: u32,
    /// A fingerprint that more live documents hold when its postings are merged loses them and stays
    /// stopped for ever, whatever is removed afterwards; at least `cap`. Default 1024.
    pub stop_after: u32,
    /// Postings held in memory before they are written as a segment; fewer in a store that has less than
    /// twice as many. Default 2^19.
    pub memtable_postings: usize,
    /// Bytes of keys and payloads held in memory before they are written. Default 64 MiB.
    pub memtable_bytes: usize,
    /// Neither takes the lock nor writes.
    pub read_only: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            cap: 16,
            stop_after: 1024,
            memtable_postings: 1 << 19,
            memtable_bytes: 64 << 20,
            read_only: false,
        }
    }
}

/// What a store holds and has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StoreStats {
    /// Documents appended.
    pub documents: u64,
    /// Documents removed.
    pub removed: u64,
    /// Postings in memory and in segments; one that is in several segments counts in each.
    pub postings: u64,
    /// Fingerprints that lost their postings to a stop mark.
    pub stop_marks: u64,
    /// Segments of postings.
    pub segments: u64,
    /// Bytes of all files.
    pub disk_bytes: u64,
    /// Bytes of postings: the memory of the tables, and the mapped tables of the segments.
    pub posting_bytes: u64,
    /// Bytes held in memory: tables, records not yet written, marks.
    pub memory_bytes: u64,
    /// Bytes cut off the log at opening, because a crash had left them incomplete.
    pub repaired_bytes: u64,
    /// Merges of segments done since opening.
    pub merges: u64,
}
