//! Front door 1: two texts at hand, so the answer is exact and needs no index.
//!
//! ```
//! let article = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm.";
//! let comparison = nearcopy::compare(article, article);
//! assert_eq!(comparison.relation(), nearcopy::Relation::Identical);
//! ```

use crate::align::{self, Alignment, Limits, Run, Seeder, Seeds, Sequence};
use crate::content::{self, ContentModel, Template};
use crate::error::RecipeMismatch;
use crate::hash;
use crate::recipe::{Profile, Recipe};
use crate::relation::{self, Confidence, Evidence, Relation, Thresholds};
use crate::shingle::{self, Shingles};
use crate::text::{self, Marks, Span, Tokens};

/// A text made ready for comparison: tokens, shingles and content mass. About 33 bytes a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    tokens: Tokens,
    shingles: Shingles,
    mass: Vec<u8>,
}

impl Document {
    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The shingles.
    #[must_use]
    pub fn shingles(&self) -> &Shingles {
        &self.shingles
    }

    /// Content mass of each token, in units of [`WORD`](crate::content::WORD) a word.
    #[must_use]
    pub fn mass(&self) -> &[u8] {
        &self.mass
    }

    /// The tokens, the shingles, and the mass to be changed.
    #[cfg(feature = "online")]
    pub(crate) fn parts_mut(&mut self) -> (&Tokens, &Shingles, &mut [u8]) {
        (&self.tokens, &self.shingles, &mut self.mass)
    }

    /// Total content mass.
    #[must_use]
    pub fn total_mass(&self) -> u64 {
        content::sum(&self.mass)
    }

    /// Mass of the tokens that weigh as prose.
    #[must_use]
    pub fn prose_mass(&self) -> u64 {
        let whole = |(&mass, mark): (&u8, &Marks)| mass == content::whole_mass(mark.script());
        let tokens = self.mass.iter().zip(self.tokens.marks());
        tokens.filter(|&t| whole(t)).map(|(&m, _)| u64::from(m)).sum()
    }

    /// [`prose_mass`](Self::prose_mass) and [`total_mass`](Self::total_mass).
    pub(crate) fn masses(&self) -> (u64, u64) {
        let (mut prose, mut total) = (0, 0);
        // sums of 256 tokens fit 16 bits
        for (mass, marks) in self.mass.chunks(256).zip(self.tokens.marks().chunks(256)) {
            let (mut whole, mut all) = (0u16, 0u16);
            for (&mass, mark) in mass.iter().zip(marks) {
                let is_whole = mass == content::whole_mass(mark.script());
                all += u16::from(mass);
                whole += u16::from(mass) * u16::from(is_whole);
            }
            prose += u64::from(whole);
            total += u64::from(all);
        }
        (prose, total)
    }

    /// Whether the content has been weighed; see [`Comparer::shape_into`].
    pub(crate) fn is_weighed(&self) -> bool {
        self.mass.len() == self.tokens.len()
    }

    /// Hash of all tokens in order: equal for texts that differ only in what normalisation folds.
    #[must_use]
    pub fn content_hash(&self) -> u64 {
        self.tokens
            .hashes()
            .iter()
            .fold(self.tokens.len() as u64, |state, &token| hash::mix(state.rotate_left(5) ^ token))
    }

    pub(crate) fn sequence(&self) -> Sequence<'_> {
        Sequence { tokens: self.tokens.hashes(), shingles: &self.shingles, mass: &self.mass }
    }
}

/// Prepares and compares texts with given settings; [`compare`](compare()) uses the defaults.
#[derive(Debug, Clone, Default)]
pub struct Comparer {
    /// How texts become shingles.
    pub recipe: Recipe,
    /// What is content.
    pub content: ContentModel,
    /// When evidence suffices.
    pub thresholds: Thresholds,
    /// Bounds on alignment.
    pub limits: Limits,
}

impl Comparer {
    /// Makes `text` ready: about 10 us for 1,500 words.
    #[must_use]
    pub fn prepare(&self, text: &str) -> Document {
        let mut out = Document::default();
        self.prepare_into(text, &mut out);
        out
    }

    /// Replaces the content of `out`; its memory is reused.
    pub fn prepare_into(&self, text: &str, out: &mut Document) {
        text::tokenize_into(text, &mut out.tokens);
        self.finish(text.as_bytes(), out);
    }

    /// Makes `text` ready; what `template` knows as furniture weighs nothing.
    ///
    /// # Errors
    /// If the template was learned by another recipe.
    pub fn prepare_with(
        &self,
        text: &str,
        template: &Template,
    ) -> Result<Document, RecipeMismatch> {
        let mut out = Document::default();
        self.prepare_with_into(text, &[template], &mut out)?;
        Ok(out)
    }

