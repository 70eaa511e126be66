//! A batch, step by step: `cargo bench --bench batch -- FILE.jsonl`, over the field `text`.
//!
//! One line for each size (10,000 documents, ten times as many, and so on up to the file) and for
//! each share of documents that are copies of others. The limit is what reading, parsing and tokenising
//! take alone. CPU time of all threads where the system tells it (Linux, to 0.01 s), otherwise time by
//! the clock.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use nearcopy::dedup::{Dedup, Doc, Source};
use nearcopy::text::{Tokens, tokenize_into};
use std::borrow::Cow;
use std::convert::Infallible;
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

/// Seconds of CPU that the process has taken, or of the clock since `start`.
fn seconds(start: Instant) -> f64 {
    // user and system time, 100 to a second, behind the name in brackets and eleven further fields
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    match ticks[..] {
        [user, system] => (user + system) / 100.0,
        _ => start.elapsed().as_secs_f64(),
    }
}

/// Texts that stay where they are.
struct Held<'t>(&'t [&'t str]);

impl Source for Held<'_> {
    type Error = Infallible;

    fn text(&self, doc: usize) -> Result<Cow<'_, str>, Infallible> {
        Ok(Cow::Borrowed(self.0[doc]))
    }

    fn is_fixed(&self) -> bool {
        true
    }
}

fn row(path: &str, most: usize, percent: usize) -> usize {
    let clock = Instant::now();
    let now = || seconds(clock);
    let start = now();
    let texts = read(path, most);
    let parsing = now() - start;
    let texts_given = copied(&texts, percent);

    let mut tokens = Tokens::default();
    let start = now();
    for text in &texts_given {
        tokenize_into(text, &mut tokens);
        black_box(&tokens);
    }
    let tokenising = now() - start;

    let start = now();
    let mut batch = Dedup::new().batch();
    let docs: Vec<Doc<'_>> = texts_given.iter().copied().map(Doc::new).collect();
    batch.add(&docs);
    let ranking = now() - start;
    let held = batch.memory_usage() as f64 / texts.len() as f64;

    // the first report of progress comes when the fingerprints are numbered
    let seen = Mutex::new((None, 0.0));
    let start = now();
    let found = batch.finish_with_progress(&Held(&texts_given), &|_| {
        let at = now() - start;
        let mut seen = seen.lock().expect("whole");
        *seen = (seen.0.or(Some(at)), at);
    });
    let all = now() - start;
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
    for percent in [10, 50, 90, 99] {
        row(&path, 100_000, percent);
    }
}
