//! What a diff keeps of one document: its text, where each token's bytes begin, and the marks.

use crate::compare::Document;
use crate::text::{Marks, Span, Tokens};
use std::ops::Range;

/// A document and the text that it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Original<'d, 't> {
    pub(super) document: &'d Document,
    pub(super) text: &'t [u8],
}

impl<'d, 't> Original<'d, 't> {
    /// `text` must be what `document` was prepared from; with any other text the diff is of no use
    /// and shows the wrong passages, but nothing panics.
    #[must_use]
    pub fn new<T: AsRef<[u8]> + ?Sized>(document: &'d Document, text: &'t T) -> Self {
        Self { document, text: text.as_ref() }
    }
}

/// A text cut at its token boundaries.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'t> {
    text: &'t [u8],
    /// Where the bytes of each token begin; one more entry holds the end of the text.
    bounds: Vec<u32>,
    marks: Vec<Marks>,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(original: Original<'_, 't>) -> Self {
        let tokens = original.document.tokens();
        Self {
            text: original.text,
            bounds: bounds(tokens, original.text),
            marks: tokens.marks().to_vec(),
        }
    }

    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn span(&self, tokens: Range<usize>) -> Span {
        Span { start: self.bounds[tokens.start], end: self.bounds[tokens.end] }
    }

    pub(super) fn bytes(&self, tokens: Range<usize>) -> &'t [u8] {
        self.text.get(self.span(tokens).range()).unwrap_or_default()
    }

    /// All of the text.
    pub(super) fn whole(&self) -> Span {
        Span { start: 0, end: *self.bounds.last().unwrap_or(&0) }
    }

    pub(super) fn text(&self) -> &'t [u8] {
        self.text
    }

    /// What stands between token `at - 1` and token `at`; everything ends before the first token.
    pub(super) fn marks_before(&self, at: usize) -> Marks {
        match at.checked_sub(1).map(|before| self.marks[before]) {
            Some(marks) => marks,
            None => Marks::PARAGRAPH_END | Marks::LINE_END | Marks::SENTENCE_END,
        }
    }

    /// Whether a line or a sentence ends between token `at - 1` and token `at`.
    pub(super) fn breaks_before(&self, at: usize) -> bool {
        self.marks_before(at).has(Marks::LINE_END | Marks::SENTENCE_END | Marks::PARAGRAPH_END)
    }
}

fn bounds(tokens: &Tokens, text: &[u8]) -> Vec<u32> {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(tokens.len() + 1);
    let mut before = 0;
    for (i, span) in tokens.spans().iter().enumerate() {
        if i == 0 {
            out.push(0);
        } else {
            let between = text.get(before as usize..span.start as usize).unwrap_or_default();
            out.push((span.start - leading(between)).min(end));
        }
        before = span.end;
    }
    if out.is_empty() {
        out.push(0);
    }
    out.push(end);
    if tokens.is_empty() {
        out.remove(0);
    }
    out
}

/// How many of the last bytes of `between` belong to the token behind it: what stands attached to it
/// after white space, or opening punctuation.
fn leading(between: &[u8]) -> u32 {
    let Ok(between) = std::str::from_utf8(between) else { return 0 };
    let attached = between.trim_end_matches(|c: char| !c.is_whitespace());
    let start = if attached.is_empty() {
        between.trim_end_matches(is_opening).len()
    } else {
        attached.len()
    };
    (between.len() - start) as u32
}

/// Punctuation that belongs to the word behind it.
pub(super) fn is_opening(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '<'
            | '“'
            | '‘'
            | '«'
            | '‹'
            | '„'
            | '‚'
            | '¿'
            | '¡'
            | '「'
            | '『'
            | '（'
            | '《'
            | '〈'
            | '【'
            | '〔'
            | '［'
            | '｛'
            | '〝'
    )
}
