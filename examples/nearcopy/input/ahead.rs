//! Reading ahead: a thread reads and unpacks while what it brought is parsed.

use super::buffer::Bytes;
use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

const BLOCK: usize = 1 << 19;
/// Blocks that wait at most.
const WAITING: usize = 4;

/// Blocks that a thread brings.
pub struct Ahead {
    blocks: Option<Receiver<io::Result<Vec<u8>>>>,
    block: Vec<u8>,
    at: usize,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Reads `source` on a thread of its own; where none can be had, gives it back.
    pub fn start(source: Bytes) -> Bytes {
        let (sender, blocks) = sync_channel(WAITING);
        let shared = std::sync::Arc::new(std::sync::Mutex::new(Some(source)));
        let theirs = std::sync::Arc::clone(&shared);
        let work = move || {
            let source = theirs.lock().ok().and_then(|mut source| source.take());
            let Some(mut source) = source else { return };
            loop {
                let mut block = vec![0; BLOCK];
                let (filled, error) = fill(&mut source, &mut block);
                block.truncate(filled);
                let ended = filled == 0 && error.is_none();
                if ended || (filled > 0 && sender.send(Ok(block)).is_err()) {
                    return;
                }
                if let Some(error) = error {
                    let goes_on = super::gzip::goes_on(&error);
                    if sender.send(Err(error)).is_err() || !goes_on {
                        return;
                    }
                }
            }
        };
        match std::thread::Builder::new().name("read ahead".to_owned()).spawn(work) {
            Ok(thread) => Box::new(Self {
                blocks: Some(blocks),
                block: Vec::new(),
                at: 0,
                thread: Some(thread),
            }),
            Err(_) => {
                let source = shared.lock().ok().and_then(|mut source| source.take());
                source.unwrap_or_else(|| Box::new(io::empty()))
            }
        }
    }
}

/// Fills `block` as far as the source and its errors allow.
fn fill(source: &mut Bytes, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < block.len() {
        match source.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

impl Read for Ahead {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() {
            let Some(Ok(block)) = self.blocks.as_ref().map(Receiver::recv) else { return Ok(0) };
            self.block = block?;
            self.at = 0;
        }
        let n = to.len().min(self.block.len() - self.at);
        to[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // the thread ends at its next block
        self.blocks = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
