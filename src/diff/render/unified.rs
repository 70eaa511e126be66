//! The changed sentences as removed and added lines.

use super::super::Diff;
use super::super::hunk::{End, Hunk, HunkKind, Side};
use super::super::side::Pieces;
use super::super::summary::name;
use super::visible::{Visible, visible};
use std::fmt::{self, Write};
use std::ops::Range;

/// Shared words by which a change is extended to whole sentences.
const SENTENCE: usize = 40;

/// A diff as removed and added lines; from [`Diff::unified`].
///
/// Each line holds a sentence or a line of the original, whichever ends first; changes are extended
/// to whole sentences of up to 40 words. Headers say `@@ -start,length +start,length @@` in bytes of
/// the originals, shared context included, and what was cut off, wrapped, moved or repeated there.
/// Nothing is left out of removed and added text; identical documents give the empty text.
#[derive(Debug, Clone)]
pub struct Unified<'d, 't> {
    diff: &'d Diff<'t>,
    context: usize,
}

/// Tokens of both documents.
#[derive(Debug, Clone)]
struct Block {
    a: Range<usize>,
    b: Range<usize>,
    /// Hunks that it holds.
    hunks: Range<usize>,
}

impl<'d, 't> Unified<'d, 't> {
    pub(in super::super) fn new(diff: &'d Diff<'t>, context_words: u32) -> Self {
        Self { diff, context: context_words as usize }
    }

    /// The changes, each extended to whole sentences, merged where they then touch.
    fn blocks(&self) -> Vec<Block> {
        let (a, b) = (self.diff.pieces(Side::A), self.diff.pieces(Side::B));
        let breaks = |at_a: usize, at_b: usize| a.breaks_before(at_a) || b.breaks_before(at_b);
        let mut out: Vec<Block> = Vec::new();
        let (mut at_a, mut at_b) = (0, 0);
        // shared words behind the last change, and whether it still reaches for its sentence's end
        let mut open = false;
        for (i, hunk) in self.diff.hunks().iter().enumerate() {
            let shared = hunk.words_a as usize;
            if hunk.kind == HunkKind::Shared && hunk.words_a > 0 {
                let mut taken = 0;
                if let Some(last) = out.last_mut().filter(|_| open) {
                    let limit = shared.min(SENTENCE);
                    let end = (0..=limit).find(|&by| breaks(at_a + by, at_b + by));
                    taken = end.unwrap_or(limit);
                    last.a.end += taken;
                    last.b.end += taken;
                }
                let changes_follow = i + 1 < self.diff.hunks().len();
                (at_a, at_b) = (at_a + shared, at_b + shared);
                open = false;
                if changes_follow {
                    let limit = (shared - taken).min(SENTENCE);
                    let by = (0..=limit).find(|&by| breaks(at_a - by, at_b - by));
                    let by = by.unwrap_or(limit);
                    if by == shared - taken && !out.is_empty() {
                        // the sentences of two changes touch
                        if let Some(last) = out.last_mut() {
                            (last.a.end, last.b.end) = (at_a, at_b);
                        }
                    } else {
                        out.push(Block {
                            a: at_a - by..at_a,
                            b: at_b - by..at_b,
                            hunks: i + 1..i + 1,
                        });
                    }
                }
                continue;
            }
            if hunk.kind == HunkKind::Shared {
                continue;
            }
            if out.is_empty() {
                out.push(Block { a: 0..0, b: 0..0, hunks: i..i });
            }
            if let Some(last) = out.last_mut() {
                at_a += hunk.words_a as usize;
                at_b += hunk.words_b as usize;
                (last.a.end, last.b.end, last.hunks.end) = (at_a, at_b, i + 1);
            }
            open = true;
        }
        out
    }
}

