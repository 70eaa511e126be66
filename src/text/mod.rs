//! Text to tokens.
//!
//! A token is the 64-bit hash of a normalised word and its byte span in the ORIGINAL text.

mod tokens;
pub use tokens::{Marks, Script, Span, Tokens};

/// Tokens of `text`.
#[must_use]
pub fn tokenize(text: &str) -> Tokens {
    let mut out = Tokens::default();
    tokenize_into(text, &mut out);
    out
}

/// Tokens of `bytes` that are UTF-8 or nearly so; spans are offsets into `bytes`.
#[must_use]
pub fn tokenize_bytes(bytes: &[u8]) -> Tokens {
    tokenize(&String::from_utf8_lossy(bytes))
}

/// Replaces the content of `out` by the tokens of `text`.
pub fn tokenize_into(text: &str, out: &mut Tokens) {
    out.clear();
    let mut word = String::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    let mut breaks = 0;
    while let Some((at, c)) = chars.next() {
        let han = matches!(c as u32, 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff);
        let end = at + c.len_utf8();
        if han {
            flush(&mut word, start, at, out);
            word.push(c);
            flush(&mut word, at, end, out);
            out.mark_last(Script::Han.marks());
            breaks = 0;
            continue;
        }
        let c = if c == '’' { '\'' } else { c };
        let joins = !word.is_empty()
            && (c == '\'' && chars.peek().is_some_and(|x| x.1.is_alphabetic())
                || (c == '.' || c == ',')
                    && word.ends_with(|x: char| x.is_numeric())
                    && chars.peek().is_some_and(|x| x.1.is_numeric()));
        if c.is_alphanumeric() || joins {
            if word.is_empty() {
                start = at;
            }
            word.extend(c.to_lowercase());
            breaks = 0;
        } else {
            flush(&mut word, start, at, out);
            if c == '\n' {
                breaks += 1;
                out.mark_last(if breaks > 1 {
                    Marks::LINE_END | Marks::PARAGRAPH_END
                } else {
                    Marks::LINE_END
                });
            } else if matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।') {
                out.mark_last(Marks::SENTENCE_END);
            } else if matches!(c, ',' | ';' | ':' | '，' | '、' | '；' | '：') {
                out.mark_last(Marks::CLAUSE_END);
            }
        }
    }
    flush(&mut word, start, text.len(), out);
    out.mark_last(Marks::LINE_END | Marks::PARAGRAPH_END);
}

fn flush(word: &mut String, start: usize, end: usize, out: &mut Tokens) {
    if word.is_empty() {
        return;
    }
    let mut marks = Marks::default();
    if word.starts_with(char::is_numeric) {
        marks = marks | Marks::NUMBER;
    }
    out.push(
        crate::hash::bytes(word.as_bytes()),
        Span { start: start as u32, end: end as u32 },
        marks,
    );
    word.clear();
}
