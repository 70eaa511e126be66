//! From a page to the documents it is related to.
//!
//! 1. *Probe*: its fingerprints, of a short page all its shingles, and the hash of all its words.
//! 2. *Learn*: what stands in the posting lists of six clusters is common furniture, what stands in
//!    those of three clusters of the page's own site is the site's; it loses its mass.
//! 3. *Choose*: documents by the fingerprints they share, rare ones before frequent ones.
//! 4. *Verify*: against the sketch, or the text if it is at hand. Where a match or an overlap shows, the
//!    document's own furniture is learned in the same way and the two are judged again.

use super::answer::{Effort, Page, Sites};
use super::head::{Head, site_code};
use super::sketch::{self, Field, Sketch, Unpacked, fingerprint};
use super::store::{DocId, List, Parts, Snapshot};
use super::trace::{self, Judgement, Query};
use crate::compare::{Comparer, Document};
use crate::content::{self, Template};
use crate::error::IndexError;
use crate::hash;
use crate::profile;
use crate::recipe::Recipe;
use crate::relation::{Evidence, Relation};
use crate::shingle::{self, Fingerprint};
use crate::sketch::DecodeError;
use std::cmp::Reverse;

/// The text of a document, by the bytes of its key.
pub(super) type Texts<'a> = &'a dyn Fn(&[u8]) -> Option<String>;

/// What a lookup works with.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) comparer: &'a Comparer,
    /// Posting lists longer than this are stop marks.
    pub(super) cap: u32,
    pub(super) max_candidates: usize,
    pub(super) texts: Option<Texts<'a>>,
}

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
    fn admits(&self, head: &Head, seen: Option<i64>) -> bool {
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

/// A shingle that is looked up.
#[derive(Debug, Clone, Copy)]
struct Sample {
    fingerprint: u64,
    position: u32,
    /// A long document that holds the passage is found by it: if it is no furniture, what stands here
    /// is none. Of other shingles only being known says something.
    tells: bool,
}

/// Buffers of a lookup, for reuse.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) document: Document,
    /// Whether `document` holds the page, with the mass of furniture taken away.
    has_text: bool,
    /// The mass of its tokens before that; empty if none was taken.
    before: Vec<u8>,
    /// The page's sketch, without what was learned.
    pub(super) body: Vec<u8>,
    /// The fingerprints by which the page would be found, sorted.
    pub(super) indexed: Vec<u64>,
    pub(super) own: Unpacked,
    query: Query,
    winnowed: Vec<Fingerprint>,
    /// Shingles of the page that are looked up, in order.
    samples: Vec<Sample>,
    /// What is looked up: distinct, sorted; behind them the hash of all words.
    pub(super) probes: Vec<u64>,
    shingle_probes: usize,
    /// Of each probe but the hash of all words whether it is furniture.
    known: Vec<bool>,
    /// The posting lists, one behind the other, and where each ends; stop marks have none.
    listed: Vec<DocId>,
    ends: Vec<(u32, bool)>,
    hits: Vec<(DocId, u32, u32)>,
    buffer: Vec<u8>,
    other: Unpacked,
    other_mass: Vec<u8>,
    other_document: Document,
}

impl Scratch {
    fn list_probes(&mut self, content_hash: u64, empty: bool) {
        let Self { samples, probes, .. } = self;
        probes.clear();
        probes.extend(samples.iter().map(|s| s.fingerprint));
        probes.sort_unstable();
        probes.dedup();
        self.shingle_probes = probes.len();
        if !empty {
            probes.push(whole_probe(content_hash));
        }
    }

    /// The probe by the hash of all words; `None` where there are none.
    pub(super) fn whole_probe(&self) -> Option<u64> {
        self.probes.get(self.shingle_probes).copied()
    }
}

/// A related document.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) doc: DocId,
    pub(super) relation: Relation,
    pub(super) evidence: Evidence,
    pub(super) exact: bool,
    /// Shares of content: a in b and b in a, least and most.
    pub(super) bounds: [(f64, f64); 2],
}

impl Link {
    /// Best first: matches, then most matched content, then the oldest.
    fn key(&self) -> (bool, Reverse<u64>, DocId) {
        let matched = self.evidence.matched_a.min(self.evidence.matched_b);
        (!self.relation.is_match(), Reverse((matched * 1000.0) as u64), self.doc)
    }
}

