//! Shingles to sketches of fixed size.
pub mod encoding;
mod digest;
mod estimate;
mod kernel;
mod minhash;

pub use digest::{Digest8, Digest16};
pub use encoding::DecodeError;
pub use estimate::Estimate;
pub use minhash::{MinHash, MinHasher, SignatureId};
