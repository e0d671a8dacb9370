//! What an import would do, as a value that people read before it is done.
//!
//! Owns the plan's shape and its print. Refuses to compute or to write anything.

use std::fmt;

use serde::Serialize;

use crate::domain::fault::Fault;

use super::draft::Reading;
use crate::store::catalog::columns::Table;
use crate::store::text::one_line;

/// How many rows of each kind are printed; a catalogue of a year has fewer.
const PRINTED_ROWS: usize = 200;

/// What an import adds, changes and cannot take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportPlan {
    /// The table the file fills.
    pub table: Table,
    /// Rows that are new.
    pub added: Vec<Added>,
    /// Rows that the file says otherwise.
    pub changed: Vec<Changed>,
    /// How many rows already say what the file says.
    pub unchanged: usize,
    /// How cells were read that could have been read otherwise.
    pub readings: Vec<Reading>,
    /// What was taken with a doubt, ignored or skipped, with its line.
    pub warnings: Vec<Fault>,
    /// What cannot be taken. Where there are any, nothing is written.
    pub faults: Vec<Fault>,
    /// Whether the catalogue now holds what the plan says.
    pub is_written: bool,
}

/// A new row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// Where it stands in the file.
    pub place: String,
    /// The decision it is, or belongs to.
    pub id: String,
    /// The decision's title, or the event's kind and date.
    pub what: String,
}

/// A row that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Where it stands in the file.
    pub place: String,
    /// The row's key.
    pub id: String,
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

impl ImportPlan {
    /// A plan that does nothing yet.
    #[must_use]
    pub const fn empty(table: Table) -> Self {
        Self {
            table,
            added: Vec::new(),
            changed: Vec::new(),
            unchanged: 0,
            readings: Vec::new(),
            warnings: Vec::new(),
            faults: Vec::new(),
            is_written: false,
        }
    }

    /// A plan for a file that is no table.
    #[must_use]
    pub fn refused(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::empty(Table::Decision)
        }
    }

    /// Whether the import would leave the catalogue as it is.
    #[must_use]
    pub const fn changes_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty()
    }
}

impl fmt::Display for ImportPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        some(f, &self.added, |row| format!("+ {} {}", row.id, row.what))?;
        some(f, &self.changed, ToString::to_string)?;
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for fault in &self.faults {
            writeln!(f, "fault: {fault}")?;
        }
        write!(
            f,
            "{} to add, {} to change, {} unchanged, {} warnings, {} faults: {}",
            self.added.len(),
            self.changed.len(),
            self.unchanged,
            self.warnings.len(),
            self.faults.len(),
            self.end(),
        )
    }
}

impl ImportPlan {
    const fn end(&self) -> &'static str {
        match (self.is_written, self.faults.is_empty()) {
            (true, _) => "written",
            (false, true) => "nothing written",
            (false, false) => "nothing written; correct the faults and import again",
        }
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "~ {}", self.id)?;
        for difference in &self.differences {
            let before = one_line(difference.before.as_deref().unwrap_or("(empty)"));
            let after = one_line(difference.after.as_deref().unwrap_or("(empty)"));
            write!(f, "\n    {}: {before} → {after}", difference.column)?;
        }
        Ok(())
    }
}

/// Prints the first rows, one below the other, and how many more there are.
fn some<T>(f: &mut fmt::Formatter<'_>, rows: &[T], print: impl Fn(&T) -> String) -> fmt::Result {
    for row in rows.iter().take(PRINTED_ROWS) {
        writeln!(f, "{}", print(row))?;
    }
    match rows.len().saturating_sub(PRINTED_ROWS) {
        0 => Ok(()),
        more => writeln!(f, "  … and {more} more"),
    }
}
