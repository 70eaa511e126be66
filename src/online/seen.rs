//! How much of a page was seen before, and nothing else.

use super::answer::{Stats, stats_of};
use super::index::lock;
use super::meta::What;
use super::options::Options;
use super::scratch::whole_probe;
use super::sketch;
use super::storage::{Directory, Memory, Storage};
use super::store::{List, Record, Snapshot, Store};
use crate::compare::Document;
use crate::error::IndexError;
use crate::shingle::Fingerprint;
use crate::sketch::Estimate;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The leanest index: it holds the fingerprints of what was seen, each once, and no documents. It says
/// how much of a page's content was seen before, not where.
///
/// About 3 bytes a fingerprint that was not seen before: for a novel page of 400 words, among a million,
/// 68 bytes on disk and 79 with what waits in memory, for a copy nothing. There are no keys, nothing can
/// be removed, furniture is not learned, and a passage counts wherever it was seen. A fingerprint that was
/// not seen is taken for one that was with a chance of one in 2^40 for each that is held.
///
/// ```
/// use nearcopy::online::SeenIndex;
///
/// let seen = SeenIndex::in_memory()?;
/// let page = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm. \
///     By noon the harbour was closed and the last boats had been pulled up on the slip.";
/// assert_eq!(seen.admit(page)?.share().value(), 0.0);
/// assert_eq!(seen.admit(page)?.share().value(), 1.0);
/// # Ok::<(), nearcopy::error::IndexError>(())
/// ```
#[derive(Clone)]
pub struct SeenIndex {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    options: Options,
    scratches: Mutex<Vec<Scratch>>,
}

/// Buffers for reuse.
#[derive(Default)]
struct Scratch {
    document: Document,
    winnowed: Vec<Fingerprint>,
}

impl fmt::Debug for SeenIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenIndex").finish_non_exhaustive()
    }
}

/// How much of a page was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Seen {
    /// Distinct fingerprints of the page's content.
    pub fingerprints: u32,
    /// Of these, those that were seen before.
    pub seen: u32,
    /// Whether the same words in the same order were seen before.
    pub whole: bool,
}

impl Seen {
    /// The share of the page's content that was seen before, with its interval: fingerprints are a
    /// sample of its passages.
    #[must_use]
    pub fn share(self) -> Estimate {
        if self.whole {
            return Estimate::from_counts(1, 1);
        }
        Estimate::from_counts(self.seen.into(), self.fingerprints.into())
    }
}

impl SeenIndex {
    /// Opens the index in a directory, or makes one.
    ///
    /// # Errors
    /// As [`OnlineIndex::open`](super::OnlineIndex::open).
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, IndexError> {
        let dir = dir.as_ref();
        let directory = Directory::create(dir).map_err(|source| IndexError::Io {
            path: dir.display().to_string(),
            action: "opening",
            source,
        })?;
        Self::open_in(Arc::new(directory), Options::default())
    }

    /// Opens the index in any storage; of the settings the comparer counts and whether to read only.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(storage: Arc<dyn Storage>, options: Options) -> Result<Self, IndexError> {
        let store = options.store::<Vec<u8>>(storage, What::Seen)?;
        Ok(Self { shared: Arc::new(Shared { store, options, scratches: Mutex::default() }) })
    }

    /// An index that lives in memory.
    ///
    /// # Errors
    /// None that is known; opening is the same as elsewhere.
    pub fn in_memory() -> Result<Self, IndexError> {
        Self::open_in(Arc::new(Memory::new()), Options::default())
    }

    /// How much of a text was seen before.
    ///
    /// # Errors
    /// What the storage says.
    pub fn query(&self, text: &str) -> Result<Seen, IndexError> {
        let posted = self.fingerprints(text);
        Ok(self.look(&self.shared.store.snapshot(), &posted)?.0)
    }

    /// How much of a text was seen before; all of it counts as seen from now on. One step: of two
    /// copies that arrive at once exactly one is new.
    ///
    /// # Errors
    /// What the storage says.
    pub fn admit(&self, text: &str) -> Result<Seen, IndexError> {
        let posted = self.fingerprints(text);
        let mut writer = self.shared.store.writer();
        let snapshot = writer.snapshot();
        let (seen, new) = self.look(&snapshot, &posted)?;
        let empty = snapshot.end() == 0;
        drop(snapshot);
        if new.is_empty() {
            return Ok(seen);
        }
        if empty {
            // one document holds everything
            writer.append(&Record { key: &[], head: [0; 32], fingerprints: &new, payload: &[] })?;
        } else {
            writer.post(0, &new)?;
        }
        Ok(seen)
    }

    /// What the index holds and has done; it is one document to the files.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats_of(&self.shared.store)
    }

    /// Makes everything durable that was done before.
    ///
    /// # Errors
    /// What the storage says.
    pub fn sync(&self) -> Result<(), IndexError> {
        self.shared.store.sync()
    }

    /// Rewrites the files as few.
    ///
    /// # Errors
    /// What the storage says.
    pub fn compact(&self) -> Result<(), IndexError> {
        self.shared.store.compact()
    }

    /// Closes the index: everything is durable afterwards. While there are other handles, it is synced
    /// and stays open.
    ///
    /// # Errors
    /// What the storage says.
    pub fn close(self) -> Result<(), IndexError> {
        match Arc::try_unwrap(self.shared) {
            Ok(shared) => shared.store.close(),
            Err(shared) => shared.store.sync(),
        }
    }

    fn fingerprints(&self, text: &str) -> Posted {
        let comparer = &self.shared.options.comparer;
        let mut scratch = lock(&self.shared.scratches).pop().unwrap_or_default();
        let Scratch { document, winnowed } = &mut scratch;
        comparer.prepare_into(text, document);
        let mut content = Vec::new();
        sketch::list_indexed(comparer.recipe, document, winnowed, &mut content);
        let is_empty = document.tokens().is_empty();
        let whole = (!is_empty).then(|| whole_probe(document.content_hash()));
        lock(&self.shared.scratches).push(scratch);
        Posted { content, whole }
    }

    /// What was seen, and what was not, sorted.
    fn look(&self, snapshot: &Snapshot, posted: &Posted) -> Result<(Seen, Vec<u64>), IndexError> {
        let mut probes = posted.content.clone();
        probes.extend(posted.whole);
        let mut new = Vec::new();
        let mut seen = Seen { fingerprints: posted.content.len() as u32, ..Seen::default() };
        snapshot.postings(&probes, &mut |at, list| {
            if matches!(list, List::Docs([])) {
                new.push(probes[at]);
            } else if at < posted.content.len() {
                seen.seen += 1;
            } else {
                seen.whole = true;
            }
        })?;
        new.sort_unstable();
        new.dedup();
        Ok((seen, new))
    }
}

struct Posted {
    /// Sorted.
    content: Vec<u64>,
    whole: Option<u64>,
}
