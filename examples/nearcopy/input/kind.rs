//! What a file holds: by its first bytes where they are unmistakable, else by the ending of its
//! name, else by its first characters.

use super::args;
use super::buffer::Input;
use super::files;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One document.
    Text,
    /// One document with markup.
    Html,
    /// One JSON object a line.
    Lines,
    /// JSON objects in a list, or one behind the other.
    Json,
    /// Columns separated by commas, or what the header shows.
    Csv,
    /// Columns separated by tabs.
    Tsv,
    Parquet,
    /// WARC, WET, WAT or ARC.
    Archive,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Lines => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Archive => "archive",
        }
    }

    fn asked_for(input: args::Input) -> Option<Self> {
        Some(match input {
            args::Input::Auto => return None,
            args::Input::Text => Self::Text,
            args::Input::Html => Self::Html,
            args::Input::Jsonl => Self::Lines,
            args::Input::Json => Self::Json,
            args::Input::Csv => Self::Csv,
            args::Input::Tsv => Self::Tsv,
            args::Input::Parquet => Self::Parquet,
            args::Input::Warc => Self::Archive,
        })
    }

    fn of_name(path: &Path) -> Option<Self> {
        Some(match files::ending(path)?.as_str() {
            "jsonl" | "ndjson" | "jsonlines" => Self::Lines,
            "json" => Self::Json,
            "txt" | "text" | "md" | "markdown" => Self::Text,
            "html" | "htm" | "xhtml" => Self::Html,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "parquet" | "pq" => Self::Parquet,
            "warc" | "wet" | "wat" | "arc" => Self::Archive,
            _ => return None,
        })
    }

    /// The kind of a file of this name (none for standard input) and content.
    pub fn find(asked: args::Input, path: Option<&Path>, input: &mut Input) -> Self {
        if let Some(kind) = Self::asked_for(asked) {
            return kind;
        }
        let head = input.peek(1024);
        if head.starts_with(b"WARC/") || head.starts_with(b"filedesc://") {
            return Self::Archive;
        }
        if head.starts_with(b"PAR1") {
            return Self::Parquet;
        }
        if let Some(kind) = path.and_then(Self::of_name) {
            return kind;
        }
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let lower = head[..head.len().min(16)].to_ascii_lowercase();
        match head.first() {
            Some(b'{') => Self::Lines,
            Some(b'[') if head[1..].trim_ascii_start().first() == Some(&b'{') => Self::Json,
            _ if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") => Self::Html,
            // what comes through a pipe is a stream of records
            _ if path.is_none() => Self::Lines,
            _ => Self::Text,
        }
    }
}
