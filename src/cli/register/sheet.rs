//! A sheet with a row for each thing, written from the top: no more of it than a row is in memory.
//!
//! Owns cells and the height of rows, and going on in a second sheet where the first is full.
//! Text is always written as text: a spreadsheet neither runs it nor makes a link of it. Refuses
//! to know what a row is about.

use chrono::Datelike as _;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::book::Book;
use super::form::{Cell, Form};
use super::height::lines;
use super::inks::Kind;
use crate::channels::wording::register::RegisterWords;
use crate::store::sheets::guarded;

/// The days a cell can hold as a date; others stand as text (ECMA-376 18.17.4.1).
const DATES: std::ops::RangeInclusive<i32> = 1901..=9999;

/// In points: a line of text of [`super::inks::SIZE`], and the room above and below all of them.
const POINTS_A_LINE: f64 = 13.5;
const PADDING: f64 = 3.0;

/// How high rows are that nobody gave a height, in points: as in every new workbook.
const USUAL: f64 = 15.0;

/// The highest that a row can be, in points (Excel specifications and limits).
const HIGHEST: f64 = 409.0;

/// A sheet in the making, which goes on in a second one where the first is full.
pub(super) struct Sheet<'b, 's, 'w> {
    book: &'b mut Book<'s, 'w>,
    form: Form,
    worksheet: Worksheet,
    /// The next row.
    row: u32,
    /// Rows written before, in earlier parts too.
    written: u64,
    part: u32,
}

impl<'s, 'w> Book<'s, 'w> {
    /// Begins a sheet with a row for each thing.
    ///
    /// # Errors
    /// The disk's, or the templates'.
    pub(super) fn sheet<'b>(&'b mut self, form: Form) -> anyhow::Result<Sheet<'b, 's, 'w>> {
        let worksheet = self.worksheet(form, 1)?;
        Ok(Sheet {
            book: self,
            form,
            worksheet,
            row: 1,
            written: 0,
            part: 1,
        })
    }

    /// Writes `cell` where it stands.
    fn write(
        &mut self,
        worksheet: &mut Worksheet,
        (row, column): (u32, u16),
        cell: &Cell,
    ) -> anyhow::Result<()> {
        match cell {
            Cell::Empty => worksheet.write_blank(row, column, self.inks.plain())?,
            Cell::Text(text) => {
                let text = self.fitted(text)?;
                let format = self.text_format(&text);
                worksheet.write_string_with_format(row, column, text, &format)?
            }
            Cell::Day(day) if DATES.contains(&day.year()) => {
                let format = self.inks.of(Kind::Day);
                worksheet.write_datetime_with_format(row, column, day, format)?
            }
            Cell::Day(day) => {
                let format = self.inks.plain();
                worksheet.write_string_with_format(row, column, day.to_string(), format)?
            }
            Cell::Number(number) => number_cell(
                worksheet,
                (row, column),
                *number,
                self.inks.of(Kind::Number),
            )?,
            Cell::Left { days, past } => {
                let kind = if *past { Kind::Past } else { Kind::Left };
                number_cell(worksheet, (row, column), *days, self.inks.of(kind))?
            }
            Cell::Lit { lamp, text } => {
                let format = self.inks.lit(lamp);
                worksheet.write_string_with_format(row, column, text, format)?
            }
        };
        Ok(())
    }

    /// A cell that somebody edits later is read anew: what begins like a formula is marked as text.
    fn text_format(&self, text: &str) -> Format {
        let is_marked = guarded(text) != text;
        self.inks
            .of(if is_marked { Kind::Marked } else { Kind::Plain })
            .clone()
    }
}

