//! 64 bytes at a time: which are letters, digits, separators; and the text in lower case.
//!
//! Each class is a mask with bit `i` for byte `i` of a block.

/// Bytes in a block.
pub(crate) const SIZE: usize = 64;

/// Blocks in a chunk.
pub(crate) const BLOCKS: usize = 8;

/// Bytes in a chunk.
pub(crate) const CHUNK: usize = BLOCKS * SIZE;

/// Bytes before and behind the lower-case copy, so that eight bytes may be read from any place.
pub(crate) const PAD: usize = 16;

/// The lower-case copy of a chunk, between paddings of no meaning.
pub(crate) type Lower = [u8; PAD + CHUNK + PAD];

/// Classes of the 64 bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Masks {
    /// `A-Z`, `a-z`.
    pub(crate) letter: u64,
    /// `A-Z`.
    pub(crate) capital: u64,
    /// `0-9`.
    pub(crate) digit: u64,
    /// U+0020 and U+0009.
    pub(crate) blank: u64,
    /// U+000A to U+000D.
    pub(crate) breaks: u64,
    /// `'`.
    pub(crate) apostrophe: u64,
    /// `.` and `,`.
    pub(crate) point: u64,
    /// `.`, `!` and `?`.
    pub(crate) sentence: u64,
    /// `,`, `;` and `:`.
    pub(crate) clause: u64,
    /// Not ASCII.
    pub(crate) high: u64,
}

/// Reads the blocks of `text`, of at most [`CHUNK`] bytes; a last block that is not whole is filled up
/// by zeros, of no class. Masks of further blocks stay as they are.
#[inline]
pub(crate) fn classify(text: &[u8], lower: &mut Lower, masks: &mut [Masks]) {
    #[cfg(target_arch = "x86_64")]
    if super::has_avx512() {
        // SAFETY: the features that the function is compiled for were just found.
        unsafe { avx512::classify(text, lower, masks) };
        return;
    } else if super::has_avx2() {
        // SAFETY: as above.
        unsafe { avx2::classify(text, lower, masks) };
        return;
    }
    each_block(text, lower, masks, portable);
}

#[inline(always)]
fn each_block(
    text: &[u8],
    lower: &mut Lower,
    masks: &mut [Masks],
    block: impl Fn(&[u8; SIZE], &mut [u8; SIZE]) -> Masks,
) {
    let (lower, _) = lower[PAD..].as_chunks_mut::<SIZE>();
    let (blocks, rest) = text.as_chunks::<SIZE>();
    let mut out = lower.iter_mut().zip(masks);
    for (bytes, (lower, masks)) in blocks.iter().zip(&mut out) {
        *masks = block(bytes, lower);
    }
    if !rest.is_empty()
        && let Some((lower, masks)) = out.next()
    {
        let mut bytes = [0; SIZE];
        bytes[..rest.len()].copy_from_slice(rest);
        *masks = block(&bytes, lower);
    }
}

/// The classes of a byte, a bit for each of those that `portable` gathers.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        let is = [
            byte.is_ascii_alphabetic(),
            byte.is_ascii_digit(),
            matches!(byte, b' ' | b'\t'),
            matches!(byte, 0x0A..=0x0D),
            byte == b'\'',
            matches!(byte, b'.' | b','),
            matches!(byte, b'.' | b'!' | b'?'),
            matches!(byte, b',' | b';' | b':'),
        ];
        let mut bit = 0;
        while bit < is.len() {
            classes[i] |= (is[bit] as u8) << bit;
            bit += 1;
        }
        i += 1;
    }
    classes
};

