//! `nearcopy dedup`: JSON lines without the copies.

use crate::batch;
use crate::cli::{Cli, DedupArgs, Input, Keep};
use crate::exit::{Done, Stop};
use crate::input::{self, Corpus, Wanted};
use crate::layout::count;
use crate::output::Output;
use crate::problems::{Problems, say};
use crate::progress::Progress;
use crate::records::{self, Removed};
use nearcopy::{Comparer, Relation, Report};
use std::io::{self, Write};

pub fn run(cli: &Cli, args: &DedupArgs) -> Result<Done, Stop> {
    if args.input.input == Input::Text {
        let what = "dedup writes JSON lines; for text files use cluster --format json";
        return Err(Stop::Usage(what.to_owned()));
    }
    if args.removed.as_ref() == Some(&args.output) {
        return Err(Stop::Usage("--removed and --output name one file".to_owned()));
    }
    // before the work, so that a wrong path is told at once
    let mut output = Output::create(&args.output)?;
    let mut removed = args.removed.as_deref().map(Output::create).transpose()?;
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    let corpus = input::read(&args.input, Wanted::Lines, &mut problems, &progress)?;
    let (keeper, relations) = batch::on_threads(args.matching.threads, || {
        let report = batch::run(&corpus, &args.matching, false, &progress)?;
        let keeper = keepers(&report, corpus.records.len(), args.keep);
        let relations = removed.as_ref().map(|_| relations(&corpus, &report, &keeper));
        Ok((keeper, relations))
    })?;

    write_kept(&mut output, &corpus, &keeper).map_err(|e| output.failed(&e))?;
    if let (Some(file), Some(relations)) = (&mut removed, &relations) {
        write_removed(file, &corpus, &keeper, relations).map_err(|e| file.failed(&e))?;
    }
    output.finish()?;
    if let Some(file) = removed {
        file.finish()?;
    }
    problems.tell_counts();
    if !cli.quiet {
        let kept = (0..keeper.len()).filter(|&doc| keeper[doc] == doc).count();
        let all = count(keeper.len() as u64, "document", "documents");
        let gone = count((keeper.len() - kept) as u64, "copy", "copies");
        say("done", &format!("{all}: {kept} kept, {gone} left out"));
    }
    Ok(problems.done())
}

/// For each document the one that is kept for it: itself where it is kept.
fn keepers(report: &Report, documents: usize, keep: Keep) -> Vec<usize> {
    let mut keeper: Vec<usize> = (0..documents).collect();
    for cluster in report.clusters() {
        let kept = match keep {
            Keep::Longest => cluster.representative,
            Keep::First => cluster.docs().min().unwrap_or(cluster.representative),
        };
        for doc in cluster.docs() {
            keeper[doc] = kept;
        }
    }
    keeper
}

/// The relation of each removed document to the kept one, in order of input.
fn relations(corpus: &Corpus, report: &Report, keeper: &[usize]) -> Vec<Relation> {
    let comparer = Comparer::default();
    let text = |doc: usize| comparer.prepare(&corpus.records[doc].text);
    let mut found: Vec<(usize, Relation)> = Vec::new();
    for cluster in report.clusters() {
        let kept = keeper[cluster.representative];
        if kept == cluster.representative {
            found.extend(cluster.members.iter().map(|m| (m.doc, m.relation)));
            continue;
        }
        // the batch compared with the representative, not with the first
        let document = text(kept);
        for doc in cluster.docs().filter(|&doc| doc != kept) {
            found.push((doc, comparer.relate(&text(doc), &document).0));
        }
    }
    found.sort_unstable_by_key(|&(doc, _)| doc);
    found.into_iter().map(|(_, relation)| relation).collect()
}

fn write_kept(out: &mut Output, corpus: &Corpus, keeper: &[usize]) -> io::Result<()> {
    for (doc, record) in corpus.records.iter().enumerate() {
        if keeper[doc] == doc {
            out.write_all(&record.raw)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn write_removed(
    out: &mut Output,
    corpus: &Corpus,
    keeper: &[usize],
    relations: &[Relation],
) -> io::Result<()> {
    let removed = (0..keeper.len()).filter(|&doc| keeper[doc] != doc);
    for (doc, relation) in removed.zip(relations) {
        let (id, kept) = (&corpus.records[doc].id, &corpus.records[keeper[doc]].id);
        records::line(out, &Removed { id, kept, relation: relation.name() })?;
    }
    Ok(())
}
