//! A report that is read back is the one that was written, or an error: never a panic later on.
#![cfg(feature = "serde")]

mod prose;

use nearcopy::{Dedup, Report, Thresholds};
use serde_json::{Value, json};

fn report() -> Report {
    let mut texts: Vec<String> = Vec::new();
    for seed in 0..5 {
        let article = prose::article(seed, 300);
        texts.push(prose::first_words(&article, 120).to_owned());
        texts.push(article);
    }
    texts.push(texts[1].clone());
    texts.push("Nothing like the others.".to_owned());
    Dedup::builder().ledger(true).all_pairs(true).run(&texts)
}

/// Asks a report everything.
fn ask(report: &Report) {
    let documents = report.counts().documents as usize;
    for doc in 0..documents {
        let (cluster, representative) = (report.cluster_of(doc), report.representative_of(doc));
        assert_eq!(cluster.map_or(doc, |c| report.clusters()[c].representative), representative);
    }
    assert!(report.kept().count() <= documents);
    for pair in report.pairs().iter().chain(report.ledger()) {
        assert!(pair.a < pair.b && pair.b < documents);
    }
    for group in report.replay(&Thresholds::default()) {
        assert!(group.len() > 1);
    }
}

#[test]
fn a_report_survives_the_way_through_json() {
    let report = report();
    assert_eq!(report.clusters().len(), 5);
    let text = serde_json::to_string(&report).expect("written");
    let back: Report = serde_json::from_str(&text).expect("read");
    assert_eq!(back, report);
    ask(&back);
    let empty = serde_json::to_string(&Report::default()).expect("written");
    ask(&serde_json::from_str::<Report>(&empty).expect("read"));
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value), words: &[&str]) {
    let mut value = serde_json::to_value(report()).expect("written");
    change(&mut value);
    let error = serde_json::from_value::<Report>(value).expect_err("damaged").to_string();
    for word in words.iter().chain(&["the report is damaged", "run the batch again"]) {
        assert!(error.contains(word), "{word:?} is not in {error:?}");
    }
}

#[test]
fn each_kind_of_damage_has_its_word() {
    refused(|r| r["cluster_of"][0] = json!(99), &["cluster_of[0] is cluster 99"]);
    refused(|r| r["cluster_of"][0] = json!(u32::MAX), &["cluster_of[0] is no cluster"]);
    refused(|r| drop(r["cluster_of"].as_array_mut().expect("list").pop()), &["counts.documents"]);
    refused(|r| r["counts"]["documents"] = json!(1), &["counts.documents is 1, expected 12"]);
    refused(|r| r["order"][3] = json!(12), &["order[3] is 12"]);
    refused(|r| r["order"][3] = r["order"][2].clone(), &["order[3]", "once"]);
    refused(|r| drop(r["order"].as_array_mut().expect("list").pop()), &["order is 11 documents"]);
    refused(|r| r["clusters"][0]["representative"] = json!(500), &["clusters[0]", "500"]);
    refused(|r| r["clusters"][1]["members"] = json!([]), &["clusters[1] is one document"]);
    refused(
        |r| r["clusters"][1]["representative"] = r["clusters"][0]["representative"].clone(),
        &["clusters[1]", "in one cluster"],
    );
    refused(|r| r["pairs"][0]["b"] = json!(12), &["pairs[0]", "below 12"]);
    refused(|r| r["pairs"][0]["b"] = r["pairs"][0]["a"].clone(), &["pairs[0]", "a below b"]);
    refused(|r| r["pairs"][1] = r["pairs"][0].clone(), &["pairs[1] is out of order"]);
    refused(|r| r["ledger"][0]["b"] = json!(usize::MAX), &["ledger[0]"]);
    let swap = |r: &mut Value| {
        r["clusters"].as_array_mut().expect("list").swap(0, 1);
        for place in r["cluster_of"].as_array_mut().expect("list") {
            *place = match place.as_u64() {
                Some(0) => json!(1),
                Some(1) => json!(0),
                _ => place.clone(),
            };
        }
    };
    refused(swap, &["clusters[1] is out of order", "larger ones first"]);
}

#[test]
fn whatever_number_is_changed_it_is_refused_or_answers() {
    let text = serde_json::to_string(&report()).expect("written");
    let start = text.find("\"cluster_of\"").expect("field");
    let mut read = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        // every place of the small lists, some of the evidence
        if at < start && !at.is_multiple_of(7) {
            continue;
        }
        for digit in ['0', '1', '9'] {
            if digit == c {
                continue;
            }
            let mut damaged = text.clone();
            damaged.replace_range(at..=at, &digit.to_string());
            if let Ok(report) = serde_json::from_str::<Report>(&damaged) {
                ask(&report);
                read += 1;
            }
        }
    }
    assert!(read > 0);
}
