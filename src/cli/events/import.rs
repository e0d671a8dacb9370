//! `event import`: events out of a file, seen and judged before they are written.
//!
//! Owns what may be typed, and asking. Refuses a table of decisions, and to write what
//! is impossible unless a person insists; reading and planning are `catalog import`'s.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::cli::asked;
use crate::cli::catalogue::{editor, json, lines};
use crate::cli::library::Books;
use crate::cli::outcome::faulty;
use crate::clock::Clock;
use crate::store::catalog::{Defaults, Import, ImportPlan, Table};
use crate::store::sheets::Workbooks;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Example:
  duban event import 环节.csv --dry-run

The file has the columns decision_id, kind and on_date, and any of id, ref, value, note and evidence. A
decision is named by its id or its whole title, a kind in English or Chinese. Events are judged as
`event add` judges them, each with all others of the file; what is impossible is refused, or with
--anyway written with a warning.";

/// `event import`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option, and any of them may be given"
)]
pub struct EventImportArgs {
    /// The file.
    pub file: PathBuf,
    /// Show what would be written, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Write also what seems impossible.
    #[arg(long)]
    pub anyway: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Answers `event import`.
///
/// # Errors
/// The catalogue, the file, nobody to ask, or stdout; faults end the command with 78.
pub(super) fn import(books: &Books, args: &EventImportArgs, clock: &Clock) -> anyhow::Result<()> {
    let pack = books.library.pack.clone();
    let mut editor = editor(books)?.judging(pack, clock.today(), args.anyway);
    let import = Import::open(
        &args.file,
        None,
        &Defaults::default(),
        &Workbooks::by_this_program(),
    )?;
    let import = editor.understanding(import)?;
    let plan = editor.plan(&import, &mut |_, _, _| {})?;
    if plan
        .tables
        .iter()
        .any(|taken| taken.table == Table::Decision)
    {
        bail!("this has a table of decisions: `duban catalog import` reads it");
    }
    let is_over = args.dry_run || plan.changes_nothing() || !plan.faults.is_empty();
    if is_over || !args.json {
        show(&plan, args.json)?;
    }
    if !plan.faults.is_empty() {
        return Err(faulty(plan.faults));
    }
    if is_over {
        return Ok(());
    }
    if !args.yes && !asked::is_wanted("write them?")? {
        return Ok(writeln!(io::stdout(), "nothing was written")?);
    }
    let written = editor.write(&import, Some(&plan), &mut |_, _, _| {})?;
    if !written.is_written {
        bail!("nothing was written: the catalogue has changed meanwhile; look again");
    }
    if args.json {
        return Ok(show(&written, true)?);
    }
    let (added, changed) = (written.added.len(), written.changed.len());
    writeln!(io::stdout(), "written: {added} added, {changed} changed")?;
    Ok(())
}

fn show(plan: &ImportPlan, is_json: bool) -> io::Result<()> {
    if is_json {
        json(plan)
    } else {
        lines(&mut io::stdout().lock(), plan)
    }
}
