//! Made prose: texts of fixed seeds that read like articles and share no phrase by chance, and the
//! edits that a copy of an article goes through.

#![allow(dead_code, reason = "each test binary uses a part")]

/// SplitMix64: a stream of numbers that is the same everywhere.
#[derive(Debug, Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        nearcopy::hash::mix(self.0)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "anchor", "apprentice", "archive", "bakery", "barge", "bicycle", "boiler", "bridge", "broker",
    "cable", "canal", "carpenter", "cellar", "chimney", "choir", "clerk", "clock", "council",
    "crane", "dentist", "drummer", "engine", "farmer", "ferry", "fiddle", "forest", "fountain",
    "gardener", "glacier", "granary", "harbour", "hermit", "island", "kettle", "ladder", "lantern",
    "lawyer", "library", "lighthouse", "lock", "marsh", "mason", "mayor", "meadow", "miller",
    "mirror", "museum", "needle", "nurse", "orchard", "organ", "painter", "pastor", "pigeon",
    "pilot", "pond", "quarry", "railway", "ridge", "sailor", "school", "signal", "sledge",
    "spinner", "stable", "steward", "surgeon", "tailor", "teacher", "telescope", "tower", "tunnel",
    "valley", "viaduct", "violin", "warehouse", "weaver", "whistle", "widow", "windmill",
];
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "admired", "avoided", "borrowed", "bought", "carried", "cleaned", "copied", "counted",
    "crossed", "defended", "described", "drew", "examined", "followed", "forgot", "found",
    "guarded", "hid", "inspected", "lifted", "lost", "measured", "mended", "moved", "noticed",
    "opened", "painted", "passed", "photographed", "praised", "promised", "pulled", "reached",
    "remembered", "repaired", "sold", "sketched", "studied", "towed", "visited", "warmed",
];
#[rustfmt::skip]
const ADJECTIVES: &[&str] = &[
    "abandoned", "ancient", "broad", "broken", "careful", "crooked", "distant", "dusty", "eager",
    "empty", "famous", "fragile", "frozen", "gentle", "hollow", "humble", "leaking", "lonely",
    "muddy", "narrow", "noisy", "northern", "patient", "polished", "proud", "quiet", "rusty",
    "sandy", "shallow", "silver", "slender", "stubborn", "sturdy", "sunken", "tired", "wooden",
];
const OPENERS: &[&str] = &[
    "Before the thaw",
    "In early spring",
    "On the third morning",
    "After a long debate",
    "Near the old border",
    "To general surprise",
    "Without much hurry",
    "Against all advice",
    "During the dry season",
    "Some years later",
    "That same evening",
    "Between two storms",
];
const LINKS: &[&str] =
    &["while", "because", "although", "so that", "until", "where", "and", "but", "after"];

fn phrase(rng: &mut Rng, out: &mut String) {
    let (one, verb, other) = (rng.pick(NOUNS), rng.pick(VERBS), rng.pick(NOUNS));
    let (near, far) = (rng.pick(ADJECTIVES), rng.pick(ADJECTIVES));
    match rng.below(4) {
        0 => *out += &format!("the {near} {one} {verb} a {far} {other}"),
        1 => *out += &format!("a {one} of the {near} {other} {verb} every {}", rng.pick(NOUNS)),
        2 => *out += &format!("no {one} {verb} the {far} {other} and its {}", rng.pick(NOUNS)),
        _ => *out += &format!("the {one} {verb} {} {near} {other}s", 2 + rng.below(97)),
    }
}

/// One sentence of about 8 to 25 words.
pub fn sentence(rng: &mut Rng) -> String {
    let mut out = String::new();
    if rng.below(3) == 0 {
        out += rng.pick(OPENERS);
        out += ", ";
    }
    phrase(rng, &mut out);
    for _ in 0..rng.below(3) {
        out += if rng.below(3) == 0 { ", " } else { " " };
        out += rng.pick(LINKS);
        out += " ";
        phrase(rng, &mut out);
    }
    out += ".";
    out[..1].make_ascii_uppercase();
    out
}

/// A paragraph of at least `words` words, on one line.
pub fn paragraph(rng: &mut Rng, words: usize) -> String {
    let mut out = sentence(rng);
    while word_count(&out) < words {
        out += " ";
        out += &sentence(rng);
    }
    out
}

/// An article of at least `words` words: paragraphs of about 60, a blank line between them.
pub fn article(seed: u64, words: usize) -> String {
    let mut rng = Rng(seed);
    let mut out = paragraph(&mut rng, 60.min(words));
    while word_count(&out) < words {
        let rest = words - word_count(&out);
        out += "\n\n";
        out += &paragraph(&mut rng, rest.min(60));
    }
    out
}

