//! What templates see: the message's own fields, and what follows from them.
//!
//! Owns the shape of these values: every text on one line and bounded, trails in runs,
//! each notice and digest row with the group it stands in. Refuses words.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use crate::channels::{plain, trail};
use crate::domain::notice::{Content, Digest, DigestRow, Facts, Kind, Message};
use crate::domain::obligation::State;
use crate::domain::pack::{Relation, Strength};

/// The groups notices stand in, the most urgent first.
pub(super) const GROUPS: [&str; 10] = [
    "overdue",
    "too_short",
    "due_today",
    "near",
    "past",
    "ahead",
    "opened",
    "changed",
    "ended",
    "test",
];

/// The groups of a digest, in its order.
pub(super) const DIGEST_GROUPS: [&str; 4] = ["overdue", "due_today", "near", "past"];

/// Everything a template may speak of; the link is its caller's to add.
pub(super) fn facts(message: &Message) -> Result<Json, serde_json::Error> {
    let mut facts = serde_json::to_value(&message.content)?;
    match &message.content {
        Content::Notices { notices } => with_derived(&mut facts, notices, message.sent_on)?,
        Content::Digest { digest } => with_groups(&mut facts, digest),
    }
    facts["recipient"] = serde_json::to_value(&message.recipient)?;
    facts["attempt"] = json!(message.attempt);
    facts["maybe_repeat"] = json!(message.maybe_repeat);
    facts["asks"] = json!(asks(message));
    plain::bound(&mut facts);
    Ok(facts)
}

/// Whether somebody has to do something because of it.
fn asks(message: &Message) -> bool {
    match &message.content {
        Content::Notices { notices } => !notices.iter().all(is_over),
        Content::Digest { .. } => false,
    }
}

/// Whether nothing is to be done, any more or at all.
fn is_over(notice: &Facts) -> bool {
    matches!(notice_group(notice), "ended" | "test")
}

/// The group of each notice, its trail in runs, whether what it says was so on an earlier
/// day, and whether it is said too late.
fn with_derived(
    facts: &mut Json,
    notices: &[Facts],
    sent_on: Option<NaiveDate>,
) -> Result<(), serde_json::Error> {
    for (index, notice) in notices.iter().enumerate() {
        let is_after = |day: Option<NaiveDate>| sent_on.zip(day).is_some_and(|(on, day)| on > day);
        let shown = &mut facts["notices"][index];
        shown["trail"] = serde_json::to_value(trail::compact(&notice.trail))?;
        shown["stale"] = json!(is_after(Some(notice.as_of)));
        shown["late"] = json!(is_after(notice.useful_on()));
        shown["group"] = json!(notice_group(notice));
        shown["over"] = json!(is_over(notice));
    }
    Ok(())
}

/// Where a message of many notices shows one. A number the law does not give is never
/// overdue.
pub(super) fn notice_group(notice: &Facts) -> &'static str {
    let is_advice = notice.strength == Strength::Advisory;
    match notice.kind {
        Kind::Overdue | Kind::TooShort if is_advice => "past",
        Kind::Overdue => "overdue",
        Kind::TooShort => "too_short",
        Kind::DueToday => "due_today",
        Kind::Reminder if notice.state == State::Near => "near",
        Kind::Reminder => "ahead",
        Kind::Opened => "opened",
        Kind::Changed => "changed",
        Kind::Cleared | Kind::Waived | Kind::Withdrawn => "ended",
        Kind::Test => "test",
    }
}

fn with_groups(facts: &mut Json, digest: &Digest) {
    for (index, row) in digest.rows.iter().enumerate() {
        facts["digest"]["rows"][index]["group"] = json!(group(row, digest.on));
    }
}

/// Where a digest shows a row. A number the law does not give is never overdue, nor is
/// what a date only opened.
pub(super) fn group(row: &DigestRow, on: NaiveDate) -> &'static str {
    match (row.state, row.strength) {
        (State::Overdue, Strength::Advisory) => "past",
        (State::Overdue, Strength::Must | Strength::Should) => "overdue",
        _ if row.relation == Relation::Trigger && row.due_on < on => "past",
        _ if row.due_on <= on => "due_today",
        _ => "near",
    }
}
