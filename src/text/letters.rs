//! Words to letters, for texts whose characters and spaces are not to be trusted.

use super::property::{Kind, Record, form};
use super::{Marks, Script, Span, Tokens};
use crate::hash;
use std::sync::OnceLock;
use unicode_normalization::char::decompose_canonical;

/// The letters and digits of `words`, which must be the tokens of `text`: each a token of
/// [`Script::Letter`], the characters of scripts without spaces as they are.
///
/// Spaces, hyphens, line breaks, apostrophes and decimal points are in no token, so a word that was
/// broken or joined anywhere has the same letters. Letters are those of the normal form, canonically
/// decomposed, without their combining marks of a class other than 0: `é` is `e`, a syllable of Hangul
/// its two or three jamos, `ﬁ` is `f` and `i`. The first letter of a word has its mark of capitals, the
/// last the marks of what stands behind it, each digit [`Marks::NUMBER`].
///
/// Where one character gives several letters, the first has its span and the others the empty span
/// at its end. About 5 tokens a word of English, 17 bytes each.
///
/// ```
/// use nearcopy::text::{letters, tokenize};
///
/// let hashes = |text: &str| letters(text.as_bytes(), &tokenize(text)).hashes().to_vec();
/// assert_eq!(hashes("The har-\nbour was cl osed."), hashes("the harbour wasclosed"));
/// ```
#[must_use]
pub fn letters(text: &[u8], words: &Tokens) -> Tokens {
    let mut out = Tokens::letters_of(words);
    let ascii = ascii_hashes();
    for ((&word, &span), &marks) in words.hashes().iter().zip(words.spans()).zip(words.marks()) {
        if marks.script() != Script::Words {
            out.push(word, span, marks);
            continue;
        }
        let first = out.len();
        let bytes = text.get(span.range()).unwrap_or_default();
        if bytes.is_ascii() {
            for (at, byte) in (span.start..).zip(bytes) {
                if byte.is_ascii_alphanumeric() {
                    let hash = ascii[usize::from(byte.to_ascii_lowercase()) % 128];
                    out.push(hash, Span { start: at, end: at + 1 }, letter(byte.is_ascii_digit()));
                }
            }
        } else {
            for (at, c) in std::str::from_utf8(bytes).unwrap_or_default().char_indices() {
                let start = span.start + at as u32;
                decompose(c, Span { start, end: start + c.len_utf8() as u32 }, &mut out);
            }
        }
        if out.len() == first {
            out.push(word, span, Script::Letter.marks());
        }
        let ends = Marks::SENTENCE_END | Marks::LINE_END | Marks::PARAGRAPH_END | Marks::CLAUSE_END;
        out.mark(first, Marks(marks.bits() & Marks::CAPITAL.bits()));
        out.mark(out.len() - 1, Marks(marks.bits() & ends.bits()));
    }
    out
}

fn letter(digit: bool) -> Marks {
    if digit { Script::Letter.marks() | Marks::NUMBER } else { Script::Letter.marks() }
}

/// Pushes the letters of one character.
fn decompose(c: char, mut span: Span, out: &mut Tokens) {
    let mut push = |c: char| {
        let record = Record::of(u32::from(c));
        let counts = match record.kind() {
            Kind::Letter | Kind::Digit | Kind::Number => true,
            Kind::Mark => record.combining_class() == 0,
            _ => false,
        };
        if counts {
            let hash = hash::bytes(c.encode_utf8(&mut [0; 4]).as_bytes());
            out.push(hash, span, letter(record.kind() == Kind::Digit));
            span.start = span.end;
        }
    };
    if Record::of(u32::from(c)).is_mapped() {
        let form = std::str::from_utf8(form(u32::from(c))).unwrap_or_default();
        form.chars().for_each(|c| decompose_canonical(c, &mut push));
    } else {
        decompose_canonical(c, push);
    }
}

/// Hashes of the ASCII characters.
fn ascii_hashes() -> &'static [u64; 128] {
    static HASHES: OnceLock<[u64; 128]> = OnceLock::new();
    HASHES.get_or_init(|| std::array::from_fn(|byte| hash::bytes(&[byte as u8])))
}
