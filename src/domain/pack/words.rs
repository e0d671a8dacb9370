//! The words of a pack: how ids, offsets, anchors and conditions are spelled.
//!
//! Owns one reader for each kind of word, which gives the value or says what it
//! expected. Refuses to know in which key a word stands.

use super::read::Names;
use super::{Anchor, Condition, Field, Late, Relation, RuleId, Strength};
use crate::domain::counting::{Convention, Reading, Roll, Span};
use crate::domain::decision::{Flag, Status};
use crate::domain::spelling::perhaps;
use crate::domain::table::Table;

/// What a date means.
pub(super) const RELATIONS: &[(Relation, &str)] = &[
    (Relation::By, "by"),
    (Relation::NotBefore, "not_before"),
    (Relation::Gate, "gate"),
    (Relation::Trigger, "trigger"),
    (Relation::Exemption, "exemption"),
];

/// What becomes of a late occurrence.
pub(super) const LATE: &[(Late, &str)] = &[(Late::Ask, "ask"), (Late::OwnClock, "own_clock")];

/// Statuses of decisions that are no longer pursued.
pub(super) const ENDED: &[(Status, &str)] =
    &[(Status::Withdrawn, "withdrawn"), (Status::Closed, "closed")];

/// How the law words a duty.
pub(super) const STRENGTHS: &[(Strength, &str)] = &[
    (Strength::Must, "must"),
    (Strength::Should, "should"),
    (Strength::Advisory, "advisory"),
];

/// An id: lower-case letters, digits, `-` and `_`.
pub(super) fn name(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !text.is_empty() && text.chars().all(good) {
        Ok(text.to_owned())
    } else {
        Err("lower-case letters, digits, `-` and `_`".to_owned())
    }
}

/// A rule's id; that of an opened item holds a dot.
pub(super) fn rule_id(text: &str) -> Result<RuleId, String> {
    let parts: Result<Vec<String>, String> = text.split('.').map(name).collect();
    let is_short = text.split('.').count() <= 2;
    let read = parts.ok().filter(|_| is_short);
    read.map(|_| RuleId(text.to_owned()))
        .ok_or_else(|| "a rule's id, such as `pub-6b` or `eva-15c.start`".to_owned())
}

/// An offset like `+5wd`.
pub(super) fn span(text: &str) -> Result<Span, String> {
    let read = text.parse::<Span>();
    read.map_err(|_| "an offset like `+5wd`, `-7d`, `+3m` or `+1y`, at most 4000 of a unit".into())
}

/// Reading and roll as the table says, and where it is silent as `usual` does.
pub(super) fn convention(table: &Table, usual: Convention) -> Convention {
    const READINGS: &[(Reading, &str)] =
        &[(Reading::Inclusive, "inclusive"), (Reading::Clear, "clear")];
    const ROLLS: &[(Roll, &str)] = &[
        (Roll::None, "none"),
        (Roll::Forward, "forward"),
        (Roll::Backward, "backward"),
        (Roll::ForwardFromHoliday, "forward_from_holiday"),
    ];
    Convention {
        reading: table.choice("reading", READINGS).unwrap_or(usual.reading),
        roll: table.choice("roll", ROLLS).unwrap_or(usual.roll),
    }
}

/// A flag of the decision, or what else its row says.
pub(super) fn condition(text: &str) -> Result<Condition, String> {
    let others = [
        Condition::Confidential,
        Condition::Withdrawn,
        Condition::Cooperating,
    ];
    let flags = Flag::ALL.into_iter().map(Condition::Flag);
    let all: Vec<Condition> = flags.chain(others).collect();
    let found = all.iter().find(|condition| condition.name() == text);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|condition| condition.name()).collect();
        format!("one of {}{}", names.join(", "), perhaps(text, &names))
    })
}

/// An event kind, `field:NAME` or `rule:ID`.
pub(super) fn anchor(text: &str, names: &Names) -> Result<Anchor, String> {
    match text.split_once(':') {
        Some(("field", "planned_on")) => Ok(Anchor::Field(Field::PlannedOn)),
        Some(("field", "term_start")) => Ok(Anchor::Field(Field::TermStart)),
        Some(("field", "term_end")) => Ok(Anchor::Field(Field::TermEnd)),
        Some(("rule", id)) => Ok(Anchor::Rule(RuleId(id.to_owned()))),
        Some(_) => Err("field:planned_on, field:term_start, field:term_end or rule:ID".to_owned()),
        None => event(text, names).map(Anchor::Event),
    }
}

/// An event kind that the contract or the pack knows.
pub(super) fn event(text: &str, names: &Names) -> Result<String, String> {
    known(
        text,
        &names.events,
        "an event kind of the contract or of [pack] events",
    )
}

/// One of `names`, which are `what`.
pub(super) fn known(text: &str, names: &[String], what: &str) -> Result<String, String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(format!("{what}{}", perhaps(text, &names)))
    }
}
