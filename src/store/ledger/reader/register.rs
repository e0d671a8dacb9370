//! Every notice that was made, a page at a time, for the register (台账) of `duban export`.
//!
//! Owns what the register shows of a notice. Refuses to hold them all, for a ledger of years has
//! millions, to say which are wanted, and to word them.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::listing::{self, HOLDS, Listed, OF_MESSAGE};
use crate::domain::notice::{Ended, Kind};
use crate::domain::obligation::State;
use crate::domain::pack::Strength;
use crate::store::ledger::{from_json, instant};

/// A notice with what its frozen facts say of its duty.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its key in the ledger; later ones are higher.
    pub id: i64,
    /// As `notices list` has it.
    pub listed: Listed,
    /// What it says.
    pub said: Said,
    /// Its decision is confidential now.
    pub is_confidential: bool,
}

/// The part of a notice's facts that a list can show; never a title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Why somebody is told.
    pub kind: Kind,
    /// What is to be done.
    pub duty: String,
    /// How the law words it.
    pub strength: Strength,
    /// How the duty stood when it was made.
    pub state: State,
    /// A rung past the date was told before.
    #[serde(default)]
    pub is_chase: bool,
    /// What ended the duty, where it says so.
    #[serde(default)]
    pub ended: Option<Ended>,
}

/// The newest `limit` notices made before the moment `until` and, where one is named, before
/// the notice `before`; the next page begins before the last one's [`Entry::id`].
///
/// # Errors
/// What the engine said.
pub fn notices_before(
    connection: &Connection,
    until: DateTime<Utc>,
    before: Option<i64>,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {OF_MESSAGE},
                notice.made_at, obligation.decision_id, obligation.rule, obligation.occurrence,
                notice.rung, notice.kind,
                case when notice.state = 'cancelled' then 'cancelled' else message.state end,
                coalesce(notice.reason, message.last_word),
                acknowledgement.by, acknowledgement.at, acknowledgement.how, acknowledgement.note,
                notice.id, notice.facts, confidential.decision_id is not null
         from notice
         join obligation on obligation.id = notice.obligation_id
         join message on message.id = notice.message_id
         left join acknowledgement on acknowledgement.notice_id = notice.id
         left join confidential on confidential.decision_id = obligation.decision_id
         {HOLDS}
         where notice.made_at < $1 and ($2 is null or notice.id < $2)
         order by notice.id desc limit $3"
    ))?;
    let values = (instant(until), before, limit);
    let entries = statement.query_map(values, |row| {
        Ok(Entry {
            listed: listing::read(row)?,
            id: row.get(19)?,
            said: from_json(20, row.get_ref(20)?.as_str()?)?,
            is_confidential: row.get(21)?,
        })
    })?;
    entries.collect()
}
