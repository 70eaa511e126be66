//! `nearcopy dedup`: JSON lines without the copies, or with a word on each.

mod annotate;
mod args;
mod date;
mod keep;
mod policy;

use crate::batch;
use crate::cli::{Cli, Input};
use crate::exit::{Done, Stop};
use crate::input::{self, Corpus, Record, Wanted};
use crate::layout::{clean, count, number};
use crate::manifest::Manifest;
use crate::output::Output;
use crate::problems::{Problems, say};
use crate::progress::Progress;
use crate::records;
use annotate::Added;
use keep::Fate;
use nearcopy::dedup::Doc;
use nearcopy::{Dedup, Evidence, Relation, Report};
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;

pub use args::DedupArgs;

/// A record that was left out.
#[derive(Debug, Serialize)]
struct Removed<'a> {
    id: &'a str,
    /// Id of the record that was kept for it.
    kept: &'a str,
    /// File of the kept record, where it was kept before.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_file: Option<&'a str>,
    /// How the removed record is related to the kept one.
    relation: &'static str,
    /// Share of the removed article that stands in the kept one, 0.0..=1.0.
    in_kept: f64,
    /// Share of the kept article that stands in the removed one, 0.0..=1.0.
    kept_in_it: f64,
}

pub fn run(cli: &Cli, args: &DedupArgs) -> Result<Done, Stop> {
    if args.input.input == Input::Text {
        let what = "dedup writes JSON lines; for text files use cluster --format json";
        return Err(Stop::Usage(what.to_owned()));
    }
    let targets = [Some(&args.output), args.removed.as_ref(), args.manifest.as_ref()];
    let targets: Vec<&PathBuf> = targets.into_iter().flatten().collect();
    if (1..targets.len()).any(|i| targets[..i].contains(&targets[i])) {
        return Err(Stop::Usage("two of the outputs name one file".to_owned()));
    }
    if args.against.iter().chain(&args.input.paths).filter(|p| p.as_os_str() == "-").count() > 1 {
        return Err(Stop::Usage("standard input (-) can be read only once".to_owned()));
    }
    policy::check(args)?;
    // before the work, so that a wrong path is told at once
    let mut output = Output::create(&args.output)?;
    let mut removed = args.removed.as_deref().map(Output::create).transpose()?;
    let manifest = args.manifest.as_deref().map(Output::create).transpose()?;
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    let corpus = input::read(&args.input, Wanted::Lines, &mut problems, &progress)?;
    if args.annotate {
        refuse_taken(&corpus, &args.annotate_prefix)?;
    }
    let earlier = read_earlier(args, &mut problems, &progress)?;
    let ranks = policy::ranks(args, &corpus, &mut problems);
    let found = batch::on_threads(args.matching.threads, || {
        Ok(Found::new(args, &corpus, earlier.as_ref(), &ranks, &progress))
    })?;

    let view = View { corpus: &corpus, earlier: earlier.as_ref(), fates: &found.fates };
    view.write(&mut output, args).map_err(|e| output.failed(&e))?;
    if let Some(file) = &mut removed {
        view.write_removed(file).map_err(|e| file.failed(&e))?;
    }
    let about = match manifest {
        None => None,
        Some(file) => {
            let kept = found.fates.iter().filter(|fate| matches!(fate, Fate::Kept)).count();
            let read = (&corpus, earlier.as_ref());
            let (input, how) = (&args.input, &args.matching);
            let about = Manifest::of_kept(input, how, read, kept, &found.limits, &problems)?;
            Some((file, about))
        }
    };
    let mut written = vec![output.finish()?];
    if let Some(file) = removed {
        written.push(file.finish()?);
    }
    if let Some((file, about)) = about {
        about.write(file, written)?;
    }
    problems.tell_counts();
    if !cli.quiet {
        found.tell(&corpus);
    }
    Ok(problems.done())
}

