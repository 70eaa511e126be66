//! MinHash signatures by Fast Similarity Sketching: resemblance from a fixed number of slots.

use super::encoding::{DecodeError, Kind, Reader, Writer};
use super::estimate::Estimate;
use super::kernel::matches;
use super::kernel::throws::{Throws, VACANT};
use crate::error::{ConfigError, RecipeMismatch};
use crate::recipe::{Recipe, RecipeId};

/// What two signatures must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SignatureFields"))]
pub struct SignatureId {
    recipe: RecipeId,
    slots: u16,
    seed: u64,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct SignatureFields {
    recipe: RecipeId,
    slots: u16,
    seed: u64,
}

#[cfg(feature = "serde")]
impl TryFrom<SignatureFields> for SignatureId {
    type Error = ConfigError;

    fn try_from(fields: SignatureFields) -> Result<Self, ConfigError> {
        Self::new(fields.recipe, usize::from(fields.slots), fields.seed)
    }
}

const SLOTS: &str = "a multiple of 8 from 64 to 1024";

impl SignatureId {
    fn new(recipe: RecipeId, slots: usize, seed: u64) -> Result<Self, ConfigError> {
        if !(64..=1024).contains(&slots) || !slots.is_multiple_of(8) {
            return Err(ConfigError::new("slots", slots, SLOTS));
        }
        Ok(Self { recipe, slots: slots as u16, seed })
    }

    /// Recipe of the shingles.
    #[must_use]
    pub fn recipe(self) -> RecipeId {
        self.recipe
    }

    /// Number of slots.
    #[must_use]
    pub fn slots(self) -> usize {
        usize::from(self.slots)
    }

    /// Seed of the throws.
    #[must_use]
    pub fn seed(self) -> u64 {
        self.seed
    }

    /// Whether signatures of the two may be compared.
    ///
    /// # Errors
    /// Names the first field that differs.
    pub fn check(self, other: Self) -> Result<(), RecipeMismatch> {
        if self.recipe != other.recipe {
            return Err(RecipeMismatch::new("recipe", self.recipe, other.recipe));
        }
        if self.slots != other.slots {
            return Err(RecipeMismatch::new("slots", self.slots, other.slots));
        }
        if self.seed != other.seed {
            return Err(RecipeMismatch::new("seed", self.seed, other.seed));
        }
        Ok(())
    }

    pub(super) fn write(self, kind: Kind, out: &mut Vec<u8>) -> Writer<'_> {
        let mut writer = Writer::new(out, kind, self.recipe);
        writer.put(&self.seed.to_le_bytes());
        writer.put(&self.slots.to_le_bytes());
        writer
    }

    pub(super) fn read(bytes: &[u8], kind: Kind) -> Result<(Self, Reader<'_>), DecodeError> {
        let (mut reader, recipe) = Reader::new(bytes, kind)?;
        let seed = u64::from_le_bytes(reader.array()?);
        let slots = u16::from_le_bytes(reader.array()?);
        let id = Self::new(recipe, usize::from(slots), seed)
            .map_err(|_| DecodeError::value("slots", slots, SLOTS))?;
        Ok((id, reader))
    }
}

/// Makes [`MinHash`] signatures.
///
/// Fast Similarity Sketching (S. Dahlgaard, M. B. T. Knudsen and M. Thorup, FOCS 2017): elements
/// are thrown at the slots round after round until all slots are taken. One pass is enough for long
/// documents, so the time is linear in the shingles, not in shingles times slots; small sets are
/// drawn nearly without replacement, so their error is less than that of k independent permutations
/// (0.7 of it at 30 to 130 shingles with 128 slots). For the values see
/// [`MinHash::slots`].
///
/// Cost at 128 slots on one core: 1 to 3 ns a shingle for long documents, about a microsecond for
/// one of less than 300 shingles, whose slots take several rounds to fill; nothing is allocated but
/// the result. `benches/signatures.rs` prints the figures of a machine.
///
/// ```
/// use nearcopy::sketch::MinHasher;
///
/// let hasher = MinHasher::default(); // 128 slots
/// let a: Vec<u64> = (0..900).map(nearcopy::hash::mix).collect();
/// let b: Vec<u64> = (100..1000).map(nearcopy::hash::mix).collect();
/// let estimate = hasher.sketch(&a).jaccard(&hasher.sketch(&b)).unwrap();
/// let (low, high) = estimate.interval(2.58);
/// assert!(low < 0.8 && 0.8 < high);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinHasher {
    id: SignatureId,
    throws: Throws,
}

