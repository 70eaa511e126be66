//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit codes:
  0    done
  1    done, but some input could not be read; standard error says what and where
  2    wrong usage
  3    nothing to do: no documents were found
  4    stopped: two documents had one id, --strict met an error, compare could
       not read a text, or an output could not be written
  130  interrupted

An output file appears whole or not at all.

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
    Dedup(DedupArgs),
    /// Keep an index on disk of what was seen: add, query, remove, stats.
    #[cfg(feature = "online")]
    Index(crate::index::IndexArgs),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Folders (searched for files), text files, JSON-lines files, or - for JSON lines on standard
    /// input. Files packed with gzip or zstd are recognised by their content.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How files are read; auto goes by the ending of the name, then by the first character.
    #[arg(long, value_enum, default_value_t = Input::Auto)]
    pub input: Input,
    /// JSON field that holds the id; a record without it is named FILE:LINE.
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// JSON field that holds the text.
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// JSON field that names the site, such as the host; furniture is learned per site.
    #[arg(long, value_name = "NAME")]
    pub site_field: Option<String>,
    /// Endings of the file names that are read inside folders (.gz and .zst may follow).
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "txt,text,jsonl,ndjson"
    )]
    pub ext: Vec<String>,
    /// Read no more than N documents.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// What to do when two documents have one id.
    #[arg(long, value_enum, default_value_t = OnDuplicateId::Refuse)]
    pub on_duplicate_id: OnDuplicateId,
    /// Stop at the first input that cannot be read.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Input {
    Auto,
    /// Each file is one document.
    Text,
    /// Each line is one JSON object.
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnDuplicateId {
    /// Name both places and stop.
    Refuse,
    /// Call the second one ID#2, the third ID#3.
    Suffix,
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
    /// To be processed.
    Json,
}

#[derive(Debug, Args)]
pub struct ClusterArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    /// Text, or JSON with one line for each document.
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
    /// Also verify all pairs inside each cluster and write the verified pairs, one JSON line each.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub pairs: Option<PathBuf>,
    /// Also write {id, cluster} for each document, one JSON line each.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub clusters: Option<PathBuf>,
    /// Columns of the text output [default: those of the terminal, else 80].
    #[arg(help_heading = "Output", long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(60..=400))]
    pub width: Option<u16>,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A text file; - for standard input. May be packed with gzip or zstd.
    pub a: PathBuf,
    /// The other text file.
    pub b: PathBuf,
    /// Text or one JSON object.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
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

#[derive(Debug, Args)]
pub struct DedupArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    /// Where the kept lines go.
    #[arg(help_heading = "Output", long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Also write {id, kept, relation} for each line left out, one JSON line each.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub removed: Option<PathBuf>,
    /// Which document of a cluster is kept.
    #[arg(help_heading = "Output", long, value_enum, default_value_t = Keep::Longest)]
    pub keep: Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// The one with the longest article.
    Longest,
    /// The one that was read first.
    First,
}
