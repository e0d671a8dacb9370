//! What became of duties between two digests.
//!
//! Owns the facts of it, and what remains when entries of the log that undo each other are
//! added up. Refuses to read the log, and wording.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::obligation::{ObligationKey, State};

/// What changed since an earlier digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The day of that digest.
    pub since: NaiveDate,
    /// How many of each turn in all, the most urgent first; turns that nothing took are absent.
    pub counts: Vec<TurnCount>,
    /// Of each turn at most as many as people read.
    pub rows: Vec<ChangeRow>,
    /// Entries of the log that were not looked at, because there were too many.
    pub unread: u64,
}

/// A turn that a duty took, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Its lenient date has passed.
    Overdue,
    /// Its date moved.
    Moved,
    /// It has a date for the first time.
    Dated,
    /// It was closed, and is to be done after all.
    Reopened,
    /// It was done.
    Done,
    /// It need not be done.
    Waived,
    /// What its date was counted from is no longer recorded.
    Withdrawn,
    /// Somebody has said that a notice of it was received.
    Acknowledged,
}

/// How many duties took a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnCount {
    /// The turn.
    pub turn: Turn,
    /// All of them, shown or not.
    pub in_all: u64,
}

/// One duty and the turn it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// The duty.
    pub obligation: ObligationKey,
    /// Title; absent for a confidential decision.
    pub title: Option<String>,
    /// What is to be done.
    pub duty: String,
    /// The turn.
    pub turn: Turn,
    /// Its date now, where the turn is about one.
    pub due_on: Option<NaiveDate>,
    /// Its date then, where it moved.
    pub was_due_on: Option<NaiveDate>,
}

/// What waits for somebody to enter something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waiting {
    /// Decisions of which something was never entered although a later step has happened.
    pub gaps: u64,
    /// Of the rows shown: how many dates may still move, because a year has no notice yet.
    pub provisional: u64,
}

/// One entry of the log about one duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The duty.
    pub key: ObligationKey,
    /// What happened to it.
    pub event: Happened,
}

/// What an entry of the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Its date moved.
    Moved {
        /// The safe reading before.
        was: NaiveDate,
        /// The safe reading after.
        is: NaiveDate,
    },
    /// Nothing is to be done any more.
    Closed(State),
    /// What its date was counted from is no longer recorded.
    Lost,
    /// It is to be done after all.
    Reopened,
    /// Somebody has said that a notice of it was received.
    Acknowledged,
}

/// What remains of a duty's happenings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Net {
    /// The duty.
    pub key: ObligationKey,
    /// The turn it took.
    pub turn: Turn,
    /// From which date to which, where it moved.
    pub moved: Option<(NaiveDate, NaiveDate)>,
}

#[derive(Default)]
struct Balance {
    moved: Option<(NaiveDate, NaiveDate)>,
    ended: Option<Turn>,
    reopened: bool,
    acknowledged: bool,
}

/// Adds happenings up, oldest first: a date that moved there and back has not moved, what
/// was closed and reopened is as it was, and of what has ended only that is said.
#[must_use]
pub fn net(happenings: impl IntoIterator<Item = Happening>) -> Vec<Net> {
    let mut balances: BTreeMap<ObligationKey, Balance> = BTreeMap::new();
    for Happening { key, event } in happenings {
        balances.entry(key).or_default().add(event);
    }
    let remains = |(key, balance): (ObligationKey, Balance)| balance.remains(&key);
    balances.into_iter().flat_map(remains).collect()
}

impl Balance {
    fn add(&mut self, event: Happened) {
        match event {
            Happened::Moved { was, is } => {
                let first = self.moved.map_or(was, |(first, _)| first);
                self.moved = Some((first, is));
            }
            Happened::Closed(state) => self.end(match state {
                State::Done => Turn::Done,
                _ => Turn::Waived,
            }),
            Happened::Lost => self.end(Turn::Withdrawn),
            Happened::Reopened => self.reopened = self.ended.take().is_none(),
            Happened::Acknowledged => self.acknowledged = true,
        }
    }

    fn end(&mut self, turn: Turn) {
        (self.ended, self.reopened) = (Some(turn), false);
    }

    fn remains(self, key: &ObligationKey) -> Vec<Net> {
        let net = |turn, moved| Net {
            key: key.clone(),
            turn,
            moved,
        };
        if let Some(turn) = self.ended {
            return vec![net(turn, None)];
        }
        let moved = self.moved.filter(|(was, is)| was != is);
        let moved = moved.map(|moved| net(Turn::Moved, Some(moved)));
        let reopened = self.reopened.then(|| net(Turn::Reopened, None));
        let acknowledged = self.acknowledged.then(|| net(Turn::Acknowledged, None));
        moved
            .into_iter()
            .chain(reopened)
            .chain(acknowledged)
            .collect()
    }
}
