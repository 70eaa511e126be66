//! A new batch against documents that were there before.

use super::parallel::parallel_map;
use super::run::has_hits;
use super::source::{Source, Unread};
use super::texts::{Fetched, Given, Texts};
use super::{Dedup, Doc};
use crate::compare::Document;
use crate::index::{Postings, Scratch};
use crate::profile;
use crate::relation::{Evidence, Relation};
use crate::shingle;
use std::collections::HashMap;
use std::fmt;

/// The earlier document that a new one repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Earlier {
    /// Position of the earlier document among the earlier ones.
    pub doc: usize,
    /// How the new document (a) is related to the earlier one (b).
    pub relation: Relation,
    /// The measures, with the new document as a and the earlier one as b.
    pub evidence: Evidence,
}

/// Which new documents repeat earlier ones.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Against {
    /// For each new document the earlier one with which it shares the most content, if it matches any.
    pub found: Vec<Option<Earlier>>,
    /// Candidate pairs that were aligned.
    pub verified: u64,
    /// New documents for which more candidates were nominated than are verified.
    pub candidates_capped: u64,
    /// Fingerprints that stand in so many earlier documents that they nominate none.
    pub fingerprints_stopped: u64,
}

/// How many more earlier documents than representatives may hold a fingerprint: the earlier ones are
/// taken as they are, with the copies that may be among them.
const COPIES: u32 = 16;

/// Documents prepared in one parallel step.
const CHUNK: usize = 2048;

impl Dedup {
    /// Looks up each of `new` among `earlier`, without clustering either: for new batches beside what was
    /// kept of older ones, which stays as it is. Run the batch itself on what is left.
    ///
    /// Candidates are those of [`run`](Self::run), except that a fingerprint is stopped at 16 times the
    /// [`posting_cap`](Self::posting_cap), since earlier documents may repeat each other; equal ones
    /// count once. Furniture is not learned beyond the
    /// [templates](Self::template) given. The answer for a document depends neither on the other new
    /// ones nor on the number of threads.
    ///
    /// ```
    /// use nearcopy::Dedup;
    ///
    /// let kept = ["The ferry left at dawn, the captain said, and nobody on the quay thought of the \
    ///              storm. By noon the harbour was closed and the boats were on the slip."];
    /// let new = ["Home News Sport\nThe ferry left at dawn, the captain said, and nobody on the quay \
    ///             thought of the storm.\nLoading, please wait...", "Something else altogether."];
    /// let answer = Dedup::new().against(kept, new);
    /// assert_eq!(answer.found[0].map(|earlier| earlier.doc), Some(0));
    /// assert_eq!(answer.found[1], None);
    /// ```
    ///
    /// # Panics
    /// If there are more than 4,294,967,292 earlier documents.
    #[must_use]
    pub fn against<'a, 'b, E, N>(&self, earlier: E, new: N) -> Against
    where
        E: IntoIterator,
        E::Item: Into<Doc<'a>>,
        N: IntoIterator,
        N::Item: Into<Doc<'b>>,
    {
        self.against_with_progress(earlier, new, &|_| {})
    }

