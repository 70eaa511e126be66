//! Files to documents.
//!
//! `open` unpacks a file, `kind` says what it holds, and one file for each kind takes the documents
//! out of it: `text` and `html`, `jsonl`, `table`, `parquet`, `archive`. Records are read one at a
//! time; only the texts that are kept stay in memory.

mod ahead;
mod archive;
pub mod args;
mod buffer;
mod charset;
mod fields;
mod files;
#[cfg(feature = "html")]
mod flatten;
mod gzip;
mod html;
mod http;
mod ids;
mod jsonl;
mod kept;
mod kind;
pub mod meter;
pub mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod quotes;
mod sample;
mod spool;
mod table;
mod text;
mod warc;

use crate::exit::Stop;
use crate::layout::{clean, count};
use crate::problems::Problems;
use crate::progress::Progress;
use args::InputArgs;
use buffer::Input;
use encoding_rs::Encoding;
use fields::{Fields, Found, Named};
use files::{Choice, Chosen};
use kind::Kind;
use meter::Meter;
use sample::Sampler;
use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use kept::{Content, Kept};
pub use text::read_text;

/// One document as it was read, but for its content.
#[derive(Debug)]
pub struct Record {
    pub id: Box<str>,
    /// Documents of one site share it.
    pub site: Option<Arc<str>>,
    /// As the record or the archive writes it.
    pub date: Option<Box<str>>,
    /// Index into [`Corpus::sources`].
    source: u32,
    /// The line, row or record, counted from 1, in a file of many documents.
    line: Option<NonZeroU64>,
}

/// A file that was read.
pub struct Source {
    /// As it was given or found.
    pub name: String,
    pub kind: &'static str,
    pub packing: &'static str,
    /// Documents it gave, before any sample.
    pub documents: u64,
    /// Where it stands; none for standard input.
    path: Option<PathBuf>,
    meter: Meter,
}

impl Source {
    /// Size and digest of the whole file; none for a standard input that was not read to its end.
    pub fn digest(&self) -> io::Result<Option<meter::Digest>> {
        if let Some(path) = &self.path
            && self.meter.digest().is_none()
        {
            self.meter.complete(path)?;
        }
        Ok(self.meter.digest())
    }
}

/// All documents of a run.
#[derive(Default)]
pub struct Corpus {
    pub records: Vec<Record>,
    pub sources: Vec<Source>,
    /// The text of each record.
    pub texts: Kept<Box<str>>,
    /// The line of each record, where the lines were asked for.
    pub lines: Kept<Box<[u8]>>,
    /// Bytes of text.
    pub bytes: u64,
    /// Documents that were read, before any sample.
    pub read: u64,
    /// The limit was reached before the input ended.
    pub limited: bool,
}

impl Corpus {
    /// The text of document `doc`.
    pub fn text(&self, doc: usize) -> io::Result<Cow<'_, str>> {
        match &self.texts {
            Kept::Spooled(spool) => spool.text(doc).map(Cow::Owned),
            Kept::Held(texts) => Ok(Cow::Borrowed(&texts[doc])),
        }
    }

    /// The line of document `doc`, where the lines were asked for.
    pub fn line(&self, doc: usize) -> io::Result<Cow<'_, [u8]>> {
        match &self.lines {
            Kept::Spooled(spool) => spool.bytes(doc).map(Cow::Owned),
            Kept::Held(lines) => Ok(Cow::Borrowed(&lines[doc])),
        }
    }

    /// The text of document `doc` of a corpus that [`read`] read.
    pub fn held_text(&self, doc: usize) -> &str {
        &self.texts.held()[doc]
    }

    /// The place of a record, as `FILE` or `FILE:LINE`.
    pub fn place(&self, record: &Record) -> String {
        let source = &self.sources[record.source as usize].name;
        match record.line {
            Some(line) => format!("{source}:{line}"),
            None => source.clone(),
        }
    }

    /// The file of a record.
    pub fn source(&self, record: &Record) -> &str {
        &self.sources[record.source as usize].name
    }

    /// Number of files that were read.
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

