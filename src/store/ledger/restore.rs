//! `restore`: a copy put in the ledger's place.
//!
//! Owns that what is put there is checked, that the ledger of before is kept beside it,
//! and that at no moment there is no ledger. Refuses while a daemon works on it, and a
//! copy that is damaged or that a newer duban wrote.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use serde_json::Value;

use super::chain::{self, Head};
use super::copy::{Copied, Progress, beside, drafted, folder_of, sync_folder_of};
use super::reader::Reader;
use super::restored::kept_as;
use super::{from_json, lock, lock_path, one_name, refuse_newer, settings};
use crate::store::StoreError;

/// A message that the present ledger has delivered and the copy does not know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The message.
    pub message: String,
    /// The unit it was for.
    pub unit: String,
    /// How it travelled.
    pub channel: String,
}

/// An acknowledgement that the present ledger has recorded and the copy does not know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The message.
    pub message: String,
    /// The unit it was for.
    pub unit: String,
    /// Who, by the name that was given.
    pub by: String,
}

/// What a restore comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// The copy.
    pub copied: Copied,
    /// When the copy was made, as far as it says.
    pub copied_at: Option<String>,
    /// Whether the copy's log is the beginning of the present one; absent where the present
    /// ledger cannot be read or is older than the chain.
    pub is_earlier: Option<bool>,
    /// What was delivered since.
    pub since: Vec<Since>,
    /// What was acknowledged since.
    pub signed: Vec<Signed>,
    /// Where the ledger of before is kept, if there is one.
    pub kept: Option<PathBuf>,
}

/// Puts the copy `file` in the place of the ledger at `path`; `dry` only says what that
/// would come to.
///
/// # Errors
/// [`StoreError::InUse`] while a daemon works on the ledger, [`StoreError::Missing`] where
/// there is no copy; otherwise why it cannot take the ledger's place, which then stays.
pub fn restore(
    path: &Path,
    file: &Path,
    dry: bool,
    now: DateTime<Utc>,
    progress: Progress<'_>,
) -> Result<Restore, StoreError> {
    let held = lock(path)?;
    let own = one_name(path).and_then(|name| belong(path, &lock_path(&name)));
    own.map_err(StoreError::file(path))?;
    let copy = Reader::open_as_it_is(file)?;
    copy.with(|connection| refuse_newer(connection, file))?;
    let draft = beside(path, ".restoring");
    let _ = fs::remove_file(&draft);
    let copied_at = copy.ask("read the copy", |c| settings::get(c, settings::COPIED_AT));
    let made = copied_at.and_then(|copied_at| {
        let copied = drafted(&copy, &draft, now, progress)?;
        let (is_earlier, since, signed) = compare(path, &draft);
        Ok(Restore {
            copied,
            copied_at,
            is_earlier,
            since,
            signed,
            kept: path.exists().then(|| kept_as(path, now)),
        })
    });
    let done = made.and_then(|restore| {
        refuse_broken(file, &restore)?;
        if !dry {
            swap(path, &draft, restore.kept.as_deref())?;
        }
        Ok(restore)
    });
    let _ = fs::remove_file(&draft);
    drop(held);
    done
}

fn refuse_broken(file: &Path, restore: &Restore) -> Result<(), StoreError> {
    let Some(broken) = &restore.copied.broken else {
        return Ok(());
    };
    let fault = crate::domain::fault::Fault::new(
        format!("{}, audit log, entry {}", file.display(), broken.seq),
        broken.why.clone(),
        "a log that holds from its first entry to its last",
    );
    Err(StoreError::Refused {
        doing: "restore the ledger",
        faults: vec![fault],
    })
}

/// What the ledger at `path` has that the copy at `draft` lacks. A ledger that cannot be
/// read is why one restores.
fn compare(path: &Path, draft: &Path) -> (Option<bool>, Vec<Since>, Vec<Signed>) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let read = || -> rusqlite::Result<(bool, Vec<Since>, Vec<Signed>)> {
        let present = Connection::open_with_flags(path, flags)?;
        let copy = Connection::open_with_flags(draft, flags)?;
        let head = chain::head(&copy)?;
        let is_earlier = chain::hash_at(&present, head.seq)?.as_ref() == Some(&head.hash);
        let from = if is_earlier {
            head.seq
        } else {
            fork(&present, &copy, &head)?
        };
        let since = delivered_after(&present, from)?;
        Ok((is_earlier, since, signed_after(&present, from)?))
    };
    match read() {
        Ok((is_earlier, since, signed)) => (Some(is_earlier), since, signed),
        Err(_) => (None, Vec::new(), Vec::new()),
    }
}

