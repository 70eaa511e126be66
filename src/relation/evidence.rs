//! What two documents have in common, in numbers.

use crate::align::{Alignment, Run, Sequence};
use crate::content::WORD;

/// The measures on which a relation is decided.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Evidence {
    /// Both documents hold the same tokens in the same order, at least one.
    pub identical: bool,
    /// Resemblance: shared distinct shingles over all distinct shingles, 0.0..=1.0.
    pub jaccard: f64,
    /// Share of a's distinct shingles that stand in b, 0.0..=1.0.
    pub a_in_b: f64,
    /// Share of b's distinct shingles that stand in a, 0.0..=1.0.
    pub b_in_a: f64,
    /// Tokens of a.
    pub tokens_a: u32,
    /// Tokens of b.
    pub tokens_b: u32,
    /// Words of content in a.
    pub content_a: f64,
    /// Words of content in b.
    pub content_b: f64,
    /// Words of content of a that are matched in b.
    pub matched_a: f64,
    /// Words of content of b that are matched in a.
    pub matched_b: f64,
    /// Tokens of a that are matched in b, furniture included.
    pub matched_tokens_a: u32,
    /// Tokens of b that are matched in a, furniture included.
    pub matched_tokens_b: u32,
    /// The longest matched run in words of content.
    pub longest_run: f64,
    /// Substitution: content words that stand unmatched on BOTH sides of a gap between chained runs, summed.
    pub substituted: f64,
    /// The largest such gap before 25 words of content have matched.
    pub lead: f64,
    /// The same behind the last chained run.
    pub tail: f64,
    /// Share of the matched content that stands in the same order in both, 0.0..=1.0.
    pub in_order: f64,
    /// First chained token in content of b before a's first match etc.
    pub head_a: f64,
    /// Unmatched content of b before the first chained run.
    pub head_b: f64,
    /// Unmatched content of a behind the last chained run.
    pub tail_a: f64,
    /// Unmatched content of b behind the last chained run.
    pub tail_b: f64,
    /// Largest single substitution.
    pub max_sub: f64,
    /// Tokens of any kind that are substituted between the first and the last matched content.
    pub inner: f64,
    /// Tokens matched between the first and the last content runs.
    pub inner_matched: f64,
    /// Share of the matched content that is prose, 0.0..=1.0; the rest is lists, captions, headings.
    pub prose: f64,
}

impl Evidence {
    /// Share of a's content that is matched in b, 0.0..=1.0; 0.0 where a has none.
    #[must_use]
    pub fn content_a_in_b(&self) -> f64 {
        if self.content_a > 0.0 { self.matched_a / self.content_a } else { 0.0 }
    }

    /// Share of b's content that is matched in a, 0.0..=1.0; 0.0 where b has none.
    #[must_use]
    pub fn content_b_in_a(&self) -> f64 {
        if self.content_b > 0.0 { self.matched_b / self.content_b } else { 0.0 }
    }
}

impl Evidence {
    /// The evidence with a and b exchanged.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            a_in_b: self.b_in_a,
            b_in_a: self.a_in_b,
            tokens_a: self.tokens_b,
            tokens_b: self.tokens_a,
            content_a: self.content_b,
            content_b: self.content_a,
            matched_a: self.matched_b,
            matched_b: self.matched_a,
            matched_tokens_a: self.matched_tokens_b,
            matched_tokens_b: self.matched_tokens_a,
            head_a: self.head_b,
            head_b: self.head_a,
            tail_a: self.tail_b,
            tail_b: self.tail_a,
            ..*self
        }
    }
}

