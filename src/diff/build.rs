//! Matches to hunks: every token of both documents in exactly one of them.

use super::hunk::{End, Hunk, HunkKind, Side};
use super::matches::{Claim, Claimed, Matches, claims_in};
use super::side::Pieces;
use crate::align::Run;
use crate::content::WORD;
use crate::text::Span;
use std::ops::Range;

/// Tokens on either side up to which a gap may be one change of words.
const CHANGED: usize = 64;

/// The same before the first and behind the last shared passage, where other text is likelier.
const CHANGED_AT_END: usize = 12;

/// Tokens from which on lines without content mass are told apart as furniture.
const FURNITURE: usize = 3;

/// Content words from which on a run shows where the shared text begins and ends; shared furniture
/// does not.
const CONTENT_RUN: u64 = 5;

/// Content words from which on a one-sided head or tail counts as cut off in the other document.
const CUT: u64 = 12;

/// The same where shared words without content mass stand further out: a header or footer of both
/// pages, but it may also be the title above a caption.
const CUT_INSIDE: u64 = 50;

/// An end of the documents that a gap belongs to.
#[derive(Debug, Clone, Copy)]
struct Outer {
    end: End,
    /// Shared words stand further out.
    inside: bool,
}

/// Tokens and content mass of one document.
pub(super) struct Weighed<'d, 't> {
    pub(super) pieces: &'d Pieces<'t>,
    pub(super) mass: &'d [u8],
    /// Where nothing is content (verse, lists, code), everything is.
    plain: bool,
}

impl<'d, 't> Weighed<'d, 't> {
    pub(super) fn new(pieces: &'d Pieces<'t>, mass: &'d [u8]) -> Self {
        Self { pieces, mass, plain: mass.iter().all(|&m| m == 0) }
    }

    fn mass_at(&self, at: usize) -> u64 {
        u64::from(if self.plain { WORD } else { self.mass[at] })
    }

    fn mass(&self, tokens: Range<usize>) -> u64 {
        tokens.map(|at| self.mass_at(at)).sum()
    }

    fn is_furniture(&self, tokens: &Range<usize>) -> bool {
        tokens.len() >= FURNITURE
            && self.mass(tokens.clone()) == 0
            && self.pieces.breaks_before(tokens.start)
            && self.pieces.breaks_before(tokens.end)
    }

    /// Furniture in front, the body, furniture behind; any of them may be empty.
    fn split(&self, tokens: Range<usize>) -> [Range<usize>; 3] {
        let content = |at: &usize| self.mass_at(*at) > 0;
        let Some(first) = tokens.clone().find(content) else {
            return [tokens.start..tokens.start, tokens.clone(), tokens.end..tokens.end];
        };
        let last = tokens.clone().rfind(content).map_or(first, |at| at + 1);
        let mut body = tokens.clone();
        if self.is_furniture(&(tokens.start..first)) {
            body.start = first;
        }
        if self.is_furniture(&(last..tokens.end)) {
            body.end = last;
        }
        [tokens.start..body.start, body.clone(), body.end..tokens.end]
    }
}

/// Hunks of two documents in reading order.
pub(super) fn hunks(a: &Weighed<'_, '_>, b: &Weighed<'_, '_>, matches: &Matches) -> Vec<Hunk> {
    let mut builder = Builder {
        a,
        b,
        matches,
        at_a: 0,
        at_b: 0,
        hunks: Vec::new(),
        moved: vec![[0; 2]; matches.moves as usize],
        repeated: Vec::new(),
    };
    let runs = &matches.runs;
    let content = |run: &Run| {
        let mass: u64 =
            run.in_a().zip(run.in_b()).map(|(i, j)| a.mass_at(i).max(b.mass_at(j))).sum();
        mass >= CONTENT_RUN * u64::from(WORD)
    };
    let first = runs.iter().position(content).unwrap_or(0);
    let last = runs.iter().rposition(content).unwrap_or(runs.len().saturating_sub(1));
    builder.without_tokens();
    for (i, run) in runs.iter().enumerate() {
        let end = if i <= first {
            Some(Outer { end: End::Head, inside: i > 0 })
        } else if i > last {
            Some(Outer { end: End::Tail, inside: true })
        } else {
            None
        };
        builder.gap(run.a as usize, run.b as usize, end);
        builder.push(HunkKind::Shared, run.len as usize, run.len as usize, false);
    }
    let end = (!runs.is_empty()).then_some(Outer { end: End::Tail, inside: false });
    builder.gap(a.pieces.len(), b.pieces.len(), end);
    builder.finish()
}

