//! Errors, by who can act on them.
//!
//! * [`ConfigError`]: a setting is outside its range; the programmer or the person at the command
//!   line corrects it.
//! * [`RecipeMismatch`]: two values made with different settings were brought together; make both
//!   with one [`Recipe`](crate::recipe::Recipe).
//! * [`DamagedReport`]: a report that was read back does not hold together; run the batch again.
//! * `IndexError` (feature `online`): what files, disks and other processes did to an index.
//!
//! Bad *documents* are never errors of the library: empty, tiny, huge or garbled texts have a
//! stated outcome, and what was capped or skipped is counted in the answer.

use std::fmt;

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {found}, expected {expected}")]
pub struct ConfigError {
    setting: &'static str,
    found: String,
    expected: &'static str,
}

impl ConfigError {
    pub(crate) fn new(
        setting: &'static str,
        found: impl fmt::Display,
        expected: &'static str,
    ) -> Self {
        Self { setting, found: found.to_string(), expected }
    }

    /// Name of the setting.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

/// Two values were made with settings that differ, so that comparing them would mean nothing.
///
/// `field` is the first setting that differs; `left` and `right` are its two values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "recipes differ in {field}: {left} on the left, {right} on the right; make both with the same recipe"
)]
pub struct RecipeMismatch {
    /// The first setting that differs.
    pub field: &'static str,
    /// Its value on the left side.
    pub left: String,
    /// Its value on the right side.
    pub right: String,
}

impl RecipeMismatch {
    pub(crate) fn new(
        field: &'static str,
        left: impl fmt::Display,
        right: impl fmt::Display,
    ) -> Self {
        Self { field, left: left.to_string(), right: right.to_string() }
    }
}

/// A [`Report`](crate::dedup::Report) that was read back does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the report is damaged: {field}{} is {found}, expected {expected}; run the batch again",
    .at.map_or_else(String::new, |at| format!("[{at}]"))
)]
pub struct DamagedReport {
    /// The field that is wrong.
    pub field: &'static str,
    /// The place in it, counted from 0, where the field is a list.
    pub at: Option<usize>,
    /// What stands there.
    pub found: String,
    /// What may stand there.
    pub expected: String,
}

/// Why an operation of an index that lives in files failed.
///
/// Whatever is damaged, cut off or unfit is named here; it never leads to an answer. After
/// [`Io`](Self::Io) of a write the index takes no more operations ([`Stopped`](Self::Stopped))
/// until it is opened again, which finds everything that had been synced; queries go on.
#[cfg(feature = "online")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The storage failed.
    #[error("{action} {path}: {source}")]
    Io {
        /// Name of the file, or of the directory.
        path: String,
        /// What was being done.
        action: &'static str,
        /// What the storage said.
        source: std::io::Error,
    },
    /// A file does not hold what was written to it.
    #[error(
        "{file} is damaged at byte {offset}: expected {expected}, found {found}; restore it from a copy or build the index again"
    )]
    Corrupt {
        /// Name of the file.
        file: String,
        /// Where, in bytes from its beginning.
        offset: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file was written in a format that this version does not read.
    #[error(
        "{file} has format version {found}, expected {expected}; open it with the version of nearcopy that wrote it"
    )]
    Version {
        /// Name of the file.
        file: String,
        /// The version that can be read.
        expected: u32,
        /// The version found.
        found: u32,
    },
    /// The index was made with other settings.
    #[error("{0}")]
    Recipe(#[from] RecipeMismatch),
    /// Another process, or another handle of this one, has the index open for writing.
    #[error("{path} is in use by another writer; close that one, or open read-only")]
    Locked {
        /// The directory.
        path: String,
    },
    /// The index was opened for reading only.
    #[error("the index is open for reading only; open it for writing to change it")]
    ReadOnly,
    /// There is no index to read.
    #[error("{path} holds no index; open it for writing once to make one")]
    Missing {
        /// The directory.
        path: String,
    },
    /// A limit of the format is reached.
    #[error("the index holds at most {limit} {what}; split it, or compact it")]
    Full {
        /// What there is too much of.
        what: &'static str,
        /// How many there can be.
        limit: u64,
    },
    /// A part of a document is longer than the format allows.
    #[error("{what} of {found} bytes, expected at most {limit}; shorten it")]
    TooLong {
        /// Which part.
        what: &'static str,
        /// The most bytes it may have.
        limit: usize,
        /// The bytes it has.
        found: usize,
    },
    /// A live document has this key already.
    #[error("document {doc} has the key {key} already; remove it first, or use another key")]
    KeyExists {
        /// The key, with bytes that are no ASCII text escaped.
        key: String,
        /// Number of the document that has it.
        doc: u32,
    },
    /// No live document has this number.
    #[error("document {doc} is not in the index: it was removed, or is not below {end}")]
    Unknown {
        /// The number asked for.
        doc: u32,
        /// Documents were numbered up to, and without, this.
        end: u32,
    },
    /// An earlier operation failed, so that what follows it could not be made durable.
    #[error("writing stopped after a failure ({reason}); open the index again to go on")]
    Stopped {
        /// The failure.
        reason: String,
    },
    /// A setting is outside its range.
    #[error("{0}")]
    Config(#[from] ConfigError),
}
