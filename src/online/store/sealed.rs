//! Immutable files with a checksum for each block, verified when the block is first read.
//!
//! All numbers are little-endian. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 4096 n | data: n blocks, the last filled up with zeros |
//! | 8 n | XXH3-64 of each block |
//! | 256 | footer |
//!
//! and the footer
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | n |
//! | 8 | 8 | XXH3-64 of the n checksums |
//! | 16 | 208 | 26 fields of 8 bytes, whose meaning the kind of file gives |
//! | 224 | 8 | 0 |
//! | 232 | 8 | XXH3-64 of the footer's bytes 0..232 and 240..256: the *seal* |
//! | 240 | 4 | kind |
//! | 244 | 4 | format version |
//! | 248 | 8 | `nearcopy` |
//!
//! Opening reads the footer and the checksums of the blocks, not the blocks. A block that does not
//! agree with its checksum is an error whenever it is touched, before a byte of it is used. A file that
//! was just written is read back whole before anything relies on it.

use super::bytes::u64_at;
use super::files::{corrupt, io_error};
use crate::error::IndexError;
use crate::hash;
use crate::kernel::prefetch::prefetch;
use crate::online::storage::{Append, Bytes, Storage};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) const VERSION: u32 = 1;
pub(super) const FIELDS: usize = 26;
const BLOCK: usize = 4096;
const FOOTER: usize = 256;
const SEAL: usize = 232;
const MAGIC: &[u8; 8] = b"nearcopy";
/// Bytes gathered before they are handed to the storage.
const BUFFER: usize = 64 * BLOCK;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Index = 1,
    Docs = 2,
}

fn seal_of(footer: &[u8]) -> u64 {
    let mut rest = [0; FOOTER - 8];
    rest[..SEAL].copy_from_slice(&footer[..SEAL]);
    rest[SEAL..].copy_from_slice(&footer[SEAL + 8..]);
    hash::bytes(&rest)
}

/// Writes a file from its beginning to its end.
#[derive(Debug)]
pub(super) struct SealedWriter {
    name: String,
    file: Box<dyn Append>,
    buffer: Vec<u8>,
    sums: Vec<u8>,
    len: u64,
}

impl SealedWriter {
    pub(super) fn create(storage: &dyn Storage, name: &str) -> Result<Self, IndexError> {
        let file = storage.create(name).map_err(io_error(name, "create"))?;
        let (buffer, sums) = (Vec::with_capacity(2 * BUFFER), Vec::new());
        Ok(Self { name: name.to_owned(), file, buffer, sums, len: 0 })
    }

