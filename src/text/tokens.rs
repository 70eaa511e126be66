//! The token buffer: parallel arrays of hashes, spans and marks.

use std::ops::{BitOr, Range};

/// A byte range `start..end` of the caller's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// The span as a range to slice with.
    #[inline]
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// How a script is cut into tokens, and so how many tokens a shingle takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Words parted by spaces or punctuation: one token a word.
    Words,
    /// Han, Hiragana, Katakana, Bopomofo, Yi: one token a character.
    Han,
    /// Thai, Lao, Khmer, Myanmar and kin: one token a character with its marks.
    SoutheastAsian,
    /// A letter or digit of a word, where words are cut into letters.
    Letter,
}

impl Script {
    /// The marks that a token of this script carries.
    #[inline]
    #[must_use]
    pub const fn marks(self) -> Marks {
        match self {
            Self::Words => Marks(0),
            Self::Han => Marks(1 << 4),
            Self::SoutheastAsian => Marks(1 << 5),
            Self::Letter => Marks(3 << 4),
        }
    }
}

/// What stands in and behind a token: one byte of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Marks(pub(crate) u8);

impl Marks {
    /// Sentence punctuation (`.`, `!`, `?`, `…`, `。` and their kin) stands between this token and the next.
    pub const SENTENCE_END: Self = Self(1);
    /// A line break, or the end of the text, stands between this token and the next.
    pub const LINE_END: Self = Self(1 << 1);
    /// A blank line, a paragraph separator or the end of the text stands between this token and the next.
    pub const PARAGRAPH_END: Self = Self(1 << 2);
    /// Comma, semicolon, colon or one of their kin stands between this token and the next.
    pub const CLAUSE_END: Self = Self(1 << 3);
    /// The first character is upper or title case in the original text.
    pub const CAPITAL: Self = Self(1 << 6);
    /// The token begins with a decimal digit.
    pub const NUMBER: Self = Self(1 << 7);

    /// Whether any of `other`'s flags is set here.
    #[inline]
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The script of the token.
    #[inline]
    #[must_use]
    pub const fn script(self) -> Script {
        match (self.0 >> 4) & 3 {
            0 => Script::Words,
            1 => Script::Han,
            2 => Script::SoutheastAsian,
            _ => Script::Letter,
        }
    }

    /// The flags as a byte.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl BitOr for Marks {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The tokens of one document, in text order, as parallel arrays: 17 bytes a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    hashes: Vec<u64>,
    spans: Vec<Span>,
    marks: Vec<Marks>,
    truncated: bool,
    letters: bool,
}

impl Tokens {
    /// Number of tokens.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is no token.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The token hashes: XXH3-64 of the normalised UTF-8 of each token.
    #[inline]
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The byte spans in the original text, increasing and disjoint.
    #[inline]
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The marks.
    #[inline]
    #[must_use]
    pub fn marks(&self) -> &[Marks] {
        &self.marks
    }

    /// Whether the text was longer than `u32::MAX` bytes, so that its end has no tokens.
    #[inline]
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether words are cut into letters, so that shingles are counted in letters.
    #[inline]
    #[must_use]
    pub fn is_letters(&self) -> bool {
        self.letters
    }

    /// The byte span from the first to the last token of `tokens` (empty at 0 for an empty range).
    ///
    /// # Panics
    /// If `tokens` is out of bounds.
    #[must_use]
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        if tokens.is_empty() {
            return Span::default();
        }
        Span { start: self.spans[tokens.start].start, end: self.spans[tokens.end - 1].end }
    }

    /// An empty buffer for the letters of `words`.
    pub(super) fn letters_of(words: &Self) -> Self {
        let room = words.len() * 6;
        Self {
            hashes: Vec::with_capacity(room),
            spans: Vec::with_capacity(room),
            marks: Vec::with_capacity(room),
            truncated: words.truncated,
            letters: true,
        }
    }

    pub(super) fn push(&mut self, hash: u64, span: Span, marks: Marks) {
        self.hashes.push(hash);
        self.spans.push(span);
        self.marks.push(marks);
    }

    /// Appends tokens; returns their hashes.
    pub(super) fn extend(
        &mut self,
        hashes: &[u64],
        spans: impl Iterator<Item = Span>,
        marks: impl Iterator<Item = Marks>,
    ) -> &mut [u64] {
        let len = self.len();
        self.hashes.extend_from_slice(hashes);
        self.spans.extend(spans);
        self.marks.extend(marks);
        &mut self.hashes[len..]
    }

    /// Marks the last token too, if any.
    #[inline]
    pub(super) fn mark_last(&mut self, marks: Marks) {
        if let Some(last) = self.marks.last_mut() {
            last.0 |= marks.0;
        }
    }

    pub(super) fn set_truncated(&mut self, truncated: bool) {
        self.truncated = truncated;
    }

    /// Marks the token at `at` too.
    pub(super) fn mark(&mut self, at: usize, marks: Marks) {
        if let Some(mark) = self.marks.get_mut(at) {
            *mark = *mark | marks;
        }
    }

    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.hashes.clear();
        self.spans.clear();
        self.marks.clear();
        self.truncated = false;
        self.letters = false;
    }
}
