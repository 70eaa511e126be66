//! SimHash against a counter a bit, and against the angle it estimates.

use nearcopy::hash::mix;
use nearcopy::recipe::RecipeId;
use nearcopy::sketch::{SimHash64, SimHash128, SimHasher};
use proptest::collection::vec;
use proptest::prelude::*;

/// A signed counter for each bit, as the definition says.
fn slow(features: &[(u64, u32)], word: u64) -> Option<u64> {
    let mut counters = [0i128; 64];
    for &(feature, weight) in features {
        for (bit, counter) in counters.iter_mut().enumerate() {
            let set = mix(feature ^ word) >> bit & 1 == 1;
            *counter += if set { i128::from(weight) } else { -i128::from(weight) };
        }
    }
    let bits = counters.iter().rev().fold(0, |bits, &counter| bits << 1 | u64::from(counter > 0));
    features.iter().any(|&(_, weight)| weight > 0).then_some(bits)
}

fn slow_wide(features: &[(u64, u32)]) -> Option<u128> {
    let high = u128::from(slow(features, 0x5349_4D48_4153_4832)?);
    Some(high << 64 | u128::from(slow(features, 0)?))
}

proptest! {
    #[test]
    fn bits_are_the_weighted_majority(
        features in vec((0u64..300, prop_oneof![0u32..4, any::<u32>()]), 0..600),
    ) {
        let hasher = SimHasher::default();
        let (ids, weights): (Vec<u64>, Vec<u32>) = features.iter().copied().unzip();
        let narrow = hasher.sketch64_weighted(&ids, &weights).unwrap();
        prop_assert_eq!(narrow.map(SimHash64::bits), slow(&features, 0));
        let wide = hasher.sketch128_weighted(&ids, &weights).unwrap();
        prop_assert_eq!(wide.map(SimHash128::bits), slow_wide(&features));

        let ones: Vec<(u64, u32)> = ids.iter().map(|&id| (id, 1)).collect();
        prop_assert_eq!(hasher.sketch64(&ids).map(SimHash64::bits), slow(&ones, 0));
        prop_assert_eq!(hasher.sketch128(&ids).map(SimHash128::bits), slow_wide(&ones));
    }

    #[test]
    fn a_weight_is_a_repetition(features in vec((0u64..100, 0u32..5), 0..60)) {
        let hasher = SimHasher::default();
        let (ids, weights): (Vec<u64>, Vec<u32>) = features.iter().copied().unzip();
        let mut repeated: Vec<u64> =
            features.iter().flat_map(|&(id, weight)| std::iter::repeat_n(id, weight as usize)).collect();
        repeated.reverse();
        prop_assert_eq!(hasher.sketch64_weighted(&ids, &weights).unwrap(), hasher.sketch64(&repeated));
    }
}

#[test]
fn distance_follows_the_angle() {
    // two documents of n features that share a part c have the cosine c
    let hasher = SimHasher::default();
    let (n, trials) = (400u64, 200u64);
    for cosine in [0.0, 0.45, 0.7, 0.9, 0.99] {
        let shared = (cosine * n as f64) as u64;
        let mut sum = 0;
        for trial in 0..trials {
            let base = trial * 10_000;
            let a: Vec<u64> = (base..base + n).collect();
            let b: Vec<u64> = (base + n - shared..base + 2 * n - shared).collect();
            let a = hasher.sketch128(&a).unwrap();
            sum += a.hamming(&hasher.sketch128(&b).unwrap()).unwrap();
        }
        let expected = (shared as f64 / n as f64).acos() / std::f64::consts::PI;
        let found = f64::from(sum) / (128 * trials) as f64;
        // bits are nearly independent: 25 600 of them, four standard errors
        let bound = 4.0 * (expected * (1.0 - expected) / (128.0 * trials as f64)).sqrt();
        assert!((found - expected).abs() < bound + 0.004, "{cosine}: {found} for {expected}");
    }
}

#[test]
fn there_is_no_fingerprint_of_nothing_and_no_comparing_of_different_features() {
    let hasher = SimHasher::default();
    assert_eq!(hasher.sketch64(&[]), None);
    assert_eq!(hasher.sketch128_weighted(&[1, 2], &[0, 0]).unwrap(), None);
    assert_eq!(hasher.sketch64_weighted(&[1, 2], &[1]).unwrap_err().setting(), "weights");

    let a = hasher.sketch64(&[1]).unwrap();
    let b = SimHasher::with_recipe(RecipeId(1)).sketch64(&[1]).unwrap();
    assert_eq!(a.bits(), b.bits());
    assert_eq!(a.hamming(&b).unwrap_err().field, "recipe");
    let agreement = a.agreement(&hasher.sketch64(&[1]).unwrap()).unwrap();
    assert_eq!((agreement.value(), agreement.trials()), (1.0, 64));
}
