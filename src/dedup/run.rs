//! The batch, step by step.

use super::report::{Cluster, Counts, Member, NO_CLUSTER, Pair, Report};
use super::{Dedup, Doc, Linkage};
use crate::compare::Document;
use crate::content::Template;
use crate::index::{Candidate, Postings, Scratch};
use crate::profile;
use crate::relation::{Evidence, Relation};
use crate::shingle;
use std::cmp::Reverse;
use std::collections::HashMap;

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Documents matched in one parallel step. Part of the definition of the result: within a chunk no
/// fingerprint is stopped.
const CHUNK: usize = 512;

/// Applies `f` to every item, on all cores where the feature `rayon` is on; results in order.
pub(crate) fn parallel_map<T: Sync, R: Send>(
    items: &[T],
    f: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    #[cfg(feature = "rayon")]
    return items.par_iter().map(f).collect();
    #[cfg(not(feature = "rayon"))]
    return items.iter().map(f).collect();
}

/// Applies `f` to every item in place, on all cores where the feature `rayon` is on.
fn parallel_each<T: Send>(items: &mut [T], f: impl Fn(&mut T) + Sync + Send) {
    #[cfg(feature = "rayon")]
    items.par_iter_mut().for_each(f);
    #[cfg(not(feature = "rayon"))]
    items.iter_mut().for_each(f);
}

/// What the ranking keeps of a document.
#[derive(Debug, Clone, Copy)]
struct Rank {
    prose: u64,
    mass: u64,
    tokens: u32,
    shingles: u32,
    hash: u64,
}

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

/// One document of a chunk on its way.
#[derive(Debug, Default)]
struct Turn {
    rank: u32,
    /// While it may match within the chunk.
    document: Option<Document>,
    fingerprints: Vec<u64>,
    probes: Vec<u64>,
    /// Best first.
    links: Vec<Link>,
    verified: u64,
    capped: bool,
    skipped_places: u64,
}

/// Documents of a chunk that share fingerprints, directly or through others, in order.
struct Component<'t> {
    members: Vec<u32>,
    turns: Vec<&'t mut Turn>,
}

pub(super) fn run(settings: &Dedup, docs: &[Doc<'_>], progress: &(dyn Fn(usize) + Sync)) -> Report {
    assert!(docs.len() < u32::MAX as usize - 2, "at most {} documents in a batch", u32::MAX - 3);
    let mut batch = Batch::new(settings, docs, progress);
    let mut found = batch.match_all();
    batch.learn(&found.index);
    batch.settle(&mut found);
    batch.report(found)
}

struct Batch<'s, 'd> {
    settings: &'s Dedup,
    docs: &'d [Doc<'d>],
    ranks: Vec<Rank>,
    /// Documents in order: rank to position.
    order: Vec<u32>,
    /// The site of each document by rank, as an index into `templates`; `NO_SITE` where unknown.
    sites: Vec<u32>,
    /// What was learned of each site, common furniture included; empty where nothing was.
    templates: Vec<Template>,
    /// What stands in many clusters.
    common: Template,
    progress: &'s (dyn Fn(usize) + Sync),
}

const NO_SITE: u32 = u32::MAX;

/// The verified links of each document by rank, the leader it follows, and what it cost.
struct Found {
    links: Vec<Vec<Link>>,
    leader: Vec<u32>,
    index: Postings,
    /// Number of fingerprints of each document in the index, repeated ones counted once.
    distinct: Vec<u32>,
    counts: Counts,
}

