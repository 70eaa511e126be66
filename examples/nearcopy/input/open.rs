//! Bytes from a file, unpacked where they are packed.

use super::ahead::Ahead;
use super::buffer::{Bytes, Input};
use super::gzip::Members;
use super::meter::{Meter, Metered};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

const BUFFER: usize = 1 << 16;

/// Files from this size on are read ahead of the parser.
const WORTH_A_THREAD: u64 = 1 << 20;

/// Windows that a zstd stream may ask for: up to 2 GiB, as `zstd --long=31` writes.
const ZSTD_WINDOW_LOG: u32 = 31;

/// Memory that an xz stream may ask for, in KiB: `xz -9` needs 65 MiB, the largest window 1.5 GiB.
#[cfg(feature = "compression")]
const XZ_MEMORY_KIB: u32 = 2 << 20;

/// A file that was begun.
pub struct Opened {
    /// Its unpacked bytes.
    pub input: Input,
    /// The name of what it is packed with, `none` for plain files.
    pub packing: &'static str,
    /// Counts the bytes as they stand in the file.
    pub meter: Meter,
}

pub fn open(path: &Path) -> io::Result<Opened> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    unpack(Box::new(file), size >= WORTH_A_THREAD)
}

pub fn standard_input() -> io::Result<Opened> {
    unpack(Box::new(io::stdin()), false)
}

/// Looks at the first bytes and unpacks.
fn unpack(raw: Bytes, read_ahead: bool) -> io::Result<Opened> {
    let meter = Meter::new();
    let mut raw = Metered::new(raw, meter.clone());
    let mut head = Vec::with_capacity(6);
    (&mut raw).take(6).read_to_end(&mut head)?;
    let all = Cursor::new(head.clone()).chain(raw);
    let (packing, bytes): (_, Bytes) = match head.as_slice() {
        [0x1f, 0x8b, ..] => ("gzip", Box::new(Members::new(BufReader::with_capacity(BUFFER, all)))),
        // a zstd frame, or a skippable one before it
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            let mut decoder = zstd::stream::read::Decoder::new(all)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            ("zstd", Box::new(decoder))
        }
        #[cfg(feature = "compression")]
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
            let raw = BufReader::with_capacity(BUFFER, all);
            ("bzip2", Box::new(bzip2::bufread::MultiBzDecoder::new(raw)))
        }
        #[cfg(feature = "compression")]
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            let raw = BufReader::with_capacity(BUFFER, all);
            ("xz", Box::new(lzma_rust2::XzReader::new_mem_limit(raw, true, XZ_MEMORY_KIB)))
        }
        #[cfg(not(feature = "compression"))]
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
            return Err(io::Error::other(needs("is packed with bzip2", "compression")));
        }
        #[cfg(not(feature = "compression"))]
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            return Err(io::Error::other(needs("is packed with xz", "compression")));
        }
        [b'P', b'K', 3, 4, ..] => {
            return Err(io::Error::other("is a zip archive, which is not read; unpack it first"));
        }
        [b'7', b'z', 0xbc, 0xaf, ..] => {
            return Err(io::Error::other("is a 7z archive, which is not read; unpack it first"));
        }
        [b'%', b'P', b'D', b'F', ..] => {
            return Err(io::Error::other("is a PDF, which is not read; extract its text first"));
        }
        _ => ("none", Box::new(all)),
    };
    let bytes = if read_ahead { Ahead::start(bytes) } else { bytes };
    let mut input = Input::new(bytes);
    if input.peek(262).get(257..) == Some(b"ustar") {
        return Err(io::Error::other("is a tar archive, which is not read; unpack it first"));
    }
    Ok(Opened { input, packing, meter })
}

/// What to say of something that this build leaves out.
#[allow(dead_code, reason = "a build with all formats lacks nothing")]
pub fn needs(what: &str, feature: &str) -> String {
    format!(
        "{what}, which this build does not read; build nearcopy with --features {feature} \
         (or all-formats)"
    )
}

/// Whether more than one byte in thirty at the beginning is a control character that no text holds.
pub fn looks_binary(input: &mut Input) -> bool {
    let head = input.peek(8192);
    let odd = |b: &&u8| matches!(**b, 0..=8 | 14..=26 | 28..=31 | 127);
    // two bytes a character
    super::charset::utf16(head).is_none() && head.iter().filter(odd).count() * 30 > head.len()
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
