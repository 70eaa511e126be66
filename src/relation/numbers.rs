//! Numbers that differ: what tells two reports of one template apart.

use crate::align::{Alignment, Run};
use crate::text::{Marks, Tokens};
use std::ops::Range;

/// Tokens at the beginning whose numbers are labels: `UPDATE 2`, `PART 3`.
const LABEL: usize = 2;

/// Numbers that stand unmatched on both sides of a gap between chained runs, or before the first or
/// behind the last: of each gap the lesser count, summed.
pub(crate) fn substituted_numbers(a: &Tokens, b: &Tokens, alignment: &Alignment) -> u32 {
    let end = Run { a: a.len() as u32, b: b.len() as u32, len: 0 };
    let (mut end_a, mut end_b) = (LABEL, LABEL);
    let mut sum = 0;
    for run in alignment.chain.iter().chain([&end]) {
        let moved = &alignment.moved;
        let here =
            numbers(a, end_a..run.a as usize, |at| moved.iter().any(|r| r.in_a().contains(&at)));
        if here > 0 {
            let there = numbers(b, end_b..run.b as usize, |at| {
                moved.iter().any(|r| r.in_b().contains(&at))
            });
            sum += here.min(there);
        }
        (end_a, end_b) = (end_a.max(run.in_a().end), end_b.max(run.in_b().end));
    }
    sum
}

fn numbers(tokens: &Tokens, gap: Range<usize>, moved: impl Fn(usize) -> bool) -> u32 {
    gap.filter(|&at| tokens.marks()[at].has(Marks::NUMBER) && !moved(at)).count() as u32
}
