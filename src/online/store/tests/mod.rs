//! Tests of the store.

mod model;
mod support;
