//! Posting lists of fingerprints, with a cap and stop marks.
//!
//! A posting says that a document (in [`dedup`](crate::dedup): the representative of a cluster)
//! holds a fingerprint. A fingerprint that more than `cap` documents hold is furniture of many: its
//! list becomes a *stop mark*, its postings are dropped, and it nominates no candidate any more. So
//! the candidates of a query are at most its fingerprints times `cap`, whatever the index holds.
//!
//! Open addressing over the fingerprint's own bits, 16 bytes a slot, further postings of the same
//! fingerprint in linked nodes of 8 bytes.

use crate::hash;

/// A document that shares fingerprints with the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The document.
    pub doc: u32,
    /// Fingerprints of the query that it holds.
    pub hits: u32,
}

/// What the index knows of a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// No document holds it.
    Absent,
    /// These documents hold it, in order of insertion.
    Listed(Vec<u32>),
    /// More than `cap` documents hold it.
    Stopped,
}

/// How much a [`Postings`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct PostingCounts {
    /// Distinct fingerprints, stop marks included.
    pub fingerprints: u64,
    /// Postings in lists.
    pub postings: u64,
    /// Fingerprints that became stop marks.
    pub stopped: u64,
}

/// Buffers of [`Postings::candidates`], for reuse.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    hits: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;
const STOP: u32 = u32::MAX - 1;
const END: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Slot {
    fingerprint: u64,
    /// First document, or `EMPTY`, or `STOP`.
    doc: u32,
    /// First node of the rest of the list, or `END`.
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    doc: u32,
    next: u32,
}

/// The posting lists.
#[derive(Debug, Clone)]
pub struct Postings {
    slots: Vec<Slot>,
    nodes: Vec<Node>,
    /// First node of the free list.
    free: u32,
    cap: u32,
    counts: PostingCounts,
}

impl Postings {
    /// An empty index that stops a fingerprint at its posting number `cap + 1`.
    #[must_use]
    pub fn new(cap: u32) -> Self {
        Self {
            slots: Vec::new(),
            nodes: Vec::new(),
            free: END,
            cap: cap.max(1),
            counts: PostingCounts::default(),
        }
    }

    /// How much is held.
    #[must_use]
    pub fn counts(&self) -> PostingCounts {
        self.counts
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.nodes.capacity() * size_of::<Node>()
    }

    /// Adds a posting. A document that is already the last of the list is not listed twice.
    ///
    /// # Panics
    /// If `doc` is above `u32::MAX - 2`.
    pub fn insert(&mut self, fingerprint: u64, doc: u32) {
        assert!(doc < STOP, "document {doc}, expected at most {}", STOP - 1);
        if (self.counts.fingerprints + 1) * 4 > self.slots.len() as u64 * 3 {
            self.grow();
        }
        let at = self.slot_of(fingerprint);
        let slot = self.slots[at];
        match slot.doc {
            EMPTY => {
                self.slots[at] = Slot { fingerprint, doc, next: END };
                self.counts.fingerprints += 1;
                self.counts.postings += 1;
            }
            STOP => {}
            first => {
                let (mut listed, mut last, mut next) = (1, first, slot.next);
                let mut tail = END;
                while next != END {
                    tail = next;
                    last = self.nodes[next as usize].doc;
                    next = self.nodes[next as usize].next;
                    listed += 1;
                }
                if last == doc {
                    return;
                }
                if listed == self.cap {
                    self.stop(at, listed);
                    return;
                }
                let node = self.new_node(doc);
                if tail == END {
                    self.slots[at].next = node;
                } else {
                    self.nodes[tail as usize].next = node;
                }
                self.counts.postings += 1;
            }
        }
    }

    /// What is known of `fingerprint`.
    #[must_use]
    pub fn get(&self, fingerprint: u64) -> Entry {
        if self.slots.is_empty() {
            return Entry::Absent;
        }
        let slot = self.slots[self.slot_of(fingerprint)];
        match slot.doc {
            EMPTY => Entry::Absent,
            STOP => Entry::Stopped,
            _ => {
                let mut docs = Vec::new();
                self.list_into(&slot, &mut docs);
                Entry::Listed(docs)
            }
        }
    }

