//! Relations and differences in words.

use crate::layout::{count, percent};
use nearcopy::Relation;
use nearcopy::diff::{Diff, End, HunkKind, Side, Summary};

/// What a member of a cluster is to the representative.
pub fn member(relation: Relation) -> &'static str {
    match relation {
        Relation::Identical => "same words",
        Relation::NearDuplicate => "same article",
        Relation::TruncatedOf => "cut off",
        Relation::TruncationOf => "goes on",
        Relation::ContainedIn => "part of it",
        Relation::Contains => "holds it",
        Relation::Overlaps => "shares a passage",
        Relation::SameTemplate => "same template",
        Relation::Unrelated => "via others",
        other => other.name(),
    }
}

/// The relation of two documents as a sentence, `a` and `b` being their names.
pub fn sentence(relation: Relation, a: &str, b: &str) -> String {
    match relation {
        Relation::Identical => format!("{a} and {b} hold the same words in the same order."),
        Relation::NearDuplicate => {
            format!("{a} and {b} are the same article, edited or in other furniture.")
        }
        Relation::TruncatedOf => format!("{a} is the beginning of {b}'s article, cut off."),
        Relation::TruncationOf => format!("{b} is the beginning of {a}'s article, cut off."),
        Relation::ContainedIn => format!("{a}'s article stands in {b}, which holds more."),
        Relation::Contains => format!("{b}'s article stands in {a}, which holds more."),
        Relation::Overlaps => {
            format!("{a} and {b} share a passage; each is an article of its own.")
        }
        Relation::SameTemplate => format!("{a} and {b} share furniture, not an article."),
        Relation::Unrelated => format!("{a} and {b} share nothing of weight."),
        other => format!("{a}, {b}: {other}"),
    }
}

/// Kinds of furniture by what their text holds, in lower case.
const FURNITURE: &[(&str, &[&str])] = &[
    ("a cookie notice", &["cookie", "куки", "gdpr"]),
    ("a privacy notice", &["privacy", "datenschutz", "隐私", "конфиденциальн", "privacidad"]),
    ("loading text", &["loading", "wird geladen", "加载", "загрузка", "chargement", "cargando"]),
    ("a newsletter box", &["newsletter", "inbox", "рассылк"]),
    ("a subscription offer", &["subscri", "abonn", "abonnier", "suscri", "订阅", "подпис"]),
    ("a sign-in prompt", &["sign in", "log in", "login", "anmelden", "登录", "войти"]),
    (
        "related links",
        &[
            "related",
            "read more",
            "read next",
            "more from",
            "most read",
            "also like",
            "mehr zum thema",
            "lesen sie auch",
            "meistgelesen",
            "相关",
            "推荐阅读",
            "читайте также",
        ],
    ),
    ("sharing buttons", &["share", "teilen", "分享", "whatsapp", "facebook", "поделиться"]),
    ("comments", &["comments", "kommentare", "评论", "комментари"]),
    ("a copyright line", &["©", "all rights reserved", "alle rechte vorbehalten", "版权所有"]),
];

/// Words of one document around or between the shared passages.
#[derive(Debug, Default)]
struct Extra {
    furniture: u32,
    other: u32,
    kinds: Vec<&'static str>,
}

impl Extra {
    fn add(&mut self, words: u32, furniture: bool, bytes: &[u8]) {
        if !furniture {
            self.other += words;
            return;
        }
        self.furniture += words;
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for (kind, signs) in FURNITURE {
            if !self.kinds.contains(kind) && signs.iter().any(|sign| text.contains(sign)) {
                self.kinds.push(kind);
            }
        }
    }

    fn total(&self) -> u32 {
        self.furniture + self.other
    }

    /// What kinds of furniture there are, if there are any.
    fn named(&self) -> Option<String> {
        const NAMED: usize = 3;
        match self.kinds.as_slice() {
            _ if self.furniture == 0 => None,
            [] if self.other > 0 => None,
            [] => Some("furniture".to_owned()),
            kinds => Some(kinds[..kinds.len().min(NAMED)].join(", ")),
        }
    }