struct Builder<'d, 't> {
    a: &'d Weighed<'d, 't>,
    b: &'d Weighed<'d, 't>,
    matches: &'d Matches,
    at_a: usize,
    at_b: usize,
    hunks: Vec<Hunk>,
    /// By passage: the hunk in a and the hunk in b.
    moved: Vec<[u32; 2]>,
    /// Hunk, its side, token of the counterpart in the other document.
    repeated: Vec<(usize, Side, u32)>,
}

impl Builder<'_, '_> {
    /// Texts of punctuation only have no token; their bytes still stand in the diff.
    fn without_tokens(&mut self) {
        let whole = |pieces: &Pieces<'_>| {
            if pieces.len() == 0 { pieces.whole() } else { Span::default() }
        };
        let (a, b) = (whole(self.a.pieces), whole(self.b.pieces));
        let equal = self.a.pieces.text() == self.b.pieces.text();
        let mut push = |kind, a, b| {
            self.hunks.push(Hunk { kind, a, b, words_a: 0, words_b: 0, furniture: false });
        };
        let empty = Span::default();
        match (a.is_empty(), b.is_empty()) {
            (true, true) => {}
            (false, false) if equal => push(HunkKind::Shared, a, b),
            (false, false) => push(HunkKind::Changed, a, b),
            (false, true) => push(HunkKind::OnlyInA, a, empty),
            (true, false) => push(HunkKind::OnlyInB, empty, b),
        }
    }

    fn push(&mut self, kind: HunkKind, words_a: usize, words_b: usize, furniture: bool) {
        if words_a + words_b == 0 {
            return;
        }
        // a side without tokens is the empty span at its place
        let span = |side: &Weighed<'_, '_>, at: usize, words: usize| {
            let bytes = side.pieces.span(at..at + words);
            if words > 0 { bytes } else { Span { start: bytes.start, end: bytes.start } }
        };
        self.hunks.push(Hunk {
            kind,
            a: span(self.a, self.at_a, words_a),
            b: span(self.b, self.at_b, words_b),
            words_a: words_a as u32,
            words_b: words_b as u32,
            furniture,
        });
        self.at_a += words_a;
        self.at_b += words_b;
    }

    /// Everything up to token `to_a` and token `to_b`, which no run matches.
    fn gap(&mut self, to_a: usize, to_b: usize, end: Option<Outer>) {
        let (gap_a, gap_b) = (self.at_a..to_a, self.at_b..to_b);
        let matches = self.matches;
        let claims_a = claims_in(&matches.claims_a, &gap_a);
        let claims_b = claims_in(&matches.claims_b, &gap_b);
        if claims_a.is_empty() && claims_b.is_empty() && self.is_change(&gap_a, &gap_b, end) {
            let furniture = self.a.is_furniture(&gap_a) && self.b.is_furniture(&gap_b);
            self.push(HunkKind::Changed, gap_a.len(), gap_b.len(), furniture);
            return;
        }
        let masses = [free_mass(self.a, &gap_a, claims_a), free_mass(self.b, &gap_b, claims_b)];
        self.one_sided(Side::A, gap_a, claims_a, end, masses[1]);
        self.one_sided(Side::B, gap_b, claims_b, end, masses[0]);
    }

    fn is_change(&self, gap_a: &Range<usize>, gap_b: &Range<usize>, end: Option<Outer>) -> bool {
        let (short, long) = (gap_a.len().min(gap_b.len()), gap_a.len().max(gap_b.len()));
        let limit = if end.is_some() { CHANGED_AT_END } else { CHANGED };
        short > 0
            && long <= limit
            && long <= 8 + 4 * short
            && self.a.is_furniture(gap_a) == self.b.is_furniture(gap_b)
    }

    fn one_sided(
        &mut self,
        side: Side,
        gap: Range<usize>,
        claims: &[Claimed],
        end: Option<Outer>,
        other_mass: u64,
    ) {
        let mut at = gap.start;
        for claimed in claims {
            self.plain(side, at..claimed.tokens.start, end, other_mass);
            let index = self.hunks.len();
            let kind = match claimed.claim {
                Claim::Moved(number) => {
                    self.moved[number as usize][side as usize] = index as u32;
                    HunkKind::Moved { link: number }
                }
                Claim::Repeated(token) => {
                    self.repeated.push((index, side, token));
                    HunkKind::Repeated { link: token }
                }
            };
            self.push_on(side, kind, claimed.tokens.len(), false);
            at = claimed.tokens.end;
        }
        self.plain(side, at..gap.end, end, other_mass);
    }

    fn push_on(&mut self, side: Side, kind: HunkKind, words: usize, furniture: bool) {
        match side {
            Side::A => self.push(kind, words, 0, furniture),
            Side::B => self.push(kind, 0, words, furniture),
        }
    }

    fn plain(&mut self, side: Side, tokens: Range<usize>, end: Option<Outer>, other_mass: u64) {
        let weighed = match side {
            Side::A => self.a,
            Side::B => self.b,
        };
        for part in weighed.split(tokens) {
            let mass = weighed.mass(part.clone());
            let least = if end.is_some_and(|outer| outer.inside) { CUT_INSIDE } else { CUT };
            let is_cut = mass >= least * u64::from(WORD) && mass >= 2 * other_mass;
            let kind = match (end, side) {
                (Some(Outer { end, .. }), _) if is_cut => {
                    HunkKind::CutOff { end, missing_in: side.other() }
                }
                (Some(Outer { end, inside: false }), _) => HunkKind::Wrapped { end, only_in: side },
                (_, Side::A) => HunkKind::OnlyInA,
                (_, Side::B) => HunkKind::OnlyInB,
            };
            let furniture = weighed.is_furniture(&part);
            self.push_on(side, kind, part.len(), furniture);
        }
    }

    fn finish(mut self) -> Vec<Hunk> {
        for (i, hunk) in self.hunks.iter_mut().enumerate() {
            if let HunkKind::Moved { link } = &mut hunk.kind {
                let [in_a, in_b] = self.moved[*link as usize];
                *link = if in_a as usize == i { in_b } else { in_a };
            }
        }
        if self.repeated.is_empty() {
            return self.hunks;
        }
        let starts = |side| {
            let mut words = 0;
            let mut out = Vec::with_capacity(self.hunks.len());
            for hunk in &self.hunks {
                out.push(words);
                words += hunk.words(side);
            }
            out
        };
        let starts = [starts(Side::A), starts(Side::B)];
        for (index, side, token) in self.repeated {
            // the last hunk that begins at or before the token: empty ones stand before it
            let link = starts[side.other() as usize].partition_point(|&start| start <= token) - 1;
            self.hunks[index].kind = HunkKind::Repeated { link: link as u32 };
        }
        self.hunks
    }
}

fn free_mass(side: &Weighed<'_, '_>, gap: &Range<usize>, claims: &[Claimed]) -> u64 {
    let claimed: u64 = claims.iter().map(|c| side.mass(c.tokens.clone())).sum();
    side.mass(gap.clone()) - claimed
}
