//! Webhooks over real sockets.

mod answers;
mod bodies;
mod settings;

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use duban::channels::secret::SecretSource;
use duban::channels::webhook::{Endpoint, Settings};
use duban::channels::{Channels, mail};
use duban::domain::delivery::Outcome;
use duban::domain::fault::Fault;
use duban::domain::notice::{Channel, Message};
use tempfile::TempDir;

use crate::support::messages::{self, facts, now};

/// A channel to one endpoint, and what its keys are.
pub(super) struct Setup {
    pub(super) folder: TempDir,
    pub(super) secrets: Vec<String>,
    pub(super) endpoint: Endpoint,
    pub(super) settings: Settings,
}

impl Setup {
    pub(super) fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut setup = Self {
            endpoint: Endpoint {
                unit: "市自然资源局".to_owned(),
                url: url.to_owned(),
                secrets: Vec::new(),
                ca_file: None,
                per_minute: None,
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

    pub(super) fn add_secret(&mut self, secret: &str) {
        let file: PathBuf = self
            .folder
            .path()
            .join(format!("secret{}", self.secrets.len()));
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        self.secrets.push(secret.to_owned());
        self.endpoint.secrets.push(SecretSource::File(file));
    }

    pub(super) fn open(&self) -> Result<Channels, Vec<Fault>> {
        let mail = mail::Settings::File(mail::FileSettings {
            from: "duban@example.gov.cn".to_owned(),
            folder: self.folder.path().join("mail"),
        });
        Channels::new(
            &mail,
            &self.settings,
            std::slice::from_ref(&self.endpoint),
            None,
        )
    }

    pub(super) async fn send(&self, message: &Message) -> Outcome {
        let channels = self.open().map_err(|faults| format!("{faults:?}")).unwrap();
        channels.send(message, now()).await
    }

    pub(super) fn fault(&self) -> String {
        let faults = self.open().expect_err("the settings were accepted");
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

pub(super) fn secret(seed: u8) -> String {
    format!("whsec_{}", STANDARD.encode([seed; 32]))
}

pub(super) fn hook() -> Message {
    messages::message(Channel::Webhook, vec![facts()])
}
