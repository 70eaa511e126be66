//! The background thread: writes full memtables, merges files, compacts.

use super::core::Core;
use super::docs::Docs;
use super::files::Role;
use super::index::Index;
use super::log::held;
use super::manifest::{Live, Manifest};
use super::memtable::Memtable;
use super::merge;
use super::view::View;
use crate::error::IndexError;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

enum Task {
    Flush(Arc<Memtable>),
    Compact,
    MergeIndexes(Range<usize>),
    MergeDocs(Range<usize>),
    End,
}

/// Whoever waits for the background thread learns that it ended.
struct Ended<'a>(&'a Core);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "the background thread panicked".to_owned();
            let _ = self.0.failed.note::<()>(Err(IndexError::Stopped { reason }));
        }
        let _work = held(&self.0.work);
        self.0.news.notify_all();
    }
}

/// Runs until the store is closed or something fails.
pub(super) fn run(core: &Arc<Core>) {
    let _ended = Ended(core);
    loop {
        let result = match next_task(core) {
            Task::Flush(memtable) => flush(core, &memtable).map(|()| {
                // one that cannot be removed now is at the next opening
                let _ = core.storage.remove(&Role::Log.name(memtable.log()));
            }),
            Task::Compact => compact(core),
            Task::MergeIndexes(range) => merge_indexes(core, range),
            Task::MergeDocs(range) => merge_docs(core, range),
            Task::End => return,
        };
        // a merge that was given up because the store closes did not fail
        let ended = result.is_err();
        let given_up = core.stopping.load(Ordering::Acquire)
            && matches!(result, Err(IndexError::Stopped { .. }));
        if !given_up {
            let _ = core.failed.note(result);
        }
        let _work = held(&core.work);
        core.news.notify_all();
        if ended && !given_up {
            return;
        }
    }
}

fn next_task(core: &Core) -> Task {
    let mut work = held(&core.work);
    loop {
        let view = core.current().view;
        if let Some(memtable) = view.frozen.first() {
            return Task::Flush(Arc::clone(memtable));
        }
        if work.stop {
            return Task::End;
        }
        if work.compactions_done < work.compactions_wanted {
            return Task::Compact;
        }
        if let Some(range) = merge::indexes_to_merge(&view) {
            return Task::MergeIndexes(range);
        }
        if let Some(range) = merge::docs_to_merge(&view) {
            return Task::MergeDocs(range);
        }
        work = core.news.wait(work).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Writes a memtable, which must be the oldest.
pub(super) fn flush(core: &Core, memtable: &Arc<Memtable>) -> Result<(), IndexError> {
    let storage = &*core.storage;
    let numbers = (core.new_number(), core.new_number());
    let marks = (&core.removed, &core.heads);
    let (_, docs) = memtable.write(storage, &core.options, marks, numbers)?;
    let index = Arc::new(Index::open(storage, numbers.0)?);
    let go_on = || Ok(());
    index.file().verify_all(&go_on)?;
    let docs = docs.map(|_| Docs::open(storage, numbers.1)).transpose()?.map(Arc::new);
    docs.as_ref().map_or(Ok(()), |docs| docs.file().verify_all(&go_on))?;
    let change = |view: &mut View| {
        view.frozen.retain(|table| !Arc::ptr_eq(table, memtable));
        view.indexes.push(Arc::clone(&index));
        view.docs.extend(docs.clone());
    };
    commit(core, change, memtable.operations().end)?;
    Ok(())
}

/// Makes the change of the files durable, then visible. Only the background thread changes files.
fn commit(core: &Core, change: impl Fn(&mut View), operations: u64) -> Result<(), IndexError> {
    let mut view = View::clone(&core.current().view);
    change(&mut view);
    manifest(core, &view, operations).write(&*core.storage)?;
    core.publish_view(change);
    core.flushed.store(operations, Ordering::Release);
    if let Some(log) = &core.log {
        log.note_durable(operations);
    }
    Ok(())
}

/// The manifest of the files of `view`, which hold the operations before `operations`.
pub(super) fn manifest(core: &Core, view: &View, operations: u64) -> Manifest {
    let first_log = view.frozen.first().unwrap_or(&view.active).log();
    Manifest {
        meta: core.meta.clone(),
        first_log,
        next_number: core.next_number.load(Ordering::Relaxed),
        operations,
        documents: view.docs.last().map_or(0, |docs| docs.range().end),
        indexes: view
            .indexes
            .iter()
            .map(|i| Live { number: i.number(), seal: i.file().seal() })
            .collect(),
        docs: view
            .docs
            .iter()
            .map(|d| Live { number: d.number(), seal: d.file().seal() })
            .collect(),
    }
}

fn merge_indexes(core: &Core, range: Range<usize>) -> Result<(), IndexError> {
    let old = core.current().view.indexes[range.clone()].to_vec();
    let new = Arc::new(merge::merge_indexes(core, &old)?);
    let change = |view: &mut View| drop(view.indexes.splice(range.clone(), [Arc::clone(&new)]));
    commit(core, change, core.flushed.load(Ordering::Acquire))?;
    core.merges.fetch_add(1, Ordering::Relaxed);
    for index in old {
        let _ = core.storage.remove(index.file().name());
    }
    Ok(())
}

fn merge_docs(core: &Core, range: Range<usize>) -> Result<(), IndexError> {
    let old = core.current().view.docs[range.clone()].to_vec();
    let new = Arc::new(merge::merge_docs(core, &old)?);
    let change = |view: &mut View| drop(view.docs.splice(range.clone(), [Arc::clone(&new)]));
    commit(core, change, core.flushed.load(Ordering::Acquire))?;
    core.merges.fetch_add(1, Ordering::Relaxed);
    for docs in old {
        let _ = core.storage.remove(docs.file().name());
    }
    Ok(())
}

/// One file of documents without those that were removed, then one of postings without theirs.
fn compact(core: &Core) -> Result<(), IndexError> {
    let wanted = held(&core.work).compactions_wanted;
    let view = core.current().view;
    let marked = view.indexes.iter().any(|index| index.has_marks());
    if !view.docs.is_empty() && (marked || view.docs.len() > 1) {
        merge_docs(core, 0..view.docs.len())?;
    }
    if marked || view.indexes.len() > 1 {
        merge_indexes(core, 0..view.indexes.len())?;
    }
    held(&core.work).compactions_done = wanted;
    Ok(())
}

impl Core {
    /// Whether long work should go on.
    pub(super) fn go_on(&self) -> Result<(), IndexError> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(IndexError::Stopped { reason: "the index is being closed".to_owned() });
        }
        Ok(())
    }
}
