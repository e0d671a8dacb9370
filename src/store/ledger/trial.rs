//! Tests of the ways, in the audit log: to whom something was sent by hand, and what came back.
//!
//! Owns two remarks. Refuses anything from which a table would follow: a test is no message of
//! the ledger, and nothing is tried again.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{audit, by_hand};
use crate::domain::delivery::Outcome;
use crate::domain::notice::{Message, Recipient};
use crate::store::StoreError;

/// Before the first byte leaves.
pub(super) const BEGUN: &str = "test begun";
/// Once everybody has answered.
pub(super) const ANSWERED: &str = "test answered";
/// What both are about.
const SUBJECT: &str = "test";

/// Notes that these messages are about to be sent.
///
/// # Errors
/// Those of [`by_hand()`].
pub fn begun(path: &Path, messages: &[Message], now: DateTime<Utc>) -> Result<(), StoreError> {
    let to: Vec<Value> = messages.iter().map(|one| whom(&one.recipient)).collect();
    note(path, BEGUN, &json!({ "to": to }), now)
}

/// Notes what came of them.
///
/// # Errors
/// Those of [`by_hand()`].
pub fn answered<'a>(
    path: &Path,
    answers: impl Iterator<Item = (&'a Recipient, &'a Outcome)>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let entry = |(to, outcome): (&Recipient, &Outcome)| json!({ "to": whom(to), "class": outcome.class, "word": outcome.words() });
    let answers: Vec<Value> = answers.map(entry).collect();
    note(path, ANSWERED, &json!({ "answers": answers }), now)
}

fn note(path: &Path, what: &str, detail: &Value, now: DateTime<Utc>) -> Result<(), StoreError> {
    let doing = "note the test in the audit log";
    by_hand(path, doing, |c| audit::add(c, now, what, SUBJECT, detail))
}

/// The recipient as a person names one: no address stands in the log for a test.
fn whom(to: &Recipient) -> Value {
    json!({ "unit": to.unit, "name": to.name, "channel": to.channel })
}
