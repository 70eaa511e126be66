//! Random operations on an index against a list that keeps all texts and compares with each.
#![cfg(feature = "online")]

mod prose;

use nearcopy::error::IndexError;
use nearcopy::online::storage::Memory;
use nearcopy::online::{Admission, OnlineIndex, Options, Outcome, Page};
use nearcopy::{Comparer, Document, Relation};
use prose::{Rng, article, first_words, framed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One of the forms in which article `n` comes.
fn variant(n: usize, form: usize) -> String {
    let full = article(n as u64 + 1000, 220 + 17 * (n % 5));
    match form {
        0 => full,
        1 => first_words(&full, 90).to_owned(),
        2 => framed(&full, 3),
        3 => framed(first_words(&full, 120), 4),
        _ => format!("{full}\n\n{}", article(n as u64 + 5000, 60)),
    }
}

/// What is right by inspection.
struct Model {
    comparer: Comparer,
    docs: BTreeMap<u64, (usize, Document)>,
}

impl Model {
    fn matches(&self, page: &Document) -> Vec<(u64, Relation)> {
        let all = self.docs.iter();
        all.map(|(&key, (_, doc))| (key, self.comparer.relate(page, doc).0))
            .filter(|(_, relation)| relation.is_match())
            .collect()
    }
}

struct World {
    index: OnlineIndex<u64>,
    storage: Arc<Memory>,
    model: Model,
    next: u64,
    exact: bool,
}

impl World {
    fn new(exact: bool) -> Self {
        let storage = Arc::new(Memory::new());
        let index = open(&storage);
        let model = Model { comparer: Comparer::default(), docs: BTreeMap::new() };
        Self { index, storage, model, next: 0, exact }
    }

    fn handle(&self) -> OnlineIndex<u64> {
        if !self.exact {
            return self.index.clone();
        }
        let texts: BTreeMap<u64, usize> =
            self.model.docs.iter().map(|(&key, &(code, _))| (key, code)).collect();
        self.index.with_texts(move |key| texts.get(key).map(|code| variant(code / 5, code % 5)))
    }

    fn admit(&mut self, code: usize) {
        let key = self.next;
        self.next += 1;
        self.take_in(key, code, |index, page| index.admit(&key, page).expect("admitted"));
    }

    /// Replaces a document, or admits one under a key that was removed.
    fn update(&mut self, code: usize, rng: &mut Rng) {
        if self.next == 0 {
            return;
        }
        let key = rng.below(self.next as usize) as u64;
        if let Some(&(old, _)) = self.model.docs.get(&key) {
            let text = variant(old / 5, old % 5);
            let refused = self.index.admit(&key, Page::new(&text)).expect_err("in use");
            assert!(matches!(refused, IndexError::KeyExists { .. }), "{refused}");
            let refused = self.index.insert(&key, Page::new(&text)).expect_err("in use");
            assert!(matches!(refused, IndexError::KeyExists { .. }), "{refused}");
        }
        let there = self.model.docs.remove(&key).is_some();
        self.take_in(key, code, |index, page| {
            let found = index.update(&key, page).expect("updated");
            assert_eq!(found.replaced, there);
            found
        });
    }

    /// `model` holds all but the page.
    fn take_in(
        &mut self,
        key: u64,
        code: usize,
        take: impl FnOnce(&OnlineIndex<u64>, Page<'_>) -> Admission<u64>,
    ) {
        let text = variant(code / 5, code % 5);
        let page = self.model.comparer.prepare(&text);
        let expected = self.model.matches(&page);
        let found = take(&self.handle(), Page::new(&text));
        assert_eq!(found.is_novel(), expected.is_empty(), "{code}: {found:?} {expected:?}");
        if let Some(hit) = &found.matched {
            let right = expected.iter().find(|e| e.0 == hit.key);
            assert!(right.is_some(), "{hit:?} {expected:?}");
            if self.exact {
                assert_eq!(right.expect("found").1, hit.relation);
                assert!(hit.exact);
            }
            let (a, b) = (hit.content_a_in_b, hit.content_b_in_a);
            assert!(0.0 <= a.low && a.low <= a.high && a.high <= 1.0, "{a:?}");
            assert!(0.0 <= b.low && b.low <= b.high && b.high <= 1.0, "{b:?}");
        }
        if found.outcome != Outcome::Copy {
            assert_eq!(found.representative, key);
        }
        self.model.docs.insert(key, (code, page));
    }

    fn query(&self, code: usize) {
        let text = variant(code / 5, code % 5);
        let page = self.model.comparer.prepare(&text);
        let expected = self.model.matches(&page);
        let answer = self.handle().query(&text).expect("answered");
        assert_eq!(answer.best().is_some(), !expected.is_empty(), "{answer:?} {expected:?}");
        for hit in answer.hits.iter().filter(|h| h.relation.is_match()) {
            assert!(expected.iter().any(|e| e.0 == hit.key), "{hit:?} is no match or removed");
            assert!(self.model.docs.contains_key(&hit.representative));
        }
    }

    fn remove(&mut self, rng: &mut Rng) {
        let keys: Vec<u64> = self.model.docs.keys().copied().collect();
        if keys.is_empty() {
            return;
        }
        let key = keys[rng.below(keys.len())];
        assert!(self.index.remove(&key).expect("removed"));
        assert!(!self.index.remove(&key).expect("not there"));
        self.model.docs.remove(&key);
    }

    fn reopen(&mut self) {
        let old =
            std::mem::replace(&mut self.index, OnlineIndex::in_memory(Options::new()).unwrap());
        old.close().expect("closed");
        self.index = open(&self.storage);
    }

    fn check(&self) {
        assert_eq!(self.index.len(), self.model.docs.len() as u64);
        // every document is in a cluster whose representative is a live document of its article
        for (key, (code, _)) in &self.model.docs {
            let entry = self.index.get(key).expect("read").expect("there");
            let (other, _) = &self.model.docs[&entry.representative];
            assert_eq!(code / 5, other / 5, "{key} is represented by {}", entry.representative);
        }
        assert!(self.index.get(&self.next).expect("read").is_none());
    }
}

fn open(storage: &Arc<Memory>) -> OnlineIndex<u64> {
    OnlineIndex::open_in(storage.clone(), Options::new()).expect("opened")
}

fn run(seed: u64, exact: bool, steps: usize) {
    let mut rng = Rng(seed);
    let mut world = World::new(exact);
    for step in 0..steps {
        let code = rng.below(8 * 5);
        match rng.below(24) {
            0..9 => world.admit(code),
            9..13 => world.query(code),
            13..17 => world.remove(&mut rng),
            17 => world.reopen(),
            18..22 => world.update(code, &mut rng),
            22 => drop(world.index.review().expect("reviewed")),
            _ => world.index.compact().expect("compacted"),
        }
        if step % 5 == 0 {
            world.check();
        }
    }
    world.check();
}

#[test]
fn sketches_answer_as_all_texts_do() {
    for seed in 0..4 {
        run(seed, false, 90);
    }
}

#[test]
fn texts_answer_exactly() {
    for seed in 20..22 {
        run(seed, true, 70);
    }
}

#[test]
fn shards_merge_to_the_same_clusters() {
    for seed in 40..44 {
        let mut rng = Rng(seed);
        let (mut a, mut b) = (World::new(false), World::new(false));
        b.next = 1000;
        for _ in 0..30 {
            a.admit(rng.below(40));
            b.admit(rng.below(40));
            if rng.below(4) == 0 {
                b.remove(&mut rng);
            }
        }
        let merged = if seed % 2 == 0 {
            a.index.merge_from(&b.index).expect("merged")
        } else {
            let mut stream = Vec::new();
            let count = b.index.export(&mut stream).expect("exported");
            assert_eq!(count, b.index.len());
            a.index.import(&stream[..]).expect("imported")
        };
        assert_eq!(merged.documents, b.index.len());
        assert_eq!(merged.novel + merged.joined, merged.documents);
        assert_eq!(a.index.merge_from(&b.index).expect("again").known, merged.documents);
        a.next = 2000;
        a.model.docs.append(&mut b.model.docs);
        a.check();
        for code in 0..40 {
            a.query(code);
        }
        // one cluster an article: two forms of it never stand apart
        let mut heads: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for (key, (code, _)) in &a.model.docs {
            let entry = a.index.get(key).expect("read").expect("there");
            heads.entry(code / 5).or_default().push(entry.representative);
        }
        for (article, mut heads) in heads {
            heads.sort_unstable();
            heads.dedup();
            assert_eq!(heads.len(), 1, "seed {seed}: article {article} in {heads:?}");
        }
    }
}
