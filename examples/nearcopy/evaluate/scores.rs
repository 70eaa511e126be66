//! The numbers: of the clusters, of the verified pairs, and of both by class of pair.

use super::truth::Labelled;
use nearcopy::Report;
use nearcopy::evaluate::{Agreement, Classes, LENGTH_RATIOS, PairCounts};
use serde::Serialize;

/// Everything that is told. Shares are not rounded.
#[derive(Serialize)]
pub struct Scores {
    pub documents: usize,
    pub groups: Option<u64>,
    pub clusters: OfClusters,
    pub pairs: OfPairs,
    pub by: Vec<Breakdown>,
}

/// How good it is that two documents stand in one cluster.
#[derive(Serialize)]
pub struct OfClusters {
    pub clusters: u64,
    pub clusters_mixing_groups: Option<u64>,
    pub ari: Option<f64>,
    pub bcubed_precision: Option<f64>,
    pub bcubed_recall: Option<f64>,
    pub bcubed_f1: Option<f64>,
    #[serde(flatten)]
    pub counted: Counted,
    pub wrong_pairs_same_host: u64,
}

/// How good the pairs are that were verified as matches.
#[derive(Serialize)]
pub struct OfPairs {
    pub pairs_reported: usize,
    #[serde(flatten)]
    pub counted: Counted,
    pub wrong_pairs_same_host: u64,
    /// Of the pairs of a document of the reference kind and another of its group, the share found.
    pub article_scrape_recall: Option<f64>,
    /// Pairs inside large clusters that were not verified.
    pub pairs_skipped: u64,
}

#[derive(Serialize, Clone, Copy)]
pub struct Counted {
    pub expected_pairs: u64,
    pub right_pairs: u64,
    pub wrong_pairs: u64,
    pub pair_precision: f64,
    pub pair_recall: f64,
    pub pair_f1: f64,
}

impl From<PairCounts> for Counted {
    fn from(counts: PairCounts) -> Self {
        Self {
            expected_pairs: counts.expected,
            right_pairs: counts.right,
            wrong_pairs: counts.wrong,
            pair_precision: counts.precision(),
            pair_recall: counts.recall(),
            pair_f1: counts.f1(),
        }
    }
}

/// The pairs by one property of the two documents.
#[derive(Serialize)]
pub struct Breakdown {
    pub by: &'static str,
    pub what: String,
    pub rows: Vec<Row>,
}

#[derive(Serialize)]
pub struct Row {
    pub class: String,
    pub clusters: Counted,
    pub pairs: Counted,
}

/// The cluster of each scored document; documents that stand alone have one of their own.
pub fn clusters_of(labelled: &Labelled, clusters: &[Vec<usize>], documents: usize) -> Vec<u32> {
    let mut of: Vec<u32> = (clusters.len() as u32..).take(documents).collect();
    for (number, docs) in (0..).zip(clusters) {
        for &doc in docs {
            of[doc] = number;
        }
    }
    labelled.docs.iter().map(|&doc| of[doc]).collect()
}

/// The matches among the scored documents.
pub fn matches(labelled: &Labelled, report: &Report, documents: usize) -> Vec<(u32, u32)> {
    let mut slot = vec![None; documents];
    for (at, &doc) in (0u32..).zip(&labelled.docs) {
        slot[doc] = Some(at);
    }
    let matches = report.pairs().iter().filter(|p| p.relation.is_match());
    matches.filter_map(|p| slot[p.a].zip(slot[p.b])).collect()
}

