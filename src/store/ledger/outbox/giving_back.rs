//! What returns to the queue: messages nobody answers for any more.
//!
//! Owns marking as a repeat what may have arrived. Refuses to decide whether it did.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde_json::json;

use super::queue::withdraw_if_empty;
use super::settle::end_attempt;
use crate::domain::delivery::{Class, Outcome, Verdict};
use crate::store::ledger::{as_kept, audit, instant};

/// Whose leases are given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// Those that have run out.
    Expired,
    /// All: the process that held them is gone, for this one holds the lock.
    ByEarlierProcess,
}

/// Returns abandoned messages to the queue as marked repeats: whether they arrived
/// cannot be known.
///
/// # Errors
/// What the engine said.
pub fn give_back(
    connection: &Connection,
    which: Abandoned,
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let before = match which {
        Abandoned::Expired => instant(now),
        Abandoned::ByEarlierProcess => "9999".to_owned(),
    };
    let mut statement = connection.prepare_cached(
        "select key from message
         where state = 'leased' and (lease_until <= $1 or lease_until is null) order by id",
    )?;
    let keys = statement.query_map([before], |row| row.get(0))?;
    let keys = keys.collect::<rusqlite::Result<Vec<String>>>()?;
    for key in &keys {
        let why = match which {
            Abandoned::Expired => "the lease ran out before an answer was recorded",
            Abandoned::ByEarlierProcess => "the process ended before an answer was recorded",
        };
        give_one_back(connection, key, why, now)?;
    }
    Ok(u64::try_from(keys.len()).unwrap_or(u64::MAX))
}

/// Returns one message to the queue as a marked repeat.
pub(in crate::store::ledger) fn give_one_back(
    connection: &Connection,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update message set state = 'pending', next_at = $1, maybe_repeat = 1,
                            lease_until = null, lease_holder = null
         where key = $2
         returning id, attempts",
    )?;
    let (id, number): (i64, u32) =
        statement.query_row((instant(now), key), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let outcome = Outcome::new(Class::Unknown, "lease", why);
    let verdict = Verdict::RetryAt { at: as_kept(now) };
    end_attempt(connection, id, number, &outcome, &verdict, now)?;
    withdraw_if_empty(connection, id)?;
    let detail = json!({ "attempt": number, "why": why });
    audit::add(connection, now, "returned", key, &detail)
}
