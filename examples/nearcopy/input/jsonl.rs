//! JSON lines: one object a line.

use super::open::{self, Unpacked};
use super::{Reader, Record, Wanted, text::MOST_BYTES};
use crate::exit::Stop;
use crate::layout::{clean, cut_end};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::{BufRead, ErrorKind};

impl Reader<'_> {
    /// Reads the records of one source.
    pub(super) fn lines(&mut self, source: &str, mut input: Unpacked) -> Result<(), Stop> {
        self.begin_source(source);
        let mut line = Vec::new();
        for number in 1.. {
            if self.full() {
                break;
            }
            line.clear();
            match input.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => self.line(source, number, &line)?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let what = open::explain(&error);
                    let before = if number == 1 {
                        "nothing could be read".to_owned()
                    } else {
                        format!("lines 1 to {} were used", number - 1)
                    };
                    self.problems.error(
                        source,
                        Some(number),
                        "files",
                        &format!("{what}; {before}"),
                    )?;
                    break;
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, source: &str, number: u64, line: &[u8]) -> Result<(), Stop> {
        let raw = line.strip_suffix(b"\n").unwrap_or(line);
        let json = match raw.strip_prefix(b"\xef\xbb\xbf") {
            Some(json) if number == 1 => json,
            _ => raw,
        };
        if json.trim_ascii().is_empty() {
            return Ok(());
        }
        let args = self.args;
        let fields = Fields {
            id: &args.id_field,
            text: &args.text_field,
            site: args.site_field.as_deref(),
            date: args.date_field.as_deref(),
        };
        let place = || format!("{source}:{number}");
        let found = match (fields.read(json), std::str::from_utf8(json)) {
            (Err(_), Err(_)) => {
                self.problems.note("not valid UTF-8, bytes in error became U+FFFD", &place());
                fields.read(String::from_utf8_lossy(json).as_bytes())
            }
            (found, _) => found,
        };
        let found = match found {
            Ok(found) => found,
            Err(what) => {
                return self.problems.error(
                    source,
                    Some(number),
                    "lines that are not JSON objects",
                    &what,
                );
            }
        };
        let text = match found.text {
            Some(Value::String(text)) => text,
            other => {
                let what = wrong_field(&args.text_field, "--text-field", "text", other.as_ref());
                return self.problems.error(source, Some(number), "records without text", &what);
            }
        };
        if text.len() as u64 > MOST_BYTES {
            let what = "the text is longer than 4 GiB, the most for one document; split it";
            return self.problems.error(source, Some(number), "records without text", what);
        }
        let id = match found.id {
            Some(Value::String(id)) if !id.is_empty() => id,
            Some(Value::Number(id)) => id.to_string(),
            None | Some(Value::Null) => {
                self.problems.note("without id, named FILE:LINE", &place());
                place()
            }
            other => {
                let what =
                    wrong_field(&args.id_field, "--id-field", "a string or number", other.as_ref());
                return self.problems.error(source, Some(number), "records without id", &what);
            }
        };
        let site = match found.site {
            Some(Value::String(site)) if !site.is_empty() => Some(site),
            _ => None,
        };
        let date = match found.date {
            Some(Value::String(date)) if !date.is_empty() => Some(date),
            Some(Value::Number(date)) => Some(date.to_string()),
            _ => None,
        };
        let raw = if self.wanted == Wanted::Lines { raw.to_vec() } else { Vec::new() };
        self.push(Record { id, text, site, date, source: 0, line: Some(number), raw });
        Ok(())
    }
}

fn wrong_field(field: &str, option: &str, expected: &str, found: Option<&Value>) -> String {
    let field = clean(field);
    let found = match found {
        None => return format!("no field `{field}`; name the field with {option}"),
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "an empty string",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    };
    format!("field `{field}` is {found}, expected {expected}; name the field with {option}")
}

/// The fields to take from each object; all others are skipped unread.
#[derive(Clone, Copy)]
struct Fields<'a> {
    id: &'a str,
    text: &'a str,
    site: Option<&'a str>,
    date: Option<&'a str>,
}

#[derive(Default)]
struct Found {
    id: Option<Value>,
    text: Option<Value>,
    site: Option<Value>,
    date: Option<Value>,
}

impl Fields<'_> {
    fn read(self, json: &[u8]) -> Result<Found, String> {
        let mut input = serde_json::Deserializer::from_slice(json);
        let found = self.deserialize(&mut input).and_then(|found| input.end().map(|()| found));
        found.map_err(|error| {
            // the line is named elsewhere
            let what = error.to_string();
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            format!(
                "{} at column {}; expected one JSON object a line",
                cut_end(&clean(what), 120),
                error.column()
            )
        })
    }
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Found, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Found, M::Error> {
        let mut found = Found::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            // one field may serve twice
            let (id, text) = (key == self.id, key == self.text);
            let named = Some(key.as_ref());
            let (site, date) = (named == self.site, named == self.date);
            if !(id || text || site || date) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Value = map.next_value()?;
            if id {
                found.id = Some(value.clone());
            }
            if site {
                found.site = Some(value.clone());
            }
            if date {
                found.date = Some(value.clone());
            }
            if text {
                found.text = Some(value);
            }
        }
        Ok(found)
    }
}
