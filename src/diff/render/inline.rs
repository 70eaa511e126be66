//! The text of a with its changes marked.

use super::super::hunk::{End, Hunk, HunkKind, Side};
use super::super::side::Pieces;
use super::super::summary::{count, name, percent};
use super::super::{Diff, Summary};
use super::Style;
use super::layout::{Layout, Paint};
use crate::text::Marks;
use std::fmt;
use std::ops::Range;

/// One-sided words from which on a passage stands apart under a line that says what it is.
const BLOCK: u32 = 12;

/// Tokens by which an omission moves to begin and end with sentences.
const SNAP: usize = 8;

/// Fewest words that are worth leaving out.
const LEAST_OMISSION: usize = 12;

/// Bytes of one end of a passage that are shown where its middle is left out.
const SHOWN_BYTES: usize = 4096;

/// A diff as running text; from [`Diff::inline`].
///
/// Shared passages stand as a spells them. Removed words are marked `[-...-]`, added ones `{+...+}`,
/// or by colour alone where the style has colours. Long one-sided, moved and repeated passages stand
/// apart under a line that says what they are. The middle of long passages is left out and counted,
/// unless the style is [full](Style::full). Line ends of the documents are kept, other white space is
/// folded, lines are filled up to the style's width.
#[derive(Debug, Clone)]
pub struct Inline<'d, 't> {
    diff: &'d Diff<'t>,
    style: Style,
}

impl<'d, 't> Inline<'d, 't> {
    pub(in super::super) fn new(diff: &'d Diff<'t>, style: Style) -> Self {
        Self { diff, style }
    }
}

impl fmt::Display for Inline<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Writer {
            diff: self.diff,
            summary: self.diff.summary(),
            style: self.style,
            layout: Layout::new(f, self.style.ansi, self.style.width),
        };
        let (mut at_a, mut at_b) = (0, 0);
        for (index, hunk) in self.diff.hunks().iter().enumerate() {
            let a = at_a..at_a + hunk.words_a as usize;
            let b = at_b..at_b + hunk.words_b as usize;
            (at_a, at_b) = (a.end, b.end);
            writer.hunk(index, hunk, a, b)?;
        }
        writer.layout.finish()
    }
}

struct Writer<'w, 'd, 't> {
    diff: &'d Diff<'t>,
    summary: Summary,
    style: Style,
    layout: Layout<'w>,
}

