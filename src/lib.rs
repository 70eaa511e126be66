//! Near-duplicate documents.

pub mod error;
pub mod hash;
pub mod text;

pub mod recipe;
pub mod shingle;

pub mod content;

pub mod align;

pub mod relation;

pub mod compare;

pub mod diff;

pub mod index;

pub mod dedup;

pub use compare::{Comparer, Comparison, Document, compare};
pub use dedup::{Dedup, Report};
pub use diff::diff;
pub use relation::{Evidence, Relation, Thresholds};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
