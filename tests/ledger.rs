//! The ledger: what was verified, accepted or not, and what other thresholds would have made of it.

use nearcopy::relation::{self, Confidence};
use nearcopy::{Dedup, Thresholds};

mod prose;

fn corpus() -> Vec<String> {
    let articles = (0..12).map(|seed| prose::article(seed, 400));
    articles
        .flat_map(|article| {
            let scrape =
                format!("{}\n\nLoading, please wait...", prose::first_words(&article, 120));
            [scrape.clone(), article, scrape]
        })
        .collect()
}

#[test]
fn replay_at_the_same_thresholds_gives_the_same_clusters() {
    let texts = corpus();
    let report = Dedup::builder().ledger(true).run(&texts);
    let found: Vec<Vec<usize>> = report.clusters().iter().map(|c| c.docs().collect()).collect();
    let mut replayed = report.replay(&Thresholds::default());
    replayed.sort();
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(replayed, sorted);
    assert_eq!(found.len(), 12);
}

#[test]
fn stricter_thresholds_are_replayed_without_the_texts() {
    let texts = corpus();
    let report = Dedup::builder().ledger(true).run(&texts);
    let mut strict = Thresholds::default();
    strict.min_matched = 1e9;
    strict.passage_words = 1e9;
    strict.long_opening_words = 1e9;
    // the same words are the same words at any threshold
    for group in report.replay(&strict) {
        assert!(group.iter().all(|&doc| texts[doc] == texts[group[0]]), "{group:?}");
    }
}

#[test]
fn the_ledger_holds_every_pair_and_changes_no_answer() {
    let texts = corpus();
    let plain = Dedup::new().run(&texts);
    let report = Dedup::builder().ledger(true).run(&texts);
    assert!(plain.ledger().is_empty());
    assert_eq!(plain.clusters(), report.clusters());
    assert_eq!(plain.pairs(), report.pairs());
    for pair in report.ledger() {
        assert_eq!(relation::decide(&pair.evidence, &Thresholds::default()), pair.relation);
    }
    for cluster in report.clusters() {
        for member in &cluster.members {
            // a copy stands there with what it copies
            let found = report.ledger().iter().any(|p| {
                let pair = [p.a, p.b];
                let with_it = pair.contains(&cluster.representative);
                pair.contains(&member.doc) && (with_it || p.evidence.identical)
            });
            assert!(found, "member {} stands in the ledger", member.doc);
            assert!(member.confidence(&Thresholds::default()) >= Confidence::Low);
            assert!(member.evidence.content_containment() >= cluster.least_containment());
        }
    }
}
