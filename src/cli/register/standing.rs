//! How a duty stands, as the register shows and counts it.
//!
//! Owns which of the mails' words fits a row of `due`. Refuses to judge the state itself, which is
//! `due`'s, and words.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::cli::due::Row;
use crate::cli::waiting::Because;
use crate::domain::notice::{Ended, Kind};
use crate::domain::obligation::{Done, State};
use crate::domain::pack::{Relation, Strength};

/// Under which head a duty is counted. A date that the law gives no number for is never overdue,
/// nor is what a date only opens, as in the centre's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Head {
    /// Past the lenient date.
    Overdue,
    /// Past an advised date, or not begun although it should be.
    Past,
    /// Close to its date.
    Near,
    /// Dated, and not close yet.
    Open,
    /// Not dated yet.
    Waiting,
    /// Done.
    Done,
    /// Need not be done.
    Excused,
}

impl Head {
    /// In the order of the summary's columns.
    pub(super) const ALL: [Self; 7] = [
        Self::Overdue,
        Self::Past,
        Self::Near,
        Self::Open,
        Self::Waiting,
        Self::Done,
        Self::Excused,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Past => "past",
            Self::Near => "near",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Excused => "excused",
        }
    }

    /// Where `row` is counted on `today`.
    pub(super) fn of(row: &Row<'_>, today: NaiveDate) -> Self {
        match row.state {
            State::Overdue if row.strength == Strength::Advisory => Self::Past,
            State::Overdue => Self::Overdue,
            State::Near if is_begun(row, today) => Self::Past,
            State::Near => Self::Near,
            State::Open => Self::Open,
            State::Waiting => Self::Waiting,
            State::Done => Self::Done,
            State::Waived | State::Exempt => Self::Excused,
        }
    }
}

/// What a date opens, on a day after it.
fn is_begun(row: &Row<'_>, today: NaiveDate) -> bool {
    row.relation == Relation::Trigger && row.due_on.is_some_and(|on| on < today)
}

/// How a duty stands, in the fields by which the templates of mails know a notice.
#[derive(Debug, Serialize)]
pub(super) struct Standing {
    /// Where it is told from a notice: `open`, `waiting`, `begun`; else as the state.
    #[serde(rename = "standing")]
    shown: &'static str,
    because: Option<Because>,
    kind: Kind,
    strength: Strength,
    state: State,
    /// A register is of its own day.
    stale: bool,
    ended: Option<Ended>,
}

impl Standing {
    /// That of `row` on `today`; where it waits, `because` of what.
    pub(super) fn of(row: &Row<'_>, because: Option<Because>, today: NaiveDate) -> Self {
        let shown = match row.state {
            State::Near if is_begun(row, today) => "begun",
            state => state.name(),
        };
        Self {
            shown,
            because: because.or((row.state == State::Waiting).then_some(Because::Ahead)),
            kind: kind(row, today),
            strength: row.strength,
            state: row.state,
            stale: false,
            ended: ended(row),
        }
    }
}

/// What somebody would be told of it today.
fn kind(row: &Row<'_>, today: NaiveDate) -> Kind {
    match row.state {
        State::Overdue if row.relation == Relation::NotBefore => Kind::TooShort,
        State::Overdue => Kind::Overdue,
        State::Near if row.relation != Relation::Trigger && row.due_on == Some(today) => {
            Kind::DueToday
        }
        State::Near | State::Open | State::Waiting => Kind::Reminder,
        State::Done => Kind::Cleared,
        State::Waived | State::Exempt => Kind::Waived,
    }
}

fn ended(row: &Row<'_>) -> Option<Ended> {
    match (row.state, row.excuse, row.done_on) {
        (State::Done, _, Some(on)) => Some(Ended::Done(Done {
            on,
            event: String::new(),
            evidence: None,
        })),
        (State::Waived | State::Exempt, Some(excuse), _) => Some(Ended::Excused(excuse.clone())),
        _ => None,
    }
}
