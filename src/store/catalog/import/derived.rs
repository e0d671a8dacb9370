//! What an item's cells say besides their own column: who leads and who helps, flags by steps of the
//! procedure, and the last day of the planned time.
//!
//! Owns these readings, each of which people look at before it is written. Refuses to change what
//! the cells say themselves.

use rusqlite::types::Value;

use super::draft::{Draft, Reading};
use super::header::Role;
use super::items::Item;
use super::procedures::{Said, listed};
use super::reader::Reader;
use super::units::is_group;
use crate::store::catalog::dates::day;
use crate::store::catalog::times::{Planned, planned};
use crate::store::sheets::{Kind, unguarded};
use crate::store::text::shown;

impl Reader<'_> {
    /// Parts the cells that name several units.
    pub(super) fn part_units(&mut self, draft: &mut Draft, item: &Item) {
        let mut others: Vec<String> = Vec::new();
        for column in ["drafting_unit", "executing_unit"] {
            let Some(at) = self.column_said(item, column) else {
                continue;
            };
            let text = unguarded(&item.cells[at].text).trim().to_owned();
            let place = item.at.cell(at);
            let Some(parted) = self.names.parted(&text) else {
                let expected =
                    "one unit, the others as cooperating_units (it was kept as it stands)";
                self.warn(&place, column, shown(&text), expected);
                continue;
            };
            draft.set(column, Value::Text(parted.lead.clone()));
            self.tell(draft, (&place, column, &text), &parted.lead, parted.rule);
            for other in &parted.others {
                let rule = "it is named beside the unit that leads";
                self.tell(
                    draft,
                    (&place, "cooperating_units", &text),
                    other,
                    Some(rule),
                );
            }
            others.extend(parted.others);
        }
        let at = self.column_said(item, "cooperating_units");
        let mut names = cooperating(draft);
        if let Some(at) = at {
            let (place, text) = (item.at.cell(at), item.cells[at].text.trim());
            for name in &names {
                self.tell(draft, (&place, "cooperating_units", text), name, None);
            }
        }
        if others.is_empty() {
            return;
        }
        for other in others {
            if !names.contains(&other) {
                names.push(other);
            }
        }
        let json = serde_json::Value::from(names).to_string();
        draft.set("cooperating_units", Value::Text(json));
    }

    /// Notes how the name of a unit was read.
    fn tell(
        &mut self,
        draft: &mut Draft,
        (place, column, text): (&str, &'static str, &str),
        name: &str,
        rule: Option<&str>,
    ) {
        if is_group(name) {
            let expected = "a unit (it was kept as it stands)";
            self.warn(place, column, shown(name), expected);
        }
        let known = self.names.judge(name).map(|(_, said)| said);
        let rules: Vec<&str> = rule.into_iter().chain(known.as_deref()).collect();
        if !rules.is_empty() {
            draft.readings.push(Reading {
                place: place.to_owned(),
                column,
                text: text.to_owned(),
                read: Some(name.to_owned()),
                rule: rules.join("; "),
            });
        }
    }

    /// Sets the flags that listed or marked steps say.
    pub(super) fn add_flags(&mut self, draft: &mut Draft, item: &Item) {
        for (at, role) in self.header.roles.iter().enumerate() {
            let Some(cell) = item.cells.get(at).filter(|cell| !cell.is_empty()) else {
                continue;
            };
            let said = match role {
                Role::Steps => listed(&cell.text),
                Role::Step(step) => step.said(&cell.text).into_iter().collect(),
                _ => continue,
            };
            for said in said {
                self.add_flag(draft, &item.at.cell(at), &cell.text, said);
            }
        }
    }

    fn add_flag(&mut self, draft: &mut Draft, place: &str, text: &str, said: Said) {
        let column = said.flag.name();
        let is = said.is.map(i64::from);
        let before = draft.whole(column);
        if let (Some(before), Some(is)) = (before, is)
            && before != is
        {
            let expected =
                format!("{before}, as its own column or another step says (it was kept)");
            self.warn(place, column, shown(text), &expected);
            return;
        }
        if let Some(is) = is {
            draft.set(column, Value::Integer(is));
        }
        draft.readings.push(Reading {
            place: place.to_owned(),
            column,
            text: text.trim().to_owned(),
            read: is.map(|is| is.to_string()),
            rule: said.rule,
        });
    }

    /// Reads the last day of the planned time, where the table or a new row of it does not give it.
    pub(super) fn read_planned(&mut self, draft: &mut Draft, item: &Item) {
        // A row with a key says of the day what it says, also that there is none.
        let is_said = draft.get("planned_on").is_some() || draft.get("id").is_some();
        let is_said = is_said && self.header.gives("planned_on");
        if !self.header.gives("planned_text") || is_said {
            return;
        }
        draft.is_planned_derived = true;
        draft.set("planned_on", Value::Null);
        let Some(at) = self.column_said(item, "planned_text") else {
            return;
        };
        let year = draft.whole("year");
        let year = year.and_then(|year| i32::try_from(year).ok());
        let cell = &item.cells[at];
        let text = unguarded(&cell.text);
        let read = planned_cell(cell.kind, text, year);
        let place = item.at.cell(at);
        if let Some(last) = read.last {
            draft.set("planned_on", Value::Text(last.to_string()));
        } else {
            let expected =
                format!("a time that can be read in one way (planned_on stays empty): {read}");
            self.warn(&place, "planned_text", shown(text), &expected);
        }
        draft.readings.push(Reading {
            place,
            column: "planned_on",
            text: text.to_owned(),
            read: read.last.map(|last| last.to_string()),
            rule: read.to_string(),
        });
    }
}

/// The names in the draft's cooperating units.
fn cooperating(draft: &Draft) -> Vec<String> {
    let names = draft.text("cooperating_units");
    names
        .and_then(|names| serde_json::from_str(names).ok())
        .unwrap_or_default()
}

/// The planned time in a cell: a spreadsheet shows a date as it likes, so the first of a month may
/// be meant as the month.
fn planned_cell(kind: Kind, text: &str, year: Option<i32>) -> Planned {
    let is_first = text.trim().ends_with("-01") && day(text.trim()).is_some();
    if is_first && matches!(kind, Kind::Day | Kind::Merged) {
        return Planned {
            last: None,
            rule: "the cell is a date and may show the month alone: write 2026年6月 or 2026年6月1日 as text"
                .to_owned(),
            steps: Vec::new(),
        };
    }
    planned(text, year)
}
