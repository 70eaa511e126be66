//! Dates and numbers of records, as `nearcopy dedup --keep earliest` reads them, and days, as the
//! report does.

#[path = "../examples/nearcopy/dedup/date.rs"]
mod date;
#[path = "../examples/nearcopy/dates.rs"]
#[allow(dead_code, missing_docs)]
mod dates;

use date::{Stamp, number, parse};
use dates::Day;

const NANOS: i128 = 1_000_000_000;

/// Seconds since 1970.
fn seconds(text: &str) -> i128 {
    match parse(text) {
        Some(Stamp::Moment(nanos)) => nanos.div_euclid(NANOS),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn moments_are_the_same_however_they_are_written() {
    for text in [
        "2024-05-01T10:00:00Z",
        "2024-05-01t10:00:00z",
        "2024-05-01 10:00",
        "2024-05-01T10:00:00.000",
        "2024-05-01T12:00:00+02:00",
        "2024-05-01T12:00+0200",
        "2024-05-01T05:00:00-05",
        "2024-05-01 15:30:00 +05:30",
        " 2024-05-01T10:00:00,0Z ",
    ] {
        assert_eq!(seconds(text), 1_714_557_600, "{text}");
    }
    assert_eq!(seconds("1970-01-01"), 0);
    assert_eq!(seconds("1969-12-31T23:59:59Z"), -1);
    assert_eq!(seconds("2000-03-01"), 951_868_800);
    assert_eq!(seconds("1900-03-01"), -2_203_891_200);
    assert_eq!(seconds("2024-05"), seconds("2024-05-01"));
    assert_eq!(seconds("2016-12-31T23:59:60Z"), seconds("2017-01-01"));
    assert_eq!(seconds("2016-12-31T24:00"), seconds("2017-01-01"));
    assert!(parse("2024-05-01T10:00:00.5Z").is_some());
    assert_ne!(parse("2024-05-01T10:00:00.5Z"), parse("2024-05-01T10:00:00.50000001Z"));
}

#[test]
fn days_follow_each_other() {
    let mut before = seconds("1895-12-31");
    let mut days = 0;
    for year in 1896..2105 {
        for month in 1..=12 {
            for day in 1..=31 {
                let text = format!("{year:04}-{month:02}-{day:02}");
                if parse(&text).is_none() {
                    continue;
                }
                let now = seconds(&text);
                assert_eq!(now - before, 86_400, "{text}");
                before = now;
                days += 1;
            }
        }
    }
    // 209 years, of which 1896, 1904 ... 2104 but not 1900 and 2100 have a day more
    assert_eq!(days, 209 * 365 + 51);
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "yesterday",
        "2024-13-01",
        "2024-02-30",
        "2023-02-29",
        "2024-00-01",
        "2024-05-00",
        "24-05-01",
        "2024/05/01",
        "2024-5-1",
        "2024-05-01T",
        "2024-05-01T25:00",
        "2024-05T10:00",
        "2024-05-01T10:60",
        "2024-05-01T10:00:61",
        "2024-05-01T24:00:01",
        "2024-05-01T10",
        "2024-05-01T10:00:00+25:00",
        "2024-05-01T10:00:00.",
        "2024-05-01T10:00:00 Berlin",
        "2024-W18-3",
        "2024-05-01-02",
        "1.2.3",
        "--5",
        "1e999",
        "NaN",
        "é024-05-01",
        "2024-05-01T10:00+é1",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
}

#[test]
fn numbers_keep_their_order() {
    let texts = ["-2", "-1.5", "0", "0.000000001", "7", "19870226", "1714557600.25", "1e17"];
    let values: Vec<i128> = texts.iter().map(|text| number(text).expect(text)).collect();
    assert!(values.is_sorted_by(|x, y| x < y), "{values:?}");
    assert_eq!(parse("1987"), Some(Stamp::Number(1987 * NANOS)));
    assert_eq!(number("1e3"), number("1000"));
}

#[test]
fn dates_are_read_to_the_day() {
    for text in [
        "2026-11-22",
        "2026-11-22T23:59:59Z",
        "2026-11-22 08:00",
        "2026/11/22",
        "2026.11.22",
        "20261122",
        "22-NOV-2026 15:01:01.79",
        "Sun, 22 Nov 2026 10:00:00 GMT",
        "November 22, 2026",
        "1795305600",
        "1795305600000",
        "1795391999.5",
    ] {
        let day = Day::read(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(day.to_string(), "2026-11-22", "{text}");
    }
    assert_eq!(Day::read("2026-11").expect("month").to_string(), "2026-11-01");
    assert_eq!(Day::read("1987").expect("year").to_string(), "1987-01-01");
    for text in ["", "yesterday", "2026-13-01", "2026-02-30", "22.11.2026", "12", "é2026"] {
        assert_eq!(Day::read(text), None, "{text}");
    }
}

#[test]
fn days_count_both_ways() {
    for days in (-800_000..800_000).step_by(37) {
        assert_eq!(Day::from_days(days).days(), days);
    }
    assert_eq!(Day::from_days(0).to_string(), "1970-01-01");
}
