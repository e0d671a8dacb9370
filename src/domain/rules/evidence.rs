//! What ends an obligation: the act itself, a waiver, or progress past a threshold.
//!
//! Owns matching events to the occurrence they answer. Refuses to accept an
//! unattributed answer where more than one question is open, and a waiver of what
//! nobody knew yet.

use chrono::NaiveDate;

use crate::domain::counting::{Direction, Step};
use crate::domain::decision::{Decision, Event};
use crate::domain::obligation::{Done, Excuse};
use crate::domain::pack::{Anchor, Evidence, Offset, Pack, Relation, Rule};

/// A duty, and the decision in which its end is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) rule: &'a Rule,
    pub(super) pack: &'a Pack,
    pub(super) decision: &'a Decision,
    /// The event it occurs for.
    pub(super) occurrence: Option<&'a Event>,
}

impl Search<'_> {
    /// The event that ends the duty, if it is recorded.
    pub(super) fn done(self, anchor_on: Option<NaiveDate>) -> Option<Done> {
        let wanted = &self.rule.done_by;
        let from = self.earliest(anchor_on);
        let first = |kind: &String| -> Option<&Event> {
            let mut events = self.decision.events_of(kind);
            events.find(|event| {
                from.is_none_or(|from| event.on_date >= from)
                    && qualifies(wanted, event)
                    && self.is_meant_by(event)
            })
        };
        let mut found = wanted.events.iter().map(first);
        let event = if wanted.all {
            let every: Option<Vec<&Event>> = found.collect();
            every?.into_iter().max_by_key(|event| event.on_date)
        } else {
            found.by_ref().flatten().min_by_key(|event| event.on_date)
        }?;
        Some(Done {
            on: event.on_date,
            event: event.kind.clone(),
            evidence: event.evidence.clone(),
        })
    }

    /// The first day on which the act can be done. What is done for each occurrence may
    /// follow that occurrence at once: a request is often answered before the window closes
    /// from which the law counts.
    fn earliest(self, anchor_on: Option<NaiveDate>) -> Option<NaiveDate> {
        let occurred = self.occurrence.map(|event| event.on_date);
        occurred
            .or(anchor_on)
            .filter(|_| must_follow_anchor(self.rule))
    }

    /// Whether `event` answers this occurrence and no other.
    fn is_meant_by(self, event: &Event) -> bool {
        let (true, Some(occurrence), Some(kind)) =
            (self.rule.done_by.answers, self.occurrence, &self.rule.each)
        else {
            return true;
        };
        let alone = || self.decision.events_of(kind).count() == 1;
        match event.answers {
            _ if event.id == occurrence.id => true,
            Some(id) => id == occurrence.id,
            // A window that closes is the one that was opened last: to take it for none
            // would let one that is too short go unseen.
            None if self.rule.relation == Relation::NotBefore => {
                opening(self.decision, kind, event).is_some_and(|last| last.id == occurrence.id)
            }
            None => alone() && !self.answers_an_earlier_question(event, occurrence),
        }
    }

    /// Whether `event` is for something of another kind that comes before `occurrence` and
    /// can be meant as well: one meeting's notice is not the next meeting's.
    fn answers_an_earlier_question(self, event: &Event, occurrence: &Event) -> bool {
        let rivals = self.pack.rules.iter().filter(|rule| {
            rule.done_by.answers && rule.each != self.rule.each && ends(rule, &event.kind)
        });
        let mut asked = rivals
            .filter_map(|rule| rule.each.as_ref())
            .flat_map(|kind| self.decision.events_of(kind));
        asked.any(|other| event.on_date <= other.on_date && other.on_date < occurrence.on_date)
    }

    /// The waiver of the duty: its note names rule, person and reason. One that names no
    /// occurrence reaches those that were known when it was given.
    pub(super) fn waiver(self) -> Option<Excuse> {
        let exempted = self.decision.events_of("evaluation_exempted");
        let waived = self.decision.events_of("waived").chain(exempted);
        waived.into_iter().find_map(|event| {
            let (waived_rule, by, reason) = waiver_note(event.note.as_deref()?)?;
            let opened = format!("{waived_rule}.");
            let id = &self.rule.id.0;
            let this_rule = id == waived_rule || id.starts_with(&opened);
            (this_rule && self.is_reached_by(event)).then(|| Excuse::Waived {
                by: by.to_owned(),
                reason: reason.to_owned(),
                on: event.on_date,
            })
        })
    }

    fn is_reached_by(self, waiver: &Event) -> bool {
        match (waiver.answers, self.occurrence) {
            (Some(id), occurrence) => occurrence.is_some_and(|one| one.id == id),
            (None, None) => true,
            // Recorded before it, or of that day or earlier.
            (None, Some(one)) => one.id < waiver.id || one.on_date <= waiver.on_date,
        }
    }
}

