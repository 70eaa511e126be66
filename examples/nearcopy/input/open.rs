//! Bytes from a file, unpacked where they are packed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

/// Unpacked bytes.
pub type Unpacked = Box<dyn BufRead>;

const BUFFER: usize = 1 << 16;

/// Windows that a zstd stream may ask for: up to 2 GiB, as `zstd --long=31` writes.
const ZSTD_WINDOW_LOG: u32 = 31;

pub fn open(path: &Path) -> io::Result<Unpacked> {
    unpack(Box::new(File::open(path)?))
}

/// Looks at the first bytes and unpacks gzip and zstd.
pub fn unpack(mut input: Box<dyn Read>) -> io::Result<Unpacked> {
    let mut head = Vec::with_capacity(6);
    (&mut input).take(6).read_to_end(&mut head)?;
    let packed = |name| {
        io::Error::other(format!("is packed with {name}, which is not read; unpack it first"))
    };
    let all = Cursor::new(head.clone()).chain(input);
    Ok(match head.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(BufReader::with_capacity(
            BUFFER,
            flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BUFFER, all)),
        )),
        // a zstd frame, or a skippable one before it
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            let mut decoder = zstd::stream::read::Decoder::new(all)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(BufReader::with_capacity(BUFFER, decoder))
        }
        [b'B', b'Z', b'h', ..] => return Err(packed("bzip2")),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => return Err(packed("xz")),
        [b'P', b'K', 3, 4, ..] => return Err(packed("zip")),
        [b'%', b'P', b'D', b'F', ..] => {
            return Err(io::Error::other("is a PDF, which is not read; extract its text first"));
        }
        [b'P', b'A', b'R', b'1', ..] => {
            return Err(io::Error::other("is Parquet, which is not read; write it as JSON lines"));
        }
        _ => Box::new(BufReader::with_capacity(BUFFER, all)),
    })
}

/// Whether the first character that is not blank is an opening brace.
pub fn begins_with_brace(input: &mut Unpacked) -> io::Result<bool> {
    let head = input.fill_buf()?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    Ok(head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{'))
}

/// Whether more than one byte in thirty at the beginning is a control character that no text holds.
pub fn looks_binary(input: &mut Unpacked) -> io::Result<bool> {
    let head = input.fill_buf()?;
    let head = &head[..head.len().min(8192)];
    let odd = |b: &&u8| matches!(**b, 0..=8 | 14..=26 | 28..=31 | 127);
    // two bytes a character, marked as such: text that the reader names
    let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    Ok(!utf16 && head.iter().filter(odd).count() * 30 > head.len())
}

/// The error in words that say what to do.
pub fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read; check its permissions".to_owned(),
        io::ErrorKind::UnexpectedEof => {
            "is cut off: the packed data ends too early; fetch it again".to_owned()
        }
        _ => error.to_string(),
    }
}
