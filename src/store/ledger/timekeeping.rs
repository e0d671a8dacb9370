//! The clock as the ledger knows it: its last reading, and the hold while it is not believed.
//!
//! Owns keeping both, and that the hold of a clock never takes the place of another one.
//! Refuses to judge a reading: `domain::timekeeping` does.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{audit, from_json, holds, instant, parse_instant, settings, to_json};
use crate::domain::hold::{Cause, EVERYTHING};
use crate::domain::timekeeping::{Jump, Reading};

/// What the audit log calls the clock.
const SUBJECT: &str = "clock";

/// No pause, send window or `Retry-After` reaches further ahead: the longest holidays have
/// nine days, and nothing is tried again after [`crate::domain::delivery::RetryPolicy`]'s
/// horizon, five days by default.
pub const FURTHEST_DAYS: i64 = 31;

/// What the ledger knows of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The last reading that was accepted.
    pub accepted: Option<Reading>,
    /// Where there is none: the newest moment of the audit log. It is the weaker witness,
    /// because what is under way while a clock is wrong writes there too.
    pub newest: Option<DateTime<Utc>>,
    /// Why everything is held, by the cause's name, if it is.
    pub held: Option<String>,
}

/// A reading as it is written; durations have no JSON of their own.
#[derive(Serialize, Deserialize)]
struct Written {
    wall: String,
    since_boot_ms: i64,
    boot: String,
}

/// What the ledger knows.
///
/// # Errors
/// What the engine said.
pub fn known(connection: &Connection) -> rusqlite::Result<Known> {
    let accepted = settings::get(connection, settings::CLOCK)?;
    let accepted = accepted.map(|text| read(&text)).transpose()?;
    let newest = match accepted {
        Some(_) => None,
        None => newest_entry(connection)?,
    };
    let mut hold = connection.prepare_cached("select cause from hold where destination = $1")?;
    Ok(Known {
        accepted,
        newest,
        held: hold.query_row([EVERYTHING], |row| row.get(0)).optional()?,
    })
}

fn read(text: &str) -> rusqlite::Result<Reading> {
    let written: Written = from_json(0, text)?;
    Ok(Reading {
        wall: parse_instant(0, &written.wall)?,
        since_boot: TimeDelta::milliseconds(written.since_boot_ms),
        boot: written.boot,
    })
}

fn newest_entry(connection: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let mut statement =
        connection.prepare_cached("select at from audit order by seq desc limit 1")?;
    let at: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    at.map(|at| parse_instant(0, &at)).transpose()
}

/// Keeps a reading that was accepted.
///
/// # Errors
/// What the engine said.
pub fn accept(connection: &Connection, reading: &Reading) -> rusqlite::Result<()> {
    let written = Written {
        wall: instant(reading.wall),
        since_boot_ms: reading.since_boot.num_milliseconds(),
        boot: reading.boot.clone(),
    };
    settings::set(connection, settings::CLOCK, &to_json(&written)?)
}

/// Holds everything because the clock jumped; `now` is the moment to believe, so that the
/// audit log learns of no false future. A hold that is there already, for a reason of its
/// own, stays what it is.
///
/// # Errors
/// What the engine said.
pub fn hold(
    connection: &Connection,
    jump: Jump,
    wall: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    if known(connection)?.held.is_none() {
        let reason = jump.to_string();
        holds::begin(connection, EVERYTHING, (Cause::Clock, &reason), None, now)?;
    }
    let detail = json!({ "why": jump.to_string(), "wall": instant(wall) });
    audit::add(connection, now, "clock jumped", SUBJECT, &detail)
}

/// Ends the clock's hold: it came back to what boot time explains.
///
/// # Errors
/// What the engine said.
pub fn release(connection: &Connection, reading: &Reading) -> rusqlite::Result<()> {
    end_hold(connection, reading.wall)?;
    accept(connection, reading)?;
    let detail = json!({ "wall": instant(reading.wall) });
    audit::add(connection, reading.wall, "clock is back", SUBJECT, &detail)
}

/// Takes a person's word that the clock is right, and brings back what a false future put
/// off for longer than anything is put off. Returns how many messages that were.
///
/// # Errors
/// What the engine said.
pub fn confirm(
    connection: &Connection,
    reading: &Reading,
    reason: &str,
) -> rusqlite::Result<usize> {
    end_hold(connection, reading.wall)?;
    accept(connection, reading)?;
    let confirmed = Confirmed {
        reason: reason.to_owned(),
    };
    confirmed.write(connection, reading.wall)
}

/// What the audit log holds of a person's word; the moment is the entry's.
#[derive(Serialize, Deserialize)]
pub(super) struct Confirmed {
    reason: String,
}

impl Confirmed {
    /// Brings back what was put off too far, with its entry; says how many messages that is.
    pub(super) fn write(
        &self,
        connection: &Connection,
        wall: DateTime<Utc>,
    ) -> rusqlite::Result<usize> {
        let mut bring_back = connection.prepare_cached(
            "update message set next_at = $1 where state = 'pending' and next_at > $2",
        )?;
        let furthest = wall + TimeDelta::days(FURTHEST_DAYS);
        let brought_back = bring_back.execute((instant(wall), instant(furthest)))?;
        audit::add(connection, wall, "clock confirmed", SUBJECT, self)?;
        Ok(brought_back)
    }
}

/// Ends the hold if it is the clock's.
fn end_hold(connection: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let held = holds::of(connection, EVERYTHING)?;
    if held.is_some_and(|hold| hold.cause == Cause::Clock.name()) {
        holds::lift(connection, EVERYTHING, now)?;
    }
    Ok(())
}
