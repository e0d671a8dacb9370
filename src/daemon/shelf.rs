//! The calendar folder: the yearly notices in force, and the local days over them.
//!
//! Owns which files count, and what is built in where the folder has none. Refuses two
//! files for one year: which of them was meant, only a person can say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::almanac::{self, Kind, LOCAL};
use crate::domain::calendar::{Calendar, LocalDay, Notice};
use crate::domain::fault::Fault;
use crate::domain::shipped;

/// The notices in force, one a year, and the local days.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    by_year: BTreeMap<i32, Kept>,
    /// The folder's files of notices, those without days among them, and their years.
    files: Vec<(PathBuf, i32)>,
    /// The days the locality decided.
    pub local: Vec<LocalDay>,
}

/// A notice, and the file of the folder it came from; none, where it is built in.
#[derive(Debug, Clone)]
struct Kept {
    notice: Notice,
    file: Option<PathBuf>,
}

impl Shelf {
    /// The built-in notices, and those of `folder` in place of or beside them.
    ///
    /// # Errors
    /// All faults of every file.
    pub fn open(folder: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let mut shelf = Self::default();
        for notice in shipped::notices()? {
            shelf.replace(notice);
        }
        let mut faults = Vec::new();
        for (path, kind) in folder.map(files).transpose()?.unwrap_or_default() {
            if let Err(more) = shelf.take(path, kind) {
                faults.extend(more);
            }
        }
        if faults.is_empty() {
            Ok(shelf)
        } else {
            Err(faults)
        }
    }

    fn take(&mut self, path: PathBuf, kind: Kind) -> Result<(), Vec<Fault>> {
        let (name, text) = (path.display().to_string(), text_of(&path)?);
        // Editors of Windows put a mark in front.
        let text = text.trim_start_matches('\u{feff}');
        match kind {
            Kind::Local => self.local = almanac::read_local(&name, text)?,
            Kind::Notice(_) => {
                let notice = almanac::read(&name, text)?;
                self.files.push((path.clone(), notice.year));
                // A table without days is a year whose notice is not out; it replaces nothing.
                if !notice.days.is_empty() {
                    self.put(notice, path)?;
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, notice: Notice, path: PathBuf) -> Result<(), Vec<Fault>> {
        let year = notice.year;
        let before = self.by_year.get(&year);
        if let Some(other) = before.and_then(|kept| kept.file.as_ref()) {
            let place = format!("{} and {}", other.display(), path.display());
            let found = format!("two notices for {year}");
            return Err(vec![Fault::new(place, found, "one of the two files")]);
        }
        let file = Some(path);
        self.by_year.insert(year, Kept { notice, file });
        Ok(())
    }

    /// Puts `notice` in the place of its year's.
    pub fn replace(&mut self, notice: Notice) {
        let kept = Kept { notice, file: None };
        self.by_year.insert(kept.notice.year, kept);
    }

    /// The notice of `year`.
    #[must_use]
    pub fn notice(&self, year: i32) -> Option<&Notice> {
        self.by_year.get(&year).map(|kept| &kept.notice)
    }

    /// The files of the folder that are about `year`.
    pub fn files_of(&self, year: i32) -> impl Iterator<Item = &Path> {
        let files = self.files.iter().filter(move |(_, of)| *of == year);
        files.map(|(path, _)| path.as_path())
    }

    /// The year that the file `path` of the folder is about.
    #[must_use]
    pub fn year_in(&self, path: &Path) -> Option<i32> {
        let (_, year) = self.files.iter().find(|(file, _)| file == path)?;
        Some(*year)
    }

    /// Every notice, in order of year.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let kept = self.by_year.values();
        kept.map(|kept| kept.notice.clone()).collect()
    }

    /// What looks wrong in the folder's notices and can still be right.
    #[must_use]
    pub fn doubts(&self) -> Vec<Fault> {
        let from_files = self.by_year.values().filter_map(|kept| {
            let file = kept.file.as_ref()?.display().to_string();
            Some(almanac::doubts(&file, &kept.notice))
        });
        from_files.flatten().collect()
    }

    /// The calendar that is made of it.
    ///
    /// # Errors
    /// Every contradiction between the notices.
    pub fn calendar(&self) -> Result<Calendar, Vec<Fault>> {
        almanac::calendar(&self.notices(), &self.local)
    }
}

/// The files that hold notices or local days, in order of name.
fn files(folder: &Path) -> Result<Vec<(PathBuf, Kind)>, Vec<Fault>> {
    let unreadable = |error: std::io::Error| {
        let place = folder.display().to_string();
        let expected = format!("a folder of yearly notices (*.json, *.toml) and {LOCAL}");
        vec![Fault::new(place, error.to_string(), expected)]
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = almanac::kind(&entry.file_name().to_string_lossy());
        files.extend(kind.map(|kind| (entry.path(), kind)));
    }
    files.sort_by(|(one, _), (next, _)| one.cmp(next));
    Ok(files)
}

/// The text of a file.
pub(super) fn text_of(path: &Path) -> Result<String, Vec<Fault>> {
    let place = path.display().to_string();
    let unreadable =
        |error: std::io::Error| vec![Fault::new(place, error.to_string(), "a readable file")];
    fs::read_to_string(path).map_err(unreadable)
}