/// The probe under which a document is found by the hash of all its words.
pub(super) fn whole_probe(content_hash: u64) -> u64 {
    fingerprint(hash::mix(content_hash ^ hash::POLYNOMIAL_BASE))
}

/// What a hit weighs by the length of its posting list: rare passages tell documents apart.
const WEIGHTS: [u32; 16] = [16, 15, 13, 11, 9, 7, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1];
const WHOLE_WEIGHT: u32 = 1 << 24;

/// Clusters by which a common document is found at most: their number alone decides beyond it.
const MANY: usize = Template::MIN_ARTICLES_ANYWHERE;
const SITES: usize = Template::MIN_ARTICLES;

/// The document by which the cluster of `doc` is known.
pub(super) fn root_of(
    snapshot: &Snapshot,
    doc: DocId,
) -> Result<Option<(DocId, Head)>, IndexError> {
    let mut at = doc;
    loop {
        let Some(head) = snapshot.head(at)?.map(Head::from_bytes) else { return Ok(None) };
        // clusters that were joined point to the one they joined, which is never a circle
        if head.cluster == at {
            return Ok(Some((at, head)));
        }
        at = head.cluster;
    }
}

pub(super) fn head_of(snapshot: &Snapshot, doc: DocId) -> Result<Option<Head>, IndexError> {
    Ok(snapshot.head(doc)?.map(Head::from_bytes))
}

/// What an index keeps of a document in its record.
pub(super) struct Stored<'a> {
    pub(super) key: &'a [u8],
    pub(super) time: Option<i64>,
    pub(super) body: &'a [u8],
}

/// Appends the payload of a record: the time (8 bytes, the least number if there is none), the sketch.
pub(super) fn write_payload(time: Option<i64>, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&time.unwrap_or(i64::MIN).to_le_bytes());
    out.extend_from_slice(body);
}

pub(super) fn stored<'b>(
    doc: DocId,
    buffer: &'b [u8],
    parts: &Parts,
) -> Result<Stored<'b>, IndexError> {
    let payload = &buffer[parts.payload.clone()];
    let Some((time, body)) = payload.split_first_chunk::<8>() else {
        return Err(damaged(doc, &DecodeError::value("payload", payload.len(), "8 bytes or more")));
    };
    let time = i64::from_le_bytes(*time);
    let time = (time != i64::MIN).then_some(time);
    Ok(Stored { key: &buffer[parts.key.clone()], time, body })
}

pub(super) fn damaged(doc: DocId, error: &DecodeError) -> IndexError {
    IndexError::Corrupt {
        file: format!("the record of document {doc}"),
        offset: 0,
        expected: "a sketch".to_owned(),
        found: error.to_string(),
    }
}

/// All fingerprints under which a sketch of this body is posted, sorted, and how much of it is prose.
pub(super) fn posted(recipe: Recipe, body: &[u8]) -> Result<(Vec<u64>, u32), DecodeError> {
    let mut out = Vec::with_capacity(body.len() / 12);
    let mut mass = 0;
    let head = sketch::scan(body, |field| match field {
        Field::Sampled(one) if one.indexed => out.push(one.hash),
        Field::Part(part) => mass += part.prose_mass(),
        _ => {}
    })?;
    head.check(recipe)?;
    if head.tokens > 0 {
        out.push(whole_probe(head.content_hash));
    }
    out.sort_unstable();
    out.dedup();
    Ok((out, sixteenths(mass)))
}

/// Mass in sixteenths of a word.
fn sixteenths(mass: u64) -> u32 {
    u32::try_from(mass / u64::from(content::WORD / 16)).unwrap_or(u32::MAX)
}

/// Puts links in order, best first.
pub(super) fn sort(links: &mut [Link]) {
    links.sort_by_key(Link::key);
}

