//! What a run was: enough to repeat it and to cite it.
//!
//! A manifest holds no time and no name of the machine, so the same run over the same input gives
//! the same bytes.

use crate::batch;
use crate::cli::{InputArgs, Linkage, MatchArgs};
use crate::exit::{Done, Stop};
use crate::input::Corpus;
use crate::input::meter::{self, Digest};
use crate::layout::{clean, count};
use crate::output::{Output, Printer, Written};
use crate::problems::{Problems, say};
use nearcopy::{Comparer, Recipe, Report, Thresholds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// The layout of manifests; raised when a field changes its meaning.
const LAYOUT: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    layout: u32,
    program: Program,
    /// The arguments as they were given.
    command: Vec<String>,
    recipe: RecipeOf,
    matching: Matching,
    input: InputOf<'a>,
    documents: Documents,
    /// What was not looked at because of a limit; all 0 where none was hit.
    limits_hit: Limits,
    result: ResultOf,
    outputs: Vec<FileOf>,
}

#[derive(Debug, Serialize)]
struct Program {
    name: &'static str,
    version: &'static str,
    formats: Vec<&'static str>,
}

/// What must agree before fingerprints may be compared.
#[derive(Debug, Serialize)]
struct RecipeOf {
    /// 16 hexadecimal digits.
    id: String,
    profile: &'static str,
    /// Words.
    shingle_width: u8,
    /// Shingles.
    window: u32,
}

#[derive(Debug, Serialize)]
struct Matching {
    linkage: &'static str,
    all_pairs: bool,
    posting_cap: u32,
    max_candidates: usize,
    max_pair_members: usize,
    thresholds: ThresholdsOf,
}

#[derive(Debug, Serialize)]
struct InputOf<'a> {
    options: &'a InputArgs,
    files: Vec<SourceOf<'a>>,
    /// Things that could not be read, by file and kind.
    errors: Vec<ErrorOf<'a>>,
    /// What was read in a way worth telling, and how often.
    notes: BTreeMap<&'static str, u64>,
    /// Sequences of bytes that became U+FFFD.
    replaced_sequences: u64,
}

#[derive(Debug, Serialize)]
struct SourceOf<'a> {
    name: &'a str,
    /// None where a pipe was not read to its end.
    bytes: Option<u64>,
    /// Of the bytes as they stand in the file, packed or not: 32 hexadecimal digits.
    xxh3_128: Option<String>,
    kind: &'static str,
    packing: &'static str,
    documents: u64,
}

#[derive(Debug, Serialize)]
struct ErrorOf<'a> {
    file: &'a str,
    kind: &'static str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct Documents {
    read: u64,
    /// Of these, those that a sample kept, or all.
    used: u64,
    bytes_of_text: u64,
    /// Whether --limit ended the reading.
    limited: bool,
    /// Without words; they match nothing.
    empty: u64,
    /// Too short to compare; they match only the same words.
    tiny: u64,
}

#[derive(Debug, Serialize)]
struct Limits {
    documents_with_more_candidates: u64,
    fingerprints_in_too_many_clusters: u64,
    documents_with_such_fingerprints_in_common: u64,
    pairs_not_verified: u64,
    places_not_looked_at: u64,
}

#[derive(Debug, Serialize)]
struct ResultOf {
    clusters: u64,
    documents_in_clusters: u64,
    pairs_verified: u64,
    pairs_found: u64,
}

#[derive(Debug, Serialize)]
struct FileOf {
    name: String,
    bytes: u64,
    xxh3_128: String,
}

/// Copies the thresholds under their names.
macro_rules! thresholds {
    ($($name:ident: $type:ty),* $(,)?) => {
        #[derive(Debug, Serialize)]
        struct ThresholdsOf {
            $($name: $type,)*
        }

        impl From<&Thresholds> for ThresholdsOf {
            fn from(of: &Thresholds) -> Self {
                Self { $($name: of.$name,)* }
            }
        }
    };
}

