//! A fault at every operation on the storage: what was synced is there afterwards, up to some
//! operation and none after it.

use super::super::{Store, StoreOptions};
use super::disk::{Disk, Fault, Left};
use super::support::{
    All, Change, all_of_model, all_of_store, change_model, change_store, model, tiny_options,
};
use crate::error::IndexError;
use crate::hash::mix;
use crate::online::storage::Storage;
use std::sync::Arc;

enum Step {
    Change(Change),
    Sync,
    Compact,
    Reopen,
}

/// Fixed, with everything in it: memtables written, files merged, documents removed and compacted.
fn script() -> Vec<Step> {
    let mut steps = Vec::new();
    for i in 0..90u64 {
        let draw = |n: u64| mix(i * 8 + n);
        let fingerprints: Vec<u64> =
            (0..40).filter(|f| mix(i * 64 + f).is_multiple_of(6)).collect();
        steps.push(Step::Change(match draw(0) % 9 {
            0 => Change::Remove { back: draw(1) as u8 },
            1 => Change::SetHead { back: draw(1) as u8, head: i as u8 },
            2 => Change::Post { back: draw(1) as u8, fingerprints },
            3 => Change::Group {
                older: (draw(1) as u8, i as u8, vec![i % 40]),
                removed: draw(4).is_multiple_of(2).then_some(draw(5) as u8),
                key: Some(draw(2) as u8 % super::support::KEYS),
                fingerprints,
            },
            _ => Change::Append {
                key: draw(2) as u8 % super::support::KEYS,
                head: i as u8,
                fingerprints,
                payload: vec![i as u8; draw(3) as usize % 90],
            },
        }));
        match i {
            20 | 50 | 55 | 85 => steps.push(Step::Sync),
            40 => steps.push(Step::Reopen),
            70 => steps.push(Step::Compact),
            _ => {}
        }
    }
    steps.push(Step::Reopen);
    steps
}

fn open(storage: Arc<dyn Storage>) -> Result<Store, IndexError> {
    let options = StoreOptions { memtable_postings: 64, ..tiny_options() };
    Store::open(storage, options, b"meta")
}

/// What there was after each operation; the first of them that may be found after a crash.
struct History {
    states: Vec<All>,
    synced: usize,
}

/// Goes through the script until something fails.
fn run(disk: &Disk) -> History {
    let model = model(&tiny_options());
    let mut history = History { states: vec![all_of_model(&model.snapshot())], synced: 0 };
    let Ok(mut store) = open(Arc::new(disk.clone())) else { return history };
    for step in script() {
        let now = history.states.len() - 1;
        match step {
            Step::Change(change) => {
                let done = change_store(&store, &change);
                let expected = change_model(&model, &change);
                // one that failed may be found done
                history.states.push(all_of_model(&model.snapshot()));
                match done {
                    Ok(done) => assert_eq!(done, expected),
                    Err(_) => return history,
                }
            }
            Step::Sync | Step::Compact => {
                let result =
                    if matches!(step, Step::Sync) { store.sync() } else { store.compact() };
                if result.is_err() {
                    return history;
                }
                history.synced = now;
            }
            Step::Reopen => {
                if store.close().is_err() {
                    return history;
                }
                history.synced = now;
                match open(Arc::new(disk.clone())) {
                    Ok(opened) => store = opened,
                    Err(_) => return history,
                }
            }
        }
    }
    // what is seen never differs, whatever the background thread met
    let found = all_of_store(&store.snapshot());
    assert_eq!(&found.unwrap(), history.states.last().unwrap());
    history
}

fn check(storage: Arc<dyn Storage>, history: &History, what: &str) {
    let store = open(Arc::clone(&storage)).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = all_of_store(&store.snapshot()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let fits = history.states[history.synced..].contains(&found);
    if !fits {
        let earlier = history.states.iter().rposition(|state| *state == found);
        panic!(
            "{what}: found the state after {earlier:?} of {} operations, {} were synced",
            history.states.len() - 1,
            history.synced
        );
    }
    // and it can go on
    let change = Change::Append { key: 3, head: 1, fingerprints: vec![1], payload: Vec::new() };
    change_store(&store, &change).unwrap();
    let before = all_of_store(&store.snapshot()).unwrap();
    store.close().unwrap();
    let again = open(storage).unwrap();
    assert_eq!(all_of_store(&again.snapshot()).unwrap(), before, "{what}");
}

fn every_operation(fault: Fault) {
    for at in 0.. {
        let disk = Disk::new(Some((at, fault)));
        let history = run(&disk);
        let hit = disk.hit();
        disk.heal();
        for left in [
            Left::Nothing,
            Left::Everything,
            Left::Names,
            Left::Content,
            Left::Renames,
            Left::Part(at as u64),
            Left::Part(at as u64 + 1_000_000),
            Left::Pages(at as u64),
            Left::Pages(at as u64 + 1_000_000),
        ] {
            let what = format!("{fault:?} at operation {at}, {left:?} left");
            check(Arc::new(disk.crashed(left)), &history, &what);
        }
        if fault != Fault::Crash {
            check(Arc::new(disk.clone()), &history, &format!("{fault:?} at operation {at}"));
        }
        if !hit {
            assert!(at > 100, "only {at} operations");
            break;
        }
    }
}

#[test]
fn a_crash_at_every_operation() {
    every_operation(Fault::Crash);
}

#[test]
fn no_space_at_every_operation() {
    every_operation(Fault::NoSpace);
}

#[test]
fn a_short_write_at_every_operation() {
    every_operation(Fault::Short);
}

#[test]
fn a_broken_sync_at_every_operation() {
    every_operation(Fault::Broken);
}
