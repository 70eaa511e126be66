//! What the online index promises, one by one.
#![cfg(feature = "online")]

mod prose;

use nearcopy::content::Template;
use nearcopy::error::IndexError;
use nearcopy::online::storage::Memory;
use nearcopy::online::{OnlineIndex, Options, Outcome, Page, SeenIndex, Sites, Sketch};
use nearcopy::{Comparer, Profile, Relation};
use prose::{article, first_words, without_first_words};
use std::sync::{Arc, Barrier};

fn memory() -> OnlineIndex<u64> {
    OnlineIndex::in_memory(Options::new()).expect("opened")
}

#[test]
fn of_copies_that_arrive_at_once_one_is_novel() {
    const THREADS: u64 = 4;
    for round in 0..25 {
        let index = memory();
        let full = article(round, 200);
        let barrier = Barrier::new(THREADS as usize);
        let novel: Vec<bool> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (index, full, barrier) = (index.clone(), &full, &barrier);
                    scope.spawn(move || {
                        // strangers in between, so that the writers have work
                        let stranger = article(1_000 + round * 10 + thread, 80);
                        barrier.wait();
                        if thread % 2 == 0 {
                            index.admit(&(100 + thread), &stranger).expect("admitted");
                        }
                        index.admit(&thread, full).expect("admitted").is_novel()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().expect("done")).collect()
        });
        assert_eq!(novel.iter().filter(|n| **n).count(), 1, "round {round}: {novel:?}");
        let heads: Vec<u64> =
            (0..THREADS).map(|t| index.get(&t).unwrap().unwrap().representative).collect();
        assert!(heads.windows(2).all(|w| w[0] == w[1]), "{heads:?}");
    }
}

#[test]
fn readers_and_writers_run_together() {
    let index = memory();
    std::thread::scope(|scope| {
        for writer in 0..2u64 {
            let index = index.clone();
            scope.spawn(move || {
                for n in 0..60 {
                    let key = writer * 1000 + n;
                    index.admit(&key, &article(n % 20, 90)).expect("admitted");
                    if n % 3 == 2 {
                        index.remove(&(key - 1)).expect("removed");
                    }
                }
            });
        }
        let index = index.clone();
        scope.spawn(move || {
            for n in 0..120 {
                let answer = index.query(&article(n % 25, 90)).expect("answered");
                if n % 25 >= 20 {
                    assert!(answer.best().is_none());
                }
            }
        });
    });
    assert_eq!(index.len(), 80);
    for n in 0..20 {
        // the last of each article is still found
        assert!(index.query(&article(n, 90)).expect("answered").best().is_some(), "article {n}");
    }
}

#[test]
fn a_key_is_taken_once() {
    let index = memory();
    index.admit(&1, &article(1, 100)).unwrap();
    assert!(matches!(index.admit(&1, &article(2, 100)), Err(IndexError::KeyExists { .. })));
    assert!(matches!(index.insert(&1, &article(2, 100)), Err(IndexError::KeyExists { .. })));
    assert_eq!(index.len(), 1);
    assert!(index.contains_key(&1).unwrap());
    // the refused text left nothing behind
    assert!(index.query(&article(2, 100)).unwrap().best().is_none());
    assert!(index.remove(&1).unwrap());
    assert!(!index.contains_key(&1).unwrap());
    index.admit(&1, &article(2, 100)).unwrap();
    assert!(index.query(&article(2, 100)).unwrap().best().is_some());
}

#[test]
fn a_full_article_takes_over_from_its_stub() {
    let index = memory();
    let full = article(5, 400);
    assert!(index.admit(&1, first_words(&full, 90)).unwrap().is_novel());
    let stub = index.admit(&2, first_words(&full, 80)).unwrap();
    assert_eq!((stub.outcome, stub.representative), (Outcome::Copy, 1));
    let whole = index.admit(&3, &full).unwrap();
    assert_eq!((whole.outcome, whole.representative), (Outcome::Extends, 3));
    assert_eq!(whole.matched.unwrap().relation, Relation::TruncationOf);
    for key in 1..=3 {
        assert_eq!(index.get(&key).unwrap().unwrap().representative, 3);
    }
    // its second half, which the stub did not hold
    let tail = index.query(without_first_words(&full, 200)).unwrap();
    assert_eq!(tail.best().unwrap().key, 3);
}

