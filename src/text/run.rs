//! One document: words that are their own lower case by masks, everything else by the segmenter.
//!
//! A chunk of the text is classified at once. Words of ASCII letters and digits, the bulk of most text,
//! are found in the masks; [`high`](super::high) adds the letters beyond ASCII whose normal form is as
//! long as they are, with their marks, and reads curly quotes, dashes and other separators. From the
//! first other character on, [`segment`] takes over at the beginning of the word it stands in, until an
//! ASCII byte that can be in no token. A word that reaches the end of its chunk begins the next one.
//!
//! The words are hashed a chunk at a time, and marked by what stands right behind them. Marks of
//! everything else are gathered meanwhile.

use super::compose::Composer;
use super::high::{self, High, Reader};
use super::property::{Record, effect};
use super::segment::{Buffers, Gap, segment};
use super::{Marks, Span, Tokens};
use crate::kernel::classify::{BLOCKS, CHUNK, Lower, Masks, PAD, SIZE, classify};
use crate::kernel::words::{Edges, SHORT, Source, Values, WORDS, Words};
use std::ops::Range;

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

/// Marks of a word by its first byte and by the byte behind it.
const MARKS: Values = Values {
    capital: Marks::CAPITAL.0,
    digit: Marks::NUMBER.0,
    sentence: Marks::SENTENCE_END.0,
    clause: Marks::CLAUSE_END.0,
};

/// One document under way.
#[derive(Debug)]
pub(super) struct Run<'a> {
    out: &'a mut Tokens,
    gap: Gap,
    buffers: Buffers,
}

/// Places in a chunk where a word is odd that are kept track of.
const ODD: usize = 128;

/// A piece of text and what was found in it.
#[derive(Debug)]
struct Chunk {
    /// The classes of the blocks, and those of the byte behind the last.
    masks: [Masks; BLOCKS + 1],
    lower: Lower,
    /// Where the words found begin and end, and where words begin.
    edges: Edges,
    starts: Edges,
    /// Marks for the word before the first one found, for the first, and so on.
    marks: [u8; WORDS + 1],
    /// Numbers of the words found that have a curly apostrophe or marks to compose, some more than once.
    odd: [u16; ODD],
    odd_count: usize,
    words: Words,
}

/// Why the masks were read no further.
#[derive(Debug, Clone, Copy)]
enum Stop {
    /// The chunk was read.
    End,
    /// A word that begins here reaches the end of the chunk.
    Open(usize),
    /// The segmenter is to go on from here.
    Slow(usize),
}

#[inline]
fn below(bit: usize) -> u64 {
    if bit >= 64 { u64::MAX } else { (1 << bit) - 1 }
}

/// One more than the highest place below `at` that is not in `word`; 0 if there is none.
#[inline]
fn last_outside(word: u64, at: usize) -> usize {
    64 - (!word & below(at)).leading_zeros() as usize
}

