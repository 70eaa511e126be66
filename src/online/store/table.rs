//! Sorted postings of a segment, and look-ups in them.
//!
//! A posting is (key, document). Keys are 40 bits of a hash ([`key_of`]), so the top `b` bits name one
//! of `2^b` buckets of 16 to 32 postings, and only the remaining `40 - b` bits are stored:
//!
//! | part | size | what |
//! |---|---|---|
//! | entries | `w = 40 - b + d` bits each | `(key mod 2^(40-b)) * 2^d + code`, ascending within a bucket, buckets in order |
//! | directory | 4 (2^b + 1) bytes | number of entries in the buckets before this one; the last is all |
//!
//! Entry `i` is the bits `i w` to `i w + w` of the part, read as one little-endian number, and `w` is
//! at most 57. `d` bits hold the document's number less the least of the segment; the code of all ones is
//! a *stop mark*: the key had too many documents and keeps none. `w` is about 40 for 24 postings a
//! document and 43 for 4, whatever the number of documents: 5.2 bytes a posting with the directory.
//! Files may have been written with any other number of buckets within the limits.
//!
//! Keys are spread evenly, so an entry stands within a few places of where its key says: a look-up
//! loads a line of the directory and one or two of the entries. Memory answers late, but many at a
//! time: [`TableReader::find_buckets`] asks for the lines of all keys before one of them is read.
//!
//! Two different fingerprints agree in their 40 bits with probability 2^-40, so a look-up among `n`
//! distinct fingerprints reports a chance posting with probability `n` / 2^40: 10^-4 for 10^8.

use super::DocId;
use super::bytes::u32_at;
use super::sealed::{Reader, Sealed, SealedWriter};
use crate::error::IndexError;
use crate::hash;

/// Bits of a key.
pub(super) const KEY_BITS: u32 = 40;
const MIN_BUCKET_BITS: u32 = 8;
const MAX_BUCKET_BITS: u32 = 26;
/// Most bits of an entry: with the bits of a byte before it, it can be read as one number.
const MAX_ENTRY_BITS: u32 = 57;
/// Buckets hold this many postings on average, or up to twice as many.
const PER_BUCKET: u64 = 16;
/// Entries that are searched first: a key stands off its expected place by less than half as many, but
/// for one in 25.
const WINDOW: u32 = 8;
/// Stands for a stop mark among documents.
pub(super) const STOP: DocId = DocId::MAX;
/// Number of fields that describe a table.
pub(super) const TABLE_FIELDS: usize = 6;
/// Postings that are sorted at a time, about.
const PARTITION: u64 = 1 << 15;

/// The key of a fingerprint: its bits scrambled, because winnowing prefers small fingerprints.
#[inline]
pub(super) fn key_of(fingerprint: u64) -> u64 {
    hash::mix(fingerprint) >> (64 - KEY_BITS)
}

/// Shape of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    bucket_bits: u32,
    doc_bits: u32,
    base: DocId,
}

impl Shape {
    /// For at most `postings` postings of documents in `base..end`.
    fn of(postings: u64, base: DocId, end: DocId) -> Self {
        // the greatest code is the stop mark
        let codes = u64::from(end.saturating_sub(base)) + 1;
        let doc_bits = codes.next_power_of_two().trailing_zeros().clamp(1, 32);
        let bucket_bits = (postings / PER_BUCKET).max(1).ilog2();
        let least = MIN_BUCKET_BITS.max((KEY_BITS + doc_bits).saturating_sub(MAX_ENTRY_BITS));
        Self { bucket_bits: bucket_bits.clamp(least, MAX_BUCKET_BITS), doc_bits, base }
    }

    fn rest_bits(self) -> u32 {
        KEY_BITS - self.bucket_bits
    }

    fn entry_bits(self) -> u32 {
        self.rest_bits() + self.doc_bits
    }

    /// Bytes of so many entries.
    fn bytes(self, entries: u64) -> u64 {
        (entries * u64::from(self.entry_bits())).div_ceil(8)
    }

    fn stop_code(self) -> u64 {
        (1 << self.doc_bits) - 1
    }

    #[inline]
    fn doc(self, entry: u64) -> DocId {
        let code = entry & self.stop_code();
        if code == self.stop_code() { STOP } else { self.base.wrapping_add(code as DocId) }
    }

