//! Numbers of odd widths: runs of bits and integers of variable length.

/// Appends numbers of `bits` bits, the lowest bit first, and fills the last byte with zeros.
pub(super) struct BitWriter<'b> {
    out: &'b mut Vec<u8>,
    held: u64,
    count: u32,
}

impl<'b> BitWriter<'b> {
    pub(super) fn new(out: &'b mut Vec<u8>) -> Self {
        Self { out, held: 0, count: 0 }
    }

    /// `bits`: at most 40, and `value` has no more.
    #[inline]
    pub(super) fn put(&mut self, value: u64, bits: u32) {
        debug_assert!(bits <= 40 && value >> bits == 0);
        self.held |= value << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    pub(super) fn finish(self) {
        if self.count > 0 {
            self.out.push(self.held as u8);
        }
    }
}

/// Reads what [`BitWriter`] wrote.
pub(super) struct BitReader<'b> {
    bytes: &'b [u8],
    held: u64,
    count: u32,
}

impl<'b> BitReader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, held: 0, count: 0 }
    }

    /// The next `bits` bits, at most 56; `None` where the bytes end.
    #[inline]
    pub(super) fn take(&mut self, bits: u32) -> Option<u64> {
        if self.count < bits {
            self.fill(bits)?;
        }
        let value = self.held & ((1 << bits) - 1);
        self.held >>= bits;
        self.count -= bits;
        Some(value)
    }

    /// Holds `bits` bits at least.
    #[inline]
    fn fill(&mut self, bits: u32) -> Option<()> {
        if let Some((bytes, _)) = self.bytes.split_first_chunk::<8>() {
            // as many whole bytes as there is room for
            let room = (64 - self.count) / 8;
            let taken = u64::from_le_bytes(*bytes) & u64::MAX >> (64 - 8 * room);
            self.held |= taken << self.count;
            self.count += 8 * room;
            self.bytes = &self.bytes[room as usize..];
            return Some(());
        }
        while self.count < bits {
            let (&byte, rest) = self.bytes.split_first()?;
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            self.bytes = rest;
        }
        Some(())
    }

    /// Whether all was read and only zeros fill the last byte.
    pub(super) fn is_done(&self) -> bool {
        self.bytes.is_empty() && self.count < 8 && self.held == 0
    }
}

/// Appends `value` as LEB128: seven bits a byte, the lowest first, the highest bit set on all but the
/// last.
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a LEB128 number of at most `most` in its shortest form off the front of `bytes`.
pub(super) fn take_varint(bytes: &mut &[u8], most: u64) -> Option<u64> {
    let mut value = 0u64;
    for at in 0..9 {
        let &byte = bytes.get(at)?;
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            if byte == 0 && at > 0 || value > most {
                return None;
            }
            *bytes = &bytes[at + 1..];
            return Some(value);
        }
    }
    None
}

/// Takes `N` bytes off the front.
pub(super) fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(fields in prop::collection::vec((0u32..=40, any::<u64>()), 0..60)) {
            let fields: Vec<(u32, u64)> =
                fields.into_iter().map(|(bits, v)| (bits, v & ((1 << bits) - 1))).collect();
            let mut out = Vec::new();
            let mut writer = BitWriter::new(&mut out);
            for &(bits, value) in &fields {
                writer.put(value, bits);
            }
            writer.finish();
            let total: u32 = fields.iter().map(|f| f.0).sum();
            prop_assert_eq!(out.len() as u32, total.div_ceil(8));
            let mut reader = BitReader::new(&out);
            for &(bits, value) in &fields {
                prop_assert_eq!(reader.take(bits), Some(value));
            }
            prop_assert!(reader.is_done());
        }

        #[test]
        fn varints_have_one_form(value in 0u64..1 << 60, tail in any::<[u8; 3]>()) {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            out.extend(tail);
            let mut rest = &out[..];
            prop_assert_eq!(take_varint(&mut rest, u64::MAX), Some(value));
            prop_assert_eq!(rest, &tail[..]);
        }
    }

    #[test]
    fn bad_varints_are_refused() {
        for bytes in [&[][..], &[0x80], &[0x80, 0], &[0xff; 12]] {
            assert_eq!(take_varint(&mut &bytes[..], u64::MAX), None, "{bytes:?}");
        }
        assert_eq!(take_varint(&mut &[5][..], 4), None);
    }
}
