//! Shingles of a fixed number of tokens.

use crate::hash::{POLYNOMIAL_BASE, mix};

/// Longest shingle that is summed anew at each token, which registers do faster than rolling.
const SUMMED: usize = 16;

/// Replaces the content of `out` by [`mix`] of the polynomial over each run of `width` of `tokens`, the
/// first token with the highest power.
pub(crate) fn shingles(tokens: &[u64], width: usize, out: &mut Vec<u64>) {
    let Some(last) = tokens.len().checked_sub(width) else {
        out.clear();
        return;
    };
    // what is there is written over
    out.resize(last + 1, 0);
    #[cfg(target_arch = "x86_64")]
    if super::has_avx512() && width <= SUMMED {
        // SAFETY: the features that the function is compiled for were just found.
        unsafe { avx512(tokens, width, out) };
        return;
    }
    roll(tokens, width, out);
}

/// From one shingle to the next (Karp and Rabin 1987).
fn roll(tokens: &[u64], width: usize, out: &mut [u64]) {
    let leaving = POLYNOMIAL_BASE.wrapping_pow(width as u32);
    let first = tokens[..width - 1]
        .iter()
        .fold(0u64, |sum, &token| sum.wrapping_mul(POLYNOMIAL_BASE).wrapping_add(token));
    let before = std::iter::once(&0).chain(tokens);
    let mut sum = first;
    for ((out, &new), &old) in out.iter_mut().zip(&tokens[width - 1..]).zip(before) {
        sum = sum.wrapping_mul(POLYNOMIAL_BASE).wrapping_add(new);
        sum = sum.wrapping_sub(old.wrapping_mul(leaving));
        *out = mix(sum);
    }
}

/// Eight shingles at a time, each summed by itself.
#[inline(always)]
#[cfg(any(test, target_arch = "x86_64"))]
fn sum(tokens: &[u64], width: usize, out: &mut [u64]) {
    const LANES: usize = 8;
    let mut at = 0;
    while let Some(out) = out.get_mut(at..).and_then(<[u64]>::first_chunk_mut::<LANES>) {
        let mut sums = [0u64; LANES];
        for tokens in tokens[at..at + width + LANES - 1].windows(LANES) {
            for (sum, &token) in sums.iter_mut().zip(tokens) {
                *sum = sum.wrapping_mul(POLYNOMIAL_BASE).wrapping_add(token);
            }
        }
        *out = sums.map(mix);
        at += LANES;
    }
    for (out, tokens) in out[at..].iter_mut().zip(tokens[at..].windows(width)) {
        *out = mix(tokens
            .iter()
            .fold(0, |sum: u64, &token| sum.wrapping_mul(POLYNOMIAL_BASE).wrapping_add(token)));
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn avx512(tokens: &[u64], width: usize, out: &mut [u64]) {
    sum(tokens, width, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_path_agrees(
            tokens in proptest::collection::vec(any::<u64>(), 0..90),
            width in 1usize..=32,
        ) {
            let mut out = vec![7; 40];
            shingles(&tokens, width, &mut out);
            let count = (tokens.len() + 1).saturating_sub(width);
            let (mut rolled, mut summed) = (vec![0; count], vec![0; count]);
            if count > 0 {
                roll(&tokens, width, &mut rolled);
                sum(&tokens, width, &mut summed);
            }
            prop_assert_eq!(&out, &rolled);
            prop_assert_eq!(&out, &summed);
        }
    }
}
