//! `nearcopy dedup`: JSON lines without the copies, or with a word on each.

mod annotate;
mod args;
mod date;
mod keep;
mod policy;

use crate::apart;
use crate::batch;
use crate::cli::{Cli, Input};
use crate::exit::{Done, Stop};
use crate::input::{self, Corpus, Wanted};
use crate::layout::{clean, count, number};
use crate::manifest::Manifest;
use crate::output::Output;
use crate::problems::{Problems, say};
use crate::progress::Progress;
use crate::records;
use crate::stream::{self, Again, Taker};
use annotate::Added;
use keep::Fate;
use nearcopy::dedup::{Batch, Doc, Reference, Unread};
use nearcopy::{Evidence, Relation};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

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
    apart::check(targets.into_iter().flatten(), &args.input, &args.against)?;
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
    let (earlier, corpus, found) = batch::on_threads(args.matching.threads, || {
        let earlier = Before::read(args, &mut problems, &progress)?;
        let (corpus, found) = Found::new(args, earlier.as_ref(), &mut problems, &progress)?;
        Ok((earlier.map(|earlier| earlier.corpus), corpus, found))
    })?;

    let clusters = if args.annotate { clusters(&found.fates) } else { Vec::new() };
    let view = View { corpus: &corpus, earlier: earlier.as_ref(), fates: &found.fates, clusters };
    for doc in 0..corpus.records.len() {
        if let Some(line) = view.line(doc, args).map_err(|e| not_again(&e))? {
            let written = output.write_all(&line).and_then(|()| output.write_all(b"\n"));
            written.map_err(|e| output.failed(&e))?;
        }
    }
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

/// The documents that were kept before.
struct Before {
    reference: Reference,
    corpus: Corpus,
}

impl Before {
    /// A document without an id, or with one that stands twice, has a name of its own, since none of
    /// them is written.
    fn read(
        args: &DedupArgs,
        problems: &mut Problems,
        progress: &Progress,
    ) -> Result<Option<Self>, Stop> {
        if args.against.is_empty() {
            return Ok(None);
        }
        let mut wanted = args.input.clone();
        wanted.paths.clone_from(&args.against);
        wanted.limit = None;
        wanted.sample = None;
        wanted.on_duplicate_id = input::args::OnDuplicateId::Suffix;
        let mut reference = batch::settings(&args.matching).reference();
        let (texts, spool) = (Wanted::Texts, args.stream);
        let corpus = stream::read(&wanted, texts, spool, &mut reference, problems, progress)?;
        Ok(Some(Self { reference, corpus }))
    }
}

/// Refuses lines that hold a field that would be added.
fn refuse_taken(corpus: &Corpus, prefix: &str) -> Result<(), Stop> {
    for (doc, record) in corpus.records.iter().enumerate() {
        let line = corpus.line(doc).map_err(|e| not_again(&e))?;
        if let Some(name) = annotate::taken(&line, prefix) {
            return Err(Stop::Refused(format!(
                "{}: the field `{}` is there already; name other ones with --annotate-prefix",
                clean(&corpus.place(record)),
                clean(&name)
            )));
        }
    }
    Ok(())
}

fn not_again(error: &io::Error) -> Stop {
    let folder = std::env::temp_dir();
    Stop::Refused(format!("{}: the temporary file of --stream: {error}", folder.display()))
}

/// Takes new documents: those that repeat earlier ones are done, the others go to the batch.
struct Sorter<'b> {
    before: Option<&'b Before>,
    batch: Batch,
    /// Positions of the documents of the batch.
    left: Vec<usize>,
    fates: Vec<Fate>,
    capped: u64,
    unread: Vec<Unread<io::Error>>,
}

