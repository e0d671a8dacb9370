//! What an HTTP answer means for the message: the table of status codes, and what the
//! answer's body and `Retry-After` add to it.
//!
//! Owns [`ROWS`], the ways a receiver says yes, and the bound on how long it may ask us
//! to wait. Refuses to read the network: the answer comes as values, its body as far as
//! it was read.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Class, Outcome, Scope};

/// What a range of status codes means; the first row that holds a code counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The first code.
    pub from: u16,
    /// The last code.
    pub to: u16,
    /// How an attempt that is answered so ended.
    pub class: Class,
    /// What the answer speaks about.
    pub scope: Scope,
    /// In words, for logs and the digest.
    pub meaning: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// Every status code there is or will be.
///
/// Whom a refused login, a vanished endpoint or a way that is blocked concerns is not the
/// message: everything to that endpoint waits, and one message probes it.
// One row a line, so that it reads as the table it is.
#[rustfmt::skip]
pub const ROWS: &[Row] = {
    use Class::{Accepted, Deferred, Rejected};
    use Scope::{Channel, Message};
    &[
        row((200, 299), (Accepted, Message), "taken", "Standard Webhooks 1.0.0: any 2xx"),
        row((300, 399), (Rejected, Message), "a redirect, which is not followed",
            "Standard Webhooks 1.0.0: 3xx is a failure; a signed body goes where it was configured to go"),
        row((400, 400), (Rejected, Message), "the request is refused as malformed", "RFC 9110 15.5.1"),
        row((401, 401), (Deferred, Channel), "the endpoint refuses our signature or login",
            "RFC 9110 15.5.2: somebody puts a key right, and no message is to blame"),
        row((403, 403), (Deferred, Channel), "the endpoint, or a gateway before it, forbids us to post",
            "RFC 9110 15.5.4: as 401"),
        row((404, 404), (Rejected, Message), "nothing is found at the URL", "RFC 9110 15.5.5"),
        row((407, 407), (Deferred, Channel), "a proxy asks for a login", "RFC 9110 15.5.8"),
        row((408, 408), (Deferred, Message), "the receiver waited too long for the request",
            "RFC 9110 15.5.9: the request may be repeated"),
        row((409, 409), (Rejected, Message), "a conflict with what the receiver has",
            "RFC 9110 15.5.10: the same request conflicts again"),
        row((410, 410), (Rejected, Channel), "the endpoint is gone for good",
            "Standard Webhooks 1.0.0: 410 stops the endpoint"),
        row((413, 413), (Rejected, Message), "the body is too large for the receiver",
            "RFC 9110 15.5.14: the same body stays as large"),
        row((421, 421), (Deferred, Channel), "the connection led to a server that does not serve this host",
            "RFC 9110 15.5.20: another connection may"),
        row((425, 425), (Deferred, Message), "too early", "RFC 8470 5.2: the request may be repeated"),
        row((429, 429), (Deferred, Message), "too many requests", "RFC 6585 4"),
        row((400, 499), (Rejected, Message), "this very request is refused", "RFC 9110 15.5"),
        row((502, 502), (Deferred, Message), "a gateway got no sound answer", "RFC 9110 15.6.3"),
        row((503, 503), (Deferred, Message), "not available now", "RFC 9110 15.6.4"),
        row((504, 504), (Deferred, Message), "a gateway got no answer in time", "RFC 9110 15.6.5"),
        row((511, 511), (Deferred, Channel), "the network asks for a login", "RFC 6585 6"),
        row((500, 599), (Deferred, Message), "the receiver failed", "RFC 9110 15.6"),
        row((0, u16::MAX), (Deferred, Message), "a status nobody has defined",
            "RFC 9110 15: neither a yes nor a refusal"),
    ]
};

const fn row(
    (from, to): (u16, u16),
    (class, scope): (Class, Scope),
    meaning: &'static str,
    source: &'static str,
) -> Row {
    Row {
        from,
        to,
        class,
        scope,
        meaning,
        source,
    }
}

/// An answer, as far as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its status code.
    pub status: u16,
    /// Its `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// Its body.
    pub body: Body<'a>,
}

/// The body of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// There was more than is read.
    TooLong,
    /// It broke off, or had not ended at the deadline.
    Lost,
}

/// How a receiver says that it took the message. Receivers that speak a protocol of their
/// own get a variant each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yes {
    /// By its status alone (Standard Webhooks), unless the body names an error.
    Status,
    /// By its status and a field of its JSON.
    Field(Field),
}

/// The field in which a receiver's JSON says yes: many systems answer 200 to everything,
/// and `{"code":500}` to what they refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name; one inside of another is written `head.code`.
    pub field: String,
    /// The values that mean yes: numbers, texts or truth values. The text `"0"` and the
    /// number 0 are the same, for the same system is known to write both.
    pub ok: Vec<Value>,
}

/// A receiver that asks for more is asked again after this long: a wrong clock there
/// must not silence a statutory date here.
const LONGEST_WAIT: Duration = Duration::hours(24);

