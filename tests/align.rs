//! Alignment against the quadratic definition of what two documents have in common.

mod prose;

use nearcopy::align::{Alignment, Limits, Run, Sequence, align};
use nearcopy::shingle::{Shingles, shingles};
use nearcopy::text::{Script, Tokens, tokenize};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const WIDTH: u8 = 5;

/// A document of which every token weighs the same.
struct Plain {
    tokens: Tokens,
    shingles: Shingles,
    mass: Vec<u8>,
}

impl Plain {
    fn new(text: &str) -> Self {
        let tokens = tokenize(text);
        let shingles = shingles(&tokens, WIDTH);
        let mass = vec![240; tokens.len()];
        Self { tokens, shingles, mass }
    }

    fn sequence(&self) -> Sequence<'_> {
        Sequence { tokens: self.tokens.hashes(), shingles: &self.shingles, mass: &self.mass }
    }

    fn hashes(&self) -> &[u64] {
        self.tokens.hashes()
    }
}

fn aligned(a: &Plain, b: &Plain) -> Alignment {
    align(a.sequence(), b.sequence(), Limits::default())
}

/// All runs that cannot be extended and that hold a shingle.
fn naive_runs(a: &Plain, b: &Plain) -> Vec<Run> {
    let (x, y) = (a.hashes(), b.hashes());
    let mut ending = vec![vec![0u32; y.len() + 1]; x.len() + 1];
    let mut out = Vec::new();
    for i in 0..x.len() {
        for j in 0..y.len() {
            if x[i] != y[j] {
                continue;
            }
            let len = ending[i][j] + 1;
            ending[i + 1][j + 1] = len;
            let goes_on = i + 1 < x.len() && j + 1 < y.len() && x[i + 1] == y[j + 1];
            let run = Run { a: i as u32 + 1 - len, b: j as u32 + 1 - len, len };
            if !goes_on && holds_a_shingle(a, run) {
                out.push(run);
            }
        }
    }
    out
}

fn holds_a_shingle(a: &Plain, run: Run) -> bool {
    let weight = |i: usize| match a.tokens.marks()[i].script() {
        Script::Words => 16,
        Script::Han => 10,
        Script::SoutheastAsian => 5,
        Script::Letter => 3,
    };
    run.in_a().map(weight).sum::<u32>() >= 16 * u32::from(WIDTH)
}

