//! What is done to an article.

use super::random::Random;
use super::words;

/// One kind of copy, or of text that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The same text.
    Exact,
    /// The same words, other line breaks.
    Reflow,
    /// The first so many percent of the words.
    Truncate(u32),
    /// In the frame of a site.
    Wrap,
    /// Truncated, in the frame of a site.
    WrapTruncate(u32),
    /// So many percent of the paragraphs left out.
    Drop(u32),
    /// One paragraph replaced by one of another article.
    ReplaceOne,
    /// So many percent of the paragraphs replaced.
    Replace(u32),
    /// So many words of 1,000 replaced, left out or added.
    Edit(u32),
    /// So many characters of 1,000 misread.
    Ocr(u32),
    /// The paragraphs in another order.
    Shuffle,
    /// The first so many percent of the words between two passages of another article.
    Embed(u32),
    /// The first 25 to 40 words in the frame of a site, as pages behind a paywall show them.
    Stub,
    /// 40 to 100 words from inside the article in another article: no copy, but an overlap.
    Quote,
    /// The same with the beginning of the article.
    QuoteLead,
}

impl Kind {
    /// All kinds with their usual amounts.
    pub(crate) const ALL: [Self; 32] = [
        Self::Exact,
        Self::Reflow,
        Self::Truncate(75),
        Self::Truncate(50),
        Self::Truncate(25),
        Self::Truncate(10),
        Self::Wrap,
        Self::WrapTruncate(75),
        Self::WrapTruncate(50),
        Self::WrapTruncate(25),
        Self::WrapTruncate(10),
        Self::Stub,
        Self::Embed(100),
        Self::Embed(50),
        Self::Embed(25),
        Self::Drop(20),
        Self::Drop(50),
        Self::ReplaceOne,
        Self::Replace(30),
        Self::Replace(50),
        Self::Edit(10),
        Self::Edit(20),
        Self::Edit(50),
        Self::Edit(100),
        Self::Edit(200),
        Self::Edit(300),
        Self::Ocr(10),
        Self::Ocr(20),
        Self::Ocr(50),
        Self::Shuffle,
        Self::Quote,
        Self::QuoteLead,
    ];

    pub(crate) fn name(self) -> String {
        match self {
            Self::Exact => "exact".into(),
            Self::Reflow => "reflow".into(),
            Self::Truncate(n) => format!("trunc-{n}"),
            Self::Wrap => "wrap".into(),
            Self::WrapTruncate(n) => format!("wrap-trunc-{n}"),
            Self::Drop(n) => format!("drop-{n}"),
            Self::ReplaceOne => "replace-one".into(),
            Self::Replace(n) => format!("replace-{n}"),
            Self::Edit(n) => format!("edit-{}", tenths(n)),
            Self::Ocr(n) => format!("ocr-{}", tenths(n)),
            Self::Shuffle => "shuffle".into(),
            Self::Embed(n) => format!("embed-{n}"),
            Self::Stub => "stub".into(),
            Self::Quote => "quote".into(),
            Self::QuoteLead => "quote-lead".into(),
        }
    }

    /// The kind called `name`; amounts are percent from 1 to 99, in steps of a tenth for words and
    /// characters.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some(kind) = Self::ALL.into_iter().find(|k| k.name() == name) {
            return Some(kind);
        }
        let (kind, amount) = name.rsplit_once('-')?;
        let (whole, tenth) = amount.split_once('.').unwrap_or((amount, "0"));
        let (whole, tenth): (u32, u32) = (whole.parse().ok()?, tenth.parse().ok()?);
        let mille = whole.checked_mul(10)?.checked_add(tenth)?;
        if mille == 0 || mille >= 1000 || tenth > 9 {
            return None;
        }
        Some(match (kind, tenth) {
            ("edit", _) => Self::Edit(mille),
            ("ocr", _) => Self::Ocr(mille),
            ("trunc", 0) => Self::Truncate(whole),
            ("wrap-trunc", 0) => Self::WrapTruncate(whole),
            ("drop", 0) => Self::Drop(whole),
            ("replace", 0) => Self::Replace(whole),
            ("embed", 0) => Self::Embed(whole),
            _ => return None,
        })
    }

    /// Whether the text carries the article and so has to be found; else it quotes from it.
    pub(crate) fn is_copy(self) -> bool {
        !matches!(self, Self::Quote | Self::QuoteLead)
    }

    /// Whether passages of another article stand in the text.
    pub(crate) fn borrows(self) -> bool {
        use Kind::{Embed, Quote, QuoteLead, Replace, ReplaceOne};
        matches!(self, Embed(_) | ReplaceOne | Replace(_) | Quote | QuoteLead)
    }

    /// Whether the text stands in the frame of a site.
    pub(crate) fn is_framed(self) -> bool {
        matches!(self, Self::Wrap | Self::WrapTruncate(_) | Self::Stub)
    }
}

