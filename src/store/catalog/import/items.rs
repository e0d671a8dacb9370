//! The rows below a header: which of them are items, and which are something else.
//!
//! Owns headings of groups, empty groups, sums, what stands below a table, and items on several
//! rows. Refuses to drop a row: each is an item or a part of one, skipped with its reason, or faulty.

use std::collections::BTreeSet;

use super::header::{Header, Role, text};
use super::vocabulary;
use crate::domain::fault::Fault;
use crate::store::catalog::columns::{Holds, Table};
use crate::store::catalog::times::numeral;
use crate::store::sheets::{At, Cell, Grid, Kind, Row, unguarded};
use crate::store::text::{folded, one_line, shown};

/// An item on more rows than this is a column merged by mistake; real ones have ten.
const MOST_ROWS: u64 = 100;

/// What one item says, on however many rows.
#[derive(Debug)]
pub(super) struct Item {
    /// Where it begins.
    pub(super) at: At,
    pub(super) cells: Vec<Cell>,
    /// The number of its last row.
    pub(super) ends_at: u64,
}

/// What stands below a header.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) items: Vec<Item>,
    /// Rows that are no items, each with its reason; cells that stand under no heading.
    pub(super) skipped: Vec<Fault>,
    pub(super) faults: Vec<Fault>,
}

/// What a row is, unless it is an item.
enum Other {
    /// Something that is no item, in a word.
    Skipped(&'static str),
    /// It goes on the item above it.
    Continuation,
    Faulty(Fault),
}

/// Reads the rows of `grid` below `header`.
pub(super) fn body(grid: &Grid, header: &Header) -> Body {
    let mut body = Body::default();
    for (place, row) in grid.rows.iter().enumerate().skip(header.ends_after) {
        let at = grid.at(row.number);
        match other(grid, place, header, body.items.last()) {
            Some(Other::Skipped(reason)) => body.skipped.push(skipped(row, &at, reason)),
            Some(Other::Faulty(fault)) => body.faults.push(fault),
            Some(Other::Continuation) => {
                if let Some(item) = body.items.last_mut() {
                    if row.number - item.at.row > MOST_ROWS {
                        let found = format!("more than {MOST_ROWS} rows of one item");
                        let expected = "a row for each item; part the merged cells";
                        body.faults
                            .push(Fault::new(at.to_string(), found, expected));
                        continue;
                    }
                    item.ends_at = row.number;
                    let faults = go_on(item, header, row, &at);
                    body.faults.extend(faults);
                }
            }
            None => {
                body.skipped.extend(outside(row, &at, header));
                body.items.push(Item {
                    at,
                    cells: row.cells.clone(),
                    ends_at: row.number,
                });
            }
        }
    }
    body
}

/// The number that an item has in its table: `3`, `3.`, `（三）`, `3、`.
pub(super) fn number(text: &str) -> Option<i64> {
    let plain = folded(unguarded(text));
    let plain = plain.trim_start_matches(['(', '第']);
    let plain = plain.trim_end_matches([')', '.', '、', '项', ',']);
    // A spreadsheet's whole number may be written with its fraction.
    let whole = plain.strip_suffix(".0").unwrap_or(plain);
    let is_digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits {
        return whole.parse().ok();
    }
    if whole.is_empty() {
        return None;
    }
    let circled = whole.chars().next().filter(|_| whole.chars().count() == 1);
    match circled {
        Some(sign @ '①'..='⑳') => {
            Some(i64::from(u32::from(sign)) - i64::from(u32::from('①')) + 1)
        }
        _ => numeral(whole).map(i64::from),
    }
}

fn other(grid: &Grid, place: usize, header: &Header, above: Option<&Item>) -> Option<Other> {
    let row = &grid.rows[place];
    let at = grid.at(row.number);
    if header.is_repeated_by(row) {
        return Some(Other::Skipped("the header again"));
    }
    let has_key = said(row, header, "id").is_some();
    if header.table == Table::Decision && !has_key {
        let other = second_table(grid, place, header, &at)
            .or_else(|| no_item(row, header).map(Other::Skipped))
            .or_else(|| is_continuation(row, header, above).then_some(Other::Continuation));
        if other.is_some() {
            return other;
        }
    }
    misfit(row, &at, header)
        .or_else(|| untitled(row, &at, header).filter(|_| !has_key))
        .map(Other::Faulty)
}

/// What `row` says in the first column for `name` that says something.
fn said<'r>(row: &'r Row, header: &Header, name: &str) -> Option<&'r str> {
    let mut texts = header.columns_of(name).map(|column| text(row, column));
    texts.find(|text| !text.is_empty())
}

