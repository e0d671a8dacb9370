//! One rule read backwards: what it asks of earlier steps, given the later ones' days.
//!
//! Owns the reading of each kind of rule. Refuses to choose between the bounds of a step;
//! that is `chain`.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::apply::Applied;
use super::{Bound, Force, Kind, Meeting, is_meeting};
use crate::domain::calendar::Calendar;
use crate::domain::counting::{self, Count, Direction, Span, Step};
use crate::domain::obligation::Missing;
use crate::domain::pack::{Anchor, Offset, Relation, Rule, Strength};

/// How far back a start is looked for, in days: more than the longest offset of a pack in
/// working days, and in years a lifetime.
const LONGEST_WINDOW_DAYS: u64 = 36_525;

/// The latest day of a step, as those before it are counted from it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reach {
    pub(super) on: NaiveDate,
    pub(super) weakest: Force,
    pub(super) on_this_way: bool,
    pub(super) unsaid: Vec<Missing>,
    pub(super) provisional: bool,
    /// The word its note begins with, where the rule that governs it asks for one.
    pub(super) note: Option<String>,
    /// The steps from the meeting to this one, which is the last.
    pub(super) path: Vec<String>,
}

/// The latest days that are known so far, by event kind; the meeting is one of them.
pub(super) type Reaches = BTreeMap<String, Reach>;

/// One rule, beside what is known.
pub(super) struct Reading<'a, 'p> {
    pub(super) applied: &'a Applied<'p>,
    pub(super) calendar: &'a Calendar,
    pub(super) meeting: Meeting,
    pub(super) reaches: &'a Reaches,
}

/// A step whose day is known, and the day.
type Target<'a> = (&'a str, &'a Reach);

