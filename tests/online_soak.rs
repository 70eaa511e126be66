//! A long run on a directory: pages come, are asked for, change and go, while the index keeps a window of
//! them. Memory and disk must not grow with the run.
//!
//! `SOAK_SECONDS=1800 cargo test --release --test online_soak -- --ignored --nocapture`
#![cfg(all(feature = "online", target_os = "linux"))]
#![allow(clippy::print_stdout, reason = "a long run says what it did")]

mod prose;

use nearcopy::hash;
use nearcopy::online::{OnlineIndex, Page};
use prose::{article, first_words, framed};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Documents that are kept.
const WINDOW: u64 = 60_000;
const THREADS: u64 = 2;

/// The page of a key: one in two brings an article, the others bring a form of a recent one.
fn text(key: u64) -> String {
    let draw = hash::mix(key);
    if key < 100 || draw.is_multiple_of(2) {
        return article(key, 120 + draw as usize % 300);
    }
    let mut back = key - 1 - (draw >> 8) % 90;
    while back >= 100 && !hash::mix(back).is_multiple_of(2) {
        back -= 1;
    }
    let full = text(back);
    match (draw >> 32) % 3 {
        0 => first_words(&full, 100).to_owned(),
        1 => framed(&full, draw >> 40 & 15),
        _ => format!("{full}\n\n{}", article(key, 60)),
    }
}

/// Anonymous memory of the process, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("read");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("there");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn at(times: &mut [u32], share: f64) -> u32 {
    times.sort_unstable();
    times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0)
}

#[test]
#[ignore = "runs for as long as it is told"]
fn memory_stays_where_it_is() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(60, |s| s.parse().expect("a number"));
    let directory = tempfile::tempdir().expect("made");
    let index: OnlineIndex<u64> = OnlineIndex::open(directory.path()).expect("opened");
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let counts = [const { AtomicU64::new(0) }; 4];
    let missed = AtomicU64::new(0);
    let times = Mutex::new([Vec::new(), Vec::new()]);
    let note = |kind: usize, start: Instant| {
        let micros = start.elapsed().as_micros() as u32;
        times.lock().unwrap_or_else(PoisonError::into_inner)[kind].push(micros);
    };
    let mut memories: Vec<u64> = Vec::new();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (index, next, stop, note) = (index.clone(), &next, &stop, &note);
            let (counts, missed) = (&counts, &missed);
            scope.spawn(move || {
                let mut step = thread << 40;
                while !stop.load(Relaxed) {
                    step += 1;
                    let draw = hash::mix(step);
                    let end = next.load(Relaxed);
                    // what no other thread takes in or removes now
                    let live = end.saturating_sub(100 + (draw >> 8) % (WINDOW / 2));
                    match draw % 20 {
                        0..10 => {
                            let key = next.fetch_add(1, Relaxed);
                            let text = text(key);
                            let page = Page::new(&text).time(Some(key as i64));
                            let start = Instant::now();
                            index.admit(&key, page).expect("admitted");
                            note(0, start);
                            if key >= WINDOW {
                                index.remove(&(key - WINDOW)).expect("removed");
                                counts[3].fetch_add(1, Relaxed);
                            }
                            counts[0].fetch_add(1, Relaxed);
                        }
                        10..18 if end > 200 => {
                            let text = text(live);
                            let there = index.contains_key(&live).expect("read");
                            let start = Instant::now();
                            let answer = index.query(&text).expect("answered");
                            note(1, start);
                            missed.fetch_add(u64::from(there && answer.best().is_none()), Relaxed);
                            counts[1].fetch_add(1, Relaxed);
                        }
                        18 if end > 200 => {
                            index.update(&live, &text(live)).expect("updated");
                            counts[2].fetch_add(1, Relaxed);
                        }
                        _ if draw >> 8 & 63 == 0 => index.sync().expect("synced"),
                        _ => {}
                    }
                }
            });
        }
        let start = Instant::now();
        let step = (seconds / 30).clamp(1, 60);
        for round in 1..=seconds / step {
            thread::sleep(Duration::from_secs(step));
            let stats = index.stats();
            let held = memory();
            if stats.documents >= WINDOW {
                memories.push(held);
            }
            let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
            let [admits, queries] = &mut *times;
            println!(
                "{:>5.0} s: {:>8} admitted {:>8} queries of which {} found nothing {:>7} updates {:>8} removed; {} documents, \
                 {} segments, {} merges, {:.1} MB on disk, {:.1} MB held, {:.1} MB of the process; \
                 admit {}/{} us, query {}/{} us (p50/p99)",
                start.elapsed().as_secs_f64(),
                counts[0].load(Relaxed),
                counts[1].load(Relaxed),
                missed.load(Relaxed),
                counts[2].load(Relaxed),
                counts[3].load(Relaxed),
                stats.documents,
                stats.segments,
                stats.merges,
                stats.disk_bytes as f64 / 1e6,
                stats.memory_bytes as f64 / 1e6,
                held as f64 / 1e3,
                at(admits, 0.5),
                at(admits, 0.99),
                at(queries, 0.5),
                at(queries, 0.99),
            );
            admits.clear();
            queries.clear();
            drop(times);
            match round % 10 {
                3 => drop(index.review().expect("reviewed")),
                6 => index.compact().expect("compacted"),
                _ => {}
            }
        }
        stop.store(true, Relaxed);
    });
    // of a short page so much may have been learned to be furniture that too little is left to match
    assert!(missed.load(Relaxed) * 200 <= counts[1].load(Relaxed), "{missed:?} were not found");
    // once the window is full
    assert!(memories.len() >= 4, "the window was not filled: let it run longer");
    let (early, late) = memories.split_at(memories.len() / 2);
    if let (Some(early), Some(late)) = (early.iter().max(), late.iter().max()) {
        assert!(*late <= early + early / 4, "memory grows: {memories:?} KiB");
    }
    index.close().expect("closed");
}
