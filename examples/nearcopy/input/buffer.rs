//! A window on bytes that are read once, from front to back.

use memchr::memchr;
use std::io::{self, BufRead, ErrorKind, Read};

const BLOCK: usize = 1 << 18;

/// Where unpacked bytes come from.
pub type Bytes = Box<dyn Read + Send>;

/// Buffered input. It holds one block, or as much as the longest line or record asked for.
pub struct Input {
    source: Bytes,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// An error met while looking ahead, told when reading gets there.
    pending: Option<io::Error>,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Whole(&'a [u8]),
    /// It was longer than allowed and was passed over.
    TooLong,
    /// It was so long that the rest of the input was given up.
    Endless,
    /// The input has ended.
    None,
}

/// How many times the allowed length of a line is passed over before the input is given up.
const PATIENCE: u64 = 16;

impl Input {
    pub fn new(source: Bytes) -> Self {
        let buffer = Vec::new();
        Self { source, buffer, start: 0, end: 0, ended: false, pending: None }
    }

    /// Reads one block behind what is buffered; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 && self.end - self.start <= self.start {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BLOCK / 2 {
            self.buffer.resize((self.end + BLOCK).max(self.end * 2), 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(n) => {
                    self.end += n;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = !super::gzip::goes_on(&error);
                    return Err(error);
                }
            }
        }
    }

    /// The next bytes, `n` of them unless the input ends or breaks before.
    pub fn peek(&mut self, n: usize) -> &[u8] {
        while self.end - self.start < n && self.pending.is_none() {
            match self.fill() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.pending = Some(error),
            }
        }
        &self.buffer[self.start..self.end.min(self.start + n)]
    }

    /// The next line of at most `most` bytes.
    pub fn line(&mut self, most: usize) -> io::Result<Line<'_>> {
        let mut seen = 0;
        loop {
            if let Some(at) = memchr(b'\n', &self.buffer[self.start + seen..self.end]) {
                let (start, end) = (self.start, self.start + seen + at);
                self.start = end + 1;
                if end - start > most {
                    return Ok(Line::TooLong);
                }
                return Ok(Line::Whole(&self.buffer[start..end]));
            }
            seen = self.end - self.start;
            if seen > most {
                return self.pass_line(seen, most);
            }
            if !self.fill()? {
                let start = self.start;
                self.start = self.end;
                return Ok(match start < self.end {
                    true => Line::Whole(&self.buffer[start..self.end]),
                    false => Line::None,
                });
            }
        }
    }

    /// Passes over the rest of a line of which `seen` bytes are buffered.
    fn pass_line(&mut self, seen: usize, most: usize) -> io::Result<Line<'static>> {
        let mut passed = seen as u64;
        self.start = self.end;
        // no more than a block is kept from here on
        self.buffer = Vec::new();
        (self.start, self.end) = (0, 0);
        loop {
            let block = self.fill_buf()?;
            if block.is_empty() {
                return Ok(Line::TooLong);
            }
            if let Some(at) = memchr(b'\n', block) {
                self.consume(at + 1);
                return Ok(Line::TooLong);
            }
            let n = block.len();
            passed += n as u64;
            self.consume(n);
            if passed > (most as u64).saturating_mul(PATIENCE) {
                self.ended = true;
                return Ok(Line::Endless);
            }
        }
    }

    /// Forgets what is buffered.
    pub fn clear(&mut self) {
        self.start = self.end;
    }

    /// Passes over `n` bytes; gives how many there were.
    pub fn skip(&mut self, n: u64) -> io::Result<u64> {
        let mut left = n;
        while left > 0 {
            let here = self.fill_buf()?.len();
            if here == 0 {
                break;
            }
            let step = here.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.consume(step);
            left -= step as u64;
        }
        Ok(n - left)
    }
}

impl Read for Input {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let n = here.len().min(to.len());
        to[..n].copy_from_slice(&here[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
    }
}
