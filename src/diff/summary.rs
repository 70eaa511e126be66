//! A diff in numbers and in one sentence.

use super::Diff;
use super::hunk::{End, HunkKind, Side};
use super::render::{Visible, visible};
use std::fmt;

/// Words of a diff by kind, on the side of each document.
///
/// `words = shared + changed + only + moved + repeated` holds for each document; `missing_*` and
/// `furniture_*` are parts of `only_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Summary {
    /// Words of a.
    pub words_a: u32,
    /// Words of b.
    pub words_b: u32,
    /// Words that stand in both, in order.
    pub shared: u32,
    /// Words of a that were replaced.
    pub changed_a: u32,
    /// Words of b that replace them.
    pub changed_b: u32,
    /// Words that stand only in a.
    pub only_a: u32,
    /// Words that stand only in b.
    pub only_b: u32,
    /// Words that stand in both, out of order.
    pub moved: u32,
    /// Words of a that stand once more.
    pub repeated_a: u32,
    /// Words of b that stand once more.
    pub repeated_b: u32,
    /// Words of b's head that are cut off in a.
    pub missing_head_in_a: u32,
    /// Words of b's tail that are cut off in a.
    pub missing_tail_in_a: u32,
    /// Words of a's head that are cut off in b.
    pub missing_head_in_b: u32,
    /// Words of a's tail that are cut off in b.
    pub missing_tail_in_b: u32,
    /// Words of furniture that stand only in a.
    pub furniture_a: u32,
    /// Words of furniture that stand only in b.
    pub furniture_b: u32,
    /// Whether a limit was hit, so that a closer look might find more in common.
    pub approximate: bool,
}

impl Summary {
    pub(super) fn of(diff: &Diff<'_>) -> Self {
        let mut out = Self { approximate: diff.is_approximate(), ..Self::default() };
        for hunk in diff.hunks() {
            out.words_a += hunk.words_a;
            out.words_b += hunk.words_b;
            match hunk.kind {
                HunkKind::Shared => out.shared += hunk.words_a,
                HunkKind::Changed => {
                    out.changed_a += hunk.words_a;
                    out.changed_b += hunk.words_b;
                }
                HunkKind::Moved { .. } => out.moved += hunk.words_a,
                HunkKind::Repeated { .. } => {
                    out.repeated_a += hunk.words_a;
                    out.repeated_b += hunk.words_b;
                }
                HunkKind::OnlyInA
                | HunkKind::OnlyInB
                | HunkKind::CutOff { .. }
                | HunkKind::Wrapped { .. } => {
                    out.only_a += hunk.words_a;
                    out.only_b += hunk.words_b;
                    if hunk.furniture {
                        out.furniture_a += hunk.words_a;
                        out.furniture_b += hunk.words_b;
                    }
                }
            }
            if let HunkKind::CutOff { end, missing_in } = hunk.kind {
                *match (end, missing_in) {
                    (End::Head, Side::A) => &mut out.missing_head_in_a,
                    (End::Tail, Side::A) => &mut out.missing_tail_in_a,
                    (End::Head, Side::B) => &mut out.missing_head_in_b,
                    (End::Tail, Side::B) => &mut out.missing_tail_in_b,
                } += hunk.words_a + hunk.words_b;
            }
        }
        out
    }

    /// Words on one side.
    #[must_use]
    pub fn words(&self, side: Side) -> u32 {
        match side {
            Side::A => self.words_a,
            Side::B => self.words_b,
        }
    }

    /// Words that stand only in one document.
    #[must_use]
    pub fn only(&self, side: Side) -> u32 {
        match side {
            Side::A => self.only_a,
            Side::B => self.only_b,
        }
    }

    /// Words of furniture that stand only in one document.
    #[must_use]
    pub fn furniture(&self, side: Side) -> u32 {
        match side {
            Side::A => self.furniture_a,
            Side::B => self.furniture_b,
        }
    }

