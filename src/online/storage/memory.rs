//! Files in memory.

use super::{Append, Bytes, Lock, Storage};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Files that live as long as the value and its clones, which are handles of the same files.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: Arc<Mutex<BTreeMap<String, Content>>>,
    locked: Arc<AtomicBool>,
}

type Content = Arc<Mutex<Arc<Vec<u8>>>>;

impl Memory {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn get(&self, name: &str) -> io::Result<Content> {
        held(&self.files).get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// No code panics while it holds one of these locks, so their content is always whole.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Storage for Memory {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        if self.locked.swap(true, Ordering::Acquire) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Locked(Arc::clone(&self.locked))))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(held(&self.files).keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Append>> {
        let content = Content::default();
        held(&self.files).insert(name.to_owned(), Arc::clone(&content));
        Ok(Box::new(Appended(content)))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        Ok(held(&*self.get(name)?).to_vec())
    }

    fn map(&self, name: &str) -> io::Result<Bytes> {
        let content = self.get(name)?;
        let mut bytes = held(&content);
        // nothing is appended any more: give back what the growing buffer holds in reserve
        if let Some(bytes) = Arc::get_mut(&mut bytes) {
            bytes.shrink_to_fit();
        }
        Ok(Bytes::from(Arc::clone(&bytes)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = held(&self.files);
        let content = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        held(&self.files).remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Appended(Content);

impl Append for Appended {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        // Whoever mapped the file keeps what was there: a shared buffer is copied first.
        Arc::make_mut(&mut held(&self.0)).extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Locked(Arc<AtomicBool>);

impl Lock for Locked {}

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
