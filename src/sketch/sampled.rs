//! Sampled shingles: containment, with an interval, from a share of the shingles.

use super::encoding::{DecodeError, Kind, Reader, Writer};
use super::estimate::{Estimate, power};
use crate::error::{ConfigError, RecipeMismatch};
use crate::recipe::{Recipe, RecipeId};
use std::num::NonZeroU32;

/// Makes [`SampledShingles`]: keeps the shingles with the least hashes.
///
/// * [`one_in(s)`](Self::one_in) keeps every hash up to `2^64 / s` (FracMinHash: L. Irber et al.,
///   2022; M. R. Hera, N. T. Pierce-Ward and D. Koslicki, 2023). The sample grows with the
///   document, so a short document inside a long one is measured as well as one inside a short one.
/// * [`least(k)`](Self::least) keeps the `k` least hashes (bottom-k sketch: E. Cohen and H. Kaplan,
///   2007). The size is fixed, so containment of a short document in one `r` times as long rests on
///   only `k / r` shingles.
/// * [`at_most`](Self::at_most) joins the two: a share, but never more than a number.
///
/// The hashes must be spread evenly over 64 bits, as the crate's shingles are; send own ids through
/// [`mix`](crate::hash::mix) first.
///
/// ```
/// use nearcopy::sketch::Sampler;
///
/// let article: Vec<u64> = (0..4000).map(nearcopy::hash::mix).collect();
/// let stub = &article[..1000]; // its first quarter
/// let sampler = Sampler::one_in(16).unwrap();
/// let (stub, article) = (sampler.sample(stub), sampler.sample(&article));
/// let found = stub.containment(&article).unwrap();
/// assert_eq!(found.a_in_b.value(), 1.0);
/// let (low, high) = found.b_in_a.interval(2.58);
/// assert!(low < 0.25 && 0.25 < high);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SamplerFields"))]
pub struct Sampler {
    recipe: RecipeId,
    one_in: u64,
    limit: Option<NonZeroU32>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct SamplerFields {
    recipe: RecipeId,
    one_in: u64,
    limit: Option<NonZeroU32>,
}

#[cfg(feature = "serde")]
impl TryFrom<SamplerFields> for Sampler {
    type Error = ConfigError;

    fn try_from(fields: SamplerFields) -> Result<Self, ConfigError> {
        let SamplerFields { recipe, one_in, limit } = fields;
        Ok(Self { recipe, limit, ..Self::one_in(one_in)? })
    }
}

const ONE_IN: &str = "1 or more";
const LIMIT: &str = "1 to 2^32 - 1 shingles";

impl Sampler {
    /// Keeps one in `share` shingles; 1 keeps all. Of shingles of the default recipe.
    ///
    /// # Errors
    /// If `share` is 0.
    pub fn one_in(share: u64) -> Result<Self, ConfigError> {
        if share == 0 {
            return Err(ConfigError::new("one_in", share, ONE_IN));
        }
        Ok(Self { recipe: Recipe::default().id(), one_in: share, limit: None })
    }

    /// Keeps the `count` least shingles. Of shingles of the default recipe.
    ///
    /// # Errors
    /// If `count` is 0.
    pub fn least(count: u32) -> Result<Self, ConfigError> {
        Self::one_in(1)?.at_most(count)
    }

    /// The same, but never more than the `count` least shingles.
    ///
    /// # Errors
    /// If `count` is 0.
    pub fn at_most(mut self, count: u32) -> Result<Self, ConfigError> {
        let limit =
            NonZeroU32::new(count).ok_or_else(|| ConfigError::new("limit", count, LIMIT))?;
        self.limit = Some(limit);
        Ok(self)
    }

    /// The same for shingles of another recipe, or of one's own making under an own id.
    #[must_use]
    pub fn with_recipe(mut self, recipe: RecipeId) -> Self {
        self.recipe = recipe;
        self
    }

    /// The probability that the sample of `shingles` different shingles is not empty: `1 - (1 - s)^n`
    /// for the share `s`, which is also the bias of a containment that takes empty samples for 0
    /// (Hera, Pierce-Ward and Koslicki 2023).
    ///
    /// ```
    /// use nearcopy::sketch::Sampler;
    ///
    /// // of a document of 100 shingles, one in 64 says nothing every fifth time
    /// let chance = Sampler::one_in(64)?.chance_of_any(100);
    /// assert!((chance - 0.793).abs() < 0.001);
    /// # Ok::<(), nearcopy::error::ConfigError>(())
    /// ```
    #[must_use]
    pub fn chance_of_any(self, shingles: u64) -> f64 {
        1.0 - power(1.0 - share(u64::MAX / self.one_in), shingles)
    }

