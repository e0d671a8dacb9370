//! What an entry does to the duties of a decision: how each stood, and how it stands with it.
//!
//! Owns the comparison that everything shows which is about to be written, and its words.
//! Refuses to derive anything, and to decide whether it is wanted.

use chrono::NaiveDate;

use super::meant::standing;
use crate::domain::entry::NEW;
use crate::domain::obligation::{Obligation, State};

/// Stands where a duty is not there.
const NOT_THERE: &str = "not there";

/// Every duty that stands otherwise, three lines each.
pub(super) fn changes(
    before: &[Obligation<'_>],
    after: &[Obligation<'_>],
    on: NaiveDate,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (was, is) in pairs(before, after) {
        let words = |one: Option<&Obligation<'_>>| {
            one.map_or_else(|| NOT_THERE.to_owned(), |one| standing(one, on))
        };
        let (before, after) = (words(was), words(is));
        if before != after
            && let Some(one) = is.or(was)
        {
            lines.push(format!("{}  {}", named(one), one.rule.title));
            lines.push(format!("  {:<8} {before}", "before"));
            lines.push(format!("  {:<8} {after}", "after"));
        }
    }
    lines
}

/// A duty's key; an event that is not written has none to show yet.
fn named(one: &Obligation<'_>) -> String {
    let key = one.key.to_string();
    match key.strip_suffix(&format!("/{NEW}")) {
        Some(key) => key.to_owned(),
        None => key,
    }
}

/// What changes, in one sentence; empty where nothing does that can be counted.
pub(super) fn summary(
    before: &[Obligation<'_>],
    after: &[Obligation<'_>],
    on: NaiveDate,
) -> String {
    let pairs = pairs(before, after);
    let told = SAID.iter().filter_map(|(holds, one, several)| {
        let holding = pairs.iter().filter(|(was, is)| holds(*was, *is, on));
        match holding.count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {several}")),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

type Of<'o, 'p> = Option<&'o Obligation<'p>>;
type Holds = fn(Of<'_, '_>, Of<'_, '_>, NaiveDate) -> bool;

/// What is counted, with its words for one duty and for several.
const SAID: [(Holds, &str, &str); 10] = [
    (
        |was, is, _| due(was).is_none() && due(is).is_some(),
        "date becomes known",
        "dates become known",
    ),
    (
        |was, is, _| due(was).zip(due(is)).is_some_and(|(was, is)| was != is),
        "date moves",
        "dates move",
    ),
    (
        |was, is, _| due(was).is_some() && due(is).is_none(),
        "date is unknown again",
        "dates are unknown again",
    ),
    (
        |was, is, on| becomes(was, is, on, State::Done) && !is_late(is, on),
        "duty is done",
        "duties are done",
    ),
    (
        |was, is, on| is_late(is, on) && !is_late(was, on),
        "duty is done late",
        "duties are done late",
    ),
    (
        |was, is, on| becomes(was, is, on, State::Waived),
        "duty is waived",
        "duties are waived",
    ),
    (
        |was, is, on| was.is_some() && becomes(was, is, on, State::Exempt),
        "duty is exempt",
        "duties are exempt",
    ),
    (
        |was, is, on| becomes(was, is, on, State::Overdue),
        "duty is overdue",
        "duties are overdue",
    ),
    (
        |was, is, on| {
            is.is_some_and(|is| is.state(on) != State::Done) && becomes(is, was, on, State::Done)
        },
        "duty is open again",
        "duties are open again",
    ),
    (
        |was, is, _| was.is_some() && is.is_none(),
        "duty is gone",
        "duties are gone",
    ),
];

fn due(one: Of<'_, '_>) -> Option<NaiveDate> {
    one?.dates.map(|dates| dates.due_on)
}

fn is_late(one: Of<'_, '_>, on: NaiveDate) -> bool {
    one.is_some_and(|one| one.state(on) == State::Done && one.is_done_late())
}

fn becomes(was: Of<'_, '_>, is: Of<'_, '_>, on: NaiveDate, state: State) -> bool {
    let stands = |one: Of<'_, '_>| one.is_some_and(|one| one.state(on) == state);
    !stands(was) && stands(is)
}

/// Each duty as it stood and as it stands, in the order of the pack; those that are gone last.
fn pairs<'o, 'p>(
    before: &'o [Obligation<'p>],
    after: &'o [Obligation<'p>],
) -> Vec<(Of<'o, 'p>, Of<'o, 'p>)> {
    let same = |all: &'o [Obligation<'p>], one: &Obligation<'_>| {
        all.iter().find(|other| other.key == one.key)
    };
    let stand = after.iter().map(|is| (same(before, is), Some(is)));
    let gone = before.iter().filter(|was| same(after, was).is_none());
    stand.chain(gone.map(|was| (Some(was), None))).collect()
}
