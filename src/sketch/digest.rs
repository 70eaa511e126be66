//! Signatures cut to 8 or 16 bits a slot, for comparing only.

use super::encoding::{DecodeError, Kind};
use super::estimate::Estimate;
use super::kernel::matches;
use super::minhash::{MinHash, SignatureId};
use crate::error::RecipeMismatch;
use crate::hash::mix;

macro_rules! digest {
    ($name:ident, $word:ty, $kind:expr, $chance:literal, $doc:literal) => {
        #[doc = $doc]
        ///
        /// The cut after P. Li and A. C. König (WWW 2010): a slot keeps the low bits of its mixed
        /// value. Unequal slots then agree by chance, which [`jaccard`](Self::jaccard) corrects. A
        /// digest cannot be merged or banded: merge and band the [`MinHash`], then cut.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name {
            id: SignatureId,
            /// Whether the set was empty; then all values are 0.
            empty: bool,
            values: Box<[$word]>,
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                struct Fields {
                    id: SignatureId,
                    empty: bool,
                    values: Box<[$word]>,
                }
                let Fields { id, empty, values } = Fields::deserialize(from)?;
                Self::new(id, empty, values).ok_or_else(|| serde::de::Error::custom(VALUES))
            }
        }

        impl From<&MinHash> for $name {
            fn from(signature: &MinHash) -> Self {
                let empty = signature.is_empty();
                let cut = |&value: &u32| if empty { 0 } else { mix(u64::from(value)) as $word };
                let values = signature.slots().iter().map(cut).collect();
                Self { id: signature.id(), empty, values }
            }
        }

        impl $name {
            /// `None` if no signature has these values.
            fn new(id: SignatureId, empty: bool, values: Box<[$word]>) -> Option<Self> {
                let valid =
                    values.len() == id.slots() && !(empty && values.iter().any(|&v| v != 0));
                valid.then_some(Self { id, empty, values })
            }

            /// What it has in common with digests it can be compared to.
            #[must_use]
            pub fn id(&self) -> SignatureId {
                self.id
            }

            /// The values of the slots: the low bits of [`mix`] of the signature's; all 0 for the
            /// empty set.
            #[must_use]
            pub fn slots(&self) -> &[$word] {
                &self.values
            }

            /// Whether it was made of no shingles at all.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.empty
            }

            /// The resemblance of the two sets, estimated and corrected for chance; 0 if either is
            /// empty.
            ///
            /// # Errors
            /// If the two were not made by the same maker.
            pub fn jaccard(&self, other: &Self) -> Result<Estimate, RecipeMismatch> {
                self.id.check(other.id)?;
                let equal = if self.empty || other.empty {
                    0
                } else {
                    matches::count(&self.values, &other.values)
                };
                let estimate = Estimate::from_counts(equal as u64, self.values.len() as u64);
                Ok(estimate.above_chance($chance))
            }

            /// Appends the binary form to `out`; see [`encoding`](super::encoding).
            pub fn encode(&self, out: &mut Vec<u8>) {
                let mut writer = self.id.write($kind, out);
                writer.put(&[u8::from(self.empty)]);
                writer.put_all(self.values.iter().map(|value| value.to_le_bytes()));
                writer.finish();
            }

            /// Reads the binary form.
            ///
            /// # Errors
            /// If `bytes` are not exactly one intact encoded digest of this width.
            pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                let (id, mut reader) = SignatureId::read(bytes, $kind)?;
                let [empty] = reader.array()?;
                let rest = reader.rest(id.slots())?;
                let values = rest.iter().map(|&v| <$word>::from_le_bytes(v)).collect();
                if empty > 1 {
                    return Err(DecodeError::value("empty", empty, "0 or 1"));
                }
                Self::new(id, empty == 1, values)
                    .ok_or_else(|| DecodeError::value("slots", "unreadable", VALUES))
            }
        }
    };
}

const VALUES: &str = "a value a slot, all 0 for the empty set";

digest!(
    Digest8,
    u8,
    Kind::Digest8,
    0.003_906_25,
    "A signature at one byte a slot: a quarter of the memory, 0.4 % more variance at J = 0.5."
);
digest!(
    Digest16,
    u16,
    Kind::Digest16,
    0.000_015_258_789_062_5,
    "A signature at two bytes a slot: half of the memory, no error that could be noticed."
);
