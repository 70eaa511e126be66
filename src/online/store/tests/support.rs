//! Operations to try on store and model alike.

use super::super::model::{Snapshot as Plain, Store as Model};
use super::super::{DocId, Group, HEAD, List, Record, Snapshot, Store, StoreOptions};
use crate::error::IndexError;
use proptest::prelude::*;

pub(super) const KEYS: u8 = 24;
pub(super) const FINGERPRINTS: u64 = 40;

/// A change, of documents named by how far back they are.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Append {
        key: u8,
        head: u8,
        fingerprints: Vec<u64>,
        payload: Vec<u8>,
    },
    Post {
        back: u8,
        fingerprints: Vec<u64>,
    },
    SetHead {
        back: u8,
        head: u8,
    },
    Remove {
        back: u8,
    },
    /// An older document gets another head and postings, one is removed, and one is appended.
    Group {
        older: (u8, u8, Vec<u64>),
        removed: Option<u8>,
        key: Option<u8>,
        fingerprints: Vec<u64>,
    },
}

fn fingerprints(most: usize) -> impl Strategy<Value = Vec<u64>> {
    // the low ones are in many documents
    let one = prop_oneof![0..4u64, 0..FINGERPRINTS];
    prop::collection::btree_set(one, 0..most).prop_map(|set| set.into_iter().collect())
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let append = (0..KEYS, any::<u8>(), fingerprints(9), prop::collection::vec(any::<u8>(), 0..20))
        .prop_map(|(key, head, fingerprints, payload)| Change::Append {
            key,
            head,
            fingerprints,
            payload,
        });
    prop_oneof![
        6 => append,
        1 => (any::<u8>(), fingerprints(5))
            .prop_map(|(back, fingerprints)| Change::Post { back, fingerprints }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(back, head)| Change::SetHead { back, head }),
        2 => any::<u8>().prop_map(|back| Change::Remove { back }),
        2 => group(),
    ]
}

fn group() -> impl Strategy<Value = Change> {
    let older = (any::<u8>(), any::<u8>(), fingerprints(5));
    let (removed, key) = (prop::option::of(any::<u8>()), prop::option::of(0..KEYS));
    (older, removed, key, fingerprints(9)).prop_map(|(older, removed, key, fingerprints)| {
        Change::Group { older, removed, key, fingerprints }
    })
}

fn back_from(end: DocId, back: u8) -> DocId {
    end.saturating_sub(1 + u32::from(back) % 16)
}

/// What an operation returned, without what an error says.
fn outcome<T>(result: Result<T, IndexError>) -> Result<T, IndexError> {
    match result {
        Err(IndexError::KeyExists { .. } | IndexError::Unknown { .. }) | Ok(_) => result,
        Err(other) => Err(other),
    }
}

/// What was done, or that it was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Done {
    Appended(DocId),
    Changed,
    Exists(DocId),
    Unknown,
}

macro_rules! apply {
    ($store:expr, $change:expr) => {{
        let mut writer = $store.writer();
        let end = writer.snapshot().end();
        let result = match $change {
            Change::Append { key, head, fingerprints, payload } => {
                let key = key_of(*key);
                let head = [*head; HEAD];
                let record = Record { key: &key, head, fingerprints, payload };
                outcome(writer.append(&record)).map(Done::Appended)
            }
            Change::Post { back, fingerprints } => {
                outcome(writer.post(back_from(end, *back), fingerprints)).map(|()| Done::Changed)
            }
            Change::SetHead { back, head } => {
                let head = [*head; HEAD];
                outcome(writer.set_head(back_from(end, *back), head)).map(|()| Done::Changed)
            }
            Change::Remove { back } => {
                outcome(writer.remove(back_from(end, *back))).map(|()| Done::Changed)
            }
            Change::Group { older: (back, head, post), removed, key, fingerprints } => {
                let older = back_from(end, *back);
                let key = key.map(key_of);
                let append = key.as_ref().map(|key| Record {
                    key,
                    head: [*head; HEAD],
                    fingerprints,
                    payload: b"group",
                });
                let group = Group {
                    posts: vec![(older, post.clone())],
                    heads: vec![(older, [head.wrapping_add(1); HEAD])],
                    removed: removed.map(|back| back_from(end, back)),
                    append,
                };
                let done = |doc: Option<DocId>| doc.map_or(Done::Changed, Done::Appended);
                outcome(writer.apply(&group)).map(done)
            }
        };
        match result {
            Err(IndexError::KeyExists { doc, .. }) => Ok(Done::Exists(doc)),
            Err(IndexError::Unknown { .. }) => Ok(Done::Unknown),
            other => other,
        }
    }};
}

pub(super) fn change_store(store: &Store, change: &Change) -> Result<Done, IndexError> {
    apply!(store, change)
}

pub(super) fn change_model(model: &Model, change: &Change) -> Done {
    apply!(model, change).expect("the model refuses nothing else")
}

pub(super) fn key_of(key: u8) -> Vec<u8> {
    // of different lengths, one empty
    vec![key; usize::from(key % 5)].into_iter().chain((key > 0).then_some(key)).collect()
}

/// What is known of a fingerprint.
pub(super) type Postings = Option<Vec<DocId>>;

macro_rules! all_of {
    ($snapshot:expr) => {{
        let snapshot = $snapshot;
        let mut all = All::default();
        let mut buffer = Vec::new();
        for doc in 0..snapshot.end() + 2 {
            let head = snapshot.head(doc)?;
            let read = snapshot.read(doc, &mut buffer)?;
            let parts = read.map(|p| (buffer[p.key].to_vec(), buffer[p.payload].to_vec()));
            assert_eq!(snapshot.is_live(doc), head.is_some());
            all.docs.push(head.zip(parts));
        }
        for key in 0..KEYS {
            all.keys.push(snapshot.find(&key_of(key))?);
        }
        let fingerprints: Vec<u64> = (0..FINGERPRINTS).collect();
        let mut next = 0;
        snapshot.postings(&fingerprints, &mut |i, list| {
            assert_eq!(i, next);
            next += 1;
            all.postings.push(match list {
                List::Docs(docs) => Some(docs.to_vec()),
                List::Stopped => None,
            });
        })?;
        let mut at = 0;
        while let Some(doc) = snapshot.next_live(at) {
            all.live.push(doc);
            at = doc + 1;
        }
        Ok(all)
    }};
}

type Stored = ([u8; HEAD], (Vec<u8>, Vec<u8>));

/// Everything a snapshot can be asked.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(super) struct All {
    docs: Vec<Option<Stored>>,
    keys: Vec<Option<DocId>>,
    pub postings: Vec<Postings>,
    live: Vec<DocId>,
}

pub(super) fn all_of_store(snapshot: &Snapshot) -> Result<All, IndexError> {
    all_of!(snapshot)
}

pub(super) fn all_of_model(snapshot: &Plain) -> All {
    fn all(snapshot: &Plain) -> Result<All, IndexError> {
        all_of!(snapshot)
    }
    all(snapshot).expect("the model never fails")
}

/// Of a store whose memtables and merges are tiny.
pub(super) fn tiny_options() -> StoreOptions {
    StoreOptions {
        cap: 3,
        stop_after: 1000,
        memtable_postings: 24,
        memtable_bytes: 4096,
        read_only: false,
    }
}

pub(super) fn model(options: &StoreOptions) -> Model {
    Model::open(options.clone())
}
