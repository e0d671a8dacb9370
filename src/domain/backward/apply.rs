//! Which rules bound this decision.
//!
//! Owns putting the question to `rules`, so that conditions, exemptions and waivers are
//! read in one place only. Refuses to read a condition itself.

use chrono::NaiveDate;

use super::{Meeting, is_meeting};
use crate::domain::calendar::Calendar;
use crate::domain::decision::{Decision, Event};
use crate::domain::obligation::{Excuse, Missing, Obligation};
use crate::domain::pack::{Pack, Rule};
use crate::domain::rules::obligations;

/// A rule that applies, or about which somebody must say whether it does.
#[derive(Debug, Clone)]
pub(super) struct Applied<'p> {
    pub(super) rule: &'p Rule,
    pub(super) unsaid: Vec<Missing>,
    /// What it occurs for has not happened: it was derived for a stand-in.
    pub(super) is_supposed: bool,
}

/// The id of a stand-in: later than any that is recorded, so that no earlier waiver was
/// about it.
const STAND_IN: i64 = i64::MAX;

/// The rules that bound `decision`, in the order of the pack, and those that were waived.
pub(super) fn rules<'p>(
    decision: &Decision,
    pack: &'p Pack,
    calendar: &Calendar,
    meeting: Meeting,
) -> (Vec<Applied<'p>>, Vec<(&'p Rule, Excuse)>) {
    let probe = probe(decision, pack, meeting);
    let derived = obligations(&probe, pack, calendar);
    let (mut applied, mut waived) = (Vec::new(), Vec::new());
    for rule in &pack.rules {
        // Of several occurrences the last one is still to be done; of several wordings of a
        // rule only the one in force has any.
        let last = derived
            .iter()
            .rev()
            .find(|one| std::ptr::eq(one.rule, rule));
        match last {
            None => {}
            Some(one) => match &one.excuse {
                Some(excuse @ Excuse::Waived { .. }) => {
                    waived.push((rule, excuse.clone()));
                }
                Some(Excuse::Exempt { .. } | Excuse::Ended { .. } | Excuse::Moved { .. }) => {}
                None => applied.push(Applied {
                    rule,
                    unsaid: unsaid(one),
                    is_supposed: one.key.occurrence == STAND_IN.to_string(),
                }),
            },
        }
    }
    (applied, waived)
}

/// The decision with this meeting and no other, and a stand-in for whatever a rule occurs
/// for and has not happened: a rule that would never occur would not answer.
fn probe(decision: &Decision, pack: &Pack, meeting: Meeting) -> Decision {
    let mut probe = decision.clone();
    let is_other = |event: &Event| {
        is_meeting(&event.kind) && (event.kind != meeting.kind || event.on_date != meeting.on)
    };
    probe.events.retain(|event| !is_other(event));
    let occurring = pack.rules.iter().flat_map(|rule| rule.each.iter());
    let occurring = occurring.filter(|kind| !is_meeting(kind));
    for kind in occurring.map(String::as_str).chain([meeting.kind]) {
        if probe.events_of(kind).next().is_none() {
            probe.events.push(stand_in(kind, meeting.on));
        }
    }
    probe.events.sort_by_key(|event| event.on_date);
    probe
}

fn stand_in(kind: &str, on_date: NaiveDate) -> Event {
    Event {
        id: STAND_IN,
        kind: kind.to_owned(),
        on_date,
        answers: None,
        value: None,
        note: None,
        evidence: None,
    }
}

fn unsaid(obligation: &Obligation<'_>) -> Vec<Missing> {
    let missing = obligation.missing.iter();
    let asked = missing.filter(|one| matches!(one, Missing::Flag(_) | Missing::Term));
    asked.cloned().collect()
}
