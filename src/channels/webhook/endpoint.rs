//! What an operator sets for one endpoint, and what can be known wrong in it.
//!
//! Owns an endpoint's part of a unit. Refuses URLs with credentials in them, URLs that lead
//! where egress does not, plain HTTP nobody allowed, and chat robots, which read a body of
//! their own form.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::Settings;
use super::target::Target;
use crate::channels::egress::{Egress, is_this_host};
use crate::channels::secret::SecretSource;
use crate::channels::tls::Identity;
use crate::domain::delivery::http::{Field, Yes};
use crate::domain::fault::Fault;

/// Hosts of chat robots (WeCom, DingTalk, Feishu, Lark), which read a body of their own form.
const ROBOT_HOSTS: &[&str] = &[
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    "open.feishu.cn",
    "open.larksuite.com",
];

/// Standard Webhooks 1.0.0: a signing key has 24 to 64 bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A unit's endpoint.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The unit's full name; filled in by whoever reads the directory.
    #[serde(skip)]
    pub unit: String,
    /// File and line; filled in likewise.
    #[serde(skip)]
    pub written: String,
    /// Where to post. It may hold a token and is never shown.
    pub url: String,
    /// One signing key, or two while one replaces the other: `whsec_` and base64.
    pub secrets: Vec<SecretSource>,
    /// The only authorities to trust, as a PEM file; default the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, as a PEM file, for an endpoint that asks for one.
    #[serde(default)]
    pub client_cert: Option<PathBuf>,
    /// The key of `client_cert`, as a PEM file.
    #[serde(default)]
    pub client_key: Option<PathBuf>,
    /// The field in which its answer says yes; default any 2xx.
    #[serde(default)]
    pub answer: Option<Field>,
    /// Its own rate, instead of the one for every endpoint.
    #[serde(default)]
    pub per_minute: Option<u32>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("unit", &self.unit)
            .field("written", &self.written)
            .field("url", &"..")
            .field("secrets", &self.secrets)
            .field("ca_file", &self.ca_file)
            .field("client_cert", &self.client_cert)
            .field("client_key", &self.client_key)
            .field("answer", &self.answer)
            .field("per_minute", &self.per_minute)
            .finish()
    }
}

impl Endpoint {
    /// The endpoint as it is used, and what is unwise about it.
    pub(super) fn read(
        &self,
        settings: &Settings,
        egress: &Egress,
        credentials: Option<&Path>,
        warnings: &mut Vec<Fault>,
    ) -> Result<Target, Vec<Fault>> {
        let mut faults = Vec::new();
        let url = self.checked_url(settings, egress, warnings);
        let url = url.map_err(|fault| faults.push(fault));
        let yes = self.yes().map_err(|fault| faults.push(fault));
        if !(1..=2).contains(&self.secrets.len()) {
            let found = format!("{} secrets", self.secrets.len());
            faults.push(Fault::new(
                self.place("secrets"),
                found,
                "one, or two while they rotate",
            ));
        }
        if let Ok(Some(identity)) = self.identity() {
            warnings.extend(identity.doubt());
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
        match (url, yes, faults.is_empty()) {
            (Ok(url), Ok(yes), true) => Ok(Target { url, keys, yes }),
            _ => Err(faults),
        }
    }

    fn yes(&self) -> Result<Yes, Fault> {
        let Some(answer) = &self.answer else {
            return Ok(Yes::Status);
        };
        let is_plain = |value: &Value| value.is_number() || value.is_string() || value.is_boolean();
        let is_named = answer.field.split('.').all(|step| !step.trim().is_empty());
        if is_named && !answer.ok.is_empty() && answer.ok.iter().all(is_plain) {
            return Ok(Yes::Field(answer.clone()));
        }
        let found = "no field, or no value that means yes";
        let expected =
            "such as `{ field = \"code\", ok = [0, 200] }`: numbers, texts, true or false";
        Err(Fault::new(self.place("answer"), found, expected))
    }

    /// Who we are to this endpoint, where it asks.
    pub(super) fn identity(&self) -> Result<Option<Identity>, Fault> {
        match (&self.client_cert, &self.client_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Identity {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (Some(_), None) => Err(self.half("client_cert", "client_key")),
            (None, Some(_)) => Err(self.half("client_key", "client_cert")),
        }
    }

    /// A fault of the HTTP client, which nothing here should make.
    pub(super) fn unfit(&self, error: reqwest::Error) -> Fault {
        let found = error.without_url().to_string();
        Fault::new(self.place("url"), found, "a working HTTP client")
    }

    fn half(&self, key: &str, other: &str) -> Fault {
        let found = format!("no `{other}`");
        Fault::new(self.place(key), found, "both, or neither")
    }

    fn checked_url(
        &self,
        settings: &Settings,
        egress: &Egress,
        warnings: &mut Vec<Fault>,
    ) -> Result<Url, Fault> {
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
        if let Err(rule) = egress.foresee(&url) {
            let expected = format!("a host that [egress] lets through: {rule}");
            return Err(fault("a host or an address it does not", &expected));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_host(&url) => {}
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

    fn place(&self, key: &str) -> String {
        let key = format!("unit {}, webhook.{key}", self.unit);
        match self.written.as_str() {
            "" => key,
            written => format!("{written}, {key}"),
        }
    }
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}
