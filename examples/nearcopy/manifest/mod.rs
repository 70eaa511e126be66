//! What a run was: enough to repeat it and to cite it.
//!
//! A manifest holds no time and no name of the machine, so the same run over the same input gives
//! the same bytes.

pub mod check;

use crate::batch;
use crate::cli::{InputArgs, Linkage, MatchArgs};
use crate::exit::Stop;
use crate::input::Corpus;
use crate::layout::clean;
use crate::output::{Output, Written};
use crate::problems::Problems;
use nearcopy::dedup::Cluster;
use nearcopy::{Comparer, Recipe, Report, Thresholds};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

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
    /// What was not looked at because of a limit, and how often; 0 where it was not hit.
    limits_hit: BTreeMap<&'static str, u64>,
    result: Outcome,
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
    /// Of them in files that were only compared with.
    earlier: u64,
    bytes_of_text: u64,
    /// Whether --limit ended the reading.
    limited: bool,
    /// Without words; they match nothing. None where they were not counted.
    empty: Option<u64>,
    /// Too short to compare; they match only the same words. None where they were not counted.
    tiny: Option<u64>,
}

/// What the run found.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Clusters { clusters: u64, documents_in_clusters: u64, pairs_verified: u64, pairs_found: u64 },
    Kept { kept: u64, left_out: u64 },
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
    max_lead_tokens: Option<f64>,
    fragment_run: f64,
    fragment_containment: f64,
    fragment_numbers: f64,
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
    /// The manifest of a run that clusters.
    pub fn of_clusters(
        input: &'a InputArgs,
        matching: &MatchArgs,
        all_pairs: bool,
        corpus: &'a Corpus,
        report: &Report,
        problems: &'a Problems,
    ) -> Result<Self, Stop> {
        let counts = report.counts();
        let in_clusters: usize = report.clusters().iter().map(Cluster::size).sum();
        let result = Outcome::Clusters {
            clusters: report.clusters().len() as u64,
            documents_in_clusters: in_clusters as u64,
            pairs_verified: counts.verified,
            pairs_found: report.pairs().len() as u64,
        };
        let limits = BTreeMap::from([
            ("documents_with_more_candidates", counts.candidates_capped),
            ("fingerprints_in_too_many_clusters", counts.fingerprints_stopped),
            ("documents_with_such_fingerprints_in_common", counts.stopped_chains),
            ("pairs_not_verified", counts.pairs_skipped),
            ("places_not_looked_at", counts.places_skipped),
        ]);
        let mut out = Self::of(input, matching, all_pairs, &[corpus], problems, (limits, result))?;
        out.documents.empty = Some(counts.empty);
        out.documents.tiny = Some(counts.tiny);
        Ok(out)
    }

    /// The manifest of a run that leaves out copies; `earlier` was compared with.
    pub fn of_kept(
        input: &'a InputArgs,
        matching: &MatchArgs,
        (corpus, earlier): (&'a Corpus, Option<&'a Corpus>),
        kept: usize,
        limits: &[(u64, &'static str)],
        problems: &'a Problems,
    ) -> Result<Self, Stop> {
        let left_out = (corpus.records.len() - kept) as u64;
        let result = Outcome::Kept { kept: kept as u64, left_out };
        let mut sums = BTreeMap::new();
        for &(n, what) in limits {
            *sums.entry(what).or_default() += n;
        }
        let corpora: Vec<&Corpus> = [corpus].into_iter().chain(earlier).collect();
        Self::of(input, matching, false, &corpora, problems, (sums, result))
    }

    /// What can be said before anything is written.
    fn of(
        input: &'a InputArgs,
        matching: &MatchArgs,
        all_pairs: bool,
        corpora: &[&'a Corpus],
        problems: &'a Problems,
        (limits_hit, result): (BTreeMap<&'static str, u64>, Outcome),
    ) -> Result<Self, Stop> {
        let recipe = Recipe::default();
        let files = corpora.iter().flat_map(|corpus| &corpus.sources).map(|source| {
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
                read: corpora.iter().map(|corpus| corpus.read).sum(),
                used: corpora.iter().map(|corpus| corpus.records.len() as u64).sum(),
                earlier: corpora[1..].iter().map(|corpus| corpus.records.len() as u64).sum(),
                bytes_of_text: corpora.iter().map(|corpus| corpus.bytes).sum(),
                limited: corpora[0].limited,
                empty: None,
                tiny: None,
            },
            limits_hit,
            result,
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
