//! `nearcopy index`: an index on disk that remembers what it has seen.

use crate::cli::{Cli, InputArgs};
use crate::exit::{Done, Stop};
use crate::input::{self, Corpus, Record};
use crate::layout::{clean, columns, count, cut_start, number, pad, percent};
use crate::output::Printer;
use crate::problems::{Problems, say};
use crate::progress::Progress;
use crate::records;
use crate::words;
use clap::{Args, Subcommand};
use nearcopy::error::IndexError;
use nearcopy::online::{Hit, OnlineIndex, Options, Outcome, Page, Sites};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct IndexArgs {
    #[command(subcommand)]
    command: IndexCommand,
}

#[derive(Debug, Subcommand)]
enum IndexCommand {
    /// Take documents in, and say which of them were seen before, where and in which form.
    ///
    /// The folder is made where there is none. Each document is compared with all that were taken in
    /// before it, in this run or an earlier one.
    Add {
        #[command(flatten)]
        look: LookArgs,
        /// Where the index has a document of an id, put the new one in its place.
        ///
        /// Otherwise such a document is an error and the index keeps what it has. The new document is
        /// compared with all others, not with the one that it replaces.
        #[arg(help_heading = "Matching", long)]
        replace: bool,
    },
    /// Say where documents were seen before; the index is not changed.
    Query(LookArgs),
    /// Remove documents by their ids.
    Remove {
        /// The folder of the index.
        dir: PathBuf,
        /// Ids of documents.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Also rewrite the files, so that nothing of the documents is left on disk.
        #[arg(long)]
        compact: bool,
    },
    /// Say what an index holds.
    Stats {
        /// The folder of the index.
        dir: PathBuf,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct LookArgs {
    /// The folder of the index.
    dir: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    /// When the documents were fetched, as a number (seconds since 1970, say).
    #[arg(help_heading = "Matching", long, value_name = "N", allow_hyphen_values = true)]
    time: Option<i64>,
    /// Compare only with documents seen at this time or later.
    #[arg(help_heading = "Matching", long, value_name = "N", allow_hyphen_values = true)]
    seen_since: Option<i64>,
    /// Compare only with documents of other sites.
    #[arg(help_heading = "Matching", long)]
    other_sites: bool,
    /// One JSON object for each document.
    #[arg(help_heading = "Output", long)]
    json: bool,
}

pub fn run(cli: &Cli, args: &IndexArgs) -> Result<Done, Stop> {
    match &args.command {
        IndexCommand::Add { look: args, replace } => {
            look(cli, args, if *replace { Taken::Replacing } else { Taken::New })
        }
        IndexCommand::Query(args) => look(cli, args, Taken::No),
        IndexCommand::Remove { dir, ids, compact } => remove(cli, dir, ids, *compact),
        IndexCommand::Stats { dir, json } => stats(cli, dir, *json),
    }
}

fn refused(error: &IndexError) -> Stop {
    Stop::Refused(error.to_string())
}

fn open(dir: &Path, options: Options) -> Result<OnlineIndex<String>, Stop> {
    OnlineIndex::open_with(dir, options).map_err(|error| {
        let is_missing = match &error {
            IndexError::Missing { .. } => true,
            IndexError::Io { source, .. } => {
                source.kind() == io::ErrorKind::NotFound && !dir.exists()
            }
            _ => false,
        };
        let name = clean(&dir.to_string_lossy());
        if dir.exists() && !dir.is_dir() {
            Stop::Refused(format!("{name} is a file, not a folder of an index"))
        } else if is_missing {
            Stop::Refused(format!("{name} holds no index; `nearcopy index add` makes one"))
        } else {
            refused(&error)
        }
    })
}

/// An index that must be there.
fn open_existing(dir: &Path, read_only: bool) -> Result<OnlineIndex<String>, Stop> {
    if !read_only {
        // opening for writing would make one
        drop(open(dir, Options::new().read_only(true))?);
    }
    open(dir, Options::new().read_only(read_only))
}

/// Whether documents are taken in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    No,
    New,
    Replacing,
}

/// What became of a document, or where it was seen.
#[derive(Serialize)]
struct Looked<'a> {
    id: &'a str,
    outcome: &'static str,
    /// Whether it took the place of a document of its id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replaced: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#match: Option<Match>,
}

#[derive(Serialize)]
struct Match {
    id: String,
    /// Of this document to that one.
    relation: &'static str,
    /// Least and most share of this document's article that stands in that one.
    content_in_it: [f64; 2],
    /// The same of its article in this document.
    content_of_it: [f64; 2],
    representative: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<i64>,
}

impl From<&Hit<String>> for Match {
    fn from(hit: &Hit<String>) -> Self {
        let round = |x: f64| (x * 1e6).round() / 1e6;
        Self {
            id: hit.key.clone(),
            relation: hit.relation.name(),
            content_in_it: [hit.content_a_in_b.low, hit.content_a_in_b.high].map(round),
            content_of_it: [hit.content_b_in_a.low, hit.content_b_in_a.high].map(round),
            representative: hit.representative.clone(),
            time: hit.time,
            first_seen: hit.first_seen,
        }
    }
}

