//! The tokenizer against a slow and obvious one, and the laws it promises.
//!
//! The oracle shares no table with the crate: its characters' properties come from `std`,
//! `unicode-normalization` and short lists, which are right for the alphabet below.

use nearcopy::hash;
use nearcopy::text::{Marks, Script, Tokens, tokenize, tokenize_bytes};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const SOLID: u8 = 1 << 4;

/// A token of the oracle: normal form, span, marks.
type Word = (String, usize, usize, u8);

/// A character of the normal form, or the form of a character that stands for several tokens.
#[derive(Clone, Debug)]
struct Item {
    text: String,
    original: char,
    at: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Letter,
    Digit,
    Number,
    Han,
    Southeast,
    Mark,
    Other,
}

fn is_ignored(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn fold(c: char) -> String {
    if is_ignored(c) {
        return String::new();
    }
    if matches!(c, '\'' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | '՚' | '׳' | '＇') {
        return "'".into();
    }
    let nfkc: String = [c].into_iter().nfkc().collect();
    let lower = nfkc.to_lowercase().to_uppercase().to_lowercase().replace('ς', "σ");
    lower.nfkc().collect::<String>().replace('ʼ', "'")
}

fn kind(c: char) -> Kind {
    match c {
        _ if is_combining_mark(c) => Kind::Mark,
        '\u{3005}'
        | '\u{3007}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309D}'..='\u{309F}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}'
        | '\u{3105}'..='\u{312F}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{A000}'..='\u{A48C}'
        | '\u{20000}'..='\u{2A6DF}' => Kind::Han,
        '0'..='9' | '\u{660}'..='\u{669}' | '\u{966}'..='\u{96F}' | '\u{E50}'..='\u{E59}' => {
            Kind::Digit
        }
        '\u{E01}'..='\u{E4E}'
        | '\u{E81}'..='\u{EBD}'
        | '\u{1780}'..='\u{17B3}'
        | '\u{1000}'..='\u{102A}'
            if c.is_alphabetic() =>
        {
            Kind::Southeast
        }
        _ if c.is_numeric() => Kind::Number,
        _ if c.is_alphabetic() => Kind::Letter,
        _ => Kind::Other,
    }
}

fn effects(c: char) -> u8 {
    match c {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' => Marks::LINE_END.bits(),
        '\u{2029}' => Marks::LINE_END.bits() | Marks::PARAGRAPH_END.bits(),
        '.' | '!' | '?' | '‽' | '。' | '؟' | '۔' | '։' | '।' | '॥' | '።' | '՞' => {
            SOLID | Marks::SENTENCE_END.bits()
        }
        ',' | ';' | ':' | '、' | '؛' | '،' => SOLID | Marks::CLAUSE_END.bits(),
        _ if c.is_whitespace() => 0,
        _ => SOLID,
    }
}

/// Words of `text`, its characters standing for several tokens kept whole.
fn oracle(text: &str) -> Vec<Word> {
    let mut items = Vec::new();
    for (at, original) in text.char_indices() {
        let end = at + original.len_utf8();
        let form = fold(original);
        let alone: Vec<Item> =
            form.chars().map(|c| Item { text: c.into(), original, at, end }).collect();
        let words = segment(&alone);
        if words.len() < 2 {
            items.extend(alone);
        } else {
            let from = form.find(words[0].0.as_str()).unwrap();
            let last = &words[words.len() - 1].0;
            let to = form.rfind(last.as_str()).unwrap() + last.len();
            items.push(Item { text: form[from..to].into(), original, at, end });
        }
    }
    segment(&items)
}

fn segment(items: &[Item]) -> Vec<Word> {
    let kinds: Vec<Kind> =
        items.iter().map(|item| kind(item.text.chars().next().unwrap())).collect();
    let several = |i: usize| items[i].text.chars().filter(|&c| kind(c) != Kind::Mark).count() > 1;
    let isolated = |i: usize| {
        several(i)
            && !items[i]
                .text
                .chars()
                .all(|c| kind(c) == kinds[i] && matches!(kinds[i], Kind::Han | Kind::Southeast))
    };
    let joins = |i: usize, before: Kind| {
        let Some(&after) = kinds.get(i + 1) else { return false };
        if isolated(i + 1) {
            return false;
        }
        match items[i].text.as_str() {
            "'" => before == Kind::Letter && after == Kind::Letter,
            "." | "," | "٫" | "٬" => before == Kind::Digit && after == Kind::Digit,
            _ => false,
        }
    };
    let mut words: Vec<Word> = Vec::new();
    let mut gap: Vec<&Item> = Vec::new();
    let mut i = 0;
    while i < items.len() {
        if matches!(kinds[i], Kind::Mark | Kind::Other) {
            gap.push(&items[i]);
            i += 1;
            continue;
        }
        end_gap(&mut words, &mut gap);
        let single = matches!(kinds[i], Kind::Han | Kind::Southeast);
        let mut normal = items[i].text.clone();
        let (mut end, mut before, mut marks, mut j) = (items[i].end, kinds[i], 0, i + 1);
        while j < items.len() && !isolated(i) {
            let am = matches!(items[j].text.as_str(), "\u{E32}" | "\u{EB2}")
                && matches!(items[j - 1].text.as_str(), "\u{E4D}" | "\u{ECD}");
            if kinds[j] == Kind::Mark || am {
                marks += 1;
                if marks > 32 {
                    j += 1;
                    continue;
                }
            } else if !single && joins(j, before)
                || !single
                    && !isolated(j)
                    && matches!(kinds[j], Kind::Letter | Kind::Digit | Kind::Number)
            {
                before = kinds[j];
                marks = 0;
            } else {
                break;
            }
            normal.push_str(&items[j].text);
            end = items[j].end;
            j += 1;
        }
        let has_han = items[i].text.chars().any(|c| kind(c) == Kind::Han);
        let script = if kinds[i] == Kind::Southeast {
            Script::SoutheastAsian
        } else if has_han {
            Script::Han
        } else {
            Script::Words
        };
        let mut flags = script.marks().bits();
        if items[i].original.is_uppercase() && !items[i].original.is_numeric()
            || matches!(items[i].original, 'ǅ' | 'ǈ')
        {
            flags |= Marks::CAPITAL.bits();
        }
        if kinds[i] == Kind::Digit {
            flags |= Marks::NUMBER.bits();
        }
        words.push((normal.nfc().collect(), items[i].at, end, flags));
        i = j;
    }
    end_gap(&mut words, &mut gap);
    if let Some(last) = words.last_mut() {
        last.3 |= Marks::LINE_END.bits() | Marks::PARAGRAPH_END.bits();
    }
    words
}

fn end_gap(words: &mut [Word], gap: &mut Vec<&Item>) {
    let mut open = false;
    let mut return_end = usize::MAX;
    for item in gap.drain(..) {
        let Some(last) = words.last_mut() else { continue };
        let effects = item.text.chars().map(effects).fold(0, |a, b| a | b);
        last.3 |= effects & 15;
        if effects & Marks::LINE_END.bits() != 0 {
            if !(item.original == '\n' && return_end == item.at) {
                if open {
                    last.3 |= Marks::PARAGRAPH_END.bits();
                }
                open = true;
            }
            if item.original == '\r' {
                return_end = item.end;
            }
        } else if effects & SOLID != 0 {
            open = false;
        }
    }
}

fn rows(tokens: &Tokens) -> Vec<(u64, usize, usize, u8)> {
    let spans = tokens.spans().iter().map(|span| (span.start as usize, span.end as usize));
    let marks = tokens.marks().iter().map(|marks| marks.bits());
    tokens
        .hashes()
        .iter()
        .zip(spans)
        .zip(marks)
        .map(|((&hash, (start, end)), marks)| (hash, start, end, marks))
        .collect()
}

fn expected(text: &str) -> Vec<(u64, usize, usize, u8)> {
    oracle(text)
        .into_iter()
        .map(|(word, start, end, marks)| (hash::bytes(word.as_bytes()), start, end, marks))
        .collect()
}

/// Strings of pieces that meet in scraped text, or should not but do.
fn texts() -> impl Strategy<Value = String> {
    let ascii = "[a-zA-Z0-9 ]{1,12}|[ -~\n\r\t]{1,6}|[a-z]{1,3}['.,][a-z0-9]{1,3}|[0-9]{1,3}[.,'][0-9]{1,3}|[a-z]{1,40}";
    let breaks =
        "[ \n\r\t\u{B}\u{C}\u{85}\u{2028}\u{2029}\u{A0}\u{3000}]{1,4}|\r\n\r\n|\n \n|\n[.]\n";
    let punctuation = "[’‘‛ʼʻ՚׳＇'.,“”„—–…·•«»、。，！？؟،؛।॥։՞።．：_\u{0}\u{FFFD}😀\u{D7FF}\u{E000}\u{FFFF}]{1,3}";
    let latin = "[à-öø-ÿÀ-ÖØ-Þa-zA-Z’']{1,8}|[a-z]{1,4}’[a-z]{1,4}|[ßẞİŉſςΣσΐάᾳǅﬁﬀẛ]{1,3}|[α-ωΑ-Ρа-яА-Я]{1,8}|[가-힣ㄱ-ㅣ]{1,4}";
    let letters = "[\u{5D0}-\u{5EA}\u{5B0}-\u{5B9}]{1,6}|[\u{627}-\u{64A}\u{64B}-\u{652}٠-٩٫٬]{1,6}|[\u{905}-\u{939}\u{93E}-\u{94D}\u{958}]{1,6}|[\u{995}-\u{9A8}\u{9BE}\u{9C7}\u{9CD}\u{9D7}]{1,6}|[\u{D9A}\u{DD9}\u{DDC}\u{DCF}\u{DCA}]{1,5}|[\u{1100}-\u{1112}][\u{1161}-\u{1175}][\u{11A7}-\u{11C2}]?";
    let east = "[一-龠ぁ-ゖァ-ヺー々〇ｦ-ﾟ゙゚ㄅ-ㄩꀀ-ꒌ𠀀-𠂀]{1,5}|[ก-ฮะ-ฺเ-๎๐-๙ำํา]{1,6}|[ກ-ຎຳໍາ່ໜ]{1,4}|[က-ဪာ-ဲ]{1,4}";
    let marks = "[\u{300}-\u{304}\u{323}\u{327}\u{328}\u{338}]{1,3}|[\u{301}\u{323}]{30,40}";
    let ignored = "[\u{AD}\u{200B}-\u{200D}\u{FEFF}\u{FE0F}\u{34F}\u{2060}\u{E0100}]{1,2}";
    let compatible = "[½⅓①⑵⒈㈱㋀㍿㌀㎏㎡ℌⅣ²ﷺ…‥⁇ﬆＡ-Ｚａ-ｚ０-９．，𝐀𝟘¨´¯ŀ℀]{1,2}";
    let piece = prop_oneof![
        6 => ascii, 3 => breaks, 4 => punctuation, 4 => latin, 3 => letters, 3 => east, 1 => marks, 2 => ignored, 1 => compatible
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// No character that stands for several tokens, no iota subscript, nor a mark too many.
fn plain_texts() -> impl Strategy<Value = String> {
    texts().prop_filter("several", |text| {
        !text.contains(['½', '⅓', '㋀', '㍿', '㌀', 'ᾳ', 'ﷺ', '℀', 'ໜ', 'ゟ', 'ヿ', 'ㇿ'])
            && longest_run_of_marks(text) <= 24
    })
}

fn longest_run_of_marks(text: &str) -> usize {
    let mut run = 0;
    let runs = text.nfkd().filter(|&c| !is_ignored(c)).map(|c| {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        run
    });
    runs.max().unwrap_or(0)
}

fn hashes_of(text: &str) -> Vec<u64> {
    tokenize(text).hashes().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_are_those_of_the_oracle(text in texts()) {
        prop_assert_eq!(rows(&tokenize(&text)), expected(&text));
    }

    #[test]
    fn spans_increase_stand_on_characters_and_give_their_token_again(text in texts()) {
        let tokens = tokenize(&text);
        let mut last = 0;
        for (&hash, span) in tokens.hashes().iter().zip(tokens.spans()) {
            prop_assert!(last <= span.start && !span.is_empty());
            last = span.end;
            let slice = text.get(span.range()).expect("a character boundary");
            prop_assert_eq!(hashes_of(slice), [hash], "{:?}", slice);
        }
    }

    #[test]
    fn spaces_before_a_text_only_shift_it(text in texts(), spaces in 0usize..130) {
        let mut shifted = rows(&tokenize(&(" ".repeat(spaces) + &text)));
        for row in &mut shifted {
            row.1 -= spaces;
            row.2 -= spaces;
        }
        prop_assert_eq!(shifted, rows(&tokenize(&text)));
    }

    #[test]
    fn bytes_of_valid_text_have_its_tokens(text in texts()) {
        prop_assert_eq!(tokenize_bytes(text.as_bytes()), tokenize(&text));
    }

    #[test]
    fn invalid_bytes_act_as_their_replacement(
        text in texts(), damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len() + 1);
            if byte % 3 == 0 && at < bytes.len() { bytes.remove(at); } else { bytes.insert(at, byte); }
        }
        let (tokens, lossy) = (tokenize_bytes(&bytes), tokenize(&String::from_utf8_lossy(&bytes)));
        prop_assert_eq!(tokens.hashes(), lossy.hashes());
        prop_assert_eq!(tokens.marks(), lossy.marks());
        for (&hash, span) in tokens.hashes().iter().zip(tokens.spans()) {
            let slice = std::str::from_utf8(&bytes[span.range()]).expect("valid inside a token");
            prop_assert_eq!(hashes_of(slice), [hash]);
        }
    }

    #[test]
    fn any_bytes_are_tokenized(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let lossy = tokenize(&String::from_utf8_lossy(&bytes));
        let tokens = tokenize_bytes(&bytes);
        prop_assert_eq!(tokens.hashes(), lossy.hashes());
    }

    #[test]
    fn normalisation_forms_have_the_same_hashes(text in plain_texts()) {
        let hashes = hashes_of(&text);
        prop_assert_eq!(&hashes_of(&text.nfc().collect::<String>()), &hashes);
        prop_assert_eq!(&hashes_of(&text.nfd().collect::<String>()), &hashes);
        prop_assert_eq!(&hashes_of(&text.nfkc().collect::<String>()), &hashes);
        prop_assert_eq!(&hashes_of(&text.nfkd().collect::<String>()), &hashes);
    }

    #[test]
    fn case_does_not_count(text in plain_texts()) {
        let hashes = hashes_of(&text);
        prop_assert_eq!(&hashes_of(&text.to_uppercase()), &hashes);
        prop_assert_eq!(&hashes_of(&text.to_lowercase()), &hashes);
    }
}
