//! Shingles and winnowing against their definitions.

mod prose;

use nearcopy::hash;
use nearcopy::recipe::Recipe;
use nearcopy::shingle::{Fingerprint, Shingles, shingles, shingles_into, window_for, winnow};
use nearcopy::text::{Script, Tokens, tokenize};
use proptest::prelude::*;
use prose::Rng;
use std::collections::HashSet;

/// The definition: from each token the shortest run that holds `width` words, hashed term by term.
fn naive_shingles(tokens: &Tokens, width: u8) -> Vec<(u64, usize)> {
    let mut out = Vec::new();
    for start in 0..tokens.len() {
        let (mut held, mut end) = (0, start);
        while end < tokens.len() && held < u32::from(width) * 16 {
            held += match tokens.marks()[end].script() {
                Script::Words => 16,
                Script::Han => 10,
                Script::SoutheastAsian => 5,
                Script::Letter => 3,
            };
            end += 1;
        }
        if held < u32::from(width) * 16 {
            continue;
        }
        let mut sum = 0u64;
        for (power, &token) in tokens.hashes()[start..end].iter().rev().enumerate() {
            let factor = (0..power).fold(1u64, |f, _| f.wrapping_mul(hash::POLYNOMIAL_BASE));
            sum = sum.wrapping_add(token.wrapping_mul(factor));
        }
        out.push((hash::mix(sum), end - start));
    }
    out
}

/// The definition (Schleimer, Wilkerson, Aiken 2003, section 5.1), window by window.
fn naive_winnow(hashes: &[u64], window: usize) -> Vec<Fingerprint> {
    let window = window.min(hashes.len());
    let mut out: Vec<Fingerprint> = Vec::new();
    for start in 0..(hashes.len() + 1).saturating_sub(window) {
        if hashes.is_empty() {
            break;
        }
        let range = start..start + window;
        let least = *hashes[range.clone()].iter().min().unwrap();
        if let Some(last) = out.last()
            && range.contains(&(last.position as usize))
            && last.hash == least
        {
            continue;
        }
        let position = range.rev().find(|&i| hashes[i] == least).unwrap();
        out.push(Fingerprint { hash: least, position: position as u32 });
    }
    out
}

/// Tokens of any script, parted so that each stays a token of its own.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-e]{1,2}".prop_map(|w| w + " "),
        1 => "[0-9]{1,3}".prop_map(|w| w + ", "),
        2 => "[漢字日本語文]",
        2 => "[กขคงจ]",
        1 => Just("มา".to_owned()),
    ]
}

fn mixed_text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..most).prop_map(|pieces| pieces.concat())
}

/// Texts of one kind of script are as likely as mixed ones.
fn any_text() -> impl Strategy<Value = String> {
    let only = |p: &'static str| prop::collection::vec(p, 0..120).prop_map(|v| v.join(" "));
    prop_oneof![mixed_text(150), only("[a-c]"), only("[漢字日]"), only("[กขค]")]
}

fn check_shingles(tokens: &Tokens, width: u8, found: &Shingles) {
    let expected = naive_shingles(tokens, width);
    let hashes: Vec<u64> = expected.iter().map(|&(hash, _)| hash).collect();
    assert_eq!(found.hashes(), hashes);
    assert_eq!((found.len(), found.is_empty()), (hashes.len(), hashes.is_empty()));
    for (i, &(_, count)) in expected.iter().enumerate() {
        assert_eq!(found.token_count(i), count);
    }
}

proptest! {
    #[test]
    fn rolling_is_the_definition(text in any_text(), width in 1u8..=32) {
        let tokens = tokenize(&text);
        check_shingles(&tokens, width, &shingles(&tokens, width));
    }

    #[test]
    fn a_used_buffer_gives_the_same(first in any_text(), second in any_text(), width in 1u8..9) {
        let (first, second) = (tokenize(&first), tokenize(&second));
        let mut buffer = shingles(&first, width);
        shingles_into(&second, width, &mut buffer);
        check_shingles(&second, width, &buffer);
    }

    /// The law that makes shingles comparable: what a run of tokens gives does not depend on what
    /// stands around it.
    #[test]
    fn equal_runs_give_equal_shingles(
        before in mixed_text(40), run in mixed_text(60), after in mixed_text(40), width in 1u8..=12,
    ) {
        let alone = tokenize(&run);
        let at = tokenize(&before).len();
        let within = tokenize(&format!("{before} {run} {after}"));
        prop_assert_eq!(&within.hashes()[at..at + alone.len()], alone.hashes());
        let (alone, within) = (shingles(&alone, width), shingles(&within, width));
        prop_assert!(within.len() >= at + alone.len() || alone.is_empty());
        for i in 0..alone.len() {
            prop_assert_eq!(within.hashes()[at + i], alone.hashes()[i]);
            prop_assert_eq!(within.token_count(at + i), alone.token_count(i));
        }
    }

    #[test]
    fn winnowing_is_the_definition(
        few in prop::collection::vec(0u64..5, 0..200),
        many in prop::collection::vec(any::<u64>(), 0..200),
        window in 1usize..80,
    ) {
        for hashes in [few, many] {
            prop_assert_eq!(winnow(&hashes, window), naive_winnow(&hashes, window));
        }
    }

    /// The guarantee of winnowing, with one window for both.
    #[test]
    fn a_shared_run_shares_a_fingerprint(
        seed in any::<u64>(), window in 1usize..=64, width in 1u8..=8, words in 1usize..40,
        around in prop::array::uniform4(0usize..90),
    ) {
        let run = window + usize::from(width) - 1;
        let (a, b) = two_with_a_run(seed, run, words, around);
        let kept = |text: &str| hashes_of(&winnow(shingles(&tokenize(text), width).hashes(), window));
        prop_assert!(!kept(&a).is_disjoint(&kept(&b)), "{a}\n{b}");
    }

    /// The same where the windows follow the lengths of the documents: a short document is winnowed
    /// densely and a long one sparsely.
    #[test]
    fn a_shared_run_shares_a_fingerprint_whatever_the_lengths(
        seed in any::<u64>(), window in 1u32..=64, width in 1u8..=8, words in 2usize..5000,
        short in 0usize..8, long in 0usize..600,
    ) {
        let recipe = Recipe::new(width, window).unwrap();
        let run = window as usize + usize::from(width) - 1;
        let (a, b) = two_with_a_run(seed, run, words, [short, short / 2, long, long / 2]);
        let kept = |text: &str| {
            let shingles = shingles(&tokenize(text), width);
            hashes_of(&winnow(shingles.hashes(), window_for(recipe, shingles.len())))
        };
        prop_assert!(!kept(&a).is_disjoint(&kept(&b)), "{a}\n{b}");
    }

    #[test]
    fn the_window_follows_the_length(width in 1u8..=32, window in 1u32..=4096, n in 0usize..100_000) {
        let w = window_for(Recipe::new(width, window).unwrap(), n);
        let expected = (n / 4).max(8).min(window as usize);
        prop_assert_eq!(w, expected);
    }
}

