//! The posting lists of a page: those it reads, and those it will stand in.

use super::cluster::root_of;
use super::lookup::Settings;
use super::scratch::Scratch;
use super::store::{DocId, List, Snapshot};
use crate::error::IndexError;

impl Settings<'_> {
    /// Reads the posting lists of the probes.
    pub(super) fn fetch(
        &self,
        snapshot: &Snapshot,
        scratch: &mut Scratch,
    ) -> Result<(), IndexError> {
        let Scratch { probes, listed, ends, .. } = scratch;
        listed.clear();
        ends.clear();
        snapshot.postings(probes, &mut |_, list| {
            let stopped = match list {
                List::Docs(docs) => {
                    listed.extend_from_slice(docs);
                    false
                }
                List::Stopped => true,
            };
            ends.push((listed.len() as u32, stopped));
        })
    }

    /// The fingerprints under which the page is posted if it is novel: those of its content that are
    /// not furniture, and the hash of all its words.
    pub(super) fn page_postings(&self, scratch: &Scratch) -> Vec<u64> {
        let Scratch { probes, known, indexed, .. } = scratch;
        let sorted = &probes[..known.len()];
        let is_known = |f: &u64| sorted.binary_search(f).is_ok_and(|at| known[at]);
        let mut out: Vec<u64> = indexed.iter().copied().filter(|f| !is_known(f)).collect();
        out.extend(&probes[known.len()..]);
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Of what would be posted of a page that joins the cluster of `root` that which no document of the
    /// cluster holds.
    pub(super) fn new_postings(
        &self,
        snapshot: &Snapshot,
        root: DocId,
        scratch: &Scratch,
    ) -> Result<Vec<u64>, IndexError> {
        let Scratch { probes, known, listed, ends, .. } = scratch;
        let sorted = &probes[..known.len()];
        let mut out = Vec::new();
        for fingerprint in self.page_postings(scratch) {
            // the hash of all words is new: nothing in the index is identical
            if let Ok(at) = sorted.binary_search(&fingerprint) {
                let start = at.checked_sub(1).map_or(0, |before| ends[before].0 as usize);
                let mut held = false;
                for &doc in &listed[start..ends[at].0 as usize] {
                    held |= root_of(snapshot, doc)?.is_some_and(|r| r.0 == root);
                }
                if held {
                    continue;
                }
            }
            out.push(fingerprint);
        }
        Ok(out)
    }
}
