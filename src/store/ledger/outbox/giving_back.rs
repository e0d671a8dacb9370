//! What returns to the queue: messages nobody answers for any more, and those for which
//! nobody was asked.
//!
//! Owns marking as a repeat what may have arrived, and that a claim after which nothing was
//! sent leaves no trace on its message. Refuses to decide whether anything arrived.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::json;

use super::claim::Claim;
use super::queue::withdraw_if_empty;
use super::settle::end_attempt;
use crate::domain::delivery::{Class, Outcome, Verdict};
use crate::store::ledger::{acknowledgements, as_kept, audit, instant};

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
    acknowledgements::settle_arrived(connection, id)?;
    let detail = json!({ "attempt": number, "why": why });
    audit::add(connection, now, "returned", key, &detail)
}

/// Puts back a message that was claimed and for which nobody was asked, for the reason
/// `why`, as if it had not been claimed: no attempt is counted, and a mail goes on gathering
/// notices.
///
/// # Errors
/// What the engine said.
pub fn put_back(
    connection: &Connection,
    claim: &Claim,
    why: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let (key, number) = (&claim.message.key, claim.attempt.number);
    put_one_back(connection, key, number, why, now)
}

/// The same by name. Where its lease has run out, it has gone back already.
pub(in crate::store::ledger) fn put_one_back(
    connection: &Connection,
    key: &str,
    number: u32,
    why: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update message set state = 'pending', attempts = attempts - 1,
                            trying_since = case when attempts = 1 then null else trying_since end,
                            lease_until = null, lease_holder = null
         where key = $1 and state = 'leased' and attempts = $2
         returning id",
    )?;
    let id = statement.query_row((key, number), |row| row.get::<_, i64>(0));
    let Some(id) = id.optional()? else {
        return Ok(());
    };
    let mut uncount =
        connection.prepare_cached("delete from attempt where message_id = $1 and number = $2")?;
    uncount.execute((id, number))?;
    // What was cancelled meanwhile was in no such attempt.
    let mut unsaid = connection.prepare_cached(
        "update notice set cancelled_after = cancelled_after - 1
         where message_id = $1 and cancelled_after = $2",
    )?;
    unsaid.execute((id, number))?;
    withdraw_if_empty(connection, id)?;
    acknowledgements::settle_arrived(connection, id)?;
    let detail = json!({ "attempt": number, "why": why });
    audit::add(connection, now, "not asked", key, &detail)
}
