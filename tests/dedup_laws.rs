//! Laws of a batch, over made corpora with planted copies.

mod prose;

use nearcopy::content::Template;
use nearcopy::dedup::{Dedup, Doc, Linkage, Report};
use nearcopy::recipe::Recipe;
use nearcopy::shingle::{window_for, winnow};
use nearcopy::{Comparer, Document, Relation};
use prose::{Rng, article, edited, first_words, framed};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A corpus, and for each document the article it was made from.
struct Corpus {
    texts: Vec<String>,
    article: Vec<usize>,
}

/// Articles with an exact, a lightly edited, a cut and a framed copy, or some of them, in random
/// order.
fn planted(seed: u64, articles: usize, words: usize) -> Corpus {
    let mut rng = Rng(seed);
    let mut made = Vec::new();
    for at in 0..articles {
        let full = article(seed * 10_000 + at as u64, words + rng.below(words));
        if rng.below(3) == 0 {
            made.push((full.clone(), at));
            made.push((full.to_uppercase(), at));
        }
        if rng.below(3) > 0 {
            made.push((edited(&full, 3, rng.next()), at));
        }
        if rng.below(3) > 0 {
            let keep = words * 2 / 5 + rng.below(words / 2);
            made.push((framed(first_words(&full, keep), rng.next()), at));
        }
        if rng.below(3) == 0 {
            made.push((framed(&full, rng.next()), at));
        }
        made.push((full, at));
    }
    rng.shuffle(&mut made);
    let (texts, article) = made.into_iter().unzip();
    Corpus { texts, article }
}

/// Whether documents that match none of the others share so much that furniture may be learned,
/// which a second look from outside does not know.
fn may_learn(docs: &[Document], linkage: Linkage, report: &Report) -> bool {
    let recipe = Recipe::default();
    let mut articles: HashMap<u64, usize> = HashMap::new();
    for (doc, document) in docs.iter().enumerate() {
        if linkage == Linkage::Star && report.representative_of(doc) != doc {
            continue;
        }
        let window = window_for(recipe, document.shingles().len());
        let fingerprints = winnow(document.shingles().hashes(), window);
        for hash in fingerprints.iter().map(|f| f.hash).collect::<BTreeSet<_>>() {
            *articles.entry(hash).or_default() += 1;
        }
    }
    report.counts().fingerprints_stopped > 0
        || articles.values().any(|&n| n >= Template::MIN_ARTICLES_ANYWHERE)
}