/// Reads all documents, and their texts into memory. Notes are left in `problems`, to be told behind
/// the result; where there is none, they are told here.
pub fn read(
    args: &InputArgs,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Corpus, Stop> {
    let mut texts = Vec::new();
    let each = &mut |_: &Record, content: Content| texts.push(content.text.into_boxed_str());
    let mut corpus = read_with(args, Wanted::Texts, problems, progress, each)?;
    corpus.texts = Kept::Held(texts);
    Ok(corpus)
}

/// As [`read`]; `each` gets the contents, in the order of the records.
pub fn read_with(
    args: &InputArgs,
    wanted: Wanted,
    problems: &mut Problems,
    progress: &Progress,
    each: &mut dyn FnMut(&Record, Content),
) -> Result<Corpus, Stop> {
    let corpus = read_all(args, wanted, problems, progress, each);
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
    each: &mut dyn FnMut(&Record, Content),
) -> Result<Corpus, Stop> {
    if args.paths.iter().filter(|p| p.as_os_str() == "-").count() > 1 {
        return Err(Stop::Usage("standard input (-) can be read only once".to_owned()));
    }
    let encoding = match &args.encoding {
        None => None,
        Some(label) => Some(charset::labelled(label).ok_or_else(|| {
            Stop::Usage(format!("--encoding {}: no such encoding; such as utf-8", clean(label)))
        })?),
    };
    progress.reading();
    let mut reader = Reader {
        args,
        wanted,
        encoding,
        choice: Choice::new(args)?,
        fields: Fields::new(args),
        problems,
        progress,
        each,
        sampler: args.sample.map(|size| Sampler::new(size, args.seed)),
        corpus: Corpus::default(),
        sites: HashSet::new(),
        without_site: 0,
    };
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
    for (record, content) in reader.sampler.take().into_iter().flat_map(Sampler::finish) {
        reader.keep(record, content);
    }
    let (without_site, mut corpus) = (reader.without_site, reader.corpus);
    progress.finish();
    if let Some(field) = args.site_field.as_ref().or(args.url_field.as_ref())
        && without_site == corpus.read
        && without_site > 0
    {
        problems.note("no document names a site", &format!("in field `{field}`"));
    }
    if corpus.records.is_empty() {
        let names: Vec<String> = args.paths.iter().map(|p| clean(&p.to_string_lossy())).collect();
        return Err(Stop::NothingToDo(format!(
            "no documents in {}; expected text files, archives, or records with a field `{}` that \
             holds text",
            names.join(", "),
            clean(&args.text_field.join(","))
        )));
    }
    ids::unique(&mut corpus, args.on_duplicate_id)?;
    Ok(corpus)
}

/// Whether the file at `path`, which is told without links, is one of `read` or in a folder of them.
pub fn reads(args: &InputArgs, read: &[&PathBuf], path: &Path) -> Result<bool, Stop> {
    let choice = Choice::new(args)?;
    Ok(read.iter().any(|given| {
        let Ok(given) = given.canonicalize() else { return false };
        given == path || files::holds(&given, path) && choice.of(&given, path) == Chosen::Yes
    }))
}

struct Reader<'a> {
    args: &'a InputArgs,
    wanted: Wanted,
    encoding: Option<&'static Encoding>,
    choice: Choice,
    fields: Fields,
    problems: &'a mut Problems,
    progress: &'a Progress,
    each: &'a mut dyn FnMut(&Record, Content),
    sampler: Option<Sampler>,
    corpus: Corpus,
    sites: HashSet<Arc<str>>,
    without_site: u64,
}