#[test]
fn two_parts_of_an_article_become_one_cluster_with_it() {
    let index = memory();
    let full = article(6, 400);
    assert!(index.admit(&1, first_words(&full, 120)).unwrap().is_novel());
    assert!(index.admit(&2, without_first_words(&full, 260)).unwrap().is_novel());
    index.admit(&3, &full).unwrap();
    for key in 1..=3 {
        assert_eq!(index.get(&key).unwrap().unwrap().representative, 3);
    }
}

#[test]
fn a_removed_representative_hands_over() {
    let storage = Arc::new(Memory::new());
    let open = || -> OnlineIndex<u64> {
        OnlineIndex::open_in(storage.clone(), Options::new()).expect("opened")
    };
    let index = open();
    let full = article(9, 300);
    index.admit(&1, &full).unwrap();
    index.admit(&2, first_words(&full, 100)).unwrap();
    index.admit(&3, first_words(&full, 200)).unwrap();
    assert!(index.remove(&1).unwrap());
    // the longest that is left, which had no postings
    let hit = index.query(&full).unwrap().hits.remove(0);
    assert_eq!((hit.key, hit.representative), (3, 3));
    index.close().unwrap();
    let index = open();
    assert_eq!(index.query(&full).unwrap().best().unwrap().key, 3);
    assert_eq!(index.get(&2).unwrap().unwrap().representative, 3);
    index.remove(&3).unwrap();
    assert_eq!(index.query(&full).unwrap().best().unwrap().key, 2);
    index.remove(&2).unwrap();
    index.compact().unwrap();
    index.close().unwrap();
    let index = open();
    assert!(index.query(&full).unwrap().hits.is_empty());
    assert!(index.is_empty());
}

#[test]
fn times_and_sites_filter() {
    let index = memory();
    let text = article(11, 200);
    let of = |site| Page::new(&text).site(Some(site));
    let old = of("a.example").time(Some(1000)).valid_until(Some(5000));
    index.admit(&1, old).unwrap();
    let asked = |page: Page<'_>| index.query(page).unwrap().best().is_some();
    assert!(asked(of("a.example")));
    assert!(!asked(of("a.example").compared_with(Sites::Others)));
    assert!(asked(of("b.example").compared_with(Sites::Others)));
    assert!(asked(of("a.example").compared_with(Sites::Own)));
    assert!(!asked(of("b.example").compared_with(Sites::Own)));
    assert!(asked(of("b.example").time(Some(5000))));
    assert!(!asked(of("b.example").time(Some(5001))), "valid until 5000");
    assert!(asked(of("b.example").seen_since(Some(1000))));
    assert!(!asked(of("b.example").seen_since(Some(1001))));
    // a copy makes the article seen again
    let copy = index.admit(&2, of("b.example").time(Some(3000))).unwrap();
    let hit = copy.matched.unwrap();
    assert_eq!((hit.time, hit.first_seen), (Some(1000), Some(1000)));
    assert!(asked(of("b.example").seen_since(Some(3000))));
    assert!(!asked(of("b.example").seen_since(Some(3001))));
    assert_eq!(index.get(&1).unwrap().unwrap().time, Some(1000));
    assert_eq!(index.get(&2).unwrap().unwrap().time, Some(3000));
    let late = Page::new(&text).time(Some(i64::MAX));
    assert!(matches!(index.query(late), Err(IndexError::Config(_))));
}

/// A page of a site whose furniture reads like prose.
fn page(site: u64, n: u64, words: usize) -> String {
    let furniture = article(70_000 + site, 150);
    format!("{furniture}\n\n{}", article(n, words))
}