    /// As [`against`](Self::against); calls `progress` from time to time with the documents done, of
    /// the earlier and the new ones together. It may be called from any thread.
    ///
    /// # Panics
    /// If there are more than 4,294,967,292 earlier documents.
    #[must_use]
    pub fn against_with_progress<'a, 'b, E, N>(
        &self,
        earlier: E,
        new: N,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Against
    where
        E: IntoIterator,
        E::Item: Into<Doc<'a>>,
        N: IntoIterator,
        N::Item: Into<Doc<'b>>,
    {
        let earlier: Vec<Doc<'a>> = earlier.into_iter().map(Into::into).collect();
        let new: Vec<Doc<'b>> = new.into_iter().map(Into::into).collect();
        let mut reference = self.reference();
        for chunk in earlier.chunks(CHUNK) {
            reference.add(chunk);
            progress(reference.len());
        }
        let mut out = reference.answer();
        for chunk in new.chunks(CHUNK) {
            reference.look_up_into(chunk, &Given(&earlier), &mut out);
            progress(earlier.len() + out.found.len());
        }
        out
    }

    /// No documents yet, to be added one after the other and looked up as with
    /// [`against`](Self::against).
    #[must_use]
    pub fn reference(&self) -> Reference {
        Reference {
            settings: self.clone(),
            postings: Postings::new(self.cap.saturating_mul(COPIES)),
            distinct: Vec::new(),
            hashes: Vec::new(),
            first: HashMap::new(),
            sites: HashMap::new(),
        }
    }

    /// A document made ready; what is known of its site weighs nothing.
    fn prepare(&self, text: &str, site: Option<&str>) -> Document {
        match site.and_then(|site| self.templates.get(site)) {
            Some(known) => self.comparer.prepare_with(text, known).expect("one recipe"),
            None => self.comparer.prepare(text),
        }
    }
}

/// Documents against which new ones are looked up; the texts of neither need stay in memory.
///
/// ```
/// use nearcopy::Dedup;
/// use nearcopy::dedup::Doc;
///
/// let kept = ["The ferry left at dawn, the captain said, and nobody thought of the storm by then."];
/// let mut reference = Dedup::new().reference();
/// reference.add(&kept.map(Doc::new));
/// let read = |doc: usize| Ok::<_, std::io::Error>(kept[doc].to_owned());
/// let answer = reference.look_up(&[Doc::new(kept[0]), Doc::new("Something else.")], &read);
/// assert!(answer.unread.is_empty());
/// assert_eq!(answer.against.found[0].map(|earlier| earlier.doc), Some(0));
/// assert_eq!(answer.against.found[1], None);
/// ```
///
/// Takes 21 to 43 bytes a distinct fingerprint and 30 to 50 a document.
pub struct Reference {
    settings: Dedup,
    postings: Postings,
    /// Number of distinct fingerprints of each document.
    distinct: Vec<u32>,
    /// Token hash of each document.
    hashes: Vec<u64>,
    /// First document of each token hash.
    first: HashMap<u64, u32>,
    /// Sites of documents of whose site a template is known.
    sites: HashMap<u32, Box<str>>,
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference").field("documents", &self.len()).finish_non_exhaustive()
    }
}

/// What a [`Reference`] answered, and what could not be read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LookUp<E> {
    /// The answers, in the order of the new documents.
    pub against: Against,
    /// Earlier documents that could not be read again, by position; they match nothing.
    pub unread: Vec<Unread<E>>,
}

#[derive(Default)]
struct Answer {
    best: Option<Earlier>,
    verified: u64,
    capped: bool,
}

