//! Profiles: names and identities, letters, and what each profile matches and leaves apart.

use nearcopy::hash;
use nearcopy::recipe::{Profile, Recipe, RecipeId};
use nearcopy::text::{Script, letters, tokenize};
use nearcopy::{Comparer, Dedup, Relation};
use proptest::prelude::*;

fn relation(profile: Profile, a: &str, b: &str) -> Relation {
    let comparer = Comparer::for_profile(profile);
    comparer.relate(&comparer.prepare(a), &comparer.prepare(b)).0
}

const STORY: &str = "The keeper of the lighthouse on the northern reef counted forty ships before breakfast, \
    more than in any week of the autumn. Most carried timber for the new harbour, he wrote in the log, and \
    two had lost their masts off the cape. By evening the wind had turned, the pilots refused to go out, and \
    the whole fleet lay at anchor in the sound with its lamps lit until the fog lifted on Thursday.";

const OTHER: &str = "Bakers in the old town have agreed to open an hour later on Sundays after neighbours \
    complained about the noise of the vans. The guild said its members would lose little trade, since few \
    customers come before eight, and promised to review the matter when the summer visitors arrive.";

/// `text` with about one error in `every` characters: substituted, deleted, inserted in turn, and every
/// fourth of them a lost or added space.
fn with_errors(text: &str, every: u64, seed: u64) -> String {
    let mut out = String::new();
    let mut state = seed;
    let mut turn = seed;
    for c in text.chars() {
        state = hash::mix(state.wrapping_add(hash::POLYNOMIAL_BASE));
        if !state.is_multiple_of(every) {
            out.push(c);
            continue;
        }
        turn += 1;
        let letter = char::from(b'a' + (state >> 32) as u8 % 26);
        match turn % 4 {
            0 => out.push(letter),
            1 => {}
            2 => out.extend([c, letter]),
            _ if c == ' ' => {}
            _ => out.extend([c, ' ']),
        }
    }
    out
}

#[test]
fn names_come_back() {
    for profile in Profile::ALL {
        assert_eq!(profile.name().parse(), Ok(profile));
        assert_eq!(profile.to_string(), profile.name());
        assert_eq!(Recipe::for_profile(profile).profile(), profile);
    }
    let error = "Web".parse::<Profile>().unwrap_err();
    assert_eq!(error.to_string(), "profile is Web, expected web, ocr, short or code");
}

#[test]
fn profiles_do_not_mix() {
    for a in Profile::ALL {
        for b in Profile::ALL {
            let (left, right) = (Recipe::with(a, 5, 16).unwrap(), Recipe::with(b, 5, 16).unwrap());
            assert_eq!(left.check(right).is_ok(), a == b);
            assert_eq!(left.id() == right.id(), a == b);
        }
    }
    let mismatch = Recipe::for_profile(Profile::Ocr).check(Recipe::default()).unwrap_err();
    assert_eq!((mismatch.field, &*mismatch.left, &*mismatch.right), ("profile", "ocr", "web"));
    let template = nearcopy::content::Template::learn(Recipe::default(), [STORY; 3]);
    assert!(Comparer::for_profile(Profile::Code).prepare_with(STORY, &template).is_err());
}

#[test]
fn ids_are_fixed() {
    let id = |profile| Recipe::for_profile(profile).id();
    // version 1, width 5, window 16: the profile of pages adds nothing
    assert_eq!(id(Profile::Web), RecipeId(hash::bytes(&[1, 0, 5, 16, 0, 0, 0])));
    let golden = Profile::ALL.map(|profile| id(profile).to_string());
    assert_eq!(
        golden,
        ["ec9ddff7aa58d165", "dee69cc6fa1bcac6", "ae24fc60796b300e", "f106d723f9dc0839"]
    );
}