impl<'s, 'd> Batch<'s, 'd> {
    fn new(settings: &'s Dedup, docs: &'d [Doc<'d>], progress: &'s (dyn Fn(usize) + Sync)) -> Self {
        let comparer = &settings.comparer;
        let mut ranks = Vec::with_capacity(docs.len());
        for chunk in docs.chunks(CHUNK * 8) {
            ranks.extend(parallel_map(chunk, |doc| {
                let prepared = comparer.prepare(doc.text);
                Rank {
                    prose: prepared.prose_mass(),
                    mass: prepared.total_mass(),
                    tokens: prepared.tokens().len() as u32,
                    shingles: prepared.shingles().len() as u32,
                    hash: prepared.content_hash(),
                }
            }));
            progress(ranks.len());
        }
        let mut order: Vec<u32> = (0..docs.len() as u32).collect();
        order.sort_unstable_by_key(|&i| {
            let (rank, doc) = (&ranks[i as usize], &docs[i as usize]);
            (Reverse(rank.prose), Reverse(rank.mass), Reverse(rank.tokens), rank.hash, doc.key, i)
        });
        let mut names: Vec<&str> = docs.iter().filter_map(|d| d.site).collect();
        names.sort_unstable();
        names.dedup();
        let sites = order
            .iter()
            .map(|&i| {
                let site = docs[i as usize].site;
                site.map_or(NO_SITE, |s| names.binary_search(&s).expect("listed") as u32)
            })
            .collect();
        let templates = vec![Template::new(comparer.recipe, Vec::new()); names.len()];
        let common = Template::new(comparer.recipe, Vec::new());
        Self { settings, docs, ranks, order, sites, templates, common, progress }
    }

    /// What is known of a document's furniture.
    fn template(&self, rank: u32) -> &Template {
        let of_site = self.templates.get(self.sites[rank as usize] as usize);
        of_site.filter(|t| !t.is_empty()).unwrap_or(&self.common)
    }

    fn rank(&self, at: u32) -> &Rank {
        &self.ranks[self.order[at as usize] as usize]
    }

    fn prepare(&self, at: u32) -> Document {
        let text = self.docs[self.order[at as usize] as usize].text;
        let comparer = &self.settings.comparer;
        comparer.prepare_with(text, self.template(at)).expect("one recipe")
    }

    /// Matches every document with the representatives of lesser rank.
    fn match_all(&self) -> Found {
        let n = self.docs.len() as u32;
        let mut out = Found {
            links: vec![Vec::new(); n as usize],
            leader: (0..n).collect(),
            index: Postings::new(self.settings.cap),
            distinct: vec![0; n as usize],
            counts: Counts { documents: u64::from(n), ..Counts::default() },
        };
        // first document by rank of each token hash: further ones are identical to it
        let mut first_of: HashMap<u64, u32> = HashMap::new();
        let mut at = 0;
        while at < n {
            let to = n.min(at.saturating_add(CHUNK as u32));
            let mut fresh = Vec::new();
            for i in at..to {
                let rank = *self.rank(i);
                if rank.tokens == 0 {
                    out.counts.empty += 1;
                } else if let Some(&same) = first_of.get(&rank.hash) {
                    // equal hashes of all tokens: looked at again before it counts
                    fresh.push((i, Some(same)));
                } else {
                    first_of.insert(rank.hash, i);
                    fresh.push((i, None));
                }
                out.counts.tiny += u64::from(rank.tokens > 0 && rank.shingles == 0);
            }
            self.match_chunk(&fresh, &mut out);
            at = to;
            (self.progress)(self.docs.len() + at as usize);
        }
        out.counts.fingerprints_stopped = out.index.counts().stopped;
        out
    }

    /// Matches one chunk with the representatives before it, then within itself.
    ///
    /// Both steps are parallel and neither depends on the number of threads: the index does not
    /// change during the first, and the second takes each connected component of the documents that
    /// share fingerprints by itself, in order.
    fn match_chunk(&self, chunk: &[(u32, Option<u32>)], out: &mut Found) {
        let (frozen, distinct) = (&out.index, &out.distinct);
        let mut turns: Vec<Turn> =
            parallel_map(chunk, |&(rank, same)| self.turn(rank, same, frozen, distinct));
        // whoever found a whole match is done; the others may also match each other
        let mut open: Vec<&mut Turn> = turns.iter_mut().filter(|t| t.document.is_some()).collect();
        let mut local = Postings::new(u32::MAX);
        for (at, turn) in open.iter().enumerate() {
            for &fingerprint in &turn.fingerprints {
                local.insert(fingerprint, at as u32);
            }
        }
        let neighbours: Vec<Vec<Candidate>> = parallel_map(&open, |turn| {
            local.candidates(&turn.probes, usize::MAX, &mut Scratch::default())
        });
        let mut groups = groups_of(&neighbours);
        drop(local);
        let mut slots: Vec<Option<&mut Turn>> = open.drain(..).map(Some).collect();
        let mut components: Vec<Component<'_>> = groups
            .drain(..)
            .filter(|g| g.len() > 1)
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
            if !turn.links.iter().any(|l| l.relation.is_match()) {
                out.distinct[turn.rank as usize] = turn.fingerprints.len() as u32;
                for fingerprint in turn.fingerprints {
                    out.index.insert(fingerprint, turn.rank);
                }
            }
            out.links[turn.rank as usize] = turn.links;
        }
    }

