//! `catalog import`: a file of tables into the catalogue, seen before it is written.
//!
//! Owns what may be typed, and printing the plan. Refuses to judge rows; the store does.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::editor;
use crate::cli::library::Books;
use crate::cli::outcome::faulty;
use crate::cli::text::harmless;
use crate::domain::directory::Directory;
use crate::store::catalog::Defaults;

/// `catalog import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file: a workbook (.xlsx, .xls, .et, .ods) or text (CSV, or pasted, in UTF-8 or GB18030).
    pub file: PathBuf,
    /// The deciding organ, where the file does not say.
    #[arg(long, value_name = "NAME")]
    pub organ: Option<String>,
    /// The catalogue's year, where the file does not say.
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i32>,
    /// Show what would be written, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Answers `catalog import`.
///
/// # Errors
/// The catalogue, the file or stdout; faults of the file end the command with 78.
pub(super) fn import(books: &Books, args: &ImportArgs) -> anyhow::Result<()> {
    let defaults = Defaults {
        organ: args.organ.clone(),
        year: args.year,
        units: names(&books.library.directory),
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

/// Every name by which the directory finds a unit.
fn names(directory: &Directory) -> BTreeSet<String> {
    let units = directory.units().iter().chain([directory.centre()]);
    let names = units.flat_map(|unit| std::iter::once(&unit.name).chain(&unit.aliases));
    names.cloned().collect()
}
