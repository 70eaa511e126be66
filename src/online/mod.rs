//! A durable, concurrent index of a stream of documents.

mod answer;
mod bits;
mod head;
mod index;
mod key;
mod lookup;
mod meta;
mod review;
mod seen;
mod sketch;
pub mod storage;
pub(crate) mod store;
mod stream;
mod trace;

pub use answer::{Admission, Answer, Effort, Entry, Hit, Interval, Outcome, Page, Sites, Stats};
pub use index::{OnlineIndex, Options};
pub use key::Key;
pub use review::Reviewed;
pub use seen::{Seen, SeenIndex};
pub use sketch::Sketch;
pub use stream::Merged;
