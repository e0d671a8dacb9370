//! Rows of a file against the catalogue: what would be added, changed, refused.
//!
//! Owns the comparison and the judgement of every row before anything is written.
//! Refuses to write.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};

use crate::domain::fault::Fault;

use super::answers::Answers;
use super::draft::Draft;
use super::entry::Entry;
use super::kept::Kept;
use super::matching::{Matched, matched};
use super::missing;
use super::plan::{Added, Changed, Difference, ImportPlan};
use super::session::{Step, Watch};
use super::stale;
use super::tables::Tables;
use crate::store::catalog::cells::{Cells, Place};
use crate::store::catalog::columns::Table;
use crate::store::catalog::judging::Judging;
use crate::store::catalog::kinds::Kinds;
use crate::store::catalog::rows;
use crate::store::catalog::stored;
use crate::store::sheets::At;
use crate::store::text::describe;

/// A file, compared.
pub(super) struct Judged<'d> {
    pub(super) plan: ImportPlan,
    pub(super) decisions: Vec<Pending<Entry<'d>>>,
    pub(super) events: Vec<Pending<&'d Draft>>,
}

/// A row that would be written.
pub(super) struct Pending<R> {
    pub(super) row: R,
    /// How it will stand; `None` where it is new and stands as the file has it, so that the rows of
    /// a large file are not held twice.
    pub(super) over: Option<Vec<Value>>,
}

/// Compares the rows of `tables` with the catalogue.
///
/// # Errors
/// Whatever the engine says.
pub(super) fn judged<'d>(
    (catalogue, kinds): (&Connection, &Kinds),
    judging: Option<&Judging>,
    tables: &'d Tables,
    answers: &Answers,
    watch: &mut Watch<'_>,
) -> rusqlite::Result<Judged<'d>> {
    let mut plan = ImportPlan {
        tables: tables.taken.clone(),
        warnings: tables.warnings.clone(),
        faults: tables.faults.clone(),
        ..ImportPlan::default()
    };
    let drafts = tables.decisions.iter().chain(&tables.flags);
    for draft in drafts.chain(&tables.events) {
        plan.readings.extend(draft.readings.iter().cloned());
    }
    let Matched { entries, years } = matched(catalogue, tables, answers, &mut plan)?;
    missing::find(&years, answers, &mut plan);
    let mut planner = Planner::new(catalogue, kinds, plan, &entries, &tables.events);
    let mut step = |done| watch(Step::Judged, done, tables.rows());
    let mut decisions = Vec::new();
    let count = entries.len();
    for (done, entry) in entries.into_iter().enumerate() {
        step(done);
        if let Some(over) = planner.decision(&entry)? {
            decisions.push(Pending { row: entry, over });
        }
    }
    let mut events = Vec::new();
    for (done, row) in tables.events.iter().enumerate() {
        step(count + done);
        if let Some(over) = planner.event(row)? {
            events.push(Pending { row, over });
        }
    }
    step(tables.rows());
    let mut plan = planner.plan;
    planner.kept.tell(&mut plan);
    if let Some(judging) = judging.filter(|_| !events.is_empty()) {
        let placed = events.iter().map(|one| {
            let values = one.over.clone();
            let values = values.unwrap_or_else(|| one.row.over(None));
            (one.row.at.to_string(), values)
        });
        let by_key = decisions.iter();
        let by_key = by_key.filter_map(|one| Some((one.row.id.as_deref()?, one)));
        let by_key: HashMap<&str, &Pending<Entry<'_>>> = by_key.collect();
        let written = |id: &str| {
            let one = by_key.get(id)?;
            Some(one.over.clone().unwrap_or_else(|| one.row.over(None)))
        };
        judging.over((catalogue, kinds), placed, written, &mut plan)?;
    }
    Ok(Judged {
        plan,
        decisions,
        events,
    })
}

/// What a row would be written as; the outer `None` where nothing is to be written.
type Outcome = Option<Option<Vec<Value>>>;

