//! Bytes to text: which encoding they are in, and how much of them was none.
//!
//! The order of belief: a byte order mark; the encoding asked for or declared (HTTP header, then the
//! document's own `meta` or XML declaration); UTF-8 where the bytes are, or mostly are, UTF-8; else a
//! guess from the bytes. A declaration of a one-byte encoding yields to bytes that are UTF-8: text in
//! another encoding is next to never valid UTF-8 by accident, and wrong declarations are common.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, BufRead, Read};

/// Text and how it came about.
#[derive(Debug)]
pub struct Decoded {
    pub text: String,
    /// Sequences of bytes that are no text, each now U+FFFD.
    pub replaced: u64,
}

/// The encoding of a label, as in `charset=`.
pub fn labelled(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.trim().as_bytes())
}

/// UTF-16, by its mark or by where the zero bytes of mostly Western text stand.
pub fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &head[..head.len().min(1024) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match half > 1 {
        true if odd * 10 > half * 4 && even * 20 < half => Some(UTF_16LE),
        true if even * 10 > half * 4 && odd * 20 < half => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether the bytes hold more characters of UTF-8 beyond ASCII than errors.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut characters, mut errors) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        let beyond = chunk.valid().bytes().filter(|&b| b >= 0xc0).count();
        characters += beyond;
        errors += usize::from(!chunk.invalid().is_empty());
    }
    errors == 0 || characters > errors
}

/// The encoding of `bytes`, the whole of a text or its beginning.
pub fn find(
    bytes: &[u8],
    declared: Option<&'static Encoding>,
    top_level_domain: Option<&str>,
) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(declared) = declared {
        let one_byte = declared.is_single_byte();
        let overruled = one_byte && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
        return if overruled { UTF_8 } else { declared };
    }
    if let Some(encoding) = utf16(bytes) {
        return encoding;
    }
    if mostly_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let domain = top_level_domain.map(str::to_ascii_lowercase);
    let domain = domain.filter(|d| d.is_ascii() && !d.contains('.')).map(String::into_bytes);
    detector.guess(domain.as_deref(), Utf8Detection::Allow)
}

/// The encoding that a page names in its head.
pub fn declared_in_html(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let find = |from: usize, what: &[u8]| {
        head[from..].windows(what.len()).position(|w| w == what).map(|at| from + at + what.len())
    };
    let value = |at: usize| {
        let rest = head[at..].trim_ascii_start();
        let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let end = rest.iter().position(|b| b"\"'; />?\t\r\n".contains(b)).unwrap_or(rest.len());
        let encoding = Encoding::for_label(&rest[..end])?;
        // bytes that spell this out one by one are not UTF-16
        let two_bytes = encoding == UTF_16LE || encoding == UTF_16BE;
        Some(if two_bytes { UTF_8 } else { encoding })
    };
    if head.trim_ascii_start().starts_with(b"<?xml")
        && let Some(found) = find(0, b"encoding").and_then(value)
    {
        return Some(found);
    }
    let mut at = find(0, b"<meta")?;
    loop {
        let end = head[at..].iter().position(|&b| b == b'>').map_or(head.len(), |n| at + n);
        if let Some(found) = find(at, b"charset").filter(|&c| c <= end).and_then(value) {
            return Some(found);
        }
        at = find(end, b"<meta")?;
    }
}

/// Decodes a whole text.
pub fn decode(bytes: Vec<u8>, encoding: &'static Encoding) -> Decoded {
    let mark = Encoding::for_bom(&bytes).map_or(0, |(_, length)| length);
    if encoding != UTF_8 {
        let (text, errors) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let marks = |text: &str| text.matches('\u{fffd}').count() as u64;
        let replaced = if errors { marks(&text) } else { 0 };
        return Decoded { text: text.into_owned(), replaced };
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            text.drain(..mark);
            Decoded { text, replaced: 0 }
        }
        Err(error) => {
            let bytes = &error.as_bytes()[mark..];
            let (text, replaced) = lossy(bytes);
            Decoded { text, replaced }
        }
    }
}

/// UTF-8 with U+FFFD for each sequence in error, and the number of those.
pub fn lossy(bytes: &[u8]) -> (String, u64) {
    let replaced = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    (String::from_utf8_lossy(bytes).into_owned(), replaced as u64)
}

/// Bytes of another encoding as UTF-8, while they are read. Errors become U+FFFD.
pub struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    replaced: std::sync::Arc<std::sync::atomic::AtomicU64>,
    waiting: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> Transcoder<R> {
    /// Counts the errors in `replaced`.
    pub fn new(
        inner: R,
        encoding: &'static Encoding,
        replaced: std::sync::Arc<std::sync::atomic::AtomicU64>,
    ) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, replaced, waiting: Vec::new(), at: 0, ended: false }
    }
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.at == self.waiting.len() && !self.ended {
            let here = self.inner.fill_buf()?;
            let here = &here[..here.len().min(1 << 14)];
            self.ended = here.is_empty();
            self.waiting.resize(here.len() * 3 + 16, 0);
            let (mut read, mut written) = (0, 0);
            loop {
                let (result, r, w) = self.decoder.decode_to_utf8_without_replacement(
                    &here[read..],
                    &mut self.waiting[written..],
                    self.ended,
                );
                (read, written) = (read + r, written + w);
                match result {
                    DecoderResult::InputEmpty => break,
                    DecoderResult::OutputFull => self.waiting.resize(2 * self.waiting.len(), 0),
                    DecoderResult::Malformed(..) => {
                        self.replaced.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        self.waiting.resize(self.waiting.len().max(written + 3 + 16), 0);
                        self.waiting[written..written + 3].copy_from_slice("\u{fffd}".as_bytes());
                        written += 3;
                    }
                }
            }
            self.waiting.truncate(written);
            self.at = 0;
            self.inner.consume(read);
        }
        let n = to.len().min(self.waiting.len() - self.at);
        to[..n].copy_from_slice(&self.waiting[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
