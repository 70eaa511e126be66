//! What two documents have in common, in numbers.

use crate::align::{Alignment, Run, Sequence};
use crate::content::{self, WORD};
use std::ops::Range;

/// The measures on which a relation is decided.
///
/// *Words* are whole words: a Han character counts 10/16 of one, a Thai character 5/16. *Content* is
/// what [`content`](crate::content) gives mass; a token that is content in one document is content
/// where it stands in the other, because extractors break lines inside sentences.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Evidence {
    /// Both documents hold the same tokens in the same order, at least one.
    pub identical: bool,
    /// Resemblance: shared distinct shingles over all distinct shingles, 0.0..=1.0. Of documents that are
    /// [identical](Self::identical) it is 1.0, as are all shares, even where they hold no shingle or no
    /// content.
    pub jaccard: f64,
    /// Share of a's distinct shingles that stand in b, 0.0..=1.0.
    pub a_in_b: f64,
    /// Share of b's distinct shingles that stand in a, 0.0..=1.0.
    pub b_in_a: f64,
    /// Tokens of a.
    pub tokens_a: u32,
    /// Tokens of b.
    pub tokens_b: u32,
    /// Tokens of a that are matched in b, furniture included.
    pub matched_tokens_a: u32,
    /// Tokens of b that are matched in a, furniture included.
    pub matched_tokens_b: u32,
    /// Words of content in a.
    pub content_a: f64,
    /// Words of content in b.
    pub content_b: f64,
    /// Words of content of a that are matched in b.
    pub matched_a: f64,
    /// Words of content of b that are matched in a.
    pub matched_b: f64,
    /// Words of content in the matched run that holds the most.
    pub longest_run: f64,
    /// Content words that stand unmatched on BOTH sides of a gap between chained runs (of each gap
    /// the lesser side), summed; the gap before the first run counts, the one behind the last does
    /// not, because a truncated document ends there.
    pub substituted: f64,
    /// The largest such gap before 25 words of content have matched.
    pub lead: f64,
    /// Tokens of any kind that stand unmatched on both sides of a gap between two chained runs, summed.
    pub substituted_tokens: u32,
    /// Tokens of any kind that stand unmatched on both sides of one gap between two chained runs, behind
    /// 60 matched tokens and before 25 words of content have matched (of each such gap the lesser side);
    /// the largest. Where two pages begin with the same menu and the match is what stands below their
    /// articles, these are the articles.
    #[cfg_attr(feature = "serde", serde(default))]
    pub lead_tokens: u32,
    /// Numbers that stand unmatched on both sides of a gap (of each gap the lesser count), summed; those
    /// among the first two tokens are labels (`UPDATE 2`) and do not count. `None` where they
    /// decide nothing: see [`fragment_run`](super::Thresholds::fragment_run) and
    /// [`max_substituted_numbers`](super::Thresholds::max_substituted_numbers).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub substituted_numbers: Option<u32>,
    /// Unmatched content words of a before the first chained run.
    pub head_a: f64,
    /// Unmatched content words of b before the first chained run.
    pub head_b: f64,
    /// Unmatched content words of a behind the last chained run that holds content.
    pub tail_a: f64,
    /// Unmatched content words of b behind the last chained run that holds content.
    pub tail_b: f64,
}

impl Evidence {
    /// Share of a's content that is matched in b, 0.0..=1.0; where a has none, 1.0 of identical documents
    /// and otherwise 0.0.
    #[must_use]
    pub fn content_a_in_b(&self) -> f64 {
        self.share(self.matched_a, self.content_a)
    }

    /// Share of b's content that is matched in a, 0.0..=1.0; where b has none, 1.0 of identical documents
    /// and otherwise 0.0.
    #[must_use]
    pub fn content_b_in_a(&self) -> f64 {
        self.share(self.matched_b, self.content_b)
    }

    fn share(&self, matched: f64, content: f64) -> f64 {
        if content > 0.0 { matched / content } else { f64::from(u8::from(self.identical)) }
    }

