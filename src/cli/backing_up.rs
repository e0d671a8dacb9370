//! `backup`: a copy of the ledger to keep elsewhere.
//!
//! Owns what is said about it. Refuses to copy; the ledger does.

use std::io::{self, Write};
use std::path::Path;

use super::library::Books;
use crate::store::ledger;

/// Answers `backup`.
///
/// # Errors
/// There is no ledger, something lies where the copy should, or the disk.
pub(super) fn backup(books: &Books, file: &Path) -> anyhow::Result<()> {
    let bytes = ledger::copy(&books.config.ledger, file)?;
    let file = file.display();
    Ok(writeln!(io::stdout(), "{file}: {bytes} bytes")?)
}
