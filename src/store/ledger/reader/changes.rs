//! What the centre's digest asks of the time since the last one.
//!
//! Owns how far back that goes and how much of it is read: however much a new rule pack
//! has moved, a digest costs a bounded look. Refuses to add up what undoes itself; that is
//! `domain::notice::changes`.

use std::ops::Range;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Deserialize;

use crate::domain::notice::{Digest, Happened, Happening};
use crate::domain::obligation::{ObligationKey, State};
use crate::domain::record::Record;
use crate::store::ledger::{from_json, obligations};

/// Duties that are dated for the first time are put in order among so many.
const ORDERED: u32 = 10_000;

/// The newest digest that arrived or still may: what one said that was given up, nobody
/// has read, and the next says it again.
///
/// # Errors
/// What the engine said.
pub fn last_digest(connection: &Connection) -> rusqlite::Result<Option<Digest>> {
    let mut statement = connection.prepare_cached(
        "select digest from message
         where digest is not null and state not in ('failed', 'cancelled')
         order by id desc limit 1",
    )?;
    let digest = statement.query_row([], |row| from_json(0, &row.get::<_, String>(0)?));
    digest.optional()
}

/// How many duties were ever dated: the key of the newest, for none is ever removed.
///
/// # Errors
/// What the engine said.
pub fn dated(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("select coalesce(max(id), 0) from obligation")?;
    let newest: i64 = statement.query_row([], |row| row.get(0))?;
    Ok(newest.unsigned_abs())
}

/// Duties that were dated after the first `known`, and are still to be done, by date.
///
/// # Errors
/// What the engine said.
pub fn dated_since(
    connection: &Connection,
    known: u64,
    limit: u32,
) -> rusqlite::Result<Vec<Record>> {
    let columns = obligations::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "select {columns} from (select {columns} from obligation where id > $1
                                order by id limit {ORDERED})
         where live = 1 order by due_on, id limit $2"
    ))?;
    let known = i64::try_from(known).unwrap_or(i64::MAX);
    let records = statement.query_map((known, limit), obligations::read)?;
    records.collect()
}

/// Duties whose lenient date has passed after `since` and by `today`, and how many.
///
/// # Errors
/// What the engine said.
pub fn overdue_since(
    connection: &Connection,
    (since, today): (NaiveDate, NaiveDate),
    limit: u32,
) -> rusqlite::Result<(u64, Vec<Record>)> {
    let columns = obligations::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "select {columns}, count(*) over () as in_all from obligation
         where live = 1 and near_on is not null and near_on <= $1
           and overdue_on <= $1 and overdue_on > $2
         order by overdue_on, id limit $3"
    ))?;
    let mut in_all = 0;
    let records = statement.query_map((today, since, limit), |row| {
        in_all = row.get::<_, u32>("in_all")?.into();
        obligations::read(row)
    })?;
    let records = records.collect::<rusqlite::Result<_>>()?;
    Ok((in_all, records))
}

/// What the entries of the log with those numbers say of duties, oldest first.
///
/// # Errors
/// What the engine said.
pub fn happened(connection: &Connection, seqs: &Range<i64>) -> rusqlite::Result<Vec<Happening>> {
    let mut statement = connection.prepare_cached(
        "select what, detail from audit
         where seq >= $1 and seq < $2
           and what in ('date moved', 'closed', 'reopened', 'acknowledged')
         order by seq",
    )?;
    let entries = statement.query_map([seqs.start, seqs.end], read)?;
    let mut happenings = Vec::new();
    for entry in entries {
        happenings.extend(entry?);
    }
    Ok(happenings)
}

/// The particulars that matter here; the rest is passed over without being kept.
#[derive(Deserialize)]
struct Particulars {
    #[serde(default)]
    about: Vec<ObligationKey>,
    was: Option<Dates>,
    is: Option<Dates>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Dates {
    due_on: NaiveDate,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Vec<Happening>> {
    let said: Particulars = from_json(1, row.get_ref(1)?.as_str()?)?;
    let event = match (row.get_ref(0)?.as_str()?, &said) {
        (
            "date moved",
            Particulars {
                was: Some(was),
                is: Some(is),
                ..
            },
        ) => Happened::Moved {
            was: was.due_on,
            is: is.due_on,
        },
        (
            "closed",
            Particulars {
                state: Some(state), ..
            },
        ) => ended(state),
        ("reopened", _) => Happened::Reopened,
        ("acknowledged", _) => Happened::Acknowledged,
        // Logs of the past are read too: what they do not say is not guessed.
        _ => return Ok(Vec::new()),
    };
    let about = said.about.into_iter();
    Ok(about.map(|key| Happening { key, event }).collect())
}

/// A closing that names no state is that of a lost anchor.
fn ended(state: &str) -> Happened {
    let states = [State::Done, State::Waived, State::Exempt];
    let known = states.into_iter().find(|known| known.name() == state);
    known.map_or(Happened::Lost, Happened::Closed)
}
