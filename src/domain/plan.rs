//! From what is so and what was so to what changes: one decision's plan.
//!
//! Owns comparing derived obligations with the ledger's records, revisions when a
//! date moves, and the notices that follow. A plan can be printed or applied; it is
//! the same value. Refuses to store or send it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::acknowledgement::{self, Heard};
use super::address::{self, Books, Draft, Reminder};
use super::decision::{Decision, DecisionId};
use super::gaps::{self, Look};
use super::ladder::{self, Climb, Step};
use super::notice::{Kind, Recipient};
use super::obligation::{Dates, Excuse, Obligation, ObligationKey, State};
use super::pack::{Relation, Strength};
use super::rules::obligations;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The record.
    pub record: Record,
    /// Everybody a message about it may have reached.
    pub told: Vec<Recipient>,
    /// Who has acknowledged which rung.
    pub heard: Vec<Heard>,
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

    /// Whether notices not yet sent no longer hold.
    #[must_use]
    pub fn cancels_pending(&self) -> bool {
        let stale = |event: &Event| !matches!(event, Event::Opened | Event::Reopened);
        self.events.iter().any(stale)
    }
}

/// Everything that follows for one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What changes, obligation by obligation.
    pub changes: Vec<Change>,
    /// What nobody has entered, and when to look again.
    pub look: Look,
}

/// Everything that follows for one decision.
#[must_use]
pub fn plan(
    id: &DecisionId,
    decision: Option<&Decision>,
    stored: &[Stored],
    books: Books<'_>,
    today: NaiveDate,
) -> Plan {
    let derived = decision.map_or_else(Vec::new, |decision| {
        obligations(decision, books.pack, books.calendar)
    });
    debug_assert!(
        derived
            .iter()
            .all(|obligation| obligation.key.decision == *id)
    );
    let known = |key: &ObligationKey| stored.iter().find(|stored| stored.record.key == *key);
    let mut changes = Vec::new();
    for obligation in &derived {
        let Some(decision) = decision else { continue };
        let planner = Planner {
            obligation,
            decision,
            books,
            today,
        };
        changes.extend(planner.change(known(&obligation.key)));
    }
    let gone = |stored: &&Stored| !derived.iter().any(|other| other.key == stored.record.key);
    changes.extend(stored.iter().filter(gone).filter_map(lost));
    let look = decision.map(|decision| look(decision, &derived, today));
    Plan {
        changes,
        look: look.unwrap_or_default(),
    }
}

/// What nobody has entered; and a day to look again on also where a waiver lapses then: what
/// is waived has no open record that would ask for its day, or none at all yet.
fn look(decision: &Decision, derived: &[Obligation<'_>], today: NaiveDate) -> Look {
    let mut look = gaps::look(decision, derived, today);
    let closed = derived.iter().filter(|one| !one.state(today).is_live());
    let lapsing = closed.filter_map(|one| one.settles_on(today));
    look.look_again_on = look.look_again_on.into_iter().chain(lapsing).min();
    look
}

/// One obligation against its record.
struct Planner<'a> {
    obligation: &'a Obligation<'a>,
    decision: &'a Decision,
    books: Books<'a>,
    today: NaiveDate,
}

