//! A person's change, made beside a daemon that may be running.
//!
//! Owns one short transaction on a connection of its own; the daemon's writer waits for it as
//! it waits for any other. Refuses to make or to migrate a ledger.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{configure, refuse_older};
use crate::store::StoreError;

/// How long a person waits for the daemon's writer, whose transactions are short.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs `write` in a transaction on the ledger at `path`; it is durable when this returns.
///
/// # Errors
/// There is no ledger, it is older than this program, or what the engine said while `doing`;
/// then nothing of `write` remains.
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
    connection
        .busy_timeout(PATIENCE)
        .and_then(|()| configure(&connection))
        .map_err(StoreError::sql(doing))?;
    refuse_older(&connection, path)?;
    let run = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = write(&transaction)?;
        transaction.commit()?;
        Ok(written)
    };
    run().map_err(StoreError::sql(doing))
}
