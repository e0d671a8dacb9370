//! CSV files as spreadsheets write them, in and out.
//!
//! Owns encodings, the delimiter, the shape of the table and the guard against
//! cells that a spreadsheet would run as formulas. Refuses to know what a column
//! means, and to guess where a quotation mark should have closed.

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::domain::fault::Fault;

use super::text::{one_line, shown};

/// Cells that begin with one of these are run as formulas by spreadsheets.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What makes a spreadsheet show such a cell as the text it is.
const GUARD: char = '\'';

/// The beginnings of files that are spreadsheets and not CSV: zip (xlsx, et) and OLE (xls).
const SPREADSHEETS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// A table out of a file.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The file's name, for the reports.
    pub(super) file: String,
    /// The headings, each on one line.
    pub(super) header: Vec<String>,
    /// The lines that hold something.
    pub(super) lines: Vec<Line>,
}

/// A row of a sheet with as many cells as its header.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it starts in the file, from 1.
    pub(super) number: u64,
    /// Its cells, as they stand there.
    pub(super) cells: Vec<String>,
}

/// The table in `bytes`: UTF-8 with or without a byte order mark, UTF-16 with one, or
/// GB18030; parted by commas, or by tabs where the header has tabs only.
///
/// # Errors
/// All faults that keep the file from being a table, at once.
pub(super) fn read_sheet(file: &str, bytes: &[u8]) -> Result<Sheet, Vec<Fault>> {
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
    let mut records = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes())
        .into_records();
    let header = records
        .next()
        .and_then(Result::ok)
        .map(|record| {
            record
                .iter()
                .map(|cell| one_line(cell).into_owned())
                .collect()
        })
        .unwrap_or_default();
    lines(file, &text, header, records)
}

/// `cell` so that a spreadsheet shows it and does not run it. Numbers stay numbers.
pub(in crate::store) fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.trim_start_matches(GUARD).starts_with(FORMULA) && cell.parse::<f64>().is_err() {
        format!("{GUARD}{cell}").into()
    } else {
        cell.into()
    }
}

/// `cell` without the guard that [`guarded`] put before it.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(rest) if rest.trim_start_matches(GUARD).starts_with(FORMULA) => rest,
        _ => cell,
    }
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

fn lines(
    file: &str,
    text: &str,
    header: Vec<String>,
    records: impl Iterator<Item = csv::Result<csv::StringRecord>>,
) -> Result<Sheet, Vec<Fault>> {
    let mut lines = Vec::new();
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
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let surplus = record
            .iter()
            .skip(header.len())
            .any(|cell| !cell.trim().is_empty());
        if record.len() < header.len() || surplus {
            faults.push(Fault::new(
                format!("{file}:{number}"),
                format!("{} cells, the first {}", record.len(), shown(&record[0])),
                format!("{} cells, as in the header", header.len()),
            ));
            continue;
        }
        let cells = record.iter().take(header.len()).map(str::to_owned);
        lines.push(Line {
            number,
            cells: cells.collect(),
        });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Sheet {
        file: file.to_owned(),
        header,
        lines,
    })
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
    fn a_guard_is_put_on_and_taken_off_to_the_letter() {
        for cell in ["=1+1", "'=1", "''@x", "-甲", "+1", "-5", "'甲", "", "平"] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
        assert_eq!(guarded("=cmd()"), "'=cmd()");
        assert_eq!(guarded("-5"), "-5");
    }

    #[test]
    fn a_line_with_too_few_cells_is_named() {
        let faults = read_sheet("a.csv", b"id,title,note\n1,x,y\n2,x\n").unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "a.csv:3");
    }

    #[test]
    fn tabs_part_cells_where_the_header_has_only_tabs() {
        let sheet = read_sheet("a.txt", b"id\ttitle\n1\ta,b\n").unwrap();
        assert_eq!(sheet.lines[0].cells, ["1", "a,b"]);
    }

    #[test]
    fn a_spreadsheet_and_an_open_quotation_are_refused_with_a_reason() {
        let found = |bytes: &[u8]| read_sheet("a", bytes).unwrap_err()[0].found.clone();
        assert_eq!(found(b"PK\x03\x04rest"), "a spreadsheet");
        assert_eq!(
            found(b"id,title\n1,\"x\n"),
            "an odd number of quotation marks"
        );
        assert_eq!(found(b"  \n"), "an empty file");
        assert!(found(b"id\n\xff\xff").contains("gb18030"));
    }
}
