//! The JSON that is written, one object a line.

use nearcopy::{Evidence, Relation};
use serde::Serialize;
use std::io::{self, Write};

/// The measures of a pair. Shares are 0.0..=1.0, rounded to six places.
#[derive(Debug, Serialize)]
pub struct Measures {
    jaccard: f64,
    a_in_b: f64,
    b_in_a: f64,
    content_a_in_b: f64,
    content_b_in_a: f64,
    /// Words of content that are matched, on the side that has fewer.
    matched_words: f64,
    content_words_a: f64,
    content_words_b: f64,
    words_a: u32,
    words_b: u32,
    longest_run: f64,
    substituted_words: f64,
}

impl From<&Evidence> for Measures {
    fn from(e: &Evidence) -> Self {
        let round = |x: f64| (x * 1e6).round() / 1e6;
        Self {
            jaccard: round(e.jaccard),
            a_in_b: round(e.a_in_b),
            b_in_a: round(e.b_in_a),
            content_a_in_b: round(e.content_a_in_b()),
            content_b_in_a: round(e.content_b_in_a()),
            matched_words: round(e.matched_a.min(e.matched_b)),
            content_words_a: round(e.content_a),
            content_words_b: round(e.content_b),
            words_a: e.tokens_a,
            words_b: e.tokens_b,
            longest_run: round(e.longest_run),
            substituted_words: round(e.substituted),
        }
    }
}

/// A document and its place in the clusters. In the measures a is this document, b the
/// representative.
#[derive(Debug, Serialize)]
pub struct Placed<'a> {
    pub id: &'a str,
    pub cluster: usize,
    pub size: usize,
    pub representative: &'a str,
    /// How this document is related to the representative; null for the representative itself and
    /// for documents that match no other.
    pub relation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
    #[serde(flatten)]
    pub measures: Option<Measures>,
}

/// A document's cluster.
#[derive(Debug, Serialize)]
pub struct ClusterOf<'a> {
    pub id: &'a str,
    pub cluster: usize,
}

/// A verified pair.
#[derive(Debug, Serialize)]
pub struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    relation: &'static str,
    #[serde(flatten)]
    measures: Measures,
}

impl<'a> Pair<'a> {
    pub fn new(a: &'a str, b: &'a str, relation: Relation, evidence: &Evidence) -> Self {
        Self { a, b, relation: relation.name(), measures: evidence.into() }
    }
}

/// Writes `value` as one line.
pub fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
