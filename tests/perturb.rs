//! What is planted must be found, and nothing else: a small run of the generator in
//! `examples/perturb` on prose made for the purpose.

#![allow(dead_code, reason = "the example uses more of its modules than this test")]

#[path = "../examples/perturb/corpus.rs"]
mod corpus;
#[path = "../examples/perturb/frames.rs"]
mod frames;
#[path = "../examples/perturb/kinds.rs"]
mod kinds;
#[path = "../examples/perturb/measure.rs"]
mod measure;
#[path = "../examples/perturb/random.rs"]
mod random;
#[path = "../examples/perturb/words.rs"]
mod words;

use corpus::{Article, Corpus, Plan};
use kinds::Kind;
use measure::Conditions;
use nearcopy::{Comparer, Dedup, Relation};
use random::Random;

const NOUNS: &str = "harbour mill teacher orchard bridge letter winter engine council river lantern \
    farmer window ferry garden market railway kitchen captain library mountain neighbour doctor \
    village clock painter forest summer bakery tower carpenter valley ship island station meadow \
    sailor school singer road museum weaver cellar storm";
const VERBS: &str = "repaired forgot praised counted carried measured painted described sold \
    watched remembered visited defended closed opened doubted followed moved warned answered \
    mended blamed found drew called";
const OTHERS: &str = "slowly old near behind under careful before quiet after narrow seven often \
    without wooden again bright distant along heavy beside twelve early northern across small later \
    cheap against sudden above four almost steep within empty";

/// An article of `words` words at least, in paragraphs; different for each `name`.
fn article(name: &str, words: usize) -> Article {
    let lists =
        [NOUNS, OTHERS, VERBS, OTHERS, NOUNS].map(|l| l.split(' ').filter(|w| !w.is_empty()));
    let lists: Vec<Vec<&str>> = lists.map(Iterator::collect).into();
    let mut random = Random::new(7, name);
    let mut text = String::new();
    let (mut n, mut sentences) = (0, 0);
    while n < words {
        let length = random.between(9, 21);
        for i in 0..length {
            let word = random.pick(&lists[i % lists.len()]);
            let (first, rest) = word.split_at(1);
            text.push_str(if i == 0 { "The " } else { "" });
            text.push_str(&format!("{first}{rest}{}", if i + 1 == length { "." } else { " " }));
        }
        n += length + 1;
        sentences += 1;
        text.push_str(if sentences % 3 == 0 { "\n\n" } else { " " });
    }
    Article { id: name.to_owned(), title: Some(format!("Of {name}")), text }
}

fn corpus(seed: u64, sources: usize, kinds: &[Kind]) -> Corpus {
    let articles = (0..sources * 6).map(|i| article(&format!("a{i}"), 160 + i % 5 * 70)).collect();
    let plan = Plan { seed, limit: sources, min_words: 100, max_words: 800, kinds: kinds.to_vec() };
    corpus::plant(articles, &plan).unwrap()
}

/// Copies that must be found one and all: the article is whole or cut, and framed or not.
const CERTAIN: [Kind; 17] = [
    Kind::Exact,
    Kind::Reflow,
    Kind::Truncate(75),
    Kind::Truncate(50),
    Kind::Truncate(25),
    Kind::Wrap,
    Kind::WrapTruncate(75),
    Kind::WrapTruncate(50),
    Kind::WrapTruncate(25),
    Kind::Drop(20),
    Kind::Edit(10),
    Kind::Edit(20),
    Kind::Edit(50),
    Kind::Ocr(10),
    Kind::Shuffle,
    Kind::Embed(100),
    Kind::Embed(50),
];

#[test]
fn whole_cut_framed_and_edited_copies_are_found() {
    let corpus = corpus(1, 30, &CERTAIN);
    assert_eq!((corpus.sources, corpus.impossible), (30, 0));
    for breaks in [true, false] {
        let pairwise = measure::pairwise(&corpus, &Comparer::default(), breaks);
        assert_eq!(pairwise.copies.len(), 30 * CERTAIN.len());
        for verdict in &pairwise.copies {
            let e = &verdict.evidence;
            let id = &corpus.texts[verdict.a].id;
            assert!(
                verdict.relation.is_match(),
                "{id}, breaks {breaks}: {} {e:?}",
                verdict.relation
            );
        }
    }
}

