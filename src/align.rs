//! Two token sequences to their matched runs: seed, extend, chain, refine.
//!
//! 1. *Seed*: the shingle hashes of the shorter document are indexed by position; the shingles of
//!    the longer one are looked up, in order.
//! 2. *Extend*: from a seed, equal tokens are followed to the right as far as they go (to the left
//!    nothing can match: the shingle before would have been a seed). Where a shingle stands at
//!    several places, the longest extension wins, then the place nearest behind the last run.
//! 3. *Chain*: the runs of greatest total mass that stand in the same order in both documents; the
//!    others are *moved*.
//! 4. *Refine*: in gaps of at most [`Limits::gap`] tokens on both sides between chained runs,
//!    the longest common subsequence adds matches shorter than a shingle.
//!
//! Work is bounded: a seed looks at no more than [`Limits::occurrences`] places, so a text of one
//! word repeated a million times costs that many passes over it and no more; what was not looked at
//! is counted in [`Alignment::skipped_places`]. About 20 us for two documents of 1,500 words.
//!
//! The alignment is symmetric: exchanging the documents exchanges the two sides of each run.

use crate::shingle::Shingles;
use std::cmp::Ordering;
use std::ops::Range;

/// What alignment sees of one document.
#[derive(Debug, Clone, Copy)]
pub struct Sequence<'a> {
    /// Token hashes.
    pub tokens: &'a [u64],
    /// The shingles over these tokens.
    pub shingles: &'a Shingles,
    /// Content mass of each token, as [`content`](crate::content) gives it: chains prefer content.
    pub mass: &'a [u8],
}

/// A maximal run of equal tokens, or within gaps a common stretch: `len` tokens from `a` in one
/// document and from `b` in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Run {
    /// First token in document a.
    pub a: u32,
    /// First token in document b.
    pub b: u32,
    /// Number of tokens.
    pub len: u32,
}

impl Run {
    /// The tokens of document a.
    #[inline]
    #[must_use]
    pub fn in_a(self) -> Range<usize> {
        self.a as usize..(self.a + self.len) as usize
    }

    /// The tokens of document b.
    #[inline]
    #[must_use]
    pub fn in_b(self) -> Range<usize> {
        self.b as usize..(self.b + self.len) as usize
    }

    fn exchanged(self) -> Self {
        Self { a: self.b, b: self.a, len: self.len }
    }
}

/// Bounds on the work of one alignment, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Limits {
    /// Places of one shingle that a seed looks at (16).
    pub occurrences: u32,
    /// Tokens of a gap, on either side, that are refined (64; more than 4,096 count as 4,096).
    pub gap: u32,
    /// Share of the wider side of a gap, in percent, that a common subsequence holds to count (40):
    /// less is chance.
    pub common: u32,
    /// Tokens by which a chained run may reach into the next one (8): at a repeated phrase both claim
    /// it.
    pub overlap: u32,
    /// Whether the beginnings and the ends of both documents bound gaps, too (no: what stands there
    /// is mostly furniture).
    pub ends: bool,
    /// Runs that are chained exactly (4,096); further ones, the shortest, count as moved.
    pub runs: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { occurrences: 16, gap: 64, common: 40, overlap: 8, ends: false, runs: 4096 }
    }
}

/// The matched runs of two documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alignment {
    /// Runs in the same order in both documents, by position; disjoint in both.
    pub chain: Vec<Run>,
    /// The other runs of a shingle or more, by position in the longer document; they may overlap
    /// each other and the chain.
    pub moved: Vec<Run>,
    /// Seeds of the longer document for which not every place in the other was looked at.
    pub skipped_places: u64,
}

/// Aligns `a` with `b`.
#[must_use]
pub fn align(a: Sequence<'_>, b: Sequence<'_>, limits: Limits) -> Alignment {
    Seeds::new(a, b, limits, &mut Seeder::default(), None).align(a, b, limits)
}

/// The first half of an alignment: the maximal runs. It needs no content mass, and bounds what the
/// second half can find.
#[derive(Debug)]
pub(crate) struct Seeds {
    found: Found,
    skipped_places: u64,
}

#[derive(Debug)]
enum Found {
    /// The documents hold the same tokens.
    Equal,
    /// Runs by position in b, of which a is the shorter document.
    Ordered(Vec<Run>),
    /// Runs with a and b exchanged.
    Exchanged(Vec<Run>),
}

/// Indexes of documents and their memory, for several alignments of one document.
#[derive(Debug, Default)]
pub(crate) struct Seeder {
    /// The document that `own` was made of.
    of: Option<u32>,
    own: SeedIndex,
    other: SeedIndex,
}

