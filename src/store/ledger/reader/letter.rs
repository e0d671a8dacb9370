//! One message as a whole: what it said when it was last sent, or will say when it is next.
//!
//! Owns finding it by its own key or by that of a notice in it, and which attempt is meant.
//! Refuses to word it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::notice::{Content, Facts, Message};
use crate::store::ledger::{confidential, from_json, outbox, parse_instant};

/// A message, and which of its attempts is meant: the next where it waits, else the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// What it says to whom; the day of its attempt is for whoever knows the law's zone.
    pub message: Message,
    /// `pending`, `leased`, `delivered`, `failed` or `cancelled`.
    pub state: String,
    /// When that attempt was begun, or may be.
    pub at: DateTime<Utc>,
    /// Why nothing of it was sent, where it was cancelled.
    pub reason: Option<String>,
}

/// The message of that key, or the one that carries the notice of that key.
///
/// # Errors
/// What the engine said.
pub fn letter(connection: &Connection, name: &str) -> rusqlite::Result<Option<Letter>> {
    let mut statement = connection.prepare_cached(
        "select message.id, message.key, message.recipient, message.digest, message.state,
                message.attempts, message.maybe_repeat, message.next_at, attempt.started_at,
                (select max(reason) from notice where message_id = message.id)
         from message
         left join attempt on attempt.message_id = message.id
                          and attempt.number = message.attempts
         where message.key = $1
            or message.id = (select message_id from notice where key = $1)",
    )?;
    let found = statement.query_row([name], |row| read(connection, row));
    found.optional()
}

fn read(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Letter> {
    let (id, state): (i64, String) = (row.get(0)?, row.get(4)?);
    let digest: Option<String> = row.get(3)?;
    let content = match digest {
        Some(digest) => Content::Digest {
            digest: confidential::shown_digest(connection, from_json(3, &digest)?)?,
        },
        None if state == "cancelled" => Content::Notices {
            notices: all(connection, id)?,
        },
        None => Content::Notices {
            notices: outbox::standing(connection, id)?,
        },
    };
    let (attempts, next_at): (u32, String) = (row.get(5)?, row.get(7)?);
    let begun: Option<String> = row.get(8)?;
    let (attempt, at) = match begun {
        Some(begun) if state != "pending" => (attempts, begun),
        _ => (attempts.saturating_add(1), next_at),
    };
    let message = Message {
        key: row.get(1)?,
        recipient: from_json(2, &row.get::<_, String>(2)?)?,
        content,
        attempt,
        maybe_repeat: row.get(6)?,
        sent_on: None,
    };
    let reason: Option<String> = row.get(9)?;
    Ok(Letter {
        message,
        reason: reason.filter(|_| state == "cancelled"),
        state,
        at: parse_instant(7, &at)?,
    })
}

/// Its notices, cancelled or not, the most urgent first.
fn all(connection: &Connection, message: i64) -> rusqlite::Result<Vec<Facts>> {
    let mut statement =
        connection.prepare_cached("select facts from notice where message_id = $1 order by id")?;
    let facts = statement.query_map([message], |row| {
        confidential::shown(connection, from_json(0, row.get_ref(0)?.as_str()?)?)
    })?;
    let mut notices = facts.collect::<rusqlite::Result<Vec<Facts>>>()?;
    notices.sort_by_key(|facts| (facts.state, facts.due_on));
    Ok(notices)
}
