//! Where the words of a chunk begin and end, and their hashes.

use super::classify::{BLOCKS, CHUNK, Lower, Masks, PAD};
use super::short;

/// Where words begin or end in a chunk: a mask for each block, and one for the place behind the chunk.
pub(crate) type Edges = [u64; BLOCKS + 1];

/// The words of a chunk are to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) lower: &'a Lower,
    pub(crate) masks: &'a [Masks; BLOCKS + 1],
    /// The first bytes of the words, and the bytes behind their last.
    pub(crate) edges: &'a Edges,
    /// Those of them that are first bytes; others do not count.
    pub(crate) starts: &'a Edges,
}

/// The marks of a word by its first byte and by the byte behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values {
    pub(crate) capital: u8,
    pub(crate) digit: u8,
    pub(crate) sentence: u8,
    pub(crate) clause: u8,
}

/// Longest word that is hashed here.
pub(crate) const SHORT: usize = 16;

/// Most words in a chunk.
pub(crate) const WORDS: usize = CHUNK / 2;

/// Room in the arrays, for whole registers behind the last word.
const ROOM: usize = WORDS + 64;

/// The words of a chunk.
#[derive(Debug)]
pub(crate) struct Words {
    count: usize,
    /// Places where each word begins and where it ends, in turn. What is behind those of the last word
    /// has no meaning, here and below.
    places: [u16; 2 * ROOM],
    hashes: [u64; ROOM],
    /// The marks by the first byte of each word, and by the byte behind it.
    first: [u8; ROOM],
    behind: [u8; ROOM],
    /// Numbers of the words longer than eight bytes.
    long: [u16; ROOM],
    long_count: usize,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            count: 0,
            places: [0; 2 * ROOM],
            hashes: [0; ROOM],
            first: [0; ROOM],
            behind: [0; ROOM],
            long: [0; ROOM],
            long_count: 0,
        }
    }

    /// Finds the words of `source`. Their hashes are XXH3-64 of their bytes in lower case, but for those
    /// longer than [`SHORT`], which have no meaning.
    #[inline]
    pub(crate) fn read(&mut self, source: Source<'_>, values: Values) {
        #[cfg(target_arch = "x86_64")]
        if super::has_avx512() {
            // SAFETY: the features that the function is compiled for were just found.
            unsafe { avx512::read(self, source, values) };
            return;
        } else if super::has_avx2() {
            // SAFETY: as above.
            unsafe { avx2::read(self, source, values) };
            return;
        }
        self.read_portably(source, values);
    }

    fn read_portably(&mut self, source: Source<'_>, values: Values) {
        self.find(source.edges);
        let (mut first, mut behind) = (self.first.iter_mut(), self.behind.iter_mut());
        let value = |mask: u64, bit: u64, value: u8| if mask & bit == 0 { 0 } else { value };
        for ((masks, edges), starts) in source.masks.iter().zip(source.edges).zip(source.starts) {
            let mut rest = *edges;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                rest ^= bit;
                if starts & bit != 0 {
                    let mark = value(masks.capital, bit, values.capital)
                        | value(masks.digit, bit, values.digit);
                    first.next().into_iter().for_each(|first| *first = mark);
                } else {
                    let mark = value(masks.sentence, bit, values.sentence)
                        | value(masks.clause, bit, values.clause);
                    behind.next().into_iter().for_each(|behind| *behind = mark);
                }
            }
        }
        self.long_count = 0;
        for i in 0..self.count {
            let [start, end] = [self.places[2 * i], self.places[2 * i + 1]].map(usize::from);
            self.hashes[i] = short::up_to_8(load(source.lower, start), end - start);
            // which class a length is of is what no branch predictor can learn
            self.long[self.long_count] = i as u16;
            self.long_count += usize::from(end - start > 8);
        }
        self.read_long(source.lower);
    }

    #[inline(always)]
    fn find(&mut self, edges: &Edges) {
        let mut count = 0;
        for (&edges, first) in edges.iter().zip((0..).step_by(64)) {
            let mut bits = edges;
            let more = edges.count_ones() as usize;
            let Some(places) = self.places.get_mut(count..count + more.next_multiple_of(4)) else {
                break;
            };
            // four at a time, so that few branches depend on the text
            for four in places.as_chunks_mut::<4>().0 {
                for place in four {
                    *place = first + bits.trailing_zeros() as u16;
                    bits &= bits.wrapping_sub(1);
                }
            }
            count += more;
        }
        self.count = count / 2;
    }

    /// The hashes of the words longer than eight bytes.
    #[inline(always)]
    fn read_long(&mut self, lower: &Lower) {
        for &i in &self.long[..self.long_count] {
            let [start, end] =
                [self.places[2 * usize::from(i)], self.places[2 * usize::from(i) + 1]];
            let (start, end) = (usize::from(start), usize::from(end));
            self.hashes[usize::from(i)] =
                short::up_to_16(load(lower, start), load(lower, end - 8), end - start);
        }
    }

    /// The places where each word begins and where it ends.
    pub(crate) fn places(&self) -> &[[u16; 2]] {
        &self.places.as_chunks().0[..self.count]
    }

    /// The hash of each word.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes[..self.count]
    }

    /// The marks of each word, by its first byte and by the byte behind it.
    pub(crate) fn marks(&self) -> impl ExactSizeIterator<Item = u8> {
        self.first[..self.count].iter().zip(&self.behind).map(|(first, behind)| first | behind)
    }

    /// The numbers of the words longer than eight bytes.
    pub(crate) fn long(&self) -> &[u16] {
        &self.long[..self.long_count]
    }
}