impl fmt::Display for Unified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks = self.blocks();
        let (a, b) = (self.diff.pieces(Side::A), self.diff.pieces(Side::B));
        let mut first = 0;
        while first < blocks.len() {
            // blocks whose contexts touch stand under one header
            let mut last = first;
            while last + 1 < blocks.len()
                && blocks[last + 1].a.start - blocks[last].a.end <= 2 * self.context
            {
                last += 1;
            }
            let free = |at: usize| if at == 0 { 0 } else { blocks[at - 1].a.end };
            let before = self.context.min(blocks[first].a.start - free(first));
            let next = blocks.get(last + 1).map_or(a.len(), |block| block.a.start);
            let behind = self.context.min(next - blocks[last].a.end);
            let whole_a = blocks[first].a.start - before..blocks[last].a.end + behind;
            let whole_b = blocks[first].b.start - before..blocks[last].b.end + behind;
            let (span_a, span_b) = (self.span(a, &whole_a), self.span(b, &whole_b));
            write!(
                f,
                "@@ -{},{} +{},{} @@",
                span_a.start,
                span_a.len(),
                span_b.start,
                span_b.len()
            )?;
            let hunks = blocks[first].hunks.start..blocks[last].hunks.end;
            notes(f, &self.diff.hunks()[hunks])?;
            f.write_char('\n')?;
            let mut at = whole_a.start;
            for block in &blocks[first..=last] {
                lines(f, ' ', a, at..block.a.start)?;
                self.changed(f, '-', Side::A, block)?;
                self.changed(f, '+', Side::B, block)?;
                at = block.a.end;
            }
            lines(f, ' ', a, at..whole_a.end)?;
            first = last + 1;
        }
        Ok(())
    }
}

impl Unified<'_, '_> {
    /// Texts without a token stand in the diff as a whole.
    fn span(&self, pieces: &Pieces<'_>, words: &Range<usize>) -> Range<u32> {
        let span = if pieces.len() == 0 { pieces.whole() } else { pieces.span(words.clone()) };
        if words.is_empty() && pieces.len() > 0 {
            return span.start..span.start;
        }
        span.start..span.end
    }

    fn changed(
        &self,
        f: &mut fmt::Formatter<'_>,
        prefix: char,
        side: Side,
        block: &Block,
    ) -> fmt::Result {
        let pieces = self.diff.pieces(side);
        if pieces.len() == 0 {
            return if pieces.text().is_empty() { Ok(()) } else { line(f, prefix, pieces.text()) };
        }
        let words = if side == Side::A { &block.a } else { &block.b };
        lines(f, prefix, pieces, words.clone())
    }
}

/// What happened, for the header; each kind once.
fn notes(f: &mut fmt::Formatter<'_>, hunks: &[Hunk]) -> fmt::Result {
    let mut seen: Vec<String> = Vec::new();
    for hunk in hunks {
        let note = match hunk.kind {
            HunkKind::CutOff { end, missing_in } => {
                let end = if end == End::Head { "head" } else { "tail" };
                format!("{end} cut off in {}", name(missing_in))
            }
            HunkKind::Wrapped { only_in, .. } if hunk.furniture => {
                format!("furniture of {}", name(only_in))
            }
            HunkKind::Wrapped { only_in, .. } => format!("around {}", name(only_in)),
            HunkKind::Moved { .. } => "moved".to_owned(),
            HunkKind::Repeated { .. } => "repeated".to_owned(),
            _ => continue,
        };
        if !seen.contains(&note) {
            write!(f, "{}{note}", if seen.is_empty() { " " } else { ", " })?;
            seen.push(note);
        }
    }
    Ok(())
}

/// The words of `range`, a line for each sentence or line of the original.
fn lines(
    f: &mut fmt::Formatter<'_>,
    prefix: char,
    pieces: &Pieces<'_>,
    range: Range<usize>,
) -> fmt::Result {
    let mut start = range.start;
    for at in range.clone() {
        if at + 1 == range.end || pieces.breaks_before(at + 1) {
            line(f, prefix, pieces.bytes(start..at + 1))?;
            start = at + 1;
        }
    }
    Ok(())
}

fn line(f: &mut fmt::Formatter<'_>, prefix: char, bytes: &[u8]) -> fmt::Result {
    f.write_char(prefix)?;
    let (mut space, mut begun) = (false, false);
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        let lost = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
        for c in chunk.valid().chars().chain(lost.chars()) {
            let c = visible(c);
            if matches!(c, Visible::Space | Visible::Line) {
                space = begun;
                continue;
            }
            if space {
                f.write_char(' ')?;
            }
            (space, begun) = (false, true);
            shown.clear();
            c.push_to(&mut shown);
            f.write_str(&shown)?;
        }
    }
    f.write_char('\n')
}
