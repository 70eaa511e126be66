//! The batch, step by step, once every document has been read.

use super::parallel::{Pool, parallel_each, parallel_map, parallel_sort};
use super::rank::{Rank, Ranked};
use super::report::{Cluster, Counts, Member, NO_CLUSTER, Pair, Report};
use super::source::NO_SITE;
use super::terms::{Lists, Terms};
use super::texts::{Ready, Texts};
use super::{Dedup, Linkage};
use crate::align::Seeder;
use crate::compare::Document;
use crate::content::{Template, WORD};
use crate::profile;
use crate::relation::{Evidence, Relation};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// Documents matched in one parallel step. Part of the definition of the result: within a chunk no
/// fingerprint is stopped.
const CHUNK: usize = 512;

/// Documents that one task matches.
const TASK: usize = 16;

/// So many hits, or more.
const MANY: u8 = u8::MAX;

/// Stop marks that stood in one document, from which on they are counted.
const LONG_CHAIN: usize = 5;

/// A verified relation of a document (a) to an earlier one (b), both by rank.
#[derive(Debug, Clone, Copy)]
struct Link {
    to: u32,
    relation: Relation,
    evidence: Evidence,
}

impl Link {
    /// Best first: most matched content, then the longest article.
    fn key(&self) -> (Reverse<u64>, u32) {
        let matched = self.evidence.matched_a.min(self.evidence.matched_b);
        (Reverse((matched * 1000.0) as u64), self.to)
    }
}

/// The links of each document by rank, best first. Most documents have none.
#[derive(Debug, Default)]
struct Links {
    /// Where the list of a document is, or `NO_LINKS`.
    place: Vec<u32>,
    lists: Vec<Vec<Link>>,
}

const NO_LINKS: u32 = u32::MAX;

impl Links {
    fn get(&self, rank: u32) -> &[Link] {
        self.lists.get(self.place[rank as usize] as usize).map_or(&[], Vec::as_slice)
    }

    fn set(&mut self, rank: u32, links: Vec<Link>) {
        let place = &mut self.place[rank as usize];
        if *place != NO_LINKS {
            self.lists[*place as usize] = links;
        } else if !links.is_empty() {
            *place = self.lists.len() as u32;
            self.lists.push(links);
        }
    }

    fn push(&mut self, rank: u32, link: Link) {
        self.lists[self.place[rank as usize] as usize].push(link);
    }

    /// The documents that have links, in order.
    fn linked(&self) -> impl Iterator<Item = u32> + '_ {
        let all = self.place.iter().enumerate();
        all.filter(|(_, place)| **place != NO_LINKS).map(|(rank, _)| rank as u32)
    }
}

/// One document of a chunk on its way.
#[derive(Debug, Default)]
struct Turn {
    rank: u32,
    /// It may still match within the chunk.
    open: bool,
    /// It holds the same words as an earlier one.
    copy: bool,
    /// Best first.
    links: Vec<Link>,
    verified: u64,
    capped: bool,
    skipped_places: u64,
    stopped_chain: bool,
}

impl Turn {
    fn has_match(&self) -> bool {
        self.links.iter().any(|l| l.relation.is_match())
    }
}

/// Documents of a chunk that share fingerprints, directly or through others, in order.
struct Component<'t> {
    members: Vec<u32>,
    turns: Vec<&'t mut Turn>,
}

/// What the alignment of two documents gave, and the places it did not look at.
type Verified = (Option<(Relation, Evidence)>, u64);

/// What one task needs at a time, kept for the next one.
#[derive(Debug, Default)]
struct Worker {
    ready: Ready,
    seeder: Seeder,
    hits: Vec<u32>,
    candidates: Vec<(Reverse<u32>, u32)>,
    /// What a document is to its copies that are equal byte by byte.
    itself: Option<(u32, Verified)>,
}

pub(super) fn run(
    settings: &Dedup,
    ranked: Ranked,
    sites: Vec<u32>,
    templates: Vec<Template>,
    texts: &dyn Texts,
    progress: &(dyn Fn(usize) + Sync),
) -> Report {
    let mut batch = Batch::new(settings, ranked, sites, templates, texts, progress);
    let mut found = batch.match_all();
    batch.learn(&found.index);
    // each step lets go what the next ones do not need
    found.index = Lists::new(&[], 1);
    batch.settle(&mut found);
    batch.terms = Terms::default();
    batch.report(found)
}

