//! Learned furniture: the fingerprints that distinct articles of one site share.

use crate::error::RecipeMismatch;
use crate::recipe::Recipe;
use crate::shingle::{self, Shingles};
use crate::text::{Marks, Tokens};
use std::collections::HashMap;

/// What the pages of one site have in common, as a set of fingerprints: furniture, wherever it
/// stands and whether or not it looks like prose.
///
/// Learn it from pages with *different* articles (three at least), keep it, and pass it to
/// [`Comparer::prepare_with`](crate::compare::Comparer::prepare_with).
/// [`Dedup`](crate::dedup::Dedup) learns one for each site by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "TemplateFields"))]
pub struct Template {
    recipe: Recipe,
    /// Sorted, distinct.
    fingerprints: Vec<u64>,
}

/// A template's fields as they are read: in any order.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct TemplateFields {
    recipe: Recipe,
    fingerprints: Vec<u64>,
}

#[cfg(feature = "serde")]
impl From<TemplateFields> for Template {
    fn from(fields: TemplateFields) -> Self {
        Self::new(fields.recipe, fields.fingerprints)
    }
}

impl Template {
    /// Distinct articles in which a fingerprint must stand to be furniture.
    pub const MIN_ARTICLES: usize = 3;

    /// The same where the articles are not of one site: six articles that match none of the others
    /// share what belongs to none of them.
    pub const MIN_ARTICLES_ANYWHERE: usize = 6;

    /// The template of `fingerprints` that were winnowed by `recipe`.
    #[must_use]
    pub fn new(recipe: Recipe, mut fingerprints: Vec<u64>) -> Self {
        fingerprints.sort_unstable();
        fingerprints.dedup();
        Self { recipe, fingerprints }
    }

    /// Learns from pages of one site, each with an article of its own: what stands in at least
    /// [`MIN_ARTICLES`](Self::MIN_ARTICLES) of them.
    #[must_use]
    pub fn learn<'a>(recipe: Recipe, pages: impl IntoIterator<Item = &'a str>) -> Self {
        let mut count: HashMap<u64, usize> = HashMap::new();
        for page in pages {
            let shingles = shingle::shingles(&recipe.tokenize(page), recipe.shingle_width());
            for fingerprint in shingle::distinct_fingerprints(recipe, &shingles) {
                *count.entry(fingerprint).or_default() += 1;
            }
        }
        let often = count.into_iter().filter(|&(_, n)| n >= Self::MIN_ARTICLES).map(|(f, _)| f);
        Self::new(recipe, often.collect())
    }

    /// The recipe of the fingerprints.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        self.recipe
    }

    /// Number of fingerprints.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Whether nothing was learned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// Whether `fingerprint` is furniture.
    #[must_use]
    pub fn contains(&self, fingerprint: u64) -> bool {
        self.fingerprints.binary_search(&fingerprint).is_ok()
    }

    /// The template of what either holds.
    ///
    /// # Errors
    /// If the recipes differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecipeMismatch> {
        self.recipe.check(other.recipe)?;
        self.fingerprints.extend_from_slice(&other.fingerprints);
        self.fingerprints.sort_unstable();
        self.fingerprints.dedup();
        Ok(())
    }

    /// As [`apply`], of this template alone.
    #[cfg(feature = "online")]
    pub(crate) fn apply(&self, tokens: &Tokens, shingles: &Shingles, mass: &mut [u8]) {
        apply(&[self], tokens, shingles, mass);
    }
}

/// Takes the mass of what any of `templates`, of one recipe, knows as furniture away: the tokens of each
/// known shingle, those between two known fingerprints that follow each other, and the rest of a line or
/// sentence of which they make half (winnowing does not see the last few words at either end of a
/// passage).
pub(crate) fn apply(
    templates: &[&Template],
    tokens: &Tokens,
    shingles: &Shingles,
    mass: &mut [u8],
) {
    let Some(some) = templates.iter().find(|template| !template.is_empty()) else { return };
    let window = shingle::window_for(some.recipe, shingles.len());
    let fingerprints = shingle::winnow(shingles.hashes(), window);
    let is_known = |hash| templates.iter().any(|template| template.contains(hash));
    let sampled = fingerprints.iter().map(|f| (f.position as usize, is_known(f.hash)));
    take_away(sampled, false, tokens, shingles, mass);
}

/// Takes the mass of furniture away, as [`apply`] says, where `sampled` gives the positions of
/// shingles in increasing order and whether each is known. Where the sample is `sparse`, a line or sentence
/// is furniture if one of its shingles is known and no other was sampled.
pub(crate) fn take_away(
    sampled: impl Iterator<Item = (usize, bool)>,
    sparse: bool,
    tokens: &Tokens,
    shingles: &Shingles,
    mass: &mut [u8],
) {
    let mut known = vec![false; tokens.len()];
    let mut others = Vec::new();
    let mut known_from = None;
    for (at, is_known) in sampled {
        if !is_known {
            known_from = None;
            others.push(at);
            continue;
        }
        let end = (at + shingles.token_count(at)).min(tokens.len());
        known[known_from.unwrap_or(at)..end].fill(true);
        known_from = Some(at);
    }
    let mut start = 0;
    for end in ends_of_units(tokens.marks()) {
        let unit = &known[start..end];
        let count = unit.iter().filter(|k| **k).count();
        let other = others.partition_point(|&at| at < start);
        let alone = sparse && count > 0 && others.get(other).is_none_or(|&at| at >= end);
        let whole = count * 2 >= unit.len() || alone;
        for (mass, known) in mass[start..end].iter_mut().zip(unit) {
            if whole || *known {
                *mass = 0;
            }
        }
        start = end;
    }
}

/// Tokens of a line up to which it is furniture as a whole; longer ones go sentence by sentence.
const LONGEST_LINE: usize = 120;

/// Ends of the lines, and of the sentences of long ones.
fn ends_of_units(marks: &[Marks]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut start = 0;
    for end in (1..=marks.len()).filter(|&end| marks[end - 1].has(Marks::LINE_END)) {
        if end - start > LONGEST_LINE {
            out.extend((start + 1..end).filter(|&at| marks[at - 1].has(Marks::SENTENCE_END)));
        }
        out.push(end);
        start = end;
    }
    out
}
