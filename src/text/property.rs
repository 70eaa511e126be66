//! What the tokenizer knows of a character: one lookup in the frozen tables.

use super::tables::{FORMS, FORMS_AT, FORMS_BLOCK, KINDS, KINDS_BLOCK, LIMIT, RECORDS};

/// The part a character takes in tokens. The order is that of `generate_tables.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Never in a token.
    Separator,
    /// A letter of a script written with spaces.
    Letter,
    /// A decimal digit.
    Digit,
    /// Another number: Roman, circled, fraction.
    Number,
    /// A character that is a token by itself.
    Han,
    /// A base character that is a token with its marks.
    Southeast,
    /// A combining mark.
    Mark,
    /// Dropped wherever it stands.
    Ignored,
    /// Joins two letters.
    Apostrophe,
    /// Joins two digits.
    MidNumber,
    /// Stands for the characters of its normal form, one after the other.
    Sequence,
    /// A token by itself whatever stands beside it: its normal form would be several.
    Isolated,
}

const KINDS_BY_NUMBER: [Kind; 16] = [
    Kind::Separator,
    Kind::Letter,
    Kind::Digit,
    Kind::Number,
    Kind::Han,
    Kind::Southeast,
    Kind::Mark,
    Kind::Ignored,
    Kind::Apostrophe,
    Kind::MidNumber,
    Kind::Sequence,
    Kind::Isolated,
    Kind::Separator,
    Kind::Separator,
    Kind::Separator,
    Kind::Separator,
];

/// Effects of a separator. The four low bits are those of [`Marks`](super::Marks).
pub(super) mod effect {
    /// A line break.
    pub(in crate::text) const LINE: u8 = 1 << 1;
    /// Not white space: a blank line cannot hold it.
    pub(in crate::text) const SOLID: u8 = 1 << 4;
    /// Line feed.
    pub(in crate::text) const LF: u8 = 1 << 5;
    /// Carriage return.
    pub(in crate::text) const CR: u8 = 1 << 6;
}

/// Properties of a character, packed as `generate_tables.py` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record(u32);

impl Record {
    /// Of an unassigned character, a symbol, U+FFFD, or bytes that are not UTF-8.
    pub(super) const SYMBOL: Self = Self((effect::SOLID as u32) << 16);
    const IGNORED: Self = Self(Kind::Ignored as u32);

    /// Record of a character.
    #[inline]
    pub(super) fn of(c: u32) -> Self {
        if c < LIMIT {
            let block = KINDS_BLOCK[(c >> 6) as usize] as usize;
            Self(RECORDS[KINDS[block << 6 | (c & 63) as usize] as usize])
        } else if c >> 12 == 0xE0 {
            Self::IGNORED
        } else {
            Self::SYMBOL
        }
    }

    #[inline]
    pub(super) fn kind(self) -> Kind {
        KINDS_BY_NUMBER[(self.0 & 15) as usize]
    }

    /// A letter that is its own normal form, whatever stands before it.
    #[inline]
    pub(super) fn is_plain_letter(self) -> bool {
        const IGNORED: u32 = 1 << 4 | 1 << 6;
        self.0 & !IGNORED == Kind::Letter as u32
    }

    /// Upper or title case, before normalisation.
    #[inline]
    pub(super) fn is_capital(self) -> bool {
        self.0 & 1 << 4 != 0
    }

    /// Whether the normal form is another than the character.
    #[inline]
    pub(super) fn is_mapped(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// Whether a character behind the normal form may compose with it.
    #[inline]
    pub(super) fn composes_with_next(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    /// Whether the normal form may compose with a character before it (`NFC_QC=Maybe`).
    #[inline]
    pub(super) fn composes_with_previous(self) -> bool {
        self.0 & 1 << 7 != 0
    }

    /// Canonical combining class of the normal form.
    #[inline]
    pub(super) fn combining_class(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Bits of [`effect`].
    #[inline]
    pub(super) fn effects(self) -> u8 {
        (self.0 >> 16) as u8
    }
}

/// The `NFKC_Casefold` form of a character whose record says that it is mapped; else empty.
pub(super) fn form(c: u32) -> &'static [u8] {
    if c >= LIMIT {
        return &[];
    }
    let block = FORMS_BLOCK[(c >> 6) as usize] as usize;
    let at = FORMS_AT[block << 6 | (c & 63) as usize] as usize;
    &FORMS[at + 1..at + 1 + FORMS[at] as usize]
}
