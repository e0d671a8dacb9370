//! Exemptions the law allows: candidates that a person may confirm.
//!
//! Owns when an exemption is open for a duty. Refuses to exempt: the duty stays, and is
//! told, until somebody confirms with name and reason.

use super::condition::{self, Answer};
use super::note;
use crate::domain::calendar::Calendar;
use crate::domain::counting;
use crate::domain::decision::{Decision, Event};
use crate::domain::obligation::{Candidate, Obligation};
use crate::domain::pack::{Anchor, Offset, Pack, Relation, Rule};

/// Marks every duty that an exemption of the pack may excuse.
pub(super) fn apply(
    derived: &mut [Obligation<'_>],
    decision: &Decision,
    pack: &Pack,
    calendar: &Calendar,
) {
    let exemptions = pack.rules.iter();
    let exemptions = exemptions.filter(|rule| rule.relation == Relation::Exemption);
    for rule in exemptions {
        if condition::holds(&rule.when, decision, pack.readings) != Answer::Yes {
            continue;
        }
        for duty in derived.iter_mut().filter(|duty| is_open(duty, rule)) {
            let exemption = Exemption {
                rule,
                decision,
                calendar,
            };
            duty.candidates.extend(exemption.of(duty));
        }
    }
}

/// Whether the rule names the duty, and it is neither done nor excused.
fn is_open(duty: &Obligation<'_>, rule: &Rule) -> bool {
    rule.exempts.contains(&duty.key.rule) && duty.done.is_none() && duty.excuse.is_none()
}

struct Exemption<'a> {
    rule: &'a Rule,
    decision: &'a Decision,
    calendar: &'a Calendar,
}

impl Exemption<'_> {
    fn of(&self, duty: &Obligation<'_>) -> Option<Candidate> {
        let dates = duty.dates?;
        if self.rule.from.is_empty() {
            return self.candidate(None);
        }
        let Offset::Span(span) = self.rule.offset else {
            return None;
        };
        let mut events = self.decision.events.iter();
        let anchor =
            events.rfind(|event| self.is_anchor(event) && event.on_date <= dates.due_on)?;
        let until = counting::shift(self.calendar, anchor.on_date, span);
        (dates.due_on <= until)
            .then(|| self.candidate(Some(anchor)))
            .flatten()
    }

    fn is_anchor(&self, event: &Event) -> bool {
        let mut from = self.rule.from.iter();
        from.any(|anchor| matches!(anchor, Anchor::Event(kind) if *kind == event.kind))
            && note::begins(event, &self.rule.each_note)
    }

    /// Nothing that leaves no room for it has come after the anchor, or at all.
    fn candidate(&self, anchor: Option<&Event>) -> Option<Candidate> {
        let new = |event: &Event| anchor.is_none_or(|anchor| event.is_after(anchor));
        let mut against = self.rule.unless_after.iter();
        let is_barred = against.any(|kind| self.decision.standing(kind).any(new));
        (!is_barred).then(|| Candidate {
            rule: self.rule.id.clone(),
            title: self.rule.title.clone(),
            basis: self.rule.basis.clone(),
            because: anchor.map(|anchor| (anchor.kind.clone(), anchor.on_date)),
        })
    }
}
