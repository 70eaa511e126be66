//! Plots as SVG, drawn here: no script, no font, sizes and numbers in plain text.
//!
//! Colours are classes, so that the style sheet fits them to light and dark.

mod bars;
mod columns;
mod density;

pub use bars::{Bar, bars};
pub use columns::{Column, Words, columns};
pub use density::density;

use super::html::escape;
use std::fmt::Write as _;

/// Width of every plot. Text of 13 units stays readable where a telephone shows it in 340 pixels.
const WIDTH: f64 = 440.0;

/// An SVG element in the making; coordinates are rounded to tenths.
struct Svg(String);

#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// `title` names the plot and `description` says what it shows, for those who cannot see it.
    fn new(height: f64, title: &str, description: &str) -> Self {
        let mut out = String::new();
        let _ = write!(
            out,
            "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{}. {}\">",
            escape(title),
            escape(description)
        );
        Self(out)
    }

    fn rect(&mut self, [x, y, width, height]: [f64; 4], class: &str, says: &str) {
        let _ = write!(
            self.0,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{class}\"",
            tenths(x),
            tenths(y),
            tenths(width),
            tenths(height)
        );
        if says.is_empty() {
            self.0.push_str("/>");
        } else {
            let _ = write!(self.0, "><title>{}</title></rect>", escape(says));
        }
    }

    fn line(&mut self, from: [f64; 2], to: [f64; 2], class: &str) {
        let _ = write!(
            self.0,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{class}\"/>",
            tenths(from[0]),
            tenths(from[1]),
            tenths(to[0]),
            tenths(to[1])
        );
    }

    fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.0,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" class=\"{class}\">{}</text>",
            tenths(x),
            tenths(y),
            escape(text)
        );
    }

    /// Text that reads from bottom to top.
    fn upright(&mut self, [x, y]: [f64; 2], class: &str, text: &str) {
        let (x, y) = (tenths(x), tenths(y));
        let _ = write!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" transform=\"rotate(-90 {x} {y})\" text-anchor=\"middle\" \
             class=\"{class}\">{}</text>",
            escape(text)
        );
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// `x` to a tenth, without a trailing zero.
fn tenths(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// About four round steps up to `most`: the step is 1, 2 or 5 times a power of ten.
fn round_step(most: u64) -> u64 {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 5 >= most {
                return step * factor;
            }
        }
        step *= 10;
    }
}