#[test]
fn web_is_the_default() {
    let (named, default) = (Comparer::for_profile(Profile::Web), Comparer::default());
    assert_eq!(named.recipe, default.recipe);
    assert_eq!(named.thresholds, default.thresholds);
    assert_eq!(named.limits, default.limits);
    let page = format!("Home\nNews\n{STORY}\nWe use cookies. Accept all cookies\n");
    assert_eq!(named.prepare(&page), default.prepare(&page));
    assert_eq!(Recipe::new(5, 16).unwrap(), Recipe::default());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn letters_of_ascii_are_its_letters(text in "[ -~\n]{0,80}") {
        let found = letters(text.as_bytes(), &tokenize(&text));
        let expected: Vec<u64> = text
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| hash::bytes(&[byte.to_ascii_lowercase()]))
            .collect();
        prop_assert_eq!(found.hashes(), &expected[..]);
        for span in found.spans() {
            prop_assert_eq!(text[span.range()].len(), 1);
        }
    }

    #[test]
    fn letters_of_any_text_keep_its_spans(text in "\\PC{0,40}") {
        let words = tokenize(&text);
        let found = letters(text.as_bytes(), &words);
        prop_assert!(found.len() >= words.len());
        prop_assert!(found.spans().windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert!(found.spans().iter().all(|span| text.get(span.range()).is_some()));
        let comparer = Comparer::for_profile(Profile::Ocr);
        let document = comparer.prepare(&text);
        prop_assert_eq!(document.mass().len(), document.tokens().len());
        prop_assert_eq!(document, comparer.prepare_bytes(text.as_bytes()));
    }

    #[test]
    fn spaces_mean_nothing_to_letters(words in prop::collection::vec("[a-zäöéñß]{1,6}", 1..12), gaps in prop::collection::vec(prop::sample::select(vec!["", " ", "-\n", ", ", "\n\n", "\u{ad}"]), 12)) {
        let spaced = words.join(" ");
        let broken: String = words.iter().zip(&gaps).flat_map(|(w, g)| [w.as_str(), g]).collect();
        let hashes = |text: &str| letters(text.as_bytes(), &tokenize(text)).hashes().to_vec();
        prop_assert_eq!(hashes(&spaced), hashes(&broken));
    }

    #[test]
    fn short_texts_without_a_common_word_never_match(a in prop::collection::vec("[a-m]{1,8}", 1..20), b in prop::collection::vec("[n-z]{1,8}", 1..20)) {
        prop_assert_eq!(relation(Profile::Short, &a.join(" "), &b.join(" ")), Relation::Unrelated);
    }

    #[test]
    fn short_texts_of_the_same_words_are_identical(words in prop::collection::vec("[a-z]{1,8}", 1..20)) {
        let (a, b) = (words.join(" "), words.join(" - ").to_uppercase());
        prop_assert_eq!(relation(Profile::Short, &a, &b), Relation::Identical);
    }

    #[test]
    fn one_word_of_eight_may_change(words in prop::collection::hash_set("[a-y]{3,8}", 8..30), at in any::<prop::sample::Index>()) {
        let words: Vec<String> = words.into_iter().collect();
        let mut edited = words.clone();
        let at = at.index(words.len());
        edited[at] = "zebra".to_owned();
        // a change beside an end may leave a single word there that no shingle holds
        prop_assume!(at != 1 && at + 2 != words.len() || words.len() > 9);
        prop_assert!(relation(Profile::Short, &words.join(" "), &edited.join(" ")).is_match());
    }

    #[test]
    fn matches_are_symmetric_under_every_profile(seed in 0u64..500, every in 5u64..60) {
        let copy = with_errors(STORY, every, seed);
        for profile in Profile::ALL {
            let (there, back) = (relation(profile, STORY, &copy), relation(profile, &copy, STORY));
            prop_assert_eq!(there.is_match(), back.is_match());
        }
    }
}

