//! Laws of the evidence and of the relation, over any two documents.

mod prose;

use nearcopy::align::{Limits, Sequence, align};
use nearcopy::relation::{Evidence, Relation, Thresholds, decide, measure};
use nearcopy::shingle::shingles;
use nearcopy::text::tokenize;
use nearcopy::{Comparer, Comparison, Document};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::LazyLock;

static COMPARER: LazyLock<Comparer> = LazyLock::new(Comparer::default);

fn comparer() -> &'static Comparer {
    &COMPARER
}

fn compare(a: &str, b: &str) -> Comparison {
    COMPARER.compare(&COMPARER.prepare(a), &COMPARER.prepare(b))
}

const ALL: [Relation; 9] = [
    Relation::Identical,
    Relation::NearDuplicate,
    Relation::TruncatedOf,
    Relation::TruncationOf,
    Relation::ContainedIn,
    Relation::Contains,
    Relation::Overlaps,
    Relation::SameTemplate,
    Relation::Unrelated,
];

/// Everything that must hold for any two documents.
fn check(a: &str, b: &str) {
    let comparer = comparer();
    let (a, b) = (comparer.prepare(a), comparer.prepare(b));
    let forth = comparer.compare(&a, &b);
    let back = comparer.compare(&b, &a);
    let e = forth.evidence();

    for (name, share) in [
        ("jaccard", e.jaccard),
        ("a_in_b", e.a_in_b),
        ("b_in_a", e.b_in_a),
        ("content_a_in_b", e.content_a_in_b()),
        ("content_b_in_a", e.content_b_in_a()),
    ] {
        assert!((0.0..=1.0).contains(&share), "{name} is {share}");
    }
    for words in [
        e.content_a,
        e.content_b,
        e.matched_a,
        e.matched_b,
        e.longest_run,
        e.substituted,
        e.lead,
        e.head_a,
        e.head_b,
        e.tail_a,
        e.tail_b,
    ] {
        assert!(words.is_finite() && words >= 0.0, "{e:?}");
    }
    assert!(e.matched_a <= e.content_a && e.matched_b <= e.content_b, "{e:?}");
    assert!(e.matched_a + e.head_a + e.tail_a <= e.content_a + 1e-9, "{e:?}");
    assert!(e.matched_b + e.head_b + e.tail_b <= e.content_b + 1e-9, "{e:?}");
    assert!(e.matched_tokens_a <= e.tokens_a && e.matched_tokens_b <= e.tokens_b, "{e:?}");
    assert!(e.lead <= e.substituted, "{e:?}");
    assert_eq!((e.tokens_a as usize, e.tokens_b as usize), (a.tokens().len(), b.tokens().len()));
    let same = !a.tokens().is_empty() && a.tokens().hashes() == b.tokens().hashes();
    assert_eq!(e.identical, same);

    // exact resemblance and containment, by sets
    let set = |d: &Document| d.shingles().hashes().iter().copied().collect::<HashSet<u64>>();
    let (set_a, set_b) = (set(&a), set(&b));
    let shared = set_a.intersection(&set_b).count();
    let share = |of: usize| if of == 0 { 0.0 } else { shared as f64 / of as f64 };
    assert_eq!(e.jaccard, share(set_a.len() + set_b.len() - shared));
    assert_eq!((e.a_in_b, e.b_in_a), (share(set_a.len()), share(set_b.len())));

    // symmetry
    assert_eq!(e.reversed(), *back.evidence());
    assert_eq!(e.reversed().reversed(), *e);
    assert_eq!(forth.relation().reversed(), back.relation(), "{e:?}");

    // the relation is what the evidence says
    assert_eq!(decide(e, &comparer.thresholds), forth.relation());
    assert_eq!(comparer.relate(&a, &b), (forth.relation(), *e));
    assert_eq!(forth.relation() == Relation::Identical, same);
    if a.tokens().is_empty() || b.tokens().is_empty() {
        assert_eq!(forth.relation(), Relation::Unrelated);
    }
    if a.shingles().is_empty() || b.shingles().is_empty() {
        let expected = if same { Relation::Identical } else { Relation::Unrelated };
        assert_eq!(forth.relation(), expected, "less than one shingle");
    }

    // passages are equal words
    for passage in forth.passages(&a, &b) {
        assert!(!passage.a.is_empty() && !passage.b.is_empty());
    }
    assert_eq!(
        forth.passages(&a, &b).len(),
        forth.alignment().chain.len() + forth.alignment().moved.len()
    );
}

