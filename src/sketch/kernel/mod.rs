//! The inner loops of the sketches.
//!
//! Each kernel is one portable function over slices of integers. Where wider registers pay, it is
//! compiled a second time for AVX2 or has hand-written twins, and the choice is made at run time,
//! so that a default build is fast on every machine. Every path returns the same bits:
//! the portable one is the specification, and the tests hold the others to it.
//!
//! Besides `src/kernel`, this is the only folder of the crate where `unsafe` is allowed.
#![allow(unsafe_code)]

pub(crate) mod matches;
pub(crate) mod permutation;
pub(crate) mod throws;
pub(crate) mod vertical;

#[cfg(target_arch = "x86_64")]
use crate::kernel::{has_avx2, has_avx512};
