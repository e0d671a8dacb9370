//! The dialects of files: the contract's own columns, or the headings of a
//! published catalogue.
//!
//! Owns which heading is which column, which rows of a published table are no
//! decisions, and how its planned times are read. Refuses to drop anything
//! unseen: each column ignored and each row skipped is a warning.

use std::collections::BTreeSet;

use rusqlite::types::Value;

use crate::domain::fault::Fault;

use super::draft::Draft;
use crate::store::catalog::columns::{Holds, Table};
use crate::store::catalog::dates::planned_day;
use crate::store::sheets::{At, Grid, Row, unguarded};
use crate::store::text::{has_strange_control, one_line, shown};

/// Headings of published catalogues, as data.
const HEADERS: &str = include_str!("headers.txt");

/// Titles longer than this are usually merged cells. They are imported whole; in characters.
const USUAL_TITLE_CHARS: usize = 300;

/// What holds for rows of a published catalogue that do not say it themselves, and what is
/// known besides.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// 决策机关.
    pub organ: Option<String>,
    /// Year of the catalogue.
    pub year: Option<i32>,
    /// Every name and alias of a unit that the directory knows; empty where there is none.
    pub units: BTreeSet<String>,
}

/// A table, understood.
#[derive(Debug)]
pub(in crate::store::catalog) struct Drafted {
    pub(in crate::store::catalog) table: Table,
    pub(in crate::store::catalog) drafts: Vec<Draft>,
    pub(in crate::store::catalog) warnings: Vec<Fault>,
}

/// Reads the rows of `grid` in its dialect.
///
/// # Errors
/// All faults of the header, at once.
pub(in crate::store::catalog) fn drafts(
    grid: &Grid,
    defaults: &Defaults,
) -> Result<Drafted, Vec<Fault>> {
    let mut warnings = Vec::new();
    let mut faults = Vec::new();
    let header = Header::of(grid, &mut warnings)?;
    let mut drafts = Vec::new();
    for row in grid.rows.iter().skip(1) {
        let at = grid.at(row.number);
        if let Some(fault) = header.misfit(row, &at) {
            faults.push(fault);
            continue;
        }
        let place = at.to_string();
        let mut draft = header.draft(row, at, &mut warnings);
        if header.table == Table::Decision {
            if is_no_decision(&draft) {
                let title = draft.text("title").unwrap_or_default();
                let expected = "a decision (the row was skipped)";
                warnings.push(Fault::new(place, shown(title), expected));
                continue;
            }
            complete(&mut draft, &header, defaults);
            warn_of_doubts(&draft, &place, &mut warnings);
        }
        drafts.push(draft);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Drafted {
        table: header.table,
        drafts,
        warnings,
    })
}

/// Which column of the contract each column of the table is.
struct Header {
    table: Table,
    /// Where it stands.
    at: At,
    /// The headings, each on one line.
    names: Vec<String>,
    columns: Vec<Option<usize>>,
}

impl Header {
    fn of(grid: &Grid, warnings: &mut Vec<Fault>) -> Result<Self, Vec<Fault>> {
        let row = grid.rows.first();
        let cells = row.map_or(&[][..], |row| &row.cells);
        let names = cells.iter().map(|cell| one_line(&cell.text).into_owned());
        let names: Vec<String> = names.collect();
        let headings: Vec<String> = names.iter().map(|name| bare(name)).collect();
        let has = |name: &str| headings.iter().any(|heading| heading == name);
        let table = if has("decision_id") && has("kind") {
            Table::Event
        } else {
            Table::Decision
        };
        let columns = headings.iter().map(|name| column_named(table, name));
        let header = Self {
            table,
            at: grid.at(row.map_or(1, |row| row.number)),
            columns: columns.collect(),
            names,
        };
        header.warn_of_ignored(warnings);
        let faults = header.faults();
        if faults.is_empty() {
            Ok(header)
        } else {
            Err(faults)
        }
    }

    fn gives(&self, name: &str) -> bool {
        let place = self.table.place_of(name);
        place.is_some() && self.columns.contains(&place)
    }

