//! Reads articles: records of JSON, one a line, or a folder of text files.

use super::corpus::Article;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The articles of `path`; texts under `text_field`, ids under `id_field`, titles under "title".
pub(crate) fn read(path: &Path, text_field: &str, id_field: &str) -> Result<Vec<Article>, String> {
    let failed = |path: &Path, e: std::io::Error| format!("cannot read {}: {e}", path.display());
    if !path.is_dir() {
        let lines = fs::read_to_string(path).map_err(|e| failed(path, e))?;
        let records = lines.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
        return records
            .map(|(at, line)| {
                record(line, at, text_field, id_field)
                    .map_err(|e| format!("{}, line {}: {e}", path.display(), at + 1))
            })
            .collect();
    }
    let mut files: Vec<_> = fs::read_dir(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| failed(path, e))?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|p| p.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let text = fs::read_to_string(file).map_err(|e| failed(file, e))?;
            let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Article { id, title: None, text })
        })
        .collect()
}

fn record(line: &str, at: usize, text_field: &str, id_field: &str) -> Result<Article, String> {
    let value: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let text = value[text_field].as_str().ok_or_else(|| {
        format!("no text under \"{text_field}\"; --text-field names another field")
    })?;
    let id = match &value[id_field] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => (at + 1).to_string(),
    };
    let title = value["title"].as_str().filter(|t| !t.is_empty()).map(str::to_owned);
    Ok(Article { id, title, text: text.to_owned() })
}
