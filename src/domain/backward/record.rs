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
                let wanted = &bound.rule.done_by;
                events.find(|one| is_enough(wanted, one) && self.is_for(one, bound))
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

/// Whether `event` carries the quantity and the word that are asked for.
fn is_enough(wanted: &Evidence, event: &Event) -> bool {
    let note = event.note.as_deref().unwrap_or_default().trim_start();
    let enough = |min| event.value.is_some_and(|value| value >= min);
    let named = |word: &String| note.starts_with(word.as_str());
    wanted.min_value.is_none_or(enough) && wanted.note.as_ref().is_none_or(named)
}
