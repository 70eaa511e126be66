//! Shingles to sketches: small values that stand for a document and can be compared.
//!
//! All sketches are made of slices of 64-bit shingle hashes, as [`shingle`](crate::shingle) makes
//! them or from elsewhere.
//!
//! | sketch | answers | bytes | made at |
//! |---|---|---|---|
//! | [`MinHash`] | resemblance; can be merged, and banded by [`lsh`](crate::lsh) | 4 a slot | one pass |
//! | [`Digest8`], [`Digest16`] | resemblance only | 1 or 2 a slot | from a `MinHash` |
//! | [`PermutationMinHash`] | resemblance, in the values of datasketch 2.0 | 4 a slot | slots passes |
//! | [`SimHash64`], [`SimHash128`] | whether the whole is nearly the same | 8 or 16 | one pass |
//! | [`SampledShingles`] | containment both ways, resemblance | 8 a shingle kept | one pass |
//!
//! An estimate is an [`Estimate`]: a value with its standard error and an interval. Every sketch
//! carries the id of the [`Recipe`](crate::recipe::Recipe) of its shingles, and comparing different
//! makes is an error that names what differs. Sketches are the same on every machine, whatever
//! instructions it has; they have a binary form ([`encoding`]) and, with the feature `serde`, others.
//!
//! # From texts to sketches
//!
//! ```
//! use nearcopy::recipe::Recipe;
//! use nearcopy::shingle::shingles;
//! use nearcopy::sketch::MinHasher;
//! use nearcopy::text::tokenize;
//!
//! let recipe = Recipe::default();
//! let hasher = MinHasher::new(128, 0)?.with_recipe(recipe.id());
//! let [a, b] = [
//!     "The council voted on Tuesday night to close the old bridge until the spring of next year.",
//!     "The council voted on Tuesday night to close the old bridge until the autumn of next year.",
//! ]
//! .map(|text| hasher.sketch(shingles(&tokenize(text), recipe.shingle_width()).hashes()));
//!
//! // of 13 shingles each, 9 are shared: a resemblance of 9 / 17
//! let resemblance = a.jaccard(&b)?;
//! let (low, high) = resemblance.interval(1.96);
//! assert!(low < 9.0 / 17.0 && 9.0 / 17.0 < high);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`lsh`](crate::lsh) finds such pairs among many documents, and `examples/pipeline.rs` shows the whole
//! way from the lines of a file to verified pairs.
//!
//! # When signatures fail
//!
//! MinHash and SimHash measure whether two documents are nearly *equal*. A truncated copy is not.
//! Take an article of 1 539 shingles and a scrape of its first quarter, with a cookie banner, of
//! 384: 343 are shared, so 89 % of the scrape is in the article. The resemblance is
//! 343 / (384 + 1 539 - 343) = 0.22, and that is all a signature can know.
//!
//! * **MinHash bands.** Two documents of resemblance `J` become candidates of `b` bands of `r` rows
//!   with probability `1 - (1 - J^r)^b`:
//!
//!   | bands x rows | J = 0.22 | J = 0.5 | J = 0.8 |
//!   |---|---|---|---|
//!   | 14 x 8 | 0.000 077 | 0.053 | 0.92 |
//!   | 20 x 13 | 0.000 000 057 | 0.0024 | 0.68 |
//!   | 16 x 8 | 0.000 088 | 0.061 | 0.95 |
//!   | 9 x 13 | 0.000 000 025 | 0.0011 | 0.40 |
//!   | 25 x 5 | 0.013 | 0.55 | 1.0 |
//!   | 32 x 4 | 0.072 | 0.87 | 1.0 |
//!   | 50 x 4 | 0.11 | 0.96 | 1.0 |
//!   | 42 x 3 | 0.36 | 1.0 | 1.0 |
//!   | 28 x 2 | 0.75 | 1.0 | 1.0 |
//!   | 64 x 2 | 0.96 | 1.0 | 1.0 |
//!
//!   The last row finds it, and with it every seventh document of the collection that resembles it
//!   by 0.05. No setting finds truncated copies at a bearable number of candidates.
//! * **SimHash.** The cosine of the two is 343 / sqrt(384 * 1 539) = 0.45, so the fingerprints differ
//!   in 64 * acos(0.45) / π = 23 of 64 bits. Near-duplicates are looked for within 3.
//! * **Containment from MinHash** is `J (|A| + |B|) / ((1 + J) |A|)`, and with 128 slots its standard
//!   error here is 0.12.
//! * **Sampled shingles** measure it: one shingle in 16 gives 0.89 with a standard error of 0.06, of
//!   any two lengths. To *find* such pairs, use the winnowed fingerprints of
//!   [`shingle`](crate::shingle).
//!
//! Short documents are another limit: the sketch of 3 shingles is exact about 3 shingles, which may
//! be a byline. And an empty document (fewer words than a shingle) resembles nothing.
mod digest;
pub mod encoding;
mod estimate;
mod kernel;
mod minhash;
mod mt19937;
mod permutation;
mod sampled;
mod simhash;

pub use digest::{Digest8, Digest16};
pub use encoding::DecodeError;
pub use estimate::Estimate;
pub(crate) use estimate::power;
pub use minhash::{MinHash, MinHasher, SignatureId};
pub use permutation::{LeanLayout, PermutationHasher, PermutationMinHash};
pub use sampled::{ContainmentEstimate, SampledShingles, Sampler};
pub use simhash::{SimHash64, SimHash128, SimHasher};