/// Makes a text ready: its sketch, its fingerprints, what to look up.
pub(super) fn read_text(comparer: &Comparer, text: &str, scratch: &mut Scratch) {
    let Scratch { document, body, indexed, winnowed, samples, .. } = scratch;
    let recipe = comparer.recipe;
    comparer.prepare_into(text, document);
    body.clear();
    sketch::write(recipe, document, winnowed, indexed, body);
    let hashes = document.shingles().hashes();
    samples.clear();
    let window = sketch::index_window(recipe, hashes.len());
    if hashes.len() <= profile::probe_all(recipe.profile()) {
        shingle::winnow_into(hashes, window.max(sketch::wide_window(recipe)), winnowed);
        let mut telling = winnowed.iter().map(|f| f.position).peekable();
        samples.extend((0..).zip(hashes).map(|(position, &hash)| {
            let tells = telling.next_if_eq(&position).is_some();
            Sample { fingerprint: fingerprint(hash), position, tells }
        }));
    } else {
        shingle::winnow_into(hashes, window, winnowed);
        samples.extend(winnowed.iter().map(|f| {
            let (fingerprint, position) = (fingerprint(f.hash), f.position);
            Sample { fingerprint, position, tells: true }
        }));
    }
    scratch.has_text = true;
    let empty = scratch.document.tokens().is_empty();
    scratch.list_probes(scratch.document.content_hash(), empty);
}

/// The same for a sketch, which was made with the recipe of `comparer`.
pub(super) fn read_sketch(
    comparer: &Comparer,
    sketch: &Sketch,
    scratch: &mut Scratch,
) -> Result<(), DecodeError> {
    let Scratch { body, indexed, samples, own, .. } = scratch;
    own.read(comparer.recipe, sketch.body())?;
    body.clear();
    body.extend_from_slice(sketch.body());
    indexed.clear();
    indexed.extend(own.indexed());
    indexed.sort_unstable();
    samples.clear();
    let all = own.sampled.iter().filter(|s| s.indexed);
    samples.extend(all.map(|s| Sample { fingerprint: s.hash, position: s.position, tells: true }));
    scratch.has_text = false;
    let head = scratch.own.head;
    scratch.list_probes(head.content_hash, head.tokens == 0);
    Ok(())
}

