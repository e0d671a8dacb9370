//! `catalog template` and `catalog export`: the catalogue's form, empty or filled, and the catalogue as CSV.
//!
//! Owns what may be typed, where it is written, and telling what a file says otherwise than the
//! catalogue. Refuses to write over a file: it may be a form that somebody has filled.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use tempfile::NamedTempFile;

use crate::cli::library::{Books, complain};
use crate::cli::outcome::faulty;
use crate::cli::unfinished::Unfinished;
use crate::config::Units;
use crate::domain::directory::Directory;
use crate::domain::fault::Fault;
use crate::store::catalog::form::{self, Offers};
use crate::store::catalog::{self, Catalog, Table};

/// What the help of `catalog template` shows.
pub(super) const TEMPLATE_EXAMPLE: &str = "\
Example:
  duban catalog template 填报表.xlsx --units units.toml

The form has sheets for decisions (事项), their flags (性质) and events (环节), and one that explains
how to fill it in (说明). Drop-downs offer the directory's units and every kind of event.";

/// What the help of `catalog export` shows.
pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  duban catalog export > catalog.csv
  duban catalog export --events 环节.csv
  duban catalog export 目录.xlsx

The ending of FILE decides: .xlsx is the form with all decisions and events, .csv one of the two.
What is changed in either comes back with `duban catalog import`, and nothing else changes.";

/// `catalog template`.
#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// The workbook to write (.xlsx); it must not be there yet.
    pub file: PathBuf,
    /// The directory whose units are offered, instead of the configured one.
    #[arg(long, value_name = "FILE")]
    pub units: Option<PathBuf>,
}

/// `catalog export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Where to write, .csv or .xlsx; it must not be there yet. CSV to stdout without it.
    pub file: Option<PathBuf>,
    /// Events instead of decisions; a form has both.
    #[arg(long)]
    pub events: bool,
}

/// What a file is to be, by its ending.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Csv,
    Xlsx,
}

/// Answers `catalog template`.
///
/// # Errors
/// The directory's faults, or the file.
pub(super) fn template(books: &Books, args: &TemplateArgs) -> anyhow::Result<()> {
    if ending(&args.file)? != Ending::Xlsx {
        return Err(unfit(&args.file, "a form as .xlsx"));
    }
    let mut offers = offers(books);
    if let Some(path) = &args.units {
        let text = fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        let units = Units::read(path, &text).map_err(faulty)?;
        offers.units = units_of(&units.directory);
    }
    whole(&args.file, |out| Ok(form::template(&offers, out)?))?;
    let (file, units) = (args.file.display(), offers.units.len());
    Ok(writeln!(
        io::stdout(),
        "{file}: an empty form, offering {units} units"
    )?)
}

/// Answers `catalog export`.
///
/// # Errors
/// The catalogue, the file or stdout.
pub(super) fn export(books: &Books, args: &ExportArgs) -> anyhow::Result<()> {
    let catalog = books.catalog()?;
    let table = if args.events {
        Table::Event
    } else {
        Table::Decision
    };
    let Some(file) = &args.file else {
        let mut out = BufWriter::new(io::stdout().lock());
        catalog::export(&catalog, table, &mut out)?;
        return Ok(out.flush()?);
    };
    match ending(file)? {
        Ending::Csv => {
            let rows = whole(file, |out| Ok(catalog::export(&catalog, table, out)?))?;
            let (file, table) = (file.display(), table.name());
            Ok(writeln!(io::stdout(), "{file}: {rows} {table}s")?)
        }
        Ending::Xlsx if args.events => Err(unfit(file, "a form without --events, or .csv")),
        Ending::Xlsx => filled(&catalog, &offers(books), file),
    }
}

fn filled(catalog: &Catalog, offers: &Offers, file: &Path) -> anyhow::Result<()> {
    let filled = whole(file, |out| Ok(form::fill(catalog, offers, out)?))?;
    complain(&filled.remarks);
    let form::Filled {
        decisions, events, ..
    } = filled;
    let (file, remarks) = (file.display(), filled.remarks.len());
    let mut out = io::stdout();
    writeln!(out, "{file}: {decisions} decisions, {events} events")?;
    if remarks > 0 {
        writeln!(out, "{remarks} cells are written otherwise (see above)")?;
    }
    Ok(())
}

/// The directory's units and the pack's own kinds of events.
fn offers(books: &Books) -> Offers {
    Offers {
        units: units_of(&books.library.directory),
        kinds: books.library.pack.events.iter().cloned().collect(),
    }
}

/// The units' names. Aliases are understood and not offered, or the same unit stood there twice.
fn units_of(directory: &Directory) -> BTreeSet<String> {
    let units = directory.units().iter();
    units.map(|unit| unit.name.clone()).collect()
}

fn ending(file: &Path) -> anyhow::Result<Ending> {
    let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
    match ending.to_str() {
        Some("csv") => Ok(Ending::Csv),
        Some("xlsx") => Ok(Ending::Xlsx),
        _ => Err(unfit(file, "a name that ends in .xlsx or .csv")),
    }
}

fn unfit(file: &Path, expected: &str) -> anyhow::Error {
    let found = format!("`{}`", file.display());
    faulty(vec![Fault::new("command line", found, expected)])
}

/// Lets `write` fill a new file, and leaves no part of one behind.
fn whole<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut NamedTempFile>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if path.symlink_metadata().is_ok() {
        bail!("failed to create {}: it is there already", path.display());
    }
    let mut file = Unfinished::begin(path, false)?;
    let mut out = file.writer();
    let value = write(&mut out)?;
    out.flush()?;
    drop(out);
    file.finish()?;
    Ok(value)
}