/// Calls `f` with the place of each bit.
#[inline]
fn each(mut bits: u64, mut f: impl FnMut(usize)) {
    while bits != 0 {
        f(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

impl Chunk {
    fn new() -> Self {
        Self {
            masks: [Masks::default(); BLOCKS + 1],
            lower: [0; PAD + CHUNK + PAD],
            edges: [0; BLOCKS + 1],
            starts: [0; BLOCKS + 1],
            marks: [0; WORDS + 1],
            odd: [0; ODD],
            odd_count: 0,
            words: Words::new(),
        }
    }

    /// Classifies the beginning of `rest`; returns its length.
    fn load(&mut self, rest: &str) -> usize {
        let bytes = &rest.as_bytes()[..rest.len().min(CHUNK)];
        classify(bytes, &mut self.lower, &mut self.masks);
        // nothing stands behind the text
        self.lower[PAD + bytes.len()] = 0;
        let behind = rest.as_bytes().get(CHUNK).copied().unwrap_or_default();
        self.masks[bytes.len().div_ceil(SIZE)] = Masks {
            letter: u64::from(behind.is_ascii_alphabetic()),
            digit: u64::from(behind.is_ascii_digit()),
            high: u64::from(!behind.is_ascii()),
            ..Masks::default()
        };
        let mut len = bytes.len();
        while !rest.is_char_boundary(len) {
            len -= 1;
        }
        len
    }

    /// Forgets the words from the one that begins at `start` on.
    fn cut(&mut self, start: usize, block: usize) {
        self.edges[start / SIZE] &= below(start % SIZE);
        self.edges[start / SIZE + 1..=block + 1].fill(0);
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(out: &'a mut Tokens, truncated: bool) -> Self {
        out.clear();
        out.set_truncated(truncated);
        Self { out, gap: Gap::START, buffers: Buffers::default() }
    }

    /// Takes the next part of the document, which begins at offset `base`; its end ends a token.
    pub(super) fn text(&mut self, text: &str, base: usize) {
        let mut chunk = Chunk::new();
        let mut at = 0;
        while at < text.len() {
            at = self.chunk(text, at, base, &mut chunk);
        }
    }

    /// Takes bytes that are not UTF-8.
    pub(super) fn invalid(&mut self, at: usize, end: usize) {
        let marks = self.gap.separator(Record::SYMBOL.effects(), at, end, self.out.len());
        self.out.mark_last(marks);
    }

    pub(super) fn finish(self) {
        self.out.mark_last(Marks::LINE_END | Marks::PARAGRAPH_END);
    }

    /// Takes a chunk from `origin` on, which is outside any word; returns where the next one begins.
    fn chunk(&mut self, text: &str, origin: usize, base: usize, chunk: &mut Chunk) -> usize {
        let len = chunk.load(&text[origin..]);
        let rest = &text.as_bytes()[origin..];
        let mut from = 0;
        while from < len {
            let stop = self.scan(rest, base + origin, from..len, chunk);
            self.words(base + origin, chunk);
            let slow = match stop {
                Stop::End => break,
                Stop::Open(start) if start > 0 => return origin + start,
                Stop::Open(start) | Stop::Slow(start) => origin + start,
            };
            let end = segment(text, slow, true, base, &mut self.buffers, &mut self.gap, self.out);
            from = end - origin;
        }
        origin + from.max(len)
    }

    /// Finds the words and separators of `range`, which begins outside any word and ends at the end of
    /// the chunk.
    fn scan(&mut self, rest: &[u8], base: usize, range: Range<usize>, chunk: &mut Chunk) -> Stop {
        let mut reader = Reader::default();
        // words that have ended; where the open word began; the bits behind the last block
        let (mut words, mut open) = (0, 0);
        let (mut in_word, mut letter_before, mut digit_before) = (0, 0, 0);
        for block in range.start / SIZE..range.end.div_ceil(SIZE) {
            let first = SIZE * block;
            let masks = chunk.masks[block];
            let next = &chunk.masks[block + 1];
            let valid = below(range.end - first) & !below(range.start.saturating_sub(first));
            let mut found = High::default();
            if masks.high & valid != 0 {
                found = reader.read(
                    rest,
                    first,
                    masks.high & valid,
                    (masks.letter & valid, letter_before),
                    &mut chunk.lower,
                );
            }
            let letters = masks.letter & valid | found.letters;
            let digits = masks.digit & valid;
            let mut word = letters | digits | found.curly;
            // Joiners and what stands beside them.
            let behind = |here: u64, next: u64| here >> 1 | next << 63;
            let after_letter = masks.apostrophe & (letters << 1 | letter_before);
            let after_digit = masks.point & (digits << 1 | digit_before);
            let mut slow = found.slow;
            if chunk.odd_count + found.odd.count_ones() as usize > ODD {
                slow |= found.odd;
            }
            let candidates = (after_letter | after_digit) & valid;
            if candidates != 0 {
                let letters = found.letters | masks.letter;
                let joins = after_letter & behind(letters, next.letter)
                    | after_digit & behind(masks.digit, next.digit);
                word |= joins & valid;
                // What comes behind is not known yet.
                let unread = behind(masks.high & !valid, next.high);
                slow |= candidates & unread;
            }
            if slow != 0 {
                // What a joiner beside it does is for the segmenter to say.
                slow = 1 << slow.trailing_zeros();
                slow |= slow >> 1 & (masks.apostrophe | masks.point) & valid;
                word |= slow;
            }
            let mut limit = SIZE;
            if slow != 0 {
                limit = last_outside(word, slow.trailing_zeros() as usize);
                if limit == 0 && in_word != 0 {
                    chunk.cut(open, block);
                    return Stop::Slow(open);
                }
                word &= below(limit);
            }
            let kept = valid & below(limit);
            word &= kept;

            let edges = word ^ (word << 1 | in_word);
            let starts = edges & word;
            let ends = edges & !word;
            chunk.edges[block] = edges;
            chunk.starts[block] = starts;
            let words_at = |at: usize| words + (ends & below(at + 1)).count_ones() as usize;

            let blank = masks.blank | found.blank;
            let separators = kept & !(word | blank);
            let stops = separators & (masks.sentence | masks.clause) & !(word << 1 | in_word);
            each(stops, |at| {
                let mark =
                    if masks.sentence >> at & 1 != 0 { MARKS.sentence } else { MARKS.clause };
                chunk.marks[words_at(at) % (WORDS + 1)] |= mark;
            });
            let breaks = masks.breaks & kept;
            let solid = separators & !breaks;
            if breaks == 0 {
                if solid != 0 {
                    self.gap.solid();
                }
            } else {
                let mut done = 0;
                each(breaks, |at| {
                    if solid & below(at) & !done != 0 {
                        self.gap.solid();
                    }
                    done = below(at);
                    let effects = EFFECTS[usize::from(rest[first + at]) % 128];
                    let (at, words) = (base + first + at, words_at(at));
                    let marks = self.gap.separator(effects, at, at + 1, self.out.len() + words);
                    chunk.marks[words % (WORDS + 1)] |= marks.0;
                });
                if solid & !done != 0 {
                    self.gap.solid();
                }
            }
            if (found.capital | found.ends | found.odd) & kept != 0 {
                each(found.capital & starts, |at| {
                    chunk.marks[(words_at(at) + 1) % (WORDS + 1)] |= Marks::CAPITAL.0;
                });
                each(found.ends & kept, |at| {
                    chunk.marks[words_at(at) % (WORDS + 1)] |= high::effects(rest, first + at) & 15;
                });
                each(found.odd & kept, |at| {
                    chunk.odd[chunk.odd_count % ODD] = words_at(at) as u16;
                    chunk.odd_count += 1;
                });
            }
            words += ends.count_ones() as usize;
            if starts != 0 {
                open = first + 63 - starts.leading_zeros() as usize;
            }
            if limit < SIZE {
                return Stop::Slow(first + limit);
            }
            in_word = word >> 63;
            letter_before = letters >> 63;
            digit_before = digits >> 63;
        }
        // A word that reaches the end of a block that is not whole was ended there.
        let block = (range.end - 1) / SIZE;
        let is_ended = chunk.edges[range.end / SIZE] >> (range.end % SIZE) & 1 != 0;
        if range.end == rest.len() {
            chunk.edges[block + 1] |= in_word;
            chunk.starts[block + 1] = 0;
        } else if in_word != 0 || is_ended {
            chunk.cut(open, block);
            return Stop::Open(open);
        }
        Stop::End
    }

    /// Writes the words that were found in a chunk, and forgets them.
    fn words(&mut self, base: usize, chunk: &mut Chunk) {
        let Chunk { masks, lower, edges, starts, words, .. } = chunk;
        words.read(Source { lower, masks, edges, starts }, MARKS);
        self.out.mark_last(Marks(chunk.marks[0]));
        let count = words.places().len();
        let spans = words.places().iter().map(|&[start, end]| {
            // In range: texts are cut to u32::MAX bytes.
            let at = |place: u16| (base + usize::from(place)) as u32;
            Span { start: at(start), end: at(end) }
        });
        let marks = words.marks().zip(&chunk.marks[1..]).map(|(mark, more)| Marks(mark | more));
        let hashes = self.out.extend(words.hashes(), spans, marks);
        let bytes = |i: u16| {
            let [start, end] = words.places()[usize::from(i)].map(usize::from);
            &lower[PAD + start..PAD + end]
        };
        for &i in words.long() {
            let [start, end] = words.places()[usize::from(i)];
            if usize::from(end - start) > SHORT {
                hashes[usize::from(i)] = crate::hash::bytes(bytes(i));
            }
        }
        let mut last = None;
        for &i in &chunk.odd[..chunk.odd_count] {
            // the last word may have been given up
            if usize::from(i) < count && last != Some(i) {
                hashes[usize::from(i)] = odd(bytes(i), &mut self.buffers.composer);
            }
            last = Some(i);
        }
        chunk.edges.fill(0);
        // also that of a word that was begun
        let end = (count + 2).min(chunk.marks.len());
        chunk.marks[..end].fill(0);
        chunk.odd_count = 0;
    }
}

/// Hash of a word that has curly apostrophes or marks to compose.
#[inline(never)]
fn odd(word: &[u8], composer: &mut Composer) -> u64 {
    const CURLY: &str = "\u{2019}";
    let Ok(text) = std::str::from_utf8(word) else { return crate::hash::bytes(word) };
    if !word.contains(&CURLY.as_bytes()[0]) {
        return crate::hash::bytes(composer.nfc(text).as_bytes());
    }
    let mut copy = [0; CHUNK];
    let (mut at, mut len) = (0, 0);
    while at < word.len() {
        let is_curly = word[at..].starts_with(CURLY.as_bytes());
        copy[len % CHUNK] = if is_curly { b'\'' } else { word[at] };
        at += if is_curly { CURLY.len() } else { 1 };
        len += 1;
    }
    let word = &copy[..len];
    match std::str::from_utf8(word) {
        Ok(text) if !word.is_ascii() => crate::hash::bytes(composer.nfc(text).as_bytes()),
        _ => crate::hash::bytes(word),
    }
}
