//! Fields behind those of a JSON line, whose own bytes stay as they are.

use serde::Serialize;
use serde::de::IgnoredAny;
use std::collections::HashMap;

/// What is added to a line.
#[derive(Debug)]
pub struct Added<'a> {
    /// Number of the documents that one is kept for, in order of the input, from 1.
    pub cluster: usize,
    pub keep: bool,
    /// Id of the kept one, which may be this one.
    pub kept: &'a str,
    /// File of the kept one, where there were earlier files: null for one of this batch.
    pub kept_file: Option<Option<&'a str>>,
    pub relation: Option<&'static str>,
    pub in_kept: Option<f64>,
    pub kept_in_it: Option<f64>,
}

/// Writes the line with the fields behind its own.
pub fn line(raw: &[u8], prefix: &str, added: &Added<'_>, out: &mut Vec<u8>) {
    // a line that was read is an object: its last brace closes it
    let end = raw.iter().rposition(|&b| b == b'}').unwrap_or(raw.len());
    out.extend_from_slice(&raw[..end]);
    let mut put = |name: &str, value: &dyn Fn(&mut Vec<u8>)| {
        out.push(b',');
        json(out, &format!("{prefix}{name}"));
        out.push(b':');
        value(out);
    };
    put("cluster", &|out| json(out, &added.cluster));
    put("keep", &|out| json(out, &added.keep));
    put("kept", &|out| json(out, added.kept));
    if let Some(file) = added.kept_file {
        put("kept_file", &|out| json(out, &file));
    }
    put("relation", &|out| json(out, &added.relation));
    put("in_kept", &|out| json(out, &added.in_kept));
    put("kept_in_it", &|out| json(out, &added.kept_in_it));
    out.extend_from_slice(&raw[end..]);
}

fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("names, numbers and truth values are JSON");
}

/// The first of the added fields that a line already has.
pub fn taken(raw: &[u8], prefix: &str) -> Option<String> {
    let text = String::from_utf8_lossy(raw);
    let fields: HashMap<String, IgnoredAny> =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let names = ["cluster", "keep", "kept", "kept_file", "relation", "in_kept", "kept_in_it"];
    names.map(|name| format!("{prefix}{name}")).into_iter().find(|name| fields.contains_key(name))
}
