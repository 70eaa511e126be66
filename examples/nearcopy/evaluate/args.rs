//! The options of `nearcopy evaluate`.

use crate::cli::{InputArgs, MatchArgs, TextOrJson};
use clap::{Args, ValueEnum};
use nearcopy::Thresholds;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct EvaluateArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub matching: MatchArgs,
    #[command(flatten)]
    pub truth: TruthArgs,
    /// The threshold to vary, from what was verified once.
    #[arg(help_heading = "Sweep", long, value_enum, default_value_t = Swept::MinContainment)]
    pub sweep: Swept,
    /// Its values, such as 0.2,0.3,0.5 [default: a range around the one in use].
    #[arg(help_heading = "Sweep", long, value_name = "LIST", value_delimiter = ',', value_parser = value)]
    pub sweep_values: Vec<f64>,
    /// Also draw the sweep, as an SVG picture.
    #[arg(help_heading = "Sweep", long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Text or one JSON object.
    #[arg(help_heading = "Output", long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// List the N worst wrong pairs and the N worst misses.
    ///
    /// Wrong pairs are those with the most matched words. Where the truth has groups, a miss is one
    /// pair for each part of a group that stands apart from its largest part: the longest document
    /// of either. Where it has pairs, a miss is a pair that stands apart. The longest come first.
    #[arg(help_heading = "Output", long, value_name = "N", default_value_t = 0)]
    pub show: usize,
    /// Write the result here instead of standard output.
    #[arg(help_heading = "Output", long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Columns of the text output [default: those of the terminal, else 80].
    #[arg(help_heading = "Output", long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(60..=400))]
    pub width: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Truth")]
pub struct TruthArgs {
    /// What is right: JSON lines with an id and a group each, equal groups being one article; or a
    /// table with tabs and the columns id_a and id_b, each line a pair that matches.
    #[arg(long, value_name = "FILE", required = true)]
    pub truth: PathBuf,
    /// Field of the truth that holds the id.
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub truth_id_field: String,
    /// Field of the truth that holds the group.
    #[arg(long, value_name = "NAME", default_value = "group")]
    pub group_field: String,
    /// Field of the truth that says what kind of copy a document is.
    #[arg(long, value_name = "NAME", default_value = "kind")]
    pub kind_field: String,
    /// The kind with which the others are compared.
    #[arg(long, value_name = "KIND", default_value = "clean")]
    pub reference_kind: String,
    /// Field of the truth that names the host.
    #[arg(long, value_name = "NAME", default_value = "host")]
    pub host_field: String,
    /// Field of the truth that names the language; without it the script of the text counts.
    #[arg(long, value_name = "NAME", default_value = "lang")]
    pub lang_field: String,
    /// A table with tabs and the columns group_a and group_b: groups that do share text, so that
    /// pairs across them are neither right nor wrong.
    #[arg(long, value_name = "FILE")]
    pub overlaps: Option<PathBuf>,
    /// Score the documents that input and truth both have, instead of refusing where they differ.
    #[arg(long)]
    pub partial: bool,
}

fn value(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0);
    value.ok_or_else(|| "expected numbers of 0 or more, parted by commas".to_owned())
}

/// A threshold that can be varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Swept {
    /// Least share of the shorter article that is matched.
    MinContainment,
    /// The same, for passages and openings too.
    AllContainment,
    /// Least words that are matched.
    MinMatched,
    /// Most other words in place of the matched ones, as a share of these.
    MaxSubstituted,
    /// Most other words of any kind in their place, in matches of 60 words or more.
    MaxSubstitutedTokens,
    /// Most other words before 25 have matched.
    MaxLead,
}

impl Swept {
    pub fn name(self) -> &'static str {
        match self {
            Self::MinContainment => "min_containment",
            Self::AllContainment => "all_containment",
            Self::MinMatched => "min_matched",
            Self::MaxSubstituted => "max_substituted",
            Self::MaxSubstitutedTokens => "max_substituted_tokens",
            Self::MaxLead => "max_lead",
        }
    }

    /// What the numbers are.
    pub fn what(self) -> &'static str {
        match self {
            Self::MinContainment => "least share of the shorter article that is matched",
            Self::AllContainment => "least share of the shorter article, passages and openings too",
            Self::MinMatched => "least words of article that are matched",
            Self::MaxSubstituted => "most other words in place of the matched, as a share",
            Self::MaxSubstitutedTokens => {
                "most words of any kind in place of the matched, as a share"
            }
            Self::MaxLead => "most other words before 25 have matched",
        }
    }

    /// The value in use.
    pub fn of(self, thresholds: &Thresholds) -> f64 {
        match self {
            Self::MinContainment | Self::AllContainment => thresholds.min_containment,
            Self::MinMatched => thresholds.min_matched,
            Self::MaxSubstituted => thresholds.max_substituted,
            Self::MaxSubstitutedTokens => thresholds.max_substituted_tokens,
            Self::MaxLead => thresholds.max_lead,
        }
    }

    /// The thresholds with this one at `value`.
    pub fn at(self, value: f64, thresholds: &Thresholds) -> Thresholds {
        let mut out = *thresholds;
        match self {
            Self::MinContainment => out.min_containment = value,
            Self::AllContainment => {
                out.min_containment = value;
                out.passage_containment = value;
            }
            Self::MinMatched => out.min_matched = value,
            Self::MaxSubstituted => out.max_substituted = value,
            Self::MaxSubstitutedTokens => out.max_substituted_tokens = value,
            Self::MaxLead => out.max_lead = value,
        }
        out
    }

    /// Values to look at where none are given.
    pub fn range(self) -> Vec<f64> {
        let steps = |n: u32, step: f64| (1..=n).map(|i| f64::from(i) * step).collect();
        match self {
            Self::MinContainment | Self::AllContainment => {
                (1..20).map(|i| f64::from(i) / 20.0).collect()
            }
            Self::MinMatched => steps(12, 6.0),
            Self::MaxSubstituted => (1..=12).map(|i| f64::from(i) / 10.0).collect(),
            Self::MaxSubstitutedTokens => steps(10, 0.5),
            Self::MaxLead => steps(12, 5.0),
        }
    }
}
