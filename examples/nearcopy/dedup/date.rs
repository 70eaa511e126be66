//! Dates and numbers as they stand in records, so that they can be compared.

use crate::dates::Day;

/// A moment or a number; one cannot be compared with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Nanoseconds since the beginning of 1970, UTC.
    Moment(i128),
    /// The number times 10^9.
    Number(i128),
}

const NANOS: i128 = 1_000_000_000;

/// The date or number in `text`; `None` where it is neither.
pub fn parse(text: &str) -> Option<Stamp> {
    let text = text.trim();
    number(text).map(Stamp::Number).or_else(|| moment(text).map(Stamp::Moment))
}

/// A decimal number times 10^9; digits behind the ninth are cut.
pub fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if all_digits(whole) && all_digits(part) && whole.len() <= 20 {
        return Some(sign * (whole.parse::<i128>().ok()? * NANOS + fraction(part)));
    }
    // as JSON writes very large and very small numbers
    let float = |text: &str| text.parse::<f64>().ok().filter(|x| x.abs() < 1e20);
    let exponent = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['e', 'E']);
    exponent.then(|| float(text)).flatten().map(|x| (x * 1e9) as i128)
}

/// Digits behind the point as nanoseconds.
fn fraction(digits: &str) -> i128 {
    let nanos = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    nanos.fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'))
}

/// A date with or without a time: `2024-05-01`, `2024-05`, `2024-05-01T10:00:00.5+02:00`.
fn moment(text: &str) -> Option<i128> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = parts.next();
    if parts.next().is_some() || day.is_none() && time.is_some() {
        return None;
    }
    let day = day.map_or(Some(1), |day| digits(day, 2))?;
    let day = Day::new(year as i32, month as u8, day as u8)?;
    let at_midnight = i128::from(day.days()) * 86_400 * NANOS;
    Some(at_midnight + time.map_or(Some(0), of_day)?)
}

/// Nanoseconds since midnight, less the distance of the zone from UTC.
fn of_day(text: &str) -> Option<i128> {
    let (time, zone) = match text.find(['Z', 'z', '+', '-', '\u{2212}']) {
        Some(at) => (text[..at].trim_end(), zone(&text[at..])?),
        None => (text, 0),
    };
    let mut parts = time.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let (second, part) = match parts.next() {
        None => (0, 0),
        Some(second) => match second.split_once(['.', ',']) {
            None => (digits(second, 2)?, 0),
            Some((second, part)) => {
                let valid = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
                (digits(second, 2)?, valid.then(|| fraction(part))?)
            }
        },
    };
    // 24:00 ends a day, and a second 60 is a leap second
    let end = hour == 24 && minute == 0 && second == 0 && part == 0;
    if parts.next().is_some() || hour > 23 && !end || minute > 59 || second > 60 {
        return None;
    }
    Some(i128::from(hour * 3600 + minute * 60 + second - zone) * NANOS + part)
}

/// Seconds that the zone is ahead of UTC.
fn zone(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('+') { 1 } else { -1 };
    let rest = text.trim_start_matches(['+', '-', '\u{2212}']);
    let (hour, minute) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at_checked(2)?,
        _ => rest.split_once(':')?,
    };
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    (hour <= 23 && minute <= 59).then_some(sign * (hour * 3600 + minute * 60))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let valid = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}
