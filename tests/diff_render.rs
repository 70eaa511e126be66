//! How diffs read: golden renderings, foreign scripts, hostile text, limits.

use nearcopy::diff;
use nearcopy::diff::{End, HunkKind, Side, Style};

const NOTICE: &str = "Storm warning ignored at Port Ellen

The ferry left at dawn, the captain said, and nobody on the quay thought of the storm. Three crews \
had refused to sail that morning. The harbour master signed the papers all the same. He told \
reporters that the forecast had been wrong twice that week.

By noon the wind had reached force nine. Passengers were told to stay in the lower saloon, where \
tables had been tied to the walls. Children slept on life jackets while the crew handed out soup.

The company said on Monday that it would review its rules. A spokeswoman declined to say when the \
review would end.
";

const SCRAPE: &str = "Menu
Home
Weather

Storm warning ignored at Port Ellen

The ferry left at noon, the captain said, and nobody on the quay thought of the storm. Three crews \
had refused to sail that morning. A fourth crew was (almost) sick. The harbour master signed the \
papers all the same. He told reporters that the forecast had been wrong twice that week.

By noon the wind had reached force nine. Passengers were told to stay in the lower saloon, where

Related
Loading, please wait
Top
";

#[test]
fn a_scrape_reads_well() {
    let diff = diff(NOTICE, SCRAPE);
    assert_eq!(
        diff.headline().to_string(),
        "B is the first 64% of A; 1 word changed; 14 words only in B, 8 of them furniture \
         (“Menu Home Weather”, “A fourth crew was ...”, “Related Loading, please wait ...”)."
    );
    let expected = "\
--- furniture, 3 words only in B, before the shared text
{+Menu
Home
Weather+}

Storm warning ignored at Port Ellen

The ferry left at [-dawn,-] {+noon,+} the captain said, and nobody on the quay
thought of the storm. Three crews had refused to sail that morning. {+A fourth
crew was (almost) sick.+} The harbour master signed the papers all the same. He
told reporters that the forecast had been wrong twice that week.

By noon the wind had reached force nine. Passengers were told to stay in the
lower saloon, where
";
    let rendered = diff.inline(Style::plain()).to_string();
    assert!(rendered.starts_with(expected), "{rendered}");
    assert_eq!(
        &rendered[expected.len()..],
        "
--- cut off in B: the tail of A, 39 words (36%)
[-tables had been tied to the walls. Children slept on life jackets while the
crew handed out soup.

The company said on Monday that it would review its rules. A spokeswoman
declined to say when the review would end.-]

--- furniture, 5 words only in B, behind the shared text
{+Related
Loading, please wait
Top+}"
    );
}

#[test]
fn unified_shows_whole_sentences() {
    let a = "One two three four five six. Seven (eight) nine. Ten eleven twelve thirteen.";
    let b = "One two three four five six. Seven (8) nine! Ten eleven twelve thirteen.";
    assert_eq!(
        diff(a, b).unified(2).to_string(),
        "@@ -19,41 +19,37 @@\n five six.\n-Seven (eight) nine.\n+Seven (8) nine!\n Ten eleven\n"
    );
}

#[test]
fn moved_passages_are_linked() {
    let (one, two) = (
        "The bridge was built of oak and iron by nine men in one winter. ",
        "Every spring the river carries ice against its pillars and shakes them. ",
    );
    let filler =
        "Nobody counts the carts that cross it now, but there are many more than there were. ";
    let (a, b) = (format!("{one}{filler}{two}"), format!("{filler}{two}{one}"));
    let diff = diff(&a, &b);
    let kinds: Vec<HunkKind> = diff.hunks().iter().map(|hunk| hunk.kind).collect();
    let moved = |link| HunkKind::Moved { link };
    assert_eq!(kinds, [moved(2), HunkKind::Shared, moved(0)]);
    assert_eq!(diff.bytes(&diff.hunks()[2], Side::B), one.as_bytes());
    assert_eq!(
        diff.summary().to_string(),
        "A and B share 42 words: 100% of A, 100% of B; 14 words moved."
    );
    let rendered = diff.inline(Style::plain()).to_string();
    assert!(rendered.starts_with("--- moved passage 1: 14 words of A, in B further down\n[-The"));
    assert!(rendered.contains("\n--- moved passage 1: 14 words of B, in A further up\n{+The"));
}

#[test]
fn a_second_copy_is_repeated_not_new() {
    let quote = "We shall never sell the harbour to anybody who does not sail. ";
    let rest =
        "The mayor said so on the steps of the town hall, and the crowd cheered for a while. ";
    let b = format!("{quote}{rest}{quote}");
    let a = format!("{quote}{rest}");
    let diff = diff(&a, &b);
    let last = diff.hunks().last().expect("there are hunks");
    assert_eq!((last.kind, last.words_b), (HunkKind::Repeated { link: 0 }, 12));
    assert_eq!(diff.summary().repeated_b, 12);
}

#[test]
fn a_missing_head_and_tail_are_told_apart_from_furniture() {
    let head = "The first part of the story tells how the island got its name and its two wells. ";
    let body =
        "Then the sailors came and brought goats, which ate all the young trees in ten years. ";
    let tail =
        "In the end the islanders left with the last ship, and the wells were filled by sand.";
    let whole = format!("{head}{body}{tail}");
    let middle = diff(&whole, body);
    let cut = |end, missing_in| HunkKind::CutOff { end, missing_in };
    let kinds: Vec<HunkKind> = middle.hunks().iter().map(|hunk| hunk.kind).collect();
    assert_eq!(kinds, [cut(End::Head, Side::B), HunkKind::Shared, cut(End::Tail, Side::B)]);
    assert_eq!(
        middle.summary().to_string(),
        "B lacks the head (17 words) and the tail (17 words) of A; 32% are left."
    );
    let mirrored: Vec<HunkKind> = diff(body, &whole).hunks().iter().map(|h| h.kind).collect();
    assert_eq!(mirrored, [cut(End::Head, Side::A), HunkKind::Shared, cut(End::Tail, Side::A)]);
}

