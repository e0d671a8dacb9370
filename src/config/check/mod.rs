//! Everything that can be known wrong before anything is sent.
//!
//! Owns what the settings, the units and their files show by themselves. Refuses the
//! network, and refuses the catalogue's rows: who reads the catalogue adds to the
//! report what its rows show (units nobody knows, steps without their anchor).

mod files;

use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Asia;
use serde::Serialize;

use crate::channels::Channels;
use crate::channels::egress::Egress;
use crate::channels::heartbeat::Heartbeat;
use crate::channels::wording::Wording;
use crate::domain::calendar::{Calendar, Coverage};
use crate::domain::fault::Fault;
use crate::domain::health::{NEXT_YEAR_IS_MISSED_FROM_MONTH, is_out_of_reach};

use super::Config;

/// How many of a bell's next times are shown: two would hide a weekly pattern.
const TIMES_SHOWN: usize = 3;

/// What a check found, at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// duban will not start, or not do its work.
    pub faults: Vec<Fault>,
    /// duban works, and somebody should look.
    pub warnings: Vec<Fault>,
    /// What was found in order, for the reader to compare with what was meant.
    pub facts: Vec<Fact>,
}

/// Something that is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// File, key or unit.
    pub about: String,
    /// What was found.
    pub found: String,
}

/// What surrounds a check and is not in the settings.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The moment of the check.
    pub now: DateTime<Utc>,
    /// The working days, built-in years and loaded ones.
    pub calendar: &'a Calendar,
    /// The folder of credentials; systemd shows it to the service only.
    pub credentials: Option<&'a Path>,
}

/// Looks at everything and sends nothing.
#[must_use]
pub fn check(config: &Config, around: &Around<'_>) -> Report {
    let mut report = Report::default();
    report.bells(config, around.now);
    files::look_at(config, &mut report);
    report.years(around);
    report.people(config);
    report.robots(config);
    report.channels(config, around.credentials);
    report.wording(config);
    report.heartbeat(config);
    report
}

impl Report {
    /// Whether duban can start and do its work.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn fact(&mut self, about: impl Into<String>, found: impl Into<String>) {
        self.facts.push(Fact {
            about: about.into(),
            found: found.into(),
        });
    }

    fn warn(&mut self, place: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.warnings.push(Fault::new(place, found, expected));
    }

    fn fault(&mut self, place: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.push(Fault::new(place, found, expected));
    }

    fn bells(&mut self, config: &Config, now: DateTime<Utc>) {
        let now = now.with_timezone(&Asia::Shanghai);
        for bell in &config.schedule.wake {
            let about = format!("schedule.wake `{}`", bell.text());
            let times = bell.next_times(now, TIMES_SHOWN);
            if times.is_empty() {
                self.fault(&about, "a bell that never rings", "a time that comes");
                continue;
            }
            let times: Vec<String> = times
                .iter()
                .map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
                .collect();
            self.fact(about, format!("rings {}", times.join(", ")));
        }
    }

    fn years(&mut self, around: &Around<'_>) {
        let today = around.now.with_timezone(&Asia::Shanghai).date_naive();
        for year in years_needed(today) {
            let about = format!("calendar {year}");
            let found = match around.calendar.coverage(year) {
                Coverage::Confirmed => {
                    self.fact(about, "the State Council's notice is loaded");
                    continue;
                }
                Coverage::Provisional => "statutory days only",
                Coverage::Missing => "nothing",
            };
            let expected = "the State Council's notice (`duban calendar load`); \
                            until then dates that touch the year are provisional";
            self.warn(&about, found, expected);
        }
    }

    fn people(&mut self, config: &Config) {
        let directory = &config.units.directory;
        let mut people = 0;
        for unit in directory.units().iter().chain([directory.centre()]) {
            people += unit.contacts.len();
            if is_out_of_reach(unit) {
                let expected = "a contact or a webhook; its notices go to the supervision centre";
                self.warn(&unit.name, "no way to reach it", expected);
            }
        }
        let units = directory.units().len() + 1;
        let (endpoints, robots) = (config.units.endpoints.len(), config.units.robots.len());
        let found =
            format!("{units} units, {people} people, {endpoints} endpoints, {robots} robots");
        self.fact(config.directory.display().to_string(), found);
    }

    /// Which robots there are, as far as may be shown, and whom they can call.
    fn robots(&mut self, config: &Config) {
        for robot in &config.units.robots {
            let signs = if robot.secret.is_some() {
                "signed"
            } else {
                "not signed"
            };
            let found = format!(
                "robot, {signs}, can mention {} of {} people, {} messages a minute",
                robot.known_people(),
                robot.people.len(),
                robot.messages_per_minute()
            );
            self.fact(robot.vendor.channel().destination(&robot.unit), found);
        }
    }

    /// Builds what would speak, without speaking: templates, secrets, certificates and
    /// URLs are read as they will be at start.
    fn channels(&mut self, config: &Config, credentials: Option<&Path>) {
        let endpoints = &config.units.endpoints;
        let egress = Egress::new(&config.egress);
        let built = Channels::new(
            &config.mail,
            &config.webhook,
            endpoints,
            &config.units.robots,
            &egress,
            credentials,
        );
        match built {
            Ok(channels) => self.warnings.extend(channels.warnings().cloned()),
            Err(faults) => {
                // By hand nobody sees the service's credentials: that is no fault of theirs.
                let unseen =
                    |fault: &Fault| credentials.is_none() && fault.place.starts_with("credential ");
                let (unseen, faults) = faults.into_iter().partition(unseen);
                self.warnings.extend::<Vec<_>>(unseen);
                self.faults.extend::<Vec<_>>(faults);
            }
        }
    }
}

impl Report {
    /// The city's own templates, each tried on every sample.
    fn wording(&mut self, config: &Config) {
        let Some(folder) = &config.wording else {
            return;
        };
        match Wording::from_folder(Some(folder)) {
            Ok(_) => self.fact(
                folder.display().to_string(),
                "templates that fit every sample",
            ),
            Err(faults) => self.faults.extend(faults),
        }
    }

    fn heartbeat(&mut self, config: &Config) {
        let Some(settings) = &config.heartbeat else {
            return self.fact(
                "heartbeat",
                "none: nobody outside notices when this host is gone",
            );
        };
        match Heartbeat::new(settings, config.webhook.allow_http) {
            Ok(heartbeat) => {
                let every = settings.every_secs;
                self.fact(
                    "heartbeat",
                    format!("sent at most every {every} s, while all is well"),
                );
                self.warnings.extend(heartbeat.warning);
            }
            Err(fault) => self.faults.push(fault),
        }
    }
}

/// This year and, once its notice may be out, the next.
fn years_needed(today: NaiveDate) -> impl Iterator<Item = i32> {
    let next = (today.month() >= NEXT_YEAR_IS_MISSED_FROM_MONTH).then(|| today.year() + 1);
    std::iter::once(today.year()).chain(next)
}
