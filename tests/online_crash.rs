//! An index whose process ends at any moment: what had been synced is there, what is there is what some
//! number of operations gives, and every document is found.
//!
//! The process that is killed is this test binary, told by an argument of the test runner to run the
//! test `child`.
#![cfg(feature = "online")]
#![allow(clippy::print_stdout, reason = "a long run says what it did")]

mod prose;

use nearcopy::online::storage::{Memory, Storage};
use nearcopy::online::{OnlineIndex, Options, Outcome, Page, Sketch};
use nearcopy::{Comparer, hash};
use prose::{article, first_words, framed};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Articles that come again and again, each in five forms.
const ARTICLES: u64 = 8;
const FORMS: u64 = 5;

/// The text of a code: a form of one of the articles, or one that comes once.
fn text(code: u64) -> String {
    if code >= ARTICLES * FORMS {
        return article(10_000 + code, 70);
    }
    let (n, form) = (code / FORMS, code % FORMS);
    let full = article(n + 1000, 220 + 17 * (n as usize % 5));
    match form {
        0 => full,
        1 => first_words(&full, 90).to_owned(),
        2 => framed(&full, 3),
        3 => framed(first_words(&full, 120), 4),
        _ => format!("{full}\n\n{}", article(n + 5000, 60)),
    }
}

/// What tells one article from another.
fn article_of(code: u64) -> u64 {
    if code >= ARTICLES * FORMS { code } else { code / FORMS }
}

/// The code whose text a sketch is of.
#[derive(Default)]
struct Codes {
    comparer: Comparer,
    known: BTreeMap<Vec<u8>, u64>,
}

impl Codes {
    fn add(&mut self, code: u64) {
        let sketch = Sketch::of(&self.comparer, &self.comparer.prepare(&text(code)));
        self.known.insert(sketch.to_bytes(), code);
    }

    fn of(&self, sketch: &Sketch) -> u64 {
        self.known[&sketch.to_bytes()]
    }
}

/// Every document of the index is found by its own text, and stands in a cluster that is represented by
/// a document of its article. `documents` are keys and codes.
fn check_clusters(index: &OnlineIndex<u64>, documents: &BTreeMap<u64, u64>) {
    assert_eq!(index.len(), documents.len() as u64);
    let mut found = BTreeMap::new();
    for (key, &code) in documents {
        let entry = index.get(key).expect("read").expect("it is there");
        let by = documents.get(&entry.representative).map(|&code| article_of(code));
        assert_eq!(by, Some(article_of(code)), "{key} is represented by {}", entry.representative);
        let best = found.entry(code).or_insert_with(|| {
            let answer = index.query(&text(code)).expect("answered");
            answer.best().map(|hit| (hit.key, hit.representative))
        });
        let Some((hit, representative)) = best else { panic!("{key} is not found by its text") };
        for other in [&*hit, &*representative] {
            let of = documents.get(other).map(|&code| article_of(code));
            assert_eq!(of, Some(article_of(code)), "{key} is taken for {other}");
        }
    }
}

mod cut {
    //! The log ends after each of its frames, and within them.

    use super::*;

    /// Key, code and representative of each document.
    type State = BTreeMap<u64, (u64, u64)>;

    fn state(index: &OnlineIndex<u64>, codes: &Codes, keys: u64) -> State {
        let entry = |key| Some((key, index.get(&key).expect("read")?));
        let all = (0..keys).filter_map(entry);
        all.map(|(key, entry)| (key, (codes.of(&entry.sketch), entry.representative))).collect()
    }

    /// The files of `storage` with the log cut off.
    fn with_log(storage: &Memory, log: &str, bytes: &[u8]) -> Memory {
        let out = Memory::new();
        for name in storage.list().expect("listed") {
            let whole = storage.read(&name).expect("read");
            let bytes = if name == log { bytes } else { &whole };
            out.create(&name).expect("made").append(bytes).expect("written");
        }
        out
    }

