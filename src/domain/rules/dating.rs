//! From an anchor to the dates, with every step written down.
//!
//! Owns which of several days governs: the counted one, that of progress, that of a
//! later anchor, that which a person set. Refuses to look for the anchor; `anchor` does.

use chrono::NaiveDate;

use super::Derivation;
use super::anchor::Found;
use super::evidence::{self, Progress};
use super::waiver::Extension;
use crate::domain::counting::{self, Count, Direction, OtherReading, Step};
use crate::domain::decision::Event;
use crate::domain::obligation::{Dates, Missing, Obligation};
use crate::domain::pack::{Offset, Relation};

impl Derivation<'_, '_> {
    /// The dates and the way to them, or what is missing for them.
    pub(super) fn count(&self, occurrence: Option<&Event>) -> Result<(Dates, Vec<Step>), Missing> {
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
        let mut start = found.on;
        if span.count == 0 {
            found.is_the_date();
        } else if self.rule.counts_anchor {
            found.is_counted();
            start = day_before(found.on, span.direction);
        }
        let mut count = counting::count(self.calendar, start, span, self.rule.convention);
        count.provisional |= found.provisional;
        Ok((found.on, found.trail, count))
    }

    fn count_half(&self) -> Result<(NaiveDate, Vec<Step>, Count), Missing> {
        match (self.decision.term_start, self.decision.term_end) {
            (Some(start), Some(end)) if start <= end => {
                let governs = self.pack.readings.half_term;
                let half = counting::half_term(self.calendar, start, end, governs);
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
            Relation::By | Relation::Gate | Relation::Trigger | Relation::Exemption => {
                count.latest_on()
            }
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

/// A person set the date: it stands in both readings, over whatever was counted, and
/// also where nothing could be counted because no anchor is recorded.
pub(super) fn extend(obligation: &mut Obligation<'_>, extension: Extension<'_>) {
    let waits_for_anchor_only = obligation
        .missing
        .iter()
        .all(|missing| matches!(missing, Missing::Anchor(_)));
    if !waits_for_anchor_only {
        return;
    }
    obligation.missing.clear();
    obligation.trail.push(Step::Extended {
        on: extension.on,
        by: extension.by.to_owned(),
        reason: extension.reason.to_owned(),
        instead_of: obligation.dates.map(|dates| dates.due_on),
    });
    let anchor_on = obligation.dates.map(|dates| dates.anchor_on);
    obligation.dates = Some(Dates {
        anchor_on: anchor_on.unwrap_or(extension.on),
        due_on: extension.on,
        latest_on: extension.on,
        provisional: false,
    });
}

fn day_before(on: NaiveDate, direction: Direction) -> NaiveDate {
    let day = match direction {
        Direction::Forward => on.pred_opt(),
        Direction::Backward => on.succ_opt(),
    };
    day.unwrap_or(on)
}
