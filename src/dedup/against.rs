//! A new batch against documents that were there before.

use super::parallel::parallel_map;
use super::run::has_hits;
use super::{Dedup, Doc};
use crate::compare::Document;
use crate::index::{Postings, Scratch};
use crate::profile;
use crate::relation::{Evidence, Relation};
use crate::shingle;
use std::collections::HashMap;

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
        assert!(earlier.len() < u32::MAX as usize - 2, "at most {} earlier", u32::MAX - 3);
        let index = Index::new(self, &earlier, progress);
        let mut out =
            Against { fingerprints_stopped: index.postings.counts().stopped, ..Against::default() };
        for chunk in new.chunks(CHUNK) {
            for answer in parallel_map(chunk, |doc| index.look_up(doc)) {
                out.verified += answer.verified;
                out.candidates_capped += u64::from(answer.capped);
                out.found.push(answer.best);
            }
            progress(earlier.len() + out.found.len());
        }
        out
    }
}

impl Dedup {
    /// A document made ready; what is known of its site weighs nothing.
    fn prepare(&self, doc: &Doc<'_>) -> Document {
        match doc.site.and_then(|site| self.templates.get(site)) {
            Some(known) => self.comparer.prepare_with(doc.text, known).expect("one recipe"),
            None => self.comparer.prepare(doc.text),
        }
    }
}

/// The earlier documents by fingerprint.
struct Index<'s, 'a> {
    settings: &'s Dedup,
    docs: &'s [Doc<'a>],
    postings: Postings,
    /// Number of distinct fingerprints of each.
    distinct: Vec<u32>,
    /// First document of each token hash.
    first: HashMap<u64, u32>,
}

#[derive(Default)]
struct Answer {
    best: Option<Earlier>,
    verified: u64,
    capped: bool,
}

impl<'s, 'a> Index<'s, 'a> {
    fn new(settings: &'s Dedup, docs: &'s [Doc<'a>], progress: &(dyn Fn(usize) + Sync)) -> Self {
        let postings = Postings::new(settings.cap.saturating_mul(COPIES));
        let mut out =
            Self { settings, docs, postings, distinct: Vec::new(), first: HashMap::new() };
        for chunk in docs.chunks(CHUNK) {
            let prepared = parallel_map(chunk, |doc| {
                let document = settings.prepare(doc);
                let hash = (!document.tokens().is_empty()).then(|| document.content_hash());
                (hash, out.fingerprints(&document))
            });
            for (hash, fingerprints) in prepared {
                let at = out.distinct.len() as u32;
                out.distinct.push(fingerprints.len() as u32);
                let Some(hash) = hash else { continue };
                if out.first.contains_key(&hash) {
                    continue;
                }
                out.first.insert(hash, at);
                for fingerprint in fingerprints {
                    out.postings.insert(fingerprint, at);
                }
            }
            progress(out.distinct.len());
        }
        out
    }

    fn fingerprints(&self, document: &Document) -> Vec<u64> {
        shingle::distinct_fingerprints(self.settings.comparer.recipe, document.shingles())
    }

    fn look_up(&self, doc: &Doc<'_>) -> Answer {
        let comparer = &self.settings.comparer;
        let document = self.settings.prepare(doc);
        let mut out = Answer::default();
        if document.tokens().is_empty() {
            return out;
        }
        // the same words first: a better match does not exist
        if let Some(&same) = self.first.get(&document.content_hash()) {
            self.verify(&document, same, &mut out);
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
            self.verify(&document, candidate.doc, &mut out);
        }
        out
    }

    /// Keeps the match if it is the best so far: the one with the most matched content, then the
    /// earliest.
    fn verify(&self, document: &Document, earlier: u32, out: &mut Answer) {
        let comparer = &self.settings.comparer;
        let doc = earlier as usize;
        let other = self.settings.prepare(&self.docs[doc]);
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