/// The documents that were kept before. A document without an id, or with one that stands twice, has a
/// name of its own, since none of them is written.
fn read_earlier(
    args: &DedupArgs,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Option<Corpus>, Stop> {
    if args.against.is_empty() {
        return Ok(None);
    }
    let mut wanted = args.input.clone();
    wanted.paths.clone_from(&args.against);
    wanted.limit = None;
    wanted.sample = None;
    wanted.on_duplicate_id = input::args::OnDuplicateId::Suffix;
    input::read(&wanted, Wanted::Texts, problems, progress).map(Some)
}

/// Refuses lines that hold a field that would be added.
fn refuse_taken(corpus: &Corpus, prefix: &str) -> Result<(), Stop> {
    for record in &corpus.records {
        if let Some(name) = annotate::taken(&record.raw, prefix) {
            return Err(Stop::Refused(format!(
                "{}: the field `{}` is there already; name other ones with --annotate-prefix",
                clean(&corpus.place(record)),
                clean(&name)
            )));
        }
    }
    Ok(())
}

/// What becomes of each document, and what that cost.
struct Found {
    fates: Vec<Fate>,
    /// Documents kept without being compared with all kept ones of their cluster.
    capped: u64,
    limits: Vec<(u64, &'static str)>,
}

impl Found {
    fn new(
        args: &DedupArgs,
        corpus: &Corpus,
        earlier: Option<&Corpus>,
        ranks: &[policy::Rank],
        progress: &Progress,
    ) -> Self {
        let settings = batch::settings(&args.matching);
        let mut fates = vec![Fate::Kept; corpus.records.len()];
        let mut limits = Vec::new();
        if let Some(earlier) = earlier {
            progress.looking_up((earlier.records.len() + corpus.records.len()) as u64);
            let (before, new) = (earlier.records.iter().map(doc), corpus.records.iter().map(doc));
            let answer =
                settings.against_with_progress(before, new, &|done| progress.matched(done));
            progress.finish();
            for (fate, found) in fates.iter_mut().zip(answer.found) {
                if let Some(found) = found {
                    *fate = Fate::RepeatsEarlier(found.doc, found.relation, found.evidence);
                }
            }
            limits.push((answer.candidates_capped, CANDIDATES));
            limits.push((answer.fingerprints_stopped, EARLIER_STOPPED));
        }
        let left: Vec<usize> =
            (0..fates.len()).filter(|&doc| matches!(fates[doc], Fate::Kept)).collect();
        let report = cluster(corpus, &left, &settings, progress);
        let (within, capped) = keep::decide(corpus, &report, &left, ranks, args.matching.linkage);
        for (doc, fate) in within {
            fates[doc] = fate;
        }
        limits.push((report.counts().candidates_capped, CANDIDATES));
        limits.push((report.counts().fingerprints_stopped, STOPPED));
        Self { fates, capped, limits }
    }

    fn tell(&self, corpus: &Corpus) {
        let of = |is: fn(&Fate) -> bool| self.fates.iter().filter(|fate| is(fate)).count() as u64;
        let all = count(self.fates.len() as u64, "document", "documents");
        let kept = of(|fate| matches!(fate, Fate::Kept));
        let earlier = of(|fate| matches!(fate, Fate::RepeatsEarlier(..)));
        let gone = count(self.fates.len() as u64 - kept, "copy", "copies");
        let mut line = format!("{all}: {} kept, {gone} left out", number(kept));
        if earlier > 0 {
            line += &format!(", {} of them of earlier documents", number(earlier));
        }
        say("done", &line);
        let longer = of(|fate| match fate {
            Fate::RepeatsEarlier(_, relation, _) => {
                matches!(relation, Relation::TruncationOf | Relation::Contains)
            }
            _ => false,
        });
        if longer > 0 {
            let what = count(longer, "of these holds", "of these hold");
            say("note", &format!("{what} more than the earlier document that is kept"));
        }
        if self.capped > 0 {
            let what = count(self.capped, "document was", "documents were");
            let what = format!("{what} compared with some of the kept ones of its cluster only");
            say("note", &what);
        }
        for (n, what) in self.limits.iter().filter(|(n, _)| *n > 0) {
            say("note", &format!("limit hit: {} {what}", number(*n)));
        }
        if corpus.limited {
            say("note", "reading stopped at --limit");
        }
    }
}

const CANDIDATES: &str = "documents had more candidates than are verified";
const STOPPED: &str = "fingerprints stood in too many clusters to be of use";
const EARLIER_STOPPED: &str = "fingerprints stood in too many earlier documents to be of use";

fn doc(record: &Record) -> Doc<'_> {
    Doc::new(&record.text).site(record.site.as_deref()).key(&record.id)
}

/// Clusters the documents `left` of the corpus; the report numbers them from 0.
fn cluster(corpus: &Corpus, left: &[usize], settings: &Dedup, progress: &Progress) -> Report {
    let docs = left.iter().map(|&at| doc(&corpus.records[at]));
    progress.matching(2 * left.len() as u64);
    let report = settings.run_with_progress(docs, &|steps| progress.matched(steps));
    progress.finish();
    report
}

struct View<'a> {
    corpus: &'a Corpus,
    earlier: Option<&'a Corpus>,
    fates: &'a [Fate],
}

