//! Files in a directory of the file system.

use super::map::Map;
use super::{Append, Bytes, Lock, Storage};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const LOCK: &str = "lock";

/// Files in one directory, which holds nothing else. See [`Storage`].
///
/// The lock is an advisory lock on the file `lock` (`flock` on Unix, `LockFileEx` on Windows): it
/// ends with the process, however that ends, so that nothing has to be cleaned up after a crash. On
/// network file systems locks and syncs are as good as the server makes them.
///
/// Complete files are mapped into memory. They must not be changed from outside while the index is
/// open: a file that another program shortens ends the process with a bus error at the next read.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory at `path`, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        fs::create_dir_all(&path)?;
        Ok(Self { path: path.as_ref().to_path_buf() })
    }

    /// The directory at `path`, which must be there; nothing is written.
    ///
    /// # Errors
    /// If it is not a directory that can be read.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        fs::read_dir(&path)?;
        Ok(Self { path: path.as_ref().to_path_buf() })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Storage for Directory {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn lock(&self) -> io::Result<Box<dyn Lock>> {
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(self.at(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(Locked { file })),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            if let Ok(name) = entry?.file_name().into_string()
                && name != LOCK
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Append>> {
        // An old file of that name may still be mapped: never shorten it in place.
        match fs::remove_file(self.at(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().create_new(true).append(true).open(self.at(name))?;
        Ok(Box::new(Appended { file }))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.at(name))
    }

    fn map(&self, name: &str) -> io::Result<Bytes> {
        let file = File::open(self.at(name))?;
        if file.metadata()?.len() == 0 {
            return Ok(Bytes::from(Vec::new()));
        }
        Map::new(&file).map(Bytes::mapped)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.at(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        // Windows writes names through and lets no one open a directory as a file.
        if cfg!(unix) { File::open(&self.path)?.sync_all() } else { Ok(()) }
    }
}

#[derive(Debug)]
struct Appended {
    file: File,
}

impl Append for Appended {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.file).write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[derive(Debug)]
struct Locked {
    file: File,
}

impl Lock for Locked {}

impl Drop for Locked {
    /// Closing the file is not enough: a process that another thread is just starting holds a copy of
    /// it until its program runs.
    fn drop(&mut self) {
        // an error leaves it to the closing
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_ends_although_a_copy_of_its_file_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = Directory::create(folder.path()).expect("a directory");
        let lock = || {
            let file = File::create(directory.at(LOCK)).expect("a file");
            file.try_lock().map(|()| Locked { file })
        };
        let held = lock().expect("free");
        assert!(lock().is_err());
        let copy = held.file.try_clone().expect("a copy");
        drop(held);
        drop(lock().expect("free again"));
        drop(copy);
    }
}
