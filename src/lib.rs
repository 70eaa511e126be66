//! Near-duplicate documents.

pub mod error;
pub mod hash;
pub mod text;

pub mod recipe;
pub mod shingle;

pub mod sketch;

pub mod lsh;
