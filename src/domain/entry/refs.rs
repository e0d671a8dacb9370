//! What an event answers, and what answers it.
//!
//! Owns finding the requests that are open for an answer. Refuses to choose one: a ref is
//! given by a person.

use std::collections::BTreeSet;

use super::{Objection, Step, Weight};
use crate::domain::decision::{Decision, Event};
use crate::domain::fault::Fault;
use crate::domain::findings::at;
use crate::domain::pack::{Pack, Relation, Rule};

/// The events of `decision` that one of `kind` can answer and that nothing answers yet.
#[must_use]
pub fn open_requests<'d>(decision: &'d Decision, kind: &str, pack: &Pack) -> Vec<&'d Event> {
    let is_answered = |request: &Event| {
        let mut answers = decision.standing(kind);
        answers.any(|answer| answer.answers == Some(request.id))
    };
    let requests = requests(decision, &asked_by(kind, pack));
    requests
        .into_iter()
        .filter(|request| !is_answered(request))
        .collect()
}

/// The kinds that an event of `kind` must name by its ref where there are several.
pub(super) fn asked_by<'p>(kind: &str, pack: &'p Pack) -> BTreeSet<&'p str> {
    let asks = |rule: &&Rule| {
        let mut events = rule.done_by.events.iter();
        // A window that closes is that which was opened last (`rules::evidence`).
        rule.done_by.answers
            && rule.relation != Relation::NotBefore
            && events.any(|one| one == kind)
    };
    let asking = pack.rules.iter().filter(asks);
    let kinds = asking.flat_map(|rule| &rule.each).map(String::as_str);
    kinds.filter(|asked| *asked != kind).collect()
}

/// Whether an event of `kind` does nothing but answer; an evaluation is opened for a dispute, too,
/// but mostly by itself.
fn only_answers(kind: &str, pack: &Pack) -> bool {
    let ends = |rule: &&Rule| rule.done_by.events.iter().any(|one| one == kind);
    let mut ended = pack.rules.iter().filter(ends);
    ended.all(|rule| rule.done_by.answers)
}

fn requests<'d>(decision: &'d Decision, kinds: &BTreeSet<&str>) -> Vec<&'d Event> {
    let events = decision.events.iter();
    let asking = events.filter(|event| kinds.contains(event.kind.as_str()));
    asking
        .filter(|event| decision.moved_to(event).is_none())
        .collect()
}

/// An answer that does not say to what, though several things are asked; and a ref to
/// something that an event of its kind does not answer.
pub(super) fn judge(step: &Step<'_>) -> Option<Objection> {
    let (decision, event) = (step.decision, step.event);
    let kinds = asked_by(&event.kind, step.pack);
    let asked = kinds.iter().copied().collect::<Vec<_>>().join(" or ");
    if kinds.is_empty() {
        return None;
    }
    if let Some(named) = event.answers.and_then(|id| decision.event(id)) {
        let fits = named.kind == event.kind || kinds.contains(named.kind.as_str());
        return (!fits).then(|| {
            let found = format!("a ref to event {} ({})", named.id, named.kind);
            step.unusual(found, format!("a ref to {asked}"))
        });
    }
    let all = requests(decision, &kinds);
    let open = open_requests(decision, &event.kind, step.pack);
    if open.is_empty() && !only_answers(&event.kind, step.pack) {
        return None;
    }
    match all.as_slice() {
        [] => Some(step.unusual(
            format!("nothing recorded that {} could answer", event.kind),
            format!("{asked}, entered first"),
        )),
        // There is only one it can mean.
        [_] => None,
        several => Some(step.unusual(
            format!("no ref, and {} that it could answer", several.len()),
            expected(&open),
        )),
    }
}

/// Which ref is wanted: the only open request, or one of the open ones.
fn expected(open: &[&Event]) -> String {
    let told = |event: &&Event| format!("event {} ({}) on {}", event.id, event.kind, event.on_date);
    match open {
        [] => "a ref, or no second answer: all of them are answered".to_owned(),
        [one] => format!("--ref to {}, the only one that is open", told(one)),
        several => {
            let ids: Vec<String> = several.iter().map(told).collect();
            format!(
                "--ref to one of {}; until then it ends none of them",
                ids.join(", ")
            )
        }
    }
}

/// Events that answered one which is gone.
pub(super) fn left_behind(before: &Decision, after: &Decision) -> Vec<Objection> {
    let is_gone = |id: i64| before.event(id).is_some() && after.event(id).is_none();
    let left = after.events.iter();
    let left = left.filter_map(|event| Some((event, event.answers.filter(|id| is_gone(*id))?)));
    left.map(|(event, gone)| Objection {
        weight: Weight::Impossible,
        fault: Fault::new(
            at(after, event),
            format!("a ref to event {gone}, which would be gone"),
            "another ref, or none, before that one is removed",
        ),
    })
    .collect()
}
