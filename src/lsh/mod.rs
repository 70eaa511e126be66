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
