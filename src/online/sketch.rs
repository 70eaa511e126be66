//! What an index keeps of a document whose text it does not keep.

use super::bits::{BitWriter, put_varint};
use super::scan::{Field, scan};
use crate::compare::{Comparer, Document};
use crate::content;
use crate::recipe::{Profile, Recipe, RecipeId};
use crate::shingle::{self, Fingerprint, word_sixteenths};
use crate::sketch::DecodeError;
use crate::sketch::encoding::{Kind, Reader, Writer};
use crate::text::{Marks, Script};

/// The ordered profile of a document: enough to find its copies and to say how they are related,
/// without its text.
///
/// It holds
/// * a sample of the document's shingles in the order of the text, with their positions: the winnowed
///   fingerprints of a window of half the recipe's (8 shingles by default), so that every passage of
///   12 words holds one and on average every fourth or fifth word begins one,
/// * which of them an [`OnlineIndex`](super::OnlineIndex) finds the document by: the winnowed
///   fingerprints of twice the recipe's window (32) that touch content,
/// * the content mass of every token, as runs, and which tokens are numbers,
/// * the number of tokens and the hash of all of them.
///
/// About 350 bytes for a page of 400 words, 0.8 bytes a word. A sketch is made by one machine and may
/// be asked for on another: it has a [binary form](Self::to_bytes) that names the recipe it was made
/// with.
///
/// What a sketch cannot tell: which words differ, and a word that was exchanged between two sampled
/// shingles. See [`online`](super) for how well relations are told from it.
///
/// ```
/// use nearcopy::{Comparer, online::Sketch};
///
/// let comparer = Comparer::default();
/// let sketch = Sketch::of(&comparer, &comparer.prepare("The ferry left at dawn, the captain said."));
/// assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Ok(sketch));
/// ```
///
/// # Binary form
///
/// That of the [encoding of sketches](crate::sketch::encoding), kind 8, with the body
///
/// | what | as |
/// |---|---|
/// | hash of all tokens | `u64` |
/// | tokens, shingles, window | three numbers |
/// | bits of a sampled hash, `b` (20 to 32) | `u8` |
/// | sampled shingles | number |
/// | runs of tokens of one mass and script | number, then for each: `length * 4 + script` (a number), mass (`u8`) |
/// | tokens that are numbers | number, then for each: the tokens between it and the one before (a number) |
/// | sampled shingles, packed | for each: position less that of the one before, less 1 (before the first: -1), in as many bits as `window - 1` has; 1 bit: whether it is indexed; the low `b` bits of its hash; if it is indexed, the next bits up to 40 |
///
/// where a *number* is LEB128 in its shortest form, packed bits go from the lowest up, and zeros fill the
/// last byte. Scripts are 0 words, 1 Han, 2 Southeast Asian, 3 letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<u8>", into = "Vec<u8>"))]
pub struct Sketch {
    recipe: RecipeId,
    body: Box<[u8]>,
}

/// Tokens that a sketch covers at most; of a longer text it is that of the beginning.
pub(super) const MAX_TOKENS: usize = 1 << 26;
/// Sampled shingles up to which the window stays as it is; then it doubles.
const MAX_SAMPLED: usize = 1 << 15;
/// The same for fingerprints of the index.
const MAX_INDEXED: usize = 1 << 12;
/// Bits of a fingerprint of the index.
pub(super) const INDEXED_BITS: u32 = 40;
/// Tokens that no shingle needs: the longest is 32 words of letters of 5/16 of a word.
pub(super) const LONGEST_SHINGLE: u64 = 128;

/// A shingle hash as the index holds it.
pub(super) fn fingerprint(hash: u64) -> u64 {
    hash & ((1 << INDEXED_BITS) - 1)
}