impl Default for MinHasher {
    /// 128 slots, seed 0, shingles of the default recipe.
    fn default() -> Self {
        Self::from(SignatureId { recipe: Recipe::default().id(), slots: 128, seed: 0 })
    }
}

impl From<SignatureId> for MinHasher {
    /// The maker of the signatures with this id, to sketch more to compare with a stored one.
    fn from(id: SignatureId) -> Self {
        Self { id, throws: Throws::new(id.slots(), id.seed) }
    }
}

impl MinHasher {
    /// A maker of signatures of `slots` slots, for shingles of the default recipe.
    ///
    /// More slots cost memory and comparing time and lower the error as `1 / sqrt(slots)`. `seed`
    /// chooses the throws; signatures of different seeds cannot be compared, and an adversary who
    /// does not know the seed cannot aim at it.
    ///
    /// # Errors
    /// If `slots` is not a multiple of 8 from 64 to 1024.
    pub fn new(slots: usize, seed: u64) -> Result<Self, ConfigError> {
        SignatureId::new(Recipe::default().id(), slots, seed).map(Self::from)
    }

    /// The same for shingles of another recipe, or of one's own making under an own id.
    #[must_use]
    pub fn with_recipe(mut self, recipe: RecipeId) -> Self {
        self.id.recipe = recipe;
        self
    }

    /// What the signatures of this maker have in common.
    #[must_use]
    pub fn id(&self) -> SignatureId {
        self.id
    }

    /// Number of slots.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.id.slots()
    }

    /// The signature of the set of `shingles`. Order and repetition do not matter.
    #[must_use]
    pub fn sketch(&self, shingles: &[u64]) -> MinHash {
        let mut values = vec![VACANT; self.slots()].into_boxed_slice();
        self.throws.sketch(shingles, &mut values);
        MinHash { id: self.id, values }
    }

    /// Replaces `out` by the signature of `shingles`, in its memory where the size allows.
    pub fn sketch_into(&self, shingles: &[u64], out: &mut MinHash) {
        out.id = self.id;
        if out.values.len() != self.slots() {
            out.values = vec![VACANT; self.slots()].into_boxed_slice();
        }
        self.throws.sketch(shingles, &mut out.values);
    }

    /// Writes the slots of the signature of `shingles` into the caller's `row`; see
    /// [`signature`](Self::signature) for the way back.
    ///
    /// # Panics
    /// If `row` does not have [`slots`](Self::slots) entries.
    pub fn sketch_row(&self, shingles: &[u64], row: &mut [u32]) {
        self.throws.sketch(shingles, row);
    }

    /// Signs many documents: document `i` has the shingles `shingles[ends[i-1]..ends[i]]` (from 0
    /// for the first), and its slots become row `i` of `rows`. Runs on all cores of the current
    /// rayon pool with the feature `rayon`; the rows are the same without.
    ///
    /// # Panics
    /// If `ends` falls, goes beyond the shingles, or `rows` does not have `ends.len() * slots`
    /// entries.
    pub fn sketch_rows(&self, shingles: &[u64], ends: &[usize], rows: &mut [u32]) {
        assert_eq!(rows.len(), ends.len() * self.slots(), "one row of slots for each document");
        let sign = |(i, row): (usize, &mut [u32])| {
            let start = if i == 0 { 0 } else { ends[i - 1] };
            self.throws.sketch(&shingles[start..ends[i]], row);
        };
        #[cfg(feature = "rayon")]
        {
            use rayon::prelude::*;
            // documents are short; hand them out by the dozen
            rows.par_chunks_mut(self.slots()).enumerate().with_min_len(16).for_each(sign);
        }
        #[cfg(not(feature = "rayon"))]
        rows.chunks_mut(self.slots()).enumerate().for_each(sign);
    }

    /// The signature that [`sketch_row`](Self::sketch_row) wrote into `row`.
    ///
    /// # Errors
    /// If `row` has another number of slots, or values that this maker cannot have written.
    pub fn signature(&self, row: &[u32]) -> Result<MinHash, ConfigError> {
        if row.len() != self.slots() {
            return Err(ConfigError::new(
                "row",
                row.len(),
                "as many entries as the maker has slots",
            ));
        }
        MinHash::new(self.id, row.into())
            .ok_or_else(|| ConfigError::new("row", "unreadable", "slots written by the same maker"))
    }
}

