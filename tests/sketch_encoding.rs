//! Cut, flipped and made-up bytes are told apart from sketches, and serde lets nothing invalid in.

use nearcopy::hash::mix;
use nearcopy::sketch::{
    DecodeError, Digest8, Digest16, MinHash, MinHasher, PermutationHasher, PermutationMinHash,
    SampledShingles, Sampler, SimHash64, SimHash128, SimHasher,
};
use proptest::prelude::*;

type Decode = fn(&[u8]) -> Result<(), DecodeError>;

/// Every kind: its bytes and its decoder.
fn kinds() -> Vec<(Vec<u8>, Decode)> {
    let shingles: Vec<u64> = (0..200).map(mix).collect();
    let signature = MinHasher::new(64, 3).unwrap().sketch(&shingles);
    let permuted = PermutationHasher::new(16, 1).unwrap().sketch(0..50);
    let fingerprints = SimHasher::default();
    let mut all: Vec<(Vec<u8>, Decode)> = vec![
        (Vec::new(), |b| MinHash::decode(b).map(drop)),
        (Vec::new(), |b| Digest8::decode(b).map(drop)),
        (Vec::new(), |b| Digest16::decode(b).map(drop)),
        (Vec::new(), |b| PermutationMinHash::decode(b).map(drop)),
        (Vec::new(), |b| SimHash64::decode(b).map(drop)),
        (Vec::new(), |b| SimHash128::decode(b).map(drop)),
        (Vec::new(), |b| SampledShingles::decode(b).map(drop)),
    ];
    signature.encode(&mut all[0].0);
    Digest8::from(&signature).encode(&mut all[1].0);
    Digest16::from(&signature).encode(&mut all[2].0);
    permuted.encode(&mut all[3].0);
    fingerprints.sketch64(&shingles).unwrap().encode(&mut all[4].0);
    fingerprints.sketch128(&shingles).unwrap().encode(&mut all[5].0);
    Sampler::one_in(4).unwrap().at_most(30).unwrap().sample(&shingles).encode(&mut all[6].0);
    all
}

