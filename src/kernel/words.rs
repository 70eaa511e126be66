//! Where the words of a chunk begin and end, and their hashes.

use super::classify::{BLOCKS, CHUNK, Lower, PAD};
use super::short;

/// Ends of words in a chunk: a mask for each block, and one for the place behind the chunk. A word
/// begins at the first, third, fifth place, and ends before the second, fourth, sixth.
pub(crate) type Edges = [u64; BLOCKS + 1];

/// Longest word that is hashed here.
pub(crate) const SHORT: usize = 16;

/// Most words in a chunk.
pub(crate) const WORDS: usize = CHUNK / 2;

/// Room in the arrays, for whole registers behind the last word.
const ROOM: usize = WORDS + 16;

/// The words of a chunk.
#[derive(Debug)]
pub(crate) struct Words {
    count: usize,
    /// Places where each word begins and where it ends, in turn. What is behind those of the last word
    /// has no meaning, here and below.
    places: [u16; 2 * ROOM],
    hashes: [u64; ROOM],
    /// Numbers of the words longer than eight bytes.
    long: [u16; ROOM],
    long_count: usize,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self { count: 0, places: [0; 2 * ROOM], hashes: [0; ROOM], long: [0; ROOM], long_count: 0 }
    }

    /// Finds the words that begin and end at `edges`. Their hashes are XXH3-64 of their bytes in
    /// `lower`, but for those longer than [`SHORT`], which have no meaning.
    #[inline]
    pub(crate) fn read(&mut self, lower: &Lower, edges: &Edges) {
        #[cfg(target_arch = "x86_64")]
        if super::has_avx2() {
            // SAFETY: the features that the function is compiled for were just found.
            unsafe { avx2::read(self, lower, edges) };
            return;
        }
        self.read_portably(lower, edges);
    }

    fn read_portably(&mut self, lower: &Lower, edges: &Edges) {
        self.find(edges);
        self.long_count = 0;
        for i in 0..self.count {
            let [start, end] = self.place(i);
            self.hashes[i] = short::up_to_8(load(lower, start), end - start);
            // which class a length is of is what no branch predictor can learn
            self.long[self.long_count] = i as u16;
            self.long_count += usize::from(end - start > 8);
        }
        self.read_long(lower);
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

    fn place(&self, i: usize) -> [usize; 2] {
        [self.places[2 * i], self.places[2 * i + 1]].map(usize::from)
    }

    /// Number of words.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The places where each word begins and where it ends.
    pub(crate) fn places(&self) -> &[[u16; 2]] {
        &self.places.as_chunks().0[..self.count]
    }

    /// The hash of each word.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes[..self.count]
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

    use super::{Edges, Lower, Words, load, short};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn read(words: &mut Words, lower: &Lower, edges: &Edges) {
        words.find(edges);
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
            let mut edges = [0; BLOCKS + 1];
            let mut expected = Vec::new();
            let mut at = 0;
            for pair in lengths.windows(2) {
                let (start, end) = (at + pair[1] % 3, at + pair[1] % 3 + pair[0]);
                if end > CHUNK {
                    break;
                }
                edges[start / 64] |= 1 << (start % 64);
                edges[end / 64] |= 1 << (end % 64);
                let hash = (pair[0] <= SHORT).then(|| crate::hash::bytes(&lower[PAD + start..PAD + end]));
                expected.push(([start as u16, end as u16], hash));
                at = end + 1;
            }
            let mut words = Words::new();
            for path in [Words::read, Words::read_portably] {
                path(&mut words, &lower, &edges);
                prop_assert_eq!(words.len(), expected.len());
                for ((place, hash), &(expected, value)) in
                    words.places().iter().zip(words.hashes()).zip(&expected)
                {
                    prop_assert_eq!(*place, expected);
                    prop_assert!(value.is_none_or(|value| value == *hash));
                }
                let is_long = |&i: &u16| lengths[usize::from(i)] > 8;
                let long: Vec<u16> = (0..expected.len() as u16).filter(is_long).collect();
                prop_assert_eq!(words.long(), &long[..]);
            }
        }
    }
}
