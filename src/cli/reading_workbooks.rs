//! `read-workbook`: what duban starts itself as, to read a workbook that may be anything.
//!
//! Owns the door from the command line to the worker. Refuses to know what a workbook is.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::AsFd as _;

use crate::store::sheets;

/// Answers `read-workbook`: stdin is a file, stdout the caller's.
///
/// # Errors
/// The limits cannot be set, or nobody listens.
pub(super) fn run() -> anyhow::Result<()> {
    sheets::confine()?;
    let source = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let out = BufWriter::new(io::stdout().lock());
    Ok(sheets::read_workbook(source, out)?)
}
