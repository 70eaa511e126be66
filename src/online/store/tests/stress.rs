//! A writer, readers, one who syncs and one who compacts at the same time, while the machine crashes
//! again and again: 600 operations, every look at the store compared with what plain maps hold
//! after some operation between the last one known done before and the first one not begun after.

use super::super::Store;
use super::disk::{Disk, Left};
use super::support::{
    All, Change, all_of_model, all_of_store, change_model, change_store, model, tiny_options,
};
use crate::hash::mix;
use crate::online::storage::Storage;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

const OPERATIONS: usize = 600;

fn change(i: u64) -> Change {
    let draw = |n: u64| mix(i * 8 + n + 1_000_000);
    let fingerprints: Vec<u64> = (0..40).filter(|f| mix(i * 64 + f).is_multiple_of(7)).collect();
    let back = draw(1) as u8;
    match draw(0) % 9 {
        0 | 1 => Change::Remove { back },
        2 => Change::SetHead { back, head: i as u8 },
        3 => Change::Post { back, fingerprints },
        4 => Change::Group {
            older: (back, i as u8, vec![i % 40]),
            removed: draw(4).is_multiple_of(2).then_some(draw(5) as u8),
            key: Some(draw(2) as u8 % super::support::KEYS),
            fingerprints,
        },
        _ => Change::Append {
            key: draw(2) as u8 % super::support::KEYS,
            head: i as u8,
            fingerprints,
            payload: vec![i as u8; draw(3) as usize % 50],
        },
    }
}

/// What there is after each number of operations.
fn states() -> Vec<All> {
    let model = model(&tiny_options());
    let mut states = vec![all_of_model(&model.snapshot())];
    for i in 0..OPERATIONS {
        change_model(&model, &change(i as u64));
        states.push(all_of_model(&model.snapshot()));
    }
    states
}

/// Lets the writer end when one who watches it has panicked.
struct Abandon<'a>(&'a AtomicBool);

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.0.store(thread::panicking() || self.0.load(SeqCst), SeqCst);
    }
}

#[test]
fn everybody_at_once() {
    let states = states();
    let disk = Disk::new(None);
    let store = Store::open(Arc::new(disk.clone()), tiny_options(), b"").unwrap();
    // operations begun and done by the writer, operations synced
    let (begun, done, synced) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let (looks, crashes) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (ended, abandoned) = (AtomicBool::new(false), AtomicBool::new(false));
    let fits = |found: &All, from: usize, to: usize, what: &str| {
        assert!(states[from..=to].contains(found), "{what} between {from} and {to}");
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..OPERATIONS {
                begun.store(i + 1, SeqCst);
                change_store(&store, &change(i as u64)).unwrap();
                done.store(i + 1, SeqCst);
                // everybody gets a turn
                let turns = i / 20;
                while looks.load(SeqCst) < turns || crashes.load(SeqCst) < turns {
                    if abandoned.load(SeqCst) {
                        break;
                    }
                    thread::yield_now();
                }
            }
            ended.store(true, SeqCst);
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let _ending = Abandon(&abandoned);
                while !ended.load(SeqCst) {
                    let from = done.load(SeqCst);
                    let snapshot = store.snapshot();
                    let to = begun.load(SeqCst);
                    let found = all_of_store(&snapshot).unwrap();
                    fits(&found, from, to, "a snapshot");
                    // and it stays as it is
                    assert_eq!(all_of_store(&snapshot).unwrap(), found);
                    looks.fetch_add(1, SeqCst);
                }
            });
        }
        scope.spawn(|| {
            while !ended.load(SeqCst) {
                let now = done.load(SeqCst);
                store.sync().unwrap();
                synced.fetch_max(now, SeqCst);
                thread::yield_now();
            }
        });
        scope.spawn(|| {
            while !ended.load(SeqCst) {
                let now = done.load(SeqCst);
                store.compact().unwrap();
                synced.fetch_max(now, SeqCst);
            }
        });
        let _ending = Abandon(&abandoned);
        while !ended.load(SeqCst) {
            let seed = crashes.load(SeqCst) as u64;
            for left in [Left::Nothing, Left::Part(seed), Left::Pages(seed), Left::Renames] {
                let from = synced.load(SeqCst);
                let files = disk.crashed(left);
                let to = begun.load(SeqCst);
                let again =
                    Store::open(Arc::new(files) as Arc<dyn Storage>, tiny_options(), b"").unwrap();
                let found = all_of_store(&again.snapshot()).unwrap();
                fits(&found, from, to, "after a crash");
            }
            crashes.fetch_add(1, SeqCst);
        }
    });
    assert_eq!(all_of_store(&store.snapshot()).unwrap(), states[OPERATIONS]);
}

#[test]
fn syncs_share_the_work() {
    let disk = Disk::new(None);
    let store = Store::open(Arc::new(disk.clone()), tiny_options(), b"").unwrap();
    thread::scope(|scope| {
        for t in 0..4u64 {
            let store = &store;
            scope.spawn(move || {
                for i in 0..50 {
                    let change = Change::Append {
                        key: (t * 50 + i) as u8,
                        head: 0,
                        fingerprints: vec![t],
                        payload: Vec::new(),
                    };
                    change_store(store, &change).unwrap();
                    store.sync().unwrap();
                }
            });
        }
    });
    let again = Store::open(Arc::new(disk.crashed(Left::Nothing)), tiny_options(), b"").unwrap();
    assert_eq!(again.snapshot().end(), store.snapshot().end());
    assert_eq!(store.snapshot().end(), 200);
}
