//! What every public type can do: cross threads, survive a caught panic, be shown, be copied.

use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};

fn value<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug + Clone + 'static>() {}
fn compared<T: Send + Sync + UnwindSafe + Debug + Clone + PartialEq + 'static>() {}
fn error<T: std::error::Error + Send + Sync + UnwindSafe + Clone + PartialEq + 'static>() {}
fn made_by_default<T: Default>() {}
fn small<T: Copy>() {}

#[test]
fn values_cross_threads_and_can_be_shown() {
    use nearcopy::{
        align, compare, content, dedup, diff, evaluate, index, recipe, relation, shingle, text,
    };

    value::<text::Tokens>();
    value::<text::Marks>();
    value::<text::Script>();
    value::<text::Span>();
    value::<recipe::Recipe>();
    value::<recipe::RecipeId>();
    value::<shingle::Shingles>();
    value::<shingle::Fingerprint>();
    value::<content::ContentModel>();
    value::<content::ContentSettings>();
    value::<content::Phrases>();
    value::<content::PhraseKind>();
    value::<content::Template>();
    value::<align::Alignment>();
    value::<align::Limits>();
    value::<align::Run>();
    value::<align::Sequence<'static>>();
    value::<relation::Evidence>();
    value::<relation::Relation>();
    value::<relation::Thresholds>();
    value::<relation::Rule>();
    value::<relation::Measure>();
    value::<relation::Need>();
    value::<relation::Test>();
    value::<compare::Comparer>();
    value::<compare::Comparison>();
    value::<compare::Document>();
    value::<compare::Passage>();
    value::<index::Postings>();
    value::<index::PostingCounts>();
    value::<index::Candidate>();
    value::<index::Entry>();
    value::<index::Scratch>();
    value::<index::Detection>();
    value::<dedup::Dedup>();
    value::<dedup::Doc<'static>>();
    value::<dedup::Linkage>();
    value::<dedup::ReadError<std::num::ParseIntError>>();
    value::<dedup::Unread<std::num::ParseIntError>>();
    value::<dedup::Outcome<std::num::ParseIntError>>();
    value::<dedup::Report>();
    value::<dedup::Against>();
    value::<dedup::Earlier>();
    value::<dedup::Cluster>();
    value::<dedup::Member>();
    value::<dedup::Pair>();
    value::<dedup::Counts>();
    value::<evaluate::Agreement>();
    value::<evaluate::Classes<'static>>();
    value::<evaluate::PairCounts>();
    value::<evaluate::Truth>();
    value::<diff::Diff<'static>>();
    value::<diff::DiffOptions>();
    value::<diff::Hunk>();
    value::<diff::Summary>();
}

#[test]
fn answers_can_be_compared() {
    use nearcopy::{align, compare, content, dedup, recipe, relation, shingle, text};

    compared::<text::Tokens>();
    compared::<recipe::Recipe>();
    compared::<shingle::Shingles>();
    compared::<content::Template>();
    compared::<align::Alignment>();
    compared::<relation::Evidence>();
    compared::<compare::Document>();
    compared::<compare::Comparison>();
    compared::<dedup::Report>();
}

#[test]
fn errors_are_errors() {
    error::<nearcopy::error::ConfigError>();
    error::<nearcopy::error::RecipeMismatch>();
    error::<nearcopy::error::DamagedReport>();
}

#[test]
fn settings_have_defaults_and_small_values_are_copied() {
    use nearcopy::{align, compare, content, dedup, diff, index, recipe, relation};

    made_by_default::<recipe::Recipe>();
    made_by_default::<content::ContentModel>();
    made_by_default::<content::ContentSettings>();
    made_by_default::<align::Limits>();
    made_by_default::<relation::Thresholds>();
    made_by_default::<compare::Comparer>();
    made_by_default::<dedup::Dedup>();
    made_by_default::<dedup::Linkage>();
    made_by_default::<diff::DiffOptions>();
    made_by_default::<index::Scratch>();

    small::<recipe::Recipe>();
    small::<relation::Relation>();
    small::<relation::Evidence>();
    small::<align::Run>();
    small::<dedup::Doc<'static>>();
    small::<dedup::Pair>();
    small::<dedup::Counts>();
}

#[cfg(feature = "online")]
#[test]
fn an_index_and_its_answers_cross_threads() {
    use nearcopy::online;

    fn handle<T: Send + Sync + Debug + Clone + 'static>() {}

    handle::<online::OnlineIndex<u64>>();
    handle::<online::OnlineIndex<String>>();
    handle::<online::SeenIndex>();
    value::<online::Options>();
    value::<online::Page<'static>>();
    value::<online::Sketch>();
    value::<online::Stats>();
    value::<online::Seen>();
    value::<online::Merged>();
    value::<online::Reviewed>();
    compared::<online::Hit<u64>>();
    compared::<online::Answer<u64>>();
    compared::<online::Admission<u64>>();
    compared::<online::Entry<u64>>();
    compared::<online::Sketch>();
    made_by_default::<online::Options>();
    made_by_default::<online::Page<'static>>();
    small::<online::Page<'static>>();
    small::<online::Effort>();
    small::<online::Interval>();
}
