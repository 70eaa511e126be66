//! Who belongs to which cluster, kept in memory.

use super::cluster::root_of;
use super::store::{DocId, Snapshot};
use crate::error::IndexError;
use std::collections::HashMap;

/// The documents of each cluster but the one that it is known by, ascending. Heads point from members
/// to their cluster only; the way back is collected from all heads when it is first asked for, and kept
/// up to date from then on.
#[derive(Debug, Default)]
pub(super) struct Members {
    of: Option<HashMap<DocId, Vec<DocId>>>,
    held: usize,
}

impl Members {
    /// The documents of the cluster known by `root` but that one. `snapshot` shows what the last writer
    /// left.
    pub(super) fn of(
        &mut self,
        snapshot: &Snapshot,
        root: DocId,
    ) -> Result<Vec<DocId>, IndexError> {
        if self.of.is_none() {
            let mut of: HashMap<DocId, Vec<DocId>> = HashMap::new();
            let mut next = snapshot.next_live(0);
            self.held = 0;
            while let Some(at) = next {
                if let Some((root, _)) = root_of(snapshot, at)?
                    && root != at
                {
                    of.entry(root).or_default().push(at);
                    self.held += 1;
                }
                next = snapshot.next_live(at + 1);
            }
            self.of = Some(of);
        }
        Ok(self.of.as_ref().and_then(|of| of.get(&root)).cloned().unwrap_or_default())
    }

    /// `doc` and the clusters `others` became part of that of `root`.
    pub(super) fn join(&mut self, root: DocId, doc: DocId, others: &[DocId]) {
        let Some(of) = &mut self.of else { return };
        let mut new = vec![doc];
        for other in others {
            new.push(*other);
            new.extend(of.remove(other).unwrap_or_default());
        }
        self.held += 1 + others.len();
        let all = of.entry(root).or_default();
        all.extend(new);
        all.sort_unstable();
    }

    /// `doc` is no longer in the cluster of `root`, by which that is not known.
    pub(super) fn leave(&mut self, root: DocId, doc: DocId) {
        let Some(of) = &mut self.of else { return };
        let Some(all) = of.get_mut(&root) else { return };
        if let Ok(at) = all.binary_search(&doc) {
            all.remove(at);
            self.held -= 1;
        }
        if all.is_empty() {
            of.remove(&root);
        }
    }

    /// The cluster of `root` is known by its member `new`.
    pub(super) fn rename(&mut self, root: DocId, new: DocId) {
        let Some(of) = &mut self.of else { return };
        let mut all = of.remove(&root).unwrap_or_default();
        if let Ok(at) = all.binary_search(&new) {
            all[at] = root;
            all.sort_unstable();
        }
        if !all.is_empty() {
            of.insert(new, all);
        }
    }

    /// Something else happened: collects anew when asked.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Bytes of memory held, about.
    pub(super) fn memory_bytes(&self) -> u64 {
        let clusters = self.of.as_ref().map_or(0, HashMap::capacity);
        (clusters * (size_of::<(DocId, Vec<DocId>)>() + 1) + 4 * self.held) as u64
    }
}
