//! The script of a text, where nothing names its language.

/// Scripts by the first and last characters of their letters.
const SCRIPTS: &[(&str, &[(char, char)])] = &[
    ("Latin script", &[('A', 'Z'), ('a', 'z'), ('\u{c0}', '\u{24f}'), ('\u{1e00}', '\u{1eff}')]),
    ("Greek script", &[('\u{370}', '\u{3ff}'), ('\u{1f00}', '\u{1fff}')]),
    ("Cyrillic script", &[('\u{400}', '\u{52f}')]),
    ("Hebrew script", &[('\u{590}', '\u{5ff}')]),
    ("Arabic script", &[('\u{600}', '\u{6ff}'), ('\u{750}', '\u{77f}')]),
    ("Indic scripts", &[('\u{900}', '\u{dff}')]),
    ("Thai and kin", &[('\u{e00}', '\u{eff}'), ('\u{1000}', '\u{109f}'), ('\u{1780}', '\u{17ff}')]),
    ("Japanese kana", &[('\u{3040}', '\u{30ff}')]),
    ("Korean script", &[('\u{1100}', '\u{11ff}'), ('\u{ac00}', '\u{d7a3}')]),
    (
        "Han script",
        &[('\u{3400}', '\u{4dbf}'), ('\u{4e00}', '\u{9fff}'), ('\u{20000}', '\u{323af}')],
    ),
];

/// Characters looked at.
const LOOKED_AT: usize = 20_000;

/// The script that most letters of `text` are of. Japanese is told by its kana: one letter in ten is
/// enough.
pub fn of(text: &str) -> &'static str {
    let mut counts = [0usize; SCRIPTS.len()];
    for c in text.chars().take(LOOKED_AT) {
        let within = |ranges: &[(char, char)]| ranges.iter().any(|&(a, b)| (a..=b).contains(&c));
        if let Some(at) = SCRIPTS.iter().position(|(_, ranges)| within(ranges)) {
            counts[at] += 1;
        }
    }
    let kana = SCRIPTS.iter().position(|(name, _)| name.ends_with("kana")).unwrap_or(0);
    let all: usize = counts.iter().sum();
    if all > 0 && counts[kana] * 10 >= all {
        return SCRIPTS[kana].0;
    }
    let most = (0..SCRIPTS.len()).max_by_key(|&at| (counts[at], std::cmp::Reverse(at)));
    match most.filter(|&at| counts[at] > 0) {
        Some(at) => SCRIPTS[at].0,
        None => "no script known",
    }
}
