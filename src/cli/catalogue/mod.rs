//! `catalog …`: the catalogue made, filled, shown and written out.
//!
//! Owns these commands and what they print. Refuses to judge rows; the store does, and nothing
//! is written where it finds a fault.

mod form;
mod import;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::completion;
use super::library::Books;
use super::shown;
use crate::clock::Clock;
use crate::store::catalog::{self, Editor};
pub use form::{ExportArgs, TemplateArgs};
pub use import::ImportArgs;
pub(super) use import::{json, lines};

/// `catalog …`.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Create an empty catalogue.
    #[command(after_help = "Example:\n  duban catalog init /var/lib/duban/catalog.db")]
    Init {
        /// The database to create; it must not be there yet.
        file: PathBuf,
    },
    /// Read a file of decisions, flags and events, show what it changes, ask, and write it.
    #[command(after_help = import::EXAMPLES)]
    Import(ImportArgs),
    /// Write an empty form (xlsx) for decisions and events, to fill in and import.
    #[command(after_help = form::TEMPLATE_EXAMPLE)]
    Template(TemplateArgs),
    /// Write the catalogue as CSV, or into the form (xlsx) to change it there and import it again.
    #[command(after_help = form::EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Show the catalogue, or one decision with everything that happened to it.
    #[command(after_help = "Example:\n  duban catalog show 2026-003")]
    Show {
        /// The decision's id; all of them without it.
        #[arg(add = completion::decisions())]
        decision: Option<String>,
        /// Answer in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Answers `catalog …`, but for `init`, which needs no books.
///
/// # Errors
/// The catalogue, the file or stdout; faults of the file end the command with 78.
pub(super) fn catalog(
    books: &Books,
    command: &CatalogCommand,
    clock: &Clock,
) -> anyhow::Result<()> {
    match command {
        CatalogCommand::Init { file } => init(file),
        CatalogCommand::Import(args) => import::import(books, args, clock),
        CatalogCommand::Template(args) => form::template(books, args),
        CatalogCommand::Export(args) => form::export(books, args),
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

/// The catalogue, open for edits.
///
/// # Errors
/// It cannot be opened, or is of another shape.
pub(super) fn editor(books: &Books) -> anyhow::Result<Editor> {
    // Opening it for reading first says what is wrong with it in the same words.
    drop(books.catalog()?);
    let events = books.library.pack.events.iter().cloned();
    Ok(Editor::open(&books.config.catalog)?.knowing(events))
}
