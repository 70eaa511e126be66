//! The online index: rates, latencies and sizes, one line a case.
//!
//! `cargo bench --bench crawler [-- DOCUMENTS [DIR]]` (20,000 by default; memory, or the folder DIR,
//! which must be empty: then the inserts are synced each 1,000). The pages are made by a seeded generator
//! and have 400 words; sketches and texts are made outside the timed parts. Times are wall times of one
//! thread, beside which the index's own works.
#![allow(clippy::print_stdout, missing_docs)]

use nearcopy::online::storage::{Directory, Memory, Storage};
use nearcopy::online::{OnlineIndex, Options, Page, SeenIndex, Sketch};
use nearcopy::{Comparer, hash};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const WORDS: u64 = 400;

/// Page `n`: sentences of made words under a headline.
fn page(n: u64) -> String {
    let mut state = n << 24;
    let mut next = |below: u64| {
        state += 1;
        hash::mix(state) % below
    };
    let mut text = format!("Page {n} of the day\n\n");
    for at in 0..WORDS {
        let syllables = 1 + next(3);
        for _ in 0..=syllables {
            text.push(char::from(b"bdfgklmnprstvz"[next(14) as usize]));
            text.push(char::from(b"aeiou"[next(5) as usize]));
        }
        text.push_str(match at % 80 {
            79 => ".\n\n",
            at if at % 16 == 15 => ". ",
            _ => " ",
        });
    }
    text
}

fn rate(name: &str, count: usize, time: Duration) {
    let each = time.as_secs_f64() / count as f64;
    println!("{name:52} {:>9.2} us {:>12.0} /s", each * 1e6, 1.0 / each);
}

