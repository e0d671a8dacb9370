//! `catalog …` and `event …`: what an administrator writes into the catalogue by hand.
//!
//! Owns carrying out these commands and printing what they did. Refuses to judge
//! rows; the store does, and nothing is written where it finds a fault.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::anyhow;
use chrono::SecondsFormat;

use super::args::{CatalogCommand, EventArgs, ImportArgs};
use super::library::Books;
use super::outcome::faulty;
use super::shown;
use super::text::harmless;
use crate::clock::{Clock, ZONE};
use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::catalog::{self, Defaults, Editor, NewEvent};

/// Answers `catalog …`, but for `init`, which needs no books.
///
/// # Errors
/// The catalogue, the file or stdout; faults of the file end the command with 78.
pub(super) fn catalog(books: &Books, command: &CatalogCommand) -> anyhow::Result<()> {
    match command {
        CatalogCommand::Init { file } => init(file),
        CatalogCommand::Import(args) => import(books, args),
        CatalogCommand::Export { events } => export(books, *events),
        CatalogCommand::Show {
            decision: None,
            json,
        } => shown::list(books, *json),
        CatalogCommand::Show {
            decision: Some(id),
            json,
        } => shown::one(books, id, *json),
    }
}

/// Creates an empty catalogue.
///
/// # Errors
/// Something is there already, or the disk.
pub(super) fn init(file: &Path) -> anyhow::Result<()> {
    catalog::init(file)?;
    let file = file.display();
    Ok(writeln!(io::stdout(), "{file}: an empty catalogue")?)
}

fn import(books: &Books, args: &ImportArgs) -> anyhow::Result<()> {
    let defaults = Defaults {
        organ: args.organ.clone(),
        year: args.year,
    };
    let plan = editor(books)?.import(&args.file, &defaults, args.dry_run)?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &plan)?;
        writeln!(out)?;
    } else {
        for line in plan.to_string().lines() {
            writeln!(out, "{}", harmless(line))?;
        }
    }
    if plan.faults.is_empty() {
        Ok(())
    } else {
        Err(faulty(plan.faults))
    }
}

fn editor(books: &Books) -> anyhow::Result<Editor> {
    // Opening it for reading first says what is wrong with it in the same words.
    drop(books.catalog()?);
    let events = books.library.pack.events.iter().cloned();
    Ok(Editor::open(&books.config.catalog)?.knowing(events))
}

fn export(books: &Books, events: bool) -> anyhow::Result<()> {
    let table = if events {
        catalog::Table::Event
    } else {
        catalog::Table::Decision
    };
    let mut out = BufWriter::new(io::stdout().lock());
    catalog::export(&books.catalog()?, table, &mut out)?;
    Ok(out.flush()?)
}

/// Answers `event add`.
///
/// # Errors
/// Everything that is wrong with the event, or the catalogue.
pub(super) fn add_event(books: &Books, args: &EventArgs, clock: &Clock) -> anyhow::Result<()> {
    let event = NewEvent {
        decision: args.decision.clone(),
        kind: args.kind.clone(),
        on_date: args.on.to_string(),
        answers: args.answers,
        value: args.value,
        note: args.note.clone(),
        evidence: args.evidence.clone(),
        recorded_at: None,
        anyway: args.anyway,
    };
    let id = record(books, event, clock)?;
    Ok(writeln!(io::stdout(), "recorded as event {id}")?)
}

/// Writes an event into the catalogue as entered now, and returns its id.
///
/// # Errors
/// Everything that is wrong with the event, or the catalogue.
pub(super) fn record(books: &Books, event: NewEvent, clock: &Clock) -> anyhow::Result<i64> {
    let now = clock.now().with_timezone(&ZONE);
    let event = NewEvent {
        recorded_at: Some(now.to_rfc3339_opts(SecondsFormat::Secs, false)),
        ..event
    };
    match editor(books)?.add_event(&event) {
        Ok(id) => Ok(id),
        Err(StoreError::Refused { faults, .. }) => Err(refused(&faults)),
        Err(error) => Err(error.into()),
    }
}

/// Everything that is wrong with an event, a line each.
fn refused(faults: &[Fault]) -> anyhow::Error {
    let mut text = "failed to add the event:".to_owned();
    for fault in faults {
        let hint = if fault.place.ends_with(", kind") {
            "; --anyway records it all the same"
        } else {
            ""
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {fault}{hint}");
    }
    anyhow!(text)
}
