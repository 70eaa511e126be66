//! Finds near-duplicate documents: truncated, wrapped, edited and copied ones, and says how two
//! documents are related and where the shared text stands.
//!
//! A truncated web scrape (a title, the first quarter of an article, "Loading, please wait...", a
//! cookie banner) matches the whole article, although their Jaccard resemblance is 0.22. Two
//! different pages of one site that share navigation, banners and paywall text do not match.
//!
//! # Front doors
//!
//! Two texts, one answer:
//!
//! ```
//! let article = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm. \
//!     By noon the harbour was closed and the last boats had been pulled up on the slip. \
//!     In the evening the wind turned, and with it came the first news of the missing trawler.";
//! let scrape = "Home | News | Sport\nThe ferry left at dawn, the captain said, and nobody on the quay \
//!     thought of the storm. By noon the harbour was closed and\nLoading, please wait...";
//! let comparison = nearcopy::compare(scrape, article);
//! assert!(comparison.relation().is_match());
//! assert!(comparison.evidence().jaccard < 0.6);
//! println!("{}", nearcopy::diff(article, scrape).headline());
//! ```
//!
//! A corpus, clustered: [`Dedup`]. A stream of documents, as a crawler has it: `OnlineIndex`.
//!
//! ```
//! # let texts = ["a", "b"];
//! let report = nearcopy::Dedup::new().run(texts);
//! for cluster in report.clusters() {
//!     println!("{} is kept, {} others go", cluster.representative, cluster.members.len());
//! }
//! ```
//!
//! # What it is not
//!
//! It finds shared *text*. Paraphrases, translations and two reports of one event in other words are
//! different documents to it. It decides on words and their order, so it needs text, not HTML:
//! extract first (any extractor will do, the furniture it leaves in is expected).
//!
//! # The parts
//!
//! A document passes through the modules in the order in which they are listed; each uses only those
//! before it, and all are public for pipelines of one's own, such as `examples/pipeline.rs`.
//!
//! | module | from | to |
//! |---|---|---|
//! | [`error`] | | typed errors, by who can act |
//! | [`hash`] | bytes | the one stable hash |
//! | [`text`] | a document | tokens: hashes with spans into the original |
//! | [`recipe`] | | what must agree before sketches may be compared |
//! | [`shingle`] | tokens | shingles, winnowed fingerprints |
//! | [`sketch`] | shingles | MinHash, SimHash and sampled signatures of a fixed size |
//! | [`lsh`] | signatures | candidates by bands or Hamming distance |
//! | [`content`] | tokens | what is article and what is furniture |
//! | [`align`] | two token sequences | matched runs |
//! | [`relation`] | matched runs | evidence, and the [`Relation`] it shows |
//! | [`compare`](mod@compare) | two texts | a [`Comparison`] |
//! | [`profile`] | a kind of text | the settings for it |
//! | [`index`] | fingerprints | candidates |
//! | [`dedup`] | a corpus | a [`Report`] |
//! | [`evaluate`] | clusters and the truth | precision, recall, ARI, B-cubed |
//! | `online` | a stream of documents | a durable, concurrent index |
//! | [`diff`](mod@diff) | two documents | what is shared, cut off, wrapped around, changed, moved |
//!
//! # Promises
//!
//! - The same input gives the same output, on every platform and with any number of threads. A changed
//!   hash or a changed answer is a breaking change.
//! - Candidates are only nominated; every match is verified by alignment.
//! - Limits count steps, not seconds, and what was capped or skipped is counted in the answer.
//! - No text makes the library panic. It prints nothing, reads no environment and installs nothing.
//!
//! # Features
//!
//! `rayon` (on by default): batches use all cores. `online` (on by default): the module of that name.
//! `serde`: settings and answers can be serialised. None changes an answer. `html`, `parquet`, `compression` and
//! `all-formats` are for the example binary; the library is the same with and without them.

pub mod error;

pub mod hash;

mod kernel;

pub mod text;

pub mod recipe;

pub mod shingle;

pub mod sketch;

pub mod lsh;

pub mod content;

pub mod align;

pub mod relation;

pub mod compare;

pub mod profile;

pub mod index;

pub mod dedup;

pub mod evaluate;

#[cfg(feature = "online")]
pub mod online;

pub mod diff;

pub use compare::{Comparer, Comparison, Document, compare};
pub use dedup::{Dedup, Report};
pub use diff::diff;
#[cfg(feature = "online")]
pub use online::OnlineIndex;
pub use recipe::{Profile, Recipe};
pub use relation::{Evidence, Relation, Thresholds};

/// The examples of the README.
#[cfg(all(doctest, feature = "online"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
