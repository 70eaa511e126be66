//! Documents go to the library as they are read, and their texts to memory or to a temporary file.

use crate::cli::InputArgs;
use crate::exit::Stop;
use crate::input::{self, Content, Corpus, Kept, Record, Wanted};
use crate::problems::Problems;
use crate::progress::Progress;
use nearcopy::Report;
use nearcopy::dedup::{Batch, Doc, Reference, Source, Unread};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// What documents go to, in order of the input.
pub trait Taker {
    fn take(&mut self, docs: &[Doc<'_>]);
}

impl Taker for Batch {
    fn take(&mut self, docs: &[Doc<'_>]) {
        self.add(docs);
    }
}

impl Taker for Reference {
    fn take(&mut self, docs: &[Doc<'_>]) {
        self.add(docs);
    }
}

/// Reads all documents, which `taker` gets meanwhile. With `spool` the texts, and the lines where they
/// are wanted, go to temporary files.
pub fn read(
    args: &InputArgs,
    wanted: Wanted,
    spool: bool,
    taker: &mut impl Taker,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Corpus, Stop> {
    let mut store = Store::new(taker, wanted, spool)?;
    let corpus = if rayon::current_num_threads() == 1 {
        let mut wave = Wave::default();
        let taken = input::read_with(args, wanted, problems, progress, &mut |record, content| {
            wave.push(record, content);
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
                    input::read_with(args, wanted, problems, progress, &mut |record, content| {
                        wave.push(record, content);
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
    store.finish(&mut corpus)?;
    Ok(corpus)
}

/// Clusters what was read. `docs` are the documents of the batch by position in the corpus; `None` if
/// they are all.
pub fn finish(
    batch: Batch,
    corpus: &Corpus,
    docs: Option<&[usize]>,
    problems: &mut Problems,
    progress: &Progress,
) -> Result<Report, Stop> {
    progress.matching(batch.len() as u64);
    let again = Again { corpus, docs };
    let found = batch.finish_with_progress(&again, &|done| progress.matched(done));
    progress.finish();
    tell_unread(&again, found.unread, problems)?;
    Ok(found.report)
}

/// Names the texts that could not be read again.
pub fn tell_unread(
    again: &Again<'_>,
    unread: Vec<Unread<io::Error>>,
    problems: &mut Problems,
) -> Result<(), Stop> {
    for unread in unread {
        let corpus = again.corpus;
        let place = corpus.place(&corpus.records[again.at(unread.doc)]);
        let error = std::error::Error::source(&unread.error).map(ToString::to_string);
        let what = format!("{}: {}", unread.error, error.unwrap_or_default());
        problems.error(&place, None, "texts that could not be read again", &what)?;
    }
    Ok(())
}

/// Documents that are ranked together.
#[derive(Default)]
struct Wave {
    texts: Vec<String>,
    lines: Vec<Vec<u8>>,
    sites: Vec<Option<Arc<str>>>,
    bytes: usize,
}

impl Wave {
    fn push(&mut self, record: &Record, content: Content) {
        self.bytes += content.text.len() + content.line.len();
        self.texts.push(content.text);
        self.lines.push(content.line);
        self.sites.push(record.site.clone());
    }

    fn is_full(&self) -> bool {
        self.bytes >= 4 << 20 || self.texts.len() >= 4096
    }
}

struct Store<'t, T> {
    taker: &'t mut T,
    texts: Kept<Box<str>>,
    /// Where they are wanted.
    lines: Option<Kept<Box<[u8]>>>,
    failed: Option<io::Error>,
}

impl<'t, T: Taker> Store<'t, T> {
    fn new(taker: &'t mut T, wanted: Wanted, spool: bool) -> Result<Self, Stop> {
        let texts = Kept::new(spool).map_err(|e| spool_failed(&e))?;
        let lines = (wanted == Wanted::Lines).then(|| Kept::new(spool)).transpose();
        let lines = lines.map_err(|e| spool_failed(&e))?;
        Ok(Self { taker, texts, lines, failed: None })
    }

    fn add(&mut self, wave: Wave) {
        let docs = wave.texts.iter().zip(&wave.sites);
        let docs: Vec<Doc<'_>> =
            docs.map(|(text, site)| Doc::new(text).site(site.as_deref())).collect();
        self.taker.take(&docs);
        let mut kept = self.texts.extend(wave.texts.into_iter());
        if let Some(lines) = &mut self.lines {
            kept = kept.and(lines.extend(wave.lines.into_iter()));
        }
        self.failed = self.failed.take().or(kept.err());
    }

    fn finish(mut self, corpus: &mut Corpus) -> Result<(), Stop> {
        let mut flush = || {
            self.failed.take().map_or(Ok(()), Err)?;
            self.texts.flush()?;
            self.lines.as_mut().map_or(Ok(()), Kept::flush)
        };
        flush().map_err(|e| spool_failed(&e))?;
        corpus.texts = self.texts;
        corpus.lines = self.lines.unwrap_or_default();
        Ok(())
    }
}

fn spool_failed(error: &io::Error) -> Stop {
    let folder = std::env::temp_dir();
    let what = "TMPDIR names another folder for the temporary file of --stream";
    Stop::Refused(format!("{}: {error}; {what}", folder.display()))
}

/// The texts of a corpus again, or of some of its documents.
pub struct Again<'c> {
    pub corpus: &'c Corpus,
    /// Their positions in the corpus; `None` if they are all.
    pub docs: Option<&'c [usize]>,
}

impl Again<'_> {
    fn at(&self, doc: usize) -> usize {
        self.docs.map_or(doc, |docs| docs[doc])
    }
}

impl Source for Again<'_> {
    type Error = io::Error;

    fn text(&self, doc: usize) -> io::Result<Cow<'_, str>> {
        self.corpus.text(self.at(doc))
    }

    fn key(&self, doc: usize) -> Option<&str> {
        Some(&self.corpus.records[self.at(doc)].id)
    }

    fn is_fixed(&self) -> bool {
        true
    }
}
