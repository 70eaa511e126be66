//! Documents of one index for another: streams of sketches, and merging.
//!
//! A stream is the bytes that an index remembers of how it was made (14), then records, then the end:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | length of the record, 0 for the end |
//! | n | the record; the end has the number of records (8 bytes) |
//! | 4 | lower half of XXH3-64 (seed 0) of the length and the record |
//!
//! A record is
//!
//! | bytes | what |
//! |---|---|
//! | 1 | 1 if it has postings, else 0 |
//! | 4 | the number of its cluster |
//! | 4 | the site, as the index keeps it |
//! | 8 + 8 | time and the time up to which it is valid; the least number if there is none |
//! | 2 | length of the key |
//! | n | the key, then the body of its sketch |
//!
//! all little-endian. The documents by which clusters are known come first.

use super::answer::Outcome;
use super::cluster::{head_of, root_of};
use super::index::OnlineIndex;
use super::key::Key;
use super::meta;
use super::record::{Stored, stored};
use super::sketch::Sketch;
use super::store::{DocId, MAX_KEY, MAX_PAYLOAD, Snapshot};
use super::terms::Terms;
use crate::error::IndexError;
use crate::hash;
use std::collections::HashMap;
use std::io::{self, Read, Write};

/// What became of the documents of another index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Merged {
    /// Documents that were read.
    pub documents: u64,
    /// Of these, novel ones: they founded clusters.
    pub novel: u64,
    /// Those that joined a cluster, their own or one that was here.
    pub joined: u64,
    /// Those left out because their key is in use here.
    pub known: u64,
}

/// A document on its way.
struct Transfer<'a> {
    posted: bool,
    cluster: u32,
    site: u32,
    time: Option<i64>,
    valid_until: Option<i64>,
    key: &'a [u8],
    body: &'a [u8],
}

const FIXED: usize = 1 + 4 + 4 + 8 + 8 + 2;
const NO_TIME: i64 = i64::MIN;
/// Bytes of a record at most.
const LONGEST: usize = FIXED + MAX_KEY + MAX_PAYLOAD;

impl<K: Key> OnlineIndex<K> {
    /// Writes all documents, as sketches in their clusters, for [`import`](Self::import). What is
    /// changed meanwhile is not in it. Returns their number.
    ///
    /// # Errors
    /// What the storage or the writer says.
    pub fn export(&self, mut out: impl Write) -> Result<u64, IndexError> {
        let failed = |source| io_error("writing", source);
        let header = meta::of::<K>(meta::What::Documents, self.comparer().recipe);
        out.write_all(&header).map_err(failed)?;
        let mut count = 0u64;
        let mut record = Vec::new();
        self.each_document(&mut |transfer| {
            count += 1;
            record.clear();
            write(transfer, &mut record);
            write_framed(&mut out, &record).map_err(failed)
        })?;
        out.write_all(&0u32.to_le_bytes()).map_err(failed)?;
        out.write_all(&count.to_le_bytes()).map_err(failed)?;
        let mut end = 0u32.to_le_bytes().to_vec();
        end.extend(count.to_le_bytes());
        out.write_all(&(hash::bytes(&end) as u32).to_le_bytes()).map_err(failed)?;
        out.flush().map_err(failed)?;
        Ok(count)
    }

    /// Takes in what another index wrote by [`export`](Self::export). Each of its clusters is looked up
    /// here by its first document: it joins a cluster of this index or stays one of its own, whole
    /// either way. Documents whose key is in use here are left out.
    ///
    /// Other handles may use the index at the same time. An error leaves what was read before it.
    ///
    /// # Errors
    /// If the stream is damaged, ends early or is of another recipe or key type; what the storage or
    /// the reader says.
    pub fn import(&self, input: impl Read) -> Result<Merged, IndexError> {
        let mut input = Counted { input, at: 0 };
        let mut header = [0; 14];
        input.fill(&mut header, "the settings of an index")?;
        meta::check::<K>("the stream", &header, meta::What::Documents, self.comparer().recipe)?;
        let mut state = Importing::default();
        let mut record = Vec::new();
        loop {
            let start = input.at;
            let mut length = [0; 4];
            input.fill(&mut length, "a record or the end")?;
            let framed = u32::from_le_bytes(length) as usize;
            let (length_of, end) = if framed == 0 { (8, true) } else { (framed, false) };
            if length_of > LONGEST {
                let found = format!("one of {length_of} bytes");
                return Err(corrupt(start, "a record or the end", found));
            }
            record.clear();
            record.extend_from_slice(&length);
            input.append(length_of, &mut record)?;
            let mut checksum = [0; 4];
            input.fill(&mut checksum, "a checksum")?;
            let (expected, found) = (hash::bytes(&record) as u32, u32::from_le_bytes(checksum));
            if expected != found {
                return Err(corrupt(
                    start,
                    &format!("checksum {expected:08x}"),
                    format!("{found:08x}"),
                ));
            }
            let record = &record[4..];
            if end {
                let stated = record.try_into().map_or(0, u64::from_le_bytes);
                if stated != state.merged.documents {
                    let found = format!("{} records", state.merged.documents);
                    return Err(corrupt(start, &format!("{stated} records"), found));
                }
                return Ok(state.merged);
            }
            let transfer = read(record).ok_or_else(|| {
                corrupt(start, "a record", format!("{} other bytes", record.len()))
            })?;
            self.take_in(&transfer, &mut state, start)?;
        }
    }

    /// Takes in all documents of another index, as [`import`](Self::import) does.
    ///
    /// # Errors
    /// If the recipes differ, and what the storages say.
    pub fn merge_from(&self, other: &Self) -> Result<Merged, IndexError> {
        other.comparer().recipe.check(self.comparer().recipe)?;
        let mut state = Importing::default();
        other.each_document(&mut |transfer| self.take_in(transfer, &mut state, 0))?;
        Ok(state.merged)
    }

