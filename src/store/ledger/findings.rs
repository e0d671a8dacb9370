//! What is wrong at present, as the ledger keeps it from one inspection to the next.
//!
//! Owns the rows of `finding`. Refuses to find anything: `domain::health` does.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::Serialize;

use super::{instant, parse_instant, settings};
use crate::domain::health::Finding;

/// A finding that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What is wrong.
    pub code: String,
    /// With what; empty where there is only one.
    pub subject: String,
    /// `warning` or `critical`.
    pub severity: String,
    /// In words.
    pub words: String,
    /// When it was first found, RFC 3339 in UTC.
    pub since: String,
}

impl Open {
    /// Whether this is what `finding` speaks about.
    #[must_use]
    pub fn is_of(&self, finding: &Finding) -> bool {
        self.code == finding.code.name() && self.subject == finding.subject
    }

    /// Whether a promise is broken, or about to be.
    #[must_use]
    pub fn is_critical(&self) -> bool {
        self.severity == "critical"
    }
}

/// Everything that is wrong, the gravest and oldest first.
///
/// # Errors
/// What the engine said.
pub fn list(connection: &Connection) -> rusqlite::Result<Vec<Open>> {
    let mut statement = connection.prepare_cached(
        "select code, subject, severity, words, since from finding
         order by severity, since, code, subject",
    )?;
    let findings = statement.query_map([], |row| {
        Ok(Open {
            code: row.get(0)?,
            subject: row.get(1)?,
            severity: row.get(2)?,
            words: row.get(3)?,
            since: row.get(4)?,
        })
    })?;
    findings.collect()
}

/// Writes what an inspection at `now` found in the place of `before`: what goes on keeps the
/// moment it began.
///
/// # Errors
/// What the engine said.
pub fn keep(
    connection: &Connection,
    before: &[Open],
    found: &[Finding],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut end =
        connection.prepare_cached("delete from finding where code = $1 and subject = $2")?;
    for open in before {
        if !found.iter().any(|finding| open.is_of(finding)) {
            end.execute([&open.code, &open.subject])?;
        }
    }
    let mut begin = connection.prepare_cached(
        "insert into finding (code, subject, severity, words, since) values ($1, $2, $3, $4, $5)
         on conflict (code, subject) do update set severity = excluded.severity,
                                                   words = excluded.words",
    )?;
    for finding in found {
        begin.execute((
            finding.code.name(),
            &finding.subject,
            finding.code.severity().name(),
            &finding.words,
            instant(now),
        ))?;
    }
    settings::set(connection, settings::INSPECTED_AT, &instant(now))
}

/// When an inspection was last written down.
///
/// # Errors
/// What the engine said.
pub fn inspected_at(connection: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let at = settings::get(connection, settings::INSPECTED_AT)?;
    at.map(|at| parse_instant(0, &at)).transpose()
}
