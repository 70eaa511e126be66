//! A diff to text that people read.
//!
//! Nothing here reads the environment: width and colours are the caller's choice. Whatever the
//! documents hold, no control character of theirs reaches the output.

mod inline;
mod layout;
mod unified;
mod visible;

pub use inline::Inline;
pub use unified::Unified;
pub(super) use visible::{Visible, visible};

/// How a diff is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Style {
    ansi: bool,
    width: u16,
    context: Option<u32>,
}

impl Style {
    /// Changes marked by `[-removed-]` and `{+added+}`; lines of 80 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { ansi: false, width: 80, context: Some(16) }
    }

    /// Changes marked by colour (ANSI escape codes): removed red, added green, moved and repeated
    /// cyan, furniture dim; lines of 80 columns.
    #[must_use]
    pub fn ansi() -> Self {
        Self { ansi: true, ..Self::plain() }
    }

    /// Lines of `columns`; fewer than 20 count as 20.
    #[must_use]
    pub fn width(self, columns: u16) -> Self {
        Self { width: columns.max(20), ..self }
    }

    /// Words shown at each end of a passage whose middle is left out (16).
    #[must_use]
    pub fn context(self, words: u32) -> Self {
        Self { context: Some(words), ..self }
    }

    /// Leaves nothing out.
    #[must_use]
    pub fn full(self) -> Self {
        Self { context: None, ..self }
    }
}
