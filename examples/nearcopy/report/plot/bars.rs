//! Horizontal bars, each of some parts.

use super::{Anchor, Svg, WIDTH, round_step};
use crate::layout::{columns, cut_end, number};

/// A labelled bar.
pub struct Bar {
    pub label: String,
    /// Lengths of its parts, in the order of the legend.
    pub parts: Vec<u64>,
}

const ROW: f64 = 22.0;
const TOP: f64 = 26.0;
/// Columns of a label.
const LABEL: usize = 24;

/// Bars under a legend; `unit` is written at the axis.
pub fn bars(bars: &[Bar], legend: &[&str], unit: &str, title: &str, description: &str) -> String {
    let bottom = TOP + bars.len() as f64 * ROW;
    let mut svg = Svg::new(bottom + 44.0, title, description);
    let total = |bar: &Bar| bar.parts.iter().sum::<u64>();
    let most = bars.iter().map(total).max().unwrap_or(0).max(1);
    let widest = bars.iter().map(|bar| columns(&bar.label).min(LABEL)).max().unwrap_or(0);
    let left = 12.0 + widest as f64 * 7.0;
    let room = WIDTH - left - 12.0 - 8.0 * number(most).len() as f64;
    let length = |count: u64| room * count as f64 / most as f64;

    let mut x = left;
    for (part, name) in legend.iter().enumerate() {
        svg.rect([x, 4.0, 11.0, 11.0], &format!("part{part}"), "");
        svg.text([x + 16.0, 14.0], Anchor::Start, "tick", name);
        x += 30.0 + 7.0 * columns(name) as f64;
    }
    let step = round_step(most);
    for tick in (0..=most).step_by(step as usize) {
        let x = left + length(tick);
        svg.line([x, TOP], [x, bottom + 4.0], if tick == 0 { "axis" } else { "grid" });
        svg.text([x, bottom + 18.0], Anchor::Middle, "tick", &number(tick));
    }
    for (row, bar) in bars.iter().enumerate() {
        let y = TOP + row as f64 * ROW;
        svg.text([left - 8.0, y + 15.0], Anchor::End, "tick", &cut_end(&bar.label, LABEL));
        let mut x = left;
        for (part, &count) in bar.parts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let name = legend.get(part).copied().unwrap_or(unit);
            let says = format!("{}: {name} {}", bar.label, number(count));
            svg.rect([x, y + 4.0, length(count), ROW - 8.0], &format!("part{part}"), &says);
            x += length(count);
        }
        svg.text([x + 5.0, y + 15.0], Anchor::Start, "tick", &number(total(bar)));
    }
    svg.text([left + room / 2.0, bottom + 38.0], Anchor::Middle, "label", unit);
    svg.finish()
}
