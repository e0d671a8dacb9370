//! A duty with its date and the whole way that led to it.
//!
//! Owns the obligation's identity, its state on a given day, and what is missing
//! when it has no date. Refuses to derive itself; that is `rules`.

mod parts;

use std::fmt;

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::counting::{Direction, Span, Step, Unit};
use super::decision::DecisionId;
use super::pack::{Relation, Rule, RuleId, Strength};
pub use parts::{Candidate, Dates, Done, Excuse, Gathered, Missing};

/// What an obligation is, for ever. It carries no date: when a date moves, it is the
/// same obligation with a higher revision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObligationKey {
    /// The decision it is about.
    pub decision: DecisionId,
    /// The rule it follows from.
    pub rule: RuleId,
    /// The id of the event it occurs for; empty where it occurs once.
    pub occurrence: String,
}

impl fmt::Display for ObligationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.decision, self.rule)?;
        if self.occurrence.is_empty() {
            Ok(())
        } else {
            write!(f, "/{}", self.occurrence)
        }
    }
}

/// How an obligation stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Past its lenient date (a window: cut short) and not done.
    Overdue,
    /// Close to its date (临期), or a trigger that has been reached.
    Near,
    /// Dated, and not close yet.
    Open,
    /// Its anchor is not known yet.
    Waiting,
    /// Done (办结).
    Done,
    /// Waived by a person.
    Waived,
    /// Exempt by rule, or the decision is no longer pursued.
    Exempt,
}

impl State {
    /// The state's name in JSON and in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Near => "near",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Waived => "waived",
            Self::Exempt => "exempt",
        }
    }

    /// Whether anything is still to be done.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Overdue | Self::Near | Self::Open)
    }
}

/// A duty of one decision under one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation<'p> {
    /// What it is, for ever.
    pub key: ObligationKey,
    /// The rule it follows from.
    pub rule: &'p Rule,
    /// The rules that are cited: its own, and a stricter one that governs.
    pub cited: Vec<&'p Rule>,
    /// From this long before the date it counts as near.
    pub near: Span,
    /// Its dates, if its anchor is known.
    pub dates: Option<Dates>,
    /// Every step that led to the dates.
    pub trail: Vec<Step>,
    /// What nobody has entered.
    pub missing: Vec<Missing>,
    /// What ended it, or will.
    pub done: Option<Done>,
    /// Why it need not be done.
    pub excuse: Option<Excuse>,
    /// Another obligation speaks for it: the local rule it governs, or the gate that
    /// gathers it.
    pub spoken_for: bool,
    /// Exemptions that a person may confirm.
    pub candidates: Vec<Candidate>,
    /// The gates it gathers; empty for all others.
    pub gathered: Vec<Gathered<'p>>,
}

