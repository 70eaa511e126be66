//! The one file that says which others count. It is replaced as a whole: written under another name,
//! synced, renamed, and the names synced.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `nearcman` |
//! | 4 | format version |
//! | 4 | length of the meta data |
//! | 8 | number of the first log that holds operations the segments lack |
//! | 8 | number that no file had yet |
//! | 8 | operations that the segments hold |
//! | 4 | documents that the segments hold |
//! | 4 | number of files of postings |
//! | 4 | number of files of documents |
//! | 16 each | number and seal of each file of postings, then of documents, oldest first |
//! | | meta data |
//! | 8 | XXH3-64 of all before |

use super::bytes::{Fields, u32_at, u64_at};
use super::files::{MANIFEST, MANIFEST_NEW, corrupt, io_error};
use super::sealed::VERSION;
use crate::error::IndexError;
use crate::hash;
use crate::online::storage::Storage;

const MAGIC: &[u8; 8] = b"nearcman";

/// A file that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Live {
    pub number: u64,
    pub seal: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub meta: Vec<u8>,
    pub first_log: u64,
    pub next_number: u64,
    pub operations: u64,
    pub documents: u32,
    pub indexes: Vec<Live>,
    pub docs: Vec<Live>,
}

impl Manifest {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&(self.meta.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.first_log.to_le_bytes());
        out.extend_from_slice(&self.next_number.to_le_bytes());
        out.extend_from_slice(&self.operations.to_le_bytes());
        out.extend_from_slice(&self.documents.to_le_bytes());
        out.extend_from_slice(&(self.indexes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.docs.len() as u32).to_le_bytes());
        for live in self.indexes.iter().chain(&self.docs) {
            out.extend_from_slice(&live.number.to_le_bytes());
            out.extend_from_slice(&live.seal.to_le_bytes());
        }
        out.extend_from_slice(&self.meta);
        let sum = hash::bytes(&out);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        if bytes.get(..8) != Some(MAGIC) {
            let found = bytes.get(..8).unwrap_or(bytes).escape_ascii();
            return Err(corrupt(MANIFEST, 0, "nearcman", &found));
        }
        let version = bytes.get(8..12).map(|b| u32_at(b, 0));
        if let Some(found) = version.filter(|&v| v != VERSION) {
            let file = MANIFEST.to_owned();
            return Err(IndexError::Version { file, expected: VERSION, found });
        }
        let sealed = bytes
            .split_at_checked(bytes.len().saturating_sub(8))
            .filter(|(all, sum)| sum.len() == 8 && hash::bytes(all) == u64_at(sum, 0));
        let fields = sealed.and_then(|(all, _)| Self::fields(&all[8..]));
        let end = bytes.len() as u64;
        fields.ok_or_else(|| corrupt(MANIFEST, end, "the checksum of the file", &"another"))
    }

    fn fields(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let _version = fields.u32()?;
        let meta_len = fields.u32()?;
        let (first_log, next_number) = (fields.u64()?, fields.u64()?);
        let (operations, documents) = (fields.u64()?, fields.u32()?);
        let counts = [fields.u32()?, fields.u32()?];
        let mut lists = [Vec::new(), Vec::new()];
        for (list, count) in lists.iter_mut().zip(counts) {
            for _ in 0..count {
                list.push(Live { number: fields.u64()?, seal: fields.u64()? });
            }
        }
        let meta = fields.take(meta_len as usize)?.to_vec();
        let [indexes, docs] = lists;
        let manifest = Self { meta, first_log, next_number, operations, documents, indexes, docs };
        fields.0.is_empty().then_some(manifest)
    }

    /// `None` if there is none.
    pub(super) fn read(storage: &dyn Storage) -> Result<Option<Self>, IndexError> {
        match storage.read(MANIFEST) {
            Ok(bytes) => Self::decode(&bytes).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(MANIFEST, "read")(error)),
        }
    }

    /// Puts it, durably, in the place of the one before.
    pub(super) fn write(&self, storage: &dyn Storage) -> Result<(), IndexError> {
        let file = storage.create(MANIFEST_NEW).map_err(io_error(MANIFEST_NEW, "create"))?;
        file.append(&self.encode()).map_err(io_error(MANIFEST_NEW, "write"))?;
        file.sync().map_err(io_error(MANIFEST_NEW, "sync"))?;
        drop(file);
        // the files it names must be found wherever it is
        let sync_names = || storage.sync_names().map_err(io_error(&storage.place(), "sync"));
        sync_names()?;
        storage.rename(MANIFEST_NEW, MANIFEST).map_err(io_error(MANIFEST, "replace"))?;
        sync_names()
    }
}
