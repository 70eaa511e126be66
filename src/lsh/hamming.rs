//! All fingerprints within a few bits, by the pigeonhole principle.

use super::buckets::Buckets;
use super::store::Store;
use crate::error::ConfigError;
use crate::hash::mix;
use std::borrow::Borrow;
use std::hash::Hash;

/// Words that a [`HammingIndex`] holds: `u64` and `u128`.
pub trait Bits: sealed::Bits {}
impl Bits for u64 {}
impl Bits for u128 {}

mod sealed {
    pub trait Bits: Copy + Eq + std::fmt::Debug {
        const WIDTH: u32;
        fn distance(self, other: Self) -> u32;
        /// The bits under `mask`, mixed.
        fn key(self, mask: Self) -> u64;
        /// Bits `from..to`.
        fn range(from: u32, to: u32) -> Self;
        fn or(self, other: Self) -> Self;
    }

    impl Bits for u64 {
        const WIDTH: u32 = 64;

        fn distance(self, other: Self) -> u32 {
            (self ^ other).count_ones()
        }

        fn key(self, mask: Self) -> u64 {
            super::mix(self & mask)
        }

        fn range(from: u32, to: u32) -> Self {
            (Self::MAX >> (64 - (to - from))) << from
        }

        fn or(self, other: Self) -> Self {
            self | other
        }
    }

    impl Bits for u128 {
        const WIDTH: u32 = 128;

        fn distance(self, other: Self) -> u32 {
            (self ^ other).count_ones()
        }

        fn key(self, mask: Self) -> u64 {
            let bits = self & mask;
            super::mix(super::mix(bits as u64) ^ (bits >> 64) as u64)
        }

        fn range(from: u32, to: u32) -> Self {
            (Self::MAX >> (128 - (to - from))) << from
        }

        fn or(self, other: Self) -> Self {
            self | other
        }
    }
}

/// Finds every fingerprint that differs from a query in at most `k` bits, exactly (G. S. Manku, A.
/// Jain and A. Das Sarma, WWW 2007, section 3).
///
/// The bits are cut into `blocks` blocks, more than `k`. Two fingerprints that differ in at most
/// `k` bits agree in at least `blocks - k` blocks, so there is a table for every choice of
/// `blocks - k` blocks, keyed by their bits, and the pair meets in one of them.
///
/// More blocks make more tables with longer keys: memory against time.
///
/// | k | blocks | tables | bits of a key (of 64) | candidates a query among a million |
/// |---|---|---|---|---|
/// | 3 | 4 (as [`new`](Self::new)) | 4 | 16 | 61 |
/// | 3 | 5 | 10 | 25 or 26 | 0.2 |
/// | 5 | 6 (as `new`) | 6 | 10 or 11 | 3 900 |
/// | 5 | 7 | 21 | 18 or 19 | 69 |
/// | 7 | 8 (as `new`) | 8 | 8 | 31 000 |
/// | 7 | 9 | 36 | 14 or 15 | 2 000 |
/// | 7 | 10 | 120 | 18 to 21 | 230 |
///
/// There is no cap, because a cap would lose pairs: a million fingerprints that agree in a block are
/// a million candidates. A table takes 29 to 58 bytes a fingerprint.
///
/// ```
/// use nearcopy::lsh::HammingIndex;
///
/// let mut index = HammingIndex::<&str, u64>::new(3).unwrap();
/// index.insert("page", 0b1011);
/// index.insert("other", u64::MAX);
/// let hits = index.within(0b1000, 3).unwrap();
/// assert_eq!((hits[0].key, hits[0].distance), (&"page", 2));
/// assert_eq!(hits.len(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct HammingIndex<K, B: Bits> {
    radius: u32,
    masks: Vec<B>,
    tables: Vec<Buckets>,
    documents: Store<K, B>,
}

/// A fingerprint that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HammingHit<'i, K> {
    /// Its key.
    pub key: &'i K,
    /// Bits in which it differs from the query.
    pub distance: u32,
}

/// The most tables an index has.
const MOST_TABLES: usize = 256;

impl<K: Eq + Hash + Clone, B: Bits> HammingIndex<K, B> {
    /// An empty index for distances up to `k` (3 to 7), with the fewest tables: `k + 1`.
    ///
    /// # Errors
    /// If `k` is not 3 to 7.
    pub fn new(k: u32) -> Result<Self, ConfigError> {
        Self::with_blocks(k, k.saturating_add(1))
    }