/// Where systems put their reason in words.
const REASONS: [&str; 3] = ["errmsg", "msg", "message"];

/// What `answer` means at `now` for a message to a receiver that says `yes` so.
#[must_use]
pub fn outcome(answer: &Answer<'_>, yes: &Yes, now: DateTime<Utc>) -> Outcome {
    let row = row_of(answer.status);
    let (class, detail) = match row.class {
        Class::Accepted => of_body(&answer.body, yes, row.meaning),
        class => (class, row.meaning.to_owned()),
    };
    let mut outcome = Outcome::new(class, "http", detail).with_code(Some(answer.status));
    outcome.scope = row.scope;
    if class == Class::Deferred {
        outcome.retry_after = answer.retry_after.and_then(|text| retry_after(text, now));
    }
    outcome
}

/// The row that holds `status`; the last one holds every code.
#[must_use]
pub fn row_of(status: u16) -> Row {
    let holds = |row: &&Row| (row.from..=row.to).contains(&status);
    let last = ROWS[ROWS.len() - 1];
    ROWS.iter().find(holds).copied().unwrap_or(last)
}

/// What a 2xx comes to once its body is looked at.
///
/// A receiver that names an error has not taken the message, and a repeat harms nobody:
/// deferred. One that should have said yes in a field and said nothing may have taken it:
/// unknown, so that a repeat is marked as one.
fn of_body(body: &Body<'_>, yes: &Yes, meaning: &str) -> (Class, String) {
    let json = match body {
        Body::Whole(bytes) => json(bytes),
        Body::TooLong | Body::Lost => None,
    };
    match (yes, json) {
        (Yes::Status, json) => match json.as_ref().and_then(errcode) {
            Some(refusal) => (Class::Deferred, refusal),
            None => (Class::Accepted, meaning.to_owned()),
        },
        (Yes::Field(field), Some(json)) => field.judge(&json, meaning),
        (Yes::Field(field), None) => {
            let why = match body {
                Body::Whole([]) => "the answer has no body",
                Body::Whole(_) => "the answer is no JSON",
                Body::TooLong => "the answer is too long to be read",
                Body::Lost => "the answer broke off",
            };
            (Class::Unknown, format!("{why}, so no `{}`", field.field))
        }
    }
}

impl Field {
    fn judge(&self, json: &Value, meaning: &str) -> (Class, String) {
        let found = self.field.split('.').try_fold(json, |at, key| at.get(key));
        let Some(found) = found else {
            let why = format!("the answer has no `{}`", self.field);
            return (Class::Unknown, why);
        };
        let said = written(found);
        if self.ok.iter().any(|value| written(value) == said) {
            return (Class::Accepted, meaning.to_owned());
        }
        (Class::Deferred, with_reason(&self.field, &said, json))
    }
}

/// The robots of WeCom and DingTalk, and gateways that speak like them, answer 200 with
/// this number to what they refuse; 0 is their yes (channels of both, "errcode").
fn errcode(json: &Value) -> Option<String> {
    let code = json.get("errcode")?;
    let is_refusal = code.is_number() && code.as_f64() != Some(0.0);
    is_refusal.then(|| with_reason("errcode", &written(code), json))
}

fn with_reason(field: &str, said: &str, json: &Value) -> String {
    let reason = REASONS
        .iter()
        .find_map(|key| json.get(key).and_then(Value::as_str));
    match reason {
        Some(reason) => format!("the answer says {field} {said}: {reason}"),
        None => format!("the answer says {field} {said}"),
    }
}

/// The JSON of a body. Bytes that are no UTF-8 are passed over: systems that answer in
/// GBK have their words spoilt, but not their numbers.
pub(super) fn json(bytes: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(bytes);
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

/// A value as somebody would write it down: a text without its quotes.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// `Retry-After` as seconds or as any of the three dates of RFC 9110 5.6.7; a moment
/// that has passed, or nonsense, is none. Never shortened, except to a day.
pub(super) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = if is_number {
        // Digits beyond an i64 are a wait beyond the longest.
        let seconds = text.parse().unwrap_or(i64::MAX);
        now + Duration::try_seconds(seconds).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
    } else {
        http_date(text)?
    };
    (at > now).then(|| at.min(now + LONGEST_WAIT))
}

/// The day's name is passed over: a server that has it wrong still means the moment.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let (_, moment) = text.split_once(' ')?;
    [
        "%d %b %Y %H:%M:%S GMT",
        "%d-%b-%y %H:%M:%S GMT",
        "%b %e %H:%M:%S %Y",
    ]
    .iter()
    .find_map(|form| NaiveDateTime::parse_from_str(moment.trim(), form).ok())
    .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_row_and_no_row_is_hidden_by_an_earlier_one() {
        for row in ROWS {
            // What is special stands before the range it is taken from.
            assert_eq!(&row_of(row.to), row, "{row:?}");
            assert!(!row.source.is_empty() && !row.meaning.is_empty());
        }
        assert_eq!(row_of(u16::MAX).class, Class::Deferred);
    }
}
