//! `nearcopy report`: what a run found, as one HTML file to read, to search and to show.
//!
//! `gather` puts each cluster into words and numbers and `pair` each diff; `texts` chooses how many
//! texts the page holds; `overview`, `figures` and `plot` make what needs no script, `islands` the
//! data of the cluster browser, and `page` puts all of it into the frame of `assets/`. The same input
//! gives the same bytes: no clock, no random name. `json` and `html` are the only ways for text of
//! documents into the page.

mod args;
mod figures;
mod gather;
mod html;
mod islands;
mod json;
mod overview;
mod page;
mod pair;
mod plot;
mod relations;
mod texts;

use crate::apart;
use crate::batch;
use crate::cli::{Cli, Linkage, MatchArgs};
use crate::cluster::common_folder;
use crate::exit::{Done, Stop};
use crate::input::args::InputArgs;
use crate::input::{self, Corpus};
use crate::layout::{count, cut_end};
use crate::output::Output;
use crate::problems::{Problems, say};
use crate::progress::Progress;
use nearcopy::Report;
use std::io::{self, Write};

pub use args::{ReportArgs, ReportOptions};

/// What was asked for.
pub struct Settings<'a> {
    pub input: &'a InputArgs,
    pub linkage: &'static str,
    pub options: &'a ReportOptions,
}

/// What is told of the reading.
pub struct About<'a> {
    pub settings: Settings<'a>,
    /// Inputs and records that could not be read.
    pub errors: u64,
    /// Whether reading stopped at a limit.
    pub limited: bool,
}

pub fn run(cli: &Cli, args: &ReportArgs) -> Result<Done, Stop> {
    apart::check([&args.output], &args.input, None)?;
    let mut output = Output::create(&args.output)?;
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());
    let corpus = input::read(&args.input, &mut problems, &progress)?;
    let written = batch::on_threads(args.matching.threads, || {
        let report = batch::run(&corpus, &args.matching, false, &progress)?;
        let about = about(&args.input, &args.matching, &args.options, &problems, &corpus);
        write(&mut output, &about, &corpus, &report, &progress).map_err(|e| output.failed(&e))?;
        output.finish()?;
        Ok(report)
    });
    problems.tell_counts();
    let report = written?;
    if !cli.quiet {
        let clusters = count(report.clusters().len() as u64, "cluster", "clusters");
        let documents = count(report.counts().documents, "document", "documents");
        let path = args.output.display();
        say("note", &format!("{clusters} of {documents} in {path}; open it in a browser"));
    }
    Ok(problems.done())
}

/// What the page tells of a run.
pub fn about<'a>(
    input: &'a InputArgs,
    matching: &MatchArgs,
    options: &'a ReportOptions,
    problems: &Problems,
    corpus: &Corpus,
) -> About<'a> {
    let linkage = match matching.linkage {
        Linkage::Star => "star: every member matches its representative",
        Linkage::Components => "components: members may be linked through other members",
    };
    About {
        settings: Settings { input, linkage, options },
        errors: problems.count(),
        limited: corpus.limited,
    }
}

/// Writes the page.
pub fn write(
    out: &mut dyn Write,
    about: &About<'_>,
    corpus: &Corpus,
    report: &Report,
    progress: &Progress,
) -> io::Result<()> {
    let options = about.settings.options;
    let described = gather::clusters(corpus, report, options.diffs, progress);
    let most = u64::from(options.max_text) * 1_000_000;
    let choice = texts::choose(&described, options.diffs, most);
    let title = title(about);
    page::write(out, |out, name| {
        let text = match name {
            "title" => html::escape(&title),
            "numbers" => overview::numbers(report),
            "lead" => overview::lead(report),
            "notes" => overview::notes(about, report, &choice),
            "relations" => overview::relations(report),
            "settings" => overview::settings(&about.settings),
            "figures" => figures::all(corpus, report),
            "index" => islands::index(corpus, report, &described, common_folder(corpus)),
            "clusters" => return islands::clusters(out, &described, &choice),
            _ => String::new(),
        };
        out.write_all(text.as_bytes())
    })
}

/// The title asked for, or the names of the inputs.
fn title(about: &About<'_>) -> String {
    if let Some(title) = &about.settings.options.title {
        return title.clone();
    }
    let names: Vec<String> = (about.settings.input.paths.iter())
        .map(|path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
        .collect();
    format!("Near-duplicates in {}", cut_end(&names.join(", "), 80))
}