    /// "37 words (a cookie notice)"; `None` where there are none.
    fn words(&self) -> Option<String> {
        let words = (self.total() > 0).then(|| words(self.total()))?;
        Some(match self.named() {
            Some(named) => format!("{words} ({named})"),
            None => words,
        })
    }

    /// "a cookie notice (37 words)".
    fn named_first(&self) -> Option<String> {
        let all = (self.total() > 0).then(|| words(self.total()))?;
        Some(match self.named() {
            Some(named) => format!("{named} ({all})"),
            None => all,
        })
    }
}

fn words(n: u32) -> String {
    count(n.into(), "word", "words")
}

/// How b differs from a, the representative, as a phrase about b.
pub fn difference(diff: &Diff<'_>, same_bytes: bool) -> String {
    if same_bytes {
        return "the same, byte for byte".to_owned();
    }
    let summary = diff.summary();
    if summary.is_identical() {
        return "the same words; case, punctuation or spacing differ".to_owned();
    }
    let (mut before, mut inside, mut behind) =
        (Extra::default(), Extra::default(), Extra::default());
    let mut left_out = Extra::default();
    for hunk in diff.hunks() {
        let side = match hunk.only_in() {
            Some(side)
                if !matches!(
                    hunk.kind,
                    HunkKind::CutOff { .. }
                        | HunkKind::Moved { .. }
                        | HunkKind::Repeated { .. }
                        | HunkKind::Shared
                ) =>
            {
                side
            }
            _ => continue,
        };
        let place = match (side, hunk.kind) {
            (Side::A, _) => &mut left_out,
            (Side::B, HunkKind::Wrapped { end: End::Head, .. }) => &mut before,
            (Side::B, HunkKind::Wrapped { end: End::Tail, .. }) => &mut behind,
            (Side::B, _) => &mut inside,
        };
        place.add(hunk.words(side), hunk.furniture, diff.bytes(hunk, side));
    }
    let mut parts = Vec::new();
    let part = part(&summary);
    if let Some(part) = &part {
        parts.push(part.clone());
    }
    let extra_head = summary.missing_head_in_a + summary.missing_tail_in_a;
    if let Some(behind) = behind.named_first() {
        match parts.last_mut() {
            Some(part) => *part = format!("{part}, then {behind}"),
            None => parts.push(format!("behind it {behind}")),
        }
    }
    if let Some(before) = before.words() {
        parts.push(format!("before it {before}"));
    }
    if extra_head > 0 {
        parts.push(format!("goes on for {}", words(extra_head)));
    }
    let changed = summary.changed_a.max(summary.changed_b);
    if changed > 0 {
        parts.push(format!("{} changed", words(changed)));
    }
    if let Some(added) = inside.words() {
        parts.push(format!("{added} added"));
    }
    if let Some(left_out) = left_out.words() {
        parts.push(format!("{left_out} left out"));
    }
    if summary.moved > 0 {
        parts.push(format!("{} moved", words(summary.moved)));
    }
    if summary.repeated_b > 0 {
        parts.push(format!("{} repeated", words(summary.repeated_b)));
    }
    if parts.is_empty() {
        parts.push("all of it".to_owned());
    }
    let mut out = parts.join("; ");
    if summary.approximate {
        out.push_str(" (approximate)");
    }
    out
}

/// Which part of a b holds, where b lacks an end of a.
fn part(summary: &Summary) -> Option<String> {
    let (head, tail) = summary.missing_in(Side::B);
    if head + tail == 0 {
        return None;
    }
    let all = summary.words_a;
    let left = all.saturating_sub(head + tail);
    if u64::from(summary.shared + summary.moved) * 4 < u64::from(left) * 3 {
        // what is left was found again only in part
        return Some(match (head, tail) {
            (0, _) => format!("without the last {}", words(tail)),
            (_, 0) => format!("without the first {}", words(head)),
            _ => format!("without the first {} and the last {}", words(head), words(tail)),
        });
    }
    let share = percent(f64::from(left) / f64::from(all.max(1)));
    Some(match (head, tail) {
        (0, _) => format!("the first {share}"),
        (_, 0) => format!("the last {share}"),
        _ => format!("{share} from the middle"),
    })
}
