//! What went wrong while reading: errors at once, notes counted and told at the end.

use crate::exit::{Done, Stop};
use crate::layout::{clean, number};
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

/// Errors of one kind in one file that are printed before the rest is only counted.
const SHOWN: u64 = 5;

#[derive(Debug)]
pub struct Problems {
    strict: bool,
    quiet: bool,
    progress: Progress,
    /// Errors by source and kind.
    errors: BTreeMap<(String, &'static str), u64>,
    /// Notes by kind: how many, and where the first one was.
    notes: BTreeMap<&'static str, (u64, String)>,
    /// Sequences of bytes that became U+FFFD.
    replaced: u64,
    told: bool,
}

impl Problems {
    pub fn new(strict: bool, quiet: bool, progress: Progress) -> Self {
        Self {
            strict,
            quiet,
            progress,
            errors: BTreeMap::new(),
            notes: BTreeMap::new(),
            replaced: 0,
            told: false,
        }
    }

    /// Something of `source` could not be read. `kind` is a short plural noun phrase, under which
    /// further errors are counted; `what` says what is wrong and what to do.
    pub fn error(
        &mut self,
        source: &str,
        line: Option<u64>,
        kind: &'static str,
        what: &str,
    ) -> Result<(), Stop> {
        let mut message = clean(source);
        if let Some(line) = line {
            let _ = write!(message, ":{line}");
        }
        let _ = write!(message, ": {what}");
        if self.strict {
            return Err(Stop::Refused(format!(
                "{message}\nstopped at the first error because of --strict"
            )));
        }
        let count = self.errors.entry((source.to_owned(), kind)).or_default();
        *count += 1;
        if *count <= SHOWN {
            self.progress.around(|| say("error", &message));
        }
        Ok(())
    }

    /// Something was read in a way worth telling; `kind` says in which.
    pub fn note(&mut self, kind: &'static str, place: &str) {
        self.notes.entry(kind).or_insert_with(|| (0, place.to_owned())).0 += 1;
    }

    /// Counts sequences of bytes that were no text.
    pub fn count_replaced(&mut self, sequences: u64) {
        self.replaced += sequences;
    }

    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Errors by source and kind.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.errors.iter().map(|((source, kind), count)| (source.as_str(), *kind, *count))
    }

    /// Notes by kind.
    pub fn notes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.notes.iter().map(|(kind, (count, _))| (*kind, *count))
    }

    pub fn any_error(&self) -> bool {
        !self.errors.is_empty()
    }

    pub fn done(&self) -> Done {
        if self.any_error() { Done::Partly } else { Done::All }
    }

    /// Number of things that could not be read.
    pub fn count(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Tells what was only counted so far, once: a run that ends early has told it before.
    pub fn tell_counts(&mut self) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        self.progress.around(|| {
            for ((source, kind), &count) in &self.errors {
                if count > SHOWN {
                    let more = count - SHOWN;
                    say("error", &format!("{}: {more} more {kind}", clean(source)));
                }
            }
            if !self.quiet {
                for (kind, (count, first)) in &self.notes {
                    let place = clean(first);
                    let message = match count {
                        1 => format!("{kind}: {place}"),
                        _ => format!("{kind}: {}, the first {place}", number(*count)),
                    };
                    say("note", &message);
                }
            }
        });
    }
}

/// One line on standard error; a closed standard error is nobody's problem.
pub fn say(level: &str, message: &str) {
    let style = match level {
        "error" => anstyle::AnsiColor::Red.on_default().bold(),
        _ => anstyle::AnsiColor::Cyan.on_default().bold(),
    };
    let _ = writeln!(anstream::stderr().lock(), "{style}{level}{style:#}: {message}");
}
