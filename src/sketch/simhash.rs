//! SimHash fingerprints: nearness as the number of differing bits.

use super::encoding::{DecodeError, Kind, Reader, Writer};
use super::estimate::Estimate;
use super::kernel::vertical::Counters;
use crate::error::{ConfigError, RecipeMismatch};
use crate::hash::mix;
use crate::recipe::{Recipe, RecipeId};

/// Words mixed at a time.
const CHUNK: usize = 256;

/// Tells apart the two words that a feature gives to 128 bits.
const SECOND_WORD: u64 = 0x5349_4D48_4153_4832;

/// Makes SimHash fingerprints of weighted features (M. Charikar, STOC 2002; for near-duplicate web
/// pages G. S. Manku, A. Jain and A. Das Sarma, WWW 2007).
///
/// Features are 64-bit hashes or ids, usually shingles; weights are integers, so that the sums are
/// exact: scale real weights (an inverse document frequency, a field's boost) before. Bit `i` is set
/// if the features whose mixed hash has bit `i` weigh more than half of all. A feature given twice
/// counts twice. Feature `f` is mixed to [`mix(f)`](mix), for bits 64 to 127 to `mix(f ^
/// 0x53494D4841534832)`.
///
/// Two fingerprints differ in about `bits * acos(c) / π` bits for documents whose feature vectors
/// have the cosine `c`. So it finds small edits of whole pages: 3 of 64 bits is a cosine of 0.99,
/// and a quarter of an article against the whole (cosine 0.45) differs in 23 of 64 bits. For
/// truncated copies use fingerprints or [`SampledShingles`](super::SampledShingles).
///
/// Cost: about 2 ns a feature of weight 1, and a nanosecond more for each bit that weights have.
///
/// ```
/// use nearcopy::sketch::SimHasher;
///
/// let hasher = SimHasher::default();
/// let a: Vec<u64> = (0..1000).collect();
/// let b: Vec<u64> = (5..1005).collect();
/// let (a, b) = (hasher.sketch64(&a).unwrap(), hasher.sketch64(&b).unwrap());
/// assert!(a.hamming(&b).unwrap() <= 8);
/// assert!(hasher.sketch64(&[]).is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimHasher {
    recipe: RecipeId,
}

impl Default for SimHasher {
    /// For shingles of the default recipe.
    fn default() -> Self {
        Self { recipe: Recipe::default().id() }
    }
}

impl SimHasher {
    /// For features of another recipe, or of one's own making under an own id.
    #[must_use]
    pub fn with_recipe(recipe: RecipeId) -> Self {
        Self { recipe }
    }

    /// The 64-bit fingerprint of `features`, each of weight 1; `None` without features.
    #[must_use]
    pub fn sketch64(self, features: &[u64]) -> Option<SimHash64> {
        let bits = count(features, 0)?;
        Some(SimHash64 { recipe: self.recipe, bits })
    }

    /// The 128-bit fingerprint of `features`, each of weight 1; `None` without features. Its lower
    /// half is the 64-bit fingerprint.
    #[must_use]
    pub fn sketch128(self, features: &[u64]) -> Option<SimHash128> {
        let (low, high) = (count(features, 0)?, count(features, SECOND_WORD)?);
        Some(SimHash128 { recipe: self.recipe, bits: u128::from(high) << 64 | u128::from(low) })
    }

    /// The 64-bit fingerprint of `features[i]` with weight `weights[i]`; `None` if all weights are 0
    /// or there are no features.
    ///
    /// # Errors
    /// If there are not as many weights as features.
    pub fn sketch64_weighted(
        self,
        features: &[u64],
        weights: &[u32],
    ) -> Result<Option<SimHash64>, ConfigError> {
        let bits = count_weighted(features, weights, 0)?;
        Ok(bits.map(|bits| SimHash64 { recipe: self.recipe, bits }))
    }

    /// The 128-bit fingerprint of `features[i]` with weight `weights[i]`; `None` if all weights are 0
    /// or there are no features.
    ///
    /// # Errors
    /// If there are not as many weights as features.
    pub fn sketch128_weighted(
        self,
        features: &[u64],
        weights: &[u32],
    ) -> Result<Option<SimHash128>, ConfigError> {
        let low = count_weighted(features, weights, 0)?;
        let high = count_weighted(features, weights, SECOND_WORD)?;
        Ok(low.zip(high).map(|(low, high)| SimHash128 {
            recipe: self.recipe,
            bits: u128::from(high) << 64 | u128::from(low),
        }))
    }
}

