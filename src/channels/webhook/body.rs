//! The JSON that a unit's system receives; `schema.json` beside this file documents it.
//!
//! Owns the body's shape and its bound. Refuses anything that changes between two
//! attempts: the bytes of a message are the same for ever.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::channels::plain;
use crate::channels::trail;
use crate::channels::wording::{Wording, WordingError};
use crate::domain::notice::{Content, Digest, Facts, Message};

/// Standard Webhooks 1.0.0 asks for payloads below 20 kB.
const MAX_BODY_BYTES: usize = 20_000;

/// Why a message has no body.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// A webhook carries one notice; machines read them one by one.
    #[error("a webhook carries one notice, not {0}")]
    NotOne(usize),
    /// The headline could not be worded.
    #[error(transparent)]
    Wording(#[from] WordingError),
    /// A value that JSON cannot hold.
    #[error("a notice cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The body of `message`.
pub(super) fn body(message: &Message, wording: &Wording) -> Result<Vec<u8>, BodyError> {
    let headline = wording.headline(message)?;
    let (kind, on, mut data) = match &message.content {
        Content::Notices { notices } => match notices.as_slice() {
            [facts] => notice(facts)?,
            several => return Err(BodyError::NotOne(several.len())),
        },
        Content::Digest { digest } => daily(digest)?,
    };
    plain::bound(&mut data);
    data["headline"] = json!(headline);
    if let Content::Notices { .. } = &message.content {
        data["link"] = json!(wording.link(message));
    }
    let body = json!({
        "type": kind,
        "timestamp": format!("{on}T00:00:00+08:00"),
        "data": data,
    });
    Ok(serde_json::to_vec(&within_bounds(body))?)
}

fn notice(facts: &Facts) -> Result<(String, NaiveDate, Value), serde_json::Error> {
    let mut data = serde_json::to_value(facts)?;
    let kind = data["kind"].as_str().unwrap_or_default();
    let kind = format!("duban.notice.{kind}");
    data["trail"] = serde_json::to_value(trail::compact(&facts.trail))?;
    Ok((kind, facts.as_of, data))
}

fn daily(digest: &Digest) -> Result<(String, NaiveDate, Value), serde_json::Error> {
    let data = serde_json::to_value(digest)?;
    Ok(("duban.digest".to_owned(), digest.on, data))
}

/// The body, shortened where it is too long: lists lose their tail, and say so.
fn within_bounds(mut body: Value) -> Value {
    for list in [
        "trail",
        "rows",
        "faults",
        "undelivered",
        "gaps",
        "prepare",
        "lacking",
    ] {
        let size = body.to_string().len();
        if size <= MAX_BODY_BYTES {
            break;
        }
        let excess = size - MAX_BODY_BYTES;
        if let Some(items) = body["data"].get_mut(list).and_then(Value::as_array_mut) {
            let mut freed = 0;
            while freed < excess
                && let Some(last) = items.pop()
            {
                freed += last.to_string().len() + 1;
            }
            body["data"]["shortened"] = json!(true);
        }
    }
    body
}
