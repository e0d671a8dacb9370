//! One sheet of the form: how it looks, what it offers and warns of, and its rows one after another.
//!
//! Owns widths, formats, drop-downs and print. Refuses to forbid: a cell may hold what is not
//! offered, for the import reads more than that and says what it cannot read.

use chrono::NaiveDate;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign,
    FormatBorder, Formula, Note, ObjectMovement, Worksheet, XlsxError, cell_range_absolute,
};
use unicode_width::UnicodeWidthStr;

use crate::store::catalog::columns::{self, Holds, Table};
use crate::store::catalog::dates::YEARS;
use crate::store::catalog::words::choices;

use super::cell::Shown;
use super::guide::{KINDS, UNITS};
use super::layout::{Doubt, Layout, Sheet};

/// Rows below the last one that offer and warn like those above: more than a city decides on in some years.
const ROOM: u32 = 1_000;

/// A4, in the numbers of the format (ECMA-376 part 1, 18.3.1.63).
const A4: u8 = 9;

/// Margins on paper, in inches: half of the customary ones, because a table of fifteen columns is wide.
const MARGIN: f64 = 0.4;

/// A note beside a heading, in pixels: some five lines of fifteen characters.
const NOTE: (u32, u32) = (240, 110);

/// How cells look.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) heading: Format,
    required: Format,
    pub(super) text: Format,
    number: Format,
    day: Format,
    repeated: Format,
}

impl Formats {
    /// Those of every form.
    pub(super) fn new() -> Self {
        let cell = Format::new()
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let framed = |format: Format| {
            let grey = Color::RGB(0x00BF_BFBF);
            format.set_border(FormatBorder::Thin).set_border_color(grey)
        };
        let heading = framed(cell.clone())
            .set_bold()
            .set_align(FormatAlign::Center);
        // `@` keeps a spreadsheet from reading `2026-003` as a month, and `=1` as a formula when the
        // cell is edited.
        let text = framed(cell.clone()).set_num_format("@");
        Self {
            title: Format::new().set_bold().set_font_size(16),
            required: heading
                .clone()
                .set_background_color(Color::RGB(0x00FF_D966)),
            heading: heading.set_background_color(Color::RGB(0x00DD_EBF7)),
            number: framed(cell.clone()).set_align(FormatAlign::Center),
            day: framed(cell)
                .set_align(FormatAlign::Center)
                .set_num_format("yyyy-mm-dd"),
            repeated: text.clone().set_font_color(Color::RGB(0x0080_8080)),
            text,
        }
    }

    fn of(&self, column: &columns::Column, is_repeated: bool) -> &Format {
        match column.holds {
            _ if is_repeated => &self.repeated,
            Holds::Day => &self.day,
            Holds::Whole | Holds::Number => &self.number,
            Holds::Line | Holds::Text | Holds::Names => &self.text,
        }
    }
}

/// A sheet while its rows are written.
pub(super) struct Page<'b> {
    worksheet: &'b mut Worksheet,
    sheet: &'b Sheet,
    formats: Vec<&'b Format>,
    /// Rows written, the heading aside.
    rows: u32,
}

impl<'b> Page<'b> {
    /// Begins `sheet` with its headings.
    pub(super) fn open(
        worksheet: &'b mut Worksheet,
        sheet: &'b Sheet,
        formats: &'b Formats,
    ) -> Result<Self, XlsxError> {
        worksheet.set_name(&sheet.name)?;
        let columns = sheet.columns().zip(sheet.repeated());
        let of_columns = columns.map(|(column, repeated)| formats.of(column, repeated));
        let of_columns: Vec<&Format> = of_columns.collect();
        for (place, column) in (0..).zip(&sheet.column) {
            worksheet.set_column_width(place, column.width)?;
            // What stands on the column's format holds for all rows that are still empty.
            worksheet.set_column_format(place, of_columns[usize::from(place)])?;
        }
        for (place, column) in (0..).zip(&sheet.column) {
            let format = if column.is_required {
                &formats.required
            } else {
                &formats.heading
            };
            worksheet.write_string_with_format(0, place, sheet.heading(column), format)?;
            worksheet.insert_note(0, place, &note(&column.prompt))?;
        }
        worksheet.set_freeze_panes(1, sheet.frozen)?;
        Ok(Self {
            worksheet,
            sheet,
            formats: of_columns,
            rows: 0,
        })
    }

    /// How many rows were written.
    pub(super) fn rows(&self) -> u64 {
        self.rows.into()
    }

