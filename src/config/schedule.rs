//! When duban wakes, and between which hours of the day it speaks.
//!
//! Owns the cron texts and the hours. Refuses to decide anything about dates: a bell
//! only wakes the loop, and the loop compares the ledger with the clock.

use std::fmt;

use chrono::{DateTime, NaiveTime};
use chrono_tz::{Asia, Tz};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use tokio_cron_scheduler::Job;

/// Longer than an hour is not a spread but another hour of sending.
const SPREAD_SECS_MAX: u32 = 3600;

/// `[schedule]`: all times are of Asia/Shanghai.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// When to wake, besides once a minute.
    pub wake: Vec<Bell>,
    /// Nothing is sent earlier on a day.
    #[serde(deserialize_with = "hour_and_minute")]
    pub send_from: NaiveTime,
    /// Nothing is sent later on a day.
    #[serde(deserialize_with = "hour_and_minute")]
    pub send_until: NaiveTime,
    /// What waits for `send_from` goes out over so many seconds.
    pub spread_secs: u32,
    /// When the supervision centre's daily digest is due.
    #[serde(deserialize_with = "hour_and_minute")]
    pub digest_at: NaiveTime,
}

impl Default for Schedule {
    /// A new day is planned just after midnight; office hours open at 8:30.
    fn default() -> Self {
        let bells = ["0 1 0 * * *", "0 30 8 * * *"].map(Bell::parse);
        Self {
            wake: bells.into_iter().flatten().collect(),
            send_from: opening(),
            send_until: opening() + chrono::TimeDelta::minutes(8 * 60 + 30),
            spread_secs: 120,
            digest_at: opening(),
        }
    }
}

impl Schedule {
    /// Each key that contradicts another, with what was found and what was expected.
    pub(super) fn contradictions(&self) -> Vec<(&'static str, String, String)> {
        let mut all = Vec::new();
        if self.send_until <= self.send_from {
            all.push((
                "send_until",
                shown(self.send_until),
                format!("later than send_from, {}", shown(self.send_from)),
            ));
        } else if self.digest_at < self.send_from || self.digest_at > self.send_until {
            let (from, until) = (shown(self.send_from), shown(self.send_until));
            let expected = format!("between send_from, {from}, and send_until, {until}");
            all.push(("digest_at", shown(self.digest_at), expected));
        }
        if self.spread_secs > SPREAD_SECS_MAX {
            let expected = format!("a number from 0 to {SPREAD_SECS_MAX}");
            all.push(("spread_secs", self.spread_secs.to_string(), expected));
        }
        all
    }
}

/// A cron text that was found sound by everything that will read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bell {
    text: String,
    cron: Cron,
}

/// Why a cron text is refused.
#[derive(Debug, thiserror::Error)]
pub enum BellError {
    /// The classic five fields, without seconds.
    #[error("cron text `{0}` with five fields, expected six: put seconds first, as in `0 {0}`")]
    FiveFields(String),
    /// Anything else that is not a cron text.
    #[error("cron text `{text}` ({why}), expected `second minute hour day month weekday`")]
    Unreadable {
        /// As it was written.
        text: String,
        /// What the parser said.
        why: String,
    },
}

impl Bell {
    /// Reads six fields (`second minute hour day month weekday`) or seven (and a year),
    /// with day *and* weekday to be met where both are given.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, BellError> {
        if text.split_whitespace().count() == 5 {
            return Err(BellError::FiveFields(text.to_owned()));
        }
        let unreadable = |why: String| BellError::Unreadable {
            text: text.to_owned(),
            why,
        };
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .dom_and_dow(true)
            .build();
        let cron = parser
            .parse(text)
            .map_err(|error| unreadable(error.to_string()))?;
        // The scheduler reads the text once more, with a parser it chooses itself: what it
        // would refuse at run time is refused here.
        Job::new_async_tz(text, Asia::Shanghai, |_, _| Box::pin(async {}))
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(Self {
            text: text.to_owned(),
            cron,
        })
    }

    /// The text, for the scheduler.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The next times it rings after `from`, at most `count`; fewer if it falls silent.
    #[must_use]
    pub fn next_times(&self, from: DateTime<Tz>, count: usize) -> Vec<DateTime<Tz>> {
        let mut times = Vec::new();
        let mut last = from;
        while times.len() < count
            && let Ok(next) = self.cron.find_next_occurrence(&last, false)
        {
            times.push(next);
            last = next;
        }
        times
    }
}

/// A visitor and not `try_from`, so that the fault has the place of the one text and not
/// of the whole list.
impl<'de> Deserialize<'de> for Bell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(BellText)
    }
}

struct BellText;

impl Visitor<'_> for BellText {
    type Value = Bell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cron text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bell, E> {
        Bell::parse(text).map_err(E::custom)
    }
}

fn opening() -> NaiveTime {
    NaiveTime::from_hms_opt(8, 30, 0).unwrap_or_default()
}

fn shown(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn hour_and_minute<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    let wrong = |_| serde::de::Error::custom(format!("\"{text}\", expected a time like \"08:30\""));
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(wrong)
}
