//! What a person decided about a duty: that it is waived, or due on another day.
//!
//! Owns which decision of a person reaches which occurrence, and when it lapses.
//! Refuses one of what nobody knew yet.

use chrono::NaiveDate;

use super::evidence::Search;
use super::note::{self, WaiverNote, waiver_note};
use crate::domain::decision::Event;
use crate::domain::obligation::Excuse;

/// A date a person set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extension<'a> {
    pub(super) on: NaiveDate,
    pub(super) by: &'a str,
    pub(super) reason: &'a str,
}

impl<'a> Search<'a> {
    /// The waiver of the duty: its note names rule, person and reason. One that names no
    /// occurrence reaches those that were known when it was given.
    pub(super) fn waiver(self) -> Option<Excuse> {
        let decision = self.decision;
        let exempted = decision.events_of("evaluation_exempted");
        let mut waived = decision.events_of("waived").chain(exempted);
        waived.find_map(|event| {
            let note = self.speaks_of_it(event)?;
            (!self.has_lapsed(event)).then(|| Excuse::Waived {
                by: note.by.to_owned(),
                reason: note.reason.to_owned(),
                on: event.on_date,
                until: note.until,
            })
        })
    }

    /// The day a person set last, in place of what is counted.
    pub(super) fn extension(self) -> Option<Extension<'a>> {
        let set = self.decision.events_of("extended").filter_map(|event| {
            let note = self.speaks_of_it(event)?;
            Some((event, note))
        });
        let (event, note) = set.max_by_key(|(event, _)| event.id)?;
        Some(Extension {
            on: event.on_date,
            by: note.by,
            reason: note.reason,
        })
    }

    /// The choice of another procedure that leaves this step out, with its day and words.
    pub(super) fn excused_by(self) -> Option<String> {
        let kind = self.rule.excused_by.as_ref()?;
        let event = self
            .decision
            .standing(kind)
            .find(|event| self.is_of_it(event))?;
        let why = event.note.as_deref().unwrap_or_default();
        Some(
            format!("{kind} {} {why}", event.on_date)
                .trim_end()
                .to_owned(),
        )
    }

    /// Whether the event's note, of that form, is about this rule and reaches this occurrence.
    fn speaks_of_it(self, event: &'a Event) -> Option<WaiverNote<'a>> {
        let note = waiver_note(event.note.as_deref()?)?;
        let opened = format!("{}.", note.rule);
        let id = &self.rule.id.0;
        let this_rule = id == note.rule || id.starts_with(&opened);
        (this_rule && self.is_reached_by(event)).then_some(note)
    }

    fn is_reached_by(self, waiver: &Event) -> bool {
        match (waiver.answers, self.occurrence) {
            (Some(id), occurrence) => occurrence.is_some_and(|one| one.id == id),
            (None, None) => true,
            // Recorded before it, or of that day or earlier.
            (None, Some(one)) => one.id < waiver.id || one.on_date <= waiver.on_date,
        }
    }

    /// Something new has come up since: the waiver was given without knowing it.
    fn has_lapsed(self, waiver: &Event) -> bool {
        let mut ending = self.rule.lapses_on.iter();
        ending.any(|kind| {
            let mut events = self.decision.standing(kind);
            events.any(|event| event.is_after(waiver))
        })
    }

    /// Whether an event that names an occurrence, or begins with its word, means this one.
    fn is_of_it(self, event: &Event) -> bool {
        match (self.occurrence, event.answers) {
            (Some(one), Some(id)) => one.id == id,
            (Some(one), None) => note::begins(event, &[one.first_word().to_owned()]),
            (None, _) => true,
        }
    }
}
