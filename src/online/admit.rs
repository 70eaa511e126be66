//! Taking pages in.

use super::answer::{Admission, Effort, Outcome, Page};
use super::choice::{Choice, still_stands};
use super::cluster::{self, Arrival, Place, head_of, root_of};
use super::index::OnlineIndex;
use super::key::{Key, bytes_of};
use super::lookup::Settings;
use super::record::{self, foreign};
use super::review::Reviewed;
use super::scratch::Scratch;
use super::sketch::Sketch;
use super::store::{DocId, Snapshot};
use super::terms::Terms;
use super::turn::Turn;
use super::verify::{self, Link};
use crate::error::IndexError;
use std::sync::atomic::Ordering;

impl<K: Key> OnlineIndex<K> {
    /// Looks a page up and takes it in, as one step: of two copies that arrive at once exactly one is
    /// novel.
    ///
    /// # Errors
    /// [`IndexError::KeyExists`] if the key is in use (see [`update`](Self::update)), and what the storage
    /// says.
    pub fn admit<'p>(
        &self,
        key: &K,
        page: impl Into<Page<'p>>,
    ) -> Result<Admission<K>, IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            settings.read(page.text, terms.site, scratch);
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
            settings.read_sketch(sketch, scratch)?;
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
            settings.read(page.text, terms.site, scratch);
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
        let recipe = self.comparer().recipe;
        let key = &bytes_of(key)[..];
        self.shared.store.expect(key);
        let (posted, prose) = record::posted(recipe, body).map_err(|e| foreign(&e))?;
        let (place, leaving, replaces) = (None, Vec::new(), None);
        let posted = Some(posted);
        let arrival = Arrival { key, terms, prose, body, posted, place, leaving, replaces };
        cluster::take_in(&mut Turn::new(&self.shared), recipe, arrival)?;
        Ok(())
    }

    pub(super) fn admit_ready(
        &self,
        key: &K,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<(Admission<K>, DocId), IndexError> {
        let prose = settings.prose_of_page(scratch);
        let reposted = self.shared.reposted.load(Ordering::Acquire);
        let snapshot = self.shared.store.snapshot();
        let mut effort = Effort::default();
        settings.probe(&snapshot, &terms, scratch, &mut effort)?;
        let mut links = settings.links(&snapshot, &terms, None, scratch, &mut effort)?;
        let mut choice = settings.choose(&snapshot, prose, &mut links, scratch, &mut effort)?;

        let turn = Turn::new(&self.shared);
        let now = turn.snapshot();
        let mut again = None;
        if reposted != self.shared.reposted.load(Ordering::Acquire) {
            again = Some(0);
        } else if turn.written.latest.may_hold(snapshot.end(), &scratch.probes) {
            again = Some(snapshot.end());
        }
        if let Some(from) = again {
            let more = settings.links(&now, &terms, Some(from), scratch, &mut effort)?;
            if from == 0 {
                links.clear();
            }
            if from == 0 || !more.is_empty() {
                links.extend(more);
                verify::sort(&mut links);
                choice = settings.choose(&now, prose, &mut links, scratch, &mut effort)?;
            }
        }
        if let Some(chosen) = &choice
            && !still_stands(&snapshot, &now, chosen)?
        {
            // the cluster changed meanwhile
            links = settings.links(&now, &terms, Some(0), scratch, &mut effort)?;
            choice = settings.choose(&now, prose, &mut links, scratch, &mut effort)?;
        }
        let decided = Decided { terms, prose, links, choice, replaces: None, effort };
        self.settle(key, turn, &now, decided, settings, scratch)
    }

    /// Takes a page in as it was decided on `now`, which shows what the turn found.
    pub(super) fn settle(
        &self,
        key: &K,
        mut turn: Turn<'_>,
        now: &Snapshot,
        decided: Decided,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<(Admission<K>, DocId), IndexError> {
        let Decided { terms, prose, links, choice, replaces, mut effort } = decided;
        let posted = match &choice {
            Some(choice) if choice.adds => {
                Some(settings.new_postings(now, choice.place.root, scratch)?)
            }
            Some(choice) if !choice.place.extends => None,
            _ => Some(settings.page_postings(scratch)),
        };
        let mut reviewed = Reviewed::default();
        let mut leaving = Vec::new();
        if let Some(choice) = &choice
            && choice.place.extends
        {
            let root = choice.place.root;
            let has_members = head_of(now, root)?.is_some_and(|head| head.has_members);
            let members = if has_members { turn.members(root)? } else { Vec::new() };
            (reviewed, leaving) =
                settings.review(now, choice, &links, &members, scratch, &mut effort)?;
            for &joined in &choice.place.joined {
                if head_of(now, joined)?.is_some_and(|head| head.has_members) {
                    reviewed.rest += turn.members(joined)?.len() as u64;
                }
            }
        }
        let place = choice.as_ref().map(|c| c.place.clone());
        let (key_bytes, body) = (&bytes_of(key)[..], &scratch.body[..]);
        let arrival =
            Arrival { key: key_bytes, terms, prose, body, posted, place, leaving, replaces };
        let doc = cluster::take_in(&mut turn, self.comparer().recipe, arrival)?;
        let after = turn.snapshot();
        drop(turn);
        let (outcome, matched) = match choice {
            None => (Outcome::Novel, None),
            Some(Choice { place, link, .. }) => {
                let outcome = if place.extends { Outcome::Extends } else { Outcome::Copy };
                (outcome, self.hit(&after, &link)?)
            }
        };
        let representative = match &matched {
            Some(hit) => hit.representative.clone(),
            None => key.clone(),
        };
        let replaced = replaces.is_some();
        Ok((Admission { outcome, matched, representative, replaced, reviewed, effort }, doc))
    }

    /// Admits a sketch; also says its number.
    pub(super) fn admit_numbered(
        &self,
        key: &K,
        terms: Terms,
        sketch: &Sketch,
    ) -> Result<(Outcome, DocId), IndexError> {
        self.with_scratch(|index, settings, scratch| {
            settings.read_sketch(sketch, scratch)?;
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
        let recipe = self.comparer().recipe;
        let (all, prose) = record::posted(recipe, sketch.body()).map_err(|e| foreign(&e))?;
        let mut turn = Turn::new(&self.shared);
        let snapshot = turn.snapshot();
        let Some((root, head)) = root_of(&snapshot, member)? else { return Ok(false) };
        let theirs = head_of(&snapshot, head.representative)?.map_or(0, |h| h.prose);
        drop(snapshot);
        let extends = posted && prose > theirs;
        let place = Some(Place { root, extends, joined: Vec::new() });
        let (key, body, posted) = (&bytes_of(key)[..], sketch.body(), posted.then_some(all));
        let (leaving, replaces) = (Vec::new(), None);
        let arrival = Arrival { key, terms, prose, body, posted, place, leaving, replaces };
        cluster::take_in(&mut turn, recipe, arrival)?;
        Ok(true)
    }
}

/// What is to become of a page.
pub(super) struct Decided {
    pub(super) terms: Terms,
    pub(super) prose: u32,
    pub(super) links: Vec<Link>,
    pub(super) choice: Option<Choice>,
    /// The document of its key.
    pub(super) replaces: Option<DocId>,
    pub(super) effort: Effort,
}
