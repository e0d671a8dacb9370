//! Events of a file, judged as events that are typed are.
//!
//! Owns understanding what people call decisions and kinds, and asking `domain::entry` about
//! every decision that a file brings or changes, as it would stand with all of it. Refuses to judge
//! by itself, and to choose between two decisions of one title.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::domain::decision::{Decision, DecisionId, Event};
use crate::domain::entry::{self, NEW, Weight};
use crate::domain::fault::Fault;
use crate::domain::naming;
use crate::domain::pack::Pack;
use crate::store::StoreError;
use crate::store::text::shown;

use super::cells::{Cells, Place};
use super::columns::Table;
use super::editor::Editor;
use super::editor_events::event_of;
use super::finder;
use super::import::draft::{Draft, Reading};
use super::import::plan::ImportPlan;
use super::import::session::Import;
use super::kinds::Kinds;
use super::page;
use super::rows;
use super::stored;

/// By what the events of a file are judged.
#[derive(Debug)]
pub(super) struct Judging {
    pack: Pack,
    today: NaiveDate,
    /// What is impossible is written all the same, with a warning.
    anyway: bool,
    /// What is only unusual is told, too.
    all: bool,
}

impl Editor {
    /// The same editor, judging the events of a file by `pack` as of `today`; what is impossible
    /// is refused, or with `anyway` warned of.
    #[must_use]
    pub fn judging(mut self, pack: Pack, today: NaiveDate, anyway: bool) -> Self {
        self.judging = Some(Judging {
            pack,
            today,
            anyway,
            all: true,
        });
        self
    }

    /// The same editor, warning of the impossible among the events of a file, and writing it: a
    /// city's records of many years are taken as they are, and nobody reads what is unusual in them.
    #[must_use]
    pub fn warning(mut self, pack: Pack, today: NaiveDate) -> Self {
        self.judging = Some(Judging {
            pack,
            today,
            anyway: true,
            all: false,
        });
        self
    }

    /// `import` with the kinds and decisions of its events by their keys, where they are called
    /// by their Chinese names and whole titles.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn understanding(&self, mut import: Import) -> Result<Import, StoreError> {
        let events = std::mem::take(&mut import.tables.events);
        let events = understood(&self.connection, &import, events);
        import.tables.events = events.map_err(StoreError::sql("find the decisions of events"))?;
        Ok(import)
    }
}

/// A row in the contract's order, with its place in the file.
pub(super) type Placed = (String, Vec<Value>);

/// More rows than a file can have that is not refused for its size.
const MOST_ROWS: i64 = 1 << 32;

/// What the rows of one decision make of its events, each with its place in the file.
type Entries = BTreeMap<String, Vec<(Event, String)>>;

impl Judging {
    /// Adds to `plan` what is to be said against `rows` of events that would be written, each in
    /// its decision as `written` has it, where the file brings or changes that one, too.
    pub(super) fn over(
        &self,
        (catalogue, kinds): (&Connection, &Kinds),
        rows: impl IntoIterator<Item = Placed>,
        written: impl Fn(&str) -> Option<Vec<Value>>,
        plan: &mut ImportPlan,
    ) -> rusqlite::Result<()> {
        for (decision, events) in entries(rows, kinds) {
            let new = written(&decision).and_then(|row| decision_of(&row));
            let known = page::one(catalogue, kinds, &DecisionId(decision))?.decision;
            let before = match (new, known) {
                (Some(new), Some(known)) => Some(Decision {
                    events: known.events,
                    ..new
                }),
                (new, known) => new.or(known),
            };
            if let Some(before) = before {
                self.refuse_unknown(kinds, &events, plan);
                self.judge(&before, events, plan);
            }
        }
        Ok(())
    }

    /// A kind that nobody knows is warned of by the planner, and here refused: no duty would
    /// ever start or end with it.
    fn refuse_unknown(&self, kinds: &Kinds, events: &[(Event, String)], plan: &mut ImportPlan) {
        let unknown = events.iter().filter(|(event, _)| !kinds.know(&event.kind));
        for (event, place) in unknown.filter(|_| !self.anyway) {
            let place = format!("{place}, kind");
            plan.warnings.retain(|warning| warning.place != place);
            let expected = kinds.expected(&event.kind);
            plan.faults
                .push(Fault::new(place, shown(&event.kind), expected));
        }
    }

