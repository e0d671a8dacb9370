//! The tables of a file that are understood, sorted by what they fill.
//!
//! Owns which tables of a workbook take part in an import, and which one only adds flags to the
//! decisions of another. Refuses to leave a table out in silence.

use crate::domain::fault::Fault;
use crate::store::catalog::columns::Table;
use crate::store::catalog::form::is_guide;
use crate::store::sheets::{Book, Cell, Grid};

use super::dialect::{self, Defaults, Drafted};
use super::draft::Draft;
use super::plan::Taken;
use super::vocabulary;

/// In how many rows from the top a table has its headings.
const HEAD_ROWS: usize = 30;

/// What a file gives.
#[derive(Debug, Default)]
pub(in crate::store::catalog) struct Tables {
    /// Each table that is understood.
    pub(in crate::store::catalog) taken: Vec<Taken>,
    pub(in crate::store::catalog) decisions: Vec<Draft>,
    /// Rows that say no more of a decision than its flags.
    pub(in crate::store::catalog) flags: Vec<Draft>,
    pub(in crate::store::catalog) events: Vec<Draft>,
    pub(in crate::store::catalog) warnings: Vec<Fault>,
    pub(in crate::store::catalog) faults: Vec<Fault>,
}

impl Tables {
    /// The tables of `book`, or the one sheet of it that is wanted.
    pub(in crate::store::catalog) fn of(
        mut book: Book,
        sheet: Option<&str>,
        defaults: &Defaults,
    ) -> Self {
        let mut tables = Self {
            warnings: std::mem::take(&mut book.warnings),
            ..Self::default()
        };
        let grids = match sheet {
            Some(name) => wanted(book, name, &mut tables.faults),
            None => book.grids,
        };
        let is_alone = grids.len() == 1;
        let mut strange = Vec::new();
        let to_read = grids.into_iter().filter(|grid| !is_guide(grid));
        for grid in to_read.map(squared) {
            match dialect::drafts(&grid, defaults) {
                Ok(drafted) => tables.take(&grid, drafted),
                Err(faults) if is_alone || seems_a_table(&grid) => tables.faults.extend(faults),
                Err(faults) => strange.push((named(&grid), faults)),
            }
        }
        tables.judge_strange(strange);
        tables
    }

    /// How many rows there are to judge.
    pub(in crate::store::catalog) const fn rows(&self) -> usize {
        self.decisions.len() + self.flags.len() + self.events.len()
    }

    fn take(&mut self, grid: &Grid, drafted: Drafted) {
        self.taken.push(Taken {
            place: named(grid),
            table: drafted.table,
            rows: drafted.drafts.len(),
        });
        self.warnings.extend(drafted.warnings);
        match drafted.table {
            Table::Event => self.events.extend(drafted.drafts),
            Table::Decision if says_flags_only(&drafted.drafts) => {
                self.flags.extend(drafted.drafts);
            }
            Table::Decision => self.decisions.extend(drafted.drafts),
        }
    }

    /// Sheets without a heading that anybody knows are left out beside sheets that are understood,
    /// and are what is wrong where there is nothing else.
    fn judge_strange(&mut self, strange: Vec<(String, Vec<Fault>)>) {
        for (place, faults) in strange {
            if self.taken.is_empty() {
                self.faults.extend(faults);
            } else {
                let found = "no known heading (the sheet was left out)";
                let fault = Fault::new(place, found, "a table of decisions, flags or events");
                self.warnings.push(fault);
            }
        }
    }
}

fn wanted(book: Book, name: &str, faults: &mut Vec<Fault>) -> Vec<Grid> {
    let (wanted, others): (Vec<Grid>, Vec<Grid>) = book
        .grids
        .into_iter()
        .partition(|grid| grid.sheet.as_deref() == Some(name));
    if wanted.is_empty() {
        let names = others.iter().filter_map(|grid| grid.sheet.as_deref());
        let names: Vec<&str> = names.collect();
        let expected = match names.as_slice() {
            [] => "no --sheet: the file has one table without a name".to_owned(),
            names => format!("one of {}", names.join(", ")),
        };
        let found = format!("no sheet `{name}`");
        faults.push(Fault::new(book.file, found, expected));
    }
    wanted
}

/// A sheet with all its rows as wide as the widest. Those that end early have empty cells there, which
/// say that there is nothing; only a column that is gone says nothing.
fn squared(mut grid: Grid) -> Grid {
    if grid.sheet.is_some() {
        let width = grid.rows.iter().map(|row| row.cells.len()).max();
        let width = width.unwrap_or_default();
        for row in &mut grid.rows {
            row.cells.resize(width, Cell::default());
        }
    }
    grid
}

fn named(grid: &Grid) -> String {
    match &grid.sheet {
        Some(sheet) => format!("{}, {sheet}", grid.file),
        None => grid.file.clone(),
    }
}

/// Whether a row near the top has two headings that are known: one alone stands in any text.
fn seems_a_table(grid: &Grid) -> bool {
    grid.rows.iter().take(HEAD_ROWS).any(|row| {
        let known = row.cells.iter().filter(|cell| is_heading(&cell.text));
        known.count() > 1
    })
}

fn is_heading(text: &str) -> bool {
    [Table::Decision, Table::Event]
        .iter()
        .any(|table| vocabulary::column(*table, text).is_some())
}

/// Whether a table of decisions has no column but key, title and flags.
fn says_flags_only(drafts: &[Draft]) -> bool {
    let Some(first) = drafts.first() else {
        return false;
    };
    let columns = Table::Decision.columns().iter().zip(first.values());
    let given = columns.filter(|(_, value)| value.is_some());
    let mut given = given.map(|(column, _)| column);
    let mut has_flag = false;
    let is_flag_table = given.all(|column| {
        has_flag |= column.is_flag();
        column.is_flag() || matches!(column.name, "id" | "title" | "confidential")
    });
    is_flag_table && has_flag
}
