//! Tokens to shingles, shingles to winnowed fingerprints.
//!
//! # Shingles
//!
//! A shingle is a run of tokens that holds about [`shingle_width`](Recipe::shingle_width) words.
//! Scripts written without spaces give one token a character, so a token counts a share of a word:
//! 16/16 of a word in spaced scripts, 10/16 for Han and kana, 5/16 for Thai and its kin. The shingle
//! that starts at a token is the shortest run from there that holds the width. For five words that
//! is 5 word tokens, 8 Han characters or 16 Thai characters, and runs that mix scripts fall between.
//! The rule is local: equal token runs give equal shingles wherever they stand.
//!
//! Where words are cut into letters, for texts with errors in their characters, a letter counts 3/16 of
//! a word and the width is in letters: a shingle of 12 letters is one of 4 Han or 8 Thai characters.
//!
//! The hash of a shingle is [`mix`](crate::hash::mix) of the polynomial
//! `h[0]*B^(n-1) + ... + h[n-1] (mod 2^64)` over its token hashes, rolled from one shingle to the
//! next (Karp and Rabin 1987).
//!
//! # Winnowing
//!
//! [`winnow`] keeps the least hash of every window of `w` consecutive shingles (Schleimer, Wilkerson
//! and Aiken, SIGMOD 2003; ties by their "robust" rule of section 5.1: a window keeps the choice of
//! the window before it if that is still least, else the rightmost least). Any two texts that share
//! `w` consecutive shingles (in spaced scripts: `w + k - 1` words) share a fingerprint. About
//! `2 / (w + 1)` of the shingles are kept.
//!
//! Short documents use a smaller window, `clamp(n / 4, 8, w)` for `n` shingles; what is least in a
//! window of `w` inside a shared run is least in each smaller window inside it that holds it, so dense
//! short documents still meet sparse long ones.

use crate::hash;
use crate::kernel::roll;
use crate::recipe::Recipe;
use crate::text::{Marks, Script, Tokens};

/// Share of a word that a token of a script counts, in sixteenths.
#[inline]
#[must_use]
pub const fn word_sixteenths(script: Script) -> u32 {
    match script {
        Script::Words => 16,
        Script::Han => 10,
        Script::SoutheastAsian => 5,
        Script::Letter => 3,
    }
}

/// The shingles of a document: entry `i` is the shingle that starts at token `i`.
///
/// Shorter than the tokens by the incomplete shingles at the end; empty for documents of less than
/// one shingle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles {
    hashes: Vec<u64>,
    /// Only when some token is not a whole word: the number of tokens of each shingle.
    lengths: Vec<u8>,
    width: u8,
}

impl Shingles {
    /// Number of shingles, repeated ones counted each time.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the document holds less than one shingle.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The shingle hashes, by first token.
    #[inline]
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Number of tokens of shingle `i`.
    ///
    /// # Panics
    /// If there is no shingle `i` and the document holds characters of unspaced scripts.
    #[inline]
    #[must_use]
    pub fn token_count(&self, i: usize) -> usize {
        if self.lengths.is_empty() { usize::from(self.width) } else { usize::from(self.lengths[i]) }
    }
}

/// The shingles of `tokens` at `width` words; widths outside 1 to 32, the range of a [`Recipe`], are
/// taken as the nearest inside.
#[must_use]
pub fn shingles(tokens: &Tokens, width: u8) -> Shingles {
    let mut out = Shingles::default();
    shingles_into(tokens, width, &mut out);
    out
}

/// Replaces the content of `out` by the shingles of `tokens`; see [`shingles`].
pub fn shingles_into(tokens: &Tokens, width: u8, out: &mut Shingles) {
    let width = width.clamp(1, 32);
    out.lengths.clear();
    out.width = width;
    let unit = if tokens.is_letters() { Script::Letter } else { Script::Words };
    // no early exit, so that compilers take many marks at a time
    let others = tokens.marks().iter().fold(0, |bits, mark| bits | (mark.0 ^ unit.marks().0));
    if Marks(others).script() == Script::Words {
        roll::shingles(tokens.hashes(), usize::from(width), &mut out.hashes);
    } else {
        out.hashes.clear();
        roll_mixed(tokens, u32::from(width) * word_sixteenths(unit), out);
    }
}

