//! Edits of the catalogue for the command line: import a file.
//!
//! Owns the only connection that may write to the catalogue, and the rule that a
//! row is judged before it is written. Single events are `editor_events`'. Refuses to write a part of a file: all rows
//! go in, in one transaction, or none.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::sheets::Book;

use super::columns::Table;
use super::import::dialect::{self, Defaults, Drafted};
use super::import::number::number;
use super::import::plan::ImportPlan;
use super::import::planner::Planner;
use super::judging::{self, Judging, Placed};
use super::kinds::Kinds;
use super::stored::{self, Write};
use super::{reader, schema};

/// Files larger than this are refused, in bytes: some two hundred times the largest
/// real catalogue of a city, and still read into memory with ease.
const LARGEST_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// The catalogue, open for edits by a person.
#[derive(Debug)]
pub struct Editor {
    pub(super) connection: Connection,
    pub(super) kinds: Kinds,
    pub(super) judging: Option<Judging>,
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
        })
    }

    /// The same editor, knowing the event kinds that only the rule pack has.
    #[must_use]
    pub fn knowing(mut self, kinds: impl IntoIterator<Item = String>) -> Self {
        self.kinds.add(kinds);
        self
    }

    /// Imports the decisions or events of a CSV file and returns what was done, or with
    /// `is_dry_run` what would be done. Where the plan has faults nothing is written.
    ///
    /// # Errors
    /// A file that cannot be read at all, or whatever the engine says. What is wrong
    /// inside the file is in the plan.
    pub fn import(
        &mut self,
        file: &Path,
        defaults: &Defaults,
        is_dry_run: bool,
    ) -> Result<ImportPlan, StoreError> {
        let bytes = contents(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let read = Book::read(&name, &bytes);
        let drafted = match read.and_then(|book| dialect::drafts(&book.grids[0], defaults)) {
            Ok(drafted) => drafted,
            Err(faults) => return Ok(ImportPlan::refused(faults)),
        };
        let doing = "import the file into the catalogue";
        let (kinds, judging) = (&self.kinds, self.judging.as_ref());
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::sql(doing))?;
        let result = import_within(transaction, kinds, judging, drafted, is_dry_run);
        result.map_err(StoreError::sql(doing))
    }
}

fn contents(file: &Path) -> Result<Vec<u8>, StoreError> {
    let size = std::fs::metadata(file)
        .map_err(StoreError::file(file))?
        .len();
    if size > LARGEST_FILE_BYTES {
        return Err(StoreError::Refused {
            doing: "import the file",
            faults: vec![Fault::new(
                file.display().to_string(),
                format!("{size} bytes"),
                format!("at most {LARGEST_FILE_BYTES}; split the file"),
            )],
        });
    }
    std::fs::read(file).map_err(StoreError::file(file))
}

fn import_within(
    transaction: Transaction<'_>,
    kinds: &Kinds,
    judging: Option<&Judging>,
    drafted: Drafted,
    is_dry_run: bool,
) -> rusqlite::Result<ImportPlan> {
    let mut plan = ImportPlan::empty(drafted.table);
    plan.warnings = drafted.warnings;
    let drafts = match drafted.table {
        Table::Decision => number(&transaction, drafted.drafts, &mut plan)?,
        Table::Event => judging::understood(&transaction, drafted.drafts)?,
    };
    let mut planner = Planner::new(&transaction, kinds, plan);
    planner.consider(&drafts)?;
    let Planner {
        mut plan, writes, ..
    } = planner;
    if let Some(judging) = judging {
        let rows = placed(&writes, &plan);
        judging.over(&transaction, kinds, rows, &mut plan)?;
    }
    if is_dry_run || !plan.faults.is_empty() {
        return Ok(plan);
    }
    for write in &writes {
        stored::write(&transaction, plan.table, write)?;
    }
    transaction.commit()?;
    plan.is_written = true;
    Ok(plan)
}

/// Each row that would be written, with its place: the plan has them in the same order.
fn placed(writes: &[Write], plan: &ImportPlan) -> Vec<Placed> {
    let mut added = plan.added.iter().map(|row| &row.place);
    let mut changed = plan.changed.iter().map(|row| &row.place);
    let placed = writes.iter().map(|write| {
        let place = if write.is_new {
            added.next()
        } else {
            changed.next()
        };
        (place.cloned().unwrap_or_default(), write.values.clone())
    });
    placed.collect()
}