impl<'w> Sheet<'_, '_, 'w> {
    /// The words of its book.
    pub(super) const fn words(&mut self) -> &mut RegisterWords<'w> {
        self.book.words
    }

    /// How high a row is that shows all of its cells. No program works that out by itself for a
    /// file of this kind, and what is not shown is not printed.
    fn height(&mut self, cells: &[Cell]) -> f64 {
        let widths = self.form.columns.iter().skip(1).map(|(_, width)| *width);
        let lines = cells
            .iter()
            .zip(widths)
            .map(|(cell, room)| lines(cell, room));
        let height = POINTS_A_LINE.mul_add(lines.fold(1.0, f64::max), PADDING);
        if height > HIGHEST {
            self.book.clipped += 1;
        }
        height.min(HIGHEST)
    }

    /// Writes a row, its number before `cells`.
    ///
    /// # Errors
    /// The disk's, or the templates'.
    pub(super) fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        if self.row >= self.book.limits.rows {
            self.go_on()?;
        }
        let height = self.height(cells);
        self.written += 1;
        let number = Cell::Number(i64::try_from(self.written).unwrap_or(i64::MAX));
        for (column, cell) in (0..).zip(std::iter::once(&number).chain(cells)) {
            self.book
                .write(&mut self.worksheet, (self.row, column), cell)?;
            // A row that has a height of its own costs half a kilobyte until the file is saved; the
            // usual one costs nothing. The row before is on the disk as soon as this one begins.
            self.worksheet.set_default_row_height(height);
        }
        self.row += 1;
        Ok(())
    }

    /// Writes a line that is no row: what there is to say where there are none.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn remark(&mut self, text: &str) -> anyhow::Result<()> {
        let text = self.book.fitted(text)?;
        let format = self.book.inks.note();
        self.worksheet
            .write_string_with_format(self.row, 1, text, format)?;
        self.row += 1;
        Ok(())
    }

    /// The sheet is full: the next part of it.
    fn go_on(&mut self) -> anyhow::Result<()> {
        self.part += 1;
        let next = self.book.worksheet(self.form, self.part)?;
        let full = std::mem::replace(&mut self.worksheet, next);
        self.book.push(ended(full, self.form, self.row)?);
        self.row = 1;
        Ok(())
    }

    /// Ends the sheet; in how many parts it is, and how many rows it has.
    ///
    /// # Errors
    /// The workbook's.
    pub(super) fn end(self) -> anyhow::Result<(u32, u64)> {
        let Self {
            book,
            form,
            worksheet,
            row,
            written,
            part,
        } = self;
        book.push(ended(worksheet, form, row)?);
        Ok((part, written))
    }
}

/// The sheet of so many rows, with a filter on each column.
fn ended(mut worksheet: Worksheet, form: Form, rows: u32) -> Result<Worksheet, XlsxError> {
    // Nothing is written here, but the last row goes to the disk with its height. Had it one of its own,
    // rust_xlsxwriter 0.102 would write it twice, and Excel offers to repair such a file.
    worksheet.write_blank(rows, 0, &Format::new())?;
    worksheet.set_default_row_height(USUAL);
    let last = u16::try_from(form.columns.len().saturating_sub(1)).unwrap_or_default();
    worksheet.autofilter(0, 0, rows.saturating_sub(1), last)?;
    Ok(worksheet)
}

