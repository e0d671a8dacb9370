//! `calendar …`: the working days, shown, loaded and tried out.
//!
//! Owns carrying out the calendar's commands. Refuses to put a faulty notice anywhere.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::args::{CalendarCommand, CountArgs};
use super::calendar::{Year, write_year, write_years};
use super::counting::{Question, answer};
use super::due::write_json;
use super::library::Books;
use super::loading::{LoadError, candidate};
use super::outcome::faulty;
use super::table::Screen;
use super::text::harmless;
use crate::domain::calendar::Notice;
use crate::domain::fault::Fault;

/// Answers `calendar …`.
///
/// # Errors
/// A notice that cannot be used, the calendar folder, or stdout.
pub(super) fn calendar(books: &Books, command: &CalendarCommand) -> anyhow::Result<()> {
    match command {
        CalendarCommand::Show { year, json } => show(books, *year, *json),
        CalendarCommand::Load {
            file,
            folder,
            dry_run,
        } => load(books, file, folder.as_deref(), *dry_run),
        CalendarCommand::Count(args) => count(books, args),
    }
}

fn show(books: &Books, year: Option<i32>, json: bool) -> anyhow::Result<()> {
    let mut notices = books.notices()?;
    notices.retain(|notice| year.is_none_or(|year| notice.year == year));
    let mut out = BufWriter::new(io::stdout().lock());
    let screen = Screen::of_stdout();
    match year {
        _ if json => write_json(&mut out, notices.iter().map(Year::from))?,
        Some(year) => write_year(&mut out, year, &notices, &books.library.calendar, screen)?,
        None => write_years(&mut out, &notices, screen)?,
    }
    Ok(out.flush()?)
}

fn load(books: &Books, file: &Path, folder: Option<&Path>, dry_run: bool) -> anyhow::Result<()> {
    let loaded: Vec<Notice> = books.notices()?;
    let candidate = candidate(file, &loaded).map_err(|error| match error {
        LoadError::Faulty { faults, .. } | LoadError::Form { faults } => faulty(faults),
        error => error.into(),
    })?;
    let mut out = io::stdout().lock();
    candidate.write(&mut out)?;
    for doubt in &candidate.doubts {
        writeln!(out, "doubtful: {}", harmless(&doubt.to_string()))?;
    }
    if dry_run {
        writeln!(out, "nothing was written")?;
        return Ok(());
    }
    let Some(folder) = folder.or(books.config.calendar.as_deref()) else {
        let expected = "a folder: --folder DIR, or [calendar] folder in the configuration";
        return Err(faulty(vec![Fault::new("calendar", "no folder", expected)]));
    };
    let installed = candidate.install(folder)?;
    writeln!(
        out,
        "loaded into {}; reload the daemon to use it",
        installed.display()
    )?;
    Ok(())
}

fn count(books: &Books, args: &CountArgs) -> anyhow::Result<()> {
    let counting = &books.library.pack.counting;
    let mut question = Question::new(args.from, args.offset, counting);
    question.not_before = args.not_before;
    let convention = &mut question.convention;
    convention.reading = args.reading.unwrap_or(convention.reading);
    convention.roll = args.roll.unwrap_or(convention.roll);
    let answer = answer(&books.library.calendar, &question);
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
    } else {
        answer.write(&mut out)?;
    }
    Ok(())
}
