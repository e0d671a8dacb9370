//! The dates of units as calendar files.
//!
//! Owns which duties have an event in the file of which unit, and the names of the files. An event
//! is the one that a mail told of: the same name for ever, the same number of its change, so that
//! a calendar program puts the newer in place of the older and shows none twice. Refuses words and
//! the form of an event; those are the channels'.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::duties::{Duty, Question};
use super::spool::Spool;
use crate::channels::calendar_file;
use crate::channels::wording::Wording;
use crate::cli::outcome::faulty;
use crate::cli::text::harmless;
use crate::cli::unfinished::{self, Unfinished, refuse_taken};
use crate::domain::address::{self, Reminder};
use crate::domain::directory::NotFound;
use crate::domain::ladder::Step;
use crate::domain::notice::{Channel, Ended, Kind, Recipient};
use crate::domain::obligation::{Excuse, State};
use crate::domain::record::Stored;
use crate::store::ledger::Reader;
use crate::store::ledger::reader::records;

/// Longest name of a file, in bytes, its ending not counted: file systems allow 255.
const LONGEST_NAME: usize = 200;

/// Events on disk, by unit and day.
struct Events {
    /// Each unit's number, in the order they were met.
    units: BTreeMap<String, usize>,
    spool: Spool<(usize, NaiveDate)>,
}

/// Makes the events of duties.
struct Press<'p> {
    question: &'p Question<'p>,
    ledger: Option<&'p Reader>,
    wording: &'p Wording,
    domain: String,
}

/// Writes the dates of the one unit that is asked for to `path`.
///
/// # Errors
/// The databases', the templates' or the disk's.
pub(super) fn write_one(
    question: &Question<'_>,
    ledger: Option<&Reader>,
    wording: &Wording,
    (path, force): (&Path, bool),
) -> anyhow::Result<()> {
    let mut file = Unfinished::begin(path, force)?;
    let unit = question.filter.unit.clone().unwrap_or_default();
    let press = Press::new(question, ledger, wording)?;
    let events = press.events(unfinished::folder(path), Some(&unit))?;
    let mut out = file.writer();
    out.write_all(calendar_file::begin().as_bytes())?;
    events
        .spool
        .each_text(&mut |_, text| Ok(out.write_all(text)?))?;
    out.write_all(calendar_file::end().as_bytes())?;
    out.flush()?;
    drop(out);
    file.finish()
}

/// Writes a file for each unit into `folder`, and names on stderr those that were there before and
/// were not written: they show dates that no longer hold.
///
/// # Errors
/// The databases', the templates' or the disk's; nothing is written where a file is in the way.
pub(super) fn write_all(
    question: &Question<'_>,
    ledger: Option<&Reader>,
    wording: &Wording,
    (folder, force): (&Path, bool),
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let press = Press::new(question, ledger, wording)?;
    let events = press.events(folder, None)?;
    let paths = paths(folder, &events.units);
    for path in paths.values() {
        refuse_taken(path, force)?;
    }
    let mut open: Option<(usize, Unfinished)> = None;
    events.spool.each_text(&mut |(unit, _), text| {
        if open.as_ref().is_none_or(|(number, _)| number != unit) {
            if let Some((_, file)) = open.take() {
                ended(file)?;
            }
            let path = paths.get(unit).map_or(folder, PathBuf::as_path);
            let file = Unfinished::begin(path, force)?;
            file.file().write_all(calendar_file::begin().as_bytes())?;
            open = Some((*unit, file));
        }
        if let Some((_, file)) = &mut open {
            file.file().write_all(text)?;
        }
        Ok(())
    })?;
    if let Some((_, file)) = open {
        ended(file)?;
    }
    report_left_over(folder, &paths)
}

fn ended(file: Unfinished) -> anyhow::Result<()> {
    file.file().write_all(calendar_file::end().as_bytes())?;
    file.finish()
}

/// Where each unit's file goes; two names that are the same to a file system get a number.
fn paths(folder: &Path, units: &BTreeMap<String, usize>) -> BTreeMap<usize, PathBuf> {
    let mut taken = BTreeMap::new();
    let mut paths = BTreeMap::new();
    for (unit, number) in units {
        let stem = file_stem(unit);
        let count: &mut u32 = taken.entry(stem.to_lowercase()).or_default();
        *count += 1;
        let name = match *count {
            1 => format!("{stem}.ics"),
            count => format!("{stem}-{count}.ics"),
        };
        paths.insert(*number, folder.join(name));
    }
    paths
}

