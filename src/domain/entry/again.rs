//! The same entered a second time.
//!
//! Owns telling a repeat, and what may be one put off, from another one of the kind. Refuses to take two requests of one
//! day for one: a note, a value or a ref tells them apart.

use super::{Objection, Step};
use crate::domain::decision::Event;

pub(super) fn judge(step: &Step<'_>) -> Option<Objection> {
    let event = step.event;
    let same = step.decision.events_of(&event.kind);
    let mut same = same.filter(|other| other.id != event.id && is_alike(event, other));
    let (id, kind, on) = (same.next()?.id, &event.kind, event.on_date);
    let found = format!("{kind} on {on}, which is there already as event {id} ({kind})");
    let is_repeat = step
        .decision
        .event(id)
        .is_some_and(|other| event.evidence == other.evidence);
    Some(if is_repeat {
        step.impossible(found, "a note that tells it apart, if it is another one")
    } else {
        step.unusual(found, "one event, unless this is another one")
    })
}

/// Another day of what is held on a day, which does not say whether it is held instead of the one
/// that stands: both then have their duties.
pub(super) fn put_off(step: &Step<'_>) -> Option<Objection> {
    let event = step.event;
    if !event.kind.ends_with("_on") || event.answers.is_some() {
        return None;
    }
    let standing = step.decision.standing(&event.kind);
    let others = standing.filter(|other| other.id != event.id && other.on_date != event.on_date);
    let other = others.max_by_key(|other| (other.on_date, other.id))?;
    let (id, kind, on) = (other.id, &event.kind, other.on_date);
    Some(step.unusual(
        format!("no ref, and event {id} ({kind}) on {on} stands"),
        "a ref to that one, if it was put off to this day; without a ref both are held",
    ))
}

/// Whether nothing but the document tells the two apart.
fn is_alike(one: &Event, other: &Event) -> bool {
    let said = |event: &Event| event.note.as_deref().unwrap_or_default().trim().to_owned();
    let is_same_value = match (one.value, other.value) {
        (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON,
        (one, other) => one.is_none() && other.is_none(),
    };
    one.on_date == other.on_date
        && one.answers == other.answers
        && is_same_value
        && said(one) == said(other)
}
