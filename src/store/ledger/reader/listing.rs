//! What people ask: which notices were made, what came of them, what they say.
//!
//! Owns rows in the form a table or JSON shows. Refuses to word them.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::domain::notice::{Content, Recipient};
use crate::store::ledger::{from_json, outbox};

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
    /// At most so many, the newest.
    pub limit: u32,
}

/// Notices, newest first.
///
/// # Errors
/// What the engine said.
pub fn notices(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Listed>> {
    let mut statement = connection.prepare_cached(
        "select notice.made_at, obligation.decision_id, obligation.rule, obligation.occurrence,
                notice.rung, notice.kind, message.recipient, message.key,
                case when notice.state = 'cancelled' then 'cancelled' else message.state end,
                message.attempts, message.next_at, coalesce(notice.reason, message.last_word)
         from notice
         join obligation on obligation.id = notice.obligation_id
         join message on message.id = notice.message_id
         where ($1 is null or obligation.decision_id = $1)
           and ($2 is null or obligation.rule = $2)
           and ($3 is null or $3 = case when notice.state = 'cancelled' then 'cancelled'
                                        else message.state end)
         order by notice.id desc limit $4",
    )?;
    let rows = statement.query_map(
        (&filter.decision, &filter.rule, &filter.state, filter.limit),
        |row| {
            Ok(Listed {
                made_at: row.get(0)?,
                decision: row.get(1)?,
                rule: row.get(2)?,
                occurrence: row.get(3)?,
                rung: row.get(4)?,
                kind: row.get(5)?,
                recipient: from_json(6, &row.get::<_, String>(6)?)?,
                message: row.get(7)?,
                state: row.get(8)?,
                attempts: row.get(9)?,
                next_at: row.get(10)?,
                last_word: row.get(11)?,
            })
        },
    )?;
    rows.collect()
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
            digest: from_json(1, &digest)?,
        })),
        Some((id, None)) => Ok(Some(Content::Notices {
            notices: outbox::standing(connection, id)?,
        })),
    }
}
