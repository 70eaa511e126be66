//! Phrases of user interfaces, in token space.

use crate::text;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, OnceLock};

/// Version of the bundled list.
pub const PHRASES_VERSION: u32 = 1;

/// How sure a phrase marks furniture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhraseKind {
    /// A sentence or line that holds it is furniture.
    Strong,
    /// Typical of furniture, but prose may hold it.
    Weak,
}

/// A set of phrases, found in the tokens of a text: case, width and apostrophes make no difference.
///
/// Looking through a text costs about a nanosecond a token: two bit tests, on the token and on the
/// pair it begins, let one token in a hundred through to the table.
#[derive(Debug, Clone)]
pub struct Phrases {
    table: Arc<Table>,
}

#[derive(Debug, Clone)]
struct Table {
    filter: Box<[Filter; FILTERS]>,
    /// Phrases by [`key`].
    phrases: HashMap<u64, Vec<Phrase>, BuildHasherDefault<Hashed>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    tokens: Box<[u64]>,
    kind: PhraseKind,
}

/// What the phrases have behind first tokens that share some bits.
#[derive(Debug, Clone, Copy, Default)]
struct Filter {
    /// Bits of the tokens that are phrases by themselves.
    single: u64,
    /// Two bits for each second token.
    second: u64,
}

const FILTERS: usize = 1024;

#[inline]
fn filter_of(first: u64) -> usize {
    (first >> 6) as usize % FILTERS
}

/// The hash that a phrase is found by: of its only token, or of its first two.
#[inline]
fn key(first: u64, second: Option<u64>) -> u64 {
    second.map_or(first, |second| first ^ second.rotate_left(17))
}

/// Token hashes need no further hashing.
#[derive(Debug, Clone, Copy, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = crate::hash::bytes(bytes);
    }
}

const BUNDLED: &str = include_str!("phrases.txt");

impl Phrases {
    /// No phrase at all.
    #[must_use]
    pub fn none() -> Self {
        let filter = Box::new([Filter::default(); FILTERS]);
        Self { table: Arc::new(Table { filter, phrases: HashMap::default() }) }
    }

    /// The bundled list: some 2,300 phrases in 26 languages, consent texts and messages of servers. It is
    /// read once a process, in about 2 ms; further calls share it.
    #[must_use]
    pub fn bundled() -> Self {
        static LIST: OnceLock<Phrases> = OnceLock::new();
        let read = || {
            let mut out = Self::none();
            for line in BUNDLED.lines() {
                match line.split_at_checked(2) {
                    Some(("+ ", phrase)) => out.insert(phrase, PhraseKind::Strong),
                    Some(("- ", phrase)) => out.insert(phrase, PhraseKind::Weak),
                    _ => {}
                }
            }
            out
        };
        LIST.get_or_init(read).clone()
    }

    /// Adds a phrase of one token or more; a text without tokens is ignored.
    pub fn insert(&mut self, phrase: &str, kind: PhraseKind) {
        let tokens = text::tokenize(phrase);
        let table = Arc::make_mut(&mut self.table);
        let Some((&first, rest)) = tokens.hashes().split_first() else { return };
        let second = rest.first().copied();
        let filter = &mut table.filter[filter_of(first)];
        match second {
            None => filter.single |= 1 << (first & 63),
            Some(second) => filter.second |= 1 << (second & 63) | 1 << (second >> 6 & 63),
        }
        let phrase = Phrase { tokens: tokens.hashes().into(), kind };
        table.phrases.entry(key(first, second)).or_default().push(phrase);
    }

    /// How many strong and how many weak phrases stand in `tokens`.
    #[must_use]
    pub fn find_in(&self, tokens: &[u64]) -> (u32, u32) {
        let mut found = (0, 0);
        let Some((&last, firsts)) = tokens.split_last() else { return found };
        for (firsts, at) in firsts.chunks(64).zip((0..).step_by(64)) {
            // which of 64 tokens to look up, without a branch
            let seconds = &tokens[at + 1..];
            let pairs = firsts.iter().zip(seconds).enumerate();
            let mut maybe = pairs.fold(0, |bits, (i, (&first, &second))| {
                bits | u64::from(self.table.may_begin(first, second)) << i
            });
            while maybe != 0 {
                self.table.count(&tokens[at + maybe.trailing_zeros() as usize..], &mut found);
                maybe &= maybe - 1;
            }
        }
        if self.table.is_maybe_whole(last) {
            self.table.count(&[last], &mut found);
        }
        found
    }
}

impl Table {
    /// Whether a phrase may be the token `first` or begin with it and `second`.
    #[inline]
    fn may_begin(&self, first: u64, second: u64) -> bool {
        let filter = self.filter[filter_of(first)];
        let pair = filter.second >> (second & 63) & filter.second >> (second >> 6 & 63);
        (filter.single >> (first & 63) | pair) & 1 != 0
    }

    /// Whether a phrase may be the token `only`.
    #[inline]
    fn is_maybe_whole(&self, only: u64) -> bool {
        self.filter[filter_of(only)].single >> (only & 63) & 1 != 0
    }

    /// Counts the phrases at the beginning of `tokens`.
    fn count(&self, tokens: &[u64], (strong, weak): &mut (u32, u32)) {
        let [first, rest @ ..] = tokens else { return };
        let mut look_up = |second: Option<u64>| {
            for phrase in self.phrases.get(&key(*first, second)).into_iter().flatten() {
                let is_single = phrase.tokens.len() == 1;
                if is_single == second.is_none() && tokens.starts_with(&phrase.tokens) {
                    match phrase.kind {
                        PhraseKind::Strong => *strong += 1,
                        PhraseKind::Weak => *weak += 1,
                    }
                }
            }
        };
        if self.is_maybe_whole(*first) {
            look_up(None);
        }
        if let Some(&second) = rest.first() {
            look_up(Some(second));
        }
    }
}
