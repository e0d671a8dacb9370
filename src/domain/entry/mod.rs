//! An event that somebody is about to enter, change or take away, judged before it is written.
//!
//! Owns what is told impossible, which is refused, from what is merely unusual, which is said. A breach of
//! the law is neither: it is a fact, and it must be possible to record it. Refuses to know the
//! day it is, and to write.

mod again;
mod days;
mod refs;
mod steps;
mod wants;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::decision::{Decision, Event};
use super::fault::Fault;
use super::findings::{at, findings};
use super::pack::Pack;
pub use refs::open_requests;
pub use wants::{Wants, wants};

/// The key of an event that has none yet: it is entered after all others.
pub const NEW: i64 = i64::MAX;

/// What somebody is about to do to a decision's events.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An event more.
    Added(Event),
    /// The event with this one's key, otherwise.
    Changed(Event),
    /// No event with this key any more.
    Removed(i64),
}

impl Entry {
    /// The decision as it stands with the entry.
    #[must_use]
    pub fn applied(&self, decision: &Decision) -> Decision {
        let mut after = decision.clone();
        match self {
            Self::Added(event) => after.events.push(event.clone()),
            Self::Changed(event) => {
                after.events.retain(|other| other.id != event.id);
                after.events.push(event.clone());
            }
            Self::Removed(id) => after.events.retain(|other| other.id != *id),
        }
        after.events.sort_by_key(|event| (event.on_date, event.id));
        after
    }
}

/// How much an objection weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It cannot be true: refused, unless a person insists.
    Impossible,
    /// It can be true, and is worth a second look.
    Unusual,
}

/// Something to be said against an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Whether it is refused.
    pub weight: Weight,
    /// What is wrong, and what was expected.
    pub fault: Fault,
}

impl Objection {
    /// The same, calling the events of these keys by these names.
    #[must_use]
    pub fn naming(self, names: &BTreeMap<i64, String>) -> Self {
        let renamed = |text: String| {
            names.iter().fold(text, |text, (id, name)| {
                text.replace(&format!("event {id} ("), &format!("{name} ("))
            })
        };
        let Fault {
            place,
            found,
            expected,
        } = self.fault;
        Self {
            fault: Fault::new(renamed(place), renamed(found), renamed(expected)),
            ..self
        }
    }
}

/// Everything that can be said against what `after` has and `before` has not.
///
/// What stood before is not objected to again: an entry that mends a part is welcome.
#[must_use]
pub fn judge(before: &Decision, after: &Decision, pack: &Pack, today: NaiveDate) -> Vec<Objection> {
    judged(before, after, pack, today, true)
}

/// Only what cannot be true of it, looking for nothing else: a city's records of many years hold
/// much that is unusual.
#[must_use]
pub fn impossible(
    before: &Decision,
    after: &Decision,
    pack: &Pack,
    today: NaiveDate,
) -> Vec<Objection> {
    let mut found = judged(before, after, pack, today, false);
    found.retain(|one| one.weight == Weight::Impossible);
    found
}

fn judged(
    before: &Decision,
    after: &Decision,
    pack: &Pack,
    today: NaiveDate,
    all: bool,
) -> Vec<Objection> {
    let mut found = contradictions(before, after, pack);
    found.extend(refs::left_behind(before, after));
    let told: Vec<Fault> = found.iter().map(|one| one.fault.clone()).collect();
    for event in &after.events {
        let was = before.event(event.id);
        if was == Some(event) {
            continue;
        }
        let step = Step {
            decision: after,
            event,
            pack,
            today,
        };
        let is_moved = was.is_none_or(|was| was.on_date != event.on_date || was.kind != event.kind);
        found.extend(again::judge(&step));
        if is_moved {
            found.extend(days::judge(&step));
        }
        if !all {
            continue;
        }
        if is_moved {
            found.extend(steps::ungated(&step));
            found.extend(again::put_off(&step));
            if !told.iter().any(|fault| speaks_of(fault, event)) {
                found.extend(steps::out_of_order(&step));
            }
        }
        found.extend(refs::judge(&step));
        found.extend(wants::judge(&step));
    }
    found.sort_by_key(|one| one.weight);
    let new = BTreeMap::from([(NEW, "the new event".to_owned())]);
    found.into_iter().map(|one| one.naming(&new)).collect()
}

/// One event under judgement, in the decision as it will stand.
struct Step<'a> {
    decision: &'a Decision,
    event: &'a Event,
    pack: &'a Pack,
    today: NaiveDate,
}

impl Step<'_> {
    fn impossible(&self, found: impl Into<String>, expected: impl Into<String>) -> Objection {
        self.objection(Weight::Impossible, found, expected)
    }

    fn unusual(&self, found: impl Into<String>, expected: impl Into<String>) -> Objection {
        self.objection(Weight::Unusual, found, expected)
    }

    fn objection(
        &self,
        weight: Weight,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Objection {
        let fault = Fault::new(at(self.decision, self.event), found, expected);
        Objection { weight, fault }
    }
}

/// Whether `fault` tells of `event` already, on either side of a contradiction.
fn speaks_of(fault: &Fault, event: &Event) -> bool {
    let name = format!("event {} (", event.id);
    fault.place.contains(&name) || fault.found.contains(&name)
}

/// What the events contradict among themselves that they did not before.
fn contradictions(before: &Decision, after: &Decision, pack: &Pack) -> Vec<Objection> {
    let stood = findings(before, pack);
    let new = findings(after, pack).into_iter();
    let new = new.filter(|fault| !stood.contains(fault));
    let impossible = |fault| Objection {
        weight: Weight::Impossible,
        fault,
    };
    new.map(impossible).collect()
}