    /// The sample of the set of `shingles`. Order and repetition do not matter.
    #[must_use]
    pub fn sample(self, shingles: &[u64]) -> SampledShingles {
        let ceiling = u64::MAX / self.one_in;
        let mut hashes: Vec<u64> = Vec::new();
        match self.limit {
            None => hashes.extend(shingles.iter().copied().filter(|&hash| hash <= ceiling)),
            Some(limit) => {
                // one more than the limit tells where the sample was cut
                let room = (limit.get() as usize).saturating_add(1);
                let mut bar = ceiling;
                for &hash in shingles {
                    if hash <= bar {
                        hashes.push(hash);
                        if hashes.len() >= room.saturating_mul(2) {
                            hashes.sort_unstable();
                            hashes.dedup();
                            hashes.truncate(room);
                            if hashes.len() == room {
                                bar = hashes[room - 1] - 1;
                            }
                        }
                    }
                }
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        let mut sample = SampledShingles {
            recipe: self.recipe,
            one_in: self.one_in,
            limit: self.limit,
            ceiling,
            hashes,
        };
        sample.cut();
        sample
    }
}

/// A sample of the shingles of a document: all its hashes up to a ceiling.
///
/// Samples of different resolution may be compared and merged; the coarser resolution holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SampleFields"))]
pub struct SampledShingles {
    recipe: RecipeId,
    one_in: u64,
    limit: Option<NonZeroU32>,
    ceiling: u64,
    hashes: Vec<u64>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct SampleFields {
    recipe: RecipeId,
    one_in: u64,
    limit: Option<NonZeroU32>,
    ceiling: u64,
    hashes: Vec<u64>,
}

#[cfg(feature = "serde")]
impl TryFrom<SampleFields> for SampledShingles {
    type Error = ConfigError;

    fn try_from(fields: SampleFields) -> Result<Self, ConfigError> {
        let SampleFields { recipe, one_in, limit, ceiling, hashes } = fields;
        let sample = Self { recipe, one_in, limit, ceiling, hashes };
        match sample.fault() {
            None => Ok(sample),
            Some((field, found, expected)) => Err(ConfigError::new(field, found, expected)),
        }
    }
}

/// Containment both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ContainmentEstimate {
    /// The share of the shingles of A (the left, `self`) that are in B: |A ∩ B| / |A|.
    pub a_in_b: Estimate,
    /// The share of the shingles of B (the right, `other`) that are in A: |A ∩ B| / |B|.
    pub b_in_a: Estimate,
}

impl SampledShingles {
    /// What no sample of a [`Sampler`] has: field, found, expected.
    fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        if self.one_in == 0 {
            return Some(("one_in", "0".into(), ONE_IN));
        }
        if self.ceiling > u64::MAX / self.one_in {
            let expected = "at most 2^64 / one_in";
            return Some(("ceiling", self.ceiling.to_string(), expected));
        }
        let over = self.limit.filter(|limit| self.hashes.len() > limit.get() as usize);
        if over.is_some() || u32::try_from(self.hashes.len()).is_err() {
            return Some(("hashes", self.hashes.len().to_string(), "no more than the limit"));
        }
        if !self.hashes.is_sorted_by(|a, b| a < b) {
            return Some(("hashes", "unsorted".into(), "ascending, each once"));
        }
        if self.hashes.last().is_some_and(|&last| last > self.ceiling) {
            return Some(("hashes", "above the ceiling".into(), "none above the ceiling"));
        }
        None
    }

    /// Holds the sample to its ceiling and limit.
    fn cut(&mut self) {
        let kept = self.hashes.partition_point(|&hash| hash <= self.ceiling);
        self.hashes.truncate(kept);
        if let Some(limit) = self.limit
            && let Some(&first_out) = self.hashes.get(limit.get() as usize)
        {
            // the first hash left out is known, so all below it are
            self.ceiling = first_out - 1;
            self.hashes.truncate(limit.get() as usize);
        }
    }

    /// Recipe of the shingles.
    #[must_use]
    pub fn recipe(&self) -> RecipeId {
        self.recipe
    }

    /// The sampled hashes, ascending.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The ceiling: the sample holds every hash of the document up to it.
    #[must_use]
    pub fn ceiling(&self) -> u64 {
        self.ceiling
    }

    /// Whether nothing was sampled: of a short document at a coarse resolution there may be nothing,
    /// and then nothing can be said about it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Number of different shingles of the document, estimated: sample over share.
    #[must_use]
    pub fn estimated_shingles(&self) -> f64 {
        self.hashes.len() as f64 / share(self.ceiling)
    }

    /// How much of each document is in the other.
    ///
    /// Counted on the hashes up to the lower of the two ceilings; the intervals are Wilson's on the
    /// counts. A side of which nothing was sampled gives an estimate without trials: 0, between 0
    /// and 1. With such sides left out the mean is the true containment; with their zeros left in,
    /// it is less by the factor [`Sampler::chance_of_any`].
    ///
    /// # Errors
    /// If the shingles are of different recipes.
    pub fn containment(&self, other: &Self) -> Result<ContainmentEstimate, RecipeMismatch> {
        let common = self.common(other)?;
        Ok(ContainmentEstimate {
            a_in_b: Estimate::from_counts(common.shared, common.in_a),
            b_in_a: Estimate::from_counts(common.shared, common.in_b),
        })
    }

    /// The resemblance |A ∩ B| / |A ∪ B|, estimated on the hashes up to the lower ceiling.
    ///
    /// # Errors
    /// If the shingles are of different recipes.
    pub fn jaccard(&self, other: &Self) -> Result<Estimate, RecipeMismatch> {
        let common = self.common(other)?;
        Ok(Estimate::from_counts(common.shared, common.in_a + common.in_b - common.shared))
    }

    fn common(&self, other: &Self) -> Result<Common, RecipeMismatch> {
        self.check(other)?;
        let ceiling = self.ceiling.min(other.ceiling);
        let upto = |hashes: &[u64]| hashes.partition_point(|&hash| hash <= ceiling);
        let (a, b) = (&self.hashes[..upto(&self.hashes)], &other.hashes[..upto(&other.hashes)]);
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i], b[j]);
            shared += u64::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        Ok(Common { in_a: a.len() as u64, in_b: b.len() as u64, shared })
    }

