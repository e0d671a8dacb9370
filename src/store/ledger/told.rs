//! What the audit log says of an obligation's change.
//!
//! Owns the words, and the form in which an entry holds the whole change, so that it can
//! be made again: facts that several recipients share stand there once. Refuses to write
//! anything else; that is `obligations`.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{audit, instant, parse_instant, unreadable};
use crate::domain::address::Draft;
use crate::domain::ladder::Step;
use crate::domain::notice::{Facts, Recipient};
use crate::domain::plan::{Change, Event};
use crate::domain::record::Record;

/// A change as an entry holds it.
#[derive(Serialize, Deserialize)]
struct Written {
    record: Record,
    events: Vec<Event>,
    reached: Option<Step>,
    superseded: Vec<Step>,
    notices: Vec<Said>,
    /// Absent where it is empty, as in entries of before anything could be acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quieted: Vec<String>,
}

/// The same facts to several recipients.
#[derive(Serialize, Deserialize)]
struct Said {
    facts: Facts,
    to: Vec<To>,
}

/// A recipient, with the key of the notice and the moment from which it may go out.
#[derive(Serialize, Deserialize)]
struct To {
    key: String,
    recipient: Recipient,
    release: String,
}

/// Adds what happened, an entry for each; the first of them holds the whole change.
pub(super) fn log(
    connection: &Connection,
    change: &Change,
    releases: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let subject = change.record.key.to_string();
    let mut happened: Vec<(&str, Value)> = change
        .events
        .iter()
        .filter_map(|event| happened(event, &change.record))
        .collect();
    if let Some(step) = &change.reached {
        happened.push((fate(change), json!({ "rung": step.name, "on": step.on })));
    }
    if happened.is_empty() {
        happened.push(("noted", json!({})));
    }
    let written = serde_json::to_value(Written::of(change, releases)).map_err(unwritable)?;
    if let Some((_, detail)) = happened.first_mut() {
        detail["change"] = written;
    }
    for (what, mut detail) in happened {
        detail["about"] = json!([change.record.key]);
        audit::add(connection, now, what, &subject, &detail)?;
    }
    Ok(())
}

/// What became of the rung that was reached: where everybody it is for has acknowledged the
/// same before, it is told to nobody.
pub(super) const fn fate(change: &Change) -> &'static str {
    if change.notices.is_empty() && !change.quieted.is_empty() {
        "quieted"
    } else {
        "told"
    }
}

/// Both dates of a moved obligation stay in the log; so does every ending. A first date
/// is told by its rungs.
fn happened(event: &Event, record: &Record) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::Opened => return None,
        Event::Moved { due_on, latest_on } => (
            "date moved",
            json!({
                "revision": record.revision,
                "was": { "due_on": due_on, "latest_on": latest_on },
                "is": { "due_on": record.due_on, "latest_on": record.latest_on },
            }),
        ),
        Event::CutShort => ("window cut short", json!({ "revision": record.revision })),
        Event::LongEnough => ("window long enough", json!({ "revision": record.revision })),
        Event::Closed { state, why: None } => ("closed", json!({ "state": state })),
        Event::Closed {
            state,
            why: Some(why),
        } => ("closed", json!({ "state": state, "why": why })),
        Event::Lost => ("closed", json!({ "state": "anchor no longer recorded" })),
        Event::Reopened => ("reopened", json!({ "due_on": record.due_on })),
    })
}

/// The change that an entry holds, and when each of its notices may go out; nothing where
/// an earlier entry of the same write holds it.
pub(super) fn change(detail: &Value) -> rusqlite::Result<Option<(Change, Vec<DateTime<Utc>>)>> {
    let Some(written) = detail.get("change") else {
        return Ok(None);
    };
    let written: Written =
        serde_json::from_value(written.clone()).map_err(|error| unreadable(4, error))?;
    let all = written.notices.iter().flat_map(|said| &said.to);
    let releases = all.map(|to| parse_instant(4, &to.release));
    let releases = releases.collect::<rusqlite::Result<_>>()?;
    Ok(Some((written.into_change(), releases)))
}

impl Written {
    fn of(change: &Change, releases: &[DateTime<Utc>]) -> Self {
        let mut notices: Vec<Said> = Vec::new();
        for (draft, release) in change.notices.iter().zip(releases) {
            let to = To {
                key: draft.key.clone(),
                recipient: draft.recipient.clone(),
                release: instant(*release),
            };
            match notices.last_mut().filter(|said| said.facts == draft.facts) {
                Some(said) => said.to.push(to),
                None => notices.push(Said {
                    facts: draft.facts.clone(),
                    to: vec![to],
                }),
            }
        }
        Self {
            record: change.record.clone(),
            events: change.events.clone(),
            reached: change.reached.clone(),
            superseded: change.superseded.clone(),
            notices,
            quieted: change.quieted.clone(),
        }
    }

    fn into_change(self) -> Change {
        let drafts = self.notices.into_iter().flat_map(|Said { facts, to }| {
            to.into_iter().map(move |to| Draft {
                key: to.key,
                recipient: to.recipient,
                facts: facts.clone(),
            })
        });
        Change {
            record: self.record,
            events: self.events,
            reached: self.reached,
            superseded: self.superseded,
            notices: drafts.collect(),
            quieted: self.quieted,
        }
    }
}

fn unwritable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
