//! Which bands for a resemblance threshold, a ratio of lengths, and a memory budget?
//!
//! ```text
//! cargo run --release --example choose_params -- [threshold] [length ratio] [bytes a document] [file.svg]
//! cargo run --release --example choose_params -- 0.7 2 3000 curve.svg
//! ```
//!
//! Prints a table of the choices that fit, for growing signatures, and draws their S-curves.
#![allow(clippy::print_stdout)]

#[path = "nearcopy/plot.rs"]
mod plot;

use nearcopy::lsh::Bands;
use plot::{Chart, Curve};
use std::error::Error;

/// A choice and the size of the signature that it needs.
struct Choice {
    slots: usize,
    bands: Bands,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: f64| arguments.next().map_or(Ok(default), |word| word.parse());
    let (threshold, ratio, memory): (f64, f64, f64) = (number(0.7)?, number(2.0)?, number(3000.0)?);
    let file = arguments.next().unwrap_or_else(|| "s-curve.svg".to_owned());

    // Balanced errors at the threshold, for every size of signature that the memory allows.
    let mut choices = Vec::new();
    for slots in [64, 128, 256, 512, 1024] {
        let bands = Bands::for_threshold(slots, threshold, 0.5, 0.5)?;
        if bands.bytes_per_document(slots) as f64 <= memory {
            choices.push(Choice { slots, bands });
        }
    }
    // And the one that misses hardly any pair at the threshold, at the price of candidates.
    let careful = choices.iter().rev().find_map(|choice| {
        let bands = Bands::for_recall(choice.slots, threshold, 0.99).ok()?;
        let fits = bands.bytes_per_document(choice.slots) as f64 <= memory;
        fits.then_some(Choice { slots: choice.slots, bands })
    });
    choices.extend(careful);
    if choices.is_empty() {
        println!("no bands fit into {memory} bytes a document at the threshold {threshold}");
        return Ok(());
    }

    let shorter = 1.0 / ratio.max(1.0 / ratio);
    println!("threshold {threshold}, lengths up to {ratio} to 1, {memory} bytes a document\n");
    println!(
        "                              probability that a pair becomes a candidate, by resemblance"
    );
    println!(
        "slots  bands x rows  bytes    at {threshold:4}   at 0.9x  at 0.7x  at 0.5x  candidates a million at 0.05"
    );
    for Choice { slots, bands } in &choices {
        let p = |share: f64| bands.candidate_probability(threshold * share);
        println!(
            "{slots:5}  {:5} x {:<4}  {:5}    {:6.3}    {:6.3}   {:6.3}   {:6.3}  {:10.0}",
            bands.bands(),
            bands.rows(),
            bands.bytes_per_document(*slots),
            p(1.0),
            p(0.9),
            p(0.7),
            p(0.5),
            bands.expected_candidates(&[(0.05, 1e6)]),
        );
    }
    let warning = choices[0].bands.length_warning(threshold, ratio);
    if let Some(warning) = &warning {
        println!("\nwarning: {warning}");
    }
    std::fs::write(&file, draw(&choices, threshold, warning.map(|_| shorter)))?;
    println!("\nthe curves are in {file}");
    Ok(())
}

fn draw(choices: &[Choice], threshold: f64, reachable: Option<f64>) -> String {
    let curve = |Choice { slots, bands }: &Choice| Curve {
        label: format!("{} x {} of {slots} slots", bands.bands(), bands.rows()),
        points: (0..=200)
            .map(|i| f64::from(i) / 200.0)
            .map(|jaccard| (jaccard, bands.candidate_probability(jaccard)))
            .collect(),
    };
    Chart {
        title: "Which pairs become candidates",
        x_label: "resemblance (Jaccard) of a pair",
        y_label: "probability of becoming a candidate",
        x: [0.0, 1.0],
        curves: choices.iter().map(curve).collect(),
        mark: Some((threshold, format!("threshold {threshold}"))),
        shade: reachable
            .map(|jaccard| ([jaccard, 1.0], "out of reach at these lengths".to_owned())),
    }
    .svg()
}