    /// Becomes the sample of the union of both documents, at the coarser resolution and the smaller
    /// limit.
    ///
    /// # Errors
    /// If the shingles are of different recipes; then nothing changes.
    pub fn merge(&mut self, other: &Self) -> Result<(), RecipeMismatch> {
        self.check(other)?;
        self.one_in = self.one_in.max(other.one_in);
        self.limit = match (self.limit, other.limit) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.ceiling = self.ceiling.min(other.ceiling);
        self.hashes.extend_from_slice(&other.hashes);
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.cut();
        Ok(())
    }

    /// The same document at a resolution of one in `share`, where that is coarser than what it has;
    /// the very sample that a sampler of that share had made.
    ///
    /// # Errors
    /// If `share` is less than what the sample was made with: shingles cannot be brought back.
    pub fn downsample(&self, share: u64) -> Result<Self, ConfigError> {
        if share < self.one_in {
            let expected = "at least what the sample was made with";
            return Err(ConfigError::new("one_in", share, expected));
        }
        let mut sample = self.clone();
        sample.one_in = share;
        sample.ceiling = sample.ceiling.min(u64::MAX / share);
        sample.cut();
        Ok(sample)
    }

    fn check(&self, other: &Self) -> Result<(), RecipeMismatch> {
        if self.recipe != other.recipe {
            return Err(RecipeMismatch::new("recipe", self.recipe, other.recipe));
        }
        Ok(())
    }

    /// Appends the binary form (8 bytes a hash and 40) to `out`; see [`encoding`](super::encoding).
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out, Kind::Sampled, self.recipe);
        writer.put(&self.one_in.to_le_bytes());
        writer.put(&self.limit.map_or(0, NonZeroU32::get).to_le_bytes());
        writer.put(&self.ceiling.to_le_bytes());
        writer.put(&(self.hashes.len() as u32).to_le_bytes());
        writer.put_all(self.hashes.iter().map(|hash| hash.to_le_bytes()));
        writer.finish();
    }

    /// Reads the binary form.
    ///
    /// # Errors
    /// If `bytes` are not exactly one intact encoded sample.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (mut reader, recipe) = Reader::new(bytes, Kind::Sampled)?;
        let one_in = u64::from_le_bytes(reader.array()?);
        let limit = NonZeroU32::new(u32::from_le_bytes(reader.array()?));
        let ceiling = u64::from_le_bytes(reader.array()?);
        let count = u32::from_le_bytes(reader.array()?);
        let rest = reader.rest(count as usize)?;
        let hashes = rest.iter().map(|&hash| u64::from_le_bytes(hash)).collect();
        let sample = Self { recipe, one_in, limit, ceiling, hashes };
        match sample.fault() {
            None => Ok(sample),
            Some((field, found, expected)) => Err(DecodeError::value(field, found, expected)),
        }
    }
}

/// Two samples up to their lower ceiling.
struct Common {
    in_a: u64,
    in_b: u64,
    shared: u64,
}

/// The share of all hashes that lie up to `ceiling`.
fn share(ceiling: u64) -> f64 {
    (ceiling as f64 + 1.0) / 18_446_744_073_709_551_616.0
}