    fn code(self, doc: DocId) -> u64 {
        if doc == STOP { self.stop_code() } else { u64::from(doc - self.base) }
    }
}

/// What a table is written from: postings by partition of the key space.
pub(super) trait Source {
    /// At most so many postings come.
    fn postings(&self) -> u64;

    /// The least document and the one after the greatest.
    fn docs(&self) -> std::ops::Range<DocId>;

    /// Most bits of a partition's number, at least 8.
    fn max_partition_bits(&self) -> u32;

    /// Adds the postings whose keys begin with the `bits` bits `partition`, in any order, as the
    /// rest of the key in the upper and the document in the lower 32 bits.
    fn fill(&self, partition: u64, bits: u32, into: &mut Vec<u64>) -> Result<(), IndexError>;
}

/// Writes a table; a key of more than `stop_after` documents becomes a stop mark.
pub(super) fn write(
    out: &mut SealedWriter,
    source: &dyn Source,
    stop_after: u32,
    keep_on: &dyn Fn() -> Result<(), IndexError>,
) -> Result<[u64; TABLE_FIELDS], IndexError> {
    let docs = source.docs();
    let shape = Shape::of(source.postings(), docs.start, docs.end);
    let bits = (source.postings() / PARTITION).max(1).ilog2();
    let bits = bits.min(source.max_partition_bits()).clamp(8, shape.bucket_bits.max(8));
    let rest_of_partition = KEY_BITS - bits;
    let rest_bits = shape.rest_bits();
    let entries = out.position();
    let mut directory = vec![0u32; (1 << shape.bucket_bits) + 1];
    let (mut count, mut marks) = (0u32, 0u64);
    let (mut postings, mut encoded) = (Vec::new(), Vec::new());
    // the bits of the last byte that is not full
    let (mut held, mut held_bits) = (0u64, 0u32);
    for partition in 0..1u64 << bits {
        keep_on()?;
        postings.clear();
        source.fill(partition, bits, &mut postings)?;
        // of a few sorted runs: this sort finds and merges them
        postings.sort();
        postings.dedup();
        // whole numbers are written, of which the bytes that are not full are written over
        encoded.resize(8 * (postings.len() + 1), 0);
        let mut len = 0;
        for same in postings.chunk_by(|a, b| a >> 32 == b >> 32) {
            let last = same[same.len() - 1];
            let stopped = last as DocId == STOP || same.len() > stop_after as usize;
            let kept = if stopped { &[last | u64::from(STOP)][..] } else { same };
            marks += u64::from(stopped);
            let key = partition << rest_of_partition | last >> 32;
            let rest = (key & ((1 << rest_bits) - 1)) << shape.doc_bits;
            for &posting in kept {
                let entry = rest | shape.code(posting as DocId);
                held |= entry << held_bits;
                held_bits += shape.entry_bits();
                let whole = held_bits / 8;
                encoded[len..len + 8].copy_from_slice(&held.to_le_bytes());
                len += whole as usize;
                held = held.checked_shr(8 * whole).unwrap_or(0);
                held_bits %= 8;
            }
            count = count.checked_add(kept.len() as u32).ok_or(IndexError::Full {
                what: "postings in a segment",
                limit: u64::from(u32::MAX),
            })?;
            directory[(key >> rest_bits) as usize + 1] = count;
        }
        out.write(&encoded[..len])?;
    }
    if held_bits > 0 {
        out.write(&held.to_le_bytes()[..1])?;
    }
    let mut before = 0;
    let at = out.position();
    for part in directory.chunks_mut(1 << 14) {
        encoded.clear();
        for end in part {
            before = before.max(*end);
            encoded.extend_from_slice(&before.to_le_bytes());
        }
        out.write(&encoded)?;
    }
    let shapes = u64::from(shape.bucket_bits) | u64::from(shape.doc_bits) << 32;
    let docs = u64::from(docs.start) | u64::from(docs.end) << 32;
    Ok([entries, u64::from(count), at, shapes, docs, marks])
}

/// A table of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    entries: u64,
    count: u32,
    directory: u64,
    shape: Shape,
    /// One more than the greatest document.
    end: DocId,
    marks: u64,
}

