//! Mail as files: one `.eml` per message, whole or not there at all.
//!
//! Owns writing such a file so that it survives a power cut. Refuses to number
//! repeats: the same message overwrites its own file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::channels::plain;
use crate::domain::delivery::{Class, Outcome};

/// A folder that mail is written into.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Writes `mail` as `<name>.eml`.
    pub(super) async fn put(&self, name: &str, mail: Vec<u8>) -> Outcome {
        let folder = self.path.clone();
        let name = name.to_owned();
        // Syncing to a disk may take seconds, which a thread of the loop must not wait.
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &mail)).await;
        let result = written.unwrap_or_else(|error| Err(io::Error::other(error)));
        match result {
            Ok(()) => Outcome::new(Class::Accepted, "file", "written"),
            // A full disk or a missing folder stops every mail, not this one.
            Err(error) => {
                let detail = plain::peer_words(&error.to_string());
                Outcome::new(Class::Deferred, "file", detail).of_channel()
            }
        }
    }
}

fn write(folder: &Path, name: &str, mail: &[u8]) -> io::Result<()> {
    let part = folder.join(format!(".{name}.part"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&part)?;
    file.write_all(mail)?;
    file.sync_all()?;
    fs::rename(&part, folder.join(format!("{name}.eml")))?;
    File::open(folder)?.sync_all()
}
