//! Tokens that never change: a table of texts, the digest of every character, and hard cases.

use std::ops::Range;

use nearcopy::hash;
use nearcopy::text::{Marks, Tokens, tokenize, tokenize_bytes, tokenize_bytes_into, tokenize_into};

/// Normal form, its hash, bytes of the text, marks.
type Row = (&'static str, u64, Range<usize>, u8);

/// The words are written by hand; the hashes are those of the reference library of xxHash.
const GOLDEN: &[(&str, &[Row])] = &[
    ("", &[]),
    (
        "The quick brown fox.",
        &[
            ("the", 0xCB12_8363_1CF3_3D7D, 0..3, 64),
            ("quick", 0xA484_D68A_B370_B322, 4..9, 0),
            ("brown", 0x0E2B_C6A2_28DE_D8EB, 10..15, 0),
            ("fox", 0xC1CF_EE97_854B_92CF, 16..19, 7),
        ],
    ),
    (
        "Don\u{2019}t! L'homme, rock'n'roll",
        &[
            ("don't", 0x0C7E_F667_E291_0FD2, 0..7, 65),
            ("l'homme", 0x2D9A_6026_89AA_86E9, 9..16, 72),
            ("rock'n'roll", 0xBA3E_FFB4_5E1E_E9EA, 18..29, 6),
        ],
    ),
    (
        "'quoted' dogs' 'tis",
        &[
            ("quoted", 0x735A_84FF_610C_3C04, 1..7, 0),
            ("dogs", 0xB231_AE10_929C_B6D7, 9..13, 0),
            ("tis", 0xE864_EA81_CD14_83AF, 16..19, 6),
        ],
    ),
    (
        "end.Next _word_ a-b c:d e_f",
        &[
            ("end", 0xF66D_8CC5_D275_F416, 0..3, 1),
            ("next", 0x6DCE_25B5_BEE3_BCBF, 4..8, 64),
            ("word", 0xE3CE_369C_F66C_5C55, 10..14, 0),
            ("a", 0xE6C6_32B6_1E96_4E1F, 16..17, 0),
            ("b", 0x575A_0B1C_44D8_843F, 18..19, 0),
            ("c", 0x8C40_219A_46B9_F81B, 20..21, 8),
            ("d", 0x45F8_0274_C9C7_A7CA, 22..23, 0),
            ("e", 0xE5E7_2E5E_3BEC_4A78, 24..25, 0),
            ("f", 0x33C1_5590_9FF3_BA9A, 26..27, 6),
        ],
    ),
    (
        "3.14 and 1,000 but 5. 6, v1.2",
        &[
            ("3.14", 0xC00A_0804_D15B_22E1, 0..4, 128),
            ("and", 0xF139_45E9_A4F2_9EBF, 5..8, 0),
            ("1,000", 0x4B13_6518_0E43_AA65, 9..14, 128),
            ("but", 0x2DF7_1B57_5D4B_99C4, 15..18, 0),
            ("5", 0xDEDB_9801_00C8_7E72, 19..20, 129),
            ("6", 0xB564_A488_62BC_4A0D, 22..23, 136),
            ("v1.2", 0xD5EF_9AC4_E327_73BB, 25..29, 6),
        ],
    ),
    (
        "COVID19 3rd \u{663}\u{66B}\u{661}\u{664}",
        &[
            ("covid19", 0xA8F1_7817_699F_1A24, 0..7, 64),
            ("3rd", 0x98FD_0176_BC77_5BA2, 8..11, 128),
            ("\u{663}\u{66B}\u{661}\u{664}", 0x172A_C1B5_BEBA_F73F, 12..20, 134),
        ],
    ),
    (
        "one\r\ntwo\r\n \r\nthree\rfour\n\nfive\n.\nsix\u{2029}seven\u{B}",
        &[
            ("one", 0x911F_ABA7_321F_E1A0, 0..3, 2),
            ("two", 0x6C05_60BD_CB29_998B, 5..8, 6),
            ("three", 0xC11D_F15E_B3A3_E385, 13..18, 2),
            ("four", 0xADC1_176A_C1EA_0D6B, 19..23, 6),
            ("five", 0x1C19_8C5B_A936_FDEA, 25..29, 3),
            ("six", 0x112F_1761_2E86_8C63, 32..35, 6),
            ("seven", 0x44CD_1A7C_1490_7A28, 38..43, 6),
        ],
    ),
    (
        "Stra\u{DF}e STRASSE \u{1E9E}",
        &[
            ("strasse", 0x6A52_6040_6C46_E30C, 0..7, 64),
            ("strasse", 0x6A52_6040_6C46_E30C, 8..15, 64),
            ("ss", 0x5885_6DC7_EF48_C121, 16..19, 70),
        ],
    ),
    (
        "\u{38C}\u{3C3}\u{3BF}\u{3C2} \u{38C}\u{3A3}\u{39F}\u{3A3}",
        &[
            ("\u{3CC}\u{3C3}\u{3BF}\u{3C3}", 0x24D4_D57F_7019_5358, 0..8, 64),
            ("\u{3CC}\u{3C3}\u{3BF}\u{3C3}", 0x24D4_D57F_7019_5358, 9..17, 70),
        ],
    ),
    (
        "\u{130}stanbul \u{131}",
        &[
            ("i\u{307}stanbul", 0xF1C9_09F6_E5C8_2711, 0..9, 64),
            ("\u{131}", 0x5D3D_6CA0_48D2_456E, 10..12, 6),
        ],
    ),
    (
        "\u{FB01}ne o\u{FB03}ce",
        &[("fine", 0x0027_83DB_772A_D77D, 0..5, 0), ("office", 0x4117_4E34_F3FD_529C, 6..12, 6)],
    ),
    (
        "\u{2460} \u{2474}\u{2475} \u{BD} 2\u{BD} \u{33A1}",
        &[
            ("1", 0x65CD_2502_8F98_F158, 0..3, 128),
            ("1", 0x65CD_2502_8F98_F158, 4..7, 128),
            ("2", 0xFB95_A732_2F5D_A314, 7..10, 128),
            ("1\u{2044}2", 0x5515_6AEE_81C2_964B, 11..13, 128),
            ("2", 0xFB95_A732_2F5D_A314, 14..15, 128),
            ("1\u{2044}2", 0x5515_6AEE_81C2_964B, 15..17, 128),
            ("m2", 0x2990_F37A_F5FE_486F, 18..21, 6),
        ],
    ),
    (
        "\u{FF28}\u{FF45}\u{FF4C}\u{FF4C}\u{FF4F}\u{FF0C}\u{FF11}\u{FF0E}\u{FF15}\u{3002}",
        &[("hello", 0x9555_E855_5C62_DCFD, 0..15, 72), ("1.5", 0x3D00_6AFF_BF7F_50EE, 18..27, 135)],
    ),
    (
        "soft\u{AD}hyphen zero\u{200B}width \u{FEFF}bom a\u{200D}",
        &[
            ("softhyphen", 0x8D26_34ED_6F3C_4289, 0..12, 0),
            ("zerowidth", 0x4DBD_CBF4_8F7E_7AB5, 13..25, 0),
            ("bom", 0x0999_F7DF_928F_5077, 29..32, 0),
            ("a", 0xE6C6_32B6_1E96_4E1F, 33..34, 6),
        ],
    ),
    (
        "cafe\u{301} CAF\u{C9} \u{301}x",
        &[
            ("caf\u{E9}", 0x4C83_DBD5_F29D_367F, 0..6, 0),
            ("caf\u{E9}", 0x4C83_DBD5_F29D_367F, 7..12, 64),
            ("x", 0xEAF0_6C64_80B2_CD11, 15..16, 6),
        ],
    ),
    (
        "\u{65E5}\u{672C}\u{8A9E}\u{3001}\u{30AB}\u{30BF}\u{30AB}\u{30CA}\u{30FC}\u{3002}\u{3005}",
        &[
            ("\u{65E5}", 0xF4E4_F0AE_8D8A_85C4, 0..3, 16),
            ("\u{672C}", 0xCC39_4539_F800_B472, 3..6, 16),
            ("\u{8A9E}", 0xA016_C0CE_AE14_3A2A, 6..9, 24),
            ("\u{30AB}", 0x8195_0B82_9CD6_8573, 12..15, 16),
            ("\u{30BF}", 0xA05A_E10A_30BA_5E3C, 15..18, 16),
            ("\u{30AB}", 0x8195_0B82_9CD6_8573, 18..21, 16),
            ("\u{30CA}", 0x1AA2_64BD_4B48_D6CA, 21..24, 16),
            ("\u{30FC}", 0x1873_3A70_2A69_8E32, 24..27, 17),
            ("\u{3005}", 0x3595_E388_9904_65A2, 30..33, 22),
        ],
    ),
    (
        "\u{FF76}\u{FF9E} \u{304B}\u{3099} \u{337F} \u{32C0} \u{3231}",
        &[
            ("\u{30AC}", 0x4284_0859_C80E_DCC2, 0..6, 16),
            ("\u{304C}", 0x087D_3BF0_C0B8_5B4D, 7..13, 16),
            ("\u{682A}\u{5F0F}\u{4F1A}\u{793E}", 0xBA7E_64D2_7F9F_2D0C, 14..17, 16),
            ("1\u{6708}", 0x88C2_B913_6694_8981, 18..21, 144),
            ("\u{682A}", 0x5F0C_F7BE_AF2A_4739, 22..25, 22),
        ],
    ),
    (
        "iPhone15\u{4E2D}\u{6587}abc",
        &[
            ("iphone15", 0xBE70_066E_835E_3F9F, 0..8, 0),
            ("\u{4E2D}", 0x0524_B6E0_5BC2_0C62, 8..11, 16),
            ("\u{6587}", 0x47AE_0A86_82F8_FD7A, 11..14, 16),
            ("abc", 0x78AF_5F94_892F_3950, 14..17, 6),
        ],
    ),
    (
        "\u{E19}\u{E49}\u{E33} \u{E01}\u{E34}\u{E19}\u{E52}",
        &[
            ("\u{E19}\u{E49}\u{E4D}\u{E32}", 0xAC11_50E9_9661_6428, 0..9, 32),
            ("\u{E01}\u{E34}", 0x0F2F_C64F_3640_969E, 10..16, 32),
            ("\u{E19}", 0x7C02_2570_5378_2E63, 16..19, 32),
            ("\u{E52}", 0xBB7D_8BF8_C2D9_86A4, 19..22, 134),
        ],
    ),
    (
        "\u{1780}\u{17BB} \u{1019}\u{103C}\u{1014}\u{103A}",
        &[
            ("\u{1780}\u{17BB}", 0x4DBD_AE8A_E3A7_A6E9, 0..6, 32),
            ("\u{1019}\u{103C}", 0x7513_7E00_7478_F019, 7..13, 32),
            ("\u{1014}\u{103A}", 0x4FD1_3400_D1AE_DAFE, 13..19, 38),
        ],
    ),
    (
        "\u{D55C}\u{AD6D}\u{C5B4} \u{1112}\u{1161}\u{11AB}",
        &[
            ("\u{D55C}\u{AD6D}\u{C5B4}", 0x5FA3_2F32_841F_F916, 0..9, 0),
            ("\u{D55C}", 0x6334_2715_256F_11F6, 10..19, 6),
        ],
    ),
    (
        "\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}\u{964} \u{958}",
        &[
            ("\u{939}\u{93F}\u{928}\u{94D}\u{926}\u{940}", 0x1114_3212_1592_798F, 0..18, 1),
            ("\u{915}\u{93C}", 0x5600_514C_D183_A5D7, 22..25, 6),
        ],
    ),
    (
        "\u{645}\u{631}\u{62D}\u{628}\u{627}\u{61F} \u{646}\u{639}\u{645}\u{60C} \u{644}\u{627}\u{61B}",
        &[
            ("\u{645}\u{631}\u{62D}\u{628}\u{627}", 0x695F_E7F2_9E50_5898, 0..10, 1),
            ("\u{646}\u{639}\u{645}", 0x00B5_906D_DED0_3AE9, 13..19, 8),
            ("\u{644}\u{627}", 0xFE5F_2D4E_C2F8_D1D5, 22..26, 14),
        ],
    ),
    (
        "a\u{327}\u{301} \u{C8}\u{323}",
        &[
            ("\u{E1}\u{327}", 0x6AE2_F029_2BFF_C152, 0..5, 0),
            ("\u{1EB9}\u{300}", 0x6A20_0573_900D_8F16, 6..10, 70),
        ],
    ),
    (
        "x\u{0}y\u{FFFD}z\u{A0}w\u{1F600}v\u{2014}u\u{2026}",
        &[
            ("x", 0xEAF0_6C64_80B2_CD11, 0..1, 0),
            ("y", 0x272B_57E6_D7C0_A9E5, 2..3, 0),
            ("z", 0x54A7_D9DD_E88E_ADB0, 6..7, 0),
            ("w", 0xACEE_E8F5_DE19_3E29, 9..10, 0),
            ("v", 0xF704_2BE4_3FB8_0714, 14..15, 0),
            ("u", 0x0DE0_F3CE_F1E7_6922, 18..19, 7),
        ],
    ),
    (
        "\u{1C5} \u{1D400}\u{1D7D8} \u{2163}",
        &[
            ("d\u{17E}", 0x41C7_5F01_30B2_D147, 0..2, 64),
            ("a0", 0x26B9_9533_A20A_AECA, 3..11, 64),
            ("iv", 0x9FAD_4522_8765_4850, 12..15, 6),
        ],
    ),
    (
        "\u{201C}It\u{2019}s fine,\u{201D} she said \u{2013} \u{2018}yes\u{2019}\u{2026} \u{AB}no\u{BB}",
        &[
            ("it's", 0x1128_E8C6_02E9_B11E, 3..9, 64),
            ("fine", 0x0027_83DB_772A_D77D, 10..14, 8),
            ("she", 0xB074_95F2_6D95_91B4, 19..22, 0),
            ("said", 0x14C3_DD57_ACEC_1933, 23..27, 0),
            ("yes", 0xBB9D_B50D_5F73_A9DF, 35..38, 1),
            ("no", 0x9D08_FC5A_B702_AAE8, 47..49, 6),
        ],
    ),
    (
        "\u{43C}\u{2019}\u{44F}\u{442}\u{430} \u{43C}\u{2BC}\u{44F}\u{442}\u{430} \u{41C}'\u{42F}\u{422}\u{410}",
        &[
            ("\u{43C}'\u{44F}\u{442}\u{430}", 0xCE9A_B4F7_8B6F_74F2, 0..11, 0),
            ("\u{43C}'\u{44F}\u{442}\u{430}", 0xCE9A_B4F7_8B6F_74F2, 12..22, 0),
            ("\u{43C}'\u{44F}\u{442}\u{430}", 0xCE9A_B4F7_8B6F_74F2, 23..32, 70),
        ],
    ),
    (
        "don''t a'1 1'000 it'\u{301}s",
        &[
            ("don", 0x5CEB_CB82_3A78_C94B, 0..3, 0),
            ("t", 0x7603_3E85_F0AC_F92D, 5..6, 0),
            ("a", 0xE6C6_32B6_1E96_4E1F, 7..8, 0),
            ("1", 0x65CD_2502_8F98_F158, 9..10, 128),
            ("1", 0x65CD_2502_8F98_F158, 11..12, 128),
            ("000", 0x489D_8936_9E96_611A, 13..16, 128),
            ("it", 0x0373_8408_2EEB_C5A9, 17..19, 0),
            ("s", 0xD6B9_D4D1_4FF6_BE13, 22..23, 6),
        ],
    ),
    (
        "supercalifragilisticexpialidocious Pneumonoultramicroscopic\u{2019}s",
        &[
            ("supercalifragilisticexpialidocious", 0xCF9E_DD56_A965_F7ED, 0..34, 0),
            ("pneumonoultramicroscopic's", 0x1F3E_D420_EFC1_2440, 35..63, 70),
        ],
    ),
    (
        "https://example.com/a?b=1",
        &[
            ("https", 0xA222_52EE_F2ED_2C13, 0..5, 8),
            ("example", 0xFB7A_0331_4718_D98C, 8..15, 1),
            ("com", 0xDF99_0E50_F675_2279, 16..19, 0),
            ("a", 0xE6C6_32B6_1E96_4E1F, 20..21, 1),
            ("b", 0x575A_0B1C_44D8_843F, 22..23, 0),
            ("1", 0x65CD_2502_8F98_F158, 24..25, 134),
        ],
    ),
];

fn rows(tokens: &Tokens) -> Vec<(u64, Range<usize>, u8)> {
    let spans = tokens.spans().iter().map(|span| span.range());
    let marks = tokens.marks().iter().map(|marks| marks.bits());
    tokens
        .hashes()
        .iter()
        .zip(spans)
        .zip(marks)
        .map(|((&hash, span), marks)| (hash, span, marks))
        .collect()
}

#[test]
fn golden_texts_have_their_tokens() {
    for &(text, words) in GOLDEN {
        let expected: Vec<_> =
            words.iter().map(|(_, hash, span, marks)| (*hash, span.clone(), *marks)).collect();
        assert_eq!(rows(&tokenize(text)), expected, "{text:?}");
        assert_eq!(rows(&tokenize_bytes(text.as_bytes())), expected, "{text:?}");
        for (word, hash, ..) in words {
            assert_eq!(hash::bytes(word.as_bytes()), *hash, "{word:?}");
        }
    }
}

/// The digest is that of `tests/unicode/every_character.py`, which shares no data with the crate.
#[test]
fn every_character_has_its_normal_form_and_kind() {
    let mut data = Vec::new();
    let mut count = 0;
    let mut tokens = Tokens::default();
    for c in '\0'..=char::MAX {
        tokenize_into(c.encode_utf8(&mut [0; 4]), &mut tokens);
        for (hash, marks) in tokens.hashes().iter().zip(tokens.marks()) {
            data.extend_from_slice(&u32::from(c).to_le_bytes());
            data.extend_from_slice(&hash.to_le_bytes());
            data.push(marks.bits() & 0xF0);
            count += 1;
        }
    }
    assert_eq!(count, 138_808);
    assert_eq!(hash::bytes(&data), 0x1322_5C99_6972_3CCE);
}

#[test]
fn characters_after_unicode_15_0_separate() {
    // A Garay letter (16.0), a CJK ideograph of extension I (15.1), Todhri (16.0).
    for c in ['\u{10D50}', '\u{2EBF0}', '\u{105C0}'] {
        assert_eq!(tokenize(&format!("a{c}b")).len(), 2);
    }
}

#[test]
fn a_run_of_marks_counts_up_to_the_limit() {
    let marks = |n: usize| format!("a{}b", "\u{301}".repeat(n));
    let limit = tokenize(&marks(32));
    assert_ne!(limit.hashes(), tokenize(&marks(31)).hashes());
    let many = tokenize(&marks(1_000_000));
    assert_eq!(many.hashes(), limit.hashes());
    assert_eq!(many.spans()[0].range(), 0..2_000_002);
    // The span ends with the last mark that counts.
    let open = format!("e{}", "\u{323}".repeat(1_000_000));
    assert_eq!(tokenize(&open).spans()[0].range(), 0..65);
    // Marks without a letter are nothing.
    assert!(tokenize(&"\u{301}".repeat(1_000_000)).is_empty());
    assert_eq!(tokenize(&"\u{1100}\u{1161}".repeat(300_000)).len(), 1);
}

#[test]
fn a_huge_word_is_one_token() {
    let cases = [
        ("a", "a", 50_000_000),
        ("Q", "q", 2_000_000),
        ("\u{E9}", "\u{E9}", 4_000_000),
        ("\u{C9}", "\u{E9}", 2_000_000),
        ("e\u{301}", "\u{E9}", 2_000_000),
    ];
    for (piece, normal, size) in cases {
        let text = piece.repeat(size / piece.len());
        let tokens = tokenize(&text);
        assert_eq!(tokens.len(), 1);
        assert_eq!(
            tokens.hashes()[0],
            hash::bytes(normal.repeat(text.len() / piece.len()).as_bytes())
        );
        assert_eq!(tokens.spans()[0].range(), 0..text.len());
    }
}

#[test]
fn nothing_but_separators_is_no_token() {
    for text in
        ["", "\0", "\0\0\0", " \r\n\t", "\u{200B}", "\u{301}", "'.,", "😀", "\u{FFFD}", "\u{E000}"]
    {
        assert!(tokenize(text).is_empty(), "{text:?}");
        assert!(tokenize(&text.repeat(1000)).is_empty(), "{text:?}");
    }
    assert!(tokenize_bytes(b"\xFF\xFE\x80").is_empty());
}

#[test]
fn bytes_that_are_not_utf_8_separate() {
    // A lone surrogate, a cut character, an overlong form.
    for bytes in [&b"ab\xED\xA0\x80cd"[..], b"ab\xE2\x80\xC0cd", b"ab\xC0\xAFxcd"] {
        let tokens = tokenize_bytes(bytes);
        assert_eq!(tokens.hashes()[0], hash::bytes(b"ab"));
        assert_eq!(tokens.spans()[0].range(), 0..2);
        assert_eq!(tokens.spans()[tokens.len() - 1].range().end, bytes.len());
        assert!(tokens.len() > 1);
    }
    // A blank line cannot hold them.
    assert!(!tokenize_bytes(b"a\n\xFF\nb").marks()[0].has(Marks::PARAGRAPH_END));
    assert!(tokenize_bytes(b"a\n\nb\xFF").marks()[0].has(Marks::PARAGRAPH_END));
}

#[test]
fn words_at_every_place_of_a_block_are_the_same() {
    let text = "Don\u{2019}t 3.14 caf\u{E9} a\u{AD}b l\u{2019}\u{E9}t\u{E9} \u{201C}x\u{201D} 1.\u{AD}5 it'\u{FF53} end.\r\n\r\nNo";
    let words = ["don't", "3.14", "café", "ab", "l'été", "x", "1.5", "it's", "end", "no"];
    let hashes: Vec<u64> = words.iter().map(|word| hash::bytes(word.as_bytes())).collect();
    for pad in 0..200 {
        for (fill, n) in [(" ", 0), ("x ", pad.min(1)), ("—", 0)] {
            let padded = fill.repeat(pad) + text;
            let tokens = tokenize(&padded);
            let skip = if n > 0 { pad } else { 0 };
            assert_eq!(tokens.hashes()[skip..], hashes, "{pad}");
            let end = tokens.marks()[skip + 8];
            assert!(end.has(Marks::SENTENCE_END) && end.has(Marks::PARAGRAPH_END));
        }
    }
}

#[test]
fn a_reused_buffer_keeps_nothing() {
    let mut tokens = Tokens::default();
    tokenize_into(&"one two ".repeat(1000), &mut tokens);
    tokenize_into("three", &mut tokens);
    assert_eq!(tokens, tokenize("three"));
    tokenize_bytes_into(b"", &mut tokens);
    assert_eq!(tokens, Tokens::default());
    assert!(!tokens.is_truncated());
}

/// An apostrophe joins to a letter behind it wherever a block of the tokenizer ends.
#[test]
fn the_place_of_a_word_makes_no_difference() {
    for word in
        ["xx'\u{200b}É", "l'été", "aa'™a", "3.14", "don\u{2019}t", "d\u{2019}où", "e\u{323}\u{302}"]
    {
        let alone = tokenize(word);
        assert_eq!(alone.len(), 1, "{word:?}");
        for before in 0..600 {
            let tokens = tokenize(&format!("{}{word}", " ".repeat(before)));
            assert_eq!(tokens.hashes(), alone.hashes(), "{word:?} behind {before} spaces");
            assert_eq!(tokens.spans()[0].start as usize, before, "{word:?}");
        }
    }
}
