//! What the ledger remembers of an obligation.
//!
//! Owns the record, and who knows of it: whom a message may have reached, and who has
//! acknowledged what. Refuses to compare anything; that is `plan`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::notice::{Facts, Kind, Recipient};
use super::obligation::ObligationKey;

/// An obligation as the ledger remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its key in the ledger; absent before it is first stored, and in the audit log.
    #[serde(skip)]
    pub id: Option<i64>,
    /// What it is.
    pub key: ObligationKey,
    /// Rises by one each time its date moves, or a window turns out too short.
    pub revision: u32,
    /// The safe reading.
    pub due_on: NaiveDate,
    /// The lenient reading.
    pub latest_on: NaiveDate,
    /// Still to be done.
    pub live: bool,
    /// Near from this day.
    pub near_on: Option<NaiveDate>,
    /// Overdue from this day.
    pub overdue_on: Option<NaiveDate>,
    /// The next day on which time alone may ask for something.
    pub next_on: Option<NaiveDate>,
    /// The highest rung of this revision that was told.
    pub told_level: Option<u32>,
}

/// A record, and who has been told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The record.
    pub record: Record,
    /// Everybody a message about it may have reached.
    pub told: Vec<Told>,
    /// What the last of these messages said, of a record that is live: when the duty cannot
    /// be derived any more, these are its facts.
    pub said: Option<Facts>,
    /// Who has acknowledged which rung.
    pub heard: Vec<Heard>,
}

impl Stored {
    /// A record of which nobody was told.
    #[must_use]
    pub const fn untold(record: Record) -> Self {
        Self {
            record,
            told: Vec::new(),
            said: None,
            heard: Vec::new(),
        }
    }

    /// Whether anybody may know of it: of a date that moved, those who were told before it did.
    #[must_use]
    pub const fn may_be_known(&self) -> bool {
        self.record.told_level.is_some() || self.record.revision > 1
    }
}

/// Somebody whom a message about an obligation may have reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who.
    pub recipient: Recipient,
    /// What the last of these messages was.
    pub kind: Kind,
    /// The safe reading that it named.
    pub due_on: NaiveDate,
}

/// A rung that a unit has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The revision of the duty.
    pub revision: u32,
    /// The unit.
    pub unit: String,
    /// The rung's place on the ladder.
    pub level: u32,
}
