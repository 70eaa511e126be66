//! Profiles

use crate::align::Limits;
use crate::compare::Comparer;
use crate::content::ContentModel;
use crate::recipe::{Profile, Recipe};
use crate::relation::Thresholds;

impl Comparer {
    /// The comparer for texts of `profile`; that of [`Profile::Web`] is the default.
    #[must_use]
    pub fn for_profile(profile: Profile) -> Self {
        Self {
            recipe: Recipe::for_profile(profile),
            content: ContentModel::for_profile(profile),
            thresholds: thresholds(profile),
            limits: limits(profile),
        }
    }
}

fn thresholds(profile: Profile) -> Thresholds {
    let web = Thresholds::default();
    match profile {
        Profile::Web => web,
        Profile::Ocr => Thresholds {
            min_containment: 0.4,
            max_substituted: 0.3,
            max_substituted_tokens: 10.0,
            opening_share: 2.0,
            min_overlap_run: 8.0,
            ..web
        },
        Profile::Short => Thresholds {
            min_matched: 4.0,
            min_containment: 0.8,
            max_substituted: 0.15,
            max_substituted_numbers: Some(0),
            count_tail: true,
            both_words: 10.0,
            both_containment: 0.5,
            opening_share: 2.0,
            min_overlap_run: 8.0,
            min_continuation: 3.0,
            ..web
        },
        Profile::Code => Thresholds {
            min_matched: 20.0,
            min_containment: 0.5,
            max_substituted: 0.3,
            count_tail: true,
            opening_share: 2.0,
            ..web
        },
    }
}

fn limits(profile: Profile) -> Limits {
    let web = Limits::default();
    match profile {
        Profile::Web | Profile::Code => web,
        Profile::Short => Limits { ends: true, ..web },
        Profile::Ocr => Limits { gap: 256, common: 65, overlap: 40, ends: true, ..web },
    }
}

/// Clusters at which a fingerprint still nominates candidates.
pub(crate) fn posting_cap(profile: Profile) -> u32 {
    match profile {
        Profile::Web | Profile::Ocr | Profile::Code => 16,
        Profile::Short => 64,
    }
}

/// Shingles up to which a document is looked up by all of them, not by its fingerprints: 150 words;
/// of a text with errors few fingerprints are those of its copy, so 600 words there.
pub(crate) fn probe_all(profile: Profile) -> usize {
    match profile {
        Profile::Web | Profile::Short | Profile::Code => 150,
        Profile::Ocr => 3200,
    }
}

/// Whether a batch learns furniture from what many clusters share. Shingles of 12 letters or two words
/// are too short for that: many share them because they are common in the language.
pub(crate) fn learns(profile: Profile) -> bool {
    matches!(profile, Profile::Web | Profile::Code)
}
