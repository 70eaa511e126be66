//! Which files are merged, and what the merged one holds.

use super::core::Core;
use super::docs::{self, Docs, Stored};
use super::files::Role;
use super::index::{self, Index};
use super::table::{self, Table};
use super::view::View;
use super::{DocId, HEAD};
use crate::error::IndexError;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A run of files is merged when it weighs this many times as much as its first: so each merge about
/// multiplies the size by that, and each posting is rewritten log times. Every look-up asks all files.
const INDEX_FAN_IN: u64 = 2;
/// Payloads are heavy, and finding one is not slower in many files.
const DOCS_FAN_IN: u64 = 16;

/// The first of the files to be merged with all after it, if any are: of a list of weights, oldest
/// first, the oldest that all newer ones together outweigh by `fan_in - 1`.
fn run_to_merge(weights: &[u64], fan_in: u64) -> Option<usize> {
    (0..weights.len().saturating_sub(1)).find(|&i| {
        let newer: u64 = weights[i + 1..].iter().sum();
        weights[i].saturating_mul(fan_in - 1) <= newer
    })
}

/// The postings files of `view` to be merged.
pub(super) fn indexes_to_merge(view: &View) -> Option<Range<usize>> {
    let weights: Vec<u64> = view.indexes.iter().map(|i| i.weight()).collect();
    let from = run_to_merge(&weights, INDEX_FAN_IN)?;
    let postings: u64 = view.indexes[from..]
        .iter()
        .map(|i| i.fingerprints().postings() + i.keys().postings())
        .sum();
    // the number of an entry has 32 bits
    (postings < u64::from(u32::MAX)).then_some(from..view.indexes.len())
}

/// The documents files of `view` to be merged.
pub(super) fn docs_to_merge(view: &View) -> Option<Range<usize>> {
    let weights: Vec<u64> = view.docs.iter().map(|d| d.file().file_len()).collect();
    run_to_merge(&weights, DOCS_FAN_IN).map(|from| from..view.docs.len())
}

/// The same table of several files.
struct Tables<'a> {
    parts: Vec<(&'a Index, &'a Table)>,
    keep: &'a dyn Fn(DocId) -> bool,
}

impl table::Source for Tables<'_> {
    fn postings(&self) -> u64 {
        self.parts.iter().map(|(_, table)| table.postings()).sum()
    }

    fn docs(&self) -> Range<DocId> {
        let filled = || self.parts.iter().map(|(_, t)| t.docs()).filter(|docs| !docs.is_empty());
        let start = filled().map(|docs| docs.start).min().unwrap_or(0);
        start..filled().map(|docs| docs.end).max().unwrap_or(0)
    }

    fn max_partition_bits(&self) -> u32 {
        self.parts.iter().map(|(_, table)| table.bucket_bits()).min().unwrap_or(8)
    }

    fn fill(&self, partition: u64, bits: u32, into: &mut Vec<u64>) -> Result<(), IndexError> {
        for (index, table) in &self.parts {
            table.reader(index.file()).fill(partition, bits, self.keep, into)?;
        }
        Ok(())
    }
}

/// Merges neighbouring files of postings into one new file.
pub(super) fn merge_indexes(core: &Core, parts: &[Arc<Index>]) -> Result<Index, IndexError> {
    let end = core.flushed.load(Ordering::Acquire);
    let view = core.current().view;
    // a file of documents that was written later has taken in what is said of its documents
    let taken_in = |doc: DocId, operations: &Range<u64>| {
        view.docs_of(doc).is_some_and(|docs| docs.as_of() >= operations.end)
    };
    let mut removed = Vec::new();
    let mut heads = BTreeMap::new();
    for part in parts {
        let operations = part.operations();
        removed.extend(part.removed()?.into_iter().filter(|&d| !taken_in(d, &operations)));
        heads.extend(part.heads()?.into_iter().filter(|(d, _)| !taken_in(*d, &operations)));
    }
    removed.sort_unstable();
    let heads: Vec<(DocId, [u8; HEAD])> = heads.into_iter().collect();
    let keep = |doc: DocId| !core.removed.contains(doc, end);
    let fingerprints = parts.iter().map(|p| (&**p, p.fingerprints())).collect();
    let keys = parts.iter().map(|p| (&**p, p.keys())).collect();
    let first = parts.first().map_or(end, |p| p.operations().start);
    let last = parts.last().map_or(end, |p| p.operations().end);
    let content = index::Content {
        fingerprints: &Tables { parts: fingerprints, keep: &keep },
        keys: &Tables { parts: keys, keep: &keep },
        removed: &removed,
        heads: &heads,
        operations: first..last,
    };
    let number = core.new_number();
    let go_on = || core.go_on();
    let written = index::write(&*core.storage, number, &content, core.options.stop_after, &go_on);
    let opened = written.and_then(|_| Index::open(&*core.storage, number));
    let sound = opened.and_then(|index| index.file().verify_all(&go_on).map(|()| index));
    if sound.is_err() {
        let _ = core.storage.remove(&Role::Index.name(number));
    }
    sound
}

/// Several neighbouring files of documents, as things stand after the operations before `end`.
struct Joined<'a> {
    core: &'a Core,
    parts: &'a [Arc<Docs>],
    end: u64,
}

impl Joined<'_> {
    fn part(&self, doc: DocId) -> &Docs {
        let at = self.parts.partition_point(|part| part.range().end <= doc);
        &self.parts[at]
    }
}

impl docs::Source for Joined<'_> {
    fn docs(&self) -> Range<DocId> {
        let start = self.parts.first().map_or(0, |p| p.range().start);
        start..self.parts.last().map_or(start, |p| p.range().end)
    }

    fn head(&self, doc: DocId) -> Result<[u8; HEAD], IndexError> {
        match self.core.heads.get(doc, self.end) {
            Some(head) => Ok(head),
            None => self.part(doc).head(doc),
        }
    }

    fn len(&self, doc: DocId) -> Result<Option<usize>, IndexError> {
        if self.core.removed.contains(doc, self.end) { Ok(None) } else { self.part(doc).len(doc) }
    }

    fn stored(&self, doc: DocId) -> Result<Stored<'_>, IndexError> {
        Ok(self.part(doc).stored(doc)?.unwrap_or(Stored { key: &[], payload: &[] }))
    }
}

/// Merges neighbouring files of documents into one new file.
pub(super) fn merge_docs(core: &Core, parts: &[Arc<Docs>]) -> Result<Docs, IndexError> {
    let end = core.flushed.load(Ordering::Acquire);
    let number = core.new_number();
    let source = Joined { core, parts, end };
    let go_on = || core.go_on();
    let written = docs::write(&*core.storage, number, &source, end, &go_on);
    let opened = written.and_then(|_| Docs::open(&*core.storage, number));
    let sound = opened.and_then(|docs| docs.file().verify_all(&go_on).map(|()| docs));
    if sound.is_err() {
        let _ = core.storage.remove(&Role::Docs.name(number));
    }
    sound
}
