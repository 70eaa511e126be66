//! XXH3-64 of at most sixteen bytes, seed 0, from two loaded words.
//!
//! The formulas are those of the XXH3 specification for inputs of 1 to 3, 4 to 8 and 9 to 16 bytes;
//! the constants are words of its default secret, already combined. The result is that of
//! [`hash::bytes`](crate::hash::bytes), without its checks and calls.

use std::hint::select_unpredictable;

/// Bytes 0..4 xor 4..8 of the secret.
const FLIP_1_TO_3: u64 = 0x8727_5A9B;
/// Bytes 8..16 xor 16..24.
const FLIP_4_TO_8: u64 = 0xC73A_B174_C5EC_D5A2;
/// Bytes 24..32 xor 32..40, and 40..48 xor 48..56.
const FLIP_9_TO_16: (u64, u64) = (0x6782_737B_EA42_39B9, 0xAF56_BC3B_0996_523A);

/// The hash of a word of `len` bytes, 1 to 16. `first` holds the eight bytes from its first on,
/// `last` the eight bytes up to its last (little-endian; what lies outside the word has no effect).
#[inline]
pub(super) fn hash(first: u64, last: u64, len: usize) -> u64 {
    let n = len as u64;
    if len > 8 {
        let low = first ^ FLIP_9_TO_16.0;
        let high = last ^ FLIP_9_TO_16.1;
        let product = u128::from(low) * u128::from(high);
        let folded = product as u64 ^ (product >> 64) as u64;
        let mut h = n.wrapping_add(low.swap_bytes()).wrapping_add(high).wrapping_add(folded);
        h ^= h >> 37;
        h = h.wrapping_mul(0x1656_6791_9E37_79F9);
        return h ^ h >> 32;
    }
    // Both are computed and one is chosen: lengths 3 and 4 take turns too often to predict.
    let middle = first >> (8 * (n >> 1)) & 0xFF;
    let mut few = (first & 0xFF) << 16 | middle << 24 | last >> 56 | n << 8;
    few ^= FLIP_1_TO_3;
    few ^= few >> 33;
    few = few.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    few ^= few >> 29;
    few = few.wrapping_mul(0x1656_67B1_9E37_79F9);
    few ^= few >> 32;

    let mut more = (last >> 32).wrapping_add(first << 32) ^ FLIP_4_TO_8;
    more ^= more.rotate_left(49) ^ more.rotate_left(24);
    more = more.wrapping_mul(0x9FB2_1C65_1E98_DF25);
    more ^= (more >> 35).wrapping_add(n);
    more = more.wrapping_mul(0x9FB2_1C65_1E98_DF25);
    more ^= more >> 28;

    select_unpredictable(len < 4, few, more)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_hash_of_the_bytes(bytes in any::<[u8; 48]>(), len in 1usize..=16) {
            let load = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
            prop_assert_eq!(super::hash(load(16), load(16 + len - 8), len), crate::hash::bytes(&bytes[16..16 + len]));
        }
    }
}
