//! Plants perturbed copies of your own articles with known truth and measures what is found.
//!
//! ```text
//! cargo run --release --example perturb -- articles.jsonl --report
//! cargo run --release --example perturb -- folder/ --corpus corpus.jsonl --seed 7
//! ```
//!
//! Copies are truncated, put in the frames of invented sites, shuffled, edited, misread, or stand
//! among other text; some texts only quote, and pages of different articles share a frame. The same
//! articles and the same seed give the same corpus.

mod corpus;
mod frames;
mod input;
mod kinds;
mod measure;
mod random;
mod tables;
mod words;

use clap::Parser;
use corpus::{Corpus, Plan};
use kinds::Kind;
use measure::{Conditions, Verdict};
use nearcopy::dedup::Linkage;
use nearcopy::{Comparer, Dedup};
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Plant perturbed copies of articles with known truth, and measure what nearcopy finds of them
#[derive(Debug, Parser)]
struct Args {
    /// JSON records, one a line, or a folder of .txt files
    input: PathBuf,
    /// Write the corpus here, one JSON record a line: id, group, kind, host, text
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// Print what is found, as Markdown tables
    #[arg(long)]
    report: bool,
    /// Write copies that were missed and false matches here, with both texts, one JSON record a line
    #[arg(long, value_name = "FILE", requires = "report")]
    misses: Option<PathBuf>,
    /// Articles that get copies
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    #[arg(long, default_value_t = 100)]
    min_words: usize,
    #[arg(long, default_value_t = 800)]
    max_words: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kinds of copies, such as trunc-25,edit-2.5 [default: all]
    #[arg(long, value_delimiter = ',', value_parser = kind)]
    kinds: Vec<Kind>,
    /// Join the lines of each paragraph, for texts whose lines break inside sentences
    #[arg(long)]
    join_lines: bool,
    /// Clusters in which a fingerprint still nominates candidates [default: that of the crate]
    #[arg(long, value_name = "N")]
    posting_cap: Option<u32>,
    /// Let clusters be connected components of the matches, not stars
    #[arg(long)]
    components: bool,
    #[arg(long, default_value = "text")]
    text_field: String,
    #[arg(long, default_value = "id")]
    id_field: String,
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::parse(name).ok_or_else(|| {
        let all: Vec<String> = Kind::ALL.iter().map(|k| k.name()).collect();
        format!("expected a kind such as {}", all.join(", "))
    })
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // nothing is left to do if even this cannot be written
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    if args.corpus.is_none() && !args.report {
        return Err("nothing to do: ask for --report, for --corpus FILE, or for both".into());
    }
    let mut articles = input::read(&args.input, &args.text_field, &args.id_field)?;
    if args.join_lines {
        articles.iter_mut().for_each(|a| a.text = words::join_lines(&a.text));
    }
    let mut kinds = if args.kinds.is_empty() { Kind::ALL.to_vec() } else { args.kinds.clone() };
    kinds.sort_unstable();
    kinds.dedup();
    let plan = Plan {
        seed: args.seed,
        limit: args.limit.max(1),
        min_words: args.min_words,
        max_words: args.max_words,
        kinds,
    };
    let corpus = corpus::plant(articles, &plan)?;
    if let Some(path) = &args.corpus {
        write_to(path, |out| write_corpus(&corpus, out))?;
    }
    if !args.report {
        return Ok(());
    }
    let comparer = Comparer::default();
    let pairwise = [true, false].map(|breaks| measure::pairwise(&corpus, &comparer, breaks));
    let mut dedup = Dedup::new();
    if let Some(cap) = args.posting_cap {
        dedup = dedup.posting_cap(cap);
    }
    if args.components {
        dedup = dedup.linkage(Linkage::Components);
    }
    let usual = Conditions { hosts: true, breaks: true };
    let alone = measure::each_alone(&corpus, &dedup, usual);
    let batches = [(true, true), (false, true), (true, false), (false, false)]
        .map(|(hosts, breaks)| measure::batch(&corpus, &dedup, Conditions { hosts, breaks }));
    let measured = tables::Measured { corpus: &corpus, pairwise, alone, batches };
    let tables = measured.markdown().map_err(|e| e.to_string())?;
    io::stdout().write_all(tables.as_bytes()).map_err(|e| e.to_string())?;
    match &args.misses {
        Some(path) => write_to(path, |out| write_misses(&measured, out)),
        None => Ok(()),
    }
}

fn write_to(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), String> {
    File::create(path)
        .map(BufWriter::new)
        .and_then(|mut out| write(&mut out).and_then(|()| out.flush()))
        .map_err(|e| format!("cannot write {}: {e}", path.display()))
}

fn kind_name(kind: Option<Kind>) -> String {
    kind.map_or("clean".into(), Kind::name)
}

fn write_corpus(corpus: &Corpus, out: &mut impl Write) -> io::Result<()> {
    for text in &corpus.texts {
        let record = json!({
            "id": text.id,
            "group": text.group,
            "kind": kind_name(text.kind),
            "host": text.host,
            "words": text.words,
            "kept": text.kept,
            "text": text.text,
        });
        writeln!(out, "{record}")?;
    }
    Ok(())
}

fn write_misses(measured: &tables::Measured<'_>, out: &mut impl Write) -> io::Result<()> {
    let texts = &measured.corpus.texts;
    let mut verdict = |v: &Verdict, what: &str, breaks: bool| {
        let e = &v.evidence;
        let record = json!({
            "what": what, "class": v.class, "breaks": breaks, "relation": v.relation.name(),
            "a": texts[v.a].id, "b": texts[v.b].id, "host": texts[v.a].host,
            "content": [e.content_a, e.content_b], "matched": [e.matched_a, e.matched_b],
            "longest_run": e.longest_run, "lead": e.lead, "substituted": e.substituted,
            "substituted_tokens": e.substituted_tokens, "head": [e.head_a, e.head_b],
            "kept": texts[v.a].kept, "words": [texts[v.a].words, texts[v.b].words],
            "text_a": texts[v.a].text, "text_b": texts[v.b].text,
        });
        writeln!(out, "{record}")
    };
    for (pairwise, breaks) in measured.pairwise.iter().zip([true, false]) {
        for v in pairwise.copies.iter().chain(&pairwise.pages).filter(|v| !v.relation.is_match()) {
            verdict(v, "missed", breaks)?;
        }
        for v in pairwise.others.iter().filter(|v| v.relation.is_match()) {
            verdict(v, "false", breaks)?;
        }
    }
    let names = ["hosts and breaks", "no hosts", "no breaks", "neither"];
    for (name, batch) in names.iter().zip(&measured.batches) {
        for (at, _) in batch.found.iter().enumerate().filter(|(_, found)| !**found) {
            if texts[at].kind.is_some_and(Kind::is_copy) {
                let record = json!({"what": "missed in batch", "batch": name, "a": texts[at].id,
                    "b": texts[texts[at].source].id, "host": texts[at].host, "kept": texts[at].kept,
                    "representative_a": texts[batch.representative[at]].id,
                    "representative_b": texts[batch.representative[texts[at].source]].id});
                writeln!(out, "{record}")?;
            }
        }
        for &(a, b) in &batch.wrong {
            let record = json!({"what": "false in batch", "batch": name, "a": texts[a].id,
                "b": texts[b].id, "hosts": [texts[a].host, texts[b].host]});
            writeln!(out, "{record}")?;
        }
    }
    Ok(())
}