    /// The first step of one document: identical to an earlier one, or matched with the index.
    fn turn(&self, rank: u32, same: Option<u32>, index: &Postings, distinct: &[u32]) -> Turn {
        let document = self.prepare(rank);
        let mut out = Turn { rank, ..Turn::default() };
        if let Some(same) = same {
            let other = self.prepare(same);
            if document.tokens().hashes() == other.tokens().hashes() {
                self.verify(&mut out, &document, same, &other);
                return out;
            }
        }
        out.fingerprints = self.fingerprints(&document);
        out.probes = self.probes(&document, &out.fingerprints);
        let most = self.settings.max_candidates;
        let mut candidates = index.candidates(&out.probes, usize::MAX, &mut Scratch::default());
        let own = out.fingerprints.len();
        let a_hit = self.fingerprints_a_hit();
        candidates.retain(|c| has_hits(c.hits, own, distinct[c.doc as usize] as usize, a_hit));
        out.capped = candidates.len() > most;
        candidates.truncate(most);
        let mut enough = 0;
        for candidate in candidates {
            if candidate.hits < enough {
                break;
            }
            self.verify(&mut out, &document, candidate.doc, &self.prepare(candidate.doc));
            if enough == 0 && self.is_whole(&out) {
                enough = candidate.hits / 2;
            }
        }
        out.links.sort_by_key(Link::key);
        if !self.is_whole(&out) {
            out.document = Some(document);
        }
        out
    }

    /// Whether the document stands nearly whole in one it is linked to: then no better match exists.
    fn is_whole(&self, turn: &Turn) -> bool {
        let whole = self.settings.comparer.thresholds.whole;
        let links = &turn.links;
        links.iter().any(|l| l.relation.is_match() && l.evidence.content_a_in_b() >= whole)
    }

    /// The second step: the documents of one component in order, each against those before it that
    /// found no match.
    fn match_within(&self, component: &mut Component<'_>, neighbours: &[Vec<Candidate>]) {
        let most = self.settings.max_candidates;
        let a_hit = self.fingerprints_a_hit();
        let mut founders: Vec<usize> = Vec::new();
        for at in 0..component.turns.len() {
            let mine = component.members[at];
            let own = component.turns[at].fingerprints.len();
            let mut candidates: Vec<(Reverse<u32>, usize)> = founders
                .iter()
                .filter_map(|&f| {
                    let other = component.members[f];
                    let hits = neighbours[mine as usize].iter().find(|c| c.doc == other)?.hits;
                    let theirs = component.turns[f].fingerprints.len();
                    has_hits(hits, own, theirs, a_hit).then_some((Reverse(hits), f))
                })
                .collect();
            candidates.sort_unstable();
            let (before, turn) = component.turns.split_at_mut(at);
            let turn = &mut *turn[0];
            turn.capped |= candidates.len() > most;
            candidates.truncate(most);
            let document = turn.document.take().expect("open");
            for (_, founder) in candidates {
                let other = &before[founder];
                let text = other.document.as_ref().expect("founders keep their document");
                self.verify(turn, &document, other.rank, text);
            }
            turn.links.sort_by_key(Link::key);
            if !turn.links.iter().any(|l| l.relation.is_match()) {
                turn.document = Some(document);
                founders.push(at);
            }
        }
    }