fn tenths(mille: u32) -> String {
    if mille.is_multiple_of(10) {
        (mille / 10).to_string()
    } else {
        format!("{}.{}", mille / 10, mille % 10)
    }
}

/// What became of an article, without a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) text: String,
    /// Words of the article that stand in `text` unaltered.
    pub(crate) kept: usize,
}

/// The copy of `article` of this kind, still without a frame; `other` is an article that lends
/// paragraphs, surroundings or words. `None` where the article is too short for the kind.
pub(crate) fn perturb(kind: Kind, article: &str, other: &str, random: &mut Random) -> Option<Copy> {
    let all = words::count(article);
    let whole = |text: String| Some(Copy { text, kept: all });
    match kind {
        Kind::Exact | Kind::Wrap => whole(article.to_owned()),
        Kind::Reflow => whole(reflow(article, random)),
        Kind::Truncate(percent) | Kind::WrapTruncate(percent) => {
            truncate(article, all * percent as usize / 100, random)
        }
        Kind::Stub => truncate(article, random.between(25, 40).min(all), random),
        Kind::Embed(percent) => embed(article, all * percent as usize / 100, other, random),
        Kind::Drop(percent) => replace(article, percent, None, random),
        Kind::ReplaceOne => replace(article, 0, Some(other), random),
        Kind::Replace(percent) => replace(article, percent, Some(other), random),
        Kind::Edit(mille) => Some(edit(article, mille, other, random)),
        Kind::Ocr(mille) => Some(misread(article, mille, random)),
        Kind::Shuffle => shuffle(article, random),
        Kind::Quote => quote(article, other, false, random),
        Kind::QuoteLead => quote(article, other, true, random),
    }
}

/// Lines of 50 to 90 characters; blank lines stay.
fn reflow(article: &str, random: &mut Random) -> String {
    let width = random.between(50, 90);
    let mut out = String::new();
    for paragraph in words::paragraphs(article) {
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            if column > 0 {
                out.push(if column + word.len() > width { '\n' } else { ' ' });
                column = if column + word.len() > width { 0 } else { column + 1 };
            }
            out.push_str(word);
            column += word.len();
        }
        out.push_str("\n\n");
    }
    out
}

/// The first `n` words, mostly in mid-sentence, with what scrapers leave behind the cut.
fn truncate(article: &str, n: usize, random: &mut Random) -> Option<Copy> {
    let end = words::words(article).get(n.checked_sub(1)?)?.end;
    let cut = random.pick(&["", "...", "…", " [...]", " […]"]);
    Some(Copy { text: format!("{}{cut}", &article[..end]), kept: n })
}

/// A passage of `n` words of `text`, at its beginning or its end.
fn passage(text: &str, n: usize, at_end: bool) -> &str {
    let words = words::words(text);
    let n = n.min(words.len());
    match (at_end, n) {
        (_, 0) => "",
        (true, _) => &text[words[words.len() - n].start..],
        (false, _) => &text[..words[n - 1].end],
    }
}

/// The beginning of the article between some 60 words each of another.
fn embed(article: &str, n: usize, other: &str, random: &mut Random) -> Option<Copy> {
    let copy = truncate(article, n, random)?;
    let (before, after) = (passage(other, 60, false), passage(other, 60, true));
    Some(Copy { text: format!("{before}\n\n{}\n\n{after}", copy.text), kept: copy.kept })
}

