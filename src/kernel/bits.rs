//! One bit of each of 64 bytes, as a mask.

/// Bit `i` is bit `bit`, from 0 to 7, of byte `i`.
#[inline]
#[cfg(target_arch = "x86_64")]
pub(crate) fn gather(bytes: &[u8; 64], bit: u32) -> u64 {
    use std::arch::x86_64::{
        __m128i, _mm_cvtsi32_si128, _mm_loadu_si128, _mm_movemask_epi8, _mm_sll_epi64,
    };
    bytes.as_chunks::<16>().0.iter().rev().fold(0, |mask, quarter| {
        // SAFETY: an unaligned load of the 16 bytes of the array; all x86-64 machines have SSE2.
        let bits = unsafe {
            let bytes = _mm_loadu_si128(quarter.as_ptr().cast::<__m128i>());
            _mm_movemask_epi8(_mm_sll_epi64(bytes, _mm_cvtsi32_si128(7 - bit as i32)))
        };
        mask << 16 | u64::from(bits as u16)
    })
}

/// Bit `i` is bit `bit`, from 0 to 7, of byte `i`.
#[inline]
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn gather(bytes: &[u8; 64], bit: u32) -> u64 {
    portable(bytes, bit)
}

#[inline]
#[cfg(any(test, not(target_arch = "x86_64")))]
fn portable(bytes: &[u8; 64], bit: u32) -> u64 {
    bytes.as_chunks::<8>().0.iter().rev().fold(0, |mask, &eight| {
        // No two of the products meet, and the top byte gathers the bits in order.
        let flags = u64::from_le_bytes(eight) >> bit & 0x0101_0101_0101_0101;
        mask << 8 | flags.wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn bits_are_gathered_in_order() {
        for seed in 0..100 {
            let bytes: [u8; 64] = std::array::from_fn(|i| mix(seed * 64 + i as u64) as u8);
            for bit in 0..8 {
                let slow = (0..64).fold(0, |mask, i| mask | u64::from(bytes[i] >> bit & 1) << i);
                assert_eq!(portable(&bytes, bit), slow);
                assert_eq!(gather(&bytes, bit), slow);
            }
        }
    }
}
