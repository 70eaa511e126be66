//! Matched runs of a document and a sketch, and what they show.
//!
//! The sketch's sampled shingles are looked up among those of the query, which knows all of its own if
//! its text is at hand. Sampled shingles that follow each other at the same distance are one run: what
//! lies between them is taken as equal, because a word that differs breaks five shingles. Where a run
//! ends is known to within the two shingles around the end, of which one matches and one does not; the
//! middle is taken. The runs are chained, measured and judged as those of two texts are.

use super::sketch::{Sampled, Unpacked, fingerprint};
use crate::align::{self, Alignment, Run};
use crate::compare::{Comparer, Document};
use crate::relation::{self, Evidence, Relation};
use crate::text::Marks;
use std::ops::Range;

const NONE: u32 = u32::MAX;

/// What the judgement sees of the query, for reuse.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    pub(super) content_hash: u64,
    pub(super) mass: Vec<u8>,
    /// Tokens whose mass was taken away as furniture; empty if there are none.
    learned: Vec<bool>,
    /// Tokens that are numbers, in order.
    numbers: Vec<u32>,
    /// Shingles that are known: positions and the low bits of their hashes.
    positions: Vec<u32>,
    hashes: Vec<u64>,
    /// Bits of the hashes that are known of every shingle.
    bits: u32,
    /// Every shingle is known, so that entry `i` stands at position `i`.
    whole: bool,
    shingles: u32,
    slots: Vec<u32>,
    next: Vec<u32>,
}

impl Query {
    /// Of a text; `before` is the mass of its tokens before that of furniture was taken away, empty if
    /// none was.
    pub(super) fn of_document(&mut self, document: &Document, before: &[u8]) {
        self.content_hash = document.content_hash();
        self.mass.clear();
        self.mass.extend_from_slice(document.mass());
        self.learned.clear();
        self.learned.extend(before.iter().zip(&self.mass).map(|(before, now)| before != now));
        self.numbers.clear();
        let marks = (0..).zip(document.tokens().marks());
        self.numbers.extend(marks.filter(|(_, m)| m.has(Marks::NUMBER)).map(|(at, _)| at));
        let hashes = document.shingles().hashes();
        self.hashes.clear();
        self.hashes.extend(hashes.iter().map(|&h| fingerprint(h)));
        self.positions.clear();
        self.positions.extend(0..hashes.len() as u32);
        (self.bits, self.whole, self.shingles) = (40, true, hashes.len() as u32);
        self.slots.clear();
    }

    /// Of a sketch.
    pub(super) fn of_sketch(&mut self, sketch: &Unpacked) {
        self.content_hash = sketch.head.content_hash;
        self.mass.clone_from(&sketch.mass);
        self.learned.clear();
        self.numbers.clone_from(&sketch.numbers);
        self.positions.clear();
        self.positions.extend(sketch.sampled.iter().map(|s| s.position));
        self.hashes.clear();
        self.hashes.extend(sketch.sampled.iter().map(|s| s.hash));
        (self.bits, self.whole) = (sketch.head.bits, sketch.head.window == 1);
        self.shingles = sketch.head.shingles;
        self.slots.clear();
    }

    /// Puts the known shingles into lists by their low bits, once a query.
    fn list(&mut self) {
        if !self.slots.is_empty() {
            return;
        }
        // all hashes have 20 bits at least
        let size = (self.hashes.len() * 2).next_power_of_two().min(1 << 20);
        self.slots.resize(size, NONE);
        self.next.clear();
        self.next.resize(self.hashes.len(), NONE);
        // backwards, so that each list begins at the least position
        for (at, &hash) in self.hashes.iter().enumerate().rev() {
            let slot = hash as usize & (size - 1);
            self.next[at] = self.slots[slot];
            self.slots[slot] = at as u32;
        }
    }

    /// Whether a known shingle stands at `position`, found from entry `from` on, whose hash is that of
    /// `one`.
    fn is_at(&self, from: usize, position: i64, one: Sampled, bits: u32) -> Option<usize> {
        let at = if self.whole {
            usize::try_from(position).ok().filter(|&at| at < self.hashes.len())?
        } else {
            let ahead = self.positions[from..].iter().take_while(|&&p| i64::from(p) < position);
            from + ahead.count()
        };
        let found = *self.positions.get(at)?;
        (i64::from(found) == position && equal(self.hashes[at], one.hash, bits)).then_some(at)
    }
}

fn equal(a: u64, b: u64, bits: u32) -> bool {
    (a ^ b) << (u64::BITS - bits) == 0
}

/// A run of sampled shingles that stand in the query at one distance. Ranges are tokens of the
/// sketch's document.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    /// Position in the query less that in the sketch.
    shift: i64,
    /// What the shingles cover.
    sure: Range<u32>,
    /// The same with the likely rest.
    likely: Range<u32>,
    /// As far as the run can go.
    most: Range<u32>,
}

