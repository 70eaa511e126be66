//! Dates as people write them into data, to the day.

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Day {
    /// Reads `2026-11-22` with or without a time behind it, `2026/11/22`, `20261122`, `2026-11`,
    /// `2026`, `22 Nov 2026` (a weekday before it or a time behind it may stand), `Nov 22, 2026`, and
    /// seconds or milliseconds since 1970 from 100,000,000 on. The day is taken as written: time
    /// zones are not reckoned with. `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.len() >= 9
            && digits(whole)
            && digits(part)
            && let Ok(n) = whole.parse::<i64>()
        {
            let seconds = if n >= 100_000_000_000 { n / 1000 } else { n };
            return Some(Self::from_days(seconds / 86_400));
        }
        Self::numbers(text).or_else(|| Self::words(text))
    }

    /// Year first.
    fn numbers(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.'));
        let date = text[..end.unwrap_or(text.len())].trim_end_matches(['-', '/', '.']);
        if date.bytes().all(|b| b.is_ascii_digit()) {
            return match date.len() {
                4 => Self::new(date.parse().ok()?, 1, 1),
                8 => Self::new(
                    date[..4].parse().ok()?,
                    date[4..6].parse().ok()?,
                    date[6..].parse().ok()?,
                ),
                _ => None,
            };
        }
        let mut parts = date.split(['-', '/', '.']);
        let year = parts.next().filter(|year| year.len() == 4)?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
        Self::new(year.parse().ok()?, month, day)
    }

    /// With the month in English letters.
    fn words(text: &str) -> Option<Self> {
        let mut parts = text
            .split(|c: char| !c.is_alphanumeric() && c != ':')
            .filter(|part| !part.is_empty() && !part.contains(':'));
        let (mut day, mut month, mut year) = (None, None, None);
        for part in parts.by_ref().take(4) {
            if let Ok(n) = part.parse::<u16>() {
                match part.len() {
                    4 => year = year.or(Some(n)),
                    _ => day = day.or(u8::try_from(n).ok()),
                }
            } else {
                let part = part.to_ascii_lowercase();
                let found = MONTHS.iter().position(|month| part.starts_with(month));
                month = month.or(found.map(|at| at as u8 + 1));
            }
        }
        Self::new(year?.into(), month?, day?)
    }

    /// `None` if there is no such day in the Gregorian calendar.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let days = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The day `days` after 1 January 1970, in the proleptic Gregorian calendar.
    pub fn from_days(days: i64) -> Self {
        // counted from 1 March of the year 0, so that the day of a leap year is the last of its year
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self { year: year as i32, month: month as u8, day: day as u8 }
    }

    /// Days since 1 January 1970.
    pub fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let year_of_era = year.rem_euclid(400);
        year.div_euclid(400) * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100
            + day_of_year
            - 719_468
    }

    /// Months since January of the year 0.
    pub fn months(self) -> i64 {
        i64::from(self.year) * 12 + i64::from(self.month) - 1
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The label of a day counted from 1970, or of a month counted from the year 0.
pub fn day_label(days: i64) -> String {
    Day::from_days(days).to_string()
}

/// See [`day_label`].
pub fn month_label(months: i64) -> String {
    format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
}