impl Table {
    /// From the fields of a file; everything about them is checked that can be without reading.
    pub(super) fn open(file: &Sealed, fields: &[u64]) -> Result<Self, IndexError> {
        let [entries, count, directory, shapes, docs, marks] = fields[..TABLE_FIELDS] else {
            return Err(file.corrupt(0, "6 fields of a table", &fields.len()));
        };
        let (bucket_bits, doc_bits) = (shapes as u32, (shapes >> 32) as u32);
        let sound = (MIN_BUCKET_BITS..=MAX_BUCKET_BITS).contains(&bucket_bits)
            && (1..=32).contains(&doc_bits)
            && KEY_BITS - bucket_bits + doc_bits <= MAX_ENTRY_BITS
            && docs >> 32 <= u64::from(super::MAX_DOCS)
            && (docs >> 32).saturating_sub(docs & 0xFFFF_FFFF) < 1 << doc_bits
            && count <= u64::from(u32::MAX);
        if !sound {
            let found = format!("{bucket_bits} and {doc_bits} bits, {count} postings");
            return Err(file.corrupt(0, "the shape of a table", &found));
        }
        let (base, end) = (docs as DocId, (docs >> 32) as DocId);
        let shape = Shape { bucket_bits, doc_bits, base };
        if !file.holds(entries, shape.bytes(count))
            || !file.holds(directory, 4 * ((1 << bucket_bits) + 1))
        {
            return Err(file.corrupt(entries, "a table within the file", &count));
        }
        Ok(Self { entries, count: count as u32, directory, shape, end, marks })
    }

    pub(super) fn postings(&self) -> u64 {
        self.count.into()
    }

    pub(super) fn marks(&self) -> u64 {
        self.marks
    }

    /// Bytes of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.shape.bytes(self.count.into()) + 4 * ((1 << self.shape.bucket_bits) + 1)
    }

    /// Bounds of the documents.
    pub(super) fn docs(&self) -> std::ops::Range<DocId> {
        self.shape.base..self.end
    }

    pub(super) fn bucket_bits(&self) -> u32 {
        self.shape.bucket_bits
    }

    /// For many look-ups after one another in `file`, which it was opened from.
    #[inline]
    pub(super) fn reader<'a>(&self, file: &'a Sealed) -> TableReader<'a> {
        TableReader { table: *self, file: file.reader() }
    }
}

/// A table and its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableReader<'a> {
    table: Table,
    file: Reader<'a>,
}

/// Where a key is searched: the number of its bucket's first entry and of the one after the last.
pub(super) type Bucket = (u32, u32);

impl<'a> TableReader<'a> {
    /// The entries of the bucket of this number.
    #[inline]
    fn bucket(&self, number: u64) -> Result<Bucket, IndexError> {
        let at = self.table.directory + 4 * number;
        let both = self.file.get(at, 8)?;
        let (start, end) = (u32_at(both, 0), u32_at(both, 4));
        if start > end || end > self.table.count {
            return Err(self.file.corrupt(at, "an ascending directory", &start));
        }
        Ok((start, end))
    }

    /// Has the cache lines loaded in which the buckets of `keys` stand.
    #[inline]
    pub(super) fn prefetch(&self, keys: &[u64]) {
        for &key in keys {
            self.file.prefetch(self.table.directory + 4 * (key >> self.table.shape.rest_bits()));
        }
    }

    /// Adds the buckets of `keys` and has the cache lines loaded in which the keys are expected there.
    #[inline]
    pub(super) fn find_buckets(
        &self,
        keys: &[u64],
        into: &mut Vec<Bucket>,
    ) -> Result<(), IndexError> {
        let shape = self.table.shape;
        let known = into.len();
        for &key in keys {
            into.push(self.bucket(key >> shape.rest_bits())?);
        }
        let bits = u64::from(shape.entry_bits());
        for (&key, &bucket) in keys.iter().zip(&into[known..]) {
            let (from, _) = self.window(key, bucket);
            // what lies at the very ends of the window is seldom read
            for entry in [from + 1, from + WINDOW - 1] {
                let at = u64::from(bucket.0.wrapping_add(entry)) * bits / 8;
                self.file.prefetch(self.table.entries + at);
            }
        }
        Ok(())
    }

    /// The entries of its bucket among which `key` is searched first: those about where it stands if
    /// keys are spread evenly.
    #[inline]
    fn window(&self, key: u64, bucket: Bucket) -> (u32, u32) {
        let rest_bits = self.table.shape.rest_bits();
        let rest = key & ((1 << rest_bits) - 1);
        let count = bucket.1 - bucket.0;
        let expected = ((rest * u64::from(count)) >> rest_bits) as u32;
        let from = expected.saturating_sub(WINDOW / 2).min(count.saturating_sub(WINDOW));
        (from, count.min(from + WINDOW))
    }

