//! What was appended last.

use super::store::DocId;
use std::collections::VecDeque;

/// The postings of the latest documents, so that a writer sees without probing whether the documents
/// appended since its snapshot matter to it.
#[derive(Debug, Default)]
pub(super) struct Latest {
    pub(super) docs: VecDeque<(DocId, Vec<u64>)>,
    /// All documents with postings from this one on are in `docs`.
    pub(super) from: DocId,
}

const LATEST: usize = 256;

impl Latest {
    pub(super) fn push(&mut self, doc: DocId, posted: Vec<u64>) {
        if self.docs.len() == LATEST
            && let Some((gone, _)) = self.docs.pop_front()
        {
            self.from = gone + 1;
        }
        self.docs.push_back((doc, posted));
    }

    /// Whether a document from `from` on may hold one of `probes`, of which all but the last are sorted.
    pub(super) fn may_hold(&self, from: DocId, probes: &[u64]) -> bool {
        if from < self.from {
            return true;
        }
        let since = self.docs.partition_point(|d| d.0 < from);
        let (sorted, last) = probes.split_at(probes.len().saturating_sub(1));
        self.docs.range(since..).any(|(_, posted)| {
            posted.iter().any(|f| sorted.binary_search(f).is_ok() || last.contains(f))
        })
    }
}
