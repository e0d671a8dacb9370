//! `event remove`: an event that was entered by mistake, taken away.
//!
//! Owns the look before it. Refuses to take away what other events answer, and to do so
//! without a yes. The row is deleted: the catalogue is the city's, and says what is. That it
//! was there is the ledger's to remember, whose notices and audit log keep what followed from it.

use std::io::{self, Write as _};

use clap::Args;

use super::add::heading;
use super::edit::find;
use super::entering::Entering;
use super::told;
use crate::cli::asked;
use crate::cli::catalogue::editor;
use crate::cli::completion;
use crate::cli::library::Books;
use crate::cli::text::harmless;
use crate::clock::Clock;
use crate::domain::decision::Event;
use crate::domain::entry::Entry;
use crate::domain::naming::name_of;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Example:
  duban event remove 17 --dry-run

The row is deleted from the catalogue, as the city's other software would do. The ledger keeps what
was told because of it, and whoever was told hears of the change. Something that did happen and
was put off, or ended otherwise, is not removed: that is another event.";

/// `event remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The event's id.
    #[arg(value_name = "ID", add = completion::events())]
    pub id: i64,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Remove it although others answer it.
    #[arg(long)]
    pub anyway: bool,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Answers `event remove`.
///
/// # Errors
/// There is no such event, others answer it, there is nobody to ask, or the catalogue.
pub(super) fn remove(books: &Books, args: &RemoveArgs, clock: &Clock) -> anyhow::Result<()> {
    let (decision, seen) = find(books, args.id)?;
    let entry = Entry::Removed(args.id);
    let entering = Entering {
        books,
        decision: &decision,
        entry: &entry,
        anyway: args.anyway,
        today: clock.today(),
    };
    entering.allow("remove the event", Vec::new())?;
    let mut out = io::stdout();
    writeln!(out, "{}", heading(&decision))?;
    writeln!(out, "{}", line(args.id, seen.as_ref()))?;
    entering.show()?;
    if args.dry_run {
        return Ok(writeln!(out, "nothing was written")?);
    }
    if !args.yes && !asked::is_wanted(&format!("remove event {}?", args.id))? {
        return Ok(writeln!(out, "nothing was written")?);
    }
    editor(books)?
        .remove_event(args.id, seen.as_ref())
        .map_err(told)?;
    Ok(writeln!(out, "removed event {}", args.id)?)
}

fn line(id: i64, event: Option<&Event>) -> String {
    let Some(event) = event else {
        return format!("event {id}  (it cannot be read)");
    };
    let said = [event.note.as_deref(), event.evidence.as_deref()];
    let said = said.into_iter().flatten().collect::<Vec<_>>().join("  ");
    let name = name_of(&event.kind);
    let line = format!("event {id}  {}  {name}  {said}", event.on_date);
    harmless(line.trim_end())
}
