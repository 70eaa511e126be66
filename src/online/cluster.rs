//! Clusters: which document a cluster is known by, who joins it, who takes over.

use super::head::Head;
use super::index::OnlineIndex;
use super::key::Key;
use super::latest::Latest;
use super::record::{self, Stored, damaged, stored, write_payload};
use super::store::{DocId, Record, Snapshot, Writer};
use super::terms::Terms;
use crate::error::IndexError;
use std::cmp::Reverse;

/// The document by which the cluster of `doc` is known.
pub(super) fn root_of(
    snapshot: &Snapshot,
    doc: DocId,
) -> Result<Option<(DocId, Head)>, IndexError> {
    let mut at = doc;
    loop {
        let Some(head) = snapshot.head(at)?.map(Head::from_bytes) else { return Ok(None) };
        // clusters that were joined point to the one they joined, which is never a circle
        if head.cluster == at {
            return Ok(Some((at, head)));
        }
        at = head.cluster;
    }
}

pub(super) fn head_of(snapshot: &Snapshot, doc: DocId) -> Result<Option<Head>, IndexError> {
    Ok(snapshot.head(doc)?.map(Head::from_bytes))
}

/// What is admitted, ready in the scratch.
pub(super) struct Incoming<'a> {
    pub(super) key: &'a [u8],
    pub(super) terms: Terms,
    pub(super) prose: u32,
}

/// The cluster that a page joins.
pub(super) struct Place {
    pub(super) root: DocId,
    /// It becomes the representative.
    pub(super) extends: bool,
    /// Clusters of which it carries the representative, too: they become one with this.
    pub(super) joined: Vec<DocId>,
}

impl<K: Key> OnlineIndex<K> {
    /// Before a document is removed: what was found by it will be found by another.
    pub(super) fn hand_over(&self, writer: &mut Writer<'_>, doc: DocId) -> Result<(), IndexError> {
        let snapshot = writer.snapshot();
        let Some(gone) = head_of(&snapshot, doc)? else { return Ok(()) };
        let Some((root, root_head)) = root_of(&snapshot, doc)? else { return Ok(()) };
        if !gone.posted || !root_head.has_members {
            return Ok(());
        }
        let mut members = members_of(&snapshot, root)?;
        members.retain(|m| m.0 != doc);
        // the longest, of equal ones the oldest
        let has_members = members.len() > 1;
        let longest = members.iter_mut().max_by_key(|(at, head)| (head.prose, Reverse(*at)));
        let Some((longest, head)) = longest else { return Ok(()) };
        let longest = *longest;
        // every step leaves clusters that are whole, so that a crash between two does no harm
        if !head.posted {
            let posted = self.posted_anew(&snapshot, longest)?;
            head.fingerprints = u16::try_from(posted.len()).unwrap_or(u16::MAX);
            head.posted = true;
            writer.post(longest, &posted)?;
        }
        let root = if doc == root { longest } else { root };
        let is_root = |at: DocId| at == root;
        if is_root(longest) {
            (head.cluster, head.representative) = (longest, longest);
            head.has_members = has_members;
        }
        // the one that the others will point to first, then the one that they point to now
        members.sort_unstable_by_key(|m| (!is_root(m.0), m.0 != longest));
        for &(at, head) in &members {
            let cluster = if head.cluster == doc { root } else { head.cluster };
            let representative = if is_root(at) { longest } else { head.representative };
            let new = Head { cluster, representative, ..head };
            if head_of(&snapshot, at)? != Some(new) {
                writer.set_head(at, new.to_bytes())?;
            }
            if is_root(at) && gone.cluster == doc {
                writer.set_head(doc, Head { cluster: root, ..gone }.to_bytes())?;
            }
        }
        Ok(())
    }

    /// Makes the cluster that is known by `root` known by its member `new`.
    pub(super) fn rename(
        &self,
        writer: &mut Writer<'_>,
        root: DocId,
        new: DocId,
    ) -> Result<(), IndexError> {
        let mut members = members_of(&writer.snapshot(), root)?;
        members.sort_unstable_by_key(|m| m.0 != new);
        let has_members = members.len() > 2;
        for (at, head) in members {
            let changed = if at == new {
                Head { cluster: new, representative: new, has_members, ..head }
            } else {
                let cluster = if head.cluster == root { new } else { head.cluster };
                Head { cluster, ..head }
            };
            if changed != head {
                writer.set_head(at, changed.to_bytes())?;
            }
        }
        Ok(())
    }

