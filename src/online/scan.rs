//! Reading the body of a [`Sketch`](super::sketch::Sketch): all of it with every check, or what a look-up
//! needs of one that was checked before.

use super::bits::{BitReader, take_array, take_varint};
use super::sketch::{
    Head, INDEXED_BITS, LONGEST_SHINGLE, MAX_TOKENS, Part, Sampled, bits_of, sampled_bits,
    script_of,
};
use crate::sketch::DecodeError;

/// What stands in a body behind its fixed numbers.
pub(super) enum Field {
    /// A run of tokens.
    Part(Part),
    /// A token that is a number.
    Number(u32),
    /// A sampled shingle, whose number of tokens is left 0.
    Sampled(Sampled),
}

/// Reads a body: its fixed numbers, and `each` of the fields behind them. What it accepts has exactly
/// one form, and no length in it is greater than what stands in the bytes allows.
pub(super) fn scan(body: &[u8], mut each: impl FnMut(Field)) -> Result<Head, DecodeError> {
    let (head, count, rest) = before_sampled(body, &mut each)?;
    let missing = || DecodeError::value("a sampled shingle", "nothing", "its bits");
    let mut reader = BitReader::new(rest);
    let [shingles, window] = [head.shingles, head.window].map(u64::from);
    let delta_bits = bits_of(window);
    let mut next = 0;
    for _ in 0..count {
        // 20 + 1 + 32 bits at most
        let fields = reader.take(delta_bits + 1 + head.bits).ok_or_else(missing)?;
        let position = next + (fields & ((1 << delta_bits) - 1));
        let indexed = fields >> delta_bits & 1 == 1;
        let mut hash = fields >> (delta_bits + 1);
        if indexed {
            hash |= reader.take(INDEXED_BITS - head.bits).ok_or_else(missing)? << head.bits;
        }
        if position >= next + window || position >= shingles {
            return Err(DecodeError::value("position", position, "one inside the next window"));
        }
        next = position + 1;
        each(Field::Sampled(Sampled { position: position as u32, count: 0, indexed, hash }));
    }
    // winnowing leaves no window without a sampled shingle
    if !reader.is_done() || next + window <= shingles || (count == 0) != (shingles == 0) {
        return Err(DecodeError::value("sampled shingles", count, "those of every window"));
    }
    Ok(head)
}

/// Shingles that are read at a time.
const AT_ONCE: usize = 64;
/// Bits that are there in 8 bytes from any bit of the first one on.
const AT_HAND: u32 = 57;

/// Reads of a body that [`scan`] accepted its fixed numbers, the mass of its prose, and `each` of the
/// indexed shingles, by position and hash. Which ones these are is as good as random, so that no branch
/// of the loop depends on it.
pub(super) fn indexed(
    body: &[u8],
    mut each: impl FnMut(u32, u64),
) -> Result<(Head, u64), DecodeError> {
    let mut prose = 0;
    let (head, count, packed) = before_sampled(body, &mut |field| {
        if let Field::Part(part) = field {
            prose += part.prose_mass();
        }
    })?;
    let delta_bits = bits_of(head.window.into());
    if delta_bits + 1 + INDEXED_BITS > AT_HAND {
        let head = scan(body, |field| match field {
            Field::Sampled(one) if one.indexed => each(one.position, one.hash),
            _ => {}
        })?;
        return Ok((head, prose));
    }
    let (short, more) = (delta_bits + 1 + head.bits, INDEXED_BITS - head.bits);
    if count * u64::from(short) > 8 * packed.len() as u64 {
        return Err(DecodeError::value(
            "sampled shingles",
            count,
            "as many as there are bytes for",
        ));
    }
    let [delta_mask, hash_mask] = [delta_bits, INDEXED_BITS].map(|bits| (1u64 << bits) - 1);
    let mut found = [(0, 0); AT_ONCE];
    let (mut left, mut at, mut next) = (count, 0, 0);
    while left > 0 {
        let mut held = 0;
        let now = left.min(AT_ONCE as u64);
        for _ in 0..now {
            let fields = eight_from(packed, at / 8) >> (at % 8);
            let position = next + (fields & delta_mask);
            let indexed = fields >> delta_bits & 1;
            found[held % AT_ONCE] = (position as u32, fields >> (delta_bits + 1) & hash_mask);
            held += indexed as usize;
            at += short as usize + (more as usize & (indexed as usize).wrapping_neg());
            next = position + 1;
        }
        left -= now;
        for &(position, hash) in &found[..held] {
            each(position, hash);
        }
    }
    Ok((head, prose))
}

/// The 8 bytes at `at` as a number; zeros stand behind the end.
#[inline]
fn eight_from(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().expect("8 bytes")),
        None => last_from(bytes, at),
    }
}

