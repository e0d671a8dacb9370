//! Finding the day a rule is counted from.
//!
//! Owns the order of preference between anchors and the marks that a stand-in or a
//! late request leaves. Refuses to invent a day: without one, it says what is missing.

use chrono::NaiveDate;

use super::Derivation;
use super::evidence::{ends, opening};
use crate::domain::counting::Step;
use crate::domain::decision::Event;
use crate::domain::obligation::Missing;
use crate::domain::pack::{Anchor, Field, Late, Relation, RuleId};

/// A day to count from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) on: NaiveDate,
    pub(super) trail: Vec<Step>,
    pub(super) provisional: bool,
}

impl Found {
    /// The day itself is the first that counts.
    pub(super) fn is_counted(&mut self) {
        for step in &mut self.trail {
            if let Step::Anchor { on, from } = step {
                *step = Step::AnchorCounted {
                    on: *on,
                    from: std::mem::take(from),
                };
            }
        }
    }

    /// Nothing is counted: the day stands for itself.
    pub(super) fn is_the_date(&mut self) {
        for step in &mut self.trail {
            if let Step::Anchor { on, from } = step {
                *step = Step::Itself {
                    on: *on,
                    from: std::mem::take(from),
                };
            }
        }
    }
}

impl Derivation<'_, '_> {
    /// The anchor of one occurrence: the first of `from` that is there, else the first
    /// stand-in of `or_from`, marked as assumed.
    pub(super) fn anchor(&self, occurrence: Option<&Event>) -> Result<Found, Missing> {
        if let Some(late) = self.between_windows(occurrence) {
            return self.own_clock(occurrence).ok_or(late);
        }
        let dated = |anchor: &Anchor| self.dated(anchor, occurrence);
        if let Some(found) = self.first(occurrence) {
            return Ok(found);
        }
        if let Some(late) = self.late(occurrence) {
            return self.own_clock(occurrence).ok_or(late);
        }
        let wanted = self.wanted();
        for anchor in &self.rule.or_from {
            if let Some(mut found) = dated(anchor) {
                found.trail.push(Step::Assumed {
                    from: anchor.to_string(),
                    instead_of: wanted,
                });
                return Ok(found);
            }
        }
        Err(Missing::Anchor(wanted))
    }

    /// The day of the first anchor that is there, or an earlier one of a kind that stands for
    /// the same: the first meeting, whichever kind of meeting it is.
    fn first(&self, occurrence: Option<&Event>) -> Option<Found> {
        let from = &self.rule.from;
        let dated = |anchor: &Anchor| Some((anchor.clone(), self.dated(anchor, occurrence)?));
        let (anchor, found) = from.iter().find_map(dated)?;
        if !self.is_alike(&anchor) {
            return Some(found);
        }
        let others = from.iter().filter(|other| self.is_alike(other));
        let days = others.filter_map(|other| self.dated(other, occurrence));
        days.min_by_key(|found| found.on)
    }

    fn is_alike(&self, anchor: &Anchor) -> bool {
        matches!(anchor, Anchor::Event(kind) if self.pack.alike.contains(kind))
    }

    /// The late occurrence's own day, where the pack lets its clock run from there (C-9).
    fn own_clock(&self, occurrence: Option<&Event>) -> Option<Found> {
        let event = occurrence.filter(|_| self.rule.late == Late::OwnClock)?;
        let step = Step::Anchor {
            on: event.on_date,
            from: event.kind.clone(),
        };
        Some(Found {
            on: event.on_date,
            trail: vec![step],
            provisional: false,
        })
    }

    /// The day `anchor` gives, if it is known.
    pub(super) fn dated(&self, anchor: &Anchor, occurrence: Option<&Event>) -> Option<Found> {
        let (on, provisional) = match anchor {
            Anchor::Event(kind) => (self.event_day(kind, occurrence)?, false),
            Anchor::Field(field) => (self.field_day(*field)?, false),
            Anchor::Rule(rule) => self.rule_day(rule, occurrence)?,
        };
        Some(Found {
            on,
            trail: vec![Step::Anchor {
                on,
                from: anchor.to_string(),
            }],
            provisional,
        })
    }

