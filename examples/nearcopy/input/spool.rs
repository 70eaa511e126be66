//! Texts or lines in a temporary file that no name leads to.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Texts or lines one behind the other.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<File>,
    ends: Vec<u64>,
}

impl Spool {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
            ends: Vec::new(),
        })
    }

    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.ends.push(self.ends.last().unwrap_or(&0) + bytes.len() as u64);
        self.file.write_all(bytes)
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Number `at`; all must have been flushed.
    pub fn bytes(&self, at: usize) -> io::Result<Vec<u8>> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let mut bytes = vec![0; (self.ends[at] - start) as usize];
        read_at(self.file.get_ref(), &mut bytes, start)?;
        Ok(bytes)
    }

    /// As [`bytes`](Self::bytes), of a text.
    pub fn text(&self, at: usize) -> io::Result<String> {
        let text = String::from_utf8(self.bytes(at)?);
        text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}
