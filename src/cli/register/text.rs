//! The register as CSV and as JSON.
//!
//! Owns both forms, for programs and for spreadsheets that read nothing else. Refuses to leave a
//! cell of CSV that a spreadsheet would run.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::duties::{Duty, Question};
use super::form::{Cell, DUTIES};
use super::gathered::{Gathered, Urgency};
use super::rows::Scribe;
use super::spool::Spool;
use super::told::Told;
use crate::channels::wording::register::RegisterWords;
use crate::cli::due::{JsonArray, Row};
use crate::cli::text::harmless;
use crate::cli::waiting::Because;
use crate::store::ledger::Reader;
use crate::store::sheets::guarded;

/// By it a spreadsheet knows UTF-8.
const MARK: &str = "\u{feff}";

/// A duty in JSON: what `due --json` and `due --waiting --json` say of it, and its light.
#[derive(Serialize)]
struct Exported<'a> {
    #[serde(flatten)]
    row: &'a Row<'a>,
    /// Working days to the date, negative past it; of what is still to be done.
    working_days_left: Option<i64>,
    /// `late`, `near`, `fine`, `ended` or `waiting`.
    light: String,
    because: Option<Because>,
    never_entered: &'a [Vec<String>],
    although: Option<&'a str>,
    although_on: Option<NaiveDate>,
}

/// Writes every duty in the columns of 台账.
///
/// # Errors
/// Those of `out`, or of the templates.
pub(super) fn write_csv(
    out: &mut dyn Write,
    duties: Spool<Urgency>,
    words: &mut RegisterWords<'_>,
) -> anyhow::Result<()> {
    out.write_all(MARK.as_bytes())?;
    let mut table = csv::Writer::from_writer(out);
    let names = DUTIES.columns.iter();
    let names = names.map(|(name, _)| words.say("column", name));
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    table.write_record(names).map_err(as_io)?;
    let mut number = 0_u64;
    duties.each(&mut |_, cells: Vec<Cell>| {
        number += 1;
        let cells = cells.iter().map(field);
        let fields = std::iter::once(number.to_string()).chain(cells);
        Ok(table.write_record(fields).map_err(as_io)?)
    })?;
    Ok(table.flush()?)
}

/// The writer's own error: a reader that went away is known by it.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(&harmless(text)).into_owned(),
        Cell::Day(day) => day.to_string(),
        Cell::Number(number) | Cell::Left { days: number, .. } => number.to_string(),
        Cell::Lit { text, .. } => guarded(text).into_owned(),
    }
}

/// A duty as [`write_json`] writes it.
///
/// # Errors
/// The templates do not fit the facts.
pub(super) fn duty(duty: &Duty<'_>, scribe: &mut Scribe<'_, '_>) -> anyhow::Result<Vec<u8>> {
    let lack = duty.lack.as_ref();
    let exported = Exported {
        row: &duty.row,
        working_days_left: scribe.left(duty).map(|(days, _)| days),
        light: scribe.lamp(duty)?,
        because: duty.because,
        never_entered: lack.map_or(&[], |lack| &lack.missing),
        although: lack.map(|lack| lack.although.as_str()),
        although_on: lack.map(|lack| lack.on),
    };
    Ok(serde_json::to_vec(&exported)?)
}

/// Writes everything as one JSON object; `notices` is null where there is no ledger.
///
/// # Errors
/// Those of `out`, or of the ledger.
pub(super) fn write_json(
    out: &mut dyn Write,
    question: &Question<'_>,
    (gathered, duties): (&Gathered, Spool<Urgency>),
    ledger: Option<&Reader>,
) -> anyhow::Result<()> {
    let library = &question.books.library;
    let seen = &gathered.seen;
    let pack = format!("{} {}", library.pack.name, library.pack.version);
    let head = [
        ("as_of", json!(question.today)),
        ("rules", pack.into()),
        ("calendar", library.calendar.version().into()),
        ("decisions", seen.decisions.into()),
        ("faults", seen.faults.into()),
    ];
    out.write_all(b"{\n")?;
    for (name, value) in head {
        writeln!(out, "\"{name}\": {value},")?;
    }
    out.write_all(b"\"duties\": ")?;
    let mut array = JsonArray::begin(out);
    duties.each_text(&mut |_, text| Ok(array.push_text(text)?))?;
    array.end()?;
    out.write_all(b",\"notices\": ")?;
    match ledger {
        None => out.write_all(b"null\n")?,
        Some(ledger) => {
            let mut array = JsonArray::begin(out);
            Told::of(gathered, question.today)
                .each(ledger, &mut |entry| Ok(array.push(&entry.listed)?))?;
            array.end()?;
        }
    }
    Ok(out.write_all(b"}\n")?)
}
