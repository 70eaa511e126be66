//! Numbers that differ: what tells two reports of one template apart.

use crate::align::{Alignment, Run};
use crate::text::{Marks, Tokens};
use std::ops::Range;

/// Tokens at the beginning whose numbers are labels: `UPDATE 2`, `PART 3`.
const LABEL: usize = 2;

/// Numbers that stand unmatched on both sides of a gap between chained runs, or before the first or
/// behind the last: of each gap the lesser count, summed.
pub(crate) fn substituted_numbers(a: &Tokens, b: &Tokens, alignment: &Alignment) -> u32 {
    let is_number = |tokens: &Tokens, at: usize| tokens.marks()[at].has(Marks::NUMBER);
    substituted((a.len(), &|at| is_number(a, at)), (b.len(), &|at| is_number(b, at)), alignment)
}

/// Number of tokens of a document, and which of them are numbers.
type Side<'a> = (usize, &'a dyn Fn(usize) -> bool);

/// The same for documents of which no more is known.
pub(crate) fn substituted(a: Side<'_>, b: Side<'_>, alignment: &Alignment) -> u32 {
    let moved_a = moved(a.0, alignment.moved.iter().map(|r| r.in_a()));
    let moved_b = moved(b.0, alignment.moved.iter().map(|r| r.in_b()));
    let end = Run { a: a.0 as u32, b: b.0 as u32, len: 0 };
    let (mut end_a, mut end_b) = (LABEL, LABEL);
    let mut sum = 0;
    for run in alignment.chain.iter().chain([&end]) {
        let here = numbers(a.1, end_a..run.a as usize, &moved_a);
        if here > 0 {
            sum += here.min(numbers(b.1, end_b..run.b as usize, &moved_b));
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

fn numbers(is_number: &dyn Fn(usize) -> bool, gap: Range<usize>, moved: &[bool]) -> u32 {
    gap.filter(|&at| is_number(at) && !moved[at]).count() as u32
}
