//! A new batch against earlier documents, beside comparing everything with everything.

mod prose;

use nearcopy::dedup::{Doc, ReadError};
use nearcopy::{Comparer, Dedup, Relation};

/// Articles, cut and wrapped, some of them in both lists.
fn corpora() -> (Vec<String>, Vec<String>) {
    let cut = |text: &str, words: usize| {
        format!("Home News\n\n{}\n\nLoading, please wait...", prose::first_words(text, words))
    };
    let (mut earlier, mut new) = (Vec::new(), Vec::new());
    for seed in 0..24 {
        let article = prose::article(seed, 350);
        match seed % 6 {
            0 => (earlier.push(article.clone()), new.push(cut(&article, 120))).0,
            1 => (earlier.push(cut(&article, 120)), new.push(article.clone())).0,
            2 => earlier.push(article.clone()),
            3 => new.push(article.clone()),
            4 => {
                // both, and the copy of the earlier one is nearer
                earlier.push(cut(&article, 90));
                earlier.push(article.clone());
                new.push(cut(&article, 200));
            }
            _ => {
                earlier.push(article.clone());
                new.push(article.clone());
                new.push(article.clone());
            }
        }
    }
    new.push(String::new());
    earlier.push(String::new());
    (earlier, new)
}

#[test]
fn what_any_comparison_finds_is_found_and_nothing_else() {
    let (earlier, new) = corpora();
    let answer = Dedup::new().against(&earlier, &new);
    assert_eq!(answer.found.len(), new.len());
    let comparer = Comparer::default();
    let earlier_documents: Vec<_> = earlier.iter().map(|text| comparer.prepare(text)).collect();
    let mut matched = 0;
    for (text, found) in new.iter().zip(&answer.found) {
        let document = comparer.prepare(text);
        let best = (0..)
            .zip(&earlier_documents)
            .map(|(at, other)| (at, comparer.relate(&document, other)))
            .filter(|(_, (relation, _))| relation.is_match())
            .max_by_key(|(at, (_, e))| {
                ((e.matched_a.min(e.matched_b) * 1000.0) as u64, std::cmp::Reverse(*at))
            });
        let found = found.map(|f| (f.doc, (f.relation, f.evidence)));
        assert_eq!(found, best.map(|(at, pair): (usize, _)| (at, pair)));
        matched += usize::from(found.is_some());
    }
    assert_eq!(matched, 20);
    let same = answer.found.iter().flatten().filter(|f| f.relation == Relation::Identical);
    assert_eq!(same.count(), 8);
}

#[test]
fn an_answer_does_not_depend_on_the_other_new_documents() {
    let (earlier, new) = corpora();
    let all = Dedup::new().against(&earlier, &new);
    let back = Dedup::new().against(&earlier, new.iter().rev());
    assert!(all.found.iter().eq(back.found.iter().rev()));
    for (text, found) in new.iter().zip(&all.found).take(6) {
        assert_eq!(Dedup::new().against(&earlier, [text]).found, [*found]);
    }
}

#[test]
fn an_article_kept_many_times_is_found_all_the_same() {
    let article = prose::article(1, 300);
    // copies that differ in a word, and copies that do not
    let mut earlier: Vec<String> = (0..100).map(|n| format!("{article}\n\nPage {n}")).collect();
    earlier.extend((0..1000).map(|_| prose::article(2, 300)));
    let new = [prose::first_words(&article, 100).to_owned(), prose::article(2, 300)];
    let answer = Dedup::new().against(&earlier, &new);
    assert_eq!(answer.found[0].map(|f| f.doc), Some(0));
    assert_eq!(answer.found[1].map(|f| (f.doc, f.relation)), Some((100, Relation::Identical)));
    assert_eq!(answer.candidates_capped, 1, "more copies than are verified, and it is told");
    // too many are stopped, and that is told
    let answer = Dedup::builder().posting_cap(1).against(&earlier, &new);
    assert!(answer.fingerprints_stopped > 0);
}

#[test]
fn nothing_is_nothing() {
    let none: [&str; 0] = [];
    let answer = Dedup::new().against(none, ["", "a", "some words that are here"]);
    assert_eq!(answer.found, [None, None, None]);
    assert!(Dedup::new().against(["some words"], none).found.is_empty());
    let short = Dedup::new().against(["two words", ""], ["Two words!", "other words", ""]);
    assert_eq!(short.found[0].map(|f| f.relation), Some(Relation::Identical));
    assert_eq!(short.found[1..], [None, None]);
}

#[test]
fn documents_that_come_one_after_the_other_get_the_same_answers() {
    let (earlier, new) = corpora();
    let all = Dedup::new().against(&earlier, &new);
    let docs = |texts: &'static [String]| texts.iter().map(|t| Doc::new(t)).collect::<Vec<_>>();
    let (earlier, new): (&'static [String], &'static [String]) = (earlier.leak(), new.leak());
    for wave in [1, 3, 1000] {
        let mut reference = Dedup::new().reference();
        assert!(reference.is_empty());
        docs(earlier).chunks(wave).for_each(|docs| reference.add(docs));
        assert_eq!(reference.len(), earlier.len());
        let read = |doc: usize| Ok::<_, String>(earlier[doc].clone());
        let mut found = Vec::new();
        for docs in docs(new).chunks(wave) {
            let answer = reference.look_up(docs, &read);
            assert!(answer.unread.is_empty());
            found.extend(answer.against.found);
        }
        assert_eq!(found, all.found);
    }
}

#[test]
fn earlier_texts_that_are_gone_or_changed_match_nothing_and_are_named() {
    let (article, other) = (prose::article(1, 300), prose::article(2, 300));
    let mut reference = Dedup::new().reference();
    reference.add(&[Doc::new(&article), Doc::new(&other)]);
    let new = [Doc::new(&article), Doc::new(&other)];
    let gone = |doc: usize| if doc == 0 { Err("gone") } else { Ok(other.clone()) };
    let answer = reference.look_up(&new, &gone);
    assert_eq!(answer.against.found[0], None);
    assert_eq!(answer.against.found[1].map(|found| found.doc), Some(1));
    let unread: Vec<_> = answer.unread.into_iter().map(|u| (u.doc, u.error)).collect();
    assert_eq!(unread, [(0, ReadError::Failed("gone"))]);
    let changed = |_: usize| Ok::<_, ()>(article.clone());
    let answer = reference.look_up(&new, &changed);
    assert_eq!(answer.against.found[0].map(|found| found.doc), Some(0));
    assert_eq!(answer.against.found[1], None);
    assert_eq!(answer.unread.len(), 1);
    assert_eq!((answer.unread[0].doc, &answer.unread[0].error), (1, &ReadError::Changed));
}
