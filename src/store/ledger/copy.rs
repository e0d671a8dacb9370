//! A copy of the ledger, made while it is in use.
//!
//! Owns that the copy is one moment of the ledger, durable, and never half there.
//! Refuses to write over anything. The only file with SQL that is SQLite's alone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::reader::Reader;
use crate::store::StoreError;

/// Copies the ledger at `from` to the new file `to` and returns its length in bytes. The
/// daemon may go on writing; the copy is the ledger at one moment.
///
/// # Errors
/// [`StoreError::Missing`] where there is no ledger, [`StoreError::Exists`] where
/// something lies at `to`; otherwise what the engine or the system said, and then
/// nothing is left at `to`.
pub fn copy(from: &Path, to: &Path) -> Result<u64, StoreError> {
    let ledger = Reader::open_as_it_is(from)?;
    if to.exists() {
        return Err(StoreError::Exists {
            path: to.to_owned(),
        });
    }
    let draft = beside(to);
    let _ = fs::remove_file(&draft);
    let copied = ledger
        .ask("copy the ledger", |connection| vacuum(connection, &draft))
        .and_then(|()| put_in_place(&draft, to));
    if copied.is_err() {
        let _ = fs::remove_file(&draft);
    }
    copied
}

/// A copy without the pages that hold nothing any more.
fn vacuum(connection: &Connection, draft: &Path) -> rusqlite::Result<()> {
    let name = draft.display().to_string();
    connection.execute("vacuum into $1", [name])?;
    // A copy that cannot be opened and read through is none.
    let copy = Connection::open_with_flags(draft, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    copy.query_row("select count(*) from audit", [], |_| Ok(()))
}

/// Durable first, then under its name, without taking the place of anything.
fn put_in_place(draft: &Path, to: &Path) -> Result<u64, StoreError> {
    let place = || -> std::io::Result<u64> {
        let file = File::open(draft)?;
        file.sync_all()?;
        fs::hard_link(draft, to)?;
        fs::remove_file(draft)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(file.metadata()?.len())
    };
    place().map_err(StoreError::file(to))
}

fn beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}
