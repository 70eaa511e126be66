//! The characters beyond ASCII of a block: letters that stay in their words, and separators.

use super::MARK_LIMIT;
use super::property::{Kind, Record, effect, form};
use crate::kernel::classify::{Lower, PAD};

/// What the bytes of a block that are not ASCII are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct High {
    /// Letters and their marks, hashed as they stand in the lower-case copy but for the odd ones.
    pub(super) letters: u64,
    /// U+2019 between letters.
    pub(super) curly: u64,
    /// White space, and separators but for their first bytes.
    pub(super) blank: u64,
    /// The first bytes of U+2019 between letters, and of marks that may compose or change places.
    pub(super) odd: u64,
    /// The first bytes of upper-case letters.
    pub(super) capital: u64,
    /// The first bytes of separators that end a sentence or a clause.
    pub(super) ends: u64,
    /// The first byte of the first character of another kind; nothing was read from there on.
    pub(super) slow: u64,
}

/// Reads the blocks of a chunk, one after the other.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Of the next block, what the last character of the block before reaches into.
    spilled: High,
    /// Offset behind the last letter or mark, its combining class, and how many marks there are.
    end: usize,
    class: u8,
    marks: usize,
}

/// Two or three bytes of UTF-8 as a code point.
#[inline]
fn decode(bytes: &[u8]) -> u32 {
    match *bytes {
        [a, b, ..] if a < 0xE0 => u32::from(a & 0x1F) << 6 | u32::from(b & 0x3F),
        [a, b, c, ..] => u32::from(a & 0x0F) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F),
        _ => 0xFFFD,
    }
}

/// Effects of the separator of two or three bytes at `at`.
pub(super) fn effects(text: &[u8], at: usize) -> u8 {
    Record::of(decode(&text[at..])).effects()
}

/// Whether an apostrophe before `rest` joins to it, `None` where that is not easy to say.
fn joins(rest: &[u8]) -> Option<bool> {
    match rest.first() {
        None => Some(false),
        Some(byte) if byte.is_ascii() => Some(byte.is_ascii_alphabetic()),
        Some(0xF0..) => None,
        Some(_) => match Record::of(decode(rest)).kind() {
            Kind::Letter => Some(true),
            Kind::Separator => Some(false),
            _ => None,
        },
    }
}

impl Reader {
    /// Reads the characters of the block at `first` whose bytes are `high`, up to the first of another
    /// kind. `letters` are the ASCII letters of the block, `letter_before` is 1 if a letter stands in
    /// front of it. Letters with a lower case of the same length get it in `lower`.
    #[inline(never)]
    pub(super) fn read(
        &mut self,
        text: &[u8],
        first: usize,
        high: u64,
        (letters, letter_before): (u64, u64),
        lower: &mut Lower,
    ) -> High {
        let mut out = std::mem::take(&mut self.spilled);
        let mut rest = high & !(out.letters | out.curly | out.blank);
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            let offset = first + at;
            let lead = text[offset];
            let size = if lead < 0xE0 { 2 } else { 3 };
            let c = if lead < 0xF0 { decode(&text[offset..]) } else { 0 };
            let bytes = ((1u128 << size) - 1) << at;
            let (here, next) = (bytes as u64, (bytes >> 64) as u64);
            let record = Record::of(c);
            let is_behind_letter =
                |out: &High| ((letters | out.letters) << 1 | letter_before) >> at & 1 != 0;
            let is_letter = match record.kind() {
                _ if lead >= 0xF0 => None,
                Kind::Letter => self.letter(record, c, offset, size, lower),
                Kind::Mark if is_behind_letter(&out) => {
                    let is_mark = self.mark(record, offset, size);
                    out.odd |= u64::from(is_mark == Some(false)) << at;
                    is_mark.map(|_| true)
                }
                Kind::Separator if record.effects() & effect::LINE == 0 => Some(false),
                Kind::Apostrophe => {
                    if !is_behind_letter(&out) {
                        Some(false)
                    } else if c == 0x2019 {
                        let joins = joins(&text[offset + size..]);
                        if joins == Some(true) {
                            out.curly |= here;
                            self.spilled.curly |= next;
                            out.odd |= 1 << at;
                            rest &= !here;
                            continue;
                        }
                        joins
                    } else {
                        None
                    }
                }
                _ => None,
            };
            match is_letter {
                None => {
                    out.slow = 1 << at;
                    break;
                }
                Some(true) => {
                    out.letters |= here;
                    self.spilled.letters |= next;
                    out.capital |= u64::from(record.is_capital()) << at;
                }
                Some(false) => {
                    let keeps_first = record.effects() & effect::SOLID != 0;
                    out.blank |= here & !(u64::from(keeps_first) << at);
                    self.spilled.blank |= next;
                    out.ends |= u64::from(record.effects() & 15 != 0) << at;
                }
            }
            rest &= !here;
        }
        out
    }

    /// Whether the word goes on as if the letter were its normal form.
    #[inline]
    fn letter(
        &mut self,
        record: Record,
        c: u32,
        at: usize,
        size: usize,
        lower: &mut Lower,
    ) -> Option<bool> {
        if !record.is_plain_letter() {
            if !record.is_mapped()
                || record.composes_with_previous()
                || record.combining_class() != 0
            {
                return None;
            }
            let form = form(c);
            if form.len() != size {
                return None;
            }
            lower.get_mut(PAD + at..PAD + at + size)?.copy_from_slice(form);
        }
        (self.end, self.class, self.marks) = (at + size, 0, 0);
        Some(true)
    }

    /// Whether a mark in a word stays as it is, neither to be composed nor to be put in order. `None` if
    /// there are too many.
    #[inline]
    fn mark(&mut self, record: Record, at: usize, size: usize) -> Option<bool> {
        let (before, marks) = if self.end == at { (self.class, self.marks) } else { (0, 0) };
        if marks == MARK_LIMIT || record.is_mapped() {
            return None;
        }
        let class = record.combining_class();
        (self.end, self.class, self.marks) = (at + size, class, marks + 1);
        Some(!record.composes_with_previous() && (class == 0 || before == 0))
    }
}
