//! Every byte flipped and every file cut at every length: an error or a repaired tail, never another
//! answer.

use super::super::files::{MANIFEST, Role};
use super::super::{Store, StoreOptions};
use super::support::{
    All, Change, all_of_model, all_of_store, change_model, change_store, model, tiny_options,
};
use crate::error::IndexError;
use crate::online::storage::{Append, Bytes, Lock, Memory, Storage};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Files = BTreeMap<String, Vec<u8>>;

fn options(read_only: bool) -> StoreOptions {
    StoreOptions { memtable_postings: 4096, read_only, ..tiny_options() }
}

fn storage(files: &Files) -> Arc<dyn Storage> {
    let memory = Memory::new();
    for (name, bytes) in files {
        memory.create(name).unwrap().append(bytes).unwrap();
    }
    Arc::new(memory)
}

/// The files of a store with two segments, removed documents, other heads and a synced log; and what it
/// holds after each operation.
fn sample() -> (Files, Vec<All>) {
    let memory = Memory::new();
    let storage = Arc::new(memory.clone()) as Arc<dyn Storage>;
    let model = model(&options(false));
    let mut states = vec![all_of_model(&model.snapshot())];
    let mut store = Store::open(Arc::clone(&storage), options(false), b"meta").unwrap();
    for i in 0..24u8 {
        let change = match i {
            5 => Change::Remove { back: 2 },
            12 => Change::SetHead { back: 9, head: 77 },
            13 => Change::Post { back: 8, fingerprints: vec![30, 31] },
            14 => Change::Remove { back: 7 },
            20 => Change::Remove { back: 12 },
            22 => Change::Group {
                older: (3, 79, vec![32]),
                removed: Some(5),
                key: Some(22),
                fingerprints: vec![1, 2],
            },
            21 => Change::SetHead { back: 11, head: 78 },
            _ => Change::Append {
                key: i,
                head: i,
                fingerprints: (0..40).filter(|f| (f * 7 + u64::from(i)) % 9 < 2).collect(),
                payload: vec![i; usize::from(i)],
            },
        };
        assert_eq!(change_store(&store, &change).unwrap(), change_model(&model, &change));
        states.push(all_of_model(&model.snapshot()));
        if i == 10 || i == 15 {
            store.close().unwrap();
            store = Store::open(Arc::clone(&storage), options(false), b"meta").unwrap();
        }
    }
    store.sync().unwrap();
    let files: Files = storage
        .list()
        .unwrap()
        .into_iter()
        .map(|name| {
            let bytes = storage.read(&name).unwrap();
            (name, bytes)
        })
        .collect();
    assert_eq!(files.keys().filter(|n| n.ends_with(".index")).count(), 2);
    assert_eq!(files.keys().filter(|n| n.ends_with(".log")).count(), 1);
    (files, states)
}

/// What a store over the files answers; the second value is what opening cut off.
fn look(files: &Files, read_only: bool) -> Result<(All, u64), IndexError> {
    let store = Store::open(storage(files), options(read_only), b"meta")?;
    assert_eq!(store.meta(), b"meta");
    let all = all_of_store(&store.snapshot())?;
    Ok((all, store.stats().repaired_bytes))
}

