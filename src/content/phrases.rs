//! Phrases of user interfaces, in token space.

use crate::text;
use std::collections::HashMap;
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
    /// Bits of phrases of one token, by that token's hash.
    single: Filter,
    /// Bits of longer phrases, by the hashes of their first two tokens.
    pair: Filter,
    by_first: HashMap<u64, Vec<Phrase>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    tokens: Box<[u64]>,
    kind: PhraseKind,
}

/// A bit set over hashes.
#[derive(Debug, Clone)]
struct Filter {
    words: Box<[u64; 1024]>,
}

impl Filter {
    fn new() -> Self {
        Self { words: Box::new([0; 1024]) }
    }

    fn insert(&mut self, hash: u64) {
        self.words[(hash >> 6) as usize & 1023] |= 1 << (hash & 63);
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        self.words[(hash >> 6) as usize & 1023] >> (hash & 63) & 1 != 0
    }
}

#[inline]
fn pair_of(first: u64, second: u64) -> u64 {
    first ^ second.rotate_left(17)
}

const BUNDLED: &str = include_str!("phrases.txt");

impl Phrases {
    /// No phrase at all.
    #[must_use]
    pub fn none() -> Self {
        let table = Table { single: Filter::new(), pair: Filter::new(), by_first: HashMap::new() };
        Self { table: Arc::new(table) }
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
        match *tokens.hashes() {
            [] => return,
            [only] => table.single.insert(only),
            [first, second, ..] => table.pair.insert(pair_of(first, second)),
        }
        let phrase = Phrase { tokens: tokens.hashes().into(), kind };
        table.by_first.entry(phrase.tokens[0]).or_default().push(phrase);
    }

    /// How many strong and how many weak phrases stand in `tokens`.
    #[must_use]
    pub fn find_in(&self, tokens: &[u64]) -> (u32, u32) {
        let (mut strong, mut weak) = (0, 0);
        for (at, &token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1);
            let maybe = self.table.single.has(token)
                | next.is_some_and(|&n| self.table.pair.has(pair_of(token, n)));
            if !maybe {
                continue;
            }
            for phrase in self.table.by_first.get(&token).into_iter().flatten() {
                if tokens[at..].starts_with(&phrase.tokens) {
                    match phrase.kind {
                        PhraseKind::Strong => strong += 1,
                        PhraseKind::Weak => weak += 1,
                    }
                }
            }
        }
        (strong, weak)
    }
}