fn common_subsequence(x: &[u64], y: &[u64]) -> usize {
    let mut row = vec![0usize; y.len() + 1];
    for a in x {
        let mut diagonal = 0;
        for (j, b) in y.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if a == b { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[y.len()]
}

fn exchanged(mut alignment: Alignment) -> Alignment {
    for run in alignment.chain.iter_mut().chain(&mut alignment.moved) {
        *run = Run { a: run.b, b: run.a, len: run.len };
    }
    alignment
}

/// All that must hold whatever the documents are.
fn check(a: &Plain, b: &Plain, found: &Alignment) {
    let (x, y) = (a.hashes(), b.hashes());
    for run in found.chain.iter().chain(&found.moved) {
        assert!(run.len > 0);
        assert_eq!(x[run.in_a()], y[run.in_b()], "a run is common text");
    }
    for pair in found.chain.windows(2) {
        assert!(pair[0].in_a().end <= pair[1].in_a().start, "{pair:?}");
        assert!(pair[0].in_b().end <= pair[1].in_b().start, "{pair:?}");
    }
    for run in &found.moved {
        assert!(holds_a_shingle(a, *run), "{run:?}");
    }
    assert_eq!(exchanged(aligned(b, a)), *found, "exchanging the documents exchanges the sides");
}

/// What a token that stands once in each document tells: it can only be matched with itself.
fn check_unique_tokens(a: &Plain, b: &Plain, found: &Alignment) {
    let once = |hashes: &[u64]| {
        let mut count: HashMap<u64, u32> = HashMap::new();
        for &hash in hashes {
            *count.entry(hash).or_default() += 1;
        }
        hashes.iter().copied().filter(|h| count[h] == 1).collect::<HashSet<u64>>()
    };
    let unique: HashSet<u64> = once(a.hashes()).intersection(&once(b.hashes())).copied().collect();
    let all = || found.chain.iter().chain(&found.moved);
    let matched: HashSet<(usize, usize)> = all().flat_map(|r| r.in_a().zip(r.in_b())).collect();
    for run in naive_runs(a, b) {
        for (i, j) in run.in_a().zip(run.in_b()) {
            if unique.contains(&a.hashes()[i]) {
                assert!(matched.contains(&(i, j)), "token {i}, {j} of {run:?}");
            }
        }
    }
}

fn document(alphabet: usize, most: usize) -> impl Strategy<Value = String> {
    let word = (0..alphabet).prop_map(|w| match w % 7 {
        5 => char::from_u32(0x4E00 + w as u32).unwrap().to_string(),
        6 => char::from_u32(0x0E01 + w as u32 % 40).unwrap().to_string(),
        _ => format!("w{w} "),
    });
    prop::collection::vec(word, 0..most).prop_map(|words| words.concat())
}

/// Two documents cut and pasted out of the same few stretches.
fn relatives() -> impl Strategy<Value = (String, String)> {
    let stretches = prop::collection::vec(document(300, 25), 1..6);
    let order = || prop::collection::vec((0usize..6, document(300, 6)), 0..8);
    (stretches, order(), order()).prop_map(|(stretches, a, b)| {
        let paste = |order: Vec<(usize, String)>| -> String {
            let parts =
                order.iter().map(|(i, own)| format!("{} {own} ", stretches[i % stretches.len()]));
            parts.collect()
        };
        (paste(a), paste(b))
    })
}

proptest! {
    #[test]
    fn any_two_documents(a in document(4, 120), b in document(4, 120)) {
        let (a, b) = (Plain::new(&a), Plain::new(&b));
        let found = aligned(&a, &b);
        check(&a, &b, &found);
        check_unique_tokens(&a, &b, &found);
        prop_assert!(chained(&found) <= common_subsequence(a.hashes(), b.hashes()));
    }

    #[test]
    fn relatives_of_cut_and_paste((a, b) in relatives()) {
        let (a, b) = (Plain::new(&a), Plain::new(&b));
        let found = aligned(&a, &b);
        check(&a, &b, &found);
        check_unique_tokens(&a, &b, &found);
        prop_assert!(chained(&found) <= common_subsequence(a.hashes(), b.hashes()));
        // where no place is skipped, no run is missed on the side of the longer document
        if found.skipped_places == 0 {
            let runs = naive_runs(&a, &b);
            prop_assert_eq!(runs.is_empty(), found.chain.is_empty());
        }
    }

    /// Words changed far apart leave one chain, and what stands between is matched to the last word.
    #[test]
    fn scattered_edits_are_refined(seed in any::<u64>(), words in 60usize..300, edits in 1usize..8) {
        let mut rng = prose::Rng(seed);
        let original: Vec<String> = (0..words).map(|i| format!("u{i}")).collect();
        let mut copy = original.clone();
        let mut changed = 0;
        for i in 0..edits {
            // at least six words before and behind each, so that a run of a shingle stands between
            let at = 10 + i * 12 + rng.below(4);
            if at + 6 < words {
                copy[at] = format!("other{i}");
                changed += 1;
            }
        }
        let (a, b) = (Plain::new(&original.join(" ")), Plain::new(&copy.join(" ")));
        let found = aligned(&a, &b);
        check(&a, &b, &found);
        prop_assert_eq!(chained(&found), words - changed);
        prop_assert_eq!(found.moved.len(), 0);
    }
}

fn chained(alignment: &Alignment) -> usize {
    alignment.chain.iter().map(|r| r.len as usize).sum()
}

fn words(range: std::ops::Range<usize>) -> String {
    range.map(|i| format!("word{i} ")).collect()
}

#[test]
fn identical_documents_are_one_run() {
    for text in [words(0..700), "same ".repeat(3000), "漢字ก".repeat(50), words(0..5), words(0..1)]
    {
        let a = Plain::new(&text);
        let found = aligned(&a, &a);
        let whole = Run { a: 0, b: 0, len: a.tokens.len() as u32 };
        assert_eq!(found.chain, [whole]);
        assert_eq!(found.moved, []);
    }
}

#[test]
fn nothing_in_common_is_nothing() {
    for (a, b) in [("", ""), ("", "one two three four five six"), ("one two three", "one two four")]
    {
        assert_eq!(aligned(&Plain::new(a), &Plain::new(b)), Alignment::default());
    }
    let (a, b) = (Plain::new(&words(0..500)), Plain::new(&words(500..1000)));
    assert_eq!(aligned(&a, &b), Alignment::default());
}

#[test]
fn the_lighter_of_two_exchanged_passages_is_moved() {
    let (one, two) = (words(0..40), words(100..130));
    let (a, b) = (Plain::new(&format!("{one}{two}")), Plain::new(&format!("{two}{one}")));
    let found = aligned(&a, &b);
    assert_eq!(found.chain, [Run { a: 0, b: 30, len: 40 }]);
    assert_eq!(found.moved, [Run { a: 40, b: 0, len: 30 }]);
    // furniture weighs next to nothing: the shorter passage of content is the frame then
    let light = |mut document: Plain, furniture: std::ops::Range<usize>| {
        document.mass[furniture].fill(0);
        document
    };
    let (a, b) = (light(a, 0..40), light(b, 30..70));
    let found = aligned(&a, &b);
    assert_eq!(found.chain, [Run { a: 40, b: 0, len: 30 }]);
    assert_eq!(found.moved, [Run { a: 0, b: 30, len: 40 }]);
}

/// Two runs may claim the same words; what only the later one holds is not lost, however short.
#[test]
fn a_run_that_begins_inside_another_is_found() {
    let tail = words(8..10) + &words(100..103);
    let a = Plain::new(&(words(0..10) + &words(200..210) + &tail));
    let b = Plain::new(&(words(0..10) + &words(100..103) + &words(300..330)));
    let found = aligned(&a, &b);
    check(&a, &b, &found);
    check_unique_tokens(&a, &b, &found);
    assert_eq!(found.chain, [Run { a: 0, b: 0, len: 10 }, Run { a: 22, b: 10, len: 3 }]);
}

#[test]
fn gaps_are_refined_up_to_their_limit() {
    let gap = |n: usize, tag: &str| -> String {
        // every second word is common: too short for a shingle
        (0..n)
            .map(|i| if i % 2 == 0 { format!("{tag}{i} ") } else { format!("word{i} ") })
            .collect()
    };
    for (n, refined) in [(64, true), (65, false)] {
        let text = |tag: &str| words(1000..1020) + &gap(n, tag) + &words(2000..2020);
        let (a, b) = (Plain::new(&text("left")), Plain::new(&text("right")));
        let found = aligned(&a, &b);
        check(&a, &b, &found);
        assert_eq!(chained(&found), 40 + if refined { n / 2 } else { 0 }, "gap of {n}");
    }
}

#[test]
fn one_word_repeated_is_bounded_work() {
    let (a, b) = (Plain::new(&"drum ".repeat(100_000)), Plain::new(&"drum ".repeat(90_000)));
    let found = aligned(&a, &b);
    check(&a, &b, &found);
    assert_eq!(found.chain[0].len, 90_000);
    assert!(found.skipped_places > 0);
}

#[test]
fn periodic_texts_are_bounded_work() {
    let period = |from: usize, n: usize, turns: usize| words(from..from + n).repeat(turns);
    for (a, b) in [
        (period(0, 7, 6000), period(3, 7, 5000)),
        (period(0, 7, 6000), words(3..7) + &period(0, 7, 5999)),
        (period(0, 2, 20_000), format!("{}stop ", period(0, 2, 30)).repeat(600)),
        ("drum ".repeat(40_000), format!("{}stop ", "drum ".repeat(9)).repeat(4000)),
    ] {
        let (a, b) = (Plain::new(&a), Plain::new(&b));
        let found = aligned(&a, &b);
        check(&a, &b, &found);
    }
}

/// More runs than are chained exactly: the shortest are counted as moved, none is lost.
#[test]
fn thousands_of_runs() {
    let runs = 5000;
    let passage = |i: usize| words(i * 10..i * 10 + 6 + i % 2);
    let a: String = (0..runs).map(|i| format!("{}left{i} ", passage(i))).collect();
    let b: String = (0..runs).map(|i| format!("{}right{i} ", passage(i))).collect();
    let (a, b) = (Plain::new(&a), Plain::new(&b));
    let mut limits = Limits::default();
    let limit = limits.runs as usize;
    assert!(runs > limit);
    check(&a, &b, &aligned(&a, &b));
    // unrefined, because the gaps are small and would be filled again
    limits.gap = 0;
    let found = align(a.sequence(), b.sequence(), limits);
    assert_eq!((found.chain.len(), found.moved.len()), (limit, runs - limit));
    assert!(found.moved.iter().all(|r| r.len == 6), "the shortest are left out");

    // the same passages in random order: what is no chain is moved
    let mut order: Vec<usize> = (0..runs).collect();
    prose::Rng(3).shuffle(&mut order);
    let b: String = order.iter().map(|&i| format!("{}right{i} ", passage(i))).collect();
    let b = Plain::new(&b);
    let found = aligned(&a, &b);
    check(&a, &b, &found);
    assert_eq!(found.chain.len() + found.moved.len(), runs);
}

/// A seed that looks at fewer places than there are says so.
#[test]
fn places_beyond_the_limit_are_counted() {
    let copy = |i: usize| format!("{}copy{i} ", words(0..6));
    let a: String = (0..20).map(copy).collect();
    let b = format!("{} {}", words(0..6), "pad ".repeat(300));
    let (a, b) = (Plain::new(&a), Plain::new(&b));
    let mut limits = Limits::default();
    for (occurrences, counted) in [(19, true), (20, false), (16, true)] {
        limits.occurrences = occurrences;
        let found = align(a.sequence(), b.sequence(), limits);
        assert_eq!(found.skipped_places > 0, counted, "{occurrences}");
        assert_eq!(found.chain.iter().map(|r| r.len).max(), Some(6));
    }
}

/// Limits are bounds, not promises: none of them makes an answer wrong.
#[test]
fn any_limits_give_a_true_alignment() {
    let text = |seed| prose::article(seed, 300);
    let (a, b) = (Plain::new(&text(1)), Plain::new(&prose::edited(&text(1), 10, 5)));
    for occurrences in [0, 1, u32::MAX] {
        for gap in [0, 1, 300] {
            for runs in [0, 1, 2, u32::MAX] {
                let mut limits = Limits::default();
                (limits.occurrences, limits.gap, limits.runs) = (occurrences, gap, runs);
                let found = align(a.sequence(), b.sequence(), limits);
                for run in found.chain.iter().chain(&found.moved) {
                    assert_eq!(a.hashes()[run.in_a()], b.hashes()[run.in_b()]);
                }
            }
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn runs_and_limits_are_serialised() {
    let run = Run { a: 1, b: 2, len: 3 };
    let json = serde_json::to_string(&run).unwrap();
    assert_eq!(json, r#"{"a":1,"b":2,"len":3}"#);
    assert_eq!(serde_json::from_str::<Run>(&json).unwrap(), run);
    let json = serde_json::to_string(&Limits::default()).unwrap();
    assert_eq!(serde_json::from_str::<Limits>(&json).unwrap(), Limits::default());
}
