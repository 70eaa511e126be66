//! From a page to the documents it is related to.
//!
//! 1. *Probe*: its fingerprints, of a short page all its shingles, and the hash of all its words.
//! 2. *Learn*: what stands in the posting lists of six clusters is common furniture, what stands in
//!    those of three clusters of the page's own site is the site's; it loses its mass.
//! 3. *Choose*: documents by the fingerprints they share, rare ones before frequent ones.
//! 4. *Verify*: against the sketch, or the text if it is at hand. Where a match or an overlap shows, the
//!    document's own furniture is learned in the same way and the two are judged again.

use super::answer::Effort;
use super::options::Templates;
use super::record::{foreign, sixteenths};
use super::scratch::{self, Scratch};
use super::sketch::Sketch;
use super::store::{DocId, Snapshot};
use super::terms::Terms;
use super::trace;
use super::verify::{self, Link};
use crate::compare::{Comparer, Document};
use crate::content::{self, Template};
use crate::error::IndexError;
use crate::relation::Relation;

/// The text of a document, by the bytes of its key.
pub(super) type Texts<'a> = &'a dyn Fn(&[u8]) -> Option<String>;

/// What a lookup works with.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) comparer: &'a Comparer,
    /// Posting lists longer than this are stop marks.
    pub(super) cap: u32,
    pub(super) max_candidates: usize,
    pub(super) texts: Option<Texts<'a>>,
    pub(super) templates: &'a Templates,
}

impl Settings<'_> {
    /// What is known of a site beforehand.
    pub(super) fn template(&self, site: u32) -> Option<&Template> {
        self.templates.get(&site).filter(|template| !template.is_empty())
    }

    /// Makes a text of `site` ready; what is known of the site beforehand weighs nothing.
    pub(super) fn prepare(&self, text: &str, site: u32, out: &mut Document) {
        self.comparer.prepare_into(text, out);
        if let Some(template) = self.template(site) {
            let (tokens, shingles, mass) = out.parts_mut();
            template.apply(tokens, shingles, mass);
        }
    }

    /// Makes a page of `site` ready; see [`scratch::read_text`].
    pub(super) fn read(&self, text: &str, site: u32, scratch: &mut Scratch) {
        scratch::read_text(self.comparer, self.template(site), text, scratch);
    }

    /// Makes a sketch ready, whose recipe was checked; see [`scratch::read_sketch`].
    pub(super) fn read_sketch(
        &self,
        sketch: &Sketch,
        scratch: &mut Scratch,
    ) -> Result<(), IndexError> {
        scratch::read_sketch(self.comparer, sketch, scratch).map_err(|e| foreign(&e))
    }

    /// How much of a page is prose, before it is probed, in sixteenths of a word.
    pub(super) fn prose_of_page(&self, scratch: &Scratch) -> u32 {
        if scratch.has_text { sixteenths(scratch.document.prose_mass()) } else { scratch.prose }
    }

    /// Probes, and learns what of the page is furniture.
    pub(super) fn probe(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<(), IndexError> {
        self.fetch(snapshot, scratch)?;
        self.learn(snapshot, terms.site, scratch)?;
        effort.probes += scratch.probes.len() as u32;
        effort.furniture += scratch.known.iter().filter(|k| **k).count() as u32;
        scratch.is_weighed = false;
        Ok(())
    }

    /// Takes the mass of the page's furniture away and makes it ready to be compared, once.
    fn weigh(&self, scratch: &mut Scratch) -> Result<(), IndexError> {
        if scratch.is_weighed {
            return Ok(());
        }
        scratch.is_weighed = true;
        if !scratch.has_text {
            scratch.unpack(self.comparer.recipe).map_err(|e| foreign(&e))?;
        }
        let Scratch { document, before, query, own, samples, probes, known, .. } = scratch;
        let learned = known.iter().any(|k| *k);
        let sorted = &probes[..known.len()];
        let is_known =
            |fingerprint: u64| known[sorted.binary_search(&fingerprint).expect("it was listed")];
        if scratch.has_text {
            if learned {
                if before.is_empty() {
                    before.extend_from_slice(document.mass());
                }
                let (tokens, shingles, mass) = document.parts_mut();
                let sampled = samples.iter().filter_map(|s| {
                    let known = is_known(s.fingerprint);
                    (known || s.tells).then_some((s.position as usize, known))
                });
                content::take_away(sampled, true, tokens, shingles, mass);
            }
            query.of_document(document, before);
        } else {
            query.of_sketch(own);
            if learned {
                let known: Vec<bool> = samples.iter().map(|s| is_known(s.fingerprint)).collect();
                trace::take_away(own, &known, &mut query.mass);
            }
        }
        Ok(())
    }

    /// The related documents from `from` on, best first. [`probe`](Self::probe) was called; where the
    /// snapshot is a later one the lists are read `again`.
    pub(super) fn links(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        from: Option<DocId>,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Vec<Link>, IndexError> {
        if from.is_some() {
            self.fetch(snapshot, scratch)?;
        }
        let candidates = self.candidates(snapshot, terms, from.unwrap_or(0), scratch, effort)?;
        let mut links: Vec<Link> = Vec::new();
        if !candidates.is_empty() {
            self.weigh(scratch)?;
        }
        let mut enough = 0;
        for (doc, weight) in candidates {
            if weight < enough {
                break;
            }
            let Some(link) = self.verify(snapshot, doc, scratch, effort)? else { continue };
            let whole = link.relation.is_match()
                && link.evidence.content_a_in_b() >= self.comparer.thresholds.whole;
            let same = link.relation == Relation::Identical;
            links.push(link);
            if same {
                break;
            }
            if whole && enough == 0 {
                // it stands nearly whole in that one: no much better match exists
                enough = weight / 2;
            }
        }
        verify::sort(&mut links);
        Ok(links)
    }
}
