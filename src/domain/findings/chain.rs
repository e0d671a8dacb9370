//! Events that were put off in a circle.
//!
//! Owns following each event to the one of its kind that it takes the place of. Refuses to
//! choose which of a circle stands: hearings that each replace the other have no day.

use std::collections::BTreeSet;

use super::at;
use crate::domain::decision::{Decision, Event};
use crate::domain::fault::Fault;

/// A fault for each circle, at the event of it that was entered first.
pub(super) fn circles(decision: &Decision) -> Vec<Fault> {
    let mut followed = BTreeSet::new();
    let mut faults = Vec::new();
    for event in &decision.events {
        let way = way(decision, event, &followed);
        followed.extend(way.iter().map(|event| event.id));
        faults.extend(circle(decision, &way).map(|circle| fault(decision, circle)));
    }
    faults
}

/// The events that `event` leads to, from it on, none of them twice; up to one that was
/// followed before, whose circle is told already.
fn way<'d>(decision: &'d Decision, event: &'d Event, followed: &BTreeSet<i64>) -> Vec<&'d Event> {
    let (mut way, mut passed) = (Vec::new(), BTreeSet::new());
    let mut next = Some(event);
    while let Some(here) = next.filter(|here| !followed.contains(&here.id)) {
        if !passed.insert(here.id) {
            break;
        }
        way.push(here);
        next = put_off(decision, here);
    }
    way
}

/// The end of `way` that leads back into itself.
fn circle<'w, 'd>(decision: &'d Decision, way: &'w [&'d Event]) -> Option<&'w [&'d Event]> {
    let back = put_off(decision, way.last()?)?;
    let from = way.iter().position(|event| event.id == back.id)?;
    way.get(from..)
}

/// The event of the same kind whose place `event` takes.
fn put_off<'d>(decision: &'d Decision, event: &Event) -> Option<&'d Event> {
    let named = decision.event(event.answers?)?;
    (named.kind == event.kind && named.id != event.id).then_some(named)
}

fn fault(decision: &Decision, circle: &[&Event]) -> Fault {
    let mut circle = circle.to_vec();
    let entered_first = circle.iter().map(|event| event.id).min();
    let start = circle
        .iter()
        .position(|event| Some(event.id) == entered_first);
    circle.rotate_left(start.unwrap_or_default());
    let first = circle.first().copied();
    let ids = circle.iter().copied().chain(first);
    let ids: Vec<String> = ids.map(|event| event.id.to_string()).collect();
    Fault::new(
        first.map_or_else(String::new, |first| at(decision, first)),
        format!("refs that run in a circle: {}", ids.join(" to ")),
        "a ref to the event that was put off, which leads back to none; \
         until then none of them stands",
    )
}
