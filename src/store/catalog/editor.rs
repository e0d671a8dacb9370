//! Edits of the catalogue for the command line: the door, and adding an event.
//!
//! Owns the only connection that may write to the catalogue, and the rule that a
//! row is judged before it is written. Refuses to know files; `import` does.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::sheets::Workbooks;

use super::cells::{Cells, Place};
use super::columns::Table;
use super::kinds::Kinds;
use super::stored::{self, Write};
use super::{reader, rows, schema};

/// The catalogue, open for edits by a person.
#[derive(Debug)]
pub struct Editor {
    pub(super) connection: Connection,
    pub(super) kinds: Kinds,
    pub(super) workbooks: Workbooks,
}

/// An event to be added, as it was typed.
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
    /// Opens the catalogue at `path` for writing.
    ///
    /// # Errors
    /// A missing file, one that is no catalogue, or one whose schema is not the
    /// contract's, with every difference.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = reader::open(path, flags)?;
        let faults = schema::check(&connection)?;
        if !faults.is_empty() {
            let doing = "write to the catalogue";
            return Err(StoreError::Refused { doing, faults });
        }
        Ok(Self {
            connection,
            kinds: Kinds::default(),
            workbooks: Workbooks::by_this_program(),
        })
    }

    /// The same editor, reading workbooks by other means than this program.
    #[must_use]
    pub fn reading(mut self, workbooks: Workbooks) -> Self {
        self.workbooks = workbooks;
        self
    }

    /// The same editor, knowing the event kinds that only the rule pack has.
    #[must_use]
    pub fn knowing(mut self, kinds: impl IntoIterator<Item = String>) -> Self {
        self.kinds.add(kinds);
        self
    }

    /// Adds one event and returns its key.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with everything that is wrong with the event, or
    /// whatever the engine says.
    pub fn add_event(&mut self, event: &NewEvent) -> Result<i64, StoreError> {
        let doing = "add the event";
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::sql(doing))?;
        let values = values_of(event);
        let faults = faults_of(&transaction, &self.kinds, event, &values);
        let faults = faults.map_err(StoreError::sql(doing))?;
        if !faults.is_empty() {
            return Err(StoreError::Refused { doing, faults });
        }
        let write = Write {
            values,
            is_new: true,
        };
        stored::write(&transaction, Table::Event, &write).map_err(StoreError::sql(doing))?;
        let id = transaction.last_insert_rowid();
        transaction.commit().map_err(StoreError::sql(doing))?;
        Ok(id)
    }
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
    event: &NewEvent,
    values: &[Value],
) -> rusqlite::Result<Vec<Fault>> {
    let mut kinds = kinds.clone();
    if event.anyway {
        kinds.add([event.kind.clone()]);
    }
    let refs = values.iter().map(Into::into).collect();
    let mut cells = Cells::new(Table::Event, Place::Typed, refs);
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
