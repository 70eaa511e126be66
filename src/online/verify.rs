//! How a page is related to a document of the index.

use super::answer::Effort;
use super::cluster::head_of;
use super::furniture::take_known_away;
use super::lookup::Settings;
use super::record::{Stored, damaged, stored};
use super::scratch::Scratch;
use super::store::{DocId, Snapshot};
use super::trace::{self, Judgement};
use crate::error::IndexError;
use crate::relation::{Evidence, Relation};
use std::cmp::Reverse;

/// A related document.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) doc: DocId,
    pub(super) relation: Relation,
    pub(super) evidence: Evidence,
    pub(super) exact: bool,
    /// Shares of content: a in b and b in a, least and most.
    pub(super) bounds: [(f64, f64); 2],
}

impl Link {
    /// Best first: matches, then most matched content, then the oldest.
    fn key(&self) -> (bool, Reverse<u64>, DocId) {
        let matched = self.evidence.matched_a.min(self.evidence.matched_b);
        (!self.relation.is_match(), Reverse((matched * 1000.0) as u64), self.doc)
    }
}

/// Puts links in order, best first.
pub(super) fn sort(links: &mut [Link]) {
    links.sort_by_key(Link::key);
}

impl Settings<'_> {
    /// How the page is related to a document; `None` if it was removed, or where there is nothing worth
    /// telling.
    pub(super) fn verify(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Option<Link>, IndexError> {
        let Some(head) = head_of(snapshot, doc)? else { return Ok(None) };
        let Some(parts) = snapshot.read(doc, &mut scratch.buffer)? else { return Ok(None) };
        let Stored { key, body, .. } = stored(doc, &scratch.buffer, &parts)?;
        let Scratch { document, query, own, other, other_mass, other_document, .. } = scratch;
        let other = if !scratch.has_text && scratch.body == body {
            &*own
        } else {
            other.read(self.comparer.recipe, body).map_err(|e| damaged(doc, &e))?;
            &*other
        };
        effort.verified += 1;
        let text = if scratch.has_text { self.texts.and_then(|texts| texts(key)) } else { None };
        if let Some(text) = text {
            self.prepare(&text, head.site, other_document);
            let (found, skipped) = self.comparer.verify(document, other_document, false);
            effort.skipped_places += skipped;
            let Some((mut relation, mut evidence)) = found else { return Ok(None) };
            let known = self.furniture_of(snapshot, other, &head)?;
            if relation != Relation::Identical && known.iter().any(|k| *k) {
                take_known_away(other, &known, other_document);
                let (found, _) = self.comparer.verify(document, other_document, false);
                let Some(again) = found else { return Ok(None) };
                (relation, evidence) = again;
            }
            let bounds = [evidence.content_a_in_b(), evidence.content_b_in_a()].map(|x| (x, x));
            return Ok(Some(Link { doc, relation, evidence, exact: true, bounds }));
        }
        let (traces, skipped) = trace::trace(query, other, self.comparer.limits.occurrences);
        effort.skipped_places += skipped;
        other_mass.clone_from(&other.mass);
        trace::take_learned(query, &traces, other_mass);
        let Judgement { mut relation, mut evidence } =
            trace::judge(self.comparer, query, other, other_mass, &traces);
        if !worth_telling(relation) {
            return Ok(None);
        }
        if relation != Relation::Identical {
            let known = self.furniture_of(snapshot, other, &head)?;
            if known.iter().any(|k| *k) {
                trace::take_away(other, &known, other_mass);
                Judgement { relation, evidence } =
                    trace::judge(self.comparer, query, other, other_mass, &traces);
                if !worth_telling(relation) {
                    return Ok(None);
                }
            }
        }
        let bounds = if relation == Relation::Identical {
            [evidence.content_a_in_b(), evidence.content_b_in_a()].map(|x| (x, x))
        } else {
            trace::bounds(self.comparer, query, other_mass, &traces)
        };
        Ok(Some(Link { doc, relation, evidence, exact: false, bounds }))
    }

    /// How a document of the index is related to another one.
    pub(super) fn relate(
        &self,
        snapshot: &Snapshot,
        a: DocId,
        b: DocId,
        effort: &mut Effort,
    ) -> Result<Option<Link>, IndexError> {
        let mut scratch = Scratch::default();
        let Some(head) = head_of(snapshot, a)? else { return Ok(None) };
        let Some(parts) = snapshot.read(a, &mut scratch.buffer)? else { return Ok(None) };
        let Stored { key, body, .. } = stored(a, &scratch.buffer, &parts)?;
        scratch.own.read(self.comparer.recipe, body).map_err(|e| damaged(a, &e))?;
        let known = self.furniture_of(snapshot, &scratch.own, &head)?;
        let learned = known.iter().any(|k| *k);
        if let Some(text) = self.texts.and_then(|texts| texts(key)) {
            scratch.has_text = true;
            self.prepare(&text, head.site, &mut scratch.document);
            if learned {
                take_known_away(&scratch.own, &known, &mut scratch.document);
            }
            scratch.query.of_document(&scratch.document, &[]);
        } else {
            scratch.query.of_sketch(&scratch.own);
            if learned {
                trace::take_away(&scratch.own, &known, &mut scratch.query.mass);
            }
        }
        self.verify(snapshot, b, &mut scratch, effort)
    }
}

fn worth_telling(relation: Relation) -> bool {
    relation.is_match() || relation == Relation::Overlaps
}

/// Whether the page holds the article of a document and clearly more.
pub(super) fn carries(link: &Link) -> bool {
    matches!(link.relation, Relation::TruncationOf | Relation::Contains)
}
