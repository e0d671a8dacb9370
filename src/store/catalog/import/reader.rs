//! An item of a table becomes a draft.
//!
//! Owns which cell fills which column, and what is warned of in it. Refuses to choose between two
//! columns of one meaning that say different things.

use rusqlite::types::Value;

use crate::domain::decision::Flag;
use crate::domain::fault::Fault;

use super::dialect::Defaults;
use super::draft::{Draft, Reading};
use super::header::{Header, Role};
use super::items::{Item, number, unwrapped};
use super::procedures::yes_or_no;
use super::title::Title;
use super::units::Names;
use crate::store::catalog::columns::{Holds, Table};
use crate::store::sheets::{Cell, unguarded};
use crate::store::text::{has_strange_control, shown};

/// Titles longer than this are usually merged cells. They are imported whole; in characters.
const USUAL_TITLE_CHARS: usize = 300;

/// What one table is read with.
pub(super) struct Reader<'a> {
    pub(super) header: &'a Header,
    pub(super) defaults: &'a Defaults,
    pub(super) title: Option<Title>,
    pub(super) names: Names<'a>,
    pub(super) warnings: Vec<Fault>,
    pub(super) faults: Vec<Fault>,
}

impl Reader<'_> {
    /// The draft of `item`.
    pub(super) fn draft(&mut self, item: &Item) -> Draft {
        let mut draft = Draft::new(self.header.table, item.at.clone());
        for (place, column) in draft.table.columns().iter().enumerate() {
            if let Some((at, cell)) = self.cell_of(item, place) {
                self.take(&mut draft, place, cell);
                self.warn_of_control(&draft, at, column.holds, column.name, cell);
            }
        }
        if draft.table == Table::Decision {
            if draft.get("id").is_none() {
                self.part_units(&mut draft, item);
                self.complete(&mut draft);
            } else {
                self.complete_key(&mut draft);
                self.warn_of_list(&draft, item);
            }
            self.add_flags(&mut draft, item);
            self.read_planned(&mut draft, item);
            self.warn_of_length(&draft, item);
            note_rows(&mut draft, item);
        }
        draft
    }

    /// What `item` says in the columns for `place` of the contract, and where; a fault where they
    /// say different things.
    fn cell_of<'i>(&mut self, item: &'i Item, place: usize) -> Option<(usize, &'i Cell)> {
        let header = self.header;
        let columns = header.roles.iter().enumerate();
        let columns = columns.filter(|(_, role)| **role == Role::Column(place));
        let cells = columns.filter_map(|(at, _)| Some((at, item.cells.get(at)?)));
        let mut found: Option<(usize, &Cell)> = None;
        for (at, cell) in cells {
            match found {
                Some((first, before)) if !before.is_empty() => {
                    if !cell.is_empty() && cell.text.trim() != before.text.trim() {
                        let names = (&header.names[first], &header.names[at]);
                        let found = format!(
                            "{} under {} and {} under {}",
                            shown(&before.text),
                            shown(names.0),
                            shown(&cell.text),
                            shown(names.1)
                        );
                        let column = header.table.columns()[place].name;
                        let place = format!("{}, {column}", item.at.cell(at));
                        let expected = "the same in both columns; delete the one that is not meant";
                        self.faults.push(Fault::new(place, found, expected));
                    }
                }
                _ => found = Some((at, cell)),
            }
        }
        found
    }

    fn take(&self, draft: &mut Draft, place: usize, cell: &Cell) {
        let column = &draft.table.columns()[place];
        let text = unguarded(&cell.text);
        let is_flag = Flag::named(column.name).is_some() || column.name == "confidential";
        if is_flag {
            match yes_or_no(text) {
                Some(Some(is)) => draft.take(place, if is { "1" } else { "0" }),
                Some(None) => draft.take(place, text),
                // A published table that says nothing does not unsay what somebody has found out.
                None if draft.get("id").is_none() => {}
                None => draft.take(place, ""),
            }
            return;
        }
        match column.name {
            "seq" => match number(text) {
                Some(number) => draft.take(place, &number.to_string()),
                None => draft.take(place, text),
            },
            "year" => draft.take(
                place,
                text.trim().trim_end_matches('度').trim_end_matches('年'),
            ),
            _ if column.holds == Holds::Line => draft.take(place, &unwrapped(text)),
            "cooperating_units" if !text.trim_start().starts_with('[') => {
                // A row with a key was written by a program, or by duban: a list of names and nothing
                // besides.
                let names = if draft.get("id").is_some() {
                    self.names.pieces(text)
                } else {
                    self.names.listed(text)
                };
                let json = serde_json::Value::from(names).to_string();
                draft.take(place, if text.trim().is_empty() { "" } else { &json });
            }
            _ => draft.take(place, text),
        }
    }

    /// Adds what the row leaves to the command line or to the title.
    fn complete(&self, draft: &mut Draft) {
        let title = self.title.as_ref();
        let organ = self.defaults.organ.as_ref();
        let organ = organ.or_else(|| title.and_then(|title| title.organ.as_ref()));
        if let Some(organ) = organ.filter(|_| draft.get("organ").is_none()) {
            draft.set("organ", Value::Text(organ.clone()));
        }
        let year = self.defaults.year;
        let year = year.or_else(|| title.and_then(|title| title.year));
        if let Some(year) = year.filter(|_| draft.get("year").is_none()) {
            draft.set("year", Value::Integer(year.into()));
        }
        draft.is_in_part = title.is_some_and(|title| title.is_part);
    }

    /// A table with keys of its own, but without columns for body and year, is completed where it
    /// has new decisions.
    fn complete_key(&self, draft: &mut Draft) {
        let gives = |name| self.header.gives(name);
        if gives("seq") && !gives("organ") && !gives("year") {
            self.complete(draft);
            draft.is_in_part = false;
            draft.is_completed = true;
        }
    }

    /// The first column for `name` in which `item` says something.
    pub(super) fn column_said(&self, item: &Item, name: &str) -> Option<usize> {
        let said = |at: &usize| item.cells.get(*at).is_some_and(|cell| !cell.is_empty());
        self.header.columns_of(name).find(said)
    }

    /// Warns of what was `found` for `column` at `place`.
    pub(super) fn warn(&mut self, place: &str, column: &str, found: String, expected: &str) {
        let place = format!("{place}, {column}");
        self.warnings.push(Fault::new(place, found, expected));
    }

    fn warn_of_control(&mut self, draft: &Draft, at: usize, holds: Holds, name: &str, cell: &Cell) {
        if holds == Holds::Line && has_strange_control(&cell.text) {
            let expected = "no control characters (each was replaced by a space)";
            self.warn(&draft.at.cell(at), name, shown(&cell.text), expected);
        }
    }

    fn warn_of_length(&mut self, draft: &Draft, item: &Item) {
        let chars = draft.text("title").map_or(0, |title| title.chars().count());
        if chars > USUAL_TITLE_CHARS {
            let at = self.column_said(item, "title").unwrap_or_default();
            let found = format!("a title of {chars} characters");
            let expected = "a title, not merged cells (it was kept whole)";
            self.warn(&item.at.cell(at), "title", found, expected);
        }
    }

    /// A row with a key was written by a program or by us: its unit is never parted. Of a cell with
    /// several lines one name was made.
    fn warn_of_list(&mut self, draft: &Draft, item: &Item) {
        for column in ["drafting_unit", "executing_unit"] {
            let (Some(unit), Some(at)) = (draft.text(column), self.column_said(item, column))
            else {
                continue;
            };
            let has_lines = item.cells[at].text.trim().contains(['\n', '\r']);
            let is_list = has_lines || unit.contains(['、', '，', ',', '；', ';']);
            if is_list && !self.defaults.units.contains(unit) {
                let expected =
                    "one unit, the others as cooperating_units (it was kept as it stands)";
                let (place, unit) = (item.at.cell(at), shown(unit));
                self.warn(&place, column, unit, expected);
            }
        }
    }
}

/// Notes that an item stands on several rows.
fn note_rows(draft: &mut Draft, item: &Item) {
    if item.ends_at > item.at.row {
        draft.readings.push(Reading {
            place: item.at.to_string(),
            column: "title",
            text: draft.text("title").unwrap_or_default().to_owned(),
            read: draft.text("title").map(str::to_owned),
            rule: format!("one item on the rows {} to {}", item.at.row, item.ends_at),
        });
    }
}
