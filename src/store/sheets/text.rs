//! Tables in text files: CSV as spreadsheets write it, and what is pasted out of them.
//!
//! Owns encodings, the mark between cells and the lines in which rows start. Refuses to guess
//! where a quotation mark should have closed.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::domain::fault::Fault;

use super::{Cell, Grid, Row, content};

/// What parts cells, the likelier first: what is pasted has tabs, what is saved has commas, and
/// where the comma is the decimal mark it has semicolons.
const MARKS: [u8; 3] = [b'\t', b',', b';'];

/// How many rows say which mark parts the cells. Titles and notes above the header are fewer.
const JUDGED_ROWS: usize = 200;

/// The table in `bytes`: UTF-8 with or without a byte order mark, UTF-16 with one, or
/// GB18030; parted by tabs, commas or semicolons, whichever gives most rows as many cells.
///
/// # Errors
/// All faults that keep the file from being a table, at once.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Grid, Vec<Fault>> {
    let text = decoded(file, bytes).map_err(|fault| vec![fault])?;
    let refused = |found: &str, expected: &str| vec![Fault::new(file, found, expected)];
    if text.trim().is_empty() {
        return Err(refused("an empty file", "a header and rows"));
    }
    if text.contains('\0') {
        return Err(refused("bytes that are no text", "a workbook or text"));
    }
    if let Some((found, expected)) = content::markup(&text) {
        return Err(refused(found, expected));
    }
    let mark = mark(&text);
    // Word processors do not quote what they copy, so a quotation mark in their text is a letter.
    let misquoted = misquoted(&text, mark);
    let quotes = mark != b'\t' || misquoted.is_none();
    // Quotation marks come in pairs, around a cell or doubled inside it. An odd one swallows every
    // row down to the next, so nothing after it could be trusted.
    if quotes && text.matches('"').count() % 2 == 1 {
        let found = "an odd number of quotation marks";
        return Err(refused(found, "each one closed"));
    }
    if quotes && let Some(at) = misquoted {
        let place = format!("{file}:{}", 1 + text[..at].matches('\n').count());
        let found = "a quotation mark that closes before its cell ends";
        let expected = "marks inside a cell doubled, and one more around the cell";
        return Err(vec![Fault::new(place, found, expected)]);
    }
    let records = reader(&text, mark, quotes).into_records();
    Ok(Grid {
        file: file.to_owned(),
        sheet: None,
        rows: rows(file, &text, records)?,
    })
}

fn reader(text: &str, mark: u8, quotes: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(mark)
        .quoting(quotes)
        .from_reader(text.as_bytes())
}

fn decoded<'b>(file: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, Fault> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some(marked) => marked,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.into()),
            // All of it is UTF-8 but for the end, which is half a letter.
            Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
                let found = "text that ends in the middle of a letter (the file was cut off)";
                return Err(Fault::new(file, found, "the whole file"));
            }
            Err(_) => (GB18030, 0),
        },
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    text.ok_or_else(|| {
        let name = if encoding == UTF_8 {
            "UTF-8"
        } else {
            encoding.name()
        };
        let found = format!("bytes that are not {name}");
        Fault::new(file, found, "text in UTF-8 or GB18030")
    })
}

/// The mark by which most of the first rows have equally many cells, two or more; of two such
/// marks, the one that gives more of them.
fn mark(text: &str) -> u8 {
    let mut best = (b',', (0, 0));
    for mark in MARKS {
        let agreement = agreement(text, mark);
        if agreement > best.1 {
            best = (mark, agreement);
        }
    }
    best.0
}

/// How many of the first rows have equally many cells, and how many cells those are.
fn agreement(text: &str, mark: u8) -> (usize, usize) {
    let quotes = mark != b'\t' || misquoted(text, mark).is_none();
    let mut widths = std::collections::BTreeMap::new();
    let records = reader(text, mark, quotes).into_byte_records();
    for record in records.take(JUDGED_ROWS).flatten() {
        *widths.entry(record.len()).or_insert(0_usize) += 1;
    }
    let agreeing = widths.into_iter().filter(|(width, _)| *width > 1);
    let best = agreeing.max_by_key(|(width, rows)| (*rows, *width));
    best.map_or((0, 0), |(width, rows)| (rows, width))
}

/// Where the first quotation mark that opens a cell stands without being closed right before the
/// cell's end.
fn misquoted(text: &str, mark: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = |at: usize| {
        bytes
            .get(at)
            .is_none_or(|b| [mark, b'\n', b'\r'].contains(b))
    };
    let mut at = 0;
    let mut is_start = true;
    while let Some(byte) = bytes.get(at) {
        if is_start && *byte == b'"' {
            match closing(bytes, at + 1) {
                Some(close) if ends(close + 1) => at = close,
                _ => return Some(at),
            }
            is_start = false;
        } else {
            is_start = [mark, b'\n', b'\r'].contains(byte);
        }
        at += 1;
    }
    None
}

/// Where the quotation closes whose text begins at `from`: at a mark that is not doubled.
fn closing(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| *byte == b'"')?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
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

    fn cells(text: &str) -> Vec<Vec<String>> {
        let grid = read("a.txt", text.as_bytes()).unwrap();
        let texts = |row: Row| row.cells.into_iter().map(|cell| cell.text).collect();
        grid.rows.into_iter().map(texts).collect()
    }

    #[test]
    fn the_mark_between_cells_is_the_one_most_rows_agree_on() {
        assert_eq!(cells("id\ttitle\n1\ta,b\n")[1], ["1", "a,b"]);
        assert_eq!(cells("某市目录\n\n序号,名称\n1,甲;乙\n")[2], ["1", "甲;乙"]);
        assert_eq!(
            cells("序号;名称;时间\n1;甲,乙;3月\n")[1],
            ["1", "甲,乙", "3月"]
        );
        assert_eq!(cells("\n\n目录\n序号\t名称\n1\t甲\n\n")[2], ["1", "甲"]);
        assert_eq!(cells("只有一列\n甲\n"), [["只有一列"], ["甲"]]);
    }

    #[test]
    fn quotation_marks_are_letters_where_a_word_processor_copied_them() {
        let pasted = "序号\t名称\n1\t\"宅基地\"制度改革\n2\t20\"管道\n";
        assert_eq!(cells(pasted)[1], ["1", "\"宅基地\"制度改革"]);
        assert_eq!(cells(pasted)[2], ["2", "20\"管道"]);
        assert_eq!(cells("序号\t名称\n1\t\"甲\n乙\"\n")[1], ["1", "甲\n乙"]);
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_reason() {
        let found = |bytes: &[u8]| read("a", bytes).unwrap_err()[0].found.clone();
        assert_eq!(
            found(b"id,title\n1,\"x\n"),
            "an odd number of quotation marks"
        );
        let early = read("a", "序号,名称\n1,\"宅基地\"改革\n".as_bytes()).unwrap_err();
        assert_eq!(early[0].place, "a:2");
        assert_eq!(found(b"  \n"), "an empty file");
        assert_eq!(found(b"a,b\0\n"), "bytes that are no text");
        assert!(found(b"id\n\xff\xff").contains("gb18030"));
        assert!(found("序号,名".as_bytes().split_last().unwrap().1).contains("cut off"));
    }
}
