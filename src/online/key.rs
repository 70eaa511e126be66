//! What documents are called.

use std::fmt;

/// What a caller calls its documents: `u64`, `u128`, `String`, `Vec<u8>`, or a type of one's own.
///
/// Two keys are the same document if and only if their bytes are equal.
pub trait Key: Clone + Eq + fmt::Debug + Send + Sync + 'static {
    /// Names the form of the bytes in the files of an index: 1 `u64`, 2 `u128`, 3 `String`, 4
    /// `Vec<u8>`; take 128 or more for types of your own.
    const FORM: u8;

    /// Appends the bytes, at most 65,535.
    fn write(&self, out: &mut Vec<u8>);

    /// The key of these bytes; `None` if no key has them.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Key for u64 {
    const FORM: u8 = 1;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Key for u128 {
    const FORM: u8 = 2;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Key for String {
    const FORM: u8 = 3;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

impl Key for Vec<u8> {
    const FORM: u8 = 4;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}

pub(super) fn bytes_of<K: Key>(key: &K) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    key.write(&mut out);
    out
}