/// A unit's name as a file's: nothing in it that leads elsewhere, hides the file, or that some
/// file system refuses.
fn file_stem(unit: &str) -> String {
    let fit = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{fffd}' => '_',
        c => c,
    };
    let name: String = harmless(unit.trim()).chars().map(fit).collect();
    let name = name.trim_start_matches('.');
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    match &name[..end] {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

fn report_left_over(folder: &Path, written: &BTreeMap<usize, PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let is_calendar = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "ics");
    let written: Vec<&PathBuf> = written.values().collect();
    for path in paths.iter().filter(is_calendar) {
        if !written.contains(&path) {
            let path = harmless(&path.display().to_string());
            eprintln!("{path} is of an earlier export: its unit has no date now");
        }
    }
    Ok(())
}

impl<'p> Press<'p> {
    fn new(
        question: &'p Question<'p>,
        ledger: Option<&'p Reader>,
        wording: &'p Wording,
    ) -> anyhow::Result<Self> {
        let mail = &question.books.config.mail;
        let domain = calendar_file::domain(mail).map_err(|fault| faulty(vec![fault]))?;
        Ok(Self {
            question,
            ledger,
            wording,
            domain,
        })
    }

    /// The events of every unit, or of the `only` one.
    fn events(&self, folder: &Path, only: Option<&str>) -> anyhow::Result<Events> {
        let mut events = Events {
            units: BTreeMap::new(),
            spool: Spool::new(folder)?,
        };
        let mut known: Option<(String, Vec<Stored>)> = None;
        let seen = self.question.each(&mut |duty| {
            let decision = &duty.decision.id.0;
            if known.as_ref().is_none_or(|(id, _)| id != decision) {
                known = Some((decision.clone(), self.stored(duty)?));
            }
            let stored = known.as_ref().map_or(&[][..], |(_, stored)| stored);
            let Some(event) = self.event(duty, stored)? else {
                return Ok(());
            };
            let on = duty.row.due_on.unwrap_or(NaiveDate::MAX);
            for unit in self.units(duty) {
                if only.is_some_and(|only| only != unit) {
                    continue;
                }
                let next = events.units.len();
                let number = *events.units.entry(unit).or_insert(next);
                events.spool.push_text((number, on), event.as_bytes())?;
            }
            Ok(())
        })?;
        self.question.want_some(&seen)?;
        Ok(events)
    }

    fn stored(&self, duty: &Duty<'_>) -> anyhow::Result<Vec<Stored>> {
        let Some(ledger) = self.ledger else {
            return Ok(Vec::new());
        };
        let id = &duty.decision.id;
        Ok(ledger.ask("read what is remembered", |connection| {
            records(connection, id)
        })?)
    }

    /// The units that must act; where nobody is named, nobody's calendar has it.
    fn units(&self, duty: &Duty<'_>) -> Vec<String> {
        let directory = &self.question.books.library.directory;
        let filling = directory.filling(duty.obligation.rule.responsible, duty.decision);
        let named = filling.into_iter().filter_map(|found| match found {
            Ok(unit) => Some(unit.name.clone()),
            Err(NotFound::Unknown(name)) => Some(name),
            Err(NotFound::NotNamed(_)) => None,
        });
        let is_told = |name: &String| !name.is_empty() && *name != self.question.secret;
        named.filter(is_told).collect()
    }

    /// What is still to be done has an event. What need not be done any more has a cancelled one
    /// where somebody may have been told of it. What is done keeps the one that it had.
    fn event(&self, duty: &Duty<'_>, stored: &[Stored]) -> anyhow::Result<Option<String>> {
        let Some(dates) = &duty.obligation.dates else {
            return Ok(None);
        };
        let key = &duty.obligation.key;
        let record = stored
            .iter()
            .map(|one| &one.record)
            .find(|one| one.key == *key);
        let (kind, ended) = match (duty.row.state, &duty.obligation.excuse) {
            (State::Overdue | State::Near | State::Open, _) => (Kind::Changed, None),
            (State::Waived | State::Exempt, Some(excuse)) if record.is_some() => {
                (Kind::Waived, Some(Excuse::clone(excuse)))
            }
            _ => return Ok(None),
        };
        // The next planning will say that a date moved which the ledger has another for.
        let revision = record.map_or(1, |record| {
            record
                .revision
                .saturating_add(u32::from(record.due_on != dates.due_on))
        });
        let today = self.question.today;
        let step = Step {
            level: 0,
            name: String::new(),
            on: today,
            to: Vec::new(),
            kind,
        };
        let reminder = Reminder {
            obligation: duty.obligation,
            dates,
            decision: duty.decision,
            step: &step,
            revision,
            told: &[],
            chases: false,
            today,
        };
        let nobody = Recipient::endpoint("", Channel::Mail);
        let books = self.question.books.library.books();
        let draft = address::tell(&reminder, books, &nobody, ended.map(Ended::Excused));
        let event = calendar_file::event(&draft.facts, self.wording, &self.domain)?;
        Ok(Some(event))
    }
}
