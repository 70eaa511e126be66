//! Clusters: which document a cluster is known by, who joins it, who takes over.

use super::head::Head;
use super::record::{self, Stored, damaged, stored, write_payload};
use super::store::{DocId, Group, Record, Snapshot};
use super::terms::Terms;
use super::turn::Turn;
use crate::error::IndexError;
use crate::recipe::Recipe;
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

/// The cluster that a page joins.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) root: DocId,
    /// It becomes the representative.
    pub(super) extends: bool,
    /// Clusters of which it carries the representative, too: they become one with this.
    pub(super) joined: Vec<DocId>,
}

/// A document to take in.
pub(super) struct Arrival<'a> {
    pub(super) key: &'a [u8],
    pub(super) terms: Terms,
    pub(super) prose: u32,
    pub(super) body: &'a [u8],
    /// The fingerprints under which it will be found; `None` if it has no postings.
    pub(super) posted: Option<Vec<u64>>,
    /// The cluster that it joins, if it does.
    pub(super) place: Option<Place>,
    /// Members that leave that cluster; none if it joins none.
    pub(super) leaving: Vec<DocId>,
    /// The document of its key that it takes the place of: the cluster does not need that one any more.
    pub(super) replaces: Option<DocId>,
}

/// Takes a document in and tells its cluster of it, as one step.
pub(super) fn take_in(
    turn: &mut Turn<'_>,
    recipe: Recipe,
    arrival: Arrival<'_>,
) -> Result<DocId, IndexError> {
    let doc = turn.end();
    let mut others = Group::default();
    let mut left = None;
    if arrival.place.is_some() || arrival.replaces.is_some() {
        let snapshot = turn.snapshot();
        changes(&snapshot, recipe, doc, &arrival, &mut others)?;
        if let Some(gone) = arrival.replaces {
            left = root_of(&snapshot, gone)?.map(|root| (root.0, gone));
        }
    }
    let Arrival { terms, place, posted, .. } = arrival;
    let fingerprints = posted.as_ref().map_or(0, Vec::len);
    let head = Head {
        cluster: place.as_ref().map_or(doc, |p| p.root),
        representative: doc,
        site: terms.site,
        prose: arrival.prose,
        time: terms.time,
        valid_until: terms.valid_until,
        fingerprints: u16::try_from(fingerprints).unwrap_or(u16::MAX),
        posted: posted.is_some(),
        has_members: false,
    };
    let mut payload = std::mem::take(&mut turn.written.payload);
    payload.clear();
    write_payload(terms.time, arrival.body, &mut payload);
    let record = Record {
        key: arrival.key,
        head: head.to_bytes(),
        fingerprints: posted.as_deref().unwrap_or(&[]),
        payload: &payload,
    };
    let appended = turn.append(&record, others)?;
    debug_assert_eq!(appended, doc);
    let written = &mut *turn.written;
    written.payload = payload;
    if let Some(posted) = posted {
        written.latest.push(doc, posted);
    }
    if let Some((root, gone)) = left {
        written.members.leave(root, gone);
    }
    if let Some(place) = place {
        for &member in &arrival.leaving {
            written.members.leave(place.root, member);
        }
        written.members.join(place.root, doc, &place.joined);
    }
    Ok(doc)
}

/// What was found by `doc` will be found by another one: the longest of its cluster, of equal ones the
/// oldest. `None` if nothing was. Does not tell the turn's [`Members`](super::members::Members).
pub(super) fn hand_over(
    turn: &mut Turn<'_>,
    recipe: Recipe,
    doc: DocId,
) -> Result<Option<HandOver>, IndexError> {
    let snapshot = turn.snapshot();
    let Some(gone) = head_of(&snapshot, doc)? else { return Ok(None) };
    let Some((root, root_head)) = root_of(&snapshot, doc)? else { return Ok(None) };
    if !gone.posted || !root_head.has_members {
        return Ok(None);
    }
    let mut members = Vec::new();
    for at in turn.members(root)?.into_iter().chain([root]).filter(|&at| at != doc) {
        members.extend(head_of(&snapshot, at)?.map(|head| (at, head)));
    }
    let longest = members.iter_mut().max_by_key(|(at, head)| (head.prose, Reverse(*at)));
    let Some((longest, head)) = longest else { return Ok(None) };
    let longest = *longest;
    let mut group = Group::default();
    *head = post_anew(&snapshot, recipe, longest, *head, &mut group)?;
    let new_root = if doc == root { longest } else { root };
    if longest == new_root {
        (head.cluster, head.representative) = (longest, longest);
        // `doc`, until it is removed
        head.has_members = true;
    }
    // where they are changed one by one: the one that the others will point to, then the one that they
    // point to now
    members.sort_unstable_by_key(|m| (m.0 != new_root, m.0 != longest, m.0));
    for &(at, head) in &members {
        let cluster = if head.cluster == doc { new_root } else { head.cluster };
        let representative = if at == new_root { longest } else { head.representative };
        let new = Head { cluster, representative, ..head };
        if head_of(&snapshot, at)? != Some(new) {
            group.heads.push((at, new.to_bytes()));
        }
        if at == new_root && gone.cluster == doc {
            let gone = Head { cluster: new_root, representative: doc, ..gone };
            group.heads.push((doc, gone.to_bytes()));
        }
    }
    Ok(Some(HandOver { group, root, new_root }))
}

