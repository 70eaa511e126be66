//! Curves as an SVG picture, without scripts or fonts of its own.

use std::fmt::Write as _;

/// Curves over one axis; the other axis is a share that ends at 1.
pub struct Chart<'a> {
    pub title: &'a str,
    pub x_label: &'a str,
    pub y_label: &'a str,
    /// Ends of the horizontal axis.
    pub x: [f64; 2],
    pub curves: Vec<Curve>,
    /// A place on the horizontal axis, and what it is.
    pub mark: Option<(f64, String)>,
    /// A part of the horizontal axis, and what it is.
    pub shade: Option<([f64; 2], String)>,
}

/// One curve.
pub struct Curve {
    pub label: String,
    pub points: Vec<(f64, f64)>,
}

/// Colours that are told apart by most eyes (M. Okabe and K. Ito), each with a dash of its own.
const STROKES: [(&str, &str); 7] = [
    ("#0072b2", ""),
    ("#d55e00", "8 3"),
    ("#009e73", "3 3"),
    ("#cc79a7", "10 3 3 3"),
    ("#000000", "1 3"),
    ("#56b4e9", "14 4"),
    ("#e69f00", "6 2 2 2 2 2"),
];

const LEFT: f64 = 70.0;
const TOP: f64 = 64.0;
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 340.0;
const ALL_WIDTH: f64 = 880.0;
const ALL_HEIGHT: f64 = 470.0;

impl Chart<'_> {
    pub fn svg(&self) -> String {
        let mut out = Svg::default();
        let across = ticks(self.x);
        let up = ticks([self.lowest(), 1.0]);
        let (from, to, low) = (across[0], across[across.len() - 1], up[0]);
        let x = |value: f64| LEFT + (value - from) / (to - from) * WIDTH;
        let y = |share: f64| TOP + (1.0 - share) / (1.0 - low) * HEIGHT;
        out.line(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {ALL_WIDTH} {ALL_HEIGHT}\" \
             width=\"{ALL_WIDTH}\" height=\"{ALL_HEIGHT}\" role=\"img\" font-family=\"sans-serif\" \
             font-size=\"13\">"
        ));
        out.line(format_args!("<title>{}</title>", escaped(self.title)));
        out.line(format_args!(
            "<rect width=\"{ALL_WIDTH}\" height=\"{ALL_HEIGHT}\" fill=\"white\"/>"
        ));
        out.text([LEFT, 24.0], "start", "font-size=\"16\" font-weight=\"bold\"", self.title);
        if let Some((range, _)) = &self.shade {
            let [left, right] = range.map(|value| x(value.clamp(from, to)));
            out.line(format_args!(
                "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{HEIGHT}\" \
                 fill=\"#f0f0f0\"/>",
                right - left
            ));
        }
        for &value in &across {
            out.rule([x(value), y(low)], [x(value), y(1.0)], "stroke=\"#ddd\"");
            out.text([x(value), y(low) + 20.0], "middle", "", &short(value));
        }
        for &share in &up {
            out.rule([x(from), y(share)], [x(to), y(share)], "stroke=\"#ddd\"");
            out.text([x(from) - 8.0, y(share) + 4.0], "end", "", &short(share));
        }
        if let Some((value, label)) = &self.mark {
            let style = "stroke=\"#444\" stroke-dasharray=\"5 4\"";
            out.rule([x(*value), y(low)], [x(*value), y(1.0)], style);
            out.text([x(*value), y(1.0) - 6.0], "middle", "", label);
        }
        if let Some(([start, _], label)) = &self.shade {
            out.text([x(*start) + 8.0, y(low) - 10.0], "start", "", label);
        }
        out.text([LEFT + WIDTH / 2.0, y(low) + 46.0], "middle", "", self.x_label);
        out.text([20.0, TOP - 16.0], "start", "", self.y_label);
        for (i, curve) in self.curves.iter().enumerate() {
            let (colour, dash) = STROKES[i % STROKES.len()];
            let style =
                format!("stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"");
            let mut points = String::new();
            for &(value, share) in &curve.points {
                let _ = write!(points, "{:.1},{:.1} ", x(value), y(share.clamp(low, 1.0)));
            }
            out.line(format_args!(
                "<polyline points=\"{}\" fill=\"none\" {style}/>",
                points.trim_end()
            ));
            let at = TOP + 16.0 + 22.0 * i as f64;
            let legend = LEFT + WIDTH + 20.0;
            out.rule([legend, at - 4.0], [legend + 28.0, at - 4.0], &style);
            out.text([legend + 36.0, at], "start", "", &curve.label);
        }
        out.line(format_args!("</svg>"));
        out.0
    }

    /// Where the axis of the shares begins: at 0, unless all curves are high.
    fn lowest(&self) -> f64 {
        let shares = self.curves.iter().flat_map(|curve| &curve.points).map(|&(_, share)| share);
        let least = shares.fold(1.0, f64::min);
        [0.98, 0.9, 0.8, 0.5].into_iter().find(|&low| least >= low).unwrap_or(0.0)
    }
}

/// Round numbers in equal steps, ten at most, that reach from one end to beyond the other.
fn ticks([from, to]: [f64; 2]) -> Vec<f64> {
    let rough = ((to - from) / 10.0).max(1e-9);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|s| s * power).into_iter().find(|s| *s >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    // 0.30000000000000004 is 0.3
    let (first, last) = ((from / step + 1e-6).floor() as i64, (to / step - 1e-6).ceil() as i64);
    (first..=last.max(first + 1)).map(|i| i as f64 * step).collect()
}

#[derive(Default)]
struct Svg(String);

impl Svg {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.0, "{line}");
    }

    fn text(&mut self, [x, y]: [f64; 2], anchor: &str, style: &str, words: &str) {
        self.line(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#222\" {style}>{}</text>",
            escaped(words)
        ));
    }

    fn rule(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], style: &str) {
        self.line(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {style}/>"
        ));
    }
}

/// `value` with no more digits than it needs, three at most.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
