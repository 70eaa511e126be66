//! Batches to which documents are added as they come: the report of a run, bounded memory, texts read
//! again only where needed, and sources that fail.

mod prose;

use nearcopy::Relation;
use nearcopy::dedup::{Dedup, Doc, ReadError, Source};
use prose::{Rng, article, edited, first_words, framed};
use std::borrow::Cow;
use std::sync::Mutex;

/// Articles with copies of every kind, short texts, empty ones, and pages of sites with a frame.
fn corpus() -> (Vec<String>, Vec<Option<&'static str>>, Vec<String>) {
    let mut rng = Rng(21);
    let frame = prose::paragraph(&mut rng, 40);
    let mut made: Vec<(String, Option<&'static str>)> = Vec::new();
    for seed in 0..120 {
        let full = article(seed, 60 + rng.below(300));
        made.push((edited(&full, 3, seed), None));
        made.push((framed(first_words(&full, 70), seed), Some("b.example")));
        made.push((format!("{full}\n\n{frame}"), Some("a.example")));
        if seed % 3 == 0 {
            made.push((full.clone(), None));
            made.push((full, None));
        }
    }
    made.extend((0..40).map(|i| (format!("item {}", i / 2), None)));
    made.extend((0..5).map(|_| (String::new(), Some("a.example"))));
    rng.shuffle(&mut made);
    let keys = (0..made.len()).map(|i| format!("{:04}", i * 7 % 1009)).collect();
    let (texts, sites) = made.into_iter().unzip();
    (texts, sites, keys)
}

/// Texts that count how often they are asked for.
struct Counted<'a> {
    texts: &'a [String],
    keys: &'a [String],
    asked: Mutex<Vec<usize>>,
}

impl Source for Counted<'_> {
    type Error = String;

    fn text(&self, doc: usize) -> Result<Cow<'_, str>, String> {
        self.asked.lock().unwrap().push(doc);
        Ok(Cow::Borrowed(&self.texts[doc]))
    }

    fn key(&self, doc: usize) -> Option<&str> {
        self.keys.get(doc).map(String::as_str)
    }
}

fn counted<'a>(texts: &'a [String], keys: &'a [String]) -> Counted<'a> {
    Counted { texts, keys, asked: Mutex::default() }
}

#[test]
fn documents_that_come_in_parts_give_the_report_of_a_run() {
    let (texts, sites, keys) = corpus();
    let docs: Vec<Doc<'_>> = texts
        .iter()
        .zip(&sites)
        .zip(&keys)
        .map(|((text, site), key)| Doc::new(text).site(*site).key(key))
        .collect();
    let settings = Dedup::builder().ledger(true).posting_cap(5);
    let expected = settings.run(docs.iter().copied());
    assert!(expected.clusters().len() > 100 && expected.counts().fingerprints_stopped > 0);
    for part in [1, 37, 5000] {
        for budget in [None, Some(0), Some(20_000)] {
            let mut settings = settings.clone();
            if let Some(bytes) = budget {
                settings = settings.memory_budget(bytes);
            }
            let mut batch = settings.batch();
            for docs in docs.chunks(part) {
                batch.add(docs);
            }
            assert_eq!(batch.len(), docs.len());
            let found = batch.finish(&counted(&texts, &keys));
            assert!(found.report == expected, "parts of {part}, {budget:?}");
            assert!(found.unread.is_empty());
            match budget {
                None => assert_eq!(found.read_twice, 0),
                Some(0) => assert_eq!(found.read_twice, docs.len()),
                Some(_) => assert_eq!(found.read_twice > 0, part < 5000),
            }
        }
    }
}

/// The first reading is the only one of a document that shares nothing.
#[test]
fn strangers_are_read_once() {
    let texts: Vec<String> = (0..200).map(|seed| article(40_000 + seed, 200)).collect();
    let mut batch = Dedup::new().batch();
    batch.add(&texts.iter().map(Doc::from).collect::<Vec<_>>());
    let source = counted(&texts, &[]);
    let found = batch.finish(&source);
    assert_eq!(found.report.clusters().len(), 0);
    // made prose shares a phrase by chance now and then
    let asked = source.asked.into_inner().unwrap().len() as u64;
    assert!(asked <= 2 * found.report.counts().verified && asked < 20, "{asked}");
}