    /// Learns furniture from the founders: what three or more of one site share, and what many share
    /// wherever they stand. A story in a hundred papers is in one founder only, so it is neither.
    fn learn(&mut self, index: &Postings) {
        let recipe = self.settings.comparer.recipe;
        if !profile::learns(recipe.profile()) {
            return;
        }
        let mut known: Vec<Vec<u64>> = vec![Vec::new(); self.templates.len()];
        // a stop mark says that more than `cap` founders hold a fingerprint
        let many = self.settings.cap as usize + 1 >= Template::MIN_ARTICLES_ANYWHERE;
        let mut common: Vec<u64> = if many { index.stopped().collect() } else { Vec::new() };
        let mut sites = Vec::new();
        index.for_each_list(|fingerprint, docs| {
            if docs.len() >= Template::MIN_ARTICLES_ANYWHERE {
                common.push(fingerprint);
            } else if docs.len() >= Template::MIN_ARTICLES {
                sites.clear();
                let known_sites = docs.iter().map(|&d| self.sites[d as usize]);
                sites.extend(known_sites.filter(|&s| s != NO_SITE));
                sites.sort_unstable();
                for run in sites.chunk_by(|x, y| x == y) {
                    if run.len() >= Template::MIN_ARTICLES {
                        known[run[0] as usize].push(fingerprint);
                    }
                }
            }
        });
        self.common = Template::new(recipe, common);
        self.templates = known
            .into_iter()
            .map(|fingerprints| {
                let mut template = Template::new(recipe, fingerprints);
                if !template.is_empty() {
                    template.merge(&self.common).expect("one recipe");
                }
                template
            })
            .collect();
    }

    /// Verifies again, with what was learned, and lets each document follow its best match that is a
    /// representative, in rank order.
    fn settle(&self, found: &mut Found) {
        let n = found.links.len() as u32;
        let linked: Vec<u32> = (0..n).filter(|&i| !found.links[i as usize].is_empty()).collect();
        let settled = parallel_map(&linked, |&i| {
            let links = &found.links[i as usize];
            let learned = |rank| !self.template(rank).is_empty();
            if !learned(i) && !links.iter().any(|l| learned(l.to)) {
                return None;
            }
            let document = self.prepare(i);
            let mut again: Vec<Link> =
                links.iter().filter_map(|l| self.link(&document, l.to)).collect();
            again.sort_by_key(Link::key);
            Some(again)
        });
        for (&i, again) in linked.iter().zip(settled) {
            if let Some(again) = again {
                found.counts.verified += found.links[i as usize].len() as u64;
                found.links[i as usize] = again;
            }
        }
        for i in 0..n {
            let mut asked = Vec::new();
            let mut at = 0;
            while let Some(&link) = found.links[i as usize].get(at) {
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
                if asked.contains(&leader) || found.links[i as usize].iter().any(|l| l.to == leader)
                {
                    continue;
                }
                asked.push(leader);
                found.counts.verified += 1;
                if let Some(link) = self.link(&self.prepare(i), leader) {
                    found.links[i as usize].push(link);
                }
            }
        }
    }

    /// The verified relation of a document to another, where it is worth keeping.
    fn link(&self, document: &Document, to: u32) -> Option<Link> {
        let (found, _) =
            self.settings.comparer.verify(document, &self.prepare(to), self.settings.ledger);
        found.map(|(relation, evidence)| Link { to, relation, evidence })
    }

    fn verify(&self, turn: &mut Turn, document: &Document, to: u32, other: &Document) {
        let (found, skipped) = self.settings.comparer.verify(document, other, self.settings.ledger);
        turn.verified += 1;
        turn.skipped_places += skipped;
        turn.links.extend(found.map(|(relation, evidence)| Link { to, relation, evidence }));
    }

    /// The hashes under which a document is stored.
    fn fingerprints(&self, document: &Document) -> Vec<u64> {
        shingle::distinct_fingerprints(self.settings.comparer.recipe, document.shingles())
    }

    fn fingerprints_a_hit(&self) -> usize {
        profile::fingerprints_a_hit(self.settings.comparer.recipe.profile())
    }

