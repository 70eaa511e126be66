//! The batch: what was read goes through the library.

use crate::cli::{Linkage, MatchArgs};
use crate::exit::Stop;
use crate::input::Corpus;
use crate::progress::Progress;
use nearcopy::dedup::{self, Doc};
use nearcopy::{Dedup, Report};

/// Limits of a run; a manifest names them.
pub const POSTING_CAP: u32 = 16;
pub const MAX_CANDIDATES: usize = 8;
pub const MAX_PAIR_MEMBERS: usize = 256;

/// The settings that the options ask for.
pub fn settings(args: &MatchArgs) -> Dedup {
    let linkage = match args.linkage {
        Linkage::Star => dedup::Linkage::Star,
        Linkage::Components => dedup::Linkage::Components,
    };
    Dedup::builder()
        .linkage(linkage)
        .posting_cap(POSTING_CAP)
        .max_candidates(MAX_CANDIDATES)
        .max_pair_members(MAX_PAIR_MEMBERS)
}

/// Clusters the corpus.
pub fn run(
    corpus: &Corpus,
    args: &MatchArgs,
    all_pairs: bool,
    progress: &Progress,
) -> Result<Report, Stop> {
    Ok(run_with(corpus, &settings(args).all_pairs(all_pairs), progress))
}

/// Clusters the corpus with these settings.
pub fn run_with(corpus: &Corpus, settings: &Dedup, progress: &Progress) -> Report {
    let docs = corpus
        .records
        .iter()
        .zip(corpus.texts.held())
        .map(|(record, text)| Doc::new(text).site(record.site.as_deref()).key(&record.id));
    progress.matching(2 * corpus.records.len() as u64);
    let report = settings.run_with_progress(docs, &|steps| progress.matched(steps));
    progress.finish();
    report
}

/// Runs `f` on as many threads as asked for.
pub fn on_threads<R: Send>(
    threads: Option<u16>,
    f: impl FnOnce() -> Result<R, Stop> + Send,
) -> Result<R, Stop> {
    let Some(threads) = threads else { return f() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build();
    pool.map_err(|e| Stop::Refused(format!("{threads} threads could not be started: {e}")))?
        .install(f)
}
