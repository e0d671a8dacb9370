//! What changes of an obligation.
//!
//! Owns the events between two records, and one obligation's part of a plan.
//! Refuses to compare anything; that is `plan`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::address::Draft;
use crate::domain::ladder::Step;
use crate::domain::obligation::State;
use crate::domain::record::Record;

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
