//! A process that writes is killed at any moment, again and again: what it had said to be synced is
//! there, whatever is there is right, and nothing else is.
//!
//! The process is this test binary, told by an argument of the test runner to run the test `child`.

use super::super::{DocId, HEAD, List, Record, Store, StoreOptions};
use crate::hash::mix;
use crate::online::storage::Directory;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const DIRECTORY: &str = "STORE_TO_KILL";
const FINGERPRINTS: u64 = 6;

fn open(path: &Path) -> Store {
    let storage = Directory::create(path).unwrap();
    let options = StoreOptions { memtable_postings: 600, ..StoreOptions::default() };
    Store::open(Arc::new(storage), options, b"").unwrap()
}

fn fingerprint(doc: DocId, i: u64) -> u64 {
    u64::from(doc) * 64 + i
}

fn payload(doc: DocId) -> Vec<u8> {
    vec![doc as u8; mix(doc.into()) as usize % 300]
}

fn append(store: &Store, doc: DocId) {
    let fingerprints: Vec<u64> = (0..FINGERPRINTS).map(|i| fingerprint(doc, i)).collect();
    let (key, payload) = (doc.to_le_bytes(), payload(doc));
    let record =
        Record { key: &key, head: [1; HEAD], fingerprints: &fingerprints, payload: &payload };
    assert_eq!(store.writer().append(&record).unwrap(), doc);
}

/// What is done to older documents once `doc` is there, in this order; it may have been done.
fn follow(store: &Store, doc: DocId) {
    let mut writer = store.writer();
    let live = |doc| store.snapshot().is_live(doc);
    if let Some(older) = posted_by(doc).filter(|&d| live(d)) {
        writer.post(older, &[fingerprint(older, FINGERPRINTS)]).unwrap();
    }
    if let Some(older) = set_by(doc).filter(|&d| live(d)) {
        writer.set_head(older, [2; HEAD]).unwrap();
    }
    if let Some(older) = removed_by(doc).filter(|&d| live(d)) {
        writer.remove(older).unwrap();
    }
}

fn posted_by(doc: DocId) -> Option<DocId> {
    (doc % 3 == 2).then(|| doc - 2)
}

fn set_by(doc: DocId) -> Option<DocId> {
    (doc % 5 == 4).then(|| doc - 4)
}

fn removed_by(doc: DocId) -> Option<DocId> {
    (doc % 7 == 6).then(|| doc - 5)
}

/// Appends for ever, and says up to where it is synced.
#[test]
#[ignore = "runs until it is killed; the other tests of this file start it"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let store = open(Path::new(&directory));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                store.compact().unwrap();
                thread::sleep(Duration::from_millis(3));
            }
        });
        let mut end = store.snapshot().end();
        if end > 0 {
            follow(&store, end - 1);
        }
        // as many as a killer needs at most
        for _ in 0..200_000 {
            append(&store, end);
            follow(&store, end);
            end += 1;
            if mix(end.into()).is_multiple_of(16) {
                store.sync().unwrap();
                writeln!(std::io::stdout(), "synced {end} .").unwrap();
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// Whether it holds what documents `0..end` make, the operations that follow the last not counted.
fn check(store: &Store, synced: DocId) -> DocId {
    let snapshot = store.snapshot();
    let end = snapshot.end();
    assert!(end >= synced, "{end} documents of {synced} synced ones");
    let mut buffer = Vec::new();
    // what a document's being there did to an older one: certainly, and perhaps
    let done = |by: fn(DocId) -> Option<DocId>, doc: DocId, last: DocId| {
        (doc..(doc + 8).min(last)).any(|later| by(later) == Some(doc))
    };
    for doc in 0..end {
        let (surely, perhaps) = (done(removed_by, doc, end - 1), done(removed_by, doc, end));
        let live = snapshot.is_live(doc);
        assert!(if live { !surely } else { perhaps }, "{doc} of {end} is live: {live}");
        let key = doc.to_le_bytes();
        assert_eq!(snapshot.find(&key).unwrap(), live.then_some(doc));
        let head = snapshot.head(doc).unwrap().map(|head| head[0]);
        let parts = snapshot.read(doc, &mut buffer).unwrap();
        let fingerprints: Vec<u64> = (0..=FINGERPRINTS).map(|i| fingerprint(doc, i)).collect();
        let mut lists = Vec::new();
        snapshot
            .postings(&fingerprints, &mut |_, list| match list {
                List::Docs(docs) => lists.push(docs.to_vec()),
                List::Stopped => panic!("{doc} has a stopped fingerprint"),
            })
            .unwrap();
        if !live {
            assert!(head.is_none() && parts.is_none() && lists.iter().all(Vec::is_empty));
            continue;
        }
        let parts = parts.unwrap();
        assert_eq!((&buffer[parts.key], &buffer[parts.payload]), (&key[..], &payload(doc)[..]));
        let (surely, perhaps) = (done(set_by, doc, end - 1), done(set_by, doc, end));
        assert!(if head == Some(2) { perhaps } else { head == Some(1) && !surely }, "{doc}");
        let posted = lists.pop().unwrap();
        assert!(lists.iter().all(|list| *list == [doc]), "{doc} of {end}: {lists:?}");
        let (surely, perhaps) = (done(posted_by, doc, end - 1), done(posted_by, doc, end));
        assert!(if posted == [doc] { perhaps } else { posted.is_empty() && !surely }, "{doc}");
    }
    assert!(!snapshot.is_live(end) && snapshot.find(&end.to_le_bytes()).unwrap().is_none());
    end
}

fn kill_often(kills: u64, rounds_a_directory: u64) {
    let mut directory = tempfile::tempdir().unwrap();
    let (mut said, mut grown) = (0, 0);
    let mut end = 0;
    for round in 0..kills {
        if round % rounds_a_directory == 0 {
            directory = tempfile::tempdir().unwrap();
            (said, end) = (0, 0);
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["online::store::tests::kill::child", "--exact", "--ignored", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reader = thread::spawn(move || {
            let synced = lines.map_while(Result::ok).filter_map(|line| {
                let rest = &line[line.find("synced ")? + 7..];
                // a line that was cut short says nothing
                rest.strip_suffix(" .")?.parse::<DocId>().ok()
            });
            synced.last()
        });
        thread::sleep(Duration::from_micros(mix(round) % 120_000));
        child.kill().unwrap();
        child.wait().unwrap();
        said = said.max(reader.join().unwrap().unwrap_or(0));
        let store = open(directory.path());
        let now = check(&store, said.max(end));
        grown += u64::from(now > end);
        end = now;
        // what was found stays, whether it was closed or not
        if round % 2 == 0 {
            store.close().unwrap();
        }
    }
    assert!(grown > kills / 3, "only {grown} of {kills} processes wrote anything");
}

#[test]
fn a_dozen_kills() {
    kill_often(12, 6);
}

#[test]
#[ignore = "takes a minute"]
fn three_hundred_kills() {
    kill_often(300, 20);
}
