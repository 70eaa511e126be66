//! Corpora and documents that nobody would write.

mod prose;

use nearcopy::dedup::{Dedup, Doc};
use nearcopy::{Comparer, Relation};

#[test]
fn no_documents() {
    let report = Dedup::new().run(std::iter::empty::<&str>());
    assert_eq!((report.clusters(), report.pairs()), (&[][..], &[][..]));
    assert_eq!(report.kept().count(), 0);
    assert_eq!(report.counts().documents, 0);
}

#[test]
fn ten_thousand_empty_documents_stay_alone() {
    let texts = vec!["  \n-- \n"; 10_000];
    let report = Dedup::new().run(texts);
    assert_eq!(report.clusters(), []);
    assert_eq!(report.kept().count(), 10_000);
    assert_eq!((report.counts().empty, report.counts().verified), (10_000, 0));
}

#[test]
fn ten_thousand_equal_documents_are_one() {
    let text = prose::article(1, 25);
    let report = Dedup::new().run(vec![&*text; 10_000]);
    assert_eq!(report.clusters().len(), 1);
    let cluster = &report.clusters()[0];
    assert_eq!((cluster.representative, cluster.size()), (0, 10_000));
    assert!(cluster.members.iter().all(|m| m.relation == Relation::Identical));
    assert_eq!(report.kept().collect::<Vec<_>>(), [0]);
    // one look each, not one for each pair
    assert!(report.counts().verified < 20_000);
}

#[test]
fn thousands_of_tiny_documents() {
    let texts: Vec<String> = (0..6000).map(|i| format!("item {}", i / 2)).collect();
    let report = Dedup::new().run(&texts);
    assert_eq!(report.clusters().len(), 3000);
    assert_eq!(report.counts().tiny, 6000);
    assert!(report.clusters().iter().all(|c| c.size() == 2));
}

#[test]
fn one_word_a_million_times() {
    let long = "drum ".repeat(1_000_000);
    let texts = [&*long, &long[..long.len() - 500], "drum drum drum drum drum drum", "drum"];
    let report = Dedup::new().run(texts);
    assert_eq!(report.counts().documents, 4);
    assert!(report.counts().places_skipped > 0);
    let comparer = Comparer::default();
    let document = comparer.prepare(&long);
    assert_eq!(comparer.relate(&document, &document).0, Relation::Identical);
}

#[test]
fn five_megabytes_on_one_line() {
    let sentence = prose::paragraph(&mut prose::Rng(5), 400);
    let mut line = String::new();
    let mut n = 0;
    while line.len() < 5_000_000 {
        line += &sentence;
        line += &format!(" Part {n} ends here. ");
        n += 1;
    }
    let half = &line[..line.len() / 2];
    let report = Dedup::new().run([&line, half]);
    assert_eq!(report.clusters().len(), 1);
    assert_eq!(report.clusters()[0].representative, 0);
}

#[test]
fn nothing_but_furniture() {
    let page = "Home\nNews\nSport\n\nWe use cookies to improve this site. Accept all cookies\n\n\
                Sign up for our newsletter\nAll rights reserved\nLoading, please wait...";
    let article = format!("{page}\n\n{}\n\n{page}", prose::article(1, 200));
    let report = Dedup::new().run([page, &article, page, ""]);
    assert_eq!(report.clusters().len(), 1);
    assert_eq!(report.clusters()[0].docs().collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn texts_of_any_characters() {
    let mut rng = prose::Rng(9);
    let texts: Vec<String> = (0..120)
        .map(|i| {
            let any = |rng: &mut prose::Rng| match rng.below(5) {
                0 => char::from_u32(rng.below(0x11_0000) as u32).unwrap_or('\u{FFFD}'),
                1 => ['\n', '\r', '\u{2028}', ' ', '\u{AD}'][rng.below(5)],
                2 => char::from_u32(0x300 + rng.below(0x70) as u32).unwrap(),
                3 => char::from_u32(0x0E00 + rng.below(0x60) as u32).unwrap(),
                _ => char::from(b'a' + rng.below(3) as u8),
            };
            (0..i * 7 % 400).map(|_| any(&mut rng)).collect()
        })
        .collect();
    let site = |i: usize| (!i.is_multiple_of(3)).then_some(["one", "two"][i % 2]);
    let docs = texts.iter().chain(&texts).enumerate();
    let report = Dedup::new().run(docs.map(|(i, t)| Doc::new(t).site(site(i))));
    assert_eq!(report.counts().documents, 240);
    let comparer = Comparer::default();
    for (doc, text) in texts.iter().enumerate() {
        let tokens = comparer.prepare(text);
        if !tokens.tokens().is_empty() {
            assert_eq!(report.representative_of(doc), report.representative_of(doc + 120));
        }
    }
}

#[test]
fn damaged_bytes() {
    let comparer = Comparer::default();
    let text = prose::chinese(3, 200) + &prose::article(3, 100);
    let whole = comparer.prepare(&text);
    for cut in 0..text.len().min(400) {
        // a byte lost somewhere in the middle of a character or not
        let mut bytes = text.as_bytes().to_vec();
        bytes.remove(cut);
        let damaged = comparer.prepare_bytes(&bytes);
        for span in damaged.tokens().spans() {
            assert!(span.range().end <= bytes.len());
        }
        assert!(comparer.relate(&damaged, &whole).0.is_match());
    }
}