    fn judge(&self, before: &Decision, events: Vec<(Event, String)>, plan: &mut ImportPlan) {
        let mut after = before.clone();
        let mut names = BTreeMap::new();
        for (event, place) in events {
            after.events.retain(|other| other.id != event.id);
            names.insert(event.id, place);
            after.events.push(event);
        }
        after.events.sort_by_key(|event| (event.on_date, event.id));
        let judge = if self.all {
            entry::judge
        } else {
            entry::impossible
        };
        for objection in judge(before, &after, &self.pack, self.today) {
            let objection = objection.naming(&names);
            match objection.weight {
                Weight::Impossible if !self.anyway => plan.faults.push(objection.fault),
                Weight::Impossible | Weight::Unusual => plan.warnings.push(objection.fault),
            }
        }
    }
}

/// The decision of a row that is not written yet, without events.
fn decision_of(row: &[Value]) -> Option<Decision> {
    let cells = row.iter().map(Into::into).collect();
    rows::decision(&mut Cells::new(Table::Decision, Place::Typed, cells))
}

/// The events that would be written, by decision. Those without a key yet come after all
/// others, in the order of the file, and before one that is typed.
fn entries(rows: impl IntoIterator<Item = Placed>, kinds: &Kinds) -> Entries {
    let mut entries = Entries::new();
    let mut key = NEW - MOST_ROWS;
    for (place, values) in rows {
        let Some(Value::Text(decision)) = values.get(1) else {
            continue;
        };
        let Some(mut event) = event_of(&values, kinds) else {
            continue;
        };
        if values.first() == Some(&Value::Null) {
            event.id = key;
            key += 1;
        }
        let events = entries.entry(decision.clone()).or_default();
        events.push((event, place));
    }
    entries
}

/// `drafts` of events with kinds and decisions by their keys, where they are called by their
/// Chinese names and whole titles.
fn understood(
    catalogue: &Connection,
    import: &Import,
    drafts: Vec<Draft>,
) -> rusqlite::Result<Vec<Draft>> {
    let decisions = import.tables.decisions.iter();
    let keys: HashSet<&str> = decisions.filter_map(|draft| draft.text("id")).collect();
    // Matching the file's decisions takes a while, and most files name them by their keys.
    let mut file = None;
    let mut known = BTreeMap::new();
    let understood = |mut draft: Draft| {
        if let Some(kind) = draft.text("kind").and_then(naming::kind_of) {
            draft.set("kind", Value::Text(kind.to_owned()));
        }
        if let Some(called) = draft.text("decision_id").map(str::to_owned) {
            let id = match known.get(&called) {
                Some(id) => Option::clone(id),
                None if keys.contains(called.as_str()) => None,
                None if stored::has_decision(catalogue, &called)? => None,
                None => {
                    let file = match &mut file {
                        Some(file) => file,
                        None => file.insert(import.keys_by_title(catalogue)?),
                    };
                    titled(catalogue, file, &called)?
                }
            };
            known.insert(called.clone(), id.clone());
            if let Some(id) = id {
                draft.readings.push(by_title(&draft, called, &id));
                draft.set("decision_id", Value::Text(id));
            }
        }
        Ok(draft)
    };
    drafts.into_iter().map(understood).collect()
}

/// The only decision that is called so, in the catalogue or in the file.
fn titled(
    catalogue: &Connection,
    file: &HashMap<String, Option<String>>,
    called: &str,
) -> rusqlite::Result<Option<String>> {
    let mut found = finder::titled(catalogue, called)?;
    match file.get(called.trim()) {
        Some(None) => return Ok(None),
        Some(Some(key)) if !found.contains(key) => found.push(key.clone()),
        Some(Some(_)) | None => {}
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}

fn by_title(draft: &Draft, called: String, id: &str) -> Reading {
    Reading {
        place: draft.at.to_string(),
        column: "decision_id",
        text: called,
        read: Some(id.to_owned()),
        rule: "the only decision with this title".to_owned(),
    }
}
