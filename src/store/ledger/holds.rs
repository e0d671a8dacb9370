//! Destinations that wait as a whole, as the ledger keeps them.
//!
//! Owns the rows of `hold`, and that a fault neither takes over nor ends what a person or the
//! clock's watch holds. Refuses to decide when one begins or ends.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde_json::json;

use super::{audit, instant, parse_instant};
use crate::domain::hold::{Cause, Hold};

/// What became of a destination's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It waits from now on.
    Began,
    /// It is free again.
    Ended {
        /// How many messages have waited for it.
        waiting: u64,
    },
}

/// Begins a hold, or renews the probe and reason of one; whether it is new. A fault leaves
/// a hold for another cause as it is.
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
                                                 reason = excluded.reason
         where excluded.cause <> 'fault' or hold.cause = 'fault'",
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

/// Begins or renews the hold of a broken way; the first time with an entry of its own.
///
/// # Errors
/// What the engine said.
pub(super) fn begin_fault(
    connection: &Connection,
    destination: &str,
    reason: &str,
    probe_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    let because = (Cause::Fault, reason);
    if !begin(connection, destination, because, Some(probe_at), now)? {
        return Ok(None);
    }
    begin_anew(connection, destination)?;
    let detail = json!({
        "cause": Cause::Fault, "reason": reason, "since": instant(now),
        "probe_at": instant(probe_at),
    });
    audit::add(connection, now, "destination held", destination, &detail)?;
    Ok(Some(Turn::Began))
}

/// Ends the hold of a way that is no longer broken.
///
/// # Errors
/// What the engine said.
pub(super) fn end_fault(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    if fault_since(connection, destination)?.is_none() {
        return Ok(None);
    }
    end(connection, destination)?;
    let waiting = begin_anew(connection, destination)?;
    let detail = json!({ "cause": Cause::Fault, "waiting": waiting });
    audit::add(connection, now, "destination freed", destination, &detail)?;
    Ok(Some(Turn::Ended { waiting }))
}

/// The hours in which a message is given up do not run while its destination is held: they
/// begin anew for everything that waits for it. Says how many messages that is.
pub(super) fn begin_anew(connection: &Connection, destination: &str) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(
        "update message set trying_since = null
         where $1 in (destination, 'everything') and state = 'pending'",
    )?;
    let waiting = statement.execute([destination])?;
    Ok(u64::try_from(waiting).unwrap_or(u64::MAX))
}

/// Since when the way to `destination` has been broken.
pub(super) fn fault_since(
    connection: &Connection,
    destination: &str,
) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let mut statement = connection
        .prepare_cached("select since from hold where destination = $1 and cause = 'fault'")?;
    let since = statement.query_row([destination], |row| {
        parse_instant(0, &row.get::<_, String>(0)?)
    });
    since.optional()
}

/// Lets every broken way be probed at once: what was wrong may have been put right. Says how
/// many there are.
///
/// # Errors
/// What the engine said.
pub fn probe_now(connection: &Connection, now: DateTime<Utc>) -> rusqlite::Result<u64> {
    let mut statement = connection
        .prepare_cached("update hold set probe_at = $1 where cause = 'fault' and probe_at > $1")?;
    let probed = statement.execute([instant(now)])?;
    if probed > 0 {
        let detail = json!({ "probe_at": instant(now) });
        audit::add(
            connection,
            now,
            "held destinations probed",
            "settings",
            &detail,
        )?;
    }
    Ok(u64::try_from(probed).unwrap_or(u64::MAX))
}

/// Lets one broken way be probed at once.
pub(super) fn probe(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("update hold set probe_at = $1 where destination = $2")?;
    statement.execute((instant(now), destination))?;
    Ok(())
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
