//! Source code among text: scripts that an extractor took for words.
//!
//! Words of prose stand a space apart, or a mark and a space. Between those of code stand brackets,
//! quotes and operators, or a full stop and nothing else, as in `document.title`. So what tells code is
//! in the gaps between tokens, whatever its language.

use super::flags::{CHUNK, Flags, Places};
use crate::kernel::bits::gather;
use crate::text::{Marks, Script, Span, Tokens};
use std::ops::Range;

/// Tokens that are judged together.
const WINDOW: usize = 24;

/// Joints among them from which on they may be code: a third. Quoted speech has half as many; tables,
/// price lists and lists of titles may have more, so [`MEMBERS`] are asked for, too.
const JOINTS: usize = 8;

/// Least bytes of a gap that is a joint by its width: a mark and a space are two.
const WIDE: u32 = 3;

/// Words with a full stop and another word right behind that a stretch of code has at least, and of its
/// tokens one of [`WINDOW`]. Tables and lists have few, a line of addresses is short.
const MEMBERS: usize = 3;

/// Takes the mass of code away, from the first joint to the last of each stretch. Only `places` are
/// looked at. A text of which it is more than nine tenths, in lines of less than [`WINDOW`] tokens, is
/// left as it is: it is a source file; scripts in pages are in long lines.
pub(super) fn drop_code(tokens: &Tokens, places: &Places, mass: &mut [u8]) {
    let mut stretches = stretches(tokens, places);
    stretches.retain(|stretch| {
        let members = stretch.clone().filter(|&at| is_member(tokens, at)).count();
        members >= MEMBERS && members * WINDOW >= stretch.len()
    });
    let all: usize = stretches.iter().map(ExactSizeIterator::len).sum();
    let lines = || tokens.marks().iter().filter(|mark| mark.has(Marks::LINE_END)).count();
    let is_source = all * 10 > tokens.len() * 9 && lines() * WINDOW > tokens.len();
    if !is_source {
        stretches.into_iter().for_each(|stretch| mass[stretch].fill(0));
    }
}

/// The tokens from the first joint to the last of windows with many, those that meet as one.
fn stretches(tokens: &Tokens, places: &Places) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    // the places of the last joints
    let mut last = [usize::MAX; JOINTS];
    let mut count = 0;
    let places = places.within(tokens.len()).flatten();
    for at in places.filter(|&at| is_joint(tokens, at)) {
        last[count % JOINTS] = at;
        count += 1;
        // the first of these; at the beginning there are fewer
        let first = last[count % JOINTS];
        if first > at || at - first >= WINDOW {
            continue;
        }
        match out.last_mut() {
            Some(stretch) if stretch.end >= first => stretch.end = at + 2,
            _ => out.push(first..at + 2),
        }
    }
    out
}

/// Whether more than a mark and a space stands between two whole words of one line, or a full stop and
/// nothing else.
fn is_joint(tokens: &Tokens, at: usize) -> bool {
    let Some(next) = tokens.marks().get(at + 1) else { return false };
    let mark = tokens.marks()[at];
    let words = mark.script() == Script::Words && next.script() == Script::Words;
    words
        && !mark.has(Marks::LINE_END)
        && (gap(tokens.spans(), at) >= WIDE || is_member(tokens, at))
}

/// Whether a full stop and nothing else stands behind a token of more than one byte: a single letter may
/// be an initial. Behind the last token of a text nothing stands.
fn is_member(tokens: &Tokens, at: usize) -> bool {
    let spans = tokens.spans();
    tokens.marks()[at].has(Marks::SENTENCE_END)
        && at + 1 < spans.len()
        && gap(spans, at) == 1
        && spans[at].end - spans[at].start > 1
}

/// Bytes between a token and the next.
#[inline]
fn gap(spans: &[Span], at: usize) -> u32 {
    spans[at + 1].start - spans[at].end
}

/// Whether [`drop_code`] may find anything, from one chunk after the other: a window of it lies within four
/// groups of eight tokens.
#[derive(Debug, Default)]
pub(super) struct MaybeCode {
    /// What may be joints in each byte of eight tokens of the last chunk.
    last: u64,
    pub(super) places: Places,
}

