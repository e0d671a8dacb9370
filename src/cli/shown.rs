//! `catalog show`: the catalogue as it stands, or one decision with what happened to it.
//!
//! Owns how rows are shown to an administrator, as a table and as JSON. Refuses the title
//! of a confidential decision, and to write.

use std::io::{self, BufWriter, Write};

use anyhow::bail;
use chrono::NaiveDate;
use serde::Serialize;

use super::due::{JsonArray, write_json};
use super::library::{Books, complain, each_decision};
use super::table::{Fit, Screen, Table};
use super::text::harmless;
use super::why::write_decision;
use crate::domain::decision::{Decision, DecisionId, Event, Status};
use crate::store::catalog::{Planned, planned as read_planned};

/// A decision in `catalog show --json`.
#[derive(Serialize)]
struct Row<'a> {
    decision: &'a str,
    organ: &'a str,
    year: i32,
    seq: i64,
    /// Absent for a confidential one.
    title: Option<&'a str>,
    drafting_unit: Option<&'a str>,
    executing_unit: Option<&'a str>,
    /// As published.
    planned_text: Option<&'a str>,
    planned_on: Option<NaiveDate>,
    /// How the published time is read; absent where there is none.
    planned_reading: Option<String>,
    status: Status,
    events: Vec<EventRow<'a>>,
}

/// An event in `catalog show --json`.
#[derive(Serialize)]
struct EventRow<'a> {
    id: i64,
    kind: &'a str,
    on_date: NaiveDate,
    #[serde(rename = "ref")]
    answers: Option<i64>,
    value: Option<f64>,
    note: Option<&'a str>,
    evidence: Option<&'a str>,
}

impl<'a> From<&'a Decision> for Row<'a> {
    fn from(decision: &'a Decision) -> Self {
        Self {
            decision: &decision.id.0,
            organ: &decision.organ,
            year: decision.year,
            seq: decision.seq,
            title: decision.shown_title(),
            drafting_unit: decision.drafting_unit.as_deref(),
            executing_unit: decision.executing_unit.as_deref(),
            planned_text: decision.planned_text.as_deref(),
            planned_on: decision.planned_on,
            planned_reading: reading(decision).map(|read| read.to_string()),
            status: decision.status,
            events: decision.events.iter().map(EventRow::from).collect(),
        }
    }
}

impl<'a> From<&'a Event> for EventRow<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            id: event.id,
            kind: &event.kind,
            on_date: event.on_date,
            answers: event.answers,
            value: event.value,
            note: event.note.as_deref(),
            evidence: event.evidence.as_deref(),
        }
    }
}

/// Shows every decision on a line of its own.
///
/// # Errors
/// The catalogue or stdout.
pub(super) fn list(books: &Books, json: bool) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if json {
        let mut array = JsonArray::begin(&mut out);
        each_decision(&books.catalog()?, &mut |decision| {
            array.push(&Row::from(&decision))
        })?;
        array.end()?;
    } else {
        let columns = [
            ("DECISION", Fit::Keep),
            ("STATUS", Fit::Keep),
            ("PLANNED", Fit::Keep),
            ("EVENTS", Fit::Keep),
            ("DRAFTING", Fit::Cut),
            ("TITLE", Fit::Cut),
        ];
        let mut table = Table::new(&columns);
        each_decision(&books.catalog()?, &mut |decision| {
            table.push(cells(&decision).map(Into::into));
            Ok(())
        })?;
        table.write(&mut out, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

/// Shows one decision with its events.
///
/// # Errors
/// There is no such decision; the catalogue or stdout.
pub(super) fn one(books: &Books, id: &str, json: bool) -> anyhow::Result<()> {
    let reading = books.catalog()?.read(&DecisionId(id.to_owned()))?;
    complain(&reading.faults);
    let Some(decision) = reading.decision else {
        bail!("there is no decision {}", harmless(id));
    };
    let mut out = BufWriter::new(io::stdout().lock());
    if json {
        write_json(&mut out, [Row::from(&decision)])?;
    } else {
        let screen = Screen::of_stdout();
        write_decision(&mut out, &decision, screen)?;
        if let Some(planned) = planned(&decision) {
            writeln!(out, "  {:<10} {}", "planned", harmless(&planned))?;
        }
        writeln!(out)?;
        events(&decision).write(&mut out, screen)?;
    }
    Ok(out.flush()?)
}

/// The planned time as published, with the day that stands for it, and how the one follows from
/// the other.
fn planned(decision: &Decision) -> Option<String> {
    let on = decision.planned_on.map(|on| on.to_string());
    let Some(read) = reading(decision) else {
        return on.map(|on| format!("{on}, entered without a published time"));
    };
    let text = decision.planned_text.as_deref().unwrap_or_default();
    Some(match (on, read.last) {
        (None, None) => format!("{text}: no day, {read}"),
        (None, Some(last)) => format!("{text}: no day is entered; it reads as {last}: {read}"),
        (Some(on), None) => format!("{on}, entered by hand; {text} is not read: {read}"),
        (Some(on), Some(last)) if on == last.to_string() => format!("{on}, from {text}: {read}"),
        (Some(on), Some(last)) => {
            format!("{on}, entered by hand; {text} reads as {last}: {read}")
        }
    })
}

fn reading(decision: &Decision) -> Option<Planned> {
    let text = decision.planned_text.as_deref()?;
    Some(read_planned(text, Some(decision.year)))
}

fn cells(decision: &Decision) -> [String; 6] {
    let planned = decision.planned_on.map(|on| on.to_string());
    let title = if decision.confidential {
        "(confidential)"
    } else {
        &decision.title
    };
    [
        decision.id.0.clone(),
        format!("{:?}", decision.status).to_lowercase(),
        planned.unwrap_or_default(),
        decision.events.len().to_string(),
        decision.drafting_unit.clone().unwrap_or_default(),
        title.to_owned(),
    ]
}

fn events(decision: &Decision) -> Table {
    let columns = [
        ("ID", Fit::Keep),
        ("ON", Fit::Keep),
        ("EVENT", Fit::Keep),
        ("ANSWERS", Fit::Keep),
        ("VALUE", Fit::Keep),
        ("NOTE", Fit::Cut),
        ("EVIDENCE", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for event in &decision.events {
        let number = |value: Option<String>| value.unwrap_or_default().into();
        table.push([
            event.id.to_string().into(),
            event.on_date.to_string().into(),
            event.kind.as_str().into(),
            number(event.answers.map(|id| id.to_string())),
            number(event.value.map(|value| value.to_string())),
            event.note.as_deref().unwrap_or_default().into(),
            event.evidence.as_deref().unwrap_or_default().into(),
        ]);
    }
    table
}
