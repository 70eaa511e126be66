//! Files of documents: heads, keys and payloads of a range of numbers.
//!
//! | part | bytes | what |
//! |---|---|---|
//! | heads | 32 a document | in order of the numbers |
//! | ends | 5 (n + 1) | where the record of each document begins in the records; the last is their length |
//! | removed | 4 each | numbers of the removed documents of the range, ascending |
//! | records | | length of the key (2 bytes), key, payload; nothing for a removed document |
//!
//! Fields of the footer: first document, number of documents, place of heads, ends, removed, number of
//! removed, place and length of the records, and the number of the last operation that is taken
//! into account.

use super::bytes::{u32_at, u40, u40_at};
use super::files::Role;
use super::sealed::{FIELDS, Kind, Sealed, SealedWriter};
use super::{DocId, HEAD, MAX_DOCS, MAX_KEY, MAX_PAYLOAD};
use crate::error::IndexError;
use crate::online::storage::Storage;
use std::ops::Range;

/// Key and payload of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    pub key: &'a [u8],
    pub payload: &'a [u8],
}

/// What a file of documents is written from.
pub(super) trait Source {
    fn docs(&self) -> Range<DocId>;

    fn head(&self, doc: DocId) -> Result<[u8; HEAD], IndexError>;

    /// Bytes of key and payload, `None` for a removed document.
    fn len(&self, doc: DocId) -> Result<Option<usize>, IndexError>;

    /// Of a document that is not removed.
    fn stored(&self, doc: DocId) -> Result<Stored<'_>, IndexError>;
}

/// Writes the file `number`; operations up to `as_of` are taken into account. Returns the seal.
pub(super) fn write(
    storage: &dyn Storage,
    number: u64,
    source: &dyn Source,
    as_of: u64,
    keep_on: &dyn Fn() -> Result<(), IndexError>,
) -> Result<u64, IndexError> {
    let mut out = SealedWriter::create(storage, &Role::Docs.name(number))?;
    let docs = source.docs();
    let heads = out.position();
    let mut removed = Vec::new();
    let mut ends = Vec::with_capacity(5 * (docs.len() + 1));
    let mut len = 0u64;
    for doc in docs.clone() {
        ends.extend_from_slice(&u40(len));
        match source.len(doc)? {
            Some(bytes) => {
                out.write(&source.head(doc)?)?;
                len += 2 + bytes as u64;
            }
            None => {
                out.write(&[0; HEAD])?;
                removed.push(doc);
            }
        }
    }
    if len >> 40 != 0 {
        return Err(IndexError::Full { what: "bytes of documents", limit: (1 << 40) - 1 });
    }
    ends.extend_from_slice(&u40(len));
    let ends_at = out.position();
    out.write(&ends)?;
    let removed_at = out.position();
    for doc in &removed {
        out.write(&doc.to_le_bytes())?;
    }
    let records = out.position();
    let mut gone = removed.iter().copied().peekable();
    for doc in docs.clone() {
        if doc % 4096 == 0 {
            keep_on()?;
        }
        if gone.next_if_eq(&doc).is_none() {
            let stored = source.stored(doc)?;
            out.write(&(stored.key.len() as u16).to_le_bytes())?;
            out.write(stored.key)?;
            out.write(stored.payload)?;
        }
    }
    let mut fields = [0; FIELDS];
    let (first, count) = (u64::from(docs.start), docs.len() as u64);
    let all = [first, count, heads, ends_at, removed_at, removed.len() as u64, records, len, as_of];
    fields[..all.len()].copy_from_slice(&all);
    out.finish(Kind::Docs, fields).map(|(seal, _)| seal)
}

/// An open file of documents.
#[derive(Debug)]
pub(super) struct Docs {
    file: Sealed,
    number: u64,
    first: DocId,
    count: u32,
    heads: u64,
    ends: u64,
    removed: u64,
    removed_count: u32,
    records: u64,
    len: u64,
    as_of: u64,
}

