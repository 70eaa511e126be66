//! A corpus that is read as it comes, and need not stay in memory.

use super::rank::Ranked;
use super::run;
use super::texts::{Fetched, Given};
use super::{Dedup, Doc, Report};
use crate::content::Template;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Gives the texts of a [`Batch`] again: a file with offsets, a database, a list.
///
/// A closure `Fn(usize) -> Result<String, E>` is a source without keys.
pub trait Source: Sync {
    /// Why a text could not be had.
    type Error: Send;

    /// The text of the document that was number `doc` to be added, counted from 0. May be called from
    /// any thread, for several documents at once, and more than once for one.
    ///
    /// # Errors
    /// Whatever keeps the text from being read; the document then matches nothing.
    fn text(&self, doc: usize) -> Result<Cow<'_, str>, Self::Error>;

    /// The caller's key of the document, in the place of [`Doc::key`]: it decides ties.
    fn key(&self, doc: usize) -> Option<&str> {
        let _ = doc;
        None
    }

    /// Whether the texts cannot have changed since they were added (default: no). Texts that can are
    /// looked at again before they count.
    fn is_fixed(&self) -> bool {
        false
    }
}

impl<F, E> Source for F
where
    F: Fn(usize) -> Result<String, E> + Sync,
    E: Send,
{
    type Error = E;

    fn text(&self, doc: usize) -> Result<Cow<'_, str>, E> {
        self(doc).map(Cow::Owned)
    }
}

/// Why a document could not be read again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError<E> {
    /// The source failed.
    #[error("the text could not be read again")]
    Failed(#[source] E),
    /// The source gave another text than was added.
    #[error("the text was changed since it was added; add it again and finish the batch anew")]
    Changed,
}

/// A document that could not be read again. It stands alone, or where it was already compared, with
/// what it matched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread<E> {
    /// Position of the document.
    pub doc: usize,
    /// The first error.
    pub error: ReadError<E>,
}

/// What a batch found, and what could not be read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome<E> {
    /// The clusters.
    pub report: Report,
    /// Documents that could not be read again, by position; empty if all went well.
    pub unread: Vec<Unread<E>>,
    /// Documents whose fingerprints were over the [memory budget](Dedup::memory_budget) and were
    /// made a second time.
    pub read_twice: usize,
}

/// Documents added one after the other; their texts need not stay in memory.
///
/// ```
/// use nearcopy::dedup::{Dedup, Doc};
///
/// let texts = ["The ferry left at dawn, the captain said.", "the ferry left at dawn - the captain said"];
/// let mut batch = Dedup::new().batch();
/// for text in texts {
///     batch.add(&[Doc::new(text)]);
/// }
/// let read = |doc: usize| Ok::<_, std::io::Error>(texts[doc].to_owned());
/// let outcome = batch.finish(&read);
/// assert!(outcome.unread.is_empty());
/// assert_eq!(outcome.report.clusters().len(), 1);
/// ```
///
/// Adding a document reads it once and keeps what the matching needs: 60 bytes, and 8 for each
/// fingerprint (a news article of 500 words has about 30) or, of a document of up to 150 shingles (3,200 in
/// the profile `ocr`), for each shingle, as far as the [memory budget](Dedup::memory_budget) goes: in all
/// about 330 bytes a news article. Once all are known, 4 bytes remain of each fingerprint that another
/// document holds. [`finish`](Self::finish) asks the source for the texts of documents that have
/// candidates and no others. The report is that of [`Dedup::run`].
pub struct Batch {
    settings: Dedup,
    ranked: Ranked,
    names: HashMap<Box<str>, u32>,
    sites: Vec<u32>,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("documents", &self.len()).finish_non_exhaustive()
    }
}

/// The site of a document whose site is not known.
pub(super) const NO_SITE: u32 = u32::MAX;

impl Batch {
    pub(super) fn new(settings: &Dedup) -> Self {
        Self {
            settings: settings.clone(),
            ranked: Ranked::default(),
            names: HashMap::new(),
            sites: Vec::new(),
        }
    }

    /// Adds documents: many at a time are read on all cores. Their [`key`](Doc::key) is not kept, see
    /// [`Source::key`].
    ///
    /// # Panics
    /// If there are more than 4,294,967,292 documents.
    pub fn add(&mut self, docs: &[Doc<'_>]) {
        let all = self.len() + docs.len();
        assert!(all < u32::MAX as usize - 2, "at most {} documents in a batch", u32::MAX - 3);
        self.ranked.read(&self.settings, docs);
        for doc in docs {
            let number = doc.site.map_or(NO_SITE, |site| match self.names.get(site) {
                Some(&number) => number,
                None => {
                    let next = self.names.len() as u32;
                    self.names.insert(site.into(), next);
                    next
                }
            });
            self.sites.push(number);
        }
    }

    /// Number of documents added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether no document was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// Bytes of memory held, but for the names of sites.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        self.ranked.memory_usage() + size_of::<u32>() * self.sites.capacity()
    }

    /// Clusters the documents; the report names them by the order in which they were added.
    ///
    /// # Panics
    /// If 4,294,967,295 fingerprints or more are shared.
    #[must_use]
    pub fn finish<S: Source>(self, source: &S) -> Outcome<S::Error> {
        self.finish_with_progress(source, &|_| {})
    }

    /// As [`finish`](Self::finish); calls `progress` from time to time with the documents matched. It
    /// may be called from any thread.
    ///
    /// # Panics
    /// As [`finish`](Self::finish).
    #[must_use]
    pub fn finish_with_progress<S: Source>(
        self,
        source: &S,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Outcome<S::Error> {
        let texts = Fetched::new(source);
        let read_twice = self.ranked.unkept();
        let templates = self.templates();
        let report = run::run(&self.settings, self.ranked, self.sites, templates, &texts, progress);
        Outcome { report, unread: texts.into_unread(), read_twice }
    }

    /// Clusters documents that were all added, and are still there.
    pub(super) fn finish_given(
        self,
        docs: &[Doc<'_>],
        progress: &(dyn Fn(usize) + Sync),
    ) -> Report {
        let templates = self.templates();
        run::run(&self.settings, self.ranked, self.sites, templates, &Given(docs), progress)
    }

    /// What is known of each site beforehand.
    fn templates(&self) -> Vec<Template> {
        let nothing = Template::new(self.settings.comparer.recipe, Vec::new());
        let mut out = vec![nothing; self.names.len()];
        for (site, template) in &self.settings.templates {
            if let Some(&number) = self.names.get(site.as_str()) {
                out[number as usize] = template.clone();
            }
        }
        out
    }
}
