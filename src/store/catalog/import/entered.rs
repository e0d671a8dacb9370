//! Events of a file, with the decisions that they happened to.
//!
//! Owns finding a decision of the same file by its title, whose key only the import makes. Refuses
//! to choose between two of one title.

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::draft::{Draft, Reading};
use super::entry::Entry;
use super::plan::ImportPlan;
use crate::store::catalog::columns::Table;
use crate::store::catalog::stored;

/// An event as the file has it.
#[derive(Debug)]
pub(in crate::store::catalog) struct Entered<'d> {
    pub(in crate::store::catalog) draft: &'d Draft,
    /// The key of its decision, where the file calls that by its title.
    found: Option<String>,
}

impl Entered<'_> {
    /// The key of its decision.
    pub(in crate::store::catalog) fn decision(&self) -> Option<&str> {
        self.found
            .as_deref()
            .or_else(|| self.draft.text("decision_id"))
    }

    /// The row as it will stand.
    pub(in crate::store::catalog) fn over(&self, known: Option<&[Value]>) -> Vec<Value> {
        let mut row = self.draft.over(known);
        if let (Some(id), Some(place)) = (&self.found, Table::Event.place_of("decision_id")) {
            row[place] = Value::Text(id.clone());
        }
        row
    }
}

/// The titles of a file's decisions, each with its key; `None` where two have the same.
#[derive(Debug, Default)]
pub(super) struct Titles<'d>(HashMap<&'d str, Option<String>>);

impl<'d> Titles<'d> {
    /// Those of `entries`; only `events` look for them.
    pub(super) fn of(entries: &[Entry<'d>], events: &[Draft]) -> Self {
        let mut titles = Self::default();
        for entry in entries.iter().filter(|_| !events.is_empty()) {
            let (Some(title), Some(id)) = (entry.draft.text("title"), &entry.id) else {
                continue;
            };
            let known = titles.0.entry(title).or_insert_with(|| Some(id.clone()));
            if known.as_ref() != Some(id) {
                *known = None;
            }
        }
        titles
    }

    /// The event `draft` with its decision.
    pub(super) fn entered<'e>(
        &self,
        catalogue: &Connection,
        draft: &'e Draft,
        plan: &mut ImportPlan,
    ) -> rusqlite::Result<Entered<'e>> {
        let called = draft.text("decision_id").unwrap_or_default();
        let found = self.0.get(called).cloned().flatten();
        let found = match found {
            Some(id) if !stored::has_decision(catalogue, called)? => Some(id),
            _ => None,
        };
        if let Some(id) = &found {
            plan.readings.push(Reading {
                place: draft.at.to_string(),
                column: "decision_id",
                text: called.to_owned(),
                read: Some(id.clone()),
                rule: "the decision of this file with this title".to_owned(),
            });
        }
        Ok(Entered { draft, found })
    }
}