    /// The fingerprints of a document that had no postings.
    pub(super) fn posted_anew(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
    ) -> Result<Vec<u64>, IndexError> {
        let mut buffer = Vec::new();
        let Some(parts) = snapshot.read(doc, &mut buffer)? else { return Ok(Vec::new()) };
        let Stored { body, .. } = stored(doc, &buffer, &parts)?;
        record::posted(self.comparer().recipe, body).map(|p| p.0).map_err(|e| damaged(doc, &e))
    }
}

/// All documents of the cluster that is known by `root`: each document of the index is looked at.
fn members_of(snapshot: &Snapshot, root: DocId) -> Result<Vec<(DocId, Head)>, IndexError> {
    let mut out = Vec::new();
    let mut next = snapshot.next_live(0);
    while let Some(at) = next {
        if let Some(head) = head_of(snapshot, at)?
            && root_of(snapshot, at)?.is_some_and(|r| r.0 == root)
        {
            out.push((at, head));
        }
        next = snapshot.next_live(at + 1);
    }
    Ok(out)
}

/// Appends a document and tells its cluster of it.
pub(super) fn append(
    writer: &mut Writer<'_>,
    latest: &mut Latest,
    incoming: &Incoming<'_>,
    body: &[u8],
    posted: Option<Vec<u64>>,
    place: Option<&Place>,
) -> Result<DocId, IndexError> {
    let snapshot = writer.snapshot();
    let doc = snapshot.end();
    let terms = incoming.terms;
    let mut changed: Vec<(DocId, Head)> = Vec::new();
    if let Some(place) = place {
        changes(&snapshot, doc, terms.time, place, &mut changed)?;
    }
    drop(snapshot);
    let fingerprints = posted.as_ref().map_or(0, Vec::len);
    let head = Head {
        cluster: place.map_or(doc, |p| p.root),
        representative: doc,
        site: terms.site,
        prose: incoming.prose,
        time: terms.time,
        valid_until: terms.valid_until,
        fingerprints: u16::try_from(fingerprints).unwrap_or(u16::MAX),
        posted: posted.is_some(),
        has_members: false,
    };
    let mut payload = Vec::with_capacity(body.len() + 8);
    write_payload(terms.time, body, &mut payload);
    let appended = writer.append(&Record {
        key: incoming.key,
        head: head.to_bytes(),
        fingerprints: posted.as_deref().unwrap_or(&[]),
        payload: &payload,
    })?;
    debug_assert_eq!(appended, doc);
    if let Some(posted) = posted {
        latest.push(doc, posted);
    }
    for (at, head) in changed {
        writer.set_head(at, head.to_bytes())?;
    }
    Ok(doc)
}

/// The heads that change when `doc` joins a cluster.
fn changes(
    snapshot: &Snapshot,
    doc: DocId,
    time: Option<i64>,
    place: &Place,
    out: &mut Vec<(DocId, Head)>,
) -> Result<(), IndexError> {
    let mut change = |at: DocId, f: &dyn Fn(Head) -> Head| {
        let old = head_of(snapshot, at)?;
        out.extend(old.map(|old| (at, f(old))).filter(|&(_, new)| Some(new) != old));
        Ok::<_, IndexError>(old)
    };
    let root = change(place.root, &|old| {
        let representative = if place.extends { doc } else { old.representative };
        // the representative knows when its article was last seen
        let seen = old.representative == place.root && !place.extends;
        let time = if seen { old.time.max(time) } else { old.time };
        Head { has_members: true, representative, time, ..old }
    })?;
    if let Some(root) = root
        && root.representative != place.root
        && !place.extends
    {
        change(root.representative, &|old| Head { time: old.time.max(time), ..old })?;
    }
    for &other in &place.joined {
        change(other, &|old| Head { cluster: place.root, ..old })?;
    }
    Ok(())
}