struct Batch<'s> {
    settings: &'s Dedup,
    texts: &'s dyn Texts,
    ranks: Vec<Rank>,
    /// The shared fingerprints of each document.
    terms: Terms,
    /// Documents in order: rank to position.
    order: Vec<u32>,
    /// Hits that a match of each document takes by rank, or `MANY`: what every hit asks for stands in
    /// few lines of the cache.
    needed: Vec<u8>,
    /// The site of each document by position, as an index into `templates`; `NO_SITE` where unknown.
    sites: Vec<u32>,
    /// What is known of each site; empty where nothing is.
    templates: Vec<Template>,
    /// What is known of the sites that are not known.
    nothing: Template,
    /// What stands in many clusters.
    common: Template,
    workers: Pool<Worker>,
    progress: &'s (dyn Fn(usize) + Sync),
}

/// The verified links of each document by rank, the leader it follows, and what it cost.
struct Found {
    links: Links,
    leader: Vec<u32>,
    index: Lists,
    counts: Counts,
}

impl<'s> Batch<'s> {
    fn new(
        settings: &'s Dedup,
        ranked: Ranked,
        sites: Vec<u32>,
        templates: Vec<Template>,
        texts: &'s dyn Texts,
        progress: &'s (dyn Fn(usize) + Sync),
    ) -> Self {
        let recipe = settings.comparer.recipe;
        let (ranks, fingerprints) = ranked.into_fingerprints(&settings.comparer, texts);
        let terms = Terms::new(fingerprints);
        let mut order: Vec<u32> = (0..ranks.len() as u32).collect();
        parallel_sort(&mut order, |&x, &y| {
            let (a, b) = (&ranks[x as usize], &ranks[y as usize]);
            let content = |r: &Rank| (Reverse(r.prose), Reverse(r.mass), Reverse(r.tokens), r.hash);
            let keys = || texts.key(x as usize).cmp(&texts.key(y as usize));
            content(a).cmp(&content(b)).then_with(keys).then(x.cmp(&y))
        });
        let a_hit = profile::fingerprints_a_hit(recipe.profile());
        let needed = |&at: &u32| {
            let hits = (ranks[at as usize].fingerprints as usize).div_ceil(a_hit);
            u8::try_from(hits).unwrap_or(MANY)
        };
        Self {
            needed: order.iter().map(needed).collect(),
            settings,
            texts,
            ranks,
            terms,
            order,
            sites,
            templates,
            nothing: Template::new(recipe, Vec::new()),
            common: Template::new(recipe, Vec::new()),
            workers: Pool::default(),
            progress,
        }
    }