impl Reader<'_> {
    fn full(&mut self) -> bool {
        let full = self.args.limit.is_some_and(|limit| self.corpus.read >= limit);
        self.corpus.limited |= full;
        full
    }

    /// Documents read so far.
    fn documents(&self) -> u64 {
        self.corpus.read
    }

    fn standard_input(&mut self) -> Result<(), Stop> {
        const NAME: &str = "standard input";
        match open::standard_input() {
            Ok(opened) => self.opened(NAME, None, opened, false),
            Err(error) => self.problems.error(NAME, None, "inputs", &open::explain(&error)),
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
        let before = self.documents();
        let (mut others, mut first) = (0, String::new());
        for entry in files::inside(folder) {
            if self.full() {
                return Ok(());
            }
            let path = match entry {
                Ok(path) => path,
                Err((name, what)) => {
                    self.problems.error(&name, None, "files", &what)?;
                    continue;
                }
            };
            match self.choice.of(folder, &path) {
                Chosen::Yes => self.file(&path, true)?,
                Chosen::No => {}
                Chosen::OtherEnding => {
                    let name = files::name(&path);
                    self.problems.note("left aside for the ending of the name, see --ext", &name);
                    if others == 0 {
                        first = name;
                    }
                    others += 1;
                }
            }
        }
        if self.documents() == before && others > 0 {
            let what = format!(
                "holds no file that ends in {}, but {} such as {}; name the endings with --ext",
                self.args.ext.join(", "),
                count(others, "other", "others"),
                clean(&first)
            );
            self.problems.error(&files::name(folder), None, "folders", &what)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, in_folder: bool) -> Result<(), Stop> {
        let name = files::name(path);
        match open::open(path) {
            Ok(opened) => self.opened(&name, Some(path), opened, in_folder),
            Err(error) => self.problems.error(&name, None, "files", &open::explain(&error)),
        }
    }

    /// Reads what was opened.
    fn opened(
        &mut self,
        name: &str,
        path: Option<&Path>,
        opened: open::Opened,
        in_folder: bool,
    ) -> Result<(), Stop> {
        let open::Opened { mut input, packing, meter } = opened;
        let kind = Kind::find(self.args.input, path, &mut input);
        let document = matches!(kind, Kind::Text | Kind::Html);
        if self.wanted == Wanted::Lines && kind != Kind::Lines {
            let what = "is not JSON lines, and dedup writes lines; use cluster for other files";
            return self.problems.error(name, None, "files", what);
        }
        if in_folder && document && open::looks_binary(&mut input) {
            self.problems.note("left aside as binary", name);
            return Ok(());
        }
        self.corpus.sources.push(Source {
            name: name.to_owned(),
            kind: kind.name(),
            packing,
            documents: 0,
            path: path.map(Path::to_owned),
            meter,
        });
        match kind {
            Kind::Text | Kind::Html => {
                let id = if path.is_none() { "-" } else { name };
                self.document(name, id, kind == Kind::Html, input)
            }
            Kind::Archive => self.archive(name, input),
            Kind::Parquet => self.parquet(name, path, packing),
            Kind::Lines => self.decoded(name, input, Self::lines),
            Kind::Json => self.decoded(name, input, Self::objects),
            Kind::Csv | Kind::Tsv => {
                self.decoded(name, input, |reader, name, input| reader.rows(name, kind, input))
            }
        }
    }

    fn document(
        &mut self,
        source: &str,
        id: &str,
        markup: bool,
        mut input: Input,
    ) -> Result<(), Stop> {
        let longest = format!("{} MiB, see --max-record", self.args.max_record);
        let whole = text::Whole {
            most: self.args.most_bytes(),
            longest: &longest,
            encoding: self.encoding,
            html: self.args.html,
        };
        if let Some(text) = whole.read(source, markup, &mut input, self.problems)? {
            let named = Named { id: Some(id.to_owned()), text, site: None, date: None };
            self.push(named, None, Vec::new());
        }
        Ok(())
    }

    /// Reads records with `f`, from bytes that are UTF-8 wherever they can be.
    fn decoded(
        &mut self,
        name: &str,
        mut input: Input,
        f: impl FnOnce(&mut Self, &str, Input) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        const HEAD: usize = 1 << 16;
        let head = input.peek(HEAD);
        // a character that the end of the head cuts in two is no error
        let cut = head.len() == HEAD;
        let end = if cut { head.len() - head.len().min(4) } else { head.len() };
        let encoding = charset::find(&head[..end], self.encoding, None);
        if encoding == encoding_rs::UTF_8 {
            return f(self, name, input);
        }
        let replaced = Arc::new(AtomicU64::new(0));
        let decoded = charset::Transcoder::new(input, encoding, Arc::clone(&replaced));
        let done = f(self, name, Input::new(Box::new(decoded)));
        text::note(self.problems, encoding, replaced.load(Ordering::Relaxed), name);
        done
    }

    #[cfg(feature = "parquet")]
    fn parquet(&mut self, name: &str, path: Option<&Path>, packing: &str) -> Result<(), Stop> {
        let what = match (path, packing) {
            (Some(path), "none") => return self.columns(name, path),
            (None, _) => "Parquet cannot be read from a pipe; name a file".to_owned(),
            (_, packing) => format!("is Parquet packed with {packing}; unpack it first"),
        };
        self.problems.error(name, None, "files", &what)
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(&mut self, name: &str, _: Option<&Path>, _: &str) -> Result<(), Stop> {
        self.problems.error(name, None, "files", &open::needs("is Parquet", "parquet"))
    }

    /// The text of a page.
    fn of_html(&mut self, html: &str, place: &str) -> String {
        let page = html::text(html, self.args.html);
        if page.no_article {
            self.problems.note(text::NO_ARTICLE, place);
        }
        page.text
    }

    /// Counts bytes that were no text.
    fn replaced(&mut self, replaced: u64, place: &str) {
        text::note(self.problems, encoding_rs::UTF_8, replaced, place);
    }

    /// Makes the document of a record.
    fn take(&mut self, source: &str, number: u64, found: Found, line: Vec<u8>) -> Result<(), Stop> {
        let named = match self.fields.name(found) {
            Ok(named) => named,
            Err((kind, what)) => return self.problems.error(source, Some(number), kind, &what),
        };
        if named.text.len() > self.args.most_bytes() {
            return self.too_long(source, number, "the text");
        }
        self.push(named, Some(number), line);
        Ok(())
    }

    /// Adds a document of the source at hand; `number` is its place there, from 1.
    fn push(&mut self, named: Named, number: Option<u64>, line: Vec<u8>) {
        let source = self.corpus.sources.len() as u32 - 1;
        if let Some(source) = self.corpus.sources.last_mut() {
            source.documents += 1;
        }
        self.corpus.read += 1;
        self.without_site += u64::from(named.site.is_none());
        let Named { id, text, site, date } = named;
        let id = id.unwrap_or_else(|| {
            let source = &self.corpus.sources[source as usize].name;
            let Some(number) = number else { return source.clone() };
            let place = format!("{source}:{number}");
            self.problems.note("without id, named FILE:LINE", &place);
            place
        });
        let record = Record {
            id: id.into(),
            site: site.map(|site| self.shared(site)),
            date: date.map(Into::into),
            source,
            line: number.and_then(NonZeroU64::new),
        };
        let content = Content { text, line };
        match &mut self.sampler {
            Some(sampler) => sampler.offer(record, content),
            None => self.keep(record, content),
        }
        if self.corpus.read.is_multiple_of(256) {
            self.progress.read(self.corpus.read);
        }
    }

    /// The name of a site as the documents before have it.
    fn shared(&mut self, site: String) -> Arc<str> {
        if let Some(known) = self.sites.get(site.as_str()) {
            return Arc::clone(known);
        }
        let site: Arc<str> = site.into();
        self.sites.insert(Arc::clone(&site));
        site
    }

    fn keep(&mut self, record: Record, content: Content) {
        self.corpus.bytes += content.text.len() as u64;
        (self.each)(&record, content);
        self.corpus.records.push(record);
    }
}

/// The host of an address, in lower case and without `www.` and port.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let end =
        if host.starts_with('[') { host.find(']').map_or(host.len(), |at| at + 1) } else { 0 };
    let host = match host[end..].find(':') {
        Some(port) => &host[..end + port],
        None => host,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").map_or(host.clone(), str::to_owned);
    (!host.is_empty()).then_some(host)
}
