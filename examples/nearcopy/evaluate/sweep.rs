//! What other thresholds would give, from the ledger of one run.

use super::args::Swept;
use super::scores::clusters_of;
use super::truth::Labelled;
use crate::plot::{Chart, Curve};
use nearcopy::evaluate::Agreement;
use nearcopy::{Report, Thresholds};
use serde::Serialize;

#[derive(Serialize)]
pub struct Sweep {
    pub threshold: &'static str,
    pub what: &'static str,
    /// The value of the run.
    pub in_use: f64,
    pub rows: Vec<Row>,
}

/// The scores of the clusters at one value.
#[derive(Serialize)]
pub struct Row {
    pub value: f64,
    pub clusters: u64,
    pub pair_precision: f64,
    pub pair_recall: f64,
    pub pair_f1: f64,
    pub ari: Option<f64>,
    pub bcubed_f1: Option<f64>,
}

pub fn sweep(
    labelled: &Labelled,
    report: &Report,
    thresholds: &Thresholds,
    swept: Swept,
    values: &[f64],
) -> Sweep {
    let in_use = swept.of(thresholds);
    let mut values = if values.is_empty() { swept.range() } else { values.to_vec() };
    // 0.30000000000000004 is 0.3
    if !values.iter().any(|v| (v - in_use).abs() < 1e-9) {
        values.push(in_use);
    }
    values.sort_by(f64::total_cmp);
    values.dedup();
    let documents = report.counts().documents as usize;
    let row = |value: f64| {
        let clusters = report.replay(&swept.at(value, thresholds));
        let found = clusters_of(labelled, &clusters, documents);
        let counts = labelled.truth.score_clusters(&found);
        let groups = labelled.groups.as_deref();
        let agreement =
            groups.map(|g| Agreement::new(g.iter().copied().zip(found.iter().copied())));
        Row {
            value,
            clusters: Agreement::new(found.iter().map(|&cluster| (0, cluster))).clusters,
            pair_precision: counts.precision(),
            pair_recall: counts.recall(),
            pair_f1: counts.f1(),
            ari: agreement.map(|a| a.adjusted_rand()),
            bcubed_f1: agreement.map(|a| a.bcubed_f1()),
        }
    };
    let rows = values.into_iter().map(row).collect();
    Sweep { threshold: swept.name(), what: swept.what(), in_use, rows }
}

impl Sweep {
    pub fn svg(&self) -> String {
        let curve = |label: &str, of: &dyn Fn(&Row) -> Option<f64>| Curve {
            label: label.to_owned(),
            points: self.rows.iter().filter_map(|row| Some((row.value, of(row)?))).collect(),
        };
        let mut curves = vec![
            curve("precision of pairs", &|row| Some(row.pair_precision)),
            curve("recall of pairs", &|row| Some(row.pair_recall)),
            curve("F1 of pairs", &|row| Some(row.pair_f1)),
            curve("adjusted Rand index", &|row| row.ari),
            curve("B-cubed F1", &|row| row.bcubed_f1),
        ];
        curves.retain(|curve| !curve.points.is_empty());
        let ends = [self.rows.first(), self.rows.last()].map(|row| row.map_or(0.0, |r| r.value));
        // a picture of one value has some width, too
        let x = if ends[0] < ends[1] { ends } else { [ends[0] - 0.5, ends[1] + 0.5] };
        Chart {
            title: &format!("Scores by {}", self.threshold),
            x_label: self.what,
            y_label: "score",
            x,
            curves,
            mark: Some((self.in_use, format!("in use: {}", self.in_use))),
            shade: None,
        }
        .svg()
    }
}
