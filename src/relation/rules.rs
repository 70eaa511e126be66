//! The rules of the decision, test by test.

use super::{Evidence, Relation, Thresholds};
use std::fmt;

/// A rule of the decision: it holds if all its tests pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Rule {
    /// The same tokens in the same order: [`Relation::Identical`].
    Identical,
    /// A match of few words must be a good part of either document; without it none of the next
    /// three rules holds.
    BothSides,
    /// Enough is matched and little is substituted: the same article.
    Article,
    /// A clean passage in much other text: the same article.
    Passage,
    /// A long run that begins one document's content: the same article.
    Opening,
    /// Of the same article, both hold nearly all: [`Relation::NearDuplicate`].
    Whole,
    /// Of the same article, both hold the same share of equal content: [`Relation::NearDuplicate`].
    Versions,
    /// Of the same article, the one that is more of it goes on behind the match: truncated, and not
    /// merely contained.
    CutOff,
    /// No match, but a passage without substitutions: [`Relation::Overlaps`].
    CleanOverlap,
    /// No match, and many shingles are shared: [`Relation::SameTemplate`].
    Template,
    /// No match, and a passage all the same: [`Relation::Overlaps`], otherwise
    /// [`Relation::Unrelated`].
    Overlap,
}

/// What a test measures. Words are words of content; the *smaller* document is the one with less
/// content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Measure {
    /// 1 if both hold the same tokens, else 0.
    SameTokens,
    /// Share of the content that is matched, in the document of which less is.
    LesserContainment,
    /// Matched words of the smaller document.
    MatchedWords,
    /// Share of the smaller document's content that is matched.
    Containment,
    /// The largest substitution before 25 words have matched, in words.
    Lead,
    /// Substituted numbers.
    SubstitutedNumbers,
    /// Substituted words, with those behind the last match where they count.
    SubstitutedWords,
    /// Substituted tokens of any kind.
    SubstitutedTokens,
    /// Tokens of any kind in the place of the article, behind a shared head.
    LeadTokens,
    /// Words of the longest matched run.
    LongestRun,
    /// Words before the first match, in the document that has fewer of them.
    Head,
    /// Share of a's content that is matched in b.
    AInB,
    /// Share of b's content that is matched in a.
    BInA,
    /// By how much the two shares differ.
    ShareDifference,
    /// By how many words of content the documents differ.
    ContentDifference,
    /// Words behind the last match, in the document that holds more.
    TailOfLonger,
    /// Words before the first match, in the document that holds more.
    HeadOfLonger,
    /// Share of the shingles of either document, furniture included, that stand in the other.
    ShingleContainment,
}

impl Measure {
    /// Whether the measure is a share of 0.0..=1.0; others are counts of words, tokens or numbers.
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(
            self,
            Self::LesserContainment
                | Self::Containment
                | Self::AInB
                | Self::BInA
                | Self::ShareDifference
                | Self::ShingleContainment
        )
    }

    /// The name in snake case, as it is serialised.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameTokens => "same_tokens",
            Self::LesserContainment => "lesser_containment",
            Self::MatchedWords => "matched_words",
            Self::Containment => "containment",
            Self::Lead => "lead",
            Self::SubstitutedNumbers => "substituted_numbers",
            Self::SubstitutedWords => "substituted_words",
            Self::SubstitutedTokens => "substituted_tokens",
            Self::LeadTokens => "lead_tokens",
            Self::LongestRun => "longest_run",
            Self::Head => "head",
            Self::AInB => "a_in_b",
            Self::BInA => "b_in_a",
            Self::ShareDifference => "share_difference",
            Self::ContentDifference => "content_difference",
            Self::TailOfLonger => "tail_of_longer",
            Self::HeadOfLonger => "head_of_longer",
            Self::ShingleContainment => "shingle_containment",
        }
    }
}

