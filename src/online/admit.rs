//! Taking pages in.

use super::answer::{Admission, Effort, Outcome, Page};
use super::cluster::{Incoming, Place, append, head_of, root_of};
use super::index::{OnlineIndex, lock};
use super::key::{Key, bytes_of};
use super::lookup::Settings;
use super::record::{self, foreign};
use super::scratch::{self, Scratch};
use super::sketch::Sketch;
use super::store::{DocId, Snapshot};
use super::terms::Terms;
use super::verify::{self, Link, carries};
use crate::error::IndexError;
use crate::relation::Relation;

/// A [`Place`] and why.
struct Choice {
    place: Place,
    /// The match that it joins by.
    link: Link,
    /// It is not the representative, but holds content that the representative does not.
    adds: bool,
}

impl<K: Key> OnlineIndex<K> {
    /// Looks a page up and takes it in, as one step: of two copies that arrive at once exactly one is
    /// novel.
    ///
    /// # Errors
    /// [`IndexError::KeyExists`] if the key is in use, and what the storage says.
    pub fn admit<'p>(
        &self,
        key: &K,
        page: impl Into<Page<'p>>,
    ) -> Result<Admission<K>, IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            scratch::read_text(settings.comparer, page.text, scratch);
            index.admit_ready(key, terms, settings, scratch).map(|a| a.0)
        })
    }

    /// The same for a sketch, perhaps one that was made on another machine; `page` gives all but the
    /// text.
    ///
    /// # Errors
    /// As [`admit`](Self::admit), and if the sketch was made with another recipe.
    pub fn admit_sketch<'p>(
        &self,
        key: &K,
        sketch: &Sketch,
        page: impl Into<Page<'p>>,
    ) -> Result<Admission<K>, IndexError> {
        let terms = self.terms(&page.into())?;
        self.check_recipe(sketch)?;
        self.with_scratch(|index, settings, scratch| {
            scratch::read_sketch(settings.comparer, sketch, scratch).map_err(|e| foreign(&e))?;
            index.admit_ready(key, terms, settings, scratch).map(|a| a.0)
        })
    }

    /// Takes a page in that is known to be novel: nothing is looked up.
    ///
    /// # Errors
    /// [`IndexError::KeyExists`] if the key is in use, and what the storage says.
    pub fn insert<'p>(&self, key: &K, page: impl Into<Page<'p>>) -> Result<(), IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            scratch::read_text(settings.comparer, page.text, scratch);
            index.insert_body(key, terms, &scratch.body)
        })
    }

    /// The same for a sketch; `page` gives all but the text.
    ///
    /// # Errors
    /// As [`insert`](Self::insert), and if the sketch was made with another recipe.
    pub fn insert_sketch<'p>(
        &self,
        key: &K,
        sketch: &Sketch,
        page: impl Into<Page<'p>>,
    ) -> Result<(), IndexError> {
        let terms = self.terms(&page.into())?;
        self.check_recipe(sketch)?;
        self.insert_body(key, terms, sketch.body())
    }

    fn insert_body(&self, key: &K, terms: Terms, body: &[u8]) -> Result<(), IndexError> {
        let (posted, prose) =
            record::posted(self.comparer().recipe, body).map_err(|e| foreign(&e))?;
        let incoming = Incoming { key: &bytes_of(key), terms, prose };
        let mut latest = lock(&self.shared.latest);
        let mut writer = self.shared.store.writer();
        append(&mut writer, &mut latest, &incoming, body, Some(posted), None)?;
        Ok(())
    }

    fn admit_ready(
        &self,
        key: &K,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<(Admission<K>, DocId), IndexError> {
        let key_bytes = bytes_of(key);
        let incoming = Incoming { key: &key_bytes, terms, prose: settings.prose_of_page(scratch) };
        let snapshot = self.shared.store.snapshot();
        let mut effort = Effort::default();
        settings.probe(&snapshot, &terms, scratch, &mut effort)?;
        let mut links = settings.links(&snapshot, &terms, None, scratch, &mut effort)?;
        let mut choice =
            self.choose(&snapshot, incoming.prose, &mut links, settings, scratch, &mut effort)?;

        let mut latest = lock(&self.shared.latest);
        let mut writer = self.shared.store.writer();
        let now = writer.snapshot();
        if latest.may_hold(snapshot.end(), &scratch.probes) {
            let from = Some(snapshot.end());
            let more = settings.links(&now, &terms, from, scratch, &mut effort)?;
            if !more.is_empty() {
                links.extend(more);
                verify::sort(&mut links);
                choice =
                    self.choose(&now, incoming.prose, &mut links, settings, scratch, &mut effort)?;
            }
        }
        if let Some(chosen) = &choice
            && !still_stands(&snapshot, &now, chosen)?
        {
            // the cluster changed meanwhile
            links = settings.links(&now, &terms, Some(0), scratch, &mut effort)?;
            choice =
                self.choose(&now, incoming.prose, &mut links, settings, scratch, &mut effort)?;
        }
        let posts = match &choice {
            Some(choice) if choice.adds => {
                Some(settings.new_postings(&now, choice.place.root, scratch)?)
            }
            Some(choice) if !choice.place.extends => None,
            _ => Some(settings.page_postings(scratch)),
        };
        drop(snapshot);
        drop(now);
        let at = choice.as_ref().map(|c| &c.place);
        let doc = append(&mut writer, &mut latest, &incoming, &scratch.body, posts, at)?;
        let after = writer.snapshot();
        drop(writer);
        drop(latest);
        let Some(Choice { place, link, .. }) = choice else {
            let representative = key.clone();
            let outcome = Outcome::Novel;
            return Ok((Admission { outcome, matched: None, representative, effort }, doc));
        };
        let outcome = if place.extends { Outcome::Extends } else { Outcome::Copy };
        let matched = self.hit(&after, &link)?;
        let representative = match &matched {
            Some(hit) => hit.representative.clone(),
            None => key.clone(),
        };
        Ok((Admission { outcome, matched, representative, effort }, doc))
    }

    /// Admits a sketch; also says its number.
    pub(super) fn admit_numbered(
        &self,
        key: &K,
        terms: Terms,
        sketch: &Sketch,
    ) -> Result<(Outcome, DocId), IndexError> {
        self.with_scratch(|index, settings, scratch| {
            scratch::read_sketch(settings.comparer, sketch, scratch).map_err(|e| foreign(&e))?;
            index.admit_ready(key, terms, settings, scratch).map(|(a, doc)| (a.outcome, doc))
        })
    }

    /// Takes a sketch in that is known to belong to the cluster of `member`; says whether that is still
    /// there.
    pub(super) fn join(
        &self,
        key: &K,
        terms: Terms,
        sketch: &Sketch,
        member: DocId,
        posted: bool,
    ) -> Result<bool, IndexError> {
        let (all, prose) =
            record::posted(self.comparer().recipe, sketch.body()).map_err(|e| foreign(&e))?;
        let incoming = Incoming { key: &bytes_of(key), terms, prose };
        let mut latest = lock(&self.shared.latest);
        let mut writer = self.shared.store.writer();
        let snapshot = writer.snapshot();
        let Some((root, head)) = root_of(&snapshot, member)? else { return Ok(false) };
        let theirs = head_of(&snapshot, head.representative)?.map_or(0, |h| h.prose);
        drop(snapshot);
        let extends = posted && prose > theirs;
        let place = Place { root, extends, joined: Vec::new() };
        let posts = posted.then_some(all);
        append(&mut writer, &mut latest, &incoming, sketch.body(), posts, Some(&place))?;
        Ok(true)
    }

    /// The cluster that a page with these links joins: that of the best match which is a
    /// representative.
    fn choose(
        &self,
        snapshot: &Snapshot,
        prose: u32,
        links: &mut Vec<Link>,
        settings: &Settings<'_>,
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
                    let found = settings.verify(snapshot, representative, scratch, effort)?;
                    links.extend(found);
                }
                continue;
            }
            let left = link.evidence.content_a - link.evidence.matched_a;
            let more = left >= self.comparer().thresholds.min_continuation
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
                    let found = settings.relate(snapshot, other.doc, to, effort)?;
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
fn still_stands(before: &Snapshot, now: &Snapshot, choice: &Choice) -> Result<bool, IndexError> {
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