    /// As [`prepare_with`](Self::prepare_with), into a buffer and with what any of several templates
    /// knows.
    fn prepare_with_into(
        &self,
        text: &str,
        templates: &[&Template],
        out: &mut Document,
    ) -> Result<(), RecipeMismatch> {
        self.check(templates)?;
        self.prepare_into(text, out);
        content::apply(templates, &out.tokens, &out.shingles, &mut out.mass);
        Ok(())
    }

    fn check(&self, templates: &[&Template]) -> Result<(), RecipeMismatch> {
        templates.iter().try_for_each(|template| self.recipe.check(template.recipe()))
    }

    /// The first half of [`prepare_with_into`](Self::prepare_with_into): all but the content mass, where
    /// the tokens do not depend on it. [`weigh`](Self::weigh) is the second half.
    pub(crate) fn shape_into(
        &self,
        text: &str,
        templates: &[&Template],
        out: &mut Document,
    ) -> Result<(), RecipeMismatch> {
        if self.recipe.profile() == Profile::Ocr {
            return self.prepare_with_into(text, templates, out);
        }
        self.check(templates)?;
        text::tokenize_into(text, &mut out.tokens);
        shingle::shingles_into(&out.tokens, self.recipe.shingle_width(), &mut out.shingles);
        out.mass.clear();
        Ok(())
    }

    /// Weighs the content of a document that was only shaped, with the same templates.
    pub(crate) fn weigh(&self, templates: &[&Template], out: &mut Document) {
        if !out.is_weighed() {
            self.content.weigh_into(&out.tokens, &mut out.mass);
            content::apply(templates, &out.tokens, &out.shingles, &mut out.mass);
        }
    }

    /// Makes bytes ready that are UTF-8 or nearly so; spans are offsets into `bytes`.
    #[must_use]
    pub fn prepare_bytes(&self, bytes: &[u8]) -> Document {
        let mut out = Document { tokens: text::tokenize_bytes(bytes), ..Document::default() };
        self.finish(bytes, &mut out);
        out
    }

    /// From words to the whole document. Content is judged by words, whatever the tokens are.
    fn finish(&self, text: &[u8], out: &mut Document) {
        self.content.weigh_into(&out.tokens, &mut out.mass);
        if self.recipe.profile() == Profile::Ocr {
            let letters = text::letters(text, &out.tokens);
            out.mass = content::letter_mass(&out.tokens, &out.mass, &letters);
            out.tokens = letters;
        }
        shingle::shingles_into(&out.tokens, self.recipe.shingle_width(), &mut out.shingles);
    }

    /// Compares two documents that this comparer, or one with the same recipe, prepared.
    #[must_use]
    pub fn compare(&self, a: &Document, b: &Document) -> Comparison {
        let alignment = align::align(a.sequence(), b.sequence(), self.limits);
        let mut evidence = relation::measure(a.sequence(), b.sequence(), &alignment);
        evidence.substituted_numbers = self.numbers(&a.tokens, &b.tokens, &alignment, &evidence);
        let relation = relation::decide(&evidence, &self.thresholds);
        let confidence = relation::confidence(&evidence, &self.thresholds);
        Comparison { relation, confidence, evidence, alignment }
    }

    /// The numbers that differ, where a threshold asks for them.
    fn numbers(
        &self,
        a: &Tokens,
        b: &Tokens,
        alignment: &Alignment,
        evidence: &Evidence,
    ) -> Option<u32> {
        let asked = self.asks_for_numbers(evidence);
        asked.then(|| relation::substituted_numbers(a, b, alignment))
    }

    /// Whether a threshold asks for the numbers that differ.
    pub(crate) fn asks_for_numbers(&self, evidence: &Evidence) -> bool {
        let t = &self.thresholds;
        let matched = evidence.matched_a.min(evidence.matched_b) >= t.min_matched;
        let fragmentary = matched && evidence.longest_run < t.fragment_run;
        fragmentary || t.max_substituted_numbers.is_some()
    }

    /// The relation, its evidence if it is a match or an overlap or `whole` asks for it anyway, and the
    /// places of repeated shingles that were not looked at. Cheaper than [`compare`](Self::compare)
    /// for documents that turn out to be strangers.
    pub(crate) fn verify(
        &self,
        a: &Document,
        b: &Document,
        whole: bool,
    ) -> (Option<(Relation, Evidence)>, u64) {
        let seeds = self.seeds(a, b, &mut Seeder::default(), None);
        self.judge(seeds, a, b, whole)
    }

    /// The first half of [`verify`](Self::verify); the documents need not be weighed. What is made of
    /// `a` is kept in the seeder under the number `of`.
    pub(crate) fn seeds(
        &self,
        a: &Document,
        b: &Document,
        seeder: &mut Seeder,
        of: Option<u32>,
    ) -> Seeds {
        Seeds::new(a.sequence(), b.sequence(), self.limits, seeder, of)
    }

    /// Whether the second half can find neither a match nor an overlap. `least` is content that either
    /// document holds at least, in words.
    pub(crate) fn are_strangers(&self, seeds: &Seeds, least: f64) -> bool {
        seeds.bounds(self.limits).is_some_and(|(matched, longest)| {
            relation::are_strangers(f64::from(matched), f64::from(longest), least, &self.thresholds)
        })
    }

