//! What if the meeting were on that day: the latest lawful day of every earlier step.
//!
//! Owns the what-if: which steps a pack asks for before a meeting, counted backwards from
//! it. Refuses to name a step itself: the chain is read from the rules, and only the two
//! meetings are known here by name. A date that another rule gives (`rule:ID`) or that
//! stands in the decision's row is no step, and nothing is counted back from it.

mod apply;
mod bound;
mod chain;
mod earliest;
mod record;

use chrono::NaiveDate;
use serde::Serialize;

use super::calendar::Calendar;
use super::counting::Step;
use super::decision::Decision;
use super::obligation::{Excuse, Missing};
use super::pack::{Pack, Rule, RuleId};
use apply::Applied;
pub use earliest::{Instead, Obstacle, Outlook, SEARCHED_DAYS};

/// The executive meeting's event kind (常务会议).
pub const EXECUTIVE: &str = "executive_meeting_on";
/// The plenary meeting's event kind (全体会议).
pub const PLENARY: &str = "plenary_meeting_on";

/// The meeting that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Meeting {
    /// [`EXECUTIVE`] or [`PLENARY`].
    pub kind: &'static str,
    /// Its day.
    pub on: NaiveDate,
}

/// What holds a day: the law's number, a number of the pack's own, or prudence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// The law; past it the meeting is not lawful.
    Statutory,
    /// No number in the text: past it nothing is unlawful.
    Advisory,
    /// No bound at all: the last day that leaves the whole time for what follows.
    Advice,
}

/// How a rule bounds a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It must be there when, or so long before, the later step comes.
    Before,
    /// A window that opens with it must not be cut short by the later step.
    Window,
    /// It leaves the whole time that the rule gives for the later step.
    LeavesTime,
}

/// A latest day for a step, and the rule it follows from.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound<'p> {
    /// The rule.
    pub rule: &'p Rule,
    /// It, and a stricter one of higher law.
    pub cited: Vec<&'p Rule>,
    /// How it bounds.
    pub kind: Kind,
    /// The latest day by the safe reading.
    pub on: NaiveDate,
    /// The latest day by the lenient reading; never before the safe one.
    pub lenient_on: NaiveDate,
    /// The later step it was counted back from, and that step's day.
    pub target: (String, NaiveDate),
    /// The steps from the meeting to that later step.
    pub path: Vec<String>,
    /// What holds the day by the rule itself.
    pub force: Force,
    /// The weakest force on the way from the meeting to here.
    pub weakest: Force,
    /// Any of these other steps does as well.
    pub one_of: Vec<String>,
    /// It only counts if the way is taken that needs the later step.
    pub on_this_way: bool,
    /// It only counts if this happens: a request that must be answered.
    pub only_if: Option<String>,
    /// Nobody has said whether it applies.
    pub unsaid: Vec<Missing>,
    /// It touches a year whose notice is not out.
    pub provisional: bool,
    /// How it was counted.
    pub trail: Vec<Step>,
}

/// A step before the meeting, with everything that bounds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest<'p> {
    /// Its event kind.
    pub event: String,
    /// Its bounds; the first one governs, the others do not add to it.
    pub bounds: Vec<Bound<'p>>,
    /// The day it is recorded for, where it is.
    pub recorded_on: Option<NaiveDate>,
    /// It is not needed: another step that does as well is recorded.
    pub spared: bool,
}

/// How a step stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// There is still time.
    Open,
    /// Its latest day has passed, and it is not recorded.
    Past,
    /// It is recorded, in time for that meeting.
    Recorded,
    /// It is recorded, too late for that meeting.
    TooLate,
    /// Another step that does as well is recorded in time.
    Spared,
}

impl<'p> Latest<'p> {
    /// The bound that governs; every step that is listed has one.
    #[must_use]
    pub fn governing(&self) -> Option<&Bound<'p>> {
        self.bounds.first()
    }

    /// How it stands on `today`.
    #[must_use]
    pub fn standing(&self, today: NaiveDate) -> Standing {
        let Some(bound) = self.governing() else {
            return Standing::Open;
        };
        match self.recorded_on {
            Some(on) if on > bound.lenient_on => Standing::TooLate,
            Some(_) => Standing::Recorded,
            None if self.spared => Standing::Spared,
            None if today > bound.on => Standing::Past,
            None => Standing::Open,
        }
    }
}

/// Everything that must come before a meeting, the earliest day first.
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable<'p> {
    /// The meeting.
    pub meeting: Meeting,
    /// The steps.
    pub steps: Vec<Latest<'p>>,
    /// Rules that a person waived, and so do not bound.
    pub waived: Vec<(RuleId, Excuse)>,
    /// Whether the meeting can still be lawful, and which one can if not.
    pub outlook: Outlook,
}

/// The latest days before `meeting`, as they stand on `today`.
#[must_use]
pub fn timetable<'p>(
    decision: &Decision,
    pack: &'p Pack,
    calendar: &Calendar,
    meeting: Meeting,
    today: NaiveDate,
) -> Timetable<'p> {
    let (rules, mut waived) = apply::rules(decision, pack, calendar, meeting);
    let ground = Ground {
        decision,
        calendar,
        rules: &rules,
    };
    waived.retain(|(rule, _)| ground.would_bound(rule, meeting));
    let waived = waived.into_iter();
    Timetable {
        meeting,
        steps: ground.steps(meeting),
        waived: waived
            .map(|(rule, excuse)| (rule.id.clone(), excuse))
            .collect(),
        outlook: ground.outlook(meeting, today),
    }
}

/// What does not change with the meeting's day.
#[derive(Debug, Clone, Copy)]
struct Ground<'a, 'p> {
    decision: &'a Decision,
    calendar: &'a Calendar,
    rules: &'a [Applied<'p>],
}

impl<'p> Ground<'_, 'p> {
    /// Whether `rule`, which was waived, would bound a step if it had not been.
    fn would_bound(&self, rule: &'p Rule, meeting: Meeting) -> bool {
        let mut rules = self.rules.to_vec();
        rules.push(Applied {
            rule,
            unsaid: Vec::new(),
            is_supposed: false,
        });
        let ground = Ground {
            rules: &rules,
            ..*self
        };
        let mut bounds = ground
            .steps(meeting)
            .into_iter()
            .flat_map(|step| step.bounds);
        bounds.any(|bound| bound.rule.id == rule.id)
    }
}

fn is_meeting(kind: &str) -> bool {
    [EXECUTIVE, PLENARY].contains(&kind)
}
