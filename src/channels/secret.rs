//! Secrets: passwords and signing keys, read from files and never shown.
//!
//! Owns where a secret may come from and how it is read. Refuses secrets written
//! into the configuration itself, and refuses to print one.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::fault::Fault;

/// No password or key is longer; a larger file is a mistake in the path.
const MAX_SECRET_BYTES: u64 = 4096;

/// A secret value. It is shown as `Secret(..)` wherever it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that must not be shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where a secret is kept: `{ file = "/path" }` or `{ credential = "name" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// A file with the secret and nothing else.
    File(PathBuf),
    /// A systemd credential (`LoadCredential=`), by its name.
    Credential(String),
}

/// A secret that was read, and what is unwise about how it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The secret.
    pub secret: Secret,
    /// Others on this host can read the file.
    pub warning: Option<Fault>,
}

impl SecretSource {
    /// Reads the secret, without its final newline. `credentials` is the folder that
    /// systemd hands over, if it does.
    ///
    /// # Errors
    /// The place and what is wrong with it: no such file, empty, several lines, too
    /// long, or a credential although systemd handed none over.
    pub fn read(&self, credentials: Option<&Path>) -> Result<Opened, Fault> {
        let path = self.path(credentials)?;
        let place = path.display().to_string();
        let unreadable =
            |error: std::io::Error| Fault::new(&place, error.to_string(), "a readable secret file");
        let about = fs::metadata(&path).map_err(unreadable)?;
        if about.len() > MAX_SECRET_BYTES {
            let found = format!("{} bytes", about.len());
            return Err(Fault::new(&place, found, "one secret on one line"));
        }
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || line.chars().any(char::is_control) {
            let found = if line.is_empty() {
                "nothing"
            } else {
                "several lines"
            };
            return Err(Fault::new(&place, found, "one secret on one line"));
        }
        Ok(Opened {
            secret: Secret::new(line),
            warning: doubt(&path, &about),
        })
    }

    fn path(&self, credentials: Option<&Path>) -> Result<PathBuf, Fault> {
        match self {
            Self::File(path) => Ok(path.clone()),
            Self::Credential(name) => {
                let place = format!("credential {name}");
                let plain = !name.is_empty() && !name.contains('/') && !name.starts_with('.');
                if !plain {
                    return Err(Fault::new(place, "a path", "the name of a credential"));
                }
                let folder = credentials.ok_or_else(|| {
                    let expected = "LoadCredential= in the unit, or `file` instead";
                    Fault::new(&place, "no credentials from systemd", expected)
                })?;
                Ok(folder.join(name))
            }
        }
    }
}

/// What is unwise about how the secret at `path` is kept.
pub(super) fn doubt(path: &Path, about: &fs::Metadata) -> Option<Fault> {
    let place = path.display().to_string();
    let found = "a secret that everybody can read";
    open_to_others(about).then(|| Fault::new(place, found, "mode 0600 or 0400"))
}

#[cfg(unix)]
fn open_to_others(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn open_to_others(_about: &fs::Metadata) -> bool {
    false
}