impl Rule {
    /// The name in snake case, as it is serialised.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::BothSides => "both_sides",
            Self::Article => "article",
            Self::Passage => "passage",
            Self::Opening => "opening",
            Self::Whole => "whole",
            Self::Versions => "versions",
            Self::CutOff => "cut_off",
            Self::CleanOverlap => "clean_overlap",
            Self::Template => "template",
            Self::Overlap => "overlap",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a measure is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Need {
    /// The bound or more.
    AtLeast,
    /// The bound or less.
    AtMost,
    /// Less than the bound.
    Below,
}

/// One test of the decision: a measure of the pair against its bound.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Test {
    /// The rule to which the test belongs.
    pub rule: Rule,
    /// What is measured.
    pub measure: Measure,
    /// What was found.
    pub found: f64,
    /// How it is compared.
    pub need: Need,
    /// With what: a threshold, or a threshold times the matched words.
    pub bound: f64,
}

impl Test {
    /// Whether the pair passes.
    #[must_use]
    pub fn passed(&self) -> bool {
        match self.need {
            Need::AtLeast => self.found >= self.bound,
            Need::AtMost => self.found <= self.bound,
            Need::Below => self.found < self.bound,
        }
    }
}

/// The tests on which [`decide`](super::decide) decided, in its order: it works through the rules until
/// one settles the relation, and of each rule makes every test. This is the decision itself, written
/// down on the way, so it cannot say otherwise.
///
/// ```
/// use nearcopy::relation::{self, Rule, Thresholds};
///
/// let a = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm.";
/// let evidence = *nearcopy::compare(a, "An entirely different text.").evidence();
/// let tests = relation::tests(&evidence, &Thresholds::default());
/// let article: Vec<_> = tests.iter().filter(|t| t.rule == Rule::Article).collect();
/// assert!(article.iter().any(|t| !t.passed()));
/// ```
#[must_use]
pub fn tests(evidence: &Evidence, thresholds: &Thresholds) -> Vec<Test> {
    let mut out = Vec::with_capacity(32);
    judge(evidence, thresholds, &mut |test| out.push(*test));
    out
}

/// The relation; `seen` is told every test on the way.
pub(super) fn judge(e: &Evidence, t: &Thresholds, seen: &mut impl FnMut(&Test)) -> Relation {
    let pair = Pair::new(e, t);
    let mut holds = |rule, tests: &[Option<Condition>]| {
        let mut all = true;
        for &(measure, found, need, bound) in tests.iter().flatten() {
            let test = Test { rule, measure, found, need, bound };
            all &= test.passed();
            seen(&test);
        }
        all
    };
    let same = Some((Measure::SameTokens, f64::from(u8::from(e.identical)), Need::AtLeast, 1.0));
    if holds(Rule::Identical, &[same]) {
        return Relation::Identical;
    }
    let few = pair.matched < t.both_words;
    let same_article = (!few || holds(Rule::BothSides, &[pair.both_sides()]))
        && (holds(Rule::Article, &pair.article())
            || holds(Rule::Passage, &pair.passage())
            || holds(Rule::Opening, &pair.opening()));
    if same_article {
        if holds(Rule::Whole, &pair.whole()) || holds(Rule::Versions, &pair.versions()) {
            return Relation::NearDuplicate;
        }
        let cut = holds(Rule::CutOff, &pair.cut_off());
        return match (pair.is_a_part(), cut) {
            (true, true) => Relation::TruncatedOf,
            (true, false) => Relation::ContainedIn,
            (false, true) => Relation::TruncationOf,
            (false, false) => Relation::Contains,
        };
    }
    let [lead, numbers, words, tokens, head] = pair.not_substituted();
    let run = pair.overlap_run();
    if holds(Rule::CleanOverlap, &[run, lead, numbers, words, tokens, head]) {
        return Relation::Overlaps;
    }
    if holds(Rule::Template, &[pair.template()]) {
        return Relation::SameTemplate;
    }
    if holds(Rule::Overlap, &[run]) { Relation::Overlaps } else { Relation::Unrelated }
}

type Condition = (Measure, f64, Need, f64);

/// The evidence with what several tests need.
struct Pair<'a> {
    e: &'a Evidence,
    t: &'a Thresholds,
    /// The matched content of the smaller document, in words, and its share of that document's.
    matched: f64,
    contained: f64,
}

impl<'a> Pair<'a> {
    fn new(e: &'a Evidence, t: &'a Thresholds) -> Self {
        let (matched, contained) = smaller_side(e);
        Self { e, t, matched, contained }
    }

