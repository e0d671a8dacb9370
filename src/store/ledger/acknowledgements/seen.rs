//! What is known of acknowledgements: for the page behind a link, the planner, the digest.
//!
//! Owns the questions. Refuses to word the answers.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use crate::domain::notice::{Facts, Recipient};
use crate::domain::record::Heard;
use crate::store::ledger::{confidential, from_json};

/// Who acknowledged something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// The name as it was given.
    pub by: String,
    /// When it was recorded, RFC 3339 in UTC.
    pub at: String,
    /// `link` or `centre`.
    pub how: String,
    /// What the centre noted with it.
    pub note: Option<String>,
}

/// A message as whoever opens its link sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// To whom it went.
    pub recipient: Recipient,
    /// Its notices, as they were made, in their order.
    pub notices: Vec<Seen>,
}

/// A notice, and how its duty stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it says.
    pub facts: Facts,
    /// It was taken back before it arrived.
    pub is_cancelled: bool,
    /// Something is still to be done.
    pub is_live: bool,
    /// The duty's present revision: past that of the notice, its date has moved.
    pub revision: u32,
    /// The date, as it is now.
    pub due_on: NaiveDate,
    /// The lenient reading, as it is now.
    pub latest_on: NaiveDate,
    /// Who has acknowledged it.
    pub acknowledged: Option<Acknowledged>,
}

/// The message `key` with its notices; none where there is no such message, or a digest.
///
/// # Errors
/// What the engine said.
pub fn asked(connection: &Connection, key: &str) -> rusqlite::Result<Option<Asked>> {
    let mut find = connection
        .prepare_cached("select id, recipient from message where key = $1 and digest is null")?;
    let found = find.query_row([key], |row| {
        let recipient: Recipient = from_json(1, &row.get::<_, String>(1)?)?;
        Ok((row.get::<_, i64>(0)?, recipient))
    });
    let Some((id, recipient)) = found.optional()? else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(
        "select notice.facts, notice.state = 'cancelled', obligation.live, obligation.revision,
                obligation.due_on, obligation.latest_on,
                acknowledgement.by, acknowledgement.at, acknowledgement.how, acknowledgement.note
         from notice
         join obligation on obligation.id = notice.obligation_id
         left join acknowledgement on acknowledgement.notice_id = notice.id
         where notice.message_id = $1 order by notice.id",
    )?;
    let notices = statement.query_map([id], |row| {
        Ok(Seen {
            facts: confidential::shown(connection, from_json(0, row.get_ref(0)?.as_str()?)?)?,
            is_cancelled: row.get(1)?,
            is_live: row.get(2)?,
            revision: row.get(3)?,
            due_on: row.get(4)?,
            latest_on: row.get(5)?,
            acknowledged: read(row, 6)?,
        })
    })?;
    Ok(Some(Asked {
        recipient,
        notices: notices.collect::<rusqlite::Result<_>>()?,
    }))
}

/// An acknowledgement from four columns, of which the first is absent where there is none.
pub(in crate::store::ledger) fn read(
    row: &rusqlite::Row<'_>,
    first: usize,
) -> rusqlite::Result<Option<Acknowledged>> {
    let Some(by) = row.get(first)? else {
        return Ok(None);
    };
    Ok(Some(Acknowledged {
        by,
        at: row.get(first + 1)?,
        how: row.get(first + 2)?,
        note: row.get(first + 3)?,
    }))
}

/// Which rungs of a revision were acknowledged, by whose people.
pub(in crate::store::ledger) fn heard(
    connection: &Connection,
    obligation: i64,
    revision: u32,
) -> rusqlite::Result<Vec<Heard>> {
    // From the obligation's few notices, and not from all that was ever acknowledged.
    let mut statement = connection.prepare_cached(
        "select distinct json_extract(message.recipient, '$.unit'), rung.level
         from notice
         cross join acknowledgement on acknowledgement.notice_id = notice.id
         join message on message.id = notice.message_id
         join rung on rung.obligation_id = notice.obligation_id
                  and rung.revision = notice.revision and rung.name = notice.rung
         where notice.obligation_id = $1 and notice.revision = $2
         order by rung.level",
    )?;
    let rows = statement.query_map((obligation, revision), |row| {
        Ok(Heard {
            revision,
            unit: row.get(0)?,
            level: row.get(1)?,
        })
    })?;
    rows.collect()
}

/// Whether one of `units` was told of the duty in its present revision, and who has
/// acknowledged for them what they were told last: none where they were told nothing.
///
/// # Errors
/// What the engine said.
pub fn of_rung(
    connection: &Connection,
    obligation: i64,
    revision: u32,
    units: &[&str],
) -> rusqlite::Result<Option<Option<Acknowledged>>> {
    let mut statement = connection.prepare_cached(
        "select json_extract(message.recipient, '$.unit'), notice.rung,
                acknowledgement.by, acknowledgement.at, acknowledgement.how, acknowledgement.note
         from notice
         join message on message.id = notice.message_id
         left join acknowledgement on acknowledgement.notice_id = notice.id
         where notice.obligation_id = $1 and notice.revision = $2
           and (notice.state = 'standing' or acknowledgement.notice_id is not null)
         order by notice.id desc",
    )?;
    let mut rows = statement.query((obligation, revision))?;
    let (mut last, mut first): (Option<String>, Option<Acknowledged>) = (None, None);
    while let Some(row) = rows.next()? {
        let (unit, rung): (String, String) = (row.get(0)?, row.get(1)?);
        if !units.contains(&unit.as_str()) || last.as_ref().is_some_and(|last| *last != rung) {
            continue;
        }
        last = Some(rung);
        let earlier = read(row, 2)?;
        let is_earlier = |one: &Acknowledged| first.as_ref().is_none_or(|first| one.at < first.at);
        if earlier.as_ref().is_some_and(is_earlier) {
            first = earlier;
        }
    }
    Ok(last.map(|_| first))
}
