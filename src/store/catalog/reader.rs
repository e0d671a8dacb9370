//! Reading the catalogue: one decision, those that changed, or all of them in pages.
//!
//! Owns the only connection the daemon has to the city's database, opened so that
//! it cannot write. Refuses to hold a lock for longer than one page, because the
//! city's own software writes meanwhile.
//!
//! A pass over everything is made consistent without a long lock: read
//! [`Catalog::newest`] first, then the pages, and later ask what changed
//! since. Whatever moved during the pass comes again.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, params};

use crate::domain::decision::{Decision, DecisionId};
use crate::domain::fault::Fault;
use crate::store::StoreError;

use super::kinds::Kinds;
use super::mark::{FileId, Mark};
use super::page;
use super::schema;

/// How long a read waits for another program's lock before it says so.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many prepared statements are kept; more than this module has.
const STATEMENTS: usize = 32;

/// Pages kept, in KiB with SQLite's minus sign: a pass reads each row once.
const CACHE: i32 = -512;

/// The city's catalogue, open for reading.
#[derive(Debug)]
pub struct Catalog {
    pub(super) connection: Connection,
    pub(super) kinds: Kinds,
    pub(super) file: FileId,
}

/// What one decision's rows gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The key, also of a decision that is gone.
    pub id: DecisionId,
    /// The decision; `None` where it was deleted or its key cannot be used.
    pub decision: Option<Decision>,
    /// Everything in its rows that cannot be read.
    pub faults: Vec<Fault>,
}

/// Some readings, and where to go on.
#[derive(Debug)]
pub struct Page {
    /// In order of key. Events without a decision come as readings without one.
    pub readings: Vec<Reading>,
    /// What to pass for the page after this; `None` after the last.
    pub next: Option<PageKey>,
}

/// A place between two pages, exact even where a key is no readable text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageKey(pub(super) page::Key);

