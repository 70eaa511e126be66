//! One diff as the page holds it.
//!
//! The text of the representative (A) is stored once and whole. Of a copy (B) only that is stored
//! which A does not hold at the same place, so a copy costs its furniture and its edits. Hunks cover
//! both texts without gaps, so their lengths say where they stand. Lengths are in UTF-16 code units,
//! which is how a page counts.
//!
//! A hunk is `[kind, words in A, words in B, length in A, B, link]`. `kind` is one of the constants
//! here, plus [`FURNITURE`]; `link`, a hunk number, stands only where the kind has one. `B` is a
//! string; or, in a shared hunk, 0 where it is what A holds, or `[n, e, n, e, .., n]`: n units as in
//! A, then edit e of the cluster's [`Edits`].

use super::json;
use nearcopy::Document;
use nearcopy::diff::{Diff, End, Hunk, HunkKind, Side};
use nearcopy::text::Span;
use std::collections::HashMap;

const SHARED: i64 = 0;
const CHANGED: i64 = 1;
const ONLY: i64 = 2;
const CUT_HEAD: i64 = 3;
const CUT_TAIL: i64 = 4;
const WRAPPED: i64 = 5;
const MOVED: i64 = 6;
const REPEATED: i64 = 7;
const FURNITURE: i64 = 16;

/// A document and its text.
pub type Text<'a> = (&'a Document, &'a str);

/// How spacing, punctuation and case differ in shared hunks; a cluster holds each way once.
#[derive(Debug, Default)]
pub struct Edits {
    numbers: HashMap<(usize, String), i64>,
    /// `s,"x"` for each: x stands in the place of s units.
    written: String,
}

impl Edits {
    fn number(&mut self, a: &str, b: &str) -> i64 {
        let next = self.numbers.len() as i64;
        *self.numbers.entry((units(a), b.to_owned())).or_insert_with(|| {
            if next > 0 {
                self.written.push(',');
            }
            json::number(&mut self.written, units(a) as i64);
            self.written.push(',');
            json::string(&mut self.written, b);
            next
        })
    }

    /// All of them as a JSON array: `[s, "x", s, "x", ..]`.
    pub fn json(&self) -> String {
        format!("[{}]", self.written)
    }
}

/// Appends the hunks as a JSON array.
pub fn hunks(out: &mut String, diff: &Diff<'_>, a: Text<'_>, b: Text<'_>, edits: &mut Edits) {
    let (mut at_a, mut at_b) = (0, 0);
    json::array(out, diff.hunks(), |out, hunk| {
        let (kind, link) = kind(hunk.kind);
        let furniture = if hunk.furniture { FURNITURE } else { 0 };
        out.push('[');
        for n in [
            kind + furniture,
            hunk.words_a.into(),
            hunk.words_b.into(),
            units(slice(a.1, hunk.a)) as i64,
        ] {
            json::number(out, n);
            out.push(',');
        }
        if kind == SHARED {
            shared(out, hunk, (a, at_a), (b, at_b), edits);
        } else {
            json::string(out, slice(b.1, hunk.span(Side::B)));
        }
        if let Some(link) = link {
            out.push(',');
            json::number(out, link);
        }
        out.push(']');
        at_a += hunk.words_a as usize;
        at_b += hunk.words_b as usize;
    });
}

fn kind(kind: HunkKind) -> (i64, Option<u32>) {
    match kind {
        HunkKind::Shared => (SHARED, None),
        HunkKind::Changed => (CHANGED, None),
        HunkKind::CutOff { end: End::Head, .. } => (CUT_HEAD, None),
        HunkKind::CutOff { end: End::Tail, .. } => (CUT_TAIL, None),
        HunkKind::Wrapped { .. } => (WRAPPED, None),
        HunkKind::Moved { link } => (MOVED, Some(link)),
        HunkKind::Repeated { link } => (REPEATED, Some(link)),
        // what else stands on one side is shown as such
        _ => (ONLY, None),
    }
}

/// The B side of a hunk whose words, but not always case, punctuation and spacing, are those of A.
fn shared(
    out: &mut String,
    hunk: &Hunk,
    a: (Text<'_>, usize),
    b: (Text<'_>, usize),
    edits: &mut Edits,
) {
    if slice(a.0.1, hunk.a) == slice(b.0.1, hunk.b) {
        return out.push('0');
    }
    let words = hunk.words_a as usize;
    if words == 0 || hunk.words_b != hunk.words_a {
        return json::string(out, slice(b.0.1, hunk.b));
    }
    out.push('[');
    let mut same = 0;
    for word in 0..words {
        let (in_a, in_b) =
            (piece(a.0, hunk.a, a.1, words, word), piece(b.0, hunk.b, b.1, words, word));
        let prefix = common_prefix(in_a, in_b);
        same += units(&in_a[..prefix]);
        if in_a.len() > prefix || in_b.len() > prefix {
            json::number(out, same as i64);
            out.push(',');
            json::number(out, edits.number(&in_a[prefix..], &in_b[prefix..]));
            out.push(',');
            same = 0;
        }
    }
    json::number(out, same as i64);
    out.push(']');
}

/// The text of a hunk from its word `word` to the next one; the first and the last piece reach to
/// the ends of the hunk.
fn piece<'a>(
    (document, text): Text<'a>,
    hunk: Span,
    first: usize,
    words: usize,
    word: usize,
) -> &'a str {
    let start_of = |at: usize| {
        let start = document.tokens().spans().get(first + at).map_or(hunk.end, |span| span.start);
        start.clamp(hunk.start, hunk.end)
    };
    let start = if word == 0 { hunk.start } else { start_of(word) };
    let end = if word + 1 == words { hunk.end } else { start_of(word + 1) };
    slice(text, Span { start, end })
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_default()
}

/// Bytes at the beginning that are the same.
fn common_prefix(a: &str, b: &str) -> usize {
    let same = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b);
    same.map_or(a.len().min(b.len()), |((at, _), _)| at)
}

/// Length in UTF-16 code units.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}
