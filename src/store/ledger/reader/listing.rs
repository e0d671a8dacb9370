//! What people ask: which notices were made, what came of them, what they say.
//!
//! Owns rows in the form a table or JSON shows. Refuses to word them.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::domain::notice::{Content, Recipient};
use crate::store::ledger::acknowledgements::{self, Acknowledged};
use crate::store::ledger::{confidential, from_json, outbox};

/// A notice as people list it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// When it was made, RFC 3339 in UTC.
    pub made_at: String,
    /// The decision.
    pub decision: String,
    /// The rule.
    pub rule: String,
    /// The event it occurs for; empty where it occurs once.
    pub occurrence: String,
    /// The rung that was reached.
    pub rung: String,
    /// Why somebody was told.
    pub kind: String,
    /// To whom.
    pub recipient: Recipient,
    /// The message it travels in.
    pub message: String,
    /// `pending`, `leased`, `delivered`, `failed` or `cancelled`.
    pub state: String,
    /// Attempts that were begun.
    pub attempts: u32,
    /// Not before this moment, while pending.
    pub next_at: String,
    /// What was last heard, or why it was cancelled.
    pub last_word: Option<String>,
    /// Since when it is held, or everything that goes its way; while it is to go out.
    pub held_since: Option<String>,
    /// Why.
    pub held_because: Option<String>,
    /// How far it has failed upward: 0 not at all, 1 to the unit's others, 2 to the end.
    pub upward: u8,
    /// Who has acknowledged it, and when.
    pub acknowledged: Option<Acknowledged>,
}

/// Which notices are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this decision only.
    pub decision: Option<String>,
    /// Of this rule only.
    pub rule: Option<String>,
    /// In this state only.
    pub state: Option<String>,
    /// Held only, by itself or with everything that goes its way.
    pub held: bool,
    /// Only those that arrived, still hold, and nobody has acknowledged.
    pub unacknowledged: bool,
    /// At most so many, the newest.
    pub limit: u32,
}

/// What both lists say of a message, in the order of [`read`].
pub(super) const OF_MESSAGE: &str =
    "message.recipient, message.key, message.attempts, message.next_at,
    message.upward,
    case when message.state in ('pending', 'leased')
         then coalesce(message.held_since, whole.since, way.since) end as waits_since,
    case when message.state in ('pending', 'leased')
         then coalesce(message.held_because, whole.reason, way.reason) end";

/// The holds of a message's destination, and of everything.
pub(super) const HOLDS: &str = "left join hold as way on way.destination = message.destination
    left join hold as whole on whole.destination = 'everything'";

/// Notices, newest first.
///
/// # Errors
/// What the engine said.
pub fn notices(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Listed>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {OF_MESSAGE},
                notice.made_at, obligation.decision_id, obligation.rule, obligation.occurrence,
                notice.rung, notice.kind,
                case when notice.state = 'cancelled' then 'cancelled' else message.state end,
                coalesce(notice.reason, message.last_word),
                acknowledgement.by, acknowledgement.at, acknowledgement.how, acknowledgement.note
         from notice
         join obligation on obligation.id = notice.obligation_id
         join message on message.id = notice.message_id
         left join acknowledgement on acknowledgement.notice_id = notice.id
         {HOLDS}
         where ($1 is null or obligation.decision_id = $1)
           and ($2 is null or obligation.rule = $2)
           and ($3 is null or $3 = case when notice.state = 'cancelled' then 'cancelled'
                                        else message.state end)
           and (not $4 or waits_since is not null and notice.state = 'standing')
           and (not $5 or acknowledgement.notice_id is null and message.state = 'delivered'
                          and notice.state = 'standing' and obligation.live = 1
                          and obligation.revision = notice.revision)
         order by notice.id desc limit $6"
    ))?;
    let Filter {
        decision,
        rule,
        state,
        held,
        unacknowledged,
        limit,
    } = filter;
    let values = (decision, rule, state, held, unacknowledged, limit);
    let rows = statement.query_map(values, read)?;
    rows.collect()
}

/// The digests that are in a state or held, newest first: they carry no notice, and are
/// looked for all the same where something has not arrived.
///
/// # Errors
/// What the engine said.
pub fn digests(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Listed>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {OF_MESSAGE},
                message.made_at, '', '', '', 'digest', 'digest', message.state, message.last_word,
                null, null, null, null
         from message
         {HOLDS}
         where message.digest is not null and ($1 is null or message.state = $1)
           and (not $2 or waits_since is not null)
         order by message.id desc limit $3"
    ))?;
    let rows = statement.query_map((&filter.state, filter.held, filter.limit), read)?;
    rows.collect()
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        recipient: from_json(0, &row.get::<_, String>(0)?)?,
        message: row.get(1)?,
        attempts: row.get(2)?,
        next_at: row.get(3)?,
        upward: row.get(4)?,
        held_since: row.get(5)?,
        held_because: row.get(6)?,
        made_at: row.get(7)?,
        decision: row.get(8)?,
        rule: row.get(9)?,
        occurrence: row.get(10)?,
        rung: row.get(11)?,
        kind: row.get(12)?,
        state: row.get(13)?,
        last_word: row.get(14)?,
        acknowledged: acknowledgements::read(row, 15)?,
    })
}

/// What a message would say if it were sent now.
///
/// # Errors
/// What the engine said.
pub fn content(connection: &Connection, message: &str) -> rusqlite::Result<Option<Content>> {
    let mut statement =
        connection.prepare_cached("select id, digest from message where key = $1")?;
    let found = statement.query_row([message], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?))
    });
    match found.optional()? {
        None => Ok(None),
        Some((_, Some(digest))) => Ok(Some(Content::Digest {
            digest: confidential::shown_digest(connection, from_json(1, &digest)?)?,
        })),
        Some((id, None)) => Ok(Some(Content::Notices {
            notices: outbox::standing(connection, id)?,
        })),
    }
}
