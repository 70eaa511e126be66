//! Parquet: rows of columns, row group by row group.

use super::Reader;
use crate::exit::Stop;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::Type;
use serde_json::Value;
use std::fs::File;
use std::path::Path;

impl Reader<'_> {
    /// Reads the rows of one file.
    pub(super) fn columns(&mut self, source: &str, path: &Path) -> Result<(), Stop> {
        let opened =
            File::open(path).map_err(ParquetError::from).and_then(SerializedFileReader::new);
        let file = match opened {
            Ok(file) => file,
            Err(error) => {
                let what = format!("is no whole Parquet file: {error}");
                return self.problems.error(source, None, "files", &what);
            }
        };
        let schema = file.metadata().file_metadata().schema();
        let wanted: Vec<(usize, String, Vec<String>)> =
            self.fields.paths().map(|(s, n, p)| (s, n.to_owned(), p.to_owned())).collect();
        // a column with dots in its name goes before one inside another
        let columns = schema.get_fields();
        let of = |name: &str| columns.iter().find(|column| column.name() == name);
        let column =
            |name: &str, path: &[String]| of(name).or_else(|| path.first().and_then(|p| of(p)));
        if !wanted
            .iter()
            .any(|(s, n, p)| super::fields::Fields::is_text(*s) && column(n, p).is_some())
        {
            let names: Vec<String> = columns.iter().map(|c| c.name().to_owned()).collect();
            return self.no_column(source, &names);
        }
        let taken = columns.iter().filter(|c| {
            wanted.iter().any(|(_, n, p)| column(n, p).is_some_and(|w| w.name() == c.name()))
        });
        let projection =
            Type::group_type_builder(schema.name()).with_fields(taken.cloned().collect()).build();
        let rows = projection.and_then(|p| RowIter::from_file(Some(p), &file));
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                let what = format!("cannot be read: {error}");
                return self.problems.error(source, None, "files", &what);
            }
        };
        for (number, row) in (1..).zip(rows) {
            if self.full() {
                break;
            }
            match row {
                Ok(row) => self.columns_of(source, number, &row, &wanted)?,
                Err(error) => {
                    let what = format!("is damaged: {error}; the rows before were used");
                    self.problems.error(source, Some(number), "files", &what)?;
                    break;
                }
            }
        }
        Ok(())
    }

    fn columns_of(
        &mut self,
        source: &str,
        number: u64,
        row: &Row,
        wanted: &[(usize, String, Vec<String>)],
    ) -> Result<(), Stop> {
        let mut found = self.fields.nothing();
        for (slot, name, path) in wanted {
            let column = |name: &str| row.get_column_iter().find(|(n, _)| *n == name).map(|c| c.1);
            let value = match (column(name), path.split_first()) {
                (Some(value), _) => Some(value),
                (None, Some((first, rest))) => rest
                    .iter()
                    .try_fold(column(first), |at, step| match at {
                        Some(Field::Group(row)) => {
                            Some(row.get_column_iter().find(|(n, _)| *n == step).map(|c| c.1))
                        }
                        _ => None,
                    })
                    .flatten(),
                (None, None) => None,
            };
            if let Some(value) = value {
                let value = self.value(source, number, value);
                found.put(*slot, value);
            }
        }
        self.take(source, number, found, Vec::new())
    }

    fn value(&mut self, source: &str, number: u64, field: &Field) -> Value {
        match field {
            Field::Null => Value::Null,
            Field::Bool(yes) => Value::Bool(*yes),
            Field::Byte(n) => (*n).into(),
            Field::Short(n) => (*n).into(),
            Field::Int(n) => (*n).into(),
            Field::Long(n) => (*n).into(),
            Field::UByte(n) => (*n).into(),
            Field::UShort(n) => (*n).into(),
            Field::UInt(n) => (*n).into(),
            Field::ULong(n) => (*n).into(),
            Field::Float(x) => (*x).into(),
            Field::Double(x) => (*x).into(),
            Field::Str(text) => Value::String(text.clone()),
            Field::Bytes(bytes) => {
                let (text, replaced) = super::charset::lossy(bytes.data());
                if replaced > 0 {
                    self.replaced(replaced, &format!("{source}:{number}"));
                }
                Value::String(text)
            }
            Field::Group(_) | Field::MapInternal(_) => Value::Object(serde_json::Map::new()),
            Field::ListInternal(list) => {
                list.elements().iter().map(|e| self.value(source, number, e)).collect()
            }
            other => Value::String(other.to_string()),
        }
    }
}
