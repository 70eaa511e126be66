//! The binary form of sketches: compact, versioned, little-endian, checked.
//!
//! All integers are little-endian. Every sketch is
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 2 | `6E 63` ("nc") |
//! | 2 | 1 | kind: 1 MinHash, 2 Digest8, 3 Digest16, 4 PermutationMinHash, 5 SimHash64, 6 SimHash128, 7 SampledShingles, 8 the `Sketch` of a document (feature `online`) |
//! | 3 | 1 | version of the kind's layout: 1 |
//! | 4 | 8 | id of the shingles' recipe |
//! | 12 | n | the kind's body |
//! | 12 + n | 4 | lower half of XXH3-64 (seed 0) of all bytes before it |
//!
//! and the bodies are
//!
//! | kind | body |
//! |---|---|
//! | 1 | `u64` seed, `u16` slots, then a `u32` a slot |
//! | 2 | `u64` seed, `u16` slots, `u8` 1 if made of an empty set else 0, then a `u8` a slot |
//! | 3 | the same with a `u16` a slot |
//! | 4 | `u32` seed, `u16` slots, then a `u32` a slot |
//! | 5 | `u64` bits |
//! | 6 | `u64` bits 0 to 63, `u64` bits 64 to 127 |
//! | 7 | `u64` one in how many, `u32` limit (0: none), `u64` ceiling, `u32` number of hashes, then a `u64` a hash, ascending |
//!
//! A value has exactly one form. Decoding reads nothing that it has not checked to be there, and
//! reserves memory only for bytes that are there.

use crate::hash;
use crate::recipe::RecipeId;

const MAGIC: [u8; 2] = *b"nc";
const VERSION: u8 = 1;
const HEADER: usize = 12;
const CHECKSUM: usize = 4;

/// Bytes that are not the sketch they were taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before the sketch does, or go on after it.
    #[error(
        "{found} bytes where the sketch has {expected}; pass exactly the bytes that were encoded"
    )]
    Length {
        /// Bytes that the sketch has, as far as its header could be read.
        expected: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// The bytes do not begin like a sketch.
    #[error(
        "the bytes begin with {found:02x?}, a sketch with {:02x?}; they are something else",
        MAGIC
    )]
    NotASketch {
        /// The first bytes.
        found: [u8; 2],
    },
    /// A sketch, but of another kind.
    #[error("a sketch of kind {found} where kind {expected} is decoded; decode it as what it is")]
    Kind {
        /// The kind that was to be decoded.
        expected: u8,
        /// The kind that the bytes state.
        found: u8,
    },
    /// A layout of another version of this crate.
    #[error(
        "layout version {found}, this build reads {expected}; decode with the version that wrote it"
    )]
    Version {
        /// The version that is read.
        expected: u8,
        /// The version that the bytes state.
        found: u8,
    },
    /// Some byte is not what was written.
    #[error(
        "checksum {found:08x}, the bytes give {expected:08x}; the sketch is damaged, make it anew"
    )]
    Checksum {
        /// Checksum of the bytes as they are.
        expected: u32,
        /// Checksum that they carry.
        found: u32,
    },
    /// The bytes are intact but state a value that no sketch has.
    #[error("{field} is {found}, expected {expected}; the bytes are of something else")]
    Value {
        /// Which value.
        field: &'static str,
        /// What the bytes state.
        found: String,
        /// What a sketch can have.
        expected: &'static str,
    },
}

impl DecodeError {
    pub(crate) fn value(
        field: &'static str,
        found: impl std::fmt::Display,
        expected: &'static str,
    ) -> Self {
        Self::Value { field, found: found.to_string(), expected }
    }
}

/// Kinds of sketches, as byte 2 states them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    MinHash = 1,
    Digest8 = 2,
    Digest16 = 3,
    Permutation = 4,
    SimHash64 = 5,
    SimHash128 = 6,
    Sampled = 7,
    #[cfg(feature = "online")]
    Document = 8,
}

/// Writes one sketch at the end of a buffer.
pub(crate) struct Writer<'b> {
    out: &'b mut Vec<u8>,
    start: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(out: &'b mut Vec<u8>, kind: Kind, recipe: RecipeId) -> Self {
        let start = out.len();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[kind as u8, VERSION]);
        out.extend_from_slice(&recipe.0.to_le_bytes());
        Self { out, start }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A run of values of `N` bytes.
    pub(crate) fn put_all<const N: usize>(
        &mut self,
        values: impl ExactSizeIterator<Item = [u8; N]>,
    ) {
        let at = self.out.len();
        self.out.resize(at + N * values.len(), 0);
        for (to, value) in self.out[at..].as_chunks_mut().0.iter_mut().zip(values) {
            *to = value;
        }
    }

    pub(crate) fn finish(self) {
        let checksum = hash::bytes(&self.out[self.start..]) as u32;
        self.out.extend_from_slice(&checksum.to_le_bytes());
    }
}

/// Reads the body of one sketch.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    /// All bytes, checksum and all.
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    /// Checks the header and returns the recipe.
    pub(crate) fn new(bytes: &'b [u8], kind: Kind) -> Result<(Self, RecipeId), DecodeError> {
        let mut reader = Self { bytes, at: 0 };
        let magic: [u8; 2] = reader.array()?;
        if magic != MAGIC {
            return Err(DecodeError::NotASketch { found: magic });
        }
        let [found, version] = reader.array()?;
        if found != kind as u8 {
            return Err(DecodeError::Kind { expected: kind as u8, found });
        }
        if version != VERSION {
            return Err(DecodeError::Version { expected: VERSION, found: version });
        }
        let recipe = RecipeId(u64::from_le_bytes(reader.array()?));
        debug_assert_eq!(reader.at, HEADER);
        Ok((reader, recipe))
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (array, _) = self.bytes[self.at..].split_first_chunk().ok_or(DecodeError::Length {
            expected: self.at + N + CHECKSUM,
            found: self.bytes.len(),
        })?;
        self.at += N;
        Ok(*array)
    }

    /// The rest of the body, whatever its length, then a checksum that holds.
    #[cfg(feature = "online")]
    pub(crate) fn all(self) -> Result<&'b [u8], DecodeError> {
        let count = self.bytes.len().saturating_sub(self.at + CHECKSUM);
        self.rest::<1>(count).map(<[[u8; 1]]>::as_flattened)
    }

    /// The rest of the body: `count` values of `N` bytes, then a checksum that holds.
    pub(crate) fn rest<const N: usize>(self, count: usize) -> Result<&'b [[u8; N]], DecodeError> {
        let body = count.checked_mul(N);
        let expected = body.and_then(|body| body.checked_add(self.at + CHECKSUM));
        if expected != Some(self.bytes.len()) {
            let expected = expected.unwrap_or(usize::MAX);
            return Err(DecodeError::Length { expected, found: self.bytes.len() });
        }
        let (content, checksum) = self.bytes.split_at(self.bytes.len() - CHECKSUM);
        let mut stated = [0; CHECKSUM];
        stated.copy_from_slice(checksum);
        let (found, expected) = (u32::from_le_bytes(stated), hash::bytes(content) as u32);
        if found != expected {
            return Err(DecodeError::Checksum { expected, found });
        }
        Ok(content[self.at..].as_chunks().0)
    }
}
