//! Laws of a diff, over random documents and edits of them.

use nearcopy::diff::{Diff, DiffOptions, Hunk, HunkKind, Original, Side, Style};
use nearcopy::text::tokenize;
use nearcopy::{Comparer, diff};
use proptest::prelude::*;

/// Checks everything that must hold for any two texts.
fn check(a: &str, b: &str, diff: &Diff<'_>) {
    let (tokens_a, tokens_b) = (tokenize(a), tokenize(b));
    let (hashes_a, hashes_b) = (tokens_a.hashes(), tokens_b.hashes());
    let hunks = diff.hunks();

    // the sides joined are the originals, byte for byte
    for (side, text) in [(Side::A, a), (Side::B, b)] {
        let mut joined = Vec::new();
        let mut end = 0;
        for hunk in hunks {
            let span = hunk.span(side);
            assert_eq!(span.start, end, "spans touch");
            end = span.end;
            joined.extend_from_slice(diff.bytes(hunk, side));
        }
        assert_eq!(joined, text.as_bytes());
    }

    // each hunk's words, as ranges of tokens, cover the documents
    let mut ranges = Vec::new();
    let (mut at_a, mut at_b) = (0, 0);
    for hunk in hunks {
        let next = (at_a + hunk.words_a as usize, at_b + hunk.words_b as usize);
        ranges.push((at_a..next.0, at_b..next.1));
        (at_a, at_b) = next;
    }
    assert_eq!((at_a, at_b), (hashes_a.len(), hashes_b.len()));

    // spans and words speak of the same tokens
    for (hunk, (range_a, range_b)) in hunks.iter().zip(&ranges) {
        for (span, range, tokens) in [(hunk.a, range_a, &tokens_a), (hunk.b, range_b, &tokens_b)] {
            for token in &tokens.spans()[range.clone()] {
                assert!(span.start <= token.start && token.end <= span.end);
            }
        }
    }

    // a with the hunks applied is b
    let mut applied = Vec::new();
    for (i, hunk) in hunks.iter().enumerate() {
        let (range_a, range_b) = ranges[i].clone();
        match hunk.kind {
            HunkKind::Shared => {
                assert_eq!(hashes_a[range_a.clone()], hashes_b[range_b]);
                applied.extend_from_slice(&hashes_a[range_a]);
            }
            HunkKind::Moved { link } => {
                let other = hunks[link as usize];
                assert_eq!(other.kind, HunkKind::Moved { link: i as u32 }, "links are mutual");
                assert_ne!(hunk.only_in(), None);
                assert_eq!(hunk.only_in().map(Side::other), other.only_in());
                if hunk.words_b > 0 {
                    applied.extend_from_slice(&hashes_a[ranges[link as usize].0.clone()]);
                }
            }
            HunkKind::Repeated { link } => {
                let side = hunk.only_in().expect("repeated text stands on one side");
                let counterpart = &ranges[link as usize];
                let (here, there) = match side {
                    Side::A => (hashes_a[range_a][0], &hashes_b[counterpart.1.clone()]),
                    Side::B => (hashes_b[range_b.clone()][0], &hashes_a[counterpart.0.clone()]),
                };
                assert!(there.contains(&here), "the counterpart begins in the linked hunk");
                applied.extend_from_slice(&hashes_b[range_b]);
            }
            HunkKind::Changed => {
                assert!(hunk.words_a + hunk.words_b == 0 || hunk.words_a.min(hunk.words_b) > 0);
                applied.extend_from_slice(&hashes_b[range_b]);
            }
            HunkKind::OnlyInA => assert_eq!(hunk.only_in(), Some(Side::A)),
            HunkKind::CutOff { missing_in, .. } => {
                assert_eq!(hunk.only_in(), Some(missing_in.other()));
                applied.extend_from_slice(&hashes_b[range_b]);
            }
            _ => applied.extend_from_slice(&hashes_b[range_b]),
        }
        assert!(!hunk.a.is_empty() || !hunk.b.is_empty(), "no hunk is empty");
    }
    assert_eq!(applied, hashes_b);

    let s = diff.summary();
    assert_eq!(s.words_a, s.shared + s.changed_a + s.only_a + s.moved + s.repeated_a);
    assert_eq!(s.words_b, s.shared + s.changed_b + s.only_b + s.moved + s.repeated_b);
    assert!(s.missing_head_in_b + s.missing_tail_in_b + s.furniture_a <= s.only_a);
    assert!(s.missing_head_in_a + s.missing_tail_in_a + s.furniture_b <= s.only_b);
    if hashes_a == hashes_b {
        assert!(s.is_identical());
    }
    assert!(s.shared as usize <= common_subsequence(hashes_a, hashes_b));
}

fn hashes(text: &str) -> Vec<u64> {
    tokenize(text).hashes().to_vec()
}

