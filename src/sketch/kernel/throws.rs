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
const CHUNK: usize = 256;

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
        if super::has_avx2() {
            // SAFETY: the features that the function is compiled for were just found.
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

/// Keeps `value` in its slot if it is the least there.
#[inline(always)]
fn throw(row: &mut [u32], slot: u32, value: u32) {
    debug_assert!((slot as usize) < row.len());
    // SAFETY: every slot is `h * row.len() / 2^32` for an `h` below 2^32, which is below
    // `row.len()`; the length of the row was checked against the slots on entry.
    let least = unsafe { row.get_unchecked_mut(slot as usize) };
    *least = (*least).min(value);
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
fn first_round(words: &[u64], slots: u64, row: &mut [u32]) {
    for &y in words {
        throw(row, (((y >> 32) * slots) >> 32) as u32, y as u32 >> 1);
    }
}

#[inline(always)]
fn pair_round(words: &[u64], (c, m): (u64, u64), first: usize, slots: u64, row: &mut [u32]) {
    let (upper, lower) = (prefix(first), prefix(first + 1));
    for &y in words {
        let mut z = (y ^ c).wrapping_mul(m);
        z ^= z >> 32;
        let throw_half = |row: &mut [u32], half: u64, prefix| {
            let product = half * slots;
            throw(row, (product >> 32) as u32, prefix | (product as u32 >> 12));
        };
        throw_half(row, z >> 32, upper);
        throw_half(row, z & 0xFFFF_FFFF, lower);
    }
}

/// Runs `round` over the keyed words of all elements; `words` holds those of the first chunk when
/// there is only one.
#[inline(always)]
fn for_chunks(
    key: u64,
    elements: &[u64],
    words: &mut [u64; CHUNK],
    mut round: impl FnMut(&[u64]),
) {
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
    let slots = throws.slots as u64;
    let mut words = [0; CHUNK];
    for chunk in elements.chunks(CHUNK) {
        keyed(throws.key, chunk, &mut words);
        first_round(&words[..chunk.len()], slots, row);
    }
    for (p, &constants) in throws.pairs.iter().enumerate() {
        if !has_vacant(row) {
            return;
        }
        for_chunks(throws.key, elements, &mut words, |words| {
            pair_round(words, constants, 2 * p + 1, slots, row);
        });
    }
    last_round(throws, elements, row);
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! The same rounds, with the words made four at a time. When few slots are vacant, eight throws
    //! at a time are tested against a bit set of the vacant slots, and only hits touch the row.

    use super::{
        CHUNK, Throws, VACANT, first_round, for_chunks, has_vacant, keyed, last_round, pair_round,
        prefix, throw,
    };
    use std::arch::x86_64::*;

    /// Bits of the vacant slots, 256 slots a register.
    type Vacant = [[u32; 8]; 4];

    #[target_feature(enable = "avx2,bmi2")]
    pub(super) fn sketch(throws: &Throws, elements: &[u64], row: &mut [u32]) {
        row.fill(VACANT);
        if elements.is_empty() {
            return;
        }
        let slots = throws.slots as u64;
        let mut words = [0; CHUNK];
        for chunk in elements.chunks(CHUNK) {
            keyed(throws.key, chunk, &mut words);
            first_round(&words[..chunk.len()], slots, row);
        }
        let mut pairs = throws.pairs.iter().enumerate();
        // many are vacant: every throw is likely to count
        let vacant = loop {
            if !has_vacant(row) {
                return;
            }
            let (vacant, count) = vacant_slots(row);
            if count * 4 <= throws.slots {
                break vacant;
            }
            let Some((p, &constants)) = pairs.next() else {
                last_round(throws, elements, row);
                return;
            };
            for_chunks(throws.key, elements, &mut words, |words| {
                pair_round(words, constants, 2 * p + 1, slots, row);
            });
        };
        // few are vacant: look before throwing
        let mut vacant = vacant;
        for (p, &constants) in pairs {
            let mut left = vacant;
            for_chunks(throws.key, elements, &mut words, |words| {
                if slots <= 256 {
                    filtered::<1>(words, constants, 2 * p + 1, slots, &vacant, &mut left, row);
                } else {
                    filtered::<4>(words, constants, 2 * p + 1, slots, &vacant, &mut left, row);
                }
            });
            vacant = left;
            if vacant.as_flattened().iter().all(|&bits| bits == 0) {
                return;
            }
        }
        last_round(throws, elements, row);
    }

    #[target_feature(enable = "avx2,bmi2")]
    fn vacant_slots(row: &[u32]) -> (Vacant, usize) {
        let mut vacant = [[0; 8]; 4];
        let mut count = 0;
        for (bits, values) in vacant.as_flattened_mut().iter_mut().zip(row.chunks(32)) {
            for (i, &value) in values.iter().enumerate() {
                *bits |= u32::from(value == VACANT) << i;
            }
            count += bits.count_ones() as usize;
        }
        (vacant, count)
    }

    /// A pair of rounds in which only throws at vacant slots are carried out; what they take is
    /// removed from `left`. `R` registers hold the bits of the slots.
    #[target_feature(enable = "avx2,bmi2")]
    #[inline]
    fn filtered<const R: usize>(
        words: &[u64],
        (c, m): (u64, u64),
        first: usize,
        slots: u64,
        vacant: &Vacant,
        left: &mut Vacant,
        row: &mut [u32],
    ) {
        let load = |bits: &[u32; 8]| {
            // SAFETY: an unaligned load of the 32 bytes of the array.
            unsafe { _mm256_loadu_si256(bits.as_ptr().cast()) }
        };
        let vacant: [__m256i; R] = std::array::from_fn(|r| load(&vacant[r]));
        let left = left.as_flattened_mut();
        let c = _mm256_set1_epi64x(c as i64);
        let (m_low, m_high) = (_mm256_set1_epi64x(m as i64), _mm256_set1_epi64x((m >> 32) as i64));
        let slots_wide = _mm256_set1_epi64x(slots as i64);
        let prefixes = _mm256_set1_epi64x((u64::from(prefix(first + 1)) << 32 | u64::from(prefix(first))) as i64);

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
            let upper = _mm256_mul_epu32(high, slots_wide);
            let lower = _mm256_mul_epu32(z, slots_wide);
            // even lanes throw the upper half, odd lanes the lower
            let slot = _mm256_blend_epi32(_mm256_srli_epi64(upper, 32), lower, 0b1010_1010);
            let index = _mm256_srli_epi32(slot, 5);
            let mut bits = _mm256_permutevar8x32_epi32(vacant[0], index);
            for (r, &register) in vacant.iter().enumerate().skip(1) {
                let here = _mm256_cmpeq_epi32(_mm256_srli_epi32(index, 3), _mm256_set1_epi32(r as i32));
                bits = _mm256_blendv_epi8(bits, _mm256_permutevar8x32_epi32(register, index), here);
            }
            let bit = _mm256_srlv_epi32(bits, _mm256_and_si256(slot, _mm256_set1_epi32(31)));
            let hits = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(bit, 31))) & lanes;
            if hits != 0 {
                let rest = _mm256_blend_epi32(upper, _mm256_slli_epi64(lower, 32), 0b1010_1010);
                let value = _mm256_or_si256(prefixes, _mm256_srli_epi32(rest, 12));
                let (mut slot_of, mut value_of) = ([0u32; 8], [0u32; 8]);
                // SAFETY: unaligned stores to the 32 bytes of each array.
                unsafe {
                    _mm256_storeu_si256(slot_of.as_mut_ptr().cast(), slot);
                    _mm256_storeu_si256(value_of.as_mut_ptr().cast(), value);
                }
                let mut hits = hits as u32;
                while hits != 0 {
                    let lane = hits.trailing_zeros() as usize & 7;
                    let slot = slot_of[lane];
                    throw(row, slot, value_of[lane]);
                    left[(slot >> 5) as usize & 31] &= !(1 << (slot & 31));
                    hits &= hits - 1;
                }
            }
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
                for (half, round) in [(z >> 32, 2 * p as u64 - 1), (z & 0xFFFF_FFFF, 2 * p as u64)] {
                    keep(half * k >> 32, 1 << 31 | round << 20 | (half * k & 0xFFFF_FFFF) >> 12);
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
    }

    #[test]
    fn every_path_runs_the_rounds_as_described() {
        for slots in [64, 72, 128, 248, 256, 264, 512, 1024] {
            for n in (0..14).chain([30, 60, 127, 255, 256, 257, 300, 511, 1500]) {
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
