//! Shingles to sketches of fixed size.
pub mod encoding;
mod digest;
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
pub use minhash::{MinHash, MinHasher, SignatureId};
pub use permutation::{LeanLayout, PermutationHasher, PermutationMinHash};
pub use sampled::{ContainmentEstimate, SampledShingles, Sampler};
pub use simhash::{SimHash64, SimHash128, SimHasher};
