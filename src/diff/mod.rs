//! Two documents to hunks: what is shared, cut off, wrapped around, changed and moved.
//!
//! A [`Diff`] points into both originals and copies nothing of them. Its [`Hunk`]s stand in reading
//! order and cover every token of both documents exactly once: the a-sides joined are a, byte for
//! byte, and so for b.
//!
//! ```
//! let article = "The ferry left at dawn, the captain said. Nobody on the quay thought of the storm.";
//! let scrape = "The ferry left at noon, the captain said. Nobody on the quay thought of the storm.";
//! let diff = nearcopy::diff(article, scrape);
//! assert_eq!(diff.hunks().len(), 3);
//! assert_eq!(diff.hunks()[1].kind, nearcopy::diff::HunkKind::Changed);
//! assert_eq!(&article[diff.hunks()[1].a.range()], "dawn, ");
//! assert_eq!(&scrape[diff.hunks()[1].b.range()], "noon, ");
//! println!("{}\n{}", diff.headline(), diff.inline(nearcopy::diff::Style::plain()));
//! ```
//!
//! Three things to show: [`Diff::headline`] is one sentence, [`Diff::inline`] the text with its
//! changes marked and long shared passages left out, [`Diff::unified`] the changed sentences line by
//! line with byte positions, complete.
//!
//! The matched runs of [`align`](crate::align) are the frame; gaps between them are compared word
//! by word (histogram diff, after the method of JGit, by `imara-diff`). Cost: linear in the texts,
//! and in each gap at most the product of its sides, bounded over all by [`DiffOptions::steps`];
//! gaps beyond are left as they are and counted ([`Diff::unrefined_gaps`]).

mod build;
mod hunk;
mod matches;
mod render;
mod side;
mod summary;

pub use hunk::{End, Hunk, HunkKind, Side};
pub use render::{Inline, Style, Unified};
pub use side::Original;
pub use summary::{Headline, Summary};

use crate::compare::Comparer;
use side::Pieces;

/// Settings of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct DiffOptions {
    /// Tokens from which on a passage out of order counts as moved or repeated (8).
    pub min_moved: u32,
    /// Bound on word-by-word work: the products of the two sides of each gap, summed (2^28).
    pub steps: u64,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self { min_moved: 8, steps: 1 << 28 }
    }
}

/// How two documents differ, as spans of both originals.
#[derive(Debug, Clone)]
pub struct Diff<'t> {
    hunks: Vec<Hunk>,
    a: Pieces<'t>,
    b: Pieces<'t>,
    unrefined_gaps: u32,
    skipped_places: u64,
}

/// Compares two texts word by word with the default settings.
#[must_use]
pub fn diff<'t>(a: &'t str, b: &'t str) -> Diff<'t> {
    let comparer = Comparer::default();
    let (document_a, document_b) = (comparer.prepare(a), comparer.prepare(b));
    comparer.diff(
        Original::new(&document_a, a),
        Original::new(&document_b, b),
        &DiffOptions::default(),
    )
}

impl Comparer {
    /// Compares two documents, that this comparer or one with the same recipe prepared, word by
    /// word. The result borrows the texts, not the documents.
    #[must_use]
    pub fn diff<'t>(
        &self,
        a: Original<'_, 't>,
        b: Original<'_, 't>,
        options: &DiffOptions,
    ) -> Diff<'t> {
        let (sequence_a, sequence_b) = (a.document.sequence(), b.document.sequence());
        let alignment = crate::align::align(sequence_a, sequence_b, self.limits);
        let (pieces_a, pieces_b) = (Pieces::new(a), Pieces::new(b));
        let matches =
            matches::find(&alignment, sequence_a, sequence_b, [&pieces_a, &pieces_b], options);
        let hunks = build::hunks(
            &build::Weighed::new(&pieces_a, a.document.mass()),
            &build::Weighed::new(&pieces_b, b.document.mass()),
            &matches,
        );
        Diff {
            hunks,
            a: pieces_a,
            b: pieces_b,
            unrefined_gaps: matches.unrefined_gaps,
            skipped_places: alignment.skipped_places,
        }
    }
}

impl<'t> Diff<'t> {
    /// The hunks in reading order.
    #[must_use]
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// The original bytes of a hunk on one side.
    #[must_use]
    pub fn bytes(&self, hunk: &Hunk, side: Side) -> &'t [u8] {
        self.pieces(side).text().get(hunk.span(side).range()).unwrap_or_default()
    }

    /// The numbers.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// The summary as one sentence that quotes how the largest one-sided passages begin.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline::of(self)
    }

    /// The text of a with its changes marked, to read. See [`Inline`].
    #[must_use]
    pub fn inline(&self, style: Style) -> Inline<'_, 't> {
        Inline::new(self, style)
    }

    /// The changed sentences as removed and added lines, with up to `context_words` shared words
    /// around them. See [`Unified`].
    #[must_use]
    pub fn unified(&self, context_words: u32) -> Unified<'_, 't> {
        Unified::new(self, context_words)
    }

    /// Whether a limit was hit, so that a closer look might find more in common.
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        self.unrefined_gaps > 0 || self.skipped_places > 0
    }

    /// Gaps between matched runs that were too large to compare word by word.
    #[must_use]
    pub fn unrefined_gaps(&self) -> u32 {
        self.unrefined_gaps
    }

    /// Places of repeated shingles that alignment did not look at.
    #[must_use]
    pub fn skipped_places(&self) -> u64 {
        self.skipped_places
    }

    fn pieces(&self, side: Side) -> &Pieces<'t> {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}