/// What is kept does not depend on how long the texts are once the budget is spent.
#[test]
fn the_budget_bounds_what_is_kept() {
    let texts: Vec<String> = (0..300).map(|seed| article(50_000 + seed, 900)).collect();
    let docs: Vec<Doc<'_>> = texts.iter().map(Doc::from).collect();
    let held = |settings: &Dedup| {
        let mut batch = settings.batch();
        docs.chunks(20).for_each(|docs| batch.add(docs));
        batch.memory_usage()
    };
    let all = held(&Dedup::new());
    let few = held(&Dedup::new().memory_budget(10_000));
    assert!(all > 300 * 400 && few * 3 < all, "{few} of {all}");
}

#[test]
fn a_text_that_cannot_be_read_again_matches_nothing() {
    let full = article(7, 300);
    let cut = first_words(&full, 120).to_owned();
    let texts = [full.clone(), edited(&full, 3, 1), cut, article(8, 300)];
    let read = |budget: Option<usize>,
                broken: &(dyn Fn(usize) -> Option<Result<String, String>> + Sync)| {
        let mut settings = Dedup::new();
        if let Some(bytes) = budget {
            settings = settings.memory_budget(bytes);
        }
        let mut batch = settings.batch();
        batch.add(&texts.iter().map(Doc::from).collect::<Vec<_>>());
        batch.finish(&|doc: usize| broken(doc).unwrap_or_else(|| Ok(texts[doc].clone())))
    };
    for budget in [None, Some(0)] {
        let whole = read(budget, &|_| None);
        assert_eq!(whole.report.clusters()[0].size(), 3);

        let found = read(budget, &|doc| (doc == 2).then(|| Err("gone".into())));
        assert_eq!(found.report.clusters()[0].size(), 2);
        assert_eq!(found.report.cluster_of(2), None);
        let unread: Vec<_> = found.unread.iter().map(|u| (u.doc, u.error.clone())).collect();
        assert_eq!(unread, [(2, ReadError::Failed("gone".to_owned()))]);

        let found = read(budget, &|doc| (doc == 2).then(|| Ok("Something else.".into())));
        assert_eq!(found.report.cluster_of(2), None);
        let unread: Vec<_> = found.unread.iter().map(|u| (u.doc, u.error.clone())).collect();
        assert_eq!(unread, [(2, ReadError::Changed)]);
    }
}

/// A story that is copied thousands of times costs a few looks a copy.
#[test]
fn many_copies_cost_a_few_looks_each() {
    let full = article(9, 80);
    let copies: usize = 1500;
    let mut texts = vec![full.clone(); copies];
    texts.extend((0..copies).map(|number| format!("{full} This is copy number {number}.")));
    let mut batch = Dedup::builder().all_pairs(true).max_pair_members(3).batch();
    batch.add(&texts.iter().map(Doc::from).collect::<Vec<_>>());
    let source = counted(&texts, &[]);
    let report = batch.finish(&source).report;
    assert_eq!(report.clusters().len(), 1);
    assert_eq!(report.clusters()[0].size(), 2 * copies);
    assert_ne!(report.clusters()[0].members[0].relation, Relation::Identical);
    let n = texts.len() as u64;
    assert!(report.counts().verified < 12 * n, "{}", report.counts().verified);
    assert!(source.asked.into_inner().unwrap().len() < 12 * texts.len());
    assert_eq!(report.counts().pairs_skipped, n * (n - 1) / 2 - 3 - (n - 3));
}

/// Large texts among small ones, and one word for all fingerprints.
#[test]
fn hostile_texts_stay_linear() {
    let word = "again ".repeat(50_000);
    let long: String = (0..200).map(|seed| article(70_000 + seed, 250)).collect();
    let small = (0..150).map(|seed| first_words(&article(70_000 + seed, 250), 60).to_owned());
    let mut texts: Vec<String> = small.collect();
    texts.extend([long.clone(), word.clone(), format!("{word}and once more"), long]);
    let mut batch = Dedup::new().batch();
    for docs in texts.chunks(100) {
        batch.add(&docs.iter().map(Doc::from).collect::<Vec<_>>());
    }
    let source = counted(&texts, &[]);
    let report = batch.finish(&source).report;
    assert_eq!(report.representative_of(153), 150);
    assert!(report.counts().verified <= 2 * 9 * texts.len() as u64);
}