impl<'a> View<'a> {
    /// Id and file of the document that is kept for `doc`, and how they are related.
    fn kept(&self, doc: usize) -> (&'a str, Option<&'a str>, Option<(Relation, Evidence)>) {
        match self.fates[doc] {
            Fate::Kept => (&self.corpus.records[doc].id, None, None),
            Fate::Repeats(kept, relation, evidence) => {
                (&self.corpus.records[kept].id, None, Some((relation, evidence)))
            }
            Fate::RepeatsEarlier(kept, relation, evidence) => {
                let earlier = self.earlier.expect("an earlier document is of earlier files");
                let record = &earlier.records[kept];
                (&record.id, Some(earlier.source(record)), Some((relation, evidence)))
            }
        }
    }

    fn write(&self, out: &mut Output, args: &DedupArgs) -> io::Result<()> {
        let clusters = if args.annotate { self.clusters() } else { Vec::new() };
        let mut line = Vec::new();
        for (doc, record) in self.corpus.records.iter().enumerate() {
            let keep = matches!(self.fates[doc], Fate::Kept);
            if args.annotate {
                let (kept, file, found) = self.kept(doc);
                let shares = found.as_ref().map(|(relation, e)| shares(*relation, e));
                let added = Added {
                    cluster: clusters[doc],
                    keep,
                    kept,
                    kept_file: self.earlier.map(|_| file),
                    relation: found.map(|(relation, _)| relation.name()),
                    in_kept: shares.map(|s| s[0]),
                    kept_in_it: shares.map(|s| s[1]),
                };
                line.clear();
                annotate::line(&record.raw, &args.annotate_prefix, &added, &mut line);
                out.write_all(&line)?;
                out.write_all(b"\n")?;
            } else if keep {
                out.write_all(&record.raw)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Documents with the same kept one have the same number, counted from 1 in order of the input.
    fn clusters(&self) -> Vec<usize> {
        let mut numbers = std::collections::HashMap::new();
        let key = |doc: usize| match self.fates[doc] {
            Fate::Kept => (false, doc),
            Fate::Repeats(kept, ..) => (false, kept),
            Fate::RepeatsEarlier(kept, ..) => (true, kept),
        };
        (0..self.fates.len())
            .map(|doc| {
                let next = numbers.len() + 1;
                *numbers.entry(key(doc)).or_insert(next)
            })
            .collect()
    }

    fn write_removed(&self, out: &mut Output) -> io::Result<()> {
        for (doc, record) in self.corpus.records.iter().enumerate() {
            if let (kept, kept_file, Some((relation, evidence))) = self.kept(doc) {
                let [in_kept, kept_in_it] = shares(relation, &evidence);
                let (id, relation) = (&record.id, relation.name());
                let line = Removed { id, kept, kept_file, relation, in_kept, kept_in_it };
                records::line(out, &line)?;
            }
        }
        Ok(())
    }
}

/// How much of the removed article stands in the kept one, and the other way round, rounded to six
/// places.
fn shares(relation: Relation, e: &Evidence) -> [f64; 2] {
    if relation == Relation::Identical {
        return [1.0, 1.0];
    }
    [e.content_a_in_b(), e.content_b_in_a()].map(|x| (x * 1e6).round() / 1e6)
}