/// The event of `kind` that was open last when `closing` came.
pub(super) fn opening<'a>(
    decision: &'a Decision,
    kind: &str,
    closing: &Event,
) -> Option<&'a Event> {
    let opened = decision.events_of(kind);
    opened
        .take_while(|open| open.on_date <= closing.on_date)
        .last()
}

/// Whether an event of `kind` is among those that end `rule`.
pub(super) fn ends(rule: &Rule, kind: &str) -> bool {
    rule.done_by.events.iter().any(|event| event == kind)
}

/// Whether an act before the anchor cannot be the one that is meant: a meeting before
/// legality review was asked for did not follow it, and nothing is published before it
/// is decided. A planned day or another rule's date may well be met early.
fn must_follow_anchor(rule: &Rule) -> bool {
    let forward = match rule.offset {
        Offset::Span(span) => span.direction == Direction::Forward,
        Offset::HalfTerm => true,
    };
    let from_events = rule
        .from
        .iter()
        .all(|anchor| matches!(anchor, Anchor::Event(_)));
    match rule.relation {
        Relation::NotBefore => true,
        Relation::By => forward && from_events,
        Relation::Gate | Relation::Trigger => false,
    }
}

fn qualifies(wanted: &Evidence, event: &Event) -> bool {
    let enough = |min| event.value.is_some_and(|value| value >= min);
    let named = |word: &String| {
        let note = event.note.as_deref().unwrap_or_default();
        note.trim_start().starts_with(word.as_str())
    };
    wanted.min_value.is_none_or(enough) && wanted.note.as_ref().is_none_or(named)
}

/// Rule, person and reason of a waiver's note, separated by `;` or `；`. A note that
/// lacks one of them waives nothing.
#[must_use]
pub fn waiver_note(note: &str) -> Option<(&str, &str, &str)> {
    let mut parts = note.splitn(3, [';', '；']).map(str::trim);
    let parts = (parts.next()?, parts.next()?, parts.next()?);
    let complete = !parts.0.is_empty() && !parts.1.is_empty() && !parts.2.is_empty();
    complete.then_some(parts)
}

/// The report with which progress passed the rule's threshold for good: a later one that
/// says less takes back what was claimed before it.
pub(super) fn progress(rule: &Rule, decision: &Decision) -> Option<Progress> {
    let threshold = rule.or_progress_over?;
    let reports = decision.events_of("progress_reported");
    let said = reports.filter_map(|report| Some((report.on_date, report.value?)));
    said.fold(None, |passed: Option<Progress>, (on, percent)| {
        if percent > threshold {
            passed.or(Some(Progress { on, percent }))
        } else {
            None
        }
    })
}

/// A report of progress.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Progress {
    pub(super) on: NaiveDate,
    percent: f64,
}

impl Progress {
    pub(super) const fn step(self) -> Step {
        Step::Progress {
            on: self.on,
            percent: self.percent,
        }
    }
}