    /// Applies `f` to every item, a few to a task, in order.
    fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        f: impl Fn(&T, &mut Worker) -> R + Sync + Send,
    ) -> Vec<R> {
        let tasks: Vec<&[T]> = items.chunks(TASK).collect();
        let done = parallel_map(&tasks, |task| {
            self.workers.with(|worker| task.iter().map(|item| f(item, worker)).collect::<Vec<R>>())
        });
        done.into_iter().flatten().collect()
    }

    fn position(&self, rank: u32) -> usize {
        self.order[rank as usize] as usize
    }

    /// What is known of a document's furniture: that of its site, and that of any. A site has no copy of
    /// the latter, which may be large.
    fn furniture(&self, rank: u32) -> [&Template; 2] {
        let of_site = self.templates.get(self.sites[self.position(rank)] as usize);
        [of_site.unwrap_or(&self.nothing), &self.common]
    }

    fn is_furniture_known(&self, rank: u32) -> bool {
        self.furniture(rank).iter().any(|known| !known.is_empty())
    }

    fn rank(&self, at: u32) -> &Rank {
        &self.ranks[self.position(at)]
    }

    /// The document, made ready; none if its text cannot be had any more.
    fn prepare(&self, at: u32, worker: &mut Worker) -> Option<Arc<Document>> {
        let document = self.shape(at, worker)?;
        Some(self.weigh(at, document, worker))
    }

    /// The document, made ready but perhaps for its content mass, which strangers do not need.
    fn shape(&self, at: u32, worker: &mut Worker) -> Option<Arc<Document>> {
        if let Some(ready) = worker.ready.get(at) {
            return Some(ready);
        }
        let mut document = worker.ready.buffer();
        let position = self.position(at);
        let (comparer, furniture) = (&self.settings.comparer, self.furniture(at));
        if !self.texts.read(position, &mut |text| {
            comparer.shape_into(text, &furniture, &mut document).expect("one recipe");
        }) {
            return None;
        }
        if self.texts.may_change() && !self.rank(at).is_of(&document) {
            self.texts.changed(position);
            return None;
        }
        Some(worker.ready.hold(at, document))
    }

    /// The document with its content mass.
    fn weigh(&self, at: u32, document: Arc<Document>, worker: &mut Worker) -> Arc<Document> {
        if document.is_weighed() {
            return document;
        }
        worker.ready.release(at);
        let mut document = Arc::unwrap_or_clone(document);
        self.settings.comparer.weigh(&self.furniture(at), &mut document);
        worker.ready.hold(at, document)
    }

    /// Whether the texts of two documents are equal byte by byte.
    fn same_bytes(&self, x: u32, y: u32) -> bool {
        let mut same = false;
        self.texts.read(self.position(x), &mut |x| {
            self.texts.read(self.position(y), &mut |y| same = x == y);
        });
        same
    }

    /// Documents that have the hash of an earlier one, and the first of these.
    fn copies(&self) -> HashMap<u32, u32> {
        let all = 0..self.order.len() as u32;
        let with_words = all.filter(|&at| self.rank(at).tokens > 0);
        let mut hashes: Vec<(u64, u32)> = with_words.map(|at| (self.rank(at).hash, at)).collect();
        parallel_sort(&mut hashes, Ord::cmp);
        let mut out = HashMap::new();
        for same in hashes.chunk_by(|x, y| x.0 == y.0) {
            out.extend(same[1..].iter().map(|&(_, at)| (at, same[0].1)));
        }
        out
    }

    /// Matches every document with the representatives of lesser rank.
    fn match_all(&self) -> Found {
        let n = self.order.len() as u32;
        let mut out = Found {
            links: Links { place: vec![NO_LINKS; n as usize], lists: Vec::new() },
            leader: (0..n).collect(),
            index: Lists::new(&self.terms.holders(), self.settings.cap),
            counts: Counts { documents: u64::from(n), ..Counts::default() },
        };
        let copies = self.copies();
        let mut at = 0;
        while at < n {
            let to = n.min(at.saturating_add(CHUNK as u32));
            let mut fresh = Vec::new();
            for i in at..to {
                let rank = self.rank(i);
                if rank.tokens == 0 {
                    out.counts.empty += 1;
                } else {
                    // equal hashes of all tokens are looked at again before they count
                    fresh.push((i, copies.get(&i).copied()));
                }
                out.counts.tiny += u64::from(rank.tokens > 0 && rank.fingerprints == 0);
            }
            self.match_chunk(&fresh, &mut out);
            at = to;
            (self.progress)(at as usize);
        }
        out.counts.fingerprints_stopped = out.index.stopped();
        out
    }

    /// Matches one chunk with the representatives before it, then within itself.
    ///
    /// Both steps are parallel and neither depends on the number of threads: the index does not
    /// change during the first, and the second takes each connected component of the documents that
    /// share fingerprints by itself, in order.
    fn match_chunk(&self, chunk: &[(u32, Option<u32>)], out: &mut Found) {
        let frozen = &out.index;
        let mut turns: Vec<Turn> =
            self.map(chunk, |&(rank, same), worker| self.turn(rank, same, frozen, worker));
        // whoever found a whole match is done; the others may also match each other
        let mut open: Vec<&mut Turn> = turns.iter_mut().filter(|t| t.open).collect();
        let own = |rank: u32| self.terms.own(self.order[rank as usize]);
        let local = Local::new(open.iter().map(|turn| own(turn.rank)));
        let numbered: Vec<(u32, u32)> = (0..).zip(open.iter().map(|turn| turn.rank)).collect();
        let ranks: Vec<u32> = open.iter().map(|turn| turn.rank).collect();
        let neighbours: Vec<Vec<(u32, u32)>> = self.map(&numbered, |&(at, rank), worker| {
            self.neighbours(at, rank, &ranks, &local, worker)
        });
        let mut groups = groups_of(&neighbours);
        drop(local);
        let mut slots: Vec<Option<&mut Turn>> = open.drain(..).map(Some).collect();
        let mut components: Vec<Component<'_>> = groups
            .drain(..)
            .map(|members| Component {
                turns: members.iter().map(|&m| slots[m as usize].take().expect("once")).collect(),
                members,
            })
            .collect();
        parallel_each(&mut components, |component| self.match_within(component, &neighbours));
        drop(components);
        for turn in turns {
            out.counts.verified += turn.verified;
            out.counts.candidates_capped += u64::from(turn.capped);
            out.counts.places_skipped += turn.skipped_places;
            out.counts.stopped_chains += u64::from(turn.stopped_chain && !turn.has_match());
            if !turn.copy && !turn.has_match() {
                let numbers = own(turn.rank);
                for at in 0..numbers.len() {
                    out.index.fetch(numbers, at);
                    out.index.insert(numbers[at], turn.rank);
                }
            }
            out.links.set(turn.rank, turn.links);
        }
    }

    /// The first step of one document: identical to an earlier one, or matched with the index.
    fn turn(&self, rank: u32, same: Option<u32>, index: &Lists, worker: &mut Worker) -> Turn {
        let mut out = Turn { rank, ..Turn::default() };
        if let Some(same) = same
            && self.is_copy(&mut out, same, worker)
        {
            out.copy = true;
            return out;
        }
        worker.hits.clear();
        let probes = self.terms.probes(self.order[rank as usize]);
        for at in 0..probes.len() {
            index.fetch(probes, at);
            // most lists are short
            for &doc in index.get(probes[at]) {
                worker.hits.push(doc);
            }
        }
        worker.candidates.clear();
        worker.hits.sort_unstable();
        for run in worker.hits.chunk_by(|x, y| x == y) {
            let (doc, hits) = (run[0], run.len() as u32);
            if self.has_hits(hits, rank, doc) {
                worker.candidates.push((Reverse(hits), doc));
            }
        }
        worker.candidates.sort_unstable();
        let most = self.settings.max_candidates;
        out.capped = worker.candidates.len() > most;
        worker.candidates.truncate(most);
        let candidates = std::mem::take(&mut worker.candidates);
        let mut enough = 0;
        for &(Reverse(hits), candidate) in &candidates {
            if hits < enough {
                break;
            }
            self.verify(&mut out, candidate, worker);
            if enough == 0 && self.is_whole(&out) {
                enough = hits / 2;
            }
        }
        worker.candidates = candidates;
        out.stopped_chain = !out.has_match() && self.has_stopped_chain(rank, index, worker);
        out.links.sort_by_key(Link::key);
        out.open = !self.is_whole(&out);
        out
    }

    /// Whether many stop marks of a document stood in one earlier document before they were stopped: a
    /// long frame, or an article that more founders hold than nominate candidates.
    fn has_stopped_chain(&self, rank: u32, index: &Lists, worker: &mut Worker) -> bool {
        let own = self.terms.own(self.order[rank as usize]).iter();
        let stopped = own.filter(|&&number| index.is_stopped(number));
        if stopped.clone().take(LONG_CHAIN).count() < LONG_CHAIN {
            return false;
        }
        worker.hits.clear();
        stopped.for_each(|&number| worker.hits.extend_from_slice(index.before_stop(number)));
        worker.hits.sort_unstable();
        worker.hits.chunk_by(|x, y| x == y).any(|run| run.len() >= LONG_CHAIN)
    }

    /// Whether a document holds the same words as an earlier one; if so they are linked.
    fn is_copy(&self, turn: &mut Turn, same: u32, worker: &mut Worker) -> bool {
        if self.same_bytes(turn.rank, same) {
            if worker.itself.is_none_or(|(of, _)| of != same) {
                let Some(document) = self.prepare(same, worker) else { return false };
                worker.itself = Some((same, self.align(&document, &document)));
            }
            if let Some((_, verified)) = worker.itself {
                turn.add(same, verified);
            }
            return true;
        }
        let Some(document) = self.prepare(turn.rank, worker) else { return false };
        let Some(other) = self.prepare(same, worker) else { return false };
        let equal = document.tokens().hashes() == other.tokens().hashes();
        if equal {
            turn.add(same, self.align(&document, &other));
        }
        equal
    }

    /// Whether the document stands nearly whole in one it is linked to: then no better match exists.
    fn is_whole(&self, turn: &Turn) -> bool {
        let whole = self.settings.comparer.thresholds.whole;
        let links = &turn.links;
        links.iter().any(|l| l.relation.is_match() && l.evidence.content_a_in_b() >= whole)
    }

    /// The open documents before number `at` that share enough fingerprints with it, and how many.
    fn neighbours(
        &self,
        at: u32,
        rank: u32,
        ranks: &[u32],
        local: &Local,
        worker: &mut Worker,
    ) -> Vec<(u32, u32)> {
        worker.hits.clear();
        for &number in self.terms.probes(self.order[rank as usize]) {
            local.before(number, at, &mut worker.hits);
        }
        worker.hits.sort_unstable();
        let shared = worker.hits.chunk_by(|x, y| x == y);
        let counted = shared.map(|run| (run[0], run.len() as u32));
        counted.filter(|&(other, hits)| self.has_hits(hits, rank, ranks[other as usize])).collect()
    }

    /// The second step: the documents of one component in order, each against those before it that
    /// found no match.
    fn match_within(&self, component: &mut Component<'_>, neighbours: &[Vec<(u32, u32)>]) {
        let most = self.settings.max_candidates;
        let Component { members, turns } = component;
        let mut founder = vec![false; members.len()];
        self.workers.with(|worker| {
            for at in 0..turns.len() {
                let known = neighbours[members[at] as usize].iter();
                let mut candidates: Vec<(Reverse<u32>, usize)> = known
                    .map(|&(other, hits)| {
                        (Reverse(hits), members.binary_search(&other).expect("of one component"))
                    })
                    .filter(|&(_, other)| founder[other])
                    .collect();
                candidates.sort_unstable();
                let (before, turn) = turns.split_at_mut(at);
                let turn = &mut *turn[0];
                turn.capped |= candidates.len() > most;
                candidates.truncate(most);
                for (_, other) in candidates {
                    self.verify(turn, before[other].rank, worker);
                }
                turn.links.sort_by_key(Link::key);
                founder[at] = !turn.has_match();
            }
        });
    }

    /// Learns furniture from the founders: what three or more of one site share, and what many share
    /// wherever they stand. A story in a hundred papers is in one founder only, so it is neither.
    fn learn(&mut self, index: &Lists) {
        let recipe = self.settings.comparer.recipe;
        if !profile::learns(recipe.profile()) {
            return;
        }
        let mut known: Vec<Vec<u64>> = vec![Vec::new(); self.templates.len()];
        // a stop mark says that more than `cap` founders hold a fingerprint
        let many = self.settings.cap as usize + 1 >= Template::MIN_ARTICLES_ANYWHERE;
        let mut common: Vec<u64> = Vec::new();
        let mut sites = Vec::new();
        for number in 0..index.len() {
            let fingerprint = self.terms.fingerprint(number);
            let docs = index.get(number);
            if docs.len() >= Template::MIN_ARTICLES_ANYWHERE || many && index.is_stopped(number) {
                common.push(fingerprint);
            } else if docs.len() >= Template::MIN_ARTICLES {
                sites.clear();
                let known_sites = docs.iter().map(|&d| self.sites[self.position(d)]);
                sites.extend(known_sites.filter(|&s| s != NO_SITE));
                sites.sort_unstable();
                for run in sites.chunk_by(|x, y| x == y) {
                    if run.len() >= Template::MIN_ARTICLES {
                        known[run[0] as usize].push(fingerprint);
                    }
                }
            }
        }
        self.common = Template::new(recipe, common);
        let before = std::mem::take(&mut self.templates);
        self.templates = known
            .into_iter()
            .zip(before)
            .map(|(fingerprints, before)| {
                let mut template = Template::new(recipe, fingerprints);
                template.merge(&before).expect("one recipe");
                template
            })
            .collect();
        // what they hold ready was weighed without
        self.workers = Pool::default();
    }

    /// Whether what was learned is found in a document.
    fn has_furniture(&self, rank: u32) -> bool {
        let furniture = self.furniture(rank);
        let mut own = self.terms.own(self.order[rank as usize]).iter();
        own.any(|&number| {
            let fingerprint = self.terms.fingerprint(number);
            furniture.iter().any(|known| known.contains(fingerprint))
        })
    }

    /// Verifies again what the furniture that was learned changes, and lets each document follow its
    /// best match that is a representative, in rank order.
    fn settle(&self, found: &mut Found) {
        let linked: Vec<u32> = found.links.linked().collect();
        let settled = self.map(&linked, |&i, worker| {
            let links = found.links.get(i);
            let known = |rank| self.is_furniture_known(rank);
            if !known(i) && !links.iter().any(|l| known(l.to)) {
                return None;
            }
            let changed = self.has_furniture(i);
            let mut again: Vec<Link> = links
                .iter()
                .filter_map(|link| {
                    if changed || self.has_furniture(link.to) {
                        self.link(i, link.to, worker)
                    } else {
                        Some(*link)
                    }
                })
                .collect();
            again.sort_by_key(Link::key);
            Some(again)
        });
        for (&i, again) in linked.iter().zip(settled) {
            if let Some(again) = again {
                found.counts.verified += found.links.get(i).len() as u64;
                found.links.set(i, again);
            }
        }
        for &i in &linked {
            let mut asked = Vec::new();
            let mut at = 0;
            while let Some(&link) = found.links.get(i).get(at) {
                at += 1;
                if !link.relation.is_match() {
                    continue;
                }
                let leader = found.leader[link.to as usize];
                let rank = |r: u32| self.rank(r).hash;
                if leader == link.to || rank(i) == rank(link.to) {
                    found.leader[i as usize] = leader;
                    break;
                }
                // the other follows a leader itself: a star has no chains, so ask that one
                if asked.contains(&leader) || found.links.get(i).iter().any(|l| l.to == leader) {
                    continue;
                }
                asked.push(leader);
                found.counts.verified += 1;
                if let Some(link) = self.workers.with(|worker| self.link(i, leader, worker)) {
                    found.links.push(i, link);
                }
            }
        }
    }

    fn align(&self, document: &Document, other: &Document) -> Verified {
        self.settings.comparer.verify(document, other, self.settings.ledger)
    }

    /// The verified relation of a document to another, where it is worth keeping; `None` if a text
    /// cannot be had any more.
    fn verified(&self, from: u32, to: u32, worker: &mut Worker) -> Option<Verified> {
        if self.are_copies(from, to) {
            let document = self.prepare(from, worker)?;
            return Some(self.align(&document, &document));
        }
        let document = self.shape(from, worker)?;
        let other = self.shape(to, worker)?;
        let comparer = &self.settings.comparer;
        let seeds = comparer.seeds(&document, &other, &mut worker.seeder, Some(from));
        if !self.settings.ledger && comparer.are_strangers(&seeds, self.least_content(from, to)) {
            return Some((None, seeds.skipped_places()));
        }
        let document = self.weigh(from, document, worker);
        let other = self.weigh(to, other, worker);
        Some(comparer.judge(seeds, &document, &other, self.settings.ledger))
    }

    /// Whether two documents are made ready as one: equal byte by byte, and with equal furniture.
    fn are_copies(&self, x: u32, y: u32) -> bool {
        let [of_x, of_y] = [x, y].map(|at| self.furniture(at)[0]);
        self.rank(x).hash == self.rank(y).hash
            && (std::ptr::eq(of_x, of_y) || of_x.is_empty() && of_y.is_empty())
            && self.same_bytes(x, y)
    }

    /// Words of content that either document holds at least: those found at the first reading, as long
    /// as no furniture is known that would weigh nothing.
    fn least_content(&self, x: u32, y: u32) -> f64 {
        let known = [x, y].iter().any(|&at| self.is_furniture_known(at));
        let mass = if known { 0 } else { self.rank(x).mass.min(self.rank(y).mass) };
        mass as f64 / f64::from(WORD)
    }

    fn link(&self, from: u32, to: u32, worker: &mut Worker) -> Option<Link> {
        let (relation, evidence) = self.verified(from, to, worker)?.0?;
        Some(Link { to, relation, evidence })
    }

    fn verify(&self, turn: &mut Turn, to: u32, worker: &mut Worker) {
        if let Some(verified) = self.verified(turn.rank, to, worker) {
            turn.add(to, verified);
        }
    }

    /// Whether two documents share as many fingerprints as a match would; see [`has_hits`].
    #[inline]
    fn has_hits(&self, hits: u32, x: u32, y: u32) -> bool {
        match self.needed[x as usize].min(self.needed[y as usize]) {
            MANY => {
                let [x, y] = [x, y].map(|at| self.rank(at).fingerprints);
                let profile = self.settings.comparer.recipe.profile();
                has_hits(hits, x, y, profile::fingerprints_a_hit(profile))
            }
            needed => hits >= u32::from(needed),
        }
    }

    fn report(&self, found: Found) -> Report {
        let n = self.order.len();
        let Found { links, mut leader, mut counts, .. } = found;
        if self.settings.linkage == Linkage::Components {
            leader = components(n, &links);
        }
        let followers = (0..n as u32).filter(|&i| leader[i as usize] != i);
        let mut led: Vec<(u32, u32)> = followers.map(|i| (leader[i as usize], i)).collect();
        led.sort_unstable();
        let mut groups: Vec<Vec<u32>> = led
            .chunk_by(|x, y| x.0 == y.0)
            .map(|run| std::iter::once(run[0].0).chain(run.iter().map(|&(_, i)| i)).collect())
            .collect();
        let position = |rank: u32| self.position(rank);
        groups.sort_by_key(|g| (Reverse(g.len()), position(g[0])));

        let details = parallel_map(&groups, |group| self.detail(group, &links));
        let mut clusters = Vec::with_capacity(groups.len());
        let mut cluster_of = vec![NO_CLUSTER; n];
        let mut pairs: Vec<Pair> = Vec::new();
        for (at, (group, detail)) in groups.iter().zip(details).enumerate() {
            for &i in group {
                cluster_of[position(i)] = at as u32;
            }
            counts.verified += detail.verified;
            counts.pairs_skipped += detail.pairs_skipped;
            pairs.extend(detail.pairs);
            clusters.push(Cluster { representative: position(group[0]), members: detail.members });
        }
        let mut ledger: Vec<Pair> = Vec::new();
        for i in links.linked() {
            for link in links.get(i) {
                let pair = self.pair(i, link);
                if self.settings.ledger {
                    ledger.push(pair);
                }
                if link.relation.is_match() || link.relation == Relation::Overlaps {
                    pairs.push(pair);
                }
            }
        }
        for list in [&mut pairs, &mut ledger] {
            list.sort_by_key(|p| (p.a, p.b));
            list.dedup_by_key(|p| (p.a, p.b));
        }
        let order = self.order.clone();
        Report { clusters, cluster_of, pairs, ledger, order, counts }
    }

    fn pair(&self, from: u32, link: &Link) -> Pair {
        let (a, b) = (self.position(from), self.position(link.to));
        let (relation, evidence) = (link.relation, link.evidence);
        if a < b {
            Pair { a, b, relation, evidence }
        } else {
            Pair { a: b, b: a, relation: relation.reversed(), evidence: evidence.reversed() }
        }
    }

    /// The members of one cluster against its representative, and where asked all its pairs.
    fn detail(&self, group: &[u32], links: &Links) -> Detail {
        let mut out = Detail::default();
        let representative = group[0];
        let known = |i: u32| links.get(i).iter().find(|l| l.to == representative);
        // the same words are related in the same way, whatever was learned of their sites
        let of_copy = |i: u32| {
            let copy = links.get(i).iter().find(|l| l.relation == Relation::Identical)?;
            known(copy.to).filter(|l| l.relation.is_match())
        };
        for &i in &group[1..] {
            let link = known(i).or_else(|| of_copy(i)).copied().unwrap_or_else(|| {
                out.verified += 1;
                let (relation, evidence) = self.relate(i, representative);
                Link { to: representative, relation, evidence }
            });
            let Link { relation, evidence, .. } = link;
            out.members.push(Member { doc: self.order[i as usize] as usize, relation, evidence });
            if relation.is_match() || relation == Relation::Overlaps {
                out.pairs.push(self.pair(i, &Link { to: representative, ..link }));
            }
        }
        if self.settings.all_pairs {
            let among = &group[..group.len().min(self.settings.max_pair_members)];
            let (all, done) = (group.len() as u64, among.len() as u64);
            // every pair with the representative was verified
            let verified = done * done.saturating_sub(1) / 2 + (all - done.max(1));
            out.pairs_skipped = all * (all - 1) / 2 - verified;
            for (y, &from) in among.iter().enumerate() {
                for &to in &among[..y] {
                    let (relation, evidence) = self.relate(from, to);
                    out.verified += 1;
                    if relation.is_match() || relation == Relation::Overlaps {
                        out.pairs.push(self.pair(from, &Link { to, relation, evidence }));
                    }
                }
            }
        }
        out
    }

    /// The relation of two documents; unrelated where a text cannot be had any more.
    fn relate(&self, from: u32, to: u32) -> (Relation, Evidence) {
        let related = self.workers.with(|worker| {
            let document = self.prepare(from, worker)?;
            let other = self.prepare(to, worker)?;
            Some(self.settings.comparer.relate(&document, &other))
        });
        related.unwrap_or((Relation::Unrelated, Evidence::default()))
    }
}