#[test]
fn a_site_is_learned_and_what_was_joined_before_comes_apart() {
    let index = memory();
    let site = Some("site.example");
    let admit = |key: u64, n, words| {
        index.admit(&key, Page::new(&page(1, n, words)).site(site)).expect("admitted")
    };
    // two short articles in much of the same furniture look like one
    assert!(admit(1, 1, 20).is_novel());
    assert!(!admit(2, 2, 20).is_novel());
    // a crawl of the archive, known to be new, shows what the furniture is
    for n in 3..7 {
        index.insert(&n, Page::new(&page(1, n, 400)).site(site)).expect("inserted");
    }
    let learned = admit(7, 7, 20);
    assert!(learned.is_novel(), "{learned:?}");
    assert!(learned.effort.furniture > 0);
    let reviewed = index.review().expect("reviewed");
    assert_eq!((reviewed.members, reviewed.left), (1, 1));
    for key in 1..3 {
        assert_eq!(index.get(&key).unwrap().unwrap().representative, key);
    }
    // and is found by what is its own
    let hit = index.query(&article(2, 20)).unwrap().hits.remove(0);
    assert_eq!(hit.key, 2);
    assert_eq!(index.review().expect("reviewed").left, 0);
}

#[test]
fn a_full_article_is_compared_with_members_of_its_stub() {
    let index = memory();
    let site = Some("site.example");
    let admit = |key: u64, n, words| {
        index.admit(&key, Page::new(&page(1, n, words)).site(site)).expect("admitted")
    };
    assert!(admit(1, 1, 40).is_novel());
    // short articles in much of the same furniture
    for n in 2..=12 {
        assert!(!admit(n, n, 20).is_novel());
    }
    for n in 20..24 {
        index.insert(&n, Page::new(&page(1, n, 400)).site(site)).expect("inserted");
    }
    let full = admit(50, 1, 400);
    assert_eq!((full.outcome, full.representative), (Outcome::Extends, 50), "{full:?}");
    let reviewed = full.reviewed;
    assert_eq!((reviewed.members, reviewed.left, reviewed.rest), (8, 8, 3));
    let represented = |key| index.get(&key).expect("read").expect("there").representative;
    assert_eq!(represented(1), 50);
    assert!((2..=9).all(|n| represented(n) == n));
    // they are found by what is their own, if 20 words hold a fingerprint
    let found = |n: &u64| {
        let answer = index.query(&article(*n, 20)).expect("answered");
        answer.hits.first().is_some_and(|hit| hit.key == *n)
    };
    assert!((2..=9).filter(found).count() > 4);
    for n in 10..=12 {
        assert_eq!(represented(n), 50);
    }
    let rest = index.review().expect("reviewed");
    assert_eq!((rest.members, rest.rest), (4, 0));
    assert_eq!(represented(1), 50);
}

