//! Speed, size and waits of the store under the online index, one line a figure.
//!
//! `cargo bench --bench online [-- documents [fingerprints [payload]] [memory] [files] [readers]]`:
//! so many documents (100 000 unless told) of so many random fingerprints (24), a key of 8 bytes and
//! a payload of so many bytes (400); `4200000 24 0` gives 10^8 postings. All three parts run unless
//! some are named. Fingerprints and payloads are ready before a call is timed. One thread calls, the
//! store's own thread merges beside it.
#![allow(clippy::print_stdout, missing_docs)]
#![allow(
    dead_code,
    unused_imports,
    unused_qualifications,
    reason = "the store is compiled in to be reached"
)]

use nearcopy::{error, hash};

mod online {
    pub use nearcopy::online::storage;
}

#[allow(unsafe_code)]
#[path = "../src/kernel/prefetch.rs"]
mod prefetch;

mod kernel {
    pub(crate) use crate::prefetch;
}

#[path = "../src/online/store/mod.rs"]
mod store;

use online::storage::{Directory, Memory, Storage};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::{HEAD, List, Record, Snapshot, Store, StoreOptions};

/// Rounds of look-ups, of which the least time counts.
const REPEATS: u32 = 5;
const CHILD: &str = "writes-until-killed";

#[derive(Clone, Copy)]
struct Shape {
    documents: u32,
    fingerprints: u32,
    payload: usize,
}

impl Shape {
    fn fingerprints(self, doc: u32, into: &mut Vec<u64>) {
        into.clear();
        let first = u64::from(doc) * u64::from(self.fingerprints);
        // every twentieth document shares half of its fingerprints with an older one
        let shared = doc > 100 && doc.is_multiple_of(20);
        for i in 0..u64::from(self.fingerprints) {
            let older = u64::from(doc / 20 * 7) * u64::from(self.fingerprints);
            let own = if shared && i % 2 == 0 { older + i } else { first + i };
            into.push(hash::mix(own + 1));
        }
        into.sort_unstable();
        into.dedup();
    }

    /// The fingerprints of all documents, one after the other, and where each document's end.
    fn all_fingerprints(self) -> (Vec<u64>, Vec<usize>) {
        let (mut all, mut one) = (Vec::new(), Vec::new());
        let ends = (0..self.documents).map(|doc| {
            self.fingerprints(doc, &mut one);
            all.extend_from_slice(&one);
            all.len()
        });
        let ends = ends.collect();
        (all, ends)
    }

    fn append(self, store: &Store, (all, ends): &(Vec<u64>, Vec<usize>), sync_every: u32) {
        let payload: Vec<u8> = (0..self.payload).map(|i| i as u8).collect();
        let mut start = 0;
        for (doc, &end) in (0..).zip(ends) {
            let fingerprints = &all[start..end];
            start = end;
            let key = u64::from(doc).to_le_bytes();
            let record = Record { key: &key, head: [7; HEAD], fingerprints, payload: &payload };
            store.writer().append(&record).expect("appended");
            if sync_every != 0 && doc % sync_every == sync_every - 1 {
                store.sync().expect("synced");
            }
        }
    }
}

/// CPU seconds of the process, or of this thread.
fn cpu(of: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{of}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0) / 100.0;
    ticks(11) + ticks(12)
}

/// CPU time of this thread in nanoseconds.
fn own_nanos() -> u64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    times.split(' ').next().and_then(|t| t.parse().ok()).unwrap_or(0)
}

fn timed<T>(name: &str, units: u32, work: impl FnOnce() -> T) -> T {
    let (start, process, thread) = (Instant::now(), cpu("self"), cpu("thread-self"));
    let result = work();
    let took = start.elapsed().as_secs_f64();
    println!(
        "{name:44} {took:8.3} s {:8.0} k/s   CPU {:.2} s, {:.2} s of it the caller's",
        f64::from(units) / took / 1e3,
        cpu("self") - process,
        cpu("thread-self") - thread,
    );
    result
}

fn open(storage: &Arc<dyn Storage>) -> Store {
    Store::open(Arc::clone(storage), StoreOptions::default(), b"bench").expect("opened")
}

fn queries(snapshot: &Snapshot, shape: Shape, name: &str, known: bool) {
    let rounds = 200_000u32;
    let mut fingerprints = Vec::new();
    let all: Vec<u64> = (0..rounds)
        .flat_map(|i| {
            let doc = (hash::mix(u64::from(i)) % u64::from(shape.documents)) as u32;
            shape.fingerprints(if known { doc } else { doc + u32::MAX / 2 }, &mut fingerprints);
            fingerprints.resize(shape.fingerprints as usize, 0);
            fingerprints.clone()
        })
        .collect();
    let (mut hits, mut least) = (0u64, u64::MAX);
    for _ in 0..REPEATS {
        let before = own_nanos();
        for fingerprints in all.chunks(shape.fingerprints as usize) {
            snapshot
                .postings(fingerprints, &mut |_, list| {
                    if let List::Docs(docs) = list {
                        hits += docs.len() as u64;
                    }
                })
                .expect("read");
        }
        least = least.min(own_nanos() - before);
    }
    let each = least as f64 / f64::from(rounds) / 1e3;
    println!(
        "{name:44} {each:8.2} us of CPU, {:.0} k/s   {:.2} documents a query",
        1e3 / each,
        hits as f64 / f64::from(rounds) / f64::from(REPEATS)
    );
}

