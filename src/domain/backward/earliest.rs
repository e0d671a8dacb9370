//! Whether a meeting can still be lawful, and the earliest one that can.
//!
//! Owns the search for it. Refuses to hold an advisory number or mere advice against a
//! meeting.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::apply::Applied;
use super::{Bound, Ground, Latest, Meeting};
use crate::domain::counting::Direction;
use crate::domain::pack::{Offset, Relation, Rule, RuleId, Strength};

/// How many days from today a lawful meeting is looked for: a year, the longest leap year's.
pub const SEARCHED_DAYS: u64 = 366;

/// A statutory step that comes, or would come, too late for a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// Its event kind; where any one of several would do, the first.
    pub event: String,
    /// The rule it misses.
    pub rule: RuleId,
    /// The latest day it had for that meeting.
    pub latest_on: NaiveDate,
    /// The day it is recorded for, where it is.
    pub recorded_on: Option<NaiveDate>,
}

/// Whether the meeting can still be lawful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outlook", rename_all = "snake_case")]
pub enum Outlook {
    /// No statutory step is too late for it.
    Lawful,
    /// These are.
    TooLate {
        /// What stands in the way.
        obstacles: Vec<Obstacle>,
        /// What could be done instead.
        instead: Instead,
    },
}

/// The meeting that could be held instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "instead", rename_all = "snake_case")]
pub enum Instead {
    /// The earliest working day on which it can be lawful.
    Earliest {
        /// That day.
        on: NaiveDate,
        /// A year it touches has no notice yet.
        provisional: bool,
    },
    /// No later day helps; these steps are too late for every one that was looked at.
    None {
        /// They, as for the last day that was looked at.
        obstacles: Vec<Obstacle>,
    },
}

impl<'p> Ground<'_, 'p> {
    /// Whether `meeting` can be lawful, asked on `today`.
    pub(super) fn outlook(&self, meeting: Meeting, today: NaiveDate) -> Outlook {
        let statutory: Vec<Applied<'p>> = self
            .rules
            .iter()
            .filter(|applied| is_statutory(applied.rule))
            .cloned()
            .collect();
        let ground = Ground {
            rules: &statutory,
            ..*self
        };
        let (obstacles, _) = ground.obstacles(meeting, today);
        if obstacles.is_empty() {
            return Outlook::Lawful;
        }
        let instead = ground.instead(meeting, today);
        Outlook::TooLate { obstacles, instead }
    }

    fn instead(&self, meeting: Meeting, today: NaiveDate) -> Instead {
        let mut last = Vec::new();
        for days in 0..=SEARCHED_DAYS {
            let on = today + Days::new(days);
            if !self.calendar.is_working(on) {
                continue;
            }
            let (obstacles, provisional) = self.obstacles(Meeting { on, ..meeting }, today);
            if obstacles.is_empty() {
                let unsure = self.calendar.unconfirmed_year(on).is_some();
                let provisional = provisional || unsure;
                return Instead::Earliest { on, provisional };
            }
            last = obstacles;
        }
        Instead::None { obstacles: last }
    }

    /// What is too late for `meeting`, and whether any day that was counted may still move.
    fn obstacles(&self, meeting: Meeting, today: NaiveDate) -> (Vec<Obstacle>, bool) {
        let steps = self.steps(meeting);
        let mut obstacles: Vec<Obstacle> = Vec::new();
        let mut provisional = false;
        for step in &steps {
            for bound in &step.bounds {
                provisional |= bound.provisional;
                if self.is_met(step, bound, &steps, today) {
                    continue;
                }
                let is_told =
                    |one: &Obstacle| !bound.one_of.is_empty() && one.rule == bound.rule.id;
                if !obstacles.iter().any(is_told) {
                    obstacles.push(self.obstacle(step, bound));
                }
            }
        }
        (obstacles, provisional)
    }

    /// Whether the step is, or can still be, in time; or another that does as well; or it
    /// lies on a way that nobody has taken.
    fn is_met(
        &self,
        step: &Latest<'p>,
        bound: &Bound<'p>,
        steps: &[Latest<'p>],
        today: NaiveDate,
    ) -> bool {
        let recorded_on = self.recorded(&step.event, bound);
        if recorded_on.is_none() && bound.on_this_way {
            return true;
        }
        let in_time = recorded_on.map_or(today <= bound.on, |on| on <= bound.lenient_on);
        in_time || self.another_does(bound, steps, today)
    }

    fn another_does(&self, bound: &Bound<'p>, steps: &[Latest<'p>], today: NaiveDate) -> bool {
        let others = steps
            .iter()
            .filter(|step| bound.one_of.contains(&step.event));
        let mut same = others.flat_map(|step| {
            let of_rule = step
                .bounds
                .iter()
                .filter(|other| other.rule.id == bound.rule.id);
            of_rule.map(move |other| (step, other))
        });
        same.any(|(step, other)| {
            let recorded_on = self.recorded(&step.event, other);
            recorded_on.map_or(today <= other.on, |on| on <= other.lenient_on)
        })
    }

    fn obstacle(&self, step: &Latest<'p>, bound: &Bound<'p>) -> Obstacle {
        Obstacle {
            event: step.event.clone(),
            rule: bound.rule.id.clone(),
            latest_on: bound.on,
            recorded_on: self.recorded(&step.event, bound),
        }
    }
}

/// A rule that can make a meeting unlawful: one with a number in the text, that looks back.
fn is_statutory(rule: &Rule) -> bool {
    let is_forward = match rule.offset {
        Offset::Span(span) => span.direction == Direction::Forward && span.count > 0,
        Offset::HalfTerm => true,
    };
    let only_advises = rule.relation == Relation::By && is_forward;
    rule.strength != Strength::Advisory && !only_advises
}
