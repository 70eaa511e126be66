//! The command line.

pub use crate::input::args::{Input, InputArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit codes:
  0    done
  1    done, but some input could not be read, or is not what a manifest says;
       standard error says what and where
  2    wrong usage
  3    nothing to do: no documents were found
  4    stopped: two documents had one id, --strict met an error, compare could
       not read a text, or an output could not be written
  130  interrupted

An output file appears whole or not at all. A name that ends in .gz or .zst asks
for packing.

Columns: shares (jaccard, a_in_b, b_in_a, content_a_in_b, content_b_in_a) are
0.0 to 1.0, rounded to six places; all others are numbers of words. a is the
document of the row, b its representative, in pairs the two named. Cells are
empty where there is nothing to say, as for representatives.

NO_COLOR, or a pipe, turns colours off; --color says otherwise.";

/// Finds near-duplicate documents: truncated, wrapped and edited copies.
#[derive(Debug, Parser)]
#[command(name = "nearcopy", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to colour.
    #[arg(help_heading = "Common", long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// No progress, no notes, no summary; errors are still reported.
    #[arg(help_heading = "Common", long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Group the documents that carry one article and say how each differs.
    Cluster(ClusterArgs),
    /// Say how two texts are related and show the differences.
    Compare(CompareArgs),
    /// Copy JSON lines, leaving out those that carry an article already kept.
    ///
    /// Kept lines are written byte for byte as they were read. A document without words is kept:
    /// nothing says that it is a copy. A line that cannot be read is reported and not written.
    /// Only JSON lines can be written like this; for other files use cluster --format json.
    Dedup(crate::dedup::DedupArgs),
    /// Show the groups as one HTML file: numbers, plots, a browser of clusters, the differences.
    ///
    /// The file holds everything it needs and loads nothing. The same input gives the same bytes.
    Report(crate::report::ReportArgs),
    /// Score the clusters and pairs found against a truth.
    Evaluate(crate::evaluate::EvaluateArgs),
    /// Say what the settings will find and miss, and what they cost.
    ///
    /// Without options: a scrape of which 89 % stand in an article about four times as long, so that
    /// the two resemble each other by no more than 0.22.
    ExplainParams(crate::params::ParamsArgs),
    /// Write completions for a shell, to be sourced or put where it looks for them.
    Completions(crate::shell::CompletionsArgs),
    /// Write the manual page, for man -l -.
    Man,
    /// Say whether the files that a manifest names are still the same.
    ///
    /// Names are taken from the current folder on, as they were in the run. Ends with 1 where a file
    /// or the recipe differs.
    CheckManifest {
        /// What --manifest has written.
        manifest: PathBuf,
    },
    /// Keep an index on disk of what was seen: add, query, remove, stats.
    #[cfg(feature = "online")]
    Index(crate::index::IndexArgs),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Matching")]
pub struct MatchArgs {
    /// How matches become clusters.
    #[arg(long, value_enum, default_value_t = Linkage::Star)]
    pub linkage: Linkage,
    /// Threads to work with [default: one for each core]; the result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Linkage {
    /// Every member matches the representative.
    Star,
    /// Members may be linked through other members.
    Components,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// To be read.
    Text,
    /// To be processed: one JSON object for each document.
    Json,
    /// Under a header, one row for each document.
    Csv,
    /// The same columns, typed; to a file only.
    Parquet,
}

#[derive(Debug, Args)]
pub struct ClusterArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    /// Keep the texts in a temporary file instead of in memory, for corpora that are larger. It is in
    /// the folder that TMPDIR names and goes with the run.
    #[arg(help_heading = "Matching", long)]
    pub stream: bool,
    /// Memory in MiB for fingerprints while documents are read [default: all; with --stream a
    /// sixteenth of the texts, at least 16]; documents beyond are read a second time.
    #[arg(help_heading = "Matching", long, value_name = "MIB")]
    pub fingerprint_memory: Option<u32>,
    /// Text, or one record for each document.
    #[arg(help_heading = "Output", long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show the passages in which each member differs (text only).
    #[arg(help_heading = "Output", long)]
    pub diff: bool,
    /// Members listed for each cluster; 0 lists all.
    #[arg(help_heading = "Output", long, value_name = "N", default_value_t = 20)]
    pub members: usize,
    /// Write the result here instead of standard output.
    #[arg(help_heading = "Output", long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also verify all pairs inside each cluster and write the verified pairs: as JSON lines, or by
    /// the ending of the name as .csv, .tsv or .parquet.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub pairs: Option<PathBuf>,
    /// Also write id and cluster of each document, in the same formats.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub clusters: Option<PathBuf>,
    /// Also write the groups as an HTML page; `nearcopy report` has its settings.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Also write what was run on what and with which settings: JSON with versions, thresholds,
    /// digests of inputs and outputs, counts and limits hit. The same run gives the same bytes.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Columns of the text output [default: those of the terminal, else 80].
    #[arg(help_heading = "Output", long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(60..=400))]
    pub width: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// To be read.
    Text,
    /// To be processed.
    Json,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A text file or a page; - for standard input. May be packed.
    pub a: PathBuf,
    /// The other text file.
    pub b: PathBuf,
    /// Text or one JSON object.
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Leave the differences out.
    #[arg(long)]
    pub no_diff: bool,
    /// Show the measures beside the thresholds: why this relation and no other.
    #[arg(long)]
    pub explain: bool,
    /// Columns of the text output [default: those of the terminal, else 80].
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=400))]
    pub width: Option<u16>,
}
