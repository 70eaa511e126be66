//! Keys to short lists of document numbers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

/// Most buckets hold one document, and that one needs no list.
#[derive(Debug, Clone)]
enum Bucket {
    One(u32),
    #[allow(clippy::box_collection, reason = "the table holds 16 bytes a bucket instead of 24")]
    Many(Box<Vec<u32>>),
}

/// Passes on a key that is a mixed hash already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64");
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Buckets by mixed 64-bit key; documents stand in the order of insertion.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets {
    map: HashMap<u64, Bucket, BuildHasherDefault<AsIs>>,
}

impl Buckets {
    /// Adds `document`, unless the bucket holds `cap` already. A document is added once a key.
    pub(super) fn add(&mut self, key: u64, document: u32, cap: usize) -> bool {
        match self.map.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Bucket::One(document));
                true
            }
            Entry::Occupied(mut place) => match place.get_mut() {
                Bucket::One(_) if cap < 2 => false,
                Bucket::One(first) => {
                    let both = vec![*first, document];
                    place.insert(Bucket::Many(Box::new(both)));
                    true
                }
                Bucket::Many(list) if list.len() >= cap => false,
                Bucket::Many(list) => {
                    list.push(document);
                    true
                }
            },
        }
    }

    pub(super) fn get(&self, key: u64) -> &[u32] {
        match self.map.get(&key) {
            None => &[],
            Some(Bucket::One(document)) => std::slice::from_ref(document),
            Some(Bucket::Many(list)) => list,
        }
    }

    /// Removes `document` if it is there.
    pub(super) fn remove(&mut self, key: u64, document: u32) {
        let Entry::Occupied(mut place) = self.map.entry(key) else { return };
        match place.get_mut() {
            Bucket::One(only) => {
                if *only == document {
                    place.remove();
                }
            }
            Bucket::Many(list) => {
                list.retain(|&other| other != document);
                if list.is_empty() {
                    place.remove();
                }
            }
        }
    }
}
