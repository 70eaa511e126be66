//! The kernel of Fast Similarity Sketching: every element is thrown at the slots, round after round.
//!
//! For `K` slots and the keyed word `y = mix(x ^ key)` of an element `x`:
//!
//! * round 0 throws `y` at slot `hi(y) * K / 2^32` with the value `lo(y) >> 1`;
//! * pair `p = 1..=K/2` makes `z = (y ^ c[p]) * m[p] mod 2^64`, `z ^= z >> 32`, and throws its upper
//!   half in round `2p - 1`, its lower half in round `2p`: half `h` goes to slot `h * K / 2^32` with
//!   the value `2^31 | round << 20 | (h * K mod 2^32) >> 12`;
//! * the last round, `K + 1`, throws each element at every slot `j`, with the upper 20 bits of
//!   `(y ^ c[K/2 + 1 + j]) * m[K/2 + 1 + j]`.
//!
//! `hi` and `lo` are the halves of a word, products are of 64 bits, divisions round down. A slot
//! keeps the least value thrown at it. A value of an earlier round is less than any of a later one,
//! so once every slot is taken, later rounds cannot change anything and are not run; what is
//! returned is the minimum over all of them. Hence the sketch of a union is the slot-wise minimum.

use crate::hash::{POLYNOMIAL_BASE, mix};

/// The value of a slot that nothing was thrown at: only the empty set has any.
pub(crate) const VACANT: u32 = u32::MAX;

/// Elements whose keyed words are held at a time.
const CHUNK: usize = 128;

/// The constants of all rounds for a number of slots and a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Throws {
    slots: usize,
    key: u64,
    /// `(c, m)` of the pairs of rounds.
    pairs: Box<[(u64, u64)]>,
    /// `(c, m)` of the last round, by slot.
    last: Box<[(u64, u64)]>,
}

impl Throws {
    /// Constants number `i` of a seed is `mix(mix(seed) + i * POLYNOMIAL_BASE)`: `key` is the
    /// first, `c[p]` number `2p`, `m[p]` number `2p + 1` made odd.
    pub(crate) fn new(slots: usize, seed: u64) -> Self {
        let start = mix(seed);
        let number = |i: usize| mix(start.wrapping_add((i as u64).wrapping_mul(POLYNOMIAL_BASE)));
        let constants = |p: usize| (number(2 * p), number(2 * p + 1) | 1);
        let pairs = slots / 2;
        Self {
            slots,
            key: number(1),
            pairs: (1..=pairs).map(constants).collect(),
            last: (pairs + 1..=pairs + slots).map(constants).collect(),
        }
    }

    /// Overwrites `out` by the sketch of the set of `elements`.
    ///
    /// # Panics
    /// If `out` does not have as many slots.
    pub(crate) fn sketch(&self, elements: &[u64], out: &mut [u32]) {
        assert_eq!(out.len(), self.slots, "the row has another number of slots");
        #[cfg(target_arch = "x86_64")]
        if super::has_avx512() && elements.len() >= 2 * self.slots {
            // SAFETY: the features that the function is compiled for were just found. Short documents,
            // with few throws between two looks at the slots, take longer in wide registers.
            unsafe { avx512::sketch(self, elements, out) };
            return;
        } else if super::has_avx2() {
            // SAFETY: as above.
            unsafe { avx2::sketch(self, elements, out) };
            return;
        }
        portable(self, elements, out);
    }
}

/// First bits of the values of `round`, for rounds after the first.
const fn prefix(round: usize) -> u32 {
    1 << 31 | (round as u32) << 20
}

/// Throws at slot `half * K / 2^32` the value that `value` makes of the rest of that division.
#[inline(always)]
fn throw(row: &mut [u32], half: u32, value: impl Fn(u32) -> u32) {
    let product = u64::from(half) * row.len() as u64;
    // SAFETY: `half` is less than 2^32, so the quotient is less than the length of the row.
    let least = unsafe { row.get_unchecked_mut((product >> 32) as usize) };
    *least = (*least).min(value(product as u32));
}

