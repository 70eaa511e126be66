//! Names of the files, and errors that name them.

use crate::error::IndexError;
use std::fmt::Display;
use std::io;

pub(super) const MANIFEST: &str = "manifest";
pub(super) const MANIFEST_NEW: &str = "manifest.new";

/// What a numbered file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Log,
    Index,
    Docs,
}

impl Role {
    const ALL: [Self; 3] = [Self::Log, Self::Index, Self::Docs];

    fn suffix(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Index => "index",
            Self::Docs => "docs",
        }
    }

    pub(super) fn name(self, number: u64) -> String {
        format!("{number:08}.{}", self.suffix())
    }

    /// Role and number of the file of this name, if it is one of ours.
    pub(super) fn of(name: &str) -> Option<(Self, u64)> {
        let (stem, suffix) = name.split_once('.')?;
        let role = Self::ALL.into_iter().find(|r| r.suffix() == suffix)?;
        let number = stem.parse().ok()?;
        (role.name(number) == name).then_some((role, number))
    }
}

pub(super) fn io_error(
    path: &str,
    action: &'static str,
) -> impl FnOnce(io::Error) -> IndexError + use<> {
    let path = path.to_owned();
    move |source| IndexError::Io { path, action, source }
}

pub(super) fn corrupt(file: &str, offset: u64, expected: &str, found: &dyn Display) -> IndexError {
    let (file, expected, found) = (file.to_owned(), expected.to_owned(), found.to_string());
    IndexError::Corrupt { file, offset, expected, found }
}
