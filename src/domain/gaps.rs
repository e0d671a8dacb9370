//! What nobody has entered, although a later step has happened.
//!
//! Owns the main line of the procedure and the comparison with it. A date that was never
//! entered is never missed, so its absence is looked for. Refuses to guess the date.

use chrono::NaiveDate;
use serde::Serialize;

use super::decision::{Decision, DecisionId};
use super::obligation::{Missing, Obligation};
use super::pack::{Anchor, Relation};

/// The steps every decision goes through, in the order of 国务院令第713号 (Arts. 14 to 34)
/// and of the archive system (档案 Arts. 10 to 21). Steps that only some decisions need
/// are not among them.
const MAIN_LINE: &[&str] = &[
    "comment_opened",
    "comment_closes",
    "participation_report",
    "legality_requested",
    "legality_opinion",
    "submitted",
    "executive_meeting_on",
    "plenary_meeting_on",
    "decided",
    "document_issued",
    "published",
    "execution_started",
    "progress_reported",
    "execution_completed",
    "execution_material_filed",
    "archived",
    "archive_transferred",
];

/// What should have been entered before what has been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The decision.
    pub decision: DecisionId,
    /// Events and flags that are not entered, each with its alternatives.
    pub missing: Vec<Vec<String>>,
    /// The furthest step that is.
    pub although: String,
    /// When that happened.
    pub on: NaiveDate,
}

/// What is missing on `decision` although a later step had happened by `today`.
#[must_use]
pub fn gap(decision: &Decision, obligations: &[Obligation<'_>], today: NaiveDate) -> Option<Gap> {
    let reached = decision
        .events
        .iter()
        .filter(|event| event.on_date <= today);
    let placed = reached.filter_map(|event| Some((place(&event.kind)?, event)));
    let (furthest, although) = placed.max_by_key(|(place, _)| *place)?;
    let wanted = obligations.iter().flat_map(wanted);
    let mut missing: Vec<Vec<String>> = wanted
        .filter(|(before, _)| *before <= furthest)
        .map(|(_, names)| names)
        .collect();
    missing.sort();
    missing.dedup();
    let all = missing.clone();
    missing.retain(|names| !all.iter().any(|other| is_narrower(other, names)));
    (!missing.is_empty()).then(|| Gap {
        decision: decision.id.clone(),
        missing,
        although: although.kind.clone(),
        on: although.on_date,
    })
}

fn place(kind: &str) -> Option<usize> {
    MAIN_LINE.iter().position(|step| *step == kind)
}

/// Whoever enters the narrower of two sets of alternatives has entered the wider too.
fn is_narrower(one: &[String], other: &[String]) -> bool {
    one.len() < other.len() && one.iter().all(|name| other.contains(name))
}

/// The events and flags an obligation waits for, each as its alternatives, with the
/// place on the main line from which on they are missed.
fn wanted(obligation: &Obligation<'_>) -> Vec<(usize, Vec<String>)> {
    let window_is_open = obligation.rule.relation == Relation::NotBefore
        && obligation.dates.is_some()
        && obligation.done.is_none();
    if window_is_open {
        return after_all_of(obligation.rule.done_by.events.clone())
            .into_iter()
            .collect();
    }
    let missing = obligation.missing.iter();
    let names = missing.filter_map(|missing| match missing {
        Missing::Anchor(names) => after_all_of(names.split(" | ").map(str::to_owned).collect()),
        Missing::Flag(name) => Some((anchored_at(obligation)?, vec![name.clone()])),
        Missing::Term | Missing::Late(_) => None,
    });
    names.collect()
}

fn after_all_of(names: Vec<String>) -> Option<(usize, Vec<String>)> {
    let last = names.iter().filter_map(|name| place(name)).max()?;
    Some((last + 1, names))
}

/// A flag is missed once the rule's own anchor has happened.
fn anchored_at(obligation: &Obligation<'_>) -> Option<usize> {
    obligation.rule.from.iter().find_map(|anchor| match anchor {
        Anchor::Event(kind) => place(kind),
        Anchor::Field(_) | Anchor::Rule(_) => None,
    })
}
