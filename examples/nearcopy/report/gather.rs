//! What the page says of each cluster.

use super::{json, pair};
use crate::cluster::{article_start, shares};
use crate::input::Corpus;
use crate::layout::{cut_end, one_line};
use crate::progress::Progress;
use crate::{title, words};
use nearcopy::dedup::{Cluster, Member};
use nearcopy::diff::{DiffOptions, Original};
use nearcopy::relation::Confidence;
use nearcopy::{Comparer, Report};
use rayon::prelude::*;

/// Documents of a cluster that vote for its title.
const TITLE_DOCS: usize = 24;
/// Columns of an excerpt.
const EXCERPT: usize = 200;
/// Bytes of the longest text that is shown.
pub const MOST_TEXT: usize = 256 * 1024;

/// A cluster in words and numbers.
pub struct Described {
    pub title: String,
    /// How the article of the representative begins.
    pub excerpt: String,
    /// Measures of each copy, as JSON.
    pub rows: Vec<String>,
    /// The text of the representative, as JSON; `None` where it is too long to be shown.
    pub text: Option<String>,
    /// Headline and hunks of the first copies, as JSON; `None` where the copy is too long.
    pub diffs: Vec<Option<String>>,
    /// Edits that the diffs refer to, as JSON.
    pub edits: String,
}

/// Describes all clusters, with the diffs of the first `diffs` copies of each.
pub fn clusters(
    corpus: &Corpus,
    report: &Report,
    diffs: usize,
    progress: &Progress,
) -> Vec<Described> {
    let comparer = Comparer::default();
    progress.describing(report.clusters().len() as u64);
    let described = report
        .clusters()
        .par_iter()
        .map(|cluster| {
            let described = describe(&comparer, corpus, cluster, diffs);
            progress.described();
            described
        })
        .collect();
    progress.finish();
    described
}

fn describe(comparer: &Comparer, corpus: &Corpus, cluster: &Cluster, diffs: usize) -> Described {
    let text = |doc: usize| corpus.held_text(doc);
    let first = text(cluster.representative);
    let prepared = comparer.prepare(first);
    let begins = article_start(&prepared);
    let mut begun = vec![(first, begins)];
    let mut rows = Vec::with_capacity(cluster.members.len());
    let mut encoded = Vec::new();
    let mut edits = pair::Edits::default();
    for (at, member) in cluster.members.iter().enumerate() {
        let own = text(member.doc);
        let document = comparer.prepare(own);
        if begun.len() < TITLE_DOCS {
            begun.push((own, article_start(&document)));
        }
        let diff = comparer.diff(
            Original::new(&prepared, first),
            Original::new(&document, own),
            &DiffOptions::default(),
        );
        rows.push(row(comparer, member, &words::difference(&diff, own == first), own == first));
        if at >= diffs || first.len() > MOST_TEXT {
            continue;
        }
        encoded.push((own.len() <= MOST_TEXT).then(|| {
            let mut out = String::from("[");
            json::string(&mut out, &diff.headline().to_string());
            out.push(',');
            pair::hunks(&mut out, &diff, (&prepared, first), (&document, own), &mut edits);
            out.push(']');
            out
        }));
    }
    let text = (first.len() <= MOST_TEXT).then(|| {
        let mut out = String::new();
        json::string(&mut out, first);
        out
    });
    let article = first.get(begins..).unwrap_or(first);
    let ahead = article.char_indices().nth(2 * EXCERPT).map_or(article.len(), |(at, _)| at);
    Described {
        title: title::title(&begun),
        excerpt: cut_end(&one_line(&article[..ahead]), EXCERPT),
        rows,
        text,
        diffs: encoded,
        edits: edits.json(),
    }
}

/// `[relation, confidence, carried, own, jaccard, copy in representative, representative in copy,
/// words matched, words of content, words, same bytes, difference]`; shares in 1/10,000.
fn row(comparer: &Comparer, member: &Member, difference: &str, same_bytes: bool) -> String {
    let e = &member.evidence;
    let (carried, own) = shares(e);
    let share = |x: f64| (x * 10_000.0).round() as i64;
    let mut out = String::from("[");
    for n in [
        relation_number(member),
        confidence_number(member.confidence(&comparer.thresholds)),
        share(carried),
        share(own),
        share(e.jaccard),
        share(e.a_in_b),
        share(e.b_in_a),
        e.matched_a.min(e.matched_b).round() as i64,
        e.content_a.round() as i64,
        i64::from(e.tokens_a),
        i64::from(same_bytes),
    ] {
        json::number(&mut out, n);
        out.push(',');
    }
    json::string(&mut out, difference);
    out.push(']');
    out
}

/// The place of a member's relation in [`super::relations::ALL`].
pub fn relation_number(member: &Member) -> i64 {
    let found = super::relations::ALL.iter().position(|r| *r == member.relation);
    found.unwrap_or(super::relations::ALL.len() - 1) as i64
}

/// 0 is low, 2 high.
pub fn confidence_number(confidence: Confidence) -> i64 {
    match confidence {
        Confidence::High => 2,
        Confidence::Medium => 1,
        _ => 0,
    }
}
