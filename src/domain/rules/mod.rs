//! From a decision and a pack to its obligations, each with the way that led there.
//!
//! Owns the derivation: does a rule apply, for which occurrences, from which
//! anchor, to which date, ended by what. Refuses to know the day it is: how an
//! obligation stands is asked of it later, with today as an argument.

mod anchor;
mod condition;
mod dating;
mod evidence;
mod exemption;
mod floor;
mod gathering;
mod note;
mod waiver;

use super::calendar::Calendar;
use super::counting::{self, Span};
use super::decision::{Decision, Event, Status};
use super::obligation::{Excuse, Missing, Obligation, ObligationKey};
use super::pack::{Pack, Relation, Rule, Unsaid};
use condition::Answer;
use evidence::Search;
pub(super) use evidence::must_follow_anchor;
pub use note::{WaiverNote, waiver_note};

/// Every obligation the pack puts on `decision`, in the order of the pack.
#[must_use]
pub fn obligations<'p>(
    decision: &Decision,
    pack: &'p Pack,
    calendar: &Calendar,
) -> Vec<Obligation<'p>> {
    let mut derived = Vec::new();
    let duties = |rule: &&Rule| rule.relation != Relation::Exemption;
    for rule in pack.rules.iter().filter(duties) {
        let new = Derivation {
            decision,
            pack,
            calendar,
            rule,
            earlier: &derived,
        }
        .run();
        derived.extend(new);
    }
    floor::apply(&mut derived);
    gathering::apply(&mut derived);
    exemption::apply(&mut derived, decision, pack, calendar);
    derived
}

/// One rule at work on one decision.
struct Derivation<'a, 'p> {
    decision: &'a Decision,
    pack: &'p Pack,
    calendar: &'a Calendar,
    rule: &'p Rule,
    earlier: &'a [Obligation<'p>],
}

impl<'p> Derivation<'_, 'p> {
    fn run(&self) -> Vec<Obligation<'p>> {
        let unsaid = match condition::holds(&self.rule.when, self.decision, self.pack.readings) {
            Answer::No => return Vec::new(),
            Answer::Yes => Vec::new(),
            Answer::NotSaid(missing) => self.asked(missing),
        };
        let all = if self.rule.each.is_empty() {
            vec![self.derive(None, unsaid)]
        } else {
            let occurrences = self.occurrences().into_iter();
            let derive = |event| self.derive(Some(event), unsaid.clone());
            occurrences.map(derive).collect()
        };
        all.into_iter()
            .filter(|one| self.is_in_force(one))
            .collect()
    }

    /// What is still asked before the rule applies; a missing term always is, for without
    /// it there is nothing to count from.
    fn asked(&self, mut missing: Vec<Missing>) -> Vec<Missing> {
        if self.pack.readings.unsaid_flag == Unsaid::Apply {
            missing.retain(|one| !matches!(one, Missing::Flag(_)));
        }
        missing
    }

    /// The events it occurs for, in order of date.
    fn occurrences(&self) -> Vec<&Event> {
        let rule = self.rule;
        let events = self.decision.events.iter();
        let occurring = events.filter(|event| rule.each.contains(&event.kind));
        let noted = occurring.filter(|event| note::begins(event, &rule.each_note));
        let repeated = |event: &&Event| {
            let within = |span| self.follows_another(event, span);
            rule.repeated_within.is_none_or(within)
        };
        noted.filter(repeated).collect()
    }

    /// Whether another event of the kind, about the same person or unit as far as the
    /// notes say, came less than `span` before `event`.
    fn follows_another(&self, event: &Event, span: Span) -> bool {
        let alike = |other: &Event| {
            let (one, other) = (event.first_word(), other.first_word());
            one.is_empty() || other.is_empty() || one == other
        };
        let is_near = |other: &Event| {
            let until = counting::shift(self.calendar, other.on_date, span);
            event.is_after(other) && event.on_date <= until
        };
        let mut others = self.decision.standing(&event.kind);
        others.any(|other| alike(other) && is_near(other))
    }

    /// Among the wordings of a rule the one that was in force on the anchor's day; the
    /// latest while that day is not known (C-28).
    fn is_in_force(&self, obligation: &Obligation<'_>) -> bool {
        match obligation.dates {
            Some(dates) => self.rule.valid.covers(dates.anchor_on),
            None => self.pack.is_latest(self.rule),
        }
    }

    /// The obligation of one occurrence; `unsaid` is what its conditions still need.
    fn derive(&self, occurrence: Option<&Event>, unsaid: Vec<Missing>) -> Obligation<'p> {
        let mut obligation = self.blank(occurrence);
        obligation.excuse = self.excuse(occurrence);
        obligation.missing = unsaid;
        if obligation.missing.is_empty() {
            match self.count(occurrence) {
                Ok((dates, trail)) => {
                    obligation.dates = Some(dates);
                    obligation.trail = trail;
                }
                Err(missing) => obligation.missing.push(missing),
            }
        }
        if let Some(extension) = self.search(occurrence).extension() {
            dating::extend(&mut obligation, extension);
        }
        let anchor_on = obligation.dates.map(|dates| dates.anchor_on);
        obligation.done = self.search(occurrence).done(anchor_on);
        if obligation.done.is_none() && obligation.excuse.is_none() {
            let because = self.search(occurrence).excused_by();
            obligation.excuse = because.map(|because| Excuse::Exempt { because });
        }
        obligation
    }

    fn blank(&self, occurrence: Option<&Event>) -> Obligation<'p> {
        let near = self
            .pack
            .ladder(&self.rule.ladder)
            .map(|ladder| ladder.near);
        Obligation {
            key: ObligationKey {
                decision: self.decision.id.clone(),
                rule: self.rule.id.clone(),
                occurrence: occurrence
                    .map(|event| event.id.to_string())
                    .unwrap_or_default(),
            },
            rule: self.rule,
            cited: vec![self.rule],
            near: near.unwrap_or(Span::ZERO),
            dates: None,
            trail: Vec::new(),
            missing: Vec::new(),
            done: None,
            excuse: None,
            spoken_for: false,
            candidates: Vec::new(),
            gathered: Vec::new(),
        }
    }

    fn excuse(&self, occurrence: Option<&Event>) -> Option<Excuse> {
        let status = self.decision.status;
        if status != Status::Active && !self.rule.stays_when.contains(&status) {
            return Some(self.ended(status));
        }
        let exempt = self.rule.exempt_when.as_ref();
        let exempt =
            exempt.and_then(|when| condition::reason(when, self.decision, self.pack.readings));
        if let Some(because) = exempt {
            return Some(Excuse::Exempt { because });
        }
        let moved = occurrence.and_then(|event| self.decision.moved_to(event));
        if let Some(later) = moved {
            return Some(Excuse::Moved { to: later.on_date });
        }
        self.search(occurrence).waiver()
    }

    /// The decision is no longer pursued; a withdrawal's note says why.
    fn ended(&self, status: Status) -> Excuse {
        let notes = self.decision.events_of("withdrawn_note");
        let notes = notes.filter(|_| status == Status::Withdrawn);
        let reason = notes.filter_map(|event| event.note.clone()).last();
        Excuse::Ended { status, reason }
    }

    const fn search<'s>(&'s self, occurrence: Option<&'s Event>) -> Search<'s> {
        Search {
            rule: self.rule,
            pack: self.pack,
            decision: self.decision,
            occurrence,
        }
    }
}
