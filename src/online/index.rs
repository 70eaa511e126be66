//! The index: handles, and the operations on it.

use super::answer::{Admission, Answer, Effort, Entry, Hit, Interval, Outcome, Page, Stats};
use super::head::{Head, check_time};
use super::key::Key;
use super::lookup::{
    self, Link, Scratch, Settings, Stored, Terms, damaged, head_of, root_of, stored, write_payload,
};
use super::meta;
use super::sketch::Sketch;
use super::storage::{Directory, Memory, Storage};
use super::store::{DocId, Record, Snapshot, Store, StoreOptions, Writer};
use crate::compare::Comparer;
use crate::error::{IndexError, RecipeMismatch};
use crate::profile;
use crate::recipe::{Profile, RecipeId};
use crate::relation::{self, Relation};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Settings of an [`OnlineIndex`]; all but the comparer may differ from one opening to the next.
#[derive(Debug, Clone)]
pub struct Options {
    comparer: Comparer,
    cap: u32,
    max_candidates: usize,
    read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { comparer: Comparer::default(), cap: 16, max_candidates: 8, read_only: false }
    }
}

impl Options {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything for texts of `profile`: its [`Comparer`] and [`posting_cap`](Self::posting_cap).
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.comparer = Comparer::for_profile(profile);
        self.cap = profile::posting_cap(profile);
        self
    }

    /// The recipe, content model, thresholds and alignment limits to compare with. An index can be
    /// opened only with the recipe that it was made with.
    #[must_use]
    pub fn comparer(mut self, comparer: Comparer) -> Self {
        self.comparer = comparer;
        self
    }

    /// Documents with postings at which a fingerprint still nominates candidates (default 16, at least
    /// 1).
    #[must_use]
    pub fn posting_cap(mut self, cap: u32) -> Self {
        self.cap = cap.max(1);
        self
    }

    /// Candidates verified for each page, best first (default 8, at least 1).
    #[must_use]
    pub fn max_candidates(mut self, most: usize) -> Self {
        self.max_candidates = most.max(1);
        self
    }

    /// Whether to open for reading only: takes no lock, sees what was synced when it was opened, and
    /// changes nothing (default: no).
    #[must_use]
    pub fn read_only(mut self, yes: bool) -> Self {
        self.read_only = yes;
        self
    }

    /// The comparer.
    pub(super) fn its_comparer(&self) -> &Comparer {
        &self.comparer
    }

    pub(super) fn store<K: Key>(
        &self,
        storage: Arc<dyn Storage>,
        what: meta::What,
    ) -> Result<Store, IndexError> {
        let options =
            StoreOptions { cap: self.cap, read_only: self.read_only, ..StoreOptions::default() };
        let place = storage.place();
        let store = Store::open(storage, options, &meta::of::<K>(what, self.comparer.recipe))?;
        meta::check::<K>(&place, store.meta(), what, self.comparer.recipe)?;
        Ok(store)
    }
}

/// The durable, concurrent index of a crawler; see the [module](super).
///
/// A value is a handle: clones share the index, and all methods take `&self`, from any number of
/// threads.
pub struct OnlineIndex<K> {
    shared: Arc<Shared>,
    texts: Option<Texts<K>>,
    keys: PhantomData<fn() -> K>,
}

type Texts<K> = Arc<dyn Fn(&K) -> Option<String> + Send + Sync>;

impl<K> Clone for OnlineIndex<K> {
    fn clone(&self) -> Self {
        let shared = Arc::clone(&self.shared);
        Self { shared, texts: self.texts.clone(), keys: PhantomData }
    }
}

impl<K> fmt::Debug for OnlineIndex<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipe = self.shared.options.comparer.recipe;
        f.debug_struct("OnlineIndex").field("recipe", &recipe).finish_non_exhaustive()
    }
}

struct Shared {
    store: Store,
    options: Options,
    recipe: RecipeId,
    scratches: Mutex<Vec<Scratch>>,
    /// Held while something is appended: taken before the store's writer.
    latest: Mutex<Latest>,
}

/// The postings of the latest documents, so that a writer sees without probing whether the documents
/// appended since its snapshot matter to it.
#[derive(Debug, Default)]
struct Latest {
    docs: VecDeque<(DocId, Vec<u64>)>,
    /// All documents with postings from this one on are in `docs`.
    from: DocId,
}

const LATEST: usize = 256;

impl Latest {
    fn push(&mut self, doc: DocId, posted: Vec<u64>) {
        if self.docs.len() == LATEST
            && let Some((gone, _)) = self.docs.pop_front()
        {
            self.from = gone + 1;
        }
        self.docs.push_back((doc, posted));
    }

