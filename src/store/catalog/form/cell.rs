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
use crate::store::text::{has_strange_control, one_line};

/// How much a cell can hold, in UTF-16 units (Excel's specifications and limits: 32,767 characters).
const LONGEST: usize = 32_767;

/// Whole numbers up to here are exact in a workbook, whose numbers are all binary64.
const EXACT: i64 = 1 << 53;

/// What a cell shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shown<'v> {
    Nothing,
    Text(Cow<'v, str>),
    Number(f64),
    Day(NaiveDate),
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
        let units = match shown {
            Shown::Text(text) if text.len() > LONGEST => text.encode_utf16().count(),
            _ => 0,
        };
        if units > LONGEST {
            let found = format!("{units} characters");
            let expected = format!("at most {LONGEST}, which a cell of a workbook holds; CSV has no such limit");
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
        ValueRef::Integer(number) => whole(table, column, number),
        ValueRef::Real(number) if number.is_finite() => Shown::Number(number),
        ValueRef::Real(number) => Shown::Text(number.to_string().into()),
        ValueRef::Text(_) | ValueRef::Blob(_) => match told(table, column, text(value)) {
            text if text.is_empty() => Shown::Nothing,
            text => match day(&text) {
                Some(day) if column.holds == Holds::Day => Shown::Day(day),
                _ => Shown::Text(kept(text)),
            },
        },
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers that would lose any are written as texts"
)]
fn whole(table: Table, column: &Column, number: i64) -> Shown<'static> {
    let text = number.to_string();
    let word = written(table, column.name, &text);
    if word == text && number.abs() <= EXACT {
        Shown::Number(number as f64)
    } else {
        Shown::Text(word.to_owned().into())
    }
}

/// A text as the import would read it, in words.
fn told<'v>(table: Table, column: &Column, text: Cow<'v, str>) -> Cow<'v, str> {
    if column.holds == Holds::Text {
        return if text.trim().is_empty() { "".into() } else { text };
    }
    let line = match one_line(&text) {
        Cow::Borrowed(line) if line.len() == text.len() => text,
        line => line.into_owned().into(),
    };
    if column.holds == Holds::Names {
        return listed(&line).map_or(line, Cow::Owned);
    }
    let word = written(table, column.name, &line);
    if word == line { line } else { word.to_owned().into() }
}

/// A JSON array of names as people write it, where that is read back as the same array to the letter.
fn listed(json: &str) -> Option<String> {
    let array: Vec<String> = serde_json::from_str(json).ok()?;
    let list = array.join("、");
    let read = names(&list);
    (read == Value::Text(json.to_owned())).then_some(list)
}

/// A text that is read back as it is.
fn kept(text: Cow<'_, str>) -> Cow<'_, str> {
    match escaped(&text) {
        Cow::Owned(escaped) => escaped.into(),
        Cow::Borrowed(_) => text,
    }
}

/// What is otherwise in the form than in the catalogue, or may not come through a spreadsheet. The
/// text itself is not shown, for it may be confidential.
fn doubt(column: &Column, bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(("bytes that are no text", "text in UTF-8 (each was written as �)"));
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
    (has_strange_control(text) || text.contains('\r')).then_some((
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
