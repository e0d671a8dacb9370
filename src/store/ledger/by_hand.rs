//! Writing into the ledger beside a running daemon: what a person does at the desk.
//!
//! Owns opening it without the daemon's lock for one short transaction. Refuses a ledger of
//! another schema: bringing it up to date is the daemon's.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{configure, refuse_older};
use crate::store::StoreError;

/// How long each waits for the other; neither's transactions take nearly as long.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Runs `write` in a transaction of its own, durable when this returns.
///
/// # Errors
/// [`StoreError::Missing`] when there is no ledger yet, [`StoreError::Busy`] when another
/// keeps it locked; otherwise what the engine said. Then nothing of `write` remains.
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
        Connection::open_with_flags(path, flags).map_err(StoreError::sql(doing))?;
    refuse_older(&connection, path)?;
    configure(&connection).map_err(StoreError::sql(doing))?;
    let in_transaction = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = write(&transaction)?;
        transaction.commit()?;
        Ok(value)
    };
    in_transaction().map_err(StoreError::sql(doing))
}