struct Planner<'a> {
    catalogue: &'a Connection,
    kinds: &'a Kinds,
    plan: ImportPlan,
    kept: Kept,
    /// Where the file has what must be unique in it.
    seen: HashMap<(&'static str, String), &'a At>,
    /// Keys of the file's decisions, for its events.
    decisions: HashSet<String>,
    /// Keys of the file's events with their decision, for those that answer them.
    events: HashSet<(i64, &'a str)>,
}

impl<'a> Planner<'a> {
    fn new(
        catalogue: &'a Connection,
        kinds: &'a Kinds,
        plan: ImportPlan,
        entries: &[Entry<'_>],
        events: &'a [Draft],
    ) -> Self {
        let decisions = entries.iter().filter_map(|entry| entry.id.clone());
        // Only events look for them.
        let decisions = decisions.filter(|_| !events.is_empty()).collect();
        let events = events
            .iter()
            .filter_map(|draft| Some((draft.whole("id")?, draft.text("decision_id")?)));
        Self {
            catalogue,
            kinds,
            plan,
            kept: Kept::default(),
            seen: HashMap::new(),
            decisions,
            events: events.collect(),
        }
    }

    fn decision(&mut self, entry: &Entry<'a>) -> rusqlite::Result<Outcome> {
        let id = entry.id.clone().map(Value::Text);
        let known = match (entry.is_new, &id) {
            (false, Some(_)) => stored::row(self.catalogue, Table::Decision, id.as_ref())?,
            _ => None,
        };
        let row = entry.over(known.as_deref());
        self.kept.note(entry.draft, &row);
        let faults_before = self.plan.faults.len();
        self.judge_decision(entry, &row)?;
        let is_sound = self.plan.faults.len() == faults_before;
        Ok(is_sound
            .then(|| self.compare(entry.draft, row, known))
            .flatten())
    }

    fn event(&mut self, draft: &'a Draft) -> rusqlite::Result<Outcome> {
        let known = stored::event(self.catalogue, draft)?;
        let row = draft.over(known.as_deref());
        let faults_before = self.plan.faults.len();
        self.judge_event(draft, &row)?;
        let is_sound = self.plan.faults.len() == faults_before;
        Ok(is_sound.then(|| self.compare(draft, row, known)).flatten())
    }

    fn compare(&mut self, draft: &Draft, row: Vec<Value>, known: Option<Vec<Value>>) -> Outcome {
        let stale = stale::warning(draft, known.as_deref(), &row);
        self.plan.warnings.extend(stale);
        let Some(known) = known else {
            self.plan.added.push(added(draft, &row));
            return Some(None);
        };
        let differences = differences(draft.table, &known, &row);
        if differences.is_empty() {
            self.plan.unchanged += 1;
            return None;
        }
        let decision = match draft.table {
            Table::Decision => String::new(),
            Table::Event => cell(draft.table, &row, "decision_id") + " ",
        };
        self.plan.changed.push(Changed {
            place: draft.at.to_string(),
            table: draft.table,
            id: printed(&row[0]).unwrap_or_default(),
            what: decision + &what(draft.table, &row),
            differences,
        });
        Some(Some(row))
    }

    fn judge_decision(&mut self, entry: &Entry<'a>, row: &[Value]) -> rusqlite::Result<()> {
        let draft = entry.draft;
        let mut cells = Self::cells(draft, row);
        let decision = rows::decision(&mut cells);
        let mut faults = cells.into_faults();
        // The key of a published row is made of what else it lacks.
        if entry.id.is_none() && faults.len() > 1 {
            let place = format!("{}, id", draft.at);
            faults.retain(|fault| fault.place != place);
        }
        let faults = faults.into_iter().map(|fault| entry.placed(fault));
        self.plan.faults.extend(faults);
        let Some(decision) = decision else {
            return Ok(());
        };
        self.once(draft, "id", decision.id.to_string());
        let place = format!("{} {} {}", decision.organ, decision.year, decision.seq);
        self.once(draft, "seq", place.clone());
        let other = stored::owner_of_place(self.catalogue, row)?;
        if let Some(other) = other {
            let expected = format!("a place that `{other}` does not have");
            self.fault(draft, "seq", place, expected);
        }
        Ok(())
    }

    fn judge_event(&mut self, draft: &'a Draft, row: &[Value]) -> rusqlite::Result<()> {
        let mut cells = Self::cells(draft, row);
        match draft.text("kind").filter(|kind| !self.kinds.know(kind)) {
            Some(kind) => {
                // An unknown kind is kept; a pack that comes later may know it.
                let place = format!("{}, kind", draft.at);
                let expected = format!("{} (it was kept)", self.kinds.expected(kind));
                self.plan.warnings.push(Fault::new(place, kind, expected));
                let mut kinds = self.kinds.clone();
                kinds.add([kind.to_owned()]);
                rows::event(&mut cells, &kinds);
            }
            None => {
                rows::event(&mut cells, self.kinds);
            }
        }
        self.plan.faults.extend(cells.into_faults());
        if let Some(id) = draft.whole("id") {
            self.once(draft, "id", id.to_string());
        }
        let Some(decision) = draft.text("decision_id") else {
            return Ok(());
        };
        let is_known = self.decisions.contains(decision);
        if !is_known && !stored::has_decision(self.catalogue, decision)? {
            let expected = "a decision of the catalogue or of this file, by its key, or by its whole title where no other has it";
            let expected = expected.to_owned();
            self.fault(draft, "decision_id", decision.to_owned(), expected);
        } else if let Some(answers) = draft.whole("ref")
            && !self.events.contains(&(answers, decision))
            && !stored::has_event(self.catalogue, answers, decision)?
        {
            let expected = format!("an event of {decision}, in the catalogue or in this file");
            self.fault(draft, "ref", answers.to_string(), expected);
        }
        Ok(())
    }

    /// Reports a second row of the file that claims `what`.
    fn once(&mut self, draft: &'a Draft, column: &'static str, what: String) {
        let table = draft.table;
        let claim = match (table, column) {
            (Table::Event, _) => "event",
            (Table::Decision, column) => column,
        };
        match self.seen.get(&(claim, what.clone())) {
            Some(at) => {
                let expected = format!("what {at} does not have already");
                self.fault(draft, column, what, expected);
            }
            None => {
                self.seen.insert((claim, what), &draft.at);
            }
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
    let key = match draft.table {
        Table::Decision => "id",
        Table::Event => "decision_id",
    };
    Added {
        place: draft.at.to_string(),
        table: draft.table,
        id: cell(draft.table, row, key),
        what: what(draft.table, row),
    }
}

/// What people call the row.
fn what(table: Table, row: &[Value]) -> String {
    let cell = |name| cell(table, row, name);
    match table {
        Table::Decision => cell("title"),
        Table::Event => format!("{} {}", cell("on_date"), cell("kind")),
    }
}

fn cell(table: Table, row: &[Value], name: &str) -> String {
    let value = table.place_of(name).and_then(|place| row.get(place));
    value.and_then(printed).unwrap_or_default()
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
