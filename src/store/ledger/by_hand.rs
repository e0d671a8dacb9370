//! A person's write, made beside a running daemon.
//!
//! Owns a single short transaction without the daemon's process lock, which stays for the
//! daemon's role: `SQLite` itself keeps two writers apart, and each waits for the other.
//! Refuses a ledger whose schema is not this program's: only the daemon changes that.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{configure, refuse_newer, refuse_older};
use crate::store::StoreError;

/// Runs `write` on the ledger at `path` in one immediate transaction and returns once it is
/// durable. The daemon may be running, and may be writing: each waits for the other.
///
/// # Errors
/// [`StoreError::Missing`] where there is no ledger, [`StoreError::Busy`] where the other
/// did not come to an end in time; otherwise what the engine said while `doing`, and then
/// nothing of `write` remains.
pub fn by_hand<T>(
    path: &Path,
    doing: &'static str,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.to_owned(),
        });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(StoreError::sql("open the ledger"))?;
    configure(&connection).map_err(StoreError::sql("configure the ledger"))?;
    refuse_older(&connection, path)?;
    refuse_newer(&connection, path)?;
    in_transaction(&mut connection, write).map_err(StoreError::sql(doing))
}

fn in_transaction<T>(
    connection: &mut Connection,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction: Transaction<'_> =
        connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let written = write(&transaction)?;
    transaction.commit()?;
    Ok(written)
}
