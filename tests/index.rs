//! Posting lists against a map of lists.

mod prose;

use nearcopy::index::{Candidate, Entry, Postings, Scratch};
use proptest::prelude::*;
use std::collections::HashMap;

/// The definition: lists in a map; a list that would outgrow the cap is stopped for good.
struct Model {
    cap: usize,
    lists: HashMap<u64, Vec<u32>>,
    stopped: Vec<u64>,
}

impl Model {
    fn new(cap: u32) -> Self {
        Self { cap: cap as usize, lists: HashMap::new(), stopped: Vec::new() }
    }

    fn insert(&mut self, fingerprint: u64, doc: u32) {
        if self.stopped.contains(&fingerprint) {
            return;
        }
        let list = self.lists.entry(fingerprint).or_default();
        if list.last() == Some(&doc) {
            return;
        }
        list.push(doc);
        if list.len() > self.cap {
            self.lists.remove(&fingerprint);
            self.stopped.push(fingerprint);
        }
    }

    fn get(&self, fingerprint: u64) -> Entry {
        if self.stopped.contains(&fingerprint) {
            return Entry::Stopped;
        }
        self.lists.get(&fingerprint).map_or(Entry::Absent, |list| Entry::Listed(list.clone()))
    }

    fn candidates(&self, fingerprints: &[u64], most: usize) -> Vec<Candidate> {
        let mut hits: HashMap<u32, u32> = HashMap::new();
        for fingerprint in fingerprints {
            for &doc in self.lists.get(fingerprint).into_iter().flatten() {
                *hits.entry(doc).or_default() += 1;
            }
        }
        let mut out: Vec<Candidate> =
            hits.into_iter().map(|(doc, hits)| Candidate { doc, hits }).collect();
        out.sort_by(|x, y| y.hits.cmp(&x.hits).then(x.doc.cmp(&y.doc)));
        out.truncate(most);
        out
    }
}

fn check(model: &Model, index: &Postings, known: &[u64]) {
    for &fingerprint in known {
        assert_eq!(index.get(fingerprint), model.get(fingerprint));
    }
    let mut listed = HashMap::new();
    index.for_each_list(|fingerprint, docs| {
        assert_eq!(listed.insert(fingerprint, docs.to_vec()), None, "each list comes once");
    });
    assert_eq!(listed, model.lists);
    let mut stopped: Vec<u64> = index.stopped().collect();
    stopped.sort_unstable();
    let mut expected = model.stopped.clone();
    expected.sort_unstable();
    assert_eq!(stopped, expected);
    let counts = index.counts();
    assert_eq!(counts.fingerprints as usize, model.lists.len() + model.stopped.len());
    assert_eq!(counts.postings as usize, model.lists.values().map(Vec::len).sum::<usize>());
    assert_eq!(counts.stopped as usize, model.stopped.len());
}

/// Keys that collide on purpose: few values, near each other, at both ends of the range.
fn fingerprint() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0u64..40, 1 => (0u64..40).prop_map(|x| u64::MAX - x), 1 => any::<u64>()]
}

proptest! {
    #[test]
    fn postings_are_a_map_of_lists(
        cap in 0u32..6,
        inserts in prop::collection::vec((fingerprint(), 0u32..12), 0..400),
        queries in prop::collection::vec((prop::collection::vec(fingerprint(), 0..30), 0usize..6), 4),
    ) {
        // the least cap is 1
        let (mut model, mut index) = (Model::new(cap.max(1)), Postings::new(cap));
        let mut scratch = Scratch::default();
        for (n, &(fingerprint, doc)) in inserts.iter().enumerate() {
            model.insert(fingerprint, doc);
            index.insert(fingerprint, doc);
            if n % 97 == 0 {
                check(&model, &index, &[fingerprint]);
            }
        }
        let known: Vec<u64> = inserts.iter().map(|&(f, _)| f).chain(0..45).collect();
        check(&model, &index, &known);
        for (query, most) in &queries {
            let expected = model.candidates(query, *most);
            prop_assert_eq!(index.candidates(query, *most, &mut scratch), expected);
            let all = model.candidates(query, usize::MAX);
            prop_assert_eq!(index.candidates(query, usize::MAX, &mut scratch), all);
        }
    }
}

#[test]
fn an_empty_index_knows_nothing() {
    let index = Postings::new(4);
    assert_eq!(index.get(7), Entry::Absent);
    assert_eq!(index.candidates(&[7, 8], 10, &mut Scratch::default()), []);
    index.for_each_list(|_, _| panic!("nothing is listed"));
    assert_eq!(index.counts(), Default::default());
}

#[test]
fn growth_keeps_every_posting() {
    let mut rng = prose::Rng(11);
    let mut index = Postings::new(3);
    let keys: Vec<u64> = (0..30_000).map(|_| rng.next()).collect();
    let mut memory = index.memory_usage();
    for (doc, &key) in keys.iter().enumerate() {
        index.insert(key, doc as u32);
        if doc % 3 == 0 {
            index.insert(key, 1_000_000 + doc as u32);
        }
        let now = index.memory_usage();
        assert!(now >= memory, "memory never shrinks");
        memory = now;
    }
    for (doc, &key) in keys.iter().enumerate() {
        let mut expected = vec![doc as u32];
        expected.extend((doc % 3 == 0).then_some(1_000_000 + doc as u32));
        assert_eq!(index.get(key), Entry::Listed(expected));
    }
    assert_eq!(index.counts().fingerprints, 30_000);
    assert_eq!(index.counts().postings, 40_000);
    // 16 bytes a slot, of which at least 3/8 are full; 8 bytes a further posting, up to twice that
    assert!(memory >= 30_000 * 16 + 10_000 * 8);
    assert!(memory <= 30_000 * 16 * 8 / 3 + 2 * 10_000 * 8, "{memory} bytes");
}

/// What stopped lists held is used again: memory is bounded by what is listed at one time.
#[test]
fn stopped_lists_give_their_memory_back() {
    let cap = 8;
    let mut index = Postings::new(cap);
    for key in 0..400u64 {
        for doc in 0..=cap {
            index.insert(key, doc);
        }
        assert_eq!(index.get(key), Entry::Stopped);
    }
    let counts = index.counts();
    assert_eq!((counts.fingerprints, counts.postings, counts.stopped), (400, 0, 400));
    // the table of 1,024 slots, and the nodes of one list
    assert!(index.memory_usage() <= 1024 * 16 + 64 * 8, "{} bytes", index.memory_usage());
}

#[test]
fn a_stop_mark_nominates_nobody_and_stays() {
    let mut index = Postings::new(1);
    index.insert(5, 10);
    index.insert(5, 10);
    assert_eq!(index.get(5), Entry::Listed(vec![10]));
    index.insert(5, 11);
    assert_eq!(index.get(5), Entry::Stopped);
    index.insert(5, 12);
    assert_eq!(index.get(5), Entry::Stopped);
    assert_eq!(index.candidates(&[5, 5], 10, &mut Scratch::default()), []);
}

#[test]
fn the_greatest_document_is_listed() {
    let mut index = Postings::new(2);
    index.insert(0, u32::MAX - 2);
    index.insert(u64::MAX, 0);
    assert_eq!(index.get(0), Entry::Listed(vec![u32::MAX - 2]));
    assert_eq!(index.get(u64::MAX), Entry::Listed(vec![0]));
}

#[test]
#[should_panic(expected = "expected at most 4294967293")]
fn documents_beyond_the_greatest_are_refused() {
    Postings::new(2).insert(0, u32::MAX - 1);
}
