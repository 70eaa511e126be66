//! Opening: what the manifest names is checked and opened, then the operations of the logs are done again.
//!
//! A frame of a log that is incomplete or does not agree with its checksum ends the log there: it was
//! being written when the process or the machine stopped. If a later frame says that the operation
//! had been synced, the file was damaged instead, and opening fails. What is cut off is counted.

use super::chains::MAX_POSTINGS;
use super::core::{Core, Parts};
use super::docs::Docs;
use super::files::{MANIFEST, MANIFEST_NEW, Role, corrupt, io_error};
use super::frame::{self, LOG_HEADER, LogStart, Operation};
use super::index::Index;
use super::log::{Failed, Log};
use super::manifest::{Live, Manifest};
use super::marks::{Heads, Removed};
use super::memtable::{self, Extent, Memtable};
use super::view::{Current, View};
use super::{DocId, StoreOptions, worker};
use crate::error::IndexError;
use crate::online::storage::Storage;
use std::io::ErrorKind;
use std::sync::Arc;

const MAX_META: usize = 1 << 20;
/// A writer that replaces files meanwhile makes a read-only opening start again so many times.
const ATTEMPTS: usize = 100;

/// Opens for writing; the lock is held.
pub(super) fn open(
    storage: Arc<dyn Storage>,
    options: StoreOptions,
    meta: &[u8],
) -> Result<Arc<Core>, IndexError> {
    if meta.len() > MAX_META {
        let (what, limit, found) = ("meta data", MAX_META, meta.len());
        return Err(IndexError::TooLong { what, limit, found });
    }
    let names = storage.list().map_err(io_error(&storage.place(), "list"))?;
    let manifest = match Manifest::read(&*storage)? {
        Some(manifest) => manifest,
        None => fresh(&*storage, &names, meta)?,
    };
    let mut state = State::load(&*storage, &manifest)?;
    state.replay(&*storage, &options, &manifest, &names)?;
    let used = names.iter().filter_map(|name| Some(Role::of(name)?.1 + 1)).max().unwrap_or(0);
    let number = manifest.next_number.max(used);
    let failed = Arc::new(Failed::default());
    let log = Log::create(Arc::clone(&storage), Arc::clone(&failed), number, state.operations)?;
    let core = Arc::new(state.into_core(storage, options, manifest, failed, Some(log), number));
    let frozen = core.current().view.frozen.clone();
    for memtable in &frozen {
        worker::flush(&core, memtable)?;
    }
    let view = core.current().view;
    if frozen.is_empty() {
        let operations = core.current().operations;
        worker::manifest(&core, &view, operations).write(&*core.storage)?;
    }
    for name in names {
        let stale = match Role::of(&name) {
            Some((Role::Log, _)) => true,
            Some((Role::Index, number)) => view.indexes.iter().all(|i| i.number() != number),
            Some((Role::Docs, number)) => view.docs.iter().all(|d| d.number() != number),
            None => name == MANIFEST_NEW,
        };
        if stale {
            // it counts for nothing; what cannot be removed now may be the next time
            let _ = core.storage.remove(&name);
        }
    }
    Ok(core)
}

/// Opens for reading; a writer may be at work.
pub(super) fn open_read_only(
    storage: &Arc<dyn Storage>,
    options: &StoreOptions,
) -> Result<Arc<Core>, IndexError> {
    let missing = || IndexError::Missing { path: storage.place() };
    let mut manifest = Manifest::read(&**storage)?.ok_or_else(missing)?;
    for attempt in 0.. {
        let loaded = load_read_only(storage, options, &manifest);
        // files vanish only after the manifest has changed
        let now = Manifest::read(&**storage)?.ok_or_else(missing)?;
        if now == manifest || attempt == ATTEMPTS {
            return loaded;
        }
        manifest = now;
    }
    Err(missing())
}

fn load_read_only(
    storage: &Arc<dyn Storage>,
    options: &StoreOptions,
    manifest: &Manifest,
) -> Result<Arc<Core>, IndexError> {
    let names = storage.list().map_err(io_error(&storage.place(), "list"))?;
    let mut state = State::load(&**storage, manifest)?;
    state.replay(&**storage, options, manifest, &names)?;
    // nothing is added to the active memtable
    let options = StoreOptions { memtable_postings: 1, ..options.clone() };
    let (storage, failed) = (Arc::clone(storage), Arc::new(Failed::default()));
    Ok(Arc::new(state.into_core(storage, options, manifest.clone(), failed, None, 0)))
}

/// The manifest of a store that is made now.
fn fresh(storage: &dyn Storage, names: &[String], meta: &[u8]) -> Result<Manifest, IndexError> {
    for name in names {
        let empty = match Role::of(name) {
            None => true,
            // a making that was interrupted leaves a log without operations
            Some((Role::Log, _)) => {
                let bytes = storage.read(name).map_err(io_error(name, "read"))?;
                bytes.len() <= LOG_HEADER
            }
            Some(_) => false,
        };
        if !empty {
            let found = format!("none beside {name}");
            return Err(corrupt(MANIFEST, 0, "the manifest of the files", &found));
        }
    }
    Ok(Manifest {
        meta: meta.to_vec(),
        first_log: 0,
        next_number: 1,
        operations: 0,
        documents: 0,
        indexes: Vec::new(),
        docs: Vec::new(),
    })
}

