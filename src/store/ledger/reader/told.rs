//! Whom the messages about an obligation may have reached, and what they said last.
//!
//! Owns what counts as reached: an attempt that was accepted, or of which nobody knows what
//! came of it. What waits, was cancelled before it was sent, or was refused reached nobody.
//! Refuses to say who is told next; that is `domain::plan`.

use rusqlite::Connection;

use crate::domain::notice::{Facts, Kind, Recipient};
use crate::domain::record::{Record, Stored, Told};
use crate::store::ledger::{acknowledgements, confidential, from_json};

/// Each notice that may have arrived, in the order they were made. A copy of before does not
/// know what was sent since it was made: while it is held everything may have been, and what
/// was marked when it was let go as well.
const REACHED: &str = "
    select notice.id, notice.kind, message.recipient
    from notice join message on message.id = notice.message_id
    where notice.obligation_id = $1
      and (exists (select 1 from attempt
                   where message_id = message.id
                     and number <= coalesce(notice.cancelled_after, number)
                     and (outcome is null
                          or json_extract(outcome, '$.class') in ('accepted', 'unknown')))
           or message.maybe_repeat = 1
              and not exists (select 1 from attempt
                              where message_id = message.id
                                and json_extract(outcome, '$.class') = 'unknown')
           or exists (select 1 from hold where cause = 'restored'))
    order by notice.id";

/// The last notice that may have reached somebody.
struct Last {
    notice: i64,
    kind: Kind,
    recipient: Recipient,
}

/// The record of `obligation`, with everybody who was told.
pub(super) fn with_told(
    connection: &Connection,
    obligation: i64,
    record: Record,
) -> rusqlite::Result<Stored> {
    let last = last_of_each(connection, obligation)?;
    let newest = last.iter().map(|last| last.notice).max();
    // Only what is open can be lost.
    let said = match newest.filter(|_| record.live) {
        Some(notice) => Some(facts(connection, notice)?),
        None => None,
    };
    let told = last.into_iter().map(|last| {
        Ok(Told {
            due_on: due_on(connection, last.notice)?,
            recipient: last.recipient,
            kind: last.kind,
        })
    });
    Ok(Stored {
        told: told.collect::<rusqlite::Result<_>>()?,
        said,
        heard: acknowledgements::heard(connection, obligation, record.revision)?,
        record,
    })
}

/// Of each place the last notice: a history of years is read by its small columns only.
fn last_of_each(connection: &Connection, obligation: i64) -> rusqlite::Result<Vec<Last>> {
    let mut statement = connection.prepare_cached(REACHED)?;
    let mut rows = statement.query([obligation])?;
    let mut last: Vec<Last> = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        let one = Last {
            notice: row.get(0)?,
            kind: from_json(1, &format!("\"{kind}\""))?,
            recipient: from_json(2, row.get_ref(2)?.as_str()?)?,
        };
        let at_the_place = |other: &&mut Last| other.recipient.is_at_the_place_of(&one.recipient);
        match last.iter_mut().find(at_the_place) {
            Some(before) => *before = one,
            None => last.push(one),
        }
    }
    Ok(last)
}

fn facts(connection: &Connection, notice: i64) -> rusqlite::Result<Facts> {
    let mut statement = connection.prepare_cached("select facts from notice where id = $1")?;
    let facts = statement.query_row([notice], |row| from_json(0, row.get_ref(0)?.as_str()?))?;
    confidential::shown(connection, facts)
}

fn due_on(connection: &Connection, notice: i64) -> rusqlite::Result<chrono::NaiveDate> {
    let sql = "select json_extract(facts, '$.due_on') from notice where id = $1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([notice], |row| row.get(0))
}