#[inline(always)]
fn has_vacant(row: &[u32]) -> bool {
    // no early exit, so that this becomes wide compares
    row.iter().fold(0, |found, &value| found | u32::from(value == VACANT)) != 0
}

/// The keyed words of a chunk of elements.
#[inline(always)]
fn keyed(key: u64, elements: &[u64], words: &mut [u64; CHUNK]) {
    for (word, &x) in words.iter_mut().zip(elements) {
        *word = mix(x ^ key);
    }
}

#[inline(always)]
fn first_round(words: &[u64], row: &mut [u32]) {
    for &y in words {
        throw(row, (y >> 32) as u32, |_| y as u32 >> 1);
    }
}

#[inline(always)]
fn pair_round(words: &[u64], (c, m): (u64, u64), first: usize, row: &mut [u32]) {
    for &y in words {
        let mut z = (y ^ c).wrapping_mul(m);
        z ^= z >> 32;
        throw(row, (z >> 32) as u32, |rest| prefix(first) | rest >> 12);
        throw(row, z as u32, |rest| prefix(first + 1) | rest >> 12);
    }
}

/// Runs `round` over the keyed words of all elements; `words` holds those of the first chunk when
/// there is only one.
#[inline(always)]
fn for_chunks(key: u64, elements: &[u64], words: &mut [u64; CHUNK], mut round: impl FnMut(&[u64])) {
    if elements.len() <= CHUNK {
        round(&words[..elements.len()]);
        return;
    }
    for chunk in elements.chunks(CHUNK) {
        keyed(key, chunk, words);
        round(&words[..chunk.len()]);
    }
}

/// The last round, for the slots that are still vacant.
#[cold]
fn last_round(throws: &Throws, elements: &[u64], row: &mut [u32]) {
    let prefix = prefix(throws.slots + 1);
    for (value, &(c, m)) in row.iter_mut().zip(&throws.last) {
        if *value == VACANT {
            for &x in elements {
                let z = (mix(x ^ throws.key) ^ c).wrapping_mul(m);
                *value = (*value).min(prefix | (z >> 44) as u32);
            }
        }
    }
}