impl Reference {
    /// Number of documents added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.distinct.len()
    }

    /// Whether no document was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.distinct.is_empty()
    }

    /// See [`Against::fingerprints_stopped`].
    #[must_use]
    pub fn fingerprints_stopped(&self) -> u64 {
        self.postings.counts().stopped
    }

    /// Adds documents: many at a time are read on all cores.
    ///
    /// # Panics
    /// If there are more than 4,294,967,292 documents.
    pub fn add(&mut self, docs: &[Doc<'_>]) {
        let most = u32::MAX as usize - 2;
        assert!(self.len() + docs.len() < most, "at most {} earlier", u32::MAX - 3);
        for docs in docs.chunks(CHUNK) {
            let prepared = parallel_map(docs, |doc| {
                let document = self.settings.prepare(doc.text, doc.site);
                let words = !document.tokens().is_empty();
                (words, document.content_hash(), self.fingerprints(&document))
            });
            for (doc, (words, hash, fingerprints)) in docs.iter().zip(prepared) {
                let at = self.distinct.len() as u32;
                self.distinct.push(fingerprints.len() as u32);
                self.hashes.push(hash);
                if let Some(site) = doc.site.filter(|&s| self.settings.templates.contains_key(s)) {
                    self.sites.insert(at, site.into());
                }
                if !words || self.first.contains_key(&hash) {
                    continue;
                }
                self.first.insert(hash, at);
                for fingerprint in fingerprints {
                    self.postings.insert(fingerprint, at);
                }
            }
        }
    }

    /// Looks new documents up, many at a time on all cores. `earlier` gives the texts of the documents
    /// that were added, by position; only those of candidates are asked for.
    #[must_use]
    pub fn look_up<S: Source>(&self, new: &[Doc<'_>], earlier: &S) -> LookUp<S::Error> {
        let texts = Fetched::new(earlier);
        let mut against = self.answer();
        for chunk in new.chunks(CHUNK) {
            self.look_up_into(chunk, &texts, &mut against);
        }
        LookUp { against, unread: texts.into_unread() }
    }

    fn answer(&self) -> Against {
        Against { fingerprints_stopped: self.fingerprints_stopped(), ..Against::default() }
    }

    fn look_up_into(&self, new: &[Doc<'_>], texts: &dyn Texts, out: &mut Against) {
        for answer in parallel_map(new, |doc| self.look_up_one(doc, texts)) {
            out.verified += answer.verified;
            out.candidates_capped += u64::from(answer.capped);
            out.found.push(answer.best);
        }
    }

    fn fingerprints(&self, document: &Document) -> Vec<u64> {
        shingle::distinct_fingerprints(self.settings.comparer.recipe, document.shingles())
    }

    fn look_up_one(&self, doc: &Doc<'_>, texts: &dyn Texts) -> Answer {
        let comparer = &self.settings.comparer;
        let document = self.settings.prepare(doc.text, doc.site);
        let mut out = Answer::default();
        if document.tokens().is_empty() {
            return out;
        }
        // the same words first: a better match does not exist
        if let Some(&same) = self.first.get(&document.content_hash()) {
            self.verify(&document, same, texts, &mut out);
            if out.best.is_some_and(|best| best.relation == Relation::Identical) {
                return out;
            }
        }
        let profile = comparer.recipe.profile();
        let own = self.fingerprints(&document);
        let mut probes = own.clone();
        if document.shingles().len() <= profile::probe_all(profile) {
            probes = document.shingles().hashes().to_vec();
            probes.sort_unstable();
            probes.dedup();
        }
        let a_hit = profile::fingerprints_a_hit(profile);
        let candidates = self.postings.candidates(&probes, usize::MAX, &mut Scratch::default());
        let enough = candidates
            .into_iter()
            .filter(|c| has_hits(c.hits, own.len() as u32, self.distinct[c.doc as usize], a_hit));
        for (nth, candidate) in enough.enumerate() {
            if nth == self.settings.max_candidates {
                out.capped = true;
                break;
            }
            self.verify(&document, candidate.doc, texts, &mut out);
        }
        out
    }

    /// Keeps the match if it is the best so far: the one with the most matched content, then the
    /// earliest.
    fn verify(&self, document: &Document, earlier: u32, texts: &dyn Texts, out: &mut Answer) {
        let comparer = &self.settings.comparer;
        let doc = earlier as usize;
        let site = self.sites.get(&earlier).map(|site| &**site);
        let mut other = Document::default();
        if !texts.read(doc, &mut |text| other = self.settings.prepare(text, site)) {
            return;
        }
        if texts.may_change() && other.content_hash() != self.hashes[doc] {
            texts.changed(doc);
            return;
        }
        out.verified += 1;
        let (found, _) = comparer.verify(document, &other, false);
        let Some((relation, evidence)) = found.filter(|(relation, _)| relation.is_match()) else {
            return;
        };
        let key = |doc: usize, e: &Evidence| {
            ((e.matched_a.min(e.matched_b) * 1000.0) as u64, std::cmp::Reverse(doc))
        };
        if out.best.is_none_or(|best| key(doc, &evidence) > key(best.doc, &best.evidence)) {
            out.best = Some(Earlier { doc, relation, evidence });
        }
    }
}
