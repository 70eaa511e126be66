//! Tokens to content mass: what is article and what is furniture.
//!
//! Every token gets a *mass* in units of [`WORD`]: a word of an article weighs 240, a Han character
//! 150 (10/16 of a word), a Thai character 75; a token of furniture weighs 0. Sums are integers, so
//! they are equal on every machine.
//!
//! What counts as furniture depends on the kind of text ([`ContentModel::for_profile`]): blocks that
//! are no prose, blocks that hold phrases of user interfaces, and scripts on pages of the web; only
//! the phrases in scanned texts, whose lines end anywhere, and in titles and posts, which are no prose;
//! the licence at the head of source code.

mod code;
mod flags;
mod licence;
mod phrases;
mod template;

pub use phrases::{PHRASES_VERSION, PhraseKind, Phrases};
pub use template::Template;
pub(crate) use template::apply;
#[cfg(feature = "online")]
pub(crate) use template::take_away;

use crate::recipe::Profile;
use crate::shingle::word_sixteenths;
use crate::text::{Marks, Script, Tokens};
use code::{MaybeCode, drop_code};
use flags::{CHUNK, Flags, Places};
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
        let marks = tokens.marks();
        let mut scale = Scale::new(marks, mass);
        let (encoded, code) = if self.profile == Profile::Web {
            let mut spread = Spread::default();
            let found = self.blocks(tokens, |block| spread.take(block, &mut scale));
            spread.finish(&mut scale);
            found
        } else {
            self.blocks(tokens, |block| scale.weigh(block))
        };
        let few = u64::from(self.settings.few_prose_words) * 16;
        let lists = scale.prose < few && scale.prose * 4 < scale.total;
        if !lists {
            scale.drop_lists();
            if self.profile == Profile::Web {
                drop_encoded(marks, &encoded, mass);
                drop_code(tokens, &code, mass);
            }
        }
    }

    /// Hands over the lines, those that are broken inside a sentence as one, and the sentences of long
    /// ones. Returns where there may be encoded data, and where code.
    fn blocks(&self, tokens: &Tokens, mut take: impl FnMut(Block)) -> (Places, Places) {
        let marks = tokens.marks();
        let longest = u64::from(self.settings.max_block_words) * 16;
        let (mut start, mut sixteenths, mut sentences) = (0, 0, 0);
        // of the last line: what stands before it in its block, and whether it was joined to another
        let (mut before, mut joined) = (0, false);
        let (mut encoded, mut code) = (MaybeEncoded::default(), MaybeCode::default());
        for (chunk, base) in marks.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            let flags = Flags::of(chunk);
            encoded.take(flags, base);
            code.take(flags, tokens.spans(), base);
            let mut lines = flags.line;
            let mut from = 0;
            loop {
                let to = if lines == 0 { chunk.len() } else { lines.trailing_zeros() as usize + 1 };
                sixteenths += weight(chunk, flags, from..to);
                sentences += (flags.sentence & flags::bits(from..to)).count_ones();
                if lines == 0 {
                    break;
                }
                lines &= lines - 1;
                from = to;
                let (mark, end) = (chunk[to - 1], base + to);
                joined = sixteenths - before >= MIN_BROKEN_WORDS * 16
                    && !mark.has(Marks::SENTENCE_END | Marks::PARAGRAPH_END)
                    && marks.get(end).is_some_and(|next| is_inside_sentence(*next, joined));
                before = sixteenths;
                if joined {
                    continue;
                }
                before = 0;
                if sixteenths <= longest {
                    take(self.block(tokens, start..end, sixteenths, sentences, false));
                } else {
                    let sentences = u32::from(sentences > 0);
                    for_sentences(marks, start..end, |range, sixteenths| {
                        take(self.block(tokens, range, sixteenths, sentences, true));
                    });
                }
                (start, sixteenths, sentences) = (end, 0, 0);
            }
        }
        (encoded.places, code.places)
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

/// Sixteenths of a word in the tokens of `range` of a chunk.
#[inline]
fn weight(chunk: &[Marks], flags: Flags, range: Range<usize>) -> u64 {
    if flags.part & flags::bits(range.clone()) == 0 {
        return range.len() as u64 * u64::from(word_sixteenths(Script::Words));
    }
    chunk[range].iter().map(|mark| u64::from(word_sixteenths(mark.script()))).sum()
}

