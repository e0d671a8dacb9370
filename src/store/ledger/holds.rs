//! Destinations that wait as a whole, as the ledger keeps them.
//!
//! Owns the rows of `hold`. Refuses to decide when one begins or ends.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::instant;
use crate::domain::hold::{Cause, Hold};

/// Begins a hold, or renews the probe and reason of one; whether it is new.
///
/// # Errors
/// What the engine said.
pub fn begin(
    connection: &Connection,
    destination: &str,
    (cause, reason): (Cause, &str),
    probe_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let mut known = connection.prepare_cached("select 1 from hold where destination = $1")?;
    let is_new = !known.exists([destination])?;
    let mut hold = connection.prepare_cached(
        "insert into hold (destination, since, probe_at, cause, reason) values ($1, $2, $3, $4, $5)
         on conflict (destination) do update set probe_at = excluded.probe_at,
                                                 cause = excluded.cause,
                                                 reason = excluded.reason",
    )?;
    hold.execute((
        destination,
        instant(now),
        probe_at.map(instant),
        cause.name(),
        reason,
    ))?;
    Ok(is_new)
}

/// Ends a hold; whether there was one.
///
/// # Errors
/// What the engine said.
pub fn end(connection: &Connection, destination: &str) -> rusqlite::Result<bool> {
    let mut free = connection.prepare_cached("delete from hold where destination = $1")?;
    Ok(free.execute([destination])? == 1)
}

/// Everything that waits as a whole.
///
/// # Errors
/// What the engine said.
pub fn list(connection: &Connection) -> rusqlite::Result<Vec<Hold>> {
    let mut statement = connection.prepare_cached(
        "select destination, since, probe_at, cause, reason from hold order by destination",
    )?;
    let holds = statement.query_map([], |row| {
        Ok(Hold {
            destination: row.get(0)?,
            since: row.get(1)?,
            probe_at: row.get(2)?,
            cause: row.get(3)?,
            reason: row.get(4)?,
        })
    })?;
    holds.collect()
}
