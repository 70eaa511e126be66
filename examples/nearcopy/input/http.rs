//! An HTTP response as archives keep it: status, headers, and a body in its transfer encodings.

use std::io::{self, Read};

/// Headers by lower-case name.
pub type Headers = Vec<(String, String)>;

/// The value of the last header of this lower-case name.
pub fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// `Name: value` lines up to a blank one, and where the rest begins. Lines that begin with a blank
/// continue the one before.
pub fn headers(bytes: &[u8]) -> (Headers, usize) {
    let mut out = Headers::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
        let line = String::from_utf8_lossy(&bytes[at..end]);
        at = end;
        let text = line.trim();
        if text.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = out.last_mut()
        {
            value.push(' ');
            value.push_str(text);
        } else if let Some((name, value)) = text.split_once(':') {
            out.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    (out, at)
}

/// A response with its body still encoded.
pub struct Response<'a> {
    pub status: u16,
    pub headers: Headers,
    pub body: &'a [u8],
}

/// The parts of a response; none where the bytes do not begin as one.
pub fn parse(bytes: &[u8]) -> Option<Response<'_>> {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    let status = words.next()?.parse().ok()?;
    let rest = bytes.get(end + 1..).unwrap_or(&[]);
    let (headers, begin) = headers(rest);
    Some(Response { status, headers, body: &rest[begin..] })
}

/// A body without its encodings.
#[derive(Debug)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// What did not agree with the headers, where the body was read all the same.
    pub odd: Option<&'static str>,
}

/// Why a body cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    TooLong,
    /// An encoding that is not read, with what to say of it.
    Encoding(String),
}

impl Response<'_> {
    /// The body, of at most `most` bytes.
    pub fn decoded(&self, most: usize) -> Result<Body, Unreadable> {
        let mut odd = None;
        let chunked = header(&self.headers, "transfer-encoding");
        let chunked = chunked.is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        let mut bytes = match chunked {
            false => self.body.to_vec(),
            true => match unchunked(self.body) {
                Some((bytes, whole)) => {
                    if !whole {
                        odd = Some("chunks that do not fit, read as far as they do");
                    }
                    bytes
                }
                // crawlers often keep the header of a body that they have joined
                None => self.body.to_vec(),
            },
        };
        let encodings = header(&self.headers, "content-encoding").unwrap_or("");
        // the last one was applied last
        for encoding in encodings.split(',').rev().map(str::trim) {
            match uncompressed(&bytes, &encoding.to_ascii_lowercase(), most)? {
                None => {}
                Some((plain, true)) => bytes = plain,
                Some((plain, false)) if plain.is_empty() => {
                    odd = Some("a body that is not encoded as its header says, read as it is");
                }
                Some((plain, false)) => {
                    odd = Some("packed bodies that are cut off, read as far as they go");
                    bytes = plain;
                }
            }
        }
        if bytes.len() > most {
            return Err(Unreadable::TooLong);
        }
        Ok(Body { bytes, odd })
    }
}

/// The joined chunks, and whether they ended as they should; none where the first is no chunk.
fn unchunked(mut body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut out = Vec::new();
    let mut first = true;
    loop {
        let line = memchr::memchr(b'\n', &body[..body.len().min(1 << 12)]);
        let size = line.and_then(|end| {
            let text = std::str::from_utf8(&body[..end]).ok()?;
            let digits = text.split(';').next().unwrap_or("").trim();
            usize::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
        });
        let (Some(end), Some(size)) = (line, size) else {
            return if first { None } else { Some((out, false)) };
        };
        body = &body[end + 1..];
        if size == 0 {
            return Some((out, true));
        }
        first = false;
        let here = size.min(body.len());
        out.extend_from_slice(&body[..here]);
        if here < size {
            return Some((out, false));
        }
        body = &body[size..];
        body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
    }
}

/// The unpacked bytes and whether they are whole; none where there is nothing to unpack.
fn uncompressed(
    bytes: &[u8],
    encoding: &str,
    most: usize,
) -> Result<Option<(Vec<u8>, bool)>, Unreadable> {
    let all = |reader: &mut dyn Read| -> Result<Option<(Vec<u8>, bool)>, Unreadable> {
        let mut out = Vec::new();
        let whole = reader.take(most as u64 + 1).read_to_end(&mut out).is_ok();
        if out.len() > most {
            return Err(Unreadable::TooLong);
        }
        Ok(Some((out, whole)))
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    match encoding {
        "gzip" | "x-gzip" if bytes.starts_with(&[0x1f, 0x8b]) => {
            all(&mut flate2::bufread::MultiGzDecoder::new(bytes))
        }
        // joined and unpacked by the crawler, the header kept
        "gzip" | "x-gzip" => Ok(None),
        "deflate" => {
            let zlib = all(&mut flate2::bufread::ZlibDecoder::new(bytes))?;
            match zlib {
                Some((plain, false)) if plain.is_empty() => {
                    all(&mut flate2::bufread::DeflateDecoder::new(bytes))
                }
                found => Ok(found),
            }
        }
        "zstd" if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            let decoder = zstd::stream::read::Decoder::with_buffer(bytes);
            match decoder {
                Ok(mut decoder) => all(&mut decoder),
                Err(_) => Ok(Some((Vec::new(), false))),
            }
        }
        "zstd" => Ok(None),
        #[cfg(feature = "compression")]
        "br" => all(&mut brotli_decompressor::Decompressor::new(bytes, 1 << 14)),
        #[cfg(not(feature = "compression"))]
        "br" => {
            Err(Unreadable::Encoding(super::open::needs("is packed with Brotli", "compression")))
        }
        "" | "identity" | "none" | "utf-8" | "binary" => Ok(None),
        other => Err(Unreadable::Encoding(format!("is encoded as {other}, which is not read"))),
    }
}

/// What a `Content-Type` says: the type in lower case, and the character encoding.
pub fn content_type(value: &str) -> (String, Option<&'static encoding_rs::Encoding>) {
    let mut parts = value.split(';');
    let kind = parts.next().unwrap_or("").trim().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| super::charset::labelled(value))?
    });
    (kind, charset)
}

/// Reads all of `reader`, but no more than `most` bytes; whether there was more.
pub fn read_up_to(reader: &mut dyn Read, most: usize, out: &mut Vec<u8>) -> (io::Result<()>, bool) {
    let read = reader.take(most as u64 + 1).read_to_end(out).map(|_| ());
    (read, out.len() > most)
}
