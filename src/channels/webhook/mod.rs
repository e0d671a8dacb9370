//! Webhooks: one signed notice to one unit's system, by Standard Webhooks 1.0.0.
//!
//! Owns the request and its signature. Refuses to follow redirects, to go where egress
//! does not let it, to read more than a bound of the answer, and to show a URL.

mod body;
mod client;
mod endpoint;
mod exchange;
mod settings;
mod sign;
mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, RequestBuilder};
use tokio::time::Instant;

use super::egress::Egress;
use super::plain;
use super::wording::Wording;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::Message;
use client::Clients;
pub use endpoint::Endpoint;
pub use settings::Settings;
use target::Target;

/// Posts to every endpoint the directory has.
pub(super) struct Poster {
    endpoints: BTreeMap<String, (Client, Target)>,
    timeout: Duration,
    /// What is allowed but unwise.
    pub(super) warnings: Vec<Fault>,
}

impl Poster {
    /// Builds everything once: keys read, one client for each way.
    pub(super) fn new(
        settings: &Settings,
        endpoints: &[Endpoint],
        egress: &Egress,
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = settings.faults();
        let mut warnings = Vec::new();
        let mut clients = Clients::new(settings, egress);
        let mut targets = BTreeMap::new();
        for endpoint in endpoints {
            let papers = clients.papers(endpoint);
            let target = endpoint.read(settings, egress, credentials, &mut warnings);
            let (papers, target) = match (papers, target) {
                (Ok(papers), Ok(target)) => (papers, target),
                (papers, target) => {
                    faults.extend(papers.err());
                    faults.extend(target.err().unwrap_or_default());
                    continue;
                }
            };
            match clients.client(papers, &target) {
                Ok(client) => {
                    targets.insert(endpoint.unit.clone(), (client, target));
                }
                Err(error) => faults.push(endpoint.unfit(error)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        warnings.extend(endpoints.first().and_then(|_| unlisted(egress)));
        Ok(Self {
            endpoints: targets,
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
        let Some((client, target)) = self.endpoints.get(&message.recipient.unit) else {
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
        let request = request(client, target, message, body, now);
        exchange::exchange(request, target, Instant::now() + self.timeout, now).await
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

/// Without a list webhooks may go anywhere, which is allowed and unwise.
fn unlisted(egress: &Egress) -> Option<Fault> {
    let found = "no list of what webhooks may reach";
    let expected = "`allow_cidr` or `allow_host`: until then any address may be reached, except \
                    loopback, link-local, multicast and metadata";
    (!egress.has_list()).then(|| Fault::new("egress", found, expected))
}

/// The attempt's number and doubt travel in headers, so that the body stays the same.
fn request(
    client: &Client,
    target: &Target,
    message: &Message,
    body: Vec<u8>,
    now: DateTime<Utc>,
) -> RequestBuilder {
    let id = plain::stem(&message.key);
    let timestamp = now.timestamp();
    let signatures = sign::signatures(&target.keys, &id, timestamp, &body);
    let request = client
        .post(target.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("duban/", env!("CARGO_PKG_VERSION")))
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