    /// Writes the next row.
    pub(super) fn line<'v>(
        &mut self,
        cells: impl Iterator<Item = Shown<'v>>,
    ) -> Result<(), XlsxError> {
        self.rows += 1;
        let row = self.rows;
        let cells: Vec<Shown<'v>> = cells.collect();
        let columns = self.sheet.column.iter().zip(&cells);
        let lines = columns
            .map(|(column, shown)| lines(shown, column.width))
            .max();
        if let Some(lines) = lines.filter(|lines| *lines > 1) {
            self.worksheet.set_row_height(row, height(lines))?;
        }
        for ((place, shown), format) in (0..).zip(cells).zip(&self.formats) {
            match shown {
                // The form with a text that is too long is never finished.
                Shown::Nothing | Shown::TooLong(_) => {
                    self.worksheet.write_blank(row, place, format)?
                }
                Shown::Text(text) => self
                    .worksheet
                    .write_string_with_format(row, place, text, format)?,
                Shown::Number(number) => self
                    .worksheet
                    .write_number_with_format(row, place, number, format)?,
                Shown::Day(day) => self
                    .worksheet
                    .write_date_with_format(row, place, day, format)?,
            };
        }
        Ok(())
    }

    /// Ends the sheet with what it offers and how it is printed, and returns the last row that is to
    /// be filled in, from 0. `decisions` is that row of the list of decisions, or 0 on this list itself.
    pub(super) fn close(self, layout: &Layout, decisions: u32) -> Result<u32, XlsxError> {
        let last = self.rows.saturating_add(ROOM).min(1_048_575);
        // An empty cell, with which the last row goes to the disk: one with a height of its own would else
        // be written twice by rust_xlsxwriter 0.102, and Excel offers to repair such a file.
        self.worksheet
            .write_blank(self.rows + 1, 0, self.formats[0])?;
        for (place, column) in (0..).zip(self.sheet.columns()) {
            let offered = self.offered(column, layout, decisions)?;
            if let Some(offered) = offered.filter(|_| !self.is_repeated(place)) {
                self.worksheet
                    .add_data_validation(1, place, last, place, &offered)?;
            }
        }
        let width = u16::try_from(self.sheet.column.len()).unwrap_or(u16::MAX);
        self.worksheet.autofilter(0, 0, last, width - 1)?;
        printed(self.worksheet, &layout.print.footer);
        self.worksheet.set_repeat_rows(0, 0)?;
        Ok(last)
    }

    fn is_repeated(&self, place: u16) -> bool {
        self.sheet.column[usize::from(place)].is_repeated()
    }

    /// What the cells of `column` offer and warn of.
    fn offered(
        &self,
        column: &columns::Column,
        layout: &Layout,
        decisions: u32,
    ) -> Result<Option<DataValidation>, XlsxError> {
        let table = self.sheet.table();
        let doubt = &layout.doubt;
        let few = choices(table, column.name);
        if !few.is_empty() {
            let list = DataValidation::new().allow_list_strings(&few)?;
            return warning(list, doubt, &doubt.list).map(Some);
        }
        let range = match (table, column.name) {
            (Table::Decision, "drafting_unit" | "executing_unit") => UNITS.to_owned(),
            (Table::Event, "kind") => KINDS.to_owned(),
            (Table::Decision, "id") | (Table::Event, "decision_id") if decisions > 0 => {
                // Decisions that are still to be typed are offered as soon as they are.
                let list = &layout.sheet[0].name;
                format!("'{list}'!{}", cell_range_absolute(1, 0, decisions, 0))
            }
            _ if column.holds == Holds::Day => return days(doubt).map(Some),
            _ => return Ok(None),
        };
        let list = DataValidation::new().allow_list_formula(Formula::new(format!("={range}")));
        warning(list, doubt, &doubt.list).map(Some)
    }
}

/// Dates that the contract knows.
fn days(doubt: &Doubt) -> Result<DataValidation, XlsxError> {
    let first = NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or_default();
    let between = DataValidationRule::Between(&first, &last);
    let days = DataValidation::new().allow_date(between);
    warning(days, doubt, &doubt.day)
}

/// `offered`, so that anything else is asked about and may stay.
fn warning(
    offered: DataValidation,
    doubt: &Doubt,
    words: &str,
) -> Result<DataValidation, XlsxError> {
    offered
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title(&doubt.title)?
        .set_error_message(words)
}

/// How many lines `shown` has in a column of that width. Spreadsheets make a row as high as its text
/// when somebody types it, and not all of them when they open a file.
fn lines(shown: &Shown<'_>, width: f64) -> u32 {
    match shown {
        Shown::Text(text) => text.lines().map(|line| lines_of(line, width)).sum(),
        _ => 1,
    }
}

/// How many lines of that width, in digits, `text` needs.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cell has some thousand letters, and a row is at most as high as a page"
)]
pub(super) fn lines_of(text: &str, width: f64) -> u32 {
    // Part of a column is its margin, and a line that breaks between words is not full.
    (text.width() as f64 * 1.1 / width).ceil().max(1.0) as u32
}

/// The height of so many lines in points: 15 for each, as in every new workbook, and at most 409
/// (Excel's specifications and limits).
pub(super) fn height(lines: u32) -> f64 {
    f64::from(lines.min(27)) * 15.0
}

/// What to fill in, beside the heading.
fn note(words: &str) -> Note {
    Note::new(words)
        .add_author_prefix(false)
        .set_width(NOTE.0)
        .set_height(NOTE.1)
        .set_object_movement(ObjectMovement::MoveButDontSizeWithCells)
}

/// How every sheet is printed: A4, landscape, one page wide.
pub(super) fn printed(worksheet: &mut Worksheet, footer: &str) {
    worksheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_margins(MARGIN, MARGIN, MARGIN, 2.0 * MARGIN, MARGIN, MARGIN)
        .set_footer(format!("&C{footer}"));
}