/// That another header begins at `place`. A row with a number is an item, whatever it says.
fn second_table(grid: &Grid, place: usize, header: &Header, at: &At) -> Option<Other> {
    let row = &grid.rows[place];
    if said(row, header, "seq").is_some_and(|seq| number(seq).is_some()) {
        return None;
    }
    let other = Header::at(grid, place);
    // Two headings side by side are no accident; one may be the title of an item.
    (other.breadth() >= 2).then(|| {
        let found = format!("a second header, {}", shown(&other.names.join(",")));
        let expected = "one table; put what begins here into a sheet or a file of its own";
        Other::Faulty(Fault::new(at.to_string(), found, expected))
    })
}

/// Why `row` is no item, if it is none.
fn no_item(row: &Row, header: &Header) -> Option<&'static str> {
    let seq = said(row, header, "seq");
    let title = said(row, header, "title");
    if title.is_some_and(vocabulary::says_empty) {
        return Some("a group with nothing in it");
    }
    let is_numbered = seq.is_some_and(|seq| number(seq).is_some());
    let texts = distinct(row);
    let first = texts.first().copied().unwrap_or_default();
    if !is_numbered {
        if vocabulary::is_total(first) {
            return Some("a sum");
        }
        if vocabulary::is_foot(first) {
            return Some("a note below the table");
        }
    }
    // A heading stands at the left, or is merged across; what stands alone elsewhere was meant for
    // the row above it.
    let is_at_left = seq.is_some() || title.is_some() || !text(row, 0).is_empty();
    // `1、供热规划` in one cell is an item that lost the marks between its cells.
    let is_alone = row.cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
    let is_item = is_alone && !is_numbered && first.starts_with(|c: char| c.is_ascii_digit());
    if texts.len() == 1 && is_at_left && !is_item {
        let is_number = is_numbered && title.is_none();
        return Some(if is_number {
            "a number alone"
        } else {
            "a heading"
        });
    }
    let unit = said(row, header, "drafting_unit").filter(|unit| Some(*unit) != title);
    let planned = said(row, header, "planned_text").filter(|text| Some(*text) != title);
    let says_nothing = unit.is_none() && planned.is_none();
    if says_nothing && !is_numbered && !is_item {
        return Some("a heading");
    }
    let may_say = header.gives("drafting_unit") || header.gives("planned_text");
    (says_nothing && may_say && seq.is_some_and(is_chapter)).then_some("a heading")
}

/// Whether `seq` is a number as groups have it: `一、`, `（二）`.
fn is_chapter(seq: &str) -> bool {
    let numeral_of = |letter: char| letter == '十' || numeral(&letter.to_string()).is_some();
    seq.trim_start_matches(['（', '(']).starts_with(numeral_of)
}

fn distinct(row: &Row) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let texts = row.cells.iter().map(|cell| cell.text.trim());
    texts
        .filter(|text| !text.is_empty() && seen.insert(*text))
        .collect()
}

fn skipped(row: &Row, at: &At, reason: &str) -> Fault {
    let found = format!("{} ({reason})", shown(&distinct(row).join(" ")));
    Fault::new(at.to_string(), found, "a decision (the row was skipped)")
}

/// A row of a text file that has other cells than the header: a mark between cells was lost or
/// typed, and nobody knows which cell is which.
fn misfit(row: &Row, at: &At, header: &Header) -> Option<Fault> {
    if at.sheet.is_some() {
        return None;
    }
    let (cells, width) = (&row.cells, header.names.len());
    let mut surplus = cells.iter().skip(width);
    let is_surplus = surplus.any(|cell| !cell.is_empty());
    (cells.len() < width || is_surplus).then(|| {
        let first = cells.first().map_or("", |cell| &cell.text);
        let found = format!("{} cells, the first {}", cells.len(), shown(first));
        let expected = format!("{width} cells, as in the header");
        Fault::new(at.to_string(), found, expected)
    })
}