/// `bytes` with a checksum that holds.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let content = bytes.len() - 4;
    let checksum = nearcopy::hash::bytes(&bytes[..content]) as u32;
    bytes[content..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn every_cut_and_every_addition_is_noticed() {
    for (bytes, decode) in kinds() {
        decode(&bytes).unwrap();
        for len in 0..bytes.len() {
            let error = decode(&bytes[..len]).unwrap_err();
            assert!(matches!(error, DecodeError::Length { found, .. } if found == len), "{error}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(matches!(decode(&longer), Err(DecodeError::Length { .. })));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    for (bytes, decode) in kinds() {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&flipped).is_err(), "bit {bit} of {}", bytes.len() * 8);
        }
    }
}

#[test]
fn a_sketch_is_not_taken_for_another_kind_or_version() {
    let all = kinds();
    for (i, (bytes, _)) in all.iter().enumerate() {
        for (j, (_, decode)) in all.iter().enumerate() {
            let (expected, found) = (j as u8 + 1, i as u8 + 1);
            match decode(bytes) {
                Ok(()) => assert_eq!(i, j),
                Err(error) => assert_eq!(error, DecodeError::Kind { expected, found }),
            }
        }
        let mut newer = bytes.clone();
        newer[3] = 2;
        let error = (all[i].1)(&sealed(newer)).unwrap_err();
        assert_eq!(error, DecodeError::Version { expected: 1, found: 2 });
        assert_eq!(
            error.to_string(),
            "layout version 2, this build reads 1; decode with the version that wrote it"
        );
    }
}

#[test]
fn values_that_no_sketch_has_are_refused_even_if_sealed() {
    let all = kinds();
    let spoil = |kind: usize, at: usize, with: &[u8]| {
        let (bytes, decode) = &all[kind];
        let mut bytes = bytes.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        decode(&sealed(bytes)).unwrap_err()
    };
    let value = |error: DecodeError, expected_field: &str| match error {
        DecodeError::Value { field, .. } => assert_eq!(field, expected_field),
        other => panic!("{other}"),
    };
    value(spoil(0, 20, &65u16.to_le_bytes()), "slots");
    value(spoil(0, 20, &0u16.to_le_bytes()), "slots");
    // one vacant slot among taken ones, and a round that 64 slots do not have
    value(spoil(0, 22, &u32::MAX.to_le_bytes()), "slots");
    value(spoil(0, 22, &(1u32 << 31 | 66 << 20).to_le_bytes()), "slots");
    value(spoil(1, 22, &[2]), "empty");
    value(spoil(1, 22, &[1]), "slots");
    value(spoil(3, 16, &0u16.to_le_bytes()), "slots");
    value(spoil(6, 12, &0u64.to_le_bytes()), "one_in");
    value(spoil(6, 20, &29u32.to_le_bytes()), "hashes");
    value(spoil(6, 24, &u64::MAX.to_le_bytes()), "ceiling");
    value(spoil(6, 36, &u64::MAX.to_le_bytes()), "hashes");
    // lengths that are not there, whatever they claim
    assert!(matches!(spoil(6, 32, &u32::MAX.to_le_bytes()), DecodeError::Length { .. }));
    assert!(matches!(spoil(0, 20, &1024u16.to_le_bytes()), DecodeError::Length { .. }));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        kind in 0usize..7,
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let all = kinds();
        let (bytes, decode) = &all[kind];
        let _ = decode(&body);
        // behind a valid header, and sealed, so that the bodies are reached
        let mut bytes = bytes[..12].to_vec();
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(&[0; 4]);
        let _ = decode(&sealed(bytes));
    }
}

#[cfg(feature = "serde")]
mod through_serde {
    use super::*;
    use nearcopy::lsh::Bands;
    use nearcopy::sketch::Estimate;
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
        value: &T,
    ) -> Value {
        let json = serde_json::to_value(value).unwrap();
        assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value);
        json
    }

    fn refused<T: DeserializeOwned + std::fmt::Debug>(
        json: &Value,
        path: &str,
        with: Value,
    ) -> String {
        let mut json = json.clone();
        *json.pointer_mut(path).unwrap() = with;
        serde_json::from_value::<T>(json).unwrap_err().to_string()
    }

    #[test]
    fn values_come_back_and_invalid_ones_do_not() {
        let shingles: Vec<u64> = (0..200).map(mix).collect();
        let signature = MinHasher::new(64, 3).unwrap().sketch(&shingles);
        let json = round_trip(&signature);
        assert_eq!(MinHasher::from(signature.id()).sketch(&shingles), signature);
        refused::<MinHash>(&json, "/id/slots", json!(60));
        refused::<MinHash>(&json, "/id/slots", json!(72));
        refused::<MinHash>(&json, "/values/0", json!(u32::MAX));

        let digest = Digest8::from(&signature);
        let json = round_trip(&digest);
        refused::<Digest8>(&json, "/empty", json!(true));
        refused::<Digest8>(&json, "/values", json!([1, 2]));
        round_trip(&Digest16::from(&signature));

        let json = round_trip(&PermutationHasher::new(16, 1).unwrap().sketch(0..50));
        refused::<PermutationMinHash>(&json, "/values", json!([]));

        round_trip(&SimHasher::default().sketch64(&shingles).unwrap());
        round_trip(&SimHasher::default().sketch128(&shingles).unwrap());

        let json = round_trip(&Sampler::one_in(4).unwrap().sample(&shingles));
        refused::<SampledShingles>(&json, "/one_in", json!(0));
        refused::<SampledShingles>(&json, "/hashes/0", json!(u64::MAX));
        refused::<SampledShingles>(&json, "/hashes", json!([7, 7]));

        let json = round_trip(&Sampler::one_in(4).unwrap().at_most(9).unwrap());
        refused::<Sampler>(&json, "/one_in", json!(0));
        refused::<Sampler>(&json, "/limit", json!(0));

        let json = round_trip(&Estimate::from_counts(3, 4));
        let message = refused::<Estimate>(&json, "/matches", json!(5));
        assert!(message.contains("matches is 5, expected at most the trials"), "{message}");
        refused::<Estimate>(&json, "/floor", json!(1.0));

        let json = round_trip(&Bands::new(20, 5).unwrap());
        refused::<Bands>(&json, "/rows", json!(0));
    }
}
