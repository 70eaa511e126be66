//! Tokens to content mass: what is article and what is furniture.
//!
//! Every token gets a *mass* in units of [`WORD`]: a word of an article weighs 240, a Han character
//! 150 (10/16 of a word), a Thai character 75; a token of furniture weighs 0. Sums are integers, so
//! they are equal on every machine.
//!
//! What counts as furniture depends on the kind of text ([`ContentModel::for_profile`]): blocks that
//! are no prose and blocks that hold phrases of user interfaces on pages of the web; only the latter
//! in scanned texts, whose lines end anywhere, and in titles and posts, which are no prose; the licence
//! at the head of source code.

mod licence;
mod phrases;
mod template;

pub use phrases::{PHRASES_VERSION, PhraseKind, Phrases};
pub use template::Template;
pub(crate) use template::take_away;

use crate::recipe::Profile;
use crate::shingle::word_sixteenths;
use crate::text::{Marks, Script, Tokens};
use std::ops::Range;

/// Mass of one whole word of content.
pub const WORD: u8 = 240;

/// Mass of a token of content of `script`: its share of a word.
#[inline]
#[must_use]
pub const fn whole_mass(script: Script) -> u8 {
    (word_sixteenths(script) * (WORD as u32 / 16)) as u8
}

/// Decides which tokens of a document are content.
#[derive(Debug, Clone)]
pub struct ContentModel {
    phrases: Phrases,
    settings: ContentSettings,
    profile: Profile,
}

/// Numbers of the block test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ContentSettings {
    /// Words that a block of prose has at least (12).
    pub min_prose_words: u32,
    /// Words up to which a block is judged as a whole; longer ones sentence by sentence (120).
    pub max_block_words: u32,
    /// Words of prose below which lists count too, unless prose is a quarter of the text (40).
    pub few_prose_words: u32,
}

impl Default for ContentSettings {
    fn default() -> Self {
        Self { min_prose_words: 12, max_block_words: 120, few_prose_words: 40 }
    }
}

impl Default for ContentModel {
    fn default() -> Self {
        Self::for_profile(Profile::Web)
    }
}

/// What a block was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prose,
    List,
    Furniture,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
    sixteenths: u64,
    kind: Kind,
}

impl ContentModel {
    /// What is content in texts of `profile`.
    #[must_use]
    pub fn for_profile(profile: Profile) -> Self {
        let mut settings = ContentSettings::default();
        if profile == Profile::Short {
            // a post is one block: its sentences are judged
            settings.max_block_words = 0;
        }
        Self { phrases: Phrases::bundled(), settings, profile }
    }

    /// With another list of phrases: start from [`Phrases::bundled`] and insert, or from
    /// [`Phrases::none`].
    #[must_use]
    pub fn with_phrases(mut self, phrases: Phrases) -> Self {
        self.phrases = phrases;
        self
    }

