//! Tests of the store.

mod disk;
mod faults;
mod model;
mod support;
