//! `nearcopy cluster`: the documents that carry one article, and how each differs.

use crate::apart;
use crate::batch;
use crate::cli::{Cli, ClusterArgs, Format};
use crate::exit::{Done, Stop};
use crate::input::{Corpus, Wanted};
use crate::layout::{
    self, clean, columns, count, cut_end, cut_start, number, pad, pad_start, percent, wrap,
};
use crate::manifest::Manifest;
use crate::output::{Output, Printer};
use crate::problems::Problems;
use crate::progress::Progress;
use crate::records::{ClusterOf, Pair, Placed};
use crate::report::{self, ReportOptions};
use crate::stream;
use crate::table::{Shape, Table};
use crate::title;
use crate::words;
use nearcopy::compare::Document;
use nearcopy::dedup::{Cluster, Member};
use nearcopy::diff::{DiffOptions, Original, Style};
use nearcopy::{Comparer, Evidence, Relation, Report};
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub fn run(cli: &Cli, args: &ClusterArgs) -> Result<Done, Stop> {
    let targets: Vec<&PathBuf> =
        [&args.output, &args.pairs, &args.clusters, &args.report, &args.manifest]
            .into_iter()
            .flatten()
            .collect();
    apart::check(targets, &args.input, None)?;
    if args.diff && args.format != Format::Text {
        let what = "--diff is text; compare --format json gives the passages of a pair";
        return Err(Stop::Usage(what.to_owned()));
    }
    if args.stream && args.report.is_some() {
        let what = "--report shows the texts, which --stream does not keep; leave one out";
        return Err(Stop::Usage(what.to_owned()));
    }
    let shape = match args.format {
        Format::Text => None,
        Format::Json => Some(Shape::Lines),
        Format::Csv => Some(Shape::Csv),
        Format::Parquet => Some(Shape::Parquet.built()?),
    };
    if shape == Some(Shape::Parquet) && args.output.is_none() {
        let what = "--format parquet needs a file; name it with --output";
        return Err(Stop::Usage(what.to_owned()));
    }
    // before the work, so that a wrong path is told at once
    let create = |path: &Option<PathBuf>| path.as_deref().map(Output::create).transpose();
    let (output, mut pairs, mut clusters) =
        (create(&args.output)?, create(&args.pairs)?, create(&args.clusters)?);
    let (mut page, manifest) = (create(&args.report)?, create(&args.manifest)?);
    let progress = Progress::new(cli.quiet);
    let mut problems = Problems::new(args.input.strict, cli.quiet, progress.clone());

    let mut settings = batch::settings(&args.matching).all_pairs(pairs.is_some());
    if let Some(mib) = args.fingerprint_memory {
        settings = settings.memory_budget((mib as usize).saturating_mul(1 << 20));
    } else if !args.stream {
        settings = settings.memory_budget(usize::MAX);
    }
    let start = Instant::now();
    let printed = batch::on_threads(args.matching.threads, || {
        let mut batch = settings.batch();
        let corpus = stream::read(
            &args.input,
            Wanted::Texts,
            args.stream,
            &mut batch,
            &mut problems,
            &progress,
        )?;
        let reading = start.elapsed();
        let report = stream::finish(batch, &corpus, None, &mut problems, &progress)?;
        let matching = start.elapsed() - reading;
        let about = match &manifest {
            // Parquet keeps it inside
            None if !any_parquet(&[&output, &pairs, &clusters], shape) => None,
            _ => {
                let (input, how) = (&args.input, &args.matching);
                let all_pairs = pairs.is_some();
                let (corpus, report) = (&corpus, &report);
                Some(Manifest::of_clusters(input, how, all_pairs, corpus, report, &problems)?)
            }
        };
        let line = about.as_ref().map(Manifest::line).unwrap_or_default();
        let view =
            View { cli, args, corpus: &corpus, report: &report, progress: &progress, about: &line };
        if let Some(file) = &mut pairs {
            view.pairs(file).map_err(|e| file.failed(&e))?;
        }
        if let Some(file) = &mut clusters {
            view.clusters(file).map_err(|e| file.failed(&e))?;
        }
        if let Some(file) = &mut page {
            let options = &ReportOptions::DEFAULT;
            let about = report::about(&args.input, &args.matching, options, &problems, &corpus);
            report::write(file, &about, &corpus, &report, &progress)
                .map_err(|e| file.failed(&e))?;
        }
        // the files first: they are whole even where the reader of standard output goes away
        let mut written = Vec::new();
        for file in [pairs, clusters, page].into_iter().flatten() {
            written.push(file.finish()?);
        }
        let printer = match shape {
            Some(_) => Printer::data(output),
            None => Printer::new(output, cli.color),
        };
        let colours = printer.colours();
        let printed = printer.print(|out| match shape {
            Some(shape) => view.table(out, shape),
            None => view.text(out, colours, &problems, [reading, matching]),
        });
        let printed = match printed {
            Ok(file) => {
                written.extend(file);
                Ok(())
            }
            Err(stop @ Stop::ClosedPipe) => Err(stop),
            Err(stop) => return Err(stop),
        };
        if let (Some(file), Some(about)) = (manifest, about) {
            about.write(file, written)?;
        }
        printed
    });
    problems.tell_counts();
    match printed {
        Ok(()) | Err(Stop::ClosedPipe) => Ok(problems.done()),
        Err(stop) => Err(stop),
    }
}

