//! Edits of single events for the command line.
//!
//! Owns adding, changing and taking away one event in one transaction, and refusing what the
//! contract's rows cannot hold. Refuses to write over what has changed since it was looked at,
//! and to judge what an event means; that is `domain::entry`.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::domain::decision::Event;
use crate::domain::fault::Fault;
use crate::store::StoreError;

use super::cells::{Cells, Place};
use super::columns::Table;
use super::editor::Editor;
use super::kinds::Kinds;
use super::rows;
use super::stored::{self, Write};

/// An event as it is typed.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// The decision it belongs to.
    pub decision: String,
    /// One of the contract's kinds.
    pub kind: String,
    /// The civil date, `YYYY-MM-DD`.
    pub on_date: String,
    /// The event it answers.
    pub answers: Option<i64>,
    /// Percent of progress, number of experts.
    pub value: Option<f64>,
    /// Kind of evaluation; rule, person and reason of a waiver.
    pub note: Option<String>,
    /// Document number or link.
    pub evidence: Option<String>,
    /// When it is entered, as the caller's clock tells it.
    pub recorded_at: Option<String>,
    /// Whether a kind that nobody knows is meant all the same.
    pub anyway: bool,
}

impl Editor {
    /// Adds one event and returns its key.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with everything that is wrong with the event, or
    /// whatever the engine says.
    pub fn add_event(&mut self, event: &NewEvent) -> Result<i64, StoreError> {
        self.within("add the event", |transaction, kinds| {
            let values = values_of(event);
            let faults = faults_of(transaction, kinds, Place::Typed, event, &values)?;
            if !faults.is_empty() {
                return Ok(Err(faults));
            }
            // Whoever typed it looked before this transaction began.
            let same = stored::same_event(transaction, &values)?;
            if let Some(id) = same.filter(|_| !event.anyway) {
                return Ok(Err(vec![twice(id)]));
            }
            let write = Write {
                values,
                is_new: true,
            };
            stored::write(transaction, Table::Event, &write)?;
            Ok(Ok(transaction.last_insert_rowid()))
        })
    }

    /// Writes `event` in the place of the event that was looked at as `seen`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with everything that is wrong with it, or that it is not what
    /// was seen any more; or whatever the engine says.
    pub fn change_event(&mut self, seen: &Event, event: &NewEvent) -> Result<(), StoreError> {
        self.within("change the event", |transaction, kinds| {
            let (id, decision) = (seen.id, event.decision.as_str());
            let mut values = values_of(event);
            let Some(stood) = unchanged(transaction, kinds, id, Some(seen))? else {
                return Ok(Err(vec![moved(id)]));
            };
            values[0] = Value::Integer(id);
            // When it was entered stays what it was.
            values[8] = stood[8].clone();
            let place = Place::Event { id, decision };
            let faults = faults_of(transaction, kinds, place, event, &values)?;
            if !faults.is_empty() {
                return Ok(Err(faults));
            }
            let write = Write {
                values,
                is_new: false,
            };
            stored::write(transaction, Table::Event, &write)?;
            Ok(Ok(()))
        })
    }

    /// Takes the event `id` away, which was looked at as `seen`; `None` where it could not
    /// be read.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it is not what was seen any more, or whatever the
    /// engine says.
    pub fn remove_event(&mut self, id: i64, seen: Option<&Event>) -> Result<(), StoreError> {
        self.within("remove the event", |transaction, kinds| {
            if unchanged(transaction, kinds, id, seen)?.is_none() {
                return Ok(Err(vec![moved(id)]));
            }
            stored::remove_event(transaction, id)?;
            Ok(Ok(()))
        })
    }

