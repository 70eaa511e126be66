//! The decision.

use super::Evidence;
use super::rules::{self, PURE_LEAD, PURE_SUBSTITUTED};
use std::fmt;

/// How two documents are related. Directions read from a to b.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Relation {
    /// The same words in the same order.
    Identical,
    /// The same article, edited, or in other furniture.
    NearDuplicate,
    /// a is the beginning of b's article, cut off.
    TruncatedOf,
    /// b is the beginning of a's article, cut off.
    TruncationOf,
    /// a's article stands in b, which holds more.
    ContainedIn,
    /// b's article stands in a, which holds more.
    Contains,
    /// Both share a passage of content, and each holds more.
    Overlaps,
    /// They share text, but as pages of one template: furniture, not article.
    SameTemplate,
    /// Nothing of weight is shared.
    Unrelated,
}

impl Relation {
    /// Whether the two documents carry the same article, so that they may stand in one cluster.
    #[must_use]
    pub fn is_match(self) -> bool {
        !matches!(self, Self::Overlaps | Self::SameTemplate | Self::Unrelated)
    }

    /// The relation with a and b exchanged.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::TruncatedOf => Self::TruncationOf,
            Self::TruncationOf => Self::TruncatedOf,
            Self::ContainedIn => Self::Contains,
            Self::Contains => Self::ContainedIn,
            other => other,
        }
    }

    /// The name in snake case, as it is serialised.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::NearDuplicate => "near_duplicate",
            Self::TruncatedOf => "truncated_of",
            Self::TruncationOf => "truncation_of",
            Self::ContainedIn => "contained_in",
            Self::Contains => "contains",
            Self::Overlaps => "overlaps",
            Self::SameTemplate => "same_template",
            Self::Unrelated => "unrelated",
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Confidence {
    /// Little content is matched (under 25 words), or a small share of the smaller document (under
    /// 0.3): what a stub, a quotation and a shared box look alike by.
    Low,
    /// Neither low nor high.
    Medium,
    /// 50 words and 0.8 of the smaller document's content are matched, and next to nothing is
    /// substituted.
    High,
}

/// How sure the match is that `evidence` shows; the measured precision of each level is in
/// `benches/README.md`.
#[must_use]
pub fn confidence(evidence: &Evidence, thresholds: &Thresholds) -> Confidence {
    let (matched, contained) = rules::smaller_side(evidence);
    let pure = evidence.lead < PURE_LEAD && evidence.substituted < PURE_SUBSTITUTED * matched;
    if evidence.identical || matched >= 50.0 && contained >= thresholds.whole && pure {
        Confidence::High
    } else if matched < 25.0 || contained < thresholds.min_containment {
        Confidence::Low
    } else {
        Confidence::Medium
    }
}

