//! The log's bytes: one frame an operation.
//!
//! A log begins with 32 bytes: `nearclog`, format version (4 bytes), 0 (4), number of the first
//! operation (8), XXH3-64 of these 24 bytes (8). Frames follow:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | XXH3-64 of the rest of the frame |
//! | 8 | 4 | length of the body |
//! | 12 | 4 | kind: 0 mark, 1 append, 2 post, 3 set head, 4 remove, 5 group |
//! | 16 | 8 | number of the operation, of a group the first one's; of a mark, the next one's |
//! | 24 | 8 | operations before this one were durable when the frame was written |
//! | 32 | | body |
//!
//! Bodies: append = document (4), head (32), length of the key (2), number of fingerprints (4), key,
//! fingerprints (the 40 bits of [`key_of`](super::table::key_of), 5 bytes each), payload; post =
//! document (4), fingerprints; set head = document (4), head (32); remove = document (4); group = of
//! each operation its kind (4), the length of its body (4) and its body: as one frame they are all
//! there after a crash, or none. A mark follows each sync, so that what was durable is known even if no
//! operation came after it.

use super::bytes::{Fields, u32_at, u40, u40_at, u64_at};
use super::chains::MAX_POSTINGS;
use super::sealed::VERSION;
use super::{DocId, HEAD, MAX_GROUP, MAX_KEY, MAX_PAYLOAD, Record};
use crate::hash;

pub(super) const LOG_HEADER: usize = 32;
pub(super) const FRAME_HEADER: usize = 32;
const MAGIC: &[u8; 8] = b"nearclog";
/// Most bytes of the body of one operation but a group.
const MAX_SINGLE: usize = 4 + HEAD + 2 + 4 + MAX_KEY + 5 * MAX_POSTINGS + MAX_PAYLOAD;
/// Most bytes of a body: that of a group with a record, postings and heads.
const MAX_BODY: usize = MAX_SINGLE + MAX_GROUP * (8 + 4 + HEAD) + 5 * MAX_POSTINGS;
const GROUP: u32 = 5;

/// What was done; fingerprints as keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation<'a> {
    Mark,
    Append {
        doc: DocId,
        record: Record<'a>,
        keys: Vec<u64>,
    },
    Post {
        doc: DocId,
        keys: Vec<u64>,
    },
    SetHead {
        doc: DocId,
        head: [u8; HEAD],
    },
    Remove {
        doc: DocId,
    },
    /// None of them a mark or a group.
    Group(Vec<Operation<'a>>),
}

impl Operation<'_> {
    /// Operations that it counts as.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Mark => 0,
            Self::Group(all) => all.len() as u64,
            _ => 1,
        }
    }
}

pub(super) fn log_header(first_operation: u64) -> [u8; LOG_HEADER] {
    let mut header = [0; LOG_HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[16..24].copy_from_slice(&first_operation.to_le_bytes());
    let sum = hash::bytes(&header[..24]);
    header[24..].copy_from_slice(&sum.to_le_bytes());
    header
}

/// What a log begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogStart {
    First(u64),
    OtherVersion(u32),
    Damaged,
}

pub(super) fn log_start(bytes: &[u8]) -> LogStart {
    let Some(header) = bytes.get(..LOG_HEADER) else { return LogStart::Damaged };
    if header[..8] != *MAGIC || hash::bytes(&header[..24]) != u64_at(header, 24) {
        return LogStart::Damaged;
    }
    match u32_at(header, 8) {
        VERSION => LogStart::First(u64_at(header, 16)),
        other => LogStart::OtherVersion(other),
    }
}

/// Adds a frame to `out`.
pub(super) fn encode(operation: &Operation<'_>, number: u64, durable: u64, out: &mut Vec<u8>) {
    let at = out.len();
    out.extend_from_slice(&[0; FRAME_HEADER]);
    let kind = put_body(operation, out);
    let frame = &mut out[at..];
    let body = (frame.len() - FRAME_HEADER) as u32;
    frame[8..12].copy_from_slice(&body.to_le_bytes());
    frame[12..16].copy_from_slice(&kind.to_le_bytes());
    frame[16..24].copy_from_slice(&number.to_le_bytes());
    frame[24..32].copy_from_slice(&durable.to_le_bytes());
    let sum = hash::bytes(&frame[8..]);
    frame[..8].copy_from_slice(&sum.to_le_bytes());
}