    /// Words of the other document's head and tail that are cut off in this one.
    #[must_use]
    pub fn missing_in(&self, side: Side) -> (u32, u32) {
        match side {
            Side::A => (self.missing_head_in_a, self.missing_tail_in_a),
            Side::B => (self.missing_head_in_b, self.missing_tail_in_b),
        }
    }

    /// Whether both documents hold the same words in the same order.
    #[must_use]
    pub fn is_identical(&self) -> bool {
        self.shared == self.words_a && self.shared == self.words_b
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, quotes: [&[String]; 2]) -> fmt::Result {
        if self.words_a == 0 && self.words_b == 0 {
            return f.write_str("Neither A nor B holds a word.");
        }
        if self.words_a == 0 || self.words_b == 0 {
            let (empty, full) = if self.words_a == 0 { ("A", "B") } else { ("B", "A") };
            let words = self.words_a + self.words_b;
            return write!(f, "{empty} holds no word, {full} holds {}.", grouped(words));
        }
        if self.is_identical() {
            let n = self.shared;
            return write!(f, "A and B hold the same {} in the same order.", count(n, "word"));
        }
        if self.shared + self.moved == 0 {
            write!(f, "A ({}) and B ", count(self.words_a, "word"))?;
            return write!(f, "({}) share no passage.", count(self.words_b, "word"));
        }
        let mut cut = false;
        for side in [Side::B, Side::A] {
            cut |= self.write_cut(f, side, cut)?;
        }
        if !cut {
            let shared = self.shared + self.moved;
            write!(
                f,
                "A and B share {}: {} of A, {} of B",
                count(shared, "word"),
                percent(shared, self.words_a),
                percent(shared, self.words_b)
            )?;
        }
        let changed = self.changed_a.max(self.changed_b);
        if changed > 0 {
            write!(f, "; {} changed", count(changed, "word"))?;
        }
        for side in [Side::A, Side::B] {
            let (head, tail) = self.missing_in(side.other());
            let only = self.only(side) - head - tail;
            if only == 0 {
                continue;
            }
            write!(f, "; {} only in {}", count(only, "word"), name(side))?;
            let furniture = self.furniture(side);
            if furniture > 0 && furniture == only {
                f.write_str(", all of it furniture")?;
            } else if furniture > 0 {
                write!(f, ", {} of them furniture", grouped(furniture))?;
            }
            let quotes = quotes[side as usize];
            for (i, quote) in quotes.iter().enumerate() {
                write!(f, "{}“{quote}”", if i == 0 { " (" } else { ", " })?;
            }
            if !quotes.is_empty() {
                f.write_str(")")?;
            }
        }
        if self.moved > 0 {
            write!(f, "; {} moved", count(self.moved, "word"))?;
        }
        for (side, repeated) in [(Side::A, self.repeated_a), (Side::B, self.repeated_b)] {
            if repeated > 0 {
                write!(f, "; {} repeated in {}", count(repeated, "word"), name(side))?;
            }
        }
        f.write_str(if self.approximate { " (approximate: a limit was hit)." } else { "." })
    }

    /// What is cut off in `side`, if anything is.
    fn write_cut(
        &self,
        f: &mut fmt::Formatter<'_>,
        side: Side,
        continued: bool,
    ) -> Result<bool, fmt::Error> {
        let (head, tail) = self.missing_in(side);
        if head + tail == 0 {
            return Ok(false);
        }
        if continued {
            f.write_str("; ")?;
        }
        let (cut, whole) = (name(side), name(side.other()));
        let words = self.words(side.other());
        let left = words - head - tail;
        // only where nearly all that is left was found again is the cut document a part of the other
        let is_part = u64::from(self.shared + self.moved) * 4 >= u64::from(left) * 3;
        let share = percent(left, words);
        match (head, tail) {
            (0, _) if is_part => write!(f, "{cut} is the first {share} of {whole}")?,
            (_, 0) if is_part => write!(f, "{cut} is the last {share} of {whole}")?,
            (0, _) => write!(
                f,
                "{cut} lacks the tail of {whole}, {} ({})",
                count(tail, "word"),
                percent(tail, words)
            )?,
            (_, 0) => write!(
                f,
                "{cut} lacks the head of {whole}, {} ({})",
                count(head, "word"),
                percent(head, words)
            )?,
            _ => write!(
                f,
                "{cut} lacks the head ({}) and the tail ({}) of {whole}; {share} are left",
                count(head, "word"),
                count(tail, "word")
            )?,
        }
        Ok(true)
    }
}

