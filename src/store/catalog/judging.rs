//! Events of a file, judged as events that are typed are.
//!
//! Owns understanding what people call decisions and kinds, and asking `domain::entry` about
//! every decision that a file changes, as it would stand with all of it. Refuses to judge by
//! itself, and to choose between two decisions of one title.

use std::collections::{BTreeMap, BTreeSet};

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

use super::editor::Editor;
use super::editor_events::event_of;
use super::finder;
use super::import::draft::{Draft, Reading};
use super::import::plan::ImportPlan;
use super::import::session::Import;
use super::kinds::Kinds;
use super::page;
use super::stored;

/// By what the events of a file are judged.
#[derive(Debug)]
pub(super) struct Judging {
    pack: Pack,
    today: NaiveDate,
    /// What is impossible is written all the same, with a warning.
    anyway: bool,
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
        // A title that the file lists itself means that decision, whose key the import finds.
        let titles = import.tables.decisions.iter();
        let titles: BTreeSet<&str> = titles.filter_map(|draft| draft.text("title")).collect();
        let events = understood(&self.connection, events, &titles);
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
    /// Adds to `plan` what is to be said against `rows` of events that would be written. The
    /// events of a decision that the catalogue does not have yet are left to `findings`.
    pub(super) fn over(
        &self,
        catalogue: &Connection,
        kinds: &Kinds,
        rows: impl IntoIterator<Item = Placed>,
        plan: &mut ImportPlan,
    ) -> rusqlite::Result<()> {
        for (decision, events) in entries(rows, kinds) {
            let reading = page::one(catalogue, kinds, &DecisionId(decision))?;
            if let Some(before) = reading.decision {
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
        for objection in entry::judge(before, &after, &self.pack, self.today) {
            let objection = objection.naming(&names);
            match objection.weight {
                Weight::Impossible if !self.anyway => plan.faults.push(objection.fault),
                Weight::Impossible | Weight::Unusual => plan.warnings.push(objection.fault),
            }
        }
    }
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
    drafts: Vec<Draft>,
    listed: &BTreeSet<&str>,
) -> rusqlite::Result<Vec<Draft>> {
    let mut known = BTreeMap::new();
    let understood = |mut draft: Draft| {
        if let Some(kind) = draft.text("kind").and_then(naming::kind_of) {
            draft.set("kind", Value::Text(kind.to_owned()));
        }
        let called = draft
            .text("decision_id")
            .filter(|called| !listed.contains(called));
        if let Some(called) = called.map(str::to_owned) {
            let id = match known.get(&called) {
                Some(id) => Option::clone(id),
                None => titled(catalogue, &called)?,
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

/// The only decision with this title, where `called` is no key.
fn titled(catalogue: &Connection, called: &str) -> rusqlite::Result<Option<String>> {
    if stored::has_decision(catalogue, called)? {
        return Ok(None);
    }
    let mut found = finder::titled(catalogue, called)?;
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
