//! The segmenter for any text: characters to tokens by table lookups.
//!
//! It walks the characters of the normal form, each with the bytes of the original that it comes
//! from. A word whose normal form is its own bytes is hashed where it stands; the first character
//! that differs moves the word to a buffer. Canonical composition is done only for words whose
//! quick check (UAX #15, section 9) does not already say that they are composed and ordered. Its data
//! may be newer than the tables: the composition of characters assigned in 15.0 never changes, and
//! others are in no word.

use super::compose::Composer;
use super::property::{Kind, Record, effect, form};
use super::{MARK_LIMIT, Marks, Script, Span, Tokens};

/// Memory for words whose normal form is not in the text; it stays empty until the first.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    normal: String,
    pub(super) composer: Composer,
}

/// What is known of the white space since the last token, to find blank lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// Number of tokens when the last line break was met, if only white space followed it.
    break_at: usize,
    /// Offset just past the last carriage return.
    return_end: usize,
}

impl Gap {
    /// At the beginning of a text.
    pub(super) const START: Self = Self { break_at: usize::MAX, return_end: usize::MAX };

    /// Takes something that is neither white space nor a line break.
    #[inline]
    pub(super) fn solid(&mut self) {
        self.break_at = usize::MAX;
    }

    /// Takes the separator at `at..end`, which follows `tokens` tokens; returns the marks for the
    /// last of them.
    #[inline]
    pub(super) fn separator(&mut self, effects: u8, at: usize, end: usize, tokens: usize) -> Marks {
        let mut marks = effects & 15;
        if effects & effect::LINE != 0 {
            if effects & effect::LF == 0 || self.return_end != at {
                if self.break_at == tokens {
                    marks |= Marks::PARAGRAPH_END.bits();
                }
                self.break_at = tokens;
            }
            if effects & effect::CR != 0 {
                self.return_end = end;
            }
        } else if effects & effect::SOLID != 0 {
            self.break_at = usize::MAX;
        }
        Marks(marks)
    }
}

/// Whether an ASCII byte certainly stands in no token and joins nothing.
#[inline]
fn is_edge(byte: u8) -> bool {
    byte < 0x80 && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\'' | b'.' | b',')
}

/// Writes the tokens of `text` from offset `from` on, up to and without the first edge byte after it if
/// `to_edge` is set, else to its end. `from` must not lie inside a token. Spans are offsets into
/// `text` plus `base`. Returns the offset where it stopped.
#[inline(never)]
pub(super) fn segment(
    text: &str,
    from: usize,
    to_edge: bool,
    base: usize,
    buffers: &mut Buffers,
    gap: &mut Gap,
    out: &mut Tokens,
) -> usize {
    let mut word = Word {
        text,
        base,
        buffers,
        gap,
        out,
        script: None,
        start: 0,
        end: 0,
        copied: false,
        unordered: false,
        capital: false,
        number: false,
        last: Kind::Separator,
        marks: 0,
        class: 0,
        composes: false,
        nikhahit: false,
        joiner: None,
    };
    let mut stop = text.len();
    for (at, c) in text[from..].char_indices() {
        let at = from + at;
        if to_edge && c.is_ascii() && is_edge(c as u8) {
            stop = at;
            break;
        }
        word.original(c, at, at + c.len_utf8());
    }
    word.joiner_fails();
    word.close();
    stop
}

/// A character of the normal form, or of the original that maps to a single token's text.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    c: char,
    record: Record,
    /// Bytes of the original.
    at: usize,
    end: usize,
    /// Whether the text stands so in the original.
    verbatim: bool,
    capital: bool,
}

struct Word<'a> {
    text: &'a str,
    base: usize,
    buffers: &'a mut Buffers,
    gap: &'a mut Gap,
    out: &'a mut Tokens,
    /// Of the open token.
    script: Option<Script>,
    start: usize,
    end: usize,
    /// Its normal form is in `buffers.normal`, not the bytes of the text.
    copied: bool,
    /// The normal form is not certainly composed and in canonical order.
    unordered: bool,
    capital: bool,
    number: bool,
    /// Kind of the last character that is not a mark.
    last: Kind,
    /// Marks behind that.
    marks: usize,
    /// Combining class of the last character, and whether the next may compose with it.
    class: u8,
    composes: bool,
    /// The last character is the first half of a decomposed Thai or Lao AM.
    nikhahit: bool,
    /// An apostrophe, full stop or comma in the open token that waits for its right neighbour.
    joiner: Option<Piece<'a>>,
}

impl<'a> Word<'a> {
    #[inline]
    fn original(&mut self, c: char, at: usize, end: usize) {
        let record = Record::of(c as u32);
        if record.is_plain_letter() && self.continues(at) {
            self.end = end;
            self.last = Kind::Letter;
            self.marks = 0;
            self.class = 0;
            self.composes = record.composes_with_next();
            self.nikhahit = false;
            return;
        }
        let capital = record.is_capital();
        if !record.is_mapped() {
            let text = &self.text[at..end];
            self.step(Piece { text, c, record, at, end, verbatim: true, capital });
            return;
        }
        let text = std::str::from_utf8(form(c as u32)).unwrap_or_default();
        if record.kind() == Kind::Sequence {
            for (i, c) in text.char_indices() {
                let text = &text[i..i + c.len_utf8()];
                self.step(Piece {
                    text,
                    c,
                    record: Record::of(c as u32),
                    at,
                    end,
                    verbatim: false,
                    capital,
                });
            }
        } else {
            let c = text.chars().next().unwrap_or(c);
            self.step(Piece { text, c, record, at, end, verbatim: false, capital });
        }
    }

