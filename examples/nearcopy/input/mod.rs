//! Files to documents.

mod files;
mod jsonl;
pub mod open;
mod text;

use crate::cli::{Input, InputArgs, OnDuplicateId};
use crate::exit::Stop;
use crate::layout::{clean, count};
use crate::problems::Problems;
use crate::progress::Progress;
use std::collections::{HashMap, HashSet};
use std::path::Path;

pub use text::read_text;

/// One document as it was read.
#[derive(Debug)]
pub struct Record {
    pub id: String,
    pub text: String,
    pub site: Option<String>,
    /// Index into [`Corpus::sources`].
    source: u32,
    /// The line, counted from 1, in a file of many records.
    line: Option<u64>,
    /// The bytes of the line without its end, where the lines were asked for.
    pub raw: Vec<u8>,
}

/// All documents of a run.
#[derive(Debug, Default)]
pub struct Corpus {
    pub records: Vec<Record>,
    sources: Vec<String>,
    /// Bytes of text.
    pub bytes: u64,
    /// The limit was reached before the input ended.
    pub limited: bool,
}

impl Corpus {
    /// The place of a record, as `FILE` or `FILE:LINE`.
    pub fn place(&self, record: &Record) -> String {
        let source = &self.sources[record.source as usize];
        match record.line {
            Some(line) => format!("{source}:{line}"),
            None => source.clone(),
        }
    }

    /// The file of a record.
    pub fn source(&self, record: &Record) -> &str {
        &self.sources[record.source as usize]
    }

    /// Number of files that gave documents.
    pub fn files(&self) -> usize {
        self.sources.len()
    }
}

/// What is kept of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The texts.
    Texts,
    /// Also the lines as they were; only JSON lines are read.
    Lines,
}