impl Turn {
    fn add(&mut self, to: u32, (found, skipped): Verified) {
        self.verified += 1;
        self.skipped_places += skipped;
        self.links.extend(found.map(|(relation, evidence)| Link { to, relation, evidence }));
    }
}

/// The documents of a chunk by fingerprint.
struct Local {
    /// Open addressing: a number and the last of its entries, or `NONE`.
    slots: Vec<(u32, u32)>,
    /// A document and the entry before of the same number, or `NONE`.
    entries: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

impl Local {
    fn new<'t>(documents: impl Iterator<Item = &'t [u32]> + Clone) -> Self {
        let all: usize = documents.clone().map(<[u32]>::len).sum();
        let mut out = Self {
            slots: vec![(0, NONE); (all * 2).next_power_of_two()],
            entries: Vec::with_capacity(all),
        };
        for (at, numbers) in (0..).zip(documents) {
            for &number in numbers {
                let slot = out.slot_of(number);
                out.entries.push((at, out.slots[slot].1));
                out.slots[slot] = (number, out.entries.len() as u32 - 1);
            }
        }
        out
    }

    fn slot_of(&self, number: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (number.wrapping_mul(0x9E37_79B1) >> 7) as usize & mask;
        while self.slots[at].1 != NONE && self.slots[at].0 != number {
            at = (at + 1) & mask;
        }
        at
    }