/// All that must hold for any corpus without sites.
fn check(texts: &[impl AsRef<str>], linkage: Linkage, report: &Report) {
    let comparer = Comparer::default();
    let docs: Vec<Document> = texts.iter().map(|t| comparer.prepare(t.as_ref())).collect();
    let learned = may_learn(&docs, linkage, report);
    let counts = report.counts();
    assert_eq!(counts.documents as usize, docs.len());
    let empty = docs.iter().filter(|d| d.tokens().is_empty()).count();
    assert_eq!(counts.empty as usize, empty);
    let incomplete = docs.iter().filter(|d| d.shingles().is_empty()).count();
    assert_eq!(counts.tiny as usize, incomplete - empty);

    // clusters are disjoint, of two or more, largest first
    let mut cluster_of = vec![None; docs.len()];
    for (at, cluster) in report.clusters().iter().enumerate() {
        assert!(cluster.size() >= 2);
        assert_eq!(cluster.docs().count(), cluster.size());
        assert_eq!(cluster.docs().next(), Some(cluster.representative));
        for doc in cluster.docs() {
            assert_eq!(cluster_of[doc].replace(at), None, "document {doc} is in two clusters");
        }
        let mass = |doc: usize| (docs[doc].prose_mass(), docs[doc].total_mass());
        for member in &cluster.members {
            assert!(mass(member.doc) <= mass(cluster.representative), "the longest represents");
            let (relation, evidence) =
                comparer.relate(&docs[member.doc], &docs[cluster.representative]);
            if !learned {
                assert_eq!((member.relation, member.evidence), (relation, evidence));
            }
            if linkage == Linkage::Star {
                assert!(member.relation.is_match(), "{relation}: {evidence:?}");
            }
        }
    }
    let order: Vec<_> =
        report.clusters().iter().map(|c| (usize::MAX - c.size(), c.representative)).collect();
    assert!(order.is_sorted());

    // the same partition from every side
    let mut kept = Vec::new();
    for (doc, &cluster) in cluster_of.iter().enumerate() {
        assert_eq!(report.cluster_of(doc), cluster);
        let representative = cluster.map_or(doc, |c| report.clusters()[c].representative);
        assert_eq!(report.representative_of(doc), representative);
        if representative == doc {
            kept.push(doc);
        }
    }
    assert_eq!(report.kept().collect::<Vec<_>>(), kept);

    // every pair is what comparing it again says
    let pairs = report.pairs();
    assert!(pairs.windows(2).all(|p| (p[0].a, p[0].b) < (p[1].a, p[1].b)));
    for pair in pairs {
        assert!(pair.a < pair.b);
        let (relation, evidence) = comparer.relate(&docs[pair.a], &docs[pair.b]);
        if !learned {
            assert_eq!((pair.relation, pair.evidence), (relation, evidence));
        }
        assert!(pair.relation.is_match() || pair.relation == Relation::Overlaps);
    }
    if linkage == Linkage::Star {
        let known: BTreeSet<_> = pairs.iter().map(|p| (p.a, p.b)).collect();
        for cluster in report.clusters() {
            for member in &cluster.members {
                let pair = (
                    member.doc.min(cluster.representative),
                    member.doc.max(cluster.representative),
                );
                assert!(known.contains(&pair), "a member's link is among the pairs");
            }
        }
    }
    assert!(counts.verified as usize >= pairs.len().max(docs.len() - kept.len()) / 2);

    // documents of the same words are never apart
    let mut same: HashMap<&[u64], usize> = HashMap::new();
    for (doc, document) in docs.iter().enumerate().filter(|(_, d)| !d.tokens().is_empty()) {
        let first = *same.entry(document.tokens().hashes()).or_insert(doc);
        assert_eq!(report.representative_of(first), report.representative_of(doc));
    }
    for (doc, _) in docs.iter().enumerate().filter(|(_, d)| d.tokens().is_empty()) {
        assert_eq!(report.cluster_of(doc), None, "an empty document matches nothing");
    }
}

fn check_planted(corpus: &Corpus, report: &Report) {
    let mut representative: BTreeMap<usize, usize> = BTreeMap::new();
    for (doc, &article) in corpus.article.iter().enumerate() {
        let found = report.representative_of(doc);
        assert_eq!(corpus.article[found], article, "document {doc} is with another article");
        let first = *representative.entry(article).or_insert(found);
        assert_eq!(first, found, "missed: {}\n\nof {}", corpus.texts[doc], corpus.texts[first]);
    }
    assert_eq!(report.kept().count(), representative.len());
}

#[test]
fn every_planted_copy_is_found_and_nothing_else() {
    for (seed, articles, words) in [(1, 25, 150), (2, 12, 400), (3, 3, 2500)] {
        let corpus = planted(seed, articles, words);
        let report = Dedup::new().run(&corpus.texts);
        check(&corpus.texts, Linkage::Star, &report);
        check_planted(&corpus, &report);
    }
}

/// More documents than are matched in one step, so that copies meet across steps.
#[test]
fn copies_meet_whatever_their_distance() {
    let corpus = planted(4, 330, 110);
    assert!(corpus.texts.len() > 900);
    let report = Dedup::new().run(&corpus.texts);
    check_planted(&corpus, &report);
    assert_eq!(report.counts().documents as usize, corpus.texts.len());
}

/// Texts that overlap in every way, not only as copies of one article.
fn entangled(seed: u64, n: usize) -> Vec<String> {
    let mut rng = Rng(seed);
    let paragraphs: Vec<String> = (0..n * 3 / 2).map(|_| prose::paragraph(&mut rng, 40)).collect();
    let mut texts = vec![String::new(), "Tiny text".into(), "tiny TEXT".into(), "?".into()];
    for _ in 0..n {
        let from = rng.below(paragraphs.len());
        let mut text: Vec<&str> = Vec::new();
        for i in 0..1 + rng.below(4) {
            text.push(&paragraphs[(from + i * (1 + rng.below(2))) % paragraphs.len()]);
        }
        texts.push(text.join("\n\n"));
    }
    texts
}