#[test]
fn what_is_known_of_a_site_beforehand_weighs_nothing() {
    let comparer = Comparer::default();
    let pages: Vec<String> = (80..86).map(|n| page(1, n, 300)).collect();
    let template = Template::learn(comparer.recipe, pages.iter().map(String::as_str));
    assert!(!template.is_empty());
    let site = Some("site.example");
    let texts: Vec<String> = (0..4).map(|n| page(1, n, 25)).collect();
    let (page_1, page_2) = (Page::new(&texts[1]).site(site), Page::new(&texts[2]).site(site));
    let told = || Options::new().template("site.example", template.clone()).expect("one recipe");

    // two short articles in much of the same furniture
    let without = memory();
    assert!(without.admit(&1, page_1).unwrap().is_novel());
    assert!(!without.admit(&2, page_2).unwrap().is_novel());
    for exact in [false, true] {
        let texts = texts.clone();
        let mut index: OnlineIndex<u64> = OnlineIndex::in_memory(told()).expect("opened");
        if exact {
            index = index.with_texts(move |key| texts.get(*key as usize).cloned());
        }
        assert!(index.admit(&1, page_1).unwrap().is_novel());
        assert!(index.admit(&2, page_2).unwrap().is_novel());
        // of other sites nothing is known
        let elsewhere = [3, 5].map(|n| page(1, n, 25));
        let [first, second] =
            [&elsewhere[0], &elsewhere[1]].map(|text| Page::new(text).site(Some("b.example")));
        assert!(index.admit(&13, first).unwrap().is_novel());
        assert_eq!(index.admit(&15, second).unwrap().matched.unwrap().key, 13);
        // the article is found wherever it stands
        let full = article(1, 200);
        let hit = index.query(&full).unwrap().hits.remove(0);
        assert_eq!((hit.key, hit.relation.is_match(), hit.exact), (1, true, exact));
        let copy = index.admit(&4, Page::new(&texts_of_site(&full)).site(site)).unwrap();
        assert_eq!((copy.outcome, copy.matched.unwrap().key), (Outcome::Extends, 1));
        // the sketch is that of a document that was prepared with the template
        let kept = index.get(&1).unwrap().unwrap().sketch;
        let document = comparer.prepare_with(page_1.text, &template).expect("one recipe");
        assert_eq!(kept, Sketch::of(&comparer, &document));
        assert_ne!(kept, Sketch::of(&comparer, &comparer.prepare(page_1.text)));
    }

    // what was taken in before the template was known
    let storage = Arc::new(Memory::new());
    let index: OnlineIndex<u64> =
        OnlineIndex::open_in(storage.clone(), Options::new()).expect("opened");
    index.admit(&1, page_1).unwrap();
    assert!(index.query(page_2).unwrap().best().is_some());
    index.close().unwrap();
    let index: OnlineIndex<u64> = OnlineIndex::open_in(storage, told()).expect("opened");
    assert!(index.query(page_2).unwrap().best().is_none());
    assert!(index.query(page_1).unwrap().best().is_some());
    // a sketch from elsewhere is taken as it is
    let sketch = Sketch::of(&comparer, &comparer.prepare(page_2.text));
    assert!(index.query_sketch(&sketch, page_2).unwrap().best().is_some());

    let other = Template::learn(Comparer::for_profile(Profile::Code).recipe, [""; 0]);
    let refused = Options::new().template("site.example", other).unwrap_err();
    assert!(refused.to_string().contains("code"), "{refused}");
}

/// A text in the furniture of site 1.
fn texts_of_site(text: &str) -> String {
    format!("{}\n\n{text}", article(70_001, 150))
}

#[test]
fn an_update_takes_the_place_of_a_document() {
    let storage = Arc::new(Memory::new());
    let open = || -> OnlineIndex<u64> {
        OnlineIndex::open_in(storage.clone(), Options::new()).expect("opened")
    };
    let index = open();
    let (old, new) = (article(31, 300), article(32, 300));
    // a key that is not in use is admitted
    let first = index.update(&1, &old).unwrap();
    assert_eq!((first.replaced, first.outcome, first.representative), (false, Outcome::Novel, 1));
    index.admit(&2, first_words(&old, 100)).unwrap();
    index.admit(&3, first_words(&old, 200)).unwrap();
    // the same article with one more word finds its copies, not itself
    let again = index.update(&1, &format!("{old} And more.")).unwrap();
    assert!(again.replaced);
    assert_eq!(again.matched.unwrap().key, 3);
    assert_eq!(again.representative, 1);
    // another article leaves them
    let other = index.update(&1, Page::new(&new).time(Some(5))).unwrap();
    assert_eq!((other.replaced, other.outcome, other.representative), (true, Outcome::Novel, 1));
    let check = |index: &OnlineIndex<u64>| {
        assert_eq!(index.len(), 3);
        assert_eq!(index.get(&1).unwrap().unwrap().time, Some(5));
        assert_eq!(index.query(&new).unwrap().best().unwrap().key, 1);
        let hit = index.query(&old).unwrap().hits.remove(0);
        assert_eq!((hit.key, hit.representative), (3, 3));
    };
    check(&index);
    index.close().unwrap();
    let index = open();
    check(&index);
    // a copy that becomes another article
    assert!(index.update(&2, &article(33, 200)).unwrap().is_novel());
    assert_eq!(index.get(&3).unwrap().unwrap().representative, 3);
    let sketch = Sketch::of(index.comparer(), &index.comparer().prepare(&old));
    let back = index.update_sketch(&2, &sketch, "").unwrap();
    assert_eq!((back.replaced, back.matched.unwrap().key), (true, 3));
    let foreign = Comparer::for_profile(Profile::Ocr);
    let foreign = Sketch::of(&foreign, &foreign.prepare(&old));
    assert!(index.update_sketch(&2, &foreign, "").is_err());
    index.close().unwrap();
    let reader =
        OnlineIndex::<u64>::open_in(storage.clone(), Options::new().read_only(true)).unwrap();
    for key in [2, 9] {
        assert!(matches!(reader.update(&key, &old), Err(IndexError::ReadOnly)));
    }
}