impl Seeds {
    /// The runs of `a` and `b`. What is made of `a` is kept under the number `of`, which stands for one
    /// document as long as the seeder lives.
    pub fn new(
        a: Sequence<'_>,
        b: Sequence<'_>,
        limits: Limits,
        seeder: &mut Seeder,
        of: Option<u32>,
    ) -> Self {
        if limits.occurrences > 0 && a.tokens == b.tokens {
            return Self { found: Found::Equal, skipped_places: skipped_if_equal(a, limits) };
        }
        let mut skipped_places = 0;
        let found = if in_canonical_order(a.tokens, b.tokens) {
            if of.is_none() || seeder.of != of {
                seeder.own.fill(a);
                seeder.of = of;
            }
            Found::Ordered(seed_and_extend(&seeder.own, a, b, limits, &mut skipped_places))
        } else {
            seeder.other.fill(b);
            Found::Exchanged(seed_and_extend(&seeder.other, b, a, limits, &mut skipped_places))
        };
        Self { found, skipped_places }
    }

    /// See [`Alignment::skipped_places`].
    pub fn skipped_places(&self) -> u64 {
        self.skipped_places
    }

    /// At most so many tokens of either document are matched, and at most so many stand in one run.
    /// `None` where nothing of use can be said.
    pub fn bounds(&self, limits: Limits) -> Option<(u32, u32)> {
        let (Found::Ordered(runs) | Found::Exchanged(runs)) = &self.found else { return None };
        if limits.ends {
            return None;
        }
        let gap = limits.gap.min(MAX_GAP);
        // what stands in a gap between two runs is matched too, if the gap is small; the runs stand by
        // position, so no gap in front of a run is smaller than the one to the run before
        let (mut sum, mut longest, mut end) = (0u32, 0u32, None::<u32>);
        for run in runs {
            sum = sum.saturating_add(run.len);
            longest = longest.max(run.len);
            if end.is_some_and(|end| run.b.saturating_sub(end) <= gap) {
                sum = sum.saturating_add(gap);
                longest = longest.max(gap);
            }
            end = Some(end.unwrap_or(0).max(run.b + run.len));
        }
        Some((sum, longest))
    }

    /// The second half, of the same documents and limits.
    pub fn align(self, a: Sequence<'_>, b: Sequence<'_>, limits: Limits) -> Alignment {
        let skipped_places = self.skipped_places;
        let mut out = match self.found {
            Found::Equal => align_equal(a),
            Found::Ordered(runs) => finish(runs, a, b, limits),
            Found::Exchanged(runs) => {
                let mut out = finish(runs, b, a, limits);
                for run in out.chain.iter_mut().chain(&mut out.moved) {
                    *run = run.exchanged();
                }
                out
            }
        };
        out.skipped_places = skipped_places;
        out
    }
}

fn finish(runs: Vec<Run>, a: Sequence<'_>, b: Sequence<'_>, limits: Limits) -> Alignment {
    let mut out = Alignment::default();
    chain(runs, a.mass, limits, &mut out);
    refine(a.tokens, b.tokens, limits, &mut out.chain);
    out
}

/// Equal documents are one run from the first shingle on: no other place of it extends as far. They are
/// so, too, where they are shorter than a shingle.
fn align_equal(a: Sequence<'_>) -> Alignment {
    let mut out = Alignment::default();
    if !a.tokens.is_empty() {
        out.chain.push(Run { a: 0, b: 0, len: a.tokens.len() as u32 });
    }
    out
}

/// Whether the first shingle of two equal documents has more places than are looked at.
fn skipped_if_equal(a: Sequence<'_>, limits: Limits) -> u64 {
    a.shingles.hashes().first().map_or(0, |first| {
        let places = a.shingles.hashes().iter().filter(|hash| *hash == first);
        u64::from(places.count() > limits.occurrences as usize)
    })
}

/// The shorter document is indexed; equal lengths are told apart by content, so that the result does
/// not depend on which document is called a.
fn in_canonical_order(a: &[u64], b: &[u64]) -> bool {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b)) != Ordering::Greater
}

const NONE: u32 = u32::MAX;

/// Bounds the table of a gap.
const MAX_GAP: u32 = 4096;

/// Positions of the shingles of one document: open addressing on the low bits of the hash, places of
/// equal shingles linked in increasing order.
#[derive(Debug, Default)]
struct SeedIndex {
    slots: Vec<u32>,
    next: Vec<u32>,
    /// A bit for each of 16 to 32 places a shingle: most shingles of a stranger are told from these.
    seen: Vec<u64>,
}

