//! The files the settings name: whether they are there, can be used, and are kept well.
//!
//! Owns what a file shows from outside. Refuses to open a database as one: its rows and
//! its schema are the store's to judge.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::config::Config;
use crate::domain::almanac::{self, Kind};

use super::Report;

/// The first bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where its header says which journal it uses, and the value that means WAL
/// (sqlite.org/fileformat.html, 1.3).
const READ_VERSION_AT: usize = 19;
const READ_VERSION_WAL: u8 = 2;

/// Looks at every file and folder of `duban.toml`.
pub(super) fn look_at(config: &Config, report: &mut Report) {
    catalogue(&config.catalog, report);
    ledger(&config.ledger, report);
    if let Some(file) = &config.rules {
        readable(file, "a rule pack", report);
    }
    if let Some(folder) = &config.calendar {
        notices(folder, report);
    }
}

fn catalogue(file: &Path, report: &mut Report) {
    let place = file.display().to_string();
    let mut header = [0; READ_VERSION_AT + 1];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut header));
    if let Err(error) = read {
        let expected = "a catalogue (`duban catalog init` makes one)";
        return report.fault(&place, error.to_string(), expected);
    }
    if !header.starts_with(MAGIC) {
        return report.fault(&place, "another kind of file", "a SQLite database");
    }
    if header.last() == Some(&READ_VERSION_WAL) {
        let expected = "`pragma journal_mode = delete`: a reader without write access cannot \
                        open a catalogue in WAL mode while nobody else has it open";
        report.warn(&place, "WAL mode", expected);
    }
    report.fact(place, "a SQLite database that can be read");
}

fn ledger(file: &Path, report: &mut Report) {
    let place = file.display().to_string();
    if file.exists() {
        match OpenOptions::new().write(true).open(file) {
            Ok(_) => report.fact(place, "a ledger that can be written"),
            Err(error) => report.fault(&place, error.to_string(), "a file duban may write"),
        }
        return;
    }
    // The folder of a file without one is where duban was started.
    let folder = file.parent().filter(|one| !one.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match fs::metadata(folder) {
        Ok(about) if about.is_dir() => report.fact(place, "no ledger yet; `run` makes it"),
        Ok(_) => report.fault(&folder.display().to_string(), "a file", "a folder"),
        Err(error) => {
            let expected = "a folder; under systemd, StateDirectory= makes it at the first start";
            report.warn(&folder.display().to_string(), error.to_string(), expected);
        }
    }
}

fn notices(folder: &Path, report: &mut Report) {
    let place = folder.display().to_string();
    match fs::read_dir(folder) {
        Err(error) => report.fault(&place, error.to_string(), "a folder of yearly notices"),
        Ok(entries) => {
            let names = entries.flatten().map(|entry| entry.file_name());
            let kinds: Vec<Kind> = names
                .filter_map(|name| almanac::kind(&name.to_string_lossy()))
                .collect();
            let is_local = |kind: &Kind| *kind == Kind::Local;
            let notices = kinds.iter().filter(|kind| !is_local(kind)).count();
            let local = if kinds.iter().any(is_local) {
                ", and local days"
            } else {
                ""
            };
            report.fact(place, format!("{notices} yearly notices{local}"));
        }
    }
}

fn readable(file: &Path, what: &str, report: &mut Report) {
    let place = file.display().to_string();
    match File::open(file) {
        Ok(_) => report.fact(place, what),
        Err(error) => report.fault(&place, error.to_string(), what),
    }
}