/// Reads all documents. Notes are left in `problems`, to be told behind the result; where there is
/// none, they are told here.
pub fn read(
    args: &InputArgs,
    wanted: Wanted,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Corpus, Stop> {
    let corpus = read_all(args, wanted, problems, progress);
    if corpus.is_err() {
        problems.tell_counts();
    }
    corpus
}

fn read_all(
    args: &InputArgs,
    wanted: Wanted,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Corpus, Stop> {
    if args.paths.iter().filter(|p| p.as_os_str() == "-").count() > 1 {
        return Err(Stop::Usage("standard input (-) can be read only once".to_owned()));
    }
    progress.reading();
    let mut reader =
        Reader { args, wanted, problems, progress, corpus: Corpus::default(), without_site: 0 };
    for path in &args.paths {
        if reader.full() {
            break;
        }
        if path.as_os_str() == "-" {
            reader.standard_input()?;
        } else {
            reader.path(path)?;
        }
    }
    let (without_site, mut corpus) = (reader.without_site, reader.corpus);
    progress.finish();
    if let Some(field) = &args.site_field
        && without_site == corpus.records.len()
        && without_site > 0
    {
        problems.note("no document names a site", &format!("--site-field {field}"));
    }
    if corpus.records.is_empty() {
        let names: Vec<String> = args.paths.iter().map(|p| clean(&p.to_string_lossy())).collect();
        return Err(Stop::NothingToDo(format!(
            "no documents in {}; expected text files, or JSON lines with a field `{}` that holds text",
            names.join(", "),
            clean(&args.text_field)
        )));
    }
    unique_ids(&mut corpus, args.on_duplicate_id)?;
    Ok(corpus)
}

struct Reader<'a> {
    args: &'a InputArgs,
    wanted: Wanted,
    problems: &'a mut Problems,
    progress: &'a Progress,
    corpus: Corpus,
    without_site: usize,
}

impl Reader<'_> {
    fn full(&mut self) -> bool {
        let full = self.args.limit.is_some_and(|limit| self.corpus.records.len() as u64 >= limit);
        self.corpus.limited |= full;
        full
    }

    fn standard_input(&mut self) -> Result<(), Stop> {
        const NAME: &str = "standard input";
        let input = open::unpack(Box::new(std::io::stdin()));
        match input {
            Ok(input) if self.args.input == Input::Text => self.text(NAME, "-", input),
            Ok(input) => self.lines(NAME, input),
            Err(error) => self.problems.error(NAME, None, "inputs", &error.to_string()),
        }
    }

    fn path(&mut self, path: &Path) -> Result<(), Stop> {
        let name = files::name(path);
        match std::fs::metadata(path) {
            Err(error) => self.problems.error(&name, None, "files", &open::explain(&error)),
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(_) => self.file(path, false),
        }
    }

    fn folder(&mut self, folder: &Path) -> Result<(), Stop> {
        let before = self.corpus.records.len();
        let mut others = (0, String::new());
        for entry in files::inside(folder) {
            if self.full() {
                return Ok(());
            }
            match entry {
                Err((name, what)) => self.problems.error(&name, None, "files", &what)?,
                Ok(path) if files::has_ending(&path, &self.args.ext) => self.file(&path, true)?,
                Ok(path) => {
                    if others.0 == 0 {
                        others.1 = files::name(&path);
                    }
                    others.0 += 1;
                    self.problems.note(
                        "left aside for the ending of the name, see --ext",
                        &files::name(&path),
                    );
                }
            }
        }
        if self.corpus.records.len() == before && others.0 > 0 {
            let what = format!(
                "holds no file that ends in {}, but {} such as {}; name the endings with --ext",
                self.args.ext.join(", "),
                count(others.0, "other", "others"),
                clean(&others.1)
            );
            self.problems.error(&files::name(folder), None, "folders", &what)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, in_folder: bool) -> Result<(), Stop> {
        let name = files::name(path);
        let mut input = match open::open(path) {
            Ok(input) => input,
            Err(error) => {
                return self.problems.error(&name, None, "files", &open::explain(&error));
            }
        };
        let lines = match self.args.input {
            Input::Jsonl => true,
            Input::Text => false,
            Input::Auto => match files::kind(path) {
                files::Kind::Lines => true,
                files::Kind::Text => false,
                files::Kind::Unknown => match open::begins_with_brace(&mut input) {
                    Ok(brace) => brace,
                    Err(error) => {
                        return self.problems.error(&name, None, "files", &open::explain(&error));
                    }
                },
            },
        };
        if lines {
            return self.lines(&name, input);
        }
        if self.wanted == Wanted::Lines {
            let what = "is not JSON lines, and dedup writes lines; use cluster for text files";
            return self.problems.error(&name, None, "files", what);
        }
        if in_folder {
            match open::looks_binary(&mut input) {
                Ok(false) => {}
                Ok(true) => {
                    self.problems.note("left aside as binary", &name);
                    return Ok(());
                }
                Err(error) => {
                    return self.problems.error(&name, None, "files", &open::explain(&error));
                }
            }
        }
        self.text(&name, &name, input)
    }

    fn text(&mut self, source: &str, id: &str, mut input: open::Unpacked) -> Result<(), Stop> {
        let Some(text) = text::read_into(source, &mut input, self.problems)? else {
            return Ok(());
        };
        self.begin_source(source);
        self.push(Record {
            id: id.to_owned(),
            text,
            site: None,
            source: 0,
            line: None,
            raw: Vec::new(),
        });
        Ok(())
    }

    fn begin_source(&mut self, source: &str) {
        self.corpus.sources.push(source.to_owned());
    }

    fn push(&mut self, mut record: Record) {
        record.source = self.corpus.sources.len() as u32 - 1;
        self.corpus.bytes += record.text.len() as u64;
        self.without_site += usize::from(record.site.is_none());
        self.corpus.records.push(record);
        if self.corpus.records.len().is_multiple_of(256) {
            self.progress.read(self.corpus.records.len() as u64);
        }
    }
}

/// Makes sure that an id names one document.
fn unique_ids(corpus: &mut Corpus, on_duplicate: OnDuplicateId) -> Result<(), Stop> {
    const SHOWN: usize = 5;
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(corpus.records.len());
    let mut twice: Vec<(usize, usize)> = Vec::new();
    for (at, record) in corpus.records.iter().enumerate() {
        if let Some(&before) = first.get(record.id.as_str()) {
            twice.push((before, at));
        } else {
            first.insert(&record.id, at);
        }
    }
    if twice.is_empty() {
        return Ok(());
    }
    if on_duplicate == OnDuplicateId::Refuse {
        let mut message = format!(
            "{} an id that stands before:",
            count(twice.len() as u64, "document has", "documents have")
        );
        for &(before, at) in twice.iter().take(SHOWN) {
            let (before, record) = (&corpus.records[before], &corpus.records[at]);
            message.push_str(&format!(
                "\n  {} at {} and at {}",
                clean(&record.id),
                clean(&corpus.place(before)),
                clean(&corpus.place(record))
            ));
        }
        if twice.len() > SHOWN {
            message.push_str(&format!("\n  and {} more", twice.len() - SHOWN));
        }
        message.push_str(
            "\nname another field with --id-field, or number them with --on-duplicate-id suffix",
        );
        return Err(Stop::Refused(message));
    }
    let mut taken: HashSet<String> = first.into_keys().map(str::to_owned).collect();
    let mut next: HashMap<usize, u64> = HashMap::new();
    for (before, at) in twice {
        let number = next.entry(before).or_insert(2);
        loop {
            let id = format!("{}#{number}", corpus.records[before].id);
            *number += 1;
            if taken.insert(id.clone()) {
                corpus.records[at].id = id;
                break;
            }
        }
    }
    Ok(())
}
