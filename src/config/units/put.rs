//! Putting a new text in a file's place so that a reader sees the old one or the new one.
//!
//! Owns the draft beside the file, its mode, its owner and its durability. Refuses to replace
//! what somebody else has changed since it was read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Why a file stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// Somebody else wrote it, or is writing.
    #[error("{} was changed by somebody else meanwhile: look, and try again", .0.display())]
    Changed(PathBuf),
    /// The system refuses.
    #[error("failed to write {}", path.display())]
    File {
        /// What was to be written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Puts `new` in the place of `old` in the file that `path` leads to, and says which that is:
/// what a symbolic link leads to is written, and the link stays.
///
/// # Errors
/// See [`PutError`]; the file is then as it was.
pub fn put(path: &Path, old: &str, new: &str) -> Result<PathBuf, PutError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PutError::File { path, source }
    };
    let target = fs::canonicalize(path).map_err(failed(path))?;
    let mut current = File::open(&target).map_err(failed(&target))?;
    // Two who write at once would each think that nothing had changed. Where the file system knows
    // no locks, the comparison below is all there is.
    if let Err(TryLockError::WouldBlock) = current.try_lock() {
        return Err(PutError::Changed(target));
    }
    let mut text = String::new();
    current.read_to_string(&mut text).map_err(failed(&target))?;
    if text != old || !is_still(&current, &target) {
        return Err(PutError::Changed(target));
    }
    // Whoever may not write the file shall not get around that by replacing it.
    OpenOptions::new()
        .write(true)
        .open(&target)
        .map_err(failed(&target))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = target.with_file_name(format!(".{name}.new"));
    // What a crash has left is nobody's: whoever writes now has the lock.
    let _ = fs::remove_file(&draft);
    let written = write(&draft, &current, new)
        .and_then(|()| fs::rename(&draft, &target))
        .and_then(|()| sync_folder(&target));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map_err(failed(&target))?;
    Ok(target)
}

fn write(draft: &Path, like: &File, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        // Nobody reads addresses in the moment before the mode is set.
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    keep(&file, like)?;
    file.sync_all()
}

/// Owner, group and mode of the file that goes.
fn keep(file: &File, like: &File) -> io::Result<()> {
    let about = like.metadata()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (about.uid(), about.gid()) {
            fchown(file, Some(about.uid()), Some(about.gid()))?;
        }
    }
    file.set_permissions(about.permissions())
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = || -> io::Result<bool> {
        let (own, now) = (file.metadata()?, fs::metadata(path)?);
        Ok((own.dev(), own.ino()) == (now.dev(), now.ino()))
    };
    same().unwrap_or(false)
}

#[cfg(not(unix))]
const fn is_still(_: &File, _: &Path) -> bool {
    true
}

fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(file.parent().unwrap_or(Path::new("/")))?.sync_all()
}
