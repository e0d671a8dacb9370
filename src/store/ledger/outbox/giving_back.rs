//! What returns to the queue: messages nobody answers for any more, or given up on.
//!
//! Owns marking as a repeat what may have arrived. Refuses to decide whether it did.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde_json::json;

use super::queue::withdraw_if_empty;
use super::settle::end_attempt;
use crate::domain::delivery::{Class, Outcome, Verdict};
use crate::store::ledger::{audit, instant};

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
        "update message set state = 'pending', next_at = $1, maybe_repeat = 1,
                            lease_until = null, lease_holder = null
         where state = 'leased' and (lease_until <= $2 or lease_until is null)
         returning id, key, attempts",
    )?;
    let rows = statement.query_map((instant(now), before), |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<(i64, String, u32)>>>()?;
    for (id, key, number) in &rows {
        let why = match which {
            Abandoned::Expired => "the lease ran out before an answer was recorded",
            Abandoned::ByEarlierProcess => "the process ended before an answer was recorded",
        };
        let outcome = Outcome::new(Class::Unknown, "lease", why);
        let verdict = Verdict::RetryAt { at: now };
        end_attempt(connection, *id, *number, &outcome, &verdict, now)?;
        withdraw_if_empty(connection, *id)?;
        audit::add(
            connection,
            now,
            "returned",
            key,
            &json!({ "attempt": number, "why": why }),
        )?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// Puts a message that was given up on back into the queue, by hand.
///
/// # Errors
/// What the engine said.
pub fn retry(
    connection: &Connection,
    key: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(
        "update message set state = 'pending', next_at = $1, trying_since = null
         where key = $2 and state = 'failed'",
    )?;
    let changed = statement.execute((instant(now), key))? == 1;
    if changed {
        audit::add(
            connection,
            now,
            "retried by hand",
            key,
            &json!({ "reason": reason }),
        )?;
    }
    Ok(changed)
}
