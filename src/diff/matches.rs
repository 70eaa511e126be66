//! An alignment to the matches of a diff: disjoint runs in order, and what moved between them.
//!
//! 1. The runs of a shingle or more that were chained stay. Shorter ones came from the alignment's
//!    own refinement; the third step finds them again where they help a reader.
//! 2. Runs out of order claim their tokens where both sides are free (moved), then where one side
//!    is (repeated), the longest first.
//! 3. The gaps are refined by imara-diff's histogram algorithm over token ids; claimed tokens match
//!    nothing.
//! 4. A match of few words between large edits only breaks up what a person reads as one passage:
//!    it is dropped.
//! 5. An insertion may often begin with its own first word or with the equal one behind it; it is
//!    put where a sentence, line or clause begins.

use super::DiffOptions;
use super::side::Pieces;
use crate::align::{Alignment, Run, Sequence};
use crate::text::Marks;
use imara_diff::{Algorithm, Diff as TokenDiff, Token};
use std::collections::HashMap;
use std::ops::Range;

/// Tokens from which on a match inside a gap is kept whatever stands around it.
const KEPT: u32 = 8;

/// Tokens by which an insertion may be put further up or down.
const SLIDE: u32 = 64;

/// Shorter side of a gap, in tokens, that is refined: bounds the depth of the recursion.
const GAP: usize = 4096;

/// What a token outside the order belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// The passage of this number stands on both sides.
    Moved(u32),
    /// The counterpart begins at this token of the other document and is matched otherwise.
    Repeated(u32),
}

/// A claimed stretch of one document.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) tokens: Range<usize>,
    pub(super) claim: Claim,
}

/// The matches of two documents.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// In order and disjoint in both documents.
    pub(super) runs: Vec<Run>,
    /// Claims on tokens of a, by position.
    pub(super) claims_a: Vec<Claimed>,
    /// Claims on tokens of b, by position.
    pub(super) claims_b: Vec<Claimed>,
    /// Number of moved passages.
    pub(super) moves: u32,
    /// Gaps that were too large for the work allowed.
    pub(super) unrefined_gaps: u32,
}

pub(super) fn find(
    alignment: &Alignment,
    a: Sequence<'_>,
    b: Sequence<'_>,
    pieces: [&Pieces<'_>; 2],
    options: &DiffOptions,
) -> Matches {
    let mut out = Matches::default();
    let base: Vec<Run> = alignment
        .chain
        .iter()
        .copied()
        .filter(|run| {
            (run.a as usize) < a.shingles.len()
                && run.len as usize >= a.shingles.token_count(run.a as usize)
        })
        .collect();
    claim(&base, alignment, a, b, options, &mut out);
    refine(&base, a.tokens, b.tokens, options, &mut out);
    slide(a.tokens, b.tokens, pieces, &mut out);
    out
}

fn claim(
    base: &[Run],
    alignment: &Alignment,
    a: Sequence<'_>,
    b: Sequence<'_>,
    options: &DiffOptions,
    out: &mut Matches,
) {
    if alignment.moved.is_empty() {
        return;
    }
    let mut covered_a = vec![false; a.tokens.len()];
    let mut covered_b = vec![false; b.tokens.len()];
    for run in base {
        covered_a[run.in_a()].fill(true);
        covered_b[run.in_b()].fill(true);
    }
    let mut moved = alignment.moved.clone();
    moved.sort_unstable_by_key(|run| (std::cmp::Reverse(run.len), run.a, run.b));
    let least = options.min_moved.max(1) as usize;
    for run in &moved {
        let free =
            longest(run.len, |i| !covered_a[run.a as usize + i] && !covered_b[run.b as usize + i]);
        if free.len() < least {
            continue;
        }
        let in_a = run.a as usize + free.start..run.a as usize + free.end;
        let in_b = run.b as usize + free.start..run.b as usize + free.end;
        covered_a[in_a.clone()].fill(true);
        covered_b[in_b.clone()].fill(true);
        out.claims_a.push(Claimed { tokens: in_a, claim: Claim::Moved(out.moves) });
        out.claims_b.push(Claimed { tokens: in_b, claim: Claim::Moved(out.moves) });
        out.moves += 1;
    }
    // what stands once more on one side only; its counterpart is covered by a run or a claim
    for run in &moved {
        for in_a in [true, false] {
            let (covered, other) =
                if in_a { (&covered_a, &covered_b) } else { (&covered_b, &covered_a) };
            let (start, counterpart) = if in_a { (run.a, run.b) } else { (run.b, run.a) };
            let free = longest(run.len, |i| {
                !covered[start as usize + i] && other[counterpart as usize + i]
            });
            if free.len() < least {
                continue;
            }
            let tokens = start as usize + free.start..start as usize + free.end;
            let claim = Claim::Repeated(counterpart + free.start as u32);
            if in_a {
                covered_a[tokens.clone()].fill(true);
                out.claims_a.push(Claimed { tokens, claim });
            } else {
                covered_b[tokens.clone()].fill(true);
                out.claims_b.push(Claimed { tokens, claim });
            }
        }
    }
    out.claims_a.sort_unstable_by_key(|c| c.tokens.start);
    out.claims_b.sort_unstable_by_key(|c| c.tokens.start);
}

/// The first longest stretch of `0..len` in which `free` holds throughout.
fn longest(len: u32, free: impl Fn(usize) -> bool) -> Range<usize> {
    let mut best = 0..0;
    let mut start = 0;
    for i in 0..=len as usize {
        if i == len as usize || !free(i) {
            if i - start > best.len() {
                best = start..i;
            }
            start = i + 1;
        }
    }
    best
}

/// The claims that begin inside `range`, which no claim crosses.
pub(super) fn claims_in<'c>(claims: &'c [Claimed], range: &Range<usize>) -> &'c [Claimed] {
    let from = claims.partition_point(|c| c.tokens.start < range.start);
    let to = claims.partition_point(|c| c.tokens.start < range.end);
    &claims[from..to.max(from)]
}

