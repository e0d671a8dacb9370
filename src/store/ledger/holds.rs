//! Destinations that wait as a whole, as the ledger keeps them.
//!
//! Owns the rows of `hold`, and an audit entry for each that begins, changes or ends. A hold
//! after a restore gives way to no other cause, and only `restored` ends it: by then
//! somebody has seen what may be said twice. Refuses to decide when one begins or ends.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{audit, instant};
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
    let begun = Begun {
        cause,
        reason: reason.to_owned(),
        probe_at: probe_at.map(instant),
    };
    let known = list(connection)?;
    let known = known.iter().find(|hold| hold.destination == destination);
    if known.is_some_and(|hold| begun.changes_nothing_of(hold)) {
        return Ok(false);
    }
    let mut hold = connection.prepare_cached(
        "insert into hold (destination, since, probe_at, cause, reason) values ($1, $2, $3, $4, $5)
         on conflict (destination) do update set probe_at = excluded.probe_at,
                                                 cause = excluded.cause,
                                                 reason = excluded.reason",
    )?;
    hold.execute((
        destination,
        instant(now),
        &begun.probe_at,
        cause.name(),
        reason,
    ))?;
    let what = if known.is_some() {
        "hold renewed"
    } else {
        "hold begun"
    };
    audit::add(connection, now, what, destination, &begun)?;
    Ok(known.is_none())
}

/// What the audit log holds of a hold's beginning.
#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) cause: Cause,
    pub(super) reason: String,
    pub(super) probe_at: Option<String>,
}

impl Begun {
    fn changes_nothing_of(&self, hold: &Hold) -> bool {
        let is_same = hold.cause == self.cause.name()
            && hold.reason == self.reason
            && hold.probe_at == self.probe_at;
        is_same || (hold.cause == Cause::Restored.name() && self.cause != Cause::Restored)
    }
}

/// Ends a hold, unless it is one after a restore; whether there was one to end.
///
/// # Errors
/// What the engine said.
pub fn end(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let mut restored = connection
        .prepare_cached("select 1 from hold where destination = $1 and cause = 'restored'")?;
    if restored.exists([destination])? {
        return Ok(false);
    }
    lift(connection, destination, now)
}

/// Ends a hold whatever its cause; whether there was one.
pub(super) fn lift(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let mut free = connection.prepare_cached("delete from hold where destination = $1")?;
    let ended = free.execute([destination])? == 1;
    if ended {
        audit::add(connection, now, "hold ended", destination, &json!({}))?;
    }
    Ok(ended)
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
