//! The catalogue as a CSV file: the contract's columns, for spreadsheets and for
//! another catalogue.
//!
//! Owns the promise that a file exported, imported into an empty catalogue and
//! exported again is the same file to the byte. Refuses to leave out a row that
//! duban itself could not read.

use std::io::Write;

use rusqlite::types::ValueRef;

use crate::store::StoreError;

use super::columns::{Column, Holds, Table};
use super::reader::Catalog;
use crate::store::sheets::guarded;
use crate::store::text::one_line;

/// Lets spreadsheets see that the file is UTF-8; without it they read GB18030.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes all rows of `table` to `out`, in order of key, and returns how many.
///
/// The rows are those of one moment; outside WAL mode the city's software cannot
/// commit until the last is written.
///
/// # Errors
/// Whatever the engine says, or the writer ([`StoreError::Write`]).
pub fn export(catalog: &Catalog, table: Table, out: impl Write) -> Result<u64, StoreError> {
    let doing = "export the catalogue";
    let written = |source: csv::Error| StoreError::Write {
        doing,
        source: source.into(),
    };
    let mut out = out;
    out.write_all(BYTE_ORDER_MARK)
        .map_err(|source| StoreError::Write { doing, source })?;
    let mut file = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let names = table.columns().iter().map(|column| column.name);
    file.write_record(names).map_err(written)?;
    let sql = format!("select {} from {} order by id", table.list(), table.name());
    let mut statement = catalog
        .connection
        .prepare_cached(&sql)
        .map_err(StoreError::sql(doing))?;
    let mut rows = statement.query([]).map_err(StoreError::sql(doing))?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(StoreError::sql(doing))? {
        for (place, column) in table.columns().iter().enumerate() {
            let value = row.get_ref(place).map_err(StoreError::sql(doing))?;
            let cell = cell(column, value);
            file.write_field(guarded(&cell).as_bytes())
                .map_err(written)?;
        }
        file.write_record(None::<&[u8]>).map_err(written)?;
        count += 1;
    }
    file.flush()
        .map_err(|source| StoreError::Write { doing, source })?;
    Ok(count)
}

/// A value as the file has it; what an import would read otherwise is written as it
/// would be read.
fn cell(column: &Column, value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            match column.holds {
                Holds::Text if text.trim().is_empty() => String::new(),
                Holds::Text => text.into_owned(),
                _ => one_line(&text).into_owned(),
            }
        }
    }
}