    /// Where the frames of a log end, as `online::store` describes them.
    fn ends_of_frames(log: &[u8]) -> Vec<usize> {
        let mut out = vec![32];
        while let Some(header) = out.last().and_then(|&at| log.get(at..at + 32)) {
            let body = u32::from_le_bytes(header[8..12].try_into().expect("4 bytes"));
            out.push(out[out.len() - 1] + 32 + body as usize);
        }
        assert_eq!(out.last(), Some(&log.len()));
        out
    }

    fn open(storage: &Memory) -> OnlineIndex<u64> {
        OnlineIndex::open_in(Arc::new(storage.clone()), Options::new()).expect("opened")
    }

    #[test]
    fn a_log_that_ends_anywhere_holds_whole_operations() {
        for seed in 0..2u64 {
            let mut codes = Codes::default();
            (0..ARTICLES * FORMS).for_each(|code| codes.add(code));
            let storage = Memory::new();
            let index = open(&storage);
            let draw = |step: u64, n: u64| hash::mix(seed << 40 | step << 8 | n);
            const STEPS: u64 = 40;
            // the states, and whether representatives change on the way to them: an update is preceded by
            // its old version becoming a mere member, a review is one step for each member that leaves
            let mut states = vec![(State::new(), false)];
            let mut seen = [0; 4];
            for step in 0..STEPS {
                // few articles, so that clusters have several members
                let code = draw(step, 0) % (3 * FORMS);
                let older = draw(step, 1) % (step + 1);
                let text = text(code);
                let operation = [0, 0, 0, 0, 1, 1, 2, 3][draw(step, 2) as usize % 8];
                seen[operation] += 1;
                match operation {
                    0 => {
                        let page = Page::new(&text).time(Some(step as i64));
                        let _ = index.admit(&step, page).expect("admitted");
                    }
                    1 => drop(index.update(&older, &text).expect("updated")),
                    2 => drop(index.remove(&older).expect("removed")),
                    _ => drop(index.review().expect("reviewed")),
                }
                states.push((state(&index, &codes, STEPS), operation == 1 || operation == 3));
            }
            assert!(seen.iter().all(|&n| n > 0), "{seen:?}");
            index.sync().expect("synced");
            let names = storage.list().expect("listed");
            let log = names.into_iter().find(|name| name.ends_with(".log")).expect("a log");
            let bytes = storage.read(&log).expect("read");
            let mut at = 0;
            let ends = ends_of_frames(&bytes);
            for (i, &end) in ends.iter().enumerate() {
                let next = ends.get(i + 1).map_or(end, |next| end + (next - end) / 2);
                for end in [end, next] {
                    let cut = with_log(&storage, &log, &bytes[..end]);
                    let index = open(&cut);
                    let found = state(&index, &codes, STEPS);
                    let documents: BTreeMap<u64, u64> =
                        found.iter().map(|(&key, &(code, _))| (key, code)).collect();
                    // the first state from the last one on that it can be
                    let held =
                        |s: &State| s.iter().all(|(key, s)| documents.get(key) == Some(&s.0));
                    let is = |&(ref s, on_its_way): &(State, bool), before: &State| {
                        *s == found || on_its_way && before.len() == found.len() && held(before)
                    };
                    let place =
                        (at..states.len()).find(|&i| is(&states[i], &states[i.max(1) - 1].0));
                    at = place.unwrap_or_else(|| panic!("{found:?} is no state from {at} on"));
                    if states[at].0 != found {
                        // an update or a review on its way
                        at -= 1;
                    }
                    check_clusters(&index, &documents);
                    if end == next {
                        continue;
                    }
                    // whichever goes, the others are found
                    let mut left = documents;
                    while let Some(&key) = left.keys().nth(left.len() / 2) {
                        assert!(index.remove(&key).expect("removed"));
                        left.remove(&key);
                        check_clusters(&index, &left);
                    }
                }
            }
            assert_eq!(states[at].0, states[states.len() - 1].0);
            drop(index);
        }
    }
}

