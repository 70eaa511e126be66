//! Fingerprints to candidates: plain data, no locks.

mod postings;

pub use postings::{Candidate, Entry, PostingCounts, Postings, Scratch};
