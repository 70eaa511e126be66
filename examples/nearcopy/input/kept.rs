//! What is kept of the documents' contents: in memory, or in temporary files.

use super::spool::Spool;
use std::io;

/// The content of one document, on its way to where it is kept.
#[derive(Debug)]
pub struct Content {
    pub text: String,
    /// The bytes of the line without its end, where the lines were asked for.
    pub line: Vec<u8>,
}

/// One thing of each document, by position in the corpus.
#[derive(Debug)]
pub enum Kept<T> {
    Held(Vec<T>),
    Spooled(Spool),
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self::Held(Vec::new())
    }
}

impl<T> Kept<T> {
    /// In memory, or in a temporary file.
    pub fn new(spool: bool) -> io::Result<Self> {
        if spool { Spool::new().map(Self::Spooled) } else { Ok(Self::default()) }
    }

    pub fn extend(
        &mut self,
        all: impl Iterator<Item = impl Into<T> + AsRef<[u8]>>,
    ) -> io::Result<()> {
        match self {
            Self::Held(held) => held.extend(all.map(Into::into)),
            Self::Spooled(spool) => {
                for one in all {
                    spool.push(one.as_ref())?;
                }
            }
        }
        Ok(())
    }

    /// Before anything is read.
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Held(_) => Ok(()),
            Self::Spooled(spool) => spool.flush(),
        }
    }

    /// What is in memory; nothing if it is not there.
    pub fn held(&self) -> &[T] {
        match self {
            Self::Held(held) => held,
            Self::Spooled(_) => &[],
        }
    }
}
