//! The inner loops of the sketches.
//!
//! Each kernel is one portable function over slices of integers. Where wider registers pay, it is
//! compiled a second time for AVX2 or has a hand-written twin, and the choice is made at run time,
//! so that a default build is fast on every machine. Every path returns the same bits:
//! the portable one is the specification, and the tests hold the others to it.
//!
//! This is the only folder of the crate where `unsafe` is allowed.
#![allow(unsafe_code)]

pub(crate) mod matches;
pub(crate) mod permutation;
pub(crate) mod throws;
pub(crate) mod vertical;

/// Whether this machine has AVX2, BMI2 and POPCNT. The standard library asks the processor once.
#[inline]
#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi2") && has!("popcnt")
}
