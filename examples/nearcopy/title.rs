//! A line to know a cluster by.

use crate::layout::{columns, one_line};
use std::collections::HashMap;

/// Lines before an article among which its headline is sought.
const LINES: usize = 10;
/// Characters of a headline at most.
const CHARS: usize = 160;
/// Columns from which on a line before an article is hardly a button or a byline.
const LONG: usize = 24;
/// Digits from which on such a line is a date or a number.
const DIGITS: usize = 5;

/// A text and the byte at which its article begins.
pub type Begun<'a> = (&'a str, usize);

/// The line that stands before the article in most of the texts; of several the longest. Short lines
/// count half, and only where a text begins with them: before articles stand buttons and dates. Where
/// there is none, the first line of the first text's article.
pub fn title(texts: &[Begun<'_>]) -> String {
    let mut votes: HashMap<String, (usize, usize)> = HashMap::new();
    let twice_if_long = |line: &str| 1 + usize::from(is_long(line));
    let mut order = 0;
    for &(text, article) in texts {
        let mut seen: Vec<String> = Vec::new();
        for line in before(text, article) {
            if !seen.contains(&line) {
                order += 1;
                votes.entry(line.clone()).or_insert((0, order)).0 += twice_if_long(&line);
                seen.push(line);
            }
        }
    }
    let best = votes
        .into_iter()
        .max_by_key(|(line, (votes, order))| (*votes, columns(line), std::cmp::Reverse(*order)));
    match (best, texts.first()) {
        (Some((line, _)), _) => line,
        (None, Some(&(text, article))) => first(text, article),
        (None, None) => String::new(),
    }
}

/// The lines before the article that may be its headline.
fn before(text: &str, article: usize) -> impl Iterator<Item = String> {
    let before = text.get(..article).unwrap_or("");
    // what stands before the article on its own line is no line before it
    let before = before.rfind('\n').map_or("", |newline| &before[..newline]);
    let has_letters = |line: &&str| line.contains(char::is_alphanumeric);
    let begins = text.lines().find(has_letters);
    let lines = before.lines().rev().filter(has_letters);
    lines.take(LINES).filter(|line| line.chars().nth(CHARS).is_none()).filter_map(move |raw| {
        let menu = raw.matches(['|', '·', '›', '»']).count() > 1;
        let line = one_line(raw);
        // marks of headings and lists as plain-text renderings write them
        let line = line.trim_start_matches(['#', '*', '-', ' ']);
        let may_be = !menu && !line.is_empty() && (is_long(line) || begins == Some(raw));
        may_be.then(|| line.to_owned())
    })
}

/// Whether a line reads as a headline wherever it stands.
fn is_long(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    columns(line) >= LONG && (digits < DIGITS || columns(line) >= 2 * LONG) && !line.ends_with(':')
}

/// The line on which the article begins.
fn first(text: &str, article: usize) -> String {
    let start = text.get(..article).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let mut lines = text[start..].lines();
    let line = lines.find(|line| line.contains(char::is_alphanumeric)).unwrap_or("");
    let end = line.char_indices().nth(2 * CHARS).map_or(line.len(), |(at, _)| at);
    one_line(&line[..end])
}
