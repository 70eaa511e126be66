//! What a diff is made of.

use crate::text::Span;

/// One of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// The first document.
    A,
    /// The second document.
    B,
}

impl Side {
    /// The other document.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// One of the two ends of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum End {
    /// Before the first shared passage.
    Head,
    /// Behind the last shared passage.
    Tail,
}

/// How the two sides of a [`Hunk`] are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum HunkKind {
    /// The same words on both sides; case, punctuation and spacing may differ.
    Shared,
    /// Other words stand in the same place; both sides are short.
    Changed,
    /// Words that stand only in a, between shared passages.
    OnlyInA,
    /// Words that stand only in b, between shared passages.
    OnlyInB,
    /// Content of one document before the first or behind the last shared passage that the other
    /// document lacks: there it was cut off.
    CutOff {
        /// Which end of the text is missing.
        end: End,
        /// The document that lacks it.
        missing_in: Side,
    },
    /// Text of one document around the shared passages that is no continuation of them: site
    /// furniture, captions, comments.
    Wrapped {
        /// Where it stands.
        end: End,
        /// The document that holds it.
        only_in: Side,
    },
    /// A passage that stands elsewhere in the other document.
    Moved {
        /// Index of the hunk that holds the other side.
        link: u32,
    },
    /// A passage that stands once more: its counterpart in the other document is matched already.
    Repeated {
        /// Index of the hunk in which the counterpart begins.
        link: u32,
    },
}

/// A stretch of a diff: a byte span of each original and how they are related.
///
/// The spans of consecutive hunks touch, in both documents; the side on which a hunk has nothing is
/// the empty span at the place where it would stand. A token owns the bytes from its boundary to
/// the next: a boundary stands behind the white space that follows the token before, so that
/// punctuation and space stay with the word before them and opening brackets and quotation marks
/// with the word behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Hunk {
    /// How the sides are related.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub kind: HunkKind,
    /// Bytes of a.
    pub a: Span,
    /// Bytes of b.
    pub b: Span,
    /// Tokens of a: words, or characters of scripts that are written without spaces.
    pub words_a: u32,
    /// Tokens of b.
    pub words_b: u32,
    /// Whole lines or sentences without content mass: menus, banners, lists of links.
    pub furniture: bool,
}

impl Hunk {
    /// The document that alone has text here; `None` where both have some.
    #[must_use]
    pub fn only_in(&self) -> Option<Side> {
        match (self.a.is_empty(), self.b.is_empty()) {
            (false, true) => Some(Side::A),
            (true, false) => Some(Side::B),
            _ => None,
        }
    }

    /// The bytes on one side.
    #[must_use]
    pub fn span(&self, side: Side) -> Span {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }

    /// The tokens on one side.
    #[must_use]
    pub fn words(&self, side: Side) -> u32 {
        match side {
            Side::A => self.words_a,
            Side::B => self.words_b,
        }
    }
}
