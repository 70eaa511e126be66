//! The example binary, run as its users run it.
#![allow(dead_code)]

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The binary that `cargo test` builds beside the tests.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("path of the test");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let binary = profile.join("examples").join(format!("nearcopy{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo test` without --test, or `cargo build --example nearcopy` first",
        binary.display()
    );
    binary
}

/// The binary in the folder of the crate, with an environment that says nothing of terminals.
pub fn command() -> Command {
    let mut command = Command::new(binary());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Says why a test does nothing here.
#[allow(clippy::print_stderr)]
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        let run = Self {
            code: output.status.code().expect("ended by itself"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        run
    }

    /// The run, if its exit code is `code`.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stderr: {}\nstdout: {}", self.stderr, self.stdout);
        self
    }

    /// The lines of standard output as JSON.
    pub fn json(&self) -> Vec<Value> {
        lines(&self.stdout)
    }
}

/// JSON lines.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    Run::of(&command().args(args).output().expect("runs"))
}

pub fn run_with_input<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &[u8]) -> Run {
    let mut child = start(args);
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // a program that refuses its arguments does not read
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("runs");
    writer.join().expect("writer");
    Run::of(&output)
}

/// A running binary with all streams piped.
pub fn start<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Child {
    command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// A folder for one test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("temporary folder")
}

/// Writes a file and gives its path.
pub fn file(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

pub fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().expect("UTF-8").to_owned()
}

/// Article `n`: sentences of which no two articles share a passage.
pub fn article(n: usize) -> String {
    let mut state = n as u64 + 1;
    let mut word = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut left = state >> 33;
        let mut word = String::new();
        for _ in 0..3 {
            word.push(char::from(b"bdfgklmnprst"[(left % 12) as usize]));
            word.push(char::from(b"aeiou"[(left / 12 % 5) as usize]));
            left /= 60;
        }
        word
    };
    let mut out = format!("Headline {n}\n\n");
    for _ in 0..8 {
        let words: Vec<String> = (0..15).map(|_| word()).collect();
        out.push_str(&words.join(" "));
        out.push_str(".\n");
    }
    out
}

/// The beginning of article `n` as a scraper brings it.
pub fn scrape(n: usize) -> String {
    let article = article(n);
    let cut: String = article.lines().take(6).collect::<Vec<_>>().join("\n");
    format!("Home News Sport\n{cut}\nLoading, please wait...\nThis site uses cookies.\n")
}

/// A record as a JSON line.
pub fn record(id: &str, text: &str) -> String {
    format!("{}\n", serde_json::json!({"id": id, "text": text}))
}

/// Articles 0..n, each followed by its scrape, as JSON lines.
pub fn corpus(n: usize) -> String {
    (0..n)
        .map(|i| record(&format!("a{i}"), &article(i)) + &record(&format!("s{i}"), &scrape(i)))
        .collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).expect("packed");
    out.finish().expect("packed")
}

/// Packed with a window of 2^`window` bytes.
pub fn zstd(bytes: &[u8], window: u32) -> Vec<u8> {
    let mut out = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("encoder");
    out.long_distance_matching(true).expect("setting");
    out.window_log(window).expect("setting");
    out.write_all(bytes).expect("packed");
    out.finish().expect("packed")
}