/// The window of an index's fingerprints for all but short and very long documents.
pub(super) fn wide_window(recipe: Recipe) -> usize {
    // texts with errors keep few shingles whole, short ones have few
    match recipe.profile() {
        Profile::Web | Profile::Code => 2 * recipe.window() as usize,
        Profile::Ocr | Profile::Short => recipe.window() as usize,
    }
}

/// The window of an index's fingerprints for a document of `shingles` shingles.
pub(super) fn index_window(recipe: Recipe, shingles: usize) -> usize {
    let wide = wide_window(recipe);
    grown((shingles / 4).clamp(8.min(wide), wide), shingles, MAX_INDEXED)
}

/// The window of the sampled shingles: no wider than that of the index, so that what is least in the
/// latter is least in the former.
fn sample_window(recipe: Recipe, shingles: usize) -> usize {
    let widest = (recipe.window() as usize / 2).max(1);
    grown(widest.min(index_window(recipe, shingles)), shingles, MAX_SAMPLED)
}

fn grown(mut window: usize, shingles: usize, most: usize) -> usize {
    while 2 * shingles / (window + 1) > most {
        window *= 2;
    }
    window
}

/// Bits of a sampled hash: a chance equal among as many shingles once in 2,048.
pub(super) fn sampled_bits(tokens: usize) -> u32 {
    let log = usize::BITS - tokens.leading_zeros();
    (log + 11).clamp(20, 32)
}

pub(super) fn bits_of(window: u64) -> u32 {
    u64::BITS - (window - 1).leading_zeros()
}

impl Sketch {
    /// The sketch of a document that `comparer`, or one with the same recipe, prepared. What is content
    /// is as the document says.
    #[must_use]
    pub fn of(comparer: &Comparer, document: &Document) -> Self {
        let mut body = Vec::new();
        write(comparer.recipe, document, &mut Vec::new(), &mut Vec::new(), &mut body);
        Self { recipe: comparer.recipe.id(), body: body.into_boxed_slice() }
    }

    /// The recipe that the document was prepared with.
    #[must_use]
    pub fn recipe(&self) -> RecipeId {
        self.recipe
    }

    /// The binary form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 16);
        let mut writer = Writer::new(&mut out, Kind::Document, self.recipe);
        writer.put(&self.body);
        writer.finish();
        out
    }

    /// Reads the binary form.
    ///
    /// # Errors
    /// If the bytes are not exactly those of a sketch.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (reader, recipe) = Reader::new(bytes, Kind::Document)?;
        let body = reader.all()?;
        scan(body, |_| {})?;
        Ok(Self { recipe, body: body.into() })
    }

    /// Number of tokens of the document.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        scan(&self.body, |_| {}).map_or(0, |head| head.tokens)
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        size_of::<Self>() + self.body.len()
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// A sketch from the body that [`write`] made under `recipe`.
    pub(super) fn from_body(recipe: RecipeId, body: &[u8]) -> Result<Self, DecodeError> {
        scan(body, |_| {})?;
        Ok(Self { recipe, body: body.into() })
    }
}

impl TryFrom<Vec<u8>> for Sketch {
    type Error = DecodeError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        Self::from_bytes(&bytes)
    }
}

impl From<Sketch> for Vec<u8> {
    fn from(sketch: Sketch) -> Self {
        sketch.to_bytes()
    }
}

/// Tokens in a row of one mass and one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) len: u32,
    pub(super) mass: u8,
    pub(super) script: Script,
}

impl Part {
    /// Mass of its tokens if they weigh as prose.
    pub(super) fn prose_mass(&self) -> u64 {
        let prose = self.mass == content::whole_mass(self.script);
        if prose { u64::from(self.len) * u64::from(self.mass) } else { 0 }
    }
}

/// A sampled shingle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sampled {
    /// First token.
    pub(super) position: u32,
    /// Number of tokens.
    pub(super) count: u32,
    /// Whether the index finds the document by it.
    pub(super) indexed: bool,
    /// The low bits of the hash: as many as [`Head::bits`] says, or 40 if it is indexed.
    pub(super) hash: u64,
}