    /// With other numbers for the block test.
    #[must_use]
    pub fn with_settings(mut self, settings: ContentSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Replaces the content of `mass` by the mass of each token; `tokens` are words, not letters.
    pub fn weigh_into(&self, tokens: &Tokens, mass: &mut Vec<u8>) {
        mass.clear();
        if self.profile == Profile::Code {
            mass.extend(tokens.marks().iter().map(|m| whole_mass(m.script())));
            mass[licence::at_head(tokens)].fill(0);
            return;
        }
        mass.resize(tokens.len(), 0);
        let mut blocks = self.blocks(tokens);
        if self.profile == Profile::Web {
            spread(&mut blocks);
        }
        let total: u64 = blocks.iter().map(|b| b.sixteenths).sum();
        let prose: u64 =
            blocks.iter().filter(|b| b.kind == Kind::Prose).map(|b| b.sixteenths).sum();
        let lists = prose < u64::from(self.settings.few_prose_words) * 16 && prose * 4 < total;
        for block in blocks {
            let parts = match block.kind {
                Kind::Prose => 1,
                Kind::List if lists => 2,
                Kind::List | Kind::Furniture => continue,
            };
            let range = block.start as usize..block.end as usize;
            for (mass, mark) in mass[range.clone()].iter_mut().zip(&tokens.marks()[range]) {
                *mass = whole_mass(mark.script()) / parts;
            }
        }
        if self.profile == Profile::Web && !lists {
            drop_encoded(tokens.marks(), mass);
        }
    }

    /// The lines, those that are broken inside a sentence as one, and the sentences of long ones.
    fn blocks(&self, tokens: &Tokens) -> Vec<Block> {
        let marks = tokens.marks();
        let longest = u64::from(self.settings.max_block_words) * 16;
        let mut out = Vec::new();
        let (mut start, mut sixteenths, mut sentences) = (0, 0, 0);
        // of the last line: what stands before it in its block, and whether it was joined to another
        let (mut before, mut joined) = (0, false);
        for (at, mark) in marks.iter().enumerate() {
            sixteenths += u64::from(word_sixteenths(mark.script()));
            sentences += u32::from(mark.has(Marks::SENTENCE_END));
            if !mark.has(Marks::LINE_END) {
                continue;
            }
            let next = marks.get(at + 1);
            joined = sixteenths - before >= MIN_BROKEN_WORDS * 16
                && !mark.has(Marks::SENTENCE_END | Marks::PARAGRAPH_END)
                && next.is_some_and(|next| is_inside_sentence(*next, joined));
            before = sixteenths;
            if joined {
                continue;
            }
            before = 0;
            let range = start..at + 1;
            if sixteenths <= longest {
                out.push(self.block(tokens, range, sixteenths, sentences, false));
            } else {
                let mut from = start;
                let mut held = 0;
                for i in range.clone() {
                    held += u64::from(word_sixteenths(marks[i].script()));
                    if marks[i].has(Marks::SENTENCE_END) || i + 1 == range.end {
                        let n = u32::from(sentences > 0);
                        out.push(self.block(tokens, from..i + 1, held, n, true));
                        (from, held) = (i + 1, 0);
                    }
                }
            }
            (start, sixteenths, sentences) = (at + 1, 0, 0);
        }
        out
    }

    fn block(
        &self,
        tokens: &Tokens,
        range: Range<usize>,
        sixteenths: u64,
        sentences: u32,
        part: bool,
    ) -> Block {
        let (strong, weak) = self.phrases.find_in(&tokens.hashes()[range.clone()]);
        let words = sixteenths / 16;
        let web = self.profile == Profile::Web;
        let furniture = strong > 0
            || web
                && (weak >= 2 && (part || u64::from(weak) * 25 > words)
                    || weak >= 1 && words < 25 && !part);
        let kind = if furniture {
            Kind::Furniture
        } else if !web
            || (part || words >= u64::from(self.settings.min_prose_words))
                && sentences > 0
                && !(part && is_title_case(&tokens.marks()[range.clone()]))
        {
            Kind::Prose
        } else {
            Kind::List
        };
        Block { start: range.start as u32, end: range.end as u32, sixteenths, kind }
    }
}

/// The mass of `letters` from that of the `words` they were cut from.
pub(crate) fn letter_mass(words: &Tokens, mass: &[u8], letters: &Tokens) -> Vec<u8> {
    let mut word = 0;
    let spans = words.spans();
    let tokens = letters.spans().iter().zip(letters.marks());
    tokens
        .map(|(span, mark)| {
            while spans[word].end < span.end {
                word += 1;
            }
            let whole = u32::from(whole_mass(words.marks()[word].script()));
            (u32::from(whole_mass(mark.script())) * u32::from(mass[word]) / whole) as u8
        })
        .collect()
}

/// Words that a line has at least if a sentence goes on behind its break: menus have fewer.
const MIN_BROKEN_WORDS: u64 = 5;

/// Whether a line that begins with this token may go on a sentence: in lower case, or in a text that
/// was found to be broken by width in any case.
fn is_inside_sentence(first: Marks, joined: bool) -> bool {
    first.script() == Script::Words && (joined || !first.has(Marks::CAPITAL | Marks::NUMBER))
}

/// Whether three fifths of the words begin with a capital, as in menus and lists of names and unlike
/// in prose (German nouns make two fifths).
fn is_title_case(marks: &[Marks]) -> bool {
    let words = marks.iter().filter(|m| m.script() == Script::Words && !m.has(Marks::NUMBER));
    let (mut capitals, mut all) = (0, 0);
    for mark in words {
        all += 1;
        capitals += usize::from(mark.has(Marks::CAPITAL));
    }
    all >= 8 && capitals * 5 >= all * 3
}

/// Takes the mass of encoded data and tables of codes away (uuencoded attachments in archives of mail
/// and news): of [`CODE_WINDOW`] tokens in a row nearly all begin with a capital or a digit, and an
/// eighth with a digit.
fn drop_encoded(marks: &[Marks], mass: &mut [u8]) {
    let (mut numbers, mut plain) = (0, 0);
    let count = |mark: &Marks| {
        let number = mark.has(Marks::NUMBER);
        (usize::from(number), usize::from(!number && !mark.has(Marks::CAPITAL)))
    };
    let mut dropped = 0;
    for (at, mark) in marks.iter().enumerate() {
        let (number, other) = count(mark);
        numbers += number;
        plain += other;
        if at >= CODE_WINDOW {
            let (number, other) = count(&marks[at - CODE_WINDOW]);
            numbers -= number;
            plain -= other;
        }
        if at + 1 >= CODE_WINDOW && plain * 12 <= CODE_WINDOW && numbers * 8 >= CODE_WINDOW {
            mass[dropped.max(at + 1 - CODE_WINDOW)..=at].fill(0);
            dropped = at + 1;
        }
    }
}

/// Tokens that are judged together by [`drop_encoded`].
const CODE_WINDOW: usize = 24;

/// Furniture stands together: a block of prose among furniture is furniture, too (the paragraphs of
/// a consent notice that hold no phrase of the list).
fn spread(blocks: &mut [Block]) {
    let long: Vec<usize> = (0..blocks.len())
        .filter(|&i| blocks[i].kind != Kind::List || blocks[i].sixteenths >= 12 * 16)
        .collect();
    let is: Vec<bool> = long
        .iter()
        .map(|&i| blocks[i].kind == Kind::Furniture && blocks[i].sixteenths >= 8 * 16)
        .collect();
    for at in 0..long.len() {
        if blocks[long[at]].kind != Kind::Prose {
            continue;
        }
        let from = at.saturating_sub(SMEAR);
        let to = (at + SMEAR + 1).min(long.len());
        let before = is[from..at].iter().filter(|f| **f).count();
        let after = is[at + 1..to].iter().filter(|f| **f).count();
        if before >= 1 && after >= 1 && before + after > SMEAR {
            blocks[long[at]].kind = Kind::Furniture;
        }
    }
}
const SMEAR: usize = 3;
