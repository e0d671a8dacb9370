//! `calendar load`: a new yearly notice on its way into the calendar folder.
//!
//! Owns reading it, saying what it changes and putting it in place. Refuses a notice
//! that contradicts itself or the tables beside it, and one that names no day.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

use super::text::harmless;
use crate::domain::almanac;
use crate::domain::calendar::{Calendar, Notice, NoticeDay};
use crate::domain::fault::Fault;

/// Why a notice was not loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file or the folder cannot be used.
    #[error("failed to use {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file is not in the holiday-cn form.
    #[error("failed to read the notice: {}", first(faults))]
    Form {
        /// Where it stops being one.
        faults: Vec<Fault>,
    },
    /// The file names no day: the State Council has not published that year's notice.
    #[error("failed to load {year}: the file names no day, its notice is not out yet")]
    NoDays {
        /// The year.
        year: i32,
    },
    /// The notice contradicts itself or a neighbouring year's.
    #[error("failed to load {year}: {} faults, first {}", faults.len(), first(faults))]
    Faulty {
        /// The year.
        year: i32,
        /// All of them.
        faults: Vec<Fault>,
    },
}

fn first(faults: &[Fault]) -> String {
    faults.first().map_or_else(String::new, Fault::to_string)
}

/// A notice that was read and fits beside the tables that are loaded.
#[derive(Debug)]
pub struct Candidate {
    /// It.
    pub notice: Notice,
    /// The file as it was, so that the copy is the source.
    text: String,
    /// What it changes, in order of date.
    pub changes: Vec<Change>,
    /// What looks wrong in it and can still be right.
    pub doubts: Vec<Fault>,
}

/// A day that a new notice sees otherwise than the loaded tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The day.
    pub on: NaiveDate,
    /// `+` newly listed, `-` no longer listed, `~` listed otherwise.
    pub sign: char,
    /// Off or working, and the holiday's name.
    pub what: String,
}

/// Reads `file` and checks it beside `loaded`.
///
/// # Errors
/// The file cannot be read, is not of the form, or contradicts itself or `loaded`.
pub fn candidate(file: &Path, loaded: &[Notice]) -> Result<Candidate, LoadError> {
    let text = fs::read_to_string(file).map_err(|source| LoadError::File {
        path: file.to_owned(),
        source,
    })?;
    let plain = text.trim_start_matches('\u{feff}');
    let name = file.display().to_string();
    let notice = almanac::read(&name, plain).map_err(|faults| LoadError::Form { faults })?;
    let year = notice.year;
    if notice.days.is_empty() {
        return Err(LoadError::NoDays { year });
    }
    let mut all = loaded.to_vec();
    all.push(notice.clone());
    Calendar::from_notices(&all, "").map_err(|faults| LoadError::Faulty { year, faults })?;
    let before = loaded.iter().rev().find(|notice| notice.year == year);
    let changes = changes(before, &notice);
    Ok(Candidate {
        doubts: almanac::doubts(&name, &notice),
        notice,
        text: plain.to_owned(),
        changes,
    })
}

fn changes(before: Option<&Notice>, after: &Notice) -> Vec<Change> {
    let days = |notice: &Notice| -> BTreeMap<NaiveDate, String> {
        let days = notice.days.iter();
        days.map(|day| (day.date, describe(day))).collect()
    };
    let before = before.map(days).unwrap_or_default();
    let after = days(after);
    let mut changes = Vec::new();
    for (on, what) in &after {
        let sign = match before.get(on) {
            None => '+',
            Some(old) if old != what => '~',
            Some(_) => continue,
        };
        let what = what.clone();
        changes.push(Change {
            on: *on,
            sign,
            what,
        });
    }
    for (on, what) in before.iter().filter(|(on, _)| !after.contains_key(*on)) {
        let what = what.clone();
        changes.push(Change {
            on: *on,
            sign: '-',
            what,
        });
    }
    changes.sort_by_key(|change| change.on);
    changes
}

fn describe(day: &NoticeDay) -> String {
    let weekend = matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun);
    let kind = match (day.is_off_day, weekend) {
        (true, false) => "off",
        (true, true) => "off (a weekend day)",
        (false, _) => "make-up working day",
    };
    format!("{kind}, {}", day.name)
}

impl Candidate {
    /// Writes what the notice changes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let year = self.notice.year;
        if self.changes.is_empty() {
            return writeln!(out, "{year}: nothing changes");
        }
        for Change { on, sign, what } in &self.changes {
            let weekday = on.weekday();
            writeln!(out, "{sign} {on} {weekday}  {}", harmless(what))?;
        }
        writeln!(out, "{year}: {} days change", self.changes.len())
    }

    /// Puts the notice into `folder` as `<year>.json`: written beside it, made durable,
    /// then renamed, so that a reader sees the old table or the new one.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn install(&self, folder: &Path) -> Result<PathBuf, LoadError> {
        let path = folder.join(format!("{}.json", self.notice.year));
        let draft = folder.join(format!(".{}.json.new", self.notice.year));
        let written = write_durably(&draft, &self.text)
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| fs::File::open(folder)?.sync_all());
        match written {
            Ok(()) => Ok(path),
            Err(source) => Err(LoadError::File { path, source }),
        }
    }
}

fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