    /// Whether a letter at `at` only makes the open word longer.
    #[inline]
    fn continues(&self, at: usize) -> bool {
        self.script == Some(Script::Words)
            && !self.copied
            && self.joiner.is_none()
            && self.end == at
    }

    #[inline]
    fn step(&mut self, piece: Piece<'a>) {
        let kind = piece.record.kind();
        match kind {
            Kind::Ignored => {}
            Kind::Letter | Kind::Digit | Kind::Number => {
                if let Some(joiner) = self.joiner {
                    let joins = if joiner.record.kind() == Kind::Apostrophe {
                        self.last == Kind::Letter && kind == Kind::Letter
                    } else {
                        self.last == Kind::Digit && kind == Kind::Digit
                    };
                    if joins {
                        self.joiner = None;
                        self.push(joiner);
                    } else {
                        self.joiner_fails();
                    }
                }
                if self.script != Some(Script::Words) {
                    self.close();
                    self.open(Script::Words, piece);
                }
                self.push(piece);
                self.last = kind;
                self.marks = 0;
                self.nikhahit = false;
            }
            Kind::Han | Kind::Southeast => {
                self.joiner_fails();
                if self.nikhahit
                    && matches!(piece.c, '\u{e32}' | '\u{eb2}')
                    && self.script.is_some()
                {
                    self.nikhahit = false;
                    self.mark(piece);
                    return;
                }
                self.close();
                self.open(
                    if kind == Kind::Han { Script::Han } else { Script::SoutheastAsian },
                    piece,
                );
                self.push(piece);
                self.last = kind;
            }
            Kind::Mark => {
                self.joiner_fails();
                if self.script.is_some() {
                    self.mark(piece);
                    self.nikhahit = matches!(piece.c, '\u{e4d}' | '\u{ecd}');
                } else {
                    self.separate(piece, effect::SOLID);
                }
            }
            Kind::Apostrophe | Kind::MidNumber => {
                self.joiner_fails();
                let wanted = if kind == Kind::Apostrophe { Kind::Letter } else { Kind::Digit };
                if self.script.is_some() && self.last == wanted {
                    self.joiner = Some(piece);
                } else {
                    self.close();
                    self.separate(piece, piece.record.effects());
                }
            }
            Kind::Separator => {
                self.joiner_fails();
                self.close();
                self.separate(piece, piece.record.effects());
            }
            Kind::Sequence | Kind::Isolated => {
                self.joiner_fails();
                self.close();
                let han = piece.text.chars().any(|c| Record::of(c as u32).kind() == Kind::Han);
                self.open(if han { Script::Han } else { Script::Words }, piece);
                self.push(piece);
                self.close();
            }
        }
    }

    #[inline]
    fn separate(&mut self, piece: Piece<'_>, effects: u8) {
        let marks = self.gap.separator(
            effects,
            self.base + piece.at,
            self.base + piece.end,
            self.out.len(),
        );
        self.out.mark_last(marks);
    }

    /// The joiner that waits was a separator.
    #[inline]
    fn joiner_fails(&mut self) {
        if let Some(joiner) = self.joiner.take() {
            self.close();
            self.separate(joiner, joiner.record.effects());
        }
    }

    #[inline]
    fn open(&mut self, script: Script, piece: Piece<'_>) {
        self.script = Some(script);
        self.start = piece.at;
        self.end = piece.at;
        self.copied = false;
        self.unordered = false;
        self.capital = piece.capital;
        self.number = match piece.record.kind() {
            Kind::Isolated => {
                piece.text.starts_with(|c| Record::of(u32::from(c)).kind() == Kind::Digit)
            }
            kind => kind == Kind::Digit,
        };
        self.marks = 0;
        self.class = 0;
        self.composes = false;
        self.nikhahit = false;
    }

    #[inline]
    fn mark(&mut self, piece: Piece<'_>) {
        self.marks += 1;
        if self.marks <= MARK_LIMIT {
            self.push(piece);
        }
    }

    /// Appends to the open token.
    #[inline]
    fn push(&mut self, piece: Piece<'_>) {
        let class = piece.record.combining_class();
        if piece.record.composes_with_previous()
            && (self.composes || self.class != 0)
            && (class != 0 || self.class == 0)
        {
            self.unordered = true;
        }
        if class != 0 && self.class > class {
            self.unordered = true;
        }
        self.class = class;
        self.composes = piece.record.composes_with_next();
        let text = if piece.record.kind() == Kind::Apostrophe { "'" } else { piece.text };
        if !self.copied {
            if piece.verbatim && self.end == piece.at && text.len() == piece.text.len() {
                self.end = piece.end;
                return;
            }
            self.copied = true;
            self.buffers.normal.clear();
            self.buffers.normal.push_str(&self.text[self.start..self.end]);
        }
        self.buffers.normal.push_str(text);
        self.end = piece.end;
    }

    /// Ends the open token, if any.
    #[inline]
    fn close(&mut self) {
        let Some(script) = self.script.take() else { return };
        let normal = if self.copied {
            self.buffers.normal.as_str()
        } else {
            &self.text[self.start..self.end]
        };
        let hash = if self.unordered {
            crate::hash::bytes(self.buffers.composer.nfc(normal).as_bytes())
        } else {
            crate::hash::bytes(normal.as_bytes())
        };
        let mut marks = script.marks();
        if self.capital {
            marks = marks | Marks::CAPITAL;
        }
        if self.number {
            marks = marks | Marks::NUMBER;
        }
        // In range: texts are cut to u32::MAX bytes.
        let span =
            Span { start: (self.base + self.start) as u32, end: (self.base + self.end) as u32 };
        self.out.push(hash, span, marks);
    }
}
