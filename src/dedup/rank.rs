//! The first reading: what a batch keeps of each document.
//!
//! One pass over a text gives its place in the order and its fingerprints. The fingerprints are kept
//! until all documents have been read, 8 bytes each, so that a document that shares none is never
//! looked at again. What exceeds [`Dedup::memory_budget`] is not kept: its text is read a second
//! time, when a [`Filter`] has seen all fingerprints and tells most that stand in one document only.

use super::parallel::{Pool, parallel_each, parallel_map};
use super::texts::Texts;
use super::values::{Block, Fingerprints};
use super::{Dedup, Doc};
use crate::compare::{Comparer, Document};
use crate::kernel::prefetch::prefetch;
use crate::profile;
use crate::shingle::{self, Fingerprint};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the order is made of, and how many fingerprints there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rank {
    pub prose: u64,
    pub mass: u64,
    pub hash: u64,
    pub tokens: u32,
    /// Distinct fingerprints; 0 where the text holds less than a shingle.
    pub fingerprints: u32,
}

impl Rank {
    fn of(document: &Document, fingerprints: usize) -> Self {
        let (prose, mass) = document.masses();
        Self {
            prose,
            mass,
            hash: document.content_hash(),
            tokens: document.tokens().len() as u32,
            fingerprints: fingerprints as u32,
        }
    }

    /// Whether `document` was made from the same words.
    pub fn is_of(&self, document: &Document) -> bool {
        document.tokens().len() as u32 == self.tokens && document.content_hash() == self.hash
    }
}

/// Documents that one task reads.
const TASK: usize = 64;

/// Bytes of text to a fingerprint, about: enough room for most texts at once.
const BYTES_A_VALUE: usize = 32;

/// Documents whose fingerprints stand together and between which the memory is looked at.
pub(super) const WAVE: usize = 4096;

/// Buffers of one task, and the fingerprints of the document that was read last.
#[derive(Debug, Default)]
struct Scratch {
    document: Document,
    winnowed: Vec<Fingerprint>,
    own: Vec<u64>,
    others: Vec<u64>,
}

impl Scratch {
    fn read(&mut self, comparer: &Comparer, text: &str) {
        if self.document.tokens().len() > LARGE {
            // the buffers of a huge text are not kept for the small ones that follow
            *self = Self::default();
        }
        comparer.prepare_into(text, &mut self.document);
        let hashes = self.document.shingles().hashes();
        let window = shingle::window_for(comparer.recipe, hashes.len());
        shingle::winnow_into(hashes, window, &mut self.winnowed);
        self.own.clear();
        self.own.extend(self.winnowed.iter().map(|f| f.hash));
        self.own.sort_unstable();
        self.own.dedup();
        self.others.clear();
        if hashes.len() <= profile::probe_all(comparer.recipe.profile()) {
            self.others.extend_from_slice(hashes);
            self.others.sort_unstable();
            self.others.dedup();
            let mut own = self.own.iter().peekable();
            self.others.retain(|value| {
                let stored = own.peek() == Some(&value);
                if stored {
                    own.next();
                }
                !stored
            });
        }
    }
}

/// Tokens of a document above which its buffers are not reused.
const LARGE: usize = 1 << 18;

/// What tells the fingerprints of one document from those of several: two bits for each of so many
/// places, the first for those seen and the second for those seen again. What stands in several
/// documents always passes; of the rest, what shares a place with another.
#[derive(Debug)]
pub(super) struct Filter {
    /// Side by side, so that a value asks for one line of the cache.
    words: Vec<Seen>,
}

/// 64 places: the bits of those that were seen, and of those that were seen again.
#[derive(Debug, Default)]
struct Seen {
    once: AtomicU64,
    again: AtomicU64,
}

impl Filter {
    /// A filter for about `values` of them, at 8 to 16 places each; the more it sees beyond, the more
    /// pass.
    fn new(values: usize) -> Self {
        let words = (values / 8).clamp(1 << 10, 1 << 26).next_power_of_two();
        Self { words: std::iter::repeat_with(Seen::default).take(words).collect() }
    }

    fn bytes(&self) -> usize {
        size_of::<Seen>() * self.words.len()
    }

    /// Winnowing prefers small hashes, so the low bits are the even ones.
    fn place(&self, value: u64) -> (usize, u64) {
        ((value >> 6) as usize & (self.words.len() - 1), 1 << (value & 63))
    }

