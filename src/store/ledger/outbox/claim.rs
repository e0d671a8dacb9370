//! Transaction 2: messages taken for delivery, their attempts on disk first.
//!
//! Owns which messages wait and come due, and what a held destination may still have.
//! Refuses to send them, and to say whose turn it is; that is `domain::lanes`.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::Attempt;
use crate::domain::hold::EVERYTHING;
use crate::domain::lanes::{Lanes, Waiting};
use crate::domain::notice::{Content, Facts, Message};
use crate::store::ledger::{audit, confidential, from_json, holds, instant, parse_instant};

/// A message taken for delivery. Its attempt is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The message's key in the ledger.
    pub id: i64,
    /// What is sent.
    pub message: Message,
    /// The attempt that was begun; until when it is useful, whoever knows the law's zone says.
    pub attempt: Attempt,
    /// Its destination.
    pub destination: String,
    /// When it was claimed.
    pub begun: DateTime<Utc>,
}

/// What a claim found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claimed {
    /// What it took.
    pub claims: Vec<Claim>,
    /// When there may be more, if nothing is heard until then.
    pub next: Option<DateTime<Utc>>,
}

/// Who takes a lease, and for how long.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The process, by a name of its own.
    pub holder: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// Transaction 2: takes messages whose time has come and whose destination has its turn,
/// each with an attempt on disk.
///
/// # Errors
/// What the engine said.
pub fn claim(
    connection: &Connection,
    lanes: &Lanes,
    lease: &Lease,
    now: DateTime<Utc>,
) -> rusqlite::Result<Claimed> {
    let waiting = waiting(connection)?;
    let turns = lanes.turns(&waiting, now);
    let chosen = lanes.deal(turns, now, |turn| {
        due(connection, &turn.destination, turn.room, now)
    })?;
    Ok(Claimed {
        claims: take(connection, &chosen, lease, now)?,
        next: lanes.next(&waiting, now),
    })
}

/// Where attempts went that were begun after `since`, and when, the earliest first. Attempts
/// are written as they begin, so that the newest are looked at until one is older.
///
/// # Errors
/// What the engine said.
pub fn begun_since(
    connection: &Connection,
    since: DateTime<Utc>,
) -> rusqlite::Result<Vec<(String, DateTime<Utc>)>> {
    let mut statement = connection.prepare_cached(
        "select message.destination, attempt.started_at
         from attempt join message on message.id = attempt.message_id
         order by attempt.id desc",
    )?;
    let mut rows = statement.query([])?;
    let mut begun = Vec::new();
    while let Some(row) = rows.next()? {
        let at = parse_instant(1, &row.get::<_, String>(1)?)?;
        if at <= since {
            break;
        }
        begun.push((row.get(0)?, at));
    }
    begun.reverse();
    Ok(begun)
}

/// Takes these messages, as id and destination, and says so in the audit log.
pub(in crate::store::ledger) fn take(
    connection: &Connection,
    chosen: &[(i64, String)],
    lease: &Lease,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<Claim>> {
    let claims = chosen
        .iter()
        .map(|(id, destination)| begin(connection, *id, destination, lease, now));
    let claims = claims.collect::<rusqlite::Result<Vec<Claim>>>()?;
    if !claims.is_empty() {
        let attempt = |claim: &Claim| (claim.message.key.clone(), claim.attempt.number);
        let taken = Taken {
            until: instant(lease.until),
            messages: claims.iter().map(attempt).collect(),
        };
        audit::add(connection, now, "claimed", &lease.holder, &taken)?;
    }
    Ok(claims)
}

/// What the audit log holds of a claim.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct Taken {
    /// When the lease ends.
    pub(in crate::store::ledger) until: String,
    /// Each message with the number of the attempt that was begun.
    pub(in crate::store::ledger) messages: Vec<(String, u32)>,
}

