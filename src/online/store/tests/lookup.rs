//! A look-up of many fingerprints at once gives what going through all postings gives, in a store of
//! several segments and a memtable, with lists of all lengths.

use super::super::{DocId, HEAD, List, Record, Store, StoreOptions};
use crate::hash;
use crate::online::storage::{Memory, Storage};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const DOCUMENTS: u64 = 3000;
const RARE: u64 = 40_000;
const COMMON: u64 = 40;

/// One fingerprint in four is one of few, so that its list is long.
fn fingerprint(random: u64) -> u64 {
    let among = if random.is_multiple_of(4) { COMMON } else { RARE };
    hash::mix((random >> 8) % among + among)
}

/// Who holds each fingerprint, and which were once held by more than `stop_after`.
#[derive(Default)]
struct Plain {
    lists: BTreeMap<u64, BTreeSet<DocId>>,
    posted: BTreeMap<DocId, Vec<u64>>,
    once_over: BTreeSet<u64>,
}

impl Plain {
    fn post(&mut self, fingerprint: u64, doc: DocId, stop_after: u32) {
        let list = self.lists.entry(fingerprint).or_default();
        list.insert(doc);
        self.posted.entry(doc).or_default().push(fingerprint);
        if list.len() > stop_after as usize {
            self.once_over.insert(fingerprint);
        }
    }

    fn remove(&mut self, doc: DocId) {
        for fingerprint in self.posted.remove(&doc).unwrap_or_default() {
            self.lists.entry(fingerprint).or_default().remove(&doc);
        }
    }
}

/// Looks up all fingerprints, `many` at a time, those that nobody holds, too. Returns the number of
/// lists, and of those that are stopped.
fn compare(store: &Store, plain: &Plain, cap: u32, many: usize) -> (usize, usize) {
    let snapshot = store.snapshot();
    let all: Vec<u64> = (0..COMMON)
        .map(|i| hash::mix(i + COMMON))
        .chain((0..RARE + 500).map(|i| hash::mix(i + RARE)))
        .collect();
    let (mut lists, mut stops) = (0, 0);
    for some in all.chunks(many) {
        let mut expected = 0;
        snapshot
            .postings(some, &mut |i, list| {
                assert_eq!(i, expected);
                expected += 1;
                let held = plain.lists.get(&some[i]).cloned().unwrap_or_default();
                match list {
                    List::Docs(docs) => {
                        assert!(held.len() <= cap as usize);
                        assert!(docs.iter().eq(&held));
                        lists += usize::from(!docs.is_empty());
                    }
                    List::Stopped => {
                        let may = held.len() > cap as usize || plain.once_over.contains(&some[i]);
                        assert!(may, "{} documents", held.len());
                        stops += 1;
                    }
                }
            })
            .unwrap();
        assert_eq!(expected, some.len());
    }
    (lists, stops)
}

fn run(seed: u64, many: usize, memtable_postings: usize, stop_after: u32) {
    let options = StoreOptions { cap: 5, stop_after, memtable_postings, ..StoreOptions::default() };
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let store = Store::open(storage, options.clone(), b"").unwrap();
    let mut plain = Plain::default();
    let mut state = seed;
    let mut random = || {
        state = state.wrapping_add(1);
        hash::mix(state)
    };
    for number in 0..DOCUMENTS {
        let mut fingerprints: Vec<u64> = (0..20).map(|_| fingerprint(random())).collect();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        let key = number.to_le_bytes();
        let record =
            Record { key: &key, head: [0; HEAD], fingerprints: &fingerprints, payload: b"" };
        let doc = store.writer().append(&record).unwrap();
        fingerprints.iter().for_each(|&f| plain.post(f, doc, stop_after));
        // posted twice, and later than others
        if number % 7 == 0 {
            let again = [fingerprints[0], fingerprint(random())];
            store.writer().post(doc, &again).unwrap();
            again.iter().for_each(|&f| plain.post(f, doc, stop_after));
        }
        if number % 100 == 99 {
            let gone = (random() % (number + 1)) as DocId;
            if store.writer().remove(gone).is_ok() {
                plain.remove(gone);
            }
        }
    }
    let (lists, stops) = compare(&store, &plain, options.cap, many);
    assert!(lists > 10_000 && stops >= COMMON as usize, "{lists} lists, {stops} stops");
    // lists that are long in the files and short to look at
    for doc in 0..DOCUMENTS as DocId {
        if doc % 256 != 0 && store.writer().remove(doc).is_ok() {
            plain.remove(doc);
        }
    }
    compare(&store, &plain, options.cap, many);
    store.compact().unwrap();
    compare(&store, &plain, options.cap, many);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn many_fingerprints_at_once(seed: u64, many in 1usize..200, memtable in 9u32..14) {
        run(seed, many, 1 << memtable, 1 << 20);
    }

    #[test]
    fn many_fingerprints_with_stop_marks(seed: u64, many in 1usize..200, memtable in 9u32..14) {
        run(seed, many, 1 << memtable, 20);
    }
}
