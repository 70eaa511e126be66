//! `nearcopy explain-params`: what the settings find and miss, and what they cost.

mod args;

use crate::cli::{Cli, TextOrJson};
use crate::exit::{Done, Stop};
use crate::layout::{self, count, number, pad, pad_start, wrap};
use crate::output::{Output, Printer};
use crate::plot::{Chart, Curve};
use crate::records;
use nearcopy::index::Detection;
use nearcopy::lsh::Bands;
use nearcopy::{Comparer, Recipe, Thresholds};
use serde::Serialize;
use std::io::{self, Write};

pub use args::ParamsArgs;

/// All that is told.
#[derive(Serialize)]
struct Answer {
    profile: &'static str,
    shingle_width: u8,
    window: u32,
    /// Tokens to be shared in one run for one and for two common fingerprints.
    guaranteed_run: [usize; 2],
    pair: Pair,
    memory: Memory,
    curve: Vec<Point>,
}

/// The pair that is asked about.
#[derive(Serialize)]
struct Pair {
    words: u32,
    length_ratio: f64,
    containment: f64,
    jaccard: f64,
    needed_fingerprints: usize,
    found_in_one_run: f64,
    found_scattered: f64,
    found_by_bands: f64,
    /// Whether so much is a match, apart from what stands in its place.
    is_enough: bool,
}

/// What a document of the longer length takes, on average, in bytes.
#[derive(Serialize)]
struct Memory {
    fingerprints: f64,
    /// Hashes that a batch keeps: all shingles of a short document, otherwise its fingerprints.
    batch_hashes: f64,
    /// Of a batch that reads its texts again, at the default budget.
    batch_streamed_bytes: f64,
    /// Of a batch whose texts are in memory, besides them.
    batch_bytes: f64,
    /// Fingerprints of a novel document in the index.
    index_fingerprints: f64,
    /// Their postings, on disk; copies have none.
    index_posting_bytes: f64,
    /// All files of the index.
    index_disk_bytes: f64,
    bytes_of_bands: usize,
}

/// The chances at one containment.
#[derive(Serialize)]
struct Point {
    containment: f64,
    jaccard: f64,
    one_run: f64,
    scattered: f64,
    bands: f64,
}

/// The settings and the lengths that are asked about.
struct Asked<'a> {
    args: &'a ParamsArgs,
    recipe: Recipe,
    thresholds: Thresholds,
    detection: Detection,
    /// Shingles of the shorter and of the longer document.
    shingles: [usize; 2],
}

/// Letters of a word, where tokens are letters.
const LETTERS: f64 = 5.0;

/// Bytes that a batch keeps of a document, and of each of the hashes by which it is looked up.
const BATCH_DOCUMENT: f64 = 60.0;
const BATCH_HASH: f64 = 8.0;
/// What a batch keeps of fingerprints if nothing else is said: a share of the texts, and at least so
/// many bytes.
const BATCH_SHARE: f64 = 1.0 / 16.0;
const BATCH_LEAST: f64 = (16_u64 << 20) as f64;
/// Bytes on disk of a posting, of a sampled shingle of a sketch, and of a document besides.
const INDEX_POSTING: f64 = 6.25;
const INDEX_SAMPLED: f64 = 4.0;
const INDEX_DOCUMENT: f64 = 32.0;

impl<'a> Asked<'a> {
    fn new(args: &'a ParamsArgs) -> Self {
        let comparer = Comparer::for_profile(args.profile.into());
        let recipe = comparer.recipe;
        let a_word = if recipe.profile() == nearcopy::Profile::Ocr { LETTERS } else { 1.0 };
        let shingles = |words: f64| {
            let tokens = (words * a_word).round() as usize;
            (tokens + 1).saturating_sub(recipe.shingle_width().into())
        };
        let words = f64::from(args.words);
        Self {
            args,
            recipe,
            thresholds: comparer.thresholds,
            detection: Detection::new(recipe),
            shingles: [shingles(words), shingles(words * args.length_ratio)],
        }
    }

    fn point(&self, containment: f64) -> Point {
        let [smaller, larger] = self.shingles;
        let jaccard = Detection::resemblance(smaller, larger, containment);
        Point {
            containment,
            jaccard,
            one_run: self.detection.probability(smaller, larger, containment, true),
            scattered: self.detection.probability(smaller, larger, containment, false),
            bands: self.args.bands.candidate_probability(jaccard),
        }
    }

    /// Fingerprints of the longer document at another window.
    fn fingerprints_at(&self, window: u32) -> f64 {
        let recipe = Recipe::with(self.recipe.profile(), self.recipe.shingle_width(), window);
        Detection::new(recipe.unwrap_or(self.recipe)).fingerprints(self.shingles[1])
    }

