//! A writer's turn: what it holds while the others wait.

use super::index::{Shared, lock};
use super::latest::Latest;
use super::members::Members;
use super::store::{DocId, Group, MAX_GROUP, Record, Snapshot, Writer};
use crate::error::IndexError;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

/// What writers know beside the store.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) latest: Latest,
    pub(super) members: Members,
    /// A buffer for what is appended.
    pub(super) payload: Vec<u8>,
}

/// The right to change the index.
pub(super) struct Turn<'a> {
    shared: &'a Shared,
    pub(super) written: MutexGuard<'a, Written>,
    writer: Writer<'a>,
}

impl<'a> Turn<'a> {
    /// Waits for the writer whose turn it is.
    pub(super) fn new(shared: &'a Shared) -> Self {
        let written = lock(&shared.written);
        Self { shared, written, writer: shared.store.writer() }
    }

    /// Everything up to now.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.writer.snapshot()
    }

    /// Number of the next document.
    pub(super) fn end(&self) -> DocId {
        self.writer.end()
    }

    /// The documents of the cluster known by `root` but that one.
    pub(super) fn members(&mut self, root: DocId) -> Result<Vec<DocId>, IndexError> {
        let snapshot = self.writer.snapshot();
        self.written.members.of(&snapshot, root)
    }

    /// Appends a document with its other changes, as one step.
    pub(super) fn append(
        &mut self,
        record: &Record<'_>,
        others: Group<'_>,
    ) -> Result<DocId, IndexError> {
        if others.len() == 0 {
            return self.writer.append(record);
        }
        let doc = self.end();
        self.publish(&Group { append: Some(*record), ..others })?;
        Ok(doc)
    }

    /// Makes the changes of a group as one step or, where they are too many for that, heads that are
    /// in order before others: any number of the first ones leaves clusters that are whole.
    pub(super) fn apply(&mut self, mut group: Group<'_>) -> Result<(), IndexError> {
        while group.len() > MAX_GROUP {
            let rest = group.heads.split_off(MAX_GROUP / 2);
            let heads = std::mem::replace(&mut group.heads, rest);
            let posts = std::mem::take(&mut group.posts);
            self.publish(&Group { posts, heads, ..Group::default() })?;
        }
        self.publish(&group)
    }

    /// Makes the changes of a group. Those who looked before must look again: documents they know are
    /// found by more. They are told once it is so: who sees the count sees the postings.
    fn publish(&mut self, group: &Group<'_>) -> Result<(), IndexError> {
        let done = self.writer.apply(group).map(drop);
        if !group.posts.is_empty() {
            self.shared.reposted.fetch_add(1, Ordering::AcqRel);
        }
        done
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let bytes = self.written.members.memory_bytes();
        self.shared.member_bytes.store(bytes, Ordering::Relaxed);
    }
}
