//! Webhooks: one signed notice to one unit's system, by Standard Webhooks 1.0.0.
//!
//! Owns the request and its signature. Refuses to send more than one notice at once: machines
//! read them one by one.

mod body;
mod endpoint;
mod sign;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, RequestBuilder};
use tokio::time::Instant;

pub use super::http::Settings;
use super::http::{Clients, OURSELVES, Target, exchange};
use super::plain;
use super::wording::Wording;
use crate::domain::delivery::http::{self, Yes};
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::Message;
pub use endpoint::Endpoint;

/// An endpoint that can be posted to, with which keys, and how it says yes.
struct Receiver {
    target: Target,
    keys: Vec<Vec<u8>>,
    yes: Yes,
}

/// Posts to every endpoint the directory has.
pub(super) struct Poster {
    endpoints: BTreeMap<String, (Client, Receiver)>,
    timeout: Duration,
    /// What is allowed but unwise.
    pub(super) warnings: Vec<Fault>,
}

impl Poster {
    /// Builds everything once: keys read, one client for each way.
    pub(super) fn new(
        endpoints: &[Endpoint],
        clients: &mut Clients<'_>,
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let (settings, egress) = (clients.settings, clients.egress);
        let mut faults = settings.faults();
        let mut warnings = Vec::new();
        let mut receivers = BTreeMap::new();
        for endpoint in endpoints {
            let receiver = endpoint.read(settings, egress, credentials, &mut warnings);
            match clients.leading_to(&endpoint.site(), receiver, |one| &one.target.url) {
                Ok(led) => {
                    receivers.insert(endpoint.unit.clone(), led);
                }
                Err(more) => faults.extend(more),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            endpoints: receivers,
            timeout: settings.timeout(),
            warnings,
        })
    }

    /// Sends `message` as of `now`, which is its `webhook-timestamp`.
    pub(super) async fn send(
        &self,
        message: &Message,
        wording: &Wording,
        now: DateTime<Utc>,
    ) -> Outcome {
        let Some((client, receiver)) = self.endpoints.get(&message.recipient.unit) else {
            return Outcome::new(
                Class::Rejected,
                "address",
                "the unit has no endpoint any more",
            );
        };
        let body = match body(message, wording) {
            Ok(body) => body,
            Err(outcome) => return outcome,
        };
        let request = request(client, receiver, message, body, now);
        let deadline = Instant::now() + self.timeout;
        let judge = |answer: &http::Answer<'_>| (http::outcome(answer, &receiver.yes, now), ());
        exchange(request, &receiver.target, deadline, judge).await.0
    }
}

/// The body of `message`, as it is posted.
///
/// # Errors
/// The outcome of a message that cannot become one.
pub(super) fn body(message: &Message, wording: &Wording) -> Result<Vec<u8>, Outcome> {
    let unfit = |error: body::BodyError| match error {
        error @ body::BodyError::NotOne(_) => {
            Outcome::new(Class::Rejected, "compose", error.to_string())
        }
        error => {
            let words = plain::peer_words(&error.to_string());
            Outcome::new(Class::Deferred, "compose", words)
        }
    };
    body::body(message, wording).map_err(unfit)
}

/// The attempt's number and doubt travel in headers, so that the body stays the same.
fn request(
    client: &Client,
    receiver: &Receiver,
    message: &Message,
    body: Vec<u8>,
    now: DateTime<Utc>,
) -> RequestBuilder {
    let id = plain::stem(&message.key);
    let timestamp = now.timestamp();
    let signatures = sign::signatures(&receiver.keys, &id, timestamp, &body);
    let request = client
        .post(receiver.target.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, OURSELVES)
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures)
        .header("duban-attempt", message.attempt);
    let request = if message.maybe_repeat {
        request.header("duban-maybe-repeat", "true")
    } else {
        request
    };
    let request = if message.is_late() {
        request.header("duban-late", "true")
    } else {
        request
    };
    request.body(body)
}
