//! `calendar load`: a yearly notice, or the local days, on the way into the calendar folder.
//!
//! Owns reading the file, saying which days it changes and putting it in place. Refuses a
//! file that contradicts itself or the tables beside it, and a notice that names no day.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

use super::text::harmless;
use crate::daemon::shelf::Shelf;
use crate::domain::almanac::{self, LOCAL};
use crate::domain::calendar::{Calendar, LocalDay, Notice, NoticeDay};
use crate::domain::fault::Fault;

/// Why a file was not loaded.
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
    /// The file is neither a sound notice nor sound local days.
    #[error("failed to read the file: {} faults, first {}", faults.len(), first(faults))]
    Form {
        /// All of them.
        faults: Vec<Fault>,
    },
    /// The file names no day: the State Council has not published that year's notice.
    #[error("failed to load {year}: the file names no day, its notice is not out yet")]
    NoDays {
        /// The year.
        year: i32,
    },
    /// The notice contradicts a neighbouring year's, or would take another's place.
    #[error("failed to load it: {} faults, first {}", faults.len(), first(faults))]
    Misfit {
        /// All of them.
        faults: Vec<Fault>,
    },
}

fn first(faults: &[Fault]) -> String {
    faults.first().map_or_else(String::new, Fault::to_string)
}

/// What a file holds.
#[derive(Debug)]
pub enum Sheet {
    /// A year's notice.
    Notice(Notice),
    /// The days the locality decided, all of them.
    Local(Vec<LocalDay>),
}

/// A file that was read and fits beside the tables that are loaded.
#[derive(Debug)]
pub struct Candidate {
    /// What it holds.
    pub sheet: Sheet,
    /// The calendar as it will be.
    pub calendar: Calendar,
    /// What it changes, in order of date.
    pub changes: Vec<Change>,
    /// What looks wrong in it and can still be right.
    pub doubts: Vec<Fault>,
    /// The file as it was, so that the copy is the source.
    text: String,
    /// What it is called in the folder.
    name: String,
    /// The files of the folder whose place it takes.
    replaced: Vec<PathBuf>,
}

/// A day that the new file sees otherwise than the loaded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The day.
    pub on: NaiveDate,
    /// `+` newly listed, `-` no longer listed, `~` listed otherwise.
    pub sign: char,
    /// Off or working, and the holiday's name.
    pub what: String,
}

/// Reads `file` and checks it beside what is loaded.
///
/// # Errors
/// The file cannot be read, is not of a known form, or contradicts itself or its neighbours.
pub fn candidate(file: &Path, loaded: &Shelf) -> Result<Candidate, LoadError> {
    let text = fs::read_to_string(file).map_err(|source| LoadError::File {
        path: file.to_owned(),
        source,
    })?;
    let plain = text.trim_start_matches('\u{feff}');
    let name = file.display().to_string();
    let form = |faults| LoadError::Form { faults };
    if file.file_name().is_some_and(|name| name == LOCAL) {
        let days = almanac::read_local(&name, plain).map_err(form)?;
        return local(days, loaded, text);
    }
    let notice = almanac::read(&name, plain).map_err(form)?;
    let doubts = almanac::doubts(&name, &notice);
    let extension = almanac::form(&name, plain).extension();
    let installed = format!("{}.{extension}", notice.year);
    yearly(notice, loaded, installed).map(|candidate| Candidate {
        doubts,
        text,
        ..candidate
    })
}

fn local(days: Vec<LocalDay>, loaded: &Shelf, text: String) -> Result<Candidate, LoadError> {
    let listed = |days: &[LocalDay]| days.iter().map(LocalDay::listed).collect::<Vec<_>>();
    let changes = changes(&listed(&loaded.local), &listed(&days));
    let mut after = loaded.clone();
    after.local.clone_from(&days);
    Ok(Candidate {
        sheet: Sheet::Local(days),
        calendar: calendar(&after)?,
        changes,
        doubts: Vec::new(),
        text,
        name: LOCAL.to_owned(),
        replaced: Vec::new(),
    })
}

