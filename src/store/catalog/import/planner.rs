//! Drafts of rows against the catalogue: what would be added, changed, refused.
//!
//! Owns the comparison and the judgement of every row before anything is written.
//! Refuses to write.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};

use crate::domain::fault::Fault;

use super::draft::Draft;
use super::plan::{Added, Changed, Difference, ImportPlan};
use crate::store::catalog::cells::{Cells, Place};
use crate::store::catalog::columns::Table;
use crate::store::catalog::kinds::Kinds;
use crate::store::catalog::rows;
use crate::store::catalog::stored::{self, Write};
use crate::store::text::describe;

/// Compares drafts with the catalogue, one after the other.
pub(in crate::store::catalog) struct Planner<'a> {
    pub(in crate::store::catalog) catalogue: &'a Connection,
    pub(in crate::store::catalog) kinds: &'a Kinds,
    pub(in crate::store::catalog) plan: ImportPlan,
    pub(in crate::store::catalog) writes: Vec<Write>,
    /// Lines of the file by what must be unique in it.
    seen: BTreeMap<String, u64>,
    /// Keys of the file's events with their decision, for those that answer them.
    events: BTreeSet<(i64, String)>,
}

impl<'a> Planner<'a> {
    /// A planner for rows that fill the table of `plan`.
    pub(in crate::store::catalog) const fn new(
        catalogue: &'a Connection,
        kinds: &'a Kinds,
        plan: ImportPlan,
    ) -> Self {
        Self {
            catalogue,
            kinds,
            plan,
            writes: Vec::new(),
            seen: BTreeMap::new(),
            events: BTreeSet::new(),
        }
    }

    /// Judges and compares all `drafts`.
    pub(in crate::store::catalog) fn consider(&mut self, drafts: &[Draft]) -> rusqlite::Result<()> {
        self.events = drafts
            .iter()
            .filter_map(|draft| Some((draft.whole("id")?, draft.text("decision_id")?.to_owned())))
            .collect();
        for draft in drafts {
            self.consider_one(draft)?;
        }
        Ok(())
    }

    fn consider_one(&mut self, draft: &Draft) -> rusqlite::Result<()> {
        let known = match draft.table {
            Table::Decision => stored::row(self.catalogue, draft.table, draft.get("id"))?,
            Table::Event => stored::event(self.catalogue, draft)?,
        };
        let row = draft.over(known.as_deref());
        self.plan.readings.extend(draft.readings.iter().cloned());
        let faults_before = self.plan.faults.len();
        match draft.table {
            Table::Decision => self.judge_decision(draft, &row)?,
            Table::Event => self.judge_event(draft, &row)?,
        }
        if self.plan.faults.len() == faults_before {
            self.compare(draft, row, known);
        }
        Ok(())
    }

    fn compare(&mut self, draft: &Draft, row: Vec<Value>, known: Option<Vec<Value>>) {
        let Some(known) = known else {
            self.plan.added.push(added(draft, &row));
            self.writes.push(Write {
                values: row,
                is_new: true,
            });
            return;
        };
        let differences = differences(draft.table, &known, &row);
        if differences.is_empty() {
            self.plan.unchanged += 1;
            return;
        }
        self.plan.changed.push(Changed {
            place: draft.at.to_string(),
            id: printed(&row[0]).unwrap_or_default(),
            differences,
        });
        self.writes.push(Write {
            values: row,
            is_new: false,
        });
    }

    fn judge_decision(&mut self, draft: &Draft, row: &[Value]) -> rusqlite::Result<()> {
        let mut cells = Self::cells(draft, row);
        let decision = rows::decision(&mut cells);
        self.plan.faults.extend(cells.into_faults());
        let Some(decision) = decision else {
            return Ok(());
        };
        self.once(draft, "id", decision.id.to_string());
        let place = format!("{} {} {}", decision.organ, decision.year, decision.seq);
        self.once(draft, "seq", place.clone());
        let other = stored::owner_of_place(self.catalogue, row)?;
        if let Some(other) = other {
            self.fault(
                draft,
                "seq",
                place,
                format!("a place that `{other}` does not have"),
            );
        }
        Ok(())
    }

    fn judge_event(&mut self, draft: &Draft, row: &[Value]) -> rusqlite::Result<()> {
        let mut kinds = self.kinds.clone();
        if let Some(kind) = draft.text("kind").filter(|kind| !kinds.know(kind)) {
            // An unknown kind is kept; a pack that comes later may know it.
            let place = format!("{}, kind", draft.at);
            let expected = format!("{} (it was kept)", kinds.expected(kind));
            self.plan.warnings.push(Fault::new(place, kind, expected));
            kinds.add([kind.to_owned()]);
        }
        let mut cells = Self::cells(draft, row);
        rows::event(&mut cells, &kinds);
        self.plan.faults.extend(cells.into_faults());
        if let Some(id) = draft.whole("id") {
            self.once(draft, "id", id.to_string());
        }
        let Some(decision) = draft.text("decision_id") else {
            return Ok(());
        };
        if !stored::has_decision(self.catalogue, decision)? {
            let expected = "a decision of the catalogue".to_owned();
            self.fault(draft, "decision_id", decision.to_owned(), expected);
        } else if let Some(answers) = draft.whole("ref")
            && !self.events.contains(&(answers, decision.to_owned()))
            && !stored::has_event(self.catalogue, answers, decision)?
        {
            let expected = format!("an event of {decision}, in the catalogue or in this file");
            self.fault(draft, "ref", answers.to_string(), expected);
        }
        Ok(())
    }

    /// Reports a second line of the file that claims `what`.
    fn once(&mut self, draft: &Draft, column: &str, what: String) {
        let key = format!("{column} {what}");
        if let Some(line) = self.seen.get(&key) {
            let expected = format!("what line {line} does not have already");
            self.fault(draft, column, what, expected);
        } else {
            self.seen.insert(key, draft.at.row);
        }
    }

    fn fault(&mut self, draft: &Draft, column: &str, found: String, expected: String) {
        let place = format!("{}, {column}", draft.at);
        self.plan.faults.push(Fault::new(place, found, expected));
    }

    fn cells<'row>(draft: &'row Draft, row: &'row [Value]) -> Cells<'row> {
        let place = Place::File(&draft.at);
        Cells::new(draft.table, place, row.iter().map(ValueRef::from).collect())
    }
}

fn added(draft: &Draft, row: &[Value]) -> Added {
    let text = |name| draft.text(name).unwrap_or_default();
    let (id, what) = match draft.table {
        Table::Decision => (
            printed(&row[0]).unwrap_or_default(),
            text("title").to_owned(),
        ),
        Table::Event => (
            text("decision_id").to_owned(),
            format!("{} {}", text("on_date"), text("kind")),
        ),
    };
    let place = draft.at.to_string();
    Added { place, id, what }
}

fn differences(table: Table, known: &[Value], row: &[Value]) -> Vec<Difference> {
    let columns = table.columns().iter().zip(known.iter().zip(row));
    columns
        .filter(|(_, (before, after))| before != after)
        .map(|(column, (before, after))| Difference {
            column: column.name,
            before: printed(before),
            after: printed(after),
        })
        .collect()
}

/// A value in a plan, whole.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        other => Some(describe(ValueRef::from(other))),
    }
}
