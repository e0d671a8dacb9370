//! The way to a date, in English lines.
//!
//! Owns how each step reads and how long runs of days are drawn together. Refuses
//! to leave a step out: what was counted, passed over or assumed is all there.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::{Coverage, Day};
use crate::domain::counting::{OtherReading, Step};

/// Up to this many days in a row are named one by one, longer runs by first and last.
const NAMED_ONE_BY_ONE: usize = 7;

/// The steps of `trail` in order, one readable line each; runs of counted and of
/// skipped days share a line.
#[must_use]
pub fn lines(trail: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = trail;
    while let Some(step) = rest.first() {
        let run = run_length(rest);
        let (these, others) = rest.split_at(run);
        lines.push(match step {
            Step::Counted { .. } => counted(these),
            Step::Skipped { .. } => skipped(these),
            step => single(step),
        });
        rest = others;
    }
    lines
}

/// How many steps at the front of `steps` share a line; at least one.
fn run_length(steps: &[Step]) -> usize {
    let alike = |pair: &&[Step]| match (&pair[0], &pair[1]) {
        (Step::Counted { .. }, Step::Counted { .. }) => true,
        (Step::Skipped { day: one, .. }, Step::Skipped { day: next, .. }) => one == next,
        _ => false,
    };
    1 + steps.windows(2).take_while(alike).count()
}

fn counted(run: &[Step]) -> String {
    let days: Vec<(u32, NaiveDate, &Day)> = run
        .iter()
        .filter_map(|step| match step {
            Step::Counted { n, on, day } => Some((*n, *on, day)),
            _ => None,
        })
        .collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return String::new();
    };
    let label = if first.0 == last.0 {
        format!("day {}", first.0)
    } else {
        format!("day {}–{}", first.0, last.0)
    };
    if days.len() > NAMED_ONE_BY_ONE {
        return line(&label, &format!("{} … {}", date(first.1), date(last.1)));
    }
    let named = days.iter().map(|(_, on, day)| match day {
        Day::MakeUp(name) => format!("{} (make-up day, {name})", date(*on)),
        Day::Weekday | Day::Weekend | Day::Holiday(_) => date(*on),
    });
    line(&label, &named.collect::<Vec<_>>().join(", "))
}

fn skipped(run: &[Step]) -> String {
    let ends = (run.first(), run.last());
    let (Some(Step::Skipped { on: first, day }), Some(Step::Skipped { on: last, .. })) = ends
    else {
        return String::new();
    };
    let days = if first == last {
        date(*first)
    } else {
        format!("{} … {}", date(*first), date(*last))
    };
    line("skipped", &format!("{days}: {}", kind(day)))
}

fn single(step: &Step) -> String {
    match step {
        Step::Anchor { on, from } => line("anchor", &anchor(*on, from)),
        Step::AnchorCounted { on, from } => {
            let day = date(*on);
            line(
                "anchor",
                &format!("{from} on {day}, the first day that counts"),
            )
        }
        Step::Extended {
            on,
            by,
            reason,
            instead_of,
        } => line("set to", &extended(*on, by, reason, *instead_of)),
        Step::Itself { on, from } => line("the day", &format!("of {from}: {}", date(*on))),
        Step::Assumed { from, instead_of } => line(
            "assumed",
            &format!("{from} stands in, because {instead_of} is not recorded"),
        ),
        Step::Corresponding { on, month_end } => line("lands on", &corresponding(*on, *month_end)),
        Step::Clear { on } => line(
            "clear",
            &format!("{}, so that every counted day lies in between", date(*on)),
        ),
        Step::Rolled { from, day, to } => line("moved", &rolled(*from, day, *to)),
        Step::Half { .. } => line("half", &half(step)),
        Step::Progress { on, percent } => line(
            "progress",
            &format!(
                "{percent} % reported on {}, before half of the term",
                date(*on)
            ),
        ),
        Step::Other { reading, on } => {
            line("otherwise", &format!("{} {}", date(*on), other(*reading)))
        }
        Step::Floor { rule, on } => line(
            "stricter",
            &format!("{} by {rule}, which governs", date(*on)),
        ),
        Step::Unconfirmed { year, coverage } => line("unsure", &unconfirmed(*year, *coverage)),
        // Runs have lines of their own.
        Step::Counted { .. } | Step::Skipped { .. } => String::new(),
    }
}

fn extended(on: NaiveDate, by: &str, reason: &str, instead_of: Option<NaiveDate>) -> String {
    let was = instead_of.map(|was| format!(" in place of {}", date(was)));
    format!("{}{} by {by}: {reason}", date(on), was.unwrap_or_default())
}

fn anchor(on: NaiveDate, from: &str) -> String {
    format!("{} {from} (this day is not counted)", date(on))
}

fn corresponding(on: NaiveDate, month_end: bool) -> String {
    if month_end {
        format!(
            "{}, the last day of its month: there is no corresponding day",
            date(on)
        )
    } else {
        format!("{}, the corresponding day", date(on))
    }
}

fn rolled(from: NaiveDate, day: &Day, to: NaiveDate) -> String {
    let which = if to > from { "the next" } else { "the last" };
    format!(
        "from {} ({}) to {}, {which} working day",
        date(from),
        kind(day),
        date(to)
    )
}

fn half(step: &Step) -> String {
    let Step::Half {
        start,
        end,
        months,
        days,
        on,
    } = step
    else {
        return String::new();
    };
    let mut text = format!("{} of the term {start} … {end}, {days} days", date(*on));
    if let Some(months) = months {
        // Writing to a string cannot fail.
        let _ = write!(text, ", {months} months");
    }
    text
}

const fn other(reading: OtherReading) -> &'static str {
    match reading {
        OtherReading::NoRoll => "if a last day that is a rest day stayed where it is",
        OtherReading::Inclusive => "if the act may be done on the last counted day itself",
        OtherReading::DayCount => "if half of the term is counted in days",
        OtherReading::MonthCount => "if half of the term is counted in months",
        OtherReading::LaterAnchor => "if counted from the later of the two anchors",
    }
}

fn unconfirmed(year: i32, coverage: Coverage) -> String {
    match coverage {
        Coverage::Provisional => {
            format!(
                "only the statutory days of {year} are known, the notice is not out: the date may still move"
            )
        }
        Coverage::Missing | Coverage::Confirmed => {
            format!("no holiday notice for {year} is loaded: the date may still move")
        }
    }
}

/// What kind of day it is, in a few words.
#[must_use]
pub fn kind(day: &Day) -> String {
    match day {
        Day::Weekday => "weekday".to_owned(),
        Day::Weekend => "weekend".to_owned(),
        Day::MakeUp(name) => format!("make-up day, {name}"),
        Day::Holiday(name) => name.clone(),
    }
}

/// A date with its weekday: `2026-09-20 Sun`.
#[must_use]
pub fn date(on: NaiveDate) -> String {
    format!("{on} {}", on.weekday())
}

fn line(label: &str, text: &str) -> String {
    format!("{label:<10} {text}")
}