fn portable(throws: &Throws, elements: &[u64], row: &mut [u32]) {
    row.fill(VACANT);
    if elements.is_empty() {
        return;
    }
    let mut words = [0; CHUNK];
    for chunk in elements.chunks(CHUNK) {
        keyed(throws.key, chunk, &mut words);
        first_round(&words[..chunk.len()], row);
    }
    for (p, &constants) in throws.pairs.iter().enumerate() {
        if !has_vacant(row) {
            return;
        }
        for_chunks(throws.key, elements, &mut words, |words| {
            pair_round(words, constants, 2 * p + 1, row);
        });
    }
    last_round(throws, elements, row);
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! The same rounds, eight throws at a time. They are tested against a bit set of the vacant
    //! slots, and those that hit are packed into a queue without a branch: whether a throw hits is
    //! what no branch predictor can learn.

    use super::{CHUNK, Throws, VACANT, first_round, for_chunks, keyed, last_round, prefix};
    use std::arch::x86_64::*;

    /// Bits of the vacant slots, 256 slots a register.
    type Vacant = [[u64; 4]; 4];

    /// Words that are thrown at a time; each makes two throws.
    const BURST: usize = 32;

    /// Throws that hit, not yet carried out: room for two bursts, and for a whole register behind
    /// the last throw.
    struct Queue {
        slots: [u32; QUEUED + 8],
        values: [u32; QUEUED + 8],
        len: usize,
    }
    const QUEUED: usize = 4 * BURST;

    impl Queue {
        #[inline(always)]
        fn drain(&mut self, row: &mut [u32]) {
            for (&slot, &value) in self.slots[..self.len].iter().zip(&self.values[..self.len]) {
                let least = &mut row[slot as usize];
                *least = (*least).min(value);
            }
            self.len = 0;
        }
    }

    /// The places of the set bits of every byte, in order.
    static SET_BITS: [[u8; 8]; 256] = {
        let mut table = [[0; 8]; 256];
        let mut byte = 0;
        while byte < 256 {
            let (mut bit, mut n) = (0, 0);
            while bit < 8 {
                if byte >> bit & 1 == 1 {
                    table[byte][n] = bit as u8;
                    n += 1;
                }
                bit += 1;
            }
            byte += 1;
        }
        table
    };

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    pub(super) fn sketch(throws: &Throws, elements: &[u64], row: &mut [u32]) {
        row.fill(VACANT);
        if elements.is_empty() {
            return;
        }
        let slots = throws.slots as u32;
        let mut words = [0; CHUNK];
        for chunk in elements.chunks(CHUNK) {
            keyed(throws.key, chunk, &mut words);
            first_round(&words[..chunk.len()], row);
        }
        let mut queue = Queue { slots: [0; QUEUED + 8], values: [0; QUEUED + 8], len: 0 };
        // Short documents need many rounds, and looking for vacant slots after each would wait for
        // all its throws to arrive; throws at slots taken meanwhile do no harm. One and a half
        // throws a slot between two looks measured best.
        let together = (throws.slots * 3 / 4).div_ceil(elements.len());
        for (pass, pairs) in throws.pairs.chunks(together).enumerate() {
            let vacant = vacant_slots(row);
            if vacant.as_flattened().iter().fold(0, |any, bits| any | bits) == 0 {
                return;
            }
            for_chunks(throws.key, elements, &mut words, |words| {
                for (i, &constants) in pairs.iter().enumerate() {
                    let first = 2 * (pass * together + i) + 1;
                    for burst in words.chunks(BURST) {
                        if queue.len > QUEUED - 2 * BURST {
                            queue.drain(row);
                        }
                        if slots <= 256 {
                            queue_hits::<1>(burst, constants, first, slots, &vacant, &mut queue);
                        } else {
                            queue_hits::<4>(burst, constants, first, slots, &vacant, &mut queue);
                        }
                    }
                }
            });
            queue.drain(row);
        }
        last_round(throws, elements, row);
    }

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    #[inline]
    fn vacant_slots(row: &[u32]) -> Vacant {
        let mut vacant = [[0; 4]; 4];
        for (bits, values) in vacant.as_flattened_mut().iter_mut().zip(row.chunks(64)) {
            let (eights, _) = values.as_chunks::<8>();
            *bits = match <&[_; 8]>::try_from(eights) {
                // the usual case, unrolled
                Ok(eights) => vacant_bits(eights),
                Err(_) => vacant_bits(eights),
            };
        }
        vacant
    }

    #[target_feature(enable = "avx2,bmi2,popcnt")]
    #[inline]
    fn vacant_bits(eights: &[[u32; 8]]) -> u64 {
        let mut bits = 0;
        for (i, eight) in eights.iter().enumerate() {
            // SAFETY: an unaligned load of the 32 bytes of the array.
            let values = unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) };
            let is_vacant = _mm256_cmpeq_epi32(values, _mm256_set1_epi32(VACANT as i32));
            bits |= u64::from(_mm256_movemask_ps(_mm256_castsi256_ps(is_vacant)) as u8) << (8 * i);
        }
        bits
    }

    /// Puts those throws of a pair of rounds that hit a vacant slot into the queue. `R` registers
    /// hold the bits of the slots.
    #[target_feature(enable = "avx2,bmi2,popcnt")]
    #[inline]
    fn queue_hits<const R: usize>(
        words: &[u64],
        (c, m): (u64, u64),
        first: usize,
        slots: u32,
        vacant: &Vacant,
        queue: &mut Queue,
    ) {
        assert!(words.len() <= BURST && queue.len <= QUEUED - 2 * BURST);
        let vacant: [__m256i; R] = std::array::from_fn(|r| {
            let [a, b, c, d] = vacant[r].map(|bits| bits as i64);
            _mm256_setr_epi64x(a, b, c, d)
        });
        let c = _mm256_set1_epi64x(c as i64);
        let (m_low, m_high) = (_mm256_set1_epi64x(m as i64), _mm256_set1_epi64x((m >> 32) as i64));
        let slots = _mm256_set1_epi64x(i64::from(slots));
        let prefixes = u64::from(prefix(first + 1)) << 32 | u64::from(prefix(first));
        let prefixes = _mm256_set1_epi64x(prefixes as i64);
        let mut queued = queue.len;

        let mut throw_four = |four: &[u64; 4], lanes: i32| {
            // SAFETY: an unaligned load of the 32 bytes of the array.
            let y = unsafe { _mm256_loadu_si256(four.as_ptr().cast()) };
            let y = _mm256_xor_si256(y, c);
            // y * m mod 2^64 from 32-bit products
            let cross = _mm256_add_epi64(
                _mm256_mul_epu32(_mm256_srli_epi64(y, 32), m_low),
                _mm256_mul_epu32(y, m_high),
            );
            let z = _mm256_add_epi64(_mm256_mul_epu32(y, m_low), _mm256_slli_epi64(cross, 32));
            let high = _mm256_srli_epi64(z, 32);
            let z = _mm256_xor_si256(z, high);
            let upper = _mm256_mul_epu32(high, slots);
            let lower = _mm256_mul_epu32(z, slots);
            // even lanes throw the upper half, odd lanes the lower
            let slot = _mm256_blend_epi32(_mm256_srli_epi64(upper, 32), lower, 0b1010_1010);
            let index = _mm256_srli_epi32(slot, 5);
            let mut bits = _mm256_permutevar8x32_epi32(vacant[0], index);
            for (r, &register) in vacant.iter().enumerate().skip(1) {
                let r = _mm256_set1_epi32(r as i32);
                let here = _mm256_cmpeq_epi32(_mm256_srli_epi32(index, 3), r);
                bits = _mm256_blendv_epi8(bits, _mm256_permutevar8x32_epi32(register, index), here);
            }
            let bit = _mm256_srlv_epi32(bits, _mm256_and_si256(slot, _mm256_set1_epi32(31)));
            let hits = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(bit, 31))) & lanes;
            let rest = _mm256_blend_epi32(upper, _mm256_slli_epi64(lower, 32), 0b1010_1010);
            let value = _mm256_or_si256(prefixes, _mm256_srli_epi32(rest, 12));
            let order = u64::from_le_bytes(SET_BITS[hits as usize & 0xFF]);
            let order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(order as i64));
            // SAFETY: a burst makes at most 2 * BURST throws, for which there was room at its start,
            // and the arrays go on for the eight entries of one store behind the last throw.
            unsafe {
                let to = queue.slots.as_mut_ptr().add(queued).cast();
                _mm256_storeu_si256(to, _mm256_permutevar8x32_epi32(slot, order));
                let to = queue.values.as_mut_ptr().add(queued).cast();
                _mm256_storeu_si256(to, _mm256_permutevar8x32_epi32(value, order));
            }
            queued += hits.count_ones() as usize;
        };
        let (fours, rest) = words.as_chunks::<4>();
        for four in fours {
            throw_four(four, 0xFF);
        }
        if !rest.is_empty() {
            let mut four = [0; 4];
            four[..rest.len()].copy_from_slice(rest);
            throw_four(&four, (1 << (2 * rest.len())) - 1);
        }
        queue.len = queued;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    //! As with AVX2, sixteen throws at a time; the bits of all slots fit into two registers.

    use super::{CHUNK, Throws, VACANT, first_round, for_chunks, keyed, last_round, prefix};
    use std::arch::x86_64::*;

    /// Bits of the vacant slots.
    type Vacant = [[u32; 16]; 2];

    /// Words that are thrown at a time; each makes two throws.
    const BURST: usize = 64;

    /// Throws that hit, not yet carried out: room for two bursts, and for a whole register behind
    /// the last throw.
    struct Queue {
        slots: [u32; QUEUED + 16],
        values: [u32; QUEUED + 16],
        len: usize,
    }
    const QUEUED: usize = 4 * BURST;

    impl Queue {
        #[inline(always)]
        fn drain(&mut self, row: &mut [u32]) {
            for (&slot, &value) in self.slots[..self.len].iter().zip(&self.values[..self.len]) {
                let least = &mut row[slot as usize];
                *least = (*least).min(value);
            }
            self.len = 0;
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn sketch(throws: &Throws, elements: &[u64], row: &mut [u32]) {
        row.fill(VACANT);
        if elements.is_empty() {
            return;
        }
        let mut words = [0; CHUNK];
        for chunk in elements.chunks(CHUNK) {
            keyed(throws.key, chunk, &mut words);
            first_round(&words[..chunk.len()], row);
        }
        let mut queue = Queue { slots: [0; QUEUED + 16], values: [0; QUEUED + 16], len: 0 };
        // see the twin for AVX2
        let together = (throws.slots * 3 / 4).div_ceil(elements.len());
        for (pass, pairs) in throws.pairs.chunks(together).enumerate() {
            let vacant = vacant_slots(row);
            if vacant.as_flattened().iter().fold(0, |any, bits| any | bits) == 0 {
                return;
            }
            for_chunks(throws.key, elements, &mut words, |words| {
                for (i, &constants) in pairs.iter().enumerate() {
                    let first = 2 * (pass * together + i) + 1;
                    for burst in words.chunks(BURST) {
                        if queue.len > QUEUED - 2 * BURST {
                            queue.drain(row);
                        }
                        queue_hits(burst, constants, first, row.len(), &vacant, &mut queue);
                    }
                }
            });
            queue.drain(row);
        }
        last_round(throws, elements, row);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn vacant_slots(row: &[u32]) -> Vacant {
        let mut vacant = [[0; 16]; 2];
        for (bits, values) in vacant.as_flattened_mut().iter_mut().zip(row.chunks(32)) {
            for (values, shift) in values.chunks(16).zip([0, 16]) {
                let lanes = u16::MAX >> (16 - values.len());
                // SAFETY: a masked load of the entries of the slice.
                let values = unsafe { _mm512_maskz_loadu_epi32(lanes, values.as_ptr().cast()) };
                let all = _mm512_set1_epi32(VACANT as i32);
                *bits |= u32::from(_mm512_cmpeq_epi32_mask(values, all)) << shift;
            }
        }
        vacant
    }

    /// Puts those throws of a pair of rounds that hit a vacant slot into the queue.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    fn queue_hits(
        words: &[u64],
        (c, m): (u64, u64),
        first: usize,
        slots: usize,
        vacant: &Vacant,
        queue: &mut Queue,
    ) {
        assert!(words.len() <= BURST && queue.len <= QUEUED - 2 * BURST);
        // SAFETY: unaligned loads of the 64 bytes of each array.
        let vacant = vacant.each_ref().map(|v| unsafe { _mm512_loadu_si512(v.as_ptr().cast()) });
        let (c, m) = (_mm512_set1_epi64(c as i64), _mm512_set1_epi64(m as i64));
        let slots = _mm512_set1_epi64(slots as i64);
        let prefixes = u64::from(prefix(first + 1)) << 32 | u64::from(prefix(first));
        let prefixes = _mm512_set1_epi64(prefixes as i64);
        // even lanes throw the upper half, odd lanes the lower
        const ODD: u16 = 0xAAAA;
        let mut queued = queue.len;
        for eight in words.chunks(8) {
            let lanes = u8::MAX >> (8 - eight.len());
            // SAFETY: a masked load of the entries of the slice.
            let y = unsafe { _mm512_maskz_loadu_epi64(lanes, eight.as_ptr().cast()) };
            let z = _mm512_mullo_epi64(_mm512_xor_si512(y, c), m);
            let high = _mm512_srli_epi64(z, 32);
            let z = _mm512_xor_si512(z, high);
            let upper = _mm512_mul_epu32(high, slots);
            let lower = _mm512_mul_epu32(z, slots);
            let slot = _mm512_mask_mov_epi32(_mm512_srli_epi64(upper, 32), ODD, lower);
            let bits = _mm512_permutex2var_epi32(vacant[0], _mm512_srli_epi32(slot, 5), vacant[1]);
            let own = _mm512_sllv_epi32(
                _mm512_set1_epi32(1),
                _mm512_and_si512(slot, _mm512_set1_epi32(31)),
            );
            // both halves of the words there are
            let both = _pdep_u32(lanes.into(), 0x5555) * 3;
            let hits = _mm512_test_epi32_mask(bits, own) & both as u16;
            let rest = _mm512_mask_mov_epi32(upper, ODD, _mm512_slli_epi64(lower, 32));
            let value = _mm512_or_si512(prefixes, _mm512_srli_epi32(rest, 12));
            // SAFETY: a burst makes at most 2 * BURST throws, for which there was room at its start,
            // and the arrays go on for the sixteen entries of one store behind the last throw.
            unsafe {
                let to = queue.slots.as_mut_ptr().add(queued).cast();
                _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(hits, slot));
                let to = queue.values.as_mut_ptr().add(queued).cast();
                _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(hits, value));
            }
            queued += hits.count_ones() as usize;
        }
        queue.len = queued;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rounds as the module describes them, all of them, for every element.
    fn slow(throws: &Throws, elements: &[u64]) -> Vec<u32> {
        let k = throws.slots as u64;
        let mut row = vec![VACANT; throws.slots];
        let mut keep = |slot: u64, value: u64| {
            let slot = slot as usize;
            row[slot] = row[slot].min(u32::try_from(value).unwrap());
        };
        for &x in elements {
            let y = mix(x ^ throws.key);
            keep(((y >> 32) * k) >> 32, (y & 0xFFFF_FFFF) >> 1);
            for p in 1..=throws.slots / 2 {
                let (c, m) = throws.pairs[p - 1];
                let mut z = (y ^ c).wrapping_mul(m);
                z ^= z >> 32;
                for (half, round) in [(z >> 32, 2 * p as u64 - 1), (z & 0xFFFF_FFFF, 2 * p as u64)]
                {
                    let product = half * k;
                    let rest = product & 0xFFFF_FFFF;
                    keep(product >> 32, 1 << 31 | round << 20 | rest >> 12);
                }
            }
            for (j, &(c, m)) in throws.last.iter().enumerate() {
                let z = (y ^ c).wrapping_mul(m);
                keep(j as u64, 1 << 31 | (k + 1) << 20 | z >> 44);
            }
        }
        row
    }

    fn check(slots: usize, seed: u64, elements: &[u64]) {
        let throws = Throws::new(slots, seed);
        let expected = slow(&throws, elements);
        let mut row = vec![0; slots];
        portable(&throws, elements, &mut row);
        assert_eq!(row, expected, "portable, {slots} slots, {} elements", elements.len());
        row.fill(0);
        throws.sketch(elements, &mut row);
        assert_eq!(row, expected, "as detected, {slots} slots, {} elements", elements.len());
        #[cfg(target_arch = "x86_64")]
        if super::super::has_avx2() {
            row.fill(0);
            // SAFETY: the features that the function is compiled for were just found.
            unsafe { avx2::sketch(&throws, elements, &mut row) };
            assert_eq!(row, expected, "AVX2, {slots} slots, {} elements", elements.len());
        }
        #[cfg(target_arch = "x86_64")]
        if super::super::has_avx512() {
            row.fill(0);
            // SAFETY: as above.
            unsafe { avx512::sketch(&throws, elements, &mut row) };
            assert_eq!(row, expected, "AVX-512, {slots} slots, {} elements", elements.len());
        }
    }

    #[test]
    fn every_path_runs_the_rounds_as_described() {
        // an interpreter gets through only a part of it
        let (all_slots, most) = if cfg!(miri) {
            (&[64, 264][..], 70)
        } else {
            (&[64, 72, 128, 248, 256, 264, 512, 1024][..], 1500)
        };
        for &slots in all_slots {
            let counts = (0..14).chain([30, 60, 127, 255, 256, 257, 300, 511, 1500]);
            for n in counts.filter(|&n| n <= most) {
                let elements: Vec<u64> = (0..n).map(|i| mix(i ^ slots as u64)).collect();
                check(slots, n, &elements);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_path_agrees_on_any_elements(
            slots in 8usize..=128,
            seed: u64,
            elements in proptest::collection::vec(any::<u64>(), 0..400),
        ) {
            check(slots * 8, seed, &elements);
        }
    }
}