impl Trace {
    fn run(&self, range: &Range<u32>) -> Run {
        Run {
            a: (i64::from(range.start) + self.shift) as u32,
            b: range.start,
            len: range.end - range.start,
        }
    }
}

/// The runs in order of the sketch. The second number counts sampled shingles of which not every place
/// in the query was looked at.
pub(super) fn trace(query: &mut Query, sketch: &Unpacked, places: u32) -> (Vec<Trace>, u64) {
    query.list();
    let query = &*query;
    let sampled = &sketch.sampled;
    let mut out = Vec::new();
    let mut skipped = 0;
    let mut expected = 0;
    let mut at = 0;
    while at < sampled.len() {
        let one = sampled[at];
        let bits_of = |one: Sampled| if one.indexed { query.bits } else { sketch.head.bits };
        let bits = |one| bits_of(one).min(query.bits);
        // of several places the longest run, then the nearest behind the last
        let mut best: Option<(usize, u32, usize)> = None;
        let mut looked = 0;
        let mut place = query.slots[one.hash as usize & (query.slots.len() - 1)];
        while place != NONE {
            let (here, next) = (place as usize, query.next[place as usize]);
            place = next;
            if !equal(query.hashes[here], one.hash, bits(one)) {
                continue;
            }
            if looked == places {
                skipped += 1;
                break;
            }
            looked += 1;
            let position = query.positions[here];
            let shift = i64::from(position) - i64::from(one.position);
            let (mut end, mut from) = (at + 1, here);
            while let Some(&next) = sampled.get(end) {
                let Some(found) =
                    query.is_at(from, i64::from(next.position) + shift, next, bits(next))
                else {
                    break;
                };
                (end, from) = (end + 1, found);
            }
            let better = best.is_none_or(|(longest, before, _)| {
                end > longest || end == longest && before < expected && position >= expected
            });
            if better {
                best = Some((end, position, here));
            }
        }
        let Some((end, position, _)) = best else {
            at += 1;
            continue;
        };
        // one shingle of few bits may be equal by chance
        let alone = end == at + 1 && bits(one) < 40;
        if !alone || (query.hashes.len() as u64) << 6 <= 1 << bits(one) {
            let shift = i64::from(position) - i64::from(one.position);
            out.push(extent(query, sketch, at..end, shift));
            expected = position + (sampled[end - 1].position - one.position) + 1;
        }
        at = end;
    }
    (out, skipped)
}

/// How far the run of the sampled shingles `run` goes.
fn extent(query: &Query, sketch: &Unpacked, run: Range<usize>, shift: i64) -> Trace {
    let sampled = &sketch.sampled;
    let tokens = sketch.head.tokens;
    let end_of = |one: Sampled| (one.position + one.count).min(tokens);
    let (first, last) = (sampled[run.start], sampled[run.end - 1]);
    let sure = first.position..end_of(last);
    // some token from that of the shingle before on differs; a sketch misses some near the ends of a run
    let slack = if query.whole { 1 } else { 2 };
    let before = run.start.checked_sub(1).map(|i| sampled[i].position + 1);
    let farther = run.start.checked_sub(slack).map(|i| sampled[i].position + 1);
    let behind = sampled.get(run.end).map(|&next| end_of(next) - 1);
    let farthest = sampled.get(run.end + slack - 1).map(|&next| end_of(next) - 1);
    // nor does it go beyond the ends of the query
    let least = (-shift).max(0) as u32;
    let most = (query.mass.len() as i64 - shift).clamp(0, tokens.into()) as u32;
    let clip = |range: Range<u32>| {
        let start = range.start.max(least).min(sure.start);
        start..range.end.min(most).max(sure.end.min(most)).max(start)
    };
    let likely_start = before.map_or(0, |b| (b + sure.start) / 2);
    let likely_end = behind.map_or(tokens, |b| sure.end + (b.max(sure.end) - sure.end) / 2);
    Trace {
        shift,
        likely: clip(likely_start..likely_end),
        most: clip(farther.unwrap_or(0)..farthest.unwrap_or(tokens)),
        sure: clip(sure.clone()),
    }
}

/// How a query (a) is related to a sketch's document (b), and how far that is known.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) relation: Relation,
    pub(super) evidence: Evidence,
}