    /// Share of the smaller document's content that is matched: the greater of both, 0.0..=1.0.
    #[must_use]
    pub fn content_containment(&self) -> f64 {
        self.content_a_in_b().max(self.content_b_in_a())
    }

    /// The evidence with a and b exchanged.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            a_in_b: self.b_in_a,
            b_in_a: self.a_in_b,
            tokens_a: self.tokens_b,
            tokens_b: self.tokens_a,
            matched_tokens_a: self.matched_tokens_b,
            matched_tokens_b: self.matched_tokens_a,
            content_a: self.content_b,
            content_b: self.content_a,
            matched_a: self.matched_b,
            matched_b: self.matched_a,
            head_a: self.head_b,
            head_b: self.head_a,
            tail_a: self.tail_b,
            tail_b: self.tail_a,
            ..*self
        }
    }
}

/// Words of content that must have matched before a substitution no longer counts as a lead.
const LEAD_ENDS: u64 = 25 * WORD as u64;

/// Tokens that two documents share before a gap if it is the head of one template they share: fewer may
/// be a consent notice or a bar of buttons that many sites have.
const TEMPLATE_HEAD: u32 = 60;

fn words(mass: u64) -> f64 {
    mass as f64 / f64::from(WORD)
}

/// One document's side of an alignment: content mass after both sides have been seen, and what is
/// matched.
struct Side {
    mass: Vec<u8>,
    matched: Vec<bool>,
}

impl Side {
    fn new(mass: &[u8]) -> Self {
        Self { mass: mass.to_vec(), matched: vec![false; mass.len()] }
    }

    fn total(&self) -> u64 {
        self.mass_of(0..self.mass.len())
    }

    fn mass_of(&self, range: Range<usize>) -> u64 {
        content::sum(&self.mass[range])
    }

    fn sum(&self, range: Range<usize>, matched: bool) -> u64 {
        // as content::sum, of some of the tokens
        let chunks = self.mass[range.clone()].chunks(256).zip(self.matched[range].chunks(256));
        chunks
            .map(|(mass, is_matched)| {
                let tokens = mass.iter().zip(is_matched);
                let counted = tokens.map(|(&m, &is)| u16::from(m) * u16::from(is == matched));
                u64::from(counted.sum::<u16>())
            })
            .sum()
    }

    fn unmatched(&self, range: Range<usize>) -> u64 {
        self.sum(range, false)
    }

    fn unmatched_tokens(&self, range: Range<usize>) -> u32 {
        self.matched[range].iter().filter(|m| !**m).count() as u32
    }
}

/// Measures an alignment of `a` with `b`. Linear in the tokens, but for sorting the shingles.
#[must_use]
pub fn measure(a: Sequence<'_>, b: Sequence<'_>, alignment: &Alignment) -> Evidence {
    let mut out = measure_matches(a, b, alignment);
    measure_resemblance(a, b, &mut out);
    out
}

/// Sets the resemblance and both containments of all shingles, which are exact and need a sort.
pub(crate) fn measure_resemblance(a: Sequence<'_>, b: Sequence<'_>, evidence: &mut Evidence) {
    (evidence.jaccard, evidence.a_in_b, evidence.b_in_a) = if evidence.identical {
        // also where there is no shingle
        (1.0, 1.0, 1.0)
    } else {
        resemblance(a.shingles.hashes(), b.shingles.hashes())
    };
}

/// All of the evidence but the resemblance and containments of shingles, which are left 0.
pub(crate) fn measure_matches(a: Sequence<'_>, b: Sequence<'_>, alignment: &Alignment) -> Evidence {
    let mut out = measure_runs(a.mass, b.mass, alignment);
    out.identical = !a.tokens.is_empty() && a.tokens == b.tokens;
    out
}

