//! The options of reading.

use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, Clone, Args, Serialize)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Folders (searched for files), files, or - for standard input. Text, Markdown, HTML, JSON,
    /// JSON lines, CSV, TSV, Parquet, WARC, WET and ARC; packed with gzip, zstd, bzip2 or xz, which
    /// is recognised by the content.
    #[arg(required = true, value_name = "PATH")]
    #[serde(skip)]
    pub paths: Vec<PathBuf>,
    /// What files hold; auto goes by the first bytes and by the ending of the name.
    #[arg(long, value_enum, default_value_t = Input::Auto)]
    pub input: Input,
    /// Field or column that holds the id, `a.b` for b inside a; a record without it is named
    /// FILE:LINE, one of an archive by its address (or by this header, such as WARC-Record-ID).
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// Fields or columns that hold the text, `a.b` for b inside a; several are joined as lines.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', default_value = "text")]
    pub text_field: Vec<String>,
    /// Field or column that names the site, such as the host; furniture is learned per site.
    #[arg(long, value_name = "NAME")]
    pub site_field: Option<String>,
    /// Field or column that holds an address, whose host is the site where --site-field gives none.
    /// Archives bring their own.
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// Field or column that holds the date, for the report and for dedup --keep earliest. Archives
    /// bring their own.
    #[arg(long, value_name = "NAME")]
    pub date_field: Option<String>,
    /// Endings of the file names that are read inside folders (.gz, .zst, .bz2 and .xz may follow).
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "txt,text,md,html,htm,jsonl,ndjson,csv,tsv,parquet,warc,wet,arc"
    )]
    pub ext: Vec<String>,
    /// Read the files inside folders that match, whatever their ending: `*.log`, or with a slash
    /// from the folder on: `2024/**/*.html`. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Pass over the files inside folders that match. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// A quotation mark in CSV and TSV is a character like any other and encloses nothing.
    #[arg(long)]
    pub no_quotes: bool,
    /// What is taken of HTML.
    #[arg(long, value_enum, default_value_t = Html::AllText)]
    pub html: Html,
    /// Encoding of all input, such as windows-1252, instead of the one declared or detected.
    #[arg(long, value_name = "LABEL")]
    pub encoding: Option<String>,
    /// Read no more than N documents.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Keep N of the documents that are read, drawn by their ids: one seed always draws the same,
    /// in whatever order they come, and a larger N adds to a smaller one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
    /// Seed of --sample.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Longest record, file or page in MiB, unpacked; longer ones are reported and passed over.
    #[arg(long, value_name = "MIB", default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(1..=4095))]
    pub max_record: u32,
    /// What to do when two documents have one id.
    #[arg(long, value_enum, default_value_t = OnDuplicateId::Refuse)]
    pub on_duplicate_id: OnDuplicateId,
    /// Stop at the first input that cannot be read.
    #[arg(long)]
    pub strict: bool,
}

impl InputArgs {
    /// Bytes of a record at most.
    pub fn most_bytes(&self) -> usize {
        self.max_record as usize * (1 << 20)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    Auto,
    /// Each file is one document.
    Text,
    /// Each file is one document with markup.
    Html,
    /// Each line is one JSON object.
    Jsonl,
    /// A list of JSON objects, or objects one behind the other.
    Json,
    /// Rows under a header.
    Csv,
    /// Rows under a header, separated by tabs.
    Tsv,
    /// Rows of columns.
    Parquet,
    /// WARC, WET or ARC.
    Warc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Html {
    /// The text of the whole page, furniture too, which matching tells from content by itself.
    AllText,
    /// The article as Readability finds it, or the whole page where it finds none. Shorter texts, at
    /// the price of the extractor's mistakes.
    Article,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDuplicateId {
    /// Name both places and stop.
    Refuse,
    /// Call the second one ID#2, the third ID#3.
    Suffix,
}
