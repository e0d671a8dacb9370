//! Two ledgers, table by table and row by row.
//!
//! Owns by what a row is known in both (never by its id) and naming the columns that
//! differ. Refuses to hold a table in memory.

use std::cmp::Ordering;

use rusqlite::types::Value;
use rusqlite::{Connection, Rows};

/// The tables that follow from the log: the first column is what a row is known by, and
/// the rows come in its order.
const TABLES: [(&str, &str); 6] = [
    (
        "obligation",
        "select decision_id || '/' || rule || '/' || occurrence, revision, due_on, latest_on, live,
                near_on, overdue_on, next_on, told_level
         from obligation where history = 1 order by 1",
    ),
    (
        "rung",
        "select decision_id || '/' || rule || '/' || occurrence
                  || printf('#%06d@%06d', rung.revision, level),
                rung.name, rung.on_date, rung.fate, rung.at
         from rung join obligation on obligation.id = rung.obligation_id order by 1",
    ),
    (
        "message",
        "select key, channel, destination, recipient, digest, state, made_at, next_at, attempts,
                trying_since, maybe_repeat, lease_until, lease_holder, last_word, held_since,
                held_because, upward
         from message order by 1",
    ),
    (
        "notice",
        "select notice.key, decision_id || '/' || rule || '/' || occurrence as obligation,
                notice.revision, notice.rung, notice.kind, message.key as message, notice.facts,
                notice.state, notice.reason, notice.cancelled_after, notice.made_at
         from notice join obligation on obligation.id = notice.obligation_id
                     join message on message.id = notice.message_id
         order by 1",
    ),
    (
        "attempt",
        "select message.key || printf('#%06d', number), holder, started_at, ended_at, outcome,
                verdict
         from attempt join message on message.id = attempt.message_id order by 1",
    ),
    (
        "hold",
        "select destination, since, probe_at, cause, reason from hold order by 1",
    ),
];

/// A row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// What the row is known by.
    pub row: String,
    /// In words.
    pub what: String,
}

/// Where the tables of `ledger` are not those of `rebuilt`, at most `limit` of them.
pub(super) fn differences(
    ledger: &Connection,
    rebuilt: &Connection,
    limit: usize,
) -> rusqlite::Result<Vec<Difference>> {
    let mut found = Vec::new();
    for (table, rows) in TABLES {
        let (mut left, mut right) = (ledger.prepare(rows)?, rebuilt.prepare(rows)?);
        let names: Vec<String> = left.column_names().into_iter().map(str::to_owned).collect();
        let (mut left, mut right) = (left.query([])?, right.query([])?);
        let (mut is, mut should) = (next(&mut left)?, next(&mut right)?);
        while found.len() < limit {
            let order = match (&is, &should) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(is), Some(should)) => is.0.cmp(&should.0),
            };
            let what = match (&is, &should) {
                (Some(is), _) if order == Ordering::Less => Some((&is.0, not_said())),
                (_, Some(should)) if order == Ordering::Greater => Some((&should.0, not_there())),
                (Some(is), Some(should)) => {
                    differing(&names, &is.1, &should.1).map(|what| (&is.0, what))
                }
                _ => None,
            };
            found.extend(what.map(|(row, what)| Difference {
                table,
                row: row.clone(),
                what,
            }));
            if order.is_le() {
                is = next(&mut left)?;
            }
            if order.is_ge() {
                should = next(&mut right)?;
            }
        }
    }
    Ok(found)
}

fn not_said() -> String {
    "stands there, and no entry of the log made it".to_owned()
}

fn not_there() -> String {
    "is gone, and the log says that it was made".to_owned()
}

type Known = (String, Vec<Value>);

fn next(rows: &mut Rows<'_>) -> rusqlite::Result<Option<Known>> {
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let columns = row.as_ref().column_count();
    let values = (1..columns).map(|column| row.get(column));
    Ok(Some((
        row.get(0)?,
        values.collect::<rusqlite::Result<_>>()?,
    )))
}

/// The first column that differs, as it is and as the log has it.
fn differing(names: &[String], is: &[Value], should: &[Value]) -> Option<String> {
    let pairs = is.iter().zip(should).zip(&names[1..]);
    let mut differing = pairs.filter(|((is, should), _)| is != should);
    let ((is, should), name) = differing.next()?;
    Some(format!(
        "{name} is {}, and by the log {}",
        shown(is),
        shown(should)
    ))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => format!("`{text}`"),
        Value::Blob(_) => "no text".to_owned(),
    }
}
