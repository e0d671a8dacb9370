//! What the centre's digest asks of delivery: what was given up, fails, or is held.
//!
//! Owns counting and ordering by urgency. Refuses to word it.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::domain::hold::Hold;
use crate::domain::notice::{Delivery, Recipient, Undelivered};
use crate::store::ledger::{from_json, holds, instant};

/// A digest that was given up says nothing any more once a later one has arrived.
pub(super) const GIVEN_UP: &str = "message.state = 'failed'
    and (message.digest is null
         or not exists (select 1 from message as later
                        where later.state = 'delivered' and later.digest is not null
                          and later.made_at > message.made_at))";

/// Messages that were given up on and not retried since, the most urgent first.
///
/// # Errors
/// What the engine said.
pub fn undelivered(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Undelivered>> {
    let mut statement = connection.prepare_cached(&format!(
        "select message.id, message.recipient, coalesce(message.last_word, ''),
                (select min(obligation.due_on)
                 from notice join obligation on obligation.id = notice.obligation_id
                 where notice.message_id = message.id and notice.state = 'standing') as due_on
         from message where {GIVEN_UP}
         order by due_on is null, due_on, message.id limit $1"
    ))?;
    let failed = statement.query_map([limit], |row| {
        let recipient: Recipient = from_json(1, &row.get::<_, String>(1)?)?;
        Ok(Undelivered {
            unit: recipient.unit,
            channel: recipient.channel,
            reason: row.get(2)?,
            about: about(connection, row.get(0)?)?,
        })
    })?;
    failed.collect()
}

fn about(connection: &Connection, message: i64) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "select obligation.decision_id || ' ' || json_extract(notice.facts, '$.duty')
         from notice join obligation on obligation.id = notice.obligation_id
         where notice.message_id = $1 order by notice.id",
    )?;
    let about = statement.query_map([message], |row| row.get(0))?;
    about.collect()
}

/// How many messages are not where they should be; failing are those first tried before
/// `since`, or due before it and behind a way that is broken.
///
/// # Errors
/// What the engine said.
pub fn delivery(connection: &Connection, since: DateTime<Utc>) -> rusqlite::Result<Delivery> {
    let mut statement = connection.prepare_cached(&format!(
        "select
           (select count(*) from message
            where state in ('pending', 'leased') and held_since is null
              and case when attempts > 0
                       then (select min(started_at) from attempt
                             where message_id = message.id) <= $1
                       else next_at <= $1
                            and exists (select 1 from hold
                                        where hold.destination = message.destination
                                          and hold.cause = 'fault') end),
           (select count(*) from message where {GIVEN_UP}),
           (select count(*) from message
            where state in ('pending', 'leased') and held_since is not null)"
    ))?;
    statement.query_row([instant(since)], |row| {
        let [failing, given_up, held] =
            [row.get::<_, u32>(0)?, row.get(1)?, row.get(2)?].map(u64::from);
        Ok(Delivery {
            given_up,
            failing,
            held,
        })
    })
}

/// Everything that waits as a whole, each with how many messages wait for it.
///
/// # Errors
/// What the engine said.
pub fn waiting(connection: &Connection) -> rusqlite::Result<Vec<(Hold, u64)>> {
    let mut statement = connection.prepare_cached(
        "select count(*) from message
         where state in ('pending', 'leased') and $1 in (destination, 'everything')",
    )?;
    let counted = holds::list(connection)?.into_iter().map(|hold| {
        let waiting: u32 = statement.query_row([&hold.destination], |row| row.get(0))?;
        Ok((hold, waiting.into()))
    });
    counted.collect()
}