thresholds! {
    min_matched: f64,
    min_containment: f64,
    whole: f64,
    max_lead: f64,
    max_lead_share: f64,
    max_substituted: f64,
    count_tail: bool,
    max_substituted_numbers: Option<u32>,
    both_words: f64,
    both_containment: f64,
    max_substituted_tokens: f64,
    short_words: f64,
    max_substituted_tokens_short: f64,
    opening_share: f64,
    passage_words: f64,
    passage_containment: f64,
    opening_head: f64,
    long_opening_words: f64,
    min_overlap_run: f64,
    min_continuation: f64,
}

fn hex(digest: u128) -> String {
    format!("{digest:032x}")
}

impl<'a> Manifest<'a> {
    /// What can be said before anything is written.
    pub fn of(
        input: &'a InputArgs,
        matching: &MatchArgs,
        all_pairs: bool,
        corpus: &'a Corpus,
        report: &Report,
        problems: &'a Problems,
    ) -> Result<Self, Stop> {
        let recipe = Recipe::default();
        let counts = report.counts();
        let in_clusters: usize = report.clusters().iter().map(|cluster| cluster.size()).sum();
        let files = corpus.sources.iter().map(|source| {
            let digest = source.digest().map_err(|error| {
                Stop::Refused(format!("{} could not be read again: {error}", clean(&source.name)))
            })?;
            Ok(SourceOf {
                name: &source.name,
                bytes: digest.map(|d| d.bytes),
                xxh3_128: digest.map(|d| hex(d.xxh3)),
                kind: source.kind,
                packing: source.packing,
                documents: source.documents,
            })
        });
        Ok(Self {
            layout: LAYOUT,
            program: Program {
                name: "nearcopy",
                version: env!("CARGO_PKG_VERSION"),
                formats: [
                    ("compression", cfg!(feature = "compression")),
                    ("html", cfg!(feature = "html")),
                    ("parquet", cfg!(feature = "parquet")),
                ]
                .into_iter()
                .filter_map(|(name, built)| built.then_some(name))
                .collect(),
            },
            command: std::env::args_os()
                .skip(1)
                .map(|a| a.to_string_lossy().into_owned())
                .collect(),
            recipe: RecipeOf {
                id: format!("{:016x}", recipe.id().0),
                profile: recipe.profile().name(),
                shingle_width: recipe.shingle_width(),
                window: recipe.window(),
            },
            matching: Matching {
                linkage: match matching.linkage {
                    Linkage::Star => "star",
                    Linkage::Components => "components",
                },
                all_pairs,
                posting_cap: batch::POSTING_CAP,
                max_candidates: batch::MAX_CANDIDATES,
                max_pair_members: batch::MAX_PAIR_MEMBERS,
                thresholds: (&Comparer::default().thresholds).into(),
            },
            input: InputOf {
                options: input,
                files: files.collect::<Result<_, Stop>>()?,
                errors: problems
                    .errors()
                    .map(|(file, kind, count)| ErrorOf { file, kind, count })
                    .collect(),
                notes: problems.notes().collect(),
                replaced_sequences: problems.replaced(),
            },
            documents: Documents {
                read: corpus.read,
                used: counts.documents,
                bytes_of_text: corpus.bytes,
                limited: corpus.limited,
                empty: counts.empty,
                tiny: counts.tiny,
            },
            limits_hit: Limits {
                documents_with_more_candidates: counts.candidates_capped,
                fingerprints_in_too_many_clusters: counts.fingerprints_stopped,
                documents_with_such_fingerprints_in_common: counts.stopped_chains,
                pairs_not_verified: counts.pairs_skipped,
                places_not_looked_at: counts.places_skipped,
            },
            result: ResultOf {
                clusters: report.clusters().len() as u64,
                documents_in_clusters: in_clusters as u64,
                pairs_verified: counts.verified,
                pairs_found: report.pairs().len() as u64,
            },
            outputs: Vec::new(),
        })
    }

