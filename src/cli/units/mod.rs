//! `units …`: the directory seen, checked, and filled from what people keep.
//!
//! Owns these commands, and writing what they change into `units.toml`. Refuses to judge what
//! stands there, which its reader does, and to write what nobody has seen first.

pub mod learning;

mod args;

mod alias;
mod check;
mod export;
mod import;
mod judging;
mod show;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::args::Cli;
use super::library::Books;
use super::outcome::{faulty, undone};
use super::text::harmless;
use crate::config::units::Roster;
use crate::config::units::edit::{Edit, EditError, edited};
use crate::config::units::put::{PutError, put};
use crate::config::units::roster::Entry;
use crate::domain::fault::Fault;
use crate::store::catalog::Mentions;

pub use args::UnitsCommand;
use args::{AliasArgs, CheckArgs, ImportArgs, ShowArgs};
pub(super) use judging::stranger;
pub use learning::{Learned, learn};

/// Answers `units …`.
///
/// # Errors
/// The files, the terminal, or everything that is wrong.
pub(super) fn run(cli: &Cli, command: &UnitsCommand) -> anyhow::Result<()> {
    // What is wrong with the books is what a check is to tell.
    if let UnitsCommand::Check(args) = command {
        return check::check(cli, args);
    }
    let books = Books::open(cli)?;
    match command {
        UnitsCommand::Show(args) => show::show(&books, args),
        UnitsCommand::Alias(args) => alias::alias(&books, args),
        UnitsCommand::Import(args) => import::import(&books, args),
        UnitsCommand::Export { file } => export::export(&books, file),
        UnitsCommand::Check(_) => Ok(()),
    }
}

/// `units.toml` as it is now.
pub(super) struct Directory {
    path: PathBuf,
    text: String,
    roster: Roster,
}

impl Directory {
    /// That of the configuration.
    ///
    /// # Errors
    /// None is configured, or it has faults.
    fn of(books: &Books) -> anyhow::Result<Self> {
        Self::read(&books.config.directory)
    }

    /// That at `path`.
    ///
    /// # Errors
    /// There is no path, or the file has faults.
    fn read(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(faulty(vec![nowhere()]));
        }
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("failed to read {}", path.display()))?;
        match Roster::survey(path, &text) {
            (roster, faults) if faults.is_empty() => Ok(Self {
                path: path.to_owned(),
                text,
                roster,
            }),
            (_, faults) => Err(faulty(faults)),
        }
    }

    /// The unit of that name, or an error that names the nearest.
    fn unit(&self, name: &str) -> anyhow::Result<&Entry> {
        self.roster.unit(name).ok_or_else(|| {
            let near = judging::perhaps(name, self.roster.names());
            let name = harmless(name);
            anyhow!("the directory has no unit {name}{near}; `duban units show` lists them")
        })
    }

    /// Its text with `edits` made.
    fn edited(&self, edits: &[Edit]) -> anyhow::Result<String> {
        edited(&self.path, &self.text, edits).map_err(|error| match error {
            EditError::Misfit { faults } => undone(
                "nothing was written, for the new units.toml would have faults",
                &faults,
            ),
            EditError::Shape => anyhow!("{error}; {}", by_hand(&self.path, edits)),
            EditError::NoUnit(_) => error.into(),
        })
    }

    /// Makes `edits` in the file, and says which file that is.
    fn write(&self, edits: &[Edit]) -> anyhow::Result<PathBuf> {
        let new = self.edited(edits)?;
        put(&self.path, &self.text, &new).map_err(|error| match error {
            PutError::Changed(_) => error.into(),
            PutError::File { path, source } => {
                let path = path.display();
                let by_hand = by_hand(&self.path, edits);
                anyhow!("failed to write {path}: {source}; {by_hand}")
            }
        })
    }
}

/// What to write into the file by hand.
fn by_hand(path: &Path, edits: &[Edit]) -> String {
    let lines = edits.iter().map(|edit| format!("\n{}", edit.by_hand()));
    let lines: String = lines.collect();
    format!("write this into {} yourself:{lines}", path.display())
}

/// There is no directory to look into.
fn nowhere() -> Fault {
    let expected = "--config FILE: the file is named by `file` in its section [directory], \
                    or is units.toml beside it";
    Fault::new(
        "command line",
        "no configuration, so no units.toml",
        expected,
    )
}

/// Says that the daemon has not read it yet.
fn tell_of_reload(path: &Path) -> io::Result<()> {
    let path = path.display();
    writeln!(
        io::stderr(),
        "wrote {path}; the daemon reads it at `systemctl reload duban`"
    )
}

/// How often the catalogue names whom; `None`, and why on stderr, where it cannot be read.
fn mentions(books: &Books) -> Option<BTreeMap<String, Mentions>> {
    let read = || -> anyhow::Result<_> { Ok(books.catalog()?.mentions()?) };
    match read() {
        Ok(mentions) => Some(mentions),
        Err(error) => {
            let words = format!("nothing of the catalogue is shown: {error:#}");
            eprintln!("{}", harmless(&words));
            None
        }
    }
}

/// How often a unit is named, by whichever name.
fn named(unit: &Entry, mentions: &BTreeMap<String, Mentions>) -> Mentions {
    let own = unit.names().filter_map(|name| mentions.get(name));
    own.fold(Mentions::default(), |mut all, one| {
        all.add(one);
        all
    })
}
