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

pub mod profile;

pub mod index;

pub mod dedup;

pub mod diff;

pub use compare::{Comparer, Comparison, Document, compare};
pub use dedup::{Dedup, Report};
pub use diff::diff;
pub use recipe::{Profile, Recipe};
pub use relation::{Evidence, Relation, Thresholds};