    /// The second half of [`verify`](Self::verify).
    pub(crate) fn judge(
        &self,
        seeds: Seeds,
        a: &Document,
        b: &Document,
        whole: bool,
    ) -> (Option<(Relation, Evidence)>, u64) {
        let words = (&a.tokens, &b.tokens);
        let (a, b) = (a.sequence(), b.sequence());
        let alignment = seeds.align(a, b, self.limits);
        let mut evidence = relation::measure_matches(a, b, &alignment);
        evidence.substituted_numbers = self.numbers(words.0, words.1, &alignment, &evidence);
        let relation = relation::decide(&evidence, &self.thresholds);
        let kept = whole || relation.is_match() || relation == Relation::Overlaps;
        let found = kept.then(|| {
            relation::measure_resemblance(a, b, &mut evidence);
            (relation::decide(&evidence, &self.thresholds), evidence)
        });
        (found, alignment.skipped_places)
    }

    /// The relation and its evidence, without the matched runs.
    #[must_use]
    pub fn relate(&self, a: &Document, b: &Document) -> (Relation, Evidence) {
        let comparison = self.compare(a, b);
        (comparison.relation, comparison.evidence)
    }
}

/// How two documents are related, on what evidence, and where the shared text stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    relation: Relation,
    confidence: Confidence,
    evidence: Evidence,
    alignment: Alignment,
}

impl Comparison {
    /// How a is related to b.
    #[must_use]
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// How sure a match is; meaningless for relations that are no match.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// The measures.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The matched runs of tokens.
    #[must_use]
    pub fn alignment(&self) -> &Alignment {
        &self.alignment
    }

    /// The matched passages as byte spans of both originals, in order of a; moved ones included.
    #[must_use]
    pub fn passages(&self, a: &Document, b: &Document) -> Vec<Passage> {
        let passage = |run: &Run, moved| Passage {
            a: a.tokens.span_of(run.in_a()),
            b: b.tokens.span_of(run.in_b()),
            moved,
        };
        let chain = self.alignment.chain.iter().map(|run| passage(run, false));
        let moved = self.alignment.moved.iter().map(|run| passage(run, true));
        let mut out: Vec<Passage> = chain.chain(moved).collect();
        out.sort_unstable_by_key(|p| (p.a, p.b));
        out
    }
}

/// A passage that stands in both documents, as byte spans of the originals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Passage {
    /// Where it stands in a.
    pub a: Span,
    /// Where it stands in b.
    pub b: Span,
    /// Whether it stands out of order.
    pub moved: bool,
}

/// Compares two texts with the default settings.
#[must_use]
pub fn compare(a: &str, b: &str) -> Comparison {
    let comparer = Comparer::default();
    comparer.compare(&comparer.prepare(a), &comparer.prepare(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Passages of words that are content, some of them common to both texts.
    fn texts() -> impl Strategy<Value = (String, String)> {
        let passage = (any::<bool>(), any::<bool>(), 0..40u32, 1..60u32, 0..8u32);
        prop::collection::vec(passage, 0..12).prop_map(|passages| {
            let mut texts = [String::new(), String::new()];
            for (n, (in_a, in_b, from, len, edited)) in passages.into_iter().enumerate() {
                let shared = in_a && in_b;
                for (side, _) in [in_a, in_b].into_iter().enumerate().filter(|(_, wanted)| *wanted)
                {
                    let salt = if shared { 0 } else { 1000 * (n + 2) + 50_000 * side };
                    // one word of a few is another one in b
                    let other = |i: u32| side == 1 && edited > 2 && i.is_multiple_of(edited);
                    let words = (from..from + len).map(|i| match other(i) {
                        true => format!("x{n}y{i}"),
                        false => format!("w{}", salt + i as usize % 45),
                    });
                    let words: Vec<String> = words.collect();
                    texts[side] += &format!("It said {} then. ", words.join(" "));
                }
            }
            let [a, b] = texts;
            (a, b)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        /// Who is told a stranger before the content is weighed neither matches nor overlaps.
        #[test]
        fn strangers_are_told_without_a_miss((a, b) in texts()) {
            for profile in [Profile::Web, Profile::Short, Profile::Code] {
                let comparer = Comparer::for_profile(profile);
                let (a, b) = (comparer.prepare(&a), comparer.prepare(&b));
                let least = a.total_mass().min(b.total_mass()) as f64 / f64::from(content::WORD);
                let seeds = comparer.seeds(&a, &b, &mut Seeder::default(), None);
                let strangers = comparer.are_strangers(&seeds, least);
                let found = comparer.relate(&a, &b).0;
                let related = found.is_match() || found == Relation::Overlaps;
                prop_assert!(!(strangers && related), "{}", found);
            }
        }
    }
}
