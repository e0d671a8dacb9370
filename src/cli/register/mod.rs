//! `export`: the register (台账) that the supervision centre prints and hands round.
//!
//! Owns what may be typed, and which form is written where. Refuses to word anything for people:
//! all Chinese is in the templates (`register.txt`), and to derive a date.

mod book;
mod dates;
mod duties;
mod form;
mod gathered;
mod height;
mod inks;
mod rows;
mod sheet;
mod spool;
mod standing;
mod summary;
mod target;
mod text;
mod told;
mod workbook;

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use rust_xlsxwriter::XlsxError;

use super::day::day;
use super::filter::Filter;
use super::library::Books;
use super::outcome::{faulty, usage};
use super::unfinished::{self, refuse_taken};
use crate::channels::wording::Wording;
use crate::clock::Clock;
use crate::domain::obligation::State;
use crate::store::ledger::Reader;
use crate::store::sheets::unpanicked;
use duties::Question;
use gathered::Gathered;
use rows::Scribe;
use target::{Form, Place, target, write_to};

/// Examples of `export`.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban export 台账.xlsx
  duban export 超期.xlsx --state overdue,near --year 2026
  duban export 台账.csv --as-of 2026-09-30
  duban export - --format json | jq '.duties[] | select(.light == \"late\")'
  duban export 住建局.ics --unit 市住建局
  duban export --format ics /srv/calendars --force

The workbook has five sheets, each for A4 landscape: 台账 (every duty that has come up, most urgent
first), 待补 (what nobody has entered), 后续 (steps that lie ahead), 通知 (what was sent to whom and what
came of it) and 汇总 (counts by unit). CSV has every duty in the columns of 台账. JSON has `duties` with the fields of `due --json`, and `notices` with those of
`notices list --json`.

With --as-of, the duties stand as on that day by what the catalogue says now; notices made later are
left out, and the others stand as they do now. Where only some duties are asked for, only their
notices are listed. Of a confidential decision there is its number only.

A calendar file has the dates that are still to be kept. Its events are those of the mails: what is
imported again takes the place of what was there.";

/// `export`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The file to make, its form told by its ending: .xlsx, .csv, .json or .ics; `-` is stdout;
    /// with --format ics a folder, which gets a file for each unit.
    pub file: PathBuf,
    /// The form, whatever the name ends in.
    #[arg(long, value_enum)]
    pub format: Option<Form>,
    /// As it stands on this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Only what this unit is responsible for.
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
    /// Only decisions of this year's catalogue.
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i32>,
    /// Only these states, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "STATE")]
    pub state: Vec<State>,
    /// Write over a file that is there.
    #[arg(long)]
    pub force: bool,
}

/// Answers `export`.
///
/// # Errors
/// The databases, the templates, the file; wrong usage ends the command with 2.
pub(super) fn run(books: &Books, args: &RegisterArgs, clock: &Clock) -> anyhow::Result<()> {
    let written =
        unpanicked(|| write(books, args, clock)).unwrap_or_else(|error| Err(error.into()));
    // The disk's own words do not say which file it is about.
    written.map_err(|error| {
        if error.is::<io::Error>() || error.is::<XlsxError>() {
            error.context(format!("failed to write {}", args.file.display()))
        } else {
            error
        }
    })
}

fn write(books: &Books, args: &RegisterArgs, clock: &Clock) -> anyhow::Result<()> {
    let (form, place) = target(&args.file, args.format)?;
    let wording = Wording::untried(books.config.wording.as_deref()).map_err(faulty)?;
    let mut words = wording.register()?;
    let question = Question {
        books,
        filter: Filter::of(args.unit.as_deref(), &args.state, &books.library.directory),
        year: args.year,
        today: args.as_of.unwrap_or_else(|| clock.today()),
        secret: words.name("secret")?,
    };
    let ledger = ledger(books)?;
    let ledger = ledger.as_ref();
    match (form, &place) {
        (Form::Ics, Place::Folder(path)) => {
            dates::write_all(&question, ledger, &wording, (path, args.force))
        }
        (Form::Ics, Place::File(path)) if question.filter.unit.is_some() => {
            dates::write_one(&question, ledger, &wording, (path, args.force))
        }
        (Form::Ics, _) => Err(usage(
            "a calendar file is one unit's; expected --unit NAME, or --format ics and a folder",
        )),
        (Form::Xlsx, Place::File(path)) => {
            workbook::write(&question, ledger, &mut words, (path, args.force))
        }
        (Form::Xlsx, _) => Err(usage("a workbook goes into a file")),
        (Form::Csv, place) => {
            let folder = ready(place, args.force)?;
            let mut scribe = Scribe::new(&mut words, &question);
            let mut made = |duty: &duties::Duty<'_>| Ok(serde_json::to_vec(&scribe.duty(duty)?)?);
            let (gathered, duties) = Gathered::made(&question, &folder, &mut made)?;
            question.want_some(&gathered.seen)?;
            write_to(place, args.force, |out| {
                text::write_csv(out, duties, &mut words)
            })
        }
        (Form::Json, place) => {
            let folder = ready(place, args.force)?;
            let mut scribe = Scribe::new(&mut words, &question);
            let mut made = |duty: &duties::Duty<'_>| text::duty(duty, &mut scribe);
            let (gathered, duties) = Gathered::made(&question, &folder, &mut made)?;
            question.want_some(&gathered.seen)?;
            write_to(place, args.force, |out| {
                text::write_json(out, &question, (&gathered, duties), ledger)
            })
        }
    }
}

/// The ledger, where there is one.
fn ledger(books: &Books) -> anyhow::Result<Option<Reader>> {
    let is_there = books.config.ledger.is_file();
    is_there.then(|| books.ledger()).transpose()
}

/// Where rows wait until they are in order: beside the file, which must not be taken; for stdout,
/// where temporary files go.
fn ready(place: &Place, force: bool) -> anyhow::Result<PathBuf> {
    match place {
        Place::Stdout => Ok(std::env::temp_dir()),
        Place::File(path) | Place::Folder(path) => {
            refuse_taken(path, force)?;
            Ok(unfinished::folder(Path::new(path)).to_owned())
        }
    }
}
