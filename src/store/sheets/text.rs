//! Tables in text files: CSV as spreadsheets write it, and what is pasted out of them.
//!
//! Owns encodings, the delimiter and the lines in which rows start. Refuses to guess where a
//! quotation mark should have closed.

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::domain::fault::Fault;

use super::{Cell, Grid, Row};

/// The beginnings of files that are spreadsheets and not CSV: zip (xlsx, et) and OLE (xls).
const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// The table in `bytes`: UTF-8 with or without a byte order mark, UTF-16 with one, or
/// GB18030; parted by commas, or by tabs where the header has tabs only.
///
/// # Errors
/// All faults that keep the file from being a table, at once.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Grid, Vec<Fault>> {
    let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
    if text.trim().is_empty() {
        return Err(vec![Fault::new(file, "an empty file", "a header and rows")]);
    }
    // Quotation marks come in pairs, around a cell or doubled inside it. An odd one swallows every
    // row down to the next, so nothing after it could be trusted.
    if text.matches('"').count() % 2 == 1 {
        let found = "an odd number of quotation marks";
        return Err(vec![Fault::new(file, found, "each one closed")]);
    }
    let records = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes())
        .into_records();
    let rows = rows(file, &text, records)?;
    Ok(Grid {
        file: file.to_owned(),
        sheet: None,
        rows,
    })
}

fn decoded<'b>(file: &str, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, str>, Fault> {
    if SPREADSHEETS.iter().any(|start| bytes.starts_with(start)) {
        return Err(Fault::new(
            file,
            "a spreadsheet",
            "CSV, saved from that spreadsheet",
        ));
    }
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some(marked) => marked,
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        None => (GB18030, 0),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    text.ok_or_else(|| {
        let found = format!("bytes that are not {}", encoding.name());
        Fault::new(file, found, "text in UTF-8 or GB18030")
    })
}

fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.contains('\t') && !first.contains(',') {
        b'\t'
    } else {
        b','
    }
}

fn rows(
    file: &str,
    text: &str,
    records: impl Iterator<Item = csv::Result<csv::StringRecord>>,
) -> Result<Vec<Row>, Vec<Fault>> {
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    let mut counter = LineCounter::new(text);
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(Fault::new(file, error.to_string(), "rows of text"));
                continue;
            }
        };
        let number = counter.line_at(record.position().map_or(0, csv::Position::byte));
        let cells: Vec<Cell> = record.iter().map(Cell::typed).collect();
        if !cells.iter().all(Cell::is_empty) {
            rows.push(Row { number, cells });
        }
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        Err(faults)
    }
}

/// Counts lines up to the start of each record. The reader's own count is one short
/// after CR LF, and a report that names the wrong line is worse than none.
struct LineCounter<'t> {
    text: &'t [u8],
    counted: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    const fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            counted: 0,
            line: 1,
        }
    }

    /// The line of the first letter at or after `byte`; `byte` never goes back.
    fn line_at(&mut self, byte: u64) -> u64 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(letter) = self.text.get(self.counted)
            && (self.counted < start || matches!(letter, b'\r' | b'\n'))
        {
            self.line += u64::from(*letter == b'\n');
            self.counted += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_part_cells_where_the_header_has_only_tabs() {
        let grid = read("a.txt", b"id\ttitle\n1\ta,b\n").unwrap();
        assert_eq!(grid.rows[1].cells, [Cell::typed("1"), Cell::typed("a,b")]);
    }

    #[test]
    fn a_spreadsheet_and_an_open_quotation_are_refused_with_a_reason() {
        let found = |bytes: &[u8]| read("a", bytes).unwrap_err()[0].found.clone();
        assert_eq!(found(b"PK\x03\x04rest"), "a spreadsheet");
        assert_eq!(
            found(b"id,title\n1,\"x\n"),
            "an odd number of quotation marks"
        );
        assert_eq!(found(b"  \n"), "an empty file");
        assert!(found(b"id\n\xff\xff").contains("gb18030"));
    }
}