/// The fixed numbers of a sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub(super) content_hash: u64,
    pub(super) tokens: u32,
    pub(super) shingles: u32,
    pub(super) window: u32,
    pub(super) bits: u32,
}

impl Head {
    /// Checks that the sampled shingles are those of `recipe`.
    pub(super) fn check(self, recipe: Recipe) -> Result<(), DecodeError> {
        if self.window as usize == sample_window(recipe, self.shingles as usize) {
            return Ok(());
        }
        let expected = "that of the recipe for this number of shingles";
        Err(DecodeError::value("window", self.window, expected))
    }
}

/// A sketch unpacked, for reuse.
#[derive(Debug, Clone, Default)]
pub(super) struct Unpacked {
    pub(super) head: Head,
    /// Content mass of each token.
    pub(super) mass: Vec<u8>,
    pub(super) sampled: Vec<Sampled>,
    /// Tokens that are numbers, in order.
    pub(super) numbers: Vec<u32>,
    parts: Vec<Part>,
}

impl Unpacked {
    /// Replaces the content by that of `body`, which was written under `recipe`.
    pub(super) fn read(&mut self, recipe: Recipe, body: &[u8]) -> Result<(), DecodeError> {
        let Self { mass, sampled, numbers, parts, .. } = self;
        sampled.clear();
        numbers.clear();
        parts.clear();
        let head = scan(body, |field| match field {
            Field::Part(part) => parts.push(part),
            Field::Number(at) => numbers.push(at),
            Field::Sampled(one) => sampled.push(one),
        })?;
        head.check(recipe)?;
        mass.clear();
        for part in &*parts {
            mass.resize(mass.len() + part.len as usize, part.mass);
        }
        self.head = head;
        self.count_tokens(recipe);
        Ok(())
    }

    /// Sets the number of tokens of each sampled shingle.
    fn count_tokens(&mut self, recipe: Recipe) {
        let width = u32::from(recipe.shingle_width());
        let unit = if recipe.profile() == Profile::Ocr { Script::Letter } else { Script::Words };
        if self.parts.iter().all(|p| p.script == unit) {
            let tokens = self.head.tokens;
            for one in &mut self.sampled {
                one.count = width.min(tokens - one.position);
            }
            return;
        }
        let full = width * word_sixteenths(unit);
        let (mut at, mut start) = (0, 0);
        for one in &mut self.sampled {
            while start + self.parts[at].len <= one.position {
                start += self.parts[at].len;
                at += 1;
            }
            let (mut held, mut count, mut from) = (0, 0, one.position - start);
            for part in &self.parts[at..] {
                let each = word_sixteenths(part.script);
                let wanted = (full - held).div_ceil(each).min(part.len - from);
                held += wanted * each;
                count += wanted;
                from = 0;
                if held >= full {
                    break;
                }
            }
            one.count = count;
        }
    }

    /// The runs of tokens of one mass and script.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The fingerprints by which the index finds the document, in the order of the text.
    pub(super) fn indexed(&self) -> impl Iterator<Item = u64> + '_ {
        self.sampled.iter().filter(|s| s.indexed).map(|s| s.hash)
    }
}

fn script_code(script: Script) -> u64 {
    match script {
        Script::Words => 0,
        Script::Han => 1,
        Script::SoutheastAsian => 2,
        Script::Letter => 3,
    }
}

pub(super) fn script_of(code: u64) -> Script {
    match code & 3 {
        0 => Script::Words,
        1 => Script::Han,
        2 => Script::SoutheastAsian,
        _ => Script::Letter,
    }
}