/// Length of the longest common subsequence: no diff can share more in order.
fn common_subsequence(a: &[u64], b: &[u64]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// What is left of a full rendering when the other side's marks and all label lines are taken out.
fn one_side(rendered: &str, side: Side) -> String {
    let (own, other) = match side {
        Side::A => (["[-", "-]"], ["{+", "+}"]),
        Side::B => (["{+", "+}"], ["[-", "-]"]),
    };
    let text: Vec<&str> = rendered.lines().filter(|line| !line.starts_with("--- ")).collect();
    let mut text = text.join("\n");
    while let Some(start) = text.find(other[0]) {
        let end = start + text[start..].find(other[1]).expect("marks are closed");
        text.replace_range(start..end + 2, " ");
    }
    text.replace(own[0], " ").replace(own[1], " ")
}

#[derive(Debug, Clone)]
enum Edit {
    Replace(usize, u16),
    Insert(usize, Vec<u16>),
    Delete(usize, usize),
    Move(usize, usize, usize),
    Repeat(usize, usize, usize),
    Head(usize),
    Tail(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = 0..400usize;
    prop_oneof![
        4 => (at.clone(), 0..500u16).prop_map(|(i, w)| Edit::Replace(i, w)),
        2 => (at.clone(), prop::collection::vec(0..500u16, 1..40))
            .prop_map(|(i, w)| Edit::Insert(i, w)),
        2 => (at.clone(), 1..60usize).prop_map(|(i, n)| Edit::Delete(i, n)),
        2 => (at.clone(), 1..60usize, at.clone()).prop_map(|(i, n, to)| Edit::Move(i, n, to)),
        1 => (at.clone(), 1..60usize, at.clone()).prop_map(|(i, n, to)| Edit::Repeat(i, n, to)),
        1 => at.clone().prop_map(Edit::Head),
        1 => at.prop_map(Edit::Tail),
    ]
}

fn apply(mut words: Vec<u16>, edits: &[Edit]) -> Vec<u16> {
    for edit in edits {
        let n = words.len();
        if n == 0 {
            break;
        }
        match edit.clone() {
            Edit::Replace(i, w) => words[i % n] = w,
            Edit::Insert(i, new) => drop(words.splice(i % n..i % n, new)),
            Edit::Delete(i, len) => drop(words.drain(i % n..(i % n + len).min(n))),
            Edit::Move(i, len, to) => {
                let block: Vec<u16> = words.drain(i % n..(i % n + len).min(n)).collect();
                let to = to % (words.len() + 1);
                words.splice(to..to, block);
            }
            Edit::Repeat(i, len, to) => {
                let block = words[i % n..(i % n + len).min(n)].to_vec();
                words.splice(to % n..to % n, block);
            }
            Edit::Head(to) => drop(words.drain(..to % n)),
            Edit::Tail(from) => words.truncate(from % n),
        }
    }
    words
}

/// Words as text; where sentences, lines and paragraphs end depends on the word before.
fn text(words: &[u16]) -> String {
    let mut out = String::new();
    for &word in words {
        out.push_str(&format!("w{word}"));
        out.push_str(match word % 29 {
            0 => ".\n\n",
            1 => "\n",
            2 | 3 => ". ",
            4 => ", ",
            5 => " \u{2014} (",
            6 => ") ",
            _ => " ",
        });
    }
    out
}

fn documents() -> impl Strategy<Value = (String, String)> {
    // few words repeat all the time, many seldom
    let words =
        (2..500u16).prop_flat_map(|vocabulary| prop::collection::vec(0..vocabulary, 0..300));
    (words, prop::collection::vec(edit(), 0..8)).prop_map(|(words, edits)| {
        let edited = apply(words.clone(), &edits);
        (text(&words), text(&edited))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hunks_cover_and_apply((a, b) in documents()) {
        check(&a, &b, &diff(&a, &b));
        check(&b, &a, &diff(&b, &a));
    }

    #[test]
    fn any_two_strings_can_be_compared(a in any::<String>(), b in any::<String>()) {
        check(&a, &b, &diff(&a, &b));
    }

    #[test]
    fn limits_keep_the_laws((a, b) in documents(), steps in 0..2000u64, min_moved in 0..20u32) {
        let comparer = Comparer::default();
        let (document_a, document_b) = (comparer.prepare(&a), comparer.prepare(&b));
        let mut options = DiffOptions::default();
        (options.steps, options.min_moved) = (steps, min_moved);
        let diff = comparer.diff(
            Original::new(&document_a, &a),
            Original::new(&document_b, &b),
            &options,
        );
        check(&a, &b, &diff);
    }

    #[test]
    fn identical_words_are_one_shared_hunk((a, _) in documents()) {
        let upper = a.to_uppercase();
        let diff = diff(&a, &upper);
        prop_assert_eq!(diff.hunks().len(), usize::from(!a.is_empty()));
        prop_assert!(diff.hunks().iter().all(|hunk| hunk.kind == HunkKind::Shared));
        prop_assert_eq!(diff.unified(3).to_string(), "");
    }

    #[test]
    fn a_full_rendering_holds_both_documents((a, b) in documents(), width in 80..200u16) {
        let diff = diff(&a, &b);
        let rendered = diff.inline(Style::plain().full().width(width)).to_string();
        for (side, text) in [(Side::A, &a), (Side::B, &b)] {
            let found = one_side(&rendered, side);
            prop_assert_eq!(hashes(&found), hashes(text), "{}", rendered);
        }
        for line in rendered.lines() {
            prop_assert!(line.chars().count() <= width as usize);
        }
    }

    #[test]
    fn unified_lines_make_b_of_a((a, b) in documents(), context in 0..30u32) {
        // with all shared text as context, the lines hold both documents
        let diff = diff(&a, &b);
        if diff.summary().is_identical() {
            return Ok(());
        }
        for (context, complete) in [(100_000, true), (context, false)] {
            let unified = diff.unified(context).to_string();
            let mut sides = [String::new(), String::new()];
            for line in unified.lines().filter(|line| !line.starts_with("@@ ")) {
                let text = &line[1..];
                let into: &[usize] = match line.as_bytes()[0] {
                    b' ' => &[0, 1],
                    b'-' => &[0],
                    b'+' => &[1],
                    other => panic!("line begins with {other}"),
                };
                for &side in into {
                    sides[side].push_str(text);
                    sides[side].push('\n');
                }
            }
            if complete {
                prop_assert_eq!(hashes(&sides[0]), hashes(&a), "{}", unified);
                prop_assert_eq!(hashes(&sides[1]), hashes(&b), "{}", unified);
            }
            // the headers name the bytes below them
            let headers = unified.lines().filter(|line| line.starts_with("@@ "));
            let mut spans = [String::new(), String::new()];
            for header in headers {
                let fields: Vec<&str> = header.split(' ').collect();
                for (side, (text, field)) in [(&a, fields[1]), (&b, fields[2])].iter().enumerate() {
                    let (start, len) = field[1..].split_once(',').expect("start,length");
                    let start: usize = start.parse().expect("a number");
                    let len: usize = len.parse().expect("a number");
                    spans[side].push_str(&text[start..start + len]);
                    spans[side].push('\n');
                }
            }
            for side in 0..2 {
                prop_assert_eq!(
                    hashes(&spans[side]), hashes(&sides[side]), "{}", unified
                );
            }
        }
    }

    #[test]
    fn nothing_hostile_reaches_a_terminal(a in "\\PC{0,40}[\u{0}-\u{ff}\u{200b}-\u{206f}]{0,60}", b in any::<String>()) {
        let diff = diff(&a, &b);
        let plain = [
            diff.inline(Style::plain()).to_string(),
            diff.inline(Style::plain().full()).to_string(),
            diff.unified(3).to_string(),
            diff.headline().to_string(),
        ];
        for text in plain {
            prop_assert!(text.chars().all(is_harmless), "{:?}", text);
        }
        let mut coloured = diff.inline(Style::ansi()).to_string();
        for code in ["0", "31", "32", "36", "2;31", "2;32", "2", "1"] {
            coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
        }
        prop_assert!(coloured.chars().all(is_harmless), "{:?}", coloured);
    }
}

fn is_harmless(c: char) -> bool {
    let reorders = matches!(c as u32, 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
    (c == '\n' || !c.is_control()) && !reorders
}

#[test]
fn one_sided_documents() {
    for (a, b) in
        [("", ""), ("", "one two"), ("one two", ""), ("--", "++"), ("--", "--"), ("--", "a b")]
    {
        check(a, b, &diff(a, b));
        let rendered = diff(a, b).inline(Style::plain()).to_string();
        for side in [a, b] {
            assert!(rendered.contains(side), "{rendered:?} shows {side:?}");
        }
    }
    assert!(diff("", "").hunks().is_empty());
    let kinds = |d: &Diff<'_>| d.hunks().iter().map(|h: &Hunk| h.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&diff("", "one two")), [HunkKind::OnlyInB]);
    assert_eq!(kinds(&diff("one two", "")), [HunkKind::OnlyInA]);
}

#[test]
fn text_and_document_that_do_not_belong_together_do_no_harm() {
    let comparer = Comparer::default();
    let document =
        comparer.prepare("a rather long text of some words, that the other does not hold.");
    let other = comparer.prepare("short text");
    for text in ["", "sh", "ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü ü"] {
        let diff = comparer.diff(
            Original::new(&document, text),
            Original::new(&other, text),
            &DiffOptions::default(),
        );
        let _ = (diff.headline().to_string(), diff.unified(3).to_string());
        let _ = diff.inline(Style::plain()).to_string();
    }
}
