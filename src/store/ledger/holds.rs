//! Destinations that wait as a whole, as the ledger keeps them.
//!
//! Owns the rows of `hold`, an audit entry for each that begins, changes or ends, and which
//! cause gives way to which: a broken way to everything else, and everything else to a
//! restored copy, which only `restored` ends, for by then somebody has seen what may be said
//! twice. Refuses to decide when one begins or ends.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{audit, instant, parse_instant};
use crate::domain::hold::{Cause, Hold, Relief};

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

/// What the audit log holds of a hold's beginning.
#[derive(Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) cause: Cause,
    pub(super) reason: String,
    pub(super) probe_at: Option<String>,
    #[serde(default, skip_serializing_if = "Relief::is_try")]
    pub(super) relief: Relief,
}

impl Begun {
    fn changes_nothing_of(&self, hold: &Hold) -> bool {
        let is_same = hold.cause == self.cause.name()
            && hold.reason == self.reason
            && hold.relief == self.relief
            && hold.probe_at == self.probe_at;
        let is = |cause: Cause| hold.cause == cause.name();
        let gives_way = match self.cause {
            Cause::Restored => false,
            Cause::Fault => !is(Cause::Fault),
            Cause::Clock | Cause::Hand => is(Cause::Restored),
        };
        is_same || gives_way
    }

    /// Writes a hold that begins or changes, with its entry; whether it is new.
    pub(super) fn write(
        &self,
        connection: &Connection,
        destination: &str,
        now: DateTime<Utc>,
    ) -> rusqlite::Result<bool> {
        let known = of(connection, destination)?;
        if known
            .as_ref()
            .is_some_and(|hold| self.changes_nothing_of(hold))
        {
            return Ok(false);
        }
        let mut hold = connection.prepare_cached(
            "insert into hold (destination, since, probe_at, cause, reason, relief)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (destination) do update set probe_at = excluded.probe_at,
                                                     cause = excluded.cause,
                                                     reason = excluded.reason,
                                                     relief = excluded.relief",
        )?;
        hold.execute((
            destination,
            instant(now),
            &self.probe_at,
            self.cause.name(),
            &self.reason,
            self.relief.name(),
        ))?;
        let what = if known.is_some() {
            "hold renewed"
        } else {
            begin_anew(connection, destination)?;
            "hold begun"
        };
        audit::add(connection, now, what, destination, self)?;
        Ok(known.is_none())
    }
}

/// Begins a hold, or renews the cause, probe and reason of one; whether it is new.
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
        relief: Relief::Try,
    };
    begun.write(connection, destination, now)
}

/// Begins or renews the hold of a broken way; says so the first time.
///
/// # Errors
/// What the engine said.
pub(super) fn begin_fault(
    connection: &Connection,
    destination: &str,
    (relief, reason): (Relief, &str),
    probe_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    let begun = Begun {
        cause: Cause::Fault,
        reason: reason.to_owned(),
        probe_at: Some(instant(probe_at)),
        relief,
    };
    let is_new = begun.write(connection, destination, now)?;
    Ok(is_new.then_some(Turn::Began))
}

/// Ends a hold, unless it is one after a restore; says so where there was one to end.
///
/// # Errors
/// What the engine said.
pub fn end(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    match of(connection, destination)? {
        Some(hold) if hold.cause != Cause::Restored.name() => lift(connection, destination, now),
        Some(_) | None => Ok(None),
    }
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
    match fault_since(connection, destination)? {
        Some(_) => lift(connection, destination, now),
        None => Ok(None),
    }
}

/// Ends a hold whatever its cause; says so where there was one.
pub(super) fn lift(
    connection: &Connection,
    destination: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    let mut free = connection.prepare_cached("delete from hold where destination = $1")?;
    if free.execute([destination])? == 0 {
        return Ok(None);
    }
    let waiting = begin_anew(connection, destination)?;
    let detail = json!({ "waiting": waiting });
    audit::add(connection, now, "hold ended", destination, &detail)?;
    Ok(Some(Turn::Ended { waiting }))
}

/// The hours in which a message is given up do not run while its destination is held: they
/// begin anew for everything that waits for it. Says how many messages that is.
fn begin_anew(connection: &Connection, destination: &str) -> rusqlite::Result<u64> {
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

/// Lets every broken way be probed at once: what was wrong may have been put right. One that
/// named the moment is left in peace until then. Says how many there are.
///
/// # Errors
/// What the engine said.
pub fn probe_now(connection: &Connection, now: DateTime<Utc>) -> rusqlite::Result<u64> {
    let mut probed = 0;
    for hold in list(connection)? {
        let is_ahead = hold.probe_at.as_ref().is_some_and(|at| *at > instant(now));
        if is_ahead && hold.relief != Relief::Moment {
            probe(connection, &hold, now)?;
            probed += 1;
        }
    }
    Ok(probed)
}

/// Lets one broken way be probed at once.
pub(super) fn probe(
    connection: &Connection,
    hold: &Hold,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let because = (hold.relief, hold.reason.as_str());
    begin_fault(connection, &hold.destination, because, now, now).map(drop)
}

/// Everything that waits as a whole.
///
/// # Errors
/// What the engine said.
pub fn list(connection: &Connection) -> rusqlite::Result<Vec<Hold>> {
    let mut statement = connection.prepare_cached(
        "select destination, since, probe_at, cause, reason, relief from hold order by destination",
    )?;
    let holds = statement.query_map([], read)?;
    holds.collect()
}

/// The hold of `destination`, if it has one of its own.
pub(super) fn of(connection: &Connection, destination: &str) -> rusqlite::Result<Option<Hold>> {
    let mut statement = connection.prepare_cached(
        "select destination, since, probe_at, cause, reason, relief from hold where destination = $1",
    )?;
    statement.query_row([destination], read).optional()
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Hold> {
    Ok(Hold {
        destination: row.get(0)?,
        since: row.get(1)?,
        probe_at: row.get(2)?,
        cause: row.get(3)?,
        reason: row.get(4)?,
        relief: Relief::named(&row.get::<_, String>(5)?),
    })
}
