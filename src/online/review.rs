//! Judging again what was judged when less was known.

use super::answer::Effort;
use super::choice::Choice;
use super::cluster::{self, head_of, post_anew, root_of};
use super::head::Head;
use super::index::OnlineIndex;
use super::key::Key;
use super::lookup::Settings;
use super::scratch::Scratch;
use super::store::{DocId, Group, Snapshot};
use super::turn::Turn;
use super::verify::Link;
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
    /// Members that were not compared; none after [`OnlineIndex::review`].
    pub rest: u64,
}

/// Members of a cluster that a page is compared with when it becomes their representative.
const AT_ONCE: u64 = 8;

impl Settings<'_> {
    /// Compares the oldest members of the cluster that a page extends with it; says who leaves.
    pub(super) fn review(
        &self,
        snapshot: &Snapshot,
        choice: &Choice,
        links: &[Link],
        members: &[DocId],
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<(Reviewed, Vec<DocId>), IndexError> {
        let mut out = Reviewed::default();
        let mut leaving = Vec::new();
        let root = choice.place.root;
        for &member in members.iter().chain([&root]) {
            let Some(head) = head_of(snapshot, member)? else { continue };
            if links.iter().any(|link| link.doc == member && link.relation.is_match()) {
                continue;
            }
            // who others hang on is left to the review of all
            if out.members == AT_ONCE || head.has_members || member == root {
                out.rest += 1;
                continue;
            }
            out.members += 1;
            let found = self.verify(snapshot, member, scratch, effort)?;
            if found.is_none_or(|link| !link.relation.is_match()) {
                leaving.push(member);
            }
        }
        out.left = leaving.len() as u64;
        Ok((out, leaving))
    }
}

impl<K: Key> OnlineIndex<K> {
    /// Compares each member of a cluster with its representative again, by what has been learned
    /// since, and takes out those that match it no longer.
    ///
    /// A page that becomes the representative of a cluster was compared with eight of its members at
    /// most when it came ([`Admission::reviewed`](super::Admission::reviewed)); the others are compared
    /// here.
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
        let mut turn = Turn::new(&self.shared);
        let snapshot = turn.snapshot();
        let Some(head) = head_of(&snapshot, doc)? else { return Ok(false) };
        let Some((root, root_head)) = root_of(&snapshot, doc)? else { return Ok(false) };
        if head.cluster != cluster || root_head.representative != representative {
            return Ok(false);
        }
        let mut group = Group::default();
        let alone = Head { cluster: doc, representative: doc, ..head };
        let mut alone = post_anew(&snapshot, self.comparer().recipe, doc, alone, &mut group)?;
        let heads = if cluster == doc {
            // the cluster was known by this one: from now on by its representative
            alone.has_members = false;
            cluster::rename(&mut turn, doc, representative)?
        } else {
            Vec::new()
        };
        // the one that the others will point to first
        group.heads = heads.into_iter().map(|(at, head)| (at, head.to_bytes())).collect();
        group.heads.push((doc, alone.to_bytes()));
        turn.apply(group)?;
        let members = &mut turn.written.members;
        if cluster == doc {
            members.rename(doc, representative);
            members.leave(representative, doc);
        } else if head.has_members {
            // clusters that were joined to this document's follow it
            members.forget();
        } else {
            members.leave(root, doc);
        }
        Ok(true)
    }
}
