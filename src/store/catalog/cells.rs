//! The cells of one row, taken in the contract's order, each as what it should be.
//!
//! Owns the reading of single cells and the report of each that cannot be read.
//! Refuses to give up a row for a cell: what cannot be read is absent, and said.

use std::fmt;

use chrono::NaiveDate;
use rusqlite::types::ValueRef;

use crate::domain::fault::Fault;

use super::columns::Table;
use super::dates::day;
use crate::store::sheets::At;
use crate::store::text::{describe, has_strange_control, one_line, shown};

/// Where a row stands, for the reports.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// A decision's row in the catalogue.
    Decision(&'a str),
    /// An event's row in the catalogue.
    Event { id: i64, decision: &'a str },
    /// A row of a file.
    File(&'a At),
    /// What somebody types at the command line.
    Typed,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decision(id) => write!(f, "decision {id}"),
            Self::Event { id, decision } => write!(f, "event {id} of {decision}"),
            Self::File(at) => at.fmt(f),
            Self::Typed => f.write_str("new event"),
        }
    }
}

/// A row's cells from left to right; each call takes the next one.
pub(super) struct Cells<'a> {
    table: Table,
    place: Place<'a>,
    values: Vec<ValueRef<'a>>,
    taken: usize,
    faults: Vec<Fault>,
}

impl<'a> Cells<'a> {
    /// The cells `values` of a row of `table`, in the contract's order.
    pub(super) const fn new(table: Table, place: Place<'a>, values: Vec<ValueRef<'a>>) -> Self {
        Self {
            table,
            place,
            values,
            taken: 0,
            faults: Vec::new(),
        }
    }

    /// Everything found wrong so far.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Reports `found` in the column named `column`.
    pub(super) fn report(&mut self, column: &str, found: String, expected: impl Into<String>) {
        let place = format!("{}, {column}", self.place);
        self.faults.push(Fault::new(place, found, expected));
    }

    /// Takes what was found in the column named `column` out of every report so far.
    pub(super) fn conceal(&mut self, column: &str) {
        let ending = format!(", {column}");
        let of_column = |fault: &&mut Fault| fault.place.ends_with(&ending);
        for fault in self.faults.iter_mut().filter(of_column) {
            "a text that is confidential".clone_into(&mut fault.found);
        }
    }

    /// The next cell as a key: text that can be printed and typed, unchanged.
    pub(super) fn key(&mut self) -> Option<String> {
        let (column, value) = self.take();
        if let ValueRef::Text(bytes) = value
            && let Ok(key) = std::str::from_utf8(bytes)
            && !key.is_empty()
            && one_line(key) == key
        {
            return Some(key.to_owned());
        }
        self.report(
            column,
            describe(value),
            "a key on one line, such as `2026-003`",
        );
        None
    }

    /// The next cell as a name or a title on one line; `None` where it is empty.
    pub(super) fn line(&mut self) -> Option<String> {
        let (column, value) = self.take();
        let text = self.text_of(column, value)?;
        if has_strange_control(&text) {
            self.report(column, describe(value), "text without control characters");
        }
        let line = one_line(&text);
        (!line.is_empty()).then(|| line.into_owned())
    }

    /// As [`Cells::line`], and an empty cell is reported.
    pub(super) fn required_line(&mut self) -> Option<String> {
        let line = self.line();
        if line.is_none() {
            let column = self.table.columns()[self.taken - 1].name;
            self.report(column, "nothing".to_owned(), "a text");
        }
        line
    }

    /// The next cell as free text that leaves on one line, without a report on its letters.
    pub(super) fn free_text(&mut self) -> Option<String> {
        let (column, value) = self.take();
        let text = self.text_of(column, value)?;
        let line = one_line(&text);
        (!line.is_empty()).then(|| line.into_owned())
    }

