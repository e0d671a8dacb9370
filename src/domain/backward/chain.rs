//! From the meeting back, rule by rule, until no day moves any more.
//!
//! Owns the order of the bounds of a step, and what a recorded day does to the steps
//! before it. Refuses to go round in a circle: a step is never counted from itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::bound::{Reach, Reaches, Reading, event};
use super::{Bound, Force, Ground, Latest, Meeting, is_meeting};
use crate::domain::counting::Step;

/// The bounds of each step, by event kind.
type Bounds<'p> = BTreeMap<String, Vec<Bound<'p>>>;

impl<'p> Ground<'_, 'p> {
    /// Every step before `meeting`, the earliest day first.
    pub(super) fn steps(&self, meeting: Meeting) -> Vec<Latest<'p>> {
        let steps = self.settled(meeting).into_iter();
        let steps = steps.map(|(event, bounds)| Latest {
            recorded_on: bounds
                .first()
                .and_then(|bound| self.recorded(&event, bound)),
            event,
            bounds,
            spared: false,
        });
        let mut steps: Vec<Latest<'p>> = steps.collect();
        steps.sort_by_cached_key(|step| {
            let governing = step.governing();
            let by = governing.map(|bound| (bound.on, bound.target.clone()));
            (by, step.event.clone())
        });
        spare(&mut steps);
        steps
    }

    /// A chain takes at most one pass for each of its rules, and no rule twice.
    fn settled(&self, meeting: Meeting) -> Bounds<'p> {
        let mut reaches = self.reaches(&Bounds::new(), meeting);
        let mut bounds = Bounds::new();
        for _ in 0..=self.rules.len() {
            bounds = self.pass(&reaches, meeting);
            let moved = self.reaches(&bounds, meeting);
            if moved == reaches {
                break;
            }
            reaches = moved;
        }
        bounds
    }

    /// Every rule read once beside the days that are known so far.
    fn pass(&self, reaches: &Reaches, meeting: Meeting) -> Bounds<'p> {
        let mut bounds = Bounds::new();
        for applied in self.rules {
            let reading = Reading {
                applied,
                calendar: self.calendar,
                meeting,
                reaches,
            };
            for (event, bound) in reading.bounds() {
                bounds.entry(event).or_default().push(bound);
            }
        }
        for of_one in bounds.values_mut() {
            govern(of_one);
            of_one.sort_by_key(|bound| (rank(bound), bound.on, is_loose(bound)));
        }
        bounds
    }

    /// The days that the next pass counts from.
    fn reaches(&self, bounds: &Bounds<'p>, meeting: Meeting) -> Reaches {
        let itself = fact(meeting.on, None, vec![meeting.kind.to_owned()]);
        let governed = bounds.iter().filter_map(|(event, bounds)| {
            let reach = self.reach(event, bounds.first()?, meeting);
            Some((event.clone(), reach))
        });
        let mut reaches = self.facts(meeting);
        reaches.extend(governed);
        reaches.insert(meeting.kind.to_owned(), itself);
        reaches
    }

    /// The steps a rule counts from rather than from the meeting, as far as they are
    /// recorded: nothing needs to bound a submission for it to have been made.
    fn facts(&self, meeting: Meeting) -> Reaches {
        let kinds = self.rules.iter().flat_map(|applied| {
            let from = applied.rule.from.iter().filter_map(event);
            let kinds: Vec<&str> = from.take_while(|kind| *kind != meeting.kind).collect();
            let leads_to_it = kinds.len() < applied.rule.from.iter().filter_map(event).count();
            if leads_to_it { kinds } else { Vec::new() }
        });
        let kinds = kinds.filter(|kind| !is_meeting(kind));
        let recorded = kinds.filter_map(|kind| Some((kind, self.happened(kind, meeting)?)));
        let fact = |(kind, on): (&str, _)| {
            let path = vec![meeting.kind.to_owned(), kind.to_owned()];
            (kind.to_owned(), fact(on, None, path))
        };
        recorded.map(fact).collect()
    }

    /// What is recorded is a fact, and the steps before it are counted from its day.
    fn reach(&self, event: &str, bound: &Bound<'p>, meeting: Meeting) -> Reach {
        let mut path = bound.path.clone();
        path.push(event.to_owned());
        let note = bound.rule.done_by.note.clone();
        match self.happened(event, meeting) {
            Some(on) => fact(on, note, path),
            None => Reach {
                on: bound.on,
                weakest: bound.weakest,
                on_this_way: bound.on_this_way || !bound.one_of.is_empty(),
                unsaid: bound.unsaid.clone(),
                provisional: bound.provisional,
                note,
                path,
            },
        }
    }
}