/// Calls `take` with each sentence of `range` and its sixteenths of a word.
fn for_sentences(marks: &[Marks], range: Range<usize>, mut take: impl FnMut(Range<usize>, u64)) {
    let (mut start, mut sixteenths) = (range.start, 0);
    for (chunk, base) in marks[range.clone()].chunks(CHUNK).zip((range.start..).step_by(CHUNK)) {
        let flags = Flags::of(chunk);
        let mut ends = flags.sentence;
        if base + chunk.len() == range.end {
            ends |= 1 << (chunk.len() - 1);
        }
        let mut from = 0;
        loop {
            let to = if ends == 0 { chunk.len() } else { ends.trailing_zeros() as usize + 1 };
            sixteenths += weight(chunk, flags, from..to);
            if ends == 0 {
                break;
            }
            ends &= ends - 1;
            take(start..base + to, sixteenths);
            (from, start, sixteenths) = (to, base + to, 0);
        }
    }
}

/// Writes masses, and sums what they are of.
struct Scale<'a> {
    marks: &'a [Marks],
    mass: &'a mut [u8],
    /// Sixteenths of a word of all blocks, and of those of prose.
    total: u64,
    prose: u64,
    /// From the first token of a list to the last.
    lists: Range<usize>,
    /// Whether all tokens are whole words, where that is known.
    words: bool,
}

impl<'a> Scale<'a> {
    fn new(marks: &'a [Marks], mass: &'a mut [u8]) -> Self {
        Self {
            marks,
            mass,
            total: 0,
            prose: 0,
            lists: Range { start: usize::MAX, end: 0 },
            words: true,
        }
    }

    /// Lists weigh half until it is known whether they count.
    fn weigh(&mut self, block: Block) {
        self.total += block.sixteenths;
        let range = block.start as usize..block.end as usize;
        let parts = match block.kind {
            Kind::Furniture => return,
            Kind::Prose => {
                self.prose += block.sixteenths;
                1
            }
            Kind::List => {
                // blocks come out of order
                let Range { start, end } = self.lists;
                self.lists = start.min(range.start)..end.max(range.end);
                2
            }
        };
        if block.sixteenths == 16 * range.len() as u64 {
            // only whole words have the weight of whole words
            self.mass[range].fill(WORD / parts);
            return;
        }
        self.words = false;
        for (mass, mark) in self.mass[range.clone()].iter_mut().zip(&self.marks[range]) {
            *mass = whole_mass(mark.script()) / parts;
        }
    }

    /// Takes the mass of lists away.
    fn drop_lists(&mut self) {
        if self.lists.is_empty() {
            return;
        }
        let mass = &mut self.mass[self.lists.clone()];
        if self.words {
            for mass in mass {
                *mass = if *mass == WORD { WORD } else { 0 };
            }
        } else {
            for (mass, mark) in mass.iter_mut().zip(&self.marks[self.lists.clone()]) {
                *mass = if *mass == whole_mass(mark.script()) { *mass } else { 0 };
            }
        }
    }
}

/// The mass of tokens, summed.
pub(crate) fn sum(mass: &[u8]) -> u64 {
    // sums of 256 tokens fit 16 bits
    let chunks = mass.chunks(256);
    chunks.map(|chunk| u64::from(chunk.iter().map(|&m| u16::from(m)).sum::<u16>())).sum()
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
    let (mut capitals, mut all) = (0, 0);
    for chunk in marks.chunks(CHUNK) {
        let flags = Flags::of(chunk);
        let words = flags::bits(0..chunk.len()) & !flags.part & !flags.number;
        all += words.count_ones();
        capitals += (words & flags.capital).count_ones();
    }
    all >= 8 && capitals * 5 >= all * 3
}

