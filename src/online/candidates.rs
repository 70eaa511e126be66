//! The documents that are worth to be verified.

use super::answer::Effort;
use super::cluster::{head_of, root_of};
use super::head::Head;
use super::lookup::Settings;
use super::scratch::Scratch;
use super::store::{DocId, Snapshot};
use super::terms::Terms;
use crate::error::IndexError;
use crate::profile;
use std::cmp::Reverse;

/// What a hit weighs by the length of its posting list: rare passages tell documents apart.
const WEIGHTS: [u32; 16] = [16, 15, 13, 11, 9, 7, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1];

/// Candidates whose heads are asked for at once.
const EXPECTED: usize = 32;

const WHOLE_WEIGHT: u32 = 1 << 24;

impl Settings<'_> {
    /// The documents to verify, with their weights.
    pub(super) fn candidates(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        from: DocId,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Vec<(DocId, u32)>, IndexError> {
        let Scratch { known, listed, ends, hits, indexed, .. } = scratch;
        hits.clear();
        let mut start = 0;
        for (at, &(end, _)) in ends.iter().enumerate() {
            let docs = &listed[start as usize..end as usize];
            start = end;
            let weight = if at >= known.len() {
                WHOLE_WEIGHT
            } else {
                WEIGHTS[docs.len().clamp(1, WEIGHTS.len()) - 1]
            };
            hits.extend(docs.iter().filter(|d| **d >= from).map(|&doc| (doc, 1, weight)));
        }
        hits.sort_unstable_by_key(|h| h.0);
        hits.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
                first.2 += next.2;
            }
            same
        });
        effort.candidates += hits.len() as u32;
        for &(doc, ..) in hits.iter().take(EXPECTED) {
            snapshot.expect(doc);
        }
        hits.sort_unstable_by_key(|&(doc, _, weight)| (Reverse(weight), doc));
        let a_hit = profile::fingerprints_a_hit(self.comparer.recipe.profile());
        let mut out = Vec::new();
        for &(doc, count, weight) in &*hits {
            let Some(head) = head_of(snapshot, doc)? else { continue };
            let theirs = usize::from(head.fingerprints);
            // one of so many fingerprints tells a copied passage from common phrases
            let enough = count as usize * a_hit >= indexed.len().min(theirs);
            if !enough && weight < WHOLE_WEIGHT {
                continue;
            }
            let seen = if terms.seen_since.is_some() {
                self.last_seen(snapshot, doc, &head)?
            } else {
                None
            };
            if !terms.admits(&head, seen) {
                continue;
            }
            if out.len() == self.max_candidates {
                effort.capped = true;
                break;
            }
            out.push((doc, weight));
        }
        Ok(out)
    }

    /// When the document or a copy of it was last seen. Copies are noted at the representative.
    fn last_seen(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
        head: &Head,
    ) -> Result<Option<i64>, IndexError> {
        let Some((_, root)) = root_of(snapshot, doc)? else { return Ok(head.time) };
        let representative = head_of(snapshot, root.representative)?.and_then(|h| h.time);
        Ok(head.time.max(representative))
    }
}
