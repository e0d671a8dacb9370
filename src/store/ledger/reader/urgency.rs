//! What the centre's digest asks: what is urgent or unreadable.
//!
//! Owns counting and ordering by urgency. Refuses to word it.

use chrono::NaiveDate;
use rusqlite::Connection;

use crate::domain::fault::Fault;
use crate::domain::record::Record;
use crate::store::ledger::obligations;

/// How many obligations a digest speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Past their lenient date.
    pub overdue: u64,
    /// Due on the day itself, or past the safe date but not the lenient one.
    pub due_today: u64,
    /// Past a date that never makes anything overdue.
    pub past: u64,
    /// Near, and none of the others.
    pub near: u64,
}

/// Counts for the digest of `today`.
///
/// # Errors
/// What the engine said.
pub fn counts(connection: &Connection, today: NaiveDate) -> rusqlite::Result<Counts> {
    let mut statement = connection.prepare_cached(
        "select coalesce(sum(case when overdue_on <= $1 then 1 else 0 end), 0),
                coalesce(sum(case when due_on <= $1 and overdue_on > $1
                                    or due_on = $1 and overdue_on is null
                                  then 1 else 0 end), 0),
                coalesce(sum(case when due_on < $1 and overdue_on is null
                                  then 1 else 0 end), 0),
                count(*)
         from obligation where live = 1 and near_on is not null and near_on <= $1",
    )?;
    statement.query_row([today], |row| {
        let [overdue, due_today, past, all] =
            [row.get::<_, u32>(0)?, row.get(1)?, row.get(2)?, row.get(3)?].map(u64::from);
        Ok(Counts {
            overdue,
            due_today,
            past,
            near: all.saturating_sub(overdue + due_today + past),
        })
    })
}

/// The most urgent records for the digest of `today`: overdue first, then by date.
///
/// # Errors
/// What the engine said.
pub fn urgent(
    connection: &Connection,
    today: NaiveDate,
    limit: u32,
) -> rusqlite::Result<Vec<Record>> {
    let columns = obligations::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "select {columns} from obligation
         where live = 1 and near_on is not null and near_on <= $1
         order by case when overdue_on <= $1 then 0 else 1 end, due_on, id limit $2"
    ))?;
    let records = statement.query_map((today, limit), obligations::read)?;
    records.collect()
}

/// What cannot be read of the catalogue or contradicts itself, as it stands now.
///
/// # Errors
/// What the engine said.
pub fn faults(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Fault>> {
    let mut statement = connection.prepare_cached(
        "select place, found, expected from fault order by decision_id, place limit $1",
    )?;
    let faults = statement.query_map([limit], |row| {
        Ok(Fault {
            place: row.get(0)?,
            found: row.get(1)?,
            expected: row.get(2)?,
        })
    })?;
    faults.collect()
}
