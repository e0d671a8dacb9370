//! Workbooks of `LibreOffice` and of other programs that keep to the same standard (`.ods`).
//!
//! Owns a reader of its own, because calamine's repeats cells as often as a file asks for, and
//! knows neither merged cells nor what a cell shows, which here stands in the file. Refuses to
//! hold a row longer than it takes to put it where it belongs.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Seek, Write};

use zip::ZipArchive;

use super::answer::{Answer, Stop};
use super::damaged;
use super::gather::{Gathered, Merge};
use super::ole::PROTECTED;
use super::shown::{date_alone, shortest};
use super::xml::{Element, Node, Xml};
use crate::domain::fault::Fault;
use crate::store::sheets::{Cell, Kind};

/// The attributes that say something here, without their prefixes.
const ATTRIBUTES: &[&str] = &[
    "name",
    "style-name",
    "display",
    "value-type",
    "value",
    "date-value",
    "boolean-value",
    "string-value",
    "number-columns-repeated",
    "number-rows-repeated",
    "number-columns-spanned",
    "number-rows-spanned",
    "c",
];

/// The most of the list of parts that is looked at, in bytes.
const MOST_MANIFEST_BYTES: u64 = 1024 * 1024;

/// More blanks in a row than anybody types.
const MOST_BLANKS: u32 = 1000;

/// Reads every sheet of `source` that shows.
///
/// # Errors
/// What is wrong with the workbook, or nobody listens.
pub(super) fn read<W: Write>(
    source: &mut (impl Read + Seek),
    answer: &mut Answer<W>,
) -> Result<(), Stop> {
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    require_open(&mut archive)?;
    let content = archive.by_name("content.xml").map_err(damaged)?;
    let mut xml = Xml::new(BufReader::new(content), ATTRIBUTES);
    let mut hidden = BTreeSet::new();
    let mut style = String::new();
    loop {
        match xml.next()? {
            Node::Open(element) => match element.name.as_str() {
                "style" => element
                    .get("name")
                    .unwrap_or_default()
                    .clone_into(&mut style),
                "table-properties" if element.get("display") == Some("false") => {
                    hidden.insert(style.clone());
                }
                "table" => sheet(&mut xml, &element, &hidden, answer)?,
                // What was deleted, what comes from elsewhere, what is drawn: tables, but not the
                // sheets.
                "tracked-changes" | "dde-links" | "shapes" | "forms" => xml.skip()?,
                _ => {}
            },
            Node::Close(name) if name == "spreadsheet" => return Ok(()),
            Node::Close(_) | Node::Text(_) => {}
        }
    }
}

/// Asks that no password be needed.
fn require_open(archive: &mut ZipArchive<impl Read + Seek>) -> Result<(), Fault> {
    let Ok(part) = archive.by_name("META-INF/manifest.xml") else {
        return Ok(());
    };
    let mut manifest = Vec::new();
    let read = part.take(MOST_MANIFEST_BYTES).read_to_end(&mut manifest);
    read.map_err(damaged)?;
    if String::from_utf8_lossy(&manifest).contains("encryption-data") {
        return Err(Fault::new("", PROTECTED.0, PROTECTED.1));
    }
    Ok(())
}

fn sheet<R: BufRead, W: Write>(
    xml: &mut Xml<R>,
    table: &Element,
    hidden: &BTreeSet<String>,
    answer: &mut Answer<W>,
) -> Result<(), Stop> {
    let name = table.get("name").unwrap_or_default();
    if hidden.contains(table.get("style-name").unwrap_or_default()) {
        answer.hidden(name)?;
        return Ok(xml.skip()?);
    }
    answer.sheet(name, |gathered| fill(xml, gathered))
}

fn fill<R: BufRead>(xml: &mut Xml<R>, gathered: &mut Gathered<'_>) -> Result<Vec<Merge>, Fault> {
    let mut merges = Vec::new();
    let mut number = 0_u32;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.name.as_str() {
                "table-row" => {
                    let times = element.times("number-rows-repeated")?;
                    let spots = spots(xml)?;
                    // The empty rows below a table are a million.
                    let filled = if spots.is_empty() { 0 } else { times };
                    for row in (number..).take(usize::try_from(filled).unwrap_or_default()) {
                        put(&spots, row, gathered, &mut merges)?;
                    }
                    number = number.saturating_add(times);
                }
                "table-row-group" | "table-header-rows" | "table-rows" => {}
                _ => xml.skip()?,
            },
            Node::Close(name) if name == "table" => return Ok(merges),
            Node::Close(_) | Node::Text(_) => {}
        }
    }
}

/// A cell of a row that shows something, where it stands, how often it is repeated to the right,
/// and over how many rows and columns it reaches.
struct Spot {
    column: u32,
    times: u32,
    rows: u32,
    columns: u32,
    cell: Cell,
}