const DIRECTORY: &str = "INDEX_TO_KILL";
const DONE: &str = "OPERATIONS_DONE";
const THREADS: u64 = 3;

/// What the documents of one thread are after a number of operations: key and code.
type Documents = BTreeMap<u64, u64>;

#[derive(Debug, Clone, Copy)]
enum Operation {
    Admit(u64, u64),
    Insert(u64, u64),
    Update(u64, u64),
    Remove(u64),
    Review,
    Sync,
    Compact,
}

/// Operation `n` of a thread; its keys are its own.
fn operation(thread: u64, n: u64) -> Operation {
    let draw = |i: u64| hash::mix(thread << 50 | n << 4 | i);
    let key = |n: u64| thread << 32 | n;
    let code = draw(1) % (ARTICLES * FORMS);
    let older = key(n.saturating_sub(1 + draw(2) % 40));
    match draw(0) % 32 {
        0..14 => Operation::Admit(key(n), code),
        14..16 => Operation::Insert(key(n), ARTICLES * FORMS + (thread << 20 | n)),
        16..21 => Operation::Update(older, code),
        21..29 => Operation::Remove(older),
        29 if n.is_multiple_of(4) => Operation::Review,
        29 if thread == 0 => Operation::Compact,
        _ => Operation::Sync,
    }
}

fn apply(documents: &mut Documents, operation: Operation) {
    match operation {
        Operation::Admit(key, code)
        | Operation::Insert(key, code)
        | Operation::Update(key, code) => {
            documents.insert(key, code);
        }
        Operation::Remove(key) => {
            documents.remove(&key);
        }
        Operation::Review | Operation::Sync | Operation::Compact => {}
    }
}

fn open(path: &Path) -> OnlineIndex<u64> {
    OnlineIndex::open(path).expect("opened")
}

/// Works for ever, and says what is synced.
#[test]
#[ignore = "runs until it is killed; the other tests of this file start it"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let done = std::env::var(DONE).expect("operations done");
    let done: Vec<u64> = done.split(',').map(|n| n.parse().expect("a number")).collect();
    let index = open(Path::new(&directory));
    std::io::stdout().write_all(b"opened\n").expect("said");
    thread::scope(|scope| {
        for (thread, start) in (0..).zip(done) {
            let index = index.clone();
            scope.spawn(move || {
                // as many as a killer needs at most
                for n in start..start + 100_000 {
                    match operation(thread, n) {
                        Operation::Admit(key, code) => {
                            index.admit(&key, &text(code)).expect("admitted");
                        }
                        Operation::Insert(key, code) => {
                            index.insert(&key, &text(code)).expect("inserted");
                        }
                        Operation::Update(key, code) => {
                            index.update(&key, &text(code)).expect("updated");
                        }
                        Operation::Remove(key) => {
                            index.remove(&key).expect("removed");
                        }
                        Operation::Review => {
                            index.review().expect("reviewed");
                        }
                        Operation::Compact => index.compact().expect("compacted"),
                        Operation::Sync => {
                            index.sync().expect("synced");
                            let line = format!("synced {thread} {} .\n", n + 1);
                            std::io::stdout().write_all(line.as_bytes()).expect("said");
                        }
                    }
                }
            });
        }
    });
}

/// Operations from `synced` on by which `found` came to be, if it did.
fn operations_of(thread: u64, synced: u64, found: &Documents) -> Option<u64> {
    let mut model = Documents::new();
    for n in 0..synced + 100_000 {
        if n >= synced && model == *found {
            return Some(n);
        }
        apply(&mut model, operation(thread, n));
    }
    None
}