/// What has been opened and done so far.
struct State {
    indexes: Vec<Arc<Index>>,
    docs: Vec<Arc<Docs>>,
    removed: Removed,
    heads: Heads,
    memtables: Vec<Memtable>,
    end: DocId,
    operations: u64,
    /// Of the logs, as they were read.
    log_bytes: u64,
    repaired_bytes: u64,
}

impl State {
    /// Opens the files of a manifest.
    fn load(storage: &dyn Storage, manifest: &Manifest) -> Result<Self, IndexError> {
        let (removed, heads) = (Removed::new(), Heads::new());
        let sealed = |live: &Live, file: &super::sealed::Sealed| {
            if file.seal() == live.seal {
                return Ok(());
            }
            let expected = format!("the seal {:016x} of the manifest", live.seal);
            Err(file.corrupt(file.file_len(), &expected, &format!("{:016x}", file.seal())))
        };
        let mut docs = Vec::new();
        let mut end = 0;
        for live in &manifest.docs {
            let part = Docs::open(storage, live.number)?;
            sealed(live, part.file())?;
            if part.range().start != end || part.as_of() > manifest.operations {
                let expected = format!("documents from {end}");
                return Err(part.file().corrupt(0, &expected, &part.range().start));
            }
            end = part.range().end;
            for doc in part.removed()? {
                removed.add_old(doc);
            }
            docs.push(Arc::new(part));
        }
        if end != manifest.documents {
            return Err(corrupt(MANIFEST, 40, "the number of documents of its files", &end));
        }
        let view = View {
            active: Arc::new(Memtable::new(&tiny(), 0, 0, 0, 0)),
            frozen: Vec::new(),
            indexes: Vec::new(),
            docs,
        };
        let mut indexes = Vec::new();
        let mut operations = 0;
        for live in &manifest.indexes {
            let part = Index::open(storage, live.number)?;
            sealed(live, part.file())?;
            let known = part.fingerprints().docs().end.max(part.keys().docs().end) <= end;
            if part.operations().start != operations || !known {
                let expected = format!("operations from {operations} on documents before {end}");
                return Err(part.file().corrupt(0, &expected, &part.operations().start));
            }
            operations = part.operations().end;
            for doc in part.removed()? {
                removed.add_old(doc);
            }
            for (doc, head) in part.heads()? {
                // a file of documents that was written later holds it, or a newer one
                if view.docs_of(doc).is_none_or(|docs| docs.as_of() < operations) {
                    heads.set(doc, 0, head, 1);
                }
            }
            indexes.push(Arc::new(part));
        }
        if operations != manifest.operations {
            let expected = "the number of operations of its files";
            return Err(corrupt(MANIFEST, 32, expected, &operations));
        }
        Ok(Self {
            indexes,
            docs: view.docs,
            removed,
            heads,
            memtables: Vec::new(),
            end,
            operations,
            log_bytes: 0,
            repaired_bytes: 0,
        })
    }