    #[inline]
    fn entries(&self, (start, end): Bucket) -> Result<Entries<'a>, IndexError> {
        let bits = self.table.shape.entry_bits();
        let first = u64::from(start) * u64::from(bits);
        let len = (u64::from(end) * u64::from(bits)).div_ceil(8) - first / 8;
        let bytes = self.file.get_wide(self.table.entries + first / 8, len as usize)?;
        Ok(Entries {
            bytes,
            first: (first % 8) as usize,
            bits: bits as usize,
            mask: (1 << bits) - 1,
        })
    }

    /// Calls `each` with the documents of `key` in increasing order, a stop mark last, until it
    /// returns false. `bucket` is the key's.
    #[inline]
    pub(super) fn lookup(
        &self,
        key: u64,
        bucket: Bucket,
        mut each: impl FnMut(DocId) -> bool,
    ) -> Result<(), IndexError> {
        let shape = self.table.shape;
        let entries = self.entries(bucket)?;
        let count = (bucket.1 - bucket.0) as usize;
        let first = (key & ((1 << shape.rest_bits()) - 1)) << shape.doc_bits;
        let (from, to) = self.window(key, bucket);
        let (from, to) = (from as usize, to as usize);
        let mut i = if to - from == WINDOW as usize {
            from + entries.below(from, first)
        } else {
            entries.first_from(from, to, first)
        };
        // hardly ever, if the keys are spread evenly
        if i == from && i > 0 && entries.get(i - 1) >= first {
            i = entries.first_from(0, i, first);
        } else if i == to && i < count && entries.get(i) < first {
            i = entries.first_from(i, count, first);
        }
        while i < count {
            let entry = entries.get(i);
            if entry - first > shape.stop_code() || !each(shape.doc(entry)) {
                break;
            }
            i += 1;
        }
        Ok(())
    }

    /// Adds the postings of a partition as [`Source::fill`] does, in order, those for which `keep`
    /// holds. `bits` is at most [`bucket_bits`](Table::bucket_bits).
    pub(super) fn fill(
        &self,
        partition: u64,
        bits: u32,
        keep: &dyn Fn(DocId) -> bool,
        into: &mut Vec<u64>,
    ) -> Result<(), IndexError> {
        let shape = self.table.shape;
        let buckets_a_partition = shape.bucket_bits - bits;
        let rest_bits = shape.rest_bits();
        let from = partition << buckets_a_partition;
        for within in 0..1u64 << buckets_a_partition {
            let range = self.bucket(from + within)?;
            let entries = self.entries(range)?;
            for i in 0..(range.1 - range.0) as usize {
                let entry = entries.get(i);
                let doc = shape.doc(entry);
                if doc == STOP || keep(doc) {
                    let rest = within << rest_bits | entry >> shape.doc_bits;
                    into.push(rest << 32 | u64::from(doc));
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
struct Entries<'a> {
    bytes: &'a [u8],
    /// Where the first one begins, in bits.
    first: usize,
    bits: usize,
    mask: u64,
}

impl Entries<'_> {
    /// How many of the [`WINDOW`] entries from number `from` on are below `least`, which is where it would
    /// stand. All are read, so that nothing waits for the outcome of a comparison.
    #[inline]
    fn below(&self, from: usize, least: u64) -> usize {
        (from..from + WINDOW as usize).map(|i| usize::from(self.get(i) < least)).sum()
    }

    /// Number of the first entry of `from..to` that is `least` or more, `to` if there is none.
    #[inline]
    fn first_from(&self, from: usize, to: usize, least: u64) -> usize {
        let (mut first, mut size) = (from, to - from);
        // the outcome of a comparison is as good as random: it moves a number, not the course
        while size > 1 {
            let half = size / 2;
            first += half * usize::from(self.get(first + half - 1) < least);
            size -= half;
        }
        first + usize::from(size == 1 && self.get(first) < least)
    }

    #[inline]
    fn get(&self, i: usize) -> u64 {
        let at = self.first + i * self.bits;
        (super::bytes::u64_at(self.bytes, at / 8) >> (at % 8)) & self.mask
    }
}