fn yearly(notice: Notice, loaded: &Shelf, name: String) -> Result<Candidate, LoadError> {
    let year = notice.year;
    if notice.days.is_empty() {
        return Err(LoadError::NoDays { year });
    }
    let before = loaded.notice(year).map(|before| before.days.as_slice());
    let changes = changes(before.unwrap_or_default(), &notice.days);
    let mut after = loaded.clone();
    after.replace(notice.clone());
    Ok(Candidate {
        sheet: Sheet::Notice(notice),
        calendar: calendar(&after)?,
        changes,
        doubts: Vec::new(),
        text: String::new(),
        name,
        replaced: loaded.files_of(year).map(Path::to_owned).collect(),
    })
}

fn calendar(shelf: &Shelf) -> Result<Calendar, LoadError> {
    let misfit = |faults| LoadError::Misfit { faults };
    shelf.calendar().map_err(misfit)
}

fn changes(before: &[NoticeDay], after: &[NoticeDay]) -> Vec<Change> {
    let described = |days: &[NoticeDay]| -> BTreeMap<NaiveDate, String> {
        let days = days.iter();
        days.map(|day| (day.date, describe(day))).collect()
    };
    let (before, after) = (described(before), described(after));
    let mut changes = Vec::new();
    for (on, what) in &after {
        let sign = match before.get(on) {
            None => '+',
            Some(old) if old != what => '~',
            Some(_) => continue,
        };
        changes.push((*on, sign, what));
    }
    let gone = before.iter().filter(|(on, _)| !after.contains_key(*on));
    changes.extend(gone.map(|(on, what)| (*on, '-', what)));
    changes.sort_by_key(|(on, ..)| *on);
    let change = |(on, sign, what): (NaiveDate, char, &String)| {
        let what = what.clone();
        Change { on, sign, what }
    };
    changes.into_iter().map(change).collect()
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
    /// What it is called in what is said about it.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.sheet {
            Sheet::Notice(notice) => notice.year.to_string(),
            Sheet::Local(_) => "local days".to_owned(),
        }
    }

    /// Writes which days it changes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for Change { on, sign, what } in &self.changes {
            let weekday = on.weekday();
            writeln!(out, "{sign} {on} {weekday}  {}", harmless(what))?;
        }
        let title = self.title();
        match self.changes.len() {
            0 => writeln!(out, "{title}: no day changes"),
            1 => writeln!(out, "{title}: 1 day changes"),
            days => writeln!(out, "{title}: {days} days change"),
        }
    }

    /// Puts the file into `folder`, as `<year>.json`, `<year>.toml` or `local.toml`: written
    /// beside it, made durable, then renamed, so that a reader sees the old table or the new
    /// one. Then every other file of the same year goes: beside the new one it would be a
    /// fault.
    ///
    /// # Errors
    /// The folder cannot be written to, or the name is taken by another year's notice.
    pub fn install(&self, folder: &Path, loaded: &Shelf) -> Result<PathBuf, LoadError> {
        let path = folder.join(&self.name);
        self.take_no_other_s_place(&path, loaded)?;
        let draft = folder.join(format!(".{}.new", self.name));
        let written = write_durably(&draft, &self.text)
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| fs::File::open(folder)?.sync_all())
            .and_then(|()| self.remove_replaced(folder, &path));
        match written {
            Ok(()) => Ok(path),
            Err(source) => Err(LoadError::File { path, source }),
        }
    }

    fn take_no_other_s_place(&self, path: &Path, loaded: &Shelf) -> Result<(), LoadError> {
        let (Sheet::Notice(notice), Some(year)) = (&self.sheet, loaded.year_in(path)) else {
            return Ok(());
        };
        if notice.year == year {
            return Ok(());
        }
        let found = format!("the notice of {year}");
        let expected = format!("that of {}; rename the file first", notice.year);
        let faults = vec![Fault::new(path.display().to_string(), found, expected)];
        Err(LoadError::Misfit { faults })
    }

    fn remove_replaced(&self, folder: &Path, path: &Path) -> io::Result<()> {
        let mut others = self.replaced.iter().filter(|other| *other != path);
        others.try_for_each(fs::remove_file)?;
        fs::File::open(folder)?.sync_all()
    }
}

fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
