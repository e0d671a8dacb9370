//! How the cells of an xls workbook show their numbers: calamine reads the numbers and passes
//! over this, and a month would come in as its first day.
//!
//! Owns the few records of Excel 97 that say it ([MS-XLS] 2.4). Refuses to read values, and
//! gives up without a word where a record is not as it should be: the cells then have no look.

use std::collections::BTreeMap;

use super::shown::Look;

/// Where a substream begins and ends ([MS-XLS] 2.4.21 and 2.4.103).
const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
/// A sheet, and where in the stream it begins (2.4.28).
const BOUND_SHEET: u16 = 0x0085;
/// A number format of the workbook's own (2.4.126).
const FORMAT: u16 = 0x041E;
/// The look of cells (2.4.353).
const XF: u16 = 0x00E0;
/// Cells that hold numbers (2.4.180, 2.4.220, 2.4.175, 2.4.127).
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const MUL_RK: u16 = 0x00BD;
const FORMULA: u16 = 0x0006;
/// The version of Excel 97 in its BOF; earlier ones wrote formats in other encodings.
const EXCEL_97: u16 = 0x0600;

/// The looks of one sheet's cells: row and column, from 0.
pub(super) type Looks = BTreeMap<(u32, u32), Look>;

/// The looks in each sheet of the workbook `stream`, in the order of the sheets.
pub(super) fn looks(stream: &[u8]) -> Vec<Looks> {
    globals(stream).unwrap_or_default()
}

fn globals(stream: &[u8]) -> Option<Vec<Looks>> {
    let mut codes = BTreeMap::new();
    let mut looks_of_cells = Vec::new();
    let mut sheets = Vec::new();
    for Record { kind, body } in records(stream, 0) {
        match kind {
            BOF if u16_at(body, 0)? != EXCEL_97 => return None,
            FORMAT => drop(codes.insert(u16_at(body, 0)?, text(body.get(2..)?)?)),
            XF => looks_of_cells.push(u16_at(body, 2)?),
            BOUND_SHEET => sheets.push(u32_at(body, 0)?),
            EOF => break,
            _ => {}
        }
    }
    let look = |id: u16| {
        let code = codes.get(&id).map_or_else(|| built_in(id), String::as_str);
        Look::of(Some(id.into()), code)
    };
    let looks: Vec<Look> = looks_of_cells.into_iter().map(look).collect();
    let begins = sheets.into_iter().map(|begin| usize::try_from(begin).ok());
    let of_sheet = |begin: Option<usize>| begin.and_then(|begin| sheet(stream, begin, &looks));
    Some(
        begins
            .map(|begin| of_sheet(begin).unwrap_or_default())
            .collect(),
    )
}

/// The codes of the formats that have a number only and that may leave out a part of a date or
/// add to a number (ECMA-376 part 1, 18.8.30).
fn built_in(id: u16) -> &'static str {
    match id {
        2 => "0.00",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 => "mm-dd-yy",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        22 => "m/d/yy h:mm",
        _ => "General",
    }
}

fn sheet(stream: &[u8], begin: usize, looks: &[Look]) -> Option<Looks> {
    let mut found = Looks::new();
    let mut depth = 0_usize;
    for Record { kind, body } in records(stream, begin) {
        match kind {
            // A chart within the sheet has cells of its own.
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            NUMBER | RK | FORMULA if depth == 1 => {
                let (row, column) = (u16_at(body, 0)?, u16_at(body, 2)?);
                note(&mut found, (row, column), u16_at(body, 4)?, looks);
            }
            MUL_RK if depth == 1 => {
                let (row, first) = (u16_at(body, 0)?, u16_at(body, 2)?);
                // Six bytes a cell, and the last column behind them.
                let cells = body.get(4..body.len().checked_sub(2)?)?.chunks_exact(6);
                for (column, cell) in (first..).zip(cells) {
                    note(&mut found, (row, column), u16_at(cell, 0)?, looks);
                }
            }
            _ => {}
        }
    }
    Some(found)
}

fn note(found: &mut Looks, (row, column): (u16, u16), look: u16, looks: &[Look]) {
    match looks.get(usize::from(look)) {
        None | Some(Look::Plain) => {}
        Some(look) => drop(found.insert((row.into(), column.into()), look.clone())),
    }
}

/// A record: what it is, and what it says.
struct Record<'s> {
    kind: u16,
    body: &'s [u8],
}

/// The records from `begin` to the end, or to the first that is cut off.
fn records(stream: &[u8], begin: usize) -> impl Iterator<Item = Record<'_>> {
    let mut rest = stream.get(begin..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let body = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        Some(Record { kind, body })
    })
}

/// A text with its length before it (2.5.294): UTF-16, or the lower halves of it.
fn text(bytes: &[u8]) -> Option<String> {
    let length = usize::from(u16_at(bytes, 0)?);
    let is_wide = bytes.get(2)? & 1 == 1;
    let letters = bytes.get(3..)?;
    let units: Vec<u16> = if is_wide {
        let pairs = letters.get(..2 * length)?.chunks_exact(2);
        pairs
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    } else {
        letters
            .get(..length)?
            .iter()
            .map(|half| u16::from(*half))
            .collect()
    };
    Some(String::from_utf16_lossy(&units))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([pair[0], pair[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(bytes, at)?) | u32::from(u16_at(bytes, at + 2)?) << 16)
}