    /// Does the operations of the logs again.
    fn replay(
        &mut self,
        storage: &dyn Storage,
        options: &StoreOptions,
        manifest: &Manifest,
        names: &[String],
    ) -> Result<(), IndexError> {
        let mut logs: Vec<u64> = names
            .iter()
            .filter_map(|name| Role::of(name))
            .filter(|&(role, number)| role == Role::Log && number >= manifest.first_log)
            .map(|(_, number)| number)
            .collect();
        logs.sort_unstable();
        let mut read = Vec::new();
        for number in logs {
            let name = Role::Log.name(number);
            match storage.read(&name) {
                Ok(bytes) => {
                    self.log_bytes += bytes.len() as u64;
                    read.push((number, name, bytes));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(io_error(&name, "read")(error)),
            }
        }
        for (i, (number, name, bytes)) in read.iter().enumerate() {
            let at = match frame::log_start(bytes) {
                LogStart::OtherVersion(found) => {
                    let (file, expected) = (name.clone(), super::sealed::VERSION);
                    return Err(IndexError::Version { file, expected, found });
                }
                LogStart::First(first) if first <= self.operations => {
                    self.replay_one(options, manifest, *number, bytes)
                }
                _ => 0,
            };
            if at == bytes.len() {
                continue;
            }
            let rest = bytes.len() - at;
            self.repaired_bytes += rest as u64;
            let next = read.get(i + 1).map(|(_, _, bytes)| frame::log_start(bytes));
            if next == Some(LogStart::First(self.operations)) {
                continue;
            }
            let later = read[i + 1..].iter().map(|(_, _, bytes)| &bytes[..]);
            for bytes in std::iter::once(&bytes[at..]).chain(later.clone()) {
                if frame::says_durable(bytes, self.operations) != Some(false) {
                    let expected = format!("operation {}, which was synced", self.operations);
                    return Err(corrupt(name, at as u64, &expected, &"no frame of it"));
                }
            }
            self.repaired_bytes += later.map(|bytes| bytes.len() as u64).sum::<u64>();
            break;
        }
        Ok(())
    }

    /// Returns where the frames end that could be done.
    fn replay_one(
        &mut self,
        options: &StoreOptions,
        manifest: &Manifest,
        log: u64,
        bytes: &[u8],
    ) -> usize {
        let mut at = LOG_HEADER;
        let mut begun = false;
        while let Some(frame) = frame::frame(&bytes[at..]) {
            let Some(operation) = frame.operation() else { break };
            if frame.number == self.operations {
                let table = if begun { self.memtables.pop() } else { None };
                let (table, done) = self.apply(options, log, table, &operation);
                self.memtables.extend(table);
                begun = true;
                if !done {
                    break;
                }
                self.operations += operation.count();
            } else if frame.number >= manifest.operations {
                break;
            }
            at += frame.len;
        }
        at
    }

    /// Does an operation, in `table` if it has room; false if it cannot be meant.
    fn apply(
        &mut self,
        options: &StoreOptions,
        log: u64,
        table: Option<Memtable>,
        operation: &Operation<'_>,
    ) -> (Option<Memtable>, bool) {
        let operations = match operation {
            Operation::Mark => return (table, true),
            Operation::Group(all) => &all[..],
            single => std::slice::from_ref(single),
        };
        if !self.can_be_done(operations) {
            return (table, false);
        }
        // a group stands in one table, so that files hold all of it or nothing
        let (mut postings, mut bytes) = (0, 0);
        for operation in operations {
            match operation {
                Operation::Append { record, keys, .. } => {
                    postings += keys.len();
                    bytes += record.key.len() + record.payload.len();
                }
                Operation::Post { keys, .. } => postings += keys.len(),
                _ => {}
            }
        }
        let table = match table {
            Some(table) if table.has_room(options, postings, bytes) => table,
            full => {
                self.memtables.extend(full);
                Memtable::new(options, postings, log, self.end, self.operations)
            }
        };
        for (number, operation) in (self.operations..).zip(operations) {
            match operation {
                Operation::Mark | Operation::Group(_) => {}
                Operation::Append { doc, record, keys } => {
                    table.append(*doc, record, keys);
                    self.end += 1;
                }
                Operation::Post { doc, keys } => {
                    table.post(*doc, keys);
                }
                Operation::SetHead { doc, head } => {
                    table.set_head(*doc, *head);
                    self.heads.set(*doc, number, *head, 0);
                }
                Operation::Remove { doc } => {
                    table.remove(*doc);
                    self.removed.add(*doc, number);
                }
            }
        }
        (Some(table), true)
    }

    /// Whether the documents that the operations speak of are there, or not there yet.
    fn can_be_done(&self, operations: &[Operation<'_>]) -> bool {
        let postings = |operation: &Operation<'_>| match operation {
            Operation::Append { keys, .. } | Operation::Post { keys, .. } => keys.len(),
            _ => 0,
        };
        let appends = operations.iter().filter(|o| matches!(o, Operation::Append { .. })).count();
        // what no writer makes, a memtable has no room for
        if appends > 1 || operations.iter().map(postings).sum::<usize>() > MAX_POSTINGS {
            return false;
        }
        let mut end = self.end;
        let mut removed = None;
        operations.iter().all(|operation| match operation {
            Operation::Mark | Operation::Group(_) => false,
            Operation::Append { doc, .. } => {
                end += 1;
                *doc == end - 1 && *doc < super::MAX_DOCS
            }
            Operation::Post { doc, .. }
            | Operation::SetHead { doc, .. }
            | Operation::Remove { doc } => {
                let live =
                    *doc < end && !self.removed.contains(*doc, u64::MAX) && removed != Some(*doc);
                if matches!(operation, Operation::Remove { .. }) {
                    removed = Some(*doc);
                }
                live
            }
        })
    }

    /// With an active memtable for log `number`.
    fn into_core(
        self,
        storage: Arc<dyn Storage>,
        options: StoreOptions,
        manifest: Manifest,
        failed: Arc<Failed>,
        log: Option<Log>,
        number: u64,
    ) -> Core {
        let held = self.indexes.iter().map(|index| index.fingerprints().postings()).sum();
        let least = memtable::of_size(&options, held, self.end);
        let active = Memtable::new(&least, 0, number, self.end, self.operations);
        let view = View {
            active: Arc::new(active),
            frozen: self.memtables.into_iter().map(Arc::new).collect(),
            indexes: self.indexes,
            docs: self.docs,
        };
        let current = Current {
            view: Arc::new(view),
            extent: Extent::default(),
            end: self.end,
            removed: self.removed.count(),
            operations: self.operations,
        };
        Core::new(Parts {
            storage,
            options,
            meta: manifest.meta,
            removed: self.removed,
            heads: self.heads,
            failed,
            log,
            current,
            flushed: manifest.operations,
            next_number: number + 1,
            log_bytes: self.log_bytes,
            repaired_bytes: self.repaired_bytes,
        })
    }
}

fn tiny() -> StoreOptions {
    StoreOptions { memtable_postings: 1, ..StoreOptions::default() }
}
