//! The store, plainly: maps in memory, copied for each snapshot. What it answers is right by
//! inspection.

use super::{
    DocId, Group, HEAD, List, MAX_DOCS, MAX_KEY, MAX_PAYLOAD, Parts, Record, StoreOptions,
    StoreStats,
};
use crate::error::IndexError;
use crate::hash;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone)]
struct Doc {
    key: Vec<u8>,
    head: [u8; HEAD],
    payload: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct State {
    docs: Vec<Option<Doc>>,
    keys: BTreeMap<Vec<u8>, DocId>,
    postings: BTreeMap<u64, BTreeSet<DocId>>,
}

#[derive(Debug)]
pub(crate) struct Store {
    options: StoreOptions,
    state: Mutex<Arc<State>>,
}

impl Store {
    pub(crate) fn open(options: StoreOptions) -> Self {
        Self { options, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, Arc<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { cap: self.options.cap, state: Arc::clone(&self.state()) }
    }

    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer { cap: self.options.cap, state: self.state() }
    }

    pub(crate) fn stats(&self) -> StoreStats {
        let state = self.state();
        StoreStats {
            documents: state.docs.len() as u64,
            removed: state.docs.iter().filter(|d| d.is_none()).count() as u64,
            postings: state.postings.values().map(|l| l.len() as u64).sum(),
            ..StoreStats::default()
        }
    }
}

#[derive(Debug)]
pub(crate) struct Writer<'a> {
    cap: u32,
    state: MutexGuard<'a, Arc<State>>,
}

impl Writer<'_> {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { cap: self.cap, state: Arc::clone(&self.state) }
    }

    pub(crate) fn append(&mut self, record: &Record<'_>) -> Result<DocId, IndexError> {
        let too_long = |what, limit, found| Err(IndexError::TooLong { what, limit, found });
        if record.key.len() > MAX_KEY {
            return too_long("key", MAX_KEY, record.key.len());
        }
        if record.payload.len() > MAX_PAYLOAD {
            return too_long("payload", MAX_PAYLOAD, record.payload.len());
        }
        if let Some(doc) = self.snapshot().find(record.key)? {
            return Err(IndexError::KeyExists { key: record.key.escape_ascii().to_string(), doc });
        }
        if self.state.docs.len() >= MAX_DOCS as usize {
            return Err(IndexError::Full { what: "documents", limit: MAX_DOCS.into() });
        }
        let doc = self.state.docs.len() as DocId;
        let state = Arc::make_mut(&mut self.state);
        let (key, payload) = (record.key.to_vec(), record.payload.to_vec());
        state.keys.insert(key.clone(), doc);
        state.docs.push(Some(Doc { key, head: record.head, payload }));
        self.post(doc, record.fingerprints)?;
        Ok(doc)
    }

    fn check(&self, doc: DocId) -> Result<(), IndexError> {
        let end = self.state.docs.len() as DocId;
        if self.snapshot().is_live(doc) { Ok(()) } else { Err(IndexError::Unknown { doc, end }) }
    }

    pub(crate) fn post(&mut self, doc: DocId, fingerprints: &[u64]) -> Result<(), IndexError> {
        self.check(doc)?;
        let state = Arc::make_mut(&mut self.state);
        for &fingerprint in fingerprints {
            state.postings.entry(scrambled(fingerprint)).or_default().insert(doc);
        }
        Ok(())
    }

    pub(crate) fn set_head(&mut self, doc: DocId, head: [u8; HEAD]) -> Result<(), IndexError> {
        self.check(doc)?;
        let state = Arc::make_mut(&mut self.state);
        if let Some(doc) = &mut state.docs[doc as usize] {
            doc.head = head;
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, doc: DocId) -> Result<(), IndexError> {
        self.check(doc)?;
        let state = Arc::make_mut(&mut self.state);
        if let Some(gone) = state.docs[doc as usize].take() {
            state.keys.remove(&gone.key);
        }
        for docs in state.postings.values_mut() {
            docs.remove(&doc);
        }
        Ok(())
    }
}

impl Writer<'_> {
    pub(crate) fn apply(&mut self, group: &Group<'_>) -> Result<Option<DocId>, IndexError> {
        let before = Arc::clone(&self.state);
        let result = self.do_all(group);
        if result.is_err() {
            *self.state = before;
        }
        result
    }

    fn do_all(&mut self, group: &Group<'_>) -> Result<Option<DocId>, IndexError> {
        for (doc, fingerprints) in &group.posts {
            self.post(*doc, fingerprints)?;
        }
        for &(doc, head) in &group.heads {
            self.set_head(doc, head)?;
        }
        if let Some(doc) = group.removed {
            self.remove(doc)?;
        }
        group.append.as_ref().map(|record| self.append(record)).transpose()
    }
}

/// What the store knows of a fingerprint.
fn scrambled(fingerprint: u64) -> u64 {
    hash::mix(fingerprint) >> 24
}

#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    cap: u32,
    state: Arc<State>,
}

impl Snapshot {
    pub(crate) fn end(&self) -> DocId {
        self.state.docs.len() as DocId
    }

    fn doc(&self, doc: DocId) -> Option<&Doc> {
        self.state.docs.get(doc as usize)?.as_ref()
    }

    pub(crate) fn find(&self, key: &[u8]) -> Result<Option<DocId>, IndexError> {
        Ok(self.state.keys.get(key).copied())
    }

    pub(crate) fn is_live(&self, doc: DocId) -> bool {
        self.doc(doc).is_some()
    }

    pub(crate) fn head(&self, doc: DocId) -> Result<Option<[u8; HEAD]>, IndexError> {
        Ok(self.doc(doc).map(|d| d.head))
    }

    pub(crate) fn read(&self, doc: DocId, into: &mut Vec<u8>) -> Result<Option<Parts>, IndexError> {
        into.clear();
        let Some(doc) = self.doc(doc) else { return Ok(None) };
        into.extend_from_slice(&doc.key);
        into.extend_from_slice(&doc.payload);
        Ok(Some(Parts { key: 0..doc.key.len(), payload: doc.key.len()..into.len() }))
    }

    pub(crate) fn postings(
        &self,
        fingerprints: &[u64],
        each: &mut dyn FnMut(usize, List<'_>),
    ) -> Result<(), IndexError> {
        for (i, &fingerprint) in fingerprints.iter().enumerate() {
            let docs: Vec<DocId> = match self.state.postings.get(&scrambled(fingerprint)) {
                Some(docs) => docs.iter().copied().collect(),
                None => Vec::new(),
            };
            if docs.len() > self.cap as usize {
                each(i, List::Stopped);
            } else {
                each(i, List::Docs(&docs));
            }
        }
        Ok(())
    }

    pub(crate) fn next_live(&self, from: DocId) -> Option<DocId> {
        (from..self.end()).find(|&d| self.is_live(d))
    }
}
