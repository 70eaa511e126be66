//! The S-curve: its arithmetic, the choices made by it, and that real pairs keep to it.

use nearcopy::error::ConfigError;
use nearcopy::hash::mix;
use nearcopy::lsh::Bands;
use nearcopy::sketch::{MinHash, MinHasher};

fn bands(bands: u32, rows: u32) -> Bands {
    Bands::new(bands, rows).unwrap()
}

/// Half a unit of the last of `digits` significant digits of `shown`.
fn rounding(shown: f64, digits: i32) -> f64 {
    0.5 * 10f64.powi(shown.log10().floor() as i32 + 1 - digits)
}

#[test]
fn the_table_of_published_settings() {
    // the table in the docs of `sketch`: bands, rows, the probability at 0.22, 0.5 and 0.8
    let table = [
        (14, 8, 7.7e-5, 0.053, 0.92),
        (20, 13, 5.7e-8, 0.0024, 0.68),
        (16, 8, 8.8e-5, 0.061, 0.95),
        (9, 13, 2.5e-8, 0.0011, 0.40),
        (25, 5, 0.013, 0.55, 1.0),
        (32, 4, 0.072, 0.87, 1.0),
        (50, 4, 0.11, 0.96, 1.0),
        (42, 3, 0.36, 1.0, 1.0),
        (28, 2, 0.75, 1.0, 1.0),
        (64, 2, 0.96, 1.0, 1.0),
    ];
    for (b, r, low, middle, high) in table {
        for (jaccard, shown) in [(0.22, low), (0.5, middle), (0.8, high)] {
            let exact = 1.0 - (1.0 - f64::powi(jaccard, r)).powi(b);
            let found = bands(b as u32, r as u32).candidate_probability(jaccard);
            assert!((found - exact).abs() < 1e-12, "{b} x {r} at {jaccard}");
            let off = (found - shown).abs();
            assert!(
                off <= rounding(shown, 2) * 1.001,
                "{b} x {r} at {jaccard}: {found}, shown {shown}"
            );
        }
    }
}

#[test]
fn the_curve_is_a_probability_that_grows() {
    for (b, r) in [(1, 1), (14, 9), (512, 8), (1, 4096), (4096, 1)] {
        let curve = bands(b, r);
        let mut before = 0.0;
        for i in 0..=100 {
            let p = curve.candidate_probability(f64::from(i) / 100.0);
            assert!((before..=1.0).contains(&p));
            before = p;
        }
        assert_eq!(curve.candidate_probability(0.0), 0.0);
        assert_eq!(curve.candidate_probability(1.0), 1.0);
        assert_eq!(curve.candidate_probability(7.0), 1.0);
        assert_eq!(curve.candidate_probability(f64::NAN), 0.0);
    }
}

#[test]
fn recall_is_reached_with_the_fewest_candidates() {
    for (slots, jaccard, recall) in
        [(128, 0.8, 0.98), (128, 0.5, 0.9), (256, 0.6, 0.999), (64, 0.3, 0.5)]
    {
        let chosen = Bands::for_recall(slots, jaccard, recall).unwrap();
        assert!(chosen.slots() <= slots);
        assert!(chosen.candidate_probability(jaccard) >= recall);
        // by a sum of its own: nothing that reaches the recall has a smaller area below
        let area = |curve: Bands| -> f64 {
            (0..1000)
                .map(|i| curve.candidate_probability(jaccard * (f64::from(i) + 0.5) / 1000.0))
                .sum()
        };
        for b in 1..=slots {
            for r in 1..=slots / b {
                let other = bands(b as u32, r as u32);
                if other.candidate_probability(jaccard) >= recall {
                    assert!(area(other) >= area(chosen) * 0.999, "{other:?} before {chosen:?}");
                }
            }
        }
    }
    let unreachable = Bands::for_recall(64, 0.05, 0.999_999).unwrap_err();
    assert_eq!(unreachable.setting(), "recall");
}

