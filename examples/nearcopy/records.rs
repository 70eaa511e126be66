//! The rows that are written: as JSON one object a line, or as columns.

use crate::table::{Cell, Column, Of, Row};
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

impl Measures {
    const COLUMNS: [(&'static str, Of); 12] = [
        ("jaccard", Of::Number),
        ("a_in_b", Of::Number),
        ("b_in_a", Of::Number),
        ("content_a_in_b", Of::Number),
        ("content_b_in_a", Of::Number),
        ("matched_words", Of::Number),
        ("content_words_a", Of::Number),
        ("content_words_b", Of::Number),
        ("words_a", Of::Count),
        ("words_b", Of::Count),
        ("longest_run", Of::Number),
        ("substituted_words", Of::Number),
    ];

    fn columns(empty: bool) -> impl Iterator<Item = Column> {
        Self::COLUMNS.into_iter().map(move |(name, of)| (name, of, empty))
    }

    fn cells(&self) -> [Cell<'static>; 12] {
        [
            self.jaccard.into(),
            self.a_in_b.into(),
            self.b_in_a.into(),
            self.content_a_in_b.into(),
            self.content_b_in_a.into(),
            self.matched_words.into(),
            self.content_words_a.into(),
            self.content_words_b.into(),
            u64::from(self.words_a).into(),
            u64::from(self.words_b).into(),
            self.longest_run.into(),
            self.substituted_words.into(),
        ]
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

impl Row for Placed<'_> {
    fn columns() -> Vec<Column> {
        let mut columns = vec![
            ("id", Of::Text, false),
            ("cluster", Of::Count, false),
            ("size", Of::Count, false),
            ("representative", Of::Text, false),
            ("relation", Of::Text, true),
            ("difference", Of::Text, true),
        ];
        columns.extend(Measures::columns(true));
        columns
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = vec![
            self.id.into(),
            (self.cluster as u64).into(),
            (self.size as u64).into(),
            self.representative.into(),
            self.relation.into(),
            self.difference.as_deref().into(),
        ];
        match &self.measures {
            Some(measures) => cells.extend(measures.cells()),
            None => cells.extend(Measures::COLUMNS.map(|_| Cell::None)),
        }
        cells
    }
}

/// A document's cluster.
#[derive(Debug, Serialize)]
pub struct ClusterOf<'a> {
    pub id: &'a str,
    pub cluster: usize,
}

impl Row for ClusterOf<'_> {
    fn columns() -> Vec<Column> {
        vec![("id", Of::Text, false), ("cluster", Of::Count, false)]
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![self.id.into(), (self.cluster as u64).into()]
    }
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

impl Row for Pair<'_> {
    fn columns() -> Vec<Column> {
        let mut columns =
            vec![("a", Of::Text, false), ("b", Of::Text, false), ("relation", Of::Text, false)];
        columns.extend(Measures::columns(false));
        columns
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = vec![self.a.into(), self.b.into(), self.relation.into()];
        cells.extend(self.measures.cells());
        cells
    }
}

/// Writes `value` as one line.
pub fn line(out: &mut dyn Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