/// Until nothing has been merged for a while.
fn wait_for_merges(index: &OnlineIndex<u64>) {
    let mut before = None;
    while before != Some(index.stats().merges) {
        before = Some(index.stats().merges);
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Time of each call of `f`, in order of size.
fn times<T>(items: &[T], mut f: impl FnMut(&T)) -> Vec<Duration> {
    let mut out: Vec<Duration> = items
        .iter()
        .map(|item| {
            let start = Instant::now();
            f(item);
            start.elapsed()
        })
        .collect();
    out.sort_unstable();
    out
}

fn latency(name: &str, times: &[Duration]) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    println!("{name:52} {:>9.1} us p50 {:>9.1} us p99", at(0.5), at(0.99));
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let documents: usize = arguments.next().map_or(20_000, |n| n.parse().expect("a number"));
    let dir = arguments.next();
    let storage: Arc<dyn Storage> = match &dir {
        Some(dir) => Arc::new(Directory::create(dir).expect("a folder")),
        None => Arc::new(Memory::new()),
    };
    let open = || -> OnlineIndex<u64> {
        OnlineIndex::open_in(storage.clone(), Options::new()).expect("opened")
    };
    let comparer = Comparer::default();
    let sketch = |text: &str| Sketch::of(&comparer, &comparer.prepare(text));
    println!("{documents} documents of {WORDS} words in {}", dir.as_deref().unwrap_or("memory"));

    let index = open();
    let (mut inserting, mut bytes) = (Duration::ZERO, 0);
    for chunk in 0..documents.div_ceil(1000) {
        let range = chunk * 1000..((chunk + 1) * 1000).min(documents);
        let sketches: Vec<(u64, Sketch)> =
            range.map(|n| (n as u64, sketch(&page(n as u64)))).collect();
        bytes += sketches.iter().map(|s| s.1.to_bytes().len() - 16).sum::<usize>();
        let start = Instant::now();
        for (key, sketch) in &sketches {
            index.insert_sketch(key, sketch, "").expect("inserted");
        }
        if dir.is_some() {
            index.sync().expect("synced");
        }
        inserting += start.elapsed();
    }
    let synced = if dir.is_some() { ", synced each 1,000" } else { "" };
    rate(&format!("insert of a ready sketch{synced}"), documents, inserting);
    let start = Instant::now();
    index.sync().expect("synced");
    println!("{:52} {:>9.1} ms", "sync", start.elapsed().as_secs_f64() * 1e3);
    let asked = documents.min(10_000);
    let novel: Vec<String> = (0..asked).map(|n| page((documents + n) as u64)).collect();
    let spread = (documents / asked) as u64;
    let known: Vec<String> = (0..asked as u64).map(|n| page(n * spread)).collect();
    let ready = |when: &str| {
        let many = documents.min(100_000);
        let spread = (documents / many) as u64;
        for (name, first, spread) in [("novel", documents as u64, 1), ("known", 0, spread)] {
            let mut asking = Duration::ZERO;
            for chunk in 0..many.div_ceil(1000) as u64 {
                let range = chunk * 1000..((chunk + 1) * 1000).min(many as u64);
                let sketches: Vec<Sketch> =
                    range.map(|n| sketch(&page(first + n * spread))).collect();
                let start = Instant::now();
                for sketch in &sketches {
                    black_box(index.query_sketch(sketch, "").expect("answered"));
                }
                asking += start.elapsed();
            }
            rate(&format!("query of a ready sketch, {name} page, {when}"), many, asking);
        }
    };
    wait_for_merges(&index);
    ready(&format!("{} segments", index.stats().segments));
    let start = Instant::now();
    index.compact().expect("compacted");
    println!("{:52} {:>9.1} ms", "compact", start.elapsed().as_secs_f64() * 1e3);
    let stats = index.stats();
    let each = |n: u64| n as f64 / documents as f64;
    println!("{:52} {:>9.1}", "bytes a sketch", bytes as f64 / documents as f64);
    println!("{:52} {:>9.1}", "postings a document", each(stats.postings));
    println!("{:52} {:>9.1}", "bytes of postings a document", each(stats.posting_bytes));
    println!("{:52} {:>9.1}", "bytes on disk a document", each(stats.disk_bytes));
    println!("{:52} {:>9.1}", "bytes of memory a document", each(stats.memory_bytes));

    ready("one segment");
    let cut: Vec<String> = known
        .iter()
        .map(|t| {
            let at = t.char_indices().nth(t.len() / 3).map_or(t.len(), |c| c.0);
            format!("Home News Sport\n{}\nLoading, please wait...\n", &t[..at])
        })
        .collect();
    let edited: Vec<String> = known.iter().map(|t| t.replace("ba", "be")).collect();
    for (name, texts, seen) in [
        ("novel page", &novel, false),
        ("copy", &known, true),
        ("truncated copy", &cut, true),
        ("edited copy", &edited, true),
    ] {
        let mut found = 0;
        let times = times(texts, |text| {
            let answer = index.query(text).expect("answered");
            found += usize::from(answer.best().is_some());
        });
        latency(&format!("query from text, {name}"), &times);
        println!("{:52} {:>9.4}", "  of which found", found as f64 / texts.len() as f64);
        assert!(!seen || found > 0);
    }
    let preparing = times(&novel, |text| drop(black_box(sketch(text))));
    latency("  of which preparing the text and its sketch", &preparing);
    let mut key = u64::MAX;
    let mut admit = |text: &String| {
        key -= 1;
        black_box(index.admit(&key, Page::new(text)).expect("admitted"));
    };
    latency("admit, novel page", &times(&novel, &mut admit));
    latency("admit, copy", &times(&known, &mut admit));
    latency("admit, truncated copy", &times(&cut, &mut admit));
    // a stub and its copy, of which the full text comes after opening
    let full = page(3 * documents as u64);
    let stub = &full[..full.char_indices().nth(full.len() / 3).map_or(full.len(), |c| c.0)];
    for key in [u64::MAX / 2, u64::MAX / 2 + 1] {
        index.admit(&key, stub).expect("admitted");
    }
    index.close().expect("closed");
    let start = Instant::now();
    let index = open();
    println!("{:52} {:>9.1} ms", "open", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let extended = index.admit(&(u64::MAX / 2 + 2), &full).expect("admitted");
    assert!(extended.reviewed.members > 0, "{extended:?}");
    let all = index.len() as f64;
    let each = start.elapsed().as_secs_f64() * 1e9 / all;
    println!(
        "{:52} {each:>9.1} ns a document",
        "first extension of a cluster, which collects members"
    );
    let mut at = 0;
    let updates = times(&known[..asked.min(1000)], |text| {
        black_box(index.update(&(at * spread), text).expect("updated"));
        at += 1;
    });
    latency("update of a page with two copies", &updates);
    let start = Instant::now();
    let reviewed = index.review().expect("reviewed");
    let each = start.elapsed().as_secs_f64() * 1e6 / reviewed.members as f64;
    println!("{:52} {each:>9.2} us a member, of {}", "review of all clusters", reviewed.members);
    drop(index);
    seen_only(documents, &novel);
}

/// The index that keeps no documents.
fn seen_only(documents: usize, novel: &[String]) {
    let seen = SeenIndex::in_memory().expect("opened");
    let mut admitting = Duration::ZERO;
    for chunk in 0..documents.div_ceil(1000) {
        let range = chunk * 1000..((chunk + 1) * 1000).min(documents);
        let texts: Vec<String> = range.map(|n| page(n as u64)).collect();
        let start = Instant::now();
        for text in &texts {
            black_box(seen.admit(text).expect("admitted"));
        }
        admitting += start.elapsed();
    }
    rate("seen-only: admit, novel page", documents, admitting);
    latency("seen-only: admit, novel page", &times(novel, |text| drop(seen.admit(text))));
    latency("seen-only: admit, copy", &times(novel, |text| drop(seen.admit(text))));
    seen.compact().expect("compacted");
    let stats = seen.stats();
    let each = |bytes: u64| bytes as f64 / (documents + novel.len()) as f64;
    println!("{:52} {:>9.1}", "seen-only: bytes of postings", each(stats.posting_bytes));
    println!("{:52} {:>9.1}", "seen-only: bytes on disk", each(stats.disk_bytes));
    println!("{:52} {:>9.1}", "seen-only: bytes of memory", each(stats.memory_bytes));
}
