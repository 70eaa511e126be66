//! Rows as JSON lines, CSV, TSV or Parquet.

use crate::exit::Stop;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One JSON object a line.
    Lines,
    Csv,
    Tsv,
    Parquet,
}

impl Shape {
    /// What the ending of the name asks for, that of packing left out; JSON lines if nothing else.
    pub fn of(path: &Path) -> Result<Self, Stop> {
        let ending = |path: &Path| {
            path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
        };
        let packed = matches!(ending(path).as_str(), "gz" | "zst");
        let inner = if packed { Path::new(path.file_stem().unwrap_or_default()) } else { path };
        let shape = match ending(inner).as_str() {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "parquet" => Self::Parquet,
            _ => Self::Lines,
        };
        if shape == Self::Parquet && packed {
            let what = format!("{}: Parquet is packed by itself; name a .parquet", path.display());
            return Err(Stop::Usage(what));
        }
        shape.built()
    }

    /// This, if the build can write it.
    pub fn built(self) -> Result<Self, Stop> {
        if self == Self::Parquet && !cfg!(feature = "parquet") {
            let what = "Parquet is not written by this build; build nearcopy with --features \
                        parquet (or all-formats)";
            return Err(Stop::Usage(what.to_owned()));
        }
        Ok(self)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Text,
    /// A whole number from 0.
    Count,
    /// A number with places behind the point.
    Number,
}

/// A column: its name, what it holds, and whether cells may be empty.
pub type Column = (&'static str, Of, bool);

/// One cell; none is null in JSON and Parquet and empty in CSV.
#[derive(Debug)]
pub enum Cell<'a> {
    Text(Cow<'a, str>),
    Count(u64),
    Number(f64),
    None,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<u64> for Cell<'_> {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<f64> for Cell<'_> {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::None, Into::into)
    }
}

/// What can be a row.
pub trait Row: Serialize {
    fn columns() -> Vec<Column>;
    /// One for each column.
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// The error of the file below, where it is one.
fn failed(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Rows in the making.
pub enum Table<'a> {
    Lines(&'a mut dyn Write),
    Separated(Box<csv::Writer<&'a mut dyn Write>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<crate::parquet::Writer<'a>>),
}

impl<'a> Table<'a> {
    /// Begins the rows; `about` is kept inside a Parquet file.
    #[allow(unused_variables, reason = "only Parquet has a place for it")]
    pub fn begin<R: Row>(shape: Shape, out: &'a mut dyn Write, about: &str) -> io::Result<Self> {
        let delimiter = match shape {
            Shape::Lines => return Ok(Self::Lines(out)),
            Shape::Csv => b',',
            Shape::Tsv => b'\t',
            #[cfg(feature = "parquet")]
            Shape::Parquet => {
                let writer = crate::parquet::Writer::begin(out, R::columns(), about)?;
                return Ok(Self::Parquet(Box::new(writer)));
            }
            #[cfg(not(feature = "parquet"))]
            Shape::Parquet => return Err(io::Error::other("this build writes no Parquet")),
        };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
        writer.write_record(R::columns().iter().map(|column| column.0)).map_err(failed)?;
        Ok(Self::Separated(Box::new(writer)))
    }

    pub fn row<R: Row>(&mut self, row: &R) -> io::Result<()> {
        match self {
            Self::Lines(out) => crate::records::line(*out, row),
            Self::Separated(writer) => {
                for cell in row.cells() {
                    match cell {
                        Cell::Text(text) => writer.write_field(text.as_bytes()),
                        Cell::Count(n) => writer.write_field(n.to_string()),
                        // as JSON writes it: the shortest digits that give the same number
                        Cell::Number(x) => writer.write_field(format!("{x:?}")),
                        Cell::None => writer.write_field(""),
                    }
                    .map_err(failed)?;
                }
                writer.write_record(None::<&[u8]>).map_err(failed)
            }
            #[cfg(feature = "parquet")]
            Self::Parquet(writer) => writer.row(row.cells()),
        }
    }

    /// Ends the rows; what they are written to stays open.
    pub fn end(self) -> io::Result<()> {
        match self {
            Self::Lines(_) => Ok(()),
            Self::Separated(mut writer) => writer.flush(),
            #[cfg(feature = "parquet")]
            Self::Parquet(writer) => writer.end(),
        }
    }
}