#[test]
fn entangled_texts_obey_the_laws() {
    for seed in 0..4 {
        let texts = entangled(seed, 45);
        for linkage in [Linkage::Star, Linkage::Components] {
            for all_pairs in [false, true] {
                let settings = Dedup::builder().linkage(linkage).all_pairs(all_pairs);
                check(&texts, linkage, &settings.run(&texts));
            }
        }
        for narrow in [
            Dedup::builder().posting_cap(1),
            Dedup::builder().max_candidates(1),
            Dedup::builder().posting_cap(0).max_candidates(0),
        ] {
            check(&texts, Linkage::Star, &narrow.run(&texts));
        }
    }
}

#[test]
fn components_join_what_stars_keep_apart() {
    for seed in 0..4 {
        let texts = entangled(seed, 60);
        let stars = Dedup::new().run(&texts);
        let components = Dedup::builder().linkage(Linkage::Components).run(&texts);
        for doc in 0..texts.len() {
            let star = stars.representative_of(doc);
            assert_eq!(components.representative_of(doc), components.representative_of(star));
        }
        assert!(components.kept().count() <= stars.kept().count());
    }
}

#[test]
fn all_pairs_are_all_pairs() {
    let corpus = planted(6, 12, 120);
    let report = Dedup::builder().all_pairs(true).run(&corpus.texts);
    check(&corpus.texts, Linkage::Star, &report);
    let known: BTreeSet<_> = report.pairs().iter().map(|p| (p.a, p.b)).collect();
    let comparer = Comparer::default();
    let docs: Vec<Document> = corpus.texts.iter().map(|t| comparer.prepare(t)).collect();
    for cluster in report.clusters() {
        let members: Vec<usize> = cluster.docs().collect();
        for (i, &x) in members.iter().enumerate() {
            for &y in &members[..i] {
                let (a, b) = (x.min(y), x.max(y));
                let relation = comparer.relate(&docs[a], &docs[b]).0;
                let worth = relation.is_match() || relation == Relation::Overlaps;
                assert_eq!(known.contains(&(a, b)), worth, "{relation}");
            }
        }
    }
    assert_eq!(report.counts().pairs_skipped, 0);

    let texts = vec![article(1, 60); 12];
    let report = Dedup::builder().all_pairs(true).max_pair_members(5).run(&texts);
    // the seven others were verified against the representative
    assert_eq!(report.counts().pairs_skipped, 12 * 11 / 2 - 5 * 4 / 2 - 7);
    let all = Dedup::builder().all_pairs(true).run(&texts);
    assert_eq!(all.pairs().len(), 12 * 11 / 2);
    assert!(all.pairs().iter().all(|p| p.relation == Relation::Identical));
}

/// A report by keys instead of positions, so that two orders of input can be compared.
fn by_key(keys: &[String], report: &Report) -> Vec<(String, Vec<(String, Relation)>)> {
    let mut out: Vec<_> = report
        .clusters()
        .iter()
        .map(|c| {
            let members = c.members.iter().map(|m| (keys[m.doc].clone(), m.relation));
            (keys[c.representative].clone(), members.collect::<Vec<_>>())
        })
        .collect();
    out.sort();
    out
}

fn run_with_keys(docs: &[(String, String)], settings: &Dedup) -> Report {
    settings.run(docs.iter().map(|(key, text)| Doc::new(text).key(key)))
}

#[test]
fn the_order_of_input_does_not_matter() {
    let mut texts = planted(7, 60, 60).texts;
    texts.extend(entangled(8, 80));
    // many of the same words, told apart by their keys alone
    texts.extend(std::iter::repeat_n(article(9, 50), 20));
    // more than one step
    texts.extend((0..300).map(|seed| article(70_000 + seed, 15)));
    let mut docs: Vec<(String, String)> =
        texts.into_iter().enumerate().map(|(i, t)| (format!("{:03}", i * 7 % 1009), t)).collect();
    let settings = Dedup::builder().posting_cap(3).max_candidates(2);
    let keys = |docs: &[(String, String)]| docs.iter().map(|d| d.0.clone()).collect::<Vec<_>>();
    let expected_counts = *run_with_keys(&docs, &settings).counts();
    let expected = by_key(&keys(&docs), &run_with_keys(&docs, &settings));
    assert!(expected.len() > 60);
    let mut rng = Rng(5);
    for _ in 0..2 {
        rng.shuffle(&mut docs);
        let report = run_with_keys(&docs, &settings);
        assert_eq!(by_key(&keys(&docs), &report), expected);
        assert_eq!(*report.counts(), expected_counts);
    }
}

