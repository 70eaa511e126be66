//! The documents of an index: key to number, number to key and sketch.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

#[derive(Debug, Clone)]
pub(super) struct Document<K, S> {
    pub(super) key: K,
    pub(super) sketch: S,
    /// Counts the insertions, for ties.
    pub(super) order: u64,
}

/// Documents by number; numbers of removed ones are given anew.
#[derive(Debug, Clone)]
pub(super) struct Store<K, S> {
    documents: Vec<Option<Document<K, S>>>,
    free: Vec<u32>,
    numbers: HashMap<K, u32>,
    insertions: u64,
}

impl<K: Eq + Hash + Clone, S> Store<K, S> {
    pub(super) fn new() -> Self {
        Self { documents: Vec::new(), free: Vec::new(), numbers: HashMap::new(), insertions: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Stores a document under a key that is not in use, and returns its number.
    pub(super) fn add(&mut self, key: K, sketch: S) -> u32 {
        let order = self.insertions;
        self.insertions += 1;
        let document = Some(Document { key: key.clone(), sketch, order });
        let number = match self.free.pop() {
            Some(number) => {
                self.documents[number as usize] = document;
                number
            }
            None => {
                let next = u32::try_from(self.documents.len());
                let number = next.expect("an index holds at most 2^32 documents");
                self.documents.push(document);
                number
            }
        };
        self.numbers.insert(key, number);
        number
    }

    pub(super) fn remove<Q>(&mut self, key: &Q) -> Option<(u32, S)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let number = self.numbers.remove(key)?;
        let document = self.documents[number as usize].take()?;
        self.free.push(number);
        Some((number, document.sketch))
    }

    pub(super) fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.numbers.contains_key(key)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Document<K, S>> {
        self.documents.get(number as usize)?.as_ref()
    }
}
