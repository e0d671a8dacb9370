//! The form: the catalogue as a workbook that a city's office fills and hands back.
//!
//! Owns which sheets there are and what stands in them, empty or filled. Refuses to lose a letter: what
//! a cell cannot hold keeps the whole form from being written, what it holds otherwise is remarked.
//!
//! The modules stand in the order in which a form comes about.

mod layout;
mod cell;
mod page;
mod guide;

use std::collections::BTreeSet;
use std::io::{self, Write};

use rusqlite::types::ValueRef;
use rust_xlsxwriter::{Workbook, XlsxError};
use zip::result::ZipError;

use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::sheets::unpanicked;

use super::columns::Table;
use super::reader::Catalog;
use cell::Filling;
use guide::Guidance;
pub(in crate::store::catalog) use guide::is_guide;
use layout::{Layout, Sheet};
use page::{Formats, Page};

/// What failed, as a verb.
const DOING: &str = "write the form";

/// What the drop-downs of a form offer.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    /// Names of units.
    pub units: BTreeSet<String>,
    /// Kinds of events beside the contract's.
    pub kinds: BTreeSet<String>,
}

/// What a form was filled with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// How many decisions.
    pub decisions: u64,
    /// How many events.
    pub events: u64,
    /// Cells that say something otherwise than the catalogue does.
    pub remarks: Vec<Fault>,
}

/// Writes an empty form to `out`.
///
/// # Errors
/// The writer's ([`StoreError::Write`]).
pub fn template(offers: &Offers, out: impl Write + Send) -> Result<(), StoreError> {
    let write = || {
        let layout = Layout::shipped()?;
        let mut book = Book::new(&layout);
        for sheet in &layout.sheet {
            book.add(sheet, None)?;
        }
        book.finish(offers, out)
    };
    unpanicked(write).unwrap_or_else(|error| Err(unkept(&error)))
}

/// Writes the form to `out`, filled with all decisions and events as they stand at one moment.
///
/// # Errors
/// Whatever the engine says, or the writer; [`StoreError::Refused`] with every cell that is longer
/// than a workbook's can be.
pub fn fill(
    catalog: &Catalog,
    offers: &Offers,
    out: impl Write + Send,
) -> Result<Filled, StoreError> {
    let write = || written(catalog, offers, out);
    unpanicked(write).unwrap_or_else(|error| Err(unkept(&error)))
}

fn written(
    catalog: &Catalog,
    offers: &Offers,
    out: impl Write + Send,
) -> Result<Filled, StoreError> {
    let layout = Layout::shipped()?;
    let mut book = Book::new(&layout);
    // Outside WAL mode the city's software cannot commit while rows are read, so the slow part, the
    // compression, comes after it.
    let filled = catalog.snapshot(|catalog| {
        let mut filled = Filled::default();
        for sheet in &layout.sheet {
            let rows = book.add(sheet, Some(catalog))?;
            match sheet.table() {
                Table::Decision => filled.decisions = rows,
                Table::Event => filled.events = rows,
            }
        }
        Ok(filled)
    })?;
    let (remarks, faults) = book.filling.told();
    if !faults.is_empty() {
        let doing = DOING;
        return Err(StoreError::Refused { doing, faults });
    }
    book.finish(offers, out)?;
    Ok(Filled { remarks, ..filled })
}

/// A workbook in the making.
struct Book<'l> {
    workbook: Workbook,
    layout: &'l Layout,
    formats: Formats,
    filling: Filling,
    /// The last row of the list of decisions, from 0; other sheets offer what stands in it.
    last_decision: u32,
}

impl<'l> Book<'l> {
    fn new(layout: &'l Layout) -> Self {
        Self {
            workbook: Workbook::new(),
            layout,
            formats: Formats::new(),
            filling: Filling::default(),
            last_decision: 0,
        }
    }

    /// Adds `sheet` with the rows of `catalog`, and returns how many.
    fn add(&mut self, sheet: &Sheet, catalog: Option<&Catalog>) -> Result<u64, StoreError> {
        let worksheet = self.workbook.add_worksheet_with_constant_memory();
        let worksheet = worksheet.map_err(unwritten)?;
        let mut page = Page::open(worksheet, sheet, &self.formats).map_err(unwritten)?;
        if let Some(catalog) = catalog {
            copy(catalog, sheet, &mut page, &mut self.filling)?;
        }
        let rows = page.rows();
        let last = page.close(self.layout, self.last_decision);
        let last = last.map_err(unwritten)?;
        if sheet.table() == Table::Decision && self.last_decision == 0 {
            self.last_decision = last;
        }
        Ok(rows)
    }

    /// Adds what explains the form and what its drop-downs offer, and writes it.
    fn finish(mut self, offers: &Offers, out: impl Write + Send) -> Result<(), StoreError> {
        let guide = Guidance::new(self.layout, offers);
        let worksheet = self.workbook.add_worksheet();
        let names = guide.explain(worksheet, &self.formats).map_err(unwritten)?;
        for (name, range) in names {
            self.workbook.define_name(name, &range).map_err(unwritten)?;
        }
        self.workbook.save_to_writer(out).map_err(unwritten)
    }
}

/// Copies the columns of `sheet` out of the catalogue.
fn copy(
    catalog: &Catalog,
    sheet: &Sheet,
    page: &mut Page<'_>,
    filling: &mut Filling,
) -> Result<(), StoreError> {
    let table = sheet.table();
    let columns: Vec<_> = sheet.columns().zip(sheet.repeated()).collect();
    let names: Vec<&str> = columns.iter().map(|(column, _)| column.name).collect();
    let order = match table {
        Table::Decision => "id",
        // What happened to one decision stands together.
        Table::Event => "decision_id, id",
    };
    let (list, from) = (names.join(", "), table.name());
    let sql = format!("select {list} from {from} order by {order}");
    let mut statement = catalog
        .connection
        .prepare_cached(&sql)
        .map_err(StoreError::sql(DOING))?;
    let mut rows = statement.query([]).map_err(StoreError::sql(DOING))?;
    while let Some(row) = rows.next().map_err(StoreError::sql(DOING))? {
        let value = |place| row.get_ref(place).unwrap_or(ValueRef::Null);
        let cells = columns
            .iter()
            .enumerate()
            .map(|(place, (column, is_repeated))| {
                if *is_repeated {
                    cell::shown(table, column, value(place))
                } else {
                    filling.shown((table, column), value(0), value(place))
                }
            });
        page.line(cells).map_err(unwritten)?;
    }
    Ok(())
}

/// An error of the workbook's writer as one of ours.
fn unwritten(error: XlsxError) -> StoreError {
    let source = match error {
        XlsxError::IoError(source) | XlsxError::ZipError(ZipError::Io(source)) => source,
        XlsxError::RowColumnLimitError => {
            let found = "more rows than a sheet of a workbook has";
            let fault = Fault::new("the catalogue", found, "fewer; write it as CSV");
            return StoreError::Refused {
                doing: DOING,
                faults: vec![fault],
            };
        }
        other => io::Error::other(other),
    };
    unwritable(source)
}

/// The error of the disk on which rows wait until the form is whole.
fn unkept(error: &io::Error) -> StoreError {
    let folder = std::env::temp_dir();
    let words = format!("{error}, for temporary files in {}", folder.display());
    unwritable(io::Error::new(error.kind(), words))
}

/// A disk's error as one of ours.
const fn unwritable(source: io::Error) -> StoreError {
    let doing = DOING;
    StoreError::Write { doing, source }
}
