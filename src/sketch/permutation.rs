//! MinHash by k permutations, in the layout of datasketch 2.0, for exchanging signatures.

use super::encoding::{DecodeError, Kind, Reader, Writer};
use super::estimate::Estimate;
use super::kernel::{matches, permutation};
use super::mt19937::Mt19937;
use crate::error::{ConfigError, RecipeMismatch};
use crate::recipe::{Recipe, RecipeId};

/// Makes [`PermutationMinHash`] signatures: the classic k-permutation MinHash (A. Broder, 1997).
///
/// Use it where signatures must equal those of others; [`MinHasher`](super::MinHasher) has less error
/// and is several times faster on articles. The values are those of the Python package datasketch, version 2.0, with its
/// default scheme `affine32`: hash `h` is mixed once by the 32-bit finaliser of MurmurHash3, and slot
/// `i` keeps the least `a[i] * h + b[i] mod 2^32`, where all `a` (odd), then all `b`, come from
/// NumPy's `RandomState(seed)`. Its default hash of a token is the first four bytes, little-endian,
/// of the token's SHA-1; any other 32-bit hash serves among one's own.
///
/// Cost: slots times hashes; at 128 slots about 6 ns a hash with AVX2, several times that without.
/// Below some 100 hashes that is less than `MinHasher` takes, at 1.4 times its error.
///
/// ```
/// use nearcopy::sketch::PermutationHasher;
///
/// let hasher = PermutationHasher::new(128, 1).unwrap(); // the defaults of datasketch
/// let a = hasher.sketch(0..900);
/// let b = hasher.sketch(100..1000);
/// let (low, high) = a.jaccard(&b).unwrap().interval(2.58);
/// assert!(low < 0.8 && 0.8 < high);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermutationHasher {
    id: PermutationId,
    a: Box<[u32]>,
    b: Box<[u32]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct PermutationId {
    recipe: RecipeId,
    slots: u16,
    seed: u32,
}

const SLOTS: &str = "1 to 4096";
const MAX_SLOTS: usize = 4096;

/// Scheme byte of `affine32` in the layout of datasketch's `LeanMinHash`.
const AFFINE32: u8 = 1;

impl PermutationHasher {
    /// A maker of signatures of `slots` permutations drawn from `seed`, for shingles of the default
    /// recipe. Short of other needs take the defaults of datasketch, 128 and 1.
    ///
    /// # Errors
    /// If `slots` is not 1 to 4096.
    pub fn new(slots: usize, seed: u32) -> Result<Self, ConfigError> {
        if !(1..=MAX_SLOTS).contains(&slots) {
            return Err(ConfigError::new("slots", slots, SLOTS));
        }
        let mut random = Mt19937::new(seed);
        // a is drawn below 2^31, then doubled and made odd
        let a = (0..slots).map(|_| (random.next_u32() & (u32::MAX >> 1)) << 1 | 1).collect();
        let b = (0..slots).map(|_| random.next_u32()).collect();
        let id = PermutationId { recipe: Recipe::default().id(), slots: slots as u16, seed };
        Ok(Self { id, a, b })
    }

    /// The same for hashes of another recipe, or of one's own making under an own id.
    #[must_use]
    pub fn with_recipe(mut self, recipe: RecipeId) -> Self {
        self.id.recipe = recipe;
        self
    }

    /// The signature of the set of `hashes`. Order and repetition do not matter. The lower halves
    /// of 64-bit shingles serve as hashes.
    #[must_use]
    pub fn sketch(&self, hashes: impl IntoIterator<Item = u32>) -> PermutationMinHash {
        let mut values = vec![u32::MAX; self.a.len()].into_boxed_slice();
        self.lower(hashes, &mut values);
        PermutationMinHash { id: self.id, values }
    }

    /// Writes the slots of the signature of `hashes` into the caller's `row`.
    ///
    /// # Panics
    /// If `row` does not have as many entries as the maker has slots.
    pub fn sketch_row(&self, hashes: impl IntoIterator<Item = u32>, row: &mut [u32]) {
        assert_eq!(row.len(), self.a.len(), "the row has another number of slots");
        row.fill(u32::MAX);
        self.lower(hashes, row);
    }