/// Kills so many processes, `rounds` for each directory.
fn kill_often(kills: u64, rounds: u64) {
    let mut directory = tempfile::tempdir().expect("made");
    let mut done = [0; THREADS as usize];
    let mut codes = Codes::default();
    (0..ARTICLES * FORMS).for_each(|code| codes.add(code));
    let (mut grown, mut operations) = (0, 0);
    for round in 0..kills {
        if round % rounds == 0 {
            directory = tempfile::tempdir().expect("made");
            done = [0; THREADS as usize];
        }
        let mut child = Command::new(std::env::current_exe().expect("known"))
            .args(["child", "--exact", "--ignored", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .env(DONE, done.map(|n| n.to_string()).join(","))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (came, progress) = mpsc::channel();
        let reader = thread::spawn(move || {
            let mut synced = [0; THREADS as usize];
            for line in lines.map_while(Result::ok) {
                if line.ends_with("opened") || line.contains("synced ") {
                    // nobody listens where it is killed while it opens
                    let _ = came.send(());
                }
                // a line that was cut short says nothing
                let Some(at) = line.find("synced ") else { continue };
                let Some(said) = line[at + 7..].strip_suffix(" .") else { continue };
                let (thread, n) = said.split_once(' ').expect("two numbers");
                let thread: usize = thread.parse().expect("a thread");
                synced[thread] = n.parse().expect("operations");
            }
            synced
        });
        // one in eight while it opens, the others at work
        if !round.is_multiple_of(8) {
            progress.recv().expect("it opens");
            progress.recv().expect("it syncs");
        }
        thread::sleep(Duration::from_micros(hash::mix(round) % 150_000));
        child.kill().expect("killed");
        let status = child.wait().expect("gone");
        assert_ne!(status.code(), Some(101), "round {round}: the process panicked");
        let synced = reader.join().expect("read");

        let index = open(directory.path());
        let before = done;
        let mut all = Documents::new();
        for thread in 0..THREADS {
            let at = thread as usize;
            let least = synced[at].max(done[at]);
            let mut found = Documents::new();
            // the number of documents shows that no later key is there
            for n in 0..least + 3000 {
                let key = thread << 32 | n;
                let Some(entry) = index.get(&key).expect("read") else { continue };
                if let Operation::Insert(_, code) = operation(thread, n) {
                    codes.add(code);
                }
                found.insert(key, codes.of(&entry.sketch));
            }
            let Some(n) = operations_of(thread, least, &found) else {
                panic!("round {round}: no {least} or more operations of {thread} give {found:?}");
            };
            operations += n - done[at];
            done[at] = n;
            all.append(&mut found);
        }
        grown += u64::from(done != before);
        check_clusters(&index, &all);
        // what was found stays, whether it was closed or not
        if round % 2 == 0 {
            index.close().expect("closed");
        }
    }
    assert!(grown > 0, "none of {kills} processes did anything");
    println!("{kills} kills, {operations} operations of which {grown} processes did some");
}

#[test]
fn two_dozen_kills() {
    kill_often(24, 8);
}

#[test]
#[ignore = "takes minutes"]
fn three_hundred_kills() {
    kill_often(300, 12);
}

#[test]
fn an_update_is_seen_whole() {
    let index: OnlineIndex<u64> = OnlineIndex::in_memory(Options::new()).expect("opened");
    // versions of one article: each reader finds one of them by what all have
    let shared = article(77, 120);
    let texts: Vec<String> =
        (0..4).map(|n| format!("{shared}\n\n{}", article(n + 100, 60))).collect();
    index.insert(&7, &texts[0]).expect("inserted");
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..200 {
                let done = index.update(&7, &texts[n % texts.len()]).expect("updated");
                assert!(done.replaced);
                assert_eq!((done.outcome, done.representative), (Outcome::Novel, 7));
            }
        });
        while !writer.is_finished() {
            assert_eq!(index.len(), 1);
            assert!(index.get(&7).expect("read").is_some(), "neither version is there");
            let hits = index.query(&shared).expect("answered").hits;
            let keys: Vec<u64> = hits.iter().map(|hit| hit.key).collect();
            assert_eq!(keys, [7], "both versions are found, or neither");
        }
    });
}