impl Planner<'_> {
    fn change(&self, stored: Option<&Stored>) -> Option<Change> {
        let state = self.obligation.state(self.today);
        let Some(dates) = self.obligation.dates else {
            return stored.and_then(lost);
        };
        let mut events = Vec::new();
        let mut record = self.record(&dates, state, stored.map(|stored| &stored.record));
        match stored.map(|stored| &stored.record) {
            None if !state.is_live() => return None,
            None => events.push(Event::Opened),
            Some(before) => events.extend(self.what_became(before, &record, state)),
        }
        let climb = self.climb(record.told_level);
        record.next_on = climb.next_on;
        record.told_level = climb
            .reached
            .as_ref()
            .map_or(record.told_level, |step| Some(step.level));
        if stored.is_some_and(|stored| stored.record == record) {
            return None;
        }
        let mut notices = self.notices(&dates, &record, climb.reached.as_ref(), stored);
        let quieted = self.quiet(&mut notices, climb.reached.as_ref(), stored);
        Some(Change {
            record,
            events,
            reached: climb.reached,
            superseded: climb.superseded,
            notices,
            quieted,
        })
    }

    /// Leaves out who has acknowledged what the rung says; their units.
    fn quiet(
        &self,
        notices: &mut Vec<Draft>,
        reached: Option<&Step>,
        stored: Option<&Stored>,
    ) -> Vec<String> {
        let rule = self.obligation.rule;
        let ladder = self.books.pack.ladder(&rule.ladder);
        let Some(((step, ladder), stored)) = reached.zip(ladder).zip(stored) else {
            return Vec::new();
        };
        let said = (ladder.rungs.len(), rule.strength);
        acknowledgement::leave_out(notices, step, said, &stored.heard)
    }

    /// The record as derived now, before the ladder is climbed.
    fn record(&self, dates: &Dates, state: State, before: Option<&Record>) -> Record {
        let anew = |before: &Record| {
            is_moved(before, dates) || self.turned_short(before) || self.came_back(before, state)
        };
        let moved = before.is_some_and(anew);
        let told_level = before
            .and_then(|before| before.told_level)
            .filter(|_| !moved);
        Record {
            id: before.and_then(|before| before.id),
            key: self.obligation.key.clone(),
            revision: before.map_or(1, |before| before.revision + u32::from(moved)),
            due_on: dates.due_on,
            latest_on: dates.latest_on,
            live: state.is_live(),
            near_on: self.obligation.near_on(),
            overdue_on: self.obligation.overdue_on(),
            next_on: None,
            told_level,
        }
    }

    /// What became of it between two records.
    fn what_became(&self, before: &Record, now: &Record, state: State) -> Vec<Event> {
        let mut events = Vec::new();
        if (before.due_on, before.latest_on) != (now.due_on, now.latest_on) {
            events.push(Event::Moved {
                due_on: before.due_on,
                latest_on: before.latest_on,
            });
        } else if self.turned_short(before) {
            let is_short = now.overdue_on.is_some();
            events.push(if is_short {
                Event::CutShort
            } else {
                Event::LongEnough
            });
        }
        match (before.live, now.live) {
            (true, false) => events.push(Event::Closed {
                state,
                why: self.why(state),
            }),
            (false, true) => events.push(Event::Reopened),
            (true, true) | (false, false) => {}
        }
        events
    }

    /// Why nothing is to be done, where it was not done.
    fn why(&self, state: State) -> Option<String> {
        let excuse = self.obligation.excuse.as_ref();
        let is_excused = matches!(state, State::Waived | State::Exempt);
        excuse.filter(|_| is_excused).map(Excuse::describe)
    }

    /// What was closed and is to be done after all is told anew: a waiver that lapsed, an
    /// act that was recorded by mistake.
    fn came_back(&self, before: &Record, state: State) -> bool {
        self.obligation.rule.relation != Relation::NotBefore && !before.live && state.is_live()
    }

    /// A window that is cut short, or no longer, is told anew: whoever heard that it was
    /// too short and then that it was not would not hear it a second time.
    fn turned_short(&self, before: &Record) -> bool {
        self.obligation.rule.relation == Relation::NotBefore
            && before.overdue_on.is_some() != self.obligation.is_cut_short()
            && self.obligation.rule.strength != Strength::Advisory
    }

    fn climb(&self, told: Option<u32>) -> Climb {
        let Some(ladder) = self.books.pack.ladder(&self.obligation.rule.ladder) else {
            return Climb::default();
        };
        ladder::climb(
            self.obligation,
            ladder,
            self.books.calendar,
            told,
            self.today,
        )
    }

    /// What the reached rung says, and what those hear who know an older date.
    fn notices(
        &self,
        dates: &Dates,
        record: &Record,
        reached: Option<&Step>,
        stored: Option<&Stored>,
    ) -> Vec<Draft> {
        let moved = stored.filter(|stored| is_moved(&stored.record, dates));
        let knew = moved.map_or(&[][..], |stored| &stored.told);
        let was_due_on = moved
            .filter(|_| !knew.is_empty())
            .map(|stored| stored.record.due_on);
        let remind = |step| Reminder {
            obligation: self.obligation,
            dates,
            decision: self.decision,
            step,
            revision: record.revision,
            was_due_on,
            today: self.today,
        };
        let mut notices =
            reached.map_or_else(Vec::new, |step| address::address(&remind(step), self.books));
        if !record.live {
            return notices;
        }
        let told_now: Vec<Recipient> = notices
            .iter()
            .map(|draft| draft.recipient.clone())
            .collect();
        let step = changed(self.today);
        let others = knew
            .iter()
            .filter(|recipient| !told_now.contains(recipient));
        notices.extend(
            others.map(|recipient| {
                address::tell_change(&remind(&step), self.books, recipient.clone())
            }),
        );
        notices
    }
}

/// Whether either reading gives another day than before.
fn is_moved(before: &Record, dates: &Dates) -> bool {
    (before.due_on, before.latest_on) != (dates.due_on, dates.latest_on)
}

/// A record whose anchor, event or decision is no longer in the catalogue.
fn lost(stored: &Stored) -> Option<Change> {
    stored.record.live.then(|| Change {
        record: Record {
            live: false,
            next_on: None,
            ..stored.record.clone()
        },
        events: vec![Event::Lost],
        reached: None,
        superseded: Vec::new(),
        notices: Vec::new(),
        quieted: Vec::new(),
    })
}

/// The rung of a notice that only says the date has moved.
fn changed(today: NaiveDate) -> Step {
    Step {
        level: 0,
        name: "changed".to_owned(),
        on: today,
        to: Vec::new(),
        kind: Kind::Changed,
    }
}