/// A day that is certain.
const fn fact(on: NaiveDate, note: Option<String>, path: Vec<String>) -> Reach {
    Reach {
        on,
        weakest: Force::Statutory,
        on_this_way: false,
        unsaid: Vec::new(),
        provisional: false,
        note,
        path,
    }
}

/// Marks what another step has made needless, and what only led there.
fn spare(steps: &mut [Latest<'_>]) {
    let in_time = |step: &&Latest<'_>| {
        let governing = step.governing().zip(step.recorded_on);
        governing.is_some_and(|(bound, on)| on <= bound.lenient_on)
    };
    let there = steps.iter().filter(in_time);
    let there: BTreeSet<String> = there.map(|step| step.event.clone()).collect();
    let is_replaced = |step: &&Latest<'_>| {
        let governing = step.governing().filter(|_| step.recorded_on.is_none());
        governing.is_some_and(|bound| bound.one_of.iter().any(|other| there.contains(other)))
    };
    let needless = steps.iter().filter(is_replaced);
    let needless: BTreeSet<String> = needless.map(|step| step.event.clone()).collect();
    for step in steps {
        let way = step.governing().filter(|bound| bound.on_this_way);
        let leads_there =
            way.is_some_and(|bound| bound.path.iter().any(|at| needless.contains(at)));
        step.spared = leads_there || needless.contains(&step.event);
    }
}

/// Advice never governs where there is a bound, nor a rule of which nobody has said
/// whether it applies, where one is known to.
fn rank(bound: &Bound<'_>) -> (bool, bool) {
    (bound.weakest == Force::Advice, !bound.unsaid.is_empty())
}

/// Of the same day the bound comes first that leaves no choice.
const fn is_loose(bound: &Bound<'_>) -> bool {
    !bound.one_of.is_empty() || bound.on_this_way
}

/// Of a local rule and a stricter one of higher law the earlier governs, both cited.
fn govern(bounds: &mut Vec<Bound<'_>>) {
    let is_strict = |bound: &Bound<'_>, bounds: &[Bound<'_>]| {
        let local = bound.rule.floor_of.as_ref();
        local.is_some_and(|id| bounds.iter().any(|other| other.rule.id == *id))
    };
    let all = std::mem::take(bounds);
    let (strict, rest): (Vec<_>, Vec<_>) = all
        .clone()
        .into_iter()
        .partition(|one| is_strict(one, &all));
    *bounds = rest;
    for strict in strict {
        let governed = strict.rule.floor_of.as_ref();
        let local = bounds.iter_mut().find(|one| Some(&one.rule.id) == governed);
        if let Some(local) = local {
            tighten(local, &strict);
        }
    }
}

fn tighten<'p>(local: &mut Bound<'p>, strict: &Bound<'p>) {
    local.cited.push(strict.rule);
    if strict.on < local.on {
        let rule = strict.rule.id.0.clone();
        local.trail.push(Step::Floor {
            rule,
            on: strict.on,
        });
        local.provisional |= strict.provisional;
    }
    local.on = local.on.min(strict.on);
    local.lenient_on = local.lenient_on.min(strict.lenient_on);
}
