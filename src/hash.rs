//! The one hash of the crate: nothing else hashes content.
//!
//! Bytes are hashed by XXH3 (64 bits, seed 0), as specified by the xxHash project and computed by
//! `xxhash-rust`. Words that are already hashes are combined by [`mix`]. Both are fixed: a change
//! of any value they return is a breaking change of this crate, and the golden vectors in `tests/`
//! notice it.

use xxhash_rust::xxh3::xxh3_64;

/// XXH3-64 with seed 0 of `bytes`.
#[inline]
#[must_use]
pub fn bytes(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Odd multiplier of the rolling polynomial over token hashes (2^64 / golden ratio).
pub const POLYNOMIAL_BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// A bijective finaliser of 64 bits: every input bit reaches every output bit.
///
/// The 64-bit finaliser of MurmurHash3 with the constants of Stafford's "Mix13"
/// (D. Stafford, "Better Bit Mixing", 2011; used by SplitMix64).
#[inline]
#[must_use]
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
