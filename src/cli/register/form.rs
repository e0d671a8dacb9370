//! The sheets of a register: their columns, and what may stand in a cell.
//!
//! Owns the order and width of columns, which both the workbook and CSV follow. Refuses words:
//! headings are asked of the templates by these names.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A cell, before anybody knows in which kind of file it will stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Text, which may come from anybody.
    Text(String),
    /// A civil date.
    Day(NaiveDate),
    /// A number.
    Number(i64),
    /// Working days to a date, or gone since.
    Left {
        /// Negative once it is past.
        days: i64,
        /// It is past, though only by rest days perhaps.
        past: bool,
    },
    /// Sign and word, in the colour of a light.
    Lit {
        /// `late`, `near`, `fine`, `ended` or `waiting`.
        lamp: String,
        /// What it says.
        text: String,
    },
}

impl Cell {
    /// Text, or nothing.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        }
    }

    /// A date, or nothing.
    pub(super) fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

/// A sheet with one row for each thing that it lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// By what name the templates know it.
    pub(super) sheet: &'static str,
    /// Name and width of each column, in digits of the font. Together they make a line that is
    /// still read when a landscape A4 page holds it.
    pub(super) columns: &'static [(&'static str, f64)],
}

/// 台账: every duty that has come up. In CSV, which has no second sheet, every duty.
pub(super) const DUTIES: Form = Form {
    sheet: "duties",
    columns: &[
        ("number", 5.0),
        ("state", 12.0),
        ("decision", 10.0),
        ("title", 20.0),
        ("rule", 11.0),
        ("duty", 22.0),
        ("basis", 24.0),
        ("anchor", 10.5),
        ("due", 10.5),
        ("latest", 10.5),
        ("left", 7.5),
        ("responsible", 14.0),
        ("last", 14.0),
        ("remark", 24.0),
    ],
};

/// 待补: what nobody has entered.
pub(super) const WAITING: Form = Form {
    sheet: "waiting",
    columns: &[
        ("number", 5.0),
        ("because", 12.0),
        ("decision", 10.0),
        ("title", 28.0),
        ("rule", 16.0),
        ("duty", 28.0),
        ("responsible", 18.0),
        ("needs", 32.0),
        ("although", 16.0),
        ("although_on", 11.0),
    ],
};

/// 后续: what lies ahead, and becomes a duty with a date once the step before it has happened.
pub(super) const AHEAD: Form = Form {
    sheet: "ahead",
    columns: &[
        ("number", 5.0),
        ("decision", 10.0),
        ("title", 30.0),
        ("rule", 16.0),
        ("duty", 34.0),
        ("basis", 36.0),
        ("responsible", 18.0),
        ("needs", 33.0),
    ],
};

/// 通知: what was sent to whom, and what came of it.
pub(super) const NOTICES: Form = Form {
    sheet: "notices",
    columns: &[
        ("number", 6.0),
        ("made", 16.0),
        ("decision", 10.0),
        ("rule", 8.0),
        ("duty", 26.0),
        ("unit", 18.0),
        ("person", 14.0),
        ("channel", 10.0),
        ("rung", 13.0),
        ("kind", 14.0),
        ("attempts", 8.0),
        ("outcome", 11.0),
        ("acknowledged_by", 10.0),
        ("acknowledged_at", 16.0),
        ("note", 28.0),
    ],
};