    /// An empty index for distances up to `k` (3 to 7), with the bits cut into `blocks` blocks: a
    /// table for each choice of `blocks - k` of them.
    ///
    /// # Errors
    /// If `k` is not 3 to 7, or `blocks` not more than `k`, or there were more than 256 tables.
    pub fn with_blocks(k: u32, blocks: u32) -> Result<Self, ConfigError> {
        if !(3..=7).contains(&k) {
            return Err(ConfigError::new("k", k, "3 to 7 bits"));
        }
        if !(k + 1..=16).contains(&blocks) {
            return Err(ConfigError::new("blocks", blocks, "more than k, at most 16"));
        }
        let edge = |block: u32| B::WIDTH * block / blocks;
        let block_bits = |block: u32| B::range(edge(block), edge(block + 1));
        let masks: Vec<B> = (0u32..1 << blocks)
            .filter(|choice| choice.count_ones() == blocks - k)
            .take(MOST_TABLES + 1)
            .filter_map(|choice| {
                (0..blocks).filter(|b| choice >> b & 1 == 1).map(block_bits).reduce(B::or)
            })
            .collect();
        if masks.len() > MOST_TABLES {
            return Err(ConfigError::new("blocks", blocks, "fewer: at most 256 tables"));
        }
        let tables = vec![Buckets::default(); masks.len()];
        Ok(Self { radius: k, masks, tables, documents: Store::new() })
    }

    /// The largest distance that is found.
    #[must_use]
    pub fn radius(&self) -> u32 {
        self.radius
    }

    /// Number of tables.
    #[must_use]
    pub fn tables(&self) -> usize {
        self.tables.len()
    }

    /// Number of fingerprints.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there are no fingerprints.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inserts a fingerprint, in place of an earlier one of the same key; true if there was one.
    ///
    /// # Panics
    /// If there are 2^32 fingerprints already.
    pub fn insert(&mut self, key: K, bits: B) -> bool {
        let replaced = self.remove(&key);
        let number = self.documents.add(key, bits);
        for (table, &mask) in self.tables.iter_mut().zip(&self.masks) {
            table.add(bits.key(mask), number, usize::MAX);
        }
        replaced
    }

    /// Removes the fingerprint of this key; false if there is none.
    pub fn remove<Q>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some((number, bits)) = self.documents.remove(key) else { return false };
        for (table, &mask) in self.tables.iter_mut().zip(&self.masks) {
            table.remove(bits.key(mask), number);
        }
        true
    }

    /// All fingerprints that differ from `bits` in at most `distance` bits, nearest first, equal ones
    /// in the order of insertion.
    ///
    /// # Errors
    /// If `distance` is more than the index was made for.
    pub fn within(&self, bits: B, distance: u32) -> Result<Vec<HammingHit<'_, K>>, ConfigError> {
        if distance > self.radius {
            let expected = "at most the k that the index was made for";
            return Err(ConfigError::new("distance", distance, expected));
        }
        let mut numbers = Vec::new();
        for (table, &mask) in self.tables.iter().zip(&self.masks) {
            let near = |&&number: &&u32| {
                let document = self.documents.get(number);
                document.is_some_and(|document| document.sketch.distance(bits) <= distance)
            };
            numbers.extend(table.get(bits.key(mask)).iter().filter(near));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut found: Vec<_> = numbers
            .into_iter()
            .filter_map(|number| self.documents.get(number))
            .map(|document| (document.sketch.distance(bits), document.order, &document.key))
            .collect();
        found.sort_unstable_by_key(|&(distance, order, _)| (distance, order));
        Ok(found.into_iter().map(|(distance, _, key)| HammingHit { key, distance }).collect())
    }

    /// The `count` nearest fingerprints among those within the index's radius, nearest first, equal
    /// ones in the order of insertion. Farther ones are not looked for: they are no near-duplicates.
    #[must_use]
    pub fn nearest(&self, bits: B, count: usize) -> Vec<HammingHit<'_, K>> {
        let mut hits = self.within(bits, self.radius).unwrap_or_default();
        hits.truncate(count);
        hits
    }
}