    /// Calls `each` for the documents by which clusters are known, then for the others.
    fn each_document(
        &self,
        each: &mut dyn FnMut(&Transfer<'_>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let snapshot: Snapshot = self.snapshot();
        let mut buffer = Vec::new();
        for roots in [true, false] {
            let mut next = snapshot.next_live(0);
            while let Some(doc) = next {
                next = snapshot.next_live(doc + 1);
                let Some(head) = head_of(&snapshot, doc)? else { continue };
                if (head.cluster == doc) != roots {
                    continue;
                }
                let Some((root, _)) = root_of(&snapshot, doc)? else { continue };
                let Some(parts) = snapshot.read(doc, &mut buffer)? else { continue };
                let Stored { key, time, body } = stored(doc, &buffer, &parts)?;
                each(&Transfer {
                    posted: head.posted,
                    cluster: root,
                    site: head.site,
                    time,
                    valid_until: head.valid_until,
                    key,
                    body,
                })?;
            }
        }
        Ok(())
    }

    fn take_in(
        &self,
        transfer: &Transfer<'_>,
        state: &mut Importing,
        offset: u64,
    ) -> Result<(), IndexError> {
        state.merged.documents += 1;
        let recipe = self.comparer().recipe.id();
        let sketch = Sketch::from_body(recipe, transfer.body)
            .map_err(|e| corrupt(offset, "a sketch", e.to_string()))?;
        let Some(key) = K::read(transfer.key) else {
            let found = transfer.key.escape_ascii().to_string();
            return Err(corrupt(offset, "a key of the type of this index", found));
        };
        let &Transfer { site, time, valid_until, .. } = transfer;
        let terms = Terms { site, time, valid_until, ..Terms::default() };
        if self.contains_key(&key)? {
            state.merged.known += 1;
            return Ok(());
        }
        if let Some(&root) = state.clusters.get(&transfer.cluster)
            && self.join(&key, terms, &sketch, root, transfer.posted)?
        {
            state.merged.joined += 1;
            return Ok(());
        }
        let (outcome, doc) = self.admit_numbered(&key, terms, &sketch)?;
        state.clusters.insert(transfer.cluster, doc);
        if outcome == Outcome::Novel {
            state.merged.novel += 1;
        } else {
            state.merged.joined += 1;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Importing {
    merged: Merged,
    /// The document here that stands for a cluster there.
    clusters: HashMap<u32, DocId>,
}

fn write(transfer: &Transfer<'_>, out: &mut Vec<u8>) {
    out.push(u8::from(transfer.posted));
    out.extend(transfer.cluster.to_le_bytes());
    out.extend(transfer.site.to_le_bytes());
    out.extend(transfer.time.unwrap_or(NO_TIME).to_le_bytes());
    out.extend(transfer.valid_until.unwrap_or(NO_TIME).to_le_bytes());
    // the store holds no longer keys
    out.extend((transfer.key.len() as u16).to_le_bytes());
    out.extend_from_slice(transfer.key);
    out.extend_from_slice(transfer.body);
}

fn read(record: &[u8]) -> Option<Transfer<'_>> {
    let (fixed, rest) = record.split_first_chunk::<FIXED>()?;
    let four = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| fixed[at + i]));
    let time = |at: usize| {
        let time = i64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|i| fixed[at + i]));
        (time != NO_TIME).then_some(time)
    };
    let length = usize::from(u16::from_le_bytes([fixed[25], fixed[26]]));
    let (key, body) = rest.split_at_checked(length)?;
    let times = [time(9), time(17)];
    let fits = times.iter().all(|&t| super::head::check_time("time", t).is_ok());
    (fits && fixed[0] < 2).then_some(Transfer {
        posted: fixed[0] & 1 != 0,
        cluster: four(1),
        site: four(5),
        time: times[0],
        valid_until: times[1],
        key,
        body,
    })
}

fn write_framed(out: &mut impl Write, record: &[u8]) -> io::Result<()> {
    let mut framed = (record.len() as u32).to_le_bytes().to_vec();
    framed.extend_from_slice(record);
    let checksum = hash::bytes(&framed) as u32;
    framed.extend(checksum.to_le_bytes());
    out.write_all(&framed)
}

fn io_error(action: &'static str, source: io::Error) -> IndexError {
    IndexError::Io { path: "the stream".to_owned(), action, source }
}

fn corrupt(offset: u64, expected: &str, found: String) -> IndexError {
    let (file, expected) = ("the stream".to_owned(), expected.to_owned());
    IndexError::Corrupt { file, offset, expected, found }
}

/// A reader that knows where it is.
struct Counted<R> {
    input: R,
    at: u64,
}

impl<R: Read> Counted<R> {
    fn fill(&mut self, out: &mut [u8], what: &str) -> Result<(), IndexError> {
        let at = self.at;
        self.input.read_exact(out).map_err(|e| ended(e, at, what))?;
        self.at += out.len() as u64;
        Ok(())
    }

    /// Appends `count` bytes; memory grows only with what is there.
    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<(), IndexError> {
        let at = self.at;
        let read = (&mut self.input).take(count as u64).read_to_end(out);
        let read = read.map_err(|e| io_error("reading", e))?;
        if read < count {
            let found = format!("the end of the stream after {read}");
            return Err(corrupt(at, &format!("{count} bytes"), found));
        }
        self.at += read as u64;
        Ok(())
    }
}

fn ended(error: io::Error, at: u64, what: &str) -> IndexError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return corrupt(at, what, "the end of the stream".to_owned());
    }
    io_error("reading", error)
}
