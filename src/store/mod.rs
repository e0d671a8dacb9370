//! What we remember: the only room with SQL in it.
//!
//! Owns the city's catalogue, which is read and never taken over, and the error
//! that all of the store speaks. Refuses to judge dates, to send anything, and
//! to ask what time it is.

use std::path::{Path, PathBuf};

use crate::domain::fault::Fault;

pub mod catalog;
pub mod ledger;
pub mod sheets;

mod text;

/// Why a database could not do what was asked. Each text completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing lies at the path.
    #[error("open {}: there is no such file", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Something lies where a new database should be made.
    #[error("create {}: the file exists and is not empty; it was left as it is", path.display())]
    Exists {
        /// What would have been overwritten.
        path: PathBuf,
    },
    /// The file is there and cannot be opened as what it should be.
    #[error("open {}: {hint}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        hint: String,
        /// What the engine said.
        source: rusqlite::Error,
    },
    /// Another program kept the database locked for longer than we wait.
    #[error("{doing}: another program keeps the database locked; try again")]
    Busy {
        /// The step, as a verb.
        doing: &'static str,
    },
    /// The engine refused a statement.
    #[error("{doing}: {source}")]
    Sql {
        /// The step, as a verb.
        doing: &'static str,
        /// What the engine said.
        source: rusqlite::Error,
    },
    /// A file beside the database could not be read or written.
    #[error("read or write {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The receiver of an export did not take it.
    #[error("{doing}: {source}")]
    Write {
        /// The step, as a verb.
        doing: &'static str,
        /// What the system said; a broken pipe where the reader has seen enough.
        source: std::io::Error,
    },
    /// The ledger's schema could not be brought up to date; a newer duban may have
    /// written it.
    #[error("bring the schema of {} up to date: {reason}", path.display())]
    Migrate {
        /// The ledger.
        path: PathBuf,
        /// What stood against it.
        reason: String,
    },
    /// Another daemon works on the same ledger.
    #[error("open {}: another duban is running on it", path.display())]
    InUse {
        /// The ledger.
        path: PathBuf,
    },
    /// The group of writes this one belonged to could not be made durable.
    #[error("{doing}: the ledger could not commit: {reason}")]
    NotDurable {
        /// The step, as a verb.
        doing: &'static str,
        /// What the engine said.
        reason: String,
    },
    /// The writer has stopped.
    #[error("{doing}: the ledger is closed")]
    Closed {
        /// The step, as a verb.
        doing: &'static str,
    },
    /// What was asked does not fit what is there; nothing was written.
    #[error("{doing}: {}", listed(faults))]
    Refused {
        /// The step, as a verb.
        doing: &'static str,
        /// Everything that stands against it.
        faults: Vec<Fault>,
    },
}

impl StoreError {
    /// Wraps what the engine said while `doing`, telling a lock from a failure.
    pub fn sql(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| {
            if is_locked(&source) {
                Self::Busy { doing }
            } else {
                Self::Sql { doing, source }
            }
        }
    }

    /// Wraps what the system said about the file at `path`.
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::InUse { .. })
    }
}

/// Whether the engine gave up waiting for another program.
fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}

/// All faults in one line.
fn listed(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