/// The last entry that both logs have: hashes agree up to it and nowhere after.
fn fork(present: &Connection, copy: &Connection, head: &Head) -> rusqlite::Result<i64> {
    let (mut same, mut other) = (0, head.seq.min(chain::head(present)?.seq) + 1);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if chain::hash_at(present, middle)? == chain::hash_at(copy, middle)? {
            same = middle;
        } else {
            other = middle;
        }
    }
    Ok(same)
}

fn delivered_after(ledger: &Connection, seq: i64) -> rusqlite::Result<Vec<Since>> {
    let since = |at, message, detail: &Value| Since {
        at,
        message,
        unit: text(detail, "unit"),
        channel: text(detail, "channel"),
    };
    after(ledger, seq, "delivered", since)
}

fn signed_after(ledger: &Connection, seq: i64) -> rusqlite::Result<Vec<Signed>> {
    let signed = |at, message, detail: &Value| Signed {
        at,
        message,
        unit: text(detail, "unit"),
        by: text(detail, "by"),
    };
    after(ledger, seq, "acknowledged", signed)
}

/// The entries after `seq` that say `what`, read from moment, subject and particulars.
fn after<T>(
    ledger: &Connection,
    seq: i64,
    what: &str,
    read: impl Fn(String, String, &Value) -> T,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = ledger.prepare(
        "select at, subject, detail from audit where seq > $1 and what = $2 order by seq",
    )?;
    let rows = statement.query_map((seq, what), |row| {
        let detail: Value = from_json(2, &row.get::<_, String>(2)?)?;
        Ok(read(row.get(0)?, row.get(1)?, &detail))
    })?;
    rows.collect()
}

fn text(detail: &Value, name: &str) -> String {
    detail[name].as_str().unwrap_or_default().to_owned()
}

/// The draft under the ledger's name, and the ledger of before under `kept`.
fn swap(path: &Path, draft: &Path, kept: Option<&Path>) -> Result<(), StoreError> {
    let swap = || -> std::io::Result<()> {
        belong(path, draft)?;
        fs::File::open(draft)?.sync_all()?;
        if let Some(kept) = kept {
            keep(path, kept)?;
        }
        fs::rename(draft, path)?;
        sync_folder_of(path)
    };
    swap().map_err(StoreError::file(path))
}

/// Gives what was made here to whom the ledger at `path` belongs, or its folder where there
/// is none: root restores, and the daemon, which is another user, goes on. Whoever is not
/// root can make files of their own only.
fn belong(path: &Path, made: &Path) -> std::io::Result<()> {
    let ledger = fs::metadata(path);
    let owner = match &ledger {
        Ok(ledger) => ledger.clone(),
        Err(_) => fs::metadata(folder_of(path))?,
    };
    match chown(made, Some(owner.uid()), Some(owner.gid())) {
        Err(error) if error.kind() != ErrorKind::PermissionDenied => return Err(error),
        Ok(()) | Err(_) => {}
    }
    ledger.map_or(Ok(()), |ledger| {
        fs::set_permissions(made, ledger.permissions())
    })
}

/// Gives the ledger of before a second name. Its write-ahead log is taken into it first: left
/// behind, it would be taken for the copy's.
fn keep(path: &Path, kept: &Path) -> std::io::Result<()> {
    let taken_in = || -> rusqlite::Result<i64> {
        let ledger = Connection::open(path)?;
        ledger.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
    };
    // The first column is 1 where a reader kept some of it from being taken in.
    let is_whole = taken_in().is_ok_and(|busy| busy == 0);
    for ending in ["-wal", "-shm"] {
        let log = beside(path, ending);
        if log.exists() && is_whole {
            fs::remove_file(log)?;
        } else if log.exists() {
            fs::rename(log, beside(kept, ending))?;
        }
    }
    fs::hard_link(path, kept)
}
