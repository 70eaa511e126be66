//! The bar on standard error, where that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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

    /// Counts the steps of the batch.
    pub fn matching(&self, steps: u64) {
        self.0.reset();
        self.0.set_length(steps);
        self.style("matching   {bar:30} {percent:>3} %, {eta} left");
    }

    pub fn matched(&self, steps: usize) {
        self.0.set_position(steps as u64);
    }

    /// Counts clusters.
    pub fn describing(&self, clusters: u64) {
        self.0.reset();
        self.0.set_length(clusters);
        self.style("describing {bar:30} {percent:>3} %, {eta} left");
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

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
    }
}
