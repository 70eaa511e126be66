//! Settings of an index.

use super::head::site_code;
use super::key::Key;
use super::meta;
use super::storage::Storage;
use super::store::{Store, StoreOptions};
use crate::compare::Comparer;
use crate::content::Template;
use crate::error::{IndexError, RecipeMismatch};
use crate::profile;
use crate::recipe::Profile;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Settings of an [`OnlineIndex`](super::OnlineIndex); all but the comparer may differ from one opening to
/// the next.
#[derive(Debug, Clone)]
pub struct Options {
    pub(super) comparer: Comparer,
    pub(super) cap: u32,
    pub(super) max_candidates: usize,
    pub(super) read_only: bool,
    pub(super) templates: Arc<Templates>,
}

/// Templates by the code of their site.
pub(super) type Templates = BTreeMap<u32, Template>;

impl Default for Options {
    fn default() -> Self {
        Self {
            comparer: Comparer::default(),
            cap: 16,
            max_candidates: 8,
            read_only: false,
            templates: Arc::default(),
        }
    }
}

impl Options {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything for texts of `profile`: its [`Comparer`] and [`posting_cap`](Self::posting_cap).
    ///
    /// # Panics
    /// If a [`template`](Self::template) of another recipe was given before.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.set(Comparer::for_profile(profile));
        self.cap = profile::posting_cap(profile);
        self
    }

    /// The recipe, content model, thresholds and alignment limits to compare with. An index can be
    /// opened only with the recipe that it was made with.
    ///
    /// # Panics
    /// If a [`template`](Self::template) of another recipe was given before.
    #[must_use]
    pub fn comparer(mut self, comparer: Comparer) -> Self {
        self.set(comparer);
        self
    }

    fn set(&mut self, comparer: Comparer) {
        let fits = |template: &Template| comparer.recipe.check(template.recipe()).is_ok();
        assert!(self.templates.values().all(fits), "set the comparer before the templates");
        self.comparer = comparer;
    }

    /// Furniture that is known of the pages of `site`: with [`Template::learn`] from other pages, or
    /// kept from elsewhere. On the text of a page of that [`site`](super::Page::site) it weighs nothing
    /// from the first page on, is not posted, and weighs nothing where the page matches a document that
    /// was taken in without; what the index learns comes on top. Replaces an earlier one of the site.
    ///
    /// An index does not keep templates: they are given at each opening, and may be others. What is
    /// kept of a page, its sketch, says what weighed nothing when it was taken in. A
    /// [`Sketch`](super::Sketch) that is made elsewhere is taken as it is: to be the one that the index
    /// makes it must be made of a document of
    /// [`Comparer::prepare_with`](crate::Comparer::prepare_with) with the same template, otherwise the
    /// furniture of its page counts as content until it is learned.
    ///
    /// Set the [`profile`](Self::profile) or [`comparer`](Self::comparer) first.
    ///
    /// # Errors
    /// If the template was learned by another recipe than that of the comparer.
    pub fn template(
        mut self,
        site: impl AsRef<str>,
        template: Template,
    ) -> Result<Self, RecipeMismatch> {
        self.comparer.recipe.check(template.recipe())?;
        let code = site_code(Some(site.as_ref()));
        Arc::make_mut(&mut self.templates).insert(code, template);
        Ok(self)
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