impl<'p> Reading<'_, 'p> {
    /// Every bound the rule gives, each with the step it is for.
    pub(super) fn bounds(&self) -> Vec<(String, Bound<'p>)> {
        let rule = self.applied.rule;
        let Offset::Span(span) = rule.offset else {
            return Vec::new();
        };
        let is_forward = span.direction == Direction::Forward && span.count > 0;
        let is_act = matches!(rule.relation, Relation::By | Relation::Gate);
        if rule.relation == Relation::NotBefore && is_forward {
            self.window(span).into_iter().collect()
        } else if is_act && !is_forward {
            self.before(span)
        } else if rule.relation == Relation::By {
            self.leaves_time(span).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    /// The evidence must be there when the anchor's day comes, or so long before it.
    fn before(&self, span: Span) -> Vec<(String, Bound<'p>)> {
        let evidence = &self.applied.rule.done_by;
        let Some((target, reach)) = self.anchor().filter(|_| self.occurs()) else {
            return Vec::new();
        };
        // What the later step brings along itself is no earlier step.
        if !evidence.all && evidence.events.iter().any(|event| event == target) {
            return Vec::new();
        }
        let count = self.count_back((target, reach), span);
        let steps = evidence.events.iter().filter(|event| is_free(event, reach));
        let bounds = steps.map(|event| {
            let others = evidence.events.iter().filter(|other| *other != event);
            let mut bound = self.bound(Kind::Before, (target, reach), &count);
            bound.lenient_on = count.latest_on();
            if !evidence.all {
                bound.one_of = others.cloned().collect();
            }
            (event.clone(), bound)
        });
        bounds.collect()
    }

    /// The window that opens with the anchor must not be cut short by its end.
    fn window(&self, span: Span) -> Option<(String, Bound<'p>)> {
        let target = self.first_done()?;
        let start = self.start()?;
        let (_, reach) = target;
        if !is_free(start, reach) {
            return None;
        }
        let on = self.latest_start(span, reach.on, safe_end)?;
        let lenient_on = self.latest_start(span, reach.on, Count::earliest_on)?;
        let count = self.count(on, span);
        let mut bound = self.bound(Kind::Window, target, &count);
        bound.on = on;
        bound.lenient_on = lenient_on;
        bound.trail.insert(0, self.starting(on, start));
        Some((start.to_owned(), bound))
    }

    /// What comes no later than so long after the anchor: the anchor's last day that leaves
    /// all of it. Where that has no day of its own, it ought to be there before the meeting.
    fn leaves_time(&self, span: Span) -> Option<(String, Bound<'p>)> {
        let start = self.start().filter(|start| !is_meeting(start))?;
        let answered = self.applied.rule.each.iter().find(|kind| *kind != start);
        let (target, only_if) = match self.last_done() {
            Some(target) => (target, None),
            None if self.reaches.contains_key(start) => (self.goal()?, Some(answered?.clone())),
            None => return None,
        };
        let (kind, reach) = target;
        let is_before = only_if.is_some() || !is_meeting(kind);
        if !is_before || !is_free(start, reach) {
            return None;
        }
        let on = self.latest_start(span, reach.on, safe_end)?;
        let count = self.count(on, span);
        let mut bound = self.bound(Kind::LeavesTime, target, &count);
        bound.on = on;
        bound.lenient_on = on;
        bound.force = Force::Advice;
        bound.weakest = Force::Advice;
        bound.only_if = only_if;
        bound.trail.insert(0, self.starting(on, start));
        Some((start.to_owned(), bound))
    }

    fn bound(&self, kind: Kind, (target, reach): Target<'_>, count: &Count) -> Bound<'p> {
        let rule = self.applied.rule;
        let force = force(rule);
        let mut unsaid = self.applied.unsaid.clone();
        let further = reach
            .unsaid
            .iter()
            .filter(|one| !self.applied.unsaid.contains(one));
        unsaid.extend(further.cloned());
        Bound {
            rule,
            cited: vec![rule],
            kind,
            on: count.due_on,
            lenient_on: count.due_on,
            target: (target.to_owned(), reach.on),
            path: reach.path.clone(),
            force,
            weakest: force.max(reach.weakest),
            one_of: Vec::new(),
            on_this_way: reach.on_this_way,
            only_if: None,
            unsaid,
            provisional: count.provisional || reach.provisional,
            trail: count.trail.clone(),
        }
    }

    /// The day `span` before the target, which is itself the day where there is no span:
    /// nothing is moved past the later step because that falls on a rest day.
    fn count_back(&self, (kind, reach): Target<'_>, span: Span) -> Count {
        if span.count == 0 {
            let from = kind.to_owned();
            return Count {
                due_on: reach.on,
                other: None,
                trail: vec![Step::Itself { on: reach.on, from }],
                provisional: false,
            };
        }
        let mut count = self.count(reach.on, span);
        count.trail.insert(0, self.starting(reach.on, kind));
        count
    }

    /// The last day from which `end` of the count comes no later than `by`. A later start
    /// never gives an earlier end, so it is found by halving.
    fn latest_start(
        &self,
        span: Span,
        by: NaiveDate,
        end: fn(&Count) -> NaiveDate,
    ) -> Option<NaiveDate> {
        let start = |back: u64| by.checked_sub_days(Days::new(back));
        let fits = |back: u64| {
            let from = start(back)?;
            let count = self.count(from, span);
            Some(end(&count) <= by)
        };
        let mut far = 1;
        while !fits(far)? {
            far *= 2;
            if far > LONGEST_WINDOW_DAYS {
                return None;
            }
        }
        let mut near = far / 2;
        while far - near > 1 {
            let middle = near.midpoint(far);
            if fits(middle)? {
                far = middle;
            } else {
                near = middle;
            }
        }
        start(far)
    }

    /// The first of the rule's anchors that has a day in this what-if.
    fn anchor(&self) -> Option<Target<'_>> {
        let rule = self.applied.rule;
        let anchors = rule.from.iter().chain(&rule.or_from);
        anchors.filter_map(event).find_map(|kind| self.known(kind))
    }

    /// The first event among the rule's anchors.
    fn start(&self) -> Option<&'p str> {
        self.applied.rule.from.iter().find_map(event)
    }

    /// The evidence that comes first: it ends the window.
    fn first_done(&self) -> Option<Target<'_>> {
        self.done().min_by_key(|(_, reach)| reach.on)
    }

    /// The evidence that may come last: any one is enough, unless all are asked for.
    fn last_done(&self) -> Option<Target<'_>> {
        if self.applied.rule.done_by.all {
            self.first_done()
        } else {
            self.done().max_by_key(|(_, reach)| reach.on)
        }
    }

    /// Evidence that has a day. Of a kind that only its note tells apart, such as the
    /// filing of each stage, one that is told by another word is another step.
    fn done(&self) -> impl Iterator<Item = Target<'_>> {
        let wanted = &self.applied.rule.done_by;
        let known = wanted.events.iter().filter_map(|kind| self.known(kind));
        known.filter(|(_, reach)| wanted.note.is_none() || wanted.note == reach.note)
    }

    /// Whether what the rule occurs for has happened, or is a step on the way: a review of
    /// experts that nobody has held asks for no signatures.
    fn occurs(&self) -> bool {
        let mut each = self.applied.rule.each.iter();
        !self.applied.is_supposed || each.any(|kind| self.reaches.contains_key(kind))
    }

    fn goal(&self) -> Option<Target<'_>> {
        self.known(self.meeting.kind)
    }

    fn known(&self, kind: &str) -> Option<Target<'_>> {
        let (kind, reach) = self.reaches.get_key_value(kind)?;
        Some((kind, reach))
    }

    fn starting(&self, on: NaiveDate, from: &str) -> Step {
        let from = from.to_owned();
        if self.applied.rule.counts_anchor {
            Step::AnchorCounted { on, from }
        } else {
            Step::Anchor { on, from }
        }
    }

    /// Counted as `rules` does: where the anchor's own day is the first that counts, from
    /// the day beside it.
    fn count(&self, from: NaiveDate, span: Span) -> Count {
        let rule = self.applied.rule;
        let one = Days::new(1);
        let start = match span.direction {
            _ if !rule.counts_anchor => from,
            Direction::Forward => from - one,
            Direction::Backward => from + one,
        };
        counting::count(self.calendar, start, span, rule.convention)
    }
}

/// The event kind an anchor names.
pub(super) fn event(anchor: &Anchor) -> Option<&str> {
    match anchor {
        Anchor::Event(kind) => Some(kind),
        Anchor::Field(_) | Anchor::Rule(_) => None,
    }
}

/// A meeting is no step before itself, and no step comes before itself by a way round.
fn is_free(event: &str, reach: &Reach) -> bool {
    !is_meeting(event) && !reach.path.iter().any(|step| step == event)
}

const fn force(rule: &Rule) -> Force {
    match rule.strength {
        Strength::Must | Strength::Should => Force::Statutory,
        Strength::Advisory => Force::Advisory,
    }
}

const fn safe_end(count: &Count) -> NaiveDate {
    count.due_on
}
