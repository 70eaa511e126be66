//! A page made ready to be looked up, in buffers for reuse.

use super::record::sixteenths;
use super::scan;
use super::sketch::{self, Sketch, Unpacked, fingerprint};
use super::store::DocId;
use super::trace::Query;
use crate::compare::{Comparer, Document};
use crate::content::Template;
use crate::hash;
use crate::profile;
use crate::recipe::Recipe;
use crate::shingle::{self, Fingerprint};
use crate::sketch::DecodeError;

/// A shingle that is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) fingerprint: u64,
    pub(super) position: u32,
    /// A long document that holds the passage is found by it: if it is no furniture, what stands here
    /// is none. Of other shingles only being known says something.
    pub(super) tells: bool,
}

/// Buffers of a lookup, for reuse.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) document: Document,
    /// Whether `document` holds the page, with the mass of furniture taken away.
    pub(super) has_text: bool,
    /// The mass of its tokens before that; empty if none was taken.
    pub(super) before: Vec<u8>,
    /// The page's sketch, without what was learned.
    pub(super) body: Vec<u8>,
    /// The fingerprints by which the page would be found, sorted.
    pub(super) indexed: Vec<u64>,
    /// The sketch unpacked; of a page that was asked for by one only once something is compared with it.
    pub(super) own: Unpacked,
    /// Whether it is.
    is_unpacked: bool,
    /// How much of such a page is prose, in sixteenths of a word.
    pub(super) prose: u32,
    pub(super) query: Query,
    pub(super) winnowed: Vec<Fingerprint>,
    /// Shingles of the page that are looked up, in order.
    pub(super) samples: Vec<Sample>,
    /// What is looked up: distinct, sorted; behind them the hash of all words.
    pub(super) probes: Vec<u64>,
    pub(super) shingle_probes: usize,
    /// Of each probe but the hash of all words whether it is furniture.
    pub(super) known: Vec<bool>,
    /// Whether `query` holds the page, without the mass of its furniture.
    pub(super) is_weighed: bool,
    /// The posting lists, one behind the other, and where each ends; stop marks have none.
    pub(super) listed: Vec<DocId>,
    pub(super) ends: Vec<(u32, bool)>,
    pub(super) hits: Vec<(DocId, u32, u32)>,
    pub(super) buffer: Vec<u8>,
    pub(super) other: Unpacked,
    pub(super) other_mass: Vec<u8>,
    pub(super) other_document: Document,
}

impl Scratch {
    /// Lists the samples of a text to be looked up.
    fn list_probes(&mut self) {
        let Self { samples, probes, .. } = self;
        probes.clear();
        probes.extend(samples.iter().map(|s| s.fingerprint));
        probes.sort_unstable();
    }

    /// The probes are sorted: each is looked up once, and the hash of all words behind them.
    fn finish_probes(&mut self, content_hash: u64, empty: bool) {
        let Self { probes, .. } = self;
        probes.dedup();
        self.shingle_probes = probes.len();
        if !empty {
            probes.push(whole_probe(content_hash));
        }
    }

    /// Unpacks the sketch that the page was asked for by.
    pub(super) fn unpack(&mut self, recipe: Recipe) -> Result<(), DecodeError> {
        if !self.is_unpacked {
            self.own.read(recipe, &self.body)?;
            self.is_unpacked = true;
        }
        Ok(())
    }
}

/// The probe under which a document is found by the hash of all its words.
pub(super) fn whole_probe(content_hash: u64) -> u64 {
    fingerprint(hash::mix(content_hash ^ hash::POLYNOMIAL_BASE))
}

/// Makes a text ready: its sketch, its fingerprints, what to look up. What `template` knows as furniture
/// weighs nothing.
pub(super) fn read_text(
    comparer: &Comparer,
    template: Option<&Template>,
    text: &str,
    scratch: &mut Scratch,
) {
    let Scratch { document, before, body, indexed, winnowed, samples, .. } = scratch;
    let recipe = comparer.recipe;
    comparer.prepare_into(text, document);
    before.clear();
    if let Some(template) = template {
        before.extend_from_slice(document.mass());
        let (tokens, shingles, mass) = document.parts_mut();
        template.apply(tokens, shingles, mass);
        if before == mass {
            before.clear();
        }
    }
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
    scratch.list_probes();
    scratch.finish_probes(scratch.document.content_hash(), empty);
}

/// The same for a sketch, which was made with the recipe of `comparer`.
pub(super) fn read_sketch(
    comparer: &Comparer,
    sketch: &Sketch,
    scratch: &mut Scratch,
) -> Result<(), DecodeError> {
    let Scratch { body, indexed, samples, probes, .. } = scratch;
    indexed.clear();
    samples.clear();
    let (head, prose) = scan::indexed(sketch.body(), |position, fingerprint| {
        indexed.push(fingerprint);
        samples.push(Sample { fingerprint, position, tells: true });
    })?;
    head.check(comparer.recipe)?;
    body.clear();
    body.extend_from_slice(sketch.body());
    indexed.sort_unstable();
    probes.clone_from(indexed);
    scratch.has_text = false;
    scratch.is_unpacked = false;
    scratch.prose = sixteenths(prose);
    scratch.finish_probes(head.content_hash, head.tokens == 0);
    Ok(())
}