    fn memory(&self) -> Memory {
        let [_, larger] = self.shingles;
        let window = self.recipe.window();
        let documents = self.args.documents as f64;
        let words = f64::from(self.args.words) * self.args.length_ratio;
        let fingerprints = self.detection.fingerprints(larger);
        let batch_hashes = self.detection.looked_up(larger);
        let all = BATCH_HASH * batch_hashes;
        let budget = (words * (LETTERS + 1.0) * BATCH_SHARE).max(BATCH_LEAST / documents);
        // the online index winnows texts that hold many whole shingles at twice the window, and samples
        // them for its sketches at half of it
        let index_fingerprints = match self.recipe.profile() {
            nearcopy::Profile::Web | nearcopy::Profile::Code => self.fingerprints_at(2 * window),
            _ => fingerprints,
        };
        let index_posting_bytes = INDEX_POSTING * index_fingerprints;
        let sketch = INDEX_SAMPLED * self.fingerprints_at((window / 2).max(1)) + INDEX_DOCUMENT;
        let bands = self.args.bands;
        Memory {
            fingerprints,
            batch_hashes,
            batch_streamed_bytes: BATCH_DOCUMENT + all.min(budget),
            batch_bytes: BATCH_DOCUMENT + all,
            index_fingerprints,
            index_posting_bytes,
            index_disk_bytes: index_posting_bytes + sketch,
            bytes_of_bands: bands.bytes_per_document(bands.slots()),
        }
    }

    fn answer(&self) -> Answer {
        let [smaller, larger] = self.shingles;
        let (args, detection) = (self.args, self.detection);
        let point = self.point(args.containment);
        let matched = args.containment * f64::from(args.words);
        let enough = [self.thresholds.min_containment, self.thresholds.min_matched];
        Answer {
            profile: self.recipe.profile().name(),
            shingle_width: self.recipe.shingle_width(),
            window: self.recipe.window(),
            guaranteed_run: [1, 2].map(|n| detection.guaranteed_run(larger, n)),
            pair: Pair {
                words: args.words,
                length_ratio: args.length_ratio,
                containment: args.containment,
                jaccard: point.jaccard,
                needed_fingerprints: detection.needed(smaller, larger),
                found_in_one_run: point.one_run,
                found_scattered: point.scattered,
                found_by_bands: point.bands,
                is_enough: args.containment >= enough[0] && matched >= enough[1],
            },
            memory: self.memory(),
            curve: (1..=10).map(|i| self.point(f64::from(i) / 10.0)).collect(),
        }
    }

    fn svg(&self) -> String {
        let points: Vec<Point> = (0..=100).map(|i| self.point(f64::from(i) / 100.0)).collect();
        let curve = |label: String, of: fn(&Point) -> f64| Curve {
            label,
            points: points.iter().map(|p| (p.containment, of(p))).collect(),
        };
        let least = self.thresholds.min_containment;
        Chart {
            title: &format!(
                "{} words in a text {} times as long: which pairs become candidates",
                self.args.words, self.args.length_ratio
            ),
            x_label: "share of the shorter document that stands in the longer one",
            y_label: "probability of becoming a candidate",
            x: [0.0, 1.0],
            curves: vec![
                curve("winnowing, one run".to_owned(), |p| p.one_run),
                curve("winnowing, scattered".to_owned(), |p| p.scattered),
                curve(format!("MinHash {}", named(self.args.bands)), |p| p.bands),
            ],
            mark: Some((self.args.containment, "the pair asked about".to_owned())),
            shade: Some(([least, 1.0], format!("a match from {least} on"))),
        }
        .svg()
    }
}

fn named(bands: Bands) -> String {
    format!("{} x {}", bands.bands(), bands.rows())
}

pub fn run(cli: &Cli, args: &ParamsArgs) -> Result<Done, Stop> {
    let asked = Asked::new(args);
    if asked.shingles[0] == 0 {
        let least = asked.recipe.shingle_width();
        let what = format!("--words {} is less than one shingle of {least}", args.words);
        return Err(Stop::Usage(what));
    }
    if let Some(path) = &args.plot {
        let mut file = Output::create(path)?;
        file.write_all(asked.svg().as_bytes()).map_err(|e| file.failed(&e))?;
        file.finish()?;
    }
    let answer = asked.answer();
    let printed = Printer::new(None, cli.color).print(|out| match args.format {
        TextOrJson::Json => records::line(out, &answer),
        TextOrJson::Text => text(out, &asked, &answer),
    });
    match printed {
        Ok(_) | Err(Stop::ClosedPipe) => Ok(Done::All),
        Err(stop) => Err(stop),
    }
}

