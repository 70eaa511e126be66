//! The index: opening it, and all but taking in and asking.

use super::answer::{Entry, Page, Stats, stats_of};
use super::cluster::{self, HandOver, head_of, root_of};
use super::head::check_time;
use super::key::{Key, bytes_of};
use super::latest::Latest;
use super::lookup::Settings;
use super::meta;
use super::options::Options;
use super::record::{Stored, damaged, stored};
use super::scratch::Scratch;
use super::sketch::Sketch;
use super::storage::{Directory, Memory, Storage};
use super::store::{Group, Snapshot, Store};
use super::terms::Terms;
use super::turn::{Turn, Written};
use crate::compare::Comparer;
use crate::error::{IndexError, RecipeMismatch};
use crate::recipe::RecipeId;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The durable, concurrent index of a crawler; see the [module](super).
///
/// A value is a handle: clones share the index, and all methods take `&self`, from any number of
/// threads.
pub struct OnlineIndex<K> {
    pub(super) shared: Arc<Shared>,
    pub(super) texts: Option<Texts<K>>,
    pub(super) keys: PhantomData<fn() -> K>,
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

pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) options: Options,
    pub(super) recipe: RecipeId,
    pub(super) scratches: Mutex<Vec<Scratch>>,
    /// Held while something is appended: taken before the store's writer.
    pub(super) written: Mutex<Written>,
    /// How often documents were posted under more fingerprints after they had been appended.
    pub(super) reposted: AtomicU64,
    /// Bytes that the writers hold.
    pub(super) member_bytes: AtomicU64,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is behind the locks is whole at every step that may panic
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let written = Written { latest, ..Written::default() };
        let shared = Shared {
            store,
            options,
            recipe,
            scratches: Mutex::default(),
            written: Mutex::new(written),
            reposted: AtomicU64::new(0),
            member_bytes: AtomicU64::new(0),
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

    /// Removes a document; says whether there was one. No query that begins afterwards finds it, also
    /// after the index was opened again (once this was synced), and its bytes are gone from the disk
    /// after [`compact`](Self::compact). If later copies of it were found by it, they will be found by
    /// the longest remaining document of its cluster: that takes time in proportion to the size of the
    /// cluster.
    ///
    /// # Errors
    /// What the storage says.
    pub fn remove(&self, key: &K) -> Result<bool, IndexError> {
        let bytes = bytes_of(key);
        let mut turn = Turn::new(&self.shared);
        let Some(doc) = turn.snapshot().find(&bytes)? else { return Ok(false) };
        let handed = cluster::hand_over(&mut turn, self.comparer().recipe, doc)?;
        let root = root_of(&turn.snapshot(), doc)?.map(|root| root.0);
        let (group, root, new_root) = match handed {
            Some(HandOver { group, root, new_root }) => (group, Some(root), Some(new_root)),
            None => (Group::default(), root, root),
        };
        turn.apply(Group { removed: Some(doc), ..group })?;
        if let (Some(root), Some(new_root)) = (root, new_root) {
            turn.written.members.rename(root, new_root);
            turn.written.members.leave(new_root, doc);
        }
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
        self.stats().memory_bytes
    }

    /// What the index holds and has done.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = stats_of(&self.shared.store);
        stats.memory_bytes += self.shared.member_bytes.load(Ordering::Relaxed);
        stats
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

    pub(super) fn terms(&self, page: &Page<'_>) -> Result<Terms, IndexError> {
        check_time("time", page.time)?;
        check_time("valid_until", page.valid_until)?;
        Ok(page.into())
    }

    pub(super) fn check_recipe(&self, sketch: &Sketch) -> Result<(), RecipeMismatch> {
        if sketch.recipe() == self.shared.recipe {
            return Ok(());
        }
        Err(RecipeMismatch::new("id", sketch.recipe(), self.shared.recipe))
    }

    pub(super) fn with_scratch<R>(
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
            templates: &options.templates,
        };
        let out = f(self, &settings, &mut scratch);
        lock(&self.shared.scratches).push(scratch);
        out
    }

    /// A snapshot of the store.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.shared.store.snapshot()
    }
}
