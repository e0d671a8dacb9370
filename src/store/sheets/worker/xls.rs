//! Workbooks of Excel 97 to 2003, and of WPS, which writes the same into its `.et`.
//!
//! Owns the walk through their sheets. Their number formats do not come through calamine, so a
//! date is a day whose look is not known, and a number has lost how it was written. A sheet is
//! read as a dense rectangle, which is what the limit on memory is for.

use std::io::{BufReader, Read, Seek, Write};

use calamine::{Data, Reader as _, Sheet, SheetType, SheetVisible, Xls, XlsError};

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
    let mut book = Xls::new(BufReader::new(source)).map_err(unreadable)?;
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
    book: &mut Xls<RS>,
    name: &str,
    gathered: &mut Gathered<'_>,
) -> Result<Vec<Merge>, Fault> {
    let range = book.worksheet_range(name).map_err(unreadable)?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let place =
            |from: u32, more: usize| from.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        gathered.put(place(top, row), place(left, column), read_cell(value))?;
    }
    let merges = book.merge_cells_by_sheet_name(name).map_err(unreadable)?;
    Ok(merges.into_iter().map(Merge::from).collect())
}

fn read_cell(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::default(),
        Data::String(text) | Data::DurationIso(text) => Cell::typed(text.as_str()),
        Data::Bool(says) => Cell::typed(if *says { "TRUE" } else { "FALSE" }),
        Data::Error(error) => Cell::typed(error.to_string()),
        Data::DateTimeIso(text) => date_alone(text),
        Data::DateTime(moment) => Look::Plain.moment(moment),
        Data::Float(number) => Look::Plain.number(*number),
        Data::Int(number) => Cell {
            text: number.to_string(),
            kind: Kind::Number,
        },
    }
}

fn unreadable(error: XlsError) -> Fault {
    match error {
        XlsError::Password => Fault::new(
            "",
            "a workbook protected by a password",
            "a workbook without one: open it in a spreadsheet program and save it without a password",
        ),
        other => damaged(other),
    }
}