fn refine(base: &[Run], a: &[u64], b: &[u64], options: &DiffOptions, out: &mut Matches) {
    let mut steps = options.steps;
    let mut numbers = Numbers::default();
    let (mut end_a, mut end_b) = (0, 0);
    for at in 0..=base.len() {
        let next = base.get(at);
        let gap_a = end_a..next.map_or(a.len(), |run| run.a as usize);
        let gap_b = end_b..next.map_or(b.len(), |run| run.b as usize);
        if !gap_a.is_empty() && !gap_b.is_empty() {
            let cost = gap_a.len() as u64 * gap_b.len() as u64;
            if cost > steps || gap_a.len().min(gap_b.len()) > GAP {
                out.unrefined_gaps += 1;
            } else {
                steps -= cost;
                numbers.ids.clear();
                numbers.next = 0;
                let before = numbers.of(&gap_a, a, &out.claims_a);
                let own = numbers.next;
                let after = numbers.of(&gap_b, b, &out.claims_b);
                let mut found = if after.iter().any(|token| token.0 < own) {
                    common(&before, &after, numbers.next, &gap_a, &gap_b)
                } else {
                    Vec::new()
                };
                drop_noise(&mut found, &gap_a, &gap_b, at == 0, next.is_none());
                out.runs.append(&mut found);
            }
        }
        if let Some(run) = next {
            out.runs.push(*run);
            (end_a, end_b) = (run.in_a().end, run.in_b().end);
        }
    }
}

/// Numbers the tokens of a gap for imara-diff: consecutive from 0 over both sides, claimed tokens all
/// different.
#[derive(Default)]
struct Numbers {
    ids: HashMap<u64, u32>,
    next: u32,
}

impl Numbers {
    fn of(&mut self, gap: &Range<usize>, hashes: &[u64], claims: &[Claimed]) -> Vec<Token> {
        let mut claims = claims_in(claims, gap).iter().peekable();
        gap.clone()
            .map(|at| {
                while claims.next_if(|c| c.tokens.end <= at).is_some() {}
                let fresh = self.next;
                let id = if claims.peek().is_some_and(|c| c.tokens.contains(&at)) {
                    fresh
                } else {
                    *self.ids.entry(hashes[at]).or_insert(fresh)
                };
                self.next += u32::from(id == fresh);
                Token(id)
            })
            .collect()
    }
}

fn common(
    before: &[Token],
    after: &[Token],
    numbers: u32,
    gap_a: &Range<usize>,
    gap_b: &Range<usize>,
) -> Vec<Run> {
    let mut diff = TokenDiff::default();
    diff.compute_with(Algorithm::Histogram, before, after, numbers);
    let mut out = Vec::new();
    let (mut end_a, mut end_b) = (0, 0);
    let mut push = |a: u32, b: u32, len: u32| {
        if len > 0 {
            out.push(Run { a: a + gap_a.start as u32, b: b + gap_b.start as u32, len });
        }
    };
    for hunk in diff.hunks() {
        push(end_a, end_b, hunk.before.start - end_a);
        (end_a, end_b) = (hunk.before.end, hunk.after.end);
    }
    push(end_a, end_b, before.len() as u32 - end_a);
    out
}

