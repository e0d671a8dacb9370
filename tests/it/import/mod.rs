//! Published tables become drafts: what is taken, skipped, warned of and asked for.
//!
//! Owns the means the tests below share: a table drawn in text, and what became of it in text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use duban::domain::decision::Flag;
use duban::domain::fault::Fault;
use duban::store::catalog::{Defaults, Draft, Drafted, drafts};
use duban::store::sheets::{Cell, Grid, Kind, Row};

mod headers;
mod hostile;
mod published;
mod rows;
mod shown;
mod steps;
mod times;
mod units;

/// A sheet as it is drawn: a line for each row, `|` between cells. A cell `^` is merged with the
/// one above it and `<` with the one before it; `#` begins a number, `@` a date, and `⏎` breaks a
/// line. A blank line is a row with nothing in it.
fn sheet(drawn: &str) -> Grid {
    let mut rows: Vec<Row> = Vec::new();
    for (place, line) in drawn.trim_matches('\n').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let mut cells: Vec<Cell> = Vec::new();
        for (column, text) in line.split('|').enumerate() {
            let above = rows.last().and_then(|row| row.cells.get(column));
            let cell = cell(text.trim(), above, cells.last());
            cells.push(cell);
        }
        let number = u64::try_from(place).unwrap() + 1;
        rows.push(Row { number, cells });
    }
    Grid {
        file: "目录.xlsx".to_owned(),
        sheet: Some("事项".to_owned()),
        rows,
    }
}

fn cell(text: &str, above: Option<&Cell>, before: Option<&Cell>) -> Cell {
    let merged = |with: Option<&Cell>| (with.unwrap().text.clone(), Kind::Merged);
    let (text, kind) = match text {
        "^" => merged(above),
        "<" => merged(before),
        _ => match (text.strip_prefix('#'), text.strip_prefix('@')) {
            (Some(number), _) => (number.to_owned(), Kind::Number),
            (_, Some(day)) => (day.to_owned(), Kind::Day),
            _ => (text.replace('⏎', "\n"), Kind::Text),
        },
    };
    Cell { text, kind }
}

fn of(organ: &str, year: i32) -> Defaults {
    Defaults {
        organ: Some(organ.to_owned()),
        year: Some(year),
        ..Defaults::default()
    }
}

/// The directory of a city.
fn knowing(names: &[&str]) -> Defaults {
    let units: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Defaults {
        units,
        ..of("洮南市人民政府", 2026)
    }
}

/// Everything that became of the table: a line for each draft, reading, warning and fault.
fn told(drawn: &str, defaults: &Defaults) -> String {
    match drafts(&sheet(drawn), defaults) {
        Ok(drafted) => of_drafted(&drafted),
        Err(faults) => lines("fault", &faults),
    }
}

fn of_drafted(drafted: &Drafted) -> String {
    let mut told = String::new();
    for draft in &drafted.drafts {
        told.push_str(&of_draft(draft));
    }
    for reading in drafted.drafts.iter().flat_map(|draft| &draft.readings) {
        let read = reading.read.as_deref().unwrap_or("nothing");
        let (place, column) = (short(&reading.place), reading.column);
        let (text, rule) = (reading.text.replace('\n', "⏎"), &reading.rule);
        writeln!(told, "reading {place} {column}: {text} → {read}: {rule}").unwrap();
    }
    told + &lines("warning", &drafted.warnings)
}

fn of_draft(draft: &Draft) -> String {
    let text = |name: &str| draft.text(name).unwrap_or("-").replace('\n', "⏎");
    let whole = |name: &str| {
        draft
            .whole(name)
            .map_or("-".to_owned(), |whole| whole.to_string())
    };
    let mut line = format!(
        "{} {} {} {} | {} | {} → {}",
        text("organ"),
        whole("year"),
        whole("seq"),
        text("title"),
        text("drafting_unit"),
        text("planned_text"),
        text("planned_on"),
    );
    for name in ["executing_unit", "cooperating_units", "note"] {
        if draft.text(name).is_some() {
            write!(line, " | {name} {}", text(name)).unwrap();
        }
    }
    for flag in Flag::ALL {
        if let Some(said) = draft.whole(flag.name()) {
            write!(line, " | {} {said}", flag.name()).unwrap();
        }
    }
    line + "\n"
}

fn lines(what: &str, faults: &[Fault]) -> String {
    let line = |fault: &Fault| {
        let (place, found, expected) = (short(&fault.place), &fault.found, &fault.expected);
        format!("{what} {place}: {found}; expected {expected}\n")
    };
    faults.iter().map(line).collect()
}

fn short(place: &str) -> &str {
    place.trim_start_matches("目录.xlsx, 事项!")
}

/// Fails unless the table becomes exactly `wanted`, line by line.
#[track_caller]
fn becomes(drawn: &str, defaults: &Defaults, wanted: &str) {
    let told = told(drawn, defaults);
    assert_eq!(told.trim_end(), wanted.trim(), "\n{told}");
}
