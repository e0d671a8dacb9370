//! A decision made up for one rule, where no real one has a date under it.
//!
//! Owns what has to have happened for the rule to ask anything. Refuses to count: the rules
//! themselves do, so that a made-up date explains itself as a real one does.

use chrono::{Datelike as _, Days, NaiveDate};

use super::Words;
use crate::domain::address::Books;
use crate::domain::decision::{Decision, DecisionId, Event, Flag, Flags, Status};
use crate::domain::obligation::Obligation;
use crate::domain::pack::{Anchor, Pack, Rule};
use crate::domain::rules::obligations;

/// A rule that is counted from another's date, which is counted from a third's, and so on: so
/// deep and no deeper.
const DEEPEST: u32 = 8;

/// A term is as long as the longest interval of an evaluation in any pack we ship.
const TERM_DAYS: u64 = 5 * 365;

/// What is said of the decision's nature, tried in this order: rules ask for some of these and
/// stand back for others.
const NATURES: [Option<bool>; 3] = [Some(true), Some(false), None];

/// A decision on which `rule` puts a duty with a date around `today`, and that duty; none for
/// a rule that asks for a course of things which cannot be made up from its own entry.
pub(super) fn for_rule<'p>(
    rule: &Rule,
    books: Books<'p>,
    words: &Words,
    today: NaiveDate,
) -> Option<(Decision, Obligation<'p>)> {
    let mut kinds = Vec::new();
    collect(rule, books.pack, &mut kinds, DEEPEST);
    let unit = books
        .directory
        .units()
        .first()
        .map(|unit| unit.name.clone());
    NATURES.into_iter().find_map(|said| {
        let decision = Decision {
            drafting_unit: unit.clone(),
            executing_unit: unit.clone(),
            ..decision(words, events(&kinds, today), said, today)
        };
        let derived = obligations(&decision, books.pack, books.calendar);
        let is_it = |one: &Obligation<'_>| one.rule.id == rule.id && one.dates.is_some();
        let found = derived.into_iter().find(is_it)?;
        Some((decision, found))
    })
}

/// The event kinds that `rule` is counted from or occurs for, each with the word its note
/// begins with.
fn collect(rule: &Rule, pack: &Pack, kinds: &mut Vec<(String, String)>, depth: u32) {
    let note = rule.each_note.first().cloned().unwrap_or_default();
    for kind in &rule.each {
        kinds.push((kind.clone(), note.clone()));
    }
    let anchors = rule.from.iter().chain(&rule.or_from);
    for anchor in anchors {
        match anchor {
            Anchor::Event(kind) => kinds.push((kind.clone(), note.clone())),
            Anchor::Field(_) => {}
            Anchor::Rule(other) => {
                let other = pack.rule(&other.0).filter(|_| depth > 0);
                if let Some(other) = other {
                    collect(other, pack, kinds, depth - 1);
                }
            }
        }
    }
}

fn events(kinds: &[(String, String)], today: NaiveDate) -> Vec<Event> {
    let mut seen: Vec<&str> = Vec::new();
    let mut events = Vec::new();
    for (kind, note) in kinds {
        if seen.contains(&kind.as_str()) {
            continue;
        }
        seen.push(kind);
        events.push(Event {
            id: i64::try_from(seen.len()).unwrap_or(i64::MAX),
            kind: kind.clone(),
            on_date: today,
            answers: None,
            value: None,
            note: (!note.is_empty()).then(|| note.clone()),
            evidence: None,
        });
    }
    events
}

fn decision(words: &Words, events: Vec<Event>, said: Option<bool>, today: NaiveDate) -> Decision {
    let flags = Flag::ALL.into_iter();
    Decision {
        // A catalogue's numbers begin with 1.
        id: DecisionId(format!("{}-000", today.year())),
        organ: words.decision.organ.clone(),
        year: today.year(),
        seq: 0,
        title: words.decision.title.clone(),
        drafting_unit: None,
        executing_unit: None,
        cooperating_units: Vec::new(),
        planned_text: None,
        planned_on: Some(today + Days::new(90)),
        term_start: Some(today),
        term_end: Some(today + Days::new(TERM_DAYS)),
        flags: flags.fold(Flags::default(), |flags, flag| flags.with(flag, said)),
        confidential: false,
        status: Status::Active,
        events,
    }
}