impl Docs {
    pub(super) fn open(storage: &dyn Storage, number: u64) -> Result<Self, IndexError> {
        let file = Sealed::open(storage, &Role::Docs.name(number), Kind::Docs)?;
        let [first, count, heads, ends, removed, removed_count, records, len, as_of, ..] =
            *file.fields();
        let sound = first.checked_add(count).is_some_and(|end| end <= u64::from(MAX_DOCS))
            && removed_count <= count
            && file.holds(heads, count * HEAD as u64)
            && file.holds(ends, (count + 1) * 5)
            && file.holds(removed, removed_count * 4)
            && file.holds(records, len);
        if !sound {
            let found = format!("{count} documents from {first}, {len} bytes");
            return Err(file.corrupt(0, "parts within the file", &found));
        }
        let (first, count) = (first as DocId, count as u32);
        let removed_count = removed_count as u32;
        Ok(Self {
            file,
            number,
            first,
            count,
            heads,
            ends,
            removed,
            removed_count,
            records,
            len,
            as_of,
        })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn file(&self) -> &Sealed {
        &self.file
    }

    pub(super) fn range(&self) -> Range<DocId> {
        self.first..self.first + self.count
    }

    /// Number of the last operation taken into account.
    pub(super) fn as_of(&self) -> u64 {
        self.as_of
    }

    /// The documents removed before the file was written.
    pub(super) fn removed(&self) -> Result<Vec<DocId>, IndexError> {
        let bytes = self.file.get(self.removed, 4 * self.removed_count as usize)?;
        let docs: Vec<DocId> = bytes.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
        if docs.windows(2).any(|w| w[0] >= w[1]) || docs.iter().any(|d| !self.range().contains(d)) {
            let expected = "ascending numbers of the file's documents";
            return Err(self.file.corrupt(self.removed, expected, &"others"));
        }
        Ok(docs)
    }

    /// Has the head of a document and the place of its record loaded.
    pub(super) fn expect(&self, doc: DocId) {
        let within = u64::from(doc - self.first);
        let file = self.file.reader();
        file.prefetch(self.heads + within * HEAD as u64);
        file.prefetch(self.ends + within * 5);
    }

    pub(super) fn head(&self, doc: DocId) -> Result<[u8; HEAD], IndexError> {
        let at = self.heads + u64::from(doc - self.first) * HEAD as u64;
        Ok(self.file.get(at, HEAD)?.try_into().expect("of that length"))
    }

    /// Place and length of a document's record, which is empty if it was removed.
    fn record(&self, doc: DocId) -> Result<(u64, usize), IndexError> {
        let at = self.ends + u64::from(doc - self.first) * 5;
        let both = self.file.get(at, 10)?;
        let (start, end) = (u40_at(both, 0), u40_at(both, 5));
        let len = end.checked_sub(start).filter(|&len| {
            end <= self.len && (len == 0 || len >= 2) && len <= (2 + MAX_KEY + MAX_PAYLOAD) as u64
        });
        let Some(len) = len else {
            return Err(self.file.corrupt(at, "ends in ascending order", &end));
        };
        Ok((self.records + start, len as usize))
    }

    /// Bytes of key and payload, `None` if the document was removed before the file was written.
    pub(super) fn len(&self, doc: DocId) -> Result<Option<usize>, IndexError> {
        Ok(self.record(doc)?.1.checked_sub(2))
    }

    /// `None` if the document was removed before the file was written.
    pub(super) fn stored(&self, doc: DocId) -> Result<Option<Stored<'_>>, IndexError> {
        let (at, len) = self.record(doc)?;
        if len == 0 {
            return Ok(None);
        }
        let record = self.file.get(at, len)?;
        let key_len = usize::from(u16::from_le_bytes([record[0], record[1]]));
        match record[2..].split_at_checked(key_len) {
            Some((key, payload)) => Ok(Some(Stored { key, payload })),
            None => Err(self.file.corrupt(at, "a key within the record", &key_len)),
        }
    }
}