impl Catalog {
    /// Opens the catalogue at `path` so that nothing can be written through it.
    ///
    /// # Errors
    /// A missing file, a file that is no SQLite database, or one in WAL mode whose
    /// folder cannot be written, each with what to do about it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // Before it is opened: a file that is replaced meanwhile then bears the older mark, and is
        // read again; the other way round its changes would be missed.
        let file = FileId::at(path).map_err(|_| StoreError::Missing {
            path: path.to_owned(),
        })?;
        let connection = open(path, flags)?;
        connection
            .pragma_update(None, "query_only", true)
            .and_then(|()| connection.pragma_update(None, "cache_size", CACHE))
            .map_err(StoreError::sql("open the catalogue for reading only"))?;
        Ok(Self {
            connection,
            kinds: Kinds::default(),
            file,
        })
    }

    /// The same catalogue, knowing the event kinds that only the rule pack has.
    #[must_use]
    pub fn knowing(mut self, kinds: impl IntoIterator<Item = String>) -> Self {
        self.kinds.add(kinds);
        self
    }

    /// Everything in which the schema differs from the contract.
    ///
    /// # Errors
    /// Only where the database cannot be read at all.
    pub fn check(&self) -> Result<Vec<Fault>, StoreError> {
        schema::check(&self.connection)
    }

    /// The number of the newest change; 0 where nothing was ever written.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn newest_change(&self) -> Result<i64, StoreError> {
        let sql = "select coalesce(max(seq), 0) from change";
        self.number(sql)
            .map_err(StoreError::sql("read the catalogue's newest change"))
    }

    /// Which file it is, and its newest change.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn newest(&self) -> Result<Mark, StoreError> {
        let seq = self.newest_change()?;
        Ok(Mark {
            file: self.file,
            seq,
        })
    }

    /// The decisions that changed after change number `seq`, each once, in order of
    /// change; those that are gone are among them.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn changed_since(&self, seq: i64) -> Result<Vec<DecisionId>, StoreError> {
        let doing = "read what changed in the catalogue";
        let read = || -> rusqlite::Result<Vec<DecisionId>> {
            let mut statement = self.connection.prepare_cached(
                "select cast(decision_id as text) from change where seq > $1 order by seq",
            )?;
            let mut rows = statement.query(params![seq])?;
            let mut seen = BTreeSet::new();
            let mut changed = Vec::new();
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(0)?.as_bytes_or_null()?.unwrap_or_default();
                let id = DecisionId(String::from_utf8_lossy(bytes).into_owned());
                if seen.insert(id.clone()) {
                    changed.push(id);
                }
            }
            Ok(changed)
        };
        read().map_err(StoreError::sql(doing))
    }

    /// How many decisions there are.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn count(&self) -> Result<u64, StoreError> {
        let count = self
            .number("select count(*) from decision")
            .map_err(StoreError::sql("count the catalogue's decisions"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Whether there is a decision `id`, or an event of it.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn has(&self, id: &DecisionId) -> Result<bool, StoreError> {
        let read = || -> rusqlite::Result<bool> {
            let mut statement = self.connection.prepare_cached(
                "select 1 from decision where id = $1
                 union all
                 select 1 from event where decision_id = $1",
            )?;
            statement.exists([&id.0])
        };
        read().map_err(StoreError::sql("look for a decision in the catalogue"))
    }

    /// One decision with its events, as they stand at one moment.
    ///
    /// # Errors
    /// Whatever the engine says; rows that cannot be read are faults of the reading.
    pub fn read(&self, id: &DecisionId) -> Result<Reading, StoreError> {
        self.snapshot(|catalog| {
            page::one(&catalog.connection, &catalog.kinds, id)
                .map_err(StoreError::sql("read a decision of the catalogue"))
        })
    }

    /// At most `limit` decisions after the place `after`, with their events, as they
    /// stand at one moment; from the first one where `after` is `None`.
    ///
    /// # Errors
    /// Whatever the engine says; rows that cannot be read are faults of their reading.
    pub fn page(&self, after: Option<&PageKey>, limit: usize) -> Result<Page, StoreError> {
        self.snapshot(|catalog| {
            page::some(catalog, after, limit.max(1))
                .map_err(StoreError::sql("read a page of the catalogue"))
        })
    }

    /// Runs `read` against the catalogue as it stands at one moment.
    ///
    /// Keep it short: outside WAL mode the city's software cannot commit meanwhile.
    ///
    /// # Errors
    /// What `read` returns, or what the engine says.
    pub fn snapshot<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.connection.is_autocommit() {
            return read(self);
        }
        let doing = "read the catalogue at one moment";
        let moment = self
            .connection
            .unchecked_transaction()
            .map_err(StoreError::sql(doing))?;
        let result = read(self);
        moment.finish().map_err(StoreError::sql(doing))?;
        result
    }

    fn number(&self, sql: &str) -> rusqlite::Result<i64> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row([], |row| row.get(0))
    }
}

/// Opens `path` with `flags` and makes sure that a database is there.
pub(super) fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Missing {
            path: path.to_owned(),
        });
    }
    let refused = |source: rusqlite::Error| match StoreError::sql("open the catalogue")(source) {
        StoreError::Sql { source, .. } => StoreError::Open {
            path: path.to_owned(),
            hint: hint(&source).to_owned(),
            source,
        },
        busy => busy,
    };
    let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // The file is first read here: only now it shows whether it is a database.
    connection
        .query_row("select count(*) from sqlite_master", [], |_| Ok(()))
        .map_err(refused)?;
    Ok(connection)
}

fn hint(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "it is not an SQLite database",
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => "the database is damaged",
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
            "it cannot be opened; a database in WAL mode needs its folder to be writable, \
             or `pragma journal_mode = delete` by its owner"
        }
        Some(rusqlite::ErrorCode::PermissionDenied) => "reading it is not permitted",
        _ => "it cannot be read",
    }
}