/// What the runs alone show: all of the evidence but resemblance and whether the tokens are equal.
/// `a` and `b` are the content mass of each token.
pub(crate) fn measure_runs(a: &[u8], b: &[u8], alignment: &Alignment) -> Evidence {
    let (mut side_a, mut side_b) = (Side::new(a), Side::new(b));
    let all = || alignment.chain.iter().chain(&alignment.moved);
    for run in all() {
        let both = side_a.mass[run.in_a()].iter_mut().zip(&mut side_b.mass[run.in_b()]);
        for (a, b) in both {
            let mass = (*a).max(*b);
            (*a, *b) = (mass, mass);
        }
        side_a.matched[run.in_a()].fill(true);
        side_b.matched[run.in_b()].fill(true);
    }
    let mut out = walk(&side_a, &side_b, &alignment.chain);
    let (whole_a, whole_b) = (0..a.len(), 0..b.len());
    out.tokens_a = a.len() as u32;
    out.tokens_b = b.len() as u32;
    out.matched_tokens_a = out.tokens_a - side_a.unmatched_tokens(whole_a.clone());
    out.matched_tokens_b = out.tokens_b - side_b.unmatched_tokens(whole_b.clone());
    out.content_a = words(side_a.total());
    out.content_b = words(side_b.total());
    out.matched_a = words(side_a.sum(whole_a, true));
    out.matched_b = words(side_b.sum(whole_b, true));
    out.longest_run = words(all().map(|r| run_mass(&side_a, &side_b, *r)).max().unwrap_or(0));
    out
}

/// Mass of a run: of its two sides the lesser. They differ where a passage is content in one of
/// several places only.
fn run_mass(a: &Side, b: &Side, run: Run) -> u64 {
    a.mass_of(run.in_a()).min(b.mass_of(run.in_b()))
}

/// The gaps between chained runs: the substitution test, and where the matches begin and end.
fn walk(a: &Side, b: &Side, chain: &[Run]) -> Evidence {
    let mut out = Evidence::default();
    let (mut end_a, mut end_b) = (0, 0);
    let mut last = None;
    let (mut so_far, mut substituted, mut lead) = (0, 0, 0);
    let mut seen = 0;
    for (n, run) in chain.iter().enumerate() {
        let (gap_a, gap_b) = (end_a..run.a as usize, end_b..run.b as usize);
        let (rest_a, rest_b) = (a.unmatched(gap_a.clone()), b.unmatched(gap_b.clone()));
        if n == 0 {
            (out.head_a, out.head_b) = (words(rest_a), words(rest_b));
        } else {
            let tokens = a.unmatched_tokens(gap_a).min(b.unmatched_tokens(gap_b));
            out.substituted_tokens += tokens;
            if seen >= TEMPLATE_HEAD && so_far < LEAD_ENDS {
                out.lead_tokens = out.lead_tokens.max(tokens);
            }
        }
        substituted += rest_a.min(rest_b);
        if so_far < LEAD_ENDS {
            lead = lead.max(rest_a.min(rest_b));
        }
        let mass = run_mass(a, b, *run);
        so_far += mass;
        seen += run.len;
        (end_a, end_b) = (run.in_a().end, run.in_b().end);
        if mass > 0 {
            last = Some((end_a, end_b));
        }
    }
    out.substituted = words(substituted);
    out.lead = words(lead);
    // a shared footer does not end an article
    let (last_a, last_b) = last.unwrap_or((end_a, end_b));
    out.tail_a = words(a.unmatched(last_a..a.mass.len()));
    out.tail_b = words(b.unmatched(last_b..b.mass.len()));
    out
}

/// Jaccard and both containments of two shingle sets, exact.
fn resemblance(a: &[u64], b: &[u64]) -> (f64, f64, f64) {
    let set = |x: &[u64]| {
        let mut x = x.to_vec();
        x.sort_unstable();
        x.dedup();
        x
    };
    let (a, b) = (set(a), set(b));
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let share = |n: usize| if n == 0 { 0.0 } else { shared as f64 / n as f64 };
    (share(a.len() + b.len() - shared), share(a.len()), share(b.len()))
}