fn put(
    spots: &[Spot],
    row: u32,
    gathered: &mut Gathered<'_>,
    merges: &mut Vec<Merge>,
) -> Result<(), Fault> {
    for spot in spots {
        for column in (spot.column..).take(usize::try_from(spot.times).unwrap_or_default()) {
            gathered.put(row, column, spot.cell.clone())?;
        }
        if spot.rows > 1 || spot.columns > 1 {
            let last = |first: u32, reach: u32| first.saturating_add(reach.saturating_sub(1));
            merges.push(Merge {
                first: (row, spot.column),
                last: (last(row, spot.rows), last(spot.column, spot.columns)),
            });
        }
    }
    Ok(())
}

/// The cells of the row that has just begun.
fn spots<R: BufRead>(xml: &mut Xml<R>) -> Result<Vec<Spot>, Fault> {
    let mut spots = Vec::new();
    let mut column = 0_u32;
    loop {
        match xml.next()? {
            Node::Open(element) => {
                let times = element.times("number-columns-repeated")?;
                if element.name == "table-cell" {
                    let cell = read_cell(xml, &element)?;
                    if !cell.is_empty() {
                        spots.push(Spot {
                            column,
                            times,
                            rows: element.times("number-rows-spanned")?,
                            columns: element.times("number-columns-spanned")?,
                            cell,
                        });
                    }
                } else {
                    xml.skip()?;
                }
                if matches!(element.name.as_str(), "table-cell" | "covered-table-cell") {
                    column = column.saturating_add(times);
                }
            }
            Node::Close(_) => return Ok(spots),
            Node::Text(_) => {}
        }
    }
}

/// The cell that has just begun: its paragraphs, and what is behind them.
fn read_cell<R: BufRead>(xml: &mut Xml<R>, element: &Element) -> Result<Cell, Fault> {
    let mut shown = String::new();
    loop {
        match xml.next()? {
            Node::Open(inner) if inner.name == "p" => {
                if !shown.is_empty() {
                    shown.push('\n');
                }
                paragraph(xml, &mut shown)?;
            }
            // Comments and drawings.
            Node::Open(_) => xml.skip()?,
            Node::Close(_) => return Ok(of_type(element, shown)),
            Node::Text(_) => {}
        }
    }
}

fn paragraph<R: BufRead>(xml: &mut Xml<R>, shown: &mut String) -> Result<(), Fault> {
    loop {
        match xml.next()? {
            Node::Text(text) => shown.push_str(&text),
            Node::Open(element) => match element.name.as_str() {
                "s" => {
                    let blanks = element.times("c")?.min(MOST_BLANKS);
                    shown.extend((0..blanks).map(|_| ' '));
                }
                "tab" => shown.push('\t'),
                "line-break" => shown.push('\n'),
                "annotation" | "note" | "frame" => xml.skip()?,
                // Runs of other letters and links.
                _ => {}
            },
            Node::Close(name) if name == "p" => return Ok(()),
            Node::Close(_) => {}
        }
    }
}

fn of_type(element: &Element, shown: String) -> Cell {
    let says = |name| element.get(name).unwrap_or_default();
    match says("value-type") {
        "float" | "percentage" | "currency" => match says("value").parse() {
            Ok(number) => of_number(number, &shown),
            Err(_) => Cell::typed(shown),
        },
        "date" => of_date(says("date-value"), shown),
        _ if !shown.is_empty() => Cell::typed(shown),
        "boolean" => Cell::typed(says("boolean-value").to_uppercase()),
        _ => Cell::typed(says("string-value")),
    }
}

/// A number as it is shown, where that is all of it.
fn of_number(number: f64, shown: &str) -> Cell {
    let shortest = shortest(number);
    let digits = shown.replace(',', "");
    let core = digits.trim_matches(|letter: char| !letter.is_ascii_digit() && letter != '-');
    let scale = if digits.ends_with('%') { 100.0 } else { 1.0 };
    let is_whole = core
        .parse::<f64>()
        .is_ok_and(|read| (read / scale - number).abs() <= number.abs() * f64::EPSILON * 4.0);
    if is_whole && digits != shortest {
        return Cell::typed(digits);
    }
    Cell {
        text: shortest,
        kind: Kind::Number,
    }
}

/// A date as it is shown, where that leaves out its day or its year: it then has fewer than three
/// numbers.
fn of_date(day: &str, shown: String) -> Cell {
    let numbers = shown.split(|letter: char| !letter.is_ascii_digit());
    if shown.is_empty() || numbers.filter(|digits| !digits.is_empty()).count() >= 3 {
        date_alone(day)
    } else {
        Cell::typed(shown)
    }
}
