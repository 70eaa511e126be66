//! Settings for kinds of text, by name.
//!
//! ```
//! use nearcopy::{Comparer, Profile};
//!
//! let scans = Comparer::for_profile(Profile::Ocr);
//! let a = scans.prepare(
//!     "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm that \
//!      would close the harbour by noon and keep the boats on the slip until Thursday.",
//! );
//! let b = scans.prepare(
//!     "The fcrry leftat dawn, the cap-\ntain said, and nobody on the qu ay thought of the stonn that \
//!      would closc the harbour by noon and keep theboats on the slip until Thursd ay.",
//! );
//! assert!(scans.compare(&a, &b).relation().is_match());
//! ```
//!
//! A profile is part of the [`Recipe`]: what was made under one cannot be brought together with what
//! was made under another. Every number of a profile stands in this file and in
//! [`Recipe::for_profile`]; start from them to choose others.
//!
//! | | `web` | `ocr` | `short` | `code` |
//! |---|---|---|---|---|
//! | tokens | words | letters and digits | words | words |
//! | shingle | 5 words | 12 letters | 2 words | 6 words |
//! | window | 16 | 24 | 1 | 16 |
//! | furniture | no prose, UI phrases, learned | UI phrases (strong ones) | UI phrases (strong ones), by sentence | licence at the head, learned |
//! | least match, words | 12 | 12 | 4 | 20 |
//! | least containment | 0.3 | 0.4 | 0.8 | 0.5 |
//! | most substituted | 0.5 | 0.3 | 0.15 | 0.3 |
//!
//! # `ocr`
//!
//! For text with errors in its characters. Lost and added spaces, broken lines and hyphens change nothing.
//! A letter weighs 3/16 of a word, so thresholds in words keep their meaning. Lines end anywhere in
//! scanned columns, so there is no test for prose. Gaps of up to 256 letters are refined, at the
//! beginning and the end, too; a common subsequence counts from 65 % of the gap on, because half the
//! letters of any two English passages are common to them.
//!
//! Recall, compared directly / found by [`Dedup`](crate::dedup::Dedup) among 2,000 others. Text: 500 Reuters-21578
//! articles of 100 to 600 words. Errors: each character substituted, deleted or doubled with a random one
//! at the stated rate in all, each space lost at that rate, a space put into words at a fifth of it.
//! *Both*: both copies have errors of their own. *Quarter*: one copy is cut to a quarter of its words.
//!
//! | errors | `web` | `ocr` | `web`, both | `ocr`, both |
//! |---|---|---|---|---|
//! | 1 % | 1.000 / 1.000 | 1.000 / 1.000 | 0.998 / 0.998 | 1.000 / 1.000 |
//! | 2 % | 0.998 / 0.998 | 1.000 / 1.000 | 0.770 / 0.762 | 1.000 / 0.998 |
//! | 5 % | 0.382 / 0.344 | 1.000 / 1.000 | 0.006 / 0.004 | 1.000 / 0.998 |
//! | 8 % | 0.026 / 0.010 | 1.000 / 1.000 | 0.000 / 0.000 | 0.982 / 0.980 |
//! | 1 %, quarter | 0.914 / 0.894 | 1.000 / 1.000 | 0.792 / 0.724 | 0.998 / 0.998 |
//! | 2 %, quarter | 0.790 / 0.744 | 1.000 / 1.000 | 0.412 / 0.354 | 1.000 / 0.990 |
//! | 5 %, quarter | 0.278 / 0.196 | 1.000 / 0.994 | 0.008 / 0.006 | 0.976 / 0.950 |
//! | 8 %, quarter | 0.020 / 0.018 | 0.998 / 0.972 | 0.000 / 0.000 | 0.922 / 0.738 |
//!
//! 2 of 193,050 pairs of different articles match, as under `web`: two reports by one form of words. The
//! shingle was chosen among 10, 12 and 14 letters and windows of 24 to 80: at 8 % errors on both sides
//! of a quarter, 14 letters and a window of 80 find 0.33 where 12 and 24 find 0.77 and 10 and 24 find 0.84, at more
//! candidates. About five times the tokens and memory of `web` and five to ten times its time; 50 to
//! 300 us a comparison. Folding of look-alikes (`0` and `O`, `rn` and `m`) is not done.
//!
//! # `short`
//!
//! For titles, headlines and posts. All is content. Texts match that share four words and 0.8 of the
//! shorter one's; under ten words also half of the longer one's. One word of eight may differ (0.15 of what is
//! matched), counted behind the last match, too; another number, no: it is another report. Numbers among
//! the first two words are labels (`UPDATE 2`). Texts of fewer than four words match only the same
//! words.
//!
//! Recall by [`Dedup`](crate::dedup::Dedup) among 25,759 titles of four words or more (Reuters-21578 titles
//! and subjects of 20 Newsgroups) and among 17,394 openings of 30 words of Reuters articles, 1,000 of them
//! edited:
//!
//! | edit | titles: `web` | `short` | openings: `web` | `short` |
//! |---|---|---|---|---|
//! | case | 1.000 | 1.000 | 1.000 | 1.000 |
//! | punctuation | 1.000 | 1.000 | 1.000 | 1.000 |
//! | `UPDATE 1 -` before it | 0.016 | 0.985 | 0.969 | 0.999 |
//! | `Opinion \|` before it | 0.016 | 0.989 | 0.973 | 1.000 |
//! | `Op-Ed Columnist:` before it | 0.016 | 0.982 | 0.968 | 1.000 |
//! | `- Daily News` behind it | 0.015 | 0.982 | 0.973 | 1.000 |
//! | one word of eight or more changed | 0.017 | 0.954 | 0.958 | 0.997 |
//! | one word of eight or more dropped | 0.030 | 0.974 | 0.954 | 0.994 |
//! | twelve words or more cut to two thirds | 0.043 | 0.978 | 0.631 | 0.994 |
//!
//! `short` matches 10 of 4.5 million pairs of different titles, `web` 2. In 25,759 titles it joins 858, with
//! `web` 54 (the same words): 9 of 55 looked at, equal ones left out, say something else in nearly
//! the same words (another company, month or direction: `REVISED UP`, `REVISED DOWN`).
//!
//! # `code`
//!
//! For source code. Words as everywhere: `low_line` is two, `camelCase` one, operators none. All is content but
//! the licence: from the beginning on, the lines that hold words of licences. What
//! remains on both sides behind the last match counts as substituted, or shared headers would match.
//!
//! Recall by [`Dedup`](crate::dedup::Dedup), 400 files edited among 1,500 Rust sources of 60 to 20,000 words
//! of public crates:
//!
//! | edit | `web` | `code` |
//! |---|---|---|
//! | 2 % of the names changed | 0.958 | 0.990 |
//! | 10 % of the names changed | 0.877 | 0.890 |
//! | a fifth of the paragraphs gone | 0.959 | 0.990 |
//! | comment lines gone | 0.937 | 0.985 |
//! | first half | 0.869 | 0.927 |
//! | first quarter | 0.847 | 0.906 |
//! | MIT licence put before it | 0.258 | 0.973 |
//!
//! Pairs of different files of 60 to 400 words that match, of 44,850 (variants by platform and by type, mostly):
//!
//! | | `web` | `code` |
//! |---|---|---|
//! | as they are | 462 | 40 |
//! | all with the notice of MIT | 44,780 | 48 |
//! | all with the notice of Apache-2.0 | 44,744 | 40 |
//! | all with the notice of BSD-3 | 44,753 | 47 |

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
            fragment_run: 0.0,
            min_containment: 0.4,
            max_substituted: 0.3,
            max_substituted_tokens: 10.0,
            max_substituted_tokens_short: 5.0,
            max_lead_tokens: None,
            opening_share: 2.0,
            min_overlap_run: 8.0,
            ..web
        },
        Profile::Short => Thresholds {
            fragment_run: 0.0,
            min_matched: 4.0,
            min_containment: 0.8,
            max_substituted: 0.15,
            max_substituted_numbers: Some(0),
            count_tail: true,
            both_words: 10.0,
            both_containment: 0.5,
            max_lead_tokens: None,
            opening_share: 2.0,
            min_overlap_run: 8.0,
            min_continuation: 3.0,
            ..web
        },
        Profile::Code => Thresholds {
            fragment_run: 0.0,
            min_matched: 20.0,
            min_containment: 0.5,
            max_substituted: 0.3,
            max_lead_tokens: None,
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

/// Fingerprints of the smaller document for each of which a candidate must share one: at 8 % of errors on
/// both sides one shingle of 12 letters in ten is whole, and of that a part may be cut.
pub(crate) fn fingerprints_a_hit(profile: Profile) -> usize {
    match profile {
        Profile::Web | Profile::Short | Profile::Code => 12,
        Profile::Ocr => 50,
    }
}
