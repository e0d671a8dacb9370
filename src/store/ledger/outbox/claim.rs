//! Transaction 2: messages taken for delivery, their attempts on disk first.
//!
//! Owns which messages may go out now, and that no destination takes the place of
//! others. Refuses to send them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};

use crate::domain::delivery::Attempt;
use crate::domain::hold::EVERYTHING;
use crate::domain::notice::{Channel, Content, Facts, Message};
use crate::store::ledger::{audit, from_json, holds, instant, parse_instant};

/// Pending messages looked at in one claim at most; busy destinations are left out of
/// them beforehand, so that a long queue for one hides nobody else's.
const LOOK_AT: usize = 1024;

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
}

/// What a claim may take.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// How many messages in all.
    pub room: usize,
    /// How many are in flight per destination.
    pub in_flight: BTreeMap<String, usize>,
    /// How many may be in flight to one endpoint.
    pub per_destination: usize,
    /// How many may be in flight to the mail relay, which stands for many mailboxes.
    pub per_relay: usize,
}

impl Wanted {
    fn quota(&self, destination: &str) -> usize {
        if destination == Channel::Mail.name() {
            self.per_relay
        } else {
            self.per_destination
        }
    }

    fn is_full(&self, destination: &str) -> bool {
        self.in_flight
            .get(destination)
            .is_some_and(|n| *n >= self.quota(destination))
    }
}

/// Who takes a lease, and for how long.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The process, by a name of its own.
    pub holder: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// Transaction 2: takes messages whose time has come, each with an attempt on disk.
///
/// # Errors
/// What the engine said.
pub fn claim(
    connection: &Connection,
    wanted: Wanted,
    lease: &Lease,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<Claim>> {
    let chosen = choose(connection, wanted, now)?;
    take(connection, &chosen, lease, now)
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

/// Destinations that wait as a whole, and whether one message may now probe them.
fn held_destinations(
    connection: &Connection,
    now: DateTime<Utc>,
) -> rusqlite::Result<BTreeMap<String, bool>> {
    let mut statement = connection
        .prepare_cached("select destination, coalesce(probe_at <= $1, false) from hold")?;
    let held = statement.query_map([instant(now)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    held.collect()
}

/// Messages to take, oldest first, and no more rows looked at than it takes to find them:
/// of a held destination only one, as a probe.
fn choose(
    connection: &Connection,
    mut wanted: Wanted,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut held = held_destinations(connection, now)?;
    if held.contains_key(EVERYTHING) {
        return Ok(Vec::new());
    }
    for (destination, may_probe) in &mut held {
        // While one message probes, no other does.
        *may_probe &= !wanted.in_flight.contains_key(destination);
    }
    // A long queue for a destination that is held hides nobody else's messages.
    let waiting = held.iter().filter(|(_, may_probe)| !**may_probe);
    let in_flight = wanted.in_flight.keys();
    let full: Vec<String> = in_flight
        .filter(|destination| wanted.is_full(destination))
        .chain(waiting.map(|(destination, _)| destination))
        .cloned()
        .collect();
    // The list is filled up with a destination that does not exist, so that there are few
    // statements to prepare, and none with an empty list.
    let places = (full.len() + 1).next_power_of_two();
    let marks: Vec<String> = (0..places).map(|n| format!("${}", n + 2)).collect();
    let mut statement = connection.prepare_cached(&format!(
        "select id, destination from message
         where state = 'pending' and held_since is null and next_at <= $1
           and destination not in ({})
         order by next_at, id limit {LOOK_AT}",
        marks.join(", ")
    ))?;
    let filled = full.into_iter().chain(std::iter::repeat(String::new()));
    let values = std::iter::once(instant(now)).chain(filled.take(places));
    let mut rows = statement.query(params_from_iter(values))?;
    let mut chosen = Vec::new();
    while chosen.len() < wanted.room
        && let Some(row) = rows.next()?
    {
        let (id, destination): (_, String) = (row.get(0)?, row.get(1)?);
        let waits = |may_probe: &mut bool| !std::mem::take(may_probe);
        if wanted.is_full(&destination) || held.get_mut(&destination).is_some_and(waits) {
            continue;
        }
        *wanted.in_flight.entry(destination.clone()).or_default() += 1;
        chosen.push((id, destination));
    }
    Ok(chosen)
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
                digest: from_json(2, &digest)?,
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
        let facts: String = row.get(1)?;
        Ok((row.get(0)?, from_json::<Facts>(1, &facts)?))
    })?;
    let mut notices = rows.collect::<rusqlite::Result<Vec<(i64, Facts)>>>()?;
    notices.sort_by_key(|(_, facts)| (facts.state, facts.due_on));
    Ok(notices)
}