/// Judges `traces`; `mass` is the content mass of the sketch's document.
pub(super) fn judge(
    comparer: &Comparer,
    query: &Query,
    sketch: &Unpacked,
    mass: &[u8],
    traces: &[Trace],
) -> Judgement {
    let identical = query.content_hash == sketch.head.content_hash
        && query.mass.len() == mass.len()
        && !mass.is_empty();
    // also where there is no shingle
    let whole = identical.then_some(Run { a: 0, b: 0, len: mass.len() as u32 });
    let likely = traces.iter().filter(|_| !identical).map(|t| t.run(&t.likely));
    let (alignment, mut evidence) = measure(comparer, query, mass, whole.into_iter().chain(likely));
    evidence.identical = identical;
    if comparer.asks_for_numbers(&evidence) {
        let is_in = |numbers: &[u32], at: usize| numbers.binary_search(&(at as u32)).is_ok();
        let a = (query.mass.len(), &|at| is_in(&query.numbers, at));
        let b = (mass.len(), &|at| is_in(&sketch.numbers, at));
        evidence.substituted_numbers =
            Some(relation::substituted((a.0, a.1), (b.0, b.1), &alignment));
    }
    resemblance(query, sketch, traces, &mut evidence);
    let relation = relation::decide(&evidence, &comparer.thresholds);
    Judgement { relation, evidence }
}

fn measure(
    comparer: &Comparer,
    query: &Query,
    mass: &[u8],
    runs: impl Iterator<Item = Run>,
) -> (Alignment, Evidence) {
    let runs: Vec<Run> = runs.filter(|run| run.len > 0).collect();
    let alignment = align::align_runs(runs, &query.mass, comparer.limits);
    let evidence = relation::measure_runs(&query.mass, mass, &alignment);
    (alignment, evidence)
}

/// The shares of content that are matched: a in b and b in a, of the least and of the most that the
/// runs may cover.
pub(super) fn bounds(
    comparer: &Comparer,
    query: &Query,
    mass: &[u8],
    traces: &[Trace],
) -> [(f64, f64); 2] {
    let (_, least) = measure(comparer, query, mass, traces.iter().map(|t| t.run(&t.sure)));
    let (_, most) = measure(comparer, query, mass, traces.iter().map(|t| t.run(&t.most)));
    let order = |x: f64, y: f64| (x.min(y), x.max(y));
    [
        order(least.content_a_in_b(), most.content_a_in_b()),
        order(least.content_b_in_a(), most.content_b_in_a()),
    ]
}

/// Resemblance and containments of all shingles, from the share of the sketch's that are in runs.
fn resemblance(query: &Query, sketch: &Unpacked, traces: &[Trace], evidence: &mut Evidence) {
    if evidence.identical {
        (evidence.jaccard, evidence.a_in_b, evidence.b_in_a) = (1.0, 1.0, 1.0);
        return;
    }
    let sampled = &sketch.sampled;
    let matched: usize = traces
        .iter()
        .map(|t| {
            let from = sampled.partition_point(|s| s.position < t.sure.start);
            let held = sampled[from..].iter().take_while(|s| s.position + s.count <= t.sure.end);
            held.count()
        })
        .sum();
    if sampled.is_empty() || query.shingles == 0 {
        return;
    }
    let share = (matched as f64 / sampled.len() as f64).min(1.0);
    let (a, b) = (f64::from(query.shingles), f64::from(sketch.head.shingles));
    let shared = (share * b).min(a);
    evidence.a_in_b = shared / a;
    evidence.b_in_a = shared / b;
    evidence.jaccard = shared / (a + b - shared);
}

/// Takes the mass of what the query has learned to be furniture away on the other side, too.
pub(super) fn take_learned(query: &Query, traces: &[Trace], mass: &mut [u8]) {
    if query.learned.is_empty() {
        return;
    }
    for trace in traces {
        let run = trace.run(&trace.likely);
        for (a, b) in run.in_a().zip(run.in_b()) {
            if query.learned[a] {
                mass[b] = 0;
            }
        }
    }
}

/// Takes the mass of furniture away: of the tokens between two known fingerprints that follow each
/// other, of those of each, and of a run of one mass of which they make half. `known` says of each
/// indexed shingle, in order, whether it is furniture.
pub(super) fn take_away(sketch: &Unpacked, known: &[bool], mass: &mut [u8]) {
    let mut covered = vec![false; mass.len()];
    let mut known_from = None;
    for (one, &known) in sketch.sampled.iter().filter(|s| s.indexed).zip(known) {
        let (start, end) = (one.position as usize, (one.position + one.count) as usize);
        if known {
            covered[known_from.unwrap_or(start)..end.min(mass.len())].fill(true);
        }
        known_from = known.then_some(start);
    }
    let mut start = 0;
    for part in sketch.parts() {
        let end = start + part.len as usize;
        let whole = covered[start..end].iter().filter(|c| **c).count() * 2 >= end - start;
        for at in start..end {
            if whole || covered[at] {
                mass[at] = 0;
            }
        }
        start = end;
    }
}
