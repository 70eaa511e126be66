//! Front door 3: a stream of documents, an index that remembers them, and the question of every crawler:
//! was this article seen before, and where?
//!
//! ```
//! use nearcopy::online::{OnlineIndex, Options, Outcome, Page};
//!
//! let index: OnlineIndex<String> = OnlineIndex::in_memory(Options::new())?; // or `open(dir)`
//! let article = "The ferry left at dawn, the captain said, and nobody on the quay thought of the storm. \
//!     By noon the harbour was closed and the last boats had been pulled up on the slip. \
//!     In the evening the wind turned, and with it came the first news of the missing trawler.";
//! let scrape = "Home | News | Sport\nThe ferry left at dawn, the captain said, and nobody on the quay \
//!     thought of the storm. By noon the harbour was closed and\nLoading, please wait...";
//!
//! let first = index.admit(&"a.example/1".to_owned(), Page::new(article).site(Some("a.example")))?;
//! assert_eq!(first.outcome, Outcome::Novel);
//! let second = index.admit(&"b.example/7".to_owned(), scrape)?;
//! assert_eq!(second.outcome, Outcome::Copy);
//! assert_eq!(second.matched.unwrap().key, "a.example/1");
//! index.close()?;
//! # Ok::<(), nearcopy::error::IndexError>(())
//! ```
//!
//! # What is kept
//!
//! Of each document a [`Sketch`] is kept, about 0.9 bytes a word, its key, its times and 32 bytes. Only
//! documents that bring something new have *postings*, by which they are found: a novel document, one
//! that carries more of a known article than was known (it becomes the representative of the cluster),
//! and of a copy that holds further content only what is new. So a story copied ten thousand times
//! holds one posting a fingerprint, and the number of clusters in which a fingerprint stands tells
//! furniture from story.
//!
//! A million pages of 400 words, 24 fingerprints each, took 137 bytes of postings a document, 534 bytes on
//! disk in all and 14 bytes of memory beside the mapped files (`cargo bench --bench crawler -- 1000000 DIR`).
//! For less, [`SeenIndex`] keeps postings alone and says how much of a page was seen.
//!
//! # Taking in
//!
//! | | looks the page up | a key that is in use |
//! |---|---|---|
//! | [`admit`](OnlineIndex::admit) | yes: it is novel, a copy, or extends what is known | is refused, nothing changes |
//! | [`insert`](OnlineIndex::insert) | no: it is known to be novel | is refused, nothing changes |
//! | [`update`](OnlineIndex::update) | yes, without the document that it replaces | its document is replaced |
//!
//! Each is one step, for readers and after a crash, and so is [`remove`](OnlineIndex::remove).
//!
//! # What an answer rests on
//!
//! | asked with | documents kept as | candidates are verified by | relation, shares |
//! |---|---|---|---|
//! | text | sketches | all shingles of the page against the sampled ones | estimated, with intervals |
//! | [`Sketch`] | sketches | sampled shingles against sampled shingles | estimated, coarser |
//! | text | texts of your own ([`OnlineIndex::with_texts`]) | alignment of both texts | exact: [`Comparer`](crate::Comparer)'s own |
//!
//! All three end in the same [`decide`](crate::relation::decide). On the labelled sets of scrapes that the
//! crate is measured with (1,000 to 10,000 pages each, in the order of the file and shuffled), clusters
//! have an adjusted Rand index of 0.98 to 1.00 by sketches and by texts alike, and 0.995 to 1.000 of the matches
//! are right. The batch ([`Dedup`](crate::Dedup)) has 0.99 to 1.00: it sees the longest article first, while an
//! online index decides with what came before. Its index has a wider window, too (32 shingles for 16, half
//! the postings): of passages under 36 words some are not found.
//!
//! What a sketch does not show: which words differ, and a word that was exchanged between two sampled
//! shingles; matches of less than a shingle; in heavily edited text the short runs. Identical documents
//! are told by a hash of 64 bits.
//!
//! # Furniture
//!
//! What stands in six clusters is common furniture; what stands in three clusters of one site is the
//! site's. Both are read off the posting lists whenever a page is judged, for the page and for the documents
//! it may match, and weigh nothing: nothing learned is baked into what is kept. Two pages that
//! were taken for copies before their site was known are put right by [`OnlineIndex::review`]; a later
//! copy of either is judged rightly even without.
//!
//! What is known of a site before its first page, from another index or a batch, is told by
//! [`Options::template`].
//!
//! # Clusters
//!
//! A page joins the cluster of its best match if it also matches the representative; there are no
//! chains. Clusters become one when a page shows that they are: it carries both articles, or its
//! matches' representatives match each other. A member was verified against the document that was the
//! representative when it came. A page that becomes the representative is compared with eight members
//! besides, and those that do not match it leave ([`Admission::reviewed`]); the others are left to
//! [`OnlineIndex::review`]. When the document by which a cluster is found is removed or replaced, the
//! longest of its members takes over; a copy that shared with the removed document only what that
//! longest one does not hold is not found by its own text until it comes again.
//!
//! Who belongs to which cluster is collected from all documents, once after opening, when a cluster with
//! members is extended or loses the document by which it is found. That takes time in proportion to their
//! number, in which other writers wait (`cargo bench --bench crawler` prints it).
//!
//! # Concurrency and durability
//!
//! Handles are clones of one another. Readers work on snapshots and wait for no one; writers take
//! turns, and prepare and compare their pages before. What [`OnlineIndex::sync`] or
//! [`OnlineIndex::close`] returned from survives a crash; of what came later any suffix may be lost.
//! See [`storage`] for where files live.

mod admit;
mod answer;
mod bits;
mod candidates;
mod choice;
mod cluster;
mod furniture;
mod head;
mod index;
mod key;
mod latest;
mod lookup;
mod members;
mod meta;
mod options;
mod postings;
mod query;
mod record;
mod review;
mod scan;
mod scratch;
mod seen;
mod sketch;
pub mod storage;
pub(crate) mod store;
mod stream;
mod terms;
mod trace;
mod turn;
mod update;
mod verify;

pub use answer::{Admission, Answer, Effort, Entry, Hit, Interval, Outcome, Page, Sites, Stats};
pub use index::OnlineIndex;
pub use key::Key;
pub use options::Options;
pub use review::Reviewed;
pub use seen::{Seen, SeenIndex};
pub use sketch::Sketch;
pub use stream::Merged;
