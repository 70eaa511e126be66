//! Keeps the nesting of a page within bounds before it is parsed.
//!
//! Building the tree of a page takes time for each element that is open around a tag, and misnested
//! formatting is repeated in each block that follows, so a page made for the purpose would never be
//! done. Start tags that nest deeper than any page does are dropped, as browsers do; text stays.

use std::borrow::Cow;

/// Elements around an element at most, as in browsers.
const DEEPEST: usize = 512;
/// Of these, elements of formatting.
const DEEPEST_FORMATTING: usize = 32;

/// Elements that are repeated when a block ends inside them.
const FORMATTING: &[&[u8]] = &[
    b"a", b"b", b"big", b"code", b"em", b"font", b"i", b"nobr", b"s", b"small", b"strike",
    b"strong", b"tt", b"u",
];

/// Elements that hold nothing or end by themselves before the next of their kind.
const FLAT: &[&[u8]] = &[
    b"area",
    b"base",
    b"basefont",
    b"bgsound",
    b"body",
    b"br",
    b"col",
    b"colgroup",
    b"dd",
    b"dt",
    b"embed",
    b"frame",
    b"head",
    b"hr",
    b"html",
    b"img",
    b"input",
    b"keygen",
    b"li",
    b"link",
    b"meta",
    b"optgroup",
    b"option",
    b"p",
    b"param",
    b"rb",
    b"rp",
    b"rt",
    b"rtc",
    b"source",
    b"tbody",
    b"td",
    b"tfoot",
    b"th",
    b"thead",
    b"tr",
    b"track",
    b"wbr",
];

/// Elements of which the content is text up to their end tag.
const RAW: &[&[u8]] =
    &[b"iframe", b"noembed", b"noframes", b"script", b"style", b"textarea", b"title", b"xmp"];

/// The page without the start tags that nest too deep.
pub fn flattened(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut out = String::new();
    // bytes before this are copied or dropped
    let mut copied = 0;
    let (mut open, mut formatting) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(tag) = memchr::memchr(b'<', &bytes[at..]).map(|n| at + n) {
        let rest = &bytes[tag + 1..];
        if rest.starts_with(b"!--") {
            at = find(bytes, tag + 4, b"-->").map_or(bytes.len(), |end| end + 3);
            continue;
        }
        let closing = rest.first() == Some(&b'/');
        let name = &rest[usize::from(closing)..];
        let length = name.iter().take_while(|b| !b"\t\n\x0c\r />".contains(b)).count();
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            at = tag + 1;
            continue;
        }
        let name = name[..length.min(16)].to_ascii_lowercase();
        let name = name.as_slice();
        let end = tag_end(bytes, tag + 1 + usize::from(closing) + length);
        at = end;
        if FLAT.contains(&name) {
            continue;
        }
        let formats = FORMATTING.contains(&name);
        if closing {
            open = open.saturating_sub(1);
            formatting = formatting.saturating_sub(usize::from(formats));
        } else if RAW.contains(&name) {
            at = raw_end(bytes, end, name);
        } else if open >= DEEPEST || (formats && formatting >= DEEPEST_FORMATTING) {
            out.push_str(&html[copied..tag]);
            copied = end;
        } else if bytes[..end].ends_with(b"/>") && foreign(name) {
            // a shape of a drawing, which ends here
        } else {
            open += 1;
            formatting += usize::from(formats);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// Whether an element of this name stands in drawings only.
fn foreign(name: &[u8]) -> bool {
    const SHAPES: &[&[u8]] = &[
        b"animate",
        b"circle",
        b"ellipse",
        b"g",
        b"image",
        b"line",
        b"path",
        b"polygon",
        b"polyline",
        b"rect",
        b"set",
        b"stop",
        b"text",
        b"tspan",
        b"use",
    ];
    SHAPES.contains(&name)
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memmem::find(rest, what).map(|at| from + at)
}

/// Where the tag ends whose name ends at `at`; quoted values may hold `>`.
fn tag_end(bytes: &[u8], mut at: usize) -> usize {
    let mut quote = None;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match (quote, byte) {
            (None, b'>') => return at,
            // a quotation mark opens a value only behind its sign
            (None, b'"' | b'\'') if bytes[..at - 1].trim_ascii_end().ends_with(b"=") => {
                quote = Some(byte);
            }
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    at
}

/// Where the end tag of a raw element begins, or the end.
fn raw_end(bytes: &[u8], mut at: usize, name: &[u8]) -> usize {
    while let Some(end) = find(bytes, at, b"</") {
        let here = &bytes[end + 2..];
        if here.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return end;
        }
        at = end + 2;
    }
    bytes.len()
}
