//! The fields of a record that make a document.

use super::args::InputArgs;
use super::host;
use crate::layout::clean;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The fields to take from each record; all others are skipped unread.
pub struct Fields {
    wanted: Vec<Wanted>,
    texts: usize,
    names: Names,
}

struct Names {
    id: String,
    text: String,
}

/// A field and what it is for.
struct Wanted {
    /// Its name, which may hold dots.
    name: String,
    /// The names on the way to it, where it holds dots.
    path: Vec<String>,
    slot: usize,
}

const ID: usize = 0;
const SITE: usize = 1;
const URL: usize = 2;
const DATE: usize = 3;
/// The first of the texts.
const TEXT: usize = 4;

/// Values by slot.
#[derive(Debug, Default)]
pub struct Found(Vec<Option<Value>>);

/// What a record says of its document.
#[derive(Debug)]
pub struct Named {
    /// None where the record has none.
    pub id: Option<String>,
    pub text: String,
    pub site: Option<String>,
    pub date: Option<String>,
}

/// Why a record gives no document: the kind of error and what is wrong.
pub type Wrong = (&'static str, String);

impl Fields {
    pub fn new(args: &InputArgs) -> Self {
        let mut wanted = Vec::new();
        let mut want = |name: &str, slot| {
            let path = match name.contains('.') {
                true => name.split('.').map(str::to_owned).collect(),
                false => Vec::new(),
            };
            wanted.push(Wanted { name: name.to_owned(), path, slot });
        };
        want(&args.id_field, ID);
        let others = [(&args.site_field, SITE), (&args.url_field, URL), (&args.date_field, DATE)];
        for (name, slot) in others {
            if let Some(name) = name {
                want(name, slot);
            }
        }
        for (n, name) in args.text_field.iter().enumerate() {
            want(name, TEXT + n);
        }
        let names = Names { id: args.id_field.clone(), text: args.text_field.join(",") };
        Self { wanted, texts: args.text_field.len(), names }
    }

    /// The values of a JSON object.
    pub fn of_json(&self, json: &[u8]) -> Result<Found, serde_json::Error> {
        let mut found = self.nothing();
        let mut input = serde_json::Deserializer::from_slice(json);
        Object { fields: self, depth: 0, under: &[], found: &mut found }.deserialize(&mut input)?;
        input.end()?;
        Ok(found)
    }

    /// No values yet.
    pub fn nothing(&self) -> Found {
        let mut values = Vec::new();
        values.resize_with(TEXT + self.texts, || None);
        Found(values)
    }

    /// The slots that a column of this name fills.
    pub fn slots_of(&self, name: &str) -> Vec<usize> {
        self.wanted.iter().filter(|w| w.name == name).map(|w| w.slot).collect()
    }

    /// For each slot, the name and the names on the way.
    #[cfg(feature = "parquet")]
    pub fn paths(&self) -> impl Iterator<Item = (usize, &str, &[String])> {
        self.wanted.iter().map(|w| (w.slot, w.name.as_str(), w.path.as_slice()))
    }

    /// The name of the first text field.
    pub fn first_text(&self) -> &str {
        self.names.text.split(',').next().unwrap_or("")
    }

    /// Whether `slot` is for a part of the text.
    pub fn is_text(slot: usize) -> bool {
        slot >= TEXT
    }

    /// The document that the values make.
    pub fn name(&self, found: Found) -> Result<Named, Wrong> {
        let mut values = found.0;
        let mut parts = Vec::with_capacity(self.texts);
        let mut other = None;
        for value in values.drain(TEXT..) {
            match value.map(text_of) {
                Some(Ok(text)) => parts.push(text),
                // null stands for nothing, anything else for a mistake
                Some(Err(value)) if other.as_ref().is_none_or(Value::is_null) => {
                    other = Some(value);
                }
                Some(Err(_)) => {}
                None => {}
            }
        }
        if parts.is_empty() || other.as_ref().is_some_and(|value| !value.is_null()) {
            let what = wrong_field(&self.names.text, "--text-field", "text", other.as_ref());
            return Err(("records without text", what));
        }
        let text = match parts.len() {
            1 => parts.swap_remove(0),
            _ => parts.join("\n"),
        };
        let mut next = || values.pop().flatten();
        let (date, url, site, id) = (next(), next(), next(), next());
        let id = match id {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            Some(Value::Number(id)) => Some(id.to_string()),
            None | Some(Value::Null) => None,
            other => {
                let names = (&self.names.id, "--id-field", "a string or number");
                let what = wrong_field(names.0, names.1, names.2, other.as_ref());
                return Err(("records without id", what));
            }
        };
        let site = match (site, url) {
            (Some(Value::String(site)), _) if !site.is_empty() => Some(site),
            (_, Some(Value::String(url))) => host(&url),
            _ => None,
        };
        let date = match date {
            Some(Value::String(date)) if !date.is_empty() => Some(date),
            Some(Value::Number(date)) => Some(date.to_string()),
            _ => None,
        };
        Ok(Named { id, text, site, date })
    }
}

impl Found {
    pub fn put(&mut self, slot: usize, value: Value) {
        self.0[slot] = Some(value);
    }
}

/// The text of a value: a string, or strings as lines.
fn text_of(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        Value::Array(parts) if !parts.is_empty() && parts.iter().all(Value::is_string) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            Ok(parts.join("\n"))
        }
        other => Err(other),
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

/// Reads one object: the record itself, or one on the way to a field.
struct Object<'a> {
    fields: &'a Fields,
    /// Number of objects around this one.
    depth: usize,
    /// The wanted fields that may stand in here, by number; of the record itself all.
    under: &'a [usize],
    found: &'a mut Found,
}

