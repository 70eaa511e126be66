//! The kernel of k-permutation MinHash: `row[i] = min(row[i], a[i] * h + b[i] mod 2^32)` for every
//! hash `h`.

/// Permutations that stay in registers while the hashes pass.
const BLOCK: usize = 32;

/// Lowers `row` by the permuted `hashes`. The slices `a`, `b` and `row` have one length.
pub(crate) fn lower(a: &[u32], b: &[u32], hashes: &[u32], row: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if super::has_avx2() {
        // SAFETY: the features that the function is compiled for were just found.
        unsafe { lower_avx2(a, b, hashes, row) };
        return;
    }
    portable(a, b, hashes, row);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn lower_avx2(a: &[u32], b: &[u32], hashes: &[u32], row: &mut [u32]) {
    portable(a, b, hashes, row);
}

#[inline(always)]
fn portable(a: &[u32], b: &[u32], hashes: &[u32], row: &mut [u32]) {
    let (a_blocks, a_rest) = a.as_chunks::<BLOCK>();
    let (b_blocks, b_rest) = b.as_chunks::<BLOCK>();
    let (row_blocks, row_rest) = row.as_chunks_mut::<BLOCK>();
    for ((a, b), row) in a_blocks.iter().zip(b_blocks).zip(row_blocks) {
        *row = block(a, b, hashes, *row);
    }
    for ((&a, &b), least) in a_rest.iter().zip(b_rest).zip(row_rest) {
        *least =
            hashes.iter().fold(*least, |least, &h| least.min(a.wrapping_mul(h).wrapping_add(b)));
    }
}

#[inline(always)]
fn block(
    a: &[u32; BLOCK],
    b: &[u32; BLOCK],
    hashes: &[u32],
    mut least: [u32; BLOCK],
) -> [u32; BLOCK] {
    for &h in hashes {
        for i in 0..BLOCK {
            least[i] = least[i].min(a[i].wrapping_mul(h).wrapping_add(b[i]));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn every_path_gives_the_same_row() {
        let word = |i: usize| mix(i as u64) as u32;
        for slots in [1, 31, 32, 33, 128, 200] {
            let a: Vec<u32> = (0..slots).map(|i| word(i) | 1).collect();
            let b: Vec<u32> = (0..slots).map(|i| word(1000 + i)).collect();
            for n in [0, 1, 5, 300] {
                let hashes: Vec<u32> = (0..n).map(|i| word(5000 + i)).collect();
                let slow: Vec<u32> = (0..slots)
                    .map(|i| {
                        let permuted =
                            hashes.iter().map(|h| a[i].wrapping_mul(*h).wrapping_add(b[i]));
                        permuted.min().unwrap_or(u32::MAX)
                    })
                    .collect();
                let (mut one, mut other) = (vec![u32::MAX; slots], vec![u32::MAX; slots]);
                portable(&a, &b, &hashes, &mut one);
                lower(&a, &b, &hashes, &mut other);
                assert_eq!(one, slow);
                assert_eq!(other, slow);
            }
        }
    }
}
