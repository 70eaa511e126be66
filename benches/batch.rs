//! A batch, step by step: `cargo bench --bench batch -- FILE.jsonl`, over the field `text`.
//!
//! One line for each size (10,000 documents, ten times as many, and so on up to the file) and for
//! each share of documents that are copies of others. The time of one thread where RAYON_NUM_THREADS is
//! 1; the limit is what reading, parsing and tokenising take alone.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use nearcopy::dedup::{Dedup, Doc};
use nearcopy::text::{Tokens, tokenize_into};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::sync::Mutex;
use std::time::Instant;

#[derive(serde::Deserialize)]
struct Record {
    text: String,
}

fn read(path: &str, most: usize) -> Vec<String> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path).expect("a file")).lines();
    let parse = |line: std::io::Result<String>| {
        serde_json::from_str::<Record>(&line.expect("UTF-8")).expect("a record").text
    };
    lines.take(most).map(parse).collect()
}

/// Puts copies of earlier documents in the place of `percent` of them.
fn copied(texts: &[String], percent: usize) -> Vec<&str> {
    let originals = texts.len() - texts.len() * percent / 100;
    (0..texts.len()).map(|i| texts[i % originals.max(1)].as_str()).collect()
}

fn row(path: &str, most: usize, percent: usize) -> usize {
    let start = Instant::now();
    let texts = read(path, most);
    let parsing = start.elapsed().as_secs_f64();
    let texts_given = copied(&texts, percent);

    let mut tokens = Tokens::default();
    let start = Instant::now();
    for text in &texts_given {
        tokenize_into(text, &mut tokens);
        black_box(&tokens);
    }
    let tokenising = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut batch = Dedup::new().batch();
    let docs: Vec<Doc<'_>> = texts_given.iter().copied().map(Doc::new).collect();
    batch.add(&docs);
    let ranking = start.elapsed().as_secs_f64();
    let held = batch.memory_usage() as f64 / texts.len() as f64;

    // the first report of progress comes when the fingerprints are numbered
    let seen = Mutex::new((None, 0.0));
    let start = Instant::now();
    let source = |doc: usize| Ok::<_, std::convert::Infallible>(texts_given[doc].to_owned());
    let found = batch.finish_with_progress(&source, &|_| {
        let now = start.elapsed().as_secs_f64();
        let mut seen = seen.lock().expect("whole");
        *seen = (seen.0.or(Some(now)), now);
    });
    let all = start.elapsed().as_secs_f64();
    let (first, last) = *seen.lock().expect("whole");
    let numbering = first.unwrap_or(0.0);
    let steps = [parsing, ranking, numbering, last - numbering, all - last];
    let total: f64 = steps.iter().sum();
    let share = |step: f64| format!("{:3.0} %", step / total * 100.0);
    println!(
        "| {} | {percent} % | {total:.2} s | {} | {:.2} s | {held:.0} | {} |",
        texts.len(),
        steps.map(share).join(" | "),
        parsing + tokenising,
        found.report.clusters().len()
    );
    texts.len()
}

fn main() {
    let Some(path) = std::env::args().skip(1).find(|a| !a.starts_with('-')) else {
        println!("name a file of JSON lines");
        return;
    };
    println!(
        "| documents | copies | time | read and parse | rank | number | match | settle and report | limit \
         | bytes kept a document | clusters |\n|---|---|---|---|---|---|---|---|---|---|---|"
    );
    let mut most = 10_000;
    while row(&path, most, 0) == most && most < 1_000_000 {
        most *= 10;
    }
    for percent in [50, 90] {
        row(&path, 10_000, percent);
    }
}