    /// The manifest as one line, to be kept inside another file.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Writes the manifest of a run that has written `outputs`.
    pub fn write(mut self, mut file: Output, outputs: Vec<Written>) -> Result<(), Stop> {
        let outputs = outputs.into_iter();
        self.outputs = outputs
            .map(|w| FileOf { name: w.name, bytes: w.bytes, xxh3_128: hex(w.xxh3) })
            .collect();
        let written = serde_json::to_writer_pretty(&mut file, &self).map_err(io::Error::from);
        written.and_then(|()| file.write_all(b"\n")).map_err(|e| file.failed(&e))?;
        file.finish().map(|_| ())
    }
}

/// Of a manifest, what can be checked.
#[derive(Debug, Deserialize)]
struct Told {
    layout: u32,
    program: ProgramTold,
    recipe: RecipeTold,
    input: InputTold,
    outputs: Vec<FileTold>,
}

#[derive(Debug, Deserialize)]
struct ProgramTold {
    version: String,
}

#[derive(Debug, Deserialize)]
struct RecipeTold {
    id: String,
}

#[derive(Debug, Deserialize)]
struct InputTold {
    files: Vec<FileTold>,
}

#[derive(Debug, Deserialize)]
struct FileTold {
    name: String,
    bytes: Option<u64>,
    xxh3_128: Option<String>,
}

/// `nearcopy check-manifest`: whether the files are those of the run.
pub fn check(path: &Path, quiet: bool) -> Result<Done, Stop> {
    let name = clean(&path.to_string_lossy());
    let wrong = |what: String| Stop::Refused(format!("{name}: {what}"));
    let text = std::fs::read(path).map_err(|e| wrong(crate::input::open::explain(&e)))?;
    let told: Told = serde_json::from_slice(&text)
        .map_err(|e| wrong(format!("is no manifest of nearcopy: {}", clean(&e.to_string()))))?;
    if told.layout != LAYOUT {
        let what = format!("has layout {}, this build reads {LAYOUT}", told.layout);
        return Err(wrong(what));
    }
    let mut same = true;
    Printer::data(None).print(|out| {
        for (what, files) in [("input", &told.input.files), ("output", &told.outputs)] {
            for file in files {
                let found = meter::of_file(Path::new(&file.name));
                let verdict = verdict(file, &found);
                same &= verdict.is_none();
                let verdict = verdict.unwrap_or_else(|| "unchanged".to_owned());
                writeln!(out, "{what:<6}  {}: {verdict}", clean(&file.name))?;
            }
        }
        Ok(())
    })?;
    let (version, recipe) = (env!("CARGO_PKG_VERSION"), Recipe::default().id().0);
    if !quiet && told.program.version != version {
        let what =
            format!("the run was made by nearcopy {}, this is {version}", told.program.version);
        say("note", &clean(&what));
    }
    if told.recipe.id != format!("{recipe:016x}") {
        same = false;
        let what = format!(
            "the run had recipe {}, this build has {recipe:016x}: it may find other matches",
            told.recipe.id
        );
        say("error", &clean(&what));
    }
    Ok(if same { Done::All } else { Done::Partly })
}

/// How a file differs from what was told of it; none where it does not.
fn verdict(told: &FileTold, found: &io::Result<Digest>) -> Option<String> {
    let (Some(bytes), Some(digest)) = (told.bytes, &told.xxh3_128) else {
        return Some("cannot be checked, it was a pipe".to_owned());
    };
    match found {
        Err(error) => Some(crate::input::open::explain(error)),
        Ok(found) if found.bytes != bytes => {
            let found = count(found.bytes, "byte", "bytes");
            Some(format!("changed: {found}, expected {}", crate::layout::number(bytes)))
        }
        Ok(found) if hex(found.xxh3) != *digest => Some("changed: other bytes".to_owned()),
        Ok(_) => None,
    }
}
