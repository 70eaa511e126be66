//! Where an index keeps its bytes: named files, and the few operations on them that it needs.
//!
//! [`Directory`] keeps them in a directory of the file system, [`Memory`] in memory. Other places
//! (an encrypted volume, a store that injects faults for a test) implement [`Storage`].
//!
//! What the index relies on:
//!
//! * bytes appended to a file are durable once [`Append::sync`] returned, if the file's name is:
//!   names made, changed and removed are durable once [`Storage::sync_names`] returned;
//! * [`Storage::rename`] replaces its target at once or not at all;
//! * bytes that were not synced may be lost in a crash in any pattern, page by page; the index finds
//!   out by checksums;
//! * names are short ASCII words without separators.

mod directory;
mod map;
mod memory;

pub use directory::Directory;
pub use memory::Memory;

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

/// Named files; see the [module](self).
pub trait Storage: fmt::Debug + Send + Sync {
    /// Where the files are, for error texts.
    fn place(&self) -> String;

    /// Takes the only lock; it is free again when the value is dropped.
    ///
    /// # Errors
    /// Of kind `WouldBlock` if another has it.
    fn lock(&self) -> io::Result<Box<dyn Lock>>;

    /// Names of all files, in any order.
    ///
    /// # Errors
    /// If they cannot be listed.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes an empty file to append to, in the place of an older one of that name.
    ///
    /// # Errors
    /// If it cannot be made.
    fn create(&self, name: &str) -> io::Result<Box<dyn Append>>;

    /// Copies the bytes of a file that may still grow.
    ///
    /// # Errors
    /// Of kind `NotFound` if there is none, or if it cannot be read.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// The bytes of a file that will never be written again.
    ///
    /// # Errors
    /// Of kind `NotFound` if there is none, or if it cannot be read.
    fn map(&self, name: &str) -> io::Result<Bytes>;

    /// Gives a file another name; a file that had this name is replaced.
    ///
    /// # Errors
    /// If it cannot be renamed; then both names stand for what they did.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Bytes already mapped stay readable.
    ///
    /// # Errors
    /// If it cannot be removed.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes names durable: all that were made, changed and removed before the call.
    ///
    /// # Errors
    /// If the system cannot promise it.
    fn sync_names(&self) -> io::Result<()>;
}

/// A file that grows at its end.
pub trait Append: fmt::Debug + Send + Sync {
    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    /// If not all could be written; the file may then end with any part of them.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the bytes appended before the call durable. Others may append meanwhile.
    ///
    /// # Errors
    /// If the system cannot promise it.
    fn sync(&self) -> io::Result<()>;
}

/// A lock that is held until it is dropped.
pub trait Lock: fmt::Debug + Send + Sync {}

/// Bytes of a file that does not change: mapped, or in memory.
#[derive(Debug, Clone)]
pub struct Bytes(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Mapped(Arc<map::Map>),
    Held(Arc<Vec<u8>>),
}

impl Bytes {
    fn mapped(map: map::Map) -> Self {
        Self(Kind::Mapped(Arc::new(map)))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Held(Arc::new(bytes)))
    }
}

impl From<Arc<Vec<u8>>> for Bytes {
    fn from(bytes: Arc<Vec<u8>>) -> Self {
        Self(Kind::Held(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Kind::Mapped(map) => map.bytes(),
            Kind::Held(bytes) => bytes,
        }
    }
}
