//! `event …`: what has happened to a decision, as a person records it.
//!
//! Owns these commands and what they print. Refuses to judge an event; the store does, and
//! nothing is written where it finds a fault.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::anyhow;
use chrono::{NaiveDate, SecondsFormat};
use clap::{Args, Subcommand};

use super::catalogue::editor;
use super::day::day;
use super::library::Books;
use crate::clock::{Clock, ZONE};
use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::catalog::NewEvent;

/// `event …`.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Record an event.
    #[command(
        after_help = "Example:\n  duban event add 2026-003 hearing_replied 2026-09-22 --ref 17 --evidence 洮住建函〔2026〕8号"
    )]
    Add(EventArgs),
}

/// `event add`.
#[derive(Debug, Args)]
pub struct EventArgs {
    /// The decision's id.
    pub decision: String,
    /// What happened: `published`, `hearing_on` and so on.
    pub kind: String,
    /// The day it happened or will happen.
    #[arg(value_name = "DATE", value_parser = day)]
    pub on: NaiveDate,
    /// The id of the event it answers.
    #[arg(long = "ref", value_name = "ID")]
    pub answers: Option<i64>,
    /// A quantity: percent of progress, number of experts.
    #[arg(long)]
    pub value: Option<f64>,
    /// A remark; for `waived` rule, person and reason.
    #[arg(long)]
    pub note: Option<String>,
    /// Document number or link.
    #[arg(long)]
    pub evidence: Option<String>,
    /// Record a kind of event that nobody knows all the same.
    #[arg(long)]
    pub anyway: bool,
}

/// Answers `event …`.
///
/// # Errors
/// Everything that is wrong with the event, or the catalogue.
pub(super) fn run(books: &Books, command: &EventCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        EventCommand::Add(args) => add(books, args, clock),
    }
}

fn add(books: &Books, args: &EventArgs, clock: &Clock) -> anyhow::Result<()> {
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
