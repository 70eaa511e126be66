//! The numbers that come with a page, and which documents they let count.

use super::answer::{Page, Sites};
use super::head::{Head, site_code};

/// The numbers that come with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Terms {
    pub(super) site: u32,
    pub(super) time: Option<i64>,
    pub(super) valid_until: Option<i64>,
    pub(super) seen_since: Option<i64>,
    pub(super) sites: Sites,
}

impl From<&Page<'_>> for Terms {
    fn from(page: &Page<'_>) -> Self {
        let &Page { site, time, valid_until, seen_since, sites, .. } = page;
        Self { site: site_code(site), time, valid_until, seen_since, sites }
    }
}

impl Terms {
    /// Whether a document counts, of which a copy was last seen at `seen`.
    pub(super) fn admits(&self, head: &Head, seen: Option<i64>) -> bool {
        let own = head.site != 0 && head.site == self.site;
        let site = match self.sites {
            Sites::All => true,
            Sites::Others => !own,
            Sites::Own => own,
        };
        let recent = self.seen_since.is_none_or(|since| seen.is_some_and(|seen| seen >= since));
        let valid = match (self.time, head.valid_until) {
            (Some(now), Some(until)) => now <= until,
            _ => true,
        };
        site && recent && valid
    }
}
