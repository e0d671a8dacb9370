//! What nobody has entered, although a later step has happened.
//!
//! Owns the main line of the procedure and the comparison with it. A date that was never
//! entered is never missed, so its absence is looked for. Refuses to guess the date.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::decision::{Decision, DecisionId, Event};
use super::obligation::{Excuse, Missing, Obligation, State};
use super::pack::{Anchor, Relation, Role};

/// The steps every decision goes through, in the order of 国务院令第713号 (Arts. 14 to 34)
/// and of the archive system (档案 Arts. 10 to 21). Steps that only some decisions need
/// are not among them.
pub(super) const MAIN_LINE: &[&str] = &[
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

/// From this step on a term is missed: half of it is what the evaluation in mid-term is
/// counted from (评估 Art. 15).
const TERM_IS_MISSED_FROM: &str = "execution_started";

/// What should have been entered before what has been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The decision.
    pub decision: DecisionId,
    /// Events, fields (`field:term_end`), flags and units (`drafting_unit`) that are not
    /// entered, each with its alternatives.
    pub missing: Vec<Vec<String>>,
    /// The furthest step that is.
    pub although: String,
    /// When that happened.
    pub on: NaiveDate,
}

/// A look at one decision on one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// What is missing, if anything is.
    pub gap: Option<Gap>,
    /// The next day on which something that is entered ahead changes the answer.
    pub look_again_on: Option<NaiveDate>,
}

/// What one duty lacks although a later step has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What nobody has entered, each with its alternatives.
    pub missing: Vec<Vec<String>>,
    /// The step that has happened all the same.
    pub although: String,
    /// When.
    pub on: NaiveDate,
}

/// What is missing on `decision` on `today`, and when to look again.
#[must_use]
pub fn look(decision: &Decision, obligations: &[Obligation<'_>], today: NaiveDate) -> Look {
    let found = gap(decision, obligations, today);
    let entered = decision.events.iter().map(|event| event.on_date);
    let turns = obligations.iter().flat_map(|one| turns_on(decision, one));
    let ahead: BTreeSet<NaiveDate> = entered.chain(turns).filter(|on| *on > today).collect();
    let changes = |on: &NaiveDate| gap(decision, obligations, *on) != found;
    let look_again_on = ahead.into_iter().find(changes);
    Look {
        gap: found,
        look_again_on,
    }
}

/// What is missing on `decision` although a later step had happened by `today`.
#[must_use]
pub fn gap(decision: &Decision, obligations: &[Obligation<'_>], today: NaiveDate) -> Option<Gap> {
    let furthest = furthest(decision, today);
    let lacks = obligations
        .iter()
        .filter_map(|one| lack_after(decision, one, furthest, today));
    let mut missing = Vec::new();
    let mut although: Option<(Option<usize>, NaiveDate, String)> = None;
    for lack in lacks {
        missing.extend(lack.missing);
        although = although.max(Some((place(&lack.although), lack.on, lack.although)));
    }
    let (_, on, although) = although?;
    missing.sort();
    missing.dedup();
    let all = missing.clone();
    missing.retain(|names| !all.iter().any(|other| is_narrower(other, names)));
    Some(Gap {
        decision: decision.id.clone(),
        missing,
        although,
        on,
    })
}

/// What `obligation` lacks although a later step had happened by `today`.
#[must_use]
pub fn lack(decision: &Decision, obligation: &Obligation<'_>, today: NaiveDate) -> Option<Lack> {
    lack_after(decision, obligation, furthest(decision, today), today)
}

fn lack_after(
    decision: &Decision,
    obligation: &Obligation<'_>,
    furthest: Option<(usize, &Event)>,
    today: NaiveDate,
) -> Option<Lack> {
    if is_excused(obligation, today) {
        return None;
    }
    let mut missing = Vec::new();
    let mut although = None;
    if let Some((reached, event)) = furthest {
        let wanted = wanted(decision, obligation).into_iter();
        missing.extend(
            wanted
                .filter(|(from, _)| *from <= reached)
                .map(|(_, it)| it),
        );
        although = (!missing.is_empty()).then_some(event);
    }
    if let Some((field, event)) = unit_wanted(decision, obligation, today) {
        missing.push(vec![field.to_owned()]);
        although = although.or(Some(event));
    }
    if let Some((names, event)) = record_wanted(decision, obligation, furthest, today) {
        missing.push(names);
        although = although.or(Some(event));
    }
    although.map(|event| Lack {
        missing,
        although: event.kind.clone(),
        on: event.on_date,
    })
}

/// Nobody needs to enter anything for it, even where it was done before its end.
fn is_excused(obligation: &Obligation<'_>, today: NaiveDate) -> bool {
    let is_over = matches!(
        obligation.excuse,
        Some(Excuse::Ended { .. } | Excuse::Moved { .. })
    );
    is_over || matches!(obligation.state(today), State::Waived | State::Exempt)
}

/// The step of the main line that is furthest along it, with its place.
fn furthest(decision: &Decision, today: NaiveDate) -> Option<(usize, &Event)> {
    let events = decision.events.iter();
    let reached = events.filter(|event| event.on_date <= today);
    let placed = reached.filter_map(|event| Some((place(&event.kind)?, event)));
    placed.max_by_key(|(place, _)| *place)
}

/// The days on which time alone changes what `obligation` lacks: a waiver lapses, or what
/// nobody was named for is over by itself.
fn turns_on(
    decision: &Decision,
    obligation: &Obligation<'_>,
) -> impl Iterator<Item = NaiveDate> + use<> {
    let lapses = match &obligation.excuse {
        Some(Excuse::Waived { until, .. }) => until.and_then(|until| until.succ_opt()),
        _ => None,
    };
    let unnamed = unnamed(decision, obligation.rule.responsible);
    let passes = obligation.dates.filter(|_| unnamed.is_some());
    let passes = passes.and_then(|dates| match obligation.rule.relation {
        Relation::NotBefore => Some(dates.due_on),
        Relation::Trigger => dates.due_on.succ_opt(),
        Relation::By | Relation::Gate | Relation::Exemption => None,
    });
    lapses.into_iter().chain(passes)
}

/// The field of the unit that fills `role`, where the catalogue leaves it empty.
const fn unnamed(decision: &Decision, role: Role) -> Option<&'static str> {
    match role {
        Role::Drafting if decision.drafting_unit.is_none() => Some("drafting_unit"),
        Role::Executing if decision.executing_unit.is_none() => Some("executing_unit"),
        _ => None,
    }
}

/// The unit nobody has named although the step its duty hangs on has happened.
fn unit_wanted<'d>(
    decision: &'d Decision,
    obligation: &Obligation<'_>,
    today: NaiveDate,
) -> Option<(&'static str, &'d Event)> {
    let field = unnamed(decision, obligation.rule.responsible)?;
    let state = obligation.state(today);
    if !state.is_live() && state != State::Waiting {
        return None;
    }
    let happened = |event: &&Event| event.on_date <= today;
    let occurrence = obligation.key.occurrence.parse().ok();
    let event = match occurrence.and_then(|id| decision.event(id)) {
        Some(event) => Some(event).filter(happened),
        None => obligation.rule.from.iter().find_map(|anchor| match anchor {
            Anchor::Event(kind) => decision.standing(kind).filter(happened).last(),
            Anchor::Field(_) | Anchor::Rule(_) => None,
        }),
    };
    Some((field, event?))
}

