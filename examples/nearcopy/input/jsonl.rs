//! JSON lines, and JSON objects in a list or one behind the other.

use super::buffer::{Input, Line};
use super::fields::Found;
use super::open;
use super::{Reader, Wanted, charset};
use crate::exit::Stop;
use crate::layout::{clean, cut_end};
use std::io::{self, BufRead};

const NO_OBJECT: &str = "lines that are not JSON objects";

impl Reader<'_> {
    /// Reads the records of one source of lines.
    pub(super) fn lines(&mut self, source: &str, mut input: Input) -> Result<(), Stop> {
        let most = self.args.most_bytes();
        for number in 1.. {
            if self.full() {
                break;
            }
            match input.line(most) {
                Ok(Line::None) => break,
                Ok(Line::Whole(line)) => self.line(source, number, line)?,
                Ok(Line::TooLong) => self.too_long(source, number, "the line")?,
                Ok(Line::Endless) => {
                    self.too_long(source, number, "the line")?;
                    self.given_up(source, number)?;
                    break;
                }
                Err(error) => {
                    self.broken_off(source, number, &error)?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads the objects of one source of JSON.
    pub(super) fn objects(&mut self, source: &str, mut input: Input) -> Result<(), Stop> {
        let most = self.args.most_bytes();
        let mut scan = Scan::default();
        loop {
            if self.full() {
                break;
            }
            match scan.next(&mut input, most) {
                Ok(Item::Object(line)) => {
                    let object = std::mem::take(&mut scan.object);
                    self.line(source, line, &object)?;
                    scan.object = object;
                }
                Ok(Item::TooLong(line)) => self.too_long(source, line, "the object")?,
                Ok(Item::Cut(line)) => {
                    let what = "the file ends inside an object; the objects before were used";
                    self.problems.error(source, Some(line), NO_OBJECT, what)?;
                    break;
                }
                Ok(Item::Other(line, found)) => {
                    let what = format!(
                        "found {} where an object or a list of objects was expected; what stands \
                         before was used",
                        clean(&found)
                    );
                    self.problems.error(source, Some(line), NO_OBJECT, &what)?;
                    break;
                }
                Ok(Item::None) => break,
                Err(error) => {
                    self.broken_off(source, scan.line, &error)?;
                    break;
                }
            }
        }
        Ok(())
    }

    pub(super) fn too_long(&mut self, source: &str, line: u64, what: &str) -> Result<(), Stop> {
        let most = self.args.max_record;
        let what = format!("{what} is longer than {most} MiB, see --max-record; passed over");
        self.problems.error(source, Some(line), "records that are too long", &what)
    }

    fn given_up(&mut self, source: &str, line: u64) -> Result<(), Stop> {
        let what = "the line does not end; the rest of the file was given up";
        self.problems.error(source, Some(line), "files", what)
    }

    pub(super) fn broken_off(
        &mut self,
        source: &str,
        line: u64,
        error: &io::Error,
    ) -> Result<(), Stop> {
        let what = open::explain(error);
        let before = match line {
            1 => "nothing could be read".to_owned(),
            _ => format!("lines 1 to {} were used", line - 1),
        };
        self.problems.error(source, Some(line), "files", &format!("{what}; {before}"))
    }

    fn line(&mut self, source: &str, number: u64, line: &[u8]) -> Result<(), Stop> {
        let json = match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(json) if number == 1 => json,
            _ => line,
        };
        if json.trim_ascii().is_empty() {
            return Ok(());
        }
        match self.json(source, number, json) {
            Ok(found) => {
                let kept = match self.wanted {
                    Wanted::Lines => line.to_vec(),
                    Wanted::Texts => Vec::new(),
                };
                self.take(source, number, found, kept)
            }
            Err(error) => {
                // the line is named elsewhere
                let what = error.to_string();
                let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
                let what = format!(
                    "{} at column {}; expected one JSON object",
                    cut_end(&clean(what), 120),
                    error.column()
                );
                self.problems.error(source, Some(number), NO_OBJECT, &what)
            }
        }
    }

    fn json(&mut self, source: &str, number: u64, json: &[u8]) -> Result<Found, serde_json::Error> {
        let found = self.fields.of_json(json);
        if found.is_ok() || std::str::from_utf8(json).is_ok() {
            return found;
        }
        let (text, replaced) = charset::lossy(json);
        self.replaced(replaced, &format!("{source}:{number}"));
        self.fields.of_json(text.as_bytes())
    }
}

/// Finds where objects begin and end, without reading them.
struct Scan {
    object: Vec<u8>,
    /// The line that is reached, counted from 1.
    line: u64,
    /// Whether the objects stand in a list.
    list: bool,
    begun: bool,
}

impl Default for Scan {
    fn default() -> Self {
        Self { object: Vec::new(), line: 1, list: false, begun: false }
    }
}

/// What was found, and the line on which it begins.
enum Item {
    /// In [`Scan::object`].
    Object(u64),
    TooLong(u64),
    /// The input ends inside an object.
    Cut(u64),
    Other(u64, String),
    None,
}

impl Scan {
    fn next(&mut self, input: &mut Input, most: usize) -> io::Result<Item> {
        if !self.begun {
            if input.peek(3) == b"\xef\xbb\xbf" {
                input.consume(3);
            }
            self.begun = true;
            self.list = self.blank(input)? == Some(b'[');
            if self.list {
                input.consume(1);
            }
        }
        loop {
            match self.blank(input)? {
                None => return Ok(Item::None),
                Some(b'{') => return self.object(input, most),
                Some(b',') => input.consume(1),
                Some(b']') if self.list => {
                    input.consume(1);
                    self.list = false;
                }
                Some(_) => {
                    let found = String::from_utf8_lossy(input.peek(20)).into_owned();
                    return Ok(Item::Other(self.line, found));
                }
            }
        }
    }

    /// The next byte that is not blank, still to be read.
    fn blank(&mut self, input: &mut Input) -> io::Result<Option<u8>> {
        loop {
            let here = input.fill_buf()?;
            let Some(&first) = here.first() else { return Ok(None) };
            if !first.is_ascii_whitespace() {
                return Ok(Some(first));
            }
            self.line += u64::from(first == b'\n');
            input.consume(1);
        }
    }

    /// Reads to the brace that closes the one ahead.
    fn object(&mut self, input: &mut Input, most: usize) -> io::Result<Item> {
        let begun = self.line;
        self.object.clear();
        let (mut depth, mut text, mut escaped, mut too_long) = (0_u64, false, false, false);
        loop {
            let here = input.fill_buf()?;
            if here.is_empty() {
                return Ok(Item::Cut(begun));
            }
            let mut end = None;
            for (at, &byte) in here.iter().enumerate() {
                self.line += u64::from(byte == b'\n');
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if text => escaped = true,
                    b'"' => text = !text,
                    b'{' | b'[' if !text => depth += 1,
                    b'}' | b']' if !text => {
                        depth -= 1;
                        if depth == 0 {
                            end = Some(at + 1);
                            break;
                        }
                    }
                    _ => {}
                }
            }
            let n = end.unwrap_or(here.len());
            if !too_long {
                self.object.extend_from_slice(&here[..n]);
            }
            input.consume(n);
            if self.object.len() > most {
                too_long = true;
                self.object = Vec::new();
            }
            if end.is_some() {
                return Ok(if too_long { Item::TooLong(begun) } else { Item::Object(begun) });
            }
        }
    }
}