#[test]
fn chance_phrases_of_unrelated_texts_are_not_shared() {
    let filler = |from: u32| -> String { (from..from + 120).map(|i| format!("u{i} ")).collect() };
    let a = format!("{}for the first time in {}", filler(0), filler(1000));
    let b = format!("{}for the first time in {}", filler(2000), filler(3000));
    assert_eq!(
        diff(&a, &b).summary().to_string(),
        "A (245 words) and B (245 words) share no passage."
    );
}

#[test]
fn insertions_begin_where_sentences_do() {
    let a = "The cat sat on the old mat. The hen laid one more egg today.";
    let b = "The cat sat on the old mat. The dog barked. The hen laid one more egg today.";
    let diff = diff(a, b);
    assert_eq!(diff.bytes(&diff.hunks()[1], Side::B), b"The dog barked. ");
}

#[test]
fn control_characters_cannot_drive_a_terminal() {
    let a =
        "one two three four five six seven \u{1b}[31mred\u{1b}[0m \u{9b}2J bell\u{7} \u{202e}evil";
    let b = "one two three four five six seven \u{1b}]0;title\u{7} eight\u{0}\u{7f}";
    let shown = diff(a, b).inline(Style::plain()).to_string();
    assert_eq!(
        shown,
        "one two three four five six seven [-\u{241b}[31mred\u{241b}[0m \\u{9b}2J bell\u{2407} \
         \\u{202e}evil-]\n{+\u{241b}]0;title\u{2407} eight\u{2400}\u{2421}+}"
    );
    let unified = diff(a, b).unified(3).to_string();
    assert!(!unified.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn colours_are_named_anew_on_each_line() {
    let a = "one two three four five six seven eight nine ten";
    let b = "one two three four five six seven and a good many more words eight nine ten";
    let shown = diff(a, b).inline(Style::ansi().width(40)).to_string();
    assert_eq!(
        shown,
        "one two three four five six seven \u{1b}[32mand a\u{1b}[0m\n\
         \u{1b}[32mgood many more words\u{1b}[0m eight nine ten"
    );
}

#[test]
fn wide_characters_take_two_columns() {
    let a = "昨日、東京都内で開かれた会議で、首相は新しい経済政策について説明し、各国の代表と意見を交換した。";
    let b = a.replace("東京", "大阪");
    let rendered = diff(a, &b).inline(Style::plain().width(40).full()).to_string();
    assert_eq!(
        rendered,
        "昨日、[-東京-]{+大阪+}都内で開かれた会議\nで、首相は新しい経済政策について説明し、\n各国の代表と意見を交換した。"
    );
}

#[test]
fn one_word_a_million_times_is_bounded() {
    let words = vec!["la"; 1_000_000];
    let mut other = words.clone();
    other[500_000] = "lo";
    let (a, b) = (words.join(" "), other.join(" "));
    let one_change = diff(&a, &b);
    assert_eq!(one_change.summary().shared, 999_999);
    assert!(one_change.inline(Style::plain()).to_string().len() < 1000);
    other.iter_mut().step_by(7).for_each(|word| *word = "lo");
    let many = other.join(" ");
    let many_changes = diff(&a, &many);
    assert!(many_changes.is_approximate());
    assert!(many_changes.summary().approximate);
}

#[test]
fn more_runs_than_are_chained_still_stand_in_order() {
    let words: Vec<String> = (0..60_000u64).map(|i| format!("w{}", i * i % 7919)).collect();
    let mut edited = words.clone();
    edited.iter_mut().step_by(10).for_each(|word| word.push('x'));
    let (a, b) = (words.join(" "), edited.join(" "));
    let summary = diff(&a, &b).summary();
    assert_eq!((summary.shared, summary.changed_a, summary.moved), (54_000, 6_000, 0));
}

#[test]
fn a_word_of_megabytes_is_shown_by_its_ends() {
    let blob = "x".repeat(2_000_000);
    let other = format!("{blob}y");
    let shown = diff(&blob, &other).inline(Style::plain()).to_string();
    assert!(shown.len() < 1000, "{}", shown.len());
    assert!(shown.contains("... 1999840 bytes ..."), "{shown}");
}

#[cfg(feature = "serde")]
#[test]
fn hunks_are_flat_in_json() {
    use nearcopy::diff::{Hunk, Summary};

    let diff = diff("one two three four five six seven.", "one two three four five six eight.");
    let json = serde_json::to_value(diff.hunks()).expect("hunks are plain data");
    assert_eq!(json[0]["kind"], "shared");
    assert_eq!(json[1]["kind"], "changed");
    assert_eq!(json[1]["a"]["start"], 28);
    let back: Vec<Hunk> = serde_json::from_value(json).expect("what was written is read");
    assert_eq!(back, diff.hunks());
    let summary = serde_json::to_string(&diff.summary()).expect("a summary is plain data");
    let back: Summary = serde_json::from_str(&summary).expect("what was written is read");
    assert_eq!(back, diff.summary());
}