    /// Whether a document from `from` on may hold one of `probes`, of which all but the last are sorted.
    fn may_hold(&self, from: DocId, probes: &[u64]) -> bool {
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is behind the locks is whole at every step that may panic
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is admitted, ready in the scratch.
struct Incoming<'a> {
    key: &'a [u8],
    terms: Terms,
    prose: u32,
}

/// The cluster that a page joins.
struct Place {
    root: DocId,
    /// It becomes the representative.
    extends: bool,
    /// Clusters of which it carries the representative, too: they become one with this.
    joined: Vec<DocId>,
}

/// A [`Place`] and why.
struct Choice {
    place: Place,
    /// The match that it joins by.
    link: Link,
    /// It is not the representative, but holds content that the representative does not.
    adds: bool,
}

impl<K: Key> OnlineIndex<K> {
    /// Opens the index in a directory, or makes one.
    ///
    /// # Errors
    /// If the directory cannot be read or written, another process has it open, its files are damaged
    /// or of another version, or it was made with other keys or another recipe.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, IndexError> {
        Self::open_with(dir, Options::default())
    }

    /// The same with settings.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(dir: impl AsRef<Path>, options: Options) -> Result<Self, IndexError> {
        let dir = dir.as_ref();
        let opened = if options.read_only { Directory::open(dir) } else { Directory::create(dir) };
        let directory = opened.map_err(|source| IndexError::Io {
            path: dir.display().to_string(),
            action: "opening",
            source,
        })?;
        Self::open_in(Arc::new(directory), options)
    }

    /// Opens the index in any storage.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(storage: Arc<dyn Storage>, options: Options) -> Result<Self, IndexError> {
        let store = options.store::<K>(storage, meta::What::Documents)?;
        let recipe = options.comparer.recipe.id();
        let latest = Latest { docs: VecDeque::new(), from: store.snapshot().end() };
        let shared = Shared {
            store,
            options,
            recipe,
            scratches: Mutex::default(),
            latest: Mutex::new(latest),
        };
        Ok(Self { shared: Arc::new(shared), texts: None, keys: PhantomData })
    }

    /// An index that lives in memory, as long as its handles.
    ///
    /// # Errors
    /// None that is known; opening is the same as elsewhere.
    pub fn in_memory(options: Options) -> Result<Self, IndexError> {
        Self::open_in(Arc::new(Memory::new()), options)
    }

    /// A handle that verifies candidates with their texts, as `texts` gives them by key. Where it gives
    /// none, the sketch is used. It may be called from any thread that uses the handle, also while
    /// this index waits for it to admit a page: it must not use the index itself.
    ///
    /// A text should be the one that was admitted under the key.
    #[must_use]
    pub fn with_texts(&self, texts: impl Fn(&K) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { texts: Some(Arc::new(texts)), ..self.clone() }
    }

    /// The settings.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// The comparer, for [`Sketch::of`].
    #[must_use]
    pub fn comparer(&self) -> &Comparer {
        &self.shared.options.comparer
    }

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
            lookup::read_text(settings.comparer, page.text, scratch);
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
            lookup::read_sketch(settings.comparer, sketch, scratch).map_err(|e| foreign(&e))?;
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
            lookup::read_text(settings.comparer, page.text, scratch);
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

    /// The documents that a page is related to. Nothing is changed, and no writer is waited for.
    ///
    /// # Errors
    /// What the storage says.
    pub fn query<'p>(&self, page: impl Into<Page<'p>>) -> Result<Answer<K>, IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            lookup::read_text(settings.comparer, page.text, scratch);
            index.query_ready(terms, settings, scratch)
        })
    }

    /// The same for a sketch; `page` gives all but the text.
    ///
    /// # Errors
    /// What the storage says, and if the sketch was made with another recipe.
    pub fn query_sketch<'p>(
        &self,
        sketch: &Sketch,
        page: impl Into<Page<'p>>,
    ) -> Result<Answer<K>, IndexError> {
        let terms = self.terms(&page.into())?;
        self.check_recipe(sketch)?;
        self.with_scratch(|index, settings, scratch| {
            lookup::read_sketch(settings.comparer, sketch, scratch).map_err(|e| foreign(&e))?;
            index.query_ready(terms, settings, scratch)
        })
    }

    /// Removes a document; says whether there was one. No query that begins afterwards finds it, also
    /// after the index was opened again (once this was synced), and its bytes are gone from the disk
    /// after [`compact`](Self::compact). If later copies of it were found by it, they will be found by
    /// the longest remaining document of its cluster: that is looked for among all documents, so it
    /// takes time in proportion to their number.
    ///
    /// # Errors
    /// What the storage says.
    pub fn remove(&self, key: &K) -> Result<bool, IndexError> {
        let bytes = bytes_of(key);
        let _latest = lock(&self.shared.latest);
        let mut writer = self.shared.store.writer();
        let Some(doc) = writer.snapshot().find(&bytes)? else { return Ok(false) };
        self.hand_over(&mut writer, doc)?;
        writer.remove(doc)?;
        Ok(true)
    }

    /// What is known of a document; `None` if there is none of this key.
    ///
    /// # Errors
    /// What the storage says.
    pub fn get(&self, key: &K) -> Result<Option<Entry<K>>, IndexError> {
        let snapshot = self.shared.store.snapshot();
        let Some(doc) = snapshot.find(&bytes_of(key))? else { return Ok(None) };
        let mut buffer = Vec::new();
        let (Some(head), Some(parts)) =
            (head_of(&snapshot, doc)?, snapshot.read(doc, &mut buffer)?)
        else {
            return Ok(None);
        };
        let Stored { time, body, .. } = stored(doc, &buffer, &parts)?;
        let sketch = Sketch::from_body(self.shared.recipe, body).map_err(|e| damaged(doc, &e))?;
        let representative = self.representative(&snapshot, doc)?.unwrap_or_else(|| key.clone());
        Ok(Some(Entry { representative, time, valid_until: head.valid_until, sketch }))
    }

    /// Whether there is a document of this key.
    ///
    /// # Errors
    /// What the storage says.
    pub fn contains_key(&self, key: &K) -> Result<bool, IndexError> {
        Ok(self.shared.store.snapshot().find(&bytes_of(key))?.is_some())
    }

    /// Number of documents.
    #[must_use]
    pub fn len(&self) -> u64 {
        let stats = self.shared.store.stats();
        stats.documents - stats.removed
    }

    /// Whether there are no documents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory held, without what is mapped from files.
    #[must_use]
    pub fn memory_usage(&self) -> u64 {
        self.shared.store.stats().memory_bytes
    }

    /// What the index holds and has done.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats_of(&self.shared.store)
    }

    /// Makes everything durable that was done before; calls at the same time share the work.
    ///
    /// # Errors
    /// What the storage says.
    pub fn sync(&self) -> Result<(), IndexError> {
        self.shared.store.sync()
    }

    /// Rewrites the files as few, without what was removed.
    ///
    /// # Errors
    /// What the storage says.
    pub fn compact(&self) -> Result<(), IndexError> {
        self.shared.store.compact()
    }

    /// Closes the index: everything is durable afterwards. While there are other handles, it is synced
    /// and stays open. Dropping the last handle does the same, but tells no errors.
    ///
    /// # Errors
    /// What the storage says.
    pub fn close(self) -> Result<(), IndexError> {
        match Arc::try_unwrap(self.shared) {
            Ok(shared) => shared.store.close(),
            Err(shared) => shared.store.sync(),
        }
    }

    fn terms(&self, page: &Page<'_>) -> Result<Terms, IndexError> {
        check_time("time", page.time)?;
        check_time("valid_until", page.valid_until)?;
        Ok(page.into())
    }

    fn check_recipe(&self, sketch: &Sketch) -> Result<(), RecipeMismatch> {
        if sketch.recipe() == self.shared.recipe {
            return Ok(());
        }
        Err(RecipeMismatch::new("id", sketch.recipe(), self.shared.recipe))
    }

    fn with_scratch<R>(
        &self,
        f: impl FnOnce(&Self, &Settings<'_>, &mut Scratch) -> Result<R, IndexError>,
    ) -> Result<R, IndexError> {
        let mut scratch = lock(&self.shared.scratches).pop().unwrap_or_default();
        let by_bytes = |key: &[u8]| K::read(key).and_then(|key| self.texts.as_ref()?(&key));
        let options = &self.shared.options;
        let settings = Settings {
            comparer: &options.comparer,
            cap: options.cap,
            max_candidates: options.max_candidates,
            texts: self.texts.is_some().then_some(&by_bytes),
        };
        let out = f(self, &settings, &mut scratch);
        lock(&self.shared.scratches).push(scratch);
        out
    }

    fn query_ready(
        &self,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<Answer<K>, IndexError> {
        let snapshot = self.shared.store.snapshot();
        let mut effort = Effort::default();
        settings.probe(&snapshot, &terms, scratch, &mut effort)?;
        let links = settings.links(&snapshot, &terms, None, scratch, &mut effort)?;
        let hits = links.iter().filter_map(|link| self.hit(&snapshot, link).transpose());
        Ok(Answer { hits: hits.collect::<Result<_, _>>()?, effort })
    }

    /// `None` if the document was removed.
    fn hit(&self, snapshot: &Snapshot, link: &Link) -> Result<Option<Hit<K>>, IndexError> {
        let Some((key, time)) = self.name(snapshot, link.doc)? else { return Ok(None) };
        let (representative, first_seen) = match root_of(snapshot, link.doc)? {
            Some((root, head)) => (
                self.name(snapshot, head.representative)?.map(|n| n.0),
                self.name(snapshot, root)?.and_then(|n| n.1),
            ),
            None => (None, time),
        };
        let [(a_low, a_high), (b_low, b_high)] = link.bounds;
        Ok(Some(Hit {
            representative: representative.unwrap_or_else(|| key.clone()),
            key,
            relation: link.relation,
            confidence: relation::confidence(&link.evidence, &self.comparer().thresholds),
            evidence: link.evidence,
            exact: link.exact,
            content_a_in_b: Interval { low: a_low, high: a_high },
            content_b_in_a: Interval { low: b_low, high: b_high },
            time,
            first_seen,
        }))
    }

    /// Key and time of a document.
    fn name(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
    ) -> Result<Option<(K, Option<i64>)>, IndexError> {
        let mut buffer = Vec::new();
        let Some(parts) = snapshot.read(doc, &mut buffer)? else { return Ok(None) };
        let Stored { key, time, .. } = stored(doc, &buffer, &parts)?;
        match K::read(key) {
            Some(key) => Ok(Some((key, time))),
            None => Err(IndexError::Corrupt {
                file: format!("the record of document {doc}"),
                offset: 0,
                expected: "a key of the type that the index was opened with".to_owned(),
                found: key.escape_ascii().to_string(),
            }),
        }
    }

    fn representative(&self, snapshot: &Snapshot, doc: DocId) -> Result<Option<K>, IndexError> {
        let Some((_, head)) = root_of(snapshot, doc)? else { return Ok(None) };
        Ok(self.name(snapshot, head.representative)?.map(|n| n.0))
    }

    fn insert_body(&self, key: &K, terms: Terms, body: &[u8]) -> Result<(), IndexError> {
        let (posted, prose) =
            lookup::posted(self.comparer().recipe, body).map_err(|e| foreign(&e))?;
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
                lookup::sort(&mut links);
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

    /// A snapshot of the store.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.shared.store.snapshot()
    }

    /// Runs `f` with the writer.
    pub(super) fn change<R>(
        &self,
        f: impl FnOnce(&mut Writer<'_>) -> Result<R, IndexError>,
    ) -> Result<R, IndexError> {
        let mut latest = lock(&self.shared.latest);
        let mut writer = self.shared.store.writer();
        let out = f(&mut writer);
        // it may have posted what is older than the latest documents
        latest.docs.clear();
        latest.from = writer.snapshot().end();
        out
    }

    /// Whether a document matches another one by what is known now.
    pub(super) fn still_matches(
        &self,
        snapshot: &Snapshot,
        a: DocId,
        b: DocId,
    ) -> Result<bool, IndexError> {
        self.with_scratch(|_, settings, _| {
            let found = settings.relate(snapshot, a, b, &mut Effort::default())?;
            Ok(found.is_some_and(|link| link.relation.is_match()))
        })
    }

    /// Admits a sketch; also says its number.
    pub(super) fn admit_numbered(
        &self,
        key: &K,
        terms: Terms,
        sketch: &Sketch,
    ) -> Result<(Outcome, DocId), IndexError> {
        self.with_scratch(|index, settings, scratch| {
            lookup::read_sketch(settings.comparer, sketch, scratch).map_err(|e| foreign(&e))?;
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
            lookup::posted(self.comparer().recipe, sketch.body()).map_err(|e| foreign(&e))?;
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

    /// Before a document is removed: what was found by it will be found by another.
    fn hand_over(&self, writer: &mut Writer<'_>, doc: DocId) -> Result<(), IndexError> {
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
        lookup::posted(self.comparer().recipe, body).map(|p| p.0).map_err(|e| damaged(doc, &e))
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

/// Whether the page holds the article of a document and clearly more.
fn carries(link: &Link) -> bool {
    matches!(link.relation, Relation::TruncationOf | Relation::Contains)
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

/// Appends a document and tells its cluster of it.
fn append(
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

pub(super) fn bytes_of<K: Key>(key: &K) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    key.write(&mut out);
    out
}

/// A sketch from elsewhere that does not fit.
fn foreign(error: &crate::sketch::DecodeError) -> IndexError {
    IndexError::Corrupt {
        file: "the sketch".to_owned(),
        offset: 0,
        expected: "one of the index's recipe".to_owned(),
        found: error.to_string(),
    }
}

pub(super) fn stats_of(store: &Store) -> Stats {
    let s = store.stats();
    Stats {
        documents: s.documents - s.removed,
        removed: s.removed,
        postings: s.postings,
        stop_marks: s.stop_marks,
        segments: s.segments,
        disk_bytes: s.disk_bytes,
        posting_bytes: s.posting_bytes,
        memory_bytes: s.memory_bytes,
        repaired_bytes: s.repaired_bytes,
        merges: s.merges,
    }
}
