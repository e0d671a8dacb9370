//! `backward`: what if the meeting were on that day.
//!
//! Owns which meeting is meant and carrying the question out. Refuses to count;
//! `domain::backward` does.

mod answer;
mod counted;
mod outlook;
mod sheet;

use std::io::{self, BufWriter, Write};

use anyhow::bail;
use chrono::NaiveDate;
use clap::Args;

use super::completion;
use super::day::day;
use super::library::Books;
use super::table::Screen;
use super::text::harmless;
use crate::clock::Clock;
use crate::domain::backward::{EXECUTIVE, Meeting, PLENARY, timetable};
use crate::domain::calendar::Calendar;
use crate::domain::decision::{Decision, DecisionId, Status};
use answer::Answer;
use sheet::Sheet;

pub(super) const EXAMPLES: &str = "\
Examples:
  duban backward 2026-003 --meeting 2026-12-18
  duban backward 2026-003 --explain
  duban backward 2026-003 --plenary --json | jq '.steps[] | [.latest_on, .event]'

Nothing is recorded: it is a what-if. Steps that are recorded count with their own day.";

/// `backward`.
#[derive(Debug, Args)]
pub struct BackwardArgs {
    /// The decision's id.
    #[arg(add = completion::decisions())]
    pub decision: String,
    /// The meeting's day; the last working day of the planned time without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub meeting: Option<NaiveDate>,
    /// A plenary meeting (全体会议) instead of an executive one (常务会议).
    #[arg(long)]
    pub plenary: bool,
    /// As it stands on this day instead of today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Show how each day was counted, and every other day that bounds the step.
    #[arg(long)]
    pub explain: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Answers `backward`.
///
/// # Errors
/// There is no such decision, it is no longer pursued, or no meeting is known; the
/// catalogue or stdout.
pub(super) fn backward(books: &Books, args: &BackwardArgs, clock: &Clock) -> anyhow::Result<()> {
    let today = args.as_of.unwrap_or_else(|| clock.today());
    let decision = decision(books, &args.decision)?;
    let library = &books.library;
    let meeting = meeting(args, &decision, &library.calendar)?;
    let timetable = timetable(&decision, &library.pack, &library.calendar, meeting, today);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        let answer = Answer::new(&decision, &timetable, args.meeting.is_none(), today);
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
    } else {
        let sheet = Sheet {
            decision: &decision,
            timetable: &timetable,
            pack: &library.pack,
            calendar: &library.calendar,
            is_planned: args.meeting.is_none(),
            today,
        };
        sheet.write(&mut out, args.explain, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

fn decision(books: &Books, id: &str) -> anyhow::Result<Decision> {
    let reading = books.catalog()?.read(&DecisionId(id.to_owned()))?;
    for fault in &reading.faults {
        eprintln!("catalogue: {}", harmless(&fault.to_string()));
    }
    let Some(decision) = reading.decision else {
        bail!("there is no decision {}", harmless(id));
    };
    if decision.status != Status::Active {
        bail!(
            "{} is no longer pursued, no meeting is to come",
            decision.id
        );
    }
    Ok(decision)
}

/// The meeting that is named, or the last working day of the planned time.
fn meeting(
    args: &BackwardArgs,
    decision: &Decision,
    calendar: &Calendar,
) -> anyhow::Result<Meeting> {
    let kind = if args.plenary { PLENARY } else { EXECUTIVE };
    let planned = decision.planned_on;
    let planned = planned.map(|last| calendar.working_on_or_before(last));
    let Some(on) = args.meeting.or(planned) else {
        bail!(
            "the catalogue gives no planned time for {}; name the meeting's day with --meeting DATE",
            decision.id
        );
    };
    Ok(Meeting { kind, on })
}
