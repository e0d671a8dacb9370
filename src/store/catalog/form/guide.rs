//! The sheet of the form that explains how to fill in the others, and what they offer.
//!
//! Owns what it holds and the names of the lists on it, to which drop-downs point. Refuses to be
//! data: an import passes it over.

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::domain::decision::is_known_kind;
use crate::domain::naming::{name_of, names};
use crate::store::sheets::Grid;

use super::Offers;
use super::layout::Layout;
use super::page::{Formats, height, lines_of, printed};

/// What the list of units is called inside the workbook.
pub(super) const UNITS: &str = "duban_units";
/// What the list of kinds is called inside the workbook.
pub(super) const KINDS: &str = "duban_kinds";

/// What to fill in for kinds of events, as data.
const WORDS: &str = include_str!("kinds.txt");

/// A name inside the workbook, and the cells that it names.
type Named = (&'static str, String);

/// What the sheet says.
pub(super) struct Guidance<'g> {
    layout: &'g Layout,
    units: Vec<&'g str>,
    /// The kinds this city knows, in the order of the procedure.
    kinds: Vec<&'g str>,
}

impl<'g> Guidance<'g> {
    /// The words of `layout`, and what `offers` and the contract have to choose from.
    pub(super) fn new(layout: &'g Layout, offers: &'g Offers) -> Self {
        let is_offered = |kind: &str| is_known_kind(kind) || offers.kinds.contains(kind);
        let mut kinds: Vec<&str> = names().map(|(kind, _)| kind).collect();
        kinds.retain(|kind| is_offered(kind));
        let unnamed = offers.kinds.iter().map(String::as_str);
        let unnamed = unnamed.filter(|kind| !is_known_kind(kind) && name_of(kind) == *kind);
        kinds.extend(unnamed);
        Self {
            layout,
            units: offers.units.iter().map(String::as_str).collect(),
            kinds,
        }
    }

    /// Writes each sentence, each column, each kind of event and each unit; returns the names of the
    /// lists.
    pub(super) fn explain(
        &self,
        worksheet: &mut Worksheet,
        formats: &Formats,
    ) -> Result<[Named; 2], XlsxError> {
        let guide = &self.layout.guide;
        worksheet.set_name(&guide.sheet)?;
        for (column, width) in (0..).zip(guide.width) {
            worksheet.set_column_width(column, width)?;
        }
        worksheet.write_string_with_format(0, 0, &guide.title, &formats.title)?;
        let width: f64 = guide.width.iter().sum();
        let mut row = 1;
        for line in &guide.lines {
            worksheet.merge_range(row, 0, row, 2, line, &formats.text)?;
            // No spreadsheet makes a row with merged cells higher by itself.
            worksheet.set_row_height(row, height(lines_of(line, width)))?;
            row += 1;
        }
        let mut table = |row: u32, headings: &[String; 3], lines: &[[&str; 3]]| {
            write(worksheet, formats, guide.width, (row, headings, lines))
        };
        let columns = table(row + 1, &guide.columns, &self.columns())?;
        let kinds = table(columns + 1, &guide.kinds, &self.events())?;
        let units: Vec<_> = self.units.iter().map(|unit| ["", *unit, ""]).collect();
        let end = table(kinds + 1, &guide.units, &units)?;
        printed(worksheet, &self.layout.print.footer);
        Ok([
            (KINDS, self.range(columns + 2, kinds)),
            (UNITS, self.range(kinds + 2, end)),
        ])
    }

    /// The second cells of the rows `from` up to and without `to`, from 0. Of an empty list it is the
    /// empty cell below it, for a name must name something.
    fn range(&self, from: u32, to: u32) -> String {
        let (first, last) = (from + 1, to.max(from + 1));
        format!("='{}'!$B${first}:$B${last}", self.layout.guide.sheet)
    }

    fn columns(&self) -> Vec<[&str; 3]> {
        let sheets = self.layout.sheet.iter();
        let lines = sheets.flat_map(|sheet| {
            let columns = sheet.column.iter();
            columns.map(|column| [&*sheet.name, sheet.heading(column), &*column.prompt])
        });
        lines.collect()
    }

    fn events(&self) -> Vec<[&str; 3]> {
        let usual = &*self.layout.guide.usual;
        let kinds = self.kinds.iter();
        let lines = kinds.map(|kind| ["", name_of(kind), words_for(kind).unwrap_or(usual)]);
        lines.collect()
    }
}

/// Whether `grid` is the sheet of a form that explains the others: it lists headings and is no table.
pub(in crate::store::catalog) fn is_guide(grid: &Grid) -> bool {
    let Ok(Layout { guide, .. }) = Layout::shipped() else {
        return false;
    };
    let first = grid.rows.first().and_then(|row| row.cells.first());
    grid.sheet.as_deref() == Some(&guide.sheet)
        && first.is_some_and(|cell| cell.text == guide.title)
}

/// Writes a table from a row on, with its headings and lines, and returns the row after it.
fn write(
    worksheet: &mut Worksheet,
    formats: &Formats,
    widths: [f64; 3],
    (row, headings, lines): (u32, &[String; 3], &[[&str; 3]]),
) -> Result<u32, XlsxError> {
    for (column, word) in (0..).zip(headings) {
        worksheet.write_string_with_format(row, column, word, &formats.heading)?;
    }
    let mut row = row + 1;
    for line in lines {
        let needed = line
            .iter()
            .zip(widths)
            .map(|(word, width)| lines_of(word, width));
        worksheet.set_row_height(row, height(needed.max().unwrap_or(1)))?;
        for (column, word) in (0..).zip(line) {
            worksheet.write_string_with_format(row, column, *word, &formats.text)?;
        }
        row += 1;
    }
    Ok(row)
}

/// What to fill in for `kind`, where there is more to say than usual.
fn words_for(kind: &str) -> Option<&'static str> {
    let mut lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines.find_map(|line| {
        let (known, words) = line.split_once(": ")?;
        (known == kind).then_some(words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_for_kinds_that_have_a_name() {
        for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
            let kind = line.split_once(": ").unwrap().0;
            assert_ne!(name_of(kind), kind, "{line}");
        }
    }

    #[test]
    fn a_kind_of_the_city_is_offered_and_one_of_another_city_is_not() {
        let offers = Offers {
            kinds: ["volume_filed", "trial_run"].map(str::to_owned).into(),
            ..Offers::default()
        };
        let layout = Layout::shipped().unwrap();
        let kinds = Guidance::new(&layout, &offers).kinds;
        assert!(kinds.contains(&"volume_filed") && kinds.contains(&"trial_run"));
        assert!(!kinds.contains(&"appeal_filed"));
    }
}
