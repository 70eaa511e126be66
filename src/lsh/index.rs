//! An index of MinHash signatures in memory.

use super::bands::Bands;
use super::buckets::Buckets;
use super::store::Store;
use crate::error::{ConfigError, RecipeMismatch};
use crate::sketch::{Estimate, MinHash, MinHasher, SignatureId};
use std::borrow::Borrow;
use std::hash::Hash;

/// Signatures by band: inserts, finds by resemblance, removes. Plain data without locks.
///
/// A bucket takes no more than a cap of documents, in the order of insertion; what came too late
/// for a bucket is still found through its other bands, and is counted in [`BandInsertion`] and
/// [`BandAnswer`]. So the work of a query is at most bands times cap, whatever is inserted.
///
/// Memory: [`Bands::bytes_per_document`] and the keys.
///
/// ```
/// use nearcopy::lsh::{BandIndex, Bands};
/// use nearcopy::sketch::MinHasher;
///
/// let hasher = MinHasher::default();
/// let bands = Bands::for_recall(hasher.slots(), 0.7, 0.95)?;
/// let mut index = BandIndex::new(&hasher, bands, 100)?;
/// let text: Vec<u64> = (0..500).map(nearcopy::hash::mix).collect();
/// index.insert("first", hasher.sketch(&text))?;
/// index.insert("second", hasher.sketch(&text[20..]))?;
///
/// let answer = index.query(&hasher.sketch(&text[..480]), 0.5)?;
/// assert_eq!(answer.hits[0].key, &"first");
/// assert_eq!(answer.hits.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct BandIndex<K> {
    id: SignatureId,
    bands: Bands,
    cap: usize,
    buckets: Buckets,
    documents: Store<K, MinHash>,
    capped: u64,
}

/// What became of an inserted document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandInsertion {
    /// Whether a document of this key was there before and is gone now.
    pub replaced: bool,
    /// Bands whose bucket was full, so that the document is not found through them.
    pub capped: u32,
}

/// A document that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandHit<'i, K> {
    /// Its key.
    pub key: &'i K,
    /// Its resemblance to the query, from all slots.
    pub jaccard: Estimate,
}

/// What a query found, and what it may have missed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandAnswer<'i, K> {
    /// Documents of at least the asked resemblance, highest first, equal ones in the order of
    /// insertion.
    pub hits: Vec<BandHit<'i, K>>,
    /// Documents that shared a band and were compared.
    pub candidates: usize,
    /// Probed buckets that were full, so that documents may have been left out of them.
    pub full_buckets: usize,
}

impl<K: Eq + Hash + Clone> BandIndex<K> {
    /// An empty index for signatures of `hasher`, cut into `bands`, with at most `cap` documents a
    /// bucket. 100 is a cap that only template text reaches.
    ///
    /// # Errors
    /// If the bands need more slots than the signatures have, or `cap` is 0.
    pub fn new(hasher: &MinHasher, bands: Bands, cap: usize) -> Result<Self, ConfigError> {
        if bands.slots() > hasher.slots() {
            let found = format!("{} x {}", bands.bands(), bands.rows());
            return Err(ConfigError::new("bands x rows", found, "no more than the slots"));
        }
        if cap == 0 {
            return Err(ConfigError::new("cap", cap, "1 or more documents"));
        }
        Ok(Self {
            id: hasher.id(),
            bands,
            cap,
            buckets: Buckets::default(),
            documents: Store::new(),
            capped: 0,
        })
    }

    /// How signatures are cut.
    #[must_use]
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// Number of documents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there are no documents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that full buckets refused since the index was made.
    #[must_use]
    pub fn capped(&self) -> u64 {
        self.capped
    }

    /// Whether there is a document of this key.
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.documents.contains(key)
    }

    /// Inserts a document, in place of an earlier one of the same key.
    ///
    /// # Errors
    /// If the signature was made by another maker; then nothing changes.
    ///
    /// # Panics
    /// If there are 2^32 documents already.
    pub fn insert(&mut self, key: K, signature: MinHash) -> Result<BandInsertion, RecipeMismatch> {
        self.id.check(signature.id())?;
        let replaced = self.remove(&key);
        let keys: Vec<u64> = self.bands.keys(signature.slots()).collect();
        let number = self.documents.add(key, signature);
        let capped = keys.iter().filter(|&&key| !self.buckets.add(key, number, self.cap)).count();
        self.capped += capped as u64;
        Ok(BandInsertion { replaced, capped: capped as u32 })
    }

    /// Removes the document of this key; false if there is none. Its places in full buckets become
    /// free for later documents.
    pub fn remove<Q>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let Some((number, signature)) = self.documents.remove(key) else { return false };
        for key in self.bands.keys(signature.slots()) {
            self.buckets.remove(key, number);
        }
        true
    }

    /// The documents that share a band with `signature` and resemble it by `min_jaccard` or more, as
    /// estimated from all slots.
    ///
    /// # Errors
    /// If the signature was made by another maker.
    pub fn query(
        &self,
        signature: &MinHash,
        min_jaccard: f64,
    ) -> Result<BandAnswer<'_, K>, RecipeMismatch> {
        self.id.check(signature.id())?;
        let (mut numbers, mut full_buckets) = (Vec::new(), 0);
        for key in self.bands.keys(signature.slots()) {
            let bucket = self.buckets.get(key);
            full_buckets += usize::from(bucket.len() >= self.cap);
            numbers.extend_from_slice(bucket);
        }
        numbers.sort_unstable();
        numbers.dedup();
        let candidates = numbers.len();
        let mut found = Vec::new();
        for document in numbers.into_iter().filter_map(|number| self.documents.get(number)) {
            let jaccard = signature.jaccard(&document.sketch)?;
            if jaccard.value() >= min_jaccard {
                found.push((document, jaccard));
            }
        }
        found.sort_unstable_by(|(a, x), (b, y)| {
            y.matches().cmp(&x.matches()).then(a.order.cmp(&b.order))
        });
        let hits = found
            .into_iter()
            .map(|(document, jaccard)| BandHit { key: &document.key, jaccard })
            .collect();
        Ok(BandAnswer { hits, candidates, full_buckets })
    }
}
