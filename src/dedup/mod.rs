//! Front door 2: a corpus at hand to clusters, in one batch.
//!
//! ```
//! use nearcopy::Dedup;
//!
//! let article = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm. \
//!                By noon the harbour was closed and the last boats had been pulled up on the slip.";
//! let scrape = format!("Home News Sport\n{article}\nLoading, please wait...");
//! let report = Dedup::new().run([article, "Something else.", &scrape]);
//! assert_eq!(report.clusters().len(), 1);
//! assert_eq!(report.cluster_of(0), report.cluster_of(2));
//! ```
//!
//! # How
//!
//! The documents are taken in order of their content, longest first, so that an article comes before
//! its truncations. Each is matched with the *representatives* found so far: the index nominates
//! those that share fingerprints, alignment verifies them, and the document joins the best match or
//! founds a cluster of its own and becomes its representative. Only representatives have postings: a
//! story printed by 500 papers holds one posting a fingerprint, a cookie banner on 500 articles
//! holds 500 and is stopped. No cluster holds a document without a verified relation to its
//! representative.
//!
//! The order is total: content mass, tokens (both descending), hash of the tokens, the caller's key,
//! position. So the clusters depend neither on the number of threads nor, where keys are given, on
//! the order of input.

mod against;
#[cfg(feature = "serde")]
mod checked;
mod parallel;
mod rank;
mod report;
mod run;
mod source;
mod terms;
mod texts;
mod values;

pub use against::{Against, Earlier, LookUp, Reference};
pub use report::{Cluster, Counts, Member, Pair, Report};
pub use source::{Batch, Outcome, ReadError, Source, Unread};

use crate::compare::Comparer;
use crate::content::Template;
use crate::error::RecipeMismatch;
use crate::recipe::Profile;
use std::collections::BTreeMap;

/// One document of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Doc<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it was found (a host name, say), if known: furniture is learned per site.
    pub site: Option<&'a str>,
    /// The caller's key: decides ties between equal texts, so that the order of input does not.
    pub key: Option<&'a str>,
}

impl<'a> Doc<'a> {
    /// A document of `text` alone.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, site: None, key: None }
    }

    /// With the site on which it was found.
    #[must_use]
    pub fn site(mut self, site: Option<&'a str>) -> Self {
        self.site = site;
        self
    }

    /// With the caller's key.
    #[must_use]
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }
}

impl<'a> From<&'a str> for Doc<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text)
    }
}

impl<'a> From<&'a String> for Doc<'a> {
    fn from(text: &'a String) -> Self {
        Self::new(text)
    }
}

/// How verified matches become clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Linkage {
    /// Each member has a verified match with its representative (the default).
    #[default]
    Star,
    /// Connected components of all verified matches: two members may be linked only through others.
    Components,
}

/// Settings of a batch; see [`Dedup::builder`].
#[derive(Debug, Clone)]
pub struct Dedup {
    pub(crate) comparer: Comparer,
    pub(crate) linkage: Linkage,
    pub(crate) cap: u32,
    pub(crate) max_candidates: usize,
    pub(crate) all_pairs: bool,
    pub(crate) max_pair_members: usize,
    pub(crate) ledger: bool,
    pub(crate) memory_budget: Option<usize>,
    pub(crate) templates: BTreeMap<String, Template>,
}

impl Default for Dedup {
    fn default() -> Self {
        Self {
            comparer: Comparer::default(),
            linkage: Linkage::Star,
            cap: 16,
            max_candidates: 8,
            all_pairs: false,
            max_pair_members: 256,
            ledger: false,
            memory_budget: None,
            templates: BTreeMap::new(),
        }
    }
}

impl Dedup {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Settings to change: `Dedup::builder().all_pairs(true).run(docs)`.
    #[must_use]
    pub fn builder() -> Self {
        Self::default()
    }

