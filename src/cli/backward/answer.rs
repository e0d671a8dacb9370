//! The answer of `backward --json`.
//!
//! Owns its shape, which is a contract. Refuses the title of a confidential decision.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::backward::{Bound, Force, Kind, Latest, Meeting, Outlook, Standing, Timetable};
use crate::domain::counting::Step;
use crate::domain::decision::Decision;
use crate::domain::obligation::{Excuse, Missing};
use crate::domain::pack::{Basis, Strength};

/// A timetable, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    decision: &'a str,
    /// Absent for a confidential one.
    title: Option<&'a str>,
    meeting: Meeting,
    /// The meeting's day was taken from the planned time.
    planned: bool,
    as_of: NaiveDate,
    /// Lawful or too late, and what could be done instead.
    #[serde(flatten)]
    outlook: &'a Outlook,
    steps: Vec<StepRow<'a>>,
    waived: Vec<WaivedRow<'a>>,
}

#[derive(Debug, Serialize)]
struct StepRow<'a> {
    event: &'a str,
    latest_on: Option<NaiveDate>,
    standing: Standing,
    recorded_on: Option<NaiveDate>,
    /// The first one governs.
    bounds: Vec<BoundRow<'a>>,
}

#[derive(Debug, Serialize)]
struct BoundRow<'a> {
    rule: &'a str,
    duty: &'a str,
    basis: Vec<&'a Basis>,
    cited: Vec<&'a str>,
    kind: Kind,
    latest_on: NaiveDate,
    lenient_on: NaiveDate,
    strength: Strength,
    /// What holds the day by this rule, and the weakest on the way from the meeting.
    force: Force,
    weakest: Force,
    /// The later step it was counted back from, and the steps from the meeting to it.
    before: &'a str,
    before_on: NaiveDate,
    path: &'a [String],
    one_of: &'a [String],
    on_this_way: bool,
    only_if: Option<&'a str>,
    missing: &'a [Missing],
    provisional: bool,
    trail: &'a [Step],
}

#[derive(Debug, Serialize)]
struct WaivedRow<'a> {
    rule: &'a str,
    #[serde(flatten)]
    excuse: &'a Excuse,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        decision: &'a Decision,
        timetable: &'a Timetable<'a>,
        planned: bool,
        today: NaiveDate,
    ) -> Self {
        let steps = timetable.steps.iter();
        let waived = timetable.waived.iter();
        Self {
            decision: &decision.id.0,
            title: decision.shown_title(),
            meeting: timetable.meeting,
            planned,
            as_of: today,
            outlook: &timetable.outlook,
            steps: steps.map(|step| StepRow::new(step, today)).collect(),
            waived: waived
                .map(|(rule, excuse)| WaivedRow {
                    rule: &rule.0,
                    excuse,
                })
                .collect(),
        }
    }
}

impl<'a> StepRow<'a> {
    fn new(step: &'a Latest<'a>, today: NaiveDate) -> Self {
        Self {
            event: &step.event,
            latest_on: step.governing().map(|bound| bound.on),
            standing: step.standing(today),
            recorded_on: step.recorded_on,
            bounds: step.bounds.iter().map(BoundRow::from).collect(),
        }
    }
}

impl<'a> From<&'a Bound<'a>> for BoundRow<'a> {
    fn from(bound: &'a Bound<'a>) -> Self {
        let cited = bound.cited.iter();
        Self {
            rule: &bound.rule.id.0,
            duty: &bound.rule.title,
            basis: cited.clone().flat_map(|rule| &rule.basis).collect(),
            cited: cited.map(|rule| rule.id.0.as_str()).collect(),
            kind: bound.kind,
            latest_on: bound.on,
            lenient_on: bound.lenient_on,
            strength: bound.rule.strength,
            force: bound.force,
            weakest: bound.weakest,
            before: &bound.target.0,
            before_on: bound.target.1,
            path: &bound.path,
            one_of: &bound.one_of,
            on_this_way: bound.on_this_way,
            only_if: bound.only_if.as_deref(),
            missing: &bound.unsaid,
            provisional: bound.provisional,
            trail: &bound.trail,
        }
    }
}