fn portable(bytes: &[u8; SIZE], lower: &mut [u8; SIZE]) -> Masks {
    *lower = bytes.map(|byte| byte.to_ascii_lowercase());
    let classes = bytes.map(|byte| CLASSES[usize::from(byte)]);
    let mask = |bit| super::bits::gather(&classes, bit);
    let letter = mask(0);
    Masks {
        letter,
        // the bit by which capitals differ from small letters
        capital: letter & !super::bits::gather(bytes, 5),
        digit: mask(1),
        blank: mask(2),
        breaks: mask(3),
        apostrophe: mask(4),
        point: mask(5),
        sentence: mask(6),
        clause: mask(7),
        high: super::bits::gather(bytes, 7),
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Lower, Masks, SIZE};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn classify(text: &[u8], lower: &mut Lower, masks: &mut [Masks]) {
        super::each_block(text, lower, masks, |bytes, lower| block(bytes, lower));
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn block(bytes: &[u8; SIZE], lower: &mut [u8; SIZE]) -> Masks {
        let mut out = Masks::default();
        for half in [0, 32] {
            // SAFETY: an unaligned load of 32 of the 64 bytes.
            let v = unsafe { _mm256_loadu_si256(bytes.as_ptr().add(half).cast()) };
            let set = |byte: u8| _mm256_set1_epi8(byte as i8);
            let is = |v, byte| _mm256_cmpeq_epi8(v, set(byte));
            // `first..first + count`
            let within = |v, first: u8, count: u8| {
                let from = _mm256_sub_epi8(v, set(first));
                _mm256_cmpeq_epi8(_mm256_min_epu8(from, set(count - 1)), from)
            };
            let mask = |v| u64::from(_mm256_movemask_epi8(v) as u32) << half;
            let capital = within(v, b'A', 26);
            let low = _mm256_or_si256(v, _mm256_and_si256(capital, set(0x20)));
            // SAFETY: an unaligned store of 32 of the 64 bytes.
            unsafe { _mm256_storeu_si256(lower.as_mut_ptr().add(half).cast(), low) };
            let (stop, comma) = (is(v, b'.'), is(v, b','));
            let mark = _mm256_or_si256(is(v, b'!'), is(v, b'?'));
            out.letter |= mask(within(low, b'a', 26));
            out.capital |= mask(capital);
            out.digit |= mask(within(v, b'0', 10));
            out.blank |= mask(_mm256_or_si256(is(v, b' '), is(v, b'\t')));
            out.breaks |= mask(within(v, 0x0A, 4));
            out.apostrophe |= mask(is(v, b'\''));
            out.point |= mask(_mm256_or_si256(stop, comma));
            out.sentence |= mask(_mm256_or_si256(stop, mark));
            out.clause |= mask(_mm256_or_si256(comma, within(v, b':', 2)));
            out.high |= mask(v);
        }
        out
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::{Lower, Masks, SIZE};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn classify(text: &[u8], lower: &mut Lower, masks: &mut [Masks]) {
        super::each_block(text, lower, masks, |bytes, lower| block(bytes, lower));
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn block(bytes: &[u8; SIZE], lower: &mut [u8; SIZE]) -> Masks {
        // SAFETY: an unaligned load of the 64 bytes.
        let v = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        let set = |byte: u8| _mm512_set1_epi8(byte as i8);
        let is = |byte| _mm512_cmpeq_epi8_mask(v, set(byte));
        // `first..first + count`
        let within = |v, first: u8, count: u8| {
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, set(first)), set(count))
        };
        let capital = within(v, b'A', 26);
        let low = _mm512_mask_add_epi8(v, capital, v, set(0x20));
        // SAFETY: an unaligned store of the 64 bytes.
        unsafe { _mm512_storeu_si512(lower.as_mut_ptr().cast(), low) };
        let (stop, comma) = (is(b'.'), is(b','));
        Masks {
            letter: within(low, b'a', 26),
            capital,
            digit: within(v, b'0', 10),
            blank: is(b' ') | is(b'\t'),
            breaks: within(v, 0x0A, 4),
            apostrophe: is(b'\''),
            point: stop | comma,
            sentence: stop | is(b'!') | is(b'?'),
            clause: comma | within(v, b':', 2),
            high: _mm512_movepi8_mask(v),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_has_its_classes_at_every_place() {
        for byte in 0..=255u8 {
            for at in 0..SIZE {
                let mut block = [b'-'; SIZE];
                block[at] = byte;
                block[(at + 9) % SIZE] = b'x';
                let mut lower = [0; SIZE];
                let masks = portable(&block, &mut lower);
                let bit = |is: bool| u64::from(is) << at;
                let other = 1 << ((at + 9) % SIZE);
                assert_eq!(masks.letter, bit(byte.is_ascii_alphabetic()) | other);
                assert_eq!(masks.digit, bit(byte.is_ascii_digit()));
                assert_eq!(masks.blank, bit(byte == b' ' || byte == b'\t'));
                assert_eq!(masks.breaks, bit((0x0A..=0x0D).contains(&byte)));
                assert_eq!(masks.apostrophe, bit(byte == b'\''));
                assert_eq!(masks.point, bit(b".,".contains(&byte)));
                assert_eq!(masks.sentence, bit(b".!?".contains(&byte)));
                assert_eq!(masks.clause, bit(b",;:".contains(&byte)));
                assert_eq!(masks.capital, bit(byte.is_ascii_uppercase()));
                assert_eq!(masks.high, bit(byte >= 0x80));
                assert_eq!(lower[at], byte.to_ascii_lowercase());
            }
        }
    }

    proptest! {
        #[test]
        fn every_path_agrees(text in proptest::collection::vec(any::<u8>(), 0..=CHUNK)) {
            let run = |path: fn(&[u8], &mut Lower, &mut [Masks])| {
                let mut lower = [0; PAD + CHUNK + PAD];
                let mut masks = [Masks::default(); BLOCKS];
                path(&text, &mut lower, &mut masks);
                (lower, masks)
            };
            let slow = run(|text, lower, masks| each_block(text, lower, masks, portable));
            prop_assert_eq!(run(classify), slow);
            #[cfg(target_arch = "x86_64")]
            if super::super::has_avx2() {
                // SAFETY: the features that the function is compiled for were just found.
                let path = |text: &[u8], lower: &mut Lower, masks: &mut [Masks]| unsafe {
                    avx2::classify(text, lower, masks);
                };
                prop_assert_eq!(run(path), slow);
            }
        }
    }
}
