//! Errors, by who can act on them.
//!
//! * [`ConfigError`]: a setting is outside its range; the programmer or the person at the command
//!   line corrects it.
//! * [`RecipeMismatch`]: two values made with different settings were brought together; make both
//!   with one [`Recipe`](crate::recipe::Recipe).
//! * [`DamagedReport`]: a report that was read back does not hold together; run the batch again.
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
