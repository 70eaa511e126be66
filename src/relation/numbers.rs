//! Numbers that differ: what tells two reports of one template apart.

use crate::align::{Alignment, Run};
use crate::text::{Marks, Tokens};
use std::ops::Range;

/// Tokens at the beginning whose numbers are labels: `UPDATE 2`, `PART 3`.
const LABEL: usize = 2;

/// Numbers that stand unmatched on both sides of a gap between chained runs, or before the first or
/// behind the last: of each gap the lesser count, summed.
pub(crate) fn substituted_numbers(a: &Tokens, b: &Tokens, alignment: &Alignment) -> u32 {
    let moved_a = moved(a.len(), alignment.moved.iter().map(|r| r.in_a()));
    let moved_b = moved(b.len(), alignment.moved.iter().map(|r| r.in_b()));
    let end = Run { a: a.len() as u32, b: b.len() as u32, len: 0 };
    let (mut end_a, mut end_b) = (LABEL, LABEL);
    let mut sum = 0;
    for run in alignment.chain.iter().chain([&end]) {
        let here = numbers(a, end_a..run.a as usize, &moved_a);
        if here > 0 {
            sum += here.min(numbers(b, end_b..run.b as usize, &moved_b));
        }
        (end_a, end_b) = (end_a.max(run.in_a().end), end_b.max(run.in_b().end));
    }
    sum
}

fn moved(tokens: usize, runs: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
    let mut out = vec![false; tokens];
    for run in runs {
        out[run].fill(true);
    }
    out
}

fn numbers(tokens: &Tokens, gap: Range<usize>, moved: &[bool]) -> u32 {
    gap.filter(|&at| tokens.marks()[at].has(Marks::NUMBER) && !moved[at]).count() as u32
}
