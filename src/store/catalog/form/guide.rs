//! The sheets of the form that are not filled in: the one that explains, and the hidden one whose
//! lists are offered.
//!
//! Owns what they hold. Refuses to be data: an import passes them over.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use crate::domain::decision::is_known_kind;
use crate::domain::naming::{name_of, names};

use super::Offers;
use super::layout::{Layout, Lists};
use super::page::{Formats, printed};

/// What the list of units is called inside the workbook.
pub(super) const UNITS: &str = "duban_units";
/// What the list of kinds is called inside the workbook.
pub(super) const KINDS: &str = "duban_kinds";

/// What to fill in for kinds of events, as data.
const WORDS: &str = include_str!("kinds.txt");

/// Lists to choose from.
pub(super) struct ListSheet<'o> {
    units: Vec<&'o str>,
    /// The kinds this city knows, in the order of the procedure.
    kinds: Vec<&'o str>,
}

impl<'o> ListSheet<'o> {
    /// What `offers` and the contract have.
    pub(super) fn new(offers: &'o Offers) -> Self {
        let is_offered = |kind: &str| is_known_kind(kind) || offers.kinds.contains(kind);
        let mut kinds: Vec<&str> = names().map(|(kind, _)| kind).collect();
        kinds.retain(|kind| is_offered(kind));
        let unnamed = offers.kinds.iter().map(String::as_str);
        let unnamed = unnamed.filter(|kind| !is_known_kind(kind) && name_of(kind) == *kind);
        kinds.extend(unnamed);
        Self {
            units: offers.units.iter().map(String::as_str).collect(),
            kinds,
        }
    }

    /// Writes the lists into a hidden sheet.
    pub(super) fn write(&self, worksheet: &mut Worksheet, words: &Lists) -> Result<(), XlsxError> {
        worksheet.set_name(&words.sheet)?.set_hidden(true);
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| name_of(kind)).collect();
        for (column, heading, list) in [(0, &words.units, &self.units), (1, &words.kinds, &kinds)] {
            worksheet.write_string(0, column, heading)?;
            for (row, name) in (1..).zip(list) {
                worksheet.write_string(row, column, *name)?;
            }
        }
        Ok(())
    }

    /// Names the lists, so that drop-downs can point to them.
    pub(super) fn name(&self, workbook: &mut Workbook, words: &Lists) -> Result<(), XlsxError> {
        for (name, column, length) in [
            (UNITS, 'A', self.units.len()),
            (KINDS, 'B', self.kinds.len()),
        ] {
            // An empty list offers one empty cell.
            let last = length.max(1) + 1;
            let range = format!("='{}'!${column}$2:${column}${last}", words.sheet);
            workbook.define_name(name, &range)?;
        }
        Ok(())
    }
}

/// Writes what explains the form: each sentence, each column and each kind of event.
pub(super) fn explain(
    worksheet: &mut Worksheet,
    layout: &Layout,
    lists: &ListSheet<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let guide = &layout.guide;
    worksheet.set_name(&guide.sheet)?;
    for (column, width) in (0..).zip(guide.width) {
        worksheet.set_column_width(column, width)?;
    }
    worksheet.write_string_with_format(0, 0, &guide.title, &formats.title)?;
    let mut row = 1;
    let width: f64 = guide.width.iter().sum();
    for line in &guide.lines {
        worksheet.merge_range(row, 0, row, 2, line, &formats.text)?;
        worksheet.set_row_height(row, height(line, width))?;
        row += 1;
    }
    let mut table = |heading: &[String; 3], lines: Vec<[&str; 3]>| -> Result<(), XlsxError> {
        row += 1;
        for (column, word) in (0..).zip(heading) {
            worksheet.write_string_with_format(row, column, word, &formats.heading)?;
        }
        for line in lines {
            row += 1;
            for (column, word) in (0..).zip(line) {
                worksheet.write_string_with_format(row, column, word, &formats.text)?;
            }
        }
        row += 1;
        Ok(())
    };
    table(&guide.columns, columns(layout))?;
    table(&guide.kinds, kinds(layout, lists))?;
    printed(worksheet, &layout.print.footer)
}

/// How high a row must be for `text` in merged cells, which no spreadsheet makes higher by itself; in
/// points, 15 of them for a line as in every new workbook.
#[expect(
    clippy::cast_precision_loss,
    reason = "a sentence has some hundred letters"
)]
fn height(text: &str, width: f64) -> f64 {
    15.0 * (text.width() as f64 / width).ceil() + 5.0
}

fn columns(layout: &Layout) -> Vec<[&str; 3]> {
    let sheets = layout.sheet.iter();
    let lines = sheets.flat_map(|sheet| {
        let columns = sheet.column.iter();
        columns.map(|column| [&*sheet.name, sheet.heading(column), &*column.prompt])
    });
    lines.collect()
}

fn kinds<'l>(layout: &'l Layout, lists: &ListSheet<'l>) -> Vec<[&'l str; 3]> {
    let usual = &*layout.guide.usual;
    let kinds = lists.kinds.iter();
    let lines = kinds.map(|kind| ["", name_of(kind), words_for(kind).unwrap_or(usual)]);
    lines.collect()
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
        let kinds = ListSheet::new(&offers).kinds;
        assert!(kinds.contains(&"volume_filed") && kinds.contains(&"trial_run"));
        assert!(!kinds.contains(&"appeal_filed"));
    }
}
