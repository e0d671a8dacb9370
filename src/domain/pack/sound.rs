//! Whether a pack's parts fit together.
//!
//! Owns every check that needs more than one key: ids used twice, references
//! between rules, and keys that contradict each other. Refuses to read; it sees
//! what was read and where it stands.

mod together;

use std::collections::BTreeSet;

use super::entry::Written;
use super::{Anchor, Ladder, Offset, Relation, Rule, System, Validity};
use crate::domain::counting::Direction;
use crate::domain::table::Table;

/// Reports everything that does not fit.
pub(super) fn check(
    root: &Table,
    systems: &[Written<System>],
    ladders: &[Written<Ladder>],
    rules: &[Written<Rule>],
) {
    unique(systems, |system| &system.id);
    unique(ladders, |ladder| &ladder.id);
    versions(rules);
    if !ladders.iter().any(|ladder| ladder.item.id == "default") {
        root.doubt("ladder", "no ladder `default`", "one with that id");
    }
    for (at, rule) in rules.iter().enumerate() {
        references(rules, at);
        distance(rule);
        ending(rule);
        floor(rules, rule);
        together::check(rules, rule);
    }
}

/// An id may stand again only as another wording of the rule, for later anchors.
fn versions(rules: &[Written<Rule>]) {
    for (at, Written { item: rule, table }) in rules.iter().enumerate() {
        let earlier = rules.iter().take(at).map(|written| &written.item);
        let Some(before) = earlier.filter(|other| other.id == rule.id).last() else {
            continue;
        };
        if rule.id.0.is_empty() {
            continue;
        }
        if before.valid == Validity::default() && rule.valid == Validity::default() {
            let found = format!("`{}` a second time", rule.id);
            table.doubt(
                "id",
                found,
                "each id once, or each with its own valid_from and valid_until",
            );
        } else if before.valid.overlaps(&rule.valid) {
            let found = format!("`{}` while an earlier wording is in force", rule.id);
            table.doubt("valid_from", found, "a day after that one's valid_until");
        } else if before.valid.from > rule.valid.from {
            let found = format!("`{}` below a later wording of it", rule.id);
            table.doubt("valid_from", found, "wordings in order of time");
        }
    }
}

pub(super) fn unique<T>(items: &[Written<T>], id: fn(&T) -> &String) {
    let mut seen = BTreeSet::new();
    for written in items {
        let id = id(&written.item);
        if !id.is_empty() && !seen.insert(id) {
            written
                .table
                .doubt("id", format!("`{id}` a second time"), "each id once");
        }
    }
}

/// Each rule stands below what it refers to, so that one pass derives them all.
fn references(rules: &[Written<Rule>], at: usize) {
    let Some(Written { item: rule, table }) = rules.get(at) else {
        return;
    };
    for (key, id) in referred(rule) {
        let found = rules.iter().position(|other| other.item.id.0 == id);
        match found {
            None => table.doubt(key, format!("the unknown rule `{id}`"), "a rule's id"),
            Some(there) if there == at => {
                table.doubt(key, "a reference to the rule itself", "another rule");
            }
            Some(there) if there > at => {
                let back = leads_to(rules, there, &rule.id.0);
                let how = if back {
                    " and leads back here in a circle"
                } else {
                    ""
                };
                let found = format!("`{id}`, which stands further down{how}");
                table.doubt(key, found, "a rule that stands above");
            }
            Some(there) if matches!(key, "from" | "or_from" | "latest_from") => {
                same_occurrence(rule, table, key, &rules[there].item);
            }
            Some(_) => {}
        }
    }
}

/// The keys of `rule` that name other rules, with the ids they name.
fn referred(rule: &Rule) -> impl Iterator<Item = (&'static str, &str)> {
    let anchors = [("from", &rule.from), ("or_from", &rule.or_from)];
    let anchors = anchors
        .into_iter()
        .flat_map(|(key, anchors)| anchors.iter().map(move |anchor| (key, anchor)))
        .chain(
            rule.latest_from
                .iter()
                .map(|anchor| ("latest_from", anchor)),
        )
        .filter_map(|(key, anchor)| match anchor {
            Anchor::Rule(id) => Some((key, id.0.as_str())),
            Anchor::Event(_) | Anchor::Field(_) => None,
        });
    let lists = [("gathers", &rule.gathers), ("exempts", &rule.exempts)];
    let lists = lists
        .into_iter()
        .flat_map(|(key, ids)| ids.iter().map(move |id| (key, id.0.as_str())));
    let floor = rule.floor_of.iter().map(|id| ("floor_of", id.0.as_str()));
    anchors.chain(lists).chain(floor)
}

