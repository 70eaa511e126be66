//! Sampled shingles: the sampling law, exact set arithmetic at full resolution, and the error.

use nearcopy::hash::mix;
use nearcopy::recipe::RecipeId;
use nearcopy::sketch::{SampledShingles, Sampler};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn sampler(one_in: u64, limit: u32) -> Sampler {
    let sampler = Sampler::one_in(one_in).unwrap();
    if limit == 0 { sampler } else { sampler.at_most(limit).unwrap() }
}

/// What a sample holds, by its description.
fn slow(shingles: &[u64], one_in: u64, limit: u32) -> (Vec<u64>, u64) {
    let set: BTreeSet<u64> = shingles.iter().copied().collect();
    let ceiling = u64::MAX / one_in;
    let mut kept: Vec<u64> = set.into_iter().filter(|&hash| hash <= ceiling).collect();
    if limit > 0 && kept.len() > limit as usize {
        let ceiling = kept[limit as usize] - 1;
        kept.truncate(limit as usize);
        return (kept, ceiling);
    }
    (kept, ceiling)
}

fn document() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        vec((0u64..400).prop_map(mix), 0..300),
        vec(0u64..9, 0..9),
        vec(prop_oneof![Just(u64::MAX), any::<u64>()], 0..50),
    ]
}

fn setting() -> impl Strategy<Value = (u64, u32)> {
    (prop_oneof![Just(1u64), 1u64..20, Just(u64::MAX)], prop_oneof![Just(0u32), 1u32..40])
}

proptest! {
    #[test]
    fn a_sample_is_what_it_is_said_to_be(shingles in document(), (one_in, limit) in setting()) {
        let sample = sampler(one_in, limit).sample(&shingles);
        let (hashes, ceiling) = slow(&shingles, one_in, limit);
        prop_assert_eq!(sample.hashes(), &hashes[..]);
        prop_assert_eq!(sample.ceiling(), ceiling);
    }

    #[test]
    fn the_sample_of_a_union_is_the_merged_sample(
        a in document(), b in document(), (one_in, limit) in setting(),
    ) {
        let sampler = sampler(one_in, limit);
        let mut merged = sampler.sample(&a);
        merged.merge(&sampler.sample(&b)).unwrap();
        let both: Vec<u64> = b.iter().chain(&a).copied().collect();
        prop_assert_eq!(merged, sampler.sample(&both));
    }

    #[test]
    fn downsampling_is_sampling_more_coarsely(
        a in document(), one_in in 1u64..20, times in 1u64..9,
    ) {
        let coarse = sampler(one_in, 0).sample(&a).downsample(one_in * times).unwrap();
        prop_assert_eq!(&coarse, &sampler(one_in * times, 0).sample(&a));
        if times > 1 {
            prop_assert_eq!(coarse.downsample(one_in).unwrap_err().setting(), "one_in");
        }
    }

    #[test]
    fn containment_is_exact_when_all_is_sampled(a in document(), b in document()) {
        let all = sampler(1, 0);
        let found = all.sample(&a).containment(&all.sample(&b)).unwrap();
        let set = |v: &[u64]| v.iter().copied().collect::<BTreeSet<u64>>();
        let (a, b) = (set(&a), set(&b));
        let shared = a.intersection(&b).count() as f64;
        for (estimate, of) in [(found.a_in_b, &a), (found.b_in_a, &b)] {
            let exact = if of.is_empty() { 0.0 } else { shared / of.len() as f64 };
            prop_assert!((estimate.value() - exact).abs() < 1e-12);
            prop_assert_eq!(estimate.trials(), of.len() as u64);
        }
    }

    #[test]
    fn resolutions_mix(a in document(), b in document(), x in setting(), y in setting()) {
        let (fine, coarse) = (sampler(x.0, x.1).sample(&a), sampler(y.0, y.1).sample(&b));
        let there = fine.containment(&coarse).unwrap();
        let back = coarse.containment(&fine).unwrap();
        prop_assert_eq!((there.a_in_b, there.b_in_a), (back.b_in_a, back.a_in_b));
        let ceiling = fine.ceiling().min(coarse.ceiling());
        let upto = |s: &SampledShingles| s.hashes().iter().filter(|&&h| h <= ceiling).count() as u64;
        prop_assert_eq!(there.a_in_b.trials(), upto(&fine));
        prop_assert_eq!(there.b_in_a.trials(), upto(&coarse));
    }
}

