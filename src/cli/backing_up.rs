//! `backup`: a copy of the ledger to keep elsewhere.
//!
//! Owns what is said about it. Refuses to copy; the ledger does.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use anyhow::bail;

use super::library::Books;
use crate::clock::Clock;
use crate::store::ledger;

/// Answers `backup`.
///
/// # Errors
/// There is no ledger, something lies where the copy should, the disk, or an audit log that
/// does not hold; the copy is then made all the same.
pub(super) fn backup(books: &Books, file: &Path, clock: &Clock) -> anyhow::Result<()> {
    let mut progress = progress();
    let copied = ledger::copy(&books.config.ledger, file, clock.now(), &mut progress)?;
    let (mut out, file) = (io::stdout(), file.display());
    writeln!(out, "{file}: {} bytes", copied.bytes)?;
    if let Some(head) = &copied.head {
        writeln!(out, "head {head}")?;
    }
    match copied.broken {
        None => Ok(()),
        Some(broken) => bail!(
            "the copy is faithful, but the audit log does not hold: entry {} {}",
            broken.seq,
            broken.why
        ),
    }
}

/// How far it is, where a person watches.
fn progress() -> impl FnMut(u64, u64) {
    let is_watched = io::stderr().is_terminal();
    move |pages, all| {
        if is_watched {
            let end = if pages == all { "\n" } else { "" };
            // Nobody is helped where stderr is closed.
            let _ = write!(io::stderr(), "\r{pages} of {all} pages copied{end}");
        }
    }
}
