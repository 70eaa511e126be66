//! Gzip files of one or many members, read on behind a damaged one.

use flate2::bufread::GzDecoder;
use memchr::memchr;
use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};

/// The members of a file as one stream of bytes. After an error that [`goes_on`], reading continues
/// with the next member that can be found.
pub struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Inside(Box<GzDecoder<R>>),
    First(R),
    Between(R),
    Ended,
}

/// Damage behind which reading can continue.
#[derive(Debug)]
struct Damage(String);

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

/// Whether the reader that gave this error can be read on.
pub fn goes_on(error: &io::Error) -> bool {
    type Inner = dyn std::error::Error + Send + Sync;
    error.get_ref().is_some_and(<Inner>::is::<Damage>)
}

fn damage(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, Damage(what))
}

impl<R: BufRead> Members<R> {
    pub fn new(raw: R) -> Self {
        Self { state: State::First(raw) }
    }

    /// Before the member that follows, or at the end.
    fn resume(&mut self, mut raw: R) -> io::Result<bool> {
        let found = seek_member(&mut raw)?;
        self.state = if found { State::Between(raw) } else { State::Ended };
        Ok(found)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::First(raw) => self.state = State::Inside(Box::new(GzDecoder::new(raw))),
                State::Between(mut raw) => {
                    if !skip_padding(&mut raw)? {
                        return Ok(0);
                    }
                    if raw.fill_buf()?.first() != Some(&0x1f) {
                        self.resume(raw)?;
                        return Err(damage("holds bytes that are no gzip".to_owned()));
                    }
                    self.state = State::Inside(Box::new(GzDecoder::new(raw)));
                }
                State::Inside(mut member) => match member.read(to) {
                    Ok(0) => self.state = State::Between(member.into_inner()),
                    Ok(n) => {
                        self.state = State::Inside(member);
                        return Ok(n);
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {
                        self.state = State::Inside(member);
                        return Err(error);
                    }
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(error),
                    Err(error) => {
                        self.resume(member.into_inner())?;
                        return Err(damage(format!("is damaged: {error}")));
                    }
                },
            }
        }
    }
}

/// Passes over zero bytes, which tapes and blocks leave behind; false at the end.
fn skip_padding(raw: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let here = raw.fill_buf()?;
        if here.is_empty() {
            return Ok(false);
        }
        let zeros = here.iter().take_while(|&&b| b == 0).count();
        let all = zeros == here.len();
        raw.consume(zeros);
        if !all {
            return Ok(true);
        }
    }
}

/// Stops at the next bytes that may begin a member; false at the end.
fn seek_member(raw: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let here = raw.fill_buf()?;
        if here.is_empty() {
            return Ok(false);
        }
        let Some(at) = memchr(0x1f, here) else {
            let n = here.len();
            raw.consume(n);
            continue;
        };
        // at the edge of the buffer the rest of the magic is left to the decoder
        let rest = &here[at..here.len().min(at + 3)];
        let begins = rest == &[0x1f, 0x8b, 8][..rest.len()];
        raw.consume(if begins { at } else { at + 1 });
        if begins {
            return Ok(true);
        }
    }
}