#[test]
fn identical_means_the_same_words() {
    let corpus = corpus(2, 10, &[Kind::Exact, Kind::Reflow, Kind::Edit(50)]);
    let pairwise = measure::pairwise(&corpus, &Comparer::default(), true);
    for verdict in &pairwise.copies {
        let same = !verdict.class.starts_with("edit");
        assert_eq!(verdict.relation == Relation::Identical, same, "{}", verdict.class);
    }
}

#[test]
fn a_batch_of_each_kind_finds_the_copies_and_mixes_no_articles() {
    for kind in CERTAIN {
        let corpus = corpus(3, 20, &[kind]);
        let conditions = Conditions { hosts: true, breaks: true };
        let batch = measure::batch(&corpus, &Dedup::new(), conditions);
        assert_eq!(
            batch.found.iter().filter(|f| **f).count(),
            corpus.texts.len(),
            "{}",
            kind.name()
        );
        assert_eq!((batch.wrong.len(), batch.mixed), (0, 0), "{}", kind.name());
    }
}

#[test]
fn different_articles_on_one_site_do_not_match() {
    let kinds = [Kind::Wrap, Kind::WrapTruncate(75), Kind::Quote];
    let corpus = corpus(4, 60, &kinds);
    let pairwise = measure::pairwise(&corpus, &Comparer::default(), true);
    assert!(pairwise.others.len() > 200, "{} pairs", pairwise.others.len());
    for verdict in &pairwise.others {
        let (a, b) = (&corpus.texts[verdict.a].id, &corpus.texts[verdict.b].id);
        assert!(
            !verdict.relation.is_match(),
            "{a} and {b}: {} {:?}",
            verdict.relation,
            verdict.evidence
        );
    }
}

#[test]
fn a_quote_from_inside_is_an_overlap() {
    let corpus = corpus(5, 20, &[Kind::Quote]);
    let pairwise = measure::pairwise(&corpus, &Comparer::default(), true);
    assert!(!pairwise.others.is_empty());
    for verdict in &pairwise.others {
        assert_eq!(verdict.relation, Relation::Overlaps, "{:?}", verdict.evidence);
    }
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let texts = |c: &Corpus| -> Vec<(String, String)> {
        c.texts.iter().map(|t| (t.id.clone(), t.text.clone())).collect()
    };
    let kinds = Kind::ALL;
    assert_eq!(texts(&corpus(6, 8, &kinds)), texts(&corpus(6, 8, &kinds)));
    assert_ne!(texts(&corpus(6, 8, &kinds)), texts(&corpus(7, 8, &kinds)));
}

#[test]
fn copies_keep_what_they_say() {
    let corpus = corpus(8, 8, &Kind::ALL);
    for text in &corpus.texts {
        let n = corpus.texts[text.source].words;
        let id = &text.id;
        assert!(text.kept <= n && text.content_words <= text.words, "{id}");
        match text.kind {
            Some(Kind::Truncate(p) | Kind::WrapTruncate(p)) => {
                assert_eq!(text.kept, n * p as usize / 100, "{id}");
            }
            Some(Kind::Exact | Kind::Reflow | Kind::Wrap | Kind::Shuffle) => {
                assert_eq!((text.kept, text.content_words), (n, n), "{id}");
            }
            Some(Kind::Edit(r) | Kind::Ocr(r)) => assert!(text.kept < n || r < 20, "{id}"),
            Some(Kind::Quote | Kind::QuoteLead) => assert!((40..=100).contains(&text.kept), "{id}"),
            _ => {}
        }
    }
}

#[test]
fn names_of_kinds_are_read_back() {
    for kind in Kind::ALL.into_iter().chain([Kind::Edit(25), Kind::Ocr(1), Kind::Truncate(33)]) {
        assert_eq!(Kind::parse(&kind.name()), Some(kind));
    }
    for wrong in
        ["", "trunc", "trunc-", "trunc-0", "trunc-100", "trunc-2.5", "edit-0", "edit-1.25", "x-5"]
    {
        assert_eq!(Kind::parse(wrong), None, "{wrong}");
    }
}
