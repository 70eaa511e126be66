//! Any history of operations, snapshots kept across it, reopening and compaction give what plain maps
//! give.

use super::super::model::Snapshot as Plain;
use super::super::{Snapshot, Store, StoreOptions};
use super::support::{
    Change, all_of_model, all_of_store, change, change_model, change_store, model, tiny_options,
};
use crate::online::storage::{Directory, Memory, Storage};
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Debug, Clone)]
enum Step {
    Change(Change),
    Sync,
    Keep,
    Forget,
    Reopen,
    Compact,
    ReadOnly,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        30 => change().prop_map(Step::Change),
        1 => Just(Step::Sync),
        2 => Just(Step::Keep),
        1 => Just(Step::Forget),
        1 => Just(Step::Reopen),
        1 => Just(Step::Compact),
        1 => Just(Step::ReadOnly),
    ]
}

fn open(storage: &Arc<dyn Storage>, options: &StoreOptions) -> Store {
    Store::open(Arc::clone(storage), options.clone(), b"meta").unwrap()
}

fn run(storage: &Arc<dyn Storage>, options: &StoreOptions, steps: &[Step]) {
    let model = model(options);
    let mut store = open(storage, options);
    let mut kept: Vec<(Snapshot, Plain)> = Vec::new();
    for step in steps {
        match step {
            Step::Change(change) => {
                assert_eq!(change_store(&store, change).unwrap(), change_model(&model, change));
            }
            Step::Sync => store.sync().unwrap(),
            Step::Keep => kept.push((store.snapshot(), model.snapshot())),
            Step::Forget => kept.truncate(kept.len() / 2),
            Step::Reopen => {
                store.close().unwrap();
                store = open(storage, options);
                assert_eq!(store.meta(), b"meta");
                assert_eq!(store.stats().repaired_bytes, 0);
            }
            Step::Compact => {
                store.compact().unwrap();
                assert!(store.stats().segments <= 1);
            }
            Step::ReadOnly => {
                store.sync().unwrap();
                let read_only = StoreOptions { read_only: true, ..options.clone() };
                let reader = open(storage, &read_only);
                let found = all_of_store(&reader.snapshot()).unwrap();
                assert_eq!(found, all_of_model(&model.snapshot()));
            }
        }
    }
    kept.push((store.snapshot(), model.snapshot()));
    for (snapshot, plain) in &kept {
        assert_eq!(all_of_store(snapshot).unwrap(), all_of_model(plain));
    }
    let stats = store.stats();
    assert_eq!(stats.documents, u64::from(model.snapshot().end()));
    assert_eq!(stats.removed, model.stats().removed);
    drop(store);
    let store = open(storage, options);
    assert_eq!(all_of_store(&store.snapshot()).unwrap(), all_of_model(&model.snapshot()));
    // old snapshots outlive the store
    for (snapshot, plain) in &kept {
        assert_eq!(all_of_store(snapshot).unwrap(), all_of_model(plain));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_history_in_memory(steps in prop::collection::vec(step(), 0..250)) {
        run(&(Arc::new(Memory::new()) as Arc<dyn Storage>), &tiny_options(), &steps);
    }

    #[test]
    fn a_history_in_one_memtable(steps in prop::collection::vec(step(), 0..120)) {
        let options = StoreOptions { memtable_postings: 1 << 12, ..tiny_options() };
        run(&(Arc::new(Memory::new()) as Arc<dyn Storage>), &options, &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_history_in_a_directory(steps in prop::collection::vec(step(), 0..200)) {
        let directory = tempfile::tempdir().unwrap();
        let storage = Directory::create(directory.path().join("index")).unwrap();
        run(&(Arc::new(storage) as Arc<dyn Storage>), &tiny_options(), &steps);
    }
}

/// Where more live documents than `stop_after` held a fingerprint, it may stay stopped; the list is
/// never a part of itself.
fn run_with_stop_marks(steps: &[Step]) {
    let options = StoreOptions { cap: 2, stop_after: 3, ..tiny_options() };
    let storage = Arc::new(Memory::new()) as Arc<dyn Storage>;
    let (store, model) = (open(&storage, &options), model(&options));
    let most = super::super::model::Store::open(StoreOptions { cap: 3, ..options });
    let mut ever_over = [false; super::support::FINGERPRINTS as usize];
    for step in steps {
        match step {
            Step::Change(change) => {
                assert_eq!(change_store(&store, change).unwrap(), change_model(&model, change));
                change_model(&most, change);
            }
            _ => store.compact().unwrap(),
        }
        let wide = all_of_model(&most.snapshot()).postings;
        for (over, list) in ever_over.iter_mut().zip(&wide) {
            *over |= list.is_none();
        }
    }
    let mut found = all_of_store(&store.snapshot()).unwrap();
    let expected = all_of_model(&model.snapshot());
    for (i, list) in found.postings.iter_mut().enumerate() {
        if ever_over[i] && list.is_none() {
            list.clone_from(&expected.postings[i]);
        }
    }
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_history_with_stop_marks(steps in prop::collection::vec(step(), 0..200)) {
        run_with_stop_marks(&steps);
    }
}
