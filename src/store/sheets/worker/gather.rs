//! The cells of one sheet on their way out of a workbook, in whatever order they come.
//!
//! Owns the bounds on what a workbook may hold and what merged cells repeat. Refuses more than
//! the bounds with a reason; a file cannot make this grow beyond them.

use std::collections::BTreeMap;

use crate::domain::fault::Fault;
use crate::store::sheets::{At, Cell, Kind, Row};

/// Rows of all sheets together: twice the largest file that must come in within seconds.
const MOST_ROWS: usize = 200_000;

/// Columns of a sheet: some ten times those of the catalogue. What lies beyond is a slip.
const MOST_COLUMNS: usize = 256;

/// Cells of all sheets together, the empty ones between others too: some 50 columns of a
/// hundred thousand rows.
const MOST_CELLS: usize = 5_000_000;

/// Bytes of text of all sheets together, what merged cells repeat included.
const MOST_TEXT_BYTES: usize = 128 * 1024 * 1024;

/// What a workbook may still hold.
#[derive(Debug)]
pub(super) struct Budget {
    rows: usize,
    cells: usize,
    text_bytes: usize,
}

impl Budget {
    /// All of it.
    pub(super) const fn full() -> Self {
        Self {
            rows: MOST_ROWS,
            cells: MOST_CELLS,
            text_bytes: MOST_TEXT_BYTES,
        }
    }

    fn spend(&mut self, rows: usize, cells: usize, text_bytes: usize) -> Result<(), Fault> {
        let take = |left: &mut usize, much: usize, most: usize, what: &str| {
            let rest = left.checked_sub(much);
            *left = rest.ok_or_else(|| {
                let found = format!("more than {most} {what}");
                Fault::new("", found, "a table of that size at most; split the file")
            })?;
            Ok(())
        };
        take(&mut self.rows, rows, MOST_ROWS, "rows")?;
        take(&mut self.cells, cells, MOST_CELLS, "cells")?;
        take(
            &mut self.text_bytes,
            text_bytes,
            MOST_TEXT_BYTES,
            "bytes of text",
        )
    }
}

/// Cells merged into one that shows what the first of them holds; all places from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merge {
    pub(super) first: (u32, u32),
    pub(super) last: (u32, u32),
}

/// A sheet that is being read.
#[derive(Debug)]
pub(super) struct Gathered<'b> {
    name: String,
    budget: &'b mut Budget,
    rows: BTreeMap<u32, Vec<Cell>>,
}

impl<'b> Gathered<'b> {
    /// The sheet `name` before its first cell.
    pub(super) const fn new(name: String, budget: &'b mut Budget) -> Self {
        Self {
            name,
            budget,
            rows: BTreeMap::new(),
        }
    }

    /// Puts `cell` where it stands, counted from 0; what shows nothing leaves no trace.
    ///
    /// # Errors
    /// More than the bounds.
    pub(super) fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), Fault> {
        if cell.is_empty() {
            return Ok(());
        }
        let place = index(column);
        if place >= MOST_COLUMNS {
            let at = self.at(row).cell(place);
            let found = "a cell far to the right of any table";
            let expected = format!("at most {MOST_COLUMNS} columns; delete what lies beyond");
            return Err(Fault::new(at, found, expected));
        }
        let is_new = !self.rows.contains_key(&row);
        let cells = self.rows.entry(row).or_default();
        let more = (place + 1).saturating_sub(cells.len());
        self.budget.spend(is_new.into(), more, cell.text.len())?;
        if more > 0 {
            cells.resize(place + 1, Cell::default());
        }
        cells[place] = cell;
        Ok(())
    }

    /// The rows that hold something of their own, with what merged cells repeat.
    ///
    /// # Errors
    /// More than the bounds.
    pub(super) fn rows(mut self, merges: &[Merge]) -> Result<Vec<Row>, Fault> {
        for merge in merges {
            self.repeat(merge)?;
        }
        let rows = self.rows.into_iter();
        let row = |(number, cells)| Row {
            number: u64::from(number) + 1,
            cells,
        };
        Ok(rows.map(row).collect())
    }

    /// Repeats what the first cell of `merge` shows in those it covers, as far as their rows
    /// hold anything else: a row that only repeats says nothing.
    fn repeat(&mut self, merge: &Merge) -> Result<(), Fault> {
        let Merge { first, last } = *merge;
        let left = index(first.1);
        let right = index(last.1).min(MOST_COLUMNS - 1);
        let shown = self.rows.get(&first.0).and_then(|cells| cells.get(left));
        let Some(text) = shown.map(|cell| cell.text.clone()) else {
            return Ok(());
        };
        if text.is_empty() || first.0 > last.0 {
            return Ok(());
        }
        for (row, cells) in self.rows.range_mut(first.0..=last.0) {
            let more = (right + 1).saturating_sub(cells.len());
            let repeated = (right + 1).saturating_sub(left);
            self.budget
                .spend(0, more + repeated, text.len() * repeated)?;
            cells.resize(cells.len() + more, Cell::default());
            let covered = cells.iter_mut().enumerate().take(right + 1).skip(left);
            for (_, cell) in covered.filter(|(column, _)| (*row, *column) != (first.0, left)) {
                cell.text.clone_from(&text);
                cell.kind = Kind::Merged;
            }
        }
        Ok(())
    }

    fn at(&self, row: u32) -> At {
        At {
            file: String::new(),
            sheet: Some(self.name.clone()),
            row: u64::from(row) + 1,
        }
    }
}

fn index(column: u32) -> usize {
    usize::try_from(column).unwrap_or(usize::MAX - 1)
}
