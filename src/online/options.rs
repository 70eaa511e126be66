//! Settings of an index.

use super::key::Key;
use super::meta;
use super::storage::Storage;
use super::store::{Store, StoreOptions};
use crate::compare::Comparer;
use crate::error::IndexError;
use crate::profile;
use crate::recipe::Profile;
use std::sync::Arc;

/// Settings of an [`OnlineIndex`]; all but the comparer may differ from one opening to the next.
#[derive(Debug, Clone)]
pub struct Options {
    pub(super) comparer: Comparer,
    pub(super) cap: u32,
    pub(super) max_candidates: usize,
    pub(super) read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { comparer: Comparer::default(), cap: 16, max_candidates: 8, read_only: false }
    }
}

impl Options {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything for texts of `profile`: its [`Comparer`] and [`posting_cap`](Self::posting_cap).
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.comparer = Comparer::for_profile(profile);
        self.cap = profile::posting_cap(profile);
        self
    }

    /// The recipe, content model, thresholds and alignment limits to compare with. An index can be
    /// opened only with the recipe that it was made with.
    #[must_use]
    pub fn comparer(mut self, comparer: Comparer) -> Self {
        self.comparer = comparer;
        self
    }

    /// Documents with postings at which a fingerprint still nominates candidates (default 16, at least
    /// 1).
    #[must_use]
    pub fn posting_cap(mut self, cap: u32) -> Self {
        self.cap = cap.max(1);
        self
    }

    /// Candidates verified for each page, best first (default 8, at least 1).
    #[must_use]
    pub fn max_candidates(mut self, most: usize) -> Self {
        self.max_candidates = most.max(1);
        self
    }

    /// Whether to open for reading only: takes no lock, sees what was synced when it was opened, and
    /// changes nothing (default: no).
    #[must_use]
    pub fn read_only(mut self, yes: bool) -> Self {
        self.read_only = yes;
        self
    }

    pub(super) fn store<K: Key>(
        &self,
        storage: Arc<dyn Storage>,
        what: meta::What,
    ) -> Result<Store, IndexError> {
        let options =
            StoreOptions { cap: self.cap, read_only: self.read_only, ..StoreOptions::default() };
        let place = storage.place();
        let store = Store::open(storage, options, &meta::of::<K>(what, self.comparer.recipe))?;
        meta::check::<K>(&place, store.meta(), what, self.comparer.recipe)?;
        Ok(store)
    }
}
