//! What the worker says, a line of JSON at a time.
//!
//! Owns the form of the answer, for both sides. Refuses to hold more than one sheet.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::gather::{Budget, Gathered, Merge};
use crate::domain::fault::Fault;
use crate::store::sheets::{Kind, Row};

/// A line of the answer. Places of faults begin after the file's name, which the worker is not told.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store::sheets) enum Line {
    /// A sheet begins; its name.
    Sheet(String),
    /// A row of it: its number and its cells.
    Row(u64, Vec<(String, Kind)>),
    /// Something that was left out.
    Warning(Fault),
    /// Why there will be no more. The last line.
    Refused(Fault),
    /// All has been said. The last line.
    End,
}

/// Why a workbook is not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong with the workbook.
    Refused(Fault),
    /// Nobody listens any more.
    Unheard(io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Unheard(error)
    }
}

/// The answer while it is given.
pub(super) struct Answer<W> {
    out: W,
    budget: Budget,
    names: BTreeSet<String>,
}

impl<W: Write> Answer<W> {
    /// An answer that goes to `out`.
    pub(super) const fn new(out: W) -> Self {
        Self {
            out,
            budget: Budget::full(),
            names: BTreeSet::new(),
        }
    }

    /// The sheet `name`, which `fill` fills and whose merged cells it returns.
    ///
    /// # Errors
    /// What `fill` says, more than the bounds, or nobody listens.
    pub(super) fn sheet(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut Gathered<'_>) -> Result<Vec<Merge>, Fault>,
    ) -> Result<(), Stop> {
        if !self.names.insert(name.to_owned()) {
            let found = "two sheets of this name";
            return Err(Fault::new(name, found, "another name for each").into());
        }
        let mut gathered = Gathered::new(name.to_owned(), &mut self.budget);
        let merges = fill(&mut gathered)?;
        let rows = gathered.rows(&merges)?;
        if rows.is_empty() {
            return Ok(());
        }
        self.say(&Line::Sheet(name.to_owned()))?;
        for Row { number, cells } in rows {
            let cells = cells.into_iter().map(|cell| (cell.text, cell.kind));
            self.say(&Line::Row(number, cells.collect()))?;
        }
        Ok(())
    }

    /// Says that the sheet `name` is hidden and was left out: what nobody sees must not come in.
    ///
    /// # Errors
    /// Nobody listens.
    pub(super) fn hidden(&mut self, name: &str) -> Result<(), Stop> {
        let expected = "a sheet that shows (it was left out; unhide it to have it read)";
        let warning = Fault::new(name, "a hidden sheet", expected);
        Ok(self.say(&Line::Warning(warning))?)
    }

    /// One line.
    ///
    /// # Errors
    /// Nobody listens.
    pub(super) fn say(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// Passes on what is still held back.
    ///
    /// # Errors
    /// Nobody listens.
    pub(super) fn flush(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
