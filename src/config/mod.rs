//! What the administrator decides: `duban.toml`, and `units.toml` beside it.
//!
//! Owns composing the rooms' settings, and telling every fault of both files at once.
//! Refuses unknown keys, secrets written out, and silent defaults for what may be
//! wrong: each default is shown in `config/duban.toml`.

mod auditor;
pub mod check;
mod delivery;
mod document;
mod heartbeat;
mod log;
mod mail;
mod schedule;
pub mod units;
mod web;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::channels::{
    egress, heartbeat as heartbeat_channel, mail as mail_channel, robot, webhook,
};
use crate::domain::fault::Fault;

pub use auditor::Auditor;
pub use delivery::Delivery;
pub use log::{Format, Level, Log};
pub use schedule::{Bell, BellError, Schedule};
pub use units::Units;
pub use web::Web;

use document::Document;

/// Everything the two files say. Paths are absolute, or relative to where duban was
/// started if the path of `duban.toml` was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// The city's catalogue; opened read-only.
    pub catalog: PathBuf,
    /// Our ledger.
    pub ledger: PathBuf,
    /// The rule pack; the built-in one where there is none.
    pub rules: Option<PathBuf>,
    /// A folder of yearly notices (`*.json` in the `holiday-cn` form) that replace or add
    /// to the built-in years.
    pub calendar: Option<PathBuf>,
    /// When to wake and when to speak.
    pub schedule: Schedule,
    /// How much at once and how long.
    pub delivery: Delivery,
    /// From when on something that waits is an alarm.
    pub auditor: Auditor,
    /// The watchman outside, where there is one.
    pub heartbeat: Option<heartbeat_channel::Settings>,
    /// The pages by which notices are acknowledged, where there are any.
    pub web: Option<Web>,
    /// What is logged, and in which form.
    pub log: Log,
    /// A folder of the city's own templates, in place of built-in ones of the same name.
    pub wording: Option<PathBuf>,
    /// How mail leaves.
    pub mail: mail_channel::Settings,
    /// What holds for every endpoint.
    pub webhook: webhook::Settings,
    /// Where webhooks may go.
    pub egress: egress::Settings,
    /// Units, people and endpoints, from `units.toml`.
    pub units: Units,
    /// The file the units come from.
    pub directory: PathBuf,
}

/// A message that is claimed may wait so long for a connection at least; where it could wait
/// for seconds only, most of what is claimed would go back unsent.
const LEAST_WAIT_SECS: u64 = 60;

impl Config {
    /// Reads `duban.toml` at `path`, and the units file it names.
    ///
    /// # Errors
    /// Every fault of both files, in the order of the files.
    pub fn load(path: &Path) -> Result<Self, Vec<Fault>> {
        let text = text_of(path).map_err(|fault| vec![fault])?;
        let (config, mut faults) = Self::read(path, &text);
        // The units are read even if the settings have faults, so that both are told.
        let units = match text_of(&config.directory) {
            Ok(text) => Units::read(&config.directory, &text),
            Err(fault) => Err(vec![fault]),
        };
        let units = units.unwrap_or_else(|more| {
            faults.extend(more);
            Units::default()
        });
        if faults.is_empty() {
            Ok(Self { units, ..config })
        } else {
            Err(faults)
        }
    }

    /// Where the units of the `duban.toml` at `path` are, as far as it can be read.
    #[must_use]
    pub fn units_file(path: &Path) -> PathBuf {
        let text = text_of(path).unwrap_or_default();
        Self::read(path, &text).0.directory
    }

    /// The settings of commands that only read and were given a catalogue but no
    /// `duban.toml`: everything else built in, and no units.
    #[must_use]
    pub fn built_in(catalog: PathBuf) -> Self {
        Self {
            catalog,
            ..Self::default()
        }
    }

