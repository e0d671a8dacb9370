//! Where a register goes, and in which form.
//!
//! Owns reading a form from a name. Refuses to know how a file comes to be whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::outcome::usage;
use crate::cli::unfinished::Unfinished;

/// A form of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A workbook with the sheets 台账, 待补, 后续, 通知 and 汇总, ready for print.
    Xlsx,
    /// Every duty as CSV, in the columns of 台账.
    Csv,
    /// Duties with the fields of `due --json`, and notices with those of `notices list --json`.
    Json,
    /// Dates for a calendar program: one unit's as a file, or a folder with one for each.
    Ics,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ics => "ics",
        }
    }
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// To stdout.
    Stdout,
    /// Into a file.
    File(PathBuf),
    /// Into a folder, a file for each unit.
    Folder(PathBuf),
}

/// Form and place of a command line.
///
/// # Errors
/// A wrong usage: a name whose form nobody knows, or a form that has no place there.
pub(super) fn target(file: &Path, form: Option<Form>) -> anyhow::Result<(Form, Place)> {
    if file == Path::new("-") {
        return match form {
            Some(form @ (Form::Csv | Form::Json)) => Ok((form, Place::Stdout)),
            _ => Err(usage(
                "`-` is stdout, which takes --format csv or --format json; expected one of these or a file",
            )),
        };
    }
    let ending = file
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    let named = Form::value_variants().iter().copied();
    let named = named
        .clone()
        .find(|form| Some(form.name()) == ending.as_deref());
    match (form, named) {
        (Some(Form::Ics), named) if named != Some(Form::Ics) || file.is_dir() => {
            Ok((Form::Ics, Place::Folder(file.to_owned())))
        }
        (Some(form), _) | (None, Some(form)) => Ok((form, Place::File(file.to_owned()))),
        (None, None) => {
            let file = file.display();
            Err(usage(&format!(
                "{file}: nobody can tell the form from this name; expected one that ends in .xlsx, .csv, .json or .ics, or --format"
            )))
        }
    }
}

/// Writes to `place` what `write` writes.
///
/// # Errors
/// Those of `write` and of the place.
pub(super) fn write_to(
    place: &Place,
    force: bool,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match place {
        Place::Stdout => {
            let mut out = BufWriter::new(io::stdout().lock());
            write(&mut out)?;
            Ok(out.flush()?)
        }
        Place::File(path) | Place::Folder(path) => {
            let mut unfinished = Unfinished::begin(path, force)?;
            let mut out = unfinished.writer();
            write(&mut out)?;
            out.flush()?;
            drop(out);
            unfinished.finish()
        }
    }
}
