//! `event edit`: an event corrected.
//!
//! Owns what may be corrected, and showing each cell as it was and will be. Refuses what
//! `event add` refuses, and to write over what somebody changed meanwhile.

use std::io::{self, Write as _};

use anyhow::{anyhow, bail};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::add::heading;
use super::entering::Entering;
use super::when::{Day, written};
use super::{named, told};
use crate::cli::catalogue::editor;
use crate::cli::completion;
use crate::cli::library::{Books, complain};
use crate::cli::outcome::undone;
use crate::cli::text::harmless;
use crate::clock::Clock;
use crate::domain::decision::{Decision, Event};
use crate::domain::entry::Entry;
use crate::domain::naming::name_of;
use crate::store::catalog::{NewEvent, Reading};

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban event edit 17 --on 2026-09-23 --dry-run
  duban event edit 17 --ref 12 --evidence 洮住建函〔2026〕8号
  duban event edit 17 --clear note,value

`duban event list` has the ids. A hearing or meeting that is put off is no correction: add another
one with --ref to the old, and both days stay known.";

/// `event edit`.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// The event's id.
    #[arg(value_name = "ID", add = completion::events())]
    pub id: i64,
    /// Another day.
    #[arg(long, value_name = "DATE", value_parser = written)]
    pub on: Option<Day>,
    /// Another kind, in English or Chinese.
    #[arg(long, add = completion::kinds())]
    pub kind: Option<String>,
    /// The id of the event it answers.
    #[arg(long = "ref", value_name = "ID", add = completion::events())]
    pub answers: Option<i64>,
    /// Another quantity.
    #[arg(long)]
    pub value: Option<f64>,
    /// Another remark.
    #[arg(long)]
    pub note: Option<String>,
    /// Another document number or link.
    #[arg(long)]
    pub evidence: Option<String>,
    /// Cells to empty, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "CELL")]
    pub clear: Vec<Cell>,
    /// Write it although it seems impossible, or its kind is not known.
    #[arg(long)]
    pub anyway: bool,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// A cell that may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cell {
    /// What it answers.
    Ref,
    /// The quantity.
    Value,
    /// The remark.
    Note,
    /// The document.
    Evidence,
}

/// Answers `event edit`.
///
/// # Errors
/// There is no such event, everything that is wrong with it, or the catalogue.
pub(super) fn edit(books: &Books, args: &EditArgs, clock: &Clock) -> anyhow::Result<()> {
    let today = clock.today();
    let (decision, seen) = find(books, args.id)?;
    let Some(seen) = seen else {
        bail!(
            "event {} cannot be read as it is; remove it and add it as it should be",
            args.id
        );
    };
    let event = corrected(books, args, &seen, today)?;
    let mut out = io::stdout();
    let differences = differences(&seen, &event);
    if differences.is_empty() {
        return Ok(writeln!(out, "event {} says so already", args.id)?);
    }
    let new = NewEvent {
        decision: decision.id.0.clone(),
        kind: event.kind.clone(),
        on_date: event.on_date.to_string(),
        answers: event.answers,
        value: event.value,
        note: event.note.clone(),
        evidence: event.evidence.clone(),
        recorded_at: None,
        anyway: args.anyway,
    };
    let entry = Entry::Changed(event);
    let entering = Entering {
        books,
        decision: &decision,
        entry: &entry,
        anyway: args.anyway,
        today,
    };
    let mut editor = editor(books)?;
    let faults = editor.faults_of_event(Some(args.id), &new).map_err(told)?;
    entering.allow("change the event", faults)?;
    writeln!(out, "{}", heading(&decision))?;
    writeln!(out, "event {}  {}", seen.id, harmless(name_of(&seen.kind)))?;
    for line in differences {
        writeln!(out, "  {}", harmless(&line))?;
    }
    entering.show()?;
    if args.dry_run {
        return Ok(writeln!(out, "nothing was written")?);
    }
    editor.change_event(&seen, &new).map_err(told)?;
    Ok(writeln!(out, "changed event {}", args.id)?)
}

/// The decision of the event `id`, and the event, where it can be read.
///
/// # Errors
/// There is no such event, or the catalogue.
pub(super) fn find(books: &Books, id: i64) -> anyhow::Result<(Decision, Option<Event>)> {
    let catalog = books.catalog()?;
    let unknown = || anyhow!("there is no event {id}; `duban event list` has them");
    let owner = catalog.owner_of_event(id)?.ok_or_else(unknown)?;
    let Reading {
        decision, faults, ..
    } = catalog.read(&owner)?;
    complain(&faults);
    let lost = || {
        anyhow!(
            "event {id} belongs to {}, which cannot be read",
            harmless(&owner.0)
        )
    };
    let decision = decision.ok_or_else(lost)?;
    let event = decision.event(id).cloned();
    Ok((decision, event))
}

/// The event as it should be.
fn corrected(
    books: &Books,
    args: &EditArgs,
    seen: &Event,
    today: NaiveDate,
) -> anyhow::Result<Event> {
    let kind = match &args.kind {
        None => seen.kind.clone(),
        Some(word) => match named::kind(&books.library.pack, word) {
            Ok(kind) => kind,
            Err(_) if args.anyway => word.trim().to_owned(),
            Err(fault) => return Err(undone("failed to change the event", &[fault])),
        },
    };
    let keeps = |cell| !args.clear.contains(&cell);
    let text = |new: &Option<String>, old: &Option<String>, cell| {
        let new = new.as_ref().filter(|text| !text.trim().is_empty());
        new.or(old.as_ref()).cloned().filter(|_| keeps(cell))
    };
    Ok(Event {
        id: seen.id,
        kind,
        on_date: args.on.map_or(seen.on_date, |day| day.on(today)),
        answers: args.answers.or(seen.answers).filter(|_| keeps(Cell::Ref)),
        value: args.value.or(seen.value).filter(|_| keeps(Cell::Value)),
        note: text(&args.note, &seen.note, Cell::Note),
        evidence: text(&args.evidence, &seen.evidence, Cell::Evidence),
    })
}

/// Each cell that changes, as it was and as it will be.
fn differences(seen: &Event, event: &Event) -> Vec<String> {
    let number = |id: Option<i64>| id.map(|id| id.to_string());
    let value = |value: Option<f64>| value.map(|value| value.to_string());
    let cells = [
        ("kind", Some(seen.kind.clone()), Some(event.kind.clone())),
        (
            "on",
            Some(seen.on_date.to_string()),
            Some(event.on_date.to_string()),
        ),
        ("ref", number(seen.answers), number(event.answers)),
        ("value", value(seen.value), value(event.value)),
        ("note", seen.note.clone(), event.note.clone()),
        ("evidence", seen.evidence.clone(), event.evidence.clone()),
    ];
    let differing = cells.into_iter().filter(|(_, was, is)| was != is);
    let shown = |text: Option<String>| text.unwrap_or_else(|| "(empty)".to_owned());
    differing
        .map(|(cell, was, is)| format!("{cell:<8} {} → {}", shown(was), shown(is)))
        .collect()
}