    fn mark(&self, value: u64) {
        let (word, bit) = self.place(value);
        let seen = &self.words[word];
        if seen.once.fetch_or(bit, Ordering::Relaxed) & bit != 0
            && seen.again.load(Ordering::Relaxed) & bit == 0
        {
            seen.again.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Marks all of `values`, whose places are asked for beforehand: they stand anywhere, and what
    /// changes memory at once waits for it.
    fn mark_all<T>(&self, values: &[T], value: impl Fn(&T) -> u64) {
        for (at, one) in values.iter().enumerate() {
            if let Some(next) = values.get(at + AHEAD) {
                prefetch(&self.words, self.place(value(next)).0);
            }
            self.mark(value(one));
        }
    }

    fn is_shared(&self, value: u64) -> bool {
        let (word, bit) = self.place(value);
        self.words[word].again.load(Ordering::Relaxed) & bit != 0
    }
}

/// Places of the filter that are on their way from memory while one is marked.
const AHEAD: usize = 16;

/// All documents as the first reading left them.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    pub ranks: Vec<Rank>,
    /// Without those that were not kept.
    fingerprints: Fingerprints,
    text_bytes: usize,
    kept_bytes: usize,
    filter: Option<Filter>,
    scratches: Pool<Scratch>,
}

impl Ranked {
    /// Reads the next documents.
    pub fn read(&mut self, settings: &Dedup, docs: &[Doc<'_>]) {
        for wave in docs.chunks(WAVE) {
            self.read_wave(settings, wave);
        }
    }

    fn read_wave(&mut self, settings: &Dedup, docs: &[Doc<'_>]) {
        let most = settings.memory_budget.unwrap_or((self.text_bytes / 16).max(LEAST_KEPT));
        let keep = self.kept_bytes < most;
        if !keep && self.filter.is_none() {
            let values = self.kept_bytes / size_of::<u64>();
            self.filter = Some(self.filter_of_kept(values));
        }
        let filter = self.filter.as_ref();
        let tasks: Vec<&[Doc<'_>]> = docs.chunks(TASK).collect();
        let read = parallel_map(&tasks, |docs| {
            self.scratches.with(|scratch| {
                let mut ranks = Vec::with_capacity(docs.len());
                let bytes: usize = docs.iter().map(|doc| doc.text.len()).sum();
                let values = if keep { bytes / BYTES_A_VALUE } else { 0 };
                let mut block = Block::with_capacity(docs.len(), values);
                for doc in *docs {
                    scratch.read(&settings.comparer, doc.text);
                    ranks.push(Rank::of(&scratch.document, scratch.own.len()));
                    if let Some(filter) = filter {
                        filter.mark_all(&scratch.own, |value| *value);
                        filter.mark_all(&scratch.others, |value| *value);
                    }
                    if keep {
                        block.push(atomic(&scratch.own), atomic(&scratch.others));
                    }
                }
                (ranks, block)
            })
        });
        self.text_bytes += docs.iter().map(|d| d.text.len()).sum::<usize>();
        for (ranks, block) in read {
            self.ranks.extend(ranks);
            if keep {
                self.kept_bytes += size_of::<u64>() * block.values.len();
                self.fingerprints.push(block);
            }
        }
        if !keep {
            self.fingerprints.push_without(docs.len() as u32);
        }
    }

    /// A filter with room for `values` that has seen those that are kept.
    fn filter_of_kept(&self, values: usize) -> Filter {
        let filter = Filter::new(values);
        parallel_map(&self.fingerprints.blocks, |block| {
            filter.mark_all(&block.values, |value| value.load(Ordering::Relaxed));
        });
        filter
    }

    /// Bytes of memory held.
    pub fn memory_usage(&self) -> usize {
        let ends = 2 * size_of::<usize>() * self.ranks.len();
        size_of::<Rank>() * self.ranks.capacity()
            + self.kept_bytes
            + ends
            + self.filter.as_ref().map_or(0, Filter::bytes)
    }

    /// Number of documents whose fingerprints were not kept.
    pub fn unkept(&self) -> usize {
        self.fingerprints.missing().iter().map(|(_, documents)| documents.len()).sum()
    }

    /// The fingerprints of all documents, without most of those that stand in one only if not all were
    /// kept. `texts` gives those that must be read again, if they still can be had.
    pub fn into_fingerprints(
        mut self,
        comparer: &Comparer,
        texts: &dyn Texts,
    ) -> (Vec<Rank>, Fingerprints) {
        let (ranks, mut out) = (self.ranks, self.fingerprints);
        let Some(filter) = self.filter.take() else { return (ranks, out) };
        let is_shared = |value: u64| filter.is_shared(value);
        parallel_each(&mut out.blocks, |block| {
            block.retain(|value| is_shared(value.load(Ordering::Relaxed)));
        });
        // a few waves at a time, so that the memory of one serves the next
        for waves in out.missing().chunks(WAVES_AT_ONCE) {
            let read = parallel_map(waves, |(_, documents)| {
                self.scratches.with(|scratch| {
                    let mut wave = Block::default();
                    for (doc, rank) in documents.clone().zip(&ranks[documents.start as usize..]) {
                        let doc = doc as usize;
                        let found = texts.read(doc, &mut |text| scratch.read(comparer, text));
                        if found && rank.is_of(&scratch.document) {
                            scratch.own.retain(|value| is_shared(*value));
                            scratch.others.retain(|value| is_shared(*value));
                            wave.push(atomic(&scratch.own), atomic(&scratch.others));
                            continue;
                        }
                        if found {
                            texts.changed(doc);
                        }
                        wave.push(std::iter::empty(), std::iter::empty());
                    }
                    wave
                })
            });
            for (&(number, _), wave) in waves.iter().zip(read) {
                out.fill(number, wave);
            }
        }
        (ranks, out)
    }
}

/// Waves that are read again side by side.
const WAVES_AT_ONCE: usize = 16;

fn atomic(values: &[u64]) -> impl Iterator<Item = AtomicU64> + '_ {
    values.iter().map(|&value| AtomicU64::new(value))
}

/// Bytes of fingerprints that are kept of any corpus.
const LEAST_KEPT: usize = 16 << 20;