fn count(features: &[u64], word: u64) -> Option<u64> {
    let mut counters = Counters::new();
    let mut mixed = [0; CHUNK];
    for chunk in features.chunks(CHUNK) {
        counters.add(mixed_words(chunk, word, &mut mixed));
    }
    (!features.is_empty()).then(|| counters.majority())
}

fn count_weighted(
    features: &[u64],
    weights: &[u32],
    word: u64,
) -> Result<Option<u64>, ConfigError> {
    if features.len() != weights.len() {
        return Err(ConfigError::new("weights", weights.len(), "as many as features"));
    }
    let mut counters = Counters::new();
    let mut mixed = [0; CHUNK];
    for (features, weights) in features.chunks(CHUNK).zip(weights.chunks(CHUNK)) {
        counters.add_weighted(mixed_words(features, word, &mut mixed), weights);
    }
    let any = weights.iter().any(|&weight| weight > 0);
    Ok(any.then(|| counters.majority()))
}

fn mixed_words<'m>(features: &[u64], word: u64, mixed: &'m mut [u64; CHUNK]) -> &'m [u64] {
    for (to, &feature) in mixed.iter_mut().zip(features) {
        *to = mix(feature ^ word);
    }
    &mixed[..features.len()]
}

macro_rules! simhash {
    ($name:ident, $(#[$serde:meta])* $word:ty, $bits:literal, $kind:expr, $doc:literal) => {
        #[doc = $doc]
        ///
        /// There is none of no features; see [`SimHasher`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name {
            recipe: RecipeId,
            $(#[$serde])*
            bits: $word,
        }

        impl $name {
            /// A fingerprint computed elsewhere.
            #[must_use]
            pub fn from_bits(recipe: RecipeId, bits: $word) -> Self {
                Self { recipe, bits }
            }

            /// The bits, for a [`HammingIndex`](crate::lsh::HammingIndex) or an own store.
            #[must_use]
            pub fn bits(self) -> $word {
                self.bits
            }

            /// Recipe of the features.
            #[must_use]
            pub fn recipe(self) -> RecipeId {
                self.recipe
            }

            /// Number of bits in which the two differ.
            ///
            /// # Errors
            /// If the features are of different recipes.
            pub fn hamming(self, other: &Self) -> Result<u32, RecipeMismatch> {
                if self.recipe != other.recipe {
                    return Err(RecipeMismatch::new("recipe", self.recipe, other.recipe));
                }
                Ok((self.bits ^ other.bits).count_ones())
            }

            /// The share of equal bits, which estimates `1 - angle / π` of the two feature vectors:
            /// 0.5 for unrelated documents.
            ///
            /// # Errors
            /// If the features are of different recipes.
            pub fn agreement(self, other: &Self) -> Result<Estimate, RecipeMismatch> {
                let differ = self.hamming(other)?;
                Ok(Estimate::from_counts($bits - u64::from(differ), $bits))
            }

            /// Appends the binary form to `out`; see [`encoding`](super::encoding).
            pub fn encode(self, out: &mut Vec<u8>) {
                let mut writer = Writer::new(out, $kind, self.recipe);
                writer.put(&self.bits.to_le_bytes());
                writer.finish();
            }

            /// Reads the binary form.
            ///
            /// # Errors
            /// If `bytes` are not exactly one intact encoded fingerprint of this width.
            pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                let (reader, recipe) = Reader::new(bytes, $kind)?;
                let bits = <$word>::from_le_bytes(reader.rest(1)?[0]);
                Ok(Self { recipe, bits })
            }
        }
    };
}

simhash!(SimHash64, u64, 64, Kind::SimHash64, "A SimHash fingerprint of 64 bits.");
simhash!(
    SimHash128,
    #[cfg_attr(feature = "serde", serde(with = "halves"))]
    u128,
    128,
    Kind::SimHash128,
    "A SimHash fingerprint of 128 bits."
);

/// 128 bits as two words, the lower first: many formats have no wider integers.
#[cfg(feature = "serde")]
mod halves {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(bits: &u128, to: S) -> Result<S::Ok, S::Error> {
        [*bits as u64, (bits >> 64) as u64].serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        let [low, high] = <[u64; 2]>::deserialize(from)?;
        Ok(u128::from(high) << 64 | u128::from(low))
    }
}
