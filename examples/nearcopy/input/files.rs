//! Names and folders.

use super::args::InputArgs;
use crate::exit::Stop;
use crate::layout::clean;
use glob::{MatchOptions, Pattern};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The path as an id and in messages: with `/` on every system.
pub fn name(path: &Path) -> String {
    let name = path.to_string_lossy();
    if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() }
}

/// The ending of a name, that of packing left out, in lower case.
pub fn ending(path: &Path) -> Option<String> {
    let lower = |path: &Path| path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match lower(path)?.as_str() {
        "gz" | "gzip" | "zst" | "zstd" | "bz2" | "xz" => lower(Path::new(path.file_stem()?)),
        other => Some(other.to_owned()),
    }
}

/// Which files of a folder are read.
pub struct Choice {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
    endings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    Yes,
    /// Not asked for.
    No,
    /// Nothing was asked for, and the ending is none that is read.
    OtherEnding,
}

impl Choice {
    pub fn new(args: &InputArgs) -> Result<Self, Stop> {
        let patterns = |texts: &[String], option: &str| -> Result<Vec<Pattern>, Stop> {
            let pattern = |text: &String| {
                Pattern::new(text)
                    .map_err(|error| Stop::Usage(format!("{option} {}: {error}", clean(text))))
            };
            texts.iter().map(pattern).collect()
        };
        Ok(Self {
            include: patterns(&args.include, "--include")?,
            exclude: patterns(&args.exclude, "--exclude")?,
            endings: args.ext.iter().map(|e| e.trim_start_matches('.').to_lowercase()).collect(),
        })
    }

    /// Whether `file`, found in `folder`, is read.
    pub fn of(&self, folder: &Path, file: &Path) -> Chosen {
        let inside = name(file.strip_prefix(folder).unwrap_or(file));
        let last = inside.rsplit('/').next().unwrap_or(&inside);
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let matches = |patterns: &[Pattern]| {
            patterns.iter().any(|pattern| {
                let whole = pattern.as_str().contains('/');
                pattern.matches_with(if whole { &inside } else { last }, options)
            })
        };
        if matches(&self.exclude) || (!self.include.is_empty() && !matches(&self.include)) {
            return Chosen::No;
        }
        let known = ending(file).is_some_and(|ending| self.endings.contains(&ending));
        if !self.include.is_empty() || known { Chosen::Yes } else { Chosen::OtherEnding }
    }
}

/// Whether [`inside`] gives the file at `path`, where no links stand in the way.
pub fn holds(folder: &Path, path: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|inside| !inside.iter().any(hidden))
}

fn hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

/// The files of a folder and its folders, by name; hidden ones are passed over. What cannot be
/// looked at comes as its name and the reason.
pub fn inside(folder: &Path) -> impl Iterator<Item = Result<PathBuf, (String, String)>> {
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