    /// The next cell as a civil date; `None` where it is empty.
    pub(super) fn date(&mut self) -> Option<NaiveDate> {
        let (column, value) = self.take();
        let text = self.text_of(column, value)?;
        if text.is_empty() {
            return None;
        }
        let date = day(&text);
        if date.is_none() {
            self.report(column, shown(&text), "a day that exists, as YYYY-MM-DD");
        }
        date
    }

    /// The next cell as a date that must be there.
    pub(super) fn required_date(&mut self) -> Option<NaiveDate> {
        let (column, value) = (
            self.table.columns()[self.taken].name,
            self.values[self.taken],
        );
        if matches!(value, ValueRef::Null | ValueRef::Text(b"")) {
            self.report(column, "nothing".to_owned(), "a day as YYYY-MM-DD");
        }
        self.date()
    }

    /// The next cell as a whole number; `None` where it is empty.
    pub(super) fn whole(&mut self) -> Option<i64> {
        let (column, value) = self.take();
        match value {
            ValueRef::Null => None,
            ValueRef::Integer(number) => Some(number),
            other => {
                self.report(column, describe(other), "a whole number");
                None
            }
        }
    }

    /// The next cell as a whole number that lies in `range`, which is `expected` in words.
    pub(super) fn whole_in(
        &mut self,
        range: std::ops::RangeInclusive<i64>,
        expected: &str,
    ) -> Option<i64> {
        let (column, value) = self.take();
        match value {
            ValueRef::Integer(number) if range.contains(&number) => Some(number),
            other => {
                self.report(column, describe(other), expected);
                None
            }
        }
    }

    /// The next cell as a quantity; `None` where it is empty.
    #[expect(
        clippy::cast_precision_loss,
        reason = "percentages and numbers of experts are far below 2^52"
    )]
    pub(super) fn number(&mut self) -> Option<f64> {
        let (column, value) = self.take();
        match value {
            ValueRef::Null => None,
            ValueRef::Integer(number) => Some(number as f64),
            ValueRef::Real(number) if number.is_finite() => Some(number),
            other => {
                self.report(column, describe(other), "a number");
                None
            }
        }
    }

    /// The next cell as yes (1), no (0) or not said (empty).
    pub(super) fn flag(&mut self) -> Option<bool> {
        let (column, value) = self.take();
        match value {
            ValueRef::Null => None,
            ValueRef::Integer(0) => Some(false),
            ValueRef::Integer(1) => Some(true),
            other => {
                self.report(column, describe(other), "0, 1 or nothing");
                None
            }
        }
    }

    /// The next cell as a JSON array of names; readable names of a faulty array are kept.
    pub(super) fn names(&mut self) -> Vec<String> {
        let (column, value) = self.take();
        let Some(text) = self.text_of(column, value).filter(|text| !text.is_empty()) else {
            return Vec::new();
        };
        let Ok(items) = serde_json::from_str::<Vec<serde_json::Value>>(&text) else {
            self.report(column, shown(&text), "a JSON array of names");
            return Vec::new();
        };
        let count = items.len();
        let names: Vec<String> = items
            .iter()
            .filter_map(serde_json::Value::as_str)
            .map(|name| one_line(name).into_owned())
            .filter(|name| !name.is_empty())
            .collect();
        if names.len() < count {
            self.report(column, shown(&text), "a JSON array that holds only names");
        }
        names
    }

    fn take(&mut self) -> (&'static str, ValueRef<'a>) {
        let place = self.taken;
        self.taken += 1;
        (self.table.columns()[place].name, self.values[place])
    }

    fn text_of(&mut self, column: &str, value: ValueRef<'a>) -> Option<std::borrow::Cow<'a, str>> {
        match value {
            ValueRef::Null => None,
            ValueRef::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                if matches!(text, std::borrow::Cow::Owned(_)) {
                    self.report(column, shown(&text), "text in UTF-8");
                }
                Some(text)
            }
            other => {
                self.report(column, describe(other), "text");
                None
            }
        }
    }
}
