//! How the form is laid out: its sheets, their columns, and what is said to those who fill it.
//!
//! Owns the shape of `form.toml` and the headings. Refuses to hold a word itself.

use serde::Deserialize;

use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::catalog::columns::{self, Table};
use crate::store::catalog::import::vocabulary::heading;

/// Sheets, columns and words, as data.
const LAYOUT: &str = include_str!("form.toml");

/// The whole form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) sheet: Vec<Sheet>,
    pub(super) doubt: Doubt,
    pub(super) print: Print,
    pub(super) guide: Guide,
}

/// A sheet to fill in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet {
    pub(super) name: String,
    table: Filled,
    /// How many columns on the left stay in sight.
    pub(super) frozen: u16,
    pub(super) column: Vec<Column>,
}

/// The table a sheet fills.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Filled {
    Decision,
    Event,
}

/// A column of a sheet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) width: f64,
    /// What stands over it where it is for reading only.
    heading: Option<String>,
    #[serde(default)]
    pub(super) is_required: bool,
    pub(super) prompt: String,
}

/// What a doubtful cell is answered with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doubt {
    pub(super) title: String,
    pub(super) list: String,
    pub(super) day: String,
}

/// What is printed besides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Print {
    pub(super) footer: String,
}

/// The sheet that explains.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guide {
    pub(super) sheet: String,
    pub(super) title: String,
    pub(super) width: [f64; 3],
    pub(super) lines: Vec<String>,
    pub(super) columns: [String; 3],
    pub(super) kinds: [String; 3],
    pub(super) units: [String; 3],
    /// What holds for kinds that nothing more is said about.
    pub(super) usual: String,
}

impl Layout {
    /// The layout that is compiled in.
    ///
    /// # Errors
    /// None that the tests leave in it.
    pub(super) fn shipped() -> Result<Self, StoreError> {
        toml::from_str(LAYOUT).map_err(|error| StoreError::Refused {
            doing: super::DOING,
            faults: vec![Fault::new("form.toml", error.to_string(), "the form")],
        })
    }
}

impl Sheet {
    /// The table it fills.
    pub(super) const fn table(&self) -> Table {
        match self.table {
            Filled::Decision => Table::Decision,
            Filled::Event => Table::Event,
        }
    }

    /// The contract's columns that it has.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static columns::Column> {
        let places = self.column.iter();
        places.filter_map(|column| {
            let place = self.table().place_of(&column.name)?;
            self.table().columns().get(place)
        })
    }

    /// Which of its columns only repeat another sheet's.
    pub(super) fn repeated(&self) -> impl Iterator<Item = bool> {
        self.column.iter().map(Column::is_repeated)
    }

    /// What stands over `column`.
    pub(super) fn heading<'c>(&self, column: &'c Column) -> &'c str {
        let own = column.heading.as_deref();
        own.unwrap_or_else(|| heading(self.table(), &column.name))
    }
}

impl Column {
    /// Whether it repeats another sheet's, to be read and not to be filled in.
    pub(super) const fn is_repeated(&self) -> bool {
        self.heading.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_of_the_contract_is_to_be_filled_in_once() {
        let layout = Layout::shipped().unwrap();
        for table in [Table::Decision, Table::Event] {
            let mut times: Vec<&str> = Vec::new();
            for sheet in layout.sheet.iter().filter(|sheet| sheet.table() == table) {
                assert_eq!(
                    sheet.columns().count(),
                    sheet.column.len(),
                    "{}",
                    sheet.name
                );
                assert_eq!(sheet.column[0].name, "id", "{}", sheet.name);
                let filled = sheet.column.iter().filter(|column| !column.is_repeated());
                times.extend(filled.map(|column| column.name.as_str()));
            }
            // The key stands on each sheet.
            times.sort_unstable();
            times.dedup();
            let distinct: BTreeSet<&str> = times.iter().copied().collect();
            let contract = table.columns().iter().map(|column| column.name);
            assert_eq!(distinct, contract.collect());
        }
    }

    #[test]
    fn every_column_has_a_heading_of_its_own_and_something_to_say() {
        for sheet in Layout::shipped().unwrap().sheet {
            let headings = sheet.column.iter().map(|column| sheet.heading(column));
            let distinct: BTreeSet<&str> = headings.collect();
            assert_eq!(distinct.len(), sheet.column.len());
            for column in &sheet.column {
                assert!(!sheet.heading(column).is_ascii(), "{}", column.name);
                assert!(!column.prompt.is_empty(), "{}", column.name);
            }
        }
    }
}
