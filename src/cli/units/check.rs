//! `units check`: everything that can be known wrong about the directory, at once.
//!
//! Owns collecting and showing it, and asking for names where that is wanted. Refuses to change
//! anything but by an answer.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use anyhow::bail;

use super::judging::Findings;
use super::{CheckArgs, learn, nowhere};
use crate::cli::args::Cli;
use crate::cli::library::{Books, settings, settings_path};
use crate::cli::outcome::faulty;
use crate::cli::text::harmless;
use crate::config::Config;
use crate::config::units::Roster;
use crate::daemon::live;
use crate::domain::fault::Fault;
use crate::store::catalog::Mentions;

/// Answers `units check`.
///
/// # Errors
/// Everything that is wrong.
pub(super) fn check(cli: &Cli, args: &CheckArgs) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    let (books, path) = opened(cli, &mut findings)?;
    let roster = match fs::read_to_string(&path) {
        // Its faults are among those of the books.
        Ok(text) => Roster::survey(&path, &text).0,
        Err(_) => Roster::default(),
    };
    let mentions = books
        .as_ref()
        .and_then(|books| mentions(books, &mut findings));
    let pack = books.as_ref().map(|books| &books.library.pack);
    let unknown = findings.look(&roster, mentions.as_ref(), pack);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer(&mut out, &findings)?;
        writeln!(out)?;
    } else {
        findings.write(&mut out, roster.units.len())?;
    }
    out.flush()?;
    drop(out);
    if let (true, Some(books)) = (args.ask, &books) {
        if !io::stdin().is_terminal() {
            bail!("nobody was asked: there is no terminal; `duban units alias` notes a name");
        }
        let learned = learn(books, &unknown)?;
        let known = |fault: &Fault| learned.knows(&fault.found);
        findings.faults.retain(|fault| !known(fault));
    }
    if findings.faults.is_empty() {
        Ok(())
    } else {
        Err(faulty(findings.faults))
    }
}

/// The books, as far as they are sound, and where the directory is.
fn opened(cli: &Cli, findings: &mut Findings) -> anyhow::Result<(Option<Books>, PathBuf)> {
    let Some(configured) = settings_path(cli) else {
        return Err(faulty(vec![nowhere()]));
    };
    match settings(cli) {
        Err(faults) => {
            findings.faults.extend(faults);
            Ok((None, Config::units_file(configured)))
        }
        Ok(config) => {
            let path = config.directory.clone();
            match live::library(&config) {
                Ok(library) => Ok((Some(Books { config, library }), path)),
                Err(faults) => {
                    findings.faults.extend(faults);
                    Ok((None, path))
                }
            }
        }
    }
}

/// Who is named in the catalogue; that it cannot be read is a warning.
fn mentions(books: &Books, findings: &mut Findings) -> Option<BTreeMap<String, Mentions>> {
    let read = || -> anyhow::Result<_> { Ok(books.catalog()?.mentions()?) };
    match read() {
        Ok(mentions) => Some(mentions),
        Err(error) => {
            let place = books.config.catalog.display().to_string();
            let expected = "a catalogue: without it nobody knows which names are used";
            let fault = Fault::new(place, format!("{error:#}"), expected);
            findings.warnings.push(fault);
            None
        }
    }
}

impl Findings {
    fn write(&self, out: &mut dyn Write, units: usize) -> io::Result<()> {
        for (sign, all) in [('!', &self.warnings), ('·', &self.remarks)] {
            for one in all {
                writeln!(out, "{sign} {}", harmless(&one.to_string()))?;
            }
        }
        let plural = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{count} {what}s"),
        };
        let (units, faults) = (plural(units, "unit"), plural(self.faults.len(), "fault"));
        let warnings = plural(self.warnings.len(), "warning");
        let remarks = plural(self.remarks.len(), "remark");
        writeln!(out, "{units}: {faults}, {warnings}, {remarks}")
    }
}
