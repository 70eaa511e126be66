//! Files of postings: who holds a fingerprint, who has a key, and what was done to older documents.
//!
//! | part | bytes | what |
//! |---|---|---|
//! | fingerprints | see [`table`](super::table) | postings of the fingerprints |
//! | keys | see [`table`](super::table) | postings of the XXH3-64 of the documents' keys |
//! | removed | 4 each | documents removed, ascending |
//! | heads | 36 each | document and its new head, ascending by document |
//!
//! A file covers a range of operations. Fields of the footer: 6 for each table, place and number of
//! the removed, place and number of the heads, the operations' first number and the one after the last.

use super::bytes::u32_at;
use super::files::Role;
use super::sealed::{FIELDS, Kind, Sealed, SealedWriter};
use super::table::{self, TABLE_FIELDS, Table};
use super::{DocId, HEAD, MAX_DOCS};
use crate::error::IndexError;
use crate::online::storage::Storage;
use std::ops::Range;

const HEAD_ENTRY: usize = 4 + HEAD;

/// What a file of postings is written from.
pub(super) struct Content<'a> {
    pub fingerprints: &'a dyn table::Source,
    pub keys: &'a dyn table::Source,
    /// Ascending.
    pub removed: &'a [DocId],
    /// Ascending by document.
    pub heads: &'a [(DocId, [u8; HEAD])],
    pub operations: Range<u64>,
}

/// Writes the file `number`. Returns the seal.
pub(super) fn write(
    storage: &dyn Storage,
    number: u64,
    content: &Content<'_>,
    stop_after: u32,
    keep_on: &dyn Fn() -> Result<(), IndexError>,
) -> Result<u64, IndexError> {
    let mut out = SealedWriter::create(storage, &Role::Index.name(number))?;
    let fingerprints = table::write(&mut out, content.fingerprints, stop_after, keep_on)?;
    let keys = table::write(&mut out, content.keys, u32::MAX, keep_on)?;
    let removed = out.position();
    for doc in content.removed {
        out.write(&doc.to_le_bytes())?;
    }
    let heads = out.position();
    for (doc, head) in content.heads {
        out.write(&doc.to_le_bytes())?;
        out.write(head)?;
    }
    let mut fields = [0; FIELDS];
    fields[..TABLE_FIELDS].copy_from_slice(&fingerprints);
    fields[TABLE_FIELDS..2 * TABLE_FIELDS].copy_from_slice(&keys);
    fields[2 * TABLE_FIELDS..][..6].copy_from_slice(&[
        removed,
        content.removed.len() as u64,
        heads,
        content.heads.len() as u64,
        content.operations.start,
        content.operations.end,
    ]);
    out.finish(Kind::Index, fields).map(|(seal, _)| seal)
}

/// An open file of postings.
#[derive(Debug)]
pub(super) struct Index {
    file: Sealed,
    number: u64,
    fingerprints: Table,
    keys: Table,
    removed: (u64, u64),
    heads: (u64, u64),
    operations: Range<u64>,
}

impl Index {
    pub(super) fn open(storage: &dyn Storage, number: u64) -> Result<Self, IndexError> {
        let file = Sealed::open(storage, &Role::Index.name(number), Kind::Index)?;
        let fingerprints = Table::open(&file, &file.fields()[..TABLE_FIELDS])?;
        let keys = Table::open(&file, &file.fields()[TABLE_FIELDS..2 * TABLE_FIELDS])?;
        let [removed, removed_count, heads, heads_count, from, to] =
            file.fields()[2 * TABLE_FIELDS..][..6]
        else {
            return Err(file.corrupt(0, "18 fields", &FIELDS));
        };
        let sound = from <= to
            && removed_count <= u64::from(MAX_DOCS)
            && heads_count <= u64::from(MAX_DOCS)
            && file.holds(removed, 4 * removed_count)
            && file.holds(heads, HEAD_ENTRY as u64 * heads_count);
        if !sound {
            let found = format!("{removed_count} removed, {heads_count} heads");
            return Err(file.corrupt(0, "parts within the file", &found));
        }
        let (removed, heads) = ((removed, removed_count), (heads, heads_count));
        Ok(Self { file, number, fingerprints, keys, removed, heads, operations: from..to })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn file(&self) -> &Sealed {
        &self.file
    }

    pub(super) fn fingerprints(&self) -> &Table {
        &self.fingerprints
    }

    pub(super) fn keys(&self) -> &Table {
        &self.keys
    }

    pub(super) fn operations(&self) -> Range<u64> {
        self.operations.clone()
    }

    /// What merging it costs, in postings, about.
    pub(super) fn weight(&self) -> u64 {
        let marks = self.removed.1 + 8 * self.heads.1;
        self.fingerprints.postings() + self.keys.postings() + marks + 64
    }

    /// Whether it says anything of documents of other files.
    pub(super) fn has_marks(&self) -> bool {
        self.removed.1 + self.heads.1 > 0
    }

    /// Documents removed by its operations, ascending.
    pub(super) fn removed(&self) -> Result<Vec<DocId>, IndexError> {
        let (at, count) = self.removed;
        let bytes = self.file.get(at, 4 * count as usize)?;
        let docs: Vec<DocId> = bytes.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
        self.check_ascending(at, docs.iter().copied())?;
        Ok(docs)
    }

    /// Heads set by its operations, ascending by document.
    pub(super) fn heads(&self) -> Result<Vec<(DocId, [u8; HEAD])>, IndexError> {
        let (at, count) = self.heads;
        let bytes = self.file.get(at, HEAD_ENTRY * count as usize)?;
        let entry = |b: &[u8]| (u32_at(b, 0), b[4..].try_into().expect("32 bytes"));
        let heads: Vec<_> = bytes.chunks_exact(HEAD_ENTRY).map(entry).collect();
        self.check_ascending(at, heads.iter().map(|(doc, _)| *doc))?;
        Ok(heads)
    }

    fn check_ascending(
        &self,
        at: u64,
        docs: impl Iterator<Item = DocId> + Clone,
    ) -> Result<(), IndexError> {
        let ascending = docs.clone().zip(docs.clone().skip(1)).all(|(a, b)| a < b);
        if ascending && docs.max().is_none_or(|doc| doc < MAX_DOCS) {
            return Ok(());
        }
        Err(self.file.corrupt(at, "ascending numbers of documents", &"others"))
    }
}