impl Obligation<'_> {
    /// How it stands on `today`.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> State {
        match &self.excuse {
            Some(Excuse::Waived { on, until, .. }) if holds(*on, *until, today) => {
                return State::Waived;
            }
            Some(Excuse::Exempt { .. }) => return State::Exempt,
            Some(Excuse::Moved { .. } | Excuse::Ended { .. }) => return self.ended_state(today),
            Some(Excuse::Waived { .. }) | None => {}
        }
        let Some(dates) = &self.dates else {
            return self.done_state(today).unwrap_or(State::Waiting);
        };
        match self.rule.relation {
            Relation::NotBefore => self.window_state(dates, today),
            Relation::Trigger | Relation::Exemption => self.trigger_state(dates, today),
            Relation::By | Relation::Gate => self.done_state(today).unwrap_or_else(|| {
                if today > dates.latest_on {
                    State::Overdue
                } else {
                    self.approaching(dates, today)
                }
            }),
        }
    }

    /// The window was, or is fixed to be, closed before it may.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        let (Some(dates), Some(done)) = (&self.dates, &self.done) else {
            return false;
        };
        self.rule.relation == Relation::NotBefore && done.on < dates.latest_on
    }

    /// It was done after its last day.
    #[must_use]
    pub fn is_done_late(&self) -> bool {
        let (Some(dates), Some(done)) = (&self.dates, &self.done) else {
            return false;
        };
        let is_act = matches!(self.rule.relation, Relation::By | Relation::Gate);
        is_act && done.on > dates.latest_on
    }

    /// From this day on it is near, and stands in the digest.
    #[must_use]
    pub fn near_on(&self) -> Option<NaiveDate> {
        let dates = self.dates.filter(|_| !self.spoken_for)?;
        match self.rule.relation {
            Relation::NotBefore => self.is_cut_short().then_some(dates.anchor_on),
            Relation::By | Relation::Gate | Relation::Trigger => {
                Some(before(dates.due_on, self.near))
            }
            Relation::Exemption => None,
        }
    }

    /// From this day on it is overdue; never, for what a date opens by itself, nor where
    /// the law gives no number.
    #[must_use]
    pub fn overdue_on(&self) -> Option<NaiveDate> {
        let dates = self
            .dates
            .filter(|_| self.rule.strength != Strength::Advisory && !self.spoken_for)?;
        match self.rule.relation {
            Relation::NotBefore => self.is_cut_short().then_some(dates.anchor_on),
            Relation::By | Relation::Gate => dates.latest_on.succ_opt(),
            Relation::Trigger | Relation::Exemption => None,
        }
    }

    /// The next day after `today` on which its state may change by itself, without any
    /// rung: a window that has been open long enough, a date that passes, an act or a
    /// waiver that is entered ahead.
    #[must_use]
    pub fn settles_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        let dates = self.dates?;
        let by_itself = match self.rule.relation {
            Relation::NotBefore => Some(dates.due_on),
            Relation::Trigger if self.rule.done_by.events.is_empty() => dates.due_on.succ_opt(),
            Relation::By | Relation::Gate | Relation::Trigger | Relation::Exemption => None,
        };
        let entered = self.done.as_ref().map(|done| done.on);
        let (waived, lapsed) = match &self.excuse {
            Some(Excuse::Waived { on, until, .. }) => {
                (Some(*on), until.and_then(|until| until.succ_opt()))
            }
            Some(Excuse::Exempt { .. } | Excuse::Moved { .. } | Excuse::Ended { .. }) | None => {
                (None, None)
            }
        };
        by_itself
            .into_iter()
            .chain(entered)
            .chain(waived)
            .chain(lapsed)
            .filter(|on| *on > today)
            .min()
    }

    /// A stricter rule's own entry: its reminders travel with the rule it governs.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.spoken_for
    }

    /// What a gate that gathers others still lacks on `today`, in the order of the pack.
    pub fn lacking(&self, today: NaiveDate) -> impl Iterator<Item = &Gathered<'_>> {
        let is_open = move |one: &&Gathered<'_>| one.done_on.is_none_or(|on| on > today);
        self.gathered.iter().filter(is_open)
    }

    fn done_state(&self, today: NaiveDate) -> Option<State> {
        let done = self.done.as_ref()?;
        (done.on <= today).then_some(State::Done)
    }

    /// What was done before its decision ended stays done.
    fn ended_state(&self, today: NaiveDate) -> State {
        let is_act = self.rule.relation != Relation::NotBefore;
        let done = self.done_state(today).filter(|_| is_act);
        done.unwrap_or(State::Exempt)
    }

    fn window_state(&self, dates: &Dates, today: NaiveDate) -> State {
        if self.is_cut_short() {
            State::Overdue
        } else if today >= dates.due_on {
            // The window has stayed open as long as it must; nothing can break it now.
            State::Done
        } else {
            State::Open
        }
    }

    fn trigger_state(&self, dates: &Dates, today: NaiveDate) -> State {
        let passes_by_itself = self.rule.done_by.events.is_empty();
        match self.done_state(today) {
            Some(state) => state,
            None if passes_by_itself && today > dates.due_on => State::Done,
            None => self.approaching(dates, today),
        }
    }

    fn approaching(&self, dates: &Dates, today: NaiveDate) -> State {
        if today >= before(dates.due_on, self.near) {
            State::Near
        } else {
            State::Open
        }
    }
}

/// Whether a waiver from `on`, perhaps `until` a last day, holds on `today`.
fn holds(on: NaiveDate, until: Option<NaiveDate>, today: NaiveDate) -> bool {
    on <= today && until.is_none_or(|until| today <= until)
}

/// The day `span` before `on`, in plain calendar days; for thresholds, not for law.
fn before(on: NaiveDate, span: Span) -> NaiveDate {
    debug_assert_eq!(span.direction, Direction::Backward);
    let moved = match span.unit {
        Unit::Days | Unit::WorkingDays => on.checked_sub_days(Days::new(u64::from(span.count))),
        Unit::Months => on.checked_sub_months(Months::new(span.count)),
        Unit::Years => on.checked_sub_months(Months::new(span.count * 12)),
    };
    moved.unwrap_or(on)
}
