//! The ledger: what was worked out, said and answered, in a database of our own.
//!
//! Owns opening it for one process at a time, the single writer that groups
//! commits, and the three transactions of a notice's life. Refuses to decide
//! anything: it stores what `domain` decided.

pub mod acknowledgements;
pub mod audit;
mod by_hand;
pub mod chain;
mod confidential;
mod copy;
pub mod export;
pub mod findings;
pub mod gaps;
mod head_file;
pub mod holds;
pub mod obligations;
pub mod outbox;
pub mod reader;
pub mod rebuild;
mod restore;
pub mod restored;
mod room;
pub mod settings;
mod told;
pub mod timekeeping;
pub mod trial;
pub mod verify;
mod writer;

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::StoreError;
pub use by_hand::by_hand;
pub use copy::{Copied, copy};
pub use head_file::{head_file, note as note_head, seen as seen_head};
pub use reader::Reader;
pub use restore::{Restore, Signed, Since, restore};
pub use room::free_bytes;
pub use writer::{Ledger, Writer};

/// Forward-only; a number never changes its meaning.
fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("migrations/0001_ledger.sql")),
        M::up(include_str!("migrations/0002_gap.sql")),
        M::up(include_str!("migrations/0003_delivery.sql")),
        M::up_with_hook(
            include_str!("migrations/0004_chain.sql"),
            |transaction: &_| Ok(chain::adopt(transaction)?),
        ),
        M::up(include_str!("migrations/0005_finding.sql")),
        M::up(include_str!("migrations/0006_lanes.sql")),
        M::up(include_str!("migrations/0007_channels.sql")),
        M::up(include_str!("migrations/0008_acknowledgement.sql")),
        M::up(include_str!("migrations/0009_relief.sql")),
        M::up(include_str!("migrations/0010_cancelled_after.sql")),
        M::up(include_str!("migrations/0011_confidential.sql")),
    ])
}

/// How long the daemon's writer and a person's wait for each other: far longer than any
/// transaction of either takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements kept ready on each connection: more than the ledger has.
const STATEMENT_CACHE: usize = 64;

/// A WAL that has grown past this many bytes is cut back at the next checkpoint.
const WAL_LIMIT_BYTES: u32 = 8 * 1024 * 1024;

/// Opens the ledger at `path` for this process alone, bringing its schema up to date.
///
/// The [`Writer`] is to be run on a thread of its own; the [`Ledger`] is its handle.
///
/// # Errors
/// [`StoreError::InUse`] when another process holds it; otherwise what the engine or
/// the system said.
pub fn open(path: &Path) -> Result<(Ledger, Writer), StoreError> {
    let lock = lock(path)?;
    let mut connection = Connection::open(path).map_err(StoreError::sql("open the ledger"))?;
    configure(&connection).map_err(StoreError::sql("configure the ledger"))?;
    migrate(&mut connection, path)?;
    Ok(writer::pair(connection, lock, path.to_owned()))
}

/// Brings the schema up to date.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrations()
        .to_latest(connection)
        .map_err(|error| StoreError::Migrate {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}

/// Refuses a ledger that is older than this program: whoever only reads cannot change it.
fn refuse_older(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let version = migrations().pending_migrations(connection);
    let migrate = |reason: String| StoreError::Migrate {
        path: path.to_owned(),
        reason,
    };
    match version {
        Ok(pending) if pending > 0 => Err(migrate(
            "an older duban wrote it; start the daemon once, which does it".to_owned(),
        )),
        // What a newer duban has added is no business of a reader's.
        Ok(_) => Ok(()),
        Err(error) => Err(migrate(error.to_string())),
    }
}

/// Whether a ledger has the schema of this program.
fn is_current(connection: &Connection) -> bool {
    migrations().pending_migrations(connection) == Ok(0)
}

/// Refuses a ledger that a newer program has changed: whoever writes must know its schema.
fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let pending = migrations().pending_migrations(connection);
    let reason = match pending {
        Ok(pending) if pending >= 0 => return Ok(()),
        Ok(_) => "a newer duban wrote it; use that one".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(StoreError::Migrate {
        path: path.to_owned(),
        reason,
    })
}

/// WAL and FULL: nothing is reported as written that a power cut could take back
/// (sqlite.org, "PRAGMA synchronous").
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT_BYTES)
}

/// An exclusive lock on a file beside the ledger, held until the process ends however
/// it ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let beside = lock_path(&one_name(path).map_err(StoreError::file(path))?);
    let file = File::create(&beside).map_err(StoreError::file(&beside))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(StoreError::file(&beside)(error)),
    }
}

/// The one name under which everybody locks the same ledger: links to it are followed, and
/// a file with two names, each with a lock of its own beside it, is refused.
fn one_name(path: &Path) -> io::Result<PathBuf> {
    let Ok(found) = fs::metadata(path) else {
        return Ok(path.to_owned());
    };
    if found.nlink() > 1 {
        let why = "the file has another name (a hard link); leave it one, so that no second duban can work on it";
        return Err(io::Error::other(why));
    }
    fs::canonicalize(path)
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// An instant as the ledger writes it: text order is time order.
#[must_use]
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The moment as the ledger keeps it, to the millisecond.
#[must_use]
pub(crate) fn as_kept(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}

/// Reads what [`instant`] wrote.
pub(crate) fn parse_instant(column: usize, text: &str) -> rusqlite::Result<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text).map_err(|error| unreadable(column, error))?;
    Ok(parsed.with_timezone(&Utc))
}

/// JSON that goes into a column.
pub(crate) fn to_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// A value from a column of JSON.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    column: usize,
    text: &str,
) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}
