//! Evidence to relation: the only place where a threshold is compared.

mod decide;
mod evidence;
mod numbers;

pub use decide::{Relation, Thresholds, decide};
pub use evidence::{Evidence, measure};
pub(crate) use numbers::substituted_numbers;
