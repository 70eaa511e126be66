//! Parquet files of flat rows.

use crate::table::{Cell, Column, Of};
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of a row group, which is held in memory until it is written.
const GROUP: usize = 1 << 16;

/// Writes rows, group by group.
pub struct Writer<'a> {
    out: &'a mut dyn Write,
    /// What the file's writer has made of the rows and is still to be written out.
    made: Made,
    file: SerializedFileWriter<Made>,
    columns: Vec<(Column, Values)>,
    rows: usize,
}

/// The cells of one column that are none aside, and where they stand.
struct Values {
    /// 1 for a value, 0 for none.
    there: Vec<i16>,
    cells: Cells,
}

enum Cells {
    Text(Vec<ByteArray>),
    Count(Vec<i64>),
    Number(Vec<f64>),
}

/// Bytes that wait. The format's writer wants an owner that may change threads, which standard
/// output may not.
#[derive(Clone, Default)]
struct Made(Arc<Mutex<Vec<u8>>>);

impl Made {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Made {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

impl Values {
    fn of(kind: Of) -> Self {
        let cells = match kind {
            Of::Text => Cells::Text(Vec::new()),
            Of::Count => Cells::Count(Vec::new()),
            Of::Number => Cells::Number(Vec::new()),
        };
        Self { there: Vec::new(), cells }
    }

    fn push(&mut self, cell: Cell<'_>) {
        let there = match (&mut self.cells, cell) {
            (Cells::Text(values), Cell::Text(text)) => {
                values.push(ByteArray::from(text.into_owned().into_bytes()));
                true
            }
            (Cells::Count(values), Cell::Count(n)) => {
                values.push(i64::try_from(n).unwrap_or(i64::MAX));
                true
            }
            (Cells::Number(values), Cell::Number(x)) => {
                values.push(x);
                true
            }
            _ => false,
        };
        self.there.push(i16::from(there));
    }
}

impl<'a> Writer<'a> {
    /// Begins a file that says of itself `about`.
    pub fn begin(out: &'a mut dyn Write, columns: Vec<Column>, about: &str) -> io::Result<Self> {
        let field = |&(name, kind, empty): &Column| {
            let (physical, logical, converted) = match kind {
                Of::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), ConvertedType::UTF8),
                Of::Count => (Physical::INT64, None, ConvertedType::NONE),
                Of::Number => (Physical::DOUBLE, None, ConvertedType::NONE),
            };
            Type::primitive_type_builder(name, physical)
                .with_repetition(if empty { Repetition::OPTIONAL } else { Repetition::REQUIRED })
                .with_logical_type(logical)
                .with_converted_type(converted)
                .build()
                .map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema =
            Type::group_type_builder("nearcopy").with_fields(fields).build().map_err(failed)?;
        let about = KeyValue::new("nearcopy.manifest".to_owned(), about.to_owned());
        let properties = WriterProperties::builder()
            .set_created_by(format!("nearcopy {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(vec![about]))
            .build();
        let made = Made::default();
        let file = SerializedFileWriter::new(made.clone(), Arc::new(schema), Arc::new(properties))
            .map_err(failed)?;
        let columns = columns.into_iter().map(|c| (c, Values::of(c.1))).collect();
        Ok(Self { out, made, file, columns, rows: 0 })
    }

    pub fn row(&mut self, cells: Vec<Cell<'_>>) -> io::Result<()> {
        for (cell, (_, values)) in cells.into_iter().zip(&mut self.columns) {
            values.push(cell);
        }
        self.rows += 1;
        if self.rows == GROUP { self.group() } else { Ok(()) }
    }

    /// Writes what was collected.
    fn group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.file.next_row_group().map_err(failed)?;
        for (column, values) in &mut self.columns {
            let values = std::mem::replace(values, Values::of(column.1));
            let there = column.2.then_some(values.there.as_slice());
            let mut out = group
                .next_column()
                .map_err(failed)?
                .ok_or_else(|| io::Error::other("a column is missing"))?;
            let written = match &values.cells {
                Cells::Text(v) => out.typed::<ByteArrayType>().write_batch(v, there, None),
                Cells::Count(v) => out.typed::<Int64Type>().write_batch(v, there, None),
                Cells::Number(v) => out.typed::<DoubleType>().write_batch(v, there, None),
            };
            written.map_err(failed)?;
            out.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.out.write_all(&self.made.take())
    }

    pub fn end(mut self) -> io::Result<()> {
        self.group()?;
        self.file.close().map_err(failed)?;
        self.out.write_all(&self.made.take())
    }
}
