//! `nearcopy evaluate`: the result against a truth.

mod args;
mod cases;
mod scores;
mod script;
mod sweep;
mod table;
mod truth;

use crate::apart;
use crate::batch;
use crate::cli::{Cli, TextOrJson};
use crate::exit::{Done, Stop};
use crate::input;
use crate::output::{Output, Printer};
use crate::problems::Problems;
use crate::progress::Progress;
use crate::records;
use serde::Serialize;
use std::io::Write as _;

pub use args::EvaluateArgs;

/// All that is told.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    scores: scores::Scores,
    sweep: sweep::Sweep,
    wrong: Vec<cases::Case<'a>>,
    missed: Vec<cases::Case<'a>>,
    /// Ids of the input that the truth lacks.
    not_in_truth: u64,
    /// Ids of the truth that the input lacks.
    not_in_input: u64,
}

pub fn run(cli: &Cli, args: &EvaluateArgs) -> Result<Done, Stop> {
    let truth = std::iter::once(&args.truth.truth).chain(&args.truth.overlaps);
    apart::check(args.output.iter().chain(&args.plot), &args.input, truth)?;
    // before the work, so that a wrong path is told at once
    let output = args.output.as_deref().map(Output::create).transpose()?;
    let mut plot = args.plot.as_deref().map(Output::create).transpose()?;
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    let corpus = input::read(&args.input, &mut problems, &progress)?;
    let labelled = truth::label(&args.truth, &corpus)?;
    if labelled.docs.is_empty() {
        let truth = args.truth.truth.display();
        return Err(Stop::NothingToDo(format!("no document is in both the input and {truth}")));
    }
    let printed = batch::on_threads(args.matching.threads, || {
        let settings = batch::settings(&args.matching).all_pairs(true).ledger(true);
        let report = batch::run_with(&corpus, &settings, &progress);
        let documents = corpus.records.len();
        let clusters: Vec<Vec<usize>> =
            report.clusters().iter().map(|c| c.docs().collect()).collect();
        let found = scores::clusters_of(&labelled, &clusters, documents);
        let pairs = scores::matches(&labelled, &report, documents);
        let thresholds = nearcopy::Thresholds::default();
        let answer = Answer {
            scores: scores::score(&labelled, &report, &found, &pairs),
            sweep: sweep::sweep(&labelled, &report, &thresholds, args.sweep, &args.sweep_values),
            wrong: cases::wrong(&corpus, &labelled, &report, args.show),
            missed: cases::missed(&corpus, &labelled, &found, args.show),
            not_in_truth: labelled.left_out[0],
            not_in_input: labelled.left_out[1],
        };
        if let Some(mut file) = plot.take() {
            file.write_all(answer.sweep.svg().as_bytes()).map_err(|e| file.failed(&e))?;
            file.finish()?;
        }
        Printer::new(output, cli.color).print(|out| match args.format {
            TextOrJson::Json => records::line(out, &answer),
            TextOrJson::Text => table::print(out, args, &answer),
        })
    });
    problems.tell_counts();
    match printed {
        Ok(_) | Err(Stop::ClosedPipe) => Ok(problems.done()),
        Err(stop) => Err(stop),
    }
}
