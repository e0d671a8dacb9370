//! A date, and every step that led to it.
//!
//! Owns the steps' shape, which mails, webhooks and JSON carry as it is. Refuses
//! wording; that is in templates and in the command line.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Coverage, Day};

/// One step on the way from the anchor to the date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The day counting starts from; it is not counted itself.
    Anchor {
        /// Its date.
        on: NaiveDate,
        /// The event kind, field or rule it comes from.
        from: String,
    },
    /// The day counting starts with; it is the first that counts.
    AnchorCounted {
        /// Its date.
        on: NaiveDate,
        /// The event kind, field or rule it comes from.
        from: String,
    },
    /// The anchor's own day is the date: nothing is counted.
    Itself {
        /// The day.
        on: NaiveDate,
        /// The event kind, field or rule it comes from.
        from: String,
    },
    /// The preferred anchor is not recorded, another one stands in for it.
    Assumed {
        /// What stands in.
        from: String,
        /// What should have been recorded.
        instead_of: String,
    },
    /// A counted day, the `n`th.
    Counted {
        /// Its place in the count, from 1.
        n: u32,
        /// Its date.
        on: NaiveDate,
        /// What kind of day it is.
        day: Day,
    },
    /// A day that is passed over.
    Skipped {
        /// Its date.
        on: NaiveDate,
        /// Why it does not count.
        day: Day,
    },
    /// The corresponding day of a later or earlier month or year.
    Corresponding {
        /// Its date.
        on: NaiveDate,
        /// The month has no such day, so its last day stands in.
        month_end: bool,
    },
    /// The first day on which N whole days lie in between.
    Clear {
        /// That day.
        on: NaiveDate,
    },
    /// A rest day at the end moves to a working day.
    Rolled {
        /// From this rest day.
        from: NaiveDate,
        /// Why it is one.
        day: Day,
        /// To this working day.
        to: NaiveDate,
    },
    /// Half of a term.
    Half {
        /// First and last day of the term, both part of it.
        start: NaiveDate,
        /// Last day.
        end: NaiveDate,
        /// Whole months in the term, where it has a whole number of them.
        months: Option<u32>,
        /// Days in the term.
        days: u32,
        /// The date in the middle.
        on: NaiveDate,
    },
    /// Progress past the threshold was reported before half of the term was over.
    Progress {
        /// When.
        on: NaiveDate,
        /// Percent done.
        percent: f64,
    },
    /// The other defensible reading, and what it gives.
    Other {
        /// Which one.
        reading: OtherReading,
        /// Its date.
        on: NaiveDate,
    },
    /// A rule of higher law asks for an earlier date, and governs.
    Floor {
        /// That rule's id.
        rule: String,
        /// Its date.
        on: NaiveDate,
    },
    /// A person set the date, in place of the one that was worked out.
    Extended {
        /// The date they set.
        on: NaiveDate,
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// The date it replaces, where there was one.
        instead_of: Option<NaiveDate>,
    },
    /// A day lies in a year whose notice is not loaded: the date may still move.
    Unconfirmed {
        /// The year.
        year: i32,
        /// What is known of it.
        coverage: Coverage,
    },
}

/// The name of a reading that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherReading {
    /// The last day stays on a rest day.
    NoRoll,
    /// The act may be done on the Nth day itself.
    Inclusive,
    /// Half of the term counted in days rather than months.
    DayCount,
    /// Half of the term counted in months rather than days.
    MonthCount,
    /// Counted from the later of two anchors.
    LaterAnchor,
}

/// A date, and everything that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// The date by the convention that governs.
    pub due_on: NaiveDate,
    /// The date by the other defensible reading, where there is one.
    pub other: Option<(OtherReading, NaiveDate)>,
    /// Every step, in order.
    pub trail: Vec<Step>,
    /// A year that is touched and not confirmed makes the date provisional.
    pub provisional: bool,
}

impl Count {
    /// The later of both readings: only past it a duty is overdue.
    #[must_use]
    pub fn latest_on(&self) -> NaiveDate {
        self.other
            .map_or(self.due_on, |(_, on)| on.max(self.due_on))
    }

    /// The earlier of both readings: only before it a window is surely too short.
    #[must_use]
    pub fn earliest_on(&self) -> NaiveDate {
        self.other
            .map_or(self.due_on, |(_, on)| on.min(self.due_on))
    }

    /// The days that were counted, in the order they were counted.
    #[must_use]
    pub fn counted(&self) -> Vec<NaiveDate> {
        let days = self.trail.iter().filter_map(|step| match step {
            Step::Counted { on, .. } => Some(*on),
            _ => None,
        });
        days.collect()
    }

    /// The days that were passed over, in the order they were passed.
    #[must_use]
    pub fn skipped(&self) -> Vec<NaiveDate> {
        let days = self.trail.iter().filter_map(|step| match step {
            Step::Skipped { on, .. } => Some(*on),
            _ => None,
        });
        days.collect()
    }
}
