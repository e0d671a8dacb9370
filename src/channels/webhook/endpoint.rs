//! What an operator sets for one endpoint, and what can be known wrong in it.
//!
//! Owns an endpoint's part of a unit. Refuses weak keys, and answers that could never mean
//! yes.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Receiver;
use crate::channels::egress::Egress;
use crate::channels::http::{Settings, Site, Target};
use crate::channels::secret::SecretSource;
use crate::domain::delivery::http::{Field, Yes};
use crate::domain::fault::Fault;

/// Standard Webhooks 1.0.0: a signing key has 24 to 64 bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A unit's endpoint.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Endpoint {
    /// The unit's full name; as whoever reads the directory says.
    pub unit: String,
    /// File and line.
    pub written: String,
    /// Where to post. It may hold a token and is never shown.
    pub url: String,
    /// One signing key, or two while one replaces the other: `whsec_` and base64.
    pub secrets: Vec<SecretSource>,
    /// The only authorities to trust, as a PEM file; default the system's.
    pub ca_file: Option<PathBuf>,
    /// Our own certificate, as a PEM file, for an endpoint that asks for one.
    pub client_cert: Option<PathBuf>,
    /// The key of `client_cert`, as a PEM file.
    pub client_key: Option<PathBuf>,
    /// The field in which its answer says yes; default any 2xx.
    pub answer: Option<Field>,
    /// Its own rate, instead of the one for every endpoint.
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
    ) -> Result<Receiver, Vec<Fault>> {
        let mut faults = Vec::new();
        let secret = "a signing key in `secrets`";
        let url = self.site().checked_url(settings, egress, secret, warnings);
        let url = url.map_err(|fault| faults.push(fault));
        let yes = self.yes().map_err(|fault| faults.push(fault));
        if !(1..=2).contains(&self.secrets.len()) {
            let found = format!("{} secrets", self.secrets.len());
            let expected = "one, or two while they rotate";
            faults.push(self.site().fault("secrets", found, expected));
        }
        if let Ok(Some(identity)) = self.site().identity() {
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
            (Ok(url), Ok(yes), true) => Ok(Receiver {
                target: Target {
                    url,
                    unsaid: Vec::new(),
                },
                keys,
                yes,
            }),
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
        Err(self.site().fault("answer", found, expected))
    }

    /// What it has in common with whatever else is posted to.
    pub(super) fn site(&self) -> Site<'_> {
        Site {
            vendor: None,
            unit: &self.unit,
            written: &self.written,
            url: &self.url,
            ca_file: self.ca_file.as_deref(),
            client_cert: self.client_cert.as_deref(),
            client_key: self.client_key.as_deref(),
        }
    }

    fn weak_key(&self) -> Fault {
        let found = "no key of 24 to 64 bytes";
        let expected = "`whsec_` and padded base64";
        self.site().fault("secrets", found, expected)
    }
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}