    /// Bytes of data written so far.
    pub(super) fn position(&self) -> u64 {
        self.len + self.buffer.len() as u64
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        for part in bytes.chunks(BUFFER) {
            self.buffer.extend_from_slice(part);
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the whole blocks of the buffer.
    fn flush(&mut self) -> Result<(), IndexError> {
        let whole = self.buffer.len() / BLOCK * BLOCK;
        for block in self.buffer[..whole].chunks_exact(BLOCK) {
            self.sums.extend_from_slice(&hash::bytes(block).to_le_bytes());
        }
        self.append(whole)?;
        self.buffer.drain(..whole);
        self.len += whole as u64;
        Ok(())
    }

    fn append(&self, len: usize) -> Result<(), IndexError> {
        self.file.append(&self.buffer[..len]).map_err(io_error(&self.name, "write"))
    }

    /// Writes what is left and makes the file's bytes durable. Returns the seal and the length.
    pub(super) fn finish(
        mut self,
        kind: Kind,
        fields: [u64; FIELDS],
    ) -> Result<(u64, u64), IndexError> {
        self.buffer.resize(self.buffer.len().next_multiple_of(BLOCK), 0);
        self.flush()?;
        let mut footer = Vec::with_capacity(FOOTER);
        footer.extend_from_slice(&(self.sums.len() as u64 / 8).to_le_bytes());
        footer.extend_from_slice(&hash::bytes(&self.sums).to_le_bytes());
        for field in fields {
            footer.extend_from_slice(&field.to_le_bytes());
        }
        footer.extend_from_slice(&[0; 16]);
        footer.extend_from_slice(&(kind as u32).to_le_bytes());
        footer.extend_from_slice(&VERSION.to_le_bytes());
        footer.extend_from_slice(MAGIC);
        let seal = seal_of(&footer);
        footer[SEAL..SEAL + 8].copy_from_slice(&seal.to_le_bytes());
        self.buffer.clear();
        self.buffer.append(&mut self.sums);
        self.buffer.append(&mut footer);
        self.append(self.buffer.len())?;
        self.file.sync().map_err(io_error(&self.name, "sync"))?;
        Ok((seal, self.len + self.buffer.len() as u64))
    }
}

/// A complete file.
#[derive(Debug)]
pub(super) struct Sealed {
    name: String,
    bytes: Bytes,
    /// Bytes of data.
    len: usize,
    seal: u64,
    fields: [u64; FIELDS],
    /// A bit for each block that agreed with its checksum.
    verified: Box<[AtomicU64]>,
}

impl Sealed {
    pub(super) fn open(storage: &dyn Storage, name: &str, kind: Kind) -> Result<Self, IndexError> {
        let bytes = storage.map(name).map_err(io_error(name, "open"))?;
        let wrong = |at: usize, expected: &str, found: &dyn std::fmt::Display| {
            Err(corrupt(name, at as u64, expected, found))
        };
        let Some(start) = bytes.len().checked_sub(FOOTER) else {
            return wrong(0, "at least 256 bytes", &bytes.len());
        };
        let footer = &bytes[start..];
        if footer[248..] != *MAGIC {
            return wrong(start + 248, "nearcopy", &footer[248..].escape_ascii());
        }
        let version = super::bytes::u32_at(footer, 244);
        if version != VERSION {
            let file = name.to_owned();
            return Err(IndexError::Version { file, expected: VERSION, found: version });
        }
        let seal = u64_at(footer, SEAL);
        if seal_of(footer) != seal {
            return wrong(start, "the footer's checksum", &"another");
        }
        let found = super::bytes::u32_at(footer, 240);
        if found != kind as u32 {
            return wrong(start + 240, "the kind of file its name says", &found);
        }
        let blocks = u64_at(footer, 0);
        if blocks.checked_mul(BLOCK as u64 + 8) != Some(start as u64) {
            return wrong(start, "a number of blocks that fits the length", &blocks);
        }
        let blocks = blocks as usize;
        let len = blocks * BLOCK;
        if hash::bytes(&bytes[len..start]) != u64_at(footer, 8) {
            return wrong(len, "the checksum of the checksums", &"another");
        }
        let fields = std::array::from_fn(|i| u64_at(footer, 16 + 8 * i));
        let verified = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { name: name.to_owned(), len, seal, fields, verified, bytes })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn seal(&self) -> u64 {
        self.seal
    }

    pub(super) fn fields(&self) -> &[u64; FIELDS] {
        &self.fields
    }

    /// Bytes of the file.
    pub(super) fn file_len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Bytes of memory beside the mapped file.
    pub(super) fn memory_bytes(&self) -> usize {
        self.verified.len() * 8
    }

    /// Whether `len` bytes at `at` lie in the data.
    pub(super) fn holds(&self, at: u64, len: u64) -> bool {
        at.checked_add(len).is_some_and(|end| end <= self.len as u64)
    }

    /// The `len` bytes of data at `at`, verified.
    pub(super) fn get(&self, at: u64, len: usize) -> Result<&[u8], IndexError> {
        self.reader().get(at, len)
    }

    /// For many reads after one another.
    #[inline]
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { file: self, bytes: &self.bytes, len: self.len, verified: &self.verified }
    }

    /// Verifies all blocks, so that no look-up has to.
    pub(super) fn verify_all(
        &self,
        keep_on: &dyn Fn() -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        for block in 0..self.len / BLOCK {
            if block % 4096 == 0 {
                keep_on()?;
            }
            self.verify_block(block)?;
        }
        Ok(())
    }

    fn verify_block(&self, block: usize) -> Result<(), IndexError> {
        let at = block * BLOCK;
        let found = hash::bytes(&self.bytes[at..at + BLOCK]);
        let expected = u64_at(&self.bytes, self.len + 8 * block);
        if found != expected {
            let expected = format!("a block with checksum {expected:016x}");
            return Err(corrupt(&self.name, at as u64, &expected, &format!("{found:016x}")));
        }
        self.verified[block / 64].fetch_or(1 << (block % 64), Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn corrupt(
        &self,
        at: u64,
        expected: &str,
        found: &dyn std::fmt::Display,
    ) -> IndexError {
        corrupt(&self.name, at, expected, found)
    }
}

/// A file with what each read needs at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    file: &'a Sealed,
    bytes: &'a [u8],
    len: usize,
    verified: &'a [AtomicU64],
}

impl<'a> Reader<'a> {
    /// The `len` bytes of data at `at`, verified.
    #[inline]
    pub(super) fn get(&self, at: u64, len: usize) -> Result<&'a [u8], IndexError> {
        self.verify(at, len)?;
        Ok(&self.bytes[at as usize..at as usize + len])
    }

    /// As [`get`](Self::get), and 8 bytes more of which nothing is promised, so that the last
    /// number can be read as a wide one.
    #[inline]
    pub(super) fn get_wide(&self, at: u64, len: usize) -> Result<&'a [u8], IndexError> {
        self.verify(at, len)?;
        // the footer stands behind the data
        Ok(&self.bytes[at as usize..at as usize + len + 8])
    }

    /// Has the cache line of a byte loaded before it is read.
    #[inline]
    pub(super) fn prefetch(&self, at: u64) {
        prefetch(self.bytes, at as usize);
    }

    #[inline]
    fn verify(&self, at: u64, len: usize) -> Result<(), IndexError> {
        if at.checked_add(len as u64).is_none_or(|end| end > self.len as u64) {
            return Err(self.corrupt(at, "a range in the data", &len));
        }
        if len == 0 {
            return Ok(());
        }
        let (first, last) = (at as usize / BLOCK, (at as usize + len - 1) / BLOCK);
        // nearly always
        if last - first <= 1 && self.is_verified(first) && self.is_verified(last) {
            return Ok(());
        }
        self.verify_blocks(first..=last)
    }

    #[inline]
    fn is_verified(&self, block: usize) -> bool {
        self.verified[block / 64].load(Ordering::Relaxed) >> (block % 64) & 1 == 1
    }

    #[cold]
    fn verify_blocks(&self, mut blocks: RangeInclusive<usize>) -> Result<(), IndexError> {
        blocks.try_for_each(|block| {
            if self.is_verified(block) { Ok(()) } else { self.file.verify_block(block) }
        })
    }

    #[cold]
    pub(super) fn corrupt(
        &self,
        at: u64,
        expected: &str,
        found: &dyn std::fmt::Display,
    ) -> IndexError {
        self.file.corrupt(at, expected, found)
    }
}
