//! The inner loops from text to fingerprints that compilers do not find by themselves.
//!
//! As in [`sketch`](crate::sketch), each kernel has a portable form that specifies it, and twins for
//! wider registers that are chosen at run time and held to it by tests. Besides the kernels of the
//! sketches, this is the only folder of the crate where `unsafe` is allowed.
#![allow(unsafe_code)]

pub(crate) mod bits;
pub(crate) mod classify;
pub(crate) mod prefetch;
pub(crate) mod roll;
mod short;
pub(crate) mod words;

/// Whether this machine has AVX2 and the instructions on bits of the same age. The standard library asks
/// the processor once.
#[inline]
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt")
}

/// Whether this machine has the parts of AVX-512 that servers have had since 2019.
#[inline]
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx512() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has_avx2()
        && has!("avx512f")
        && has!("avx512bw")
        && has!("avx512dq")
        && has!("avx512vl")
        && has!("avx512vbmi2")
}