/// The MinHash signature of a set: mergeable, and comparable with those of the same maker.
///
/// The empty set has a signature of its own that resembles nothing, not even another empty set:
/// documents shorter than a shingle are never taken for copies of each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "MinHashFields"))]
pub struct MinHash {
    id: SignatureId,
    values: Box<[u32]>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct MinHashFields {
    id: SignatureId,
    values: Box<[u32]>,
}

#[cfg(feature = "serde")]
impl TryFrom<MinHashFields> for MinHash {
    type Error = ConfigError;

    fn try_from(fields: MinHashFields) -> Result<Self, ConfigError> {
        let found = fields.values.len();
        Self::new(fields.id, fields.values)
            .ok_or_else(|| ConfigError::new("values", format!("{found} values"), VALUES))
    }
}

const VALUES: &str = "a value a slot, all of them as the kernel makes them";

impl MinHash {
    /// `None` if no set has these values.
    fn new(id: SignatureId, values: Box<[u32]>) -> Option<Self> {
        let rounds = id.slots() as u32 + 1;
        let possible = |&v: &u32| v < 1 << 31 || (1..=rounds).contains(&(v >> 20 & 0x7FF));
        let empty = values.iter().all(|&v| v == VACANT);
        let valid = values.len() == id.slots() && (empty || values.iter().all(possible));
        valid.then_some(Self { id, values })
    }

    /// What it has in common with signatures it can be compared to.
    #[must_use]
    pub fn id(&self) -> SignatureId {
        self.id
    }

    /// The slots. Each is the least of the values thrown at it: below `2^31` from the first round
    /// (31 bits of hash), else `2^31 + round * 2^20 +` 20 bits of hash; `u32::MAX` in all slots
    /// stands for the empty set. Two different elements share a value with a probability of about
    /// `elements / slots * 2^-31` a slot, for short documents `2^-20`: far below the error.
    #[must_use]
    pub fn slots(&self) -> &[u32] {
        &self.values
    }

    /// Whether it was made of no shingles at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values[0] == VACANT
    }

    /// The resemblance |A ∩ B| / |A ∪ B| of the two sets, estimated; 0 if either is empty.
    ///
    /// # Errors
    /// If the two were not made by the same maker.
    pub fn jaccard(&self, other: &Self) -> Result<Estimate, RecipeMismatch> {
        self.id.check(other.id)?;
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
    /// If the two were not made by the same maker; then nothing changes.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecipeMismatch> {
        self.id.check(other.id)?;
        for (mine, &theirs) in self.values.iter_mut().zip(&other.values) {
            *mine = (*mine).min(theirs);
        }
        Ok(())
    }

    /// Appends the binary form (4 bytes a slot and 26) to `out`; see [`encoding`](super::encoding).
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = self.id.write(Kind::MinHash, out);
        writer.put_all(self.values.iter().map(|value| value.to_le_bytes()));
        writer.finish();
    }

    /// Reads the binary form.
    ///
    /// # Errors
    /// If `bytes` are not exactly one intact encoded `MinHash`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (id, reader) = SignatureId::read(bytes, Kind::MinHash)?;
        let values = reader.rest(id.slots())?.iter().map(|&v| u32::from_le_bytes(v)).collect();
        Self::new(id, values).ok_or_else(|| DecodeError::value("slots", "unreadable", VALUES))
    }
}
