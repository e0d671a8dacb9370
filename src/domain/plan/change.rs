//! What the ledger remembers of an obligation, and what changes of it.
//!
//! Owns the record, the events between two of them, and one obligation's part of a plan.
//! Refuses to compare anything; that is `plan`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::acknowledgement::Heard;
use crate::domain::address::Draft;
use crate::domain::closing::Told;
use crate::domain::ladder::Step;
use crate::domain::notice::Facts;
use crate::domain::obligation::{ObligationKey, State};

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

/// What became of an obligation since the ledger last looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It has a date for the first time.
    Opened,
    /// Its date moved from these days.
    Moved {
        /// The safe reading before.
        due_on: NaiveDate,
        /// The lenient reading before.
        latest_on: NaiveDate,
    },
    /// Its window was closed, or is fixed to close, too early.
    CutShort,
    /// Its window was too short and is long enough after all.
    LongEnough,
    /// Nothing is to be done any more.
    Closed {
        /// Done, waived or exempt.
        state: State,
        /// Who excused it or what, where it was not done.
        why: Option<String>,
    },
    /// What its date was counted from is no longer recorded.
    Lost,
    /// It was closed, and is to be done after all.
    Reopened,
}

/// One obligation's part of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The record as it shall stand.
    pub record: Record,
    /// What became of it.
    pub events: Vec<Event>,
    /// The rung that is told now.
    pub reached: Option<Step>,
    /// Rungs that a higher one speaks for.
    pub superseded: Vec<Step>,
    /// What is said to whom.
    pub notices: Vec<Draft>,
    /// Units that are not told the rung, because they have acknowledged the same before.
    pub quieted: Vec<String>,
}

impl Change {
    /// Whether nothing happened but that a date is known, or looked at again: nobody is told,
    /// and nothing moved or ended. Such a change can be worked out anew from the catalogue.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let opened = |event: &Event| matches!(event, Event::Opened);
        self.events.iter().all(opened)
            && self.reached.is_none()
            && self.superseded.is_empty()
            && self.notices.is_empty()
    }

    /// Whether notices not yet sent no longer hold. What waits of a closed duty says that it
    /// has ended, and that holds wherever its date moves, until it is to be done after all.
    #[must_use]
    pub fn cancels_pending(&self) -> bool {
        let stale = |event: &Event| match event {
            Event::Opened => false,
            Event::Moved { .. } | Event::CutShort | Event::LongEnough => self.record.live,
            Event::Closed { .. } | Event::Lost | Event::Reopened => true,
        };
        self.events.iter().any(stale)
    }
}