fn check(files: &Files, states: &[All], name: &str, read_only: bool, what: &str) -> bool {
    match look(files, read_only) {
        Err(IndexError::Corrupt { .. } | IndexError::Version { .. } | IndexError::Io { .. }) => {
            true
        }
        Err(error) => panic!("{what}: {error}"),
        Ok((found, repaired)) => {
            let last = &states[states.len() - 1];
            let is_log = matches!(Role::of(name), Some((Role::Log, _)));
            let cut_off = is_log && states.contains(&found);
            assert!(found == *last || cut_off, "{what}: another answer");
            // a cut between two frames leaves no trace
            let said = repaired > 0 || what.contains("cut");
            assert!(found == *last || said, "{what}: not said");
            false
        }
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let (files, states) = sample();
    let (found, repaired) = look(&files, true).unwrap();
    assert_eq!((&found, repaired), (&states[states.len() - 1], 0));
    for name in files.keys() {
        let mut errors = 0;
        for at in 0..files[name].len() {
            let mut damaged = files.clone();
            let byte = &mut damaged.get_mut(name).unwrap()[at];
            *byte ^= if at % 3 == 0 { 0xFF } else { 1 << (at % 8) };
            let what = format!("{name} flipped at {at}");
            errors += usize::from(check(&damaged, &states, name, true, &what));
            if at % 31 == 0 {
                check(&damaged, &states, name, false, &what);
            }
        }
        // all of the log was synced, and a mark after it says so
        let len = files[name].len();
        let least = if name.ends_with(".log") { len - 40 } else { len / 4 };
        assert!(errors >= least, "{errors} errors in {len} bytes of {name}");
        assert!(name != MANIFEST || errors == len, "{errors} errors in {len} bytes of {name}");
    }
}

#[test]
fn every_cut_is_noticed() {
    let (files, states) = sample();
    for name in files.keys() {
        for len in 0..files[name].len() {
            let mut damaged = files.clone();
            damaged.get_mut(name).unwrap().truncate(len);
            let what = format!("{name} cut to {len}");
            let error = check(&damaged, &states, name, true, &what);
            assert!(error || name.ends_with(".log"), "{what}: no error");
            if len % 31 == 0 {
                check(&damaged, &states, name, false, &what);
            }
        }
    }
}

#[test]
fn every_missing_file_is_noticed() {
    let (files, states) = sample();
    for name in files.keys() {
        let mut damaged = files.clone();
        damaged.remove(name);
        match look(&damaged, false) {
            Err(_) => {}
            // nobody can know of a log that is gone
            Ok((found, _)) => assert!(name.ends_with(".log") && states.contains(&found), "{name}"),
        }
    }
}

#[test]
fn a_newer_version_is_named() {
    let (files, _) = sample();
    for (name, at_end) in files.keys().map(|name| (name, !name.ends_with(".log"))) {
        let mut newer = files.clone();
        let bytes = newer.get_mut(name).unwrap();
        let at = match name.as_str() {
            MANIFEST => 8,
            _ if at_end => bytes.len() - 12,
            _ => 8,
        };
        bytes[at] = 9;
        if name.ends_with(".log") {
            let sum = crate::hash::bytes(&bytes[..24]);
            bytes[24..32].copy_from_slice(&sum.to_le_bytes());
        }
        match look(&newer, false).unwrap_err() {
            IndexError::Version { file, expected: 1, found: 9 } => assert_eq!(&file, name),
            other => panic!("{name}: {other}"),
        }
    }
}

#[test]
fn files_of_another_index_are_noticed() {
    let (files, _) = sample();
    let index: Vec<&String> = files.keys().filter(|n| n.ends_with(".index")).collect();
    let mut mixed = files.clone();
    mixed.insert(index[0].clone(), files[index[1]].clone());
    assert!(matches!(look(&mixed, false), Err(IndexError::Corrupt { .. })));
}

/// Files of which, once it is told so, complete ones begin with another byte than was written.
#[derive(Debug, Clone)]
struct Faulty {
    memory: Memory,
    faulty: Arc<AtomicBool>,
}

#[derive(Debug)]
struct FaultyFile {
    file: Box<dyn Append>,
    /// Its first byte was written.
    begun: AtomicBool,
}

impl Append for FaultyFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut other = bytes.to_vec();
        if let Some(first) = other.first_mut()
            && !self.begun.swap(true, Ordering::Relaxed)
        {
            *first ^= 1;
        }
        self.file.append(&other)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

impl Storage for Faulty {
    fn place(&self) -> String {
        self.memory.place()
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        self.memory.lock()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.memory.list()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Append>> {
        let file = self.memory.create(name)?;
        let complete = matches!(Role::of(name), Some((Role::Index | Role::Docs, _)));
        let faulty = complete && self.faulty.load(Ordering::Relaxed);
        let begun = AtomicBool::new(false);
        Ok(if faulty { Box::new(FaultyFile { file, begun }) } else { file })
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.memory.read(name)
    }

    fn map(&self, name: &str) -> io::Result<Bytes> {
        self.memory.map(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.memory.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.memory.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.memory.sync_names()
    }
}

#[test]
fn a_bad_write_is_noticed_before_the_good_file_is_gone() {
    let append = |store: &Store, key: u8| {
        let (fingerprints, payload) = (vec![u64::from(key)], vec![key; 9]);
        change_store(store, &Change::Append { key, head: 0, fingerprints, payload }).unwrap();
    };
    for flushed_well in [false, true] {
        let disk = Faulty { memory: Memory::new(), faulty: Arc::default() };
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let mut store = Store::open(Arc::clone(&storage), options(false), b"meta").unwrap();
        for key in 0..10 {
            append(&store, key);
        }
        if flushed_well {
            // a file each, so that there is something to merge
            store.close().unwrap();
            store = Store::open(Arc::clone(&storage), options(false), b"meta").unwrap();
            append(&store, 10);
        }
        let before = all_of_store(&store.snapshot()).unwrap();
        store.sync().unwrap();
        disk.faulty.store(true, Ordering::Relaxed);
        let refused = store.compact().unwrap_err();
        assert!(matches!(refused, IndexError::Stopped { .. }), "{refused}");
        drop(store);
        disk.faulty.store(false, Ordering::Relaxed);
        let store = Store::open(storage, options(false), b"meta").unwrap();
        assert_eq!(all_of_store(&store.snapshot()).unwrap(), before);
        store.compact().unwrap();
        assert_eq!(all_of_store(&store.snapshot()).unwrap(), before);
    }
}
