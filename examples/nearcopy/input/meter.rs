//! What was read of a file, byte for byte: its size and digest.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// Counts and digests the bytes that pass. Copies share one count.
#[derive(Clone)]
pub struct Meter(Arc<Mutex<State>>);

struct State {
    hash: Xxh3,
    bytes: u64,
    ended: bool,
}

/// Size and XXH3-128 of a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    pub bytes: u64,
    pub xxh3: u128,
}

impl Meter {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State { hash: Xxh3::new(), bytes: 0, ended: false })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the bytes of `path` that did not pass, such as those behind a limit.
    pub fn complete(&self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let done = self.state().bytes;
        file.seek(SeekFrom::Start(done))?;
        io::copy(&mut Metered::new(file, self.clone()), &mut io::sink()).map(|_| ())
    }

    /// The digest, once the end was reached.
    pub fn digest(&self) -> Option<Digest> {
        let state = self.state();
        state.ended.then(|| Digest { bytes: state.bytes, xxh3: state.hash.digest128() })
    }
}

/// The digest of a file.
pub fn of_file(path: &Path) -> io::Result<Digest> {
    let meter = Meter::new();
    meter.complete(path)?;
    meter.digest().ok_or_else(|| io::Error::other("did not end"))
}

/// A reader whose bytes are counted.
pub struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R> Metered<R> {
    pub fn new(inner: R, meter: Meter) -> Self {
        Self { inner, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(to)?;
        let mut state = self.meter.state();
        state.hash.update(&to[..n]);
        state.bytes += n as u64;
        state.ended |= n == 0 && !to.is_empty();
        Ok(n)
    }
}
