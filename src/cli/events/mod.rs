//! `event …`: what has happened to a decision, as a person records it.
//!
//! Owns these commands. Refuses to judge an event: `domain::entry` says what is impossible and
//! the store what a row cannot hold, and nothing is written where either does.

mod add;
mod edit;
mod entering;
mod import;
mod kinds;
mod list;
mod named;
mod remove;
mod when;

use chrono::SecondsFormat;
use clap::Subcommand;

use super::catalogue::editor;
use super::library::Books;
use super::outcome::undone;
use crate::clock::{Clock, ZONE};
use crate::store::StoreError;
use crate::store::catalog::NewEvent;
pub use add::EventArgs;
pub use edit::EditArgs;
pub use import::EventImportArgs;
pub use kinds::KindsArgs;
pub use list::EventListArgs;
pub use remove::RemoveArgs;

/// `event …`.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Record an event, showing which dates and duties it changes.
    #[command(after_help = add::EXAMPLES)]
    Add(EventArgs),
    /// List events.
    #[command(
        after_help = "Examples:\n  duban event list 2026-003\n  duban event list --kind 公布决策 --from 2026-01-01\n  duban event list --unit 市住建局 --json"
    )]
    List(EventListArgs),
    /// Correct an event, showing what it changes.
    #[command(after_help = edit::EXAMPLES)]
    Edit(EditArgs),
    /// Take away an event that was entered by mistake, showing first what it changes.
    #[command(after_help = remove::EXAMPLES)]
    Remove(RemoveArgs),
    /// Read events from a file, showing first what would be written.
    #[command(after_help = import::EXAMPLES)]
    Import(EventImportArgs),
    /// Show the kinds of events: what they are called, want, start and end.
    #[command(
        after_help = "Examples:\n  duban event kinds\n  duban event kinds 听证\n  duban event kinds hearing_replied"
    )]
    Kinds(KindsArgs),
}

/// Answers `event …`.
///
/// # Errors
/// Everything that is wrong with the event, or the catalogue.
pub(super) fn run(books: &Books, command: &EventCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        EventCommand::Add(args) => add::add(books, args, clock),
        EventCommand::List(args) => list::list(books, args, clock),
        EventCommand::Edit(args) => edit::edit(books, args, clock),
        EventCommand::Remove(args) => remove::remove(books, args, clock),
        EventCommand::Import(args) => import::import(books, args, clock),
        EventCommand::Kinds(args) => kinds::kinds(&books.library.pack, args),
    }
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
    editor(books)?.add_event(&event).map_err(told)
}

/// What the store refused, a line for each fault.
fn told(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Refused { doing, faults } => undone(&format!("failed to {doing}"), &faults),
        error => error.into(),
    }
}
