//! The bytes of format version 1: files kept in `tests/golden/online-v1` are read, and the same
//! operations give the same files.

use super::super::{Group, HEAD, List, Record, Store, StoreOptions};
use crate::online::storage::{Memory, Storage};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

const TEXTS: [&str; 6] = [
    "The ferry left at dawn.",
    "Nobody on the quay thought of the storm.",
    "By noon the harbour was closed.",
    "",
    "In the evening the wind turned.",
    "The trawler came home on Sunday.",
];

fn open(storage: &Arc<dyn Storage>, read_only: bool) -> Store {
    let options = StoreOptions { memtable_postings: 64, cap: 3, read_only, ..Default::default() };
    Store::open(Arc::clone(storage), options, b"golden").unwrap()
}

fn append(store: &Store, number: usize) {
    let key = format!("https://harbour.example/{number}");
    // 7 is in all, the others in one
    let own = number as u64 * 1_000_003;
    let fingerprints = [7, own + 11, own + 12, u64::MAX - own];
    let record = Record {
        key: key.as_bytes(),
        head: [number as u8; HEAD],
        fingerprints: &fingerprints,
        payload: TEXTS[number].as_bytes(),
    };
    assert_eq!(store.writer().append(&record).unwrap() as usize, number);
}

/// A segment of four documents, and a log of the rest.
fn write(storage: &Arc<dyn Storage>) {
    let store = open(storage, false);
    for number in 0..4 {
        append(&store, number);
    }
    store.writer().remove(1).unwrap();
    store.close().unwrap();
    let store = open(storage, false);
    append(&store, 4);
    store.writer().set_head(0, [200; HEAD]).unwrap();
    store.writer().post(2, &[99]).unwrap();
    store.sync().unwrap();
    append(&store, 5);
    store.writer().remove(3).unwrap();
    store.sync().unwrap();
    // as a kill would leave them
    std::mem::forget(store);
}

fn written() -> BTreeMap<String, Vec<u8>> {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    write(&storage);
    let names = storage.list().unwrap();
    names.into_iter().map(|name| (name.clone(), storage.read(&name).unwrap())).collect()
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/online-v1")
}

fn kept() -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

#[test]
fn version_1_is_read() {
    for read_only in [true, false] {
        let storage: Arc<dyn Storage> = Arc::new(Memory::new());
        for (name, bytes) in kept() {
            storage.create(&name).unwrap().append(&bytes).unwrap();
        }
        let store = open(&storage, read_only);
        assert_eq!(store.meta(), b"golden");
        let snapshot = store.snapshot();
        assert_eq!(snapshot.end(), 6);
        let mut into = Vec::new();
        for (doc, text) in (0..).zip(TEXTS) {
            let live = doc != 1 && doc != 3;
            let key = format!("https://harbour.example/{doc}");
            assert_eq!(snapshot.find(key.as_bytes()).unwrap(), live.then_some(doc));
            let head = if doc == 0 { 200 } else { doc as u8 };
            assert_eq!(snapshot.head(doc).unwrap(), live.then_some([head; HEAD]));
            let parts = snapshot.read(doc, &mut into).unwrap();
            assert_eq!(parts.map(|p| &into[p.payload]), live.then_some(text.as_bytes()));
        }
        let mut lists = Vec::new();
        snapshot
            .postings(&[7, 11, 1_000_014, 4_000_024, 99], &mut |_, list| match list {
                List::Docs(docs) => lists.push(docs.to_vec()),
                List::Stopped => lists.push(vec![u32::MAX]),
            })
            .unwrap();
        assert_eq!(lists, [vec![u32::MAX], vec![0], vec![], vec![4], vec![2]]);
        assert_eq!(store.stats().repaired_bytes, 0);
    }
}

#[test]
fn the_same_operations_give_the_same_bytes() {
    let (kept, written) = (kept(), written());
    assert_eq!(Vec::from_iter(kept.keys()), Vec::from_iter(written.keys()));
    for (name, bytes) in &written {
        let differs = bytes.iter().zip(&kept[name]).position(|(a, b)| a != b);
        assert_eq!((differs, bytes.len()), (None, kept[name].len()), "{name}");
    }
}

/// For a new format version, into a new directory.
#[test]
#[ignore = "writes the files that the other tests read"]
fn write_the_files() {
    fs::create_dir_all(directory()).unwrap();
    for (name, bytes) in written() {
        fs::write(directory().join(name), bytes).unwrap();
    }
}

#[test]
fn a_group_is_one_frame() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let store = open(&storage, false);
    append(&store, 0);
    store.sync().unwrap();
    let names = storage.list().unwrap();
    let log = names.iter().find(|name| name.ends_with(".log")).unwrap();
    let before = storage.read(log).unwrap().len();
    let record = Record { key: b"k", head: [5; HEAD], fingerprints: &[], payload: b"p" };
    let group = Group {
        heads: vec![(0, [9; HEAD])],
        removed: Some(0),
        append: Some(record),
        ..Group::default()
    };
    assert_eq!(store.writer().apply(&group).unwrap(), Some(1));
    store.sync().unwrap();
    let bytes = storage.read(log).unwrap();
    let frame = &bytes[before..];
    let word = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
    // set head, remove, append: kind and length of each, behind the header of the frame
    let lengths = [36, 4, 4 + 32 + 2 + 4 + 2];
    assert_eq!((word(8), word(12)), (lengths.iter().map(|len| 8 + len).sum(), 5));
    let mut at = 32;
    for (kind, len) in [3, 4, 1].into_iter().zip(lengths) {
        assert_eq!((word(at), word(at + 4)), (kind, len));
        at += 8 + len as usize;
    }
    assert_eq!(crate::hash::bytes(&frame[32..at]), 2_578_086_325_159_567_381);
}
