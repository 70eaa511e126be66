//! Laws of signatures and digests, and their error against the formulas.

use nearcopy::hash::mix;
use nearcopy::recipe::RecipeId;
use nearcopy::sketch::{Digest8, Digest16, Estimate, MinHash, MinHasher};
use proptest::collection::vec;
use proptest::prelude::*;

fn sizes() -> impl Strategy<Value = usize> {
    (8usize..=128).prop_map(|eighth| eighth * 8)
}

/// Few elements of a small range, so that sets overlap and repeat.
fn elements() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![vec(0u64..50, 0..12), vec(0u64..2000, 0..400), vec(any::<u64>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_sketch_of_a_union_is_the_merged_sketch(
        slots in sizes(), seed: u64, a in elements(), b in elements(),
    ) {
        let hasher = MinHasher::new(slots, seed).unwrap();
        let both: Vec<u64> = a.iter().chain(&b).copied().collect();
        let mut merged = hasher.sketch(&a);
        merged.merge(&hasher.sketch(&b)).unwrap();
        prop_assert_eq!(&merged, &hasher.sketch(&both));
        // with oneself, nothing happens
        let before = merged.clone();
        merged.merge(&before).unwrap();
        prop_assert_eq!(merged, before);
    }

    #[test]
    fn order_and_repetition_do_not_matter(slots in sizes(), mut a in elements()) {
        let hasher = MinHasher::new(slots, 1).unwrap();
        let sketch = hasher.sketch(&a);
        a.extend_from_within(..a.len() / 2);
        a.reverse();
        prop_assert_eq!(hasher.sketch(&a), sketch);
    }

    #[test]
    fn resemblance_is_symmetric_bounded_and_one_only_for_equal_rows(
        a in elements(), b in elements(),
    ) {
        let hasher = MinHasher::new(64, 0).unwrap();
        let (a, b) = (hasher.sketch(&a), hasher.sketch(&b));
        let there = a.jaccard(&b).unwrap();
        prop_assert_eq!(there, b.jaccard(&a).unwrap());
        prop_assert!((0.0..=1.0).contains(&there.value()));
        prop_assert_eq!(there.value() == 1.0, a == b && !a.is_empty());
        if a.is_empty() || b.is_empty() {
            prop_assert_eq!(there.value(), 0.0);
            prop_assert_eq!(Digest8::from(&a).jaccard(&Digest8::from(&b)).unwrap().value(), 0.0);
        }
    }

    #[test]
    fn all_ways_to_sign_agree(slots in sizes(), documents in vec(elements(), 0..40)) {
        let hasher = MinHasher::new(slots, 3).unwrap();
        let one_by_one: Vec<MinHash> = documents.iter().map(|d| hasher.sketch(d)).collect();
        let all = documents.concat();
        let ends: Vec<usize> = documents
            .iter()
            .scan(0, |end, d| {
                *end += d.len();
                Some(*end)
            })
            .collect();
        let mut rows = vec![9; slots * documents.len()];
        hasher.sketch_rows(&all, &ends, &mut rows);
        // a buffer left by another maker is no hindrance
        let mut reused = MinHasher::default().sketch(&[5]);
        for ((row, signature), document) in rows.chunks(slots).zip(&one_by_one).zip(&documents) {
            prop_assert_eq!(&hasher.signature(row).unwrap(), signature);
            hasher.sketch_into(document, &mut reused);
            prop_assert_eq!(&reused, signature);
        }
    }
}

#[test]
fn the_empty_set_resembles_nothing() {
    let hasher = MinHasher::default();
    let (empty, some) = (hasher.sketch(&[]), hasher.sketch(&[1]));
    assert!(empty.is_empty() && !some.is_empty());
    for (a, b) in [(&empty, &empty), (&empty, &some), (&some, &empty)] {
        assert_eq!(a.jaccard(b).unwrap().value(), 0.0);
        assert_eq!(Digest8::from(a).jaccard(&Digest8::from(b)).unwrap().value(), 0.0);
        assert_eq!(Digest16::from(a).jaccard(&Digest16::from(b)).unwrap().value(), 0.0);
    }
    let mut merged = empty;
    merged.merge(&some).unwrap();
    assert_eq!(merged, some);
}

#[test]
fn different_makers_are_told_apart() {
    let a = MinHasher::new(64, 1).unwrap();
    let others = [
        ("slots", MinHasher::new(72, 1).unwrap()),
        ("seed", MinHasher::new(64, 2).unwrap()),
        ("recipe", a.clone().with_recipe(RecipeId(7))),
    ];
    for (field, other) in others {
        let (mut mine, theirs) = (a.sketch(&[1, 2]), other.sketch(&[1, 2]));
        assert_eq!(mine.jaccard(&theirs).unwrap_err().field, field);
        let before = mine.clone();
        assert_eq!(mine.merge(&theirs).unwrap_err().field, field);
        assert_eq!(mine, before);
        let error = Digest8::from(&mine).jaccard(&Digest8::from(&theirs)).unwrap_err();
        assert_eq!(error.field, field);
    }
    for slots in [0, 56, 63, 65, 100, 1032, usize::MAX] {
        assert_eq!(MinHasher::new(slots, 0).unwrap_err().setting(), "slots");
    }
    assert!(a.signature(&[1; 63]).is_err());
    assert!(a.signature(&[u32::MAX - 1; 64]).is_err());
}

/// Two sets of `n` elements that share what comes nearest to `jaccard`, and what they do share.
fn pair(n: u64, jaccard: f64, trial: u64) -> (Vec<u64>, Vec<u64>, f64) {
    let shared = ((2.0 * n as f64 * jaccard / (1.0 + jaccard)).round() as u64).min(n - 1);
    let base = trial * 1_000_000;
    let a = (base..base + n).map(mix).collect();
    let b = (base + n - shared..base + 2 * n - shared).map(mix).collect();
    (a, b, shared as f64 / (2 * n - shared) as f64)
}

#[test]
fn bias_and_error_keep_to_the_formulas() {
    const TRIALS: u64 = 200;
    const SLOTS: f64 = 128.0;
    let hasher = MinHasher::new(128, 11).unwrap();
    // sets this small are drawn nearly without replacement
    for (n, gain) in [(10, 0.75), (30, 0.75), (128, 0.8), (1000, 1.0)] {
        for jaccard in [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95] {
            let mut sums = [[0.0; 2]; 3];
            let mut truth = 0.0;
            for trial in 0..TRIALS {
                let (a, b, exact) = pair(n, jaccard, trial);
                truth = exact;
                let (a, b) = (hasher.sketch(&a), hasher.sketch(&b));
                let estimates = [
                    a.jaccard(&b).unwrap(),
                    Digest16::from(&a).jaccard(&Digest16::from(&b)).unwrap(),
                    Digest8::from(&a).jaccard(&Digest8::from(&b)).unwrap(),
                ];
                for (sum, estimate) in sums.iter_mut().zip(estimates) {
                    let error = estimate.value() - exact;
                    sum[0] += error;
                    sum[1] += error * error;
                }
            }
            let variance = truth * (1.0 - truth) / SLOTS;
            for ([bias, square], bits) in sums.into_iter().zip([32, 16, 8]) {
                // b-bit variance (Li and König 2010): (1 - J) (J + 1 / (2^b - 1)) / k
                let chance = (1.0 - truth) / SLOTS / (2f64.powi(bits) - 1.0);
                let formula = (variance + chance).sqrt();
                let bias = bias / TRIALS as f64;
                let rmse = (square / TRIALS as f64).sqrt();
                let place = format!(
                    "n {n}, J {truth:.3}, {bits} bits: bias {bias:.4}, rmse {rmse:.4}, formula {formula:.4}"
                );
                assert!(bias.abs() < 4.0 * formula / (TRIALS as f64).sqrt(), "{place}");
                // the spread of an RMSE over 200 trials is 5 %; three of them
                assert!(rmse < formula * gain * 1.15, "{place}");
                assert!(rmse > formula * 0.4, "{place}");
            }
        }
    }
}

#[test]
fn intervals_cover_what_they_say() {
    let hasher = MinHasher::new(128, 5).unwrap();
    let mut covered = 0;
    for trial in 0..1000 {
        let (a, b, exact) = pair(1500, 0.6, trial);
        let estimate = hasher.sketch(&a).jaccard(&hasher.sketch(&b)).unwrap();
        let (low, high) = estimate.interval(1.96);
        covered += u32::from(low <= exact && exact <= high);
    }
    // 95 % at least, less three standard errors of a share of 1000
    assert!(covered >= 929, "{covered} of 1000");
}

#[test]
fn estimates_at_the_ends() {
    let none = Estimate::from_counts(0, 0);
    assert_eq!((none.value(), none.interval(1.96)), (0.0, (0.0, 1.0)));
    assert!(none.standard_error().is_infinite());

    let (low, high) = Estimate::from_counts(0, 10).interval(1.96);
    // Wilson: z^2 / (n + z^2)
    assert_eq!(low, 0.0);
    assert!((high - 3.8416 / 13.8416).abs() < 1e-12);
    let (low, high) = Estimate::from_counts(10, 10).interval(1.96);
    assert!((low - 10.0 / 13.8416).abs() < 1e-12);
    assert_eq!(high, 1.0);

    let half = Estimate::from_counts(8, 16);
    assert_eq!(half.standard_error(), 0.125);
    assert_eq!(half.interval(-1.0), (0.5, 0.5));
    assert_eq!(half.interval(f64::NAN), (0.5, 0.5));
    assert_eq!(half.interval(f64::INFINITY), (0.0, 1.0));
    assert_eq!(Estimate::from_counts(9, 3).value(), 1.0);
}
