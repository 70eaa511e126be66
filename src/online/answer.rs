//! What is asked and what is answered.

use super::review::Reviewed;
use super::store::Store;
use crate::relation::{Confidence, Evidence, Relation};

/// A page as it was fetched, and which documents it is to be compared with.
///
/// Times are the caller's, in seconds or milliseconds (within 2^47 of 0); the library reads no clock.
///
/// ```
/// use nearcopy::online::{Page, Sites};
///
/// let now = 1_760_000_000;
/// let page = Page::new("The ferry left at dawn, the captain said.")
///     .site(Some("example.org"))
///     .time(Some(now))
///     .seen_since(Some(now - 30 * 86_400)) // not seen for 30 days counts as not seen
///     .compared_with(Sites::Others); // the site's own pages do not count
/// # let _ = page;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Page<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it was found (a host name, say), if known: furniture is learned per site.
    pub site: Option<&'a str>,
    /// When it was fetched. Documents that are valid up to an earlier time are not found.
    pub time: Option<i64>,
    /// Up to which time the document counts as seen.
    pub valid_until: Option<i64>,
    /// Only documents that were seen at this time or later; those of no time were not.
    pub seen_since: Option<i64>,
    /// The sites whose documents count.
    pub sites: Sites,
}

/// Sites whose documents count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Sites {
    /// All.
    #[default]
    All,
    /// All but the page's own. Documents of no site are others.
    Others,
    /// Only the page's own.
    Own,
}

impl<'a> Page<'a> {
    /// A page of `text` alone.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    /// With the site on which it was found. Sites are told apart by 32 bits of their hash.
    #[must_use]
    pub fn site(mut self, site: Option<&'a str>) -> Self {
        self.site = site;
        self
    }

    /// With the time at which it was fetched.
    #[must_use]
    pub fn time(mut self, time: Option<i64>) -> Self {
        self.time = time;
        self
    }

    /// With the time up to which it counts as seen.
    #[must_use]
    pub fn valid_until(mut self, time: Option<i64>) -> Self {
        self.valid_until = time;
        self
    }

    /// Compared only with documents seen at `time` or later. A document counts as seen when a copy of
    /// it was.
    #[must_use]
    pub fn seen_since(mut self, time: Option<i64>) -> Self {
        self.seen_since = time;
        self
    }

    /// Compared only with documents of these sites. What counts is the site of the document that was
    /// seen first, or of the longest one, not those of their copies.
    #[must_use]
    pub fn compared_with(mut self, sites: Sites) -> Self {
        self.sites = sites;
        self
    }
}

impl<'a> From<&'a str> for Page<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&'a String> for Page<'a> {
    fn from(text: &'a String) -> Self {
        Self::new(text)
    }
}

/// What is known of a share, 0.0..=1.0: it lies between these.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// A document of the index that the page is related to. Directions read from the page (a) to the
/// document (b).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Hit<K> {
    /// The document's key.
    pub key: K,
    /// How the page is related to it.
    pub relation: Relation,
    /// How sure a match is.
    pub confidence: Confidence,
    /// The measures; what sketches cannot tell exactly is estimated.
    pub evidence: Evidence,
    /// Whether both texts were compared, so that the measures are exact.
    pub exact: bool,
    /// Share of the page's content that is matched in the document: from what the sampled shingles
    /// cover to as far as their runs can go. A word exchanged between two sampled shingles is not
    /// seen, so the low end is no strict bound. Both ends are equal if the hit is exact.
    pub content_a_in_b: Interval,
    /// The same of the document's content in the page.
    pub content_b_in_a: Interval,
    /// The representative of the document's cluster: its longest document.
    pub representative: K,
    /// When the document was fetched, if that was told.
    pub time: Option<i64>,
    /// When the document by which its cluster is known was fetched: the first one, unless that was
    /// removed.
    pub first_seen: Option<i64>,
}

/// What it took to answer, and where a limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Effort {
    /// Fingerprints looked up.
    pub probes: u32,
    /// Of these, furniture: stop marks, and what stands in many clusters or in several of the site.
    pub furniture: u32,
    /// Documents that share a fingerprint.
    pub candidates: u32,
    /// Documents compared.
    pub verified: u32,
    /// Whether there were more candidates than are compared.
    pub capped: bool,
    /// Repeated shingles of which not every place was looked at.
    pub skipped_places: u64,
}

/// The related documents.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Answer<K> {
    /// Matches, the one of most matched content first, then documents that share a passage.
    pub hits: Vec<Hit<K>>,
    /// What it took.
    pub effort: Effort,
}

impl<K> Answer<K> {
    /// The best match.
    #[must_use]
    pub fn best(&self) -> Option<&Hit<K>> {
        self.hits.first().filter(|hit| hit.relation.is_match())
    }
}

/// What a page is to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Outcome {
    /// It carries no article that is known: it founds a cluster.
    Novel,
    /// Its article is known: it joins the cluster.
    Copy,
    /// It carries more of an article of which a part is known: it joins the cluster and is its
    /// representative from now on.
    Extends,
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Admission<K> {
    /// What it is to the index.
    pub outcome: Outcome,
    /// The document by whose match it joined a cluster; `None` if it is novel.
    pub matched: Option<Hit<K>>,
    /// The representative of its cluster, which may be itself.
    pub representative: K,
    /// Whether it took the place of a document of its key
    /// ([`OnlineIndex::update`](super::OnlineIndex::update)).
    pub replaced: bool,
    /// If it is the representative from now on: the members of its cluster that were compared with it
    /// (the eight oldest, beside those that it matches), and how many were not. Those that do not
    /// match it left. [`OnlineIndex::review`](super::OnlineIndex::review) compares all.
    pub reviewed: Reviewed,
    /// What it took.
    pub effort: Effort,
}

impl<K> Admission<K> {
    /// Whether no article of the page was known.
    #[must_use]
    pub fn is_novel(&self) -> bool {
        self.outcome == Outcome::Novel
    }
}

/// A document of the index.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry<K> {
    /// The representative of its cluster, which may be itself.
    pub representative: K,
    /// When it was fetched, if that was told.
    pub time: Option<i64>,
    /// Up to which time it counts as seen.
    pub valid_until: Option<i64>,
    /// What is kept of it.
    pub sketch: super::Sketch,
}

/// What an index holds and has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Stats {
    /// Documents.
    pub documents: u64,
    /// Documents that were removed.
    pub removed: u64,
    /// Postings; one that is in several segments counts in each.
    pub postings: u64,
    /// Fingerprints whose postings were dropped because too many documents hold them.
    pub stop_marks: u64,
    /// Segments of postings.
    pub segments: u64,
    /// Bytes of all files.
    pub disk_bytes: u64,
    /// Bytes of postings, in memory or mapped, with what is set aside for those to come: an index that was
    /// just opened for writing has room for more than it holds.
    pub posting_bytes: u64,
    /// Bytes held in memory.
    pub memory_bytes: u64,
    /// Bytes cut off at opening, which a crash had left incomplete.
    pub repaired_bytes: u64,
    /// Merges of segments since opening.
    pub merges: u64,
}

pub(super) fn stats_of(store: &Store) -> Stats {
    let s = store.stats();
    Stats {
        documents: s.documents - s.removed,
        removed: s.removed,
        postings: s.postings,
        stop_marks: s.stop_marks,
        segments: s.segments,
        disk_bytes: s.disk_bytes,
        posting_bytes: s.posting_bytes,
        memory_bytes: s.memory_bytes,
        repaired_bytes: s.repaired_bytes,
        merges: s.merges,
    }
}
