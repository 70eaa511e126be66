//! `nearcopy index`: an index on disk that remembers what it has seen.

use crate::cli::{Cli, InputArgs};
use crate::exit::{Done, Stop};
use crate::input::{self, Corpus, Record};
use crate::layout::{clean, count, cut_start, number, pad, percent};
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
    OnlineIndex::open_with(dir, options).map_err(|e| refused(&e))
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

fn look(cli: &Cli, args: &LookArgs, taken: Taken) -> Result<Done, Stop> {
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    // before the work, so that a wrong path is told at once
    let take_in = taken != Taken::No;
    let index =
        if take_in { open(&args.dir, Options::new())? } else { open_existing(&args.dir, true)? };
    let corpus = input::read(&args.input, &mut problems, &progress)?;
    let mut lines = Vec::with_capacity(corpus.records.len());
    progress.matching(corpus.records.len() as u64);
    for (at, record) in corpus.records.iter().enumerate() {
        let page = Page::new(corpus.held_text(at))
            .site(record.site.as_deref())
            .time(args.time)
            .seen_since(args.seen_since)
            .compared_with(if args.other_sites { Sites::Others } else { Sites::All });
        let line = if take_in {
            add(&index, &corpus, record, page, taken, &mut problems)?
        } else {
            let answer = index.query(page).map_err(|e| refused(&e))?;
            let hit = answer.best().cloned();
            let outcome = if hit.is_some() { "seen" } else { "novel" };
            Some(Line { record, outcome, replaced: false, hit })
        };
        lines.extend(line);
        progress.matched(at + 1);
    }
    progress.finish();
    let of_all = count(index.len(), "document", "documents");
    // the documents are safe before anything is said of them
    if take_in {
        index.close().map_err(|e| refused(&e))?;
    }
    let printed = Printer::new(None, cli.color).print(|out| print(out, &lines, args.json));
    problems.tell_counts();
    if !cli.quiet {
        let novel = lines.iter().filter(|l| l.outcome == "novel").count();
        let (all, known) = (lines.len() as u64, (lines.len() - novel) as u64);
        let read = count(all, "document", "documents");
        let replaced = lines.iter().filter(|l| l.replaced).count() as u64;
        let replaced = match replaced {
            0 => String::new(),
            n => format!(", {} replaced", number(n)),
        };
        let rest = format!("{} seen before{replaced}; the index holds {of_all}", number(known));
        say("done", &format!("{read}: {} novel, {rest}", number(novel as u64)));
    }
    match printed {
        Ok(_) | Err(Stop::ClosedPipe) => Ok(problems.done()),
        Err(stop) => Err(stop),
    }
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

fn print(out: &mut dyn Write, lines: &[Line<'_>], json: bool) -> io::Result<()> {
    if json {
        for Line { record, outcome, replaced, hit } in lines {
            let r#match = hit.as_ref().map(Match::from);
            records::line(out, &Looked { id: &record.id, outcome, replaced: *replaced, r#match })?;
        }
        return Ok(());
    }
    const WIDEST: usize = 40;
    let width = lines.iter().map(|l| l.record.id.chars().count()).max().unwrap_or(0).min(WIDEST);
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
