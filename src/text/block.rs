//! 64 bytes at a time: which are letters or digits, which spaces, and the block in lower case.
//!
//! Each class is a mask with bit `i` for byte `i`. The loops are plain, so that compilers turn
//! them into vector instructions.

/// Bytes in a block.
pub(super) const SIZE: usize = 64;

/// Bytes before and behind the lower-case copy, so that eight bytes may be read from any place.
pub(super) const PAD: usize = 16;

/// Classes of the 64 bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Masks {
    /// `A-Z`, `a-z`, `0-9`.
    pub(super) word: u64,
    /// U+0020.
    pub(super) space: u64,
    /// Not ASCII.
    pub(super) high: u64,
}

/// The lower-case copy of a block, between paddings of no meaning.
pub(super) type Lower = [u8; PAD + SIZE + PAD];

/// Masks of `block`; its ASCII lower case goes to the middle of `lower`.
#[inline]
pub(super) fn classify(block: &[u8; SIZE], lower: &mut Lower) -> Masks {
    let mut word = [0; SIZE];
    let mut space = [0; SIZE];
    let mut any = 0;
    for i in 0..SIZE {
        let byte = block[i];
        let upper = byte.wrapping_sub(b'A') < 26;
        let low = byte | u8::from(upper) << 5;
        lower[PAD + i] = low;
        word[i] = u8::from(low.wrapping_sub(b'a') < 26) | u8::from(byte.wrapping_sub(b'0') < 10);
        space[i] = u8::from(byte == b' ');
        any |= byte;
    }
    let high = if any < 0x80 { 0 } else { gather(&block.map(|byte| byte >> 7)) };
    Masks { word: gather(&word), space: gather(&space), high }
}

/// The mask of 64 flags, each 0 or 1.
#[inline]
fn gather(flags: &[u8; SIZE]) -> u64 {
    let mut mask = 0;
    for i in 0..SIZE / 8 {
        let mut group = [0; 8];
        group.copy_from_slice(&flags[8 * i..8 * i + 8]);
        // No two of the products meet, and the top byte gathers the flags in order.
        let bits = u64::from_le_bytes(group).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= bits << (8 * i);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_classes_at_every_place() {
        for byte in 0..=255u8 {
            for at in 0..SIZE {
                let mut block = [b'-'; SIZE];
                block[at] = byte;
                block[(at + 9) % SIZE] = b'x';
                let mut lower = [0; PAD + SIZE + PAD];
                let masks = classify(&block, &mut lower);
                let bit = |is: bool| u64::from(is) << at;
                let other = 1 << ((at + 9) % SIZE);
                assert_eq!(masks.word, bit(byte.is_ascii_alphanumeric()) | other);
                assert_eq!(masks.space, bit(byte == 0x20));
                assert_eq!(masks.high, bit(byte >= 0x80));
                assert_eq!(lower[PAD + at], byte.to_ascii_lowercase());
            }
        }
    }
}
