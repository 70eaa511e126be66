//! Who may open what, and what is refused.

use super::super::{HEAD, MAX_KEY, MAX_PAYLOAD, Record, Store, StoreOptions};
use super::support::tiny_options;
use crate::error::IndexError;
use crate::online::storage::{Directory, Memory, Storage};
use std::sync::Arc;

fn record<'a>(key: &'a [u8], payload: &'a [u8]) -> Record<'a> {
    Record { key, head: [0; HEAD], fingerprints: &[1, 2], payload }
}

fn both() -> (tempfile::TempDir, [Arc<dyn Storage>; 2]) {
    let directory = tempfile::tempdir().unwrap();
    let in_files = Directory::create(directory.path()).unwrap();
    (directory, [Arc::new(in_files), Arc::new(Memory::new())])
}

#[test]
fn one_writer_at_a_time() {
    let (_directory, storages) = both();
    for storage in storages {
        let open = || Store::open(Arc::clone(&storage), tiny_options(), b"");
        let store = open().unwrap();
        assert!(matches!(open(), Err(IndexError::Locked { .. })));
        drop(store);
        open().unwrap().close().unwrap();
    }
}

#[test]
fn readers_need_an_index_and_cannot_write() {
    let (_directory, storages) = both();
    for storage in storages {
        let read_only = || {
            let options = StoreOptions { read_only: true, ..tiny_options() };
            Store::open(Arc::clone(&storage), options, b"")
        };
        assert!(matches!(read_only(), Err(IndexError::Missing { .. })));
        let store = Store::open(Arc::clone(&storage), tiny_options(), b"kept").unwrap();
        store.writer().append(&record(b"a", b"")).unwrap();
        store.sync().unwrap();
        // beside the writer
        let reader = read_only().unwrap();
        assert_eq!(reader.meta(), b"kept");
        assert_eq!(reader.snapshot().find(b"a").unwrap(), Some(0));
        let refused = reader.writer().append(&record(b"b", b""));
        assert!(matches!(refused, Err(IndexError::ReadOnly)));
        assert!(matches!(reader.writer().remove(0), Err(IndexError::ReadOnly)));
        assert!(matches!(reader.compact(), Err(IndexError::ReadOnly)));
        let before = storage.list().unwrap();
        reader.close().unwrap();
        assert_eq!(storage.list().unwrap(), before);
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let store = Store::open(Arc::new(Memory::new()), tiny_options(), b"").unwrap();
    let (key, payload) = (vec![1; MAX_KEY + 1], vec![2; MAX_PAYLOAD + 1]);
    let too_long = |record: &Record<'_>| {
        let refused = store.writer().append(record);
        assert!(matches!(refused, Err(IndexError::TooLong { .. })));
    };
    too_long(&record(&key, b""));
    too_long(&record(b"", &payload));
    let longest = record(&key[1..], &payload[1..]);
    let doc = store.writer().append(&longest).unwrap();
    store.compact().unwrap();
    let mut into = vec![9];
    let parts = store.snapshot().read(doc, &mut into).unwrap().unwrap();
    assert_eq!((&into[parts.key], &into[parts.payload]), (&key[1..], &payload[1..]));
}

#[test]
fn a_document_of_more_fingerprints_than_a_memtable() {
    let store = Store::open(Arc::new(Memory::new()), tiny_options(), b"").unwrap();
    let fingerprints: Vec<u64> = (0..5000).collect();
    for key in [b"a", b"b"] {
        let record = Record { fingerprints: &fingerprints, ..record(key, b"") };
        store.writer().append(&record).unwrap();
    }
    for compacted in [false, true] {
        if compacted {
            store.compact().unwrap();
        }
        let mut lists = 0;
        store
            .snapshot()
            .postings(&fingerprints, &mut |_, list| {
                assert_eq!(list, super::super::List::Docs(&[0, 1]));
                lists += 1;
            })
            .unwrap();
        assert_eq!(lists, 5000);
    }
}

#[test]
fn compacting_leaves_nothing_of_removed_documents() {
    let (_directory, storages) = both();
    for storage in storages {
        let store = Store::open(Arc::clone(&storage), tiny_options(), b"").unwrap();
        for i in 0..40u8 {
            let key = [b'k', i];
            let payload = format!("secret number {i:03}");
            store.writer().append(&record(&key, payload.as_bytes())).unwrap();
        }
        for doc in (0..40).filter(|d| d % 3 != 0) {
            store.writer().remove(doc).unwrap();
        }
        store.compact().unwrap();
        let mut kept = 0;
        for name in storage.list().unwrap() {
            let bytes = storage.read(&name).unwrap();
            for i in 0..40 {
                let payload = format!("secret number {i:03}");
                let found = bytes.windows(payload.len()).any(|w| w == payload.as_bytes());
                assert!(!found || i % 3 == 0, "{name} holds {payload}");
                kept += usize::from(found);
            }
        }
        assert_eq!(kept, 14);
        let stats = store.stats();
        assert_eq!((stats.documents, stats.removed, stats.segments), (40, 26, 1));
        assert_eq!(stats.postings, 28);
    }
}
