//! Replacing the document of a key.

use super::admit::Decided;
use super::answer::{Admission, Effort, Page};
use super::cluster::{self, HandOver};
use super::index::OnlineIndex;
use super::key::{Key, bytes_of};
use super::lookup::Settings;
use super::scratch::Scratch;
use super::sketch::Sketch;
use super::store::DocId;
use super::terms::Terms;
use super::turn::Turn;
use crate::error::IndexError;

impl<K: Key> OnlineIndex<K> {
    /// Takes the new version of a document in, in the place of the one that has the key, as one step:
    /// every reader finds the one or the other, never both and never neither, and so does whoever opens
    /// the index after a crash. A key that is not in use is [admitted](Self::admit).
    ///
    /// The index is then as if the old version had been [removed](Self::remove) and the new one
    /// admitted. So the old version is no match for the new one: a page that changed a little and has
    /// no copies elsewhere is novel again, in a cluster of its own. What is in the index already is
    /// left alone by [`admit`](Self::admit) and [`insert`](Self::insert), which refuse a key that is in
    /// use.
    ///
    /// The page is compared while other writers wait, unlike when it is admitted; readers do not wait.
    ///
    /// ```
    /// use nearcopy::online::{OnlineIndex, Options};
    ///
    /// let index: OnlineIndex<String> = OnlineIndex::in_memory(Options::new())?;
    /// let key = "a.example/1".to_owned();
    /// assert!(!index.update(&key, "The ferry left at dawn.")?.replaced);
    /// assert!(index.update(&key, "The ferry left at noon, the captain said.")?.replaced);
    /// assert_eq!(index.len(), 1);
    /// # Ok::<(), nearcopy::error::IndexError>(())
    /// ```
    ///
    /// # Errors
    /// What the storage says; then the old version is still there.
    pub fn update<'p>(
        &self,
        key: &K,
        page: impl Into<Page<'p>>,
    ) -> Result<Admission<K>, IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            let read = |scratch: &mut Scratch| {
                settings.read(page.text, terms.site, scratch);
                Ok(())
            };
            index.update_read(key, terms, settings, scratch, read)
        })
    }

    /// The same for a sketch; `page` gives all but the text.
    ///
    /// # Errors
    /// As [`update`](Self::update), and if the sketch was made with another recipe.
    pub fn update_sketch<'p>(
        &self,
        key: &K,
        sketch: &Sketch,
        page: impl Into<Page<'p>>,
    ) -> Result<Admission<K>, IndexError> {
        let terms = self.terms(&page.into())?;
        self.check_recipe(sketch)?;
        self.with_scratch(|index, settings, scratch| {
            let read = |scratch: &mut Scratch| settings.read_sketch(sketch, scratch);
            index.update_read(key, terms, settings, scratch, read)
        })
    }

    /// Updates what `read` reads, each time anew: a page that was looked up has lost its furniture.
    fn update_read(
        &self,
        key: &K,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
        read: impl Fn(&mut Scratch) -> Result<(), IndexError>,
    ) -> Result<Admission<K>, IndexError> {
        let bytes = bytes_of(key);
        loop {
            read(scratch)?;
            let turn = Turn::new(&self.shared);
            if let Some(old) = turn.snapshot().find(&bytes)? {
                return self.replace(key, old, turn, terms, settings, scratch);
            }
            drop(turn);
            match self.admit_ready(key, terms, settings, scratch) {
                // another writer was faster
                Err(IndexError::KeyExists { .. }) => {}
                done => return done.map(|(admission, _)| admission),
            }
        }
    }

    fn replace(
        &self,
        key: &K,
        old: DocId,
        mut turn: Turn<'_>,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<Admission<K>, IndexError> {
        let prose = settings.prose_of_page(scratch);
        // What was found by the old version is found by its longest copy from now on, and it is a copy
        // of that: a step that is whole by itself, should a crash make it the last.
        let handed = cluster::hand_over(&mut turn, self.comparer().recipe, old)?;
        if let Some(HandOver { group, root, new_root }) = handed {
            turn.apply(group)?;
            if root != new_root {
                turn.written.members.rename(root, new_root);
            }
        }
        let now = turn.snapshot().without(old);
        let mut effort = Effort::default();
        settings.probe(&now, &terms, scratch, &mut effort)?;
        let mut links = settings.links(&now, &terms, None, scratch, &mut effort)?;
        let choice = settings.choose(&now, prose, &mut links, scratch, &mut effort)?;
        let decided = Decided { terms, prose, links, choice, replaces: Some(old), effort };
        self.settle(key, turn, &now, decided, settings, scratch).map(|done| done.0)
    }
}
