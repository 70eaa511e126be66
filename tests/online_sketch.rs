//! Sketches of documents: their bytes, damage to them, and what they tell.
#![cfg(feature = "online")]

mod prose;

use nearcopy::online::{OnlineIndex, Options, Sketch};
use nearcopy::{Comparer, Profile, Recipe, Relation, hash};
use proptest::prelude::*;
use prose::{Rng, article, chinese, edited, first_words, framed, title, word_count};

fn sketch(text: &str) -> Sketch {
    let comparer = Comparer::default();
    Sketch::of(&comparer, &comparer.prepare(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Any text of fixed forms.
fn text(kind: u64, seed: u64) -> String {
    let mut rng = Rng(seed);
    match kind {
        0 => String::new(),
        1 => title(&mut rng, 4),
        2 => article(seed, 60),
        3 => framed(&article(seed, 300), seed),
        4 => chinese(seed, 400),
        5 => format!("{}\n\n{}", chinese(seed, 90), article(seed, 90)),
        6 => "again and again ".repeat(200),
        _ => format!("On 3 May 1999, 17 of 21 said: {}", article(seed, 2000)),
    }
}

#[test]
fn the_bytes_are_fixed() {
    let golden = [
        ("", GOLDEN_EMPTY),
        ("The ferry left at dawn.", GOLDEN_SHORT),
        (
            "Home | News\n\nThe ferry left at 7 in the morning, the captain said, and nobody on the \
             quay thought of the storm that would close the harbour by noon.\n\n渡船在黎明時分離開了港口，船長說道。",
            GOLDEN_MIXED,
        ),
    ];
    let (texts, expected): (Vec<&str>, Vec<&str>) = golden.into_iter().unzip();
    let found: Vec<String> = texts.iter().map(|text| hex(&sketch(text).to_bytes())).collect();
    assert_eq!(found, expected);
    // of longer ones the hash
    let long = sketch(&article(7, 1500)).to_bytes();
    assert_eq!((long.len(), hash::bytes(&long)), GOLDEN_LONG);
}

const GOLDEN_EMPTY: &str = "6e63080165d158aaf7df9dec0000000000000000000008140000009becbbac";
const GOLDEN_SHORT: &str =
    "6e63080165d158aaf7df9dec9c1953d88946010e0501081401011478006878451b83063043c260";
const GOLDEN_MIXED: &str = "6e63080165d158aaf7df9dec7162de64893c511c2d260814060308006cf04100010686a2dac9b02f2403c7\
    defbf60b601c384e79f6f46e1c4901fef4453e534b6a37";
const GOLDEN_LONG: (usize, u64) = (1320, 16_857_738_510_537_934_424);

#[test]
fn a_page_takes_less_than_a_byte_a_word() {
    for seed in 0..10 {
        let page = framed(&article(seed, 380), seed);
        let (words, bytes) = (word_count(&page), sketch(&page).to_bytes().len());
        assert!(bytes < words, "{bytes} bytes for {words} words");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_binary_form_is_one_to_one(kind in 0u64..8, seed in 0u64..1000) {
        let sketch = sketch(&text(kind, seed));
        let bytes = sketch.to_bytes();
        let read = Sketch::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &sketch);
        prop_assert_eq!(sketch.recipe(), Recipe::default().id());
    }

    #[test]
    fn damage_behind_a_right_checksum_does_no_harm(
        kind in 1u64..8,
        seed in 0u64..50,
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
        cut in prop::bool::weighted(0.3),
    ) {
        let mut bytes = sketch(&text(kind, seed)).to_bytes();
        bytes.truncate(bytes.len() - 4);
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << bit;
        }
        let checksum = hash::bytes(&bytes) as u32;
        bytes.extend(checksum.to_le_bytes());
        // what is still a sketch has the bytes it came from, and can be asked for
        if let Ok(odd) = Sketch::from_bytes(&bytes) {
            prop_assert_eq!(odd.to_bytes(), bytes);
            let index: OnlineIndex<u64> = OnlineIndex::in_memory(Options::new()).unwrap();
            index.admit(&1, &text(kind, seed)).unwrap();
            let _ = index.query_sketch(&odd, "");
            if index.insert_sketch(&2, &odd, "").is_ok() {
                index.query(&text(kind, seed)).unwrap();
            }
        }
    }
}

#[test]
fn every_byte_flipped_or_cut_is_noticed() {
    for kind in 0..8 {
        let bytes = sketch(&text(kind, 3)).to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(Sketch::from_bytes(&damaged).is_err(), "byte {at} of kind {kind}");
            assert!(Sketch::from_bytes(&bytes[..at]).is_err(), "cut at {at} of kind {kind}");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert!(Sketch::from_bytes(&longer).is_err());
    }
}

/// What an index without texts says of `page` when it holds `document`.
fn told(document: &str, page: &str, by_sketch: bool) -> Option<(Relation, f64, f64)> {
    let index: OnlineIndex<u64> = OnlineIndex::in_memory(Options::new()).unwrap();
    index.admit(&1, document).unwrap();
    let answer = if by_sketch {
        index.query_sketch(&sketch(page), "").unwrap()
    } else {
        index.query(page).unwrap()
    };
    let hit = answer.hits.into_iter().next()?;
    assert!(!hit.exact);
    Some((hit.relation, hit.evidence.content_a_in_b(), hit.evidence.content_b_in_a()))
}

#[test]
fn sketches_tell_what_texts_tell() {
    let comparer = Comparer::default();
    let mut worst: f64 = 0.0;
    for seed in 0..5 {
        let full = article(seed, 400);
        let pages = [
            full.clone(),
            first_words(&full, 100).to_owned(),
            framed(&full, seed),
            framed(first_words(&full, 150), seed + 1),
            edited(&full, 5, seed),
            format!("{full}\n\n{}", article(seed + 500, 200)),
            article(seed + 900, 400),
        ];
        for (at, page) in pages.iter().enumerate() {
            let (relation, evidence) =
                comparer.relate(&comparer.prepare(page), &comparer.prepare(&full));
            for by_sketch in [false, true] {
                let found = told(&full, page, by_sketch);
                let context = format!("page {at} of {seed}, by sketch {by_sketch}: {found:?}");
                let Some((told, a, b)) = found else {
                    assert!(!relation.is_match(), "{context}");
                    continue;
                };
                assert_eq!(told, relation, "{context}");
                worst = worst.max((a - evidence.content_a_in_b()).abs());
                worst = worst.max((b - evidence.content_b_in_a()).abs());
            }
        }
    }
    assert!(worst < 0.15, "containments differ by {worst}");
}

#[test]
fn every_profile_finds_its_copies_by_sketch() {
    let full = article(77, 300);
    let heading = "Council approves new harbour bridge after long debate on costs";
    for (profile, document, page) in [
        (Profile::Web, full.clone(), framed(&full, 5)),
        (Profile::Ocr, full.clone(), full.replace("er", "cr")),
        (Profile::Code, full.clone(), first_words(&full, 250).to_owned()),
        (Profile::Short, heading.to_owned(), format!("Update: {heading}")),
    ] {
        let options = Options::new().profile(profile);
        let index: OnlineIndex<u64> = OnlineIndex::in_memory(options).unwrap();
        index.admit(&1, &document).unwrap();
        let comparer = index.comparer();
        let sketch = Sketch::of(comparer, &comparer.prepare(&page));
        for answer in [index.query(&page), index.query_sketch(&sketch, "")] {
            let answer = answer.unwrap();
            assert!(answer.best().is_some(), "{profile}: {answer:?}");
        }
        // another number is another report
        if profile == Profile::Short {
            index.admit(&2, "Harbour bridge to open on 14 June, the council said").unwrap();
            let other = "Harbour bridge to open on 21 June, the council said";
            assert!(index.query(other).unwrap().best().is_none());
        }
    }
}

#[test]
fn sketches_of_another_recipe_are_refused() {
    let index: OnlineIndex<u64> = OnlineIndex::in_memory(Options::new()).unwrap();
    let comparer = Comparer::for_profile(Profile::Short);
    let other = Sketch::of(&comparer, &comparer.prepare("a title of some words"));
    let error = index.query_sketch(&other, "").unwrap_err().to_string();
    assert!(error.contains("recipes differ"), "{error}");
    assert!(index.insert_sketch(&1, &other, "").is_err());
    assert!(index.admit_sketch(&1, &other, "").is_err());
}