/// The changes by which a document is no longer needed.
pub(super) struct HandOver {
    pub(super) group: Group<'static>,
    /// What its cluster was known by, and will be.
    pub(super) root: DocId,
    pub(super) new_root: DocId,
}

/// The heads by which the cluster that is known by `root` becomes known by its member `new`; that of
/// `root` as it is when it is still one of them.
pub(super) fn rename(
    turn: &mut Turn<'_>,
    root: DocId,
    new: DocId,
) -> Result<Vec<(DocId, Head)>, IndexError> {
    let mut members = turn.members(root)?;
    let snapshot = turn.snapshot();
    let has_members = members.len() > 1;
    members.sort_unstable_by_key(|&at| (at != new, at));
    let mut out = Vec::new();
    for at in members {
        let Some(head) = head_of(&snapshot, at)? else { continue };
        let changed = if at == new {
            Head { cluster: new, representative: new, has_members, ..head }
        } else {
            let cluster = if head.cluster == root { new } else { head.cluster };
            Head { cluster, ..head }
        };
        if changed != head {
            out.push((at, changed));
        }
    }
    Ok(out)
}

/// Posts a document under all its fingerprints, if it is not yet; returns its head, which is `head` until
/// then. One that joined a cluster was posted under none, or under those that were new to the cluster.
pub(super) fn post_anew(
    snapshot: &Snapshot,
    recipe: Recipe,
    doc: DocId,
    head: Head,
    group: &mut Group<'_>,
) -> Result<Head, IndexError> {
    let mut buffer = Vec::new();
    let Some(parts) = snapshot.read(doc, &mut buffer)? else { return Ok(head) };
    let Stored { body, .. } = stored(doc, &buffer, &parts)?;
    let (posted, _) = record::posted(recipe, body).map_err(|e| damaged(doc, &e))?;
    let fingerprints = u16::try_from(posted.len()).unwrap_or(u16::MAX);
    if head.posted && head.fingerprints >= fingerprints {
        return Ok(head);
    }
    group.posts.push((doc, posted));
    Ok(Head { fingerprints, posted: true, ..head })
}

/// What changes of other documents when `doc` arrives.
fn changes(
    snapshot: &Snapshot,
    recipe: Recipe,
    doc: DocId,
    arrival: &Arrival<'_>,
    out: &mut Group<'_>,
) -> Result<(), IndexError> {
    out.removed = arrival.replaces;
    if let Some(place) = &arrival.place {
        change_cluster(snapshot, doc, arrival.terms.time, place, out)?;
    }
    for &member in &arrival.leaving {
        let Some(head) = head_of(snapshot, member)? else { continue };
        let head = Head { cluster: member, representative: member, ..head };
        let head = post_anew(snapshot, recipe, member, head, out)?;
        out.heads.push((member, head.to_bytes()));
    }
    Ok(())
}

/// The heads that change when `doc` joins a cluster.
fn change_cluster(
    snapshot: &Snapshot,
    doc: DocId,
    time: Option<i64>,
    place: &Place,
    out: &mut Group<'_>,
) -> Result<(), IndexError> {
    let mut change = |at: DocId, f: &dyn Fn(Head) -> Head| {
        let old = head_of(snapshot, at)?;
        let new = old.map(f).filter(|&new| Some(new) != old);
        out.heads.extend(new.map(|new| (at, new.to_bytes())));
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