/// What is printed of a document.
struct Line<'a> {
    record: &'a Record,
    outcome: &'static str,
    replaced: bool,
    hit: Option<Hit<String>>,
}

/// Documents after which what was found of them is printed.
const BATCH: usize = 4096;

fn look(cli: &Cli, args: &LookArgs, taken: Taken) -> Result<Done, Stop> {
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    // before the work, so that a wrong path is told at once
    let take_in = taken != Taken::No;
    let index =
        if take_in { open(&args.dir, Options::new())? } else { open_existing(&args.dir, true)? };
    let corpus = input::read(&args.input, &mut problems, &progress)?;
    let mut verdicts = Verdicts::new(cli, args, &corpus, take_in.then_some(&index), &progress);
    progress.matching(corpus.records.len() as u64);
    let mut looked = Ok(());
    for (at, record) in corpus.records.iter().enumerate() {
        let page = Page::new(corpus.held_text(at))
            .site(record.site.as_deref())
            .time(args.time)
            .seen_since(args.seen_since)
            .compared_with(if args.other_sites { Sites::Others } else { Sites::All });
        let line = if take_in {
            add(&index, &corpus, record, page, taken, &mut problems)
        } else {
            ask(&index, record, page)
        };
        looked = line.and_then(|line| verdicts.push(line));
        if looked.is_err() {
            break;
        }
        progress.matched(at + 1);
    }
    // what was taken in before an error is told before the error
    let printed = verdicts.print();
    progress.finish();
    let Verdicts { told, pending, .. } = verdicts;
    if let Err(stop) = looked.and(printed) {
        problems.tell_counts();
        return Err(if take_in { told.and_stopped(stop, pending.len()) } else { stop });
    }
    let of_all = count(index.len(), "document", "documents");
    if take_in {
        index.close().map_err(|e| told.and_stopped(refused(&e), 0))?;
    }
    problems.tell_counts();
    if !cli.quiet {
        let read = count(told.all, "document", "documents");
        let replaced = match told.replaced {
            0 => String::new(),
            n => format!(", {} replaced", number(n)),
        };
        let known = number(told.all - told.novel);
        let rest = format!("{known} seen before{replaced}; the index holds {of_all}");
        say("done", &format!("{read}: {} novel, {rest}", number(told.novel)));
    }
    Ok(problems.done())
}

/// How many documents were told of.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    all: u64,
    novel: u64,
    replaced: u64,
}

impl Told {
    /// `stop`, and what was taken in before it; of `pending` further documents that is not certain.
    fn and_stopped(self, stop: Stop, pending: usize) -> Stop {
        let Stop::Refused(message) = stop else { return stop };
        let was = if self.all == 1 { "was" } else { "were" };
        let all = count(self.all, "document", "documents");
        let perhaps = match pending as u64 {
            0 => String::new(),
            n => format!(", and up to {} more may have been", number(n)),
        };
        Stop::Refused(format!("{message}\n{all} {was} taken in{perhaps}"))
    }
}

/// What was found of documents, printed in batches: of those that are taken in, only once they are
/// safe, so that whatever ends the command, what stands in the output is in the index.
struct Verdicts<'a> {
    cli: &'a Cli,
    json: bool,
    /// Columns of an id.
    width: usize,
    /// The index that takes the documents in.
    index: Option<&'a OnlineIndex<String>>,
    progress: &'a Progress,
    pending: Vec<Line<'a>>,
    told: Told,
    /// Whether the reader of standard output went away; the documents are taken in all the same.
    unheard: bool,
}

impl<'a> Verdicts<'a> {
    fn new(
        cli: &'a Cli,
        args: &LookArgs,
        corpus: &'a Corpus,
        index: Option<&'a OnlineIndex<String>>,
        progress: &'a Progress,
    ) -> Self {
        const WIDEST: usize = 40;
        let ids = corpus.records.iter().map(|record| columns(&clean(&record.id)));
        Self {
            cli,
            json: args.json,
            width: ids.max().unwrap_or(0).min(WIDEST),
            index,
            progress,
            pending: Vec::new(),
            told: Told::default(),
            unheard: false,
        }
    }

    fn push(&mut self, line: Option<Line<'a>>) -> Result<(), Stop> {
        self.pending.extend(line);
        if self.pending.len() < BATCH { Ok(()) } else { self.print() }
    }

