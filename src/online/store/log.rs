//! The log of operations that no segment holds yet, and syncs that share one write to the disk.

use super::files::{Role, io_error};
use super::frame::{self, Operation};
use crate::error::IndexError;
use crate::online::storage::{Append, Storage};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Bytes gathered before they are handed to the storage.
const BUFFER: usize = 1 << 18;

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The failure after which nothing can be promised any more.
#[derive(Debug, Default)]
pub(super) struct Failed(OnceLock<String>);

impl Failed {
    pub(super) fn check(&self) -> Result<(), IndexError> {
        match self.0.get() {
            None => Ok(()),
            Some(reason) => Err(IndexError::Stopped { reason: reason.clone() }),
        }
    }

    /// Notes the first failure and hands it on.
    pub(super) fn note<T>(&self, result: Result<T, IndexError>) -> Result<T, IndexError> {
        if let Err(error) = &result {
            let _ = self.0.set(error.to_string());
        }
        result
    }
}

#[derive(Debug)]
pub(super) struct Log {
    storage: Arc<dyn Storage>,
    failed: Arc<Failed>,
    writing: Mutex<Writing>,
    syncing: Mutex<Syncing>,
    synced: Condvar,
}

#[derive(Debug)]
struct Writing {
    file: Arc<dyn Append>,
    name: String,
    /// Number and bytes of each log, the one that grows last.
    lens: Vec<(u64, u64)>,
    buffer: Vec<u8>,
    /// Complete logs whose last bytes may not be durable.
    before: Vec<(Arc<dyn Append>, String)>,
    /// Whether a log was made since names were synced.
    new_name: bool,
    /// Number of the next operation.
    next: u64,
    /// Operations before this one are durable, as far as a frame may claim.
    durable: u64,
}

#[derive(Debug)]
struct Syncing {
    /// Operations before this one are durable.
    durable: u64,
    running: bool,
}

impl Log {
    /// Makes log `number`, whose first operation is `next`; all before are durable.
    pub(super) fn create(
        storage: Arc<dyn Storage>,
        failed: Arc<Failed>,
        number: u64,
        next: u64,
    ) -> Result<Self, IndexError> {
        let (file, name) = new_file(&*storage, number, next)?;
        let (buffer, before) = (Vec::new(), Vec::new());
        let writing = Mutex::new(Writing {
            file,
            name,
            lens: vec![(number, frame::LOG_HEADER as u64)],
            buffer,
            before,
            new_name: true,
            next,
            durable: next,
        });
        let syncing = Mutex::new(Syncing { durable: next, running: false });
        Ok(Self { storage, failed, writing, syncing, synced: Condvar::new() })
    }

    /// Adds an operation; it is in the storage after the next [`sync`](Self::sync).
    pub(super) fn add(&self, operation: &Operation<'_>) -> Result<(), IndexError> {
        let mut writing = held(&self.writing);
        let Writing { next, durable, buffer, .. } = &mut *writing;
        frame::encode(operation, *next, *durable, buffer);
        *next += operation.count();
        if buffer.len() >= BUFFER { self.failed.note(writing.flush()) } else { Ok(()) }
    }

    /// Ends the log and begins log `number`.
    pub(super) fn rotate(&self, number: u64) -> Result<(), IndexError> {
        let mut writing = held(&self.writing);
        self.failed.note(writing.flush())?;
        let (file, name) = self.failed.note(new_file(&*self.storage, number, writing.next))?;
        let file = std::mem::replace(&mut writing.file, file);
        let name = std::mem::replace(&mut writing.name, name);
        writing.before.push((file, name));
        writing.lens.push((number, frame::LOG_HEADER as u64));
        writing.new_name = true;
        Ok(())
    }

    /// Bytes in logs `first` and later, with those that wait to be written.
    pub(super) fn bytes(&self, first: u64) -> u64 {
        let mut writing = held(&self.writing);
        writing.lens.retain(|(number, _)| *number >= first);
        writing.lens.iter().map(|(_, len)| len).sum::<u64>() + writing.buffer.len() as u64
    }

    /// Segments hold the operations before `end` durably.
    pub(super) fn note_durable(&self, end: u64) {
        let mut syncing = held(&self.syncing);
        syncing.durable = syncing.durable.max(end);
        drop(syncing);
        let mut writing = held(&self.writing);
        writing.durable = writing.durable.max(end);
    }

    /// Makes durable all that was added before the call. One of several callers does it for all.
    pub(super) fn sync(&self) -> Result<(), IndexError> {
        self.failed.check()?;
        let target = held(&self.writing).next;
        let mut syncing = held(&self.syncing);
        loop {
            if syncing.durable >= target {
                return Ok(());
            }
            self.failed.check()?;
            if !syncing.running {
                break;
            }
            syncing = self.synced.wait(syncing).unwrap_or_else(PoisonError::into_inner);
        }
        syncing.running = true;
        drop(syncing);
        let result = self.failed.note(self.sync_all());
        let mut syncing = held(&self.syncing);
        syncing.running = false;
        if let Ok(end) = result {
            syncing.durable = syncing.durable.max(end);
        }
        drop(syncing);
        self.synced.notify_all();
        result.map(drop)
    }

    /// Returns the end of what is durable.
    fn sync_all(&self) -> Result<u64, IndexError> {
        let mut writing = held(&self.writing);
        writing.flush()?;
        let mut files = std::mem::take(&mut writing.before);
        files.push((Arc::clone(&writing.file), writing.name.clone()));
        let new_name = std::mem::take(&mut writing.new_name);
        let end = writing.next;
        drop(writing);
        for (file, name) in files {
            file.sync().map_err(io_error(&name, "sync"))?;
        }
        if new_name {
            self.storage.sync_names().map_err(io_error(&self.storage.place(), "sync"))?;
        }
        let mut writing = held(&self.writing);
        writing.durable = writing.durable.max(end);
        let (next, durable) = (writing.next, writing.durable);
        frame::encode(&Operation::Mark, next, durable, &mut writing.buffer);
        writing.flush()?;
        Ok(end)
    }
}

impl Writing {
    fn flush(&mut self) -> Result<(), IndexError> {
        if !self.buffer.is_empty() {
            self.file.append(&self.buffer).map_err(io_error(&self.name, "write"))?;
            if let Some((_, len)) = self.lens.last_mut() {
                *len += self.buffer.len() as u64;
            }
            self.buffer.clear();
        }
        Ok(())
    }
}

fn new_file(
    storage: &dyn Storage,
    number: u64,
    next: u64,
) -> Result<(Arc<dyn Append>, String), IndexError> {
    let name = Role::Log.name(number);
    let file = storage.create(&name).map_err(io_error(&name, "create"))?;
    file.append(&frame::log_header(next)).map_err(io_error(&name, "write"))?;
    Ok((Arc::from(file), name))
}
