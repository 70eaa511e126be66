//! A durable, concurrent index of a stream of documents.

pub mod storage;
pub(crate) mod store;
