//! Phrases of user interfaces, in token space.

use crate::text;
use std::collections::HashMap;

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

/// A set of phrases.
#[derive(Debug, Clone)]
pub struct Phrases {
    filter: Vec<u64>,
    by_first: HashMap<u64, Vec<(Vec<u64>, PhraseKind)>>,
}

const BUNDLED: &str = include_str!("phrases.txt");

impl Phrases {
    /// The bundled list.
    #[must_use]
    pub fn bundled() -> Self {
        let mut out = Self { filter: vec![0; 256], by_first: HashMap::new() };
        for line in BUNDLED.lines() {
            let (kind, phrase) = match line.split_at_checked(2) {
                Some(("+ ", p)) => (PhraseKind::Strong, p),
                Some(("- ", p)) => (PhraseKind::Weak, p),
                _ => continue,
            };
            out.add(phrase, kind);
        }
        out
    }

    fn add(&mut self, phrase: &str, kind: PhraseKind) {
        let tokens = text::tokenize(phrase);
        let Some(&first) = tokens.hashes().first() else { return };
        let bit = first as usize % (self.filter.len() * 64);
        self.filter[bit / 64] |= 1 << (bit % 64);
        self.by_first.entry(first).or_default().push((tokens.hashes().to_vec(), kind));
    }

    /// Strongest phrase in `tokens`.
    #[must_use]
    pub fn find_in(&self, tokens: &[u64]) -> (u32, u32) {
        let (mut strong, mut weak) = (0, 0);
        for (at, &hash) in tokens.iter().enumerate() {
            let bit = hash as usize % (self.filter.len() * 64);
            if self.filter[bit / 64] >> (bit % 64) & 1 == 0 {
                continue;
            }
            if let Some(phrases) = self.by_first.get(&hash) {
                for (phrase, kind) in phrases {
                    if tokens[at..].starts_with(phrase) {
                        match kind {
                            PhraseKind::Strong => strong += 1,
                            PhraseKind::Weak => weak += 1,
                        }
                    }
                }
            }
        }
        (strong, weak)
    }

    /// Whether any phrase stands in `tokens`.
    #[must_use]
    pub fn any_in(&self, tokens: &[u64]) -> bool {
        self.find_in(tokens) != (0, 0)
    }
}
