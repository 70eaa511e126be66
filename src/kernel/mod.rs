//! The inner loops from text to fingerprints that compilers do not find by themselves.
//!
//! As in [`sketch`](crate::sketch), each kernel has a portable form that specifies it, and twins for
//! wider registers that are chosen at run time and held to it by tests. Besides the kernels of the
//! sketches, this is the only folder of the crate where `unsafe` is allowed.
#![allow(unsafe_code)]

pub(crate) mod bits;