    /// Makes the pending documents safe and prints what was found of them.
    fn print(&mut self) -> Result<(), Stop> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Some(index) = self.index {
            index.sync().map_err(|e| refused(&e))?;
        }
        let lines = std::mem::take(&mut self.pending);
        self.told.all += lines.len() as u64;
        self.told.novel += lines.iter().filter(|l| l.outcome == "novel").count() as u64;
        self.told.replaced += lines.iter().filter(|l| l.replaced).count() as u64;
        if self.unheard {
            return Ok(());
        }
        let printed = self.progress.around(|| {
            let printer = Printer::new(None, self.cli.color);
            printer.print(|out| print(out, &lines, self.json, self.width))
        });
        match printed {
            Ok(_) => Ok(()),
            Err(Stop::ClosedPipe) => {
                self.unheard = true;
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }
}

fn ask<'a>(
    index: &OnlineIndex<String>,
    record: &'a Record,
    page: Page<'_>,
) -> Result<Option<Line<'a>>, Stop> {
    let answer = index.query(page).map_err(|e| refused(&e))?;
    let hit = answer.best().cloned();
    let outcome = if hit.is_some() { "seen" } else { "novel" };
    Ok(Some(Line { record, outcome, replaced: false, hit }))
}

fn add<'a>(
    index: &OnlineIndex<String>,
    corpus: &Corpus,
    record: &'a Record,
    page: Page<'_>,
    taken: Taken,
    problems: &mut Problems,
) -> Result<Option<Line<'a>>, Stop> {
    let id = String::from(&*record.id);
    let admitted = match taken {
        Taken::Replacing => index.update(&id, page),
        _ => index.admit(&id, page),
    };
    match admitted {
        Ok(admission) => {
            let outcome = match admission.outcome {
                Outcome::Novel => "novel",
                Outcome::Extends => "extends",
                _ => "copy",
            };
            let replaced = admission.replaced;
            Ok(Some(Line { record, outcome, replaced, hit: admission.matched }))
        }
        Err(IndexError::KeyExists { .. }) => {
            let what = format!(
                "the id {} is in the index; replace it with --replace, or add under another id",
                clean(&record.id)
            );
            problems.error(&corpus.place(record), None, "documents", &what)?;
            Ok(None)
        }
        Err(error) => Err(refused(&error)),
    }
}

fn print(out: &mut dyn Write, lines: &[Line<'_>], json: bool, width: usize) -> io::Result<()> {
    if json {
        for Line { record, outcome, replaced, hit } in lines {
            let r#match = hit.as_ref().map(Match::from);
            records::line(out, &Looked { id: &record.id, outcome, replaced: *replaced, r#match })?;
        }
        return Ok(());
    }
    for Line { record, outcome, hit, .. } in lines {
        let id = pad(&cut_start(&clean(&record.id), width), width);
        let outcome = pad(outcome, 7);
        match hit {
            None => writeln!(out, "{outcome}  {}", id.trim_end())?,
            Some(hit) => writeln!(
                out,
                "{outcome}  {id}  {}  {} of it in {}",
                pad(words::member(hit.relation), 12),
                percent(hit.evidence.content_a_in_b()),
                clean(&hit.key)
            )?,
        }
    }
    Ok(())
}

fn remove(cli: &Cli, dir: &Path, ids: &[String], compact: bool) -> Result<Done, Stop> {
    let index = open_existing(dir, false)?;
    let mut problems = Problems::new(false, cli.quiet, Progress::new(true));
    let mut gone = 0;
    for id in ids {
        if index.remove(id).map_err(|e| refused(&e))? {
            gone += 1;
        } else {
            let what = format!("no document has the id {}", clean(id));
            problems.error(&dir.to_string_lossy(), None, "ids", &what)?;
        }
    }
    if compact {
        index.compact().map_err(|e| refused(&e))?;
    }
    let left = count(index.len(), "document", "documents");
    index.close().map_err(|e| refused(&e))?;
    problems.tell_counts();
    if !cli.quiet {
        say("done", &format!("{} removed, {left} left", number(gone)));
    }
    Ok(problems.done())
}

fn stats(cli: &Cli, dir: &Path, json: bool) -> Result<Done, Stop> {
    let stats = open_existing(dir, true)?.stats();
    Printer::new(None, cli.color).print(|out| {
        if json {
            let all = serde_json::json!({
                "documents": stats.documents,
                "removed": stats.removed,
                "postings": stats.postings,
                "stop_marks": stats.stop_marks,
                "segments": stats.segments,
                "disk_bytes": stats.disk_bytes,
                "posting_bytes": stats.posting_bytes,
                "memory_bytes": stats.memory_bytes,
                "repaired_bytes": stats.repaired_bytes,
            });
            return records::line(out, &all);
        }
        let mut line = |name: &str, n: u64| writeln!(out, "{name:<22}{:>16}", number(n));
        line("documents", stats.documents)?;
        line("removed", stats.removed)?;
        line("postings", stats.postings)?;
        line("stop marks", stats.stop_marks)?;
        line("segments", stats.segments)?;
        line("bytes on disk", stats.disk_bytes)?;
        line("bytes of postings", stats.posting_bytes)?;
        line("bytes in memory", stats.memory_bytes)?;
        line("bytes repaired", stats.repaired_bytes)
    })?;
    Ok(Done::All)
}