#[test]
fn letters_beyond_ascii() {
    let hashes = |text: &str| letters(text.as_bytes(), &tokenize(text)).hashes().to_vec();
    assert_eq!(hashes("ﬁnal café Straße"), hashes("final cafe strasse"));
    assert_eq!(hashes("l’homme 3.14"), hashes("lhomme 314"));
    assert_eq!(hashes("한국").len(), 6);
    // characters of scripts without spaces stay what they are
    assert_eq!(hashes("漢字かな ไทย"), tokenize("漢字かな ไทย").hashes());
    let text = "ﬁn é";
    let found = letters(text.as_bytes(), &tokenize(text));
    let spans: Vec<&str> = found.spans().iter().map(|s| &text[s.range()]).collect();
    assert_eq!(spans, ["ﬁ", "", "n", "é"]);
    assert!(found.marks().iter().all(|m| m.script() == Script::Letter));
}

#[test]
fn ocr_finds_copies_with_errors() {
    let half: String = STORY.split_inclusive(' ').take(40).collect();
    for seed in 0..20 {
        // one error in 12 characters: 8 %
        let copy = with_errors(STORY, 12, seed);
        assert!(relation(Profile::Ocr, STORY, &copy).is_match(), "{copy}");
        let cut = with_errors(&half, 20, seed);
        assert!(relation(Profile::Ocr, STORY, &cut).is_match(), "{cut}");
        let unrelated = with_errors(OTHER, 12, seed);
        assert!(!relation(Profile::Ocr, STORY, &unrelated).is_match(), "{unrelated}");
    }
    let found = |profile| {
        (0..20).filter(|&s| relation(profile, STORY, &with_errors(STORY, 12, s)).is_match()).count()
    };
    assert!(found(Profile::Web) < found(Profile::Ocr), "words hold as well as letters");
    let joined = STORY.replace(' ', "");
    assert_eq!(relation(Profile::Ocr, STORY, &joined), Relation::Identical);
}

#[test]
fn ocr_clusters_two_scans() {
    let docs: Vec<String> =
        (0..12).map(|i| with_errors(if i % 2 == 0 { STORY } else { OTHER }, 25, 100 + i)).collect();
    let report = Dedup::builder().profile(Profile::Ocr).run(&docs);
    assert_eq!(report.clusters().len(), 2);
    assert!((0..12).all(|i| report.cluster_of(i) == report.cluster_of(i % 2)));
    assert_ne!(report.cluster_of(0), report.cluster_of(1));
}

#[test]
fn letters_weigh_as_words_do() {
    let document = Comparer::for_profile(Profile::Ocr).prepare(STORY);
    let words = STORY.split_whitespace().count() as f64;
    let weighed = document.total_mass() as f64 / f64::from(nearcopy::content::WORD);
    assert!((weighed / words - 1.0).abs() < 0.25, "{weighed} for {words} words");
}

#[test]
fn short_texts_that_match() {
    for (a, b) in [
        ("Ferry service to the islands resumes", "Opinion | Ferry service to the islands resumes"),
        ("The price of a quiet life", "Op-Ed Columnist: The Price of a Quiet Life"),
        ("Harbour board names new chief pilot", "UPDATE 1 - HARBOUR BOARD NAMES NEW CHIEF PILOT"),
        (
            "UPDATE 1 - Harbour board names new chief pilot",
            "UPDATE 2 - Harbour board names new chief pilot",
        ),
        (
            "Reef lighthouse keeper counts forty ships before breakfast",
            "Reef lighthouse keeper counts fifty ships before breakfast",
        ),
        ("Storm", "storm!"),
    ] {
        assert!(relation(Profile::Short, a, b).is_match(), "{a} / {b}");
    }
}

#[test]
fn short_texts_that_do_not() {
    for (a, b) in [
        ("cat", "dog"),
        ("cat", "cat and dog"),
        ("Breaking news: ferry sinks", "Breaking news: mayor resigns"),
        ("Home - The Daily Harbour News", "Sport - The Daily Harbour News"),
        ("Opinion | The price of bread", "Opinion | The price of peace"),
        (
            "Harbour trust raises stake in pilots' union bank to 11 pct",
            "Harbour trust raises stake in pilots' union bank to 28 pct",
        ),
        ("The end of the", "It was only at the end of the longest winter that the harbour froze"),
    ] {
        assert!(!relation(Profile::Short, a, b).is_match(), "{a} / {b}");
    }
    assert_eq!(relation(Profile::Short, "", ""), Relation::Unrelated);
}

