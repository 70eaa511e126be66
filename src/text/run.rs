//! One document: blocks of ASCII by masks, everything else by the segmenter.
//!
//! Words of ASCII letters and digits between separators, the bulk of most text, are found in the
//! masks of a block. Curly quotes, dashes and other separators of General Punctuation and Latin-1
//! are read among them. From the first other character on, [`segment`] takes over at the beginning
//! of the word it stands in, until an ASCII byte that can be in no token. A word that reaches the
//! end of its block begins the next block.

use super::block::{Lower, Masks, PAD, SIZE, classify};
use super::property::{Kind, Record, effect};
use super::segment::{Buffers, Gap, segment};
use super::tokens::{ROOM, Writer};
use super::{Marks, Span, Tokens, short};

/// Effects of the ASCII separators.
const EFFECTS: [u8; 128] = {
    let mut effects = [effect::SOLID; 128];
    let mut i = 0;
    while i < 128 {
        effects[i] = match i as u8 {
            b'\t' | b' ' => 0,
            b'\n' => effect::LINE | effect::LF,
            b'\r' => effect::LINE | effect::CR,
            0x0B | 0x0C => effect::LINE,
            b'.' | b'!' | b'?' => effect::SOLID | Marks::SENTENCE_END.0,
            b',' | b';' | b':' => effect::SOLID | Marks::CLAUSE_END.0,
            _ => effect::SOLID,
        };
        i += 1;
    }
    effects
};

/// Marks of a word by its first byte.
const FIRST_MARKS: [Marks; 256] = {
    let mut marks = [Marks(0); 256];
    let mut i = 0;
    while i < 256 {
        if (i as u8).is_ascii_uppercase() {
            marks[i] = Marks::CAPITAL;
        } else if (i as u8).is_ascii_digit() {
            marks[i] = Marks::NUMBER;
        }
        i += 1;
    }
    marks
};

/// One document under way.
#[derive(Debug)]
pub(super) struct Run<'a> {
    out: Writer<'a>,
    gap: Gap,
    buffers: Buffers,
}

/// Where words and separators stand in a block.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// Bytes of words.
    word: u64,
    /// Bytes of words that hold U+2019 as an apostrophe.
    curly: u64,
    /// First bytes of separators other than U+0020.
    separator: u64,
    /// Bytes to advance.
    advance: usize,
    /// Whether the segmenter goes on from there.
    handover: bool,
}