/// Also of texts too short to have a shingle, which only the hash of their words finds.
#[test]
fn the_same_words_hold_all_of_each_other() {
    let index: OnlineIndex<u64> = OnlineIndex::in_memory(Options::new()).unwrap();
    for (key, text) in (0..).zip(["Market closed today", "Closed", &article(1, 200)]) {
        index.admit(&key, text).unwrap();
        let answer = index.query(&text.to_uppercase()).unwrap();
        let hit = answer.best().unwrap();
        assert_eq!((hit.key, hit.relation), (key, Relation::Identical));
        let e = hit.evidence;
        assert_eq!([e.jaccard, e.a_in_b, e.b_in_a], [1.0; 3], "{text}");
        assert_eq!([e.matched_a, e.matched_b, e.longest_run], [e.content_a; 3], "{text}");
        let shares = [hit.content_a_in_b, hit.content_b_in_a];
        assert!(shares.iter().all(|s| (s.low, s.high) == (1.0, 1.0)), "{text}");
    }
}

#[test]
fn texts_at_hand_make_hits_exact() {
    let full = article(21, 300);
    let texts = [full.clone(), article(22, 300)];
    let index = memory().with_texts(move |key: &u64| texts.get(*key as usize).cloned());
    index.admit(&0, &full).unwrap();
    index.admit(&1, &article(22, 300)).unwrap();
    index.admit(&9, &article(23, 300)).unwrap(); // of which there is no text
    let page = first_words(&full, 120);
    let hit = index.query(page).unwrap().hits.remove(0);
    let comparer = Comparer::default();
    let (relation, evidence) = comparer.relate(&comparer.prepare(page), &comparer.prepare(&full));
    assert_eq!((hit.key, hit.exact, hit.relation), (0, true, relation));
    assert_eq!(hit.evidence, evidence);
    assert_eq!(hit.content_a_in_b.low, hit.content_a_in_b.high);
    let other = index.query(&article(23, 300)).unwrap().hits.remove(0);
    assert_eq!((other.key, other.exact), (9, false));
}

#[test]
fn empty_and_tiny_texts_have_a_stated_outcome() {
    let index = memory();
    assert!(index.admit(&1, "").unwrap().is_novel());
    assert!(index.admit(&2, " \n").unwrap().is_novel(), "nothing is no copy of nothing");
    assert!(index.admit(&3, "Page not found").unwrap().is_novel());
    let same = index.admit(&4, "page not found!").unwrap();
    assert_eq!(same.outcome, Outcome::Copy);
    assert_eq!(same.matched.unwrap().relation, Relation::Identical);
    assert!(index.admit(&5, "Page not here").unwrap().is_novel());
}

#[test]
fn repeated_and_long_texts_are_bounded() {
    let index = memory();
    let long = "word ".repeat(200_000);
    index.admit(&1, &long).unwrap();
    assert!(!index.admit(&2, &long).unwrap().is_novel());
    let book: String = (0..40).map(|n| article(3000 + n, 2000)).collect();
    index.admit(&3, &book).unwrap();
    let chapter = article(3020, 2000);
    assert_eq!(index.query(&chapter).unwrap().best().unwrap().key, 3);
    assert_eq!(index.stats().documents, 3);
}