    /// Adds the documents before `at` that hold fingerprint `number`.
    fn before(&self, number: u32, at: u32, out: &mut Vec<u32>) {
        let mut entry = self.slots[self.slot_of(number)].1;
        while entry != NONE {
            let (document, next) = self.entries[entry as usize];
            if document < at {
                out.push(document);
            }
            entry = next;
        }
    }
}

#[derive(Default)]
struct Detail {
    members: Vec<Member>,
    pairs: Vec<Pair>,
    verified: u64,
    pairs_skipped: u64,
}

/// Whether two documents of `own` and `theirs` distinct fingerprints share as many as a match would.
/// One of `a_hit` fingerprints of the smaller document tells a passage that was copied from phrases
/// that are common.
pub(super) fn has_hits(hits: u32, own: u32, theirs: u32, a_hit: usize) -> bool {
    hits as usize * a_hit >= own.min(theirs) as usize
}

/// Least document by rank of each connected component of the verified matches.
fn components(n: usize, links: &Links) -> Vec<u32> {
    let mut sets = DisjointSets::new(n);
    for i in links.linked() {
        for link in links.get(i).iter().filter(|l| l.relation.is_match()) {
            sets.join(i, link.to);
        }
    }
    (0..n as u32).map(|i| sets.least(i)).collect()
}

/// The connected components of two or more, each in increasing order.
fn groups_of(neighbours: &[Vec<(u32, u32)>]) -> Vec<Vec<u32>> {
    let mut sets = DisjointSets::new(neighbours.len());
    for (i, candidates) in neighbours.iter().enumerate() {
        for &(other, _) in candidates {
            sets.join(i as u32, other);
        }
    }
    let mut groups = vec![Vec::new(); neighbours.len()];
    for i in 0..neighbours.len() as u32 {
        groups[sets.least(i) as usize].push(i);
    }
    groups.retain(|g| g.len() > 1);
    groups
}

/// Union-find whose roots are the least members.
struct DisjointSets {
    parent: Vec<u32>,
}

impl DisjointSets {
    fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }

    fn least(&mut self, mut i: u32) -> u32 {
        while self.parent[i as usize] != i {
            self.parent[i as usize] = self.parent[self.parent[i as usize] as usize];
            i = self.parent[i as usize];
        }
        i
    }

    fn join(&mut self, i: u32, j: u32) {
        let (i, j) = (self.least(i), self.least(j));
        self.parent[i.max(j) as usize] = i.min(j);
    }
}
