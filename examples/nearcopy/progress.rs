//! The bar on standard error, where that is a terminal.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

/// A bar that may be hidden. Copies show the same bar.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Shown where standard error is a terminal and `quiet` is not asked for.
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if !quiet && std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        Self(bar)
    }

    /// Counts documents while their number is unknown.
    pub fn reading(&self) {
        self.style("reading    {human_pos} documents, {per_sec}");
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    pub fn read(&self, documents: u64) {
        self.0.set_position(documents);
    }

    /// Counts the steps of the batch, two for each document.
    pub fn matching(&self, steps: u64) {
        self.counting("matching  ", steps, 2.0, "documents");
    }

    pub fn matched(&self, steps: usize) {
        self.0.set_position(steps as u64);
    }

    /// Counts clusters.
    pub fn describing(&self, clusters: u64) {
        self.counting("describing", clusters, 1.0, "clusters");
    }

    pub fn described(&self) {
        self.0.inc(1);
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }

    /// Runs `f`, which prints, without the bar in its way.
    pub fn around<R>(&self, f: impl FnOnce() -> R) -> R {
        self.0.suspend(f)
    }

    /// A bar with rate and time left, less than 80 columns wide.
    fn counting(&self, doing: &str, steps: u64, steps_each: f64, what: &'static str) {
        self.0.reset();
        self.0.set_length(steps);
        let template = format!("{doing} {{bar:24}} {{percent:>3}} %, {{rate}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            let rate = move |state: &ProgressState, out: &mut dyn Write| {
                let rate = (state.per_sec() / steps_each).round() as u64;
                let _ = write!(out, "{} {what}/s", HumanCount(rate));
            };
            self.0.set_style(style.progress_chars("=> ").with_key("rate", rate));
        }
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
    }
}