/// Whether a file in which a manifest can be kept is written.
fn any_parquet(files: &[&Option<Output>], main: Option<Shape>) -> bool {
    let parquet =
        |file: &&Option<Output>| file.as_ref().is_some_and(|file| file.shape() == Shape::Parquet);
    main == Some(Shape::Parquet) || files.iter().any(parquet)
}

struct View<'a> {
    cli: &'a Cli,
    args: &'a ClusterArgs,
    corpus: &'a Corpus,
    report: &'a Report,
    progress: &'a Progress,
    /// The manifest, for files that keep one.
    about: &'a str,
}

/// What a line about a member says.
struct Line {
    same_bytes: bool,
    difference: String,
    diff: Option<String>,
}

impl View<'_> {
    fn id(&self, doc: usize) -> &str {
        &self.corpus.records[doc].id
    }

    fn pairs(&self, out: &mut Output) -> io::Result<()> {
        let mut table = Table::begin::<Pair<'_>>(out.shape(), out, self.about)?;
        for pair in self.report.pairs() {
            let (a, b) = (self.id(pair.a), self.id(pair.b));
            table.row(&Pair::new(a, b, pair.relation, &pair.evidence))?;
        }
        table.end()
    }

    /// Clusters by number: from 1 those of two documents or more, then the documents that stand
    /// alone, in order of input.
    fn numbers(&self) -> Vec<usize> {
        let mut next = self.report.clusters().len();
        (0..self.corpus.records.len())
            .map(|doc| match self.report.cluster_of(doc) {
                Some(cluster) => cluster + 1,
                None => {
                    next += 1;
                    next
                }
            })
            .collect()
    }

    fn clusters(&self, out: &mut Output) -> io::Result<()> {
        let mut table = Table::begin::<ClusterOf<'_>>(out.shape(), out, self.about)?;
        for (doc, cluster) in self.numbers().into_iter().enumerate() {
            table.row(&ClusterOf { id: self.id(doc), cluster })?;
        }
        table.end()
    }

    fn table(&self, out: &mut dyn Write, shape: Shape) -> io::Result<()> {
        let comparer = Comparer::default();
        let clusters = self.report.clusters();
        self.progress.describing(clusters.len() as u64);
        let described: Vec<Vec<(&Member, String)>> = clusters
            .par_iter()
            .map(|cluster| {
                let text = self.corpus.text(cluster.representative)?;
                let prepared = comparer.prepare(&text);
                let describe = |member| {
                    let line = self.line(&comparer, &text, &prepared, member, None)?;
                    Ok((member, line.difference))
                };
                let described = cluster.members.iter().map(describe).collect();
                self.progress.described();
                described
            })
            .collect::<io::Result<_>>()?;
        self.progress.finish();
        let mut found: Vec<Option<(&Member, String)>> = Vec::new();
        found.resize_with(self.corpus.records.len(), || None);
        for (member, difference) in described.into_iter().flatten() {
            found[member.doc] = Some((member, difference));
        }
        let mut table = Table::begin::<Placed<'_>>(shape, out, self.about)?;
        for (doc, (cluster, found)) in self.numbers().into_iter().zip(found).enumerate() {
            let size = self.report.clusters().get(cluster - 1).map_or(1, Cluster::size);
            let (member, difference) = found.unzip();
            table.row(&Placed {
                id: self.id(doc),
                cluster,
                size,
                representative: self.id(self.report.representative_of(doc)),
                relation: member.map(|m| m.relation.name()),
                difference,
                measures: member.map(|m| (&m.evidence).into()),
            })?;
        }
        table.end()
    }

    /// How a member differs from the representative; with the diff where a style for it is given.
    fn line(
        &self,
        comparer: &Comparer,
        representative: &str,
        prepared: &Document,
        member: &Member,
        style: Option<Style>,
    ) -> io::Result<Line> {
        let text = self.corpus.text(member.doc)?;
        let document = comparer.prepare(&text);
        let diff = comparer.diff(
            Original::new(prepared, representative),
            Original::new(&document, text.as_ref()),
            &DiffOptions::default(),
        );
        let same_bytes = representative == text;
        let difference = words::difference(&diff, same_bytes);
        let shown = style.filter(|_| !diff.summary().is_identical());
        Ok(Line { same_bytes, difference, diff: shown.map(|style| diff.inline(style).to_string()) })
    }

    fn text(
        &self,
        out: &mut dyn Write,
        colours: bool,
        problems: &Problems,
        times: [Duration; 2],
    ) -> io::Result<()> {
        // a file has no terminal's width
        let width = self.args.width.or(self.args.output.as_ref().map(|_| 80));
        let width = layout::width(width).max(60);
        let prefix = common_folder(self.corpus);
        let names: Vec<String> =
            (0..self.corpus.records.len()).map(|doc| clean(&self.id(doc)[prefix..])).collect();
        // a bar on the terminal would stand between the lines
        let to_file = self.args.output.is_some();
        if to_file {
            self.progress.describing(self.report.clusters().len() as u64);
        }
        for (at, cluster) in self.report.clusters().iter().enumerate() {
            self.cluster(out, at + 1, cluster, &names, width, colours)?;
            if to_file {
                self.progress.described();
            }
        }
        self.progress.finish();
        self.overlaps(out, &names, width)?;
        if !self.cli.quiet {
            self.summary(out, problems, width, times)?;
        }
        Ok(())
    }

    fn cluster(
        &self,
        out: &mut dyn Write,
        number: usize,
        cluster: &Cluster,
        names: &[String],
        width: usize,
        colours: bool,
    ) -> io::Result<()> {
        let bold = anstyle::Style::new().bold();
        let dim = anstyle::Style::new().dimmed();
        let number = format!("{number:>3}  ");
        let size = count(cluster.size() as u64, "document", "documents");
        let space = width.saturating_sub(columns(&number) + size.len() + 2);
        let comparer = Comparer::default();
        let text = self.corpus.text(cluster.representative)?;
        let prepared = comparer.prepare(&text);
        let title = pad(&cut_end(&self.title(&comparer, cluster)?, space), space);
        writeln!(out, "{bold}{number}{title}{bold:#}  {dim}{size}{dim:#}")?;

        let most = if self.args.members == 0 { usize::MAX } else { self.args.members };
        let shown = &cluster.members[..cluster.members.len().min(most)];
        let docs = || shown.iter().map(|m| m.doc).chain([cluster.representative]);
        let columns_left = width.saturating_sub(INDENT + RELATION + 2 * SHARE + 2);
        let widest = docs().map(|doc| columns(&names[doc])).max().unwrap_or(0);
        let id_width = widest.clamp(12, columns_left.max(12));
        let name = |doc: usize| pad(&cut_start(&names[doc], id_width), id_width);

        let words = shown.first().map_or(0, |m| m.evidence.tokens_b);
        writeln!(
            out,
            "     {}  {dim}{}{}{}{dim:#}",
            name(cluster.representative),
            pad(&count(words.into(), "word", "words"), RELATION),
            pad_start("has", SHARE),
            pad_start("own", SHARE),
        )?;
        let style = self.args.diff.then(|| {
            let style = if colours { Style::ansi() } else { Style::plain() };
            style.width((width - INDENT - 4) as u16)
        });
        let lines: Vec<Line> = shown
            .par_iter()
            .map(|m| self.line(&comparer, &text, &prepared, m, style))
            .collect::<io::Result<_>>()?;
        for (member, line) in shown.iter().zip(lines) {
            let (has, own) = shares(&member.evidence);
            let relation =
                if line.same_bytes { "same bytes" } else { words::member(member.relation) };
            writeln!(
                out,
                "     {}  {}{}{}",
                name(member.doc),
                pad(relation, RELATION),
                pad_start(&percent(has), SHARE),
                pad_start(&percent(own), SHARE),
            )?;
            if member.relation == Relation::Identical {
                continue;
            }
            for line in wrap(&line.difference, width.saturating_sub(INDENT + 2)) {
                writeln!(out, "       {dim}{line}{dim:#}")?;
            }
            if let Some(diff) = line.diff {
                writeln!(out, "       {dim}A is the first document, B this one{dim:#}\n")?;
                for line in diff.trim_end().lines() {
                    let space = if line.is_empty() { "" } else { " " };
                    writeln!(out, "       {dim}│{dim:#}{space}{line}")?;
                }
                writeln!(out)?;
            }
        }
        if shown.len() < cluster.members.len() {
            let more = (cluster.members.len() - shown.len()) as u64;
            writeln!(
                out,
                "     {dim}and {} more (--members 0 lists all){dim:#}",
                layout::number(more)
            )?;
        }
        writeln!(out)
    }

    /// A line to know the cluster by, from some of its documents.
    fn title(&self, comparer: &Comparer, cluster: &Cluster) -> io::Result<String> {
        const ASKED: usize = 24;
        let texts: Vec<_> = cluster
            .docs()
            .take(ASKED)
            .map(|doc| self.corpus.text(doc))
            .collect::<io::Result<_>>()?;
        let begun = |text| (text, article_start(&comparer.prepare(text)));
        Ok(title::title(&texts.iter().map(|text| begun(text.as_ref())).collect::<Vec<_>>()))
    }

    /// Documents of different clusters that share a passage.
    fn overlaps(&self, out: &mut dyn Write, names: &[String], width: usize) -> io::Result<()> {
        const SHOWN: usize = 10;
        let apart = |a: usize, b: usize| {
            self.report.representative_of(a) != self.report.representative_of(b)
        };
        let overlaps: Vec<_> = self
            .report
            .pairs()
            .iter()
            .filter(|p| p.relation == Relation::Overlaps && apart(p.a, p.b))
            .collect();
        if overlaps.is_empty() {
            return Ok(());
        }
        let bold = anstyle::Style::new().bold();
        let dim = anstyle::Style::new().dimmed();
        writeln!(out, "{bold}     Different articles that share a passage{bold:#}")?;
        let space = width.saturating_sub(INDENT + 2 + 2 + 9) / 2;
        let shown = &overlaps[..overlaps.len().min(SHOWN)];
        let widest = |side: fn(&nearcopy::dedup::Pair) -> usize| {
            shown.iter().map(|p| columns(&names[side(p)])).max().unwrap_or(0).min(space)
        };
        let (wide_a, wide_b) = (widest(|p| p.a), widest(|p| p.b));
        for pair in shown {
            let words = pair.evidence.matched_a.min(pair.evidence.matched_b).round() as u64;
            writeln!(
                out,
                "     {}  {}  {dim}{}{dim:#}",
                pad(&cut_start(&names[pair.a], wide_a), wide_a),
                pad(&cut_start(&names[pair.b], wide_b), wide_b),
                count(words, "word", "words")
            )?;
        }
        if overlaps.len() > SHOWN {
            let more = number((overlaps.len() - SHOWN) as u64);
            writeln!(out, "     {dim}and {more} more pairs (--pairs FILE writes all){dim:#}")?;
        }
        writeln!(out)
    }

    fn summary(
        &self,
        out: &mut dyn Write,
        problems: &Problems,
        width: usize,
        [reading, matching]: [Duration; 2],
    ) -> io::Result<()> {
        let bold = anstyle::Style::new().bold();
        let dim = anstyle::Style::new().dimmed();
        let counts = self.report.counts();
        let clusters = self.report.clusters();
        let clustered: usize = clusters.iter().map(Cluster::size).sum();
        let alone = self.corpus.records.len() - clustered;
        let mut lines = vec![format!(
            "{} from {}: {} with {}, {} alone",
            count(counts.documents, "document", "documents"),
            count(self.corpus.files() as u64, "file", "files"),
            count(clusters.len() as u64, "cluster", "clusters"),
            count(clustered as u64, "document", "documents"),
            number(alone as u64),
        )];
        let kept = self.corpus.records.len() - (clustered - clusters.len());
        lines.push(format!(
            "{} repeat another; {} would be left without them",
            number((clustered - clusters.len()) as u64),
            number(kept as u64)
        ));
        if self.corpus.limited {
            lines.push("reading stopped at --limit".to_owned());
        }
        if counts.empty > 0 {
            lines.push(format!("{} without words, which match nothing", number(counts.empty)));
        }
        if counts.tiny > 0 {
            lines.push(format!(
                "{} too short to compare, which match only the same words",
                number(counts.tiny)
            ));
        }
        if problems.any_error() {
            let errors = count(problems.count(), "error", "errors");
            lines.push(format!("{errors} while reading, told on standard error"));
        }
        let caps = [
            (counts.candidates_capped, "documents had more candidates than are verified"),
            (counts.fingerprints_stopped, "fingerprints stood in too many clusters to be of use"),
            (
                counts.stopped_chains,
                "documents shared long passages only through such fingerprints",
            ),
            (counts.pairs_skipped, "pairs in large clusters were not verified"),
            (counts.places_skipped, "places of repeated passages were not looked at"),
        ];
        let hit: Vec<String> = caps
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", number(*n)))
            .collect();
        lines.push(if hit.is_empty() {
            "no limit was hit".to_owned()
        } else {
            format!("limits hit: {}", hit.join("; "))
        });
        let size = megabytes(self.corpus.bytes);
        lines.push(if self.args.manifest.is_some() {
            // the same run gives the same bytes
            size
        } else {
            let all = seconds(reading + matching);
            let (reading, matching) = (seconds(reading), seconds(matching));
            format!("{size} in {all} (reading {reading}, matching {matching})")
        });
        for (at, line) in lines.iter().enumerate() {
            for line in wrap(line, width) {
                if at == 0 {
                    writeln!(out, "{bold}{line}{bold:#}")?;
                } else {
                    writeln!(out, "{line}")?;
                }
            }
        }
        if !clusters.is_empty() {
            let legend = "has: how much of the first document's article a document carries; \
                          own: how much of its own article stands in the first";
            for line in wrap(legend, width) {
                writeln!(out, "{dim}{line}{dim:#}")?;
            }
        }
        Ok(())
    }
}

