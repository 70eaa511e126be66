//! A crawler that asks of every page: was this article seen before, and where?
//!
//! `cargo run --release --features html --example crawler [DIR]` serves two small sites on loopback,
//! crawls both with four threads that share one index, and prints what each page turned out to be. The sites hold what
//! real ones hold: articles in much furniture, their teasers cut in mid-sentence, print versions,
//! copies on the other site, and a calendar that never ends. With DIR the index is kept there: a
//! second run knows every page of the first.
//!
//! The part to read is [`Crawl::visit`].
#![allow(clippy::print_stdout)]

mod site;

use nearcopy::error::IndexError;
use nearcopy::online::{Admission, OnlineIndex, Options, Outcome, Page};
use site::Site;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::error::Error;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const THREADS: usize = 4;
/// Pages fetched at most: the crawl ends by itself, but for errors in the program.
const MOST_PAGES: usize = 400;
/// Pages of a section without a novel one among the latest, after which its links are not followed.
const PATIENCE: u32 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let index: OnlineIndex<String> = match std::env::args().nth(1) {
        Some(dir) => OnlineIndex::open(dir)?,
        None => OnlineIndex::in_memory(Options::new())?,
    };
    let known = index.len();
    let harbour = Site::start("Harbour Gazette", 0)?;
    let valley = Site::start("Valley Mirror", 1)?;
    let crawl = Crawl {
        index: index.clone(),
        agent: ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .into(),
        state: Mutex::default(),
        wake: Condvar::new(),
    };
    crawl.add([harbour.address("/"), valley.address("/")]);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| crawl.work());
        }
    });
    let state = crawl.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    print(&state, [&harbour, &valley]);
    println!(
        "{} pages in {:.1} s by {THREADS} threads; {} links of sections without news not followed",
        state.visits.len(),
        start.elapsed().as_secs_f64(),
        state.dropped
    );
    println!(
        "index: {} documents ({known} before), {} postings, {:.0} kB in memory",
        index.len(),
        index.stats().postings,
        index.memory_usage() as f64 / 1000.0
    );
    drop(crawl.index);
    index.close()?;
    Ok(())
}

struct Crawl {
    index: OnlineIndex<String>,
    agent: ureq::Agent,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<String>,
    known: HashSet<String>,
    /// Pages being fetched.
    busy: usize,
    visits: Vec<Visit>,
    /// Of each section of each site the copies since the last novel page.
    stale: BTreeMap<String, u32>,
    dropped: usize,
}

/// What became of an address.
struct Visit {
    address: String,
    found: Result<Admission<String>, String>,
}

impl Crawl {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, addresses: impl IntoIterator<Item = String>) {
        let mut state = self.state();
        for address in addresses {
            if state.known.len() < MOST_PAGES && state.known.insert(address.clone()) {
                state.queue.push_back(address);
            }
        }
        self.wake.notify_all();
    }

    /// One thread: until no page is left and nobody may find more.
    fn work(&self) {
        loop {
            let mut state = self.state();
            let address = loop {
                if let Some(address) = state.queue.pop_front() {
                    break address;
                }
                if state.busy == 0 {
                    return;
                }
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.busy += 1;
            drop(state);
            let (found, links) = match self.visit(&address) {
                Ok((admission, links)) => (Ok(admission), links),
                Err(error) => (Err(error.to_string()), Vec::new()),
            };
            let follow = self.note(&address, found);
            if follow {
                self.add(links);
            } else {
                self.state().dropped += links.len();
            }
            self.state().busy -= 1;
            self.wake.notify_all();
        }
    }

    /// Fetches a page, asks the index and takes the page in, as one step: of two threads that fetch two
    /// copies at the same time one is told that its page is novel, the other that it is a copy.
    fn visit(&self, address: &str) -> Result<(Admission<String>, Vec<String>), Box<dyn Error>> {
        let html = self.agent.get(address).call()?.body_mut().read_to_string()?;
        let text = dom_query::Document::from(html.as_str()).formatted_text();
        let site = address.split('/').nth(2);
        let page = Page::new(&text).site(site);
        let key = address.to_owned();
        let admission = match self.index.admit(&key, page) {
            Err(IndexError::KeyExists { .. }) => {
                // fetched in an earlier run: the new version takes the place of the old one
                self.index.remove(&key)?;
                self.index.admit(&key, page)?
            }
            other => other?,
        };
        Ok((admission, links(address, &html)))
    }

    /// Keeps the visit, and says whether its links are worth following: a section that brings nothing
    /// but copies is a trap, however many addresses it has.
    fn note(&self, address: &str, found: Result<Admission<String>, String>) -> bool {
        let mut state = self.state();
        let section = section(address);
        let stale = state.stale.entry(section).or_default();
        match &found {
            Ok(admission) if admission.outcome == Outcome::Copy => *stale += 1,
            _ => *stale = 0,
        }
        let follow = *stale < PATIENCE;
        state.visits.push(Visit { address: address.to_owned(), found });
        follow
    }
}

/// Site and first part of the path.
fn section(address: &str) -> String {
    address.split('/').take(4).collect::<Vec<_>>().join("/")
}

/// The addresses that a page links to, on its own site or elsewhere.
fn links(address: &str, html: &str) -> Vec<String> {
    let site: String = address.split_inclusive('/').take(3).collect();
    let targets = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let whole = |target: &str| match target.strip_prefix('/') {
        Some(path) => format!("{site}{path}"),
        None => target.to_owned(),
    };
    targets.map(whole).filter(|target| target.starts_with("http://127.0.0.1:")).collect()
}

fn print(state: &State, sites: [&Site; 2]) {
    let name = |address: &str| {
        sites
            .iter()
            .fold(address.to_owned(), |name, site| name.replace(&site.address(""), site.short()))
    };
    let mut visits: Vec<&Visit> = state.visits.iter().collect();
    visits.sort_by_key(|visit| name(&visit.address));
    println!("{:<8} {:<26} {:<14} {:<26} {:>6} {:>6}", "", "page", "", "of", "here", "there");
    for visit in visits {
        let page = name(&visit.address);
        match &visit.found {
            Err(error) => println!("{:<8} {page:<26} {error}", "failed"),
            Ok(admission) => {
                let outcome = match admission.outcome {
                    Outcome::Novel => "novel",
                    Outcome::Extends => "extends",
                    _ => "copy",
                };
                let Some(hit) = &admission.matched else {
                    println!("{outcome:<8} {page}");
                    continue;
                };
                // how much of either article stands in the other
                let (here, there) = (hit.evidence.content_a_in_b(), hit.evidence.content_b_in_a());
                println!(
                    "{outcome:<8} {page:<26} {:<14} {:<26} {:>5.0}% {:>5.0}%",
                    hit.relation.name(),
                    name(&hit.key),
                    here * 100.0,
                    there * 100.0
                );
            }
        }
    }
    println!();
}
