//! Gates that are told of together: what lacks for one meeting stands in one notice.
//!
//! Owns which gate speaks for which. Refuses to silence a gate of another day or
//! another unit, or one whose speaker is excused: nothing falls silent by it.

use chrono::NaiveDate;

use crate::domain::obligation::{Done, Gathered, Missing, Obligation};
use crate::domain::pack::{Relation, RuleId};

/// Gives every gathering gate what it gathers, and lets it speak for those of its day.
pub(super) fn apply(derived: &mut [Obligation<'_>]) {
    for index in 0..derived.len() {
        let gathers = &derived[index].rule.gathers;
        if gathers.is_empty() {
            continue;
        }
        let members: Vec<usize> = members(derived, gathers);
        let gathered = flat(derived, &members);
        let is_sound = derived[index].excuse.is_none() && !gathered.is_empty();
        finish(&mut derived[index], gathered);
        if is_sound {
            silence(derived, index, &members);
        }
    }
}

/// The gates among `derived` that apply and are not excused.
fn members(derived: &[Obligation<'_>], gathers: &[RuleId]) -> Vec<usize> {
    let wanted = |one: &Obligation<'_>| gathers.contains(&one.key.rule) && one.excuse.is_none();
    let found = derived.iter().enumerate();
    found
        .filter(|(_, one)| wanted(one))
        .map(|(index, _)| index)
        .collect()
}

/// What the members lack, or what those lack that they gather themselves.
fn flat<'p>(derived: &[Obligation<'p>], members: &[usize]) -> Vec<Gathered<'p>> {
    let mut all: Vec<Gathered<'p>> = Vec::new();
    for member in members.iter().map(|index| &derived[*index]) {
        if member.rule.gathers.is_empty() {
            all.push(gathered(member));
        } else {
            all.extend(member.gathered.iter().cloned());
        }
    }
    all
}

fn gathered<'p>(member: &Obligation<'p>) -> Gathered<'p> {
    let unsaid = member.missing.iter().filter_map(|missing| match missing {
        Missing::Flag(name) => Some(name.clone()),
        Missing::Anchor(_) | Missing::Term | Missing::Late(_) => None,
    });
    Gathered {
        rule: member.rule,
        occurrence: member.key.occurrence.clone(),
        done_on: member.done.as_ref().map(|done| done.on),
        unsaid: unsaid.collect(),
    }
}

/// The gate is passed once everything it gathers that surely applies is done, and what it
/// asks for itself.
fn finish<'p>(gate: &mut Obligation<'p>, gathered: Vec<Gathered<'p>>) {
    let sure = gathered.iter().filter(|one| one.unsaid.is_empty());
    let days: Option<Vec<NaiveDate>> = sure.map(|one| one.done_on).collect();
    let asks_itself = !gate.rule.done_by.events.is_empty();
    let own = gate.done.take();
    gate.done = match (days, own, asks_itself) {
        (Some(days), Some(own), true) => Some(later(own, &days)),
        (Some(days), None, false) => days.iter().max().map(|on| Done {
            on: *on,
            event: gate.rule.id.0.clone(),
            evidence: None,
        }),
        _ => None,
    };
    gate.gathered = gathered;
}

fn later(own: Done, days: &[NaiveDate]) -> Done {
    let last = days.iter().max().copied().unwrap_or(own.on);
    Done {
        on: own.on.max(last),
        ..own
    }
}

fn silence(derived: &mut [Obligation<'_>], gate: usize, members: &[usize]) {
    let (Some(dates), responsible) = (derived[gate].dates, derived[gate].rule.responsible) else {
        return;
    };
    for index in members {
        let member = &mut derived[*index];
        let same = member.rule.relation == Relation::Gate
            && member.rule.responsible == responsible
            && member.dates.is_some_and(|own| own.due_on == dates.due_on);
        member.spoken_for |= same;
    }
}
