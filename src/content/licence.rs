//! The licence at the head of source code.

use crate::text::{self, Marks, Tokens};
use std::ops::Range;
use std::sync::OnceLock;

/// Words that nearly every line or second line of a licence notice holds one of, and code rarely.
const WORDS: &str = "copyright copyrighted copyrights license licensed licenses licence licensee licensor \
    sublicense spdx warranty warranties liability liable permission permissions permitted redistribution \
    redistributions redistribute \
    noninfringement merchantability disclaimer damages rights reserved granted law lawful implied contributors authors holders gnu apache bsd mit notice \
    conditions disclaimed consequential incidental tort negligence endorse \
    documentation materials derived provided";

/// Lines without such a word that a notice goes on across.
const GAP: usize = 3;

/// Lines before which a notice begins: behind a shebang, an editor's mode line, a title.
const FIRST: usize = 4;

/// The tokens of the licence notice at the head of a source file: from its beginning to the last of
/// the lines that hold a word of licences with at most [`GAP`] others between them.
pub(super) fn at_head(tokens: &Tokens) -> Range<usize> {
    let words = words();
    let (mut end, mut start, mut missing) = (0, 0, 0);
    let mut allowed = FIRST;
    let lines = tokens.marks().iter().enumerate().filter(|(_, m)| m.has(Marks::LINE_END));
    for (at, _) in lines {
        let line = &tokens.hashes()[start..=at];
        start = at + 1;
        if line.iter().any(|hash| words.binary_search(hash).is_ok()) {
            (end, missing, allowed) = (start, 0, GAP);
        } else {
            missing += 1;
            if missing > allowed {
                break;
            }
        }
    }
    0..end
}

fn words() -> &'static [u64] {
    static HASHES: OnceLock<Vec<u64>> = OnceLock::new();
    HASHES.get_or_init(|| {
        let mut hashes = text::tokenize(WORDS).hashes().to_vec();
        hashes.sort_unstable();
        hashes
    })
}
