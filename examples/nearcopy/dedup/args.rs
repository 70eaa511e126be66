//! The options of `nearcopy dedup`.

use crate::cli::{InputArgs, MatchArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct DedupArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    /// Which of several documents that carry one article is kept. A document only goes if it matches
    /// a kept one directly.
    #[arg(help_heading = "Policy", long, value_enum, default_value_t = Keep::Longest)]
    pub keep: Keep,
    /// Field that holds the priority, for --keep priority: a number, the greatest is kept.
    #[arg(help_heading = "Policy", long, value_name = "NAME")]
    pub priority_field: Option<String>,
    /// Values of the priority field in order, instead of numbers: the first is kept before others.
    #[arg(help_heading = "Policy", long, value_name = "LIST", value_delimiter = ',')]
    pub priority_order: Vec<String>,
    /// JSON lines that were kept before: new documents that match one of them go, whatever the
    /// policy. Nothing of this file is written. May be given several times.
    #[arg(help_heading = "Policy", long, value_name = "FILE")]
    pub against: Vec<PathBuf>,
    /// Keep the texts and the lines in temporary files (TMPDIR), for corpora larger than memory.
    #[arg(help_heading = "Matching", long)]
    pub stream: bool,
    /// Where the kept lines go.
    #[arg(help_heading = "Output", long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Also write why each line was left out, one JSON line each: id, kept, relation, the share of its
    /// article that stands in the kept one, and the other way round.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub removed: Option<PathBuf>,
    /// Also write what was run on what and with which settings; see `cluster --help`.
    #[arg(help_heading = "Output", long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Write all lines, each with these fields behind its own: cluster, keep, kept, relation, in_kept
    /// and kept_in_it.
    #[arg(help_heading = "Output", long)]
    pub annotate: bool,
    /// What the names of these fields begin with.
    #[arg(help_heading = "Output", long, value_name = "PREFIX", default_value = "nearcopy_")]
    pub annotate_prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// The one with the longest article.
    Longest,
    /// The one that was read first.
    First,
    /// The one with the earliest date; needs --date-field, with ISO 8601 or RFC 3339 (times without a
    /// zone are UTC, dates without a time are midnight) or numbers, such as seconds.
    Earliest,
    /// The one with the highest priority; needs --priority-field.
    Priority,
}