/// Takes the mass of encoded data and tables of codes away (uuencoded attachments in archives of mail
/// and news): of [`CODE_WINDOW`] tokens in a row nearly all begin with a capital or a digit, and an
/// eighth with a digit. Only `places` are looked at.
fn drop_encoded(marks: &[Marks], places: &Places, mass: &mut [u8]) {
    for place in places.within(marks.len()) {
        let (mut numbers, mut plain) = (0, 0);
        let count = |mark: &Marks| {
            let number = mark.has(Marks::NUMBER);
            (usize::from(number), usize::from(!number && !mark.has(Marks::CAPITAL)))
        };
        let mut dropped = 0;
        let (marks, mass) = (&marks[place.clone()], &mut mass[place]);
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
}

/// Tokens that are judged together by [`drop_encoded`].
const CODE_WINDOW: usize = 24;

/// Whether [`drop_encoded`] may find anything, from the flags of one chunk after the other: a window
/// of it holds two whole groups of eight tokens side by side with few plain words.
#[derive(Debug, Default)]
struct MaybeEncoded {
    /// Plain words of the last group.
    last: u64,
    places: Places,
}

impl MaybeEncoded {
    #[inline]
    fn take(&mut self, flags: Flags, base: usize) {
        // plain words in each byte of eight tokens
        let plain = !(flags.capital | flags.number);
        let pairs = plain - (plain >> 1 & 0x5555_5555_5555_5555);
        let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
        let eights = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        let both = eights + (eights << 8 | self.last);
        // a byte of at least 128 - limit stays below 128 if it is at most the limit
        const LIMIT: u64 = (CODE_WINDOW / 12) as u64;
        let many = both + 0x0101_0101_0101_0101 * (127 - LIMIT);
        if many & 0x8080_8080_8080_8080 != 0x8080_8080_8080_8080 {
            self.places.push(base);
        }
        self.last = eights >> 56;
    }
}

/// Furniture stands together: a block of prose among furniture is furniture, too (the paragraphs of
/// a consent notice that hold no phrase of the list). Blocks are judged when the next ones are known;
/// short lists stand between furniture and prose without a part in this.
#[derive(Debug, Default)]
struct Spread {
    /// The last long blocks: number `i` is at `i % 4`.
    waiting: [Option<Block>; SMEAR + 1],
    count: usize,
    /// Which of the long blocks so far are furniture, the last in bit 0.
    furniture: u32,
}

/// Neighbours on each side that are looked at.
const SMEAR: usize = 3;

impl Spread {
    fn take(&mut self, block: Block, scale: &mut Scale<'_>) {
        if block.kind == Kind::List && block.sixteenths < 12 * 16 {
            scale.weigh(block);
        } else {
            let furniture = block.kind == Kind::Furniture && block.sixteenths >= 8 * 16;
            self.push(Some(block), furniture, scale);
        }
    }

    fn finish(&mut self, scale: &mut Scale<'_>) {
        for _ in 0..SMEAR {
            self.push(None, false, scale);
        }
    }

    /// Takes the next long block and judges the one whose neighbours are now known.
    fn push(&mut self, block: Option<Block>, furniture: bool, scale: &mut Scale<'_>) {
        self.waiting[self.count % (SMEAR + 1)] = block;
        self.count += 1;
        self.furniture = self.furniture << 1 | u32::from(furniture);
        let Some(mut judged) = self.waiting[self.count % (SMEAR + 1)].take() else { return };
        let side = (1 << SMEAR) - 1;
        let after = (self.furniture & side).count_ones();
        let before = (self.furniture >> (SMEAR + 1) & side).count_ones();
        let among = before >= 1 && after >= 1 && before + after > SMEAR as u32;
        if judged.kind == Kind::Prose && among {
            judged.kind = Kind::Furniture;
        }
        scale.weigh(judged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    /// What is looked at more closely holds all there is to find.
    #[test]
    fn encoded_data_is_found_where_it_may_be() {
        let mut dropped = 0;
        for seed in 0..300 {
            let mark = |at: u64| {
                let (draw, encoded) =
                    (mix(seed << 20 | at), mix(seed << 20 ^ (at / 41)).is_multiple_of(3));
                match draw % 20 {
                    0 => Marks::default(),
                    1..=4 => Marks::NUMBER,
                    5..=19 if encoded => Marks::CAPITAL,
                    _ => Marks::default(),
                }
            };
            let marks: Vec<Marks> = (0..500).map(mark).collect();
            let (mut maybe, mut all) = (MaybeEncoded::default(), Places::default());
            for (chunk, base) in marks.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
                maybe.take(Flags::of(chunk), base);
                all.push(base);
            }
            let [found, expected] = [&maybe.places, &all].map(|places| {
                let mut mass = vec![1; marks.len()];
                drop_encoded(&marks, places, &mut mass);
                mass
            });
            assert_eq!(found, expected, "{seed}");
            dropped += found.iter().filter(|m| **m == 0).count();
        }
        assert!(dropped > 1000, "{dropped}");
    }
}