    /// Calls `each` with every listed fingerprint and the documents that hold it, in order of
    /// insertion; the fingerprints come in no particular order.
    pub fn for_each_list(&self, mut each: impl FnMut(u64, &[u32])) {
        let mut docs = Vec::new();
        for slot in self.slots.iter().filter(|s| s.doc < STOP) {
            self.list_into(slot, &mut docs);
            each(slot.fingerprint, &docs);
        }
    }

    /// The fingerprints that became stop marks, in no particular order.
    pub fn stopped(&self) -> impl Iterator<Item = u64> + '_ {
        self.slots.iter().filter(|s| s.doc == STOP).map(|s| s.fingerprint)
    }

    fn list_into(&self, slot: &Slot, docs: &mut Vec<u32>) {
        docs.clear();
        docs.push(slot.doc);
        let mut next = slot.next;
        while next != END {
            docs.push(self.nodes[next as usize].doc);
            next = self.nodes[next as usize].next;
        }
    }

    /// The documents that hold the most of `fingerprints` (each counted as often as it is given), at
    /// most `most` of them: most hits first, equal hits in order of the document.
    #[must_use]
    pub fn candidates(
        &self,
        fingerprints: &[u64],
        most: usize,
        scratch: &mut Scratch,
    ) -> Vec<Candidate> {
        scratch.hits.clear();
        if self.slots.is_empty() {
            return Vec::new();
        }
        for &fingerprint in fingerprints {
            let slot = self.slots[self.slot_of(fingerprint)];
            if slot.doc >= STOP {
                continue;
            }
            scratch.hits.push(slot.doc);
            let mut next = slot.next;
            while next != END {
                scratch.hits.push(self.nodes[next as usize].doc);
                next = self.nodes[next as usize].next;
            }
        }
        scratch.hits.sort_unstable();
        let mut out: Vec<Candidate> = scratch
            .hits
            .chunk_by(|x, y| x == y)
            .map(|run| Candidate { doc: run[0], hits: run.len() as u32 })
            .collect();
        out.sort_unstable_by_key(|c| (std::cmp::Reverse(c.hits), c.doc));
        out.truncate(most);
        out
    }

    /// The slot that holds `fingerprint`, or the empty one where it would stand.
    #[inline]
    fn slot_of(&self, fingerprint: u64) -> usize {
        let mask = self.slots.len() - 1;
        // winnowing prefers small hashes: mix, so that the low bits are even
        let mut at = hash::mix(fingerprint) as usize & mask;
        while self.slots[at].doc != EMPTY && self.slots[at].fingerprint != fingerprint {
            at = (at + 1) & mask;
        }
        at
    }

    fn stop(&mut self, at: usize, listed: u32) {
        let mut next = self.slots[at].next;
        while next != END {
            let after = self.nodes[next as usize].next;
            self.nodes[next as usize].next = self.free;
            self.free = next;
            next = after;
        }
        self.slots[at].doc = STOP;
        self.slots[at].next = END;
        self.counts.postings -= u64::from(listed);
        self.counts.stopped += 1;
    }

    fn new_node(&mut self, doc: u32) -> u32 {
        if self.free == END {
            self.nodes.push(Node { doc, next: END });
            return self.nodes.len() as u32 - 1;
        }
        let at = self.free;
        self.free = self.nodes[at as usize].next;
        self.nodes[at as usize] = Node { doc, next: END };
        at
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1024);
        let empty = Slot { fingerprint: 0, doc: EMPTY, next: END };
        let old = std::mem::replace(&mut self.slots, vec![empty; size]);
        for slot in old {
            if slot.doc != EMPTY {
                let at = self.slot_of(slot.fingerprint);
                self.slots[at] = slot;
            }
        }
    }
}