/// Measures an alignment.
#[must_use]
pub fn measure(a: Sequence<'_>, b: Sequence<'_>, alignment: &Alignment) -> Evidence {
    let mut mass_a = a.mass.to_vec();
    let mut mass_b = b.mass.to_vec();
    let mut covered_a = vec![false; mass_a.len()];
    let mut covered_b = vec![false; mass_b.len()];
    let all = || alignment.chain.iter().chain(&alignment.moved);
    // a token that is prose on one side is prose: extractors break lines in the middle of sentences
    for run in all() {
        for (i, j) in run.in_a().zip(run.in_b()) {
            let mass = mass_a[i].max(mass_b[j]);
            mass_a[i] = mass;
            mass_b[j] = mass;
            covered_a[i] = true;
            covered_b[j] = true;
        }
    }
    let matched = |mass: &[u8], covered: &[bool]| -> u64 {
        mass.iter().zip(covered).filter(|(_, c)| **c).map(|(&m, _)| u64::from(m)).sum()
    };
    let unmatched = |mass: &[u8], covered: &[bool], range: std::ops::Range<usize>| -> u64 {
        mass[range.clone()]
            .iter()
            .zip(&covered[range])
            .filter(|(_, c)| !**c)
            .map(|(&m, _)| u64::from(m))
            .sum()
    };
    let total = |mass: &[u8]| -> u64 { mass.iter().map(|&m| u64::from(m)).sum() };
    let words = |mass: u64| mass as f64 / f64::from(WORD);
    let run_mass = |r: &Run| -> u64 { mass_a[r.in_a()].iter().map(|&m| u64::from(m)).sum() };

    let (mut end_a, mut end_b) = (0, 0);
    let mut so_far = 0;
    let (mut substituted, mut lead, mut max_sub) = (0, 0, 0);
    let (mut head_a, mut head_b) = (0, 0);
    let mut chained = 0;
    for (n, run) in alignment.chain.iter().enumerate() {
        let gap_a = unmatched(&mass_a, &covered_a, end_a..run.a as usize);
        let gap_b = unmatched(&mass_b, &covered_b, end_b..run.b as usize);
        let s = gap_a.min(gap_b);
        if n == 0 {
            (head_a, head_b) = (gap_a, gap_b);
        } else {
            max_sub = max_sub.max(s);
        }
        substituted += s;
        if so_far < 25 * u64::from(WORD) {
            lead = lead.max(s);
        }
        so_far += run_mass(run);
        chained += run_mass(run);
        (end_a, end_b) = (run.in_a().end, run.in_b().end);
    }
    let bare = |covered: &[bool], range: std::ops::Range<usize>| {
        covered[range].iter().filter(|c| !**c).count()
    };
    let first = alignment.chain.iter().position(|r| run_mass(r) >= 5 * 240);
    let last = alignment.chain.iter().rposition(|r| run_mass(r) >= 5 * 240);
    let (mut inner, mut inner_matched) = (0, 0);
    if let (Some(f), Some(l)) = (first, last) {
        for w in alignment.chain[f..=l].windows(2) {
            inner += bare(&covered_a, w[0].in_a().end..w[1].in_a().start)
                .min(bare(&covered_b, w[0].in_b().end..w[1].in_b().start));
        }
        inner_matched = alignment.chain[f..=l].iter().map(|r| r.len as usize).sum::<usize>();
    }
    let tail_a = unmatched(&mass_a, &covered_a, end_a..mass_a.len());
    let tail_b = unmatched(&mass_b, &covered_b, end_b..mass_b.len());
    let matched_a = matched(&mass_a, &covered_a);
    let matched_b = matched(&mass_b, &covered_b);
    let full = mass_a.iter().map(|&m| m == 240 || m == 150 || m == 75);
    let matched_prose: u64 = mass_a
        .iter()
        .zip(&covered_a)
        .zip(full)
        .filter(|((_, c), f)| **c && *f)
        .map(|((&m, _), _)| u64::from(m))
        .sum();
    let (jaccard, a_in_b, b_in_a) = resemblance(a.shingles.hashes(), b.shingles.hashes());
    Evidence {
        identical: !a.tokens.is_empty() && a.tokens == b.tokens,
        jaccard,
        a_in_b,
        b_in_a,
        tokens_a: mass_a.len() as u32,
        tokens_b: mass_b.len() as u32,
        content_a: words(total(&mass_a)),
        content_b: words(total(&mass_b)),
        matched_a: words(matched_a),
        matched_b: words(matched_b),
        matched_tokens_a: covered_a.iter().filter(|c| **c).count() as u32,
        matched_tokens_b: covered_b.iter().filter(|c| **c).count() as u32,
        longest_run: words(all().map(run_mass).max().unwrap_or(0)),
        substituted: words(substituted),
        lead: words(lead),
        tail: words(tail_a.min(tail_b)),
        in_order: if matched_a == 0 { 0.0 } else { (chained as f64 / matched_a as f64).min(1.0) },
        head_a: words(head_a),
        head_b: words(head_b),
        tail_a: words(tail_a),
        tail_b: words(tail_b),
        max_sub: words(max_sub),
        inner: inner as f64,
        inner_matched: inner_matched as f64,
        prose: if matched_a == 0 { 0.0 } else { matched_prose as f64 / matched_a as f64 },
    }
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
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let share = |n: usize| if n == 0 { 0.0 } else { shared as f64 / n as f64 };
    (share(a.len() + b.len() - shared), share(a.len()), share(b.len()))
}