/// Appends the body of the sketch of `document`, and sets `indexed` to the fingerprints by which the
/// index finds it, sorted; `winnowed` is a buffer.
pub(super) fn write(
    recipe: Recipe,
    document: &Document,
    winnowed: &mut Vec<Fingerprint>,
    indexed: &mut Vec<u64>,
    out: &mut Vec<u8>,
) {
    let (tokens, hashes) = covered(document);
    let shingles = hashes.len();
    list_indexed(recipe, document, winnowed, indexed);
    let window = sample_window(recipe, shingles);
    shingle::winnow_into(hashes, window, winnowed);

    out.extend_from_slice(&document.content_hash().to_le_bytes());
    put_varint(out, tokens as u64);
    put_varint(out, shingles as u64);
    put_varint(out, window as u64);
    let bits = sampled_bits(tokens);
    out.push(bits as u8);
    put_varint(out, winnowed.len() as u64);
    let marks = &document.tokens().marks()[..tokens];
    write_parts(marks, &document.mass()[..tokens], out);
    write_numbers(marks, out);

    let mut used = vec![false; indexed.len()];
    let delta_bits = bits_of(window as u64);
    let mut writer = BitWriter::new(out);
    let mut next = 0;
    for one in &*winnowed {
        let hash = fingerprint(one.hash);
        let place = indexed.binary_search(&hash).ok().filter(|&i| !used[i]);
        writer.put(u64::from(one.position - next), delta_bits);
        writer.put(u64::from(place.is_some()), 1);
        writer.put(hash & ((1 << bits) - 1), bits);
        if let Some(place) = place {
            used[place] = true;
            writer.put(hash >> bits, INDEXED_BITS - bits);
        }
        next = one.position + 1;
    }
    writer.finish();
}

/// How many tokens a sketch covers, and the shingles that end within them.
fn covered(document: &Document) -> (usize, &[u64]) {
    let tokens = document.tokens().len().min(MAX_TOKENS);
    let hashes = document.shingles().hashes();
    if tokens == document.tokens().len() {
        return (tokens, hashes);
    }
    let is_covered = |at: &usize| at + document.shingles().token_count(*at) <= tokens;
    let last = (0..hashes.len().min(tokens)).rev().find(is_covered);
    (tokens, &hashes[..last.map_or(0, |last| last + 1)])
}

/// The fingerprints of the index: winnowed, over content, sorted, each once.
pub(super) fn list_indexed(
    recipe: Recipe,
    document: &Document,
    winnowed: &mut Vec<Fingerprint>,
    out: &mut Vec<u64>,
) {
    let (_, hashes) = covered(document);
    shingle::winnow_into(hashes, index_window(recipe, hashes.len()), winnowed);
    out.clear();
    let content = winnowed.iter().filter(|f| touches_content(document, f.position as usize));
    out.extend(content.map(|f| fingerprint(f.hash)));
    out.sort_unstable();
    out.dedup();
}

/// Whether some token of the shingle at `at` is content.
fn touches_content(document: &Document, at: usize) -> bool {
    let end = at + document.shingles().token_count(at);
    document.mass()[at..end].iter().any(|&m| m > 0)
}

fn write_parts(marks: &[Marks], mass: &[u8], out: &mut Vec<u8>) {
    let class = |at: usize| (mass[at], marks[at].script());
    let mut parts = Vec::new();
    let (mut count, mut start) = (0, 0);
    while start < marks.len() {
        let end = (start + 1..marks.len()).find(|&at| class(at) != class(start));
        let end = end.unwrap_or(marks.len());
        put_varint(&mut parts, ((end - start) as u64) << 2 | script_code(class(start).1));
        parts.push(mass[start]);
        count += 1;
        start = end;
    }
    put_varint(out, count);
    out.extend_from_slice(&parts);
}

fn write_numbers(marks: &[Marks], out: &mut Vec<u8>) {
    let numbers = || (0u64..).zip(marks).filter(|(_, m)| m.has(Marks::NUMBER)).map(|(at, _)| at);
    put_varint(out, numbers().count() as u64);
    let mut next = 0;
    for at in numbers() {
        put_varint(out, at - next);
        next = at + 1;
    }
}