#[cold]
fn last_from(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Reads a body up to the sampled shingles: the fixed numbers, how many shingles come, and their bytes.
#[inline]
fn before_sampled<'b>(
    mut body: &'b [u8],
    each: &mut impl FnMut(Field),
) -> Result<(Head, u64, &'b [u8]), DecodeError> {
    let rest = &mut body;
    let short = || DecodeError::value("a number", "no number", "one in its shortest form");
    let content_hash = u64::from_le_bytes(take_array(rest).ok_or_else(short)?);
    let tokens = take_varint(rest, MAX_TOKENS as u64).ok_or_else(short)?;
    let shingles = take_varint(rest, tokens).ok_or_else(short)?;
    let window = take_varint(rest, 1 << 20).ok_or_else(short)?;
    let [bits] = take_array(rest).ok_or_else(short)?;
    let count = take_varint(rest, shingles).ok_or_else(short)?;
    let parts = take_varint(rest, tokens).ok_or_else(short)?;
    if window == 0 {
        return Err(DecodeError::value("window", window, "1 or more"));
    }
    let bits = u32::from(bits);
    if bits != sampled_bits(tokens as usize) {
        let expected = "as many as this number of tokens has";
        return Err(DecodeError::value("bits of a sampled hash", bits, expected));
    }
    if tokens > shingles + LONGEST_SHINGLE {
        let expected = "no more than the shingles hold";
        return Err(DecodeError::value("tokens", tokens, expected));
    }
    let mut held = 0;
    let mut before = None;
    for _ in 0..parts {
        let code = take_varint(rest, (MAX_TOKENS as u64) << 2 | 3).ok_or_else(short)?;
        let [mass] = take_array(rest).ok_or_else(short)?;
        let (len, kind) = (code >> 2, code & 3);
        held += len;
        if len == 0 || held > tokens || before == Some((kind, mass)) {
            let expected = "runs of tokens, each as long as it goes";
            return Err(DecodeError::value("run of tokens", len, expected));
        }
        before = Some((kind, mass));
        each(Field::Part(Part { len: len as u32, mass, script: script_of(kind) }));
    }
    if held != tokens {
        return Err(DecodeError::value("tokens of all runs", held, "the tokens of the document"));
    }
    let numbers = take_varint(rest, tokens).ok_or_else(short)?;
    let mut next = 0;
    for _ in 0..numbers {
        let at = next + take_varint(rest, tokens).ok_or_else(short)?;
        if at >= tokens {
            return Err(DecodeError::value(
                "token that is a number",
                at,
                "a token of the document",
            ));
        }
        each(Field::Number(at as u32));
        next = at + 1;
    }
    let (tokens, shingles, window) = (tokens as u32, shingles as u32, window as u32);
    Ok((Head { content_hash, tokens, shingles, window, bits }, count, body))
}

#[cfg(test)]
mod tests {
    use super::super::bits::{BitWriter, put_varint};
    use super::super::sketch::Sketch;
    use super::*;
    use crate::compare::Comparer;
    use crate::recipe::Profile;

    /// What [`indexed`] is to find, from all fields.
    fn oracle(body: &[u8]) -> (Head, u64, Vec<(u32, u64)>) {
        let (mut prose, mut found) = (0, Vec::new());
        let head = scan(body, |field| match field {
            Field::Part(part) => prose += part.prose_mass(),
            Field::Sampled(one) if one.indexed => found.push((one.position, one.hash)),
            _ => {}
        });
        (head.expect("a body"), prose, found)
    }

    fn agree(body: &[u8]) {
        let mut found = Vec::new();
        let (head, prose) = indexed(body, |at, hash| found.push((at, hash))).expect("a body");
        assert_eq!((head, prose, found), oracle(body));
    }

    #[test]
    fn what_is_read_fast_is_what_stands_there() {
        for profile in Profile::ALL {
            let comparer = Comparer::for_profile(profile);
            for words in [0, 1, 4, 5, 30, 300, 3000, 40_000] {
                let word = |n: u64| format!("w{}", crate::hash::mix(n) % 5000);
                let text: Vec<String> = (0..words).map(word).collect();
                let text = comparer.prepare(&text.join(" "));
                agree(Sketch::of(&comparer, &text).body());
            }
        }
    }

    #[test]
    fn wide_windows_are_read_too() {
        let mut body = 7u64.to_le_bytes().to_vec();
        for number in [10, 10, 1 << 17] {
            put_varint(&mut body, number);
        }
        body.push(20);
        // a sampled shingle, a run of tokens, no numbers
        body.extend([1, 1, 10 << 2, 16, 0]);
        let mut writer = BitWriter::new(&mut body);
        for (value, bits) in [(3, 17), (1, 1), (0xABCDE, 20), (0x12345, 20)] {
            writer.put(value, bits);
        }
        writer.finish();
        agree(&body);
        assert_eq!(oracle(&body).2, [(3, 0x12345_ABCDE)]);
    }

    #[test]
    fn missing_bytes_are_an_error() {
        let comparer = Comparer::default();
        let words: Vec<String> = (0..300).map(|n| format!("w{n}")).collect();
        let text = comparer.prepare(&words.join(" "));
        let sketch = Sketch::of(&comparer, &text);
        for end in 0..sketch.body().len() - 1 {
            // or of what is there
            let _ = indexed(&sketch.body()[..end], |_, _| ());
        }
        assert!(indexed(&sketch.body()[..sketch.body().len() / 2], |_, _| ()).is_err());
    }
}