    fn both_sides(&self) -> Option<Condition> {
        let lesser = self.e.content_a_in_b().min(self.e.content_b_in_a());
        Some((Measure::LesserContainment, lesser, Need::AtLeast, self.t.both_containment))
    }

    fn article(&self) -> [Option<Condition>; 8] {
        let [lead, numbers, words, tokens, head] = self.not_substituted();
        [
            Some((Measure::MatchedWords, self.matched, Need::AtLeast, self.t.min_matched)),
            Some((Measure::Containment, self.contained, Need::AtLeast, self.t.min_containment)),
            lead,
            numbers,
            words,
            tokens,
            head,
            self.no_other_figures(),
        ]
    }

    /// Where short runs are all that is shared, with other content between them in more gaps than one:
    /// other figures make it two reports of one form.
    fn no_other_figures(&self) -> Option<Condition> {
        let (e, t) = (self.e, self.t);
        let fragmentary = e.longest_run < t.fragment_run
            && self.contained < t.fragment_containment
            && e.substituted >= PURE_SUBSTITUTED * self.matched
            && e.substituted > e.lead;
        let found = f64::from(e.substituted_numbers.unwrap_or(0));
        let bound = (t.fragment_numbers * self.matched).max(2.0);
        fragmentary.then_some((Measure::SubstitutedNumbers, found, Need::Below, bound))
    }

    /// The substitution test: two pages of one template leave different text on both sides of a gap, a
    /// copy that was cut or wrapped leaves text on one side only.
    fn not_substituted(&self) -> [Option<Condition>; 5] {
        let (e, t) = (self.e, self.t);
        let half = self.contained >= 0.5;
        let most_lead =
            if half { t.max_lead.max(t.max_lead_share * self.matched) } else { t.max_lead };
        let tail = if t.count_tail { e.tail_a.min(e.tail_b) } else { 0.0 };
        let numbers = t.max_substituted_numbers.map(|most| {
            let found = e.substituted_numbers.unwrap_or(0);
            (Measure::SubstitutedNumbers, f64::from(found), Need::AtMost, f64::from(most))
        });
        [
            Some((Measure::Lead, e.lead, Need::Below, most_lead)),
            numbers,
            Some((
                Measure::SubstitutedWords,
                e.substituted + tail,
                Need::Below,
                t.max_substituted * self.matched,
            )),
            self.no_other_text_between(),
            self.no_other_text_at_head(),
        ]
    }

    /// The test on tokens of any kind: lists of a shop or a menu are not content but differ all the
    /// same. A long document of which nearly everything stands in the other is let pass.
    fn no_other_text_between(&self) -> Option<Condition> {
        let (e, t) = (self.e, self.t);
        let whole = self.contained >= t.whole && self.matched >= t.long_opening_words;
        let short = self.matched < t.short_words;
        let most = if short { t.max_substituted_tokens_short } else { t.max_substituted_tokens };
        let found = f64::from(e.substituted_tokens);
        (!whole).then_some((Measure::SubstitutedTokens, found, Need::Below, most * self.matched))
    }

    /// The test on the place of the article: behind the same head each page has text of its own, whether
    /// or not it is prose, and what matches stands below.
    fn no_other_text_at_head(&self) -> Option<Condition> {
        let most = self.t.max_lead_tokens? * self.matched;
        let page = f64::from(self.e.matched_tokens_a.min(self.e.matched_tokens_b));
        let found = f64::from(self.e.lead_tokens);
        Some((Measure::LeadTokens, found, Need::Below, most.max(LEAD_OF_PAGE * page).max(1.0)))
    }

    fn passage(&self) -> [Option<Condition>; 7] {
        let (e, t) = (self.e, self.t);
        [
            self.no_other_text_between(),
            self.no_other_text_at_head(),
            self.one_run(),
            Some((Measure::MatchedWords, self.matched, Need::AtLeast, t.passage_words)),
            Some((Measure::Containment, self.contained, Need::AtLeast, t.passage_containment)),
            Some((Measure::Lead, e.lead, Need::Below, PURE_LEAD)),
            Some((
                Measure::SubstitutedWords,
                e.substituted,
                Need::Below,
                PURE_SUBSTITUTED * self.matched,
            )),
        ]
    }

