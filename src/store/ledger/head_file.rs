//! `ledger.db.head`: the newest entry of the audit log that this installation has seen.
//!
//! Owns the file beside the ledger by which an older one, put in its place by whatever
//! means, is found out. It is written after the ledger, so a ledger ahead of it is the
//! normal case. Refuses to judge; that is `restored`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::chain::Head;
use super::copy::beside;
use crate::store::StoreError;

/// The file beside the ledger at `path`.
#[must_use]
pub fn head_file(path: &Path) -> PathBuf {
    beside(path, ".head")
}

/// The head that was last seen beside the ledger at `path`; none where there is no such
/// file, or one that nobody can have written here.
///
/// # Errors
/// The file is there and the system does not let it be read.
pub fn seen(path: &Path) -> Result<Option<Head>, StoreError> {
    let file = head_file(path);
    match fs::read_to_string(&file) {
        Ok(text) => Ok(text.parse().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(StoreError::file(&file)(error)),
    }
}

/// Notes `head` beside the ledger at `path`: whole or not at all.
///
/// # Errors
/// What the system said; the file of before then stays.
pub fn note(path: &Path, head: &Head) -> Result<(), StoreError> {
    let file = head_file(path);
    let write = || -> io::Result<()> {
        let draft = beside(&file, ".part");
        let mut out = File::create(&draft)?;
        writeln!(out, "{head}")?;
        // Some file systems would otherwise leave an empty file after a power cut.
        out.sync_all()?;
        fs::rename(&draft, &file)
    };
    write().map_err(StoreError::file(&file))
}
