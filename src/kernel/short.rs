//! XXH3-64 of at most sixteen bytes, seed 0, from loaded words.
//!
//! The formulas are those of the XXH3 specification for inputs of 1 to 3, 4 to 8 and 9 to 16 bytes;
//! the constants are words of its default secret, already combined. The result is that of
//! [`hash::bytes`](crate::hash::bytes), without its checks and calls.

use std::hint::select_unpredictable;

/// Bytes 0..4 xor 4..8 of the secret.
pub(super) const FLIP_1_TO_3: u64 = 0x8727_5A9B;
/// Bytes 8..16 xor 16..24.
pub(super) const FLIP_4_TO_8: u64 = 0xC73A_B174_C5EC_D5A2;
/// Multipliers of the specification.
pub(super) const MULTIPLY_1_TO_3: (u64, u64) = (0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9);
pub(super) const MULTIPLY_4_TO_8: u64 = 0x9FB2_1C65_1E98_DF25;
/// Bytes 24..32 xor 32..40, and 40..48 xor 48..56.
const FLIP_9_TO_16: (u64, u64) = (0x6782_737B_EA42_39B9, 0xAF56_BC3B_0996_523A);

/// The hash of `len` bytes, 1 to 8, which are the first of `word` (little-endian; the others have no
/// effect). Other lengths give a value of no meaning.
#[inline(always)]
pub(super) fn up_to_8(word: u64, len: usize) -> u64 {
    let n = len as u32;
    // Both are computed and one is chosen: lengths 3 and 4 take turns too often to predict.
    let middle = word >> (((n >> 1) << 3) & 63) & 0xFF;
    let last = word >> ((n.wrapping_sub(1) << 3) & 63) & 0xFF;
    let mut few = (word & 0xFF) << 16 | middle << 24 | last | u64::from(n) << 8;
    few ^= FLIP_1_TO_3;
    few ^= few >> 33;
    few = few.wrapping_mul(MULTIPLY_1_TO_3.0);
    few ^= few >> 29;
    few = few.wrapping_mul(MULTIPLY_1_TO_3.1);
    few ^= few >> 32;

    let last = word >> ((n.wrapping_sub(4) << 3) & 63) & 0xFFFF_FFFF;
    let mut more = last.wrapping_add(word << 32) ^ FLIP_4_TO_8;
    more ^= more.rotate_left(49) ^ more.rotate_left(24);
    more = more.wrapping_mul(MULTIPLY_4_TO_8);
    more ^= (more >> 35).wrapping_add(u64::from(n));
    more = more.wrapping_mul(MULTIPLY_4_TO_8);
    more ^= more >> 28;

    select_unpredictable(len < 4, few, more)
}

/// The hash of `len` bytes, 9 to 16: `first` holds the first eight, `last` the last eight.
#[inline(always)]
pub(super) fn up_to_16(first: u64, last: u64, len: usize) -> u64 {
    let low = first ^ FLIP_9_TO_16.0;
    let high = last ^ FLIP_9_TO_16.1;
    let product = u128::from(low) * u128::from(high);
    let folded = product as u64 ^ (product >> 64) as u64;
    let mut h = (len as u64).wrapping_add(low.swap_bytes()).wrapping_add(high).wrapping_add(folded);
    h ^= h >> 37;
    h = h.wrapping_mul(0x1656_6791_9E37_79F9);
    h ^ h >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_hash_of_the_bytes(bytes in any::<[u8; 24]>(), len in 1usize..=16) {
            let load = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
            let hash = match len {
                ..=8 => up_to_8(load(0), len),
                _ => up_to_16(load(0), load(len - 8), len),
            };
            prop_assert_eq!(hash, crate::hash::bytes(&bytes[..len]));
        }
    }
}
