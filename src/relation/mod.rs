//! Evidence to relation: the only place where a threshold is compared.

mod decide;
mod evidence;
mod numbers;
mod rules;

pub(crate) use decide::are_strangers;
pub use decide::{Confidence, Relation, Thresholds, confidence, decide};
#[cfg(feature = "online")]
pub(crate) use evidence::measure_runs;
pub use evidence::{Evidence, measure};
pub(crate) use evidence::{measure_matches, measure_resemblance};
#[cfg(feature = "online")]
pub(crate) use numbers::substituted;
pub(crate) use numbers::substituted_numbers;
pub use rules::{Measure, Need, Rule, Test, tests};
