//! The banded index against a naive map, over random operations.

use nearcopy::hash::mix;
use nearcopy::lsh::{BandIndex, Bands};
use nearcopy::sketch::{MinHash, MinHasher};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Documents in the order of insertion, and for each band key who came in time.
struct Model {
    bands: Bands,
    cap: usize,
    documents: Vec<(u8, MinHash)>,
    buckets: BTreeMap<u64, Vec<u8>>,
    capped: u64,
}

impl Model {
    fn remove(&mut self, key: u8) -> bool {
        let before = self.documents.len();
        self.documents.retain(|(other, _)| *other != key);
        for bucket in self.buckets.values_mut() {
            bucket.retain(|other| *other != key);
        }
        self.documents.len() < before
    }

    fn insert(&mut self, key: u8, signature: MinHash) -> (bool, u32) {
        let replaced = self.remove(key);
        let mut capped = 0;
        for band in self.bands.keys(signature.slots()) {
            let bucket = self.buckets.entry(band).or_default();
            if bucket.len() < self.cap { bucket.push(key) } else { capped += 1 }
        }
        self.capped += u64::from(capped);
        self.documents.push((key, signature));
        (replaced, capped)
    }

    fn query(&self, signature: &MinHash, min: f64) -> (Vec<(u8, f64)>, usize, usize) {
        let probed: Vec<&Vec<u8>> =
            self.bands.keys(signature.slots()).filter_map(|band| self.buckets.get(&band)).collect();
        let candidates: Vec<&(u8, MinHash)> = self
            .documents
            .iter()
            .filter(|(key, _)| probed.iter().any(|b| b.contains(key)))
            .collect();
        let mut hits: Vec<(u8, f64)> = candidates
            .iter()
            .map(|(key, other)| (*key, signature.jaccard(other).unwrap().value()))
            .filter(|&(_, jaccard)| jaccard >= min)
            .collect();
        // stable, so that ties stay in the order of insertion
        hits.sort_by(|a, b| b.1.total_cmp(&a.1));
        (hits, candidates.len(), probed.iter().filter(|b| b.len() >= self.cap).count())
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, u64, u64),
    Remove(u8),
    Query(u64, u64, f64),
}

/// Documents are windows over one sequence of elements, so that many resemble each other.
fn document(start: u64, len: u64) -> Vec<u64> {
    (start..start + len).map(mix).collect()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u8..20, 0u64..30, 0u64..120).prop_map(|(key, at, len)| Step::Insert(key, at, len)),
        1 => (0u8..20).prop_map(Step::Remove),
        3 => (0u64..30, 0u64..120, prop_oneof![Just(0.0), Just(1.0), 0.0..1.0])
            .prop_map(|(at, len, min)| Step::Query(at, len, min)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_index_answers_like_the_model(
        steps in vec(step(), 0..80),
        cap in prop_oneof![1usize..6, Just(1000)],
        (b, r) in prop_oneof![Just((16, 4)), Just((32, 2)), Just((7, 9))],
    ) {
        let hasher = MinHasher::new(64, 0).unwrap();
        let bands = Bands::new(b, r).unwrap();
        let mut index = BandIndex::new(&hasher, bands, cap).unwrap();
        let mut model =
            Model { bands, cap, documents: Vec::new(), buckets: BTreeMap::new(), capped: 0 };
        for step in steps {
            match step {
                Step::Insert(key, at, len) => {
                    let signature = hasher.sketch(&document(at, len));
                    let found = index.insert(key, signature.clone()).unwrap();
                    prop_assert_eq!((found.replaced, found.capped), model.insert(key, signature));
                }
                Step::Remove(key) => prop_assert_eq!(index.remove(&key), model.remove(key)),
                Step::Query(at, len, min) => {
                    let signature = hasher.sketch(&document(at, len));
                    let found = index.query(&signature, min).unwrap();
                    let hits: Vec<(u8, f64)> =
                        found.hits.iter().map(|hit| (*hit.key, hit.jaccard.value())).collect();
                    let answer = (hits, found.candidates, found.full_buckets);
                    prop_assert_eq!(answer, model.query(&signature, min));
                }
            }
            prop_assert_eq!(index.len(), model.documents.len());
            prop_assert_eq!(index.capped(), model.capped);
        }
        for key in 0..20u8 {
            let known = model.documents.iter().any(|(other, _)| *other == key);
            prop_assert_eq!(index.contains(&key), known);
        }
    }
}

#[test]
fn a_template_cannot_flood_a_query() {
    let hasher = MinHasher::new(64, 0).unwrap();
    let bands = Bands::new(16, 4).unwrap();
    let mut index = BandIndex::new(&hasher, bands, 10).unwrap();
    let template = hasher.sketch(&document(0, 50));
    for key in 0..1000 {
        let inserted = index.insert(key, template.clone()).unwrap();
        assert_eq!(inserted.capped, if key < 10 { 0 } else { 16 });
    }
    let answer = index.query(&template, 0.5).unwrap();
    assert_eq!((answer.candidates, answer.full_buckets), (10, 16));
    let keys: Vec<i32> = answer.hits.iter().map(|hit| *hit.key).collect();
    assert_eq!(keys, (0..10).collect::<Vec<_>>());
    assert_eq!(index.capped(), 990 * 16);
}

#[test]
fn signatures_of_other_makers_and_bands_beyond_the_slots_are_refused() {
    let hasher = MinHasher::new(64, 0).unwrap();
    let bands = Bands::new(16, 4).unwrap();
    let mut index = BandIndex::new(&hasher, bands, 10).unwrap();
    index.insert("a", hasher.sketch(&[1])).unwrap();
    let other = MinHasher::new(64, 1).unwrap().sketch(&[1]);
    assert_eq!(index.insert("a", other.clone()).unwrap_err().field, "seed");
    assert_eq!(index.query(&other, 0.0).unwrap_err().field, "seed");
    assert!(index.contains("a"));

    let empty = hasher.sketch(&[]);
    index.insert("empty", empty.clone()).unwrap();
    assert!(index.query(&empty, 0.0).unwrap().hits.is_empty());
    assert!(index.remove("empty"));

    let error = BandIndex::<u8>::new(&hasher, Bands::new(65, 1).unwrap(), 1).unwrap_err();
    assert_eq!(error.setting(), "bands x rows");
    assert_eq!(BandIndex::<u8>::new(&hasher, bands, 0).unwrap_err().setting(), "cap");
}
