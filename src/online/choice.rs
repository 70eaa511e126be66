//! Which cluster a page joins.

use super::answer::Effort;
use super::cluster::{Place, head_of, root_of};
use super::lookup::Settings;
use super::scratch::Scratch;
use super::store::Snapshot;
use super::verify::{Link, carries};
use crate::error::IndexError;
use crate::relation::Relation;

/// A [`Place`] and why.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) place: Place,
    /// The match that it joins by.
    pub(super) link: Link,
    /// It is not the representative, but holds content that the representative does not.
    pub(super) adds: bool,
}

impl Settings<'_> {
    /// The cluster that a page with these links joins: that of the best match which is a
    /// representative.
    pub(super) fn choose(
        &self,
        snapshot: &Snapshot,
        prose: u32,
        links: &mut Vec<Link>,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Option<Choice>, IndexError> {
        let mut at = 0;
        while let Some(link) = links.get(at).cloned() {
            at += 1;
            if !link.relation.is_match() {
                continue;
            }
            let Some((root, head)) = root_of(snapshot, link.doc)? else { continue };
            let representative = head.representative;
            if representative != link.doc && link.relation != Relation::Identical {
                // no chains: ask the representative
                if !links.iter().any(|l| l.doc == representative) {
                    let found = self.verify(snapshot, representative, scratch, effort)?;
                    links.extend(found);
                }
                continue;
            }
            let left = link.evidence.content_a - link.evidence.matched_a;
            let more = left >= self.comparer.thresholds.min_continuation
                && link.relation != Relation::Identical;
            let theirs = head_of(snapshot, representative)?.map_or(0, |h| h.prose);
            let extends = more && (carries(&link) || prose > theirs);
            let adds = more && !extends;
            let mut joined = Vec::new();
            for other in links.iter().filter(|other| other.relation.is_match()) {
                let Some((other_root, head)) = root_of(snapshot, other.doc)? else { continue };
                if other_root == root
                    || head.representative != other.doc
                    || joined.contains(&other_root)
                {
                    continue;
                }
                // the page shows that two clusters are one, if their representatives say so, too
                let same = if extends && carries(other) {
                    true
                } else {
                    let to = if extends { link.doc } else { representative };
                    let found = self.relate(snapshot, other.doc, to, effort)?;
                    found.is_some_and(|l| l.relation.is_match() && !carries(&l))
                };
                if same {
                    joined.push(other_root);
                }
            }
            return Ok(Some(Choice { place: Place { root, extends, joined }, link, adds }));
        }
        Ok(None)
    }
}

/// Whether the cluster that was chosen on `before` is the same `now`.
pub(super) fn still_stands(
    before: &Snapshot,
    now: &Snapshot,
    choice: &Choice,
) -> Result<bool, IndexError> {
    let place = &choice.place;
    for doc in std::iter::once(&place.root).chain(&place.joined) {
        let state = |snapshot| -> Result<_, IndexError> {
            Ok(head_of(snapshot, *doc)?.map(|h| (h.cluster, h.representative)))
        };
        let found = state(now)?;
        if found.is_none_or(|(cluster, _)| cluster != *doc) || found != state(before)? {
            return Ok(false);
        }
    }
    Ok(now.is_live(choice.link.doc))
}
