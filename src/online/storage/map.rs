//! Files as memory.
//!
//! A mapped file is read as a slice, whose bytes must not change while it lives. Two rules of the
//! store see to that: a file is mapped only once it is complete, and is never written again; and
//! the lock of the directory keeps every other writer out. A program that overwrites the files of
//! an index from outside breaks the first rule: answers may then be wrong or refused as damaged. One
//! that *shortens* them makes the operating system end the process with a bus error (Unix) at the
//! next read of the missing part. Deleting them is harmless while they are mapped.
#![allow(unsafe_code, reason = "the system cannot promise that a mapped file stands still")]

use std::fs::File;
use std::io;

/// A whole file as a slice.
#[derive(Debug)]
pub(super) struct Map(memmap2::Mmap);

impl Map {
    pub(super) fn new(file: &File) -> io::Result<Self> {
        // SAFETY: the store maps only files it has finished and never writes again, and holds the
        // directory's lock against other writers; see the module's text for programs that do not ask.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