/// A count stays far below 2^53, up to which a cell's number is exact.
#[expect(clippy::cast_precision_loss, reason = "counts of days and rows")]
fn number_cell<'s>(
    worksheet: &'s mut Worksheet,
    (row, column): (u32, u16),
    number: i64,
    format: &Format,
) -> Result<&'s mut Worksheet, XlsxError> {
    worksheet.write_number_with_format(row, column, number as f64, format)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Reader as _, Xlsx};

    use super::super::book::Limits;
    use super::super::form::WAITING;
    use super::*;
    use crate::channels::wording::Wording;

    /// Sheets by name, each with its cells.
    type Sheets = Vec<(String, Vec<Vec<String>>)>;

    /// The sheets of a workbook that holds little, with their cells, after these rows.
    fn written(limits: Limits, rows: &[Vec<Cell>]) -> (Sheets, (u64, u64)) {
        let wording = Wording::new().unwrap();
        let mut words = wording.register().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let on = "2026-09-24".parse().unwrap();
        let mut book = Book::new(&mut words, "某市", on, folder.path(), limits).unwrap();
        let mut sheet = book.sheet(WAITING).unwrap();
        for row in rows {
            sheet.row(row).unwrap();
        }
        sheet.end().unwrap();
        let mut bytes = Cursor::new(Vec::new());
        let lost = book.save(&mut bytes).unwrap();
        let mut book = Xlsx::new(bytes).unwrap();
        let sheets = book.sheet_names().into_iter().map(|name| {
            let range = book.worksheet_range(&name).unwrap();
            let cells = |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect();
            (name, range.rows().map(cells).collect())
        });
        (sheets.collect(), lost)
    }

    #[test]
    fn a_full_sheet_goes_on_in_a_second_one_with_the_same_head_and_the_next_number() {
        let rows: Vec<Vec<Cell>> = (1..=5)
            .map(|n| vec![Cell::text(format!("第{n}项"))])
            .collect();
        let limits = Limits {
            chars: 100,
            rows: 3,
        };
        let (sheets, lost) = written(limits, &rows);
        let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["待补", "待补(2)", "待补(3)"]);
        let numbers = sheets.iter().flat_map(|(_, rows)| &rows[1..]);
        let numbers: Vec<(&str, &str)> = numbers.map(|row| (&*row[0], &*row[1])).collect();
        let all = [
            ("1", "第1项"),
            ("2", "第2项"),
            ("3", "第3项"),
            ("4", "第4项"),
            ("5", "第5项"),
        ];
        assert_eq!(numbers, all);
        assert!(sheets.iter().all(|(_, rows)| rows[0] == sheets[0].1[0]));
        assert_eq!(lost, (0, 0));
    }

    #[test]
    fn what_a_cell_cannot_hold_says_so_in_the_cell_and_is_counted() {
        let limits = Limits {
            chars: 60,
            rows: 10,
        };
        // A letter outside the first plane takes two of the units that are counted.
        let long = "𠀀".repeat(40);
        let rows = [vec![Cell::text(&long)], vec![Cell::text("字".repeat(60))]];
        let (sheets, (cut, clipped)) = written(limits, &rows);
        let cell = &sheets[0].1[1][1];
        assert!(
            cell.starts_with("𠀀𠀀") && cell.contains("全文40字"),
            "{cell}"
        );
        assert!(cell.encode_utf16().count() <= 60, "{cell}");
        assert_eq!(sheets[0].1[2][1], "字".repeat(60));
        assert_eq!((cut, clipped), (1, 0));
    }

    /// The heights that the first sheet gives to its rows, and to those it does not have.
    fn heights(file: Cursor<Vec<u8>>) -> (Vec<Option<String>>, String) {
        let mut zip = zip::ZipArchive::new(file).unwrap();
        let mut text = String::new();
        let mut sheet = zip.by_name("xl/worksheets/sheet1.xml").unwrap();
        std::io::Read::read_to_string(&mut sheet, &mut text).unwrap();
        let value = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let tags = |name: &str| {
            let start = format!("<{name} ");
            let tags = text.split(start.as_str()).skip(1);
            let tags = tags.map(|tag| format!(" {}", tag.split_once('>').unwrap().0));
            tags.collect::<Vec<String>>()
        };
        let usual = value(&tags("sheetFormatPr")[0], "defaultRowHeight").unwrap();
        (
            tags("row").iter().map(|tag| value(tag, "ht")).collect(),
            usual,
        )
    }

    #[test]
    fn each_row_has_the_height_of_its_own_text_in_every_part_of_a_sheet() {
        let wording = Wording::new().unwrap();
        let mut words = wording.register().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let on = "2026-09-24".parse().unwrap();
        let limits = Limits {
            chars: 100,
            rows: 4,
        };
        let mut book = Book::new(&mut words, "某市", on, folder.path(), limits).unwrap();
        let mut sheet = book.sheet(WAITING).unwrap();
        // Twelve digits wide: one line, three, one, two.
        for text in [
            "短",
            "十八个字十八个字十八个字十八个字十八",
            "短",
            "十二个字十二个字十二个字",
        ] {
            sheet.row(&[Cell::text(text)]).unwrap();
        }
        sheet.end().unwrap();
        let mut file = Cursor::new(Vec::new());
        book.save(&mut file).unwrap();
        let (heights, usual) = heights(file);
        let heights: Vec<Option<&str>> = heights.iter().map(Option::as_deref).collect();
        // The row below the last one is empty.
        assert_eq!(
            heights,
            [None, Some("16.5"), Some("43.5"), Some("16.5"), None]
        );
        assert_eq!(usual, "15");
    }

    #[test]
    fn rows_that_cannot_be_as_high_as_their_text_are_counted() {
        let rows = [vec![Cell::text("很长".repeat(200))]];
        let (_, (cut, clipped)) = written(
            Limits {
                chars: 1000,
                rows: 10,
            },
            &rows,
        );
        assert_eq!((cut, clipped), (0, 1));
    }
}
