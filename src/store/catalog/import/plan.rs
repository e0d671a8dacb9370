//! What an import would do, as a value that people read before it is done.
//!
//! Owns the plan's shape, which is a contract: `catalog import --json` prints it, field by field as
//! it stands here. Refuses to compute or to write anything.

use serde::Serialize;

use crate::domain::fault::Fault;

use super::draft::Reading;
use crate::store::catalog::columns::Table;

/// What an import adds, changes, misses and cannot take.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportPlan {
    /// Each table of the file that is understood, in the order of the file.
    pub tables: Vec<Taken>,
    /// Rows that are new.
    pub added: Vec<Added>,
    /// Rows that the file says otherwise.
    pub changed: Vec<Changed>,
    /// Decisions under way, of a body and year that the file lists, that it does not list any more.
    pub missing: Vec<Missing>,
    /// Decisions that were withdrawn and that the file lists.
    pub listed_again: Vec<ListedAgain>,
    /// How many rows already say what the file says.
    pub unchanged: usize,
    /// Bodies and years that would lose more than half of what is under way by a withdrawal.
    pub emptied: Vec<Emptied>,
    /// How cells were read that could have been read otherwise.
    pub readings: Vec<Reading>,
    /// What was taken with a doubt, ignored or skipped, with its row.
    pub warnings: Vec<Fault>,
    /// What cannot be taken. Where there are any, nothing is written.
    pub faults: Vec<Fault>,
    /// Whether this import has written what the plan says.
    pub is_written: bool,
}

/// A table of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The file, and the sheet where it has one.
    pub place: String,
    /// The table of the catalogue it fills.
    pub table: Table,
    /// How many rows it gives.
    pub rows: usize,
}

/// A new row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// Where it stands in the file.
    pub place: String,
    /// The table it comes into.
    pub table: Table,
    /// The decision it is, or belongs to.
    pub id: String,
    /// The decision's title, or the event's date and kind.
    pub what: String,
}

/// A row that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Where it stands in the file.
    pub place: String,
    /// The table it is in.
    pub table: Table,
    /// The row's key.
    pub id: String,
    /// The decision's title as it will be, or the event's decision, date and kind.
    pub what: String,
    /// Each column that changes.
    pub differences: Vec<Difference>,
}

/// A cell that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The column.
    pub column: &'static str,
    /// What stands there; `None` where it is empty.
    pub before: Option<String>,
    /// What will stand there; `None` where it becomes empty.
    pub after: Option<String>,
}

/// A decision that the file does not list any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its key.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether the import withdraws it, with an event `withdrawn_note`; else it stays as it is.
    pub is_withdrawn: bool,
}

/// A withdrawn decision that the file lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedAgain {
    /// Where it stands in the file.
    pub place: String,
    /// Its key.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether the import makes it active; else it stays withdrawn.
    pub is_readmitted: bool,
}

/// A body's year that would lose most of its decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emptied {
    /// The body.
    pub organ: String,
    /// The year.
    pub year: i64,
    /// How many are under way now.
    pub active: usize,
    /// How many of them would be withdrawn.
    pub withdrawn: usize,
}

impl ImportPlan {
    /// Whether the import would leave the catalogue as it is.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.withdrawn() == 0
    }

    /// How many decisions the import withdraws.
    #[must_use]
    pub fn withdrawn(&self) -> usize {
        let missing = self.missing.iter();
        missing.filter(|decision| decision.is_withdrawn).count()
    }
}