    /// Everything for texts of `profile`: its [`Comparer`] and
    /// [`posting_cap`](Self::posting_cap).
    ///
    /// # Panics
    /// If a [`template`](Self::template) of another recipe was given before.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.set(Comparer::for_profile(profile));
        self.cap = crate::profile::posting_cap(profile);
        self
    }

    /// The recipe, content model, thresholds and alignment limits to compare with.
    ///
    /// # Panics
    /// If a [`template`](Self::template) of another recipe was given before.
    #[must_use]
    pub fn comparer(mut self, comparer: Comparer) -> Self {
        self.set(comparer);
        self
    }

    fn set(&mut self, comparer: Comparer) {
        let fits = |template: &Template| comparer.recipe.check(template.recipe()).is_ok();
        assert!(self.templates.values().all(fits), "set the comparer before the templates");
        self.comparer = comparer;
    }

    /// How matches become clusters (default: [`Linkage::Star`]).
    #[must_use]
    pub fn linkage(mut self, linkage: Linkage) -> Self {
        self.linkage = linkage;
        self
    }

    /// Number of clusters at which a fingerprint still nominates candidates (default 16, at least 1).
    #[must_use]
    pub fn posting_cap(mut self, cap: u32) -> Self {
        self.cap = cap.max(1);
        self
    }

    /// Candidates verified for each document, best first, in each of two steps: among earlier
    /// documents and among those matched at the same time (default 8, at least 1).
    #[must_use]
    pub fn max_candidates(mut self, most: usize) -> Self {
        self.max_candidates = most.max(1);
        self
    }

    /// Whether all pairs inside each cluster are verified and reported too (default: only those with
    /// the representative). Quadratic in the size of a cluster, up to
    /// [`max_pair_members`](Self::max_pair_members).
    #[must_use]
    pub fn all_pairs(mut self, yes: bool) -> Self {
        self.all_pairs = yes;
        self
    }

    /// Members of a cluster, in rank order, among which all pairs are verified (default 256); pairs
    /// left out are counted in [`Counts::pairs_skipped`].
    #[must_use]
    pub fn max_pair_members(mut self, most: usize) -> Self {
        self.max_pair_members = most;
        self
    }

    /// Whether the report keeps every verified pair, rejected ones too (default: no). About 150 bytes
    /// a pair; see [`max_candidates`](Self::max_candidates) for their number.
    #[must_use]
    pub fn ledger(mut self, yes: bool) -> Self {
        self.ledger = yes;
        self
    }

    /// Furniture that is known of `site` before the batch begins: with
    /// [`Template::learn`](Template::learn) from other pages, or kept from elsewhere. It weighs nothing from
    /// the first page on, and what the batch learns is added. Replaces an earlier one of the site. Set
    /// the [`profile`](Self::profile) or [`comparer`](Self::comparer) first.
    ///
    /// # Errors
    /// If the template was learned by another recipe than that of the comparer.
    pub fn template(
        mut self,
        site: impl Into<String>,
        template: Template,
    ) -> Result<Self, RecipeMismatch> {
        self.comparer.recipe.check(template.recipe())?;
        self.templates.insert(site.into(), template);
        Ok(self)
    }

    /// Bytes of fingerprints that a batch keeps until all documents have been read (default: a
    /// sixteenth of the texts, at least 16 MiB; all of them in [`run`](Self::run), which holds the
    /// texts too). The documents whose fingerprints do not fit are read a second
    /// time, and two bits for each of 8 to 16 places a fingerprint are kept instead. The answers
    /// are the same; [`Outcome::read_twice`] counts these documents.
    #[must_use]
    pub fn memory_budget(mut self, bytes: usize) -> Self {
        self.memory_budget = Some(bytes);
        self
    }

    /// A batch to which documents are added as they come and whose texts need not stay in memory.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::new(self)
    }

    /// Clusters `docs`; the report names them by their position in the input.
    ///
    /// # Panics
    /// If there are more than 4,294,967,292 documents.
    #[must_use]
    pub fn run<'a, I>(&self, docs: I) -> Report
    where
        I: IntoIterator,
        I::Item: Into<Doc<'a>>,
    {
        self.run_with_progress(docs, &|_| {})
    }

    /// As [`run`](Self::run); calls `progress` from time to time with the documents done, of twice
    /// their number (they are read once to be ranked and once to be matched). It may be called from
    /// any thread.
    #[must_use]
    pub fn run_with_progress<'a, I>(&self, docs: I, progress: &(dyn Fn(usize) + Sync)) -> Report
    where
        I: IntoIterator,
        I::Item: Into<Doc<'a>>,
    {
        let docs: Vec<Doc<'a>> = docs.into_iter().map(Into::into).collect();
        let budget = self.memory_budget.unwrap_or(usize::MAX);
        let mut batch = self.clone().memory_budget(budget).batch();
        for wave in docs.chunks(rank::WAVE) {
            batch.add(wave);
            progress(batch.len());
        }
        batch.finish_given(&docs, &|matched| progress(docs.len() + matched))
    }
}