/// Bytes of the folder that all ids name, which need not be repeated.
pub fn common_folder(corpus: &Corpus) -> usize {
    let ids = || corpus.records.iter().map(|r| &*r.id);
    let Some(first) = ids().next() else { return 0 };
    let mut end = first.rfind('/').map_or(0, |at| at + 1);
    for id in ids() {
        while !id.starts_with(&first[..end]) {
            end = first[..end - 1].rfind('/').map_or(0, |at| at + 1);
        }
    }
    end
}

/// Byte at which the article begins: its first token of content.
pub fn article_start(document: &Document) -> usize {
    let first = document.mass().iter().position(|&mass| mass > 0);
    first.map_or(0, |at| document.tokens().spans()[at].start as usize)
}

/// Columns before a name.
const INDENT: usize = 5;
/// Columns of the relation in words.
const RELATION: usize = 17;
/// Columns of a share.
const SHARE: usize = 6;

/// How much of the representative's article the member has, and how much of its own is shared.
pub fn shares(e: &Evidence) -> (f64, f64) {
    (e.content_b_in_a(), e.content_a_in_b())
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        format!("{} ms", time.as_millis())
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB of text", bytes.div_ceil(1000))
    } else {
        format!("{:.1} MB of text", bytes as f64 / 1e6)
    }
}