    fn lower(&self, hashes: impl IntoIterator<Item = u32>, row: &mut [u32]) {
        let mut chunk = [0; 256];
        let mut hashes = hashes.into_iter().map(finalise);
        loop {
            let mut len = 0;
            for (to, hash) in chunk.iter_mut().zip(hashes.by_ref()) {
                *to = hash;
                len += 1;
            }
            permutation::lower(&self.a, &self.b, &chunk[..len], row);
            if len < chunk.len() {
                return;
            }
        }
    }

    /// The signature with these slots, as computed elsewhere with the same seed and scheme.
    ///
    /// # Errors
    /// If `row` has another number of slots.
    pub fn signature(&self, row: &[u32]) -> Result<PermutationMinHash, ConfigError> {
        if row.len() != self.a.len() {
            return Err(ConfigError::new(
                "row",
                row.len(),
                "as many entries as the maker has slots",
            ));
        }
        Ok(PermutationMinHash { id: self.id, values: row.into() })
    }

    /// Reads what datasketch's `LeanMinHash.serialize` wrote; see [`LeanLayout`].
    ///
    /// # Errors
    /// If length, padding or scheme are others, or seed or slots are not those of this maker.
    pub fn decode_lean(
        &self,
        bytes: &[u8],
        layout: LeanLayout,
    ) -> Result<PermutationMinHash, DecodeError> {
        let slots = self.a.len();
        let length =
            DecodeError::Length { expected: layout.values_at() + 4 * slots, found: bytes.len() };
        let Some((head, values)) = bytes.split_at_checked(layout.values_at()) else {
            return Err(length);
        };
        let (seed, rest) = head.split_at(8);
        let (count, rest) = rest.split_at(4);
        let seed = seed.iter().rev().fold(0, |n, &byte| n << 8 | i64::from(byte));
        if seed != i64::from(self.id.seed) {
            return Err(DecodeError::value("seed", seed, "the seed of this maker"));
        }
        let count = count.iter().rev().fold(0, |n, &byte| n << 8 | i32::from(byte));
        if count != -i32::from(self.id.slots) {
            let found = -i64::from(count);
            return Err(DecodeError::value("slots", found, "the slots of this maker"));
        }
        if rest[0] != AFFINE32 {
            return Err(DecodeError::value("scheme", rest[0], "1 (affine32)"));
        }
        if rest[1..].iter().any(|&byte| byte != 0) {
            return Err(DecodeError::value("padding", "filled", "zeros"));
        }
        if values.len() != 4 * slots {
            return Err(length);
        }
        let values = values.as_chunks().0.iter().map(|&v| u32::from_le_bytes(v)).collect();
        Ok(PermutationMinHash { id: self.id, values })
    }
}

/// How datasketch lays out a `LeanMinHash` of its default scheme: `i64` seed, `i32` minus the number
/// of slots, `u8` scheme 1, padding, then a `u32` a slot, all little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeanLayout {
    /// Three bytes of padding: its default byte order `@` on a little-endian machine, which its
    /// pickles use too.
    Native,
    /// No padding: its byte order `<`.
    Packed,
}

impl LeanLayout {
    fn values_at(self) -> usize {
        match self {
            Self::Native => 16,
            Self::Packed => 13,
        }
    }
}

/// The 32-bit finaliser of MurmurHash3 (A. Appleby).
#[inline(always)]
fn finalise(mut h: u32) -> u32 {
    h = (h ^ (h >> 16)).wrapping_mul(0x85EB_CA6B);
    h = (h ^ (h >> 13)).wrapping_mul(0xC2B2_AE35);
    h ^ (h >> 16)
}

/// The k-permutation MinHash signature of a set; see [`PermutationHasher`].
///
/// The empty set has `u32::MAX` in all slots. Here it resembles nothing, not even another empty set;
/// datasketch calls two empty sets equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "PermutationFields"))]
pub struct PermutationMinHash {
    id: PermutationId,
    values: Box<[u32]>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct PermutationFields {
    id: PermutationId,
    values: Box<[u32]>,
}

#[cfg(feature = "serde")]
impl TryFrom<PermutationFields> for PermutationMinHash {
    type Error = ConfigError;

