//! `units export`: the directory as a table to edit.
//!
//! Owns the file that is made. Refuses to replace one, and to let others read what is in it.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use super::Directory;
use crate::cli::library::Books;
use crate::config::units::table::export::{csv, workbook};

/// Answers `units export`.
///
/// # Errors
/// The directory, or a file that is there already or cannot be made.
pub(super) fn export(books: &Books, file: &Path) -> anyhow::Result<()> {
    let directory = Directory::of(books)?;
    let ending = file.extension().map(OsStr::to_ascii_lowercase);
    let bytes = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("csv") => csv(&directory.roster)?,
        Some("xlsx") => workbook(&directory.roster)?,
        _ => bail!(
            "{}: expected a name that ends in .csv or .xlsx",
            file.display()
        ),
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let made = options.open(file).and_then(|mut made| {
        made.write_all(&bytes)?;
        made.sync_all()
    });
    made.with_context(|| format!("failed to make {}", file.display()))?;
    let units = directory.roster.units.len();
    let file = file.display();
    Ok(writeln!(
        io::stdout(),
        "{file}: {units} units, with addresses and numbers in full; only its owner may read it"
    )?)
}
