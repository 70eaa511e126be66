//! The decision.

use super::Evidence;
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

/// Every threshold of the decision. All are compared with `>=` or `<` as their names say.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Thresholds {
    /// Least matched content, in words, for any match (12).
    pub min_matched: f64,
    /// Least share of the smaller document's content that is matched, for any match (0.3).
    pub min_containment: f64,
    /// Share of a document's content that counts as the whole of it (0.8).
    pub whole: f64,
    /// Most content words that may be substituted before 25 words have matched (20).
    pub max_lead: f64,
    /// Most substituted content as a share of the matched content (0.5).
    pub max_substituted: f64,
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
            max_substituted: 0.5,
            min_overlap_run: 20.0,
            min_continuation: 25.0,
        }
    }
}

/// The relation that `evidence` shows.
#[must_use]
pub fn decide(evidence: &Evidence, thresholds: &Thresholds) -> Relation {
    let e = evidence;
    let t = thresholds;
    if e.identical {
        return Relation::Identical;
    }
    let a_is_smaller = e.content_a <= e.content_b;
    let matched = if a_is_smaller { e.matched_a } else { e.matched_b };
    let head = if a_is_smaller { e.head_a } else { e.head_b };
    let (in_b, in_a) = (e.content_a_in_b(), e.content_b_in_a());
    let contained = if a_is_smaller { in_b } else { in_a };
    let substituted = !(e.lead < t.max_lead || e.lead < 0.2 * matched && contained >= 0.5)
        || e.substituted >= t.max_substituted * matched
        || e.inner >= 1.5 * matched;
    let prefix = matched >= 30.0
        && contained >= 0.08
        && e.longest_run >= 0.6 * matched
        && head <= 12.0
        && e.substituted < 0.15 * matched
        && e.lead < 10.0
        && e.inner < 1.5 * matched;
    if prefix || matched >= t.min_matched && contained >= t.min_containment && !substituted {
        if in_b >= t.whole && in_a >= t.whole {
            return Relation::NearDuplicate;
        }
        let relation = if e.tail_b >= t.min_continuation && e.head_b < e.tail_b {
            Relation::TruncatedOf
        } else {
            Relation::ContainedIn
        };
        let mirrored = if e.tail_a >= t.min_continuation && e.head_a < e.tail_a {
            Relation::TruncationOf
        } else {
            Relation::Contains
        };
        return if in_b > in_a || (in_b == in_a && a_is_smaller) { relation } else { mirrored };
    }
    if e.longest_run >= t.min_overlap_run && !substituted {
        return Relation::Overlaps;
    }
    if e.matched_tokens_a > 0 && e.a_in_b.max(e.b_in_a) >= t.min_containment {
        return Relation::SameTemplate;
    }
    if e.longest_run >= t.min_overlap_run { Relation::Overlaps } else { Relation::Unrelated }
}
