//! What the supervision centre is told once a day, as it was when it was written.
//!
//! Owns the digest's facts. Refuses wording, and to say when one is due.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Changes, Channel, Waiting};
use crate::domain::decision::DecisionId;
use crate::domain::fault::Fault;
use crate::domain::obligation::{ObligationKey, State};
use crate::domain::pack::{Relation, Strength};

/// What the supervision centre is told once a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// The day.
    pub on: NaiveDate,
    /// Most urgent first; at most as many as `rows`, the rest counted.
    pub rows: Vec<DigestRow>,
    /// How many are overdue, due today, near: all of them, shown or not.
    pub overdue: u64,
    /// Due today.
    pub due_today: u64,
    /// Near.
    pub near: u64,
    /// Past a date that the law gives no number for, or that only opened something.
    pub past: u64,
    /// Messages that were given up on, the most urgent first; at most so many as people read.
    pub undelivered: Vec<Undelivered>,
    /// How many are not where they should be: all of them, shown or not.
    #[serde(default)]
    pub delivery: Delivery,
    /// Destinations that wait as a whole.
    #[serde(default)]
    pub holds: Vec<HeldRow>,
    /// Rows of the catalogue that cannot be read.
    pub faults: Vec<Fault>,
    /// The coming year's notice is missing although the old year is nearly over.
    pub calendar_missing: Option<i32>,
    /// Once a week: what nobody has entered although a later step has happened, the oldest
    /// step first; at most so many as people read.
    #[serde(default)]
    pub gaps: Vec<GapRow>,
    /// How many decisions have one, shown or not; absent on the other days of the week.
    #[serde(default)]
    pub gaps_in_all: Option<u64>,
    /// What changed since the last digest; absent from the first.
    #[serde(default)]
    pub changes: Option<Changes>,
    /// What waits for somebody to enter something: how much of it there is today.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// How many duties were ever dated when this was written, so that the next knows which
    /// are new.
    #[serde(default)]
    pub dated: Option<u64>,
    /// How far the audit log went when this was written: each day's mail holds it in place.
    #[serde(default)]
    pub log: Option<LogHead>,
    /// What is wrong with duban itself, by its codes, one for each alarm.
    #[serde(default)]
    pub alarms: Vec<String>,
}

impl Digest {
    /// Every title in it, with the decision whose it is.
    pub fn titles(&mut self) -> impl Iterator<Item = (&DecisionId, &mut Option<String>)> {
        let rows = self.rows.iter_mut();
        let rows = rows.map(|row| (&row.obligation.decision, &mut row.title));
        let gaps = self.gaps.iter_mut();
        let gaps = gaps.map(|row| (&row.decision, &mut row.title));
        let changes = self.changes.iter_mut().flat_map(|all| &mut all.rows);
        let changes = changes.map(|row| (&row.obligation.decision, &mut row.title));
        rows.chain(gaps).chain(changes)
    }
}

/// The newest entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// Its number.
    pub seq: i64,
    /// The first 16 hexadecimal digits of its hash.
    pub hash: String,
}

/// How many messages are not where they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// Given up.
    pub given_up: u64,
    /// Tried for an hour or more, and still tried.
    pub failing: u64,
    /// Held by hand, one by one.
    pub held: u64,
}

/// A destination that waits as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    /// As messages name it: `mail`, `webhook:` and the unit, or everything.
    pub destination: String,
    /// Since when, in the law's zone, to the minute.
    pub since: String,
    /// Why, by its name.
    pub cause: String,
    /// Why, in words.
    pub reason: String,
    /// How many messages wait for it.
    pub waiting: u64,
}

/// A decision of which something was never entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// The decision.
    pub decision: DecisionId,
    /// Title; absent for a confidential decision.
    pub title: Option<String>,
    /// Events, fields, flags and units, each with its alternatives.
    pub missing: Vec<Vec<String>>,
    /// The furthest step that is entered.
    pub although: String,
    /// When that happened.
    pub on: NaiveDate,
}

/// One line of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRow {
    /// The obligation.
    pub obligation: ObligationKey,
    /// Title; absent for a confidential decision.
    pub title: Option<String>,
    /// What is to be done.
    pub duty: String,
    /// Who must act.
    pub responsible: String,
    /// The safe reading.
    pub due_on: NaiveDate,
    /// How it stands.
    pub state: State,
    /// What the date means.
    pub relation: Relation,
    /// How the law words it.
    pub strength: Strength,
    /// Working days left; negative once overdue.
    pub working_days_left: i64,
    /// The date may still move.
    pub provisional: bool,
    /// Whether what the unit was told last is acknowledged; absent where it was told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// Whether a unit has acknowledged (签收) what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Acknowledgement {
    /// Nobody of the unit has.
    Missing,
    /// Somebody has.
    Given {
        /// The name as it was given.
        by: String,
        /// When, in the law's zone, to the minute.
        at: String,
    },
}

/// A message that has not reached its recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// The unit it was for.
    pub unit: String,
    /// How it travelled.
    pub channel: Channel,
    /// What went wrong.
    pub reason: String,
    /// The obligations it was about.
    pub about: Vec<String>,
}
