//! Sketches to candidates, without comparing all pairs.
//!
//! * [`Bands`] cuts MinHash signatures into bands whose equality makes two documents candidates, and
//!   says beforehand what that will find and cost; [`BandIndex`] is the index over them.
//! * [`HammingIndex`] finds all SimHash fingerprints within a few bits.
//!
//! Both nominate by a sketch and score by a sketch: the documents themselves are still to be
//! compared where it matters. Answers do not depend on the machine or on any hash order; ties stand
//! in the order of insertion.
//!
//! # From texts to candidates
//!
//! A text becomes tokens, these become shingles, and the hashes of these a signature; the index gives
//! back the documents whose signatures agree in a band and resemble it by as much as is asked for:
//!
//! ```
//! use nearcopy::lsh::{BandIndex, Bands};
//! use nearcopy::recipe::Recipe;
//! use nearcopy::shingle::shingles;
//! use nearcopy::sketch::{MinHash, MinHasher};
//! use nearcopy::text::tokenize;
//!
//! // shingles of three words suit short texts; the default is five
//! let recipe = Recipe::new(3, 64)?;
//! let hasher = MinHasher::new(128, 0)?.with_recipe(recipe.id());
//! let signature = |text: &str| -> MinHash {
//!     let tokens = tokenize(text);
//!     hasher.sketch(shingles(&tokens, recipe.shingle_width()).hashes())
//! };
//!
//! // bands that make 95 of 100 pairs candidates that resemble each other by 0.5
//! let bands = Bands::for_recall(hasher.slots(), 0.5, 0.95)?;
//! let mut index = BandIndex::new(&hasher, bands, 100)?;
//! for (key, text) in [
//!     ("bridge", "The council voted to close the old bridge until the spring of next year."),
//!     ("gulls", "Herring gulls have learned to open the new bins, heavier lids or not."),
//! ] {
//!     index.insert(key, signature(text))?;
//! }
//!
//! let late = signature("The council voted to close the old bridge until the autumn of next year.");
//! let answer = index.query(&late, 0.5)?;
//! assert_eq!(answer.hits.len(), 1);
//! assert_eq!(*answer.hits[0].key, "bridge");
//! assert_eq!(answer.full_buckets, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/pipeline.rs` does this for the lines of a file with buffers that are used again, and
//! verifies each candidate.
//!
//! # When banding fails
//!
//! Banding finds pairs of high *resemblance*. A text that is a quarter of another resembles it by at
//! most 0.25, and no setting with a useful threshold makes them candidates: see
//! [`Bands::length_warning`] and the table in [`sketch`](crate::sketch).
mod bands;
mod buckets;
mod hamming;
mod index;
mod store;

pub use bands::{Bands, LengthWarning};
pub use hamming::{Bits, HammingHit, HammingIndex};
pub use index::{BandAnswer, BandHit, BandIndex, BandInsertion};