/// Whether the rule at `start` refers to `goal`, directly or through others.
fn leads_to(rules: &[Written<Rule>], start: usize, goal: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        for (_, id) in referred(&rules[at].item) {
            if id == goal {
                return true;
            }
            open.extend(rules.iter().position(|other| other.item.id.0 == id));
        }
    }
    false
}

/// A date that exists once per event cannot anchor a rule that does not ask which.
fn same_occurrence(rule: &Rule, table: &Table, key: &str, other: &Rule) {
    if !other.each.is_empty() && rule.each != other.each {
        let each = other.each.join(" or ");
        let found = format!("`{}`, which has a date for each {each}", other.id);
        table.doubt(key, found, format!("each = \"{each}\" here too"));
    }
}

/// Offset and relation must point the same way.
fn distance(Written { item: rule, table }: &Written<Rule>) {
    if let Some(percent) = rule.or_progress_over
        && !(0.0..100.0).contains(&percent)
    {
        table.doubt(
            "or_progress_over",
            format!("{percent}"),
            "a percentage below 100",
        );
    }
    let Offset::Span(span) = rule.offset else {
        if matches!(rule.relation, Relation::Gate | Relation::NotBefore) {
            table.doubt("offset", "half_term", "by or trigger with it");
        }
        return;
    };
    let ahead = span.direction == Direction::Forward && span.count > 0;
    let before = span.direction == Direction::Backward && span.count > 0;
    match rule.relation {
        Relation::Gate if ahead => {
            table.doubt(
                "offset",
                format!("`{span}` on a gate"),
                "the anchor's day or one before",
            );
        }
        Relation::NotBefore if !ahead => {
            table.doubt(
                "offset",
                format!("`{span}` on a window"),
                "a length forward, like `+30d`",
            );
        }
        Relation::Trigger if before => {
            table.doubt(
                "offset",
                format!("`{span}` on a trigger"),
                "the anchor's day or one after",
            );
        }
        _ => {}
    }
}

/// Something must be able to end the obligation, and in the way the keys say.
fn ending(Written { item: rule, table }: &Written<Rule>) {
    let done_by = &rule.done_by;
    let ends_itself = match rule.relation {
        Relation::Trigger | Relation::Exemption => true,
        Relation::Gate => !rule.gathers.is_empty(),
        Relation::By | Relation::NotBefore => false,
    };
    if done_by.events.is_empty() && !ends_itself {
        let key = if done_by.all { "all_of" } else { "done_by" };
        table.doubt(key, "nothing that ends it", "at least one event kind");
    }
    if let Some(quorum) = done_by.min_value
        && quorum < 1.0
    {
        table.doubt("min_value", format!("{quorum}"), "1 or more");
    }
    if done_by.answers && rule.each.is_empty() {
        table.doubt(
            "answers",
            "answers without each",
            "the event kind that is answered",
        );
    }
    if rule.latest_from.is_some() && rule.relation != Relation::By {
        table.doubt("latest_from", "a later anchor", "one only with relation by");
    }
}

/// A stricter rule and the one it governs are about the same act.
fn floor(rules: &[Written<Rule>], Written { item: rule, table }: &Written<Rule>) {
    let Some(id) = &rule.floor_of else {
        return;
    };
    let Some(Written { item: governed, .. }) = rules.iter().find(|other| other.item.id == *id)
    else {
        return;
    };
    let same = rule.done_by.events == governed.done_by.events
        && rule.each == governed.each
        && rule.relation == Relation::By
        && governed.relation == Relation::By;
    if !same {
        let found = format!("`{id}`, which is about another act");
        table.doubt(
            "floor_of",
            found,
            "a rule with the same each and done_by, and relation by",
        );
    }
    if governed.floor_of.is_some() {
        table.doubt(
            "floor_of",
            format!("`{id}`, itself a floor"),
            "a rule that is none",
        );
    }
}
