//! Workbooks of Excel 97 to 2003, and of WPS, which writes the same into its `.et`.
//!
//! Owns the walk through their sheets. A sheet is read as a dense rectangle, which is what the
//! limit on memory is for. Refuses to judge how a number is shown: `xls_formats` finds out by
//! which format, and `shown` does the rest.

use std::io::{BufReader, Read, Seek, Write};

use calamine::{Data, Reader as _, Sheet, SheetType, SheetVisible, Xls, XlsError};

use super::answer::{Answer, Stop};
use super::damaged;
use super::gather::{Gathered, Merge};
use super::ole::PROTECTED;
use super::shown::{Look, date_alone};
use super::xls_formats::{self, Looks};
use crate::domain::fault::Fault;
use crate::store::sheets::{Cell, Kind};

/// Reads every sheet of `source` that shows; the workbook itself is the `stream` in it.
///
/// # Errors
/// What is wrong with the workbook, or nobody listens.
pub(super) fn read<W: Write>(
    source: &mut (impl Read + Seek),
    stream: &[u8],
    answer: &mut Answer<W>,
) -> Result<(), Stop> {
    let mut book = Xls::new(BufReader::new(source)).map_err(unreadable)?;
    let mut looks = xls_formats::looks(stream).into_iter();
    for Sheet { name, typ, visible } in book.sheets_metadata().to_vec() {
        let looks = looks.next().unwrap_or_default();
        // The others (charts, dialogs, macros) have no cells.
        if typ != SheetType::WorkSheet {
            continue;
        }
        if visible != SheetVisible::Visible {
            answer.hidden(&name)?;
            continue;
        }
        answer.sheet(&name, |gathered| fill(&mut book, &name, &looks, gathered))?;
    }
    Ok(())
}

fn fill<RS: Read + Seek>(
    book: &mut Xls<RS>,
    name: &str,
    looks: &Looks,
    gathered: &mut Gathered<'_>,
) -> Result<Vec<Merge>, Fault> {
    let range = book.worksheet_range(name).map_err(unreadable)?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let place = |from: u32, more: usize| {
            let more = u32::try_from(more).unwrap_or(u32::MAX);
            from.saturating_add(more)
        };
        let (row, column) = (place(top, row), place(left, column));
        let look = looks.get(&(row, column)).unwrap_or(&Look::Plain);
        gathered.put(row, column, read_cell(value, look))?;
    }
    let merges = book.merge_cells_by_sheet_name(name).map_err(unreadable)?;
    Ok(merges.into_iter().map(Merge::from).collect())
}

fn read_cell(value: &Data, look: &Look) -> Cell {
    match value {
        Data::Empty => Cell::default(),
        Data::String(text) | Data::DurationIso(text) => Cell::typed(text.as_str()),
        Data::Bool(says) => Cell::typed(if *says { "TRUE" } else { "FALSE" }),
        Data::Error(error) => Cell::typed(error.to_string()),
        Data::DateTimeIso(text) => date_alone(text),
        Data::DateTime(moment) => look.moment(moment),
        Data::Float(number) => look.number(*number),
        Data::Int(number) => Cell {
            text: number.to_string(),
            kind: Kind::Number,
        },
    }
}

fn unreadable(error: XlsError) -> Fault {
    match error {
        XlsError::Password => Fault::new("", PROTECTED.0, PROTECTED.1),
        other => damaged(other),
    }
}