#[inline]
fn below(bit: usize) -> u64 {
    if bit >= 64 { u64::MAX } else { (1 << bit) - 1 }
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

impl<'a> Run<'a> {
    pub(super) fn new(out: &'a mut Tokens, truncated: bool) -> Self {
        let out = Writer::new(out, truncated);
        Self { out, gap: Gap::START, buffers: Buffers::default() }
    }

    /// Takes the next part of the document, which begins at offset `base`; its end ends a token.
    pub(super) fn text(&mut self, text: &str, base: usize) {
        let bytes = text.as_bytes();
        let mut lower: Lower = [0; PAD + SIZE + PAD];
        let mut at = 0;
        while at < bytes.len() {
            let tail: [u8; SIZE];
            let rest = &bytes[at..];
            let (block, len) = match rest.first_chunk::<SIZE>() {
                Some(block) => (block, SIZE),
                None => {
                    let mut copy = [0; SIZE];
                    copy[..rest.len()].copy_from_slice(rest);
                    tail = copy;
                    (&tail, rest.len())
                }
            };
            let masks = classify(block, &mut lower);
            let layout = layout(block, len, &masks);
            self.block(block, layout, &lower, base + at);
            at += layout.advance;
            if layout.handover {
                at = segment(text, at, true, base, &mut self.buffers, &mut self.gap, &mut self.out);
            }
        }
    }

    /// Takes bytes that are not UTF-8.
    pub(super) fn invalid(&mut self, at: usize, end: usize) {
        let marks = self.gap.separator(Record::SYMBOL.effects(), at, end, self.out.len());
        self.out.mark_last(marks);
    }

    pub(super) fn finish(mut self) {
        self.out.mark_last(Marks::LINE_END | Marks::PARAGRAPH_END);
        self.out.finish();
    }

    /// Pushes the words of a block that begin and end at the given bits.
    #[inline]
    fn words(
        &mut self,
        block: &[u8; SIZE],
        mut starts: u64,
        mut ends: u64,
        curly: u64,
        lower: &Lower,
        base: usize,
    ) {
        let Some((hashes, spans, marks)) = self.out.room() else { return };
        let mut count = 0;
        while starts != 0 {
            let start = starts.trailing_zeros() as usize;
            let end = ends.trailing_zeros() as usize;
            starts &= starts - 1;
            ends &= ends.wrapping_sub(1);
            let len = end - start;
            let hash = if len > 16 || curly >> start & 1 != 0 {
                uncommon(&lower[PAD + start..PAD + end])
            } else {
                short::hash(load(lower, PAD + start), load(lower, PAD + end - 8), len)
            };
            hashes[count % ROOM] = hash;
            spans[count % ROOM] = Span { start: (base + start) as u32, end: (base + end) as u32 };
            marks[count % ROOM] = FIRST_MARKS[block[start & 63] as usize];
            count += 1;
        }
        self.out.advance(count);
    }

    /// Pushes the words of a block and marks them by its separators.
    #[inline]
    fn block(&mut self, block: &[u8; SIZE], layout: Layout, lower: &Lower, base: usize) {
        let before = self.out.len();
        let word = layout.word;
        let starts = word & !(word << 1);
        self.words(block, starts, !word & word << 1, layout.curly, lower, base);
        let mut separators = layout.separator;
        while separators != 0 {
            let at = separators.trailing_zeros() as usize;
            separators &= separators - 1;
            let byte = block[at & 63];
            let effects = match EFFECTS.get(byte as usize) {
                Some(&effects) => effects,
                None => Record::of(decode(&block[at & 63..])).effects(),
            };
            let tokens = before + (starts & below(at)).count_ones() as usize;
            let marks = self.gap.separator(effects, base + at, base + at + 1, tokens);
            self.out.mark(tokens, marks);
        }
    }
}

#[inline]
fn load(lower: &Lower, at: usize) -> u64 {
    u64::from_le_bytes(lower[at..at + 8].try_into().unwrap_or_default())
}

/// Hash of a word that is long or has curly apostrophes.
#[inline(never)]
fn uncommon(word: &[u8]) -> u64 {
    if word.is_ascii() {
        return crate::hash::bytes(word);
    }
    let mut copy = [0; SIZE];
    let mut len = 0;
    for &byte in word {
        match byte {
            // The three bytes of U+2019.
            0xE2 => copy[len] = b'\'',
            0x80.. => continue,
            _ => copy[len] = byte,
        }
        len += 1;
    }
    crate::hash::bytes(&copy[..len])
}

/// Finds the words of a block of which `len` bytes are text. The block begins outside any word.
#[inline]
fn layout(block: &[u8; SIZE], len: usize, masks: &Masks) -> Layout {
    let &Masks { mut word, space, high } = masks;
    let letter_at = |at: usize| block.get(at).is_some_and(u8::is_ascii_alphabetic);
    let digit_at = |at: usize| block.get(at).is_some_and(u8::is_ascii_digit);
    // Joiners, which may join to the next block: then the word is read again with it.
    let mut between = !(word | space | high) & word << 1 & (word >> 1 | 1 << 63);
    while between != 0 {
        let at = between.trailing_zeros() as usize;
        between &= between - 1;
        let joins = match block[at & 63] {
            b'\'' => letter_at(at - 1) && (at == 63 || letter_at(at + 1)),
            b'.' | b',' => digit_at(at - 1) && (at == 63 || digit_at(at + 1)),
            _ => false,
        };
        word |= u64::from(joins) << at;
    }
    let (mut curly, mut slow, mut inner) = (0, 0, 0);
    if high != 0 {
        let found = punctuation(block, high);
        (curly, slow, inner) = (found.curly, found.slow, found.inner);
        word |= curly | found.cut;
    }
    if slow != 0 {
        // What a joiner beside it does is for the segmenter to say.
        let first = slow.trailing_zeros() as usize;
        let joiner = first.checked_sub(1).filter(|&at| matches!(block[at], b'\'' | b'.' | b','));
        slow |= joiner.map_or(0, |at| 1 << at);
        word |= slow;
    }
    let full = len == SIZE && word >> 63 != 0;
    let (limit, handover) = if slow != 0 {
        // The beginning of the first word that has such a character.
        (last_outside(word, slow.trailing_zeros() as usize), true)
    } else if full {
        let limit = last_outside(word, SIZE);
        (limit, limit == 0)
    } else {
        (len, false)
    };
    let kept = below(limit);
    word &= kept;
    // A curly apostrophe marks its whole word.
    let mut odd = 0;
    let mut rest = curly & kept;
    while rest != 0 {
        let at = rest.trailing_zeros() as usize;
        let start = last_outside(word, at);
        odd |= 1 << start;
        rest &= rest - 1;
    }
    Layout { word, curly: odd, separator: !(word | space | inner) & kept, advance: limit, handover }
}

/// One more than the highest place below `at` that is not in a word; 0 if there is none.
#[inline]
fn last_outside(word: u64, at: usize) -> usize {
    64 - (!word & below(at)).leading_zeros() as usize
}

/// What the bytes of a block that are not ASCII are.
#[derive(Debug, Default)]
struct Punctuation {
    /// U+2019 between letters.
    curly: u64,
    /// Separators, but for their first bytes.
    inner: u64,
    /// The beginning of a character that ends in the next block.
    cut: u64,
    /// The first byte of anything else, and all behind it.
    slow: u64,
}

/// Reads the characters of a block that are not ASCII, up to the first that is neither a separator
/// of Latin-1 or of the blocks U+2000..U+2FFF nor a curly apostrophe.
#[inline(never)]
fn punctuation(block: &[u8; SIZE], high: u64) -> Punctuation {
    let letter_at = |at: usize| block.get(at).is_some_and(u8::is_ascii_alphabetic);
    let mut found = Punctuation::default();
    let mut rest = high;
    while rest != 0 {
        let at = rest.trailing_zeros() as usize;
        let (size, lead) = match block[at & 63] {
            0xC2 => (2, true),
            0xE2 => (3, true),
            _ => (0, false),
        };
        if !lead {
            found.slow = rest;
            break;
        }
        let bytes = below(size) << at;
        rest &= !bytes;
        if at + size > SIZE {
            // To be read again with the next block.
            found.cut = bytes;
            break;
        }
        let c = decode(&block[at & 63..]);
        match Record::of(c).kind() {
            Kind::Separator => found.inner |= bytes & bytes << 1,
            Kind::Apostrophe if at == 0 || !letter_at(at - 1) => found.inner |= bytes & bytes << 1,
            Kind::Apostrophe if c == 0x2019 && letter_at(at + size) => {
                found.curly |= bytes;
            }
            _ => {
                found.slow = rest | bytes;
                break;
            }
        }
    }
    found
}
