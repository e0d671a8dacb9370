//! Rows gathered into readings: a page of decisions and the events between its ends.
//!
//! Owns the two statements that read a page, and the marriage of both tables by
//! key. Refuses `offset`, which would read everything before a page to skip it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql};

use crate::domain::decision::{Decision, DecisionId, Event};
use crate::domain::fault::Fault;

use super::cells::{Cells, Place};
use super::columns::Table;
use super::kinds::Kinds;
use super::reader::{Catalog, Page, PageKey, Reading};
use super::rows;

/// A decision's key as the engine has and orders it: text before bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(Vec<u8>),
    Bytes(Vec<u8>),
}

/// At most `limit` decisions after `after`, and every event up to the next page.
pub(super) fn some(
    catalog: &Catalog,
    after: Option<&PageKey>,
    limit: usize,
) -> rusqlite::Result<Page> {
    let after = after.map(|key| &key.0);
    let mut gathered = BTreeMap::new();
    gather_decisions(catalog, after, limit, &mut gathered)?;
    let last = match gathered.last_key_value() {
        Some((key, _)) if gathered.len() >= limit => Some(key.clone()),
        _ => None,
    };
    gather_events(catalog, after, last.as_ref(), &mut gathered)?;
    let readings = gathered.into_iter().map(|(key, rows)| rows.read(&key));
    Ok(Page {
        readings: readings.collect(),
        next: last.map(PageKey),
    })
}

/// The decision `id` with its events.
pub(super) fn one(
    catalogue: &Connection,
    kinds: &Kinds,
    id: &DecisionId,
) -> rusqlite::Result<Reading> {
    let key = Key::Text(id.0.clone().into_bytes());
    let mut gathered = Gathered::default();
    let sql = format!(
        "select {} from decision where id = $1",
        Table::Decision.list()
    );
    let mut statement = catalogue.prepare_cached(&sql)?;
    let mut found = statement.query([&key])?;
    while let Some(row) = found.next()? {
        gathered.add_decision(row, &key)?;
    }
    let sql = format!(
        "select {} from event where decision_id = $1",
        Table::Event.list()
    );
    let mut statement = catalogue.prepare_cached(&sql)?;
    let mut found = statement.query([&key])?;
    while let Some(row) = found.next()? {
        gathered.add_event(row, &key, kinds)?;
    }
    Ok(gathered.read(&key))
}

fn gather_decisions(
    catalog: &Catalog,
    after: Option<&Key>,
    limit: usize,
    gathered: &mut BTreeMap<Key, Gathered>,
) -> rusqlite::Result<()> {
    let sql = format!(
        "select {} from decision {} order by id limit {limit}",
        Table::Decision.list(),
        after.map_or("", |_| "where id > $1"),
    );
    let mut statement = catalog.connection.prepare_cached(&sql)?;
    let mut found = statement.query(rusqlite::params_from_iter(after))?;
    while let Some(row) = found.next()? {
        let key = Key::of(row.get_ref(0)?);
        let rows: &mut Gathered = gathered.entry(key.clone()).or_default();
        rows.add_decision(row, &key)?;
    }
    Ok(())
}

fn gather_events(
    catalog: &Catalog,
    after: Option<&Key>,
    last: Option<&Key>,
    gathered: &mut BTreeMap<Key, Gathered>,
) -> rusqlite::Result<()> {
    let bounds = match (after, last) {
        (None, None) => "",
        (Some(_), None) => "where decision_id > $1",
        (None, Some(_)) => "where decision_id <= $1",
        (Some(_), Some(_)) => "where decision_id > $1 and decision_id <= $2",
    };
    let sql = format!(
        "select {} from event {bounds} order by decision_id",
        Table::Event.list()
    );
    let mut statement = catalog.connection.prepare_cached(&sql)?;
    let ends = after.into_iter().chain(last);
    let mut found = statement.query(rusqlite::params_from_iter(ends))?;
    while let Some(row) = found.next()? {
        let key = Key::of(row.get_ref(1)?);
        let rows = gathered.entry(key.clone()).or_default();
        rows.add_event(row, &key, &catalog.kinds)?;
    }
    Ok(())
}

/// The rows of one key so far.
#[derive(Default)]
struct Gathered {
    is_there: bool,
    decision: Option<Decision>,
    events: Vec<Event>,
    event_ids: BTreeSet<i64>,
    faults: Vec<Fault>,
}

impl Gathered {
    fn add_decision(&mut self, row: &Row<'_>, key: &Key) -> rusqlite::Result<()> {
        let name = key.shown();
        let mut cells = cells(row, Table::Decision, Place::Decision(&name))?;
        self.is_there = true;
        self.decision = rows::decision(&mut cells);
        self.faults.extend(cells.into_faults());
        Ok(())
    }

    fn add_event(&mut self, row: &Row<'_>, key: &Key, kinds: &Kinds) -> rusqlite::Result<()> {
        let id = row.get(0)?;
        self.event_ids.insert(id);
        // Without a decision the events are reported together, not cell by cell.
        if !self.is_there {
            return Ok(());
        }
        let decision = &key.shown();
        let mut cells = cells(row, Table::Event, Place::Event { id, decision })?;
        self.events.extend(rows::event(&mut cells, kinds));
        self.faults.extend(cells.into_faults());
        Ok(())
    }

    fn read(mut self, key: &Key) -> Reading {
        let id = key.shown();
        if self.is_there {
            self.drop_dangling_answers(&id);
        } else if let Some(first) = self.event_ids.first() {
            self.faults.push(Fault::new(
                format!("event {first} of {id}, decision_id"),
                format!("{} event(s) of `{id}`", self.event_ids.len()),
                "a decision that is in the catalogue",
            ));
        }
        self.events.sort_by_key(|event| (event.on_date, event.id));
        if let Some(decision) = &mut self.decision {
            decision.events = self.events;
        }
        Reading {
            id: DecisionId(id),
            decision: self.decision,
            faults: self.faults,
        }
    }

    /// A reply must answer an event of its own decision. One whose request is there but
    /// could not be read loses its link without a second report.
    fn drop_dangling_answers(&mut self, id: &str) {
        let readable: BTreeSet<i64> = self.events.iter().map(|event| event.id).collect();
        for event in &mut self.events {
            let Some(answers) = event.answers.filter(|answers| !readable.contains(answers)) else {
                continue;
            };
            event.answers = None;
            if !self.event_ids.contains(&answers) {
                self.faults.push(Fault::new(
                    format!("event {} of {id}, ref", event.id),
                    format!("event {answers}, which this decision does not have"),
                    "an event of the same decision",
                ));
            }
        }
    }
}

impl Key {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(bytes) => Self::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
            ValueRef::Null => Self::Text(Vec::new()),
            // The columns' affinity turns numbers into text before they are stored.
            ValueRef::Integer(number) => Self::Text(number.to_string().into_bytes()),
            ValueRef::Real(number) => Self::Text(number.to_string().into_bytes()),
        }
    }

    fn shown(&self) -> String {
        let (Self::Text(bytes) | Self::Bytes(bytes)) = self;
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn cells<'row>(
    row: &'row Row<'_>,
    table: Table,
    place: Place<'row>,
) -> rusqlite::Result<Cells<'row>> {
    let values = (0..table.columns().len()).map(|column| row.get_ref(column));
    Ok(Cells::new(
        table,
        place,
        values.collect::<rusqlite::Result<_>>()?,
    ))
}