/// The longest time that one of a few readers took for a snapshot and a query while others write.
fn longest_wait(store: &Store, shape: Shape, done: &AtomicBool) -> (Duration, u64) {
    let (mut longest, mut count) = (Duration::ZERO, 0);
    let mut fingerprints = Vec::new();
    while !done.load(Ordering::Relaxed) {
        shape.fingerprints(count as u32 % shape.documents, &mut fingerprints);
        let start = Instant::now();
        let snapshot = store.snapshot();
        snapshot.postings(&fingerprints, &mut |_, _| ()).expect("read");
        longest = longest.max(start.elapsed());
        count += 1;
    }
    (longest, count)
}

fn sizes(store: &Store, shape: Shape) {
    let stats = store.stats();
    let each = |bytes: u64| bytes as f64 / f64::from(shape.documents);
    println!(
        "{:44} {:.0} bytes of postings, {:.0} on disk, {:.0} held a document; {} segments, {} merges",
        "",
        each(stats.posting_bytes),
        each(stats.disk_bytes),
        each(stats.memory_bytes),
        stats.segments,
        stats.merges
    );
}

/// Until nothing has been merged for a while.
fn wait_for_merges(store: &Store) {
    let mut before = None;
    while before != Some(store.stats().merges) {
        before = Some(store.stats().merges);
        std::thread::sleep(Duration::from_secs(3));
    }
}

fn in_memory(shape: Shape, all: &(Vec<u64>, Vec<usize>)) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let store = open(&storage);
    timed("append, in memory", shape.documents, || shape.append(&store, all, 0));
    // shows the segments as they stand now, for as long as it lives
    let appended = store.snapshot();
    sizes(&store, shape);
    wait_for_merges(&store);
    queries(&appended, shape, "look-up of a document's, just appended", true);
    queries(&appended, shape, "look-up of nobody's, just appended", false);
    drop(appended);
    sizes(&store, shape);
    queries(&store.snapshot(), shape, "look-up of a document's, merged", true);
    queries(&store.snapshot(), shape, "look-up of nobody's, merged", false);
    timed("compact, in memory", shape.documents, || store.compact().expect("compacted"));
    sizes(&store, shape);
    queries(&store.snapshot(), shape, "look-up of a document's, compact", true);
    queries(&store.snapshot(), shape, "look-up of nobody's, compact", false);
}

fn in_files(shape: Shape, all: &(Vec<u64>, Vec<usize>)) {
    let directory = tempfile::tempdir().expect("a directory");
    let storage: Arc<dyn Storage> = Arc::new(Directory::create(directory.path()).expect("made"));
    let store = open(&storage);
    timed("append, sync every 1000, in files", shape.documents, || shape.append(&store, all, 1000));
    sizes(&store, shape);
    timed("close", 1, || store.close().expect("closed"));
    let store = timed("open after closing", 1, || open(&storage));
    sizes(&store, shape);
    queries(&store.snapshot(), shape, "look-up of a document's, in files", true);
    queries(&store.snapshot(), shape, "look-up of nobody's, in files", false);
    drop(store);
    let directory = tempfile::tempdir().expect("a directory");
    kill_a_writer(directory.path(), shape);
    let storage: Arc<dyn Storage> = Arc::new(Directory::create(directory.path()).expect("made"));
    let store = timed("open after a kill", 1, || open(&storage));
    println!("{:44} {} documents", "", store.stats().documents);
}

/// Has another process write all documents and kills it.
fn kill_a_writer(directory: &Path, shape: Shape) {
    let (documents, fingerprints) = (shape.documents.to_string(), shape.fingerprints.to_string());
    let mut child = Command::new(std::env::current_exe().expect("known"))
        .args([&documents, &fingerprints, &shape.payload.to_string()])
        .arg(CHILD)
        .arg(directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut word = [0; 5];
    child.stdout.take().expect("piped").read_exact(&mut word).expect("all written");
    child.kill().expect("killed");
    child.wait().expect("ended");
}

/// What that process does.
fn write_and_wait(directory: &str, shape: Shape) {
    let storage: Arc<dyn Storage> = Arc::new(Directory::create(directory).expect("made"));
    let store = open(&storage);
    shape.append(&store, &shape.all_fingerprints(), 1000);
    println!("ready");
    std::thread::sleep(Duration::from_secs(600));
}

fn readers_beside_a_writer(shape: Shape, all: &(Vec<u64>, Vec<usize>)) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let store = open(&storage);
    let done = AtomicBool::new(false);
    let (longest, count) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| longest_wait(&store, shape, &done));
        shape.append(&store, all, 0);
        done.store(true, Ordering::Relaxed);
        reader.join().expect("no panic")
    });
    println!("{:44} {longest:?} of {count} queries", "longest of a reader beside the writer");
}

fn main() {
    let arguments: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let get = |i: usize, default| arguments.get(i).copied().unwrap_or(default);
    let shape = Shape {
        documents: get(0, 100_000) as u32,
        fingerprints: get(1, 24) as u32,
        payload: get(2, 400),
    };
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == CHILD) {
        return write_and_wait(&words[at + 1], shape);
    }
    println!(
        "{} documents of {} fingerprints and {} bytes",
        shape.documents, shape.fingerprints, shape.payload
    );
    let all = shape.all_fingerprints();
    let named = |part: &str| words.iter().any(|word| word == part);
    let some = ["memory", "files", "readers"].into_iter().any(named);
    if named("memory") || !some {
        in_memory(shape, &all);
    }
    if named("files") || !some {
        in_files(shape, &all);
    }
    if named("readers") || !some {
        readers_beside_a_writer(shape, &all);
    }
}