    /// The occurrence itself, the first such event from the occurrence on, or the first
    /// one at all where the rule occurs once.
    fn event_day(&self, kind: &str, occurrence: Option<&Event>) -> Option<NaiveDate> {
        match occurrence {
            Some(event) if event.kind == kind => Some(event.on_date),
            // Of several kinds that occur, each anchors its own occurrences only.
            Some(_) if self.rule.each.iter().any(|each| each == kind) => None,
            Some(event) => {
                let mut later = self.decision.standing(kind);
                later
                    .find(|other| other.on_date >= event.on_date)
                    .map(|other| other.on_date)
            }
            None => self
                .decision
                .standing(kind)
                .next()
                .map(|event| event.on_date),
        }
    }

    const fn field_day(&self, field: Field) -> Option<NaiveDate> {
        match field {
            Field::PlannedOn => self.decision.planned_on,
            Field::TermStart => self.decision.term_start,
            Field::TermEnd => self.decision.term_end,
        }
    }

    /// The date another rule gives for the same occurrence, or, between rules that occur
    /// for different events, the first of its dates from the occurrence on.
    fn rule_day(&self, rule: &RuleId, occurrence: Option<&Event>) -> Option<(NaiveDate, bool)> {
        let own = occurrence
            .map(|event| event.id.to_string())
            .unwrap_or_default();
        let of_rule = || self.earlier.iter().filter(|other| other.key.rule == *rule);
        let same = of_rule().find(|other| other.key.occurrence == own);
        let from_on = |on: NaiveDate| occurrence.is_none_or(|event| on >= event.on_date);
        let dates = match same {
            Some(same) => same.dates,
            None => of_rule()
                .filter_map(|other| other.dates)
                .find(|dates| from_on(dates.due_on)),
        }?;
        Some((dates.due_on, dates.provisional))
    }

    /// Every such anchor lies before the occurrence: the request came too late.
    fn late(&self, occurrence: Option<&Event>) -> Option<Missing> {
        let event = occurrence?;
        let passed = self.rule.from.iter().find_map(|anchor| match anchor {
            Anchor::Event(kind) => self.decision.events_of(kind).last(),
            Anchor::Field(_) | Anchor::Rule(_) => None,
        })?;
        (passed.on_date < event.on_date).then(|| Missing::Late(passed.kind.clone()))
    }

    /// The occurrence came after one window had closed and before the next was opened: the
    /// next one's end is not its own. Which event opens a window, the window's rule says.
    fn between_windows(&self, occurrence: Option<&Event>) -> Option<Missing> {
        let event = occurrence?;
        self.rule.from.iter().find_map(|anchor| {
            let Anchor::Event(kind) = anchor else {
                return None;
            };
            let window = self
                .pack
                .rules
                .iter()
                .find(|rule| rule.relation == Relation::NotBefore && ends(rule, kind))?;
            let closings = || self.decision.events_of(kind);
            let next = closings().find(|close| close.on_date >= event.on_date)?;
            let opened = self.opened(window.each.first()?, next)?;
            let is_between = closings().any(|close| close.on_date < event.on_date)
                && opened.on_date > event.on_date;
            is_between.then(|| Missing::Late(kind.clone()))
        })
    }

    /// The event of `kind` that `closing` closes: the one it names, else the last one.
    fn opened(&self, kind: &str, closing: &Event) -> Option<&Event> {
        let named = closing.answers.and_then(|id| self.decision.event(id));
        named
            .filter(|event| event.kind == kind)
            .or_else(|| opening(self.decision, kind, closing))
    }

    fn wanted(&self) -> String {
        let names: Vec<String> = self.rule.from.iter().map(Anchor::to_string).collect();
        names.join(" | ")
    }
}