/// Mean, mean square error and cover of the 95 % interval for a stub of `stub` shingles, of which
/// `shared` are in a page of `page`.
fn errors(sampler: Sampler, stub: u64, page: u64, shared: u64) -> (f64, f64, f64) {
    const TRIALS: u64 = 1000;
    let exact = shared as f64 / stub as f64;
    let (mut sum, mut squares, mut covered) = (0.0, 0.0, 0.0);
    for trial in 0..TRIALS {
        let base = trial * 1_000_000;
        let a: Vec<u64> = (base..base + stub).map(mix).collect();
        let b: Vec<u64> = (base + stub - shared..base + stub - shared + page).map(mix).collect();
        let found = sampler.sample(&a).containment(&sampler.sample(&b)).unwrap().a_in_b;
        let (low, high) = found.interval(1.96);
        sum += found.value();
        squares += (found.value() - exact).powi(2);
        covered += f64::from(low <= exact && exact <= high);
    }
    let trials = TRIALS as f64;
    (sum / trials, (squares / trials).sqrt(), covered / trials)
}

#[test]
fn containment_of_the_flagship_pair() {
    // 343 of 384 shingles of the truncated copy are among the 1 539 of the article: J 0.22, C 0.89
    let (mean, rmse, covered) = errors(Sampler::one_in(16).unwrap(), 384, 1539, 343);
    let exact: f64 = 343.0 / 384.0;
    let formula = (exact * (1.0 - exact) / (384.0 / 16.0)).sqrt();
    assert!((formula - 0.063).abs() < 0.0005);
    assert!((mean - exact).abs() < 4.0 * formula / 1000f64.sqrt(), "mean {mean}");
    // the size of the sample varies too, which costs a little
    assert!((0.85..1.2).contains(&(rmse / formula)), "rmse {rmse}, formula {formula}");
    assert!(covered > 0.92, "covered {covered}");
}

#[test]
fn empty_samples_are_the_whole_bias() {
    // 24 shingles at 1 in 16: 21 % of the samples are empty
    const TRIALS: u64 = 4000;
    let sampler = Sampler::one_in(16).unwrap();
    let (exact, n, shared) = (0.75, 24, 18);
    let (mut sum, mut kept) = (0.0, 0.0);
    for trial in 0..TRIALS {
        let base = trial * 1_000_000;
        let a: Vec<u64> = (base..base + n).map(mix).collect();
        let b: Vec<u64> = (base + n - shared..base + 500).map(mix).collect();
        let found = sampler.sample(&a).containment(&sampler.sample(&b)).unwrap().a_in_b;
        sum += found.value();
        kept += f64::from(found.trials() > 0);
    }
    let chance = sampler.chance_of_any(n);
    assert!((chance - 0.788).abs() < 0.001);
    // standard errors of a share of 4 000: at most 0.008 each
    assert!((kept / TRIALS as f64 - chance).abs() < 0.026);
    assert!((sum / kept - exact).abs() < 0.03, "mean of those not empty {}", sum / kept);
    assert!((sum / TRIALS as f64 - exact * chance).abs() < 0.03);
    assert_eq!(sampler.chance_of_any(0), 0.0);
    assert_eq!(Sampler::least(5).unwrap().chance_of_any(1), 1.0);
}

#[test]
fn fixed_size_samples_are_unbiased_too() {
    let exact: f64 = 600.0 / 900.0;
    let (mean, rmse, covered) = errors(Sampler::least(64).unwrap(), 900, 1100, 600);
    let formula = (exact * (1.0 - exact) / (64.0 * 900.0 / 1100.0)).sqrt();
    assert!((mean - exact).abs() < 4.0 * formula / 1000f64.sqrt(), "mean {mean}");
    assert!((0.8..1.15).contains(&(rmse / formula)), "rmse {rmse}, formula {formula}");
    assert!(covered > 0.92, "covered {covered}");
}

#[test]
fn an_empty_sample_says_nothing() {
    let sampler = Sampler::one_in(1 << 40).unwrap();
    let (none, some) = (sampler.sample(&[u64::MAX]), sampler.sample(&[1, 2]));
    assert!(none.is_empty());
    let found = none.containment(&some).unwrap();
    assert_eq!((found.a_in_b.value(), found.a_in_b.interval(1.96)), (0.0, (0.0, 1.0)));
    assert_eq!(found.b_in_a.trials(), 2);
    assert_eq!(none.jaccard(&none).unwrap().value(), 0.0);

    let other = sampler.with_recipe(RecipeId(3)).sample(&[1]);
    assert_eq!(some.containment(&other).unwrap_err().field, "recipe");
    assert_eq!(Sampler::one_in(0).unwrap_err().setting(), "one_in");
    assert_eq!(Sampler::least(0).unwrap_err().setting(), "limit");
}

#[test]
fn the_number_of_shingles_is_estimated() {
    let shingles: Vec<u64> = (0..100_000).map(mix).collect();
    for sampler in [Sampler::one_in(64).unwrap(), Sampler::least(1000).unwrap()] {
        let found = sampler.sample(&shingles).estimated_shingles();
        assert!((found / 100_000.0 - 1.0).abs() < 0.1, "{found}");
    }
}
