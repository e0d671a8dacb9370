//! What is recorded already, and whether it is for this meeting.
//!
//! Owns matching recorded events to a bound. Refuses what was for another meeting or
//! another hearing.

use chrono::NaiveDate;

use super::{Bound, Ground, Kind, Meeting};
use crate::domain::decision::Event;
use crate::domain::pack::Evidence;

impl Ground<'_, '_> {
    /// The day the step of `event` is recorded for, as far as `bound` is concerned: the
    /// last one that opens a window, the first one that is evidence.
    pub(super) fn recorded(&self, event: &str, bound: &Bound<'_>) -> Option<NaiveDate> {
        let mut events = self.decision.events_of(event);
        let found = match bound.kind {
            Kind::Window | Kind::LeavesTime => events.last(),
            Kind::Before => {
                let enough = |one: &Event| {
                    let occurrence = self.occurrence(one, bound);
                    is_enough(&bound.rule.done_by, one, occurrence)
                };
                events.find(|one| enough(one) && self.is_for(one, bound))
            }
        };
        found.map(|event| event.on_date)
    }

    /// The day of the last such step up to the meeting.
    pub(super) fn happened(&self, event: &str, meeting: Meeting) -> Option<NaiveDate> {
        let events = self.decision.events_of(event);
        let before = events.take_while(|event| event.on_date <= meeting.on);
        before.last().map(|event| event.on_date)
    }

    /// What the rule occurs for, as far as `event` says which, else the last one.
    fn occurrence(&self, event: &Event, bound: &Bound<'_>) -> Option<&Event> {
        let occurs = |one: &&Event| bound.rule.each.contains(&one.kind);
        let named = event.answers.and_then(|id| self.decision.event(id));
        let last = || self.decision.events.iter().rfind(occurs);
        named.filter(occurs).or_else(last)
    }

    /// Whether `event` is about the bound's own later step: what answers each of several
    /// meetings is not shared between them.
    fn is_for(&self, event: &Event, bound: &Bound<'_>) -> bool {
        if !bound.rule.done_by.answers {
            return true;
        }
        let (target, on) = &bound.target;
        let earlier = || {
            let mut others = self.decision.events_of(target);
            others.any(|other| event.on_date <= other.on_date && other.on_date < *on)
        };
        let answered = event.answers.and_then(|id| self.decision.event(id));
        answered.map_or_else(
            || !earlier(),
            |one| one.kind == *target && one.on_date == *on,
        )
    }
}

/// Whether `event` carries what the rule asks of it, as `rules` reads that.
fn is_enough(wanted: &Evidence, event: &Event, occurrence: Option<&Event>) -> bool {
    let note = event.note.as_deref().unwrap_or_default().trim_start();
    let named = |word: &String| note.starts_with(word.as_str());
    let same_word = |one: &Event| event.first_word() == one.first_word();
    let document = event.evidence.as_deref().unwrap_or_default().trim();
    has_value(wanted, event.value, occurrence.and_then(|one| one.value))
        && wanted.note.as_ref().is_none_or(named)
        && (!wanted.same_note || occurrence.is_none_or(same_word))
        && (!wanted.document || !document.is_empty())
}

/// Whether `value` is the quantity that is wanted; `asked` is the one it must be equal to.
fn has_value(wanted: &Evidence, value: Option<f64>, asked: Option<f64>) -> bool {
    let is = |wanted: fn(f64) -> bool| value.is_some_and(wanted);
    let enough = |min| value.is_some_and(|value| value >= min);
    wanted.min_value.is_none_or(enough)
        && (!wanted.odd || is(|value| (value % 2.0 - 1.0).abs() < f64::EPSILON))
        && (!wanted.same_value || is(|_| true) && (asked.is_none() || asked == value))
}
