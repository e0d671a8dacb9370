//! Webhooks: one signed notice to one unit's system, by Standard Webhooks 1.0.0.
//!
//! Owns the request, its one deadline and its verdict. Refuses to follow redirects,
//! to use a proxy, to read more than a bound of the answer, and to show a URL.

mod body;
mod classify;
mod settings;
mod sign;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, RequestBuilder, Response, redirect};
use tokio::time::{Instant, timeout_at};

use super::plain;
use super::tls::{self, Trust};
use super::wording::Wording;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::Message;
use settings::Target;
pub use settings::{Endpoint, Settings};

/// More of an answer than this is not read (64 KiB); no receiver needs it to say yes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Posts to every endpoint the directory has.
pub(super) struct Poster {
    endpoints: BTreeMap<String, (Client, Target)>,
    timeout: Duration,
    /// What is allowed but unwise.
    pub(super) warnings: Vec<Fault>,
}

impl Poster {
    /// Builds everything once: keys read, one client per set of authorities.
    pub(super) fn new(
        settings: &Settings,
        endpoints: &[Endpoint],
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = settings.faults();
        let mut warnings = Vec::new();
        let mut clients: BTreeMap<Trust, Client> = BTreeMap::new();
        let mut targets = BTreeMap::new();
        for endpoint in endpoints {
            let client = shared_client(&mut clients, settings, endpoint);
            let target = endpoint.read(settings, credentials, &mut warnings);
            match (client, target) {
                (Ok(client), Ok(target)) => {
                    targets.insert(endpoint.unit.clone(), (client, target));
                }
                (client, target) => {
                    faults.extend(client.err());
                    faults.extend(target.err().unwrap_or_default());
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
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
        let body = match body::body(message, wording) {
            Ok(body) => body,
            Err(error @ body::BodyError::NotOne(_)) => {
                return Outcome::new(Class::Rejected, "compose", error.to_string());
            }
            Err(error) => {
                return Outcome::new(
                    Class::Deferred,
                    "compose",
                    plain::peer_words(&error.to_string()),
                );
            }
        };
        post(
            request(client, target, message, body, now),
            Instant::now() + self.timeout,
            now,
        )
        .await
    }
}

fn shared_client(
    clients: &mut BTreeMap<Trust, Client>,
    settings: &Settings,
    endpoint: &Endpoint,
) -> Result<Client, Fault> {
    let trust = match &endpoint.ca_file {
        None if endpoint.url.starts_with("http://") => Trust::Nobody,
        ca_file => Trust::in_file_or_system(ca_file.as_deref()),
    };
    if let Some(client) = clients.get(&trust) {
        return Ok(client.clone());
    }
    let client = Client::builder()
        .tls_backend_preconfigured(tls::client(&trust)?)
        .redirect(redirect::Policy::none())
        .no_proxy()
        // A kept connection that the receiver has just closed makes an Unknown of a message
        // nobody read; notices are few enough for a connection each.
        .pool_max_idle_per_host(0)
        .connect_timeout(Duration::from_secs(settings.connect_timeout_secs))
        .build()
        .map_err(|error| {
            Fault::new(
                endpoint.place("ca_file"),
                error.to_string(),
                "a working HTTP client",
            )
        })?;
    clients.insert(trust, client.clone());
    Ok(client)
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

async fn post(request: RequestBuilder, deadline: Instant, now: DateTime<Utc>) -> Outcome {
    match timeout_at(deadline, request.send()).await {
        Ok(Ok(mut answer)) => {
            let outcome = classify::outcome(answer.status(), answer.headers(), now);
            // The status has been given; reading on only lets the receiver finish in peace.
            let _ = timeout_at(deadline, drain(&mut answer)).await;
            outcome
        }
        Ok(Err(error)) => broken(error),
        Err(_) => Outcome::new(Class::Unknown, "http", "no answer in time"),
    }
}

/// Before there is a connection nothing was sent; afterwards nobody knows.
fn broken(error: reqwest::Error) -> Outcome {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    if error.is_connect() || error.is_builder() {
        Outcome::new(Class::Deferred, "connect", plain::peer_words(&words))
    } else {
        Outcome::new(Class::Unknown, "http", plain::peer_words(&words))
    }
}

/// Reads the answer to its end, or to the bound.
async fn drain(answer: &mut Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = answer.chunk().await {
        read += chunk.len();
        if read >= MAX_ANSWER_BYTES {
            return;
        }
    }
}
