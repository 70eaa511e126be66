//! Upright columns, each of some parts, over a plain or a logarithmic axis.

use super::{Anchor, Svg, WIDTH, round_step};
use crate::layout::number;

/// A column.
pub struct Column {
    /// What stands under it; may be empty.
    pub label: String,
    /// What is said where it is pointed at.
    pub name: String,
    /// Heights of its parts, in the order of the legend.
    pub parts: Vec<u64>,
}

const TOP: f64 = 30.0;
const HEIGHT: f64 = 250.0;
/// The class of columns of one part.
const PLAIN: usize = 2;
/// Columns up to which each bears its number.
const NUMBERED: usize = 16;

/// What a plot of columns says beside them.
pub struct Words<'a> {
    pub legend: &'a [&'a str],
    pub across: &'a str,
    pub upwards: &'a str,
    pub title: &'a str,
    pub description: &'a str,
}

/// Columns over `words.across`. On a logarithmic axis a column has one part.
pub fn columns(columns: &[Column], logarithmic: bool, words: &Words<'_>) -> String {
    let bottom = TOP + HEIGHT;
    let mut svg = Svg::new(bottom + 48.0, words.title, words.description);
    let total = |column: &Column| column.parts.iter().sum::<u64>();
    let most = columns.iter().map(total).max().unwrap_or(0).max(1);
    let left = 34.0 + 7.0 * number(most).len() as f64;
    let room = WIDTH - left - 8.0;
    let step = round_step(most);
    // a column of one still has a height on the logarithmic axis, which begins at a half
    let decades = (most as f64 * 2.0).log10() * 1.04;
    let height = |count: u64| match (count, logarithmic) {
        (0, _) => 0.0,
        (_, true) => HEIGHT * (count as f64 * 2.0).log10() / decades,
        (_, false) => HEIGHT * count as f64 / (most as f64 * 1.04),
    };
    let ticks: Vec<u64> = if logarithmic {
        std::iter::successors(Some(1u64), |n| n.checked_mul(10))
            .take_while(|n| *n <= most)
            .collect()
    } else {
        (0..=most).step_by(step as usize).collect()
    };
    for tick in ticks {
        let y = bottom - height(tick);
        svg.line([left, y], [WIDTH - 8.0, y], "grid");
        svg.text([left - 6.0, y + 4.5], Anchor::End, "tick", &number(tick));
    }
    svg.line([left, bottom], [WIDTH - 8.0, bottom], "axis");
    let wide = room / columns.len().max(1) as f64;
    let gap = if wide > 12.0 {
        4.0
    } else if wide > 4.0 {
        1.0
    } else {
        0.0
    };
    let mut labelled = 0.0;
    for (at, column) in columns.iter().enumerate() {
        let x = left + at as f64 * wide;
        let mut y = bottom;
        for (part, &count) in column.parts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let name = words.legend.get(part).copied().unwrap_or_default();
            let says = format!("{}: {name} {}", column.name, number(count));
            let height = height(count);
            y -= height;
            let bar = [x + gap / 2.0, y, wide - gap, height];
            let class = if words.legend.len() == 1 { PLAIN } else { part };
            svg.rect(bar, &format!("part{class}"), says.trim_end());
        }
        let middle = x + wide / 2.0;
        if columns.len() <= NUMBERED && y < bottom {
            svg.text([middle, y - 5.0], Anchor::Middle, "tick", &number(total(column)));
        }
        // only where it does not touch the one before
        let half = 3.6 * column.label.chars().count() as f64;
        if !column.label.is_empty() && middle - half >= labelled {
            labelled = middle + half + 6.0;
            svg.text([middle, bottom + 18.0], Anchor::Middle, "tick", &column.label);
        }
    }
    if words.legend.len() > 1 {
        let mut x = left;
        for (part, name) in words.legend.iter().enumerate() {
            svg.rect([x, 2.0, 11.0, 11.0], &format!("part{part}"), "");
            svg.text([x + 16.0, 12.0], Anchor::Start, "tick", name);
            x += 30.0 + 7.0 * name.len() as f64;
        }
    }
    svg.text([left + room / 2.0, bottom + 40.0], Anchor::Middle, "label", words.across);
    svg.upright([12.0, TOP + HEIGHT / 2.0], "label", words.upwards);
    svg.finish()
}