    /// The hashes by which a document is looked up.
    fn probes(&self, document: &Document, fingerprints: &[u64]) -> Vec<u64> {
        let shingles = document.shingles().hashes();
        let recipe = self.settings.comparer.recipe;
        if shingles.len() > profile::probe_all(recipe.profile()) {
            return fingerprints.to_vec();
        }
        let mut out = shingles.to_vec();
        out.sort_unstable();
        out.dedup();
        out
    }

    fn report(&self, found: Found) -> Report {
        let n = self.docs.len();
        let Found { links, mut leader, mut counts, .. } = found;
        if self.settings.linkage == Linkage::Components {
            leader = components(n, &links);
        }
        let mut groups: Vec<Vec<u32>> = vec![Vec::new(); n];
        for i in 0..n as u32 {
            groups[leader[i as usize] as usize].push(i);
        }
        groups.retain(|g| g.len() > 1);
        let position = |rank: u32| self.order[rank as usize] as usize;
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
        for (i, links) in links.iter().enumerate() {
            for link in links {
                let pair = self.pair(i as u32, link);
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
        let (a, b) = (self.order[from as usize] as usize, self.order[link.to as usize] as usize);
        let (relation, evidence) = (link.relation, link.evidence);
        if a < b {
            Pair { a, b, relation, evidence }
        } else {
            Pair { a: b, b: a, relation: relation.reversed(), evidence: evidence.reversed() }
        }
    }

    /// The members of one cluster against its representative, and where asked all its pairs.
    fn detail(&self, group: &[u32], links: &[Vec<Link>]) -> Detail {
        let mut out = Detail::default();
        let representative = group[0];
        let known = |i: u32| links[i as usize].iter().find(|l| l.to == representative);
        // the same words are related in the same way, whatever was learned of their sites
        let of_copy = |i: u32| {
            let copy = links[i as usize].iter().find(|l| l.relation == Relation::Identical)?;
            known(copy.to).filter(|l| l.relation.is_match())
        };
        let mut prepared: Option<Document> = None;
        for &i in &group[1..] {
            let link = known(i).or_else(|| of_copy(i)).copied().unwrap_or_else(|| {
                out.verified += 1;
                let prepared = prepared.get_or_insert_with(|| self.prepare(representative));
                let (relation, evidence) =
                    self.settings.comparer.relate(&self.prepare(i), prepared);
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
            let documents: Vec<Document> = among.iter().map(|&i| self.prepare(i)).collect();
            for (y, &from) in among.iter().enumerate() {
                for (x, &to) in among[..y].iter().enumerate() {
                    let (relation, evidence) =
                        self.settings.comparer.relate(&documents[y], &documents[x]);
                    out.verified += 1;
                    if relation.is_match() || relation == Relation::Overlaps {
                        out.pairs.push(self.pair(from, &Link { to, relation, evidence }));
                    }
                }
            }
        }
        out
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
pub(super) fn has_hits(hits: u32, own: usize, theirs: usize, a_hit: usize) -> bool {
    hits as usize * a_hit >= own.min(theirs)
}

/// Least document by rank of each connected component of the verified matches.
fn components(n: usize, links: &[Vec<Link>]) -> Vec<u32> {
    let mut sets = DisjointSets::new(n);
    for (i, links) in links.iter().enumerate() {
        for link in links.iter().filter(|l| l.relation.is_match()) {
            sets.join(i as u32, link.to);
        }
    }
    (0..n as u32).map(|i| sets.least(i)).collect()
}

/// The connected components of the candidate lists, each in increasing order, by least member.
fn groups_of(neighbours: &[Vec<Candidate>]) -> Vec<Vec<u32>> {
    let mut sets = DisjointSets::new(neighbours.len());
    for (i, candidates) in neighbours.iter().enumerate() {
        for candidate in candidates {
            sets.join(i as u32, candidate.doc);
        }
    }
    let mut groups = vec![Vec::new(); neighbours.len()];
    for i in 0..neighbours.len() as u32 {
        groups[sets.least(i) as usize].push(i);
    }
    groups.retain(|g| !g.is_empty());
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