/// Two texts of random words out of `words` that share a run of `run` words, with others around it.
fn two_with_a_run(seed: u64, run: usize, words: usize, around: [usize; 4]) -> (String, String) {
    let mut rng = Rng(seed);
    let mut some = |n: usize, from: &str| -> String {
        (0..n).map(|_| format!("{from}{} ", rng.below(words))).collect()
    };
    let shared = some(run, "w");
    let [a, b, c, d] = around;
    let left = some(a, "w") + &shared + &some(b, "l");
    let right = some(c, "r") + &shared + &some(d, "w");
    (left, right)
}

fn hashes_of(fingerprints: &[Fingerprint]) -> HashSet<u64> {
    fingerprints.iter().map(|f| f.hash).collect()
}

/// Gaps between kept shingles are even on 1..=w (theorem 1 of the paper), so the number kept of n is
/// near 2n/(w+1), with a variance of n * var(gap) / mean(gap)^3.
#[test]
fn two_of_w_plus_one_shingles_are_kept() {
    const N: usize = 200_000;
    let mut rng = Rng(7);
    let hashes: Vec<u64> = (0..N).map(|_| rng.next()).collect();
    for window in [1usize, 2, 8, 16, 64, 256] {
        let kept = winnow(&hashes, window).len() as f64;
        let w = window as f64;
        let (mean, variance) = ((w + 1.0) / 2.0, (w * w - 1.0) / 12.0);
        let deviation = (N as f64 * variance / mean.powi(3)).sqrt();
        let expected = N as f64 / mean;
        assert!((kept - expected).abs() <= 4.0 * deviation + 1.0, "w {window}: {kept}, {expected}");
    }
}

#[test]
fn constant_shingles_keep_one_a_window() {
    let hashes = vec![42u64; 1_000_000];
    for window in [1usize, 16, 4096] {
        let kept = winnow(&hashes, window);
        assert_eq!(kept.len(), hashes.len() / window);
        assert!(kept.iter().enumerate().all(|(i, f)| f.position as usize == (i + 1) * window - 1));
    }
}

#[test]
fn monotone_shingles_keep_each_or_the_last() {
    let rising: Vec<u64> = (0..3000).collect();
    assert_eq!(winnow(&rising, 64).len(), 3000 - 63);
    let falling: Vec<u64> = (0..3000).rev().collect();
    assert_eq!(winnow(&falling, 64).len(), 3000 - 63);
}

#[test]
fn short_and_empty_documents() {
    assert_eq!(winnow(&[], 16), []);
    assert_eq!(winnow(&[5, 3, 3], 16), [Fingerprint { hash: 3, position: 2 }]);
    for (text, width, count) in [
        ("one two three four", 5, 0),
        ("one two three four five", 5, 1),
        ("one two three four five six", 5, 2),
        ("漢字漢字漢字漢", 5, 0),
        ("漢字漢字漢字漢字", 5, 1),
        ("กขกขกขกขกขกขกขก", 5, 0),
        ("กขกขกขกขกขกขกขกข", 5, 1),
        ("one two 漢字漢字", 5, 0),
        ("one two 漢字漢字漢", 5, 1),
        ("", 1, 0),
    ] {
        assert_eq!(shingles(&tokenize(text), width).len(), count, "{text}");
    }
}

/// Any width may be asked for; the recipe's range is 1 to 32.
#[test]
fn widths_out_of_range_are_taken_as_the_nearest() {
    for text in ["กข".repeat(900), "漢字".repeat(900), "one two ".repeat(900)] {
        let tokens = tokenize(&text);
        assert!(shingles(&tokens, 0) == shingles(&tokens, 1));
        for width in [33, 41, 100, u8::MAX] {
            assert!(shingles(&tokens, width) == shingles(&tokens, 32), "width {width}");
        }
    }
}
