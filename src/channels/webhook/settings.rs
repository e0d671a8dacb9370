//! What an operator sets for webhooks, and what can be known wrong in it.
//!
//! Owns the `[webhook]` table and an endpoint's part of a unit. Refuses URLs with
//! credentials in them, plain HTTP nobody allowed, and chat robots, whose answer
//! 200 does not mean success.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::channels::secret::SecretSource;
use crate::domain::fault::Fault;

/// Hosts of chat robots (WeCom, DingTalk, Feishu, Lark answer 200 to what they
/// refuse, and read a body of their own form).
const ROBOT_HOSTS: &[&str] = &[
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    "open.feishu.cn",
    "open.larksuite.com",
];

/// Standard Webhooks 1.0.0: a signing key has 24 to 64 bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What holds for every endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// From connecting to the end of the answer, in seconds; Standard Webhooks
    /// recommends 15 to 30.
    pub timeout_secs: u64,
    /// For the connection alone, in seconds; less than the whole.
    pub connect_timeout_secs: u64,
    /// Whether an endpoint may be reached without TLS; loopback always may.
    pub allow_http: bool,
    /// Posts a minute to one endpoint, after the first ten; 0 where there is no limit.
    /// An endpoint that is asked too much answers 429 and says when to come again.
    pub per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout_secs: 30,
            connect_timeout_secs: 10,
            allow_http: false,
            per_minute: 0,
        }
    }
}

impl Settings {
    /// The deadline for one delivery, the answer's body included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(1..=300).contains(&self.timeout_secs) {
            let found = self.timeout_secs.to_string();
            faults.push(Fault::new("webhook.timeout_secs", found, "1 to 300"));
        }
        if !(1..=self.timeout_secs).contains(&self.connect_timeout_secs) {
            let found = self.connect_timeout_secs.to_string();
            let expected = "at least 1, at most `timeout_secs`";
            faults.push(Fault::new("webhook.connect_timeout_secs", found, expected));
        }
        faults
    }
}

/// A unit's endpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The unit's full name; filled in by whoever reads the directory.
    #[serde(skip)]
    pub unit: String,
    /// Where to post. It may hold a token and is never shown.
    pub url: String,
    /// One signing key, or two while one replaces the other: `whsec_` and base64.
    pub secrets: Vec<SecretSource>,
    /// The only authorities to trust, as a PEM file; default the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Its own rate, instead of the one for every endpoint.
    #[serde(default)]
    pub per_minute: Option<u32>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("unit", &self.unit)
            .field("url", &"..")
            .field("secrets", &self.secrets)
            .field("ca_file", &self.ca_file)
            .field("per_minute", &self.per_minute)
            .finish()
    }
}

/// An endpoint that can be posted to.
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) keys: Vec<Vec<u8>>,
}

impl Endpoint {
    /// The endpoint as it is used, and what is unwise about it.
    pub(super) fn read(
        &self,
        settings: &Settings,
        credentials: Option<&Path>,
        warnings: &mut Vec<Fault>,
    ) -> Result<Target, Vec<Fault>> {
        let mut faults = Vec::new();
        let url = self.checked_url(settings, warnings);
        let url = url.map_err(|fault| faults.push(fault));
        if !(1..=2).contains(&self.secrets.len()) {
            let found = format!("{} secrets", self.secrets.len());
            faults.push(Fault::new(
                self.place("secrets"),
                found,
                "one, or two while they rotate",
            ));
        }
        let mut keys = Vec::new();
        for source in &self.secrets {
            match source.read(credentials) {
                Ok(opened) => {
                    warnings.extend(opened.warning);
                    match key(opened.secret.expose()) {
                        Some(key) => keys.push(key),
                        None => faults.push(self.weak_key()),
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        match (url, faults.is_empty()) {
            (Ok(url), true) => Ok(Target { url, keys }),
            _ => Err(faults),
        }
    }

    fn checked_url(&self, settings: &Settings, warnings: &mut Vec<Fault>) -> Result<Url, Fault> {
        let fault = |found: &str, expected: &str| Fault::new(self.place("url"), found, expected);
        let url: Url = self
            .url
            .parse()
            .map_err(|_| fault("no URL", "https:// and a host"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fault(
                "credentials in the URL",
                "a signing key in `secrets`",
            ));
        }
        let Some(host) = url.host_str() else {
            return Err(fault("no host", "https:// and a host"));
        };
        if ROBOT_HOSTS.contains(&host.trim_end_matches('.')) {
            let found = format!("a chat robot at {host}");
            let expected =
                "an endpoint that reads signed JSON; a robot answers 200 to what it refuses";
            return Err(fault(&found, expected));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" if settings.allow_http => {
                warnings.push(fault(
                    "a connection that anybody on its way can read",
                    "https",
                ));
            }
            "http" => return Err(fault("plain HTTP", "https, or `webhook.allow_http = true`")),
            _ => return Err(fault("another scheme", "https")),
        }
        Ok(url)
    }

    fn weak_key(&self) -> Fault {
        let found = "no key of 24 to 64 bytes";
        Fault::new(self.place("secrets"), found, "`whsec_` and padded base64")
    }

    pub(super) fn place(&self, key: &str) -> String {
        format!("unit {}, webhook.{key}", self.unit)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}
