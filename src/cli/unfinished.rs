//! Files that are whole or not there.
//!
//! Owns writing a file beside its place, bringing it to the disk, and renaming it. Refuses to write
//! over a file unless told to.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;

/// A file that is being written beside its place.
pub(in crate::cli) struct Unfinished {
    file: NamedTempFile,
    place: PathBuf,
    force: bool,
}

/// The folder `place` lies in.
pub(in crate::cli) fn folder(place: &Path) -> &Path {
    let parent = place.parent();
    parent
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Refuses a place that is taken, unless told to `force`.
///
/// # Errors
/// It is taken.
pub(in crate::cli) fn refuse_taken(place: &Path, force: bool) -> anyhow::Result<()> {
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
    pub(in crate::cli) fn begin(place: &Path, force: bool) -> anyhow::Result<Self> {
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
    pub(in crate::cli) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// To write into.
    pub(in crate::cli) fn writer(&mut self) -> BufWriter<&mut NamedTempFile> {
        BufWriter::new(&mut self.file)
    }

    /// The file is whole: puts it in its place.
    ///
    /// # Errors
    /// The place was taken meanwhile, or the disk's.
    pub(in crate::cli) fn finish(self) -> anyhow::Result<()> {
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
