//! A disk that fails when it is told to, and knows what a crash would leave of it.

use crate::online::storage::{Append, Bytes, Lock, Memory, Storage};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that a disk writes at once.
const PAGE: usize = 64;

/// What happens at the operation chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing is done; the next operation works again.
    NoSpace,
    /// Half of the bytes are written; the next operation works again.
    Short,
    /// A sync fails, and what it should have kept is lost in a crash even if a later sync succeeds.
    /// Any other operation just fails.
    Broken,
    /// Half of the bytes are written, and no operation works any more.
    Crash,
}

/// What a crash leaves of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    Everything,
    /// Names, but not the bytes.
    Names,
    /// Bytes, but not the names.
    Content,
    /// Bytes, and of the names only those given by renaming.
    Renames,
    /// A part of the bytes and of the names.
    Part(u64),
    /// Some pages, with others missing or garbled between them.
    Pages(u64),
}

#[derive(Debug, Clone)]
enum NameChange {
    Set(String, usize),
    Rename(String, String, usize),
    Remove(String),
}

fn change(names: &mut BTreeMap<String, usize>, change: &NameChange) {
    match change {
        NameChange::Set(name, file) => {
            names.insert(name.clone(), *file);
        }
        NameChange::Rename(from, to, file) => {
            names.remove(from);
            names.insert(to.clone(), *file);
        }
        NameChange::Remove(name) => {
            names.remove(name);
        }
    }
}

#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
    synced: usize,
    /// A sync failed: no more bytes become durable.
    broken: bool,
}

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    pending: Vec<NameChange>,
    operations: usize,
    fault: Option<(usize, Fault)>,
    hit: bool,
    dead: bool,
}

/// See the module's text.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    state: Arc<Mutex<State>>,
    locked: Arc<AtomicBool>,
}

impl Disk {
    /// Of files that are there, durably, and a fault at one of the operations to come.
    pub(super) fn new(fault: Option<(usize, Fault)>) -> Self {
        let disk = Self::default();
        disk.state().fault = fault;
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the fault has happened.
    pub(super) fn hit(&self) -> bool {
        self.state().hit
    }

    /// No more faults.
    pub(super) fn heal(&self) {
        let mut state = self.state();
        (state.fault, state.dead) = (None, false);
    }

    /// Counts an operation; the fault if it happens now.
    fn begin(&self) -> io::Result<(MutexGuard<'_, State>, Option<Fault>)> {
        let mut state = self.state();
        if state.dead {
            return Err(io::Error::other("the machine is off"));
        }
        let fault = state.fault.filter(|&(at, _)| at == state.operations).map(|(_, fault)| fault);
        state.operations += 1;
        state.hit |= fault.is_some();
        state.dead |= fault == Some(Fault::Crash);
        Ok((state, fault))
    }

    /// Counts an operation that is done wholly or not at all.
    fn simple(&self) -> io::Result<MutexGuard<'_, State>> {
        match self.begin()? {
            (state, None) => Ok(state),
            _ => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    /// The files after a crash now.
    pub(super) fn crashed(&self, left: Left) -> Memory {
        let state = self.state();
        let mut draws = match left {
            Left::Part(seed) | Left::Pages(seed) => seed,
            _ => 0,
        };
        let mut draw = |below: usize| {
            draws = crate::hash::mix(draws.wrapping_add(crate::hash::POLYNOMIAL_BASE));
            (draws % (below as u64 + 1)) as usize
        };
        let mut names = state.synced_names.clone();
        let kept = match left {
            Left::Nothing | Left::Content => 0,
            Left::Everything | Left::Names | Left::Pages(_) | Left::Renames => state.pending.len(),
            Left::Part(_) => draw(state.pending.len()),
        };
        for pending in &state.pending[..kept] {
            if left != Left::Renames || matches!(pending, NameChange::Rename(..)) {
                change(&mut names, pending);
            }
        }
        let memory = Memory::new();
        for (name, &file) in &names {
            let file = &state.files[file];
            let (synced, rest) = file.bytes.split_at(file.synced);
            let mut bytes = synced.to_vec();
            match left {
                Left::Nothing | Left::Names => {}
                Left::Everything | Left::Content | Left::Renames => bytes.extend_from_slice(rest),
                Left::Part(_) => bytes.extend_from_slice(&rest[..draw(rest.len())]),
                Left::Pages(_) => {
                    for page in rest.chunks(PAGE) {
                        match draw(3) {
                            0 => bytes.extend(page.iter().map(|_| 0)),
                            1 => bytes.extend(page.iter().enumerate().map(|(i, b)| {
                                // torn in its middle
                                if i < page.len() / 2 { *b } else { 0xA5 }
                            })),
                            _ => bytes.extend_from_slice(page),
                        }
                    }
                }
            }
            let appended = memory.create(name).expect("memory does not fail");
            appended.append(&bytes).expect("memory does not fail");
        }
        memory
    }
}

#[derive(Debug)]
struct Held(Arc<AtomicBool>);

impl Lock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Storage for Disk {
    fn place(&self) -> String {
        "disk".to_owned()
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        if self.locked.swap(true, Ordering::Acquire) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let held = Box::new(Held(Arc::clone(&self.locked)));
        drop(self.simple()?);
        Ok(held)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.simple()?.names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Append>> {
        let mut state = self.simple()?;
        let file = state.files.len();
        state.files.push(File::default());
        let set = NameChange::Set(name.to_owned(), file);
        change(&mut state.names, &set);
        state.pending.push(set);
        Ok(Box::new(Appended { disk: self.clone(), file }))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let state = self.simple()?;
        let file = *state.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(state.files[file].bytes.clone())
    }

    fn map(&self, name: &str) -> io::Result<Bytes> {
        self.read(name).map(Bytes::from)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.simple()?;
        let file = *state.names.get(from).ok_or(io::ErrorKind::NotFound)?;
        let rename = NameChange::Rename(from.to_owned(), to.to_owned(), file);
        change(&mut state.names, &rename);
        state.pending.push(rename);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.simple()?;
        let remove = NameChange::Remove(name.to_owned());
        change(&mut state.names, &remove);
        state.pending.push(remove);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut state = self.simple()?;
        state.synced_names = state.names.clone();
        state.pending.clear();
        Ok(())
    }
}

#[derive(Debug)]
struct Appended {
    disk: Disk,
    file: usize,
}

impl Append for Appended {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let (mut state, fault) = self.disk.begin()?;
        let written = match fault {
            None => bytes,
            Some(Fault::Short | Fault::Crash) => &bytes[..bytes.len() / 2],
            Some(Fault::NoSpace | Fault::Broken) => &[],
        };
        state.files[self.file].bytes.extend_from_slice(written);
        if fault.is_some() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&self) -> io::Result<()> {
        let (mut state, fault) = self.disk.begin()?;
        let file = &mut state.files[self.file];
        if let Some(fault) = fault {
            file.broken |= fault == Fault::Broken;
            return Err(io::Error::other("the disk is broken"));
        }
        if !file.broken {
            file.synced = file.bytes.len();
        }
        Ok(())
    }
}
