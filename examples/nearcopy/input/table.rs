//! Rows of text under a header: CSV and TSV.

use super::Reader;
use super::buffer::Input;
use super::charset;
use super::fields::Fields;
use super::kind::Kind;
use super::quotes::{Flaw, Quotes};
use crate::exit::Stop;
use crate::layout::{clean, cut_end};
use csv_core::ReadRecordResult;
use serde_json::Value;
use std::io::{self, BufRead};

impl Reader<'_> {
    /// Reads the rows of one source.
    pub(super) fn rows(&mut self, source: &str, kind: Kind, mut input: Input) -> Result<(), Stop> {
        if input.peek(3) == b"\xef\xbb\xbf" {
            input.consume(3);
        }
        let delimiter = delimiter(input.peek(1 << 16), kind, self.fields.first_text());
        let mut rows = Rows::new(input, delimiter, self.args.most_bytes(), !self.args.no_quotes);
        let header = match rows.next() {
            Ok(Row::Cells) => rows.row.cells().map(|c| charset::lossy(c).0).collect::<Vec<_>>(),
            Ok(Row::None) => return Ok(()),
            Ok(Row::TooLong) => return self.too_long(source, 1, "the header"),
            Ok(Row::Flawed(flaw)) => return self.flawed(source, 1, flaw),
            Err(error) => return self.broken_off(source, 1, &error),
        };
        let slots: Vec<Vec<usize>> =
            header.iter().map(|name| self.fields.slots_of(name.trim())).collect();
        if !slots.iter().flatten().any(|&slot| Fields::is_text(slot)) {
            return self.no_column(source, &header);
        }
        while !self.full() {
            let line = rows.line();
            match rows.next() {
                Ok(Row::None) => break,
                Ok(Row::TooLong) => self.too_long(source, line, "the row")?,
                Ok(Row::Flawed(flaw)) => self.flawed(source, line, flaw)?,
                Ok(Row::Cells) => self.row(source, line, &rows.row, &slots)?,
                Err(error) => {
                    self.broken_off(source, line, &error)?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Says that the table has no column for the text.
    pub(super) fn no_column(&mut self, source: &str, header: &[String]) -> Result<(), Stop> {
        let what = format!(
            "has no column {}; its columns are {}; name one with --text-field",
            clean(&self.args.text_field.join(" or ")),
            cut_end(&clean(&header.join(", ")), 200)
        );
        self.problems.error(source, None, "files", &what)
    }

    fn flawed(&mut self, source: &str, line: u64, flaw: Flaw) -> Result<(), Stop> {
        self.problems.error(source, Some(line), "rows with stray quotation marks", flaw.name())
    }

    fn row(
        &mut self,
        source: &str,
        line: u64,
        row: &Cells,
        slots: &[Vec<usize>],
    ) -> Result<(), Stop> {
        if row.ends.len() != slots.len() {
            let what = format!(
                "the row has {} and the header {}; is a quotation mark missing?",
                crate::layout::count(row.ends.len() as u64, "cell", "cells"),
                slots.len()
            );
            return self.problems.error(source, Some(line), "rows of another length", &what);
        }
        let mut found = self.fields.nothing();
        for (cell, slots) in row.cells().zip(slots) {
            for &slot in slots {
                // an empty cell is a text without words, but no id and no site
                if !cell.is_empty() || Fields::is_text(slot) {
                    let (text, replaced) = match std::str::from_utf8(cell) {
                        Ok(text) => (text.to_owned(), 0),
                        Err(_) => charset::lossy(cell),
                    };
                    if replaced > 0 {
                        self.replaced(replaced, &format!("{source}:{line}"));
                    }
                    found.put(slot, Value::String(text));
                }
            }
        }
        self.take(source, line, found, Vec::new())
    }
}

/// The character between cells: that of the kind, unless only another one shows the text's column
/// in the header.
fn delimiter(head: &[u8], kind: Kind, column: &str) -> u8 {
    let usual = if kind == Kind::Tsv { b'\t' } else { b',' };
    let header = head.split(|&b| b == b'\n').next().unwrap_or(head);
    let shows = |delimiter: &u8| {
        header.split(|b| b == delimiter).any(|cell| {
            let cell = cell.trim_ascii();
            let bare = cell.strip_prefix(b"\"").and_then(|c| c.strip_suffix(b"\""));
            bare.unwrap_or(cell) == column.as_bytes()
        })
    };
    let found = [usual, b',', b'\t', b';', b'|'].into_iter().find(shows);
    found.unwrap_or(usual)
}

/// One row: its cells, one behind the other.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.bytes[std::mem::replace(&mut start, end)..end])
    }
}

enum Row {
    /// In [`Rows::row`].
    Cells,
    TooLong,
    Flawed(Flaw),
    None,
}

/// Reads rows, none of them longer than allowed.
struct Rows {
    input: Input,
    parser: csv_core::Reader,
    /// Where marks enclose.
    quotes: Option<Quotes>,
    most: usize,
    row: Cells,
}

impl Rows {
    fn new(input: Input, delimiter: u8, most: usize, quoting: bool) -> Self {
        let mut builder = csv_core::ReaderBuilder::new();
        let parser = builder.delimiter(delimiter).quoting(quoting).build();
        let quotes = quoting.then(|| Quotes::new(delimiter));
        Self { input, parser, quotes, most, row: Cells::default() }
    }

    /// The line on which the next row begins, blank lines aside.
    fn line(&self) -> u64 {
        self.parser.line()
    }

    fn next(&mut self) -> io::Result<Row> {
        let Cells { bytes, ends } = &mut self.row;
        bytes.resize(bytes.capacity().max(1 << 12), 0);
        ends.resize(ends.capacity().max(16), 0);
        let (mut written, mut cells, mut too_long) = (0, 0, false);
        loop {
            let here = self.input.fill_buf()?;
            let (result, read, wrote, ended) =
                self.parser.read_record(here, &mut bytes[written..], &mut ends[cells..]);
            let last = here.is_empty();
            if let Some(quotes) = &mut self.quotes {
                quotes.take(&here[..read]);
            }
            self.input.consume(read);
            (written, cells) = (written + wrote, cells + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if written >= self.most => {
                    too_long = true;
                    written = 0;
                }
                ReadRecordResult::OutputFull => {
                    let longer = (2 * bytes.len()).min(self.most.max(1 << 12));
                    bytes.resize(longer, 0);
                }
                ReadRecordResult::OutputEndsFull if too_long => cells = 0,
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
                ReadRecordResult::End => return Ok(Row::None),
                ReadRecordResult::Record => {
                    if let Some(flaw) = self.quotes.as_mut().and_then(|quotes| quotes.flaw(last)) {
                        return Ok(Row::Flawed(flaw));
                    }
                    if too_long {
                        return Ok(Row::TooLong);
                    }
                    bytes.truncate(written);
                    ends.truncate(cells);
                    return Ok(Row::Cells);
                }
            }
        }
    }
}
