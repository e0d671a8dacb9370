//! What waits to be sent: put into the outbox, and withdrawn from it.
//!
//! Owns which message a notice travels in, and cancelling what no longer holds. Refuses
//! to send anything or to say when.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::address::{Draft, message_key};
use crate::domain::notice::{Digest, Facts, Recipient};
use crate::store::ledger::{audit, from_json, instant, to_json};

/// Puts a notice into the outbox, unless its key is there already.
///
/// Where the channel groups, a notice joins the recipient's message that is still waiting
/// for its first attempt, so that a sweep is one mail.
///
/// # Errors
/// What the engine said.
pub fn enqueue(
    connection: &Connection,
    obligation: i64,
    draft: &Draft,
    release: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let mut known = connection.prepare_cached("select 1 from notice where key = $1")?;
    if known.exists([&draft.key])? {
        return Ok(false);
    }
    let open = if draft.recipient.channel.groups() {
        open_message(connection, &draft.recipient, release)?
    } else {
        None
    };
    let message = match open {
        Some(message) => message,
        None => new_message(connection, &draft.recipient, &draft.key, None, release, now)?,
    };
    let mut insert = connection.prepare_cached(
        "insert into notice (key, obligation_id, revision, rung, kind, message_id, facts,
                             state, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'standing', $8)",
    )?;
    insert.execute((
        &draft.key,
        obligation,
        draft.facts.revision,
        &draft.facts.rung,
        draft.facts.kind.name(),
        message,
        to_json(&draft.facts)?,
        instant(now),
    ))?;
    Ok(true)
}

/// Puts a digest into the outbox, unless its key is there already.
///
/// # Errors
/// What the engine said.
pub fn enqueue_digest(
    connection: &Connection,
    recipient: &Recipient,
    digest: &Digest,
    release: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let key = format!("digest/{}>{}", digest.on, recipient.address);
    let known = "select 1 from message where key = $1";
    let mut known = connection.prepare_cached(known)?;
    if known.exists([message_key(recipient, &key)])? {
        return Ok(false);
    }
    new_message(connection, recipient, &key, Some(digest), release, now)?;
    let subject = message_key(recipient, &key);
    let (digest, release) = (digest.clone(), instant(release));
    let recipient = recipient.clone();
    let entry = DigestMade {
        recipient,
        digest,
        release,
    };
    audit::add(connection, now, "digest", &subject, &entry)?;
    Ok(true)
}

/// What the audit log holds of a digest.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct DigestMade {
    pub(in crate::store::ledger) recipient: Recipient,
    pub(in crate::store::ledger) digest: Digest,
    pub(in crate::store::ledger) release: String,
}

/// The recipient's message that nobody has tried to send yet, brought forward if the
/// new notice may go out sooner. One that a person holds gathers nothing that was not meant,
/// and one that has failed upward would not do so again for what is new.
fn open_message(
    connection: &Connection,
    recipient: &Recipient,
    release: DateTime<Utc>,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(
        "update message set next_at = case when next_at < $1 then next_at else $1 end
         where id = (select id from message
                     where recipient = $2 and state = 'pending' and attempts = 0
                       and digest is null and held_since is null and upward = 0
                     order by id limit 1)
         returning id",
    )?;
    let id = statement.query_row((instant(release), to_json(recipient)?), |row| row.get(0));
    id.optional()
}

fn new_message(
    connection: &Connection,
    recipient: &Recipient,
    first_key: &str,
    digest: Option<&Digest>,
    release: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(
        "insert into message (key, channel, destination, recipient, digest, state, made_at,
                              next_at)
         values ($1, $2, $3, $4, $5, 'pending', $6, $7)
         returning id",
    )?;
    let digest = digest.map(to_json).transpose()?;
    statement.query_row(
        (
            message_key(recipient, first_key),
            recipient.channel.name(),
            recipient.destination(),
            to_json(recipient)?,
            digest,
            instant(now),
            instant(release),
        ),
        |row| row.get(0),
    )
}

/// Cancels an obligation's notices in messages that are not delivered, and messages that
/// thereby have nothing left to say. What is under way at this moment may still arrive;
/// it is not tried again.
///
/// # Errors
/// What the engine said.
pub fn cancel(
    connection: &Connection,
    obligation: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "select key from notice
         where obligation_id = $1 and state = 'standing'
           and exists (select 1 from message
                       where id = notice.message_id and state <> 'delivered')
         order by id",
    )?;
    let keys = statement.query_map([obligation], |row| row.get(0))?;
    for key in keys.collect::<rusqlite::Result<Vec<String>>>()? {
        cancel_notice(connection, &key, reason, now)?;
    }
    Ok(())
}

/// Cancels one notice, and its message if that has nothing left to say.
pub(in crate::store::ledger) fn cancel_notice(
    connection: &Connection,
    key: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update notice set state = 'cancelled', reason = $1,
                           cancelled_after = (select attempts from message
                                              where id = notice.message_id)
         where key = $2
         returning message_id, facts",
    )?;
    let (message, facts) = statement.query_row((reason, key), |row| {
        let facts: Facts = from_json(1, &row.get::<_, String>(1)?)?;
        Ok((row.get(0)?, facts))
    })?;
    withdraw_if_empty(connection, message)?;
    let detail = json!({ "reason": reason, "about": [facts.obligation] });
    audit::add(connection, now, "cancelled", key, &detail)
}

/// A message that waits, or was given up on, has nothing left to say once all its notices
/// are cancelled.
pub(super) fn withdraw_if_empty(connection: &Connection, message: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update message set state = 'cancelled'
         where id = $1 and state in ('pending', 'failed') and digest is null
           and not exists (select 1 from notice where message_id = $1 and state = 'standing')",
    )?;
    statement.execute([message])?;
    Ok(())
}
