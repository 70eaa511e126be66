//! Asking where a page was seen.

use super::answer::{Answer, Effort, Hit, Interval, Page};
use super::cluster::root_of;
use super::index::OnlineIndex;
use super::key::Key;
use super::lookup::Settings;
use super::record::{Stored, stored};
use super::scratch::Scratch;
use super::sketch::Sketch;
use super::store::{DocId, Snapshot};
use super::terms::Terms;
use super::verify::Link;
use crate::error::IndexError;
use crate::relation;

impl<K: Key> OnlineIndex<K> {
    /// The documents that a page is related to. Nothing is changed, and no writer is waited for.
    ///
    /// # Errors
    /// What the storage says.
    pub fn query<'p>(&self, page: impl Into<Page<'p>>) -> Result<Answer<K>, IndexError> {
        let page = page.into();
        let terms = self.terms(&page)?;
        self.with_scratch(|index, settings, scratch| {
            settings.read(page.text, terms.site, scratch);
            index.query_ready(terms, settings, scratch)
        })
    }

    /// The same for a sketch; `page` gives all but the text.
    ///
    /// # Errors
    /// What the storage says, and if the sketch was made with another recipe.
    pub fn query_sketch<'p>(
        &self,
        sketch: &Sketch,
        page: impl Into<Page<'p>>,
    ) -> Result<Answer<K>, IndexError> {
        let terms = self.terms(&page.into())?;
        self.check_recipe(sketch)?;
        self.with_scratch(|index, settings, scratch| {
            settings.read_sketch(sketch, scratch)?;
            index.query_ready(terms, settings, scratch)
        })
    }

    pub(super) fn query_ready(
        &self,
        terms: Terms,
        settings: &Settings<'_>,
        scratch: &mut Scratch,
    ) -> Result<Answer<K>, IndexError> {
        let snapshot = self.shared.store.snapshot();
        let mut effort = Effort::default();
        settings.probe(&snapshot, &terms, scratch, &mut effort)?;
        let links = settings.links(&snapshot, &terms, None, scratch, &mut effort)?;
        let hits = links.iter().filter_map(|link| self.hit(&snapshot, link).transpose());
        Ok(Answer { hits: hits.collect::<Result<_, _>>()?, effort })
    }

    /// `None` if the document was removed.
    pub(super) fn hit(
        &self,
        snapshot: &Snapshot,
        link: &Link,
    ) -> Result<Option<Hit<K>>, IndexError> {
        let Some((key, time)) = self.name(snapshot, link.doc)? else { return Ok(None) };
        let (mut representative, mut first_seen) = (None, time);
        if let Some((root, head)) = root_of(snapshot, link.doc)? {
            if head.representative != link.doc {
                representative = self.name(snapshot, head.representative)?.map(|n| n.0);
            }
            if root != link.doc {
                first_seen = self.name(snapshot, root)?.and_then(|n| n.1);
            }
        }
        let [(a_low, a_high), (b_low, b_high)] = link.bounds;
        Ok(Some(Hit {
            representative: representative.unwrap_or_else(|| key.clone()),
            key,
            relation: link.relation,
            confidence: relation::confidence(&link.evidence, &self.comparer().thresholds),
            evidence: link.evidence,
            exact: link.exact,
            content_a_in_b: Interval { low: a_low, high: a_high },
            content_b_in_a: Interval { low: b_low, high: b_high },
            time,
            first_seen,
        }))
    }

    /// Key and time of a document.
    pub(super) fn name(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
    ) -> Result<Option<(K, Option<i64>)>, IndexError> {
        let mut buffer = Vec::new();
        let Some(parts) = snapshot.read(doc, &mut buffer)? else { return Ok(None) };
        let Stored { key, time, .. } = stored(doc, &buffer, &parts)?;
        match K::read(key) {
            Some(key) => Ok(Some((key, time))),
            None => Err(IndexError::Corrupt {
                file: format!("the record of document {doc}"),
                offset: 0,
                expected: "a key of the type that the index was opened with".to_owned(),
                found: key.escape_ascii().to_string(),
            }),
        }
    }

    pub(super) fn representative(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
    ) -> Result<Option<K>, IndexError> {
        let Some((_, head)) = root_of(snapshot, doc)? else { return Ok(None) };
        Ok(self.name(snapshot, head.representative)?.map(|n| n.0))
    }

    /// Whether a document matches another one by what is known now.
    pub(super) fn still_matches(
        &self,
        snapshot: &Snapshot,
        a: DocId,
        b: DocId,
    ) -> Result<bool, IndexError> {
        self.with_scratch(|_, settings, _| {
            let found = settings.relate(snapshot, a, b, &mut Effort::default())?;
            Ok(found.is_some_and(|link| link.relation.is_match()))
        })
    }
}
