//! The handle of a store.

use super::core::Core;
use super::log::{Log, held};
use super::recover;
use super::sealed::Sealed;
use super::snapshot::Snapshot;
use super::table::Table;
use super::worker;
use super::writer::{Buffers, Writer};
use super::{StoreOptions, StoreStats};
use crate::error::IndexError;
use crate::online::storage::{Lock, Storage};
use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Records and postings of numbered documents. Share it in an [`Arc`].
#[derive(Debug)]
pub(crate) struct Store {
    core: Arc<Core>,
    exclusive: Mutex<Buffers>,
    worker: Option<JoinHandle<()>>,
    /// Given back last.
    _lock: Option<Box<dyn Lock>>,
}

impl Store {
    /// Opens what `storage` holds, or makes a store there with the meta data `meta`. What was synced
    /// is there; what was not may be, up to some operation and none after it.
    ///
    /// # Errors
    /// [`IndexError::Locked`] if another writer has it open, [`IndexError::Missing`] if there is
    /// nothing to read, [`IndexError::Corrupt`] and [`IndexError::Version`] if it cannot be read, and
    /// what the storage makes of it.
    pub(crate) fn open(
        storage: Arc<dyn Storage>,
        options: StoreOptions,
        meta: &[u8],
    ) -> Result<Self, IndexError> {
        let mut options = options;
        options.stop_after = options.stop_after.max(options.cap);
        if options.read_only {
            let core = recover::open_read_only(&storage, &options)?;
            return Ok(Self { core, exclusive: Mutex::default(), worker: None, _lock: None });
        }
        let lock = storage.lock().map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => IndexError::Locked { path: storage.place() },
            _ => super::files::io_error(&storage.place(), "lock")(error),
        })?;
        let core = recover::open(Arc::clone(&storage), options, meta)?;
        let worker = {
            let core = Arc::clone(&core);
            let name = "nearcopy-store".to_owned();
            thread::Builder::new()
                .name(name)
                .spawn(move || worker::run(&core))
                .map_err(super::files::io_error(&storage.place(), "start a thread for"))?
        };
        Ok(Self { core, exclusive: Mutex::default(), worker: Some(worker), _lock: Some(lock) })
    }

    /// The meta data given when the store was made.
    pub(crate) fn meta(&self) -> &[u8] {
        &self.core.meta
    }

    /// The store as it is now. Takes microseconds, and waits for no one.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.core.snapshot()
    }

    /// Has loaded what an append of a document with this key will look at: worth while if something else
    /// is done before.
    pub(crate) fn expect(&self, key: &[u8]) {
        self.core.expect(key);
    }

    /// The right to change the store; waits for whoever has it.
    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer::new(&self.core, held(&self.exclusive))
    }

    /// Makes all operations that returned before durable. Concurrent calls share the disk's work.
    ///
    /// # Errors
    /// What the storage makes of it; then nothing more can be written until the store is opened again.
    pub(crate) fn sync(&self) -> Result<(), IndexError> {
        self.core.log.as_ref().map_or(Ok(()), Log::sync)
    }

    /// Merges all files into one of postings and one of documents; nothing of removed documents is
    /// left in them. Others may read and write meanwhile.
    ///
    /// # Errors
    /// [`IndexError::ReadOnly`], and what the storage makes of it.
    pub(crate) fn compact(&self) -> Result<(), IndexError> {
        self.flush()?;
        let mut work = held(&self.core.work);
        work.compactions_wanted += 1;
        let wanted = work.compactions_wanted;
        self.core.news.notify_all();
        while work.compactions_done < wanted {
            self.core.failed.check()?;
            work = self.core.news.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Hands what is in memory to the background thread.
    fn flush(&self) -> Result<(), IndexError> {
        let mut writer = self.writer();
        self.core.failed.check()?;
        if self.core.log.is_none() {
            return Err(IndexError::ReadOnly);
        }
        if self.core.current().view.active.is_empty() { Ok(()) } else { writer.freeze(0) }
    }

    /// Writes what is in memory to files, durably, and lets go of the storage.
    ///
    /// # Errors
    /// What the storage makes of it, now or earlier; what had been synced is safe.
    pub(crate) fn close(mut self) -> Result<(), IndexError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), IndexError> {
        let Some(worker) = self.worker.take() else { return Ok(()) };
        let flushed = self.flush();
        self.core.stopping.store(true, Ordering::Release);
        held(&self.core.work).stop = true;
        self.core.news.notify_all();
        if worker.join().is_err() {
            return Err(IndexError::Stopped {
                reason: "the background thread panicked".to_owned(),
            });
        }
        flushed?;
        self.core.failed.check()
    }

    /// What the store holds and has done.
    pub(crate) fn stats(&self) -> StoreStats {
        let core = &self.core;
        let at = core.current();
        let view = &*at.view;
        let memtables = || view.frozen.iter().chain([&view.active]);
        let tables: usize = memtables().map(|t| t.table_bytes()).sum();
        let held: usize = memtables().map(|t| t.memory_bytes()).sum();
        let files = || {
            let docs = view.docs.iter().map(|d| d.file());
            view.indexes.iter().map(|i| i.file()).chain(docs)
        };
        let sum =
            |of: fn(&Table) -> u64| view.indexes.iter().map(|i| of(i.fingerprints())).sum::<u64>();
        let in_memory: u64 = memtables().map(|t| u64::from(t.extent().postings)).sum();
        let first_log = view.frozen.first().unwrap_or(&view.active).log();
        let checks: usize = files().map(Sealed::memory_bytes).sum();
        let marks = core.removed.memory_bytes() + core.heads.memory_bytes();
        StoreStats {
            documents: at.end.into(),
            removed: at.removed,
            postings: sum(|t| t.postings() - t.marks()) + in_memory,
            stop_marks: sum(Table::marks),
            segments: view.indexes.len() as u64,
            disk_bytes: files().map(Sealed::file_len).sum::<u64>()
                + core.log.as_ref().map_or(core.log_bytes, |log| log.bytes(first_log)),
            posting_bytes: sum(Table::bytes) + tables as u64,
            memory_bytes: (held + checks + marks) as u64,
            repaired_bytes: core.repaired_bytes,
            merges: core.merges.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // whoever wants to know closes it
        let _ = self.shut_down();
    }
}
