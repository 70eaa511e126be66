//! Which of several documents comes first.

use super::args::{DedupArgs, Keep};
use super::date::{self, Stamp};
use crate::exit::Stop;
use crate::input::{Corpus, Record};
use crate::problems::Problems;
use serde_json::Value;
use std::io;

/// What a document is ranked by: the least is kept. Those without a value are last.
pub type Rank = (bool, i128);

/// Whether the options fit together.
pub fn check(args: &DedupArgs) -> Result<(), Stop> {
    if args.keep == Keep::Earliest && args.input.date_field.is_none() {
        return Err(Stop::Usage("--keep earliest needs --date-field NAME".to_owned()));
    }
    if args.keep == Keep::Priority && args.priority_field.is_none() {
        return Err(Stop::Usage("--keep priority needs --priority-field NAME".to_owned()));
    }
    if args.keep != Keep::Priority && args.priority_field.is_some() {
        return Err(Stop::Usage("--priority-field is for --keep priority".to_owned()));
    }
    if !args.priority_order.is_empty() && args.keep != Keep::Priority {
        return Err(Stop::Usage("--priority-order is for --keep priority".to_owned()));
    }
    Ok(())
}

/// The rank of each document; equal ranks are decided by the longer article.
///
/// # Errors
/// If a line cannot be read again.
pub fn ranks(args: &DedupArgs, corpus: &Corpus, problems: &mut Problems) -> io::Result<Vec<Rank>> {
    let records = &corpus.records;
    Ok(match args.keep {
        Keep::Longest => vec![(false, 0); records.len()],
        Keep::First => (0..records.len()).map(|at| (false, at as i128)).collect(),
        Keep::Earliest => by_date(corpus, problems),
        Keep::Priority => {
            let name = args.priority_field.as_deref().unwrap_or_default();
            let rank = |value: String| {
                if args.priority_order.is_empty() {
                    return date::number(&value).map(|number| -number);
                }
                args.priority_order.iter().position(|v| *v == value).map(|at| at as i128)
            };
            let values = (0..records.len()).map(|doc| Ok(field(&*corpus.line(doc)?, name)));
            let values: Vec<Option<i128>> = values
                .map(|value: io::Result<_>| Ok(value?.and_then(rank)))
                .collect::<io::Result<_>>()?;
            let what = if args.priority_order.is_empty() {
                "without a number as priority, kept after the others"
            } else {
                "with a priority that --priority-order does not name, kept after the others"
            };
            last_where_none(corpus, values.into_iter(), what, problems)
        }
    })
}

/// Moments and numbers cannot be compared: those of which there are more count.
fn by_date(corpus: &Corpus, problems: &mut Problems) -> Vec<Rank> {
    let stamps: Vec<Option<Stamp>> =
        corpus.records.iter().map(|record| date::parse(record.date.as_deref()?)).collect();
    let numbers = stamps.iter().filter(|s| matches!(s, Some(Stamp::Number(_)))).count();
    let moments = stamps.iter().filter(|s| matches!(s, Some(Stamp::Moment(_)))).count();
    let use_moments = moments >= numbers;
    for (record, stamp) in corpus.records.iter().zip(&stamps) {
        match stamp {
            Some(Stamp::Number(_)) if use_moments => {
                let what = "with a number as date, where others have dates; kept after them";
                problems.note(what, &corpus.place(record));
            }
            Some(Stamp::Moment(_)) if !use_moments => {
                let what = "with a date, where others have numbers; kept after them";
                problems.note(what, &corpus.place(record));
            }
            None => {
                let what = "without a date that can be read, kept after the others";
                problems.note(what, &corpus.place(record));
            }
            _ => {}
        }
    }
    let rank = |stamp: Option<Stamp>| match stamp {
        Some(Stamp::Moment(at)) if use_moments => (false, at),
        Some(Stamp::Number(at)) if !use_moments => (false, at),
        _ => (true, 0),
    };
    stamps.into_iter().map(rank).collect()
}

fn last_where_none(
    corpus: &Corpus,
    ranks: impl Iterator<Item = Option<i128>>,
    what: &'static str,
    problems: &mut Problems,
) -> Vec<Rank> {
    let rank = |(record, rank): (&Record, Option<i128>)| match rank {
        Some(rank) => (false, rank),
        None => {
            problems.note(what, &corpus.place(record));
            (true, 0)
        }
    };
    corpus.records.iter().zip(ranks).map(rank).collect()
}

/// A field of the line, as text.
fn field(line: &[u8], name: &str) -> Option<String> {
    let line = String::from_utf8_lossy(line);
    let object: Value = serde_json::from_str(line.trim_start_matches('\u{feff}')).ok()?;
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
