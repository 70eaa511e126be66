//! A report on its way in: what it says must hold together before anyone asks it.

use super::report::{Cluster, Counts, NO_CLUSTER, Pair, Report};
use crate::error::DamagedReport;

/// The fields of a report as they are serialised.
#[derive(serde::Deserialize)]
pub(super) struct Fields {
    clusters: Vec<Cluster>,
    cluster_of: Vec<u32>,
    pairs: Vec<Pair>,
    ledger: Vec<Pair>,
    order: Vec<u32>,
    counts: Counts,
}

impl TryFrom<Fields> for Report {
    type Error = DamagedReport;

    fn try_from(fields: Fields) -> Result<Self, DamagedReport> {
        let Fields { clusters, cluster_of, pairs, ledger, order, counts } = fields;
        let documents = cluster_of.len();
        if counts.documents != documents as u64 {
            return Err(damage("counts.documents", None, counts.documents, documents));
        }
        check_order(&order, documents)?;
        check_clusters(&clusters, &cluster_of)?;
        check_pairs("pairs", &pairs, documents)?;
        check_pairs("ledger", &ledger, documents)?;
        Ok(Self { clusters, cluster_of, pairs, ledger, order, counts })
    }
}

fn damage(
    field: &'static str,
    at: Option<usize>,
    found: impl ToString,
    expected: impl ToString,
) -> DamagedReport {
    DamagedReport { field, at, found: found.to_string(), expected: expected.to_string() }
}

/// The order names each document once.
fn check_order(order: &[u32], documents: usize) -> Result<(), DamagedReport> {
    if order.len() != documents {
        let found = format!("{} documents long", order.len());
        return Err(damage("order", None, found, documents));
    }
    let mut seen = vec![false; documents];
    for (at, &doc) in order.iter().enumerate() {
        match seen.get_mut(doc as usize) {
            Some(seen) if !*seen => *seen = true,
            _ => {
                let expected = format!("each document below {documents} once");
                return Err(damage("order", Some(at), doc, expected));
            }
        }
    }
    Ok(())
}

/// Clusters and `cluster_of` say the same, and the clusters stand in their order.
fn check_clusters(clusters: &[Cluster], cluster_of: &[u32]) -> Result<(), DamagedReport> {
    let documents = cluster_of.len();
    let mut place = vec![NO_CLUSTER; documents];
    for (at, cluster) in clusters.iter().enumerate() {
        if cluster.members.is_empty() {
            return Err(damage("clusters", Some(at), "one document", "two or more"));
        }
        for doc in cluster.docs() {
            match place.get_mut(doc) {
                Some(place) if *place == NO_CLUSTER => *place = at as u32,
                _ => {
                    let found = format!("a cluster with document {doc}");
                    let expected = format!("each document below {documents} in one cluster");
                    return Err(damage("clusters", Some(at), found, expected));
                }
            }
        }
    }
    if let Some(at) = (0..documents).find(|&doc| place[doc] != cluster_of[doc]) {
        let name = |cluster: u32| match cluster {
            NO_CLUSTER => "no cluster".to_owned(),
            cluster => format!("cluster {cluster}"),
        };
        let expected = format!("{}, as clusters has it", name(place[at]));
        return Err(damage("cluster_of", Some(at), name(cluster_of[at]), expected));
    }
    let key = |c: &Cluster| (std::cmp::Reverse(c.size()), c.representative);
    if let Some(at) = clusters.windows(2).position(|w| key(&w[0]) >= key(&w[1])) {
        let expected = "larger ones first, then by the position of the representative";
        return Err(damage("clusters", Some(at + 1), "out of order", expected));
    }
    Ok(())
}

/// Pairs of two documents, by position.
fn check_pairs(field: &'static str, pairs: &[Pair], documents: usize) -> Result<(), DamagedReport> {
    for (at, pair) in pairs.iter().enumerate() {
        if pair.a >= pair.b || pair.b >= documents {
            let found = format!("documents {} and {}", pair.a, pair.b);
            let expected = format!("a below b, both below {documents}");
            return Err(damage(field, Some(at), found, expected));
        }
    }
    if let Some(at) = pairs.windows(2).position(|w| (w[0].a, w[0].b) >= (w[1].a, w[1].b)) {
        return Err(damage(field, Some(at + 1), "out of order", "pairs by position, each once"));
    }
    Ok(())
}