    fn warn_of_ignored(&self, warnings: &mut Vec<Fault>) {
        for (name, column) in self.names.iter().zip(&self.columns) {
            if column.is_none() && !name.is_empty() {
                warnings.push(Fault::new(
                    self.at.to_string(),
                    format!("the column {}", shown(name)),
                    "a column of the contract (it was ignored)",
                ));
            }
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let place = self.at.to_string();
        let mut faults = Vec::new();
        for (number, column) in self.table.columns().iter().enumerate() {
            let times = self.columns.iter().filter(|have| **have == Some(number));
            let times = times.count();
            if times > 1 {
                let found = format!("{times} columns for {}", column.name);
                faults.push(Fault::new(&place, found, "one"));
            }
        }
        let needed: &[&str] = match self.table {
            Table::Event => &["decision_id", "kind", "on_date"],
            Table::Decision if self.gives("id") => &["id"],
            Table::Decision => &["seq", "title"],
        };
        for name in needed.iter().filter(|name| !self.gives(name)) {
            let found = format!("the header {}", shown(&self.names.join(",")));
            let expected = format!("a column for {name}, by its name or a published heading");
            faults.push(Fault::new(&place, found, expected));
        }
        faults
    }

    /// A row of a text file that has other cells than the header: a mark between cells was
    /// lost or typed, and nobody knows which cell is which.
    fn misfit(&self, row: &Row, at: &At) -> Option<Fault> {
        let cells = &row.cells;
        let surplus = cells.iter().skip(self.names.len());
        let is_surplus = surplus.into_iter().any(|cell| !cell.is_empty());
        let is_short = at.sheet.is_none() && cells.len() < self.names.len();
        (is_short || is_surplus).then(|| {
            let first = cells.first().map_or("", |cell| &cell.text);
            let found = format!("{} cells, the first {}", cells.len(), shown(first));
            let expected = format!("{} cells, as in the header", self.names.len());
            Fault::new(at.to_string(), found, expected)
        })
    }

    fn draft(&self, row: &Row, at: At, warnings: &mut Vec<Fault>) -> Draft {
        let mut draft = Draft::new(self.table, at);
        for (cell, column) in row.cells.iter().zip(&self.columns) {
            let Some(number) = *column else { continue };
            let text = unguarded(&cell.text);
            let column = &self.table.columns()[number];
            if column.holds == Holds::Line && has_strange_control(text) {
                let expected = "no control characters (each was replaced by a space)";
                let place = format!("{}, {}", draft.at, column.name);
                warnings.push(Fault::new(place, shown(text), expected));
            }
            draft.take(number, text);
        }
        draft
    }
}

/// A heading without its blanks and line breaks, in small letters.
pub(super) fn bare(heading: &str) -> String {
    heading
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

pub(super) fn column_named(table: Table, heading: &str) -> Option<usize> {
    table.place_of(heading).or_else(|| {
        let mut known = vocabulary();
        known.find_map(|(name, words)| {
            let column = name.strip_prefix(table.name())?.strip_prefix('.')?;
            let place = words.contains(&heading).then(|| table.place_of(column));
            place.flatten()
        })
    })
}

/// The lines of the headings' file: a name and the words for it.
fn vocabulary() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    HEADERS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name, words.split_whitespace().collect()))
}

/// Whether a row of a published table heads a group or says that a group is empty.
fn is_no_decision(draft: &Draft) -> bool {
    if draft.get("id").is_some() {
        return false;
    }
    let title = draft.text("title").unwrap_or_default();
    let says_empty = vocabulary().any(|(name, words)| name == "empty" && words.contains(&title));
    let says_nothing = ["seq", "drafting_unit", "planned_text"]
        .iter()
        .all(|name| draft.get(name).is_none());
    says_empty || says_nothing
}

/// Adds what the row leaves to the file, and the last day of its planned time.
fn complete(draft: &mut Draft, header: &Header, defaults: &Defaults) {
    let is_named_by_number = draft.get("id").is_none();
    if is_named_by_number
        && draft.get("organ").is_none()
        && let Some(organ) = &defaults.organ
    {
        draft.set("organ", Value::Text(organ.clone()));
    }
    if is_named_by_number
        && draft.get("year").is_none()
        && let Some(year) = defaults.year
    {
        draft.set("year", Value::Integer(year.into()));
    }
    if header.gives("planned_text") && !header.gives("planned_on") {
        let year = draft
            .whole("year")
            .and_then(|year| i32::try_from(year).ok());
        let text = draft.text("planned_text").unwrap_or_default();
        let day = planned_day(text, year);
        let value = day.map_or(Value::Null, |day| Value::Text(day.to_string()));
        draft.set("planned_on", value);
        draft.is_planned_derived = true;
    }
}

/// Says what was taken as it stands although it looks unusual.
fn warn_of_doubts(draft: &Draft, place: &str, warnings: &mut Vec<Fault>) {
    let mut warn = |column: &str, found: String, expected: &str| {
        warnings.push(Fault::new(format!("{place}, {column}"), found, expected));
    };
    if let Some(text) = draft.text("planned_text")
        && draft.is_planned_derived
        && draft.get("planned_on").is_none()
    {
        let expected = "a time that can be read in one way (planned_on stays empty)";
        warn("planned_text", shown(text), expected);
    }
    if let Some(title) = draft.text("title")
        && title.chars().count() > USUAL_TITLE_CHARS
    {
        let found = format!("a title of {} characters", title.chars().count());
        warn(
            "title",
            found,
            "a title, not merged cells (it was kept whole)",
        );
    }
    if let Some(unit) = draft.text("drafting_unit")
        && unit.contains(['、', '，', ',', '；', ';'])
    {
        let expected = "one unit, the others as cooperating_units (it was kept as it stands)";
        warn("drafting_unit", shown(unit), expected);
    }
}
