//! Whether a rule's keys, and rules about one act, can be met together.
//!
//! Owns contradictions: conditions that can never hold, keys without the one they need,
//! a deadline that ends before a window may. Refuses references and order; those are
//! `sound`'s own.

use super::super::entry::Written;
use super::super::{Anchor, Condition, Offset, Relation, Rule};
use crate::domain::counting::{Direction, Unit};
use crate::domain::table::Table;

/// Reports everything about `written` that cannot be met.
pub(super) fn check(rules: &[Written<Rule>], written: &Written<Rule>) {
    let Written { item: rule, table } = written;
    conditions(rule, table);
    occurrence(rule, table);
    exemption(rule, table);
    gathering(rules, rule, table);
    contradiction(rules, rule, table);
}

/// Conditions under which the rule could never ask anything.
fn conditions(rule: &Rule, table: &Table) {
    let Some(exempt) = &rule.exempt_when else {
        return;
    };
    let alone = exempt.all.is_empty() && exempt.term_years_min.is_none();
    let always_exempt = |needed: &&Condition| alone && exempt.any.contains(needed);
    if let Some(condition) = rule.when.all.iter().find(always_exempt) {
        let found = format!("`{}` exempts what when asks for", condition.name());
        table.doubt(
            "exempt_when",
            found,
            "another condition: the rule never asks anything",
        );
    }
}

/// Keys that speak of the occurrence need one.
fn occurrence(rule: &Rule, table: &Table) {
    let keys = [
        (
            "each_note",
            !rule.each_note.is_empty() && rule.relation != Relation::Exemption,
        ),
        ("repeated_within", rule.repeated_within.is_some()),
        ("same_value", rule.done_by.same_value),
        ("same_note", rule.done_by.same_note),
    ];
    for (key, is_set) in keys {
        if is_set && rule.each.is_empty() {
            table.doubt(
                key,
                format!("{key} without each"),
                "the event kind that occurs",
            );
        }
    }
    if rule
        .repeated_within
        .is_some_and(|span| span.direction == Direction::Backward)
    {
        table.doubt("repeated_within", "an offset backward", "one like `+1y`");
    }
}

fn exemption(rule: &Rule, table: &Table) {
    let is_exemption = rule.relation == Relation::Exemption;
    if is_exemption == rule.exempts.is_empty() {
        let (key, found) = if is_exemption {
            ("relation", "an exemption that names no rule")
        } else {
            ("exempts", "rules to excuse")
        };
        table.doubt(key, found, "relation = \"exemption\" together with exempts");
    }
    if !is_exemption && !rule.unless_after.is_empty() {
        table.doubt(
            "unless_after",
            "unless_after",
            "relation = \"exemption\" with it",
        );
    }
}

/// What is gathered are gates, and who gathers is one.
fn gathering(rules: &[Written<Rule>], rule: &Rule, table: &Table) {
    if rule.gathers.is_empty() {
        return;
    }
    if rule.relation != Relation::Gate || !rule.each.is_empty() {
        table.doubt(
            "gathers",
            "gates to gather",
            "relation = \"gate\" without each",
        );
    }
    for id in &rule.gathers {
        let other = rules.iter().find(|other| other.item.id == *id);
        if other.is_some_and(|other| other.item.relation != Relation::Gate) {
            table.doubt("gathers", format!("`{id}`, which is no gate"), "gates only");
        }
    }
}

/// A deadline and a window for one act, from one anchor, of which no day keeps both.
fn contradiction(rules: &[Written<Rule>], window: &Rule, table: &Table) {
    if window.relation != Relation::NotBefore {
        return;
    }
    let Some(opens_after) = days(window, false) else {
        return;
    };
    for Written { item: deadline, .. } in rules {
        let same_act = deadline.relation == Relation::By
            && is_from_one(deadline, window)
            && deadline.each == window.each
            && deadline.valid.overlaps(&window.valid)
            && shares(&deadline.done_by.events, &window.done_by.events);
        if same_act && days(deadline, true).is_some_and(|until| until < opens_after) {
            let found = format!("a window longer than the time `{}` gives", deadline.id);
            table.doubt("offset", found, "a day on which both rules are kept");
        }
    }
}

fn is_from_one(one: &Rule, other: &Rule) -> bool {
    let names = |rule: &Rule| -> Vec<String> { rule.from.iter().map(Anchor::to_string).collect() };
    shares(&names(one), &names(other))
}

fn shares(one: &[String], other: &[String]) -> bool {
    one.iter().any(|name| other.contains(name))
}

/// The fewest days an offset takes, or about the most; only good for seeing that one is
/// longer than another whatever the calendar.
fn days(rule: &Rule, at_most: bool) -> Option<i64> {
    let Offset::Span(span) = rule.offset else {
        return None;
    };
    let (fewest, most) = match span.unit {
        Unit::Days => (1, 1),
        // Five working days lie within ten days but for the longest holidays.
        Unit::WorkingDays => (1, 2),
        Unit::Months => (28, 31),
        Unit::Years => (365, 366),
    };
    let size = i64::from(span.count) * if at_most { most } else { fewest };
    Some(match span.direction {
        Direction::Forward => size,
        Direction::Backward => -size,
    })
}
