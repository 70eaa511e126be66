//! A file that is one document.

use super::open::{self, Unpacked};
use crate::exit::Stop;
use crate::problems::Problems;
use std::io::{self, Read};
use std::path::Path;

/// Spans in texts are 32 bits wide.
pub const MOST_BYTES: u64 = u32::MAX as u64;

/// Reads one text file, or standard input for `-`; any error ends the command.
pub fn read_text(path: &Path, problems: &mut Problems) -> Result<Option<String>, Stop> {
    let name = super::files::name(path);
    let input = if path.as_os_str() == "-" {
        open::unpack(Box::new(io::stdin()))
    } else if path.is_dir() {
        Err(io::Error::other("is a folder; compare takes two files"))
    } else {
        open::open(path)
    };
    match input {
        Ok(mut input) => read_into(&name, &mut input, problems),
        Err(error) => {
            problems.error(&name, None, "files", &open::explain(&error))?;
            Ok(None)
        }
    }
}

/// Reads the text of `source`; of a damaged file the part before the damage.
pub fn read_into(
    source: &str,
    input: &mut Unpacked,
    problems: &mut Problems,
) -> Result<Option<String>, Stop> {
    let mut bytes = Vec::new();
    let read = input.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    if let Err(error) = read {
        let what = open::explain(&error);
        if bytes.is_empty() {
            problems.error(source, None, "files", &what)?;
            return Ok(None);
        }
        problems.error(source, None, "files", &format!("{what}; what stands before was read"))?;
    }
    if bytes.len() as u64 > MOST_BYTES {
        let what = "is longer than 4 GiB, the most for one document; split it";
        problems.error(source, None, "files", what)?;
        return Ok(None);
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let what = "is UTF-16; convert it to UTF-8, as with iconv -f UTF-16 -t UTF-8";
        problems.error(source, None, "files", what)?;
        return Ok(None);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            problems.note("not valid UTF-8, bytes in error became U+FFFD", source);
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
    }))
}
