//! Asking for a cache line before it is read, so that several are on their way at once.

/// Has the cache line loaded in which element `at` begins, without waiting for it; nothing if there is
/// no such element.
///
/// Where there is no instruction for it, the element's first byte is not read either: the processor
/// then looks ahead as far as it does by itself.
#[inline]
pub(crate) fn prefetch<T>(of: &[T], at: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if let Some(element) = of.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has the instruction, which reads nothing into the program and
        // cannot fault; the address is that of an element of a slice.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (of, at);
}

#[cfg(test)]
mod tests {
    use super::prefetch;

    #[test]
    fn any_place_may_be_asked_for_and_nothing_changes() {
        let numbers: Vec<u64> = (0..1000).collect();
        for at in [0, 1, 999, 1000, 1001, usize::MAX] {
            prefetch(&numbers, at);
        }
        prefetch::<u8>(&[], 0);
        assert!(numbers.iter().enumerate().all(|(i, &n)| n == i as u64));
    }
}
