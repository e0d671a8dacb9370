//! 汇总: of which day and by which law, and how many duties stand how, by unit.
//!
//! Owns the last sheet. Its counts are values, for they are of one day; its sums are formulas, so
//! that whoever doubts them sees what they add up, with their results beside them for programs
//! that do not calculate. Refuses to count anything itself.

use anyhow::Context as _;
use rust_xlsxwriter::{Formula, Worksheet};

use super::book::Book;
use super::duties::Question;
use super::gathered::{Counts, Gathered};
use super::inks::Kind;
use super::standing::Head;
use crate::cli::waiting::Because;
use crate::domain::obligation::State;

/// Columns before the counts: the unit.
const UNIT_WIDTH: f64 = 34.0;
const COUNT_WIDTH: f64 = 13.0;

/// In points: three lines, for the names of heads are longer than their counts.
const HEADER_HEIGHT: f64 = 44.0;

/// What the sheet tells.
pub(super) struct Facts<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) gathered: &'a Gathered,
    /// Notices that are listed; none without a ledger.
    pub(super) notices: Option<u64>,
}

/// Writes the sheet.
///
/// # Errors
/// The templates' or the workbook's.
pub(super) fn write(book: &mut Book<'_, '_>, facts: &Facts<'_>) -> anyhow::Result<()> {
    let mut sheet = Worksheet::new();
    let name = book.words.say("sheet", &"summary")?;
    sheet.set_name(&name).context(format!("the sheet {name}"))?;
    book.lay_out(&mut sheet)?;
    sheet.set_column_width(0, UNIT_WIDTH)?;
    for column in 1..=last_column() {
        sheet.set_column_width(column, COUNT_WIDTH)?;
    }
    let mut row = 0;
    for (name, value) in lines(book, facts)? {
        let name = book.words.say("fact", &name)?;
        let value = book.fitted(&value)?;
        sheet.write_string_with_format(row, 0, name, book.inks.plain())?;
        // The value reaches over the columns of counts, which are narrow.
        sheet.merge_range(row, 1, row, last_column(), &value, book.inks.plain())?;
        row += 1;
    }
    write_counts(book, &mut sheet, row + 1, &facts.gathered.counts)?;
    book.push(sheet);
    Ok(())
}

/// What can be said before the counts, each with the template's name for it.
fn lines(
    book: &mut Book<'_, '_>,
    facts: &Facts<'_>,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let Facts {
        question,
        gathered,
        notices,
    } = facts;
    let library = &question.books.library;
    let pack = &library.pack;
    let seen = &gathered.seen;
    let mut lines = vec![
        ("on", question.today.to_string()),
        (
            "pack",
            format!("{} {} {}", pack.title, pack.name, pack.version),
        ),
        ("calendar", library.calendar.version().to_owned()),
        ("decisions", seen.decisions.to_string()),
        ("duties", seen.duties.to_string()),
    ];
    for (name, because) in [
        ("never_entered", Because::NeverEntered),
        ("unanswered", Because::Unanswered),
        ("ahead", Because::Ahead),
    ] {
        let count = gathered.waiting.get(&because).copied();
        lines.push((name, count.unwrap_or_default().to_string()));
    }
    lines.push(match notices {
        Some(notices) => ("listed", notices.to_string()),
        None => ("listed", book.words.name("no_ledger")?),
    });
    if seen.faults > 0 {
        lines.push(("faults", book.words.say("faults", &seen.faults)?));
    }
    if let Some(unit) = &question.filter.unit {
        lines.push(("unit", unit.clone()));
    }
    if let Some(year) = question.year {
        lines.push(("year", year.to_string()));
    }
    if !question.filter.states.is_empty() {
        let states = question.filter.states.iter();
        let names = states.map(|state: &State| book.words.say("state_name", state));
        let names: Result<Vec<String>, _> = names.collect();
        lines.push(("states", names?.join("、")));
    }
    Ok(lines)
}

fn write_counts(
    book: &mut Book<'_, '_>,
    sheet: &mut Worksheet,
    top: u32,
    counts: &std::collections::BTreeMap<String, Counts>,
) -> anyhow::Result<()> {
    let header = book.inks.header().clone();
    sheet.write_string_with_format(top, 0, book.words.say("column", &"responsible")?, &header)?;
    let heads = Head::ALL.iter().map(|head| head.name()).chain(["sum"]);
    for (column, head) in (1..).zip(heads) {
        let head = book.words.say("standing", &head)?;
        sheet.write_string_with_format(top, column, head, &header)?;
    }
    sheet.set_row_height(top, HEADER_HEIGHT)?;
    let number = book.inks.of(Kind::Number).clone();
    let mut row = top;
    let mut totals = Counts::default();
    for (unit, counts) in counts {
        row += 1;
        let unit = book.fitted(unit)?;
        sheet.write_string_with_format(row, 0, unit, book.inks.plain())?;
        for ((column, count), total) in (1..).zip(counts).zip(&mut totals) {
            sheet.write_number_with_format(row, column, as_number(*count), &number)?;
            *total += count;
        }
        sum(
            sheet,
            row,
            last_column(),
            &across(row),
            counts.iter().sum(),
            &number,
        )?;
    }
    let sum_row = row + 1;
    sheet.write_string_with_format(sum_row, 0, book.words.say("standing", &"sum")?, &header)?;
    let all = totals.iter().sum();
    for (column, total) in (1..).zip(totals.into_iter().chain([all])) {
        let formula = down(top + 1, row, column);
        sum(sheet, sum_row, column, &formula, total, &header)?;
    }
    sheet.set_repeat_rows(top, top)?;
    Ok(())
}

/// The last column: the sum of a row.
fn last_column() -> u16 {
    u16::try_from(Head::ALL.len() + 1).unwrap_or_default()
}

/// Formulas are made of cells' names only; nothing that anybody wrote comes into one.
fn sum(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    formula: &str,
    result: u64,
    format: &rust_xlsxwriter::Format,
) -> anyhow::Result<()> {
    let formula = Formula::new(formula).set_result(result.to_string());
    sheet.write_formula_with_format(row, column, formula, format)?;
    Ok(())
}

fn across(row: u32) -> String {
    let (first, last) = (letter(1), letter(last_column() - 1));
    format!("=SUM({first}{0}:{last}{0})", row + 1)
}

/// Of no rows the sum is 0, and not that of the header.
fn down(first: u32, last: u32, column: u16) -> String {
    if last < first {
        return "=0".to_owned();
    }
    let column = letter(column);
    format!("=SUM({column}{}:{column}{})", first + 1, last + 1)
}

/// The name of a column, of which there are fewer than letters.
fn letter(column: u16) -> char {
    let letter = u8::try_from(column)
        .ok()
        .and_then(|column| b'A'.checked_add(column));
    letter.map_or('A', char::from)
}

/// Counts of duties stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "a count of duties")]
const fn as_number(count: u64) -> f64 {
    count as f64
}
