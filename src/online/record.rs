//! What an index keeps of a document in its record.

use super::scan;
use super::scratch::whole_probe;
use super::store::{DocId, Parts};
use crate::content;
use crate::error::IndexError;
use crate::recipe::Recipe;
use crate::sketch::DecodeError;

/// What an index keeps of a document in its record.
pub(super) struct Stored<'a> {
    pub(super) key: &'a [u8],
    pub(super) time: Option<i64>,
    pub(super) body: &'a [u8],
}

/// Appends the payload of a record: the time (8 bytes, the least number if there is none), the sketch.
pub(super) fn write_payload(time: Option<i64>, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&time.unwrap_or(i64::MIN).to_le_bytes());
    out.extend_from_slice(body);
}

pub(super) fn stored<'b>(
    doc: DocId,
    buffer: &'b [u8],
    parts: &Parts,
) -> Result<Stored<'b>, IndexError> {
    let payload = &buffer[parts.payload.clone()];
    let Some((time, body)) = payload.split_first_chunk::<8>() else {
        return Err(damaged(doc, &DecodeError::value("payload", payload.len(), "8 bytes or more")));
    };
    let time = i64::from_le_bytes(*time);
    let time = (time != i64::MIN).then_some(time);
    Ok(Stored { key: &buffer[parts.key.clone()], time, body })
}

pub(super) fn damaged(doc: DocId, error: &DecodeError) -> IndexError {
    IndexError::Corrupt {
        file: format!("the record of document {doc}"),
        offset: 0,
        expected: "a sketch".to_owned(),
        found: error.to_string(),
    }
}

/// A sketch from elsewhere that does not fit.
pub(super) fn foreign(error: &DecodeError) -> IndexError {
    IndexError::Corrupt {
        file: "the sketch".to_owned(),
        offset: 0,
        expected: "one of the index's recipe".to_owned(),
        found: error.to_string(),
    }
}

/// All fingerprints under which a sketch of this body is posted, each once, and how much of it is prose.
pub(super) fn posted(recipe: Recipe, body: &[u8]) -> Result<(Vec<u64>, u32), DecodeError> {
    let mut out = Vec::with_capacity(body.len() / 12);
    let (head, mass) = scan::indexed(body, |_, hash| out.push(hash))?;
    head.check(recipe)?;
    if head.tokens > 0 {
        let whole = whole_probe(head.content_hash);
        if !out.contains(&whole) {
            out.push(whole);
        }
    }
    Ok((out, sixteenths(mass)))
}

/// Mass in sixteenths of a word.
pub(super) fn sixteenths(mass: u64) -> u32 {
    u32::try_from(mass / u64::from(content::WORD / 16)).unwrap_or(u32::MAX)
}