#[test]
fn weights_shift_the_choice() {
    let thresholds = [(0.2, 28, 2), (0.5, 25, 5), (0.7, 14, 9)];
    for (threshold, b, r) in thresholds {
        // as the rule of datasketch chooses from 128 slots
        assert_eq!(Bands::for_threshold(128, threshold, 0.5, 0.5).unwrap(), bands(b, r));
        let careful = Bands::for_threshold(128, threshold, 0.1, 0.9).unwrap();
        let sparing = Bands::for_threshold(128, threshold, 0.9, 0.1).unwrap();
        let p = |curve: Bands| curve.candidate_probability(threshold);
        assert!(p(careful) > p(bands(b, r)) && p(bands(b, r)) > p(sparing));
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let setting = |result: Result<Bands, ConfigError>| result.unwrap_err().setting();
    assert_eq!(setting(Bands::new(0, 1)), "bands");
    assert_eq!(setting(Bands::new(1, 0)), "rows");
    assert_eq!(setting(Bands::new(u32::MAX, 2)), "bands x rows");
    assert_eq!(setting(Bands::new(64, 65)), "bands x rows");
    assert_eq!(setting(Bands::for_recall(0, 0.5, 0.9)), "slots");
    assert_eq!(setting(Bands::for_recall(128, 1.0, 0.9)), "jaccard");
    assert_eq!(setting(Bands::for_recall(128, 0.5, f64::NAN)), "recall");
    assert_eq!(setting(Bands::for_threshold(128, 0.5, -1.0, 1.0)), "weights");
    assert_eq!(setting(Bands::for_threshold(128, 0.5, 0.0, 0.0)), "weights");
}

#[test]
fn lengths_that_put_the_threshold_out_of_reach_are_warned_of() {
    let chosen = Bands::for_threshold(128, 0.7, 0.5, 0.5).unwrap();
    assert_eq!(chosen.length_warning(0.7, 1.2), None);
    assert_eq!(chosen.length_warning(0.5, 2.0), None);
    // the flagship pair: 1 539 shingles to 384
    let warning = chosen.length_warning(0.7, 1539.0 / 384.0).unwrap();
    assert_eq!(warning, chosen.length_warning(0.7, 384.0 / 1539.0).unwrap());
    assert!((warning.highest_jaccard - 384.0 / 1539.0).abs() < 1e-12);
    assert!(warning.candidate_probability < 1e-4);
    assert!(warning.to_string().starts_with(
        "documents of lengths 4.0 to 1 resemble each other by at most 0.25, below the threshold 0.70"
    ));
}

#[test]
fn real_pairs_keep_to_the_curve() {
    // the share of candidates among 600 pairs must lie within four standard errors of the binomial;
    // slots drawn without replacement make the curve of small sets a little steeper
    const PAIRS: u64 = 600;
    let hasher = MinHasher::new(128, 2).unwrap();
    let cases = [40u64, 1000].into_iter().flat_map(|n| [0.22, 0.4, 0.6, 0.8].map(|j| (n, j)));
    for (n, jaccard) in cases {
        let shared = (2.0 * n as f64 * jaccard / (1.0 + jaccard)).round() as u64;
        let exact = shared as f64 / (2 * n - shared) as f64;
        let pairs: Vec<(MinHash, MinHash)> = (0..PAIRS)
            .map(|pair| {
                let base = pair * 100_000;
                let a: Vec<u64> = (base..base + n).map(mix).collect();
                let b: Vec<u64> = (base + n - shared..base + 2 * n - shared).map(mix).collect();
                (hasher.sketch(&a), hasher.sketch(&b))
            })
            .collect();
        for (b, r) in [(14, 9), (25, 5), (32, 4), (42, 3), (64, 2)] {
            let curve = bands(b, r);
            let candidates = pairs.iter().filter(|(x, y)| {
                curve.keys(x.slots()).zip(curve.keys(y.slots())).any(|(x, y)| x == y)
            });
            let found = candidates.count() as f64 / PAIRS as f64;
            let p = curve.candidate_probability(exact);
            let bound = 4.0 * (p * (1.0 - p) / PAIRS as f64).sqrt() + 1.0 / PAIRS as f64;
            let place = format!("{b} x {r}, {n} shingles at {exact:.3}: {found} for {p}");
            assert!((found - p).abs() <= bound + 0.012, "{place}");
        }
    }
}

#[test]
fn an_empty_set_has_no_keys_and_bands_have_keys_of_their_own() {
    let hasher = MinHasher::new(64, 0).unwrap();
    let curve = bands(16, 4);
    assert_eq!(curve.keys(hasher.sketch(&[]).slots()).count(), 0);
    // equal slots in different bands are different keys
    let mut keys: Vec<u64> = curve.keys(&[5; 64]).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 16);
}

#[test]
#[should_panic(expected = "64 slots, the bands need 126")]
fn too_few_slots_are_a_broken_promise() {
    let _ = bands(14, 9).keys(&[1; 64]).count();
}

#[test]
fn the_flagship_pairs_arithmetic() {
    // the docs of `sketch`: 384 and 1 539 shingles, of which 343 are shared
    let (a, b, shared) = (384.0f64, 1539.0f64, 343.0f64);
    let jaccard = shared / (a + b - shared);
    assert_eq!(format!("{jaccard:.2} {:.2}", shared / a), "0.22 0.89");
    let cosine = shared / (a * b).sqrt();
    let bits = 64.0 * cosine.acos() / std::f64::consts::PI;
    assert_eq!(format!("{cosine:.2} {bits:.0}"), "0.45 23");
    // the error of a containment that is inferred from 128 slots, by the derivative
    let error = (jaccard * (1.0 - jaccard) / 128.0).sqrt();
    let by_containment = (a + b) / a / (1.0 + jaccard).powi(2) * error;
    assert_eq!(format!("{by_containment:.2}"), "0.12");
    // "every seventh document ... by 0.05"
    assert_eq!((1.0 / bands(64, 2).candidate_probability(0.05)).round(), 7.0);
}
