//! Counting the places where two rows agree.

/// Number of places where `a` and `b` hold the same value, up to the shorter length.
pub(crate) fn count<T: Copy + Eq>(a: &[T], b: &[T]) -> usize {
    // short inner sums stay in narrow lanes
    a.chunks(128)
        .zip(b.chunks(128))
        .map(|(a, b)| usize::from(a.iter().zip(b).fold(0u8, |n, (x, y)| n + u8::from(x == y))))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_place() {
        for len in [0, 1, 7, 127, 128, 129, 1000] {
            let a: Vec<u8> = (0..len).map(|i| (i * 7 % 5) as u8).collect();
            let b: Vec<u8> = (0..len).map(|i| (i * 3 % 5) as u8).collect();
            let slow = (0..len).filter(|&i| a[i] == b[i]).count();
            assert_eq!(count(&a, &b), slow);
            assert_eq!(count(&a, &a), len);
        }
    }
}
