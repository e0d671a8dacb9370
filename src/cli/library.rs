//! The books a command works with: settings, rules, calendar, directory.
//!
//! Owns which settings a command line means: the named ones, the usual ones, or what
//! is built in. Refuses books with faults, and tells all of them at once.

use std::io;
use std::path::{Path, PathBuf};

use super::args::Cli;
use super::outcome::faulty;
use super::text::harmless;
use crate::config::Config;
use crate::daemon::live;
use crate::daemon::shelf::Shelf;
use crate::domain::decision::Decision;
use crate::domain::fault::Fault;
use crate::domain::findings::findings;
use crate::domain::obligation::Obligation;
use crate::domain::rules::obligations;
use crate::jobs::Library;
use crate::jobs::plan::PAGE;
use crate::store::catalog::Catalog;
use crate::store::ledger::Reader;

/// Where the settings are looked for when nobody names them.
const USUAL_CONFIG: &str = "/etc/duban/duban.toml";

/// What a command that only reads works with.
#[derive(Debug)]
pub struct Books {
    /// What the administrator decided.
    pub config: Config,
    /// Rules, calendar and directory in force.
    pub library: Library,
}

impl Books {
    /// The books of a command line.
    ///
    /// # Errors
    /// Every fault of the files, as one error that ends the command with 78.
    pub fn open(cli: &Cli) -> anyhow::Result<Self> {
        let config = settings(cli).map_err(faulty)?;
        let library = live::library(&config).map_err(faulty)?;
        Ok(Self { config, library })
    }

    /// The catalogue, read-only.
    ///
    /// # Errors
    /// None is named, or it cannot be opened or is of another shape.
    pub fn catalog(&self) -> anyhow::Result<Catalog> {
        if self.config.catalog.as_os_str().is_empty() {
            let expected = format!("--catalog FILE, --config FILE, or {USUAL_CONFIG}");
            return Err(faulty(vec![Fault::new(
                "command line",
                "no catalogue",
                expected,
            )]));
        }
        let events = self.library.pack.events.iter().cloned();
        let catalog = Catalog::open(&self.config.catalog)?.knowing(events);
        let faults = catalog.check()?;
        if faults.is_empty() {
            Ok(catalog)
        } else {
            Err(faulty(faults))
        }
    }

    /// The ledger, read-only; an empty one where nothing has been planned yet.
    ///
    /// # Errors
    /// It is there and cannot be opened.
    pub fn ledger(&self) -> anyhow::Result<Reader> {
        if self.config.ledger.is_file() {
            Ok(Reader::open(&self.config.ledger)?)
        } else {
            Ok(Reader::empty()?)
        }
    }

    /// The notices and local days of `folder`, or else of the configured one.
    ///
    /// # Errors
    /// Every fault of the calendar folder.
    pub fn shelf(&self, folder: Option<&Path>) -> anyhow::Result<Shelf> {
        Shelf::open(folder.or(self.config.calendar.as_deref())).map_err(faulty)
    }
}

/// Hands every decision of `catalog` to `sink`, a page at a time; what cannot be read is told
/// on stderr and the rest goes on.
///
/// # Errors
/// Those of the catalogue and of `sink`.
pub fn each_decision(
    catalog: &Catalog,
    sink: &mut dyn FnMut(Decision) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = catalog.page(after.as_ref(), PAGE)?;
        for reading in page.readings {
            complain(&reading.faults);
            reading.decision.map_or(Ok(()), &mut *sink)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Hands every decision and its obligations to `sink`; what contradicts itself is told on
/// stderr and the rest goes on.
///
/// # Errors
/// Those of the catalogue and of `sink`.
pub fn each_derived<'b>(
    books: &'b Books,
    sink: &mut dyn FnMut(Decision, Vec<Obligation<'b>>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let library = &books.library;
    each_decision(&books.catalog()?, &mut |decision| {
        complain(&findings(&decision, &library.pack));
        let derived = obligations(&decision, &library.pack, &library.calendar);
        sink(decision, derived)
    })
}

/// Tells on stderr what could not be read of the catalogue.
pub fn complain(faults: &[Fault]) {
    for fault in faults {
        eprintln!("catalogue: {}", harmless(&fault.to_string()));
    }
}

/// The settings of a command line: `--config`, or the usual ones, or what is built in;
/// `--catalog` goes before the configured catalogue.
///
/// # Errors
/// Every fault of the configuration.
pub fn settings(cli: &Cli) -> Result<Config, Vec<Fault>> {
    let mut config = match settings_path(cli) {
        Some(path) => Config::load(path)?,
        None => Config::built_in(PathBuf::new()),
    };
    if let Some(catalog) = &cli.catalog {
        config.catalog.clone_from(catalog);
    }
    Ok(config)
}

/// The configuration a command line means. A catalogue alone means built-in defaults,
/// whatever this host is configured for.
#[must_use]
pub fn settings_path(cli: &Cli) -> Option<&Path> {
    let usual = Path::new(USUAL_CONFIG);
    let usual = (cli.catalog.is_none() && usual.exists()).then_some(usual);
    cli.config.as_deref().or(usual)
}
