//! The scores against every pair looked at one by one, and against numbers made by a scorer of its own.

mod cli;

use nearcopy::evaluate::{Agreement, Classes, LENGTH_RATIOS, PairCounts, Truth};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// All pairs of `n` documents.
fn all(n: usize) -> impl Iterator<Item = (u32, u32)> {
    (0..n as u32).flat_map(move |b| (0..b).map(move |a| (a, b)))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

/// The definitions, pair by pair and document by document.
fn check_agreement(truth: &[u32], found: &[u32]) {
    let n = truth.len();
    let scores = Agreement::new(truth.iter().copied().zip(found.iter().copied()));
    let same = |of: &[u32], (a, b): (u32, u32)| of[a as usize] == of[b as usize];
    let count = |f: &dyn Fn((u32, u32)) -> bool| all(n).filter(|&p| f(p)).count() as u64;
    let group = count(&|p| same(truth, p));
    let cluster = count(&|p| same(found, p));
    let both = count(&|p| same(truth, p) && same(found, p));
    assert_eq!(
        (scores.group_pairs, scores.cluster_pairs, scores.shared_pairs),
        (group, cluster, both)
    );
    assert_eq!(scores.documents as usize, n);
    let distinct = |of: &[u32]| of.iter().collect::<std::collections::BTreeSet<_>>().len() as u64;
    assert_eq!((scores.groups, scores.clusters), (distinct(truth), distinct(found)));

    // the index in floating point, as the paper has it
    let pairs = count(&|_| true).max(1) as f64;
    let expected = group as f64 * cluster as f64 / pairs;
    let top = (group + cluster) as f64 / 2.0;
    let index = if top == expected { 1.0 } else { (both as f64 - expected) / (top - expected) };
    assert!(close(scores.adjusted_rand(), index), "{} {index}", scores.adjusted_rand());

    // B-cubed, document by document
    let mean = |of: &[u32]| {
        let one = |i: usize| {
            let mine: Vec<usize> = (0..n).filter(|&j| of[i] == of[j]).collect();
            let right = mine.iter().filter(|&&j| truth[i] == truth[j] && found[i] == found[j]);
            right.count() as f64 / mine.len() as f64
        };
        if n == 0 { 0.0 } else { (0..n).map(one).sum::<f64>() / n as f64 }
    };
    assert!(
        close(scores.bcubed_precision, mean(found)) && close(scores.bcubed_recall, mean(truth))
    );
    for score in [
        scores.pair_precision(),
        scores.pair_recall(),
        scores.pair_f1(),
        scores.bcubed_precision,
        scores.bcubed_f1(),
    ] {
        assert!((0.0..=1.0).contains(&score), "{score}");
    }
    if truth == found {
        assert_eq!((scores.adjusted_rand(), scores.mixed), (1.0, 0));
        assert!(n == 0 || scores.bcubed_f1() == 1.0);
    }
}

/// What the counts are by definition.
fn counted(
    truth: &Truth,
    is_found: impl Fn(u32, u32) -> bool,
    classes: &Classes<'_>,
) -> Vec<PairCounts> {
    let mut out = vec![PairCounts::default(); classes.count()];
    for (a, b) in all(truth.documents()) {
        let Some(class) = classes.class(a, b) else { continue };
        assert_eq!(classes.class(b, a), Some(class));
        match (truth.is_match(a, b), is_found(a, b)) {
            (Some(true), found) => {
                out[class].expected += 1;
                out[class].right += u64::from(found);
            }
            (Some(false), true) => out[class].wrong += 1,
            _ => {}
        }
    }
    out
}

fn total(counts: &[PairCounts]) -> (u64, u64, u64) {
    counts.iter().fold((0, 0, 0), |(e, r, w), c| (e + c.expected, r + c.right, w + c.wrong))
}

prop_compose! {
    fn labels(n: usize)(
        of in prop::collection::vec(0u32..6, n),
        other in prop::collection::vec(0u32..6, n),
        sites in prop::collection::vec(prop::option::of(0u32..3), n),
        kinds in prop::collection::vec(0u32..4, n),
        lengths in prop::collection::vec(0u32..60, n),
        pairs in prop::collection::vec((0..n.max(1) as u32, 0..n.max(1) as u32), 0..=3 * n),
        listed in prop::collection::vec((0..n.max(1) as u32, 0..n.max(1) as u32), 0..=2 * n),
        ignored in prop::collection::vec((0u32..6, 0u32..6), 0..3),
    ) -> Case {
        Case { of, other, sites, kinds, lengths, pairs, listed, ignored }
    }
}

#[derive(Debug, Clone)]
struct Case {
    of: Vec<u32>,
    other: Vec<u32>,
    sites: Vec<Option<u32>>,
    kinds: Vec<u32>,
    lengths: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    listed: Vec<(u32, u32)>,
    ignored: Vec<(u32, u32)>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agreement_is_its_definition(case in (0usize..24).prop_flat_map(labels)) {
        check_agreement(&case.of, &case.other);
        check_agreement(&case.of, &case.of);
        let alone: Vec<u32> = (0..case.of.len() as u32).collect();
        check_agreement(&case.of, &alone);
        check_agreement(&case.of, &vec![0; case.of.len()]);
        check_agreement(&alone, &alone);
    }

    #[test]
    fn pairs_are_counted_as_if_listed(case in (1usize..24).prop_flat_map(labels)) {
        let n = case.of.len();
        let truths = [
            Truth::groups(&case.of),
            Truth::groups(&case.of).ignoring(case.ignored.iter().copied()),
            Truth::pairs(n, case.listed.iter().copied()),
        ];
        let by = [
            Classes::shared(&case.sites),
            Classes::against(&case.kinds, 1),
            Classes::length_ratio(&case.lengths),
        ];
        let pairs: Vec<_> = case.pairs.clone();
        let in_pairs = |a, b| pairs.contains(&(a, b)) || pairs.contains(&(b, a));
        let in_cluster = |a: u32, b: u32| case.other[a as usize] == case.other[b as usize];
        for truth in &truths {
            for (at, classes) in by.iter().enumerate() {
                let found = truth.pairs_by(&pairs, classes);
                prop_assert_eq!(&found, &counted(truth, in_pairs, classes));
                let of_clusters = truth.clusters_by(&case.other, classes);
                prop_assert_eq!(&of_clusters, &counted(truth, in_cluster, classes));
                if at != 1 {
                    // every pair is in a class: the classes sum up
                    let all = truth.score_pairs(&pairs);
                    prop_assert_eq!(total(&found), (all.expected, all.right, all.wrong));
                    let all = truth.score_clusters(&case.other);
                    prop_assert_eq!(total(&of_clusters), (all.expected, all.right, all.wrong));
                }
            }
        }
        let scores = Agreement::new(case.of.iter().copied().zip(case.other.iter().copied()));
        let counts = truths[0].score_clusters(&case.other);
        prop_assert_eq!(counts.expected, scores.group_pairs);
        prop_assert_eq!(counts.right + counts.wrong, scores.cluster_pairs);
        prop_assert_eq!(counts.f1(), scores.pair_f1());
    }
}

#[test]
fn ratios_end_where_they_say() {
    let lengths = [100, 149, 150, 199, 200, 399, 400, 1600, 0];
    let classes = Classes::length_ratio(&lengths);
    let of = |b| classes.class(0, b);
    assert_eq!([1, 2, 3, 4, 5, 6, 7].map(of), [0, 1, 1, 2, 2, 3, 5].map(Some));
    assert_eq!(of(8), Some(5), "100 against 1");
    assert_eq!(classes.count(), LENGTH_RATIOS.len() + 1);
    assert!(LENGTH_RATIOS.is_sorted_by(|x, y| x.0 * y.1 < y.0 * x.1));
}

#[test]
fn groups_of_millions_are_counted() {
    let n = 3_000_000;
    let scores = Agreement::new((0..n).map(|_| (0, 5)));
    assert_eq!(scores.shared_pairs, 4_499_998_500_000);
    assert_eq!((scores.adjusted_rand(), scores.bcubed_f1()), (1.0, 1.0));
    let labels = vec![7; n as usize];
    let found = vec![Some(0); n as usize];
    let counts = Truth::groups(&labels).clusters_by(&labels, &Classes::shared(&found));
    assert_eq!(counts[0].right, 4_499_998_500_000);
}

#[test]
fn nothing_at_all_is_no_division_by_zero() {
    let scores = Agreement::new([]);
    assert_eq!((scores.adjusted_rand(), scores.bcubed_f1(), scores.pair_f1()), (1.0, 0.0, 0.0));
    assert_eq!(Truth::groups(&[]).score_pairs(&[]), PairCounts::default());
    assert_eq!(PairCounts::default().f1(), 0.0);
}

/// A document as the scorer knows it.
struct Labelled {
    id: String,
    group: String,
    kind: String,
    host: Option<String>,
    cluster: Option<u32>,
}

const KINDS: [&str; 4] = ["clean", "trunc0", "trunc1", "trunc2"];

type Ignored = Vec<(String, String)>;

/// Documents, reported pairs, and pairs of groups that are ignored, out of one seed.
fn labelled(seed: u64, n: usize) -> (Vec<Labelled>, Vec<(usize, usize)>, Ignored) {
    let mut state = seed.wrapping_mul(2) + 1;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut seen = Vec::new();
    let documents: Vec<Labelled> = (0..n)
        .map(|i| {
            let group = next(n as u64 / 4 + 1);
            let first = !seen.contains(&group);
            seen.push(group);
            let off = if next(5) == 0 { next(n as u64) } else { 0 };
            Labelled {
                id: format!("d{i}"),
                group: format!("g{group}"),
                // one whole article in each group
                kind: if first { "clean".to_owned() } else { format!("trunc{}", next(3)) },
                host: (next(4) > 0).then(|| format!("h{}", group / 3)),
                cluster: (next(8) > 0).then_some((group + off) as u32),
            }
        })
        .collect();
    let mut pairs = Vec::new();
    for b in 0..n {
        for a in 0..b {
            if documents[a].cluster == documents[b].cluster && next(3) > 0 {
                pairs.push((a, b));
            }
        }
    }
    (documents, pairs, vec![("g0".to_owned(), "g1".to_owned()), ("g2".to_owned(), "g5".to_owned())])
}

/// The scores of the library under the names and with the digits of the scorer.
fn scores(
    documents: &[Labelled],
    pairs: &[(usize, usize)],
    ignored: &[(String, String)],
) -> BTreeMap<String, Value> {
    let mut groups: BTreeMap<&str, u32> = BTreeMap::new();
    for document in documents {
        let next = groups.len() as u32;
        groups.entry(&document.group).or_insert(next);
    }
    let group_of: Vec<u32> = documents.iter().map(|d| groups[&*d.group]).collect();
    let alone = 1_000_000;
    let found: Vec<u32> =
        (alone..).zip(documents).map(|(own, d)| d.cluster.unwrap_or(own)).collect();
    let kind = |d: &Labelled| KINDS.iter().position(|k| *k == d.kind).expect("a kind") as u32;
    let kind_of: Vec<u32> = documents.iter().map(kind).collect();
    let host_of: Vec<Option<u32>> = documents
        .iter()
        .map(|d| d.host.as_ref().map(|h| h[1..].parse().expect("number")))
        .collect();
    let ignored =
        ignored.iter().filter_map(|(a, b)| Some((*groups.get(&**a)?, *groups.get(&**b)?)));
    let truth = Truth::groups(&group_of).ignoring(ignored);

    let agreement = Agreement::new(group_of.iter().copied().zip(found.iter().copied()));
    let four = |x: f64| json!(format!("{x:.4}").parse::<f64>().expect("number"));
    let joined = truth.score_clusters(&found);
    let hosts = Classes::shared(&host_of);
    let wrong_on_one_host =
        |counts: &[PairCounts]| -> u64 { counts[..counts.len() - 1].iter().map(|c| c.wrong).sum() };
    let pairs: Vec<(u32, u32)> = pairs.iter().map(|&(a, b)| (a as u32, b as u32)).collect();
    let reported = truth.score_pairs(&pairs);
    let by_kind = truth.pairs_by(&pairs, &Classes::against(&kind_of, 0));
    let (expected, right, _) = total(&by_kind);
    let recall_by_kind: BTreeMap<String, String> = by_kind
        .iter()
        .enumerate()
        .filter(|(_, c)| c.expected > 0)
        .map(|(kind, c)| {
            let value = format!("{}/{} = {:.3}", c.right, c.expected, c.recall());
            (KINDS[kind].to_owned(), value)
        })
        .collect();
    [
        ("documents", json!(agreement.documents)),
        ("groups", json!(agreement.groups)),
        ("clusters", json!(agreement.clusters)),
        ("ari", four(agreement.adjusted_rand())),
        ("bcubed_precision", four(agreement.bcubed_precision)),
        ("bcubed_recall", four(agreement.bcubed_recall)),
        ("bcubed_f1", four(agreement.bcubed_f1())),
        ("wrong_pairs", json!(joined.wrong)),
        ("wrong_pairs_same_host", json!(wrong_on_one_host(&truth.clusters_by(&found, &hosts)))),
        ("clusters_mixing_groups", json!(agreement.mixed)),
        ("pairs_reported", json!(pairs.len())),
        ("pair_precision", four(reported.precision())),
        ("wrong_pairs_reported", json!(reported.wrong)),
        (
            "wrong_pairs_reported_same_host",
            json!(wrong_on_one_host(&truth.pairs_by(&pairs, &hosts))),
        ),
        ("article_scrape_recall", four(right as f64 / (expected as f64).max(1.0))),
        ("recall_by_kind", json!(recall_by_kind)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// What the scorer says; `None` where it or Python is not here.
fn score_py(
    documents: &[Labelled],
    pairs: &[(usize, usize)],
    ignored: &[(String, String)],
) -> Option<BTreeMap<String, Value>> {
    let script = Path::new("../shared/eval/score.py");
    if !script.is_file() || Command::new("python3").arg("-V").output().is_err() {
        cli::skipped("../shared/eval/score.py or python3 is not here");
        return None;
    }
    let dir = cli::folder();
    let lines = |values: Vec<Value>| values.iter().map(|v| format!("{v}\n")).collect::<String>();
    let truth = documents.iter().map(|d| {
        let mut value = json!({"id": d.id, "group": d.group, "kind": d.kind});
        if let Some(host) = &d.host {
            value["host"] = json!(host);
        }
        value
    });
    let truth = cli::file(&dir, "truth.jsonl", lines(truth.collect()));
    let clusters =
        documents.iter().filter_map(|d| Some(json!({"id": d.id, "cluster": d.cluster?})));
    let clusters = cli::file(&dir, "clusters.jsonl", lines(clusters.collect()));
    let pairs = pairs.iter().map(
        |&(a, b)| json!({"a": documents[b].id, "b": documents[a].id, "relation": "near_duplicate"}),
    );
    let pairs = cli::file(&dir, "pairs.jsonl", lines(pairs.collect()));
    let table: String = ignored.iter().map(|(a, b)| format!("x\t{a}\t{b}\n")).collect();
    let overlaps = cli::file(&dir, "overlaps.tsv", format!("note\tgroup_a\tgroup_b\n{table}"));
    let mut command = Command::new("python3");
    command.arg(script).args([&truth, "--clusters", &clusters, "--pairs", &pairs]);
    let output = command.args(["--overlaps", &overlaps, "--json"]).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[test]
fn every_number_is_the_scorers() {
    for seed in 0..12 {
        let (documents, pairs, ignored) = labelled(seed, 8 + 15 * seed as usize);
        let Some(expected) = score_py(&documents, &pairs, &ignored) else { return };
        assert_eq!(scores(&documents, &pairs, &ignored), expected, "seed {seed}");
    }
}

/// The numbers of the scorer for [`labelled`] of seed 4 with 60 documents.
#[test]
fn numbers_of_the_scorer_are_kept() {
    let (documents, pairs, ignored) = labelled(4, 60);
    let expected: BTreeMap<String, Value> = serde_json::from_str(KEPT).expect("JSON");
    assert_eq!(scores(&documents, &pairs, &ignored), expected);
    if let Some(now) = score_py(&documents, &pairs, &ignored) {
        assert_eq!(now, expected);
    }
}

const KEPT: &str = r#"{
    "documents": 60, "groups": 16, "clusters": 31, "ari": 0.5177, "bcubed_precision": 0.9444,
    "bcubed_recall": 0.5863, "bcubed_f1": 0.7235, "wrong_pairs": 4, "wrong_pairs_same_host": 0,
    "clusters_mixing_groups": 3, "pairs_reported": 55, "pair_precision": 0.4909,
    "wrong_pairs_reported": 28, "wrong_pairs_reported_same_host": 4, "article_scrape_recall": 0.3182,
    "recall_by_kind": {
        "trunc0": "3/13 = 0.231", "trunc1": "8/14 = 0.571", "trunc2": "3/17 = 0.176"
    }
}"#;
