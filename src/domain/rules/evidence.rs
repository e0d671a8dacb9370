//! What ends an obligation: the act itself, or progress past a threshold.
//!
//! Owns matching events to the occurrence they answer. Refuses to accept an
//! unattributed answer where more than one question is open.

use chrono::NaiveDate;

use super::note::begins;
use crate::domain::counting::{Direction, Step};
use crate::domain::decision::{Decision, Event};
use crate::domain::obligation::Done;
use crate::domain::pack::{Anchor, Offset, Pack, Relation, Rule};

/// A duty, and the decision in which its end is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) rule: &'a Rule,
    pub(super) pack: &'a Pack,
    pub(super) decision: &'a Decision,
    /// The event it occurs for.
    pub(super) occurrence: Option<&'a Event>,
}

impl<'a> Search<'a> {
    /// The event that ends the duty, if it is recorded.
    pub(super) fn done(self, anchor_on: Option<NaiveDate>) -> Option<Done> {
        let wanted = &self.rule.done_by;
        let from = self.earliest(anchor_on);
        let first = |kind: &String| -> Option<&Event> {
            let mut events = self.decision.standing(kind);
            events.find(|event| {
                from.is_none_or(|from| event.on_date >= from)
                    && self.qualifies(event)
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
        let Some(occurrence) = self.occurrence else {
            return true;
        };
        if !self.rule.done_by.answers {
            // Of what recurs, the next one ends the time of the one before.
            let recurs = self.rule.each.contains(&event.kind);
            return !recurs || event.is_after(occurrence);
        }
        let kind = &occurrence.kind;
        let alone = || self.rivals(occurrence).count() == 1;
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

    /// The occurrences that an answer without `ref` could mean: those of the kind, or where
    /// the note tells them apart, those with the same first word.
    fn rivals(self, occurrence: &'a Event) -> impl Iterator<Item = &'a Event> {
        let by_note = self.rule.done_by.same_note;
        let of_kind = self.decision.events_of(&occurrence.kind);
        of_kind.filter(move |other| !by_note || other.first_word() == occurrence.first_word())
    }

    /// Whether `event` carries what the rule asks for.
    fn qualifies(self, event: &Event) -> bool {
        let wanted = &self.rule.done_by;
        let asked = wanted.same_value.then(|| self.occurrence?.value).flatten();
        let value = event.value;
        let enough = wanted
            .min_value
            .is_none_or(|min| value.is_some_and(|value| value >= min));
        let odd = !wanted.odd || value.is_some_and(is_odd);
        let same_value =
            !wanted.same_value || value.is_some() && asked.is_none_or(|asked| value == Some(asked));
        let named = wanted
            .note
            .iter()
            .all(|word| begins(event, std::slice::from_ref(word)));
        let word = self.occurrence.map(Event::first_word).unwrap_or_default();
        let same_note = !wanted.same_note || event.first_word() == word;
        let document = event
            .evidence
            .as_deref()
            .is_some_and(|text| !text.trim().is_empty());
        enough && odd && same_value && named && same_note && (document || !wanted.document)
    }

    /// Whether `event` is for something of another kind that comes before `occurrence` and
    /// can be meant as well: one meeting's notice is not the next meeting's.
    fn answers_an_earlier_question(self, event: &Event, occurrence: &Event) -> bool {
        let rivals = self.pack.rules.iter().filter(|rule| {
            rule.done_by.answers && rule.each != self.rule.each && ends(rule, &event.kind)
        });
        let mut asked = rivals
            .flat_map(|rule| &rule.each)
            .flat_map(|kind| self.decision.events_of(kind));
        asked.any(|other| event.on_date <= other.on_date && other.on_date < occurrence.on_date)
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
pub(in crate::domain) fn must_follow_anchor(rule: &Rule) -> bool {
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
        Relation::Gate | Relation::Trigger | Relation::Exemption => false,
    }
}

fn is_odd(value: f64) -> bool {
    (value % 2.0 - 1.0).abs() < f64::EPSILON
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