/// The record that a rule asks for and that is its own anchor, such as the reason of a
/// withdrawal: it has no place on the main line, and is missed as soon as the rule applies
/// and anything at all has happened.
fn record_wanted<'d>(
    decision: &'d Decision,
    obligation: &Obligation<'_>,
    furthest: Option<(usize, &'d Event)>,
    today: NaiveDate,
) -> Option<(Vec<String>, &'d Event)> {
    let rule = obligation.rule;
    let is_evidence = |anchor: &Anchor| match anchor {
        Anchor::Event(kind) => rule.done_by.events.contains(kind),
        Anchor::Field(_) | Anchor::Rule(_) => false,
    };
    let lacks_anchor = matches!(obligation.missing[..], [Missing::Anchor(_)]);
    if !lacks_anchor || !rule.each.is_empty() || !rule.from.iter().all(is_evidence) {
        return None;
    }
    let happened = |event: &&Event| event.on_date <= today;
    let last = || decision.events.iter().rfind(happened);
    let event = furthest.map(|(_, event)| event).or_else(last)?;
    Some((rule.done_by.events.clone(), event))
}

fn place(kind: &str) -> Option<usize> {
    MAIN_LINE.iter().position(|step| *step == kind)
}

/// Whoever enters the narrower of two sets of alternatives has entered the wider too.
fn is_narrower(one: &[String], other: &[String]) -> bool {
    one.len() < other.len() && one.iter().all(|name| other.contains(name))
}

/// The events, fields and flags an obligation waits for, each as its alternatives, with
/// the place on the main line from which on they are missed.
fn wanted(decision: &Decision, obligation: &Obligation<'_>) -> Vec<(usize, Vec<String>)> {
    let window_is_open = obligation.rule.relation == Relation::NotBefore
        && obligation.dates.is_some()
        && obligation.done.is_none();
    if window_is_open {
        return after_all_of(obligation.rule.done_by.events.clone())
            .into_iter()
            .collect();
    }
    let missing = obligation.missing.iter();
    let names = missing.flat_map(|missing| match missing {
        Missing::Anchor(names) => after_all_of(names.split(" | ").map(str::to_owned).collect())
            .into_iter()
            .collect(),
        Missing::Flag(name) => anchored_at(obligation)
            .map(|from| (from, vec![name.clone()]))
            .into_iter()
            .collect(),
        Missing::Term => term(decision),
        Missing::Late(_) => Vec::new(),
    });
    names.collect()
}

/// The days of the term that are not entered.
fn term(decision: &Decision) -> Vec<(usize, Vec<String>)> {
    let days = [
        ("field:term_start", decision.term_start),
        ("field:term_end", decision.term_end),
    ];
    let from = place(TERM_IS_MISSED_FROM);
    let unsaid = days.into_iter().filter(|(_, on)| on.is_none());
    unsaid
        .filter_map(|(name, _)| Some((from?, vec![name.to_owned()])))
        .collect()
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