/// Drops matches of few words between large edits. The outer edge of a document counts as a large
/// edit: a chance match there would hide that a head or a tail is missing.
fn drop_noise(
    runs: &mut Vec<Run>,
    gap_a: &Range<usize>,
    gap_b: &Range<usize>,
    at_head: bool,
    at_tail: bool,
) {
    // dropping one match enlarges the edits around its neighbours; a few passes settle it
    for _ in 0..8 {
        let before = runs.len();
        let mut kept: Vec<Run> = Vec::with_capacity(before);
        for (i, run) in runs.iter().enumerate() {
            let (end_a, end_b) = kept
                .last()
                .map_or((gap_a.start, gap_b.start), |last| (last.in_a().end, last.in_b().end));
            let (next_a, next_b) = runs
                .get(i + 1)
                .map_or((gap_a.end, gap_b.end), |next| (next.a as usize, next.b as usize));
            let left = (run.a as usize - end_a).max(run.b as usize - end_b);
            let right = (next_a - run.in_a().end).max(next_b - run.in_b().end);
            let large =
                |edit: usize, outer: bool| edit >= 2 * run.len as usize || (outer && edit == 0);
            let outer_left = at_head && kept.is_empty();
            let outer_right = at_tail && i + 1 == before;
            let edited = left > 0 || right > 0;
            if run.len >= KEPT || !edited || !large(left, outer_left) || !large(right, outer_right)
            {
                kept.push(*run);
            }
        }
        *runs = kept;
        if runs.len() == before {
            break;
        }
    }
}

fn slide(a: &[u64], b: &[u64], pieces: [&Pieces<'_>; 2], out: &mut Matches) {
    for i in 1..out.runs.len() {
        let (before, behind) = (out.runs[i - 1], out.runs[i]);
        let gap_a = before.in_a().end..behind.a as usize;
        let gap_b = before.in_b().end..behind.b as usize;
        let (tokens, gap, claims, side) = match (gap_a.is_empty(), gap_b.is_empty()) {
            (false, true) => (a, gap_a, &out.claims_a, pieces[0]),
            (true, false) => (b, gap_b, &out.claims_b, pieces[1]),
            _ => continue,
        };
        if !claims_in(claims, &gap).is_empty() {
            continue;
        }
        // how natural it is that the gap begins, and so the text goes on, at this token
        let score = |at: usize| {
            let marks = side.marks_before(at);
            if marks.has(Marks::PARAGRAPH_END) {
                4
            } else if marks.has(Marks::LINE_END | Marks::SENTENCE_END) {
                3
            } else {
                u32::from(marks.has(Marks::CLAUSE_END))
            }
        };
        let mut best = (score(gap.start), 0i64);
        let mut offer = |by: i64| {
            let value = score((gap.start as i64 + by) as usize);
            if value > best.0 {
                best = (value, by);
            }
        };
        for by in 1..=SLIDE.min(before.len) as usize {
            if tokens[gap.start - by] != tokens[gap.end - by] {
                break;
            }
            offer(-(by as i64));
        }
        for by in 1..=SLIDE.min(behind.len) as usize {
            if tokens[gap.start + by - 1] != tokens[gap.end + by - 1] {
                break;
            }
            offer(by as i64);
        }
        if best.1 < 0 {
            let by = (-best.1) as u32;
            out.runs[i - 1].len -= by;
            let run = &mut out.runs[i];
            *run = Run { a: run.a - by, b: run.b - by, len: run.len + by };
        } else {
            let by = best.1 as u32;
            out.runs[i - 1].len += by;
            let run = &mut out.runs[i];
            *run = Run { a: run.a + by, b: run.b + by, len: run.len - by };
        }
    }
    let mut runs: Vec<Run> = Vec::with_capacity(out.runs.len());
    for run in out.runs.drain(..).filter(|run| run.len > 0) {
        match runs.last_mut() {
            Some(last)
                if last.in_a().end == run.a as usize && last.in_b().end == run.b as usize =>
            {
                last.len += run.len;
            }
            _ => runs.push(run),
        }
    }
    out.runs = runs;
}
