//! The directory as a table that is edited elsewhere and imported again.
//!
//! Owns its rows: one for each person, and one for a unit without people. Refuses endpoints,
//! robots and their secrets, which no table should hold.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::config::units::roster::{Entry, Person, Roster};
use crate::store::sheets::guarded;

use super::{AUDIENCES, COLUMNS, PARTS, word};

/// Spreadsheets take a text file without it for one of their own encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// A column of the workbook is as wide as so many digits: names of units, addresses.
const WIDTH: f64 = 24.0;

/// As CSV.
///
/// # Errors
/// Never in fact: it is written into memory.
pub fn csv(roster: &Roster) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(COLUMNS.map(word))?;
    for row in rows(roster) {
        writer.write_record(row.iter().map(|cell| guarded(cell).into_owned()))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// As a workbook; every cell is text, so that no number loses its form.
///
/// # Errors
/// Whatever the writer of workbooks refuses.
pub fn workbook(roster: &Roster) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    for (column, key) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, WIDTH)?;
        sheet.write_string_with_format(0, column, word(key), &head)?;
    }
    for (line, row) in (1..).zip(rows(roster)) {
        for (column, cell) in (0..).zip(&row) {
            sheet.write_string_with_format(line, column, cell, &text)?;
        }
    }
    book.save_to_buffer()
}

fn rows(roster: &Roster) -> Vec<[String; 9]> {
    let mut rows = Vec::new();
    for unit in &roster.units {
        if unit.people.is_empty() {
            rows.push(row(unit, None));
        }
        rows.extend(unit.people.iter().map(|person| row(unit, Some(person))));
    }
    rows
}

fn row(unit: &Entry, person: Option<&Person>) -> [String; 9] {
    let aliases = unit.aliases.iter().map(|(alias, _)| alias.as_str());
    // One that holds what parts names would come back as two. Left out it stays as it is.
    let aliases: Vec<&str> = aliases.filter(|alias| !alias.contains(PARTS)).collect();
    COLUMNS.map(|key| match (key, person) {
        ("unit", _) => unit.name.clone(),
        ("aliases", _) => aliases.join("、"),
        (_, None) => String::new(),
        ("audience", Some(person)) => {
            let mut all = AUDIENCES.iter();
            let own = all.find(|(audience, _)| *audience == person.audience);
            own.map_or_else(String::new, |(_, key)| word(key).to_owned())
        }
        ("name", Some(person)) => person.name.clone(),
        (key, Some(person)) => person.value(key).unwrap_or_default().to_owned(),
    })
}
