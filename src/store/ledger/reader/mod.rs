//! Reading the ledger: what planning, digests and people ask of it.
//!
//! Owns the questions, on a read-only connection that never holds a snapshot
//! longer than one of them. Refuses to write.

mod changes;
mod letter;
mod listing;
mod measures;
mod register;
mod told;
mod undelivered;
mod urgency;

use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags};

use super::{STATEMENT_CACHE, export, migrate, obligations, refuse_older};
use crate::domain::decision::DecisionId;
use crate::domain::record::Stored;
use crate::store::StoreError;
pub use changes::{dated, dated_since, happened, last_digest, overdue_since};
pub use letter::{Letter, letter};
pub use listing::{Filter, Listed, content, digests, notices};
pub use measures::{Measure, measures};
pub use register::{Entry, Said, notices_before};
pub use undelivered::{delivery, undelivered, waiting};
pub use urgency::{Counts, counts, faults, urgent};

/// Pages a reader keeps, in KiB with SQLite's minus sign: a quarter of what it keeps by
/// default. A pass reads each decision once and gains nothing from more.
const CACHE: i32 = -512;

/// How long a reader waits for a writer that is changing the file's form.
const PATIENCE: Duration = Duration::from_secs(5);

/// A read-only connection to the ledger.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
}

impl Reader {
    /// Opens the ledger at `path`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none yet; otherwise what the engine said.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let reader = Self::open_as_it_is(path)?;
        refuse_older(&reader.connection, path)?;
        Ok(reader)
    }

    /// Opens it whatever its schema: a copy is wanted most of all before that changes.
    pub(super) fn open_as_it_is(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing {
                path: path.to_owned(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let doing = "open the ledger for reading";
        let connection =
            Connection::open_with_flags(path, flags).map_err(StoreError::sql(doing))?;
        connection
            .busy_timeout(PATIENCE)
            .map_err(StoreError::sql(doing))?;
        connection
            .pragma_update(None, "cache_size", CACHE)
            .map_err(StoreError::sql(doing))?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        Ok(Self { connection })
    }

    /// A ledger in which nothing has happened yet, for plans without one.
    ///
    /// # Errors
    /// What the engine said.
    pub fn empty() -> Result<Self, StoreError> {
        let doing = "make an empty ledger";
        let mut connection = Connection::open_in_memory().map_err(StoreError::sql(doing))?;
        migrate(&mut connection, Path::new(":memory:"))?;
        Ok(Self { connection })
    }

    /// Writes the audit log to `out`, as it stands at one moment; how many entries.
    ///
    /// # Errors
    /// What the engine said, or the writer.
    pub fn export(
        &self,
        filter: &export::Filter,
        format: export::Format,
        out: impl std::io::Write,
    ) -> Result<u64, StoreError> {
        export::export(&self.connection, filter, format, out)
    }

    /// Hands the connection to another part of the ledger.
    pub(super) fn with<T>(&self, judge: impl FnOnce(&Connection) -> T) -> T {
        judge(&self.connection)
    }

    /// Asks one of the questions of this file.
    ///
    /// # Errors
    /// What the engine said while `doing`.
    pub fn ask<T>(
        &self,
        doing: &'static str,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        question(&self.connection).map_err(StoreError::sql(doing))
    }
}

/// The records of a decision, as if nobody had been told of any.
///
/// # Errors
/// What the engine said.
pub fn records(connection: &Connection, decision: &DecisionId) -> rusqlite::Result<Vec<Stored>> {
    let columns = obligations::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "select {columns} from obligation where decision_id = $1 order by id"
    ))?;
    let records = statement.query_map([&decision.0], obligations::read)?;
    records.map(|record| record.map(Stored::untold)).collect()
}

/// The same records, and who was told of each.
///
/// # Errors
/// What the engine said.
pub fn with_told(connection: &Connection, records: Vec<Stored>) -> rusqlite::Result<Vec<Stored>> {
    let with_told = |one: Stored| match one.record.id {
        Some(id) if one.may_be_known() => told::with_told(connection, id, one.record),
        _ => Ok(one),
    };
    records.into_iter().map(with_told).collect()
}

/// Decisions that time alone may ask something of by `today`: with a rung that is reached,
/// or an event entered ahead whose day has come.
///
/// # Errors
/// What the engine said.
pub fn due_decisions(
    connection: &Connection,
    today: NaiveDate,
) -> rusqlite::Result<Vec<DecisionId>> {
    let mut statement = connection.prepare_cached(
        "select decision_id from obligation
         where live = 1 and next_on is not null and next_on <= $1
         union
         select decision_id from gap
         where look_again_on is not null and look_again_on <= $1
         order by decision_id",
    )?;
    let ids = statement.query_map([today], |row| Ok(DecisionId(row.get(0)?)))?;
    ids.collect()
}

/// Decisions of which something is remembered that is still to be done or told, in order of key
/// after `after`; at most `limit`.
///
/// # Errors
/// What the engine said.
pub fn remembered_decisions(
    connection: &Connection,
    after: &DecisionId,
    limit: usize,
) -> rusqlite::Result<Vec<DecisionId>> {
    let mut statement = connection.prepare_cached(
        "select decision_id from obligation where live = 1 and decision_id > $1
         union
         select decision_id from gap where missing is not null and decision_id > $1
         union
         select decision_id from fault where decision_id > $1
         order by decision_id
         limit $2",
    )?;
    let rows = (&after.0, i64::try_from(limit).unwrap_or(i64::MAX));
    let ids = statement.query_map(rows, |row| Ok(DecisionId(row.get(0)?)))?;
    ids.collect()
}

/// The next day on which time alone asks for something.
///
/// # Errors
/// What the engine said.
pub fn next_day(connection: &Connection) -> rusqlite::Result<Option<NaiveDate>> {
    let mut statement = connection.prepare_cached(
        "select min(ahead.day) from (
           select min(next_on) as day from obligation where live = 1 and next_on is not null
           union all
           select min(look_again_on) as day from gap where look_again_on is not null
         ) as ahead",
    )?;
    statement.query_row([], |row| row.get(0))
}