pub fn score(labelled: &Labelled, report: &Report, found: &[u32], pairs: &[(u32, u32)]) -> Scores {
    let truth = &labelled.truth;
    let agreement = labelled
        .groups
        .as_ref()
        .map(|groups| Agreement::new(groups.iter().copied().zip(found.iter().copied())));
    let clusters = Agreement::new(found.iter().map(|&cluster| (0, cluster))).clusters;
    let hosts = Classes::shared(&labelled.hosts);
    let of_hosts = [truth.clusters_by(found, &hosts), truth.pairs_by(pairs, &hosts)];
    let [same_host_in_clusters, same_host_in_pairs] = [0, 1].map(|i: usize| {
        let (_, same) = of_hosts[i].split_last().expect("the class of different hosts");
        same.iter().map(|counts| counts.wrong).sum()
    });
    let mut by = Vec::new();
    let mut article_scrape_recall = None;
    if let Some(kinds) = &labelled.kinds {
        let classes = Classes::against(&kinds.of, kinds.reference);
        let counts = [truth.clusters_by(found, &classes), truth.pairs_by(pairs, &classes)];
        let right: u64 = counts[1].iter().map(|c| c.right).sum();
        let expected: u64 = counts[1].iter().map(|c| c.expected).sum();
        article_scrape_recall = (expected > 0).then(|| right as f64 / expected as f64);
        let names: Vec<&str> = kinds.names.iter().collect();
        let reference = names[kinds.reference as usize];
        by.push(Breakdown {
            by: "kind",
            what: format!("pairs of a {reference} document and one of this kind"),
            rows: rows(names.iter().map(|name| (*name).to_owned()), &counts),
        });
    }
    if labelled.hosts.iter().any(Option::is_some) {
        let joined = of_hosts.map(|counts| {
            let (different, same) = counts.split_last().expect("the class of different hosts");
            vec![sum(same), *different]
        });
        by.push(Breakdown {
            by: "host",
            what: "both documents of one host, or not".to_owned(),
            rows: rows(
                ["one host", "different or unknown"].map(str::to_owned).into_iter(),
                &joined,
            ),
        });
    }
    let classes = Classes::length_ratio(&labelled.words);
    by.push(Breakdown {
        by: "length_ratio",
        what: "how many times as many words the longer one has".to_owned(),
        rows: rows(
            ratios().into_iter(),
            &[truth.clusters_by(found, &classes), truth.pairs_by(pairs, &classes)],
        ),
    });
    let classes = Classes::shared(&labelled.language_of);
    let names = labelled.languages.iter().map(str::to_owned);
    by.push(Breakdown {
        by: "language",
        what: "the language of both documents, or their script".to_owned(),
        rows: rows(
            names.chain(["of two languages".to_owned()]),
            &[truth.clusters_by(found, &classes), truth.pairs_by(pairs, &classes)],
        ),
    });
    Scores {
        documents: labelled.docs.len(),
        groups: agreement.map(|a| a.groups),
        clusters: OfClusters {
            clusters,
            clusters_mixing_groups: agreement.map(|a| a.mixed),
            ari: agreement.map(|a| a.adjusted_rand()),
            bcubed_precision: agreement.map(|a| a.bcubed_precision),
            bcubed_recall: agreement.map(|a| a.bcubed_recall),
            bcubed_f1: agreement.map(|a| a.bcubed_f1()),
            counted: truth.score_clusters(found).into(),
            wrong_pairs_same_host: same_host_in_clusters,
        },
        pairs: OfPairs {
            pairs_reported: pairs.len(),
            counted: truth.score_pairs(pairs).into(),
            wrong_pairs_same_host: same_host_in_pairs,
            article_scrape_recall,
            pairs_skipped: report.counts().pairs_skipped,
        },
        by,
    }
}

fn sum(counts: &[PairCounts]) -> PairCounts {
    let mut out = PairCounts::default();
    for c in counts {
        out.expected += c.expected;
        out.right += c.right;
        out.wrong += c.wrong;
    }
    out
}

/// The classes in which there is anything.
fn rows(names: impl Iterator<Item = String>, counts: &[Vec<PairCounts>; 2]) -> Vec<Row> {
    let [clusters, pairs] = counts;
    names
        .zip(clusters.iter().zip(pairs))
        .filter(|(_, (c, p))| c.expected + c.right + c.wrong + p.right + p.wrong > 0)
        .map(|(class, (&clusters, &pairs))| Row {
            class,
            clusters: clusters.into(),
            pairs: pairs.into(),
        })
        .collect()
}

fn ratios() -> Vec<String> {
    let edges: Vec<String> =
        LENGTH_RATIOS
            .iter()
            .map(|&(a, b)| {
                if a % b == 0 {
                    (a / b).to_string()
                } else {
                    format!("{}.{}", a / b, a % b * 10 / b)
                }
            })
            .collect();
    let mut out = vec![format!("1 to {}", edges[0])];
    out.extend(edges.windows(2).map(|w| format!("{} to {}", w[0], w[1])));
    out.push(format!("{} and more", edges[edges.len() - 1]));
    out
}
