//! Workbooks of Excel 2007 and later, and of everything that writes the same.
//!
//! Owns the walk through their sheets, a cell at a time: calamine's ranges are dense, and two
//! cells in opposite corners ask for half a terabyte. Refuses to judge how a number is shown;
//! `shown` does.

use std::io::{BufReader, Read, Seek, Write};

use calamine::{DataRef, Dimensions, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::answer::{Answer, Stop};
use super::damaged;
use super::gather::{Gathered, Merge};
use super::shown::{Look, date_alone};
use crate::domain::fault::Fault;
use crate::store::sheets::{Cell, Kind};

/// Reads every sheet of `source` that shows.
///
/// # Errors
/// What is wrong with the workbook, or nobody listens.
pub(super) fn read<W: Write>(
    source: &mut (impl Read + Seek),
    answer: &mut Answer<W>,
) -> Result<(), Stop> {
    let mut book = Xlsx::new(BufReader::new(source)).map_err(damaged)?;
    for Sheet { name, typ, visible } in book.sheets_metadata().to_vec() {
        // The others (charts, dialogs, macros) have no cells.
        if typ != SheetType::WorkSheet {
            continue;
        }
        if visible != SheetVisible::Visible {
            answer.hidden(&name)?;
            continue;
        }
        answer.sheet(&name, |gathered| fill(&mut book, &name, gathered))?;
    }
    Ok(())
}

fn fill<RS: Read + Seek>(
    book: &mut Xlsx<RS>,
    name: &str,
    gathered: &mut Gathered<'_>,
) -> Result<Vec<Merge>, Fault> {
    let of_sheet = |error: XlsxError| {
        let fault = damaged(error);
        Fault::new(name, fault.found, fault.expected)
    };
    let mut cells = book.worksheet_cells_reader(name).map_err(of_sheet)?;
    let styles = cells.styles().iter();
    let looks: Vec<Look> = styles
        .map(|style| match &style.number_format {
            Some(format) => Look::of(format.format_id, &format.format_code),
            None => Look::Plain,
        })
        .collect();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(of_sheet)? {
        let (row, column) = cell.get_position();
        let look = looks.get(style).unwrap_or(&Look::Plain);
        gathered.put(row, column, read_cell(cell.get_value(), look))?;
    }
    drop(cells);
    let merges = book.merge_cells_by_sheet_name(name).map_err(of_sheet)?;
    Ok(merges.into_iter().map(Merge::from).collect())
}

impl From<Dimensions> for Merge {
    fn from(Dimensions { start, end }: Dimensions) -> Self {
        Self {
            first: start,
            last: end,
        }
    }
}

fn read_cell(value: &DataRef<'_>, look: &Look) -> Cell {
    match value {
        DataRef::Empty => Cell::default(),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::typed(text.as_str()),
        DataRef::SharedString(text) => Cell::typed(*text),
        DataRef::Bool(says) => Cell::typed(if *says { "TRUE" } else { "FALSE" }),
        // `#REF!` and its like: text that no column takes, so that the row is refused and not lost.
        DataRef::Error(error) => Cell::typed(error.to_string()),
        DataRef::DateTimeIso(text) => date_alone(text),
        DataRef::DateTime(moment) => look.moment(moment),
        DataRef::Float(number) => look.number(*number),
        DataRef::Int(number) => Cell {
            text: number.to_string(),
            kind: Kind::Number,
        },
    }
}
