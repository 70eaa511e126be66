//! Text to tokens.
//!
//! A token is the 64-bit hash of a normalised word and its byte span in the ORIGINAL text, with
//! [`Marks`] for what stands in and behind it. Everything here is fixed for good: the data are
//! those of Unicode 15.0.0 whatever the version of the compiler, and a character that was
//! unassigned then is a separator. So the same text has the same tokens on every machine.
//!
//! # Normal form
//!
//! Every character is replaced by its `NFKC_Casefold` mapping (UAX #15, UAX #44): full case folding
//! (`ß` = `ss`), compatibility forms folded (`ﬁ` = `fi`, `①` = `1`, full-width = ASCII), and
//! default-ignorable characters dropped (zero-width characters, soft hyphens, byte order marks,
//! variation selectors). The result is composed canonically (NFC). Apostrophes (U+2018, U+2019,
//! U+201B, U+02BB, U+02BC, U+055A, U+05F3, U+FF07) become `'`.
//!
//! At most 32 combining marks after a character count; the rest are dropped. (The Stream-Safe Text
//! Format of UAX #15 has the same bound; it keeps work and memory linear on hostile text.)
//!
//! # Words
//!
//! The words are those of UAX #29, tailored to text from the web. They are found in the normal
//! form:
//!
//! - Letters, numbers and combining marks join. A mark after a separator is a separator; a token
//!   has a letter or a number.
//! - An apostrophe joins a letter to a letter (`don't`, `l'homme`); a full stop, a comma or one of
//!   U+066B and U+066C joins a decimal digit to a decimal digit (`3.14`, `1,000`).
//! - Nothing else joins: not a dash, low line, colon, middle dot, nor a full stop between letters,
//!   because scrapers glue sentences (`end.Next`) and markup hugs words (`_word_`). Symbols, emoji,
//!   control characters, U+FFFD and bytes that are not UTF-8 separate.
//! - Han, Hiragana, Katakana, Bopomofo, Yi and the other ideographic scripts (Tangut, Nüshu,
//!   Khitan), with their prolonged sound and iteration marks: each character is a token, with its
//!   combining marks.
//! - Letters of scripts that need a dictionary to be cut (line breaking class SA: Thai, Lao, Khmer,
//!   Myanmar, Tai and Ahom scripts): each is a token, with its combining marks. SARA AM counts as a
//!   mark, also when it is decomposed.
//! - Hangul is written with spaces and makes words. Digits of any script make words.
//! - A character that stands for several tokens (`½`, `㍿`, `㋀`) is one token: its normal form,
//!   separators inside included. So spans are disjoint.
//!
//! A text of assigned characters and its NFC, NFD, NFKC and NFKD forms have the same hashes, unless
//! the text has a character that stands for several tokens, more than 32 marks in a row, or an iota
//! subscript (U+0345, by itself or in a Greek letter) beside another mark.
//!
//! The hash is [`hash::bytes`](crate::hash::bytes) of the UTF-8 of the normal form. The span goes
//! from the first to the last character that gave to it.
//!
//! # Marks
//!
//! Between two tokens, `Sentence_Terminal` characters (and the Armenian U+055C and U+055E) end a
//! sentence, other `Terminal_Punctuation` a clause, also when they come from a compatibility form
//! such as `…`. Line breaks are U+000A to U+000D, U+0085, U+2028 and U+2029; a line feed right
//! behind a carriage return belongs to it. Two breaks with only white space (and dropped
//! characters) between them, or U+2029, end a paragraph. So does the end of the text.
//!
//! # Cost
//!
//! Linear in the bytes of the text, with memory for the tokens and for the normal form of the
//! longest word that has another normal form than its own bytes.

mod compose;
mod high;
mod letters;
mod property;
mod run;
mod segment;
mod tables;
mod tokens;

pub use letters::letters;
use run::Run;
pub use tokens::{Marks, Script, Span, Tokens};

/// Combining marks after one character that count.
const MARK_LIMIT: usize = 32;

/// Longest text: offsets are 32 bits.
const TEXT_LIMIT: usize = u32::MAX as usize;

/// Tokens of `text`.
///
/// Of a text longer than `u32::MAX` bytes (4 GiB) only the beginning is used, up to a character
/// boundary, and [`Tokens::is_truncated`] says so.
///
/// ```
/// let text = "Don\u{2019}t panic.";
/// let tokens = nearcopy::text::tokenize(text);
/// assert_eq!(tokens.hashes()[0], nearcopy::hash::bytes(b"don't"));
/// assert_eq!(&text[tokens.spans()[1].range()], "panic");
/// ```
#[must_use]
pub fn tokenize(text: &str) -> Tokens {
    let mut out = Tokens::default();
    tokenize_into(text, &mut out);
    out
}

/// Tokens of `bytes` that are UTF-8 or nearly so; spans are offsets into `bytes`.
///
/// Bytes that are not UTF-8 separate tokens. Valid text has the tokens that [`tokenize`] gives it;
/// other bytes have the hashes of their lossy decoding ([`String::from_utf8_lossy`]).
#[must_use]
pub fn tokenize_bytes(bytes: &[u8]) -> Tokens {
    let mut out = Tokens::default();
    tokenize_bytes_into(bytes, &mut out);
    out
}

/// Replaces the content of `out` by the tokens of `text`; see [`tokenize`].
pub fn tokenize_into(text: &str, out: &mut Tokens) {
    let kept = cut(text, TEXT_LIMIT);
    let mut run = Run::new(out, kept.len() < text.len());
    run.text(kept, 0);
    run.finish();
}

/// Replaces the content of `out` by the tokens of `bytes`; see [`tokenize_bytes`].
pub fn tokenize_bytes_into(bytes: &[u8], out: &mut Tokens) {
    let kept = cut_bytes(bytes, TEXT_LIMIT);
    let mut run = Run::new(out, kept.len() < bytes.len());
    let mut base = 0;
    for chunk in kept.utf8_chunks() {
        run.text(chunk.valid(), base);
        base += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            run.invalid(base, base + chunk.invalid().len());
            base += chunk.invalid().len();
        }
    }
    run.finish();
}

/// The longest beginning of at most `limit` bytes that ends at a character boundary.
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// As [`cut`]; a character has at most three continuation bytes.
fn cut_bytes(bytes: &[u8], limit: usize) -> &[u8] {
    if bytes.len() <= limit {
        return bytes;
    }
    let mut end = limit;
    while end > limit.saturating_sub(3) && bytes[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::{cut, cut_bytes};

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let text = "aé漢😀";
        let kept = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10];
        for (limit, &len) in kept.iter().enumerate() {
            assert_eq!(cut(text, limit).len(), len);
            assert_eq!(cut_bytes(text.as_bytes(), limit).len(), len);
        }
        // Stray continuation bytes are not a character: there is no boundary to find.
        assert_eq!(cut_bytes(&[0x80; 9], 7).len(), 4);
    }
}