impl Writer<'_, '_, '_> {
    fn hunk(&mut self, index: usize, hunk: &Hunk, a: Range<usize>, b: Range<usize>) -> fmt::Result {
        if hunk.words_a + hunk.words_b == 0 {
            return self.without_words(hunk);
        }
        let side = if hunk.words_a > 0 { Side::A } else { Side::B };
        match hunk.kind {
            HunkKind::Shared => self.passage(Side::A, a, Paint::Shared),
            HunkKind::Changed => {
                self.marked(Side::A, a, hunk)?;
                self.marked(Side::B, b, hunk)
            }
            _ => {
                let words = if side == Side::A { a } else { b };
                let label = self.label(index, hunk, side);
                let apart = label.is_some() && hunk.words(side) >= BLOCK || hunk.furniture;
                if !apart {
                    return self.marked(side, words, hunk);
                }
                self.layout.line(true)?;
                self.layout.mark(&format!("--- {}", label.unwrap_or_default()), Paint::Label)?;
                self.layout.line(false)?;
                self.marked(side, words, hunk)?;
                self.layout.line(true)
            }
        }
    }

    fn without_words(&mut self, hunk: &Hunk) -> fmt::Result {
        for side in [Side::A, Side::B] {
            let bytes = self.diff.bytes(hunk, side);
            if hunk.kind == HunkKind::Shared {
                return self.layout.text(bytes, Paint::Shared);
            }
            if !bytes.is_empty() {
                self.enclosed(side, paint(side, hunk), |writer, paint| {
                    let shown = &bytes[..bytes.len().min(SHOWN_BYTES)];
                    writer.layout.text(shown.trim_ascii(), paint)
                })?;
            }
        }
        Ok(())
    }

    /// What a one-sided passage is.
    fn label(&self, index: usize, hunk: &Hunk, side: Side) -> Option<String> {
        let words = count(hunk.words(side), "word");
        let furniture = if hunk.furniture { "furniture, " } else { "" };
        let (this, other) = (name(side), name(side.other()));
        Some(match hunk.kind {
            HunkKind::CutOff { end, .. } => {
                let share = percent(hunk.words(side), self.summary.words(side));
                let end = if end == End::Head { "head" } else { "tail" };
                format!("cut off in {other}: the {end} of {this}, {words} ({share})")
            }
            HunkKind::Wrapped { end, .. } => {
                let place = if end == End::Head { "before" } else { "behind" };
                format!("{furniture}{words} only in {this}, {place} the shared text")
            }
            HunkKind::Moved { link } => {
                let place = if (link as usize) < index { "further up" } else { "further down" };
                // numbered by place in a, as readers meet them on both sides
                let number = self.move_number(if side == Side::A { index } else { link as usize });
                format!("moved passage {number}: {words} of {this}, in {other} {place}")
            }
            HunkKind::Repeated { .. } => {
                format!("repeated: {words} of {this} that {other} holds once")
            }
            HunkKind::OnlyInA | HunkKind::OnlyInB => format!("{furniture}{words} only in {this}"),
            HunkKind::Shared | HunkKind::Changed => return None,
        })
    }

    fn move_number(&self, index_in_a: usize) -> usize {
        let is_move =
            |hunk: &&Hunk| matches!(hunk.kind, HunkKind::Moved { .. }) && hunk.words_a > 0;
        self.diff.hunks()[..=index_in_a].iter().filter(is_move).count()
    }

    fn marked(&mut self, side: Side, words: Range<usize>, hunk: &Hunk) -> fmt::Result {
        let last = words.end;
        self.enclosed(side, paint(side, hunk), |writer, paint| {
            writer.passage_trimmed(side, words, paint)
        })?;
        // white space behind the last word stands outside of the marks
        let bytes = self.diff.pieces(side).bytes(last - 1..last);
        self.layout.text(&bytes[bytes.trim_ascii_end().len()..], Paint::Shared)
    }

    fn enclosed(
        &mut self,
        side: Side,
        paint: Paint,
        inner: impl FnOnce(&mut Self, Paint) -> fmt::Result,
    ) -> fmt::Result {
        let (open, close) = if side == Side::A { ("[-", "-]") } else { ("{+", "+}") };
        self.layout.may_break()?;
        if !self.style.ansi {
            self.layout.mark(open, paint)?;
        }
        inner(self, paint)?;
        if !self.style.ansi {
            self.layout.mark(close, paint)?;
        }
        self.layout.may_break()
    }

    fn passage_trimmed(&mut self, side: Side, words: Range<usize>, paint: Paint) -> fmt::Result {
        let last = words.end - 1;
        let pieces = self.diff.pieces(side);
        match self.omission(pieces, &words) {
            Some(middle) => {
                self.ends(pieces, words.start..middle.start, paint)?;
                self.omitted(pieces, &middle)?;
                self.ends(pieces, middle.end..last, paint)?;
            }
            None => self.ends(pieces, words.start..last, paint)?,
        }
        self.word(pieces.bytes(last..last + 1).trim_ascii_end(), paint)
    }

    fn passage(&mut self, side: Side, words: Range<usize>, paint: Paint) -> fmt::Result {
        let pieces = self.diff.pieces(side);
        match self.omission(pieces, &words) {
            Some(middle) => {
                self.ends(pieces, words.start..middle.start, paint)?;
                self.omitted(pieces, &middle)?;
                self.ends(pieces, middle.end..words.end, paint)
            }
            None => self.ends(pieces, words, paint),
        }
    }

    /// The words to leave out, if there are enough: moved a little to where sentences begin.
    fn omission(&self, pieces: &Pieces<'_>, words: &Range<usize>) -> Option<Range<usize>> {
        let context = self.style.context? as usize;
        if words.len() < 2 * context + LEAST_OMISSION {
            return None;
        }
        let near = |target: usize, low: usize, high: usize| {
            let natural = |at: &usize| (low..=high).contains(at) && pieces.breaks_before(*at);
            (0..=SNAP)
                .flat_map(|by| [target + by, target.saturating_sub(by)])
                .find(natural)
                .unwrap_or(target)
        };
        let half = words.start + words.len() / 2;
        let start = near(words.start + context, words.start + context / 2, half);
        let end = near(words.end - context, half, words.end - context / 2);
        (start + LEAST_OMISSION <= end).then_some(start..end)
    }

    /// The note stands on its own line where whole paragraphs or lines are left out.
    fn omitted(&mut self, pieces: &Pieces<'_>, middle: &Range<usize>) -> fmt::Result {
        let words = count(u32::try_from(middle.len()).unwrap_or(u32::MAX), "word");
        self.layout.mark(&format!(" ... {words} ... "), Paint::Note)?;
        let marks = pieces.marks_before(middle.end);
        if marks.has(Marks::LINE_END | Marks::PARAGRAPH_END) {
            self.layout.line(marks.has(Marks::PARAGRAPH_END))?;
        }
        Ok(())
    }

    fn ends(&mut self, pieces: &Pieces<'_>, words: Range<usize>, paint: Paint) -> fmt::Result {
        if self.style.context.is_none() {
            return self.layout.text(pieces.bytes(words), paint);
        }
        for at in words {
            self.word(pieces.bytes(at..at + 1), paint)?;
        }
        Ok(())
    }

    /// A word of a document may be megabytes of encoded data: its middle is left out too.
    fn word(&mut self, bytes: &[u8], paint: Paint) -> fmt::Result {
        if bytes.len() <= SHOWN_BYTES || self.style.context.is_none() {
            return self.layout.text(bytes, paint);
        }
        let part = self.style.width as usize;
        let cut = |mut at: usize| {
            while at < bytes.len() && bytes[at] & 0xc0 == 0x80 {
                at += 1;
            }
            at
        };
        let (head, tail) = (cut(part), cut(bytes.len() - part));
        self.layout.text(&bytes[..head], paint)?;
        self.layout.mark(&format!(" ... {} bytes ... ", tail - head), Paint::Note)?;
        self.layout.text(&bytes[tail..], paint)
    }
}

fn paint(side: Side, hunk: &Hunk) -> Paint {
    match (hunk.kind, hunk.furniture, side) {
        (HunkKind::Moved { .. } | HunkKind::Repeated { .. }, _, _) => Paint::Displaced,
        (_, true, Side::A) => Paint::RemovedFurniture,
        (_, true, Side::B) => Paint::AddedFurniture,
        (_, false, Side::A) => Paint::Removed,
        (_, false, Side::B) => Paint::Added,
    }
}
