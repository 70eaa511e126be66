//! Which bands for a resemblance threshold, a ratio of lengths, and a memory budget?
//!
//! ```text
//! cargo run --release --example choose_params -- [threshold] [length ratio] [bytes a document] [file.svg]
//! cargo run --release --example choose_params -- 0.7 2 3000 curve.svg
//! ```
//!
//! Prints a table of the choices that fit, for growing signatures, and draws their S-curves.
#![allow(clippy::print_stdout)]

use nearcopy::lsh::Bands;
use std::error::Error;
use std::fmt::Write as _;

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

const COLOURS: [&str; 6] = ["#0b6e4f", "#1f77b4", "#8e44ad", "#d35400", "#7f8c8d", "#c0392b"];
const LEFT: f64 = 70.0;
const TOP: f64 = 50.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;

fn draw(choices: &[Choice], threshold: f64, reachable: Option<f64>) -> String {
    let x = |jaccard: f64| LEFT + jaccard * WIDTH;
    let y = |probability: f64| TOP + (1.0 - probability) * HEIGHT;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 460\" width=\"860\" height=\"460\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"860\" height=\"460\" fill=\"white\"/>\n",
    );
    let mut put = |line: String| {
        let _ = writeln!(svg, "{line}");
    };
    let text = |x: f64, y: f64, anchor: &str, words: &str| {
        format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#222\">{words}</text>"
        )
    };
    let line = |x1: f64, y1: f64, x2: f64, y2: f64, style: &str| {
        format!("<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {style}/>")
    };
    if let Some(jaccard) = reachable {
        put(format!(
            "<rect x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{HEIGHT}\" fill=\"#f4f4f4\"/>",
            x(jaccard),
            x(1.0) - x(jaccard)
        ));
    }
    for tenth in 0..=10 {
        let share = f64::from(tenth) / 10.0;
        put(line(x(share), y(0.0), x(share), y(1.0), "stroke=\"#ddd\""));
        put(line(x(0.0), y(share), x(1.0), y(share), "stroke=\"#ddd\""));
        put(text(x(share), y(0.0) + 20.0, "middle", &format!("{share:.1}")));
        put(text(x(0.0) - 8.0, y(share) + 4.0, "end", &format!("{share:.1}")));
    }
    put(line(
        x(threshold),
        y(0.0),
        x(threshold),
        y(1.0),
        "stroke=\"#222\" stroke-dasharray=\"5 4\"",
    ));
    put(text(x(threshold), y(1.0) - 8.0, "middle", &format!("threshold {threshold}")));
    if reachable.is_some() {
        put(text(x(1.0) - 8.0, y(0.05) + 4.0, "end", "out of reach at these lengths"));
    }
    put(text(x(0.5), y(0.0) + 46.0, "middle", "resemblance (Jaccard) of a pair"));
    put(text(x(0.0) - 50.0, TOP - 28.0, "start", "probability of becoming a candidate"));
    for (i, Choice { slots, bands }) in choices.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let points: Vec<String> = (0..=200)
            .map(|i| {
                let jaccard = f64::from(i) / 200.0;
                format!("{:.1},{:.1}", x(jaccard), y(bands.candidate_probability(jaccard)))
            })
            .collect();
        put(format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        ));
        let at = TOP + 16.0 + 22.0 * i as f64;
        put(line(
            x(1.0) + 20.0,
            at - 4.0,
            x(1.0) + 44.0,
            at - 4.0,
            &format!("stroke=\"{colour}\" stroke-width=\"2\""),
        ));
        let label = format!("{} x {} of {slots} slots", bands.bands(), bands.rows());
        put(text(x(1.0) + 52.0, at, "start", &label));
    }
    svg.push_str("</svg>\n");
    svg
}
