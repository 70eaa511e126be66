//! K-permutation signatures equal those of datasketch 2.0 (`datasketch/vectors.py`).

use nearcopy::hash::mix;
use nearcopy::sketch::{LeanLayout, PermutationHasher};
use sha1::{Digest, Sha1};

/// The default hash of datasketch: the first four bytes of SHA-1, little-endian.
fn sha1_hash32(token: &[u8]) -> u32 {
    let digest = Sha1::digest(token);
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn vectors() -> impl Iterator<Item = (u32, usize, usize, Vec<u8>)> {
    include_str!("datasketch/vectors.txt").lines().map(|line| {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap();
        let (seed, slots, count, hex) = (next(), next(), next(), next());
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes = (0..hex.len()).step_by(2).map(byte).collect();
        (seed.parse().unwrap(), slots.parse().unwrap(), count.parse().unwrap(), bytes)
    })
}

#[test]
fn values_and_bytes_are_those_of_datasketch() {
    let mut checked = 0;
    for (seed, slots, count, bytes) in vectors() {
        let hasher = PermutationHasher::new(slots, seed).unwrap();
        let mut hashes: Vec<u32> =
            (0..count).map(|i| sha1_hash32(format!("token {i}").as_bytes())).collect();
        if count > 0 {
            hashes.push(sha1_hash32("naïve – 東京".as_bytes()));
        }
        let signature = hasher.sketch(hashes.iter().copied());
        let theirs = hasher.decode_lean(&bytes, LeanLayout::Native).unwrap();
        assert_eq!(signature.slots(), theirs.slots(), "seed {seed}, {slots} slots, {count} tokens");
        assert_eq!(signature.is_empty(), count == 0);
        let mut out = Vec::new();
        signature.encode_lean(LeanLayout::Native, &mut out);
        assert_eq!(out, bytes);

        let packed: Vec<u8> = bytes[..13].iter().chain(&bytes[16..]).copied().collect();
        assert_eq!(hasher.decode_lean(&packed, LeanLayout::Packed).unwrap(), theirs);
        out.clear();
        signature.encode_lean(LeanLayout::Packed, &mut out);
        assert_eq!(out, packed);

        let mut row = vec![7; slots];
        hasher.sketch_row(hashes, &mut row);
        assert_eq!(hasher.signature(&row).unwrap(), theirs);
        checked += 1;
    }
    assert_eq!(checked, 7);
}

#[test]
fn other_bytes_are_refused() {
    let hasher = PermutationHasher::new(128, 1).unwrap();
    let (_, _, _, bytes) = vectors().next().unwrap();
    let native = |bytes: &[u8]| hasher.decode_lean(bytes, LeanLayout::Native);
    for len in 0..bytes.len() {
        assert!(native(&bytes[..len]).is_err(), "{len} bytes");
    }
    for at in 0..16 {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 4;
        assert!(native(&spoilt).is_err(), "byte {at}");
    }
    assert!(hasher.decode_lean(&bytes, LeanLayout::Packed).is_err());
    let other = PermutationHasher::new(128, 2).unwrap();
    let error = other.decode_lean(&bytes, LeanLayout::Native).unwrap_err();
    assert_eq!(
        error.to_string(),
        "seed is 1, expected the seed of this maker; the bytes are of something else"
    );
}

#[test]
fn union_is_the_minimum_and_mismatches_are_named() {
    let hasher = PermutationHasher::new(100, 9).unwrap();
    let word = |i: u64| mix(i) as u32;
    let (a, b) = (hasher.sketch((0..80).map(word)), hasher.sketch((40..300).map(word)));
    let mut both = a.clone();
    both.merge(&b).unwrap();
    assert_eq!(both, hasher.sketch((0..300).rev().map(word)));

    let empty = hasher.sketch([]);
    assert_eq!(empty.jaccard(&empty).unwrap().value(), 0.0);
    assert_eq!(a.jaccard(&a).unwrap().value(), 1.0);

    let other = PermutationHasher::new(100, 8).unwrap().sketch(0..9);
    assert_eq!(a.jaccard(&other).unwrap_err().field, "seed");
    assert_eq!(PermutationHasher::new(0, 1).unwrap_err().setting(), "slots");
}
