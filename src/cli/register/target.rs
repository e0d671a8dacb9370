//! Where a register goes, and in which form.
//!
//! Owns reading a form from a name, and files that are whole or not there: each is written beside
//! its place, brought to the disk, and renamed. Refuses to write over a file unless told to.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use tempfile::NamedTempFile;

use crate::cli::outcome::usage;

/// A form of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A workbook with the sheets 台账, 待补, 通知 and 汇总, ready for print.
    Xlsx,
    /// The sheet 台账 as CSV.
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

/// A file that is being written beside its place.
pub(super) struct Unfinished {
    file: NamedTempFile,
    place: PathBuf,
    force: bool,
}

/// The folder `place` lies in.
pub(super) fn folder(place: &Path) -> &Path {
    let parent = place.parent();
    parent
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Refuses a place that is taken, unless told to `force`.
///
/// # Errors
/// It is taken.
pub(super) fn refuse_taken(place: &Path, force: bool) -> anyhow::Result<()> {
    if !force && place.symlink_metadata().is_ok() {
        bail!(taken(place));
    }
    Ok(())
}

fn taken(place: &Path) -> String {
    format!(
        "{} is there already; --force writes over it",
        place.display()
    )
}

impl Unfinished {
    /// Begins the file for `place`.
    ///
    /// # Errors
    /// It is taken, or the folder's.
    pub(super) fn begin(place: &Path, force: bool) -> anyhow::Result<Self> {
        refuse_taken(place, force)?;
        let folder = folder(place);
        // Others may read it as far as the umask lets them, as with any file that is made.
        let file = tempfile::Builder::new()
            .prefix(".duban-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .with_context(|| format!("failed to write in {}", folder.display()))?;
        Ok(Self {
            file,
            place: place.to_owned(),
            force,
        })
    }

    /// The file itself, for whoever needs to seek in it or writes rarely.
    pub(super) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// To write into.
    pub(super) fn writer(&mut self) -> BufWriter<&mut NamedTempFile> {
        BufWriter::new(&mut self.file)
    }

    /// The file is whole: puts it in its place.
    ///
    /// # Errors
    /// The place was taken meanwhile, or the disk's.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let Self { file, place, force } = self;
        file.as_file().sync_all()?;
        let put = if force {
            file.persist(&place)
        } else {
            file.persist_noclobber(&place)
        };
        match put {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                bail!(taken(&place))
            }
            Err(error) => {
                Err(error.error).with_context(|| format!("failed to write {}", place.display()))
            }
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
