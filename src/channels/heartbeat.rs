//! The outside heartbeat: one request to a watchman elsewhere, who alarms when none comes.
//!
//! Owns the request, its deadline and what can be known wrong in its settings. Refuses to
//! decide when it is sent, to show its URL, which is a secret, and to matter: whatever comes
//! of it, deliveries go on.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::USER_AGENT;
use reqwest::{Client, Url, redirect};
use serde::{Deserialize, Serialize};

use super::plain;
use super::tls::{self, Trust};
use crate::domain::fault::Fault;

/// From connecting to the end of the answer's head. Whoever watches answers at once; ten
/// seconds are what clients of such services are told to wait (healthchecks.io, "Signaling").
const DEADLINE: Duration = Duration::from_secs(10);

/// Beats may come so far apart, in seconds; watchmen are set to hours at most.
const EVERY_SECS: std::ops::RangeInclusive<u64> = 1..=3600;

/// `[heartbeat]`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to; it holds a token and is never shown.
    pub url: String,
    /// No more often than this, in seconds.
    #[serde(default = "every_minute")]
    pub every_secs: u64,
    /// The only authorities to trust, as a PEM file; default the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

const fn every_minute() -> u64 {
    60
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("url", &"..")
            .field("every_secs", &self.every_secs)
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

impl Settings {
    /// Everything that can be known wrong without a file; `allow_http` is the webhooks' own:
    /// whether others than loopback may be reached without TLS.
    #[must_use]
    pub fn faults(&self, allow_http: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend(checked(&self.url, allow_http).err());
        if !EVERY_SECS.contains(&self.every_secs) {
            let expected = format!(
                "a number from {} to {}",
                EVERY_SECS.start(),
                EVERY_SECS.end()
            );
            let found = self.every_secs.to_string();
            faults.push(Fault::new("heartbeat.every_secs", found, expected));
        }
        faults
    }
}

/// A heartbeat that can be sent.
pub struct Heartbeat {
    client: Client,
    url: Url,
    every: Duration,
    /// What is allowed but unwise.
    pub warning: Option<Fault>,
}

impl fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heartbeat")
            .field("url", &"..")
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

impl Heartbeat {
    /// Builds it, from settings that have no fault in themselves.
    ///
    /// # Errors
    /// What is wrong with the URL or the authorities.
    pub fn new(settings: &Settings, allow_http: bool) -> Result<Self, Fault> {
        let (url, warning) = checked(&settings.url, allow_http)?;
        Ok(Self {
            client: client(settings)?,
            url,
            every: Duration::from_secs(settings.every_secs),
            warning,
        })
    }

    /// How far apart beats are at least.
    #[must_use]
    pub const fn every(&self) -> Duration {
        self.every
    }

    /// Sends one beat; what came of it in words, without the URL, where it did not arrive.
    ///
    /// # Errors
    /// Why nobody may have heard it.
    pub async fn beat(&self) -> Result<(), String> {
        let request = self.client.get(self.url.clone());
        let request = request.header(USER_AGENT, concat!("duban/", env!("CARGO_PKG_VERSION")));
        match tokio::time::timeout(DEADLINE, request.send()).await {
            // The body, if there is one, is of no interest, and the connection is not kept.
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(format!("answered {}", answer.status().as_u16())),
            Ok(Err(error)) => Err(innermost(error)),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }
}

/// As webhooks are sent: no redirects, no proxy, no kept connections.
fn client(settings: &Settings) -> Result<Client, Fault> {
    let trust = match &settings.ca_file {
        None if settings.url.starts_with("http://") => Trust::Nobody,
        ca_file => Trust::in_file_or_system(ca_file.as_deref()),
    };
    Client::builder()
        .tls_backend_preconfigured(tls::client(&trust)?)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|error| Fault::new("heartbeat", error.to_string(), "a working HTTP client"))
}

fn checked(url: &str, allow_http: bool) -> Result<(Url, Option<Fault>), Fault> {
    let fault = |found: &str, expected: &str| Fault::new("heartbeat.url", found, expected);
    let url: Url = url
        .parse()
        .map_err(|_| fault("no URL", "https:// and a host"))?;
    if !url.username().is_empty() || url.password().is_some() {
        let expected = "a URL whose path is the secret";
        return Err(fault("credentials in the URL", expected));
    }
    let Some(host) = url.host_str() else {
        return Err(fault("no host", "https:// and a host"));
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let open = fault("a connection that anybody on its way can read", "https");
    match url.scheme() {
        "https" => Ok((url, None)),
        "http" if is_loopback => Ok((url, None)),
        "http" if allow_http => Ok((url, Some(open))),
        "http" => Err(fault("plain HTTP", "https, or `webhook.allow_http = true`")),
        _ => Err(fault("another scheme", "https")),
    }
}

fn innermost(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    plain::peer_words(&words)
}
