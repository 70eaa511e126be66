//! Judging again what was judged when less was known.

use super::cluster::{head_of, root_of};
use super::index::OnlineIndex;
use super::key::Key;
use super::store::DocId;
use crate::error::IndexError;

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Reviewed {
    /// Members of clusters that were compared with their representative.
    pub members: u64,
    /// Of these, those that match it no longer: each is known by itself now.
    pub left: u64,
}

impl<K: Key> OnlineIndex<K> {
    /// Compares each member of a cluster with its representative again, by what has been learned
    /// since, and takes out those that match it no longer.
    ///
    /// The furniture of a site is known only after three of its articles. Before that, two pages that
    /// share more furniture than article may have been taken for copies. Later pages are judged rightly
    /// in any case; a review puts right what was joined before. Other handles
    /// may use the index meanwhile.
    ///
    /// # Errors
    /// What the storage says.
    pub fn review(&self) -> Result<Reviewed, IndexError> {
        let mut out = Reviewed::default();
        let mut next = self.snapshot().next_live(0);
        while let Some(doc) = next {
            let snapshot = self.snapshot();
            next = snapshot.next_live(doc + 1);
            let Some(head) = head_of(&snapshot, doc)? else { continue };
            let Some((_, root)) = root_of(&snapshot, doc)? else { continue };
            let representative = root.representative;
            if representative == doc {
                continue;
            }
            out.members += 1;
            if self.still_matches(&snapshot, doc, representative)? {
                continue;
            }
            drop(snapshot);
            out.left += u64::from(self.take_out(doc, head.cluster, representative)?);
        }
        Ok(out)
    }

    /// Makes a member known by itself, unless its cluster changed meanwhile.
    fn take_out(
        &self,
        doc: DocId,
        cluster: DocId,
        representative: DocId,
    ) -> Result<bool, IndexError> {
        self.change(|writer| {
            let snapshot = writer.snapshot();
            let Some(mut head) = head_of(&snapshot, doc)? else { return Ok(false) };
            let now = root_of(&snapshot, doc)?.map(|r| r.1.representative);
            if head.cluster != cluster || now != Some(representative) {
                return Ok(false);
            }
            if !head.posted {
                let posted = self.posted_anew(&snapshot, doc)?;
                head.fingerprints = u16::try_from(posted.len()).unwrap_or(u16::MAX);
                head.posted = true;
                drop(snapshot);
                writer.post(doc, &posted)?;
            }
            if cluster == doc {
                // the cluster was known by this one: from now on by its representative
                self.rename(writer, doc, representative)?;
                head.has_members = false;
            } else {
                // clusters that were joined to this document's follow it
                head.has_members = true;
            }
            (head.cluster, head.representative) = (doc, doc);
            writer.set_head(doc, head.to_bytes())?;
            Ok(true)
        })
    }
}
