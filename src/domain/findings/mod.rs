//! What the events of one decision contradict among themselves.
//!
//! Owns looking for entries that cannot all be true, each told with its place. Refuses to
//! correct any, to know the day it is, and to quote what was typed for a confidential
//! decision: a note may hold the title that must not leave. A cell that cannot be read is
//! the store's to report.

mod chain;
mod order;
mod values;
mod volumes;

use super::decision::{Decision, Event};
use super::fault::Fault;
use super::pack::Pack;

/// Everything in `decision` that cannot all be true.
#[must_use]
pub fn findings(decision: &Decision, pack: &Pack) -> Vec<Fault> {
    let mut found = volumes::number(decision);
    found.extend(order::impossible(decision, pack));
    found.extend(chain::circles(decision));
    found.extend(values::impossible(decision));
    found.extend(volumes::misnumbered(decision));
    found
}

/// Where an event stands, as people look for it.
pub(super) fn at(decision: &Decision, event: &Event) -> String {
    format!("decision {}, {}", decision.id, name(event))
}

/// An event's key and kind.
fn name(event: &Event) -> String {
    format!("event {} ({})", event.id, event.kind)
}
