//! The distributions of a run as figures.

use super::html::escape;
use super::plot::{self, Bar, Column, Words};
use crate::dates::{Day, day_label, month_label};
use crate::input::Corpus;
use crate::layout::{clean, count, number, percent};
use nearcopy::Report;
use nearcopy::dedup::Cluster;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Sites shown.
const SITES: usize = 15;
/// Days up to which a column is a day, and months up to which it is a month.
const DAYS: i64 = 62;
const MONTHS: i64 = 120;

/// Resemblance and containment of each copy with its representative.
pub fn copies(report: &Report) -> Vec<(f64, f64)> {
    let members = report.clusters().iter().flat_map(|cluster| &cluster.members);
    members.map(|member| (member.evidence.jaccard, member.evidence.content_containment())).collect()
}

/// Copies whose resemblance is below a half.
pub fn below_half(copies: &[(f64, f64)]) -> usize {
    copies.iter().filter(|(jaccard, _)| *jaccard < 0.5).count()
}

/// How many of `copies` a threshold on the resemblance of a half would lose.
fn left_of_half(below: usize, copies: usize) -> String {
    if below == 0 {
        return "None lies left of the dashed line, at a Jaccard resemblance below 0.5.".to_owned();
    }
    let (lie, them) = if below == 1 { ("lies", "it") } else { ("lie", "them") };
    format!(
        "{} of {} ({}) {lie} left of the dashed line, at a Jaccard resemblance below 0.5: a threshold \
         there would lose {them}, though the smaller article stands in the larger.",
        number(below as u64),
        count(copies as u64, "copy", "copies"),
        percent(below as f64 / copies as f64)
    )
}

/// All figures that the data allow, as HTML.
pub fn all(corpus: &Corpus, report: &Report) -> String {
    let mut out = String::new();
    let mut figure = |plot: String, title: &str, caption: &str| {
        let _ = write!(
            out,
            "<figure>{plot}<figcaption><b>{}.</b> {}</figcaption></figure>",
            escape(title),
            escape(caption)
        );
    };
    let copies = copies(report);
    if !copies.is_empty() {
        let below = below_half(&copies);
        let title = "Containment against resemblance";
        let caption = format!(
            "Each copy with its representative. {} Colour, and the sums at the edges, are logarithmic.",
            left_of_half(below, copies.len())
        );
        figure(plot::density(&copies, title, &caption), title, &caption);
        sizes(report.clusters(), &mut figure);
    }
    sites(corpus, report, &mut figure);
    times(corpus, report, &mut figure);
    out
}

fn sizes(clusters: &[Cluster], figure: &mut impl FnMut(String, &str, &str)) {
    let most = clusters.iter().map(Cluster::size).max().unwrap_or(2);
    let each = |from: usize, to: usize| {
        let inside = clusters.iter().filter(|c| (from..=to).contains(&c.size())).count() as u64;
        let label = if from == to {
            number(from as u64)
        } else {
            format!("{}–{}", number(from as u64), number(to as u64))
        };
        Column { name: format!("{label} documents"), label, parts: vec![inside] }
    };
    let mut columns = Vec::new();
    if most <= 13 {
        columns.extend((2..=most.max(6)).map(|size| each(size, size)));
    } else {
        columns.extend((2..=4).map(|size| each(size, size)));
        let mut from = 5;
        while from <= most {
            let to = (from - 1) * 2;
            columns.push(each(from, to));
            from = to + 1;
        }
    }
    let documents: usize = clusters.iter().map(Cluster::size).sum();
    let title = "Cluster sizes";
    let caption = format!(
        "{} of {} documents in all; the largest holds {}. The axis upwards is logarithmic.",
        count(clusters.len() as u64, "cluster", "clusters"),
        number(documents as u64),
        number(most as u64)
    );
    let words = Words {
        legend: &["clusters"],
        across: "documents in the cluster",
        upwards: "clusters (logarithmic)",
        title,
        description: &caption,
    };
    figure(plot::columns(&columns, true, &words), title, &caption);
}

/// What a document is: alone, the representative of a cluster, or a copy.
fn part(report: &Report, doc: usize) -> usize {
    match report.cluster_of(doc) {
        None => 0,
        Some(_) if report.representative_of(doc) == doc => 1,
        Some(_) => 2,
    }
}

const PARTS: [&str; 3] = ["alone", "representative", "copy"];

fn sites(corpus: &Corpus, report: &Report, figure: &mut impl FnMut(String, &str, &str)) {
    let mut by_site: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    let mut without = 0;
    for (doc, record) in corpus.records.iter().enumerate() {
        match &record.site {
            Some(site) => {
                by_site.entry(site).or_insert_with(|| vec![0; 3])[part(report, doc)] += 1;
            }
            None => without += 1,
        }
    }
    if by_site.is_empty() {
        return;
    }
    let all = by_site.len();
    let mut bars: Vec<Bar> =
        by_site.into_iter().map(|(site, parts)| Bar { label: clean(site), parts }).collect();
    // the sort is stable: equal sites stay in the order of their names
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.parts.iter().sum::<u64>()));
    bars.truncate(SITES);
    let title = "Sites";
    let mut caption = if all > SITES {
        format!("The {SITES} of {} with the most documents.", number(all as u64) + " sites")
    } else {
        format!("{}.", count(all as u64, "site", "sites"))
    };
    if without > 0 {
        let _ = write!(caption, " {} without a site.", count(without, "document", "documents"));
    }
    figure(plot::bars(&bars, &PARTS, "documents", title, &caption), title, &caption);
}

fn times(corpus: &Corpus, report: &Report, figure: &mut impl FnMut(String, &str, &str)) {
    let dated: Vec<(Day, usize)> = corpus
        .records
        .iter()
        .enumerate()
        .filter_map(|(doc, record)| Some((Day::read(record.date.as_deref()?)?, part(report, doc))))
        .collect();
    let days = || dated.iter().map(|(day, _)| *day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return };
    type Unit = (fn(Day) -> i64, fn(i64) -> String, &'static str);
    let (number_of, name_of, unit): Unit = if last.days() - first.days() < DAYS {
        (Day::days, day_label, "day")
    } else if last.months() - first.months() < MONTHS {
        (Day::months, month_label, "month")
    } else {
        (|day| day.year.into(), |year| year.to_string(), "year")
    };
    let (from, to) = (number_of(first), number_of(last));
    let mut step = 1;
    while (to - from) / step >= MONTHS {
        step *= 10;
    }
    let mut columns: Vec<Column> = (from..=to)
        .step_by(step as usize)
        .map(|at| Column { label: String::new(), name: name_of(at), parts: vec![0; 3] })
        .collect();
    for &(day, part) in &dated {
        columns[((number_of(day) - from) / step) as usize].parts[part] += 1;
    }
    // as many labels as have room
    let every = columns.len().div_ceil(if unit == "year" { 8 } else { 5 });
    for column in columns.iter_mut().skip(every / 2).step_by(every) {
        column.label.clone_from(&column.name);
    }
    let title = "Time";
    let undated = (corpus.records.len() - dated.len()) as u64;
    let mut caption = format!(
        "{} from {first} to {last}, by {unit}.",
        count(dated.len() as u64, "document", "documents")
    );
    if step > 1 {
        let _ = write!(caption, " Each column holds {step} of them.");
    }
    if undated > 0 {
        let _ = write!(caption, " {} have no date that could be read.", number(undated));
    }
    let words =
        Words { legend: &PARTS, across: unit, upwards: "documents", title, description: &caption };
    figure(plot::columns(&columns, false, &words), title, &caption);
}