/// Eight bytes from a place on.
#[inline(always)]
fn load(lower: &Lower, at: usize) -> u64 {
    lower[at % CHUNK + PAD..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! Four words at a time.

    use super::{Source, Values, Words, load, short};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn read(words: &mut Words, source: Source<'_>, values: Values) {
        words.find(source.edges);
        mark(words, source, values);
        let lower = source.lower;
        let mut long_count = 0;
        for first in (0..words.count).step_by(4) {
            let Some(places) = words.places[2 * first..].first_chunk::<8>() else { break };
            let [a, b, c, d] = [0, 2, 4, 6].map(|i| load(lower, usize::from(places[i])) as i64);
            let bytes = _mm256_setr_epi64x(a, b, c, d);
            // SAFETY: an unaligned load of the 16 bytes of the array.
            let places = unsafe { _mm_loadu_si128(places.as_ptr().cast()) };
            // the end of each word is the upper half of 32 bits
            let len = _mm_sub_epi32(
                _mm_srli_epi32(places, 16),
                _mm_and_si128(places, _mm_set1_epi32(0xFFFF)),
            );
            let is_long =
                _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(len, _mm_set1_epi32(8))));
            let hashes = hash(bytes, _mm256_cvtepu32_epi64(len));
            let Some(out) = words.hashes[first..].first_chunk_mut::<4>() else { break };
            // SAFETY: an unaligned store of the 32 bytes of the array.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), hashes) };
            for i in 0..4 {
                words.long[long_count] = (first + i) as u16;
                long_count += (is_long >> i & 1) as usize;
            }
        }
        // what is behind the last word may look long
        while long_count > 0 && usize::from(words.long[long_count - 1]) >= words.count {
            long_count -= 1;
        }
        words.long_count = long_count;
        words.read_long(lower);
    }

    /// Marks the words of a block at a time.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn mark(words: &mut Words, source: Source<'_>, values: Values) {
        let (mut started, mut ended) = (0, 0);
        for ((masks, &edges), &starts) in source.masks.iter().zip(source.edges).zip(source.starts) {
            let (starts, ends) = (edges & starts, edges & !starts);
            let or = |a: (u64, u8), b: (u64, u8), of: u64| {
                let bytes = |(mask, value)| expand(_pext_u64(mask, of) as u32, value);
                _mm256_or_si256(bytes(a), bytes(b))
            };
            if let Some(out) = words.first[started..].first_chunk_mut() {
                let by = (masks.capital, values.capital);
                store(out, or(by, (masks.digit, values.digit), starts));
            }
            if let Some(out) = words.behind[ended..].first_chunk_mut() {
                let by = (masks.sentence, values.sentence);
                store(out, or(by, (masks.clause, values.clause), ends));
            }
            started += starts.count_ones() as usize;
            ended += ends.count_ones() as usize;
        }
    }

    /// `value` in the byte of each bit.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn expand(bits: u32, value: u8) -> __m256i {
        let byte_of = _mm256_setr_epi64x(
            0,
            0x0101_0101_0101_0101,
            0x0202_0202_0202_0202,
            0x0303_0303_0303_0303,
        );
        let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(bits as i32), byte_of);
        let own = _mm256_set1_epi64x(0x8040_2010_0804_0201u64 as i64);
        let is_set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, own), own);
        _mm256_and_si256(is_set, _mm256_set1_epi8(value as i8))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(out: &mut [u8; 32], bytes: __m256i) {
        // SAFETY: an unaligned store of the 32 bytes of the array.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), bytes) };
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn times(a: __m256i, b: u64) -> __m256i {
        let (low, high) = (_mm256_set1_epi64x(b as i64), _mm256_set1_epi64x((b >> 32) as i64));
        let cross = _mm256_add_epi64(
            _mm256_mul_epu32(_mm256_srli_epi64(a, 32), low),
            _mm256_mul_epu32(a, high),
        );
        _mm256_add_epi64(_mm256_mul_epu32(a, low), _mm256_slli_epi64(cross, 32))
    }

    /// As [`short::up_to_8`].
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn hash(bytes: __m256i, len: __m256i) -> __m256i {
        let set = |x: u64| _mm256_set1_epi64x(x as i64);
        let xor = |a, b| _mm256_xor_si256(a, b);
        let byte = set(0xFF);
        // eight bits a byte; shifts of a negative number of bits give 0
        let bits = _mm256_slli_epi64(len, 3);
        let half = _mm256_slli_epi64(_mm256_srli_epi64(len, 1), 3);
        let middle = _mm256_and_si256(_mm256_srlv_epi64(bytes, half), byte);
        let last = _mm256_and_si256(_mm256_srlv_epi64(bytes, _mm256_sub_epi64(bits, set(8))), byte);
        let first = _mm256_slli_epi64(_mm256_and_si256(bytes, byte), 16);
        let mut few =
            xor(xor(first, last), xor(_mm256_slli_epi64(middle, 24), _mm256_slli_epi64(len, 8)));
        few = xor(few, set(short::FLIP_1_TO_3));
        few = xor(few, _mm256_srli_epi64(few, 33));
        few = times(few, short::MULTIPLY_1_TO_3.0);
        few = xor(few, _mm256_srli_epi64(few, 29));
        few = times(few, short::MULTIPLY_1_TO_3.1);
        few = xor(few, _mm256_srli_epi64(few, 32));

        let last = _mm256_srlv_epi64(bytes, _mm256_sub_epi64(bits, set(32)));
        let last = _mm256_and_si256(last, set(0xFFFF_FFFF));
        let mut more = _mm256_add_epi64(last, _mm256_slli_epi64(bytes, 32));
        more = xor(more, set(short::FLIP_4_TO_8));
        let once = _mm256_or_si256(_mm256_slli_epi64(more, 49), _mm256_srli_epi64(more, 15));
        let twice = _mm256_or_si256(_mm256_slli_epi64(more, 24), _mm256_srli_epi64(more, 40));
        more = xor(more, xor(once, twice));
        more = times(more, short::MULTIPLY_4_TO_8);
        more = xor(more, _mm256_add_epi64(_mm256_srli_epi64(more, 35), len));
        more = times(more, short::MULTIPLY_4_TO_8);
        more = xor(more, _mm256_srli_epi64(more, 28));

        let is_few = _mm256_cmpgt_epi64(set(4), len);
        _mm256_blendv_epi8(more, few, is_few)
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    //! Eight words at a time, and the marks and places of a block at once.

    use super::{Source, Values, Words, load, short};
    use std::arch::x86_64::*;

    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt"
    )]
    pub(super) fn read(words: &mut Words, source: Source<'_>, values: Values) {
        find(words, source, values);
        words.long_count = 0;
        let mut numbers = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
        for first in (0..words.count).step_by(8) {
            let Some(places) = words.places[2 * first..].first_chunk::<16>() else { break };
            let [a, b, c, d, e, f, g, h] = [0, 2, 4, 6, 8, 10, 12, 14]
                .map(|i| load(source.lower, usize::from(places[i])) as i64);
            let bytes = _mm512_setr_epi64(a, b, c, d, e, f, g, h);
            // SAFETY: an unaligned load of the 32 bytes of the array.
            let places = unsafe { _mm256_loadu_si256(places.as_ptr().cast()) };
            // the end of each word is the upper half of 32 bits
            let start = _mm256_and_si256(places, _mm256_set1_epi32(0xFFFF));
            let len = _mm256_sub_epi32(_mm256_srli_epi32(places, 16), start);
            let Some(out) = words.hashes[first..].first_chunk_mut::<8>() else { break };
            let hashes = hash(bytes, _mm512_cvtepu32_epi64(len));
            // SAFETY: an unaligned store of the 64 bytes of the array.
            unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), hashes) };
            // what is behind the last word may look long
            let lanes = u8::MAX >> (8 - (words.count - first).min(8));
            let is_long = _mm256_cmpgt_epi32_mask(len, _mm256_set1_epi32(8)) & lanes;
            let long = _mm_maskz_compress_epi16(is_long, numbers);
            numbers = _mm_add_epi16(numbers, _mm_set1_epi16(8));
            let Some(out) = words.long[words.long_count..].first_chunk_mut::<8>() else { break };
            // SAFETY: an unaligned store of the 16 bytes of the array.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), long) };
            words.long_count += is_long.count_ones() as usize;
        }
        words.read_long(source.lower);
    }

    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    fn find(words: &mut Words, source: Source<'_>, values: Values) {
        const BYTES: [u8; 64] = {
            let mut bytes = [0; 64];
            let mut i = 0;
            while i < 64 {
                bytes[i] = i as u8;
                i += 1;
            }
            bytes
        };
        // SAFETY: an unaligned load of the 64 bytes of the array.
        let bytes = unsafe { _mm512_loadu_si512(BYTES.as_ptr().cast()) };
        let (mut started, mut ended) = (0, 0);
        let blocks = source.masks.iter().zip(source.edges).zip(source.starts);
        for (((masks, &edges), &starts), first) in blocks.zip((0..).step_by(64)) {
            let places = _mm512_maskz_compress_epi8(edges, bytes);
            let place = _mm512_set1_epi16(first);
            let low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(places));
            let high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(places, 1));
            let Some(out) = words.places[started + ended..].first_chunk_mut::<64>() else { break };
            // SAFETY: unaligned stores of the first and the last 64 bytes of the array.
            unsafe {
                _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_add_epi16(low, place));
                let last = out.as_mut_ptr().add(32);
                _mm512_storeu_si512(last.cast(), _mm512_add_epi16(high, place));
            }
            let (starts, ends) = (edges & starts, edges & !starts);
            let mark = |(a, x): (u64, u8), (b, y): (u64, u8), of: u64| {
                let a = _mm256_maskz_set1_epi8(_pext_u64(a, of) as u32, x as i8);
                let b = _mm256_maskz_set1_epi8(_pext_u64(b, of) as u32, y as i8);
                _mm256_or_si256(a, b)
            };
            if let Some(out) = words.first[started..].first_chunk_mut::<32>() {
                let (a, b) = ((masks.capital, values.capital), (masks.digit, values.digit));
                // SAFETY: an unaligned store of the 32 bytes of the array.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), mark(a, b, starts)) };
            }
            if let Some(out) = words.behind[ended..].first_chunk_mut::<32>() {
                let (a, b) = ((masks.sentence, values.sentence), (masks.clause, values.clause));
                // SAFETY: as above.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), mark(a, b, ends)) };
            }
            started += starts.count_ones() as usize;
            ended += ends.count_ones() as usize;
        }
        words.count = ended;
    }

    /// As [`short::up_to_8`].
    #[target_feature(enable = "avx512f,avx512dq")]
    #[inline]
    fn hash(bytes: __m512i, len: __m512i) -> __m512i {
        let set = |x: u64| _mm512_set1_epi64(x as i64);
        let xor = |a, b| _mm512_xor_si512(a, b);
        let times = |a, b| _mm512_mullo_epi64(a, set(b));
        let byte = set(0xFF);
        // eight bits a byte; shifts of a negative number of bits give 0
        let bits = _mm512_slli_epi64(len, 3);
        let half = _mm512_slli_epi64(_mm512_srli_epi64(len, 1), 3);
        let middle = _mm512_and_si512(_mm512_srlv_epi64(bytes, half), byte);
        let last = _mm512_and_si512(_mm512_srlv_epi64(bytes, _mm512_sub_epi64(bits, set(8))), byte);
        let first = _mm512_slli_epi64(_mm512_and_si512(bytes, byte), 16);
        let rest = xor(_mm512_slli_epi64(middle, 24), _mm512_slli_epi64(len, 8));
        let mut few = xor(xor(first, last), xor(rest, set(short::FLIP_1_TO_3)));
        few = xor(few, _mm512_srli_epi64(few, 33));
        few = times(few, short::MULTIPLY_1_TO_3.0);
        few = xor(few, _mm512_srli_epi64(few, 29));
        few = times(few, short::MULTIPLY_1_TO_3.1);
        few = xor(few, _mm512_srli_epi64(few, 32));

        let last = _mm512_srlv_epi64(bytes, _mm512_sub_epi64(bits, set(32)));
        let last = _mm512_and_si512(last, set(0xFFFF_FFFF));
        let mut more = _mm512_add_epi64(last, _mm512_slli_epi64(bytes, 32));
        more = xor(more, set(short::FLIP_4_TO_8));
        let (once, twice) = (_mm512_rol_epi64(more, 49), _mm512_rol_epi64(more, 24));
        more = xor(more, xor(once, twice));
        more = times(more, short::MULTIPLY_4_TO_8);
        more = xor(more, _mm512_add_epi64(_mm512_srli_epi64(more, 35), len));
        more = times(more, short::MULTIPLY_4_TO_8);
        more = xor(more, _mm512_srli_epi64(more, 28));

        _mm512_mask_mov_epi64(more, _mm512_cmplt_epu64_mask(len, set(4)), few)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_path_reads_all_words(
            bytes in any::<[u8; 32]>(),
            lengths in proptest::collection::vec(1usize..30, 0..200),
        ) {
            let mut lower = [0; PAD + CHUNK + PAD];
            for (i, byte) in lower.iter_mut().enumerate() {
                *byte = bytes[i % 32] ^ i as u8;
            }
            // a gap behind each word, whose length is that of the one after it
            let (mut edges, mut starts) = ([0; BLOCKS + 1], [0; BLOCKS + 1]);
            let mut expected = Vec::new();
            let mut at = 0;
            for pair in lengths.windows(2) {
                let (start, end) = (at + pair[1] % 3, at + pair[1] % 3 + pair[0]);
                if end > CHUNK {
                    break;
                }
                edges[start / 64] |= 1 << (start % 64);
                starts[start / 64] |= 1 << (start % 64);
                edges[end / 64] |= 1 << (end % 64);
                let hash = (pair[0] <= SHORT).then(|| crate::hash::bytes(&lower[PAD + start..PAD + end]));
                expected.push(([start as u16, end as u16], hash));
                at = end + 1;
            }
            let mask = |i: u64| crate::hash::mix(u64::from(bytes[0]) + i);
            let masks = std::array::from_fn(|i| Masks {
                capital: mask(4 * i as u64),
                digit: mask(4 * i as u64 + 1),
                sentence: mask(4 * i as u64 + 2),
                clause: mask(4 * i as u64 + 3),
                ..Masks::default()
            });
            let source = Source { lower: &lower, masks: &masks, edges: &edges, starts: &starts };
            let values = Values { capital: 1, digit: 2, sentence: 4, clause: 8 };
            let is = |mask: fn(&Masks) -> u64, at: u16| {
                mask(&masks[usize::from(at) / 64]) >> (at % 64) & 1 != 0
            };
            type Path = fn(&mut Words, Source<'_>, Values);
            let mut paths: Vec<Path> = vec![Words::read, Words::read_portably];
            #[cfg(target_arch = "x86_64")]
            if super::super::has_avx2() {
                paths.push(|words, source, values| {
                    // SAFETY: the features that the function is compiled for were just found.
                    unsafe { avx2::read(words, source, values) };
                });
            }
            let mut words = Words::new();
            for path in paths {
                path(&mut words, source, values);
                prop_assert_eq!(words.places().len(), expected.len());
                let found = words.places().iter().zip(words.hashes()).zip(words.marks());
                for (((place, hash), mark), &(expected, value)) in found.zip(&expected) {
                    prop_assert_eq!(*place, expected);
                    prop_assert!(value.is_none_or(|value| value == *hash));
                    let [start, end] = expected;
                    let slow = u8::from(is(|m| m.capital, start))
                        | u8::from(is(|m| m.digit, start)) << 1
                        | u8::from(is(|m| m.sentence, end)) << 2
                        | u8::from(is(|m| m.clause, end)) << 3;
                    prop_assert_eq!(mark, slow);
                }
                let is_long = |&i: &u16| lengths[usize::from(i)] > 8;
                let long: Vec<u16> = (0..expected.len() as u16).filter(is_long).collect();
                prop_assert_eq!(words.long(), &long[..]);
            }
        }
    }
}