impl MaybeCode {
    /// Takes the tokens from `base` on, of which `flags` are.
    #[inline]
    pub(super) fn take(&mut self, flags: Flags, spans: &[Span], base: usize) {
        let spans = &spans[base..];
        let is_wide = |one: Span, next: Span| u8::from(next.start - one.end >= WIDE);
        let mut wide = [0; CHUNK];
        if let Some(spans) = spans.first_chunk::<{ CHUNK + 1 }>() {
            wide = std::array::from_fn(|i| is_wide(spans[i], spans[i + 1]));
        } else {
            for (wide, pair) in wide.iter_mut().zip(spans.windows(2)) {
                *wide = is_wide(pair[0], pair[1]);
            }
        }
        let joints = (gather(&wide, 0) | flags.sentence) & !(flags.line | flags.part);
        let pairs = joints - (joints >> 1 & 0x5555_5555_5555_5555);
        let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
        let eights = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        let before = |bytes: u32| eights << (8 * bytes) | self.last >> (64 - 8 * bytes);
        let sums = eights + before(1) + before(2) + before(3);
        // a byte of at least 128 - JOINTS reaches 128 with as many
        let many = sums + 0x0101_0101_0101_0101 * (128 - JOINTS as u64);
        if many & 0x8080_8080_8080_8080 != 0 {
            self.places.push(base);
        }
        self.last = eights;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;
    use crate::text::tokenize;

    /// Words between gaps of all kinds, in stretches of prose and of code.
    fn mixed(seed: u64) -> String {
        const PROSE: [&str; 8] = [" ", " ", " ", " ", ", ", ". ", "\n", " \u{2014} "];
        const CODE: [&str; 8] = [".", ".", "('", "') {", " = ", "; ", "\n", " "];
        let mut out = String::new();
        for at in 0..400 {
            let draw = mix(seed << 20 | at);
            let gaps = if mix(seed << 20 ^ (at / 37)).is_multiple_of(3) { CODE } else { PROSE };
            out +=
                ["word", "a", "Name", "42", "\u{4E2D}\u{6587}", "\u{E9}t\u{E9}"][draw as usize % 6];
            out += gaps[(draw >> 8) as usize % 8];
        }
        out
    }

    fn all_of(tokens: &Tokens) -> Places {
        let mut out = Places::default();
        (0..tokens.len()).step_by(CHUNK).for_each(|base| out.push(base));
        out
    }

    fn places_of(tokens: &Tokens) -> Places {
        let mut maybe = MaybeCode::default();
        for (chunk, base) in tokens.marks().chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            maybe.take(Flags::of(chunk), tokens.spans(), base);
        }
        maybe.places
    }

    /// Every window, one after the other.
    fn slow_stretches(tokens: &Tokens) -> Vec<bool> {
        let mut out = vec![false; tokens.len()];
        for from in 0..tokens.len() {
            let window = from..tokens.len().min(from + WINDOW);
            let joints: Vec<usize> = window.filter(|&at| is_joint(tokens, at)).collect();
            if joints.len() >= JOINTS {
                out[joints[0]..joints[joints.len() - 1] + 2].fill(true);
            }
        }
        out
    }

    #[test]
    fn a_closer_look_is_taken_where_code_is() {
        let mut found = 0;
        for seed in 0..300 {
            let tokens = tokenize(&mixed(seed));
            let expected = stretches(&tokens, &all_of(&tokens));
            assert_eq!(stretches(&tokens, &places_of(&tokens)), expected, "{seed}");
            let mut within = vec![false; tokens.len()];
            expected.iter().for_each(|stretch| within[stretch.clone()].fill(true));
            assert_eq!(within, slow_stretches(&tokens), "{seed}");
            found += expected.len();
        }
        assert!(found > 300, "{found}");
    }

    fn is_dropped(text: &str) -> bool {
        let tokens = tokenize(text);
        let mut mass = vec![1; tokens.len()];
        drop_code(&tokens, &places_of(&tokens), &mut mass);
        mass.contains(&0)
    }

    #[test]
    fn what_is_no_code() {
        let prose = "It was the second time that week. ".repeat(20);
        let with = |what: &str| format!("{prose}\n{}\n{prose}", what.repeat(4));
        assert!(is_dropped(&with("window.page = { 'title': document.title, 'links': [] }; ")));
        for text in [
            "\u{201C}Why?\u{201D} \u{201C}Because.\u{201D} \u{201C}Since when?\u{201D} \u{201C}Since May,\u{201D} he said. ",
            "J. R. R. Tolkien, C. S. Lewis and T. S. Eliot; see pp. 7 ff. ",
            "| Leeds | 4 | 3 | 1 | 0 | 11 | 2 | 10 |\n",
            "June 4 \u{2013} Ely @ The Maltings \u{2013} $30 \u{2013} sold out\n",
            "\u{5317}\u{4EAC}\u{3001}\u{4E0A}\u{6D77}\u{3001}\u{5E7F}\u{5DDE}\u{3001}\u{6DF1}\u{5733}\u{3002}",
            "Write to us at desk@example.org or see www.example.org/desk for hours and prices. ",
        ] {
            assert!(!is_dropped(&with(text)), "{text}");
        }
        // a script that writes a mark between words
        assert!(!is_dropped(&"\u{1230}\u{120B}\u{121D}\u{1361}".repeat(90)));
    }
}