const LICENCE: &str = "// Copyright (c) 2020 The Example Authors. All rights reserved.\n\
    // Use of this source code is governed by a licence that can be found in the\n\
    // LICENSE file. The software is provided as is, without warranty of any kind,\n\
    // express or implied, and the authors are not liable for any damages that\n\
    // arise from its use, to the extent that the law permits.\n\n";

const CODE: &str = "use std::collections::HashMap;\n\n\
    /// Counts the ships of each harbour.\n\
    pub fn count_ships(log: &str) -> HashMap<String, usize> {\n    let mut harbours = HashMap::new();\n    \
    for line in log.lines().filter(|line| !line.trim().is_empty()) {\n        \
    let Some((harbour, ship)) = line.split_once(':') else { continue };\n        \
    if ship.trim() != \"none\" {\n            *harbours.entry(harbour.to_owned()).or_insert(0) += 1;\n        }\n    }\n    \
    harbours\n}\n\n\
    pub fn busiest(harbours: &HashMap<String, usize>) -> Option<(&str, usize)> {\n    \
    harbours.iter().max_by_key(|(name, count)| (**count, name.len())).map(|(name, &count)| (name.as_str(), count))\n}\n";

const OTHER_CODE: &str = "use std::fmt;\n\n\
    pub struct Matrix { rows: usize, columns: usize, cells: Vec<f64> }\n\n\
    impl Matrix {\n    pub fn transposed(&self) -> Self {\n        let mut cells = Vec::with_capacity(self.cells.len());\n        \
    for column in 0..self.columns {\n            for row in 0..self.rows {\n                \
    cells.push(self.cells[row * self.columns + column]);\n            }\n        }\n        \
    Self { rows: self.columns, columns: self.rows, cells }\n    }\n}\n";

#[test]
fn code_matches_code_and_not_its_licence() {
    let code = Profile::Code;
    let renamed = CODE.replace("ship", "boat");
    assert!(relation(code, CODE, &renamed).is_match());
    assert_eq!(relation(code, CODE, &CODE.replace("    ", "\t")), Relation::Identical);
    let half: String = CODE.lines().take(9).flat_map(|line| [line, "\n"]).collect();
    assert!(relation(code, &half, CODE).is_match());
    let with = |text: &str| format!("{LICENCE}{text}");
    assert!(relation(code, &with(CODE), CODE).is_match());
    assert!(!relation(code, &with(CODE), &with(OTHER_CODE)).is_match());
    // by the profile of pages the licence is prose and the code is not
    assert!(relation(Profile::Web, &with(CODE), &with(OTHER_CODE)).is_match());
}

#[test]
fn code_that_speaks_of_a_licence_is_code() {
    let comparer = Comparer::for_profile(Profile::Code);
    let text = format!("{OTHER_CODE}// see the licence\n{CODE}");
    assert!(comparer.prepare(&text).mass().iter().all(|&mass| mass > 0));
    let with = comparer.prepare(&format!("#!/bin/sh\n{LICENCE}{CODE}"));
    let code = comparer.prepare(CODE);
    assert_eq!(with.total_mass(), code.total_mass());
}

#[cfg(feature = "serde")]
#[test]
fn recipes_are_serialised_with_their_profile() {
    for profile in Profile::ALL {
        let recipe = Recipe::for_profile(profile);
        let json = serde_json::to_string(&recipe).unwrap();
        let named = json.contains(&format!("\"profile\":\"{profile}\""));
        assert_eq!(named, profile != Profile::Web, "{json}");
        assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
    }
    let old = r#"{"scheme":1,"shingle_width":5,"window":16}"#;
    assert_eq!(serde_json::from_str::<Recipe>(old).unwrap(), Recipe::default());
    let wrong = r#"{"scheme":1,"profile":"ocr","shingle_width":33,"window":16}"#;
    assert!(serde_json::from_str::<Recipe>(wrong).is_err());
}