/// `full`: sixteenths of a word that a shingle holds.
fn roll_mixed(tokens: &Tokens, full: u32, out: &mut Shingles) {
    let base = hash::POLYNOMIAL_BASE;
    // the longest shingle is all Southeast Asian: width * 16 / 5 tokens, at most 103
    let mut powers = [1u64; 128];
    for i in 1..powers.len() {
        powers[i] = powers[i - 1].wrapping_mul(base);
    }
    let (hashes, marks) = (tokens.hashes(), tokens.marks());
    let (mut end, mut sum, mut held) = (0, 0u64, 0u32);
    for start in 0..hashes.len() {
        while held < full {
            if end == hashes.len() {
                return;
            }
            sum = sum.wrapping_mul(base).wrapping_add(hashes[end]);
            held += word_sixteenths(marks[end].script());
            end += 1;
        }
        let count = end - start;
        out.hashes.push(hash::mix(sum));
        out.lengths.push(count as u8);
        sum = sum.wrapping_sub(hashes[start].wrapping_mul(powers[count - 1]));
        held -= word_sixteenths(marks[start].script());
    }
}

/// A fingerprint: a shingle hash that winnowing kept, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fingerprint {
    /// The shingle's hash.
    pub hash: u64,
    /// Index of the shingle's first token.
    pub position: u32,
}

/// The winnowing window for a document of `shingles` shingles: `clamp(n / 4, 8, w)`, or `w` where
/// that is less than 8.
#[must_use]
pub fn window_for(recipe: Recipe, shingles: usize) -> usize {
    let w = recipe.window() as usize;
    (shingles / 4).clamp(8.min(w), w)
}

/// The winnowed fingerprints of `shingles` at a window of `window` shingles, by position.
///
/// A document of fewer shingles than the window gives its least one; an empty one gives none.
/// Linear in the shingles, whatever text they are from; at worst, if each hash is greater than the one
/// before, `window` steps a shingle.
#[must_use]
pub fn winnow(shingles: &[u64], window: usize) -> Vec<Fingerprint> {
    let mut out = Vec::new();
    winnow_into(shingles, window, &mut out);
    out
}

/// Replaces the content of `out` by the winnowed fingerprints of `shingles`.
pub fn winnow_into(shingles: &[u64], window: usize, out: &mut Vec<Fingerprint>) {
    out.clear();
    let window = window.max(1);
    let n = shingles.len();
    if n == 0 {
        return;
    }
    let mut keep = |at: usize, hash: u64| {
        out.push(Fingerprint { hash, position: at as u32 });
    };
    let (mut best, mut least) = rightmost_least(&shingles[..window.min(n)]);
    keep(best, least);
    for end in window + 1..=n {
        let start = end - window;
        let hash = shingles[end - 1];
        if best < start {
            let (at, hash) = rightmost_least(&shingles[start..end]);
            (best, least) = (start + at, hash);
            keep(best, least);
        } else if hash < least {
            (best, least) = (end - 1, hash);
            keep(best, least);
        }
    }
}

/// The hashes of the winnowed fingerprints of a document, sorted, each once: what an index stores of it.
pub(crate) fn distinct_fingerprints(recipe: Recipe, shingles: &Shingles) -> Vec<u64> {
    let window = window_for(recipe, shingles.len());
    let mut out: Vec<u64> = winnow(shingles.hashes(), window).iter().map(|f| f.hash).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Place and value of the least hash of a window, the rightmost if there are several.
#[inline]
fn rightmost_least(window: &[u64]) -> (usize, u64) {
    let mut best = (0, u64::MAX);
    for (at, &hash) in window.iter().enumerate() {
        best = if hash <= best.1 { (at, hash) } else { best };
    }
    best
}