impl Settings<'_> {
    /// Probes and learns: afterwards the page's furniture has no mass.
    pub(super) fn probe(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<(), IndexError> {
        self.fetch(snapshot, scratch)?;
        self.learn(snapshot, terms.site, scratch)?;
        effort.probes += scratch.probes.len() as u32;
        effort.furniture += scratch.known.iter().filter(|k| **k).count() as u32;
        let Scratch { document, before, query, own, samples, probes, known, .. } = scratch;
        let learned = known.iter().any(|k| *k);
        let sorted = &probes[..known.len()];
        let is_known =
            |fingerprint: u64| known[sorted.binary_search(&fingerprint).expect("it was listed")];
        if scratch.has_text {
            before.clear();
            if learned {
                before.extend_from_slice(document.mass());
                let (tokens, shingles, mass) = document.parts_mut();
                let sampled = samples.iter().filter_map(|s| {
                    let known = is_known(s.fingerprint);
                    (known || s.tells).then_some((s.position as usize, known))
                });
                content::take_away(sampled, true, tokens, shingles, mass);
            }
            query.of_document(document, before);
        } else {
            query.of_sketch(own);
            if learned {
                let known: Vec<bool> = samples.iter().map(|s| is_known(s.fingerprint)).collect();
                trace::take_away(own, &known, &mut query.mass);
            }
        }
        Ok(())
    }

    /// Reads the posting lists of the probes.
    fn fetch(&self, snapshot: &Snapshot, scratch: &mut Scratch) -> Result<(), IndexError> {
        let Scratch { probes, listed, ends, .. } = scratch;
        listed.clear();
        ends.clear();
        snapshot.postings(probes, &mut |_, list| {
            let stopped = match list {
                List::Docs(docs) => {
                    listed.extend_from_slice(docs);
                    false
                }
                List::Stopped => true,
            };
            ends.push((listed.len() as u32, stopped));
        })
    }

    /// Sets which probes are furniture of a page of `site`.
    fn learn(
        &self,
        snapshot: &Snapshot,
        site: u32,
        scratch: &mut Scratch,
    ) -> Result<(), IndexError> {
        let Scratch { known, listed, ends, .. } = scratch;
        known.clear();
        let shingles = scratch.shingle_probes;
        if !profile::learns(self.comparer.recipe.profile()) {
            known.resize(shingles, false);
            return Ok(());
        }
        let mut start = 0;
        for &(end, stopped) in &ends[..shingles] {
            let docs = &listed[start as usize..end as usize];
            start = end;
            known.push(self.is_furniture(snapshot, site, docs, stopped)?);
        }
        Ok(())
    }

    /// Whether what `docs` hold is furniture on a page of `site`.
    fn is_furniture(
        &self,
        snapshot: &Snapshot,
        site: u32,
        docs: &[DocId],
        stopped: bool,
    ) -> Result<bool, IndexError> {
        if stopped {
            return Ok(self.cap as usize + 1 >= MANY);
        }
        if docs.len() < SITES || docs.len() < MANY && site == 0 {
            return Ok(false);
        }
        let mut clusters: Vec<(DocId, bool)> = Vec::with_capacity(docs.len());
        for &doc in docs {
            let Some(head) = head_of(snapshot, doc)? else { continue };
            let Some((root, _)) = root_of(snapshot, doc)? else { continue };
            let own = site != 0 && head.site == site;
            match clusters.iter_mut().find(|c| c.0 == root) {
                Some(cluster) => cluster.1 |= own,
                None => clusters.push((root, own)),
            }
        }
        Ok(clusters.len() >= MANY || clusters.iter().filter(|c| c.1).count() >= SITES)
    }

    /// The fingerprints under which the page is posted if it is novel: those of its content that are
    /// not furniture, and the hash of all its words.
    pub(super) fn page_postings(&self, scratch: &Scratch) -> Vec<u64> {
        let Scratch { probes, known, indexed, .. } = scratch;
        let sorted = &probes[..known.len()];
        let is_known = |f: &u64| sorted.binary_search(f).is_ok_and(|at| known[at]);
        let mut out: Vec<u64> = indexed.iter().copied().filter(|f| !is_known(f)).collect();
        out.extend(&probes[known.len()..]);
        out.sort_unstable();
        out.dedup();
        out
    }

    /// How much of a page is prose, before it is probed, in sixteenths of a word.
    pub(super) fn prose_of_page(&self, scratch: &Scratch) -> u32 {
        let mass =
            if scratch.has_text { scratch.document.prose_mass() } else { scratch.own.prose_mass() };
        sixteenths(mass)
    }

    /// Of what would be posted of a page that joins the cluster of `root` that which no document of the
    /// cluster holds.
    pub(super) fn new_postings(
        &self,
        snapshot: &Snapshot,
        root: DocId,
        scratch: &Scratch,
    ) -> Result<Vec<u64>, IndexError> {
        let Scratch { probes, known, listed, ends, .. } = scratch;
        let sorted = &probes[..known.len()];
        let mut out = Vec::new();
        for fingerprint in self.page_postings(scratch) {
            // the hash of all words is new: nothing in the index is identical
            if let Ok(at) = sorted.binary_search(&fingerprint) {
                let start = at.checked_sub(1).map_or(0, |before| ends[before].0 as usize);
                let mut held = false;
                for &doc in &listed[start..ends[at].0 as usize] {
                    held |= root_of(snapshot, doc)?.is_some_and(|r| r.0 == root);
                }
                if held {
                    continue;
                }
            }
            out.push(fingerprint);
        }
        Ok(out)
    }

    /// The related documents from `from` on, best first. [`probe`](Self::probe) was called; where the
    /// snapshot is a later one the lists are read `again`.
    pub(super) fn links(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        from: Option<DocId>,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Vec<Link>, IndexError> {
        if from.is_some() {
            self.fetch(snapshot, scratch)?;
        }
        let candidates = self.candidates(snapshot, terms, from.unwrap_or(0), scratch, effort)?;
        let mut links: Vec<Link> = Vec::new();
        let mut enough = 0;
        for (doc, weight) in candidates {
            if weight < enough {
                break;
            }
            let Some(link) = self.verify(snapshot, doc, scratch, effort)? else { continue };
            let whole = link.relation.is_match()
                && link.evidence.content_a_in_b() >= self.comparer.thresholds.whole;
            let same = link.relation == Relation::Identical;
            links.push(link);
            if same {
                break;
            }
            if whole && enough == 0 {
                // it stands nearly whole in that one: no much better match exists
                enough = weight / 2;
            }
        }
        sort(&mut links);
        Ok(links)
    }

    /// The documents to verify, with their weights.
    fn candidates(
        &self,
        snapshot: &Snapshot,
        terms: &Terms,
        from: DocId,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Vec<(DocId, u32)>, IndexError> {
        let Scratch { known, listed, ends, hits, indexed, .. } = scratch;
        hits.clear();
        let mut start = 0;
        for (at, &(end, _)) in ends.iter().enumerate() {
            let docs = &listed[start as usize..end as usize];
            start = end;
            let weight = if at >= known.len() {
                WHOLE_WEIGHT
            } else {
                WEIGHTS[docs.len().clamp(1, WEIGHTS.len()) - 1]
            };
            hits.extend(docs.iter().filter(|d| **d >= from).map(|&doc| (doc, 1, weight)));
        }
        hits.sort_unstable_by_key(|h| h.0);
        hits.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
                first.2 += next.2;
            }
            same
        });
        effort.candidates += hits.len() as u32;
        hits.sort_unstable_by_key(|&(doc, _, weight)| (Reverse(weight), doc));
        let a_hit = profile::fingerprints_a_hit(self.comparer.recipe.profile());
        let mut out = Vec::new();
        for &(doc, count, weight) in &*hits {
            let Some(head) = head_of(snapshot, doc)? else { continue };
            let theirs = usize::from(head.fingerprints);
            // one of so many fingerprints tells a copied passage from common phrases
            let enough = count as usize * a_hit >= indexed.len().min(theirs);
            if !enough && weight < WHOLE_WEIGHT {
                continue;
            }
            let seen = if terms.seen_since.is_some() {
                self.last_seen(snapshot, doc, &head)?
            } else {
                None
            };
            if !terms.admits(&head, seen) {
                continue;
            }
            if out.len() == self.max_candidates {
                effort.capped = true;
                break;
            }
            out.push((doc, weight));
        }
        Ok(out)
    }

    /// When the document or a copy of it was last seen. Copies are noted at the representative.
    fn last_seen(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
        head: &Head,
    ) -> Result<Option<i64>, IndexError> {
        let Some((_, root)) = root_of(snapshot, doc)? else { return Ok(head.time) };
        let representative = head_of(snapshot, root.representative)?.and_then(|h| h.time);
        Ok(head.time.max(representative))
    }

    /// How the page is related to a document; `None` if it was removed, or where there is nothing worth
    /// telling.
    pub(super) fn verify(
        &self,
        snapshot: &Snapshot,
        doc: DocId,
        scratch: &mut Scratch,
        effort: &mut Effort,
    ) -> Result<Option<Link>, IndexError> {
        let Some(head) = head_of(snapshot, doc)? else { return Ok(None) };
        let Some(parts) = snapshot.read(doc, &mut scratch.buffer)? else { return Ok(None) };
        let Stored { key, body, .. } = stored(doc, &scratch.buffer, &parts)?;
        let Scratch { document, query, other, other_mass, other_document, .. } = scratch;
        other.read(self.comparer.recipe, body).map_err(|e| damaged(doc, &e))?;
        effort.verified += 1;
        let text = if scratch.has_text { self.texts.and_then(|texts| texts(key)) } else { None };
        if let Some(text) = text {
            self.comparer.prepare_into(&text, other_document);
            let (found, skipped) = self.comparer.verify(document, other_document, false);
            effort.skipped_places += skipped;
            let Some((mut relation, mut evidence)) = found else { return Ok(None) };
            let known = self.furniture_of(snapshot, other, &head)?;
            if relation != Relation::Identical && known.iter().any(|k| *k) {
                take_known_away(other, &known, other_document);
                let (found, _) = self.comparer.verify(document, other_document, false);
                let Some(again) = found else { return Ok(None) };
                (relation, evidence) = again;
            }
            let bounds = [evidence.content_a_in_b(), evidence.content_b_in_a()].map(|x| (x, x));
            return Ok(Some(Link { doc, relation, evidence, exact: true, bounds }));
        }
        let (traces, skipped) = trace::trace(query, other, self.comparer.limits.occurrences);
        effort.skipped_places += skipped;
        other_mass.clone_from(&other.mass);
        trace::take_learned(query, &traces, other_mass);
        let Judgement { mut relation, mut evidence } =
            trace::judge(self.comparer, query, other, other_mass, &traces);
        if !worth_telling(relation) {
            return Ok(None);
        }
        if relation != Relation::Identical {
            let known = self.furniture_of(snapshot, other, &head)?;
            if known.iter().any(|k| *k) {
                trace::take_away(other, &known, other_mass);
                Judgement { relation, evidence } =
                    trace::judge(self.comparer, query, other, other_mass, &traces);
                if !worth_telling(relation) {
                    return Ok(None);
                }
            }
        }
        let bounds = if relation == Relation::Identical {
            [evidence.content_a_in_b(), evidence.content_b_in_a()].map(|x| (x, x))
        } else {
            trace::bounds(self.comparer, query, other_mass, &traces)
        };
        Ok(Some(Link { doc, relation, evidence, exact: false, bounds }))
    }

    /// How a document of the index is related to another one.
    pub(super) fn relate(
        &self,
        snapshot: &Snapshot,
        a: DocId,
        b: DocId,
        effort: &mut Effort,
    ) -> Result<Option<Link>, IndexError> {
        let mut scratch = Scratch::default();
        let Some(head) = head_of(snapshot, a)? else { return Ok(None) };
        let Some(parts) = snapshot.read(a, &mut scratch.buffer)? else { return Ok(None) };
        let Stored { key, body, .. } = stored(a, &scratch.buffer, &parts)?;
        scratch.own.read(self.comparer.recipe, body).map_err(|e| damaged(a, &e))?;
        let known = self.furniture_of(snapshot, &scratch.own, &head)?;
        let learned = known.iter().any(|k| *k);
        if let Some(text) = self.texts.and_then(|texts| texts(key)) {
            scratch.has_text = true;
            self.comparer.prepare_into(&text, &mut scratch.document);
            if learned {
                take_known_away(&scratch.own, &known, &mut scratch.document);
            }
            scratch.query.of_document(&scratch.document, &[]);
        } else {
            scratch.query.of_sketch(&scratch.own);
            if learned {
                trace::take_away(&scratch.own, &known, &mut scratch.query.mass);
            }
        }
        self.verify(snapshot, b, &mut scratch, effort)
    }

    /// Which of a document's indexed shingles are furniture, in order.
    fn furniture_of(
        &self,
        snapshot: &Snapshot,
        sketch: &Unpacked,
        head: &Head,
    ) -> Result<Vec<bool>, IndexError> {
        let mut out = Vec::new();
        if !profile::learns(self.comparer.recipe.profile()) {
            return Ok(out);
        }
        let probes: Vec<u64> = sketch.indexed().collect();
        let mut lists: Vec<(Vec<DocId>, bool)> = Vec::with_capacity(probes.len());
        snapshot.postings(&probes, &mut |_, list| {
            lists.push(match list {
                List::Docs(docs) if docs.len() >= SITES => (docs.to_vec(), false),
                List::Docs(_) => (Vec::new(), false),
                List::Stopped => (Vec::new(), true),
            });
        })?;
        for (docs, stopped) in lists {
            out.push(self.is_furniture(snapshot, head.site, &docs, stopped)?);
        }
        Ok(out)
    }
}

/// Takes the mass of furniture away from the text of a sketch; `known` says of each indexed shingle, in
/// order, whether it is furniture.
fn take_known_away(sketch: &Unpacked, known: &[bool], document: &mut Document) {
    let (tokens, shingles, mass) = document.parts_mut();
    let indexed = sketch.sampled.iter().filter(|s| s.indexed);
    let sampled = indexed.zip(known).map(|(s, &known)| (s.position as usize, known));
    // a text that is not the one that was admitted may be shorter
    let sampled = sampled.filter(|&(at, _)| at < shingles.len());
    content::take_away(sampled, true, tokens, shingles, mass);
}

fn worth_telling(relation: Relation) -> bool {
    relation.is_match() || relation == Relation::Overlaps
}