/// Lines of a page: prose that counts, lists and phrases that do not, all out of few pieces so that
/// pages share them.
fn page() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => (0u64..6).prop_map(|s| prose::paragraph(&mut prose::Rng(s), 30)),
        1 => (0u64..6).prop_map(|s| prose::paragraph(&mut prose::Rng(s), 30).replace('.', "")),
        1 => (0u64..4).prop_map(|s| prose::title(&mut prose::Rng(s), 4)),
        1 => Just("We use cookies to improve this site. Accept all cookies".to_owned()),
        1 => (0u64..3).prop_map(|s| prose::chinese(s, 40)),
        1 => (6u64..4000).prop_map(|s| prose::paragraph(&mut prose::Rng(s), 20)),
        2 => "[a-c ]{0,60}",
    ];
    prop::collection::vec((line, prop::bool::ANY), 0..9).prop_map(|lines| {
        lines.into_iter().map(|(l, broken)| l + if broken { "\n" } else { " " }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_two_pages(a in page(), b in page()) {
        check(&a, &b);
    }

    #[test]
    fn any_two_texts(a in "[a-d .\n漢ก]{0,120}", b in "[a-d .\n漢ก]{0,120}") {
        check(&a, &b);
    }

    #[test]
    fn a_copy_and_its_original(
        seed in 0u64..500, words in 1usize..300, percent in 0usize..40, keep in 1usize..300,
    ) {
        let original = prose::article(seed, words);
        let copy = prose::edited(prose::first_words(&original, keep), percent, seed);
        check(&original, &copy);
        check(&original, &prose::framed(&copy, seed));
    }

    #[test]
    fn every_document_is_its_own_copy(text in page()) {
        let comparison = compare(&text, &text);
        let e = comparison.evidence();
        if tokenize(&text).is_empty() {
            prop_assert_eq!(comparison.relation(), Relation::Unrelated);
        } else {
            prop_assert_eq!(comparison.relation(), Relation::Identical);
        }
        let document = comparer().prepare(&text);
        if !document.shingles().is_empty() {
            prop_assert_eq!((e.jaccard, e.a_in_b, e.b_in_a), (1.0, 1.0, 1.0));
            prop_assert_eq!((e.matched_a, e.matched_b), (e.content_a, e.content_b));
            prop_assert_eq!(e.matched_tokens_a, e.tokens_a);
        }
        prop_assert!(document.prose_mass() <= document.total_mass());
        prop_assert_eq!(document.mass().len(), document.tokens().len());
    }

    /// The measures are symmetric for any weights, also where a passage stands in several places.
    #[test]
    fn measures_have_no_favourite_side(
        a in "([a-c] ){0,60}", b in "([a-c] ){0,60}", masses in prop::array::uniform2(prop::collection::vec(0usize..3, 9)),
    ) {
        let (tokens_a, tokens_b) = (tokenize(&a), tokenize(&b));
        let (shingles_a, shingles_b) = (shingles(&tokens_a, 2), shingles(&tokens_b, 2));
        // the mass changes from block to block of seven tokens
        let mass = |n: usize, of: &[usize]| -> Vec<u8> {
            (0..n).map(|i| [0, 120, 240][of[i / 7]]).collect()
        };
        let (mass_a, mass_b) = (mass(tokens_a.len(), &masses[0]), mass(tokens_b.len(), &masses[1]));
        let a = Sequence { tokens: tokens_a.hashes(), shingles: &shingles_a, mass: &mass_a };
        let b = Sequence { tokens: tokens_b.hashes(), shingles: &shingles_b, mass: &mass_b };
        let forth = measure(a, b, &align(a, b, Limits::default()));
        let back = measure(b, a, &align(b, a, Limits::default()));
        prop_assert_eq!(forth.reversed(), back);
        prop_assert!(forth.matched_a <= forth.content_a && forth.matched_b <= forth.content_b);
        prop_assert!(forth.longest_run <= forth.matched_a.min(forth.matched_b));
    }

    /// Any evidence a caller puts together has a relation, and exchanging the sides exchanges it.
    #[test]
    fn decisions_have_a_direction(
        numbers in prop::array::uniform12(0u32..60), identical in prop::bool::weighted(0.05),
    ) {
        let [content_a, content_b, matched_a, matched_b, ..] = numbers.map(|n| f64::from(n) * 2.0);
        let [.., run, substituted, lead, tokens, head_a, head_b, tail_a, tail_b] = numbers.map(f64::from);
        let mut e = Evidence::default();
        e.identical = identical;
        (e.content_a, e.content_b) = (content_a, content_b);
        (e.matched_a, e.matched_b) = (matched_a.min(content_a), matched_b.min(content_b));
        e.longest_run = run.min(e.matched_a).min(e.matched_b);
        (e.substituted, e.lead) = (substituted / 4.0, lead.min(substituted) / 4.0);
        e.substituted_tokens = tokens as u32;
        (e.head_a, e.head_b, e.tail_a, e.tail_b) = (head_a, head_b, tail_a, tail_b);
        let thresholds = Thresholds::default();
        let relation = decide(&e, &thresholds);
        prop_assert_eq!(decide(&e.reversed(), &thresholds), relation.reversed(), "{:?}", e);
    }
}

#[test]
fn exchanging_twice_changes_nothing() {
    for relation in ALL {
        assert_eq!(relation.reversed().reversed(), relation);
        assert_eq!(relation.reversed().is_match(), relation.is_match());
        assert_eq!(relation.to_string(), relation.name());
    }
    let directed = ALL.into_iter().filter(|r| r.reversed() != *r).collect::<Vec<_>>();
    assert_eq!(directed, &ALL[2..6]);
    let matches = ALL.into_iter().filter(|r| r.is_match()).collect::<Vec<_>>();
    assert_eq!(matches, &ALL[..6]);
    let names: HashSet<&str> = ALL.iter().map(|r| r.name()).collect();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn empty_documents_are_unrelated_to_everything() {
    let article = prose::article(1, 100);
    for empty in ["", " \n\n ", "... --- !!!", "\u{200B}\u{FEFF}"] {
        for other in ["", "?", "one", &article] {
            check(empty, other);
            assert_eq!(compare(empty, other).relation(), Relation::Unrelated);
            assert_eq!(compare(other, empty).relation(), Relation::Unrelated);
        }
    }
}

#[test]
fn tiny_documents_match_only_the_same_words() {
    let tiny = "Closed on Mondays";
    assert_eq!(compare(tiny, "closed, on MONDAYS!").relation(), Relation::Identical);
    for other in ["Closed on Mondays only", "Closed on", "Mondays on closed", "closed"] {
        check(tiny, other);
        assert_eq!(compare(tiny, other).relation(), Relation::Unrelated);
    }
    let article = format!("{} Closed on Mondays.", prose::article(1, 100));
    assert_eq!(compare(tiny, &article).relation(), Relation::Unrelated);
}

#[test]
fn normalisation_makes_identical() {
    let text = "The mayor\u{2019}s \u{201C}first\u{201D} reply \u{2014} made in the \u{FB01}eld \u{2014} was short.";
    let plain = "the mayor's \"first\" reply -- made in the field -- WAS short";
    let (a, b) = (comparer().prepare(text), comparer().prepare(plain));
    assert_eq!(a.content_hash(), b.content_hash());
    assert_eq!(compare(text, plain).relation(), Relation::Identical);
    // order counts
    let turned = comparer().prepare("short was the reply");
    let straight = comparer().prepare("the reply was short");
    assert_ne!(turned.content_hash(), straight.content_hash());
}

#[test]
fn a_buffer_used_again_and_bytes_give_the_same_document() {
    let comparer = comparer();
    let mut buffer = Document::default();
    for text in [prose::article(1, 400), String::new(), prose::chinese(2, 90), "tiny".into()] {
        comparer.prepare_into(&text, &mut buffer);
        assert_eq!(buffer, comparer.prepare(&text));
        assert_eq!(buffer, comparer.prepare_bytes(text.as_bytes()));
    }
}

/// Also of texts without a shingle or without content.
#[test]
fn identical_documents_hold_all_of_each_other() {
    let furniture = "Sign in | Subscribe | Privacy policy | Accept all cookies";
    for text in ["Closed", "Market closed today", furniture, "市場", &prose::article(1, 300)] {
        let comparison = compare(text, &text.to_uppercase());
        let e = comparison.evidence();
        assert_eq!(comparison.relation(), Relation::Identical, "{text}");
        assert_eq!([e.jaccard, e.a_in_b, e.b_in_a], [1.0; 3], "{text}");
        assert_eq!([e.content_a_in_b(), e.content_b_in_a()], [1.0; 2], "{text}");
        assert_eq!([e.matched_a, e.matched_b], [e.content_a; 2], "{text}");
        assert_eq!(e.matched_tokens_a, e.tokens_a, "{text}");
        assert_eq!(e.longest_run, e.content_a, "{text}");
    }
    for nothing in ["", " .,- "] {
        assert_eq!(compare(nothing, nothing).relation(), Relation::Unrelated);
        assert_eq!(compare(nothing, nothing).evidence().jaccard, 0.0);
    }
}

#[cfg(feature = "serde")]
mod serialised {
    use super::*;
    use serde::{Serialize, de::DeserializeOwned};
    use std::fmt::Debug;

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
        json
    }

    #[test]
    fn relations_are_their_names() {
        for relation in ALL {
            assert_eq!(round_trip(&relation), format!("\"{relation}\""));
        }
        assert!(serde_json::from_str::<Relation>("\"twins\"").is_err());
    }

    #[test]
    fn evidence_and_thresholds_survive() {
        let original = prose::article(3, 200);
        let comparison = compare(&original, prose::first_words(&original, 77));
        round_trip(comparison.evidence());
        round_trip(&Thresholds::default());
        assert_eq!(serde_json::from_str::<Thresholds>("{}").unwrap(), Thresholds::default());
        let some = serde_json::from_str::<Thresholds>(r#"{"whole":0.5}"#).unwrap();
        let mut expected = Thresholds::default();
        expected.whole = 0.5;
        assert_eq!(some, expected);
    }
}
