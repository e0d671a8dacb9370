//! Steps that come before what they can only follow.
//!
//! Owns which steps those are. Refuses to judge a step that can lawfully come early: a
//! list is published before its hearing, a meeting's notice is sent before the meeting.

use super::{at, name};
use crate::domain::counting::Direction;
use crate::domain::decision::{Decision, Event};
use crate::domain::fault::Fault;
use crate::domain::pack::{Anchor, Offset, Pack, Relation, Rule};

/// A step, and one that nobody can take before it.
struct Pair {
    first: &'static str,
    then: &'static str,
    /// Only steps whose notes begin with the same word belong together.
    by_note: bool,
}

/// What must come first by the sense of the words, whether or not a `ref` ties the two.
/// A pair stands here only if no lawful way leads round it.
const PAIRS: [Pair; 9] = [
    // 参与 Art. 5, 713 Art. 15: a window closes after it opened.
    pair("comment_opened", "comment_closes"),
    // 参与 Art. 6: a request for a hearing is answered, not foreseen.
    pair("hearing_requested", "hearing_replied"),
    // 713 Arts. 25 and 26: the opinion is given on what was sent for review.
    pair("legality_requested", "legality_opinion"),
    // 713 Arts. 30 and 32, 集体 Art. 6(十): what is issued and published has been decided.
    pair("decided", "document_issued"),
    pair("decided", "published"),
    // 档案 Art. 18: tasks are completed after they were begun.
    pair("execution_started", "execution_completed"),
    // 评估 Arts. 9 to 11: the group is formed before it reports; each kind of evaluation by itself.
    Pair {
        first: "evaluation_opened",
        then: "evaluation_report",
        by_note: true,
    },
    // 评估 Art. 11: the report is what is submitted.
    Pair {
        first: "evaluation_report",
        then: "evaluation_submitted",
        by_note: true,
    },
    // 档案 Art. 21: what is transferred has been archived.
    pair("archived", "archive_transferred"),
];

const fn pair(first: &'static str, then: &'static str) -> Pair {
    Pair {
        first,
        then,
        by_note: false,
    }
}

/// The events of `decision` that lie before what they can only follow.
pub(super) fn impossible(decision: &Decision, pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    for event in &decision.events {
        let asked = event.answers.and_then(|id| decision.event(id));
        match asked.filter(|asked| only_follows(&event.kind, &asked.kind, pack)) {
            Some(asked) if event.on_date < asked.on_date => {
                faults.push(before_its_own(decision, event, asked));
            }
            // Its own is known: no other of the kind says anything about it.
            Some(_) => {}
            None => faults.extend(before_them_all(decision, event)),
        }
    }
    faults
}

fn before_its_own(decision: &Decision, event: &Event, asked: &Event) -> Fault {
    let (on, asked_on) = (event.on_date, asked.on_date);
    Fault::new(
        at(decision, event),
        format!(
            "{on}, before {} on {asked_on}, to which it is tied by its ref",
            name(asked)
        ),
        format!(
            "a day from {asked_on} on, an earlier {}, or another ref",
            asked.kind
        ),
    )
}

/// The fault of an event that is tied to none, if every step it could follow comes later.
/// Where there is no such step at all, something is missing and nothing contradicts.
fn before_them_all(decision: &Decision, event: &Event) -> Option<Fault> {
    if decision.moved_to(event).is_some() {
        return None;
    }
    let pairs = PAIRS.iter().filter(|pair| pair.then == event.kind);
    pairs.into_iter().find_map(|pair| {
        let alike = |first: &&Event| !pair.by_note || first.first_word() == event.first_word();
        let firsts = decision.standing(pair.first).filter(alike);
        let earliest = firsts.min_by_key(|first| first.on_date)?;
        (event.on_date < earliest.on_date).then(|| {
            let (on, first_on) = (event.on_date, earliest.on_date);
            Fault::new(
                at(decision, event),
                format!("{on}, before {} on {first_on}", name(earliest)),
                format!("a day from {first_on} on, or an earlier {}", pair.first),
            )
        })
    })
}

/// Whether an event of kind `then` can only follow the event of kind `first` that it answers.
fn only_follows(then: &str, first: &str, pack: &Pack) -> bool {
    let in_table = |pair: &Pair| pair.first == first && pair.then == then;
    if PAIRS.iter().any(in_table) {
        return true;
    }
    let has = |kinds: &[String], kind: &str| kinds.iter().any(|one| one == kind);
    let asks = |rule: &&Rule| {
        rule.done_by.answers && has(&rule.each, first) && has(&rule.done_by.events, then)
    };
    let mut asking = pack.rules.iter().filter(asks).peekable();
    then != first && asking.peek().is_some() && asking.all(looks_ahead)
}

/// Whether what ends `rule` comes after the event it occurs for: the law counts forward,
/// from something that happened.
fn looks_ahead(rule: &Rule) -> bool {
    let forward = matches!(rule.offset, Offset::Span(span) if span.direction == Direction::Forward);
    let from_events = rule
        .from
        .iter()
        .all(|anchor| matches!(anchor, Anchor::Event(_)));
    rule.relation == Relation::By && forward && from_events
}