impl Object<'_> {
    /// What stands under `key`: the slots it fills and the fields that may stand inside it.
    fn at(&self, key: &str) -> (Vec<usize>, Vec<usize>) {
        let (mut slots, mut inside) = (Vec::new(), Vec::new());
        for (number, wanted) in self.fields.wanted.iter().enumerate() {
            if self.depth == 0 && wanted.name == key {
                slots.push(wanted.slot);
            }
            let here = self.depth == 0 || self.under.contains(&number);
            if here && wanted.path.get(self.depth).is_some_and(|step| step == key) {
                match wanted.path.len() == self.depth + 1 {
                    true => slots.push(wanted.slot),
                    false => inside.push(number),
                }
            }
        }
        (slots, inside)
    }

    /// Whether anything is wanted under `key`; needs no memory.
    fn wants(&self, key: &str) -> bool {
        self.fields.wanted.iter().any(|wanted| match self.depth {
            0 => wanted.name == key || wanted.path.first().is_some_and(|step| step == key),
            depth => wanted.path.get(depth).is_some_and(|step| step == key),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        match self.depth {
            0 => input.deserialize_map(self),
            // on the way to a field anything may stand
            _ => input.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let key = key.0;
            if !self.wants(&key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let (slots, inside) = self.at(&key);
            if slots.is_empty() {
                let (fields, depth) = (self.fields, self.depth + 1);
                map.next_value_seed(Object { fields, depth, under: &inside, found: self.found })?;
                continue;
            }
            let value: Value = map.next_value()?;
            for &number in &inside {
                let wanted = &self.fields.wanted[number];
                let steps = &wanted.path[self.depth + 1..];
                let end = steps.iter().try_fold(&value, |value, step| value.get(step));
                if let Some(end) = end {
                    self.found.put(wanted.slot, end.clone());
                }
            }
            // one field may serve twice
            for &slot in &slots[1..] {
                self.found.put(slot, value.clone());
            }
            self.found.put(slots[0], value);
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<(), S::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A key, borrowed from the line where it holds no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        input.deserialize_str(Read)
    }
}