#[test]
fn equal_keys_are_told_apart_by_position() {
    let text = article(1, 60);
    let report = Dedup::new().run((0..6).map(|_| Doc::new(&text).key("same key")));
    assert_eq!(report.clusters().len(), 1);
    assert_eq!(report.clusters()[0].docs().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let keys = ["d", "b", "e", "a", "c"];
    let report = Dedup::new().run(keys.map(|key| Doc::new(&text).key(key)));
    assert_eq!(
        report.clusters()[0].docs().map(|d| keys[d]).collect::<Vec<_>>(),
        ["a", "b", "c", "d", "e"]
    );
}

#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_does_not_matter() {
    let mut texts = planted(10, 60, 60).texts;
    texts.extend(entangled(11, 120));
    texts.extend((0..300).map(|seed| article(80_000 + seed, 15)));
    let settings = Dedup::builder().all_pairs(true);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| settings.run(&texts))
    };
    let one = with(1);
    assert!(one.clusters().len() > 60);
    for threads in [2, 7] {
        assert!(with(threads) == one, "{threads} threads");
    }
}

#[test]
fn runs_repeat() {
    let texts = entangled(12, 60);
    assert!(Dedup::new().run(&texts) == Dedup::new().run(&texts));
}

#[test]
fn progress_reaches_twice_the_documents() {
    use std::sync::Mutex;
    let mut texts = entangled(13, 60);
    texts.extend((0..5000).map(|i| format!("number {i}")));
    let seen = Mutex::new(Vec::new());
    let progress = |done: usize| seen.lock().unwrap().push(done);
    let report = Dedup::new().run_with_progress(&texts, &progress);
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.last(), Some(&(2 * texts.len())));
    assert!(seen.is_sorted() && seen.len() > 4);
    assert!(report == Dedup::new().run(&texts));
}

/// What no more candidates than the limit could be asked is counted.
#[test]
fn caps_are_counted() {
    let mut rng = Rng(14);
    let shared = prose::paragraph(&mut rng, 60);
    let texts: Vec<String> =
        (0..40).map(|seed| format!("{}\n\n{shared}", article(600 + seed, 250))).collect();
    let narrow = Dedup::builder().posting_cap(4).max_candidates(2).run(&texts);
    check(&texts, Linkage::Star, &narrow);
    assert!(narrow.counts().candidates_capped > 0);
    assert!(narrow.counts().fingerprints_stopped > 0);
    let wide = Dedup::builder().posting_cap(1000).max_candidates(1000).run(&texts);
    check(&texts, Linkage::Star, &wide);
    assert_eq!((wide.counts().candidates_capped, wide.counts().fingerprints_stopped), (0, 0));
    // each was looked at with every representative before it
    let kept = wide.kept().count() as u64;
    assert!(kept > 30 && wide.counts().verified >= kept * (kept - 1) / 2);
}

/// What stop marks may hide is counted: of 560 pages with one long frame, those after the first step.
#[test]
fn chains_of_stop_marks_are_counted() {
    let mut rng = Rng(16);
    let frame = prose::paragraph(&mut rng, 120);
    let texts: Vec<String> =
        (0..560).map(|seed| format!("{}\n\n{frame}", article(900 + seed, 150))).collect();
    let report = Dedup::new().run(&texts);
    let chains = report.counts().stopped_chains;
    assert!((1..=48).contains(&chains), "{chains}");
    assert_eq!(Dedup::builder().posting_cap(1000).run(&texts).counts().stopped_chains, 0);
}

#[cfg(feature = "serde")]
#[test]
fn reports_are_serialised() {
    let texts = entangled(15, 30);
    for report in [Dedup::builder().all_pairs(true).run(&texts), Report::default()] {
        let json = serde_json::to_string(&report).unwrap();
        assert!(serde_json::from_str::<Report>(&json).unwrap() == report);
    }
}
