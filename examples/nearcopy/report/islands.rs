//! The data of the page: one JSON object that is read at once, and a line for each cluster that is
//! read when the cluster is opened.

use super::gather::{Described, confidence_number, relation_number};
use super::json;
use super::relations;
use super::texts::Choice;
use crate::dates::Day;
use crate::input::Corpus;
use crate::words;
use nearcopy::dedup::Cluster;
use nearcopy::{Report, Thresholds};
use std::collections::HashMap;
use std::io::{self, Write};

/// What the list of clusters shows, searches and filters by.
///
/// An object of columns: `title`, `excerpt`, `size`, `least` (least containment), `jaccard` (least
/// resemblance), `relations` (a bit for each), `confidence` (the least) and, where dates are given,
/// `from` and `to`, one entry a cluster; `id` and `site`, one entry a document, cluster by cluster,
/// the representative first; `sites`, to which the entries of `site` point; `names`, of relations.
pub fn index(corpus: &Corpus, report: &Report, described: &[Described], prefix: usize) -> String {
    let clusters = report.clusters();
    let thresholds = Thresholds::default();
    let mut out = String::from("{\"prefix\":");
    let folder = corpus.records.first().map_or("", |record| &record.id[..prefix]);
    json::string(&mut out, folder);
    let column = |out: &mut String, name: &str, value: &dyn Fn(&mut String, usize)| {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        json::array(out, 0..clusters.len(), value);
    };
    column(&mut out, "title", &|out, at| json::string(out, &described[at].title));
    column(&mut out, "excerpt", &|out, at| json::string(out, &described[at].excerpt));
    column(&mut out, "size", &|out, at| json::number(out, clusters[at].size() as i64));
    let share = |x: f64| (x * 10_000.0).round() as i64;
    column(&mut out, "least", &|out, at| {
        let members = clusters[at].members.iter();
        let contained = members.map(|member| member.evidence.content_containment());
        json::number(out, share(contained.fold(1.0, f64::min)));
    });
    column(&mut out, "jaccard", &|out, at| {
        let resemblance = clusters[at].members.iter().map(|member| member.evidence.jaccard);
        json::number(out, share(resemblance.fold(1.0, f64::min)));
    });
    column(&mut out, "relations", &|out, at| {
        let bits = clusters[at].members.iter().fold(0, |bits, m| bits | 1 << relation_number(m));
        json::number(out, bits);
    });
    column(&mut out, "confidence", &|out, at| {
        let members = clusters[at].members.iter();
        let least = members.map(|member| confidence_number(member.confidence(&thresholds))).min();
        json::number(out, least.unwrap_or(2));
    });
    if corpus.records.iter().any(|record| record.date.is_some()) {
        let days = |at: usize| {
            let docs = clusters[at].docs();
            docs.filter_map(|doc| Day::read(corpus.records[doc].date.as_deref()?))
        };
        let day = |out: &mut String, day: Option<Day>| {
            json::string(out, &day.map(|day| day.to_string()).unwrap_or_default());
        };
        column(&mut out, "from", &|out, at| day(out, days(at).min()));
        column(&mut out, "to", &|out, at| day(out, days(at).max()));
    }
    let docs = || clusters.iter().flat_map(Cluster::docs);
    out.push_str(",\"id\":");
    json::array(&mut out, docs(), |out, doc| json::string(out, &corpus.records[doc].id[prefix..]));
    let mut sites: Vec<&str> = Vec::new();
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    out.push_str(",\"site\":");
    json::array(&mut out, docs(), |out, doc| {
        let number = corpus.records[doc].site.as_deref().map(|site| {
            *numbers.entry(site).or_insert_with(|| {
                sites.push(site);
                sites.len() as i64 - 1
            })
        });
        json::number(out, number.unwrap_or(-1));
    });
    out.push_str(",\"sites\":");
    json::array(&mut out, &sites, |out, site| json::string(out, site));
    out.push_str(",\"names\":");
    json::array(&mut out, relations::ALL, |out, relation| {
        json::string(out, words::member(relation));
    });
    out.push('}');
    out
}

/// A line for each cluster: `[rows, text, edits, diffs]`, only `[rows]` where the texts are not held; a
/// diff is `null` where a text is too long.
pub fn clusters(out: &mut dyn Write, described: &[Described], choice: &Choice) -> io::Result<()> {
    for (at, cluster) in described.iter().enumerate() {
        if at > 0 {
            out.write_all(b"\n")?;
        }
        write!(out, "[[{}]", cluster.rows.join(","))?;
        if at < choice.clusters
            && let Some(text) = &cluster.text
        {
            write!(out, ",{text},{},[", cluster.edits)?;
            for (at, diff) in cluster.diffs.iter().take(choice.per_cluster).enumerate() {
                let comma = if at > 0 { "," } else { "" };
                write!(out, "{comma}{}", diff.as_deref().unwrap_or("null"))?;
            }
            out.write_all(b"]")?;
        }
        out.write_all(b"]")?;
    }
    Ok(())
}