impl Taker for Sorter<'_> {
    fn take(&mut self, docs: &[Doc<'_>]) {
        let start = self.fates.len();
        let mut fates = vec![Fate::Kept; docs.len()];
        if let Some(before) = self.before {
            let again = Again { corpus: &before.corpus, docs: None };
            let answer = before.reference.look_up(docs, &again);
            for (fate, found) in fates.iter_mut().zip(answer.against.found) {
                if let Some(found) = found {
                    *fate = Fate::RepeatsEarlier(found.doc, found.relation, found.evidence);
                }
            }
            self.capped += answer.against.candidates_capped;
            self.unread.extend(answer.unread);
        }
        let is_left = |at: &usize| matches!(fates[*at], Fate::Kept);
        let left: Vec<usize> = (0..docs.len()).filter(is_left).collect();
        self.batch.add(&left.iter().map(|&at| docs[at]).collect::<Vec<_>>());
        self.left.extend(left.iter().map(|at| start + at));
        self.fates.extend(fates);
    }
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
        before: Option<&Before>,
        problems: &mut Problems,
        progress: &Progress,
    ) -> Result<(Corpus, Self), Stop> {
        let mut settings = batch::settings(&args.matching);
        if !args.stream {
            settings = settings.memory_budget(usize::MAX);
        }
        let mut sorter = Sorter {
            before,
            batch: settings.batch(),
            left: Vec::new(),
            fates: Vec::new(),
            capped: 0,
            unread: Vec::new(),
        };
        let (lines, spool) = (Wanted::Lines, args.stream);
        let corpus = stream::read(&args.input, lines, spool, &mut sorter, problems, progress)?;
        if args.annotate {
            refuse_taken(&corpus, &args.annotate_prefix)?;
        }
        let ranks = policy::ranks(args, &corpus, problems).map_err(|e| not_again(&e))?;
        let Sorter { batch, left, mut fates, capped, mut unread, .. } = sorter;
        unread.sort_by_key(|unread| unread.doc);
        unread.dedup_by_key(|unread| unread.doc);
        let mut limits = Vec::new();
        if let Some(before) = before {
            let again = Again { corpus: &before.corpus, docs: None };
            stream::tell_unread(&again, unread, problems)?;
            limits.push((capped, CANDIDATES));
            limits.push((before.reference.fingerprints_stopped(), EARLIER_STOPPED));
        }
        let report = stream::finish(batch, &corpus, Some(&left), problems, progress)?;
        let (within, capped) = keep::decide(&corpus, &report, &left, &ranks, args.matching.linkage)
            .map_err(|e| not_again(&e))?;
        for (doc, fate) in within {
            fates[doc] = fate;
        }
        limits.push((report.counts().candidates_capped, CANDIDATES));
        limits.push((report.counts().fingerprints_stopped, STOPPED));
        Ok((corpus, Self { fates, capped, limits }))
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

struct View<'a> {
    corpus: &'a Corpus,
    earlier: Option<&'a Corpus>,
    fates: &'a [Fate],
    /// Number of the documents that one is kept for, where the lines are annotated.
    clusters: Vec<usize>,
}

/// Documents with the same kept one have the same number, counted from 1 in order of the input.
fn clusters(fates: &[Fate]) -> Vec<usize> {
    let mut numbers = HashMap::new();
    let keys = fates.iter().enumerate().map(|(doc, fate)| match *fate {
        Fate::Kept => (false, doc),
        Fate::Repeats(kept, ..) => (false, kept),
        Fate::RepeatsEarlier(kept, ..) => (true, kept),
    });
    keys.map(|key| {
        let next = numbers.len() + 1;
        *numbers.entry(key).or_insert(next)
    })
    .collect()
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

    /// What is written for a document; none if it goes.
    fn line(&self, doc: usize, args: &DedupArgs) -> io::Result<Option<Cow<'a, [u8]>>> {
        let keep = matches!(self.fates[doc], Fate::Kept);
        if !args.annotate {
            return keep.then(|| self.corpus.line(doc)).transpose();
        }
        let (kept, file, found) = self.kept(doc);
        let shares = found.as_ref().map(|(_, e)| shares(e));
        let added = Added {
            cluster: self.clusters[doc],
            keep,
            kept,
            kept_file: self.earlier.map(|_| file),
            relation: found.map(|(relation, _)| relation.name()),
            in_kept: shares.map(|s| s[0]),
            kept_in_it: shares.map(|s| s[1]),
        };
        let mut line = Vec::new();
        annotate::line(&self.corpus.line(doc)?, &args.annotate_prefix, &added, &mut line);
        Ok(Some(Cow::Owned(line)))
    }

    fn write_removed(&self, out: &mut Output) -> io::Result<()> {
        for (doc, record) in self.corpus.records.iter().enumerate() {
            if let (kept, kept_file, Some((relation, evidence))) = self.kept(doc) {
                let [in_kept, kept_in_it] = shares(&evidence);
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
fn shares(e: &Evidence) -> [f64; 2] {
    [e.content_a_in_b(), e.content_b_in_a()].map(|x| (x * 1e6).round() / 1e6)
}
