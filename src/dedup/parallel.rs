//! All cores where the feature `rayon` is on, one after the other where it is not.

#[cfg(feature = "rayon")]
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Buffers that tasks pass on: at most as many as tasks run at a time.
#[derive(Debug, Default)]
pub(super) struct Pool<T>(Mutex<Vec<T>>);

impl<T: Default> Pool<T> {
    /// Runs `f` with one of them.
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = lock().pop().unwrap_or_default();
        let out = f(&mut one);
        lock().push(one);
        out
    }
}

/// Applies `f` to every item; results in order.
pub(super) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    f: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    #[cfg(feature = "rayon")]
    return items.par_iter().map(f).collect();
    #[cfg(not(feature = "rayon"))]
    return items.iter().map(f).collect();
}

/// Applies `f` to every item in place.
pub(super) fn parallel_each<T: Send>(items: &mut [T], f: impl Fn(&mut T) + Sync + Send) {
    #[cfg(feature = "rayon")]
    items.par_iter_mut().for_each(f);
    #[cfg(not(feature = "rayon"))]
    items.iter_mut().for_each(f);
}

/// Sorts by a total order.
pub(super) fn parallel_sort<T: Send>(
    items: &mut [T],
    order: impl Fn(&T, &T) -> std::cmp::Ordering + Sync + Send,
) {
    #[cfg(feature = "rayon")]
    items.par_sort_unstable_by(order);
    #[cfg(not(feature = "rayon"))]
    items.sort_unstable_by(order);
}
