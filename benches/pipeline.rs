//! Text to answer: time and throughput of each step, one line a case.
//!
//! `cargo bench --bench pipeline [-- FILE.jsonl]` measures over the `text` fields of a file of JSON
//! lines, or without one over prose made by a seeded generator. Inputs are made outside the timed
//! part; a time is the least of 9 rounds, on one thread but for the batch.
#![allow(clippy::print_stdout, missing_docs)]

use nearcopy::shingle::{Shingles, shingles_into, window_for, winnow_into};
use nearcopy::sketch::{MinHasher, SimHasher};
use nearcopy::text::{Tokens, tokenize_into};
use nearcopy::{Comparer, Dedup, Document, diff};
use std::hint::black_box;
use std::time::Instant;

/// Sentences of made words with the lengths and repetitions of English prose.
fn generated(documents: u64) -> Vec<String> {
    let mut state = 1;
    let mut next = |n: u64| {
        state = nearcopy::hash::mix(state + 0x9E37_79B9);
        state % n
    };
    let mut document = |id: u64| {
        let mut text = format!("Document {id}. ");
        for _ in 0..30 {
            for at in 0..16 {
                let letters = 1 + next(4) + next(7);
                for letter in 0..letters {
                    let from = b"etaoinshrdlucmfwypvbgkjqxz";
                    let c = char::from(from[(next(26) * next(26) / 26) as usize]);
                    text.push(if at == 0 && letter == 0 { c.to_ascii_uppercase() } else { c });
                }
                text.push(if at == 15 { '.' } else { ' ' });
            }
            text.push(if next(4) == 0 { '\n' } else { ' ' });
        }
        text
    };
    (0..documents).map(&mut document).collect()
}

fn read(path: &str) -> Vec<String> {
    let file = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let text = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        value["text"].as_str().expect("a field `text`").to_owned()
    };
    file.lines().map(text).collect()
}

fn case(name: &str, texts: &[String], mut round: impl FnMut()) {
    round();
    let time = |_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..9).map(time).fold(f64::INFINITY, f64::min);
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "{name:44} {:7.0} MB/s {:9.2} us/document",
        bytes as f64 / seconds / 1e6,
        seconds / texts.len() as f64 * 1e6
    );
}

fn main() {
    let path = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let mut texts = path.map_or_else(|| generated(5_000), |p| read(&p));
    // at most 30 MB
    let mut left = 30_000_000usize;
    texts.retain(|t| left.checked_sub(t.len()).map(|rest| left = rest).is_some());
    println!("{} documents, {} bytes", texts.len(), texts.iter().map(String::len).sum::<usize>());

    let (mut tokens, mut shingles) = (Tokens::default(), Shingles::default());
    let mut shingled = |text: &str, shingles: &mut Shingles| {
        tokenize_into(text, &mut tokens);
        shingles_into(&tokens, 5, shingles);
    };
    let mut only = Tokens::default();
    case("tokens", &texts, || {
        for text in &texts {
            tokenize_into(text, &mut only);
            black_box(&only);
        }
    });
    case("shingles", &texts, || {
        for text in &texts {
            shingled(text, &mut shingles);
            black_box(&shingles);
        }
    });
    let hasher = MinHasher::default();
    let mut row = vec![0; hasher.slots()];
    case("MinHash, 128 slots", &texts, || {
        for text in &texts {
            shingled(text, &mut shingles);
            hasher.sketch_row(shingles.hashes(), &mut row);
            black_box(&row);
        }
    });
    let simhasher = SimHasher::default();
    case("SimHash, 64 bits", &texts, || {
        for text in &texts {
            shingled(text, &mut shingles);
            black_box(simhasher.sketch64(shingles.hashes()));
        }
    });
    let comparer = Comparer::default();
    let mut document = Document::default();
    case("content weights (prepare)", &texts, || {
        for text in &texts {
            comparer.prepare_into(text, &mut document);
            black_box(&document);
        }
    });
    let mut fingerprints = Vec::new();
    case("fingerprints, weights and MinHash", &texts, || {
        for text in &texts {
            comparer.prepare_into(text, &mut document);
            let hashes = document.shingles().hashes();
            winnow_into(hashes, window_for(comparer.recipe, hashes.len()), &mut fingerprints);
            hasher.sketch_row(hashes, &mut row);
            black_box((&fingerprints, &row));
        }
    });

    let pairs: Vec<(Document, Document, &String, String)> = texts
        .iter()
        .take(500)
        .map(|text| {
            let third = (text.len() / 3..).find(|&at| text.is_char_boundary(at)).unwrap();
            let cut = format!("Home | News\n{}\nLoading, please wait...", &text[..third]);
            (comparer.prepare(text), comparer.prepare(&cut), text, cut)
        })
        .collect();
    let originals = &texts[..pairs.len()];
    case("compare with a truncation, both prepared", originals, || {
        for (a, b, _, _) in &pairs {
            black_box(comparer.compare(a, b));
        }
    });
    case("compare with a stranger, both prepared", originals, || {
        for (x, y) in pairs.iter().zip(&pairs[1..]) {
            black_box(comparer.compare(&x.0, &y.0));
        }
    });
    case("diff with a truncation", originals, || {
        for (_, _, text, cut) in &pairs {
            black_box(diff(text, cut));
        }
    });
    case("Dedup, all threads", &texts, || {
        black_box(Dedup::new().run(&texts));
    });
}