/// Destinations with something to send, now or later: a seek for each, however long its
/// queue. Those on hold wait for their probe; nobody waits for anything while everything
/// is on hold.
fn waiting(connection: &Connection) -> rusqlite::Result<Vec<Waiting>> {
    let mut statement = connection.prepare_cached(
        "with recursive lane (destination) as (
           select min(destination) from message where state = 'pending' and held_since is null
           union all
           select (select min(destination) from message
                   where state = 'pending' and held_since is null
                     and destination > lane.destination)
           from lane where lane.destination is not null
         )
         select lane.destination, message.next_at, message.attempts > 0,
                hold.destination is not null, hold.probe_at
         from lane
         join message on message.id = (
           select id from message
           where state = 'pending' and held_since is null and destination = lane.destination
           order by next_at, id limit 1)
         left join hold on hold.destination = lane.destination
         where not exists (select 1 from hold where destination = $1)",
    )?;
    let mut rows = statement.query([EVERYTHING])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let next_at = parse_instant(1, &row.get::<_, String>(1)?)?;
        let is_probe = row.get(3)?;
        let probe_at: Option<String> = row.get(4)?;
        let due = match probe_at {
            Some(at) => next_at.max(parse_instant(4, &at)?),
            None if is_probe => continue,
            None => next_at,
        };
        waiting.push(Waiting {
            destination: row.get(0)?,
            due,
            tried: row.get(2)?,
            is_probe,
        });
    }
    Ok(waiting)
}

/// The messages of a destination whose time has come, oldest first.
fn due(
    connection: &Connection,
    destination: &str,
    room: usize,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "select id from message
         where destination = $1 and state = 'pending' and held_since is null and next_at <= $2
         order by next_at, id limit $3",
    )?;
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let ids = statement.query_map((destination, instant(now), room), |row| row.get(0))?;
    ids.collect()
}

/// Takes one message: lease and attempt are written before anything is sent.
fn begin(
    connection: &Connection,
    id: i64,
    destination: &str,
    lease: &Lease,
    now: DateTime<Utc>,
) -> rusqlite::Result<Claim> {
    let mut take = connection.prepare_cached(
        "update message set state = 'leased', attempts = attempts + 1, lease_until = $1,
                            lease_holder = $2, trying_since = coalesce(trying_since, $3)
         where id = $4
         returning key, recipient, digest, attempts, maybe_repeat, trying_since",
    )?;
    let until = instant(lease.until);
    let (message, first_due) = take.query_row((until, &lease.holder, instant(now), id), |row| {
        let digest: Option<String> = row.get(2)?;
        let content = match digest {
            Some(digest) => Content::Digest {
                digest: confidential::shown_digest(connection, from_json(2, &digest)?)?,
            },
            None => Content::Notices {
                notices: standing(connection, id)?,
            },
        };
        let message = Message {
            key: row.get(0)?,
            recipient: from_json(1, &row.get::<_, String>(1)?)?,
            content,
            attempt: row.get(3)?,
            maybe_repeat: row.get(4)?,
            sent_on: None,
        };
        Ok((message, parse_instant(5, &row.get::<_, String>(5)?)?))
    })?;
    let mut start = connection.prepare_cached(
        "insert into attempt (message_id, number, holder, started_at) values ($1, $2, $3, $4)",
    )?;
    start.execute((id, message.attempt, &lease.holder, instant(now)))?;
    let attempt = Attempt {
        number: message.attempt,
        first_due,
        spread: spread(&message),
        useful_until: None,
        held_since: holds::fault_since(connection, destination)?,
    };
    Ok(Claim {
        id,
        message,
        attempt,
        destination: destination.to_owned(),
        begun: now,
    })
}

/// Spreads retries without dice: the message's own key and attempt decide.
fn spread(message: &Message) -> u32 {
    let bytes = message.key.bytes().map(u32::from);
    bytes.fold(message.attempt, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte)
    }) % 100
}

/// The notices a message still carries, the most urgent first.
pub(in crate::store::ledger) fn standing(
    connection: &Connection,
    message: i64,
) -> rusqlite::Result<Vec<Facts>> {
    let rows = standing_rows(connection, message)?;
    Ok(rows.into_iter().map(|(_, facts)| facts).collect())
}

/// The same, each with its obligation's key in the ledger.
pub(super) fn standing_rows(
    connection: &Connection,
    message: i64,
) -> rusqlite::Result<Vec<(i64, Facts)>> {
    let mut statement = connection.prepare_cached(
        "select obligation_id, facts from notice
         where message_id = $1 and state = 'standing' order by id",
    )?;
    let rows = statement.query_map([message], |row| {
        let facts = from_json(1, row.get_ref(1)?.as_str()?)?;
        Ok((row.get(0)?, confidential::shown(connection, facts)?))
    })?;
    let mut notices = rows.collect::<rusqlite::Result<Vec<(i64, Facts)>>>()?;
    notices.sort_by_key(|(_, facts)| (facts.state, facts.due_on));
    Ok(notices)
}