fn text(out: &mut dyn Write, asked: &Asked<'_>, answer: &Answer) -> io::Result<()> {
    let width = layout::width(asked.args.width).max(60);
    let (pair, args) = (&answer.pair, asked.args);
    let unit = if answer.profile == "ocr" { "letters" } else { "words" };
    heading(out, &format!("What {} finds, and what it misses", answer.profile), width)?;
    let shingles = match answer.window {
        1 => format!("Every shingle of {} {unit} is a fingerprint.", answer.shingle_width),
        window => format!(
            "Shingles of {} {unit}; of every {window} in a row the least is a fingerprint.",
            answer.shingle_width
        ),
    };
    paragraph(out, &shingles, width)?;
    let [one, two] = answer.guaranteed_run;
    let certain = format!(
        "Certain: {one} {unit} shared in one run give one common fingerprint, {two} give two."
    );
    paragraph(out, &certain, width)?;
    writeln!(out)?;

    let longer = (f64::from(pair.words) * pair.length_ratio).round() as u64;
    heading(
        out,
        &format!(
            "A text of {} of which {} stand in one of {} (resemblance {:.2})",
            count(pair.words.into(), "word", "words"),
            percent(pair.containment),
            number(longer),
            pair.jaccard
        ),
        width,
    )?;
    let needed = count(pair.needed_fingerprints as u64, "fingerprint", "fingerprints");
    let rows = [
        (format!("in one run, at least {needed} shared"), pair.found_in_one_run),
        ("scattered: changed words all over".to_owned(), pair.found_scattered),
        (format!("bands of MinHash, {} (Jaccard)", named(args.bands)), pair.found_by_bands),
    ];
    for (name, chance) in rows {
        writeln!(out, "  {} {}", pad(&name, 50), pad_start(&shown(chance), 9))?;
    }
    let t = &asked.thresholds;
    let verdict = if pair.is_enough {
        format!(
            "Found, it is a match, if little stands in its place: {} of the shorter article and {} \
             words are asked for.",
            percent(t.min_containment),
            t.min_matched
        )
    } else {
        format!(
            "Found or not, it is no match by this rule: {} of the shorter article and {} words are \
             asked for.",
            percent(t.min_containment),
            t.min_matched
        )
    };
    paragraph(out, &verdict, width)?;
    if let Some(warning) = args.bands.length_warning(0.7, pair.length_ratio) {
        paragraph(out, &format!("Bands: {warning}."), width)?;
    }
    writeln!(out)?;

    heading(out, "By the share of the shorter text, at these lengths", width)?;
    let dim = anstyle::Style::new().dimmed();
    let cells = |cells: [String; 5]| cells.map(|cell| pad_start(&cell, 13)).concat();
    let header = ["share", "resemblance", "one run", "scattered", &named(args.bands)];
    writeln!(out, "{dim}{}{dim:#}", cells(header.map(str::to_owned)))?;
    for point in &answer.curve {
        writeln!(
            out,
            "{}",
            cells([
                percent(point.containment),
                format!("{:.3}", point.jaccard),
                shown(point.one_run),
                shown(point.scattered),
                shown(point.bands),
            ])
        )?;
    }
    writeln!(out)?;

    costs(out, asked, &answer.memory, width)
}

fn costs(out: &mut dyn Write, asked: &Asked<'_>, memory: &Memory, width: usize) -> io::Result<()> {
    let args = asked.args;
    let longer = (f64::from(args.words) * args.length_ratio).round() as u64;
    heading(
        out,
        &format!(
            "What it costs: bytes for a document of {}, and for {}",
            count(longer, "word", "words"),
            count(args.documents, "document", "documents"),
        ),
        width,
    )?;
    let rows = [
        ("batch with --stream".to_owned(), memory.batch_streamed_bytes),
        ("batch, besides the texts in memory".to_owned(), memory.batch_bytes),
        ("online index, postings".to_owned(), memory.index_posting_bytes),
        ("online index, on disk in all".to_owned(), memory.index_disk_bytes),
        (format!("bands of MinHash, {}", named(args.bands)), memory.bytes_of_bands as f64),
    ];
    for (name, bytes) in rows {
        let each = pad_start(&number(bytes.round() as u64), 9);
        let all = pad_start(&size(bytes * args.documents as f64), 11);
        writeln!(out, "  {}{each}{all}", pad(&name, 40))?;
    }
    // of a short document all shingles are looked up
    let kept = if memory.batch_hashes > memory.fingerprints { "shingles" } else { "fingerprints" };
    let what = format!(
        "The batch reads {} {} of a document; with --stream it keeps them up to a \
         sixteenth of the texts, or 16 MiB, and reads further texts a second time. A novel document has \
         postings of {} fingerprints in the index; copies have none.",
        number(memory.batch_hashes.round() as u64),
        kept,
        number(memory.index_fingerprints.round() as u64),
    );
    paragraph(out, &what, width)
}

fn heading(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    let bold = anstyle::Style::new().bold();
    for line in wrap(text, width) {
        writeln!(out, "{bold}{line}{bold:#}")?;
    }
    Ok(())
}

fn paragraph(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    for line in wrap(text, width) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A chance, with the digits that small ones need.
fn shown(chance: f64) -> String {
    match chance {
        c if c >= 1.0 => "1".to_owned(),
        c if c > 0.9995 => "> 0.999".to_owned(),
        c if c <= 0.0 => "0".to_owned(),
        c if c < 0.000_000_1 => "< 0.0000001".to_owned(),
        c if c < 0.001 => {
            let text = format!("{c:.8}");
            text.trim_end_matches('0').to_owned()
        }
        c => format!("{c:.3}"),
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

fn size(bytes: f64) -> String {
    match bytes {
        b if b < 1e3 => format!("{b:.0} B"),
        b if b < 1e6 => format!("{:.0} kB", b / 1e3),
        b if b < 1e9 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}
