//! Documents go to the library as they are read, and their texts to memory or to a temporary file.

use crate::cli::InputArgs;
use crate::exit::Stop;
use crate::input::{self, Corpus, Record, Spool, Wanted};
use crate::problems::Problems;
use crate::progress::Progress;
use nearcopy::Report;
use nearcopy::dedup::{Batch, Doc, Reference, Source, Unread};
use std::borrow::Cow;
use std::io;
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
        let taken = input::read_with(args, wanted, problems, progress, &mut |record| {
            wave.push(record, spool);
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
                let taken = input::read_with(args, wanted, problems, progress, &mut |record| {
                    wave.push(record, spool);
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
    lines: Vec<Box<[u8]>>,
    sites: Vec<Option<Box<str>>>,
    bytes: usize,
}

impl Wave {
    fn push(&mut self, record: &mut Record, with_line: bool) {
        self.bytes += record.text.len();
        self.texts.push(std::mem::take(&mut record.text));
        if with_line {
            self.lines.push(std::mem::take(&mut record.raw));
        }
        self.sites.push(record.site.clone());
    }

    fn is_full(&self) -> bool {
        self.bytes >= 4 << 20 || self.texts.len() >= 4096
    }
}

/// What becomes of the texts.
enum Texts {
    Held(Vec<String>),
    /// The texts, and the lines if they are wanted.
    Spooled(Spool, Option<Spool>),
}

struct Store<'t, T> {
    taker: &'t mut T,
    texts: Texts,
    failed: Option<io::Error>,
}

impl<'t, T: Taker> Store<'t, T> {
    fn new(taker: &'t mut T, wanted: Wanted, spool: bool) -> Result<Self, Stop> {
        let new = || Spool::new().map_err(|e| spool_failed(&e));
        let texts = if spool {
            let lines = (wanted == Wanted::Lines).then(new).transpose()?;
            Texts::Spooled(new()?, lines)
        } else {
            Texts::Held(Vec::new())
        };
        Ok(Self { taker, texts, failed: None })
    }

    fn add(&mut self, wave: Wave) {
        let docs = wave.texts.iter().zip(&wave.sites);
        let docs: Vec<Doc<'_>> =
            docs.map(|(text, site)| Doc::new(text).site(site.as_deref())).collect();
        self.taker.take(&docs);
        match &mut self.texts {
            Texts::Held(texts) => texts.extend(wave.texts),
            Texts::Spooled(texts, lines) => {
                let all = wave.texts.iter().map(|text| texts.push(text.as_bytes()));
                let mut failed = all.filter_map(Result::err).next();
                if let Some(lines) = lines {
                    let all = wave.lines.iter().map(|line| lines.push(line));
                    failed = failed.or(all.filter_map(Result::err).next());
                }
                self.failed = self.failed.take().or(failed);
            }
        }
    }

    fn finish(self, corpus: &mut Corpus) -> Result<(), Stop> {
        match self.texts {
            Texts::Held(texts) => {
                for (record, text) in corpus.records.iter_mut().zip(texts) {
                    record.text = text;
                }
            }
            Texts::Spooled(mut texts, mut lines) => {
                let flushed = self.failed.map_or(Ok(()), Err).and_then(|()| texts.flush());
                let flushed = flushed.and_then(|()| lines.as_mut().map_or(Ok(()), Spool::flush));
                flushed.map_err(|e| spool_failed(&e))?;
                (corpus.spool, corpus.lines) = (Some(texts), lines);
            }
        }
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
