//! Documents go to the batch as they are read, and their texts to memory or to a temporary file.

use crate::cli::InputArgs;
use crate::exit::Stop;
use crate::input::{self, Corpus, Record, Spool, Wanted};
use crate::problems::Problems;
use crate::progress::Progress;
use nearcopy::dedup::{Batch, Doc, Source};
use nearcopy::{Dedup, Report};
use std::borrow::Cow;
use std::io;
use std::sync::mpsc::sync_channel;

/// Reads all documents and ranks them meanwhile. With `spool` the texts go to a temporary file.
pub fn read(
    args: &InputArgs,
    settings: &Dedup,
    spool: bool,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<(Corpus, Batch), Stop> {
    let mut store = Store::new(settings, spool)?;
    let corpus = if rayon::current_num_threads() == 1 {
        let mut wave = Wave::default();
        let taken = input::read_with(args, Wanted::Texts, problems, progress, &mut |record| {
            wave.push(record);
            if wave.is_full() {
                store.add(std::mem::take(&mut wave));
            }
        });
        store.add(wave);
        taken
    } else {
        let (send, receive) = sync_channel::<Wave>(1);
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut wave = Wave::default();
                let taken =
                    input::read_with(args, Wanted::Texts, problems, progress, &mut |record| {
                        wave.push(record);
                        if wave.is_full() {
                            // who receives never stops before the channel ends
                            let _ = send.send(std::mem::take(&mut wave));
                        }
                    });
                let _ = send.send(wave);
                taken
            });
            for wave in receive {
                store.add(wave);
            }
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    };
    let mut corpus = corpus?;
    let batch = store.into_batch(&mut corpus)?;
    Ok((corpus, batch))
}

/// Clusters what was read.
pub fn finish(
    batch: Batch,
    corpus: &Corpus,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Report, Stop> {
    progress.matching(corpus.records.len() as u64);
    let found = batch.finish_with_progress(&Again(corpus), &|done| progress.matched(done));
    progress.finish();
    for unread in found.unread {
        let place = corpus.place(&corpus.records[unread.doc]);
        let error = std::error::Error::source(&unread.error).map(ToString::to_string);
        let what = format!("{}: {}", unread.error, error.unwrap_or_default());
        problems.error(&place, None, "texts that could not be read again", &what)?;
    }
    Ok(found.report)
}

/// Documents that are ranked together.
#[derive(Default)]
struct Wave {
    texts: Vec<String>,
    sites: Vec<Option<String>>,
    bytes: usize,
}

impl Wave {
    fn push(&mut self, record: &mut Record) {
        self.bytes += record.text.len();
        self.texts.push(std::mem::take(&mut record.text));
        self.sites.push(record.site.clone());
    }

    fn is_full(&self) -> bool {
        self.bytes >= 4 << 20 || self.texts.len() >= 4096
    }
}

/// What becomes of the texts.
enum Texts {
    Held(Vec<String>),
    Spooled(Spool),
}

struct Store {
    batch: Batch,
    texts: Texts,
    failed: Option<io::Error>,
}

impl Store {
    fn new(settings: &Dedup, spool: bool) -> Result<Self, Stop> {
        let texts = if spool {
            Texts::Spooled(Spool::new().map_err(|e| spool_failed(&e))?)
        } else {
            Texts::Held(Vec::new())
        };
        Ok(Self { batch: settings.batch(), texts, failed: None })
    }

    fn add(&mut self, wave: Wave) {
        let docs = wave.texts.iter().zip(&wave.sites);
        let docs: Vec<Doc<'_>> =
            docs.map(|(text, site)| Doc::new(text).site(site.as_deref())).collect();
        self.batch.add(&docs);
        match &mut self.texts {
            Texts::Held(texts) => texts.extend(wave.texts),
            Texts::Spooled(spool) => {
                for text in &wave.texts {
                    if let (Err(error), None) = (spool.push(text), &self.failed) {
                        self.failed = Some(error);
                    }
                }
            }
        }
    }

    fn into_batch(self, corpus: &mut Corpus) -> Result<Batch, Stop> {
        match self.texts {
            Texts::Held(texts) => {
                for (record, text) in corpus.records.iter_mut().zip(texts) {
                    record.text = text;
                }
            }
            Texts::Spooled(mut spool) => {
                let flushed = self.failed.map_or_else(|| spool.flush(), Err);
                flushed.map_err(|e| spool_failed(&e))?;
                corpus.spool = Some(spool);
            }
        }
        Ok(self.batch)
    }
}

fn spool_failed(error: &io::Error) -> Stop {
    let folder = std::env::temp_dir();
    let what = "TMPDIR names another folder for the temporary file of --stream";
    Stop::Refused(format!("{}: {error}; {what}", folder.display()))
}

/// The texts of a corpus again.
struct Again<'c>(&'c Corpus);

impl Source for Again<'_> {
    type Error = io::Error;

    fn text(&self, doc: usize) -> io::Result<Cow<'_, str>> {
        self.0.text(doc)
    }

    fn key(&self, doc: usize) -> Option<&str> {
        Some(&self.0.records[doc].id)
    }

    fn is_fixed(&self) -> bool {
        true
    }
}