    fn try_from(fields: PermutationFields) -> Result<Self, ConfigError> {
        let PermutationFields { id, values } = fields;
        if !(1..=MAX_SLOTS).contains(&usize::from(id.slots)) {
            return Err(ConfigError::new("slots", id.slots, SLOTS));
        }
        if values.len() != usize::from(id.slots) {
            return Err(ConfigError::new("values", values.len(), "one value a slot"));
        }
        Ok(Self { id, values })
    }
}

impl PermutationMinHash {
    /// Recipe of the hashes.
    #[must_use]
    pub fn recipe(&self) -> RecipeId {
        self.id.recipe
    }

    /// Seed of the permutations.
    #[must_use]
    pub fn seed(&self) -> u32 {
        self.id.seed
    }

    /// The least permuted hashes, datasketch's `hashvalues`.
    #[must_use]
    pub fn slots(&self) -> &[u32] {
        &self.values
    }

    /// Whether it was made of no hashes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|&value| value == u32::MAX)
    }

    /// The resemblance of the two sets, estimated; 0 if either is empty.
    ///
    /// # Errors
    /// If recipe, slots or seed differ.
    pub fn jaccard(&self, other: &Self) -> Result<Estimate, RecipeMismatch> {
        self.check(other)?;
        let equal = if self.is_empty() || other.is_empty() {
            0
        } else {
            matches::count(&self.values, &other.values)
        };
        Ok(Estimate::from_counts(equal as u64, self.values.len() as u64))
    }

    /// Becomes the signature of the union of both sets, exactly.
    ///
    /// # Errors
    /// If recipe, slots or seed differ; then nothing changes.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecipeMismatch> {
        self.check(other)?;
        for (mine, &theirs) in self.values.iter_mut().zip(&other.values) {
            *mine = (*mine).min(theirs);
        }
        Ok(())
    }

    fn check(&self, other: &Self) -> Result<(), RecipeMismatch> {
        let (left, right) = (self.id, other.id);
        if left.recipe != right.recipe {
            return Err(RecipeMismatch::new("recipe", left.recipe, right.recipe));
        }
        if left.slots != right.slots {
            return Err(RecipeMismatch::new("slots", left.slots, right.slots));
        }
        if left.seed != right.seed {
            return Err(RecipeMismatch::new("seed", left.seed, right.seed));
        }
        Ok(())
    }

    /// Appends the crate's binary form (4 bytes a slot and 22) to `out`; see
    /// [`encoding`](super::encoding).
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out, Kind::Permutation, self.id.recipe);
        writer.put(&self.id.seed.to_le_bytes());
        writer.put(&self.id.slots.to_le_bytes());
        writer.put_all(self.values.iter().map(|value| value.to_le_bytes()));
        writer.finish();
    }

    /// Reads the crate's binary form.
    ///
    /// # Errors
    /// If `bytes` are not exactly one intact encoded `PermutationMinHash`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (mut reader, recipe) = Reader::new(bytes, Kind::Permutation)?;
        let seed = u32::from_le_bytes(reader.array()?);
        let slots = u16::from_le_bytes(reader.array()?);
        if !(1..=MAX_SLOTS).contains(&usize::from(slots)) {
            return Err(DecodeError::value("slots", slots, SLOTS));
        }
        let rest = reader.rest(usize::from(slots))?;
        let values = rest.iter().map(|&v| u32::from_le_bytes(v)).collect();
        Ok(Self { id: PermutationId { recipe, slots, seed }, values })
    }

    /// Appends the bytes that datasketch's `LeanMinHash.deserialize` reads; see [`LeanLayout`]. The
    /// recipe is not in them.
    pub fn encode_lean(&self, layout: LeanLayout, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&i64::from(self.id.seed).to_le_bytes());
        out.extend_from_slice(&(-i32::from(self.id.slots)).to_le_bytes());
        out.push(AFFINE32);
        out.resize(start + layout.values_at(), 0);
        for value in &self.values {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}
