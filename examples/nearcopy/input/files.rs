//! Names and folders.

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What the ending of a name says of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Lines,
    Unknown,
}

/// The path as an id and in messages: with `/` on every system.
pub fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() }
}

/// The ending of a name, that of packing left out, in lower case.
fn ending(path: &Path) -> Option<String> {
    let lower = |path: &Path| path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match lower(path)?.as_str() {
        "gz" | "gzip" | "zst" | "zstd" => lower(Path::new(path.file_stem()?)),
        other => Some(other.to_owned()),
    }
}

pub fn kind(path: &Path) -> Kind {
    match ending(path).as_deref() {
        Some("jsonl" | "ndjson" | "jsonlines") => Kind::Lines,
        Some("txt" | "text" | "md") => Kind::Text,
        _ => Kind::Unknown,
    }
}

pub fn has_ending(path: &Path, endings: &[String]) -> bool {
    ending(path).is_some_and(|ending| {
        endings.iter().any(|e| e.trim_start_matches('.').eq_ignore_ascii_case(&ending))
    })
}

/// The files of a folder and its folders, by name; hidden ones are passed over. What cannot be
/// looked at comes as its name and the reason.
pub fn inside(folder: &Path) -> impl Iterator<Item = Result<PathBuf, (String, String)>> {
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let root = folder.to_owned();
    WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| entry.depth() == 0 || !hidden(entry.file_name()))
        .filter_map(move |entry| match entry {
            Ok(entry) => entry.file_type().is_file().then(|| Ok(entry.into_path())),
            Err(error) => {
                let at = error.path().unwrap_or(&root);
                let what = match error.io_error() {
                    Some(io) => super::open::explain(io),
                    None => "is a link to a folder that holds it; passed over".to_owned(),
                };
                Some(Err((name(at), what)))
            }
        })
}
