//! Acknowledgements (签收): who has said that a notice was received, when, and by which way.
//!
//! Owns writing them once, with the entry that holds them, and cancelling in the same
//! transaction what they quiet. The first word on a notice counts; a second changes nothing.
//! Refuses to say what is quieted (`domain::acknowledgement`) and whether a link is ours.

mod by_hand;
mod seen;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

use super::outbox::cancel_notice;
use super::{audit, from_json, instant};
use crate::domain::acknowledgement::{asks, quiets};
use crate::domain::notice::{Facts, Recipient};
use crate::domain::obligation::ObligationKey;
pub use by_hand::{Touched, Whom, by_hand};
pub use seen::{Acknowledged, Asked, Seen, asked, of_rung};
pub(super) use seen::{heard, read};

/// By which way a notice was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By the link in the message.
    Link,
    /// The supervision centre heard it and recorded it.
    Centre,
}

impl How {
    /// Its name in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Centre => "centre",
        }
    }
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Who.
    pub by: String,
    /// By which way.
    pub how: How,
    /// What the centre notes with it.
    pub note: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Notices that nobody had acknowledged before.
    pub notices: usize,
    /// Notices that need not be sent any more.
    pub quieted: usize,
}

/// A notice that stands, asks something and that nobody has acknowledged.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    key: String,
    obligation: i64,
    facts: Facts,
    message: String,
    recipient: Recipient,
}

const OPEN: &str = "select notice.key, notice.obligation_id, notice.facts, message.key,
                           message.recipient
    from message
    join notice on notice.message_id = message.id
    join obligation on obligation.id = notice.obligation_id
    where notice.state = 'standing'
      and not exists (select 1 from acknowledgement where notice_id = notice.id)";

impl Open {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            obligation: row.get(1)?,
            facts: from_json(2, &row.get::<_, String>(2)?)?,
            message: row.get(3)?,
            recipient: from_json(4, &row.get::<_, String>(4)?)?,
        })
    }

    /// Those of one message.
    fn of_message(connection: &Connection, message: &str) -> rusqlite::Result<Vec<Self>> {
        let sql = format!("{OPEN} and message.key = $1 order by notice.id");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([message], Self::read)?;
        let mut open = rows.collect::<rusqlite::Result<Vec<Self>>>()?;
        open.retain(|one| asks(one.facts.kind));
        Ok(open)
    }
}

/// Records that the notices of a message were received, those of them that nobody has
/// acknowledged yet, and cancels what need not be said any more.
///
/// # Errors
/// What the engine said.
pub fn record(
    connection: &Connection,
    message: &str,
    word: &Word,
    now: DateTime<Utc>,
) -> rusqlite::Result<Recorded> {
    let open = Open::of_message(connection, message)?;
    carry_out(connection, &open, word, now)
}

/// The same for these notices, all of one message.
fn carry_out(
    connection: &Connection,
    open: &[Open],
    word: &Word,
    now: DateTime<Utc>,
) -> rusqlite::Result<Recorded> {
    let Some(first) = open.first() else {
        return Ok(Recorded::default());
    };
    let quiet = quieted(connection, open, word.how)?;
    let given = Given {
        unit: first.recipient.unit.clone(),
        by: word.by.clone(),
        how: word.how,
        note: word.note.clone(),
        notices: open.iter().map(|one| one.key.clone()).collect(),
        about: open
            .iter()
            .map(|one| one.facts.obligation.clone())
            .collect(),
    };
    given.write(connection, &first.message, now)?;
    let reason = format!("acknowledged by {}", word.by);
    for key in &quiet {
        cancel_notice(connection, key, &reason, now)?;
    }
    Ok(Recorded {
        notices: open.len(),
        quieted: quiet.len(),
    })
}

/// What need not be sent any more: the same rung to the same unit's people, not delivered yet.
/// What a link was read in has arrived, and is no such thing. The unit's system keeps a record
/// of its own, and is told each event whoever has signed for it.
fn quieted(connection: &Connection, open: &[Open], how: How) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "select notice.key, notice.facts, message.recipient
         from notice join message on message.id = notice.message_id
         where notice.obligation_id = $1 and notice.revision = $2 and notice.rung = $3
           and notice.state = 'standing' and message.state <> 'delivered'
           and json_extract(message.recipient, '$.unit') = $4
         order by notice.id",
    )?;
    let mut keys = Vec::new();
    for one in open {
        let Facts { revision, rung, .. } = &one.facts;
        let mut rows = statement.query((one.obligation, revision, rung, &one.recipient.unit))?;
        while let Some(row) = rows.next()? {
            let key: String = row.get(0)?;
            let facts: Facts = from_json(1, &row.get::<_, String>(1)?)?;
            let is_read = how == How::Link && open.iter().any(|read| read.key == key);
            let to: Recipient = from_json(2, &row.get::<_, String>(2)?)?;
            let may_be_quiet = to.channel.groups() && quiets(facts.kind, facts.strength);
            if may_be_quiet && !is_read && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

/// What the audit log holds of an acknowledgement.
#[derive(Serialize, Deserialize)]
pub(super) struct Given {
    unit: String,
    by: String,
    how: How,
    note: Option<String>,
    notices: Vec<String>,
    about: Vec<ObligationKey>,
}

impl Given {
    /// Writes it for the notices of the message `key`, with its entry.
    pub(super) fn write(
        &self,
        connection: &Connection,
        key: &str,
        now: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        let mut insert = connection.prepare_cached(
            "insert into acknowledgement (notice_id, by, at, how, note)
             select id, $1, $2, $3, $4 from notice where key = $5
             on conflict (notice_id) do nothing",
        )?;
        for notice in &self.notices {
            insert.execute((&self.by, instant(now), self.how.name(), &self.note, notice))?;
        }
        let mut find = connection.prepare_cached("select id from message where key = $1")?;
        if let Some(id) = find.query_row([key], |row| row.get(0)).optional()? {
            settle_arrived(connection, id)?;
        }
        audit::add(connection, now, "acknowledged", key, self)
    }
}

/// A message whose link was used has arrived, whatever was heard on its way: it is not tried
/// again. One that was never tried has not: its link came by another way.
pub(super) fn settle_arrived(connection: &Connection, message: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update message set state = 'delivered'
         where id = $1 and state in ('pending', 'failed') and attempts > 0
           and exists (select 1 from notice
                       join acknowledgement on acknowledgement.notice_id = notice.id
                       where notice.message_id = $1 and acknowledgement.how = 'link')",
    )?;
    statement.execute([message])?;
    Ok(())
}