    /// What can be read of `duban.toml`, with all its faults; the units stay empty.
    fn read(path: &Path, text: &str) -> (Self, Vec<Fault>) {
        let mut document = Document::read(path, text);
        let beside = |name: &str| path.with_file_name(name);
        let mut config = Self {
            catalog: required(&mut document, "catalog", beside("catalog.db")),
            ledger: required(&mut document, "ledger", beside("ledger.db")),
            directory: required(&mut document, "directory", beside("units.toml")),
            rules: optional(document.section::<OptionalFile>("rules")),
            calendar: document
                .section::<OptionalFolder>("calendar")
                .and_then(|calendar| calendar.folder),
            schedule: document.section("schedule").unwrap_or_default(),
            delivery: document.section("delivery").unwrap_or_default(),
            log: document.section("log").unwrap_or_default(),
            wording: document
                .section::<OptionalFolder>("wording")
                .and_then(|wording| wording.folder),
            mail: mail::mail(&mut document, path),
            webhook: document.section("webhook").unwrap_or_default(),
            egress: document.section("egress").unwrap_or_default(),
            auditor: document.section("auditor").unwrap_or_default(),
            heartbeat: None,
            web: None,
            units: Units::default(),
        };
        config.heartbeat = heartbeat::heartbeat(&mut document, config.webhook.allow_http);
        config.web = web::web(&mut document, &config.ledger);
        config.refuse_contradictions(&mut document);
        (config, document.finish())
    }

    fn refuse_contradictions(&self, document: &mut Document<'_>) {
        let sections = [
            ("schedule", self.schedule.contradictions()),
            ("delivery", self.delivery.contradictions()),
            ("egress", self.egress.contradictions()),
            ("auditor", self.auditor.contradictions()),
        ];
        for (section, contradictions) in sections {
            for (key, found, expected) in contradictions {
                let place = document.place_of(section, key);
                document.refuse(place, found, expected);
            }
        }
        self.refuse_impatience(document);
        if self.ledger == self.catalog {
            let place = document.place_of("ledger", "file");
            let found = "the file of the catalogue";
            document.refuse(
                place,
                found,
                "a file of its own: the catalogue is never written",
            );
        }
    }

    /// Bounds that a lawful attempt would pass: its message would be sent beside it, or the
    /// process restarted in the middle of it.
    fn refuse_impatience(&self, document: &mut Document<'_>) {
        let longest = self.longest_attempt_secs();
        let why =
            format!("the deadlines of [mail] and [webhook] let one attempt take {longest} seconds");
        let lease = u64::from(self.delivery.lease_secs);
        if lease < longest + LEAST_WAIT_SECS {
            let place = document.place_of("delivery", "lease_secs");
            let bound = longest + LEAST_WAIT_SECS;
            let expected = format!("at least {bound}: {why}, and it may wait for a connection");
            document.refuse(place, lease.to_string(), expected);
        }
        let late = u64::from(self.auditor.late_min);
        if late > 0 && late * 60 <= longest {
            let place = document.place_of("auditor", "late_min");
            let expected = format!("more than {}: {why}", longest / 60);
            document.refuse(place, late.to_string(), expected);
        }
    }

    /// The longest one attempt can take once a connection is free, in seconds. A robot's may
    /// take several posts, whether there is one yet or not.
    #[must_use]
    pub fn longest_attempt_secs(&self) -> u64 {
        let posts = robot::longest_attempt(&self.webhook);
        self.mail.longest_attempt().max(posts).as_secs()
    }
}

/// The path under `file` of that section, or the default where the section is absent
/// or has no such key.
fn required(document: &mut Document<'_>, section: &'static str, default: PathBuf) -> PathBuf {
    let file = optional(document.section::<OptionalFile>(section));
    file.unwrap_or(default)
}

fn optional(section: Option<OptionalFile>) -> Option<PathBuf> {
    section.and_then(|section| section.file)
}

fn text_of(path: &Path) -> Result<String, Fault> {
    let place = path.display().to_string();
    fs::read_to_string(path)
        .map_err(|error| Fault::new(place, error.to_string(), "a readable file"))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct OptionalFile {
    file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct OptionalFolder {
    folder: Option<PathBuf>,
}