/// Adds the body of an operation and returns its kind.
fn put_body(operation: &Operation<'_>, out: &mut Vec<u8>) -> u32 {
    match operation {
        Operation::Mark => 0,
        Operation::Append { doc, record, keys } => {
            out.extend_from_slice(&doc.to_le_bytes());
            out.extend_from_slice(&record.head);
            out.extend_from_slice(&(record.key.len() as u16).to_le_bytes());
            out.extend_from_slice(&(keys.len() as u32).to_le_bytes());
            out.extend_from_slice(record.key);
            put_keys(keys, out);
            out.extend_from_slice(record.payload);
            1
        }
        Operation::Post { doc, keys } => {
            out.extend_from_slice(&doc.to_le_bytes());
            put_keys(keys, out);
            2
        }
        Operation::SetHead { doc, head } => {
            out.extend_from_slice(&doc.to_le_bytes());
            out.extend_from_slice(head);
            3
        }
        Operation::Remove { doc } => {
            out.extend_from_slice(&doc.to_le_bytes());
            4
        }
        Operation::Group(all) => {
            for one in all {
                let at = out.len();
                out.extend_from_slice(&[0; 8]);
                let kind = put_body(one, out);
                let len = (out.len() - at - 8) as u32;
                out[at..at + 4].copy_from_slice(&kind.to_le_bytes());
                out[at + 4..at + 8].copy_from_slice(&len.to_le_bytes());
            }
            GROUP
        }
    }
}

fn put_keys(keys: &[u64], out: &mut Vec<u8>) {
    for &key in keys {
        out.extend_from_slice(&u40(key));
    }
}

/// A frame whose checksum holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Bytes of all of it.
    pub len: usize,
    pub number: u64,
    pub durable: u64,
    kind: u32,
    body: &'a [u8],
}

/// The bytes that a frame at the beginning of `bytes` would have, if it can be one.
fn frame_len(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..FRAME_HEADER)?;
    let body = u32_at(header, 8) as usize;
    let sane = body <= MAX_BODY && u32_at(header, 12) <= GROUP;
    (sane && body <= bytes.len() - FRAME_HEADER).then_some(FRAME_HEADER + body)
}

/// The frame at the beginning of `bytes`.
pub(super) fn frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let frame = &bytes[..frame_len(bytes)?];
    (hash::bytes(&frame[8..]) == u64_at(frame, 0)).then(|| Frame {
        len: frame.len(),
        number: u64_at(frame, 16),
        durable: u64_at(frame, 24),
        kind: u32_at(frame, 12),
        body: &frame[FRAME_HEADER..],
    })
}

impl<'a> Frame<'a> {
    /// What the frame says; `None` if its body does not fit its kind.
    pub(super) fn operation(&self) -> Option<Operation<'a>> {
        if self.kind != GROUP {
            return single(self.kind, self.body);
        }
        let mut body = Fields(self.body);
        let mut all = Vec::new();
        while !body.0.is_empty() {
            let (kind, len) = (body.u32()?, body.u32()?);
            let one = single(kind, body.take(len as usize)?)?;
            if one == Operation::Mark {
                return None;
            }
            all.push(one);
        }
        Some(Operation::Group(all))
    }
}

/// An operation that is no group.
fn single(kind: u32, body: &[u8]) -> Option<Operation<'_>> {
    let mut body = Fields(body);
    let operation = match kind {
        0 => Operation::Mark,
        1 => {
            let doc = body.u32()?;
            let head = body.take(HEAD)?.try_into().ok()?;
            let (key_len, count) = (body.u16()?, body.u32()?);
            let key = body.take(key_len.into())?;
            let keys = take_keys(body.take((count as usize).checked_mul(5)?)?);
            let payload = body.take(body.0.len())?;
            let record = Record { key, head, fingerprints: &[], payload };
            Operation::Append { doc, record, keys }
        }
        2 => {
            let doc = body.u32()?;
            let keys = body.take(body.0.len() / 5 * 5)?;
            Operation::Post { doc, keys: take_keys(keys) }
        }
        3 => Operation::SetHead { doc: body.u32()?, head: body.take(HEAD)?.try_into().ok()? },
        4 => Operation::Remove { doc: body.u32()? },
        _ => return None,
    };
    body.0.is_empty().then_some(operation)
}

fn take_keys(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(5).map(|b| u40_at(b, 0)).collect()
}

/// Whether a frame somewhere in `bytes` says that operation `number` was durable. `None` if that
/// cannot be told with as much work as reading the bytes a few times.
pub(super) fn says_durable(bytes: &[u8], number: u64) -> Option<bool> {
    let mut work = 8 * bytes.len() as u64 + (1 << 16);
    let mut at = 0;
    while at + FRAME_HEADER <= bytes.len() {
        let header = &bytes[at..at + FRAME_HEADER];
        let plausible = frame_len(&bytes[at..]).is_some()
            && u64_at(header, 16) >= number
            && u64_at(header, 24) <= u64_at(header, 16);
        if plausible {
            let len = frame_len(&bytes[at..]).unwrap_or(0);
            work = work.checked_sub(len as u64)?;
            if let Some(frame) = frame(&bytes[at..]) {
                if frame.durable > number {
                    return Some(true);
                }
                at += frame.len;
                continue;
            }
        }
        at += 1;
    }
    Some(false)
}
