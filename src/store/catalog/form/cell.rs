//! What a cell of the form shows for a value of the catalogue.
//!
//! Owns dates as dates, numbers as numbers and words for values, so that an import reads the same
//! value back. Refuses to change a letter unseen: each such cell is remarked.

use std::borrow::Cow;

use chrono::NaiveDate;
use rusqlite::types::{Value, ValueRef};

use crate::domain::fault::Fault;
use crate::store::catalog::columns::{Column, Holds, Table};
use crate::store::catalog::dates::day;
use crate::store::catalog::import::draft::names;
use crate::store::catalog::words::written;
use crate::store::sheets::escaped;
use crate::store::text::{is_kept_in_cells, one_line};

/// How much a cell can hold, in UTF-16 units (Excel's specifications and limits: 32,767 characters).
const LONGEST: usize = 32_767;

/// Spreadsheets show and keep so many digits of a number (Excel's specifications and limits: 15).
const DIGITS: usize = 15;

/// What a cell shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shown<'v> {
    Nothing,
    Text(Cow<'v, str>),
    Number(f64),
    Day(NaiveDate),
    /// So many UTF-16 units, more than any cell holds.
    TooLong(usize),
}

/// What was found while a form is filled.
#[derive(Debug, Default)]
pub(super) struct Filling {
    remarks: Vec<Fault>,
    faults: Vec<Fault>,
}

impl Filling {
    /// What a cell shows for `value`, in the column `column` of `table` and the row `key`.
    pub(super) fn shown<'v>(
        &mut self,
        (table, column): (Table, &Column),
        key: ValueRef<'_>,
        value: ValueRef<'v>,
    ) -> Shown<'v> {
        let shown = shown(table, column, value);
        if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value {
            self.judge((table, column), key, bytes, &shown);
        }
        shown
    }

    /// The remarks, and the faults that keep the form from being written.
    pub(super) fn told(&mut self) -> (Vec<Fault>, Vec<Fault>) {
        (
            std::mem::take(&mut self.remarks),
            std::mem::take(&mut self.faults),
        )
    }

    fn judge(
        &mut self,
        (table, column): (Table, &Column),
        key: ValueRef<'_>,
        bytes: &[u8],
        shown: &Shown<'_>,
    ) {
        let place = || {
            let key = text(key);
            format!("{} {}, {}", table.name(), one_line(&key), column.name)
        };
        if let Shown::TooLong(units) = shown {
            let found = format!("{units} characters");
            let expected =
                format!("at most {LONGEST}, as a cell of a workbook; CSV has no such limit");
            self.faults.push(Fault::new(place(), found, expected));
        } else if let Some((found, expected)) = doubt(column, bytes) {
            self.remarks.push(Fault::new(place(), found, expected));
        }
    }
}

/// What a cell shows for `value`.
pub(super) fn shown<'v>(table: Table, column: &Column, value: ValueRef<'v>) -> Shown<'v> {
    match value {
        ValueRef::Null => Shown::Nothing,
        ValueRef::Integer(number) => number_or_word(table, column, &number.to_string()),
        ValueRef::Real(number) => number_or_word(table, column, &number.to_string()),
        ValueRef::Text(_) | ValueRef::Blob(_) => match told(table, column, text(value)) {
            text if text.is_empty() => Shown::Nothing,
            text => match day(&text) {
                Some(day) if column.holds == Holds::Day => Shown::Day(day),
                _ => fitting(kept(text)),
            },
        },
    }
}

/// A number that a spreadsheet keeps whole as a number, any other as a text.
fn number_or_word(table: Table, column: &Column, digits: &str) -> Shown<'static> {
    let word = written(table, column.name, digits);
    let number: Option<f64> = word.parse().ok();
    let rounded = |number: f64| format!("{number:.0$e}", DIGITS - 1).parse();
    match number {
        Some(number)
            if number.is_finite()
                && rounded(number) == Ok(number)
                && number.to_string() == digits =>
        {
            Shown::Number(number)
        }
        _ => Shown::Text(word.to_owned().into()),
    }
}

/// A text as the import would read it, in words.
fn told<'v>(table: Table, column: &Column, text: Cow<'v, str>) -> Cow<'v, str> {
    if column.holds == Holds::Text {
        return if text.trim().is_empty() {
            "".into()
        } else {
            text
        };
    }
    let line = match one_line(&text) {
        Cow::Borrowed(line) if line.len() == text.len() => text,
        line => line.into_owned().into(),
    };
    if column.holds == Holds::Names {
        return listed(&line).map_or(line, Cow::Owned);
    }
    let word = written(table, column.name, &line);
    if word == line {
        line
    } else {
        word.to_owned().into()
    }
}

/// A JSON array of names as people write it, where that is read back as the same names.
fn listed(json: &str) -> Option<String> {
    let array: Vec<String> = serde_json::from_str(json).ok()?;
    let list = array.join("、");
    let is_same = match names(&list) {
        Value::Text(read) => serde_json::from_str(&read).ok() == Some(array),
        _ => false,
    };
    is_same.then_some(list)
}

/// A text that is read back as it is.
fn kept(text: Cow<'_, str>) -> Cow<'_, str> {
    match escaped(&text) {
        Cow::Owned(escaped) => escaped.into(),
        Cow::Borrowed(_) => text,
    }
}

fn fitting(text: Cow<'_, str>) -> Shown<'_> {
    // A letter has no fewer bytes in UTF-8 than units in UTF-16.
    let units = if text.len() > LONGEST {
        text.encode_utf16().count()
    } else {
        0
    };
    if units > LONGEST {
        Shown::TooLong(units)
    } else {
        Shown::Text(text)
    }
}

/// What is otherwise in the form than in the catalogue, or may not come through a spreadsheet. The
/// text itself is not shown, for it may be confidential.
fn doubt(column: &Column, bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some((
            "bytes that are no text",
            "text in UTF-8 (each was written as �)",
        ));
    };
    if column.holds != Holds::Text {
        let is_same = one_line(text) == text;
        return (!is_same).then_some((
            "line breaks, control characters or blanks around the text",
            "one line (it was written as one)",
        ));
    }
    if text.trim().is_empty() && !text.is_empty() {
        return Some(("blanks only", "a text or nothing (it was left empty)"));
    }
    (!text.chars().all(is_kept_in_cells)).then_some((
        "control characters or carriage returns",
        "none (they are in the file; a spreadsheet may drop them when it saves)",
    ))
}

fn text(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Null => "".into(),
        ValueRef::Integer(number) => number.to_string().into(),
        ValueRef::Real(number) => number.to_string().into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
    }
}