/// One sentence, without words of the documents; [`Diff::headline`] quotes some.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, [&[], &[]])
    }
}

/// The summary as a sentence that quotes how the largest one-sided passages begin; from
/// [`Diff::headline`].
#[derive(Debug, Clone)]
pub struct Headline {
    summary: Summary,
    quotes: [Vec<String>; 2],
}

/// Passages of one document that a headline quotes.
const QUOTES: usize = 3;

/// Words of each quotation.
const QUOTED_WORDS: usize = 4;

/// Characters of each quotation.
const QUOTED_CHARS: usize = 40;

impl Headline {
    pub(super) fn of(diff: &Diff<'_>) -> Self {
        let quotes = [Side::A, Side::B].map(|side| {
            let mut at = 0;
            let mut found: Vec<(u32, usize)> = Vec::new();
            for hunk in diff.hunks() {
                let words = hunk.words(side);
                let quoted = matches!(
                    hunk.kind,
                    HunkKind::OnlyInA | HunkKind::OnlyInB | HunkKind::Wrapped { .. }
                );
                if quoted && words > 0 {
                    found.push((words, at));
                }
                at += words as usize;
            }
            // the largest, in reading order
            found.sort_by_key(|&(words, at)| (std::cmp::Reverse(words), at));
            found.truncate(QUOTES);
            found.sort_by_key(|&(_, at)| at);
            found
                .into_iter()
                .map(|(words, at)| {
                    let shown = QUOTED_WORDS.min(words as usize);
                    quote(diff.pieces(side).bytes(at..at + shown), shown < words as usize)
                })
                .collect()
        });
        Self { summary: diff.summary(), quotes }
    }
}

fn quote(bytes: &[u8], more: bool) -> String {
    let mut out = String::new();
    let mut chars = 0;
    let mut more = more;
    'text: for chunk in bytes.utf8_chunks() {
        let lost = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
        for c in chunk.valid().chars().chain(lost.chars()) {
            if chars == QUOTED_CHARS {
                more = true;
                break 'text;
            }
            match visible(c) {
                Visible::Space | Visible::Line if out.is_empty() || out.ends_with(' ') => continue,
                Visible::Space | Visible::Line => out.push(' '),
                shown => shown.push_to(&mut out),
            }
            chars += 1;
        }
    }
    let end = out.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    if more {
        // "word, ..." reads worse than "word ..."
        out.truncate(end);
        out.push_str(" ...");
    } else {
        out.truncate(out.trim_end().len());
    }
    out
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary.write(f, [&self.quotes[0], &self.quotes[1]])
    }
}

pub(super) fn name(side: Side) -> &'static str {
    match side {
        Side::A => "A",
        Side::B => "B",
    }
}

/// `1 word`, `1,134 words`.
pub(super) fn count(n: u32, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Rounded to whole percent; 0% and 100% are said only where they are exact.
pub(super) fn percent(part: u32, whole: u32) -> String {
    if part == 0 || whole == 0 {
        return "0%".to_owned();
    }
    if part >= whole {
        return "100%".to_owned();
    }
    let (part, whole) = (u64::from(part), u64::from(whole));
    match (part * 200 + whole) / (2 * whole) {
        0 => "less than 1%".to_owned(),
        rounded => format!("{}%", rounded.min(99)),
    }
}