    fn opening(&self) -> [Option<Condition>; 7] {
        let (e, t) = (self.e, self.t);
        [
            self.no_other_text_between(),
            self.no_other_text_at_head(),
            self.one_run(),
            Some((Measure::LongestRun, e.longest_run, Need::AtLeast, t.long_opening_words)),
            Some((Measure::Containment, self.contained, Need::AtLeast, t.passage_containment)),
            Some((Measure::Head, e.head_a.min(e.head_b), Need::AtMost, t.opening_head)),
            Some((Measure::Lead, e.lead, Need::Below, PURE_LEAD)),
        ]
    }

    fn one_run(&self) -> Option<Condition> {
        let bound = self.t.opening_share * self.matched;
        Some((Measure::LongestRun, self.e.longest_run, Need::AtLeast, bound))
    }

    fn whole(&self) -> [Option<Condition>; 2] {
        [
            Some((Measure::AInB, self.e.content_a_in_b(), Need::AtLeast, self.t.whole)),
            Some((Measure::BInA, self.e.content_b_in_a(), Need::AtLeast, self.t.whole)),
        ]
    }

    /// Two that are equal in content and in match are versions of one article: neither stands in the
    /// other.
    fn versions(&self) -> [Option<Condition>; 2] {
        let e = self.e;
        let shares = (e.content_a_in_b() - e.content_b_in_a()).abs();
        let contents = (e.content_a - e.content_b).abs();
        [
            Some((Measure::ShareDifference, shares, Need::AtMost, 0.0)),
            Some((Measure::ContentDifference, contents, Need::AtMost, 0.0)),
        ]
    }

    /// Whether the match goes from a to b: from the document of which the greater share is matched,
    /// then from the smaller one.
    fn is_a_part(&self) -> bool {
        let e = self.e;
        let (in_b, in_a) = (e.content_a_in_b(), e.content_b_in_a());
        in_b > in_a || in_b == in_a && e.content_a < e.content_b
    }

    fn cut_off(&self) -> [Option<Condition>; 2] {
        let e = self.e;
        let (head, tail) =
            if self.is_a_part() { (e.head_b, e.tail_b) } else { (e.head_a, e.tail_a) };
        [
            Some((Measure::TailOfLonger, tail, Need::AtLeast, self.t.min_continuation)),
            Some((Measure::HeadOfLonger, head, Need::Below, tail)),
        ]
    }

    fn overlap_run(&self) -> Option<Condition> {
        Some((Measure::LongestRun, self.e.longest_run, Need::AtLeast, self.t.min_overlap_run))
    }

    fn template(&self) -> Option<Condition> {
        let shared = self.e.a_in_b.max(self.e.b_in_a);
        Some((Measure::ShingleContainment, shared, Need::AtLeast, self.t.min_containment))
    }
}

/// Words of a lead below which a match is pure.
pub(super) const PURE_LEAD: f64 = 5.0;
/// Substituted words, as a share of the matched ones, below which a match is pure.
pub(super) const PURE_SUBSTITUTED: f64 = 0.1;

/// Tokens in the place of the article, as a share of all that is matched, below which they are a line of
/// news or a reordered menu of a page that matches as a whole.
const LEAD_OF_PAGE: f64 = 0.1;

/// Whether a is the smaller document; where both hold as much content, the one of which more is
/// matched. A total order but for documents that no measure tells apart, so that exchanging the
/// documents exchanges the answer.
fn is_a_smaller(e: &Evidence) -> bool {
    let a = (e.content_a, -e.matched_a, e.head_a, e.tail_a);
    let b = (e.content_b, -e.matched_b, e.head_b, e.tail_b);
    a <= b
}

/// The matched content of the smaller document, in words, and its share of that document's content.
pub(super) fn smaller_side(e: &Evidence) -> (f64, f64) {
    if is_a_smaller(e) {
        (e.matched_a, e.content_a_in_b())
    } else {
        (e.matched_b, e.content_b_in_a())
    }
}