impl SeedIndex {
    /// Replaces the content by the shingles of `a`.
    fn fill(&mut self, a: Sequence<'_>) {
        let hashes = a.shingles.hashes();
        let mask = (hashes.len() * 2).next_power_of_two() - 1;
        let Self { slots, next, seen } = self;
        slots.clear();
        slots.resize(mask + 1, NONE);
        next.clear();
        next.resize(hashes.len(), NONE);
        seen.clear();
        seen.resize((hashes.len() / 4).next_power_of_two(), 0);
        let words = seen.len() - 1;
        for &hash in hashes {
            seen[(hash >> 32) as usize & words] |= 1 << (hash >> 58);
        }
        // backwards, so that each list begins at the least position
        for (at, &hash) in hashes.iter().enumerate().rev() {
            let mut slot = hash as usize & mask;
            while slots[slot] != NONE && hashes[slots[slot] as usize] != hash {
                slot = (slot + 1) & mask;
            }
            next[at] = slots[slot];
            slots[slot] = at as u32;
        }
    }

    #[inline]
    fn first(&self, hashes: &[u64], hash: u64) -> u32 {
        let seen = self.seen[(hash >> 32) as usize & (self.seen.len() - 1)];
        if seen >> (hash >> 58) & 1 == 0 {
            return NONE;
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let at = self.slots[slot];
            if at == NONE || hashes[at as usize] == hash {
                return at;
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn common_prefix(a: &[u64], b: &[u64]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

fn seed_and_extend(
    index: &SeedIndex,
    a: Sequence<'_>,
    b: Sequence<'_>,
    limits: Limits,
    skipped: &mut u64,
) -> Vec<Run> {
    let (hashes_a, hashes_b) = (a.shingles.hashes(), b.shingles.hashes());
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    let mut expected = 0; // token of a that follows the last run
    while at < hashes_b.len() {
        let mut place = index.first(hashes_a, hashes_b[at]);
        if place == NONE {
            at += 1;
            continue;
        }
        let mut best = (0, NONE);
        let mut looked = 0;
        while place != NONE {
            if looked == limits.occurrences {
                *skipped += 1;
                break;
            }
            looked += 1;
            let len = common_prefix(&a.tokens[place as usize..], &b.tokens[at..]);
            let better = match len.cmp(&best.0) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => best.1 < expected && place >= expected,
            };
            if better {
                best = (len, place);
            }
            place = index.next[place as usize];
        }
        let (len, place) = best;
        let whole = b.shingles.token_count(at);
        if len < whole {
            // equal shingle hashes over different tokens
            at += 1;
            continue;
        }
        runs.push(Run { a: place, b: at as u32, len: len as u32 });
        expected = place + len as u32;
        // the next seed begins inside the tail of this run: the first that reaches beyond it
        let end = at + len;
        at += 1;
        while at < hashes_b.len() && at + b.shingles.token_count(at) <= end {
            at += 1;
        }
    }
    runs
}

/// The alignment that consists of `runs`, which stand by position in b; `mass` is that of the tokens
/// of a. For runs that were found in another way than here.
#[cfg(feature = "online")]
pub(crate) fn align_runs(runs: Vec<Run>, mass: &[u8], limits: Limits) -> Alignment {
    let mut out = Alignment::default();
    chain(runs, mass, limits, &mut out);
    out
}

/// Splits `runs` (by position in b) into the heaviest chain and the moved rest; `mass` is that of the
/// tokens of a.
///
/// A maximum-weight increasing subsequence over a Fenwick tree of prefix maxima (as in Abouelhoda
/// and Ohlebusch 2005, without gap costs). Runs may overlap by up to [`Limits::overlap`] tokens; the
/// overlap is cut from the later one.
fn chain(mut runs: Vec<Run>, mass: &[u8], limits: Limits, out: &mut Alignment) {
    if runs.len() > limits.runs as usize {
        let mut by_length: Vec<usize> = (0..runs.len()).collect();
        by_length.sort_by_key(|&i| (std::cmp::Reverse(runs[i].len), i));
        let mut keep = vec![false; runs.len()];
        for &i in &by_length[..limits.runs as usize] {
            keep[i] = true;
        }
        let mut kept = Vec::with_capacity(limits.runs as usize);
        for (run, keep) in runs.into_iter().zip(keep) {
            if keep {
                kept.push(run);
            } else {
                out.moved.push(run);
            }
        }
        runs = kept;
    }
    if runs.len() <= 1 {
        out.chain = runs;
        return;
    }
    // rank of a run's end in a; a predecessor ends in a before this run's end
    let mut ends: Vec<u32> = runs.iter().map(|r| r.a + r.len).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut tree: Vec<(u64, u32)> = vec![(0, NONE); ends.len() + 1];
    let mut previous = vec![NONE; runs.len()];
    let mut best = (0u64, NONE);
    for (i, run) in runs.iter().enumerate() {
        let weight: u64 = mass[run.in_a()].iter().map(|&m| 1 + u64::from(m)).sum();
        // the best chain that ends where this run begins or reaches into it by less than half
        let into = (run.len / 2).min(limits.overlap);
        let rank = ends.partition_point(|&e| e <= run.a + into);
        let mut before = (0, NONE);
        let mut node = rank;
        while node > 0 {
            if tree[node].0 > before.0 {
                before = tree[node];
            }
            node &= node - 1;
        }
        previous[i] = before.1;
        let total = (before.0 + weight, i as u32);
        if total.0 > best.0 {
            best = total;
        }
        let mut node = ends.partition_point(|&e| e < run.a + run.len) + 1;
        while node < tree.len() {
            if total.0 > tree[node].0 {
                tree[node] = total;
            }
            node += node & node.wrapping_neg();
        }
    }
    let mut chained = vec![false; runs.len()];
    let mut at = best.1;
    while at != NONE {
        chained[at as usize] = true;
        at = previous[at as usize];
    }
    for (run, chained) in runs.into_iter().zip(chained) {
        if !chained {
            out.moved.push(run);
            continue;
        }
        let (end_a, end_b) = out.chain.last().map_or((0, 0), |r| (r.a + r.len, r.b + r.len));
        let overlap = end_a.saturating_sub(run.a).max(end_b.saturating_sub(run.b));
        if overlap < run.len {
            out.chain.push(Run { a: run.a + overlap, b: run.b + overlap, len: run.len - overlap });
        } else {
            out.moved.push(run);
        }
    }
    out.moved.sort_unstable_by_key(|r| (r.b, r.a, r.len));
}

/// Adds the common subsequences of small gaps between chained runs.
fn refine(a: &[u64], b: &[u64], limits: Limits, chain: &mut Vec<Run>) {
    if chain.is_empty() {
        return;
    }
    let mut added = Vec::new();
    let mut table = Vec::new();
    if limits.ends {
        chain.insert(0, Run { a: 0, b: 0, len: 0 });
        chain.push(Run { a: a.len() as u32, b: b.len() as u32, len: 0 });
    }
    for pair in chain.windows(2) {
        let gap_a = pair[0].in_a().end..pair[1].in_a().start;
        let gap_b = pair[0].in_b().end..pair[1].in_b().start;
        let limit = limits.gap.min(MAX_GAP) as usize;
        if gap_a.is_empty() || gap_b.is_empty() || gap_a.len() > limit || gap_b.len() > limit {
            continue;
        }
        common_subsequence((a, gap_a), (b, gap_b), limits.common, &mut table, &mut added);
    }
    if limits.ends {
        chain.retain(|run| run.len > 0);
    }
    if !added.is_empty() {
        chain.append(&mut added);
        chain.sort_unstable_by_key(|r| r.a);
    }
}

/// Longest common subsequence of two gaps as runs, by the quadratic table; of equal lengths the one
/// that matches earliest. Nothing where it holds less than `common` percent of the wider gap.
fn common_subsequence(
    (a, gap_a): (&[u64], Range<usize>),
    (b, gap_b): (&[u64], Range<usize>),
    common: u32,
    table: &mut Vec<u16>,
    out: &mut Vec<Run>,
) {
    let (rows, columns) = (gap_a.len(), gap_b.len());
    table.clear();
    table.resize((rows + 1) * (columns + 1), 0);
    let cell = |i: usize, j: usize| i * (columns + 1) + j;
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            table[cell(i, j)] = if a[gap_a.start + i] == b[gap_b.start + j] {
                table[cell(i + 1, j + 1)] + 1
            } else {
                table[cell(i + 1, j)].max(table[cell(i, j + 1)])
            };
        }
    }
    // few common words in a wide gap are chance, not text that was edited
    if u64::from(table[0]) * 100 < rows.max(columns) as u64 * u64::from(common) {
        return;
    }
    let (mut i, mut j) = (0, 0);
    let mut open: Option<Run> = None;
    while i < rows && j < columns {
        if a[gap_a.start + i] == b[gap_b.start + j] {
            match &mut open {
                Some(run) => run.len += 1,
                None => {
                    open = Some(Run {
                        a: (gap_a.start + i) as u32,
                        b: (gap_b.start + j) as u32,
                        len: 1,
                    });
                }
            }
            i += 1;
            j += 1;
            continue;
        }
        out.extend(open.take());
        if table[cell(i + 1, j)] >= table[cell(i, j + 1)] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out.extend(open);
}
