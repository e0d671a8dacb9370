//! Edits of the catalogue for the command line: the door.
//!
//! Owns the only connection that may write to the catalogue, and the rule that a
//! row is judged before it is written. Refuses to know files, `import` does, and events,
//! `editor_events` does.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;
use crate::store::sheets::Workbooks;

use super::judging::Judging;
use super::kinds::Kinds;
use super::{reader, schema};

/// The catalogue, open for edits by a person.
#[derive(Debug)]
pub struct Editor {
    pub(super) connection: Connection,
    pub(super) kinds: Kinds,
    pub(super) judging: Option<Judging>,
    pub(super) workbooks: Workbooks,
}

impl Editor {
    /// Opens the catalogue at `path` for writing.
    ///
    /// # Errors
    /// A missing file, one that is no catalogue, or one whose schema is not the
    /// contract's, with every difference.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = reader::open(path, flags)?;
        let faults = schema::check(&connection)?;
        if !faults.is_empty() {
            let doing = "write to the catalogue";
            return Err(StoreError::Refused { doing, faults });
        }
        Ok(Self {
            connection,
            kinds: Kinds::default(),
            judging: None,
            workbooks: Workbooks::by_this_program(),
        })
    }

    /// The same editor, reading workbooks by other means than this program.
    #[must_use]
    pub fn reading(mut self, workbooks: Workbooks) -> Self {
        self.workbooks = workbooks;
        self
    }

    /// The same editor, knowing the event kinds that only the rule pack has.
    #[must_use]
    pub fn knowing(mut self, kinds: impl IntoIterator<Item = String>) -> Self {
        self.kinds.add(kinds);
        self
    }
}