/// Every threshold of the decision. All are compared with `>=` or `<`, as the names say.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Thresholds {
    /// Least matched content, in words, for any match (12).
    pub min_matched: f64,
    /// Least share of the smaller document's content that is matched (0.3).
    pub min_containment: f64,
    /// Share of a document's content that counts as the whole of it (0.8).
    pub whole: f64,
    /// Most content words, below which a substitution before 25 words have matched is let pass (20).
    pub max_lead: f64,
    /// The same as a share of the matched content, for documents of which half is matched (0.2).
    pub max_lead_share: f64,
    /// Most substituted content as a share of the matched content (0.5).
    pub max_substituted: f64,
    /// Whether content left on both sides behind the last match counts as substituted (no: a
    /// truncated text ends there).
    pub count_tail: bool,
    /// Most substituted numbers of a match (`None`: any): in short texts another number is another
    /// report.
    pub max_substituted_numbers: Option<u32>,
    /// A match of less than this many words (0) needs
    /// [`both_containment`](Self::both_containment) of either document's content.
    pub both_words: f64,
    /// See [`both_words`](Self::both_words) (0.5).
    pub both_containment: f64,
    /// Most substituted tokens of any kind as a share of the matched content (2.0).
    pub max_substituted_tokens: f64,
    /// Matched content, in words, below which the next threshold holds in its place (60): paywall
    /// stubs of two articles share a frame and little else.
    pub short_words: f64,
    /// See [`short_words`](Self::short_words) (1.0).
    pub max_substituted_tokens_short: f64,
    /// A match without a run of this many words (15) is *fragmentary*: below
    /// [`fragment_containment`](Self::fragment_containment) too many substituted numbers make it two
    /// reports of one form (money markets, filings, results), which repeat their sentences around
    /// other figures. See [`fragment_numbers`](Self::fragment_numbers).
    pub fragment_run: f64,
    /// See [`fragment_run`](Self::fragment_run) (0.8).
    pub fragment_containment: f64,
    /// Substituted numbers as a share of the matched content, from two numbers on, that a fragmentary
    /// match must not reach (0.05); a tenth of the content must be substituted, too, in two gaps at
    /// least.
    pub fragment_numbers: f64,
    /// Least share of the matched content that stands in one run, for the two rules below (0.6);
    /// more than 1 turns them off.
    pub opening_share: f64,
    /// A *passage* of this many words (20) with next to nothing substituted matches from
    /// [`passage_containment`](Self::passage_containment) on.
    pub passage_words: f64,
    /// Least containment of a passage and of an opening (0.2).
    pub passage_containment: f64,
    /// An *opening* has at most this many content words of a document before its first match (12).
    pub opening_head: f64,
    /// An opening whose one run has this many words (100) may be followed by other content on both
    /// sides.
    pub long_opening_words: f64,
    /// Least content run, in words, for an overlap (20).
    pub min_overlap_run: f64,
    /// Content words by which the longer document goes on behind a truncation (25).
    pub min_continuation: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            min_matched: 12.0,
            min_containment: 0.3,
            whole: 0.8,
            max_lead: 20.0,
            max_lead_share: 0.2,
            max_substituted: 0.5,
            count_tail: false,
            max_substituted_numbers: None,
            both_words: 0.0,
            both_containment: 0.5,
            max_substituted_tokens: 2.0,
            short_words: 60.0,
            max_substituted_tokens_short: 1.0,
            fragment_run: 15.0,
            fragment_containment: 0.8,
            fragment_numbers: 0.05,
            opening_share: 0.6,
            passage_words: 20.0,
            passage_containment: 0.2,
            opening_head: 12.0,
            long_opening_words: 100.0,
            min_overlap_run: 20.0,
            min_continuation: 25.0,
        }
    }
}

/// The relation that `evidence` shows.
///
/// In words, with m the matched content and C its share of the smaller document's content:
///
/// 1. Equal tokens are [`Identical`](Relation::Identical).
/// 2. A *match* has m of 12 words and C of 0.3 at least and passes the substitution test, which
///    counts numbers too where no run has 15 words and C is below 0.8. With less C it needs most of m
///    in one run: a clean passage of 20 words and C of 0.2, or an *opening*, where a run of 100 words
///    begins one document's content, as a truncated article does in a page with much other text.
/// 3. A match is [`NearDuplicate`](Relation::NearDuplicate) if 0.8 of both contents is matched, or if
///    content and match are equal. Else the document of which the greater share is matched is
///    truncated from the other, if the other goes on for 25 words behind the last match and by more
///    than stands before the first, or contained in it.
/// 4. What is no match but shares a run of 20 content words overlaps, unless it fails the
///    substitution test and 0.3 of the shingles of either are shared: then, as with documents that
///    share only furniture, the template is what they share.
///
/// [`tests`](super::tests) gives the numbers that led to the answer.
#[must_use]
pub fn decide(evidence: &Evidence, thresholds: &Thresholds) -> Relation {
    rules::judge(evidence, thresholds, &mut |_| {})
}

/// Whether no pair of different tokens can match or overlap of which `matched` words at most are
/// matched, `longest` at most in one run, where either document holds `least` words of content or more.
pub(crate) fn are_strangers(matched: f64, longest: f64, least: f64, t: &Thresholds) -> bool {
    let contained = if least > 0.0 { matched / least } else { 1.0 };
    let article = matched >= t.min_matched && contained >= t.min_containment;
    let passage = matched >= t.passage_words && contained >= t.passage_containment;
    let opening = longest >= t.long_opening_words && contained >= t.passage_containment;
    let overlap = longest >= t.min_overlap_run;
    !(article || passage || opening || overlap)
}
