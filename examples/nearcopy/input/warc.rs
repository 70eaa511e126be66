//! The records of WARC and ARC files, one by one.
//!
//! A record is a version line, headers, a blank line and as many bytes as `Content-Length` says
//! (ISO 28500); in ARC one line of blank-separated fields stands for the headers. Where that does
//! not fit, the rest is passed over up to the next line that begins a record.

use super::buffer::{Input, Line};
use super::http::{self, Headers};
use super::open;
use std::io::{self, Read};

/// Bytes of headers at most.
const HEADERS: usize = 1 << 18;

/// Reads records.
pub struct Records {
    input: Input,
    arc: bool,
    /// Number of the record, from 1.
    pub number: u64,
    /// Bytes of its body that were not read.
    left: u64,
}

/// What stands before a body.
#[derive(Debug)]
pub struct Head {
    /// `response`, `conversion` and so on; of ARC `arc`, or `filedesc` for its first record.
    pub kind: String,
    pub headers: Headers,
    pub length: u64,
}

/// A record that cannot be read, and why.
#[derive(Debug)]
pub struct Broken(pub String);

impl Records {
    pub fn new(mut input: Input) -> Self {
        let arc = input.peek(11) == b"filedesc://";
        Self { input, arc, number: 0, left: 0 }
    }

    /// The next record; none at the end. A broken record is one step.
    pub fn next(&mut self) -> Result<Option<Head>, Broken> {
        let left = std::mem::take(&mut self.left);
        let passed = self.input.skip(left).map_err(|e| self.damage(&e))?;
        if passed < left {
            return Err(Broken(format!(
                "the record is cut off: {} bytes are missing",
                left - passed
            )));
        }
        self.number += 1;
        let mut strange = false;
        loop {
            if self.begins() {
                if strange {
                    return Err(Broken(
                        "bytes that belong to no record were passed over".to_owned(),
                    ));
                }
                return self.head().map(Some);
            }
            let blank = match self.input.line(HEADERS) {
                Err(error) => return Err(self.damage(&error)),
                Ok(Line::None) if strange => {
                    return Err(Broken(
                        "no record where one was expected, with a line `WARC/1.0`".to_owned(),
                    ));
                }
                Ok(Line::None) => return Ok(None),
                Ok(Line::Whole(line)) => line.trim_ascii().is_empty(),
                Ok(Line::TooLong | Line::Endless) => false,
            };
            strange |= !blank;
        }
    }

    /// Whether a record begins here.
    fn begins(&mut self) -> bool {
        if !self.arc {
            return self.input.peek(5) == b"WARC/";
        }
        let head = self.input.peek(1 << 13);
        let line = head.split(|&b| b == b'\n').next().unwrap_or(head);
        arc_fields(line).is_some()
    }

    fn head(&mut self) -> Result<Head, Broken> {
        let mut lines = Vec::new();
        loop {
            match self.input.line(HEADERS) {
                Err(error) => return Err(self.damage(&error)),
                Ok(Line::None) => {
                    return Err(Broken("the record is cut off in its headers".to_owned()));
                }
                Ok(Line::Whole(line)) => {
                    lines.extend_from_slice(line);
                    lines.push(b'\n');
                    if self.arc || line.trim_ascii().is_empty() {
                        break;
                    }
                }
                Ok(_) => return Err(Broken("the record has headers without end".to_owned())),
            }
            if lines.len() > HEADERS {
                return Err(Broken("the record has headers without end".to_owned()));
            }
        }
        if self.arc {
            let line = lines.strip_suffix(b"\n").unwrap_or(&lines);
            let head = arc_fields(line).ok_or(Broken("the record has no ARC header".to_owned()))?;
            self.left = head.length;
            return Ok(head);
        }
        let version = memchr::memchr(b'\n', &lines).map_or(lines.len(), |at| at + 1);
        let (headers, _) = http::headers(&lines[version..]);
        let length = http::header(&headers, "content-length");
        let Some(length) = length.and_then(|n| n.parse().ok()) else {
            let found =
                length.map_or("no".to_owned(), |n| format!("as `{}`", crate::layout::clean(n)));
            return Err(Broken(format!(
                "the record has {found} Content-Length, which says where it ends"
            )));
        };
        let kind = http::header(&headers, "warc-type").unwrap_or("").to_ascii_lowercase();
        self.left = length;
        Ok(Head { kind, headers, length })
    }

    /// The body of the record at hand.
    pub fn body(&mut self) -> Result<Vec<u8>, Broken> {
        let length = std::mem::take(&mut self.left);
        let mut body = Vec::new();
        let read = (&mut self.input).take(length).read_to_end(&mut body);
        if let Err(error) = read {
            return Err(self.damage(&error));
        }
        let missing = length - body.len() as u64;
        if missing > 0 {
            return Err(Broken(format!(
                "the record is cut off: {missing} of its {length} bytes are missing"
            )));
        }
        Ok(body)
    }

    /// Of damaged packing the rest of the record cannot be told from the next.
    fn damage(&mut self, error: &io::Error) -> Broken {
        self.left = 0;
        self.input.clear();
        Broken(format!("the archive {}; the record was passed over", open::explain(error)))
    }
}

/// `URL IP DATE TYPE ... LENGTH`, as ARC 1 and 2 write it.
fn arc_fields(line: &[u8]) -> Option<Head> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let fields: Vec<&str> = line.split(' ').collect();
    let (first, last) = (fields.first()?, fields.last()?);
    if fields.len() < 5 || !first.contains(':') {
        return None;
    }
    // in an address may stand blanks, so the fields are counted from the end
    let digits = |text: &str| text.len() >= 8 && text.bytes().all(|b| b.is_ascii_digit());
    let behind = |after: usize| fields.len() > after && digits(fields[fields.len() - after + 1]);
    let after = [9, 4].into_iter().find(|&after| behind(after))?;
    let (url, fields) = fields.split_at(fields.len() - after);
    let (url, date, kind) = (url.join(" "), fields[1], fields[2]);
    let length = last.parse().ok()?;
    let filedesc = url.starts_with("filedesc:");
    let headers = vec![
        ("warc-target-uri".to_owned(), url),
        ("content-type".to_owned(), kind.to_owned()),
        ("warc-date".to_owned(), date.to_owned()),
    ];
    let kind = if filedesc { "filedesc" } else { "arc" }.to_owned();
    Some(Head { kind, headers, length })
}
