//! `calendar …`: the working days, shown, loaded and tried out.
//!
//! Owns carrying out the calendar's commands. Refuses to put a faulty notice anywhere, and
//! to load one before somebody has said yes to what it moves.

use std::io::{self, BufWriter, Write};

use super::args::{CalendarCommand, CountArgs, LoadArgs};
use super::asked::{is_wanted, say};
use super::calendar::{Year, write_local, write_year, write_years, years};
use super::counting::{Question, answer};
use super::due::{JsonArray, write_json};
use super::library::Books;
use super::loading::{Candidate, LoadError, candidate};
use super::moves::{self, Law};
use super::outcome::faulty;
use super::table::Screen;
use super::text::harmless;
use crate::clock::Clock;
use crate::domain::fault::Fault;

/// Answers `calendar …`.
///
/// # Errors
/// A file that cannot be used, the calendar folder, the catalogue, or stdout.
pub(super) fn calendar(
    books: &Books,
    command: &CalendarCommand,
    clock: &Clock,
) -> anyhow::Result<()> {
    match command {
        CalendarCommand::Show { year, json } => show(books, *year, *json),
        CalendarCommand::Load(args) => load(books, args, clock),
        CalendarCommand::Count(args) => count(books, args),
    }
}

fn show(books: &Books, year: Option<i32>, json: bool) -> anyhow::Result<()> {
    let shelf = books.shelf(None)?;
    let notices = shelf.notices();
    let years: Vec<Year<'_>> = years(&notices, &shelf.local, year);
    let mut out = BufWriter::new(io::stdout().lock());
    let screen = Screen::of_stdout();
    match year {
        _ if json => write_json(&mut out, &years)?,
        Some(year) => write_year(&mut out, year, &notices, &books.library.calendar, screen)?,
        None => write_years(&mut out, &notices, screen)?,
    }
    if !json {
        write_local(&mut out, &years, screen)?;
    }
    Ok(out.flush()?)
}

fn load(books: &Books, args: &LoadArgs, clock: &Clock) -> anyhow::Result<()> {
    let loaded = books.shelf(args.folder.as_deref())?;
    let candidate = candidate(&args.file, &loaded).map_err(told)?;
    let before = loaded.calendar().map_err(faulty)?;
    let pack = &books.library.pack;
    let calendar = &before;
    let before = Law { pack, calendar };
    show_moves(books, &candidate, before, args.json, clock)?;
    if args.dry_run {
        return Ok(say(args.json, "nothing was written")?);
    }
    let Some(folder) = args.folder.as_ref().or(books.config.calendar.as_ref()) else {
        let expected = "a folder: --folder DIR, or [calendar] folder in the configuration";
        return Err(faulty(vec![Fault::new("calendar", "no folder", expected)]));
    };
    if !args.yes && !is_wanted("Load it?")? {
        return Ok(say(args.json, "nothing was written")?);
    }
    let installed = candidate.install(folder, &loaded).map_err(told)?;
    let installed = format!(
        "loaded into {}; reload the daemon to use it",
        installed.display()
    );
    Ok(say(args.json, &installed)?)
}

fn told(error: LoadError) -> anyhow::Error {
    match error {
        LoadError::Misfit { faults } | LoadError::Form { faults } => faulty(faults),
        error => error.into(),
    }
}

/// Shows which days the candidate changes and which open dates follow; in JSON, the dates.
fn show_moves(
    books: &Books,
    candidate: &Candidate,
    before: Law<'_>,
    json: bool,
    clock: &Clock,
) -> anyhow::Result<()> {
    let after = Law {
        calendar: &candidate.calendar,
        ..before
    };
    let today = clock.today();
    let mut out = BufWriter::new(io::stdout().lock());
    let doubts = candidate.doubts.iter().map(Fault::to_string);
    let doubts = doubts.map(|doubt| format!("doubtful: {}", harmless(&doubt)));
    if json {
        doubts.for_each(|doubt| eprintln!("{doubt}"));
        let mut array = JsonArray::begin(&mut out);
        if has_catalog(books) {
            let catalog = books.catalog()?;
            moves::over(&catalog, before, after, today, &mut |one| array.push(&one))?;
        } else {
            eprintln!("{NO_CATALOG}");
        }
        array.end()?;
    } else {
        candidate.write(&mut out)?;
        for doubt in doubts {
            writeln!(out, "{doubt}")?;
        }
        if has_catalog(books) {
            let mut moved = Vec::new();
            let tally = moves::over(&books.catalog()?, before, after, today, &mut |one| {
                moved.push(one);
                Ok(())
            })?;
            moves::write_table(&mut out, &moved, tally, Screen::of_stdout())?;
        } else {
            writeln!(out, "{NO_CATALOG}")?;
        }
    }
    Ok(out.flush()?)
}

/// Said where the moves cannot be known: a new host has a calendar before it has a catalogue.
const NO_CATALOG: &str =
    "there is no catalogue yet, so no open date is compared (--catalog FILE names one)";

fn has_catalog(books: &Books) -> bool {
    books.config.catalog.exists()
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
