//! Pairs over two shares of 0.0..=1.0: how many in each small square, with the sums at the edges.

use super::{Anchor, Svg, WIDTH};
use crate::layout::number;

/// Squares along each axis.
const BINS: usize = 40;
/// Side of a square.
const CELL: f64 = 8.0;
const SIDE: f64 = CELL * BINS as f64;
const LEFT: f64 = 52.0;
/// Height and width of the sums at the edges.
const EDGE: f64 = 44.0;
const TOP: f64 = EDGE + 12.0;
/// Shades at most.
const SHADES: usize = 6;

/// Resemblance across, containment upwards.
pub fn density(pairs: &[(f64, f64)], title: &str, description: &str) -> String {
    let mut cells = vec![0u64; BINS * BINS];
    let (mut across, mut upwards) = (vec![0u64; BINS], vec![0u64; BINS]);
    let bin = |share: f64| ((share * BINS as f64) as usize).min(BINS - 1);
    for &(x, y) in pairs {
        let (x, y) = (bin(x), bin(y));
        cells[y * BINS + x] += 1;
        across[x] += 1;
        upwards[y] += 1;
    }
    let bounds = bounds(cells.iter().copied().max().unwrap_or(0));
    let mut svg = Svg::new(TOP + SIDE + 92.0, title, description);
    axes(&mut svg);
    for (at, &count) in cells.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (x, y) = (at % BINS, at / BINS);
        let shade = bounds.partition_point(|&bound| bound <= count);
        let says = format!(
            "resemblance {} to {}, containment {} to {}: {}",
            share(x),
            share(x + 1),
            share(y),
            share(y + 1),
            number(count)
        );
        let corner = [LEFT + x as f64 * CELL, TOP + SIDE - (y + 1) as f64 * CELL, CELL, CELL];
        svg.rect(corner, &format!("shade{}", SHADES - bounds.len() + shade), &says);
    }
    edges(&mut svg, &across, &upwards);
    legend(&mut svg, &bounds);
    svg.finish()
}

/// The lower edge of square `bin`.
fn share(bin: usize) -> String {
    format!("{:.3}", bin as f64 / BINS as f64)
}

fn axes(svg: &mut Svg) {
    let right = LEFT + SIDE;
    let bottom = TOP + SIDE;
    svg.rect([LEFT, TOP, SIDE, SIDE], "frame", "");
    for tick in 0..=5 {
        let along = SIDE * f64::from(tick) / 5.0;
        let label = format!("{:.1}", f64::from(tick) / 5.0);
        let (x, y) = (LEFT + along, bottom - along);
        svg.line([x, bottom], [x, bottom + 4.0], "axis");
        svg.text([x, bottom + 18.0], Anchor::Middle, "tick", &label);
        svg.line([LEFT - 4.0, y], [LEFT, y], "axis");
        svg.text([LEFT - 8.0, y + 4.5], Anchor::End, "tick", &label);
        if (1..5).contains(&tick) {
            svg.line([x, TOP], [x, bottom], "grid");
            svg.line([LEFT, y], [right, y], "grid");
        }
    }
    let half = LEFT + SIDE / 2.0;
    svg.line([half, TOP], [half, bottom], "mark");
    svg.text(
        [half, bottom + 38.0],
        Anchor::Middle,
        "label",
        "Jaccard resemblance of all words (share)",
    );
    svg.upright([14.0, TOP + SIDE / 2.0], "label", "containment of the smaller article (share)");
}

/// How many pairs stand above each column and beside each row.
fn edges(svg: &mut Svg, across: &[u64], upwards: &[u64]) {
    // as the shades; one copy still has a length
    let length = |count: u64, most: u64| {
        EDGE * (count as f64 * 2.0).log10() / (most.max(1) as f64 * 2.0).log10()
    };
    let most = |counts: &[u64]| counts.iter().copied().max().unwrap_or(0);
    let (most_across, most_upwards) = (most(across), most(upwards));
    for (x, &count) in across.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = length(count, most_across);
        let says = format!("resemblance {} to {}: {}", share(x), share(x + 1), number(count));
        let bar = [LEFT + x as f64 * CELL, TOP - 5.0 - height, CELL - 1.0, height];
        svg.rect(bar, "edge", &says);
    }
    for (y, &count) in upwards.iter().enumerate().filter(|(_, count)| **count > 0) {
        let width = length(count, most_upwards);
        let says = format!("containment {} to {}: {}", share(y), share(y + 1), number(count));
        let top = TOP + SIDE - (y + 1) as f64 * CELL;
        svg.rect(
            [LEFT + SIDE + 5.0, top, width.min(WIDTH - LEFT - SIDE - 6.0), CELL - 1.0],
            "edge",
            &says,
        );
    }
}

fn legend(svg: &mut Svg, bounds: &[u64]) {
    let top = TOP + SIDE + 58.0;
    let wide = 44.0;
    let left = LEFT + SIDE - bounds.len() as f64 * wide;
    svg.text([left - 8.0, top + 9.0], Anchor::End, "tick", "copies, at least");
    for (at, bound) in bounds.iter().enumerate() {
        let x = left + at as f64 * wide;
        let shade = SHADES - bounds.len() + at + 1;
        svg.rect([x, top, wide, 9.0], &format!("shade{shade}"), "");
        svg.text([x, top + 24.0], Anchor::Start, "tick", &number(*bound));
    }
}

/// The least count of each shade: steps of 1, 2, 5, or of ten, or of a hundred, as few as reach
/// `most`.
fn bounds(most: u64) -> Vec<u64> {
    let ladders: [&[u64]; 3] = [&[1, 2, 5], &[1, 3], &[1]];
    for ladder in ladders {
        let mut out = Vec::new();
        let mut decade = 1u64;
        while decade <= most {
            out.extend(ladder.iter().map(|step| step * decade).filter(|bound| *bound <= most));
            decade = decade.saturating_mul(10);
        }
        if out.len() <= SHADES {
            return out;
        }
    }
    let mut out: Vec<u64> = std::iter::successors(Some(1u64), |n| n.checked_mul(1000))
        .take_while(|n| *n <= most)
        .collect();
    out.truncate(SHADES);
    out
}
