//! What the posting lists of the moment show to be furniture.

use super::cluster::{head_of, root_of};
use super::head::Head;
use super::lookup::Settings;
use super::scratch::Scratch;
use super::sketch::Unpacked;
use super::store::{DocId, List, Snapshot};
use crate::compare::Document;
use crate::content::{self, Template};
use crate::error::IndexError;
use crate::profile;

/// Clusters by which a common document is found at most: their number alone decides beyond it.
pub(super) const MANY: usize = Template::MIN_ARTICLES_ANYWHERE;

const SITES: usize = Template::MIN_ARTICLES;

impl Settings<'_> {
    /// Sets which probes are furniture of a page of `site`.
    pub(super) fn learn(
        &self,
        snapshot: &Snapshot,
        site: u32,
        scratch: &mut Scratch,
    ) -> Result<(), IndexError> {
        let Scratch { known, listed, ends, .. } = scratch;
        known.clear();
        let shingles = scratch.shingle_probes;
        if !profile::learns(self.comparer.recipe.profile()) {
            known.resize(shingles, false);
            return Ok(());
        }
        let mut start = 0;
        for &(end, stopped) in &ends[..shingles] {
            let docs = &listed[start as usize..end as usize];
            start = end;
            known.push(self.is_furniture(snapshot, site, docs, stopped)?);
        }
        Ok(())
    }

    /// Whether what `docs` hold is furniture on a page of `site`.
    pub(super) fn is_furniture(
        &self,
        snapshot: &Snapshot,
        site: u32,
        docs: &[DocId],
        stopped: bool,
    ) -> Result<bool, IndexError> {
        if stopped {
            return Ok(self.cap as usize + 1 >= MANY);
        }
        if docs.len() < SITES || docs.len() < MANY && site == 0 {
            return Ok(false);
        }
        let mut clusters: Vec<(DocId, bool)> = Vec::with_capacity(docs.len());
        for &doc in docs {
            let Some(head) = head_of(snapshot, doc)? else { continue };
            let Some((root, _)) = root_of(snapshot, doc)? else { continue };
            let own = site != 0 && head.site == site;
            match clusters.iter_mut().find(|c| c.0 == root) {
                Some(cluster) => cluster.1 |= own,
                None => clusters.push((root, own)),
            }
        }
        Ok(clusters.len() >= MANY || clusters.iter().filter(|c| c.1).count() >= SITES)
    }

    /// Which of a document's indexed shingles are furniture, in order.
    pub(super) fn furniture_of(
        &self,
        snapshot: &Snapshot,
        sketch: &Unpacked,
        head: &Head,
    ) -> Result<Vec<bool>, IndexError> {
        let mut out = Vec::new();
        if !profile::learns(self.comparer.recipe.profile()) {
            return Ok(out);
        }
        let probes: Vec<u64> = sketch.indexed().collect();
        let mut lists: Vec<(Vec<DocId>, bool)> = Vec::with_capacity(probes.len());
        snapshot.postings(&probes, &mut |_, list| {
            lists.push(match list {
                List::Docs(docs) if docs.len() >= SITES => (docs.to_vec(), false),
                List::Docs(_) => (Vec::new(), false),
                List::Stopped => (Vec::new(), true),
            });
        })?;
        for (docs, stopped) in lists {
            out.push(self.is_furniture(snapshot, head.site, &docs, stopped)?);
        }
        Ok(out)
    }
}

/// Takes the mass of furniture away from the text of a sketch; `known` says of each indexed shingle, in
/// order, whether it is furniture.
pub(super) fn take_known_away(sketch: &Unpacked, known: &[bool], document: &mut Document) {
    let (tokens, shingles, mass) = document.parts_mut();
    let indexed = sketch.sampled.iter().filter(|s| s.indexed);
    let sampled = indexed.zip(known).map(|(s, &known)| (s.position as usize, known));
    // a text that is not the one that was admitted may be shorter
    let sampled = sampled.filter(|&(at, _)| at < shingles.len());
    content::take_away(sampled, true, tokens, shingles, mass);
}
