//! A ledger that is older than what was sent from it.
//!
//! Owns recognising one, holding everything until a person has seen what may have been
//! sent since, and marking all of that as a possible repeat when it is let go: with the
//! same ids, so that a receiver that counts ids takes nothing twice. Refuses to guess
//! what arrived.
//!
//! Everything that waits at the release is marked, not only what waited in the copy: what
//! is planned while the ledger is held came due in the time that the copy does not know,
//! and a waiting mail may have left earlier with another notice that had joined it.

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use super::chain::{self, Head};
use super::{audit, from_json, holds, instant, settings};
use crate::domain::hold::{Cause, EVERYTHING};
use crate::domain::notice::Recipient;

/// Why the ledger is taken for an older one, if it is; `seen` is the head that was last
/// seen beside it.
///
/// # Errors
/// What the engine said.
pub fn recognise(connection: &Connection, seen: Option<&Head>) -> rusqlite::Result<Option<String>> {
    if let Some(at) = settings::get(connection, settings::COPIED_AT)? {
        return Ok(Some(format!("it is a copy made at {at}")));
    }
    let head = chain::head(connection)?;
    let Some(seen) = seen else {
        let is_known = settings::get(connection, settings::HEAD_KEPT)?.is_some();
        let why =
            "it has sent messages, and not from here: no file beside it says how far its log went";
        let moved = is_known && has_sent(connection)?;
        return Ok(moved.then(|| why.to_owned()));
    };
    if head.seq < seen.seq {
        let why = format!(
            "its log ends at entry {}, and entry {} was seen here",
            head.seq, seen.seq
        );
        return Ok(Some(why));
    }
    let stands = chain::hash_at(connection, seen.seq)?;
    let forks = stands.as_ref() != Some(&seen.hash);
    Ok(forks.then(|| format!("its log has another entry {} than was seen here", seen.seq)))
}

fn has_sent(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("select exists (select 1 from attempt)", [], |row| {
        row.get(0)
    })
}

/// Holds everything because of `why`; what marked the ledger as a copy is used up by it.
/// Whether it is not held for that already.
///
/// # Errors
/// What the engine said.
pub fn hold(connection: &Connection, why: &str, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    let copied_at = settings::get(connection, settings::COPIED_AT)?;
    let known_until = match copied_at {
        Some(at) => at,
        None => last_entry_at(connection)?.unwrap_or_else(|| instant(now)),
    };
    settings::set(connection, settings::RESTORED, &known_until)?;
    settings::forget(connection, settings::RESTORED_PLANNED)?;
    settings::forget(connection, settings::COPIED_AT)?;
    holds::begin(connection, EVERYTHING, (Cause::Restored, why), None, now)
}

fn last_entry_at(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut last = connection.prepare("select at from audit order by seq desc limit 1")?;
    last.query_row([], |row| row.get(0)).optional()
}

/// Notes that a whole round was planned: only then everything that came due in the
/// meantime waits, and can be marked.
///
/// # Errors
/// What the engine said.
pub fn planned(connection: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let is_new = settings::get(connection, settings::RESTORED)?.is_some()
        && settings::get(connection, settings::RESTORED_PLANNED)?.is_none();
    if is_new {
        settings::set(connection, settings::RESTORED_PLANNED, &instant(now))?;
    }
    Ok(())
}

/// How a held ledger stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Up to when it knows what was sent, RFC 3339 in UTC.
    pub known_until: String,
    /// Whether everything that came due since is planned.
    pub planned: bool,
}

/// How the ledger stands, if it is held as an older one.
///
/// # Errors
/// What the engine said.
pub fn standing(connection: &Connection) -> rusqlite::Result<Option<Standing>> {
    let known_until = settings::get(connection, settings::RESTORED)?;
    let planned = settings::get(connection, settings::RESTORED_PLANNED)?.is_some();
    Ok(known_until.map(|known_until| Standing {
        known_until,
        planned,
    }))
}

/// A message that may have been sent in the time the ledger does not know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MayRepeat {
    /// It.
    pub message: String,
    /// To whom.
    pub recipient: Recipient,
    /// `pending`, or `failed`: somebody may have sent it again by hand.
    pub state: String,
    /// When it was made, RFC 3339 in UTC.
    pub made_at: String,
    /// The obligations it tells of, and the rung of each; empty for a digest.
    pub about: Vec<String>,
}

/// Every message that may have been sent since, the oldest first.
///
/// # Errors
/// What the engine said.
pub fn pending(connection: &Connection) -> rusqlite::Result<Vec<MayRepeat>> {
    let mut statement = connection.prepare_cached(
        "select message.key, message.recipient, message.state, message.made_at,
                coalesce(json_group_array(distinct obligation.decision_id || ' '
                                          || obligation.rule || ' ' || notice.rung)
                           filter (where notice.id is not null), '[]')
         from message
         left join notice on notice.message_id = message.id and notice.state = 'standing'
         left join obligation on obligation.id = notice.obligation_id
         where message.state in ('pending', 'leased', 'failed')
         group by message.id order by message.id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(MayRepeat {
            message: row.get(0)?,
            recipient: from_json(1, &row.get::<_, String>(1)?)?,
            state: row.get(2)?,
            made_at: row.get(3)?,
            about: from_json(4, &row.get::<_, String>(4)?)?,
        })
    })?;
    rows.collect()
}

/// What came of asking for the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It goes on; so many messages are marked.
    Marked(usize),
    /// It is not held as an older one.
    NotHeld,
    /// What came due since is not planned yet.
    NotPlanned,
}

/// Lets a held ledger go on: everything that waits is marked as a possible repeat.
///
/// # Errors
/// What the engine said.
pub fn release(
    connection: &Connection,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<Released> {
    match standing(connection)? {
        None => return Ok(Released::NotHeld),
        Some(Standing { planned: false, .. }) => return Ok(Released::NotPlanned),
        Some(_) => {}
    }
    let waiting = pending(connection)?;
    let marked = Marked {
        reason: reason.to_owned(),
        messages: waiting.into_iter().map(|one| one.message).collect(),
    };
    mark(connection, &marked, now)?;
    holds::lift(connection, EVERYTHING, now)?;
    settings::forget(connection, settings::RESTORED)?;
    settings::forget(connection, settings::RESTORED_PLANNED)?;
    Ok(Released::Marked(marked.messages.len()))
}

/// What the audit log holds of a release.
#[derive(Serialize, Deserialize)]
pub(super) struct Marked {
    reason: String,
    messages: Vec<String>,
}

/// Marks these messages, and says so in the audit log.
pub(super) fn mark(
    connection: &Connection,
    marked: &Marked,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("update message set maybe_repeat = 1 where key = $1")?;
    for key in &marked.messages {
        statement.execute([key])?;
    }
    audit::add(
        connection,
        now,
        "released after restore",
        EVERYTHING,
        marked,
    )
}

/// The path that a copy of before is kept under when another takes the ledger's place.
#[must_use]
pub fn kept_as(ledger: &Path, now: DateTime<Utc>) -> std::path::PathBuf {
    super::copy::beside(ledger, &now.format(".before-%Y%m%dT%H%M%SZ").to_string())
}
