//! Webhooks over real sockets.

mod answers;
mod bodies;
mod kit;
mod peer;
mod scripted;
mod settings;
mod tls;

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use duban::channels::egress::{self, Egress};
use duban::channels::secret::SecretSource;
use duban::channels::webhook::{Endpoint, Settings};
use duban::channels::{Channels, mail};
use duban::domain::delivery::Outcome;
use duban::domain::fault::Fault;
use duban::domain::notice::{Channel, Message};
use tempfile::TempDir;

use crate::support::messages::{self, facts, now};

/// A channel to one endpoint, and what its keys are.
pub(crate) struct Setup {
    pub(crate) folder: TempDir,
    pub(crate) secrets: Vec<String>,
    pub(crate) endpoint: Endpoint,
    pub(crate) settings: Settings,
    pub(crate) egress: egress::Settings,
}

impl Setup {
    pub(crate) fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut setup = Self {
            endpoint: Endpoint {
                unit: "市自然资源局".to_owned(),
                url: url.to_owned(),
                ..Endpoint::default()
            },
            egress: egress::Settings {
                // The receivers of these tests are on this host.
                loopback_ports: port(url).into_iter().collect(),
                ..egress::Settings::default()
            },
            secrets: Vec::new(),
            folder,
            settings: Settings {
                timeout_secs: 1,
                connect_timeout_secs: 1,
                allow_http: false,
                per_minute: 0,
            },
        };
        setup.add_secret(&secret(1));
        setup
    }

    pub(crate) fn add_secret(&mut self, secret: &str) {
        let file: PathBuf = self
            .folder
            .path()
            .join(format!("secret{}", self.secrets.len()));
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        self.secrets.push(secret.to_owned());
        self.endpoint.secrets.push(SecretSource::File(file));
    }

    pub(crate) fn open(&self) -> Result<Channels, Vec<Fault>> {
        self.open_to(&Egress::new(&self.egress))
    }

    /// With rules, and a knowledge of names, of the caller's.
    pub(crate) fn open_to(&self, egress: &Egress) -> Result<Channels, Vec<Fault>> {
        let mail = mail::Settings::File(mail::FileSettings {
            from: "duban@example.gov.cn".to_owned(),
            folder: self.folder.path().join("mail"),
        });
        Channels::new(
            &mail,
            &self.settings,
            std::slice::from_ref(&self.endpoint),
            &[],
            egress,
            None,
        )
    }

    pub(crate) async fn send(&self, message: &Message) -> Outcome {
        let channels = self.open().map_err(|faults| format!("{faults:?}")).unwrap();
        channels.send(message, now()).await
    }

    pub(crate) fn fault(&self) -> String {
        let faults = self.open().expect_err("the settings were accepted");
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The port in a URL, if one is written.
fn port(url: &str) -> Option<u16> {
    reqwest::Url::parse(url).ok()?.port()
}

pub(crate) fn secret(seed: u8) -> String {
    format!("whsec_{}", STANDARD.encode([seed; 32]))
}

pub(crate) fn hook() -> Message {
    messages::message(Channel::Webhook, vec![facts()])
}
