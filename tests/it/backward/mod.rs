//! Back from a meeting: the latest lawful day of every step, and whether it still holds
//! when each step is taken on exactly that day, or one day later.

mod command;
mod days;
mod outlook;
mod tight;

use chrono::NaiveDate;
use duban::domain::backward::{Bound, EXECUTIVE, Latest, Meeting, Timetable, timetable};
use duban::domain::decision::{Decision, DecisionId, Event, Flag, Flags};
use duban::domain::pack::Pack;
use duban::domain::shipped;

use crate::support::decisions;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision of which everything is said, and nothing is special.
pub(crate) fn plain() -> Decision {
    let said = |flags: Flags, flag| flags.with(flag, Some(false));
    Decision {
        id: DecisionId("2026-003".to_owned()),
        seq: 3,
        title: "农村供水管网改造实施方案".to_owned(),
        drafting_unit: Some("市水利局".to_owned()),
        executing_unit: None,
        flags: Flag::ALL.into_iter().fold(Flags::default(), said),
        ..decisions::blank()
    }
}

pub(crate) fn record(decision: &mut Decision, kind: &str, on_date: NaiveDate) {
    let id = i64::try_from(decision.events.len()).unwrap() + 1;
    decision.events.push(Event {
        id,
        kind: kind.to_owned(),
        on_date,
        answers: None,
        value: None,
        note: None,
        evidence: None,
    });
    decision
        .events
        .sort_by_key(|event| (event.on_date, event.id));
}

pub(crate) fn taonan() -> Pack {
    shipped::pack().unwrap()
}

pub(crate) fn before<'p>(
    decision: &Decision,
    pack: &'p Pack,
    on: &str,
    today: &str,
) -> Timetable<'p> {
    let calendar = shipped::calendar().unwrap();
    let kind = EXECUTIVE;
    timetable(
        decision,
        pack,
        &calendar,
        Meeting { kind, on: day(on) },
        day(today),
    )
}

pub(crate) fn step<'t, 'p>(timetable: &'t Timetable<'p>, event: &str) -> &'t Latest<'p> {
    let mut steps = timetable.steps.iter();
    steps
        .find(|step| step.event == event)
        .unwrap_or_else(|| panic!("no step {event}"))
}

pub(crate) fn governing<'t, 'p>(timetable: &'t Timetable<'p>, event: &str) -> &'t Bound<'p> {
    step(timetable, event).governing().unwrap()
}