#[test]
fn keys_may_be_of_several_types() {
    fn check<K: nearcopy::online::Key>(key: &K) {
        let storage = Arc::new(Memory::new());
        let index: OnlineIndex<K> = OnlineIndex::open_in(storage.clone(), Options::new()).unwrap();
        index.admit(key, &article(1, 100)).unwrap();
        assert_eq!(&index.query(&article(1, 100)).unwrap().best().unwrap().key, key);
        index.close().unwrap();
        let index: OnlineIndex<K> = OnlineIndex::open_in(storage, Options::new()).unwrap();
        assert!(index.contains_key(key).unwrap());
    }
    check(&7u64);
    check(&(1u128 << 100));
    check(&"https://example.org/ü".to_owned());
    check(&vec![0u8, 255, 10]);
}

#[test]
fn an_index_is_opened_as_what_it_is() {
    let storage = Arc::new(Memory::new());
    let index: OnlineIndex<u64> = OnlineIndex::open_in(storage.clone(), Options::new()).unwrap();
    index.admit(&1, &article(1, 100)).unwrap();
    index.sync().unwrap();
    let reader = Options::new().read_only(true);
    let reader = OnlineIndex::<u64>::open_in(storage.clone(), reader).unwrap();
    assert_eq!(reader.stats().disk_bytes, index.stats().disk_bytes);
    assert!(reader.stats().disk_bytes > 100);
    index.close().unwrap();
    let told = |error: IndexError| error.to_string();
    let keys = OnlineIndex::<String>::open_in(storage.clone(), Options::new());
    assert!(told(keys.unwrap_err()).contains("the form of the keys"));
    let profile = Options::new().profile(Profile::Ocr);
    let recipe = OnlineIndex::<u64>::open_in(storage.clone(), profile);
    assert!(told(recipe.unwrap_err()).contains("profile"));
    let seen = SeenIndex::open_in(storage.clone(), Options::new());
    assert!(told(seen.unwrap_err()).contains("what the index holds"));
    let read_only = OnlineIndex::<u64>::open_in(storage, Options::new().read_only(true)).unwrap();
    assert!(read_only.query(&article(1, 100)).unwrap().best().is_some());
    assert!(matches!(read_only.admit(&2, "text"), Err(IndexError::ReadOnly)));
}

#[test]
fn damaged_streams_are_refused() {
    let index = memory();
    for n in 0..4 {
        index.admit(&n, &article(n, 60)).unwrap();
    }
    index.admit(&9, &article(1, 60)).unwrap();
    let mut stream = Vec::new();
    assert_eq!(index.export(&mut stream).unwrap(), 5);
    let whole = memory();
    let merged = whole.import(&stream[..]).unwrap();
    assert_eq!((merged.documents, merged.novel, merged.joined), (5, 4, 1));
    for at in (0..stream.len()).step_by(29) {
        let mut damaged = stream.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(memory().import(&damaged[..]).is_err(), "byte {at}");
        assert!(memory().import(&stream[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn what_was_seen_is_counted() {
    let storage = Arc::new(Memory::new());
    let seen = SeenIndex::open_in(storage.clone(), Options::new()).unwrap();
    let full = article(31, 400);
    let first = seen.admit(&full).unwrap();
    assert_eq!((first.seen, first.whole), (0, false));
    assert!(first.fingerprints > 15);
    let postings = seen.stats().postings;
    let again = seen.admit(&full).unwrap();
    assert_eq!((again.seen, again.whole), (first.fingerprints, true));
    assert_eq!(seen.stats().postings, postings, "a copy adds nothing");
    let half = seen.query(&format!("{}\n\n{}", first_words(&full, 200), article(32, 200))).unwrap();
    let (low, high) = half.share().interval(2.58);
    assert!(low < 0.5 && 0.5 < high && !half.whole, "{half:?}");
    seen.close().unwrap();
    let seen = SeenIndex::open_in(storage, Options::new()).unwrap();
    assert!(seen.query(&full).unwrap().whole);
    assert_eq!(seen.admit("").unwrap().fingerprints, 0);
}
