//! A city on the day it is: units that are reached by mail alone or by webhook alone, a
//! relay and a receiver on loopback that outlive the program, and one rule.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta, Timelike as _};
use duban::clock::{Clock, ZONE};
use duban::domain::shipped;
use duban::store::catalog;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::http::Receiver;
use super::smtp::{Relay, Tls};

/// Units of each channel.
pub(crate) const UNITS: usize = 4;

/// The only rule in force: a plan's own day, told on it and five working days after it.
const RULE: &str = "cat-2";

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// How a unit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    Mail,
    Hook,
}

impl Channel {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Hook => "hook",
        }
    }
}

/// Something that somebody has to be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Due {
    pub(crate) decision: String,
    /// A mail address, or a unit with an endpoint.
    pub(crate) to: String,
}

/// The city, and its servers.
pub(crate) struct City {
    pub(crate) relay: Relay,
    pub(crate) receiver: Receiver,
    catalogue: Connection,
    decisions: u32,
    /// Everything that is due so far.
    pub(crate) due: Vec<Due>,
    runtime: Runtime,
    folder: TempDir,
}

impl City {
    pub(crate) fn found() -> Self {
        Self::found_with(false)
    }

    /// The same, or one whose mails are written as files.
    pub(crate) fn found_with(mails_are_files: bool) -> Self {
        wait_for_a_quiet_clock();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let relay = runtime.block_on(async { Relay::start(Tls::None) });
        let receiver = runtime.block_on(Receiver::start());
        let path = folder.path().join("catalog.db");
        catalog::init(&path).unwrap();
        let catalogue = Connection::open(path).unwrap();
        // The city's disk is not what is tested.
        catalogue.pragma_update(None, "synchronous", "off").unwrap();
        let city = Self {
            relay,
            receiver,
            catalogue,
            decisions: 0,
            due: Vec::new(),
            runtime,
            folder,
        };
        city.write_settings(mails_are_files);
        city
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_settings(&self, mails_are_files: bool) {
        let secret = self.at("secret");
        fs::write(&secret, SECRET).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(self.at("rules.toml"), pack()).unwrap();
        fs::write(self.at("units.toml"), self.units()).unwrap();
        let mail = if mails_are_files {
            "transport = \"file\"\nfolder = \"mail\"".to_owned()
        } else {
            format!(
                "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
                 hello = \"duban.dc\"\nper_minute = 0",
                self.relay.port
            )
        };
        let settings = format!(
            "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\ndigest_at = \"23:59\"\n\
             [rules]\nfile = \"rules.toml\"\n\
             [mail]\nfrom = \"duban@dc\"\n{mail}\n\
             [egress]\nloopback_ports = [{}]\n",
            self.receiver.port
        );
        fs::write(self.at("duban.toml"), settings).unwrap();
    }

    fn units(&self) -> String {
        let centre = "[centre]\nname = \"中心\"\n\
                      contact = [{ name = \"值班员\", email = \"centre@dc\" }]\n";
        let mut units = centre.to_owned();
        for n in 0..UNITS {
            let (mail, hook) = (unit(Channel::Mail, n), unit(Channel::Hook, n));
            let _ = write!(
                units,
                "[[unit]]\nname = \"{mail}\"\ncontact = [\n\
                 {{ name = \"联络员\", email = \"contact@{n}\" }},\n\
                 {{ name = \"局长\", email = \"head@{n}\", audience = \"head\" }}]\n\
                 [[unit]]\nname = \"{hook}\"\n\
                 webhook = {{ url = \"http://127.0.0.1:{}/{n}\", secrets = [{{ file = \"secret\" }}] }}\n",
                self.receiver.port
            );
        }
        units
    }

    /// A decision of this unit that is planned for today, or was to be made long ago, which
    /// its head must hear of too. Gives its id.
    pub(crate) fn decide(&mut self, channel: Channel, n: usize, is_overdue: bool) -> String {
        let id = self.next_decision();
        self.decisions += 1;
        let planned = today() - TimeDelta::days(if is_overdue { 40 } else { 0 });
        let insert = "insert into decision (id, organ, year, seq, title, drafting_unit, planned_on)
                      values ($1, '市人民政府', 2026, $2, '停车管理办法', $3, $4)";
        let unit = unit(channel, n);
        self.catalogue
            .execute(insert, (&id, self.decisions, &unit, planned))
            .unwrap();
        let told = match (channel, is_overdue) {
            (Channel::Hook, _) => vec![unit],
            (Channel::Mail, false) => vec![format!("contact@{n}")],
            (Channel::Mail, true) => vec![format!("contact@{n}"), format!("head@{n}")],
        };
        self.due.extend(told.into_iter().map(|to| Due {
            decision: id.clone(),
            to,
        }));
        id
    }

    /// The id of the next decision.
    pub(crate) fn next_decision(&self) -> String {
        format!("2026-{:05}", self.decisions + 1)
    }
}

impl Drop for City {
    fn drop(&mut self) {
        // The servers end with the runtime, and it without waiting for them.
        let idle = Builder::new_current_thread().build().unwrap();
        std::mem::replace(&mut self.runtime, idle).shutdown_background();
    }
}

fn unit(channel: Channel, n: usize) -> String {
    let kind = match channel {
        Channel::Mail => "函",
        Channel::Hook => "网",
    };
    format!("市{kind}{n}局")
}

/// The shipped pack with [`RULE`] only.
fn pack() -> String {
    let id = format!("id = \"{RULE}\"");
    let mut blocks = shipped::PACK.1.split("\n[[rule]]\n");
    let head = blocks.next().unwrap();
    let rule = blocks.find(|block| block.starts_with(&id)).unwrap();
    format!("{head}\n[[rule]]\n{rule}")
}

fn today() -> NaiveDate {
    Clock::System.today()
}

/// What is due today is not due tomorrow, and nothing is sent in a day's last minute: nobody
/// founds a city just before midnight.
fn wait_for_a_quiet_clock() {
    loop {
        let now = Clock::System.now().with_timezone(&ZONE);
        if now.hour() < 23 || now.minute() < 57 {
            return;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}
