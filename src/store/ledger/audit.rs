//! The audit log: what happened, written in the transaction that made it happen.
//!
//! Owns adding entries and reading them for one subject. Each write of the ledger that
//! `rebuild` has to make again adds one entry with its arguments; its words and those
//! arguments are a contract with the logs of the past. Refuses to change or remove any
//! entry; the schema refuses too. How entries hold each other is `chain`.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;

use super::{chain, from_json, instant, to_json};

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What happened.
    pub what: String,
    /// What it happened to.
    pub subject: String,
    /// The particulars.
    pub detail: Value,
}

/// Adds an entry.
///
/// # Errors
/// What the engine said.
pub fn add(
    connection: &Connection,
    at: DateTime<Utc>,
    what: &str,
    subject: &str,
    detail: &impl Serialize,
) -> rusqlite::Result<()> {
    let (at, detail) = (instant(at), to_json(detail)?);
    chain::append(connection, [&at, what, subject, &detail])
}

/// Every entry about `subject`, oldest first.
///
/// # Errors
/// What the engine said.
pub fn about(connection: &Connection, subject: &str) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(
        "select at, what, subject, detail from audit where subject = $1 order by seq",
    )?;
    let entries = statement.query_map([subject], |row| {
        let detail: String = row.get(3)?;
        Ok(Entry {
            at: row.get(0)?,
            what: row.get(1)?,
            subject: row.get(2)?,
            detail: from_json(3, &detail)?,
        })
    })?;
    entries.collect()
}
