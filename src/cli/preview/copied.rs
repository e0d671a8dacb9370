//! Parts of a message as files.
//!
//! Owns writing bytes to a named file or to stdout, as they are. Refuses two parts on stdout,
//! which nobody could tell apart.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Writes each part that has a place.
pub(super) fn copy(parts: &[(&Option<PathBuf>, &[u8])]) -> anyhow::Result<()> {
    let placed = parts
        .iter()
        .filter_map(|(place, bytes)| Some((place.as_deref()?, *bytes)));
    let placed: Vec<(&Path, &[u8])> = placed.collect();
    if placed.iter().filter(|(place, _)| is_stdout(place)).count() > 1 {
        bail!("only one of --html and --eml can go to stdout");
    }
    for (place, bytes) in placed {
        if is_stdout(place) {
            let mut out = io::stdout().lock();
            out.write_all(bytes)?;
            out.flush()?;
        } else {
            let doing = || format!("failed to write {}", place.display());
            fs::write(place, bytes).with_context(doing)?;
            eprintln!("written: {}", place.display());
        }
    }
    Ok(())
}

fn is_stdout(place: &Path) -> bool {
    place == Path::new("-")
}
