//! Where a batch reads its documents again, and the documents it holds ready.

use super::Doc;
use super::source::{ReadError, Source, Unread};
use crate::compare::Document;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// The texts of a batch, by position in the input.
pub(super) trait Texts: Sync {
    /// Calls `with` with the text of a document. False where it cannot be had any more, which is noted.
    fn read(&self, doc: usize, with: &mut dyn FnMut(&str)) -> bool;
    /// The caller's key of a document.
    fn key(&self, doc: usize) -> Option<&str>;
    /// Whether a text may be another one than it was.
    fn may_change(&self) -> bool;
    /// Notes that a document is another one than it was.
    fn changed(&self, doc: usize);
}

/// Texts at hand.
pub(super) struct Given<'a>(pub &'a [Doc<'a>]);

impl Texts for Given<'_> {
    fn read(&self, doc: usize, with: &mut dyn FnMut(&str)) -> bool {
        with(self.0[doc].text);
        true
    }

    fn key(&self, doc: usize) -> Option<&str> {
        self.0[doc].key
    }

    fn may_change(&self) -> bool {
        false
    }

    fn changed(&self, _: usize) {}
}

/// Texts of a source, and what went wrong with it.
pub(super) struct Fetched<'s, S: Source> {
    source: &'s S,
    unread: Mutex<Vec<Unread<S::Error>>>,
}

impl<'s, S: Source> Fetched<'s, S> {
    pub fn new(source: &'s S) -> Self {
        Self { source, unread: Mutex::default() }
    }

    fn note(&self, doc: usize, error: ReadError<S::Error>) {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner).push(Unread { doc, error });
    }

    /// What could not be read, each document once, by position.
    pub fn into_unread(self) -> Vec<Unread<S::Error>> {
        let mut unread = self.unread.into_inner().unwrap_or_else(PoisonError::into_inner);
        unread.sort_by_key(|u| u.doc);
        unread.dedup_by_key(|u| u.doc);
        unread
    }
}

impl<S: Source> Texts for Fetched<'_, S> {
    fn read(&self, doc: usize, with: &mut dyn FnMut(&str)) -> bool {
        match self.source.text(doc) {
            Ok(text) => {
                with(&text);
                true
            }
            Err(error) => {
                self.note(doc, ReadError::Failed(error));
                false
            }
        }
    }

    fn key(&self, doc: usize) -> Option<&str> {
        self.source.key(doc)
    }

    fn may_change(&self) -> bool {
        !self.source.is_fixed()
    }

    fn changed(&self, doc: usize) {
        self.note(doc, ReadError::Changed);
    }
}

/// Documents that one worker made ready last, by rank: what is asked for again soon, because clusters
/// stand together, and buffers for the next one.
#[derive(Debug, Default)]
pub(super) struct Ready {
    held: VecDeque<(u32, Arc<Document>)>,
    bytes: usize,
    free: Vec<Document>,
}

/// Bytes of documents that a worker holds.
const MOST_HELD: usize = 2 << 20;

fn bytes_of(document: &Document) -> usize {
    33 * document.tokens().len()
}

impl Ready {
    pub fn get(&self, rank: u32) -> Option<Arc<Document>> {
        self.held.iter().rev().find(|(r, _)| *r == rank).map(|(_, document)| Arc::clone(document))
    }

    /// Holds a document no longer.
    pub fn release(&mut self, rank: u32) {
        if let Some(at) = self.held.iter().rposition(|(r, _)| *r == rank)
            && let Some((_, document)) = self.held.remove(at)
        {
            self.bytes -= bytes_of(&document);
        }
    }

    /// A document to be written over.
    pub fn buffer(&mut self) -> Document {
        self.free.pop().unwrap_or_default()
    }

    /// Holds a document and lets the oldest go where there are too many.
    pub fn hold(&mut self, rank: u32, document: Document) -> Arc<Document> {
        let bytes = bytes_of(&document);
        let document = Arc::new(document);
        if bytes > MOST_HELD / 4 {
            return document;
        }
        self.bytes += bytes;
        self.held.push_back((rank, Arc::clone(&document)));
        while self.bytes > MOST_HELD {
            let Some((_, oldest)) = self.held.pop_front() else { break };
            self.bytes -= bytes_of(&oldest);
            self.free.extend(Arc::try_unwrap(oldest).ok().filter(|_| self.free.len() < 4));
        }
        document
    }
}