    /// Everything that the contract's rows cannot hold of `event`, which has the key `id` or
    /// is new, without writing it.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn faults_of_event(
        &self,
        id: Option<i64>,
        event: &NewEvent,
    ) -> Result<Vec<Fault>, StoreError> {
        let decision = event.decision.as_str();
        let place = id.map_or(Place::Typed, |id| Place::Event { id, decision });
        let mut values = values_of(event);
        values[0] = id.map_or(Value::Null, Value::Integer);
        faults_of(&self.connection, &self.kinds, place, event, &values)
            .map_err(StoreError::sql("judge the event"))
    }

    /// Runs `edit` in one transaction, which only stands where nothing is wrong.
    fn within<T>(
        &mut self,
        doing: &'static str,
        edit: impl FnOnce(&Transaction<'_>, &Kinds) -> rusqlite::Result<Result<T, Vec<Fault>>>,
    ) -> Result<T, StoreError> {
        let kinds = &self.kinds;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::sql(doing))?;
        let done = edit(&transaction, kinds).map_err(StoreError::sql(doing))?;
        let done = done.map_err(|faults| StoreError::Refused { doing, faults })?;
        transaction.commit().map_err(StoreError::sql(doing))?;
        Ok(done)
    }
}

/// The stored row of the event, if it still says what was seen.
fn unchanged(
    catalogue: &Connection,
    kinds: &Kinds,
    id: i64,
    seen: Option<&Event>,
) -> rusqlite::Result<Option<Vec<Value>>> {
    let Some(values) = stored::row(catalogue, Table::Event, Some(&Value::Integer(id)))? else {
        return Ok(None);
    };
    let now = event_of(&values, kinds).map(|mut now| {
        // A ref that leads nowhere was not read, and is no change.
        let answers = seen.and_then(|seen| seen.answers);
        now.answers = now.answers.filter(|_| answers.is_some());
        now
    });
    Ok((now.as_ref() == seen).then_some(values))
}

fn moved(id: i64) -> Fault {
    Fault::new(
        format!("event {id}"),
        "another one than was looked at: somebody changed or removed it meanwhile",
        "a look at it as it is now, and the command once more",
    )
}

fn twice(id: i64) -> Fault {
    Fault::new(
        "new event",
        format!("the same as event {id}"),
        "one event, or a note that tells it apart",
    )
}

/// The event of a row, as it is read everywhere.
pub(super) fn event_of(values: &[Value], kinds: &Kinds) -> Option<Event> {
    let refs: Vec<ValueRef<'_>> = values.iter().map(Into::into).collect();
    rows::event(&mut Cells::new(Table::Event, Place::Typed, refs), kinds)
}

/// The row of a typed event, in the contract's order.
fn values_of(event: &NewEvent) -> Vec<Value> {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    vec![
        Value::Null,
        Value::Text(event.decision.clone()),
        Value::Text(event.kind.clone()),
        Value::Text(event.on_date.clone()),
        event.answers.map_or(Value::Null, Value::Integer),
        event.value.map_or(Value::Null, Value::Real),
        text(&event.note),
        text(&event.evidence),
        text(&event.recorded_at),
    ]
}

/// Everything that is wrong with a typed event.
fn faults_of(
    catalogue: &Connection,
    kinds: &Kinds,
    place: Place<'_>,
    event: &NewEvent,
    values: &[Value],
) -> rusqlite::Result<Vec<Fault>> {
    let mut kinds = kinds.clone();
    if event.anyway {
        kinds.add([event.kind.clone()]);
    }
    let refs = values.iter().map(Into::into).collect();
    let mut cells = Cells::new(Table::Event, place, refs);
    rows::event(&mut cells, &kinds);
    if !stored::has_decision(catalogue, &event.decision)? {
        let expected = "a decision of the catalogue";
        cells.report("decision_id", event.decision.clone(), expected);
    } else if let Some(answers) = event.answers
        && !stored::has_event(catalogue, answers, &event.decision)?
    {
        let expected = format!("an event of {}", event.decision);
        cells.report("ref", answers.to_string(), expected);
    }
    Ok(cells.into_faults())
}
