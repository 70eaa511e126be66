//! What there is to look at: memtables and files, a list that is replaced as a whole.

use super::DocId;
use super::docs::Docs;
use super::index::Index;
use super::memtable::{Extent, Memtable};
use std::sync::Arc;

/// Everything that was published at one moment.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Operations go here.
    pub active: Arc<Memtable>,
    /// Full, not yet written; newest last.
    pub frozen: Vec<Arc<Memtable>>,
    /// Oldest first.
    pub indexes: Vec<Arc<Index>>,
    /// In order of the documents.
    pub docs: Vec<Arc<Docs>>,
}

impl View {
    /// Postings in memory and in files.
    pub(super) fn postings(&self) -> u64 {
        let files = self.indexes.iter().map(|index| index.fingerprints().postings());
        let tables = self.frozen.iter().chain([&self.active]);
        files.sum::<u64>() + tables.map(|table| u64::from(table.extent().postings)).sum::<u64>()
    }

    /// The file that holds `doc`, if one does.
    pub(super) fn docs_of(&self, doc: DocId) -> Option<&Arc<Docs>> {
        let at = self.docs.partition_point(|docs| docs.range().end <= doc);
        self.docs.get(at).filter(|docs| docs.range().contains(&doc))
    }

    /// The memtable that holds `doc`, if one does.
    pub(super) fn memtable_of(&self, doc: DocId) -> Option<&Arc<Memtable>> {
        if doc >= self.active.first_doc() {
            return Some(&self.active);
        }
        self.frozen.iter().rev().find(|table| doc >= table.first_doc())
    }
}

/// A view and how much of it counts.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub view: Arc<View>,
    /// Of the active memtable.
    pub extent: Extent,
    /// Documents appended.
    pub end: DocId,
    /// Of these, those removed.
    pub removed: u64,
    /// Operations done.
    pub operations: u64,
}
