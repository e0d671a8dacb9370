//! A step that does not stand where the procedure has it.
//!
//! Owns looking for it by the main line of the procedure and by the pack's gates. Refuses to
//! call any of it impossible: a decision without a meeting is a breach of 集体 Art. 4, and a
//! breach must be recorded to be seen. What cannot be at all is `findings::order`'s.

use super::{Objection, Step};
use crate::domain::decision::{Decision, Event};
use crate::domain::gaps::MAIN_LINE;
use crate::domain::pack::{Anchor, Relation, Rule, Strength, When};
use crate::domain::rules::{must_follow_anchor, waiver_note};

/// Rules that are named in one warning; how many more there are is said.
const NAMED: usize = 4;

/// A step on the wrong side of another: of the main line's, else of one that a duty is
/// counted from.
pub(super) fn out_of_order(step: &Step<'_>) -> Option<Objection> {
    out_of_line(step).or_else(|| too_early(step))
}

/// The first step of the main line that stands on the wrong side of this one.
fn out_of_line(step: &Step<'_>) -> Option<Objection> {
    let (event, decision) = (step.event, step.decision);
    let place = |kind: &str| MAIN_LINE.iter().position(|one| *one == kind);
    let here = place(&event.kind)?;
    if first_of(decision, &event.kind)?.id != event.id {
        return None;
    }
    let alike = |kind: &str| {
        let has = |kind: &str| step.pack.alike.iter().any(|one| one == kind);
        has(kind) && has(&event.kind)
    };
    let others = MAIN_LINE.iter().enumerate();
    let mut others = others.filter(|(_, kind)| !alike(kind));
    let (there, other) = others.find_map(|(there, kind)| {
        let other = first_of(decision, kind)?;
        let is_turned = match there.cmp(&here) {
            std::cmp::Ordering::Less => event.on_date < other.on_date,
            std::cmp::Ordering::Equal => false,
            std::cmp::Ordering::Greater => other.on_date < event.on_date,
        };
        is_turned.then_some((there, other))
    })?;
    let (way, order) = if there < here {
        ("before", format!("{}, then {}", other.kind, event.kind))
    } else {
        ("after", format!("{}, then {}", event.kind, other.kind))
    };
    let (on, kind, day) = (event.on_date, &other.kind, other.on_date);
    Some(step.unusual(
        format!("{on}, {way} {kind} on {day}"),
        format!("{order}, the order of 713 Arts. 14 to 34 and 档案 Arts. 10 to 21"),
    ))
}

/// The event of `kind` that came first and stands.
fn first_of<'d>(decision: &'d Decision, kind: &str) -> Option<&'d Event> {
    let standing = decision.standing(kind);
    standing.min_by_key(|event| (event.on_date, event.id))
}

/// A duty that this would end, were it not before everything the duty is counted from.
fn too_early(step: &Step<'_>) -> Option<Objection> {
    let (event, decision) = (step.event, step.decision);
    if MAIN_LINE.contains(&event.kind.as_str()) {
        return None;
    }
    let ending = step.pack.rules.iter().filter(|rule| {
        rule.relation == Relation::By
            && rule.done_by.events.contains(&event.kind)
            && must_follow_anchor(rule)
    });
    let (rule, anchor) = ending.into_iter().find_map(|rule| {
        let anchors = kinds(rule).filter(|kind| **kind != event.kind);
        let first = anchors.filter_map(|kind| first_of(decision, kind));
        let first = first.min_by_key(|anchor| anchor.on_date)?;
        (event.on_date < first.on_date).then_some((rule, first))
    })?;
    let (kind, day) = (&anchor.kind, anchor.on_date);
    Some(step.unusual(
        format!("{}, before {kind} on {day}", event.on_date),
        format!(
            "a day from {day} on: {} is counted from {kind}",
            cited(rule)
        ),
    ))
}

/// The kinds of events a rule is counted from.
fn kinds(rule: &Rule) -> impl Iterator<Item = &String> {
    rule.from.iter().filter_map(|anchor| match anchor {
        Anchor::Event(kind) => Some(kind),
        Anchor::Field(_) | Anchor::Rule(_) => None,
    })
}

/// What the law wants before this step, and nobody has recorded by its day.
pub(super) fn ungated(step: &Step<'_>) -> Option<Objection> {
    let (event, today) = (step.event, step.today);
    if event.on_date > today {
        return None;
    }
    let gates = step.pack.rules.iter().filter(|rule| opens(step, rule));
    let lacking: Vec<&Rule> = gates.filter(|rule| lacks(step, rule)).collect();
    if lacking.is_empty() {
        return None;
    }
    let named = lacking.iter().take(NAMED).map(|rule| {
        let wanted = rule.done_by.events.join(" or ");
        format!("{wanted} ({})", cited(rule))
    });
    let more = lacking.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{more} more"));
    let named: Vec<String> = named.chain(more).collect();
    Some(step.unusual(
        format!(
            "{}, with nothing of what comes first recorded up to it",
            event.on_date
        ),
        named.join(", "),
    ))
}

/// Whether `rule` is a gate before every decision's step of this kind, and this is the first
/// that it stands before. What a condition decides is left to the duties themselves.
fn opens(step: &Step<'_>, rule: &Rule) -> bool {
    let event = step.event;
    let is_plain = rule.when == When::default() && rule.exempt_when.is_none();
    let is_gate = rule.relation == Relation::Gate && rule.strength == Strength::Must;
    let own = rule.done_by.events.contains(&event.kind);
    let first = kinds(rule).filter_map(|kind| first_of(step.decision, kind));
    let first = first.min_by_key(|one| (one.on_date, one.id));
    is_plain
        && is_gate
        && !own
        && rule.each.is_empty()
        && first.is_some_and(|one| one.id == event.id)
}

fn lacks(step: &Step<'_>, rule: &Rule) -> bool {
    let on = step.event.on_date;
    let is_there = |kind: &String| step.decision.standing(kind).any(|one| one.on_date <= on);
    let is_waived = step.decision.events.iter().any(|event| {
        let note = event.note.as_deref().and_then(waiver_note);
        event.kind == "waived" && note.is_some_and(|note| note.rule == rule.id.0)
    });
    !is_waived && !rule.done_by.events.iter().any(is_there)
}

/// A rule with the first article it stands in.
fn cited(rule: &Rule) -> String {
    let basis = rule.basis.first();
    let basis = basis.map(|basis| format!(", {} {}", basis.system, basis.article));
    format!("{}{}", rule.id, basis.unwrap_or_default())
}
