//! The robots of chat groups over real sockets, held to what each vendor accepts.

mod answers;
mod daily;
mod hidden;
mod people;
mod posts;
pub(crate) mod vendor;

use duban::channels::egress::{self, Egress};
use duban::channels::robot::{Handle, Person, Robot};
use duban::channels::secret::{Secret, SecretSource};
use duban::channels::webhook::Settings;
use duban::channels::{Channels, mail};
use duban::domain::delivery::Outcome;
use duban::domain::delivery::robot::Vendor;
use duban::domain::fault::Fault;
use duban::domain::notice::{Facts, Message};
use duban::domain::pack::Audience;
use tempfile::TempDir;

use crate::support::messages::{self, facts, now};
use vendor::Guards;

/// A robot's signing secret, in DingTalk's form.
pub(crate) const SECRET: &str = "SEC0123456789abcdef";

/// A channel to one robot.
pub(crate) struct Setup {
    folder: TempDir,
    pub(crate) robot: Robot,
    pub(crate) settings: Settings,
    pub(crate) egress: egress::Settings,
}

impl Setup {
    pub(crate) fn new(vendor: Vendor, url: &str) -> Self {
        let port = reqwest::Url::parse(url).ok().and_then(|url| url.port());
        Self {
            folder: tempfile::tempdir().unwrap(),
            robot: Robot {
                unit: messages::recipient(vendor.channel()).unit,
                written: "units.toml:7".to_owned(),
                vendor,
                url: Secret::new(url),
                secret: None,
                keyword: None,
                ca_file: None,
                client_cert: None,
                client_key: None,
                per_minute: None,
                people: Vec::new(),
            },
            settings: Settings {
                timeout_secs: 5,
                connect_timeout_secs: 1,
                ..Settings::default()
            },
            egress: egress::Settings {
                loopback_ports: port.into_iter().collect(),
                ..egress::Settings::default()
            },
        }
    }

    /// With a robot that answers as its vendor does, and a channel to it.
    pub(crate) async fn with(vendor: Vendor, guards: Guards) -> (vendor::Robot, Self) {
        let secret = guards.secret;
        let robot = vendor::Robot::start(vendor, guards).await;
        let mut setup = Self::new(vendor, &robot.url());
        if let Some(secret) = secret {
            setup.sign_with(secret);
        }
        (robot, setup)
    }

    pub(crate) fn sign_with(&mut self, secret: &str) {
        let file = self.folder.path().join("secret");
        std::fs::write(&file, secret).unwrap();
        self.robot.secret = Some(SecretSource::File(file));
    }

    pub(crate) fn person(mut self, audience: Audience, handle: Option<Handle>) -> Self {
        self.robot.people.push(Person { audience, handle });
        self
    }

    pub(crate) fn open(&self) -> Result<Channels, Vec<Fault>> {
        let mail = mail::Settings::File(mail::FileSettings {
            from: "duban@example.gov.cn".to_owned(),
            folder: self.folder.path().join("mail"),
        });
        let egress = Egress::new(&self.egress);
        let robots = std::slice::from_ref(&self.robot);
        Channels::new(&mail, &self.settings, &[], robots, &egress, None)
    }

    pub(crate) async fn send(&self, message: &Message) -> Outcome {
        let channels = self.open().map_err(|faults| format!("{faults:?}")).unwrap();
        channels.send(message, now()).await
    }

    /// Sends one notice.
    pub(crate) async fn tell(&self) -> Outcome {
        self.send(&self.message(vec![facts()])).await
    }

    pub(crate) fn message(&self, notices: Vec<Facts>) -> Message {
        messages::message(self.robot.vendor.channel(), notices)
    }
}

pub(crate) fn user(id: &str) -> Option<Handle> {
    Some(Handle::User(Secret::new(id)))
}

pub(crate) fn mobile(number: &str) -> Option<Handle> {
    Some(Handle::Mobile(Secret::new(number)))
}
