//! Tests of the store.

mod damage;
mod disk;
mod doors;
mod faults;
mod golden;
mod kill;
mod lookup;
mod model;
mod stress;
mod support;
