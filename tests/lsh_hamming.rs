//! The Hamming index finds exactly what a linear scan finds.

use nearcopy::hash::mix;
use nearcopy::lsh::{Bits, HammingIndex};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a scan finds: key and distance, nearest first, then in the order of insertion.
fn scan(stored: &[(u16, u128)], query: u128, distance: u32) -> Vec<(u16, u32)> {
    let mut found: Vec<(u16, u32)> = stored
        .iter()
        .map(|&(key, bits)| (key, (bits ^ query).count_ones()))
        .filter(|&(_, found)| found <= distance)
        .collect();
    found.sort_by_key(|&(_, distance)| distance);
    found
}

/// Some of few centres with some bits flipped, so that neighbours are common.
fn fingerprint() -> impl Strategy<Value = u128> {
    let flips = vec(0u32..128, 0..6);
    (0u64..4, flips).prop_map(|(centre, flips)| {
        let centre = u128::from(mix(centre)) << 64 | u128::from(mix(centre + 10));
        flips.into_iter().fold(centre, |bits, flip| bits ^ 1 << flip)
    })
}

fn check<B: Bits>(
    k: u32,
    blocks: u32,
    operations: &[(u16, u128, bool)],
    queries: &[(u128, u32)],
    cut: impl Fn(u128) -> B,
    widened: impl Fn(u128) -> u128,
) {
    let mut index = HammingIndex::with_blocks(k, blocks).unwrap();
    let mut stored: Vec<(u16, u128)> = Vec::new();
    for &(key, bits, insert) in operations {
        let known = stored.iter().any(|&(other, _)| other == key);
        stored.retain(|&(other, _)| other != key);
        if insert {
            assert_eq!(index.insert(key, cut(bits)), known);
            stored.push((key, widened(bits)));
        } else {
            assert_eq!(index.remove(&key), known);
        }
    }
    assert_eq!(index.len(), stored.len());
    for &(query, distance) in queries {
        let expected = scan(&stored, widened(query), distance.min(k));
        let found = index.within(cut(query), distance.min(k)).unwrap();
        let found: Vec<(u16, u32)> = found.iter().map(|hit| (*hit.key, hit.distance)).collect();
        assert_eq!(found, expected);
        let nearest = index.nearest(cut(query), 3);
        let expected = scan(&stored, widened(query), k);
        let nearest: Vec<(u16, u32)> = nearest.iter().map(|hit| (*hit.key, hit.distance)).collect();
        assert_eq!(nearest, &expected[..expected.len().min(3)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn it_finds_what_a_scan_finds(
        k in 3u32..=7,
        more in 1u32..=3,
        operations in vec((0u16..60, fingerprint(), prop::bool::weighted(0.85)), 0..80),
        queries in vec((fingerprint(), 0u32..9), 1..10),
    ) {
        check(k, k + more, &operations, &queries, |bits| bits as u64, |bits| bits & u128::from(u64::MAX));
        check(k, k + more, &operations, &queries, |bits| bits, |bits| bits);
    }
}

#[test]
fn every_pattern_of_k_bits_is_found() {
    // all 64 choose 3 patterns, and for larger k random ones
    let mut index = HammingIndex::<u8, u64>::new(3).unwrap();
    let centre = mix(1);
    index.insert(0, centre);
    for a in 0..64 {
        for b in 0..=a {
            for c in 0..=b {
                let query = centre ^ (1 << a | 1 << b | 1 << c);
                let distance = (query ^ centre).count_ones();
                assert_eq!(index.within(query, 3).unwrap()[0].distance, distance);
            }
        }
    }
    for k in 4..=7 {
        let mut index = HammingIndex::<u8, u64>::new(k).unwrap();
        index.insert(0, centre);
        for trial in 0..20_000u64 {
            let flips = (0..k).fold(0, |bits, i| bits | 1 << (mix(trial * 8 + u64::from(i)) & 63));
            assert_eq!(index.within(centre ^ flips, k).unwrap().len(), 1);
        }
    }
}

#[test]
fn settings_out_of_range_are_named() {
    type Index = HammingIndex<u8, u64>;
    for k in [0, 2, 8, u32::MAX] {
        assert_eq!(Index::new(k).unwrap_err().setting(), "k");
    }
    for blocks in [3, 17, u32::MAX] {
        assert_eq!(Index::with_blocks(3, blocks).unwrap_err().setting(), "blocks");
    }
    // 16 choose 8 tables would be too many
    assert_eq!(Index::with_blocks(7, 16).unwrap_err().setting(), "blocks");
    let index = Index::new(3).unwrap();
    assert_eq!((index.tables(), index.radius()), (4, 3));
    assert_eq!(index.within(0, 4).unwrap_err().setting(), "distance");
    assert_eq!(Index::with_blocks(7, 10).unwrap().tables(), 120);
}
