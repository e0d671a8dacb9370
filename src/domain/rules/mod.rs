//! From a decision and a pack to its obligations, each with the way that led there.
//!
//! Owns the derivation: does a rule apply, for which occurrences, from which
//! anchor, to which date, ended by what. Refuses to know the day it is: how an
//! obligation stands is asked of it later, with today as an argument.

mod anchor;
mod condition;
mod evidence;
mod floor;

use chrono::NaiveDate;

use super::calendar::Calendar;
use super::counting::{self, Count, OtherReading, Step};
use super::decision::{Decision, Event, Status};
use super::obligation::{Dates, Excuse, Missing, Obligation, ObligationKey};
use super::pack::{Offset, Pack, Relation, Rule};
use anchor::Found;
use condition::Answer;
pub use evidence::waiver_note;
use evidence::{Progress, Search};

/// Every obligation the pack puts on `decision`, in the order of the pack.
#[must_use]
pub fn obligations<'p>(
    decision: &Decision,
    pack: &'p Pack,
    calendar: &Calendar,
) -> Vec<Obligation<'p>> {
    let mut derived = Vec::new();
    for rule in &pack.rules {
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
        let unsaid = match condition::holds(&self.rule.when, self.decision) {
            Answer::No => return Vec::new(),
            Answer::Yes => Vec::new(),
            Answer::NotSaid(missing) => missing,
        };
        match &self.rule.each {
            None => vec![self.derive(None, unsaid)],
            Some(kind) => {
                let occurrences = self.decision.events_of(kind);
                occurrences
                    .map(|event| self.derive(Some(event), unsaid.clone()))
                    .collect()
            }
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
        let anchor_on = obligation.dates.map(|dates| dates.anchor_on);
        obligation.done = self.search(occurrence).done(anchor_on);
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
            near: near.unwrap_or(counting::Span::ZERO),
            dates: None,
            trail: Vec::new(),
            missing: Vec::new(),
            done: None,
            excuse: None,
            spoken_for: false,
        }
    }

    fn excuse(&self, occurrence: Option<&Event>) -> Option<Excuse> {
        if self.decision.status != Status::Active {
            return Some(Excuse::Ended);
        }
        let exempt = self.rule.exempt_when.as_ref();
        if let Some(because) = exempt.and_then(|when| condition::reason(when, self.decision)) {
            return Some(Excuse::Exempt { because });
        }
        self.search(occurrence).waiver()
    }

    const fn search<'s>(&'s self, occurrence: Option<&'s Event>) -> Search<'s> {
        Search {
            rule: self.rule,
            pack: self.pack,
            decision: self.decision,
            occurrence,
        }
    }

    /// The dates and the way to them, or what is missing for them.
    fn count(&self, occurrence: Option<&Event>) -> Result<(Dates, Vec<Step>), Missing> {
        let found = self.anchor(occurrence);
        let progress = evidence::progress(self.rule, self.decision);
        let (anchor_on, mut trail, mut count) = match (self.count_from(found), progress) {
            (Ok(counted), _) => counted,
            (Err(_), Some(progress)) => return Ok(reached_by(progress)),
            (Err(missing), None) => return Err(missing),
        };
        if let Some(progress) = progress.filter(|progress| progress.on < count.due_on) {
            count.due_on = progress.on;
            count.other = None;
            count.provisional = false;
            count.trail.push(progress.step());
        }
        self.count_latest(&mut count, occurrence);
        trail.append(&mut count.trail);
        Ok((self.dates(anchor_on, &count), trail))
    }

    fn count_from(
        &self,
        found: Result<Found, Missing>,
    ) -> Result<(NaiveDate, Vec<Step>, Count), Missing> {
        let span = match self.rule.offset {
            Offset::HalfTerm => return self.count_half(),
            Offset::Span(span) => span,
        };
        let mut found = found?;
        if span.count == 0 {
            found.is_the_date();
        }
        let mut count = counting::count(self.calendar, found.on, span, self.rule.convention);
        count.provisional |= found.provisional;
        Ok((found.on, found.trail, count))
    }

    fn count_half(&self) -> Result<(NaiveDate, Vec<Step>, Count), Missing> {
        match (self.decision.term_start, self.decision.term_end) {
            (Some(start), Some(end)) if start <= end => {
                let half = counting::half_term(self.calendar, start, end);
                Ok((start, Vec::new(), half))
            }
            _ => Err(Missing::Term),
        }
    }

    /// The lenient reading counts from the later of two anchors, where a rule names one.
    fn count_latest(&self, count: &mut Count, occurrence: Option<&Event>) {
        let (Some(anchor), Offset::Span(span)) = (&self.rule.latest_from, self.rule.offset) else {
            return;
        };
        let Some(found) = self.dated(anchor, occurrence) else {
            return;
        };
        let later = counting::count(self.calendar, found.on, span, self.rule.convention);
        if later.due_on > count.latest_on() {
            count.other = Some((OtherReading::LaterAnchor, later.due_on));
            count.provisional |= later.provisional;
            count.trail.push(Step::Other {
                reading: OtherReading::LaterAnchor,
                on: later.due_on,
            });
        }
    }

    fn dates(&self, anchor_on: NaiveDate, count: &Count) -> Dates {
        let latest_on = match self.rule.relation {
            Relation::NotBefore => count.earliest_on(),
            Relation::By | Relation::Gate | Relation::Trigger => count.latest_on(),
        };
        Dates {
            anchor_on,
            due_on: count.due_on,
            latest_on,
            provisional: count.provisional,
        }
    }
}

/// Progress past the threshold reaches the date by itself, term or no term.
fn reached_by(progress: Progress) -> (Dates, Vec<Step>) {
    let dates = Dates {
        anchor_on: progress.on,
        due_on: progress.on,
        latest_on: progress.on,
        provisional: false,
    };
    (dates, vec![progress.step()])
}
