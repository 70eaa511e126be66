//! The marks of 64 tokens at a time, as a bit set for each mark.

use crate::kernel::bits::gather;
use crate::text::{Marks, Script};
use std::ops::Range;

/// Tokens in a chunk.
pub(super) const CHUNK: usize = 64;

/// Bit `i` is of token `i` of a chunk of at most [`CHUNK`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    /// [`Marks::SENTENCE_END`].
    pub(super) sentence: u64,
    /// [`Marks::LINE_END`].
    pub(super) line: u64,
    /// [`Marks::CAPITAL`].
    pub(super) capital: u64,
    /// [`Marks::NUMBER`].
    pub(super) number: u64,
    /// Tokens that are not whole words.
    pub(super) part: u64,
}

impl Flags {
    /// The flags of `marks`, of which at most [`CHUNK`] are looked at.
    #[inline]
    pub(super) fn of(marks: &[Marks]) -> Self {
        match marks.first_chunk::<CHUNK>() {
            Some(chunk) => Self::of_chunk(chunk),
            None => {
                let mut chunk = [Marks::default(); CHUNK];
                chunk[..marks.len()].copy_from_slice(marks);
                Self::of_chunk(&chunk)
            }
        }
    }

    #[inline]
    fn of_chunk(marks: &[Marks; CHUNK]) -> Self {
        const fn bit(mark: Marks) -> u32 {
            mark.bits().trailing_zeros()
        }
        let bytes = &marks.map(Marks::bits);
        // the two bits of a script, both 0 for words
        let script = bit(Script::Letter.marks());
        Self {
            sentence: gather(bytes, bit(Marks::SENTENCE_END)),
            line: gather(bytes, bit(Marks::LINE_END)),
            capital: gather(bytes, bit(Marks::CAPITAL)),
            number: gather(bytes, bit(Marks::NUMBER)),
            part: gather(bytes, script) | gather(bytes, script + 1),
        }
    }
}

/// Stretches of tokens that are worth a closer look, in order, apart from each other: chunks and what
/// stands around them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Places(Vec<Range<usize>>);

/// Tokens before and behind a chunk that belong to its place: no fewer than are judged together.
const AROUND: usize = 24;

impl Places {
    /// Adds the chunk from `base` on, which is behind those added before.
    #[cold]
    pub(super) fn push(&mut self, base: usize) {
        let (start, end) = (base.saturating_sub(AROUND), base + CHUNK + AROUND);
        match self.0.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => self.0.push(start..end),
        }
    }

    /// The places in a text of `len` tokens.
    pub(super) fn within(&self, len: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.0.iter().map(move |place| place.start..place.end.min(len))
    }
}

/// The bits of the tokens of `range`, which is inside a chunk.
#[inline]
pub(super) fn bits(range: Range<usize>) -> u64 {
    let below = |end: usize| if end >= CHUNK { u64::MAX } else { (1 << end) - 1 };
    below(range.end) & !below(range.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn every_token_has_its_flags() {
        for len in 0..=70 {
            let marks: Vec<Marks> = (0..len).map(|i| Marks(mix(i + 100 * len) as u8)).collect();
            let flags = Flags::of(&marks);
            for i in 0..CHUNK {
                let mark = marks.get(i).copied().unwrap_or_default();
                let set = |mask: u64| mask >> i & 1 != 0;
                assert_eq!(set(flags.sentence), mark.has(Marks::SENTENCE_END));
                assert_eq!(set(flags.line), mark.has(Marks::LINE_END));
                assert_eq!(set(flags.capital), mark.has(Marks::CAPITAL));
                assert_eq!(set(flags.number), mark.has(Marks::NUMBER));
                assert_eq!(set(flags.part), mark.script() != Script::Words);
            }
        }
        assert_eq!(bits(0..0), 0);
        assert_eq!(bits(3..6), 0b11_1000);
        assert_eq!(bits(60..64), 0xF << 60);
    }
}
