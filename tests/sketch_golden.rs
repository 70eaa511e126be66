//! Every sketch and encoding against bytes of a second implementation (`golden/sketch_reference.py`).

use nearcopy::hash::mix;
use nearcopy::lsh::Bands;
use nearcopy::recipe::RecipeId;
use nearcopy::sketch::{
    Digest8, Digest16, MinHash, MinHasher, PermutationHasher, PermutationMinHash, SampledShingles,
    Sampler, SimHash64, SimHash128, SimHasher,
};

const RECIPE: RecipeId = RecipeId(0x0123_4567_89AB_CDEF);

fn shingles(n: u64) -> Vec<u64> {
    (0..n).map(mix).collect()
}

fn golden(name: &str) -> Vec<u8> {
    let line = include_str!("golden/sketches.txt")
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no golden vector {name:?}"));
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    line.as_bytes().chunks(2).map(byte).collect()
}

fn bytes(encode: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = b"kept".to_vec();
    encode(&mut out);
    assert_eq!(&out[..4], b"kept");
    out.split_off(4)
}

#[test]
fn signatures_and_digests() {
    for (n, slots, seed) in [
        (0, 64, 0),
        (1, 64, 0),
        (2, 64, 5),
        (30, 128, 0),
        (300, 128, 7),
        (500, 256, 1),
        (5, 1024, 0),
    ] {
        let name = format!("{n} of {slots} seed {seed}");
        let hasher = MinHasher::new(slots, seed).unwrap().with_recipe(RECIPE);
        let signature = hasher.sketch(&shingles(n));
        let golden_bytes = golden(&format!("minhash {name}"));
        assert_eq!(bytes(|out| signature.encode(out)), golden_bytes, "{name}");
        assert_eq!(MinHash::decode(&golden_bytes).unwrap(), signature);
        assert_eq!(signature.is_empty(), n == 0);

        let digest = Digest8::from(&signature);
        let golden_bytes = golden(&format!("digest8 {name}"));
        assert_eq!(bytes(|out| digest.encode(out)), golden_bytes, "{name}");
        assert_eq!(Digest8::decode(&golden_bytes).unwrap(), digest);

        let digest = Digest16::from(&signature);
        let golden_bytes = golden(&format!("digest16 {name}"));
        assert_eq!(bytes(|out| digest.encode(out)), golden_bytes, "{name}");
        assert_eq!(Digest16::decode(&golden_bytes).unwrap(), digest);
    }
}

#[test]
fn signatures_by_permutation() {
    for (n, slots) in [(0, 16), (30, 128)] {
        let hasher = PermutationHasher::new(slots, 1).unwrap().with_recipe(RECIPE);
        let signature = hasher.sketch(shingles(n).into_iter().map(|x| x as u32));
        let golden_bytes = golden(&format!("permutation {n} of {slots} seed 1"));
        assert_eq!(bytes(|out| signature.encode(out)), golden_bytes);
        assert_eq!(PermutationMinHash::decode(&golden_bytes).unwrap(), signature);
    }
}

#[test]
fn simhash_fingerprints() {
    let hasher = SimHasher::with_recipe(RECIPE);
    for n in [1, 2, 300] {
        let features = shingles(n);
        let weights: Vec<u32> = (1..=n as u32).map(|i| i % 7).collect();
        let plain = (hasher.sketch64(&features), hasher.sketch128(&features));
        let weighted = (
            hasher.sketch64_weighted(&features, &weights).unwrap(),
            hasher.sketch128_weighted(&features, &weights).unwrap(),
        );
        for (kind, (narrow, wide)) in [("plain", plain), ("weighted", weighted)] {
            let (narrow, wide) = (narrow.unwrap(), wide.unwrap());
            let golden_bytes = golden(&format!("simhash64 {n} {kind}"));
            assert_eq!(bytes(|out| narrow.encode(out)), golden_bytes);
            assert_eq!(SimHash64::decode(&golden_bytes).unwrap(), narrow);
            let golden_bytes = golden(&format!("simhash128 {n} {kind}"));
            assert_eq!(bytes(|out| wide.encode(out)), golden_bytes);
            assert_eq!(SimHash128::decode(&golden_bytes).unwrap(), wide);
            assert_eq!(wide.bits() as u64, narrow.bits());
        }
    }
}

#[test]
fn sampled_shingles() {
    for (n, one_in, limit) in [(0, 16, 0), (300, 16, 0), (300, 1, 20), (300, 4, 200), (10, 1, 20)] {
        let mut sampler = Sampler::one_in(one_in).unwrap().with_recipe(RECIPE);
        if limit > 0 {
            sampler = sampler.at_most(limit).unwrap();
        }
        let sample = sampler.sample(&shingles(n));
        let golden_bytes = golden(&format!("sampled {n} 1/{one_in} limit {limit}"));
        assert_eq!(bytes(|out| sample.encode(out)), golden_bytes);
        assert_eq!(SampledShingles::decode(&golden_bytes).unwrap(), sample);
    }
}

#[test]
fn band_keys() {
    let signature = MinHasher::new(128, 0).unwrap().sketch(&shingles(300));
    let keys = Bands::new(14, 9).unwrap().keys(signature.slots());
    let found: Vec<u8> = keys.flat_map(u64::to_be_bytes).collect();
    assert_eq!(found, golden("keys 14x9"));
}
