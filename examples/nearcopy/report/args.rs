//! The options of the page.

use crate::cli::MatchArgs;
use crate::input::args::InputArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    /// Where the page goes.
    #[arg(help_heading = "Output", long, short, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub options: ReportOptions,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ReportOptions {
    /// Heading of the page [default: names the input].
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Copies of each cluster whose differences are shown, best first; fewer where the texts would be
    /// more than --max-text. Measures stand for all.
    #[arg(long, value_name = "N", default_value_t = Self::DEFAULT.diffs)]
    pub diffs: usize,
    /// Megabytes of texts and differences at most. Where the first copy of each cluster is too much,
    /// the largest clusters have theirs.
    #[arg(long, value_name = "MB", default_value_t = Self::DEFAULT.max_text)]
    pub max_text: u32,
}

impl ReportOptions {
    /// What a page is made with where nothing is said.
    pub const DEFAULT: Self = Self { title: None, diffs: 20, max_text: 32 };
}