pub fn word_count(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The first `words` words, line breaks kept; a cut in mid-sentence as often as not.
pub fn first_words(text: &str, words: usize) -> &str {
    &text[..end_of_word(text, words)]
}

/// What stands behind the first `words` words.
pub fn without_first_words(text: &str, words: usize) -> &str {
    text[end_of_word(text, words)..].trim_start()
}

fn end_of_word(text: &str, words: usize) -> usize {
    let mut seen = 0;
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && inside {
            seen += 1;
            if seen == words {
                return at;
            }
        }
        inside = !c.is_whitespace();
    }
    text.len()
}

/// Replaces about `percent` of a hundred words by others; spaces and line breaks stay.
pub fn edited(text: &str, percent: usize, seed: u64) -> String {
    let mut rng = Rng(seed);
    let swap = |word: &str, rng: &mut Rng| {
        if word.is_empty() || rng.below(100) >= percent {
            return word.to_owned();
        }
        rng.pick(NOUNS).to_owned()
    };
    let lines = text
        .split('\n')
        .map(|line| line.split(' ').map(|word| swap(word, &mut rng)).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines above and below an article on a page: a menu, and what follows.
pub fn framed(text: &str, site: u64) -> String {
    let mut rng = Rng(site ^ 0xF4A3);
    let menu: Vec<String> = (0..14).map(|_| title(&mut rng, 1)).collect();
    let teasers: Vec<String> = (0..6).map(|_| title(&mut rng, 5)).collect();
    format!(
        "{}\n\n{text}\n\nLoading, please wait...\n\nRelated Articles\n{}\n\n\
         We use cookies to improve this site. Accept all cookies\n",
        menu.join("\n"),
        teasers.join("\n")
    )
}

/// A headline: `words` words with capitals.
pub fn title(rng: &mut Rng, words: usize) -> String {
    let mut out = Vec::new();
    for _ in 0..words {
        let word = if rng.below(2) == 0 { rng.pick(NOUNS) } else { rng.pick(ADJECTIVES) };
        let mut word = word.to_owned();
        word[..1].make_ascii_uppercase();
        out.push(word);
    }
    out.join(" ")
}

#[rustfmt::skip]
const HAN: &[&str] = &[
    "河流", "山谷", "老师", "船长", "图书馆", "工厂", "记者", "市长", "桥梁", "火车", "农民", "森林", "医生", "钟楼", "渔船", "画家",
    "学校", "运河", "灯塔", "博物馆", "仓库", "音乐", "风车", "果园", "看见", "离开", "修理", "访问", "发现", "带来", "保护", "记录",
    "清洗", "打开", "忘记", "照亮", "古老的", "安静的", "遥远的", "破旧的", "明亮的", "狭窄的", "昨天", "早晨", "冬天", "后来", "终于",
];

/// Chinese prose of at least `characters` characters: sentences without spaces.
pub fn chinese(seed: u64, characters: usize) -> String {
    let mut rng = Rng(seed);
    let mut out = String::new();
    let mut lines = 0;
    while out.chars().count() < characters {
        for clause in 0..2 + rng.below(2) {
            if clause > 0 {
                out += "，";
            }
            for _ in 0..4 + rng.below(4) {
                out += rng.pick(HAN);
            }
        }
        out += "。";
        lines += 1;
        if lines % 4 == 0 {
            out += "\n\n";
        }
    }
    out
}

#[rustfmt::skip]
const RUSSIAN: &[&str] = &[
    "река", "долина", "учитель", "капитан", "библиотека", "завод", "журналист", "мельница", "мост",
    "поезд", "крестьянин", "лес", "врач", "башня", "лодка", "художник", "школа", "канал", "маяк",
    "музей", "склад", "музыка", "сад", "увидел", "покинул", "починил", "посетил", "нашёл", "принёс",
    "охранял", "записал", "вымыл", "открыл", "забыл", "осветил", "старый", "тихий", "далёкий",
    "узкий", "яркий", "вчера", "утром", "зимой", "потом", "наконец", "около", "вместе", "против",
];

/// Russian prose of at least `words` words.
pub fn russian(seed: u64, words: usize) -> String {
    let mut rng = Rng(seed);
    let mut out = String::new();
    let mut sentences = 0;
    while word_count(&out) < words {
        let words: Vec<&str> = (0..8 + rng.below(9)).map(|_| rng.pick(RUSSIAN)).collect();
        out += &words.join(" ");
        sentences += 1;
        out += if sentences % 4 == 0 { ".\n\n" } else { ". " };
    }
    out
}
