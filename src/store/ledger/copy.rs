//! A copy of the ledger, made while it is in use.
//!
//! Owns that the copy is one moment of the ledger, read through before it is one, durable,
//! marked as a copy, and never half there. `SQLite`'s backup reads some pages at a time
//! from one snapshot: the daemon writes on meanwhile, and its writes do not start the copy
//! anew. Refuses to write over anything.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::chain::Head;
use super::reader::Reader;
use super::verify::{self, Asked, Broken};
use super::{instant, is_current, settings};
use crate::store::StoreError;

/// Pages copied before progress is told: some 4 MB.
const PAGES: i32 = 1024;

/// Hears how many pages of how many are copied.
pub(super) type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The file's length.
    pub bytes: u64,
    /// The newest entry of its audit log; none in a ledger older than the chain.
    pub head: Option<Head>,
    /// The first entry that does not hold. The copy is a faithful one all the same.
    pub broken: Option<Broken>,
}

/// Copies the ledger at `from` to the new file `to`. The daemon may go on writing; the
/// copy is the ledger at one moment, and knows that it was made `now`.
///
/// # Errors
/// [`StoreError::Missing`] where there is no ledger, [`StoreError::Exists`] where
/// something lies at `to`; otherwise what the engine or the system said, and then
/// nothing is left at `to`.
pub fn copy(
    from: &Path,
    to: &Path,
    now: DateTime<Utc>,
    progress: Progress<'_>,
) -> Result<Copied, StoreError> {
    let ledger = Reader::open_as_it_is(from)?;
    if to.exists() {
        return Err(StoreError::Exists {
            path: to.to_owned(),
        });
    }
    let draft = beside(to, ".part");
    let _ = fs::remove_file(&draft);
    let copied = drafted(&ledger, &draft, now, progress).and_then(|mut copied| {
        copied.bytes = put_in_place(&draft, to)?;
        Ok(copied)
    });
    if copied.is_err() {
        let _ = fs::remove_file(&draft);
    }
    copied
}

/// A whole, checked and marked copy at `draft`; its length is not known yet.
pub(super) fn drafted(
    ledger: &Reader,
    draft: &Path,
    now: DateTime<Utc>,
    progress: Progress<'_>,
) -> Result<Copied, StoreError> {
    ledger.ask("copy the ledger", |from| {
        // One snapshot for all steps: without it a write of the daemon's starts them anew.
        let snapshot = from.unchecked_transaction()?;
        snapshot.query_row("select count(*) from setting", [], |_| Ok(()))?;
        let mut to = Connection::open(draft)?;
        page_by_page(&snapshot, &mut to, progress)?;
        finish(&to, now)?;
        drop(to);
        // A copy that cannot be opened and read through is none.
        read_through(&Connection::open_with_flags(
            draft,
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?)
    })
}

fn page_by_page(
    from: &Connection,
    to: &mut Connection,
    progress: Progress<'_>,
) -> rusqlite::Result<()> {
    // The copy counts only once it is synced as a whole.
    to.pragma_update(None, "synchronous", "off")?;
    let backup = Backup::new(from, to)?;
    loop {
        let step = backup.step(PAGES)?;
        let state = backup.progress();
        let count = |pages: i32| u64::try_from(pages).unwrap_or_default();
        let all = count(state.pagecount);
        progress(all - count(state.remaining).min(all), all);
        if step == StepResult::Done {
            return Ok(());
        }
    }
}

/// Marks the copy as one, unless it is a copy of a copy, and leaves it in a single file.
fn finish(copy: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    if settings::get(copy, settings::COPIED_AT)?.is_none() {
        settings::set(copy, settings::COPIED_AT, &instant(now))?;
    }
    copy.pragma_update(None, "journal_mode", "delete")
}

/// What a copy holds, every page and every entry of it read.
pub(super) fn read_through(copy: &Connection) -> rusqlite::Result<Copied> {
    let said: Option<String> = copy
        .query_row("pragma integrity_check(1)", [], |row| row.get(0))
        .optional()?;
    if said.as_deref() != Some("ok") {
        let said = said.unwrap_or_default();
        return Err(rusqlite::Error::ToSqlConversionFailure(
            format!("the file is damaged: {said}").into(),
        ));
    }
    let mut copied = Copied {
        bytes: 0,
        head: None,
        broken: None,
    };
    if is_current(copy) {
        match verify::verify(copy, &Asked::default(), &mut |_, _| {})? {
            Ok(sound) => copied.head = Some(sound.head),
            Err(broken) => copied.broken = Some(broken),
        }
    }
    Ok(copied)
}

/// Durable first, then under its name, without taking the place of anything.
pub(super) fn put_in_place(draft: &Path, to: &Path) -> Result<u64, StoreError> {
    let place = || -> std::io::Result<u64> {
        let file = File::open(draft)?;
        file.sync_all()?;
        fs::hard_link(draft, to)?;
        fs::remove_file(draft)?;
        sync_folder_of(to)?;
        Ok(file.metadata()?.len())
    };
    place().map_err(StoreError::file(to))
}

/// Makes the names in the folder of `path` durable.
pub(super) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// The folder that holds `path`.
pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// `path` with `ending` after its whole name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
