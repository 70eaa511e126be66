//! The stated chances of a nomination beside what winnowing does to random shingles.

use nearcopy::index::{Detection, Postings, Scratch};
use nearcopy::shingle::{window_for, winnow};
use nearcopy::{Profile, Recipe};
use std::collections::BTreeSet;

/// Numbers that look random, from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn shingles(&mut self, n: usize) -> Vec<u64> {
        (0..n).map(|_| self.next()).collect()
    }
}

fn fingerprints(recipe: Recipe, shingles: &[u64]) -> BTreeSet<u64> {
    let window = window_for(recipe, shingles.len());
    winnow(shingles, window).iter().map(|f| f.hash).collect()
}

/// Whether the smaller one nominates the larger, as a batch does it.
fn nominated(
    recipe: Recipe,
    smaller: &[u64],
    larger: &[u64],
    probe_all: usize,
    a_hit: usize,
) -> bool {
    let (own, theirs) = (fingerprints(recipe, smaller), fingerprints(recipe, larger));
    let mut postings = Postings::new(16);
    for &fingerprint in &theirs {
        postings.insert(fingerprint, 0);
    }
    let probes: Vec<u64> = if smaller.len() <= probe_all {
        smaller.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
    } else {
        own.iter().copied().collect()
    };
    let found = postings.candidates(&probes, 1, &mut Scratch::default());
    found.first().is_some_and(|c| c.hits as usize * a_hit >= own.len().min(theirs.len()))
}

/// The share of random pairs that are nominated.
fn measured(smaller: usize, larger: usize, share: f64, in_one_run: bool) -> f64 {
    const PAIRS: usize = 400;
    let recipe = Recipe::default();
    let mut random = Random(smaller as u64 * 31 + larger as u64 + (share * 1000.0) as u64);
    let mut found = 0;
    for _ in 0..PAIRS {
        let long = random.shingles(larger);
        let start = random.next() as usize % (larger - smaller + 1);
        let mut short = long[start..start + smaller].to_vec();
        let run = (share * smaller as f64).round() as usize;
        for (at, shingle) in short.iter_mut().enumerate() {
            let shared = if in_one_run { at < run } else { random.share() < share };
            if !shared {
                *shingle = random.next();
            }
        }
        found += usize::from(nominated(recipe, &short, &long, 150, 12));
    }
    found as f64 / PAIRS as f64
}

#[test]
fn scattered_text_is_found_as_often_as_stated() {
    let detection = Detection::new(Recipe::default());
    for (smaller, larger) in [(60, 60), (120, 480), (140, 1200), (300, 300), (400, 1600)] {
        for share in [0.03, 0.06, 0.1, 0.15, 0.25, 0.4, 0.7] {
            let stated = detection.probability(smaller, larger, share, false);
            let measured = measured(smaller, larger, share, false);
            // four standard errors of 400 pairs, and what rounding of counts does
            assert!(
                (stated - measured).abs() < 0.14,
                "{smaller} in {larger}, {share} shared: stated {stated:.3}, measured {measured:.3}"
            );
        }
    }
}

#[test]
fn a_run_as_long_as_guaranteed_is_always_found() {
    let detection = Detection::new(Recipe::default());
    let mut certain = 0;
    for (smaller, larger) in [(60, 60), (120, 480), (296, 1196), (400, 1600), (1000, 1000)] {
        for share in [0.05, 0.1, 0.2, 0.3, 0.5, 0.89, 1.0] {
            let stated = detection.probability(smaller, larger, share, true);
            if stated < 1.0 {
                continue;
            }
            assert_eq!(measured(smaller, larger, share, true), 1.0, "{smaller}, {larger}, {share}");
            certain += 1;
        }
    }
    assert!(certain > 12, "{certain}");
    // shared runs of documents whose windows differ, and the promise for two
    let mut random = Random(7);
    for (n, m) in [(20, 400), (40, 64), (300, 90), (64, 64)] {
        let longer = n.max(m);
        for wanted in [1, 2] {
            let run = detection.guaranteed_run(longer, wanted) - 4;
            if run > n.min(m) {
                continue;
            }
            for _ in 0..200 {
                let shared = random.shingles(run);
                let mut around = |n: usize| {
                    let before = random.next() as usize % (n - run + 1);
                    [random.shingles(before), shared.clone(), random.shingles(n - run - before)]
                        .concat()
                };
                let (a, b) = (around(n), around(m));
                let recipe = Recipe::default();
                let common = &fingerprints(recipe, &a) & &fingerprints(recipe, &b);
                assert!(common.len() >= wanted, "{run} shingles of {n} and {m}");
            }
        }
    }
}

#[test]
fn as_many_fingerprints_as_stated_and_as_many_bytes() {
    let mut random = Random(3);
    for profile in Profile::ALL {
        let recipe = Recipe::for_profile(profile);
        let detection = Detection::new(recipe);
        for shingles in [1, 5, 16, 40, 150, 1000] {
            let mut sum = 0;
            let mut postings = Postings::new(4);
            for doc in 0..300 {
                let found = fingerprints(recipe, &random.shingles(shingles));
                sum += found.len();
                for fingerprint in found {
                    postings.insert(fingerprint, doc);
                }
            }
            let (mean, stated) = (sum as f64 / 300.0, detection.fingerprints(shingles));
            assert!((mean - stated).abs() < 0.04 * stated + 0.02, "{profile}: {mean} {stated}");
            let bytes = postings.memory_usage() as f64 / 300.0;
            let [least, most] = detection.bytes(shingles);
            let smallest = 1024.0 * 16.0 / 300.0;
            assert!(bytes <= (most * 1.05).max(smallest) && bytes >= least * 0.95, "{bytes}");
        }
    }
}

#[test]
fn short_documents_are_looked_up_by_all_their_shingles() {
    for profile in Profile::ALL {
        let detection = Detection::new(Recipe::for_profile(profile));
        let most = if profile == Profile::Ocr { 3200 } else { 150 };
        assert_eq!(detection.looked_up(most), most as f64, "{profile}");
        assert_eq!(detection.looked_up(most + 1), detection.fingerprints(most + 1), "{profile}");
    }
}

#[test]
fn chances_are_chances_and_grow_with_what_is_shared() {
    for profile in Profile::ALL {
        let detection = Detection::new(Recipe::for_profile(profile));
        for (smaller, larger) in [(0, 0), (1, 1), (10, 50), (200, 100), (5000, 20_000)] {
            for in_one_run in [true, false] {
                let chance = |i: u32| {
                    detection.probability(smaller, larger, f64::from(i) / 10.0, in_one_run)
                };
                let chances: Vec<f64> = (0..=10).map(chance).collect();
                assert!(chances.iter().all(|c| (0.0..=1.0).contains(c)), "{chances:?}");
                assert!(chances.is_sorted_by(|x, y| *x <= y + 1e-9), "{profile}: {chances:?}");
            }
        }
        assert_eq!(detection.probability(100, 400, f64::NAN, false), 0.0);
        assert_eq!(
            detection.probability(100, 400, 7.0, false),
            detection.probability(400, 100, 1.0, false)
        );
    }
    let jaccard = Detection::resemblance(100, 394, 0.89);
    assert!((jaccard - 0.22).abs() < 0.001, "{jaccard}");
    assert_eq!(Detection::resemblance(0, 0, 1.0), 0.0);
    assert_eq!(Detection::resemblance(50, 50, 1.0), 1.0);
}
