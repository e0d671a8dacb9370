//! `calendar count`: one count, with every day on the way.
//!
//! Owns the answer's JSON contract and its table for people. Refuses to count;
//! `domain::counting` does.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::trail;
use crate::domain::calendar::Calendar;
use crate::domain::counting::{
    Convention, Direction, OtherReading, Reading, Roll, Span, Step, Unit, count,
};
use crate::domain::pack::Counting;

/// What is to be counted, and how.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The day counting starts from.
    pub from: NaiveDate,
    /// How far.
    pub offset: Span,
    /// The reading and the roll that govern.
    pub convention: Convention,
    /// The date is the first allowed one.
    pub not_before: bool,
}

impl Question {
    /// A question whose convention is the pack's for that kind of offset, except where
    /// `reading` or `roll` says otherwise.
    #[must_use]
    pub fn new(from: NaiveDate, offset: Span, counting: &Counting) -> Self {
        let convention = match (offset.unit, offset.direction) {
            (Unit::Days, Direction::Forward) => counting.forward_days,
            (Unit::WorkingDays, Direction::Forward) => counting.forward_working_days,
            (Unit::Days, Direction::Backward) => counting.backward_days,
            (Unit::WorkingDays, Direction::Backward) => counting.backward_working_days,
            (Unit::Months | Unit::Years, _) => counting.months_and_years,
        };
        Self {
            from,
            offset,
            convention,
            not_before: false,
        }
    }
}

/// How sure a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No notice that is still to come can move it.
    Final,
    /// A year it touches has no notice yet.
    Provisional,
}

/// The answer; its serialised form is a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The day counting started from.
    pub from: NaiveDate,
    /// How far, as typed: `+5wd`.
    pub offset: String,
    /// The date by the reading that governs.
    pub due_on: NaiveDate,
    /// The date by the lenient reading; the same where there is only one.
    pub latest_on: NaiveDate,
    /// Whether it can still move.
    pub status: Status,
    /// The days that were counted.
    pub counted: Vec<NaiveDate>,
    /// The days that were passed over.
    pub skipped: Vec<NaiveDate>,
    /// Which reading governs.
    pub reading: Reading,
    /// What a rest day at the end does.
    pub roll: Roll,
    /// The other defensible reading and its date, where it differs.
    pub other: Option<(OtherReading, NaiveDate)>,
    /// The tables the days come from.
    pub calendar: String,
    /// Every step.
    pub trail: Vec<Step>,
}

/// Counts. For a window the lenient reading is the earlier date, otherwise the later.
#[must_use]
pub fn answer(calendar: &Calendar, question: &Question) -> Answer {
    let Question {
        from,
        offset,
        convention,
        ..
    } = *question;
    let count = count(calendar, from, offset, convention);
    Answer {
        from,
        offset: offset.to_string(),
        due_on: count.due_on,
        latest_on: if question.not_before {
            count.earliest_on()
        } else {
            count.latest_on()
        },
        status: if count.provisional {
            Status::Provisional
        } else {
            Status::Final
        },
        counted: count.counted(),
        skipped: count.skipped(),
        reading: convention.reading,
        roll: convention.roll,
        other: count.other,
        calendar: calendar.version().to_owned(),
        trail: count.trail,
    }
}

impl Answer {
    /// Writes the answer for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{:<10} {}", "due", trail::date(self.due_on))?;
        if self.latest_on != self.due_on {
            writeln!(out, "{:<10} {}", "lenient", trail::date(self.latest_on))?;
        }
        let status = match self.status {
            Status::Final => "final",
            Status::Provisional => "provisional: the date may still move",
        };
        writeln!(out, "{:<10} {status}", "status")?;
        writeln!(out, "{:<10} {}", "calendar", self.calendar)?;
        writeln!(out)?;
        let from = trail::date(self.from);
        let offset = &self.offset;
        writeln!(
            out,
            "{:<10} {from}, {offset} (this day is not counted)",
            "from"
        )?;
        for line in trail::lines(&self.trail) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}
