//! Words and paragraphs as the perturbations count them. Simple on purpose, and not the crate's own
//! tokens: the truth must not come from what is measured.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Whether a character is a word by itself: scripts written without spaces.
fn stands_alone(c: char) -> bool {
    matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF
        | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// The words of `text` as byte ranges: what stands between white space, punctuation included, and
/// each character of a script without spaces.
pub(crate) fn words(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_whitespace() {
            open = false;
        } else if stands_alone(c) {
            out.push(at..end);
            open = false;
        } else if open {
            out.last_mut().expect("open").end = end;
        } else {
            out.push(at..end);
            open = true;
        }
    }
    out
}

pub(crate) fn count(text: &str) -> usize {
    words(text).len()
}

fn some(parts: Vec<&str>) -> Vec<&str> {
    parts.into_iter().map(str::trim).filter(|p| !p.is_empty()).collect()
}

/// The paragraphs: parts between blank lines, else lines, else groups of three sentences.
pub(crate) fn paragraphs(text: &str) -> Vec<&str> {
    let blank = some(text.split("\n\n").collect());
    if blank.len() > 1 {
        return blank;
    }
    let lines = some(text.lines().collect());
    // lines that break inside sentences are no paragraphs
    let whole = lines.iter().filter(|l| l.ends_with(['.', '!', '?', '"', '”', '。', '»'])).count();
    if lines.len() > 1 && whole * 3 >= lines.len() * 2 {
        return lines;
    }
    let mut out = Vec::new();
    let (mut start, mut sentences, mut end_before) = (0, 0, false);
    for (at, c) in text.char_indices() {
        if end_before && c.is_whitespace() || c == '。' {
            sentences += 1;
            if sentences == 3 {
                let end = at + c.len_utf8();
                out.push(&text[start..end]);
                (start, sentences) = (end, 0);
            }
        }
        end_before = matches!(c, '.' | '!' | '?');
    }
    out.push(&text[start..]);
    some(out)
}

/// The text with each paragraph between blank lines on one line.
pub(crate) fn join_lines(text: &str) -> String {
    let joined = |p: &str| p.split_whitespace().collect::<Vec<_>>().join(" ");
    let paragraphs: Vec<String> =
        text.split("\n\n").map(joined).filter(|p| !p.is_empty()).collect();
    paragraphs.join("\n\n")
}

/// Sequences of five words, lower-case letters and digits only.
fn sequences(text: &str) -> HashSet<String> {
    let words: Vec<String> = words(text)
        .into_iter()
        .map(|r| {
            text[r].chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        })
        .filter(|w: &String| !w.is_empty())
        .collect();
    words.windows(5).map(|w| w.join(" ")).collect()
}

/// Finds texts that share passages with earlier ones, by counting all sequences of five words.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    texts: HashMap<String, Vec<u32>>,
    sizes: Vec<usize>,
}

impl Seen {
    /// Adds `text`, unless one accepted text and it share a tenth of the sequences of the smaller;
    /// says whether it was added.
    pub(crate) fn accept(&mut self, text: &str) -> bool {
        let own = sequences(text);
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for other in own.iter().filter_map(|s| self.texts.get(s)).flatten() {
            *shared.entry(*other).or_default() += 1;
        }
        let near =
            |(other, n): (&u32, &usize)| n * 10 >= own.len().min(self.sizes[*other as usize]);
        if own.is_empty() || shared.iter().any(near) {
            return false;
        }
        let id = self.sizes.len() as u32;
        self.sizes.push(own.len());
        for sequence in own {
            self.texts.entry(sequence).or_default().push(id);
        }
        true
    }
}
