//! Tokens to content mass: what is article and what is furniture.
//!
//! Every token gets a *mass* in units of [`WORD`]: a word of an article weighs 240, a Han character
//! 150 (10/16 of a word), a Thai character 75; a token of furniture weighs 0. Sums are integers, so
//! they are equal on every machine.

mod phrases;

pub use phrases::{PHRASES_VERSION, PhraseKind, Phrases};

use crate::shingle::word_sixteenths;
use crate::text::{Marks, Tokens};

/// Mass of one whole word of content.
pub const WORD: u8 = 240;

/// Decides which tokens of a document are content.
#[derive(Debug, Clone)]
pub struct ContentModel {
    phrases: Phrases,
    min_prose_words: u32,
}

impl Default for ContentModel {
    fn default() -> Self {
        Self { phrases: Phrases::bundled(), min_prose_words: 12 }
    }
}

impl ContentModel {
    /// Replaces the content of `mass` by the mass of each token.
    pub fn weigh_into(&self, tokens: &Tokens, mass: &mut Vec<u8>) {
        mass.clear();
        mass.resize(tokens.len(), 0);
        let marks = tokens.marks();
        let hashes = tokens.hashes();
        let mut line = 0;
        for end in 1..=marks.len() {
            if !marks[end - 1].has(Marks::LINE_END) {
                continue;
            }
            let sixteenths: u32 =
                marks[line..end].iter().map(|m| word_sixteenths(m.script())).sum();
            let sentences = marks[line..end].iter().filter(|m| m.has(Marks::SENTENCE_END)).count();
            if sixteenths >= self.min_prose_words * 16 && sentences > 0 {
                let mut sentence = line;
                for at in line..end {
                    if at + 1 == end || marks[at].has(Marks::SENTENCE_END) {
                        if !self.phrases.any_in(&hashes[sentence..=at]) {
                            for i in sentence..=at {
                                mass[i] = (word_sixteenths(marks[i].script()) * 15) as u8;
                            }
                        }
                        sentence = at + 1;
                    }
                }
            }
            line = end;
        }
    }
}
