//! Tables in files that people keep: which cell says what, and where it stands.
//!
//! Owns files as spreadsheets and word processors write them, in and out, and the guard
//! against cells that a spreadsheet would run as formulas. Refuses to know what a column means.

mod content;
mod full_disk;
mod guard;
mod text;
mod worker;
mod workbooks;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::fault::Fault;
use content::Content;

pub use full_disk::unpanicked;
pub use guard::{escaped, guarded, unguarded};
pub use workbooks::Workbooks;
pub use worker::{confine, read_workbook};

/// A file of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Its name, for the reports.
    pub file: String,
    /// Its tables, in the order of the file.
    pub grids: Vec<Grid>,
    /// What was left out although somebody may expect it to come in, such as hidden sheets.
    pub warnings: Vec<Fault>,
}

/// One table: a sheet of a workbook, or the whole of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The file's name, for the reports.
    pub file: String,
    /// The sheet's name; `None` in a text file, whose rows have their cells exactly: a cell too
    /// few or too many there means that a mark between cells was lost or typed.
    pub sheet: Option<String>,
    /// The rows that hold something.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the sheet, or the line of the text file it starts in; from 1.
    pub number: u64,
    /// Its cells from the left. Empty ones at the end of a sheet's row may be left out.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// What it shows, as far as the file says so; empty where it shows nothing.
    pub text: String,
    /// What is behind the text.
    pub kind: Kind,
}

/// What is behind a cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Kind {
    /// It is the text that was typed, or that is shown.
    #[default]
    #[serde(rename = "t")]
    Text,
    /// A number. How it was written is lost: `2021.10` has become `2021.1`.
    #[serde(rename = "n")]
    Number,
    /// A date as `YYYY-MM-DD`, shown in a way the file does not tell. The first of a month may be
    /// meant as the month alone.
    #[serde(rename = "d")]
    Day,
    /// It is merged with another cell and repeats what that one shows.
    #[serde(rename = "m")]
    Merged,
}

/// Where a row stands, for the reports: `目录.csv:7`, or `目录.xlsx, 事项!7`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The file's name.
    pub file: String,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// The row's number.
    pub row: u64,
}

impl Book {
    /// Reads the tables in `bytes`, the contents of the file named `file`; what kind of file it
    /// is, the contents say. Workbooks are read by `workbooks`, in a process of their own.
    ///
    /// # Errors
    /// All faults that keep the file from holding tables, at once.
    pub fn read(file: &str, bytes: &[u8], workbooks: &Workbooks) -> Result<Self, Vec<Fault>> {
        match content::of(bytes) {
            Ok(Content::Text) => Ok(Self {
                file: file.to_owned(),
                grids: vec![text::read(file, bytes)?],
                warnings: Vec::new(),
            }),
            Ok(Content::Workbook) => workbooks.read(file, bytes).map_err(|fault| vec![fault]),
            Err((found, expected)) => Err(vec![Fault::new(file, found, expected)]),
        }
    }
}

impl Grid {
    /// Where the row `number` stands.
    #[must_use]
    pub fn at(&self, number: u64) -> At {
        At {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            row: number,
        }
    }
}

impl Cell {
    /// A cell somebody typed `text` into.
    #[must_use]
    pub fn typed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Text,
        }
    }

    /// Whether it shows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

impl At {
    /// Where the cell of the row stands that is the `column`-th from the left, from 0; a text
    /// file's cells have no name of their own.
    #[must_use]
    pub fn cell(&self, column: usize) -> String {
        match &self.sheet {
            Some(sheet) => format!("{}, {sheet}!{}{}", self.file, letters(column), self.row),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(sheet) => write!(f, "{}, {sheet}!{}", self.file, self.row),
            None => write!(f, "{}:{}", self.file, self.row),
        }
    }
}

/// A column's name in a spreadsheet: `A` is 0, `Z` 25, `AA` 26.
fn letters(column: usize) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        name.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (16_383, "XFD"),
        ] {
            assert_eq!(letters(column), name);
        }
    }
}