/// A row of a published table that says something, but not of what.
fn untitled(row: &Row, at: &At, header: &Header) -> Option<Fault> {
    let column = header.columns_of("title").next()?;
    if header.table != Table::Decision || said(row, header, "title").is_some() {
        return None;
    }
    let rest = distinct(row).join(" ");
    let found = format!("no title, and {}", shown(&rest));
    let expected = "a title; what goes on the row above it belongs into that row";
    Some(Fault::new(
        format!("{}, title", at.cell(column)),
        found,
        expected,
    ))
}

/// Cells of an item that stand under no heading.
fn outside(row: &Row, at: &At, header: &Header) -> Vec<Fault> {
    let cells = row.cells.iter().enumerate();
    let outside = cells.filter(|(column, cell)| {
        let role = header.roles.get(*column).copied().unwrap_or(Role::Blank);
        role == Role::Blank && !cell.is_empty() && cell.kind != Kind::Merged
    });
    outside
        .map(|(column, cell)| {
            let expected = "a heading above it (the cell was ignored)";
            Fault::new(at.cell(column), shown(&cell.text), expected)
        })
        .collect()
}

/// Whether `row` belongs to the item above it: number and title are merged with that item's.
fn is_continuation(row: &Row, header: &Header, above: Option<&Item>) -> bool {
    let Some(above) = above else { return false };
    let same = |column: usize| {
        let cell = row.cells.get(column);
        let before = above.cells.get(column);
        cell.zip(before).is_some_and(|(cell, before)| {
            cell.kind == Kind::Merged && cell.text.trim() == before.text.trim()
        })
    };
    let empty = |column: usize| text(row, column).is_empty();
    let mut titles = header.columns_of("title").peekable();
    let mut numbers = header.columns_of("seq");
    titles.peek().is_some()
        && titles.all(same)
        && numbers.all(|column| same(column) || empty(column))
}

/// Adds to `item` what `row`, which goes on it, says besides.
fn go_on(item: &mut Item, header: &Header, row: &Row, at: &At) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (column, cell) in row.cells.iter().enumerate() {
        let added = cell.text.trim();
        let role = header.roles.get(column).copied().unwrap_or(Role::Blank);
        let Some(before) = item.cells.get_mut(column) else {
            item.cells.resize(column, Cell::default());
            item.cells.push(cell.clone());
            continue;
        };
        if added.is_empty() || parts(&before.text).any(|part| part == added) {
            continue;
        }
        if before.is_empty() {
            *before = cell.clone();
        } else if let Some(mark) = joint(role) {
            before.text = format!("{}{mark}{added}", before.text);
        } else {
            let found = format!("{} besides {}", shown(added), shown(&before.text));
            let expected = "one value for an item on several rows";
            faults.push(Fault::new(at.cell(column), found, expected));
        }
    }
    faults
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    [text.trim()]
        .into_iter()
        .chain(text.split(['；', '\n']).map(str::trim))
}

/// What stands between the cells of an item on several rows; `None` where it can have only one.
fn joint(role: Role) -> Option<&'static str> {
    match role {
        Role::Column(place) => {
            let column = &Table::Decision.columns()[place];
            let is_unit = column.holds == Holds::Names || column.name.ends_with("_unit");
            match (is_unit, column.holds) {
                (true, _) => Some("；"),
                (false, Holds::Text) => Some("\n"),
                _ => None,
            }
        }
        Role::Step(step) if step.flag.is_some() => None,
        _ => Some("\n"),
    }
}

/// `text` on one line, where a break between two Chinese letters leaves no blank: cells are wrapped
/// wherever their column ends.
pub(super) fn unwrapped(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split(['\n', '\r', '\u{2028}']).map(str::trim) {
        let is_latin = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii());
        let meets = is_latin(joined.chars().last()) || is_latin(line.chars().next());
        if meets && !joined.is_empty() && !line.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    one_line(&joined).into_owned()
}
