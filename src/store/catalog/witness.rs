//! How new the catalogue is, asked often and without waiting.
//!
//! Owns one light connection that only reads the number of the newest change, and opens
//! it anew when another file lies in the place of the one it knew. Refuses to read
//! anything else, and to wait for a lock: who asks has better things to do.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::mark::{FileId, Mark};
use crate::store::StoreError;

/// Longer than the city's software needs to commit in rollback mode, and short enough for
/// the ledger's writer to wait.
const BUSY_TIMEOUT: Duration = Duration::from_millis(20);

/// Asks the catalogue how new it is.
#[derive(Debug)]
pub struct Witness {
    path: PathBuf,
    known: Mutex<Option<Known>>,
}

/// The file that was opened.
#[derive(Debug)]
struct Known {
    file: FileId,
    connection: Connection,
}

impl Witness {
    /// Of the catalogue at `path`, which need not be there yet.
    #[must_use]
    pub const fn of(path: PathBuf) -> Self {
        Self {
            path,
            known: Mutex::new(None),
        }
    }

    /// Which file lies there now, and its newest change that is committed.
    ///
    /// # Errors
    /// Whatever stands between us and the number, a lock included.
    pub fn newest(&self) -> Result<Mark, StoreError> {
        // The lock guards a connection that is replaced whole.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let file = FileId::at(&self.path)?;
        let doing = "ask the catalogue for its newest change";
        let current = match known.take() {
            Some(current) if current.file == file => current,
            Some(_) | None => Known {
                file,
                connection: self.open().map_err(StoreError::sql(doing))?,
            },
        };
        let seq = newest(&current.connection).map_err(StoreError::sql(doing))?;
        // One that failed is not asked again.
        *known = Some(current);
        Ok(Mark { file, seq })
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let mut newest = connection.prepare_cached("select coalesce(max(seq), 0) from change")?;
    newest.query_row([], |row| row.get(0))
}
