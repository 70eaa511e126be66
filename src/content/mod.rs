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
        let mut prose = 0u32;
        let mut furniture = vec![false; tokens.len()];
        let mut line = 0;
        for end in 1..=marks.len() {
            if marks[end - 1].has(Marks::LINE_END) {
                prose += self.weigh_line(tokens, line..end, mass, &mut furniture);
                line = end;
            }
        }
        let all: u32 = marks.iter().map(|m| word_sixteenths(m.script())).sum();
        if prose < FEW * 16 && prose * 4 < all {
            for (i, m) in mass.iter_mut().enumerate() {
                if *m == 0 && !furniture[i] {
                    *m = (word_sixteenths(marks[i].script()) * 15 / LIST_SHARE) as u8;
                }
            }
        }
    }

    fn weigh_line(
        &self,
        tokens: &Tokens,
        line: std::ops::Range<usize>,
        mass: &mut [u8],
        furniture: &mut [bool],
    ) -> u32 {
        let (marks, hashes) = (tokens.marks(), tokens.hashes());
        let words: u32 = marks[line.clone()].iter().map(|m| word_sixteenths(m.script())).sum();
        let sentences = marks[line.clone()].iter().filter(|m| m.has(Marks::SENTENCE_END)).count();
        let (strong, weak) = self.phrases.find_in(&hashes[line.clone()]);
        let is_short = words < 120 * 16;
        if is_short
            && (strong > 0 || weak >= 2 && weak * 25 * 16 > words || weak >= 1 && words < 25 * 16)
        {
            furniture[line].fill(true);
            return 0;
        }
        if words < self.min_prose_words * 16 || sentences == 0 {
            return 0;
        }
        let mut prose = 0;
        let mut sentence = line.start;
        for at in line.clone() {
            if at + 1 == line.end || marks[at].has(Marks::SENTENCE_END) {
                let (strong, weak) =
                    if is_short { (0, 0) } else { self.phrases.find_in(&hashes[sentence..=at]) };
                if strong > 0 || weak >= 2 {
                    furniture[sentence..=at].fill(true);
                } else {
                    for i in sentence..=at {
                        mass[i] = (word_sixteenths(marks[i].script()) * 15) as u8;
                        prose += word_sixteenths(marks[i].script());
                    }
                }
                sentence = at + 1;
            }
        }
        prose
    }
}

const FEW: u32 = 40;
const LIST_SHARE: u32 = 2;