/// Leaves out or replaces a share of the paragraphs, one at least and never all.
fn replace(article: &str, percent: u32, other: Option<&str>, random: &mut Random) -> Option<Copy> {
    let mut paragraphs = words::paragraphs(article);
    let n = paragraphs.len();
    let change = (n * percent as usize).div_ceil(100).max(1);
    if change >= n {
        return None;
    }
    let others = other.map(words::paragraphs).unwrap_or_default();
    let first = random.below(others.len().max(1));
    let mut order: Vec<usize> = (0..n).collect();
    random.shuffle(&mut order);
    order.truncate(change);
    let mut kept = words::count(article);
    for (i, &at) in order.iter().enumerate() {
        kept -= words::count(paragraphs[at]);
        paragraphs[at] = if others.is_empty() { "" } else { others[(first + i) % others.len()] };
    }
    paragraphs.retain(|p| !p.is_empty());
    Some(Copy { text: paragraphs.join("\n\n"), kept })
}

fn shuffle(article: &str, random: &mut Random) -> Option<Copy> {
    let original = words::paragraphs(article);
    if original.len() < 2 {
        return None;
    }
    let mut paragraphs = original.clone();
    while paragraphs == original {
        random.shuffle(&mut paragraphs);
        if original.iter().all(|p| *p == original[0]) {
            return None;
        }
    }
    Some(Copy { text: paragraphs.join("\n\n"), kept: words::count(article) })
}

/// Of the words concerned three fifths are replaced, a fifth left out, and a word added behind a
/// fifth; new words come from the other article.
fn edit(article: &str, mille: u32, other: &str, random: &mut Random) -> Copy {
    let new = words::words(other);
    let mut out = String::with_capacity(article.len());
    let (mut from, mut kept) = (0, 0);
    for word in words::words(article) {
        if !random.per_mille(mille) {
            kept += 1;
            continue;
        }
        out.push_str(&article[from..word.start]);
        let other = &other[new[random.below(new.len())].clone()];
        match random.below(5) {
            0 => {}
            1 => {
                out.push_str(&article[word.clone()]);
                out.push(' ');
                out.push_str(other);
                kept += 1;
            }
            _ => out.push_str(other),
        }
        from = word.end;
    }
    out.push_str(&article[from..]);
    Copy { text: out, kept }
}

/// Letters that scanners take for others.
const LOOKALIKES: [(char, &str); 22] = [
    ('m', "rn"),
    ('d', "cl"),
    ('w', "vv"),
    ('h', "b"),
    ('b', "h"),
    ('e', "c"),
    ('c', "e"),
    ('l', "1"),
    ('1', "l"),
    ('o', "0"),
    ('0', "o"),
    ('i', "j"),
    ('t', "f"),
    ('f', "t"),
    ('n', "u"),
    ('u', "n"),
    ('a', "o"),
    ('s', "5"),
    ('S', "8"),
    ('I', "l"),
    ('g', "q"),
    ('y', "v"),
];

/// Misreads characters: two thirds look-alikes (or lost where none is known), the others lost
/// spaces, torn words and specks.
fn misread(article: &str, mille: u32, random: &mut Random) -> Copy {
    let mut out = String::with_capacity(article.len());
    let mut kept = 0;
    let mut from = 0;
    for word in words::words(article) {
        let mut clean = true;
        for c in article[from..word.end].chars() {
            if !random.per_mille(mille) {
                out.push(c);
                continue;
            }
            clean = false;
            match random.below(6) {
                0 => out.extend([c, ' ']),
                1 => out.extend([c, *random.pick(&[&'.', &'\'', &',', &'-'])]),
                _ => {
                    let like = LOOKALIKES.iter().find(|(letter, _)| *letter == c);
                    out.push_str(like.map_or("", |l| l.1));
                }
            }
        }
        kept += usize::from(clean);
        from = word.end;
    }
    Copy { text: out, kept }
}

/// A quarter of the article at most, and of the other, which keeps its paragraphs.
fn quote(article: &str, other: &str, lead: bool, random: &mut Random) -> Option<Copy> {
    let words = words::words(article);
    let most = (words.len().min(words::count(other)) / 4).min(100);
    if most < 40 {
        return None;
    }
    let n = random.between(40, most);
    let rest = words.len() - n;
    let start = if lead { 0 } else { random.between(rest / 4, rest) };
    let quoted = &article[words[start].start..words[start + n - 1].end];
    let mut paragraphs = words::paragraphs(other);
    let place = paragraphs.len().div_ceil(2);
    let quoted = format!("\"{}\"", quoted.trim());
    paragraphs.insert(place, &quoted);
    Some(Copy { text: paragraphs.join("\n\n"), kept: n })
}
