//! The options of `nearcopy explain-params`.

use crate::cli::TextOrJson;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ParamsArgs {
    /// The kind of text.
    #[arg(long, value_enum, default_value_t = Profile::Web)]
    pub profile: Profile,
    /// Words of the shorter document.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub words: u32,
    /// How many times as long the longer one is.
    #[arg(long, value_name = "RATIO", default_value_t = 3.94, value_parser = ratio)]
    pub length_ratio: f64,
    /// Share of the shorter document that stands in the longer one.
    #[arg(long, value_name = "SHARE", default_value_t = 0.89, value_parser = share)]
    pub containment: f64,
    /// Bands and rows of MinHash to set beside it, as 14x8.
    #[arg(long, value_name = "BANDSxROWS", default_value = "14x8", value_parser = bands)]
    pub bands: nearcopy::lsh::Bands,
    /// Number of documents, for the memory.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=4_000_000_000))]
    pub documents: u64,
    /// Text or one JSON object.
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Also draw the curves, as an SVG picture.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Columns of the text output [default: those of the terminal, else 80].
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(60..=400))]
    pub width: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Pages, articles, documents.
    Web,
    /// Scanned text; a word is counted as five letters.
    Ocr,
    /// Titles, headlines, posts.
    Short,
    /// Source code.
    Code,
}

impl From<Profile> for nearcopy::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Web => Self::Web,
            Profile::Ocr => Self::Ocr,
            Profile::Short => Self::Short,
            Profile::Code => Self::Code,
        }
    }
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|r: &f64| (1.0..=10_000.0).contains(r));
    ratio.ok_or_else(|| "expected a number from 1 to 10000".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|s: &f64| (0.0..=1.0).contains(s));
    share.ok_or_else(|| "expected a share from 0 to 1".to_owned())
}

fn bands(text: &str) -> Result<nearcopy::lsh::Bands, String> {
    let numbers = text.split_once('x').and_then(|(b, r)| b.parse().ok().zip(r.parse().ok()));
    let Some((bands, rows)) = numbers else {
        return Err("expected bands and rows, such as 14x8".to_owned());
    };
    nearcopy::lsh::Bands::new(bands, rows).map_err(|e| e.to_string())
}
