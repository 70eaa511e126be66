//! Fingerprints to candidates: plain data, no locks.

mod detection;
mod postings;

pub use detection::Detection;
pub use postings::{Candidate, Entry, PostingCounts, Postings, Scratch};
