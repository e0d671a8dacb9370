//! From what is so and what was so to what changes: one decision's plan.
//!
//! Owns comparing derived obligations with the ledger's records, revisions when a
//! date moves, and the notices that follow. A plan can be printed or applied; it is
//! the same value. Refuses to store or send it, and to say who hears that something has
//! ended; that is `closing`.

mod change;

use chrono::NaiveDate;

use super::acknowledgement;
use super::address::{self, Books, Draft, Reminder};
use super::closing::{self, Aside};
use super::decision::{Decision, DecisionId};
use super::gaps::{self, Look};
use super::ladder::{self, Climb, Step};
use super::obligation::{Dates, Excuse, Obligation, ObligationKey, State};
use super::pack::{Ladder, Relation, Strength};
use super::record::{Record, Stored};
use super::rules::obligations;
pub use change::{Change, Event};

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
    let lost = |stored| lost(stored, decision, books, today);
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
            let lost = |stored| lost(stored, Some(self.decision), self.books, self.today);
            return stored.and_then(lost);
        };
        let mut events = Vec::new();
        let mut record = self.record(&dates, state, stored.map(|stored| &stored.record));
        match stored.map(|stored| &stored.record) {
            None if !state.is_live() => return None,
            None => events.push(Event::Opened),
            Some(before) => events.extend(self.what_became(before, &record, state)),
        }
        let told_before = record.told_level;
        let climb = self.climb(told_before);
        record.next_on = climb.next_on;
        record.told_level = climb
            .reached
            .as_ref()
            .map_or(record.told_level, |step| Some(step.level));
        if stored.is_some_and(|stored| stored.record == record) {
            return None;
        }
        let asides = self.asides(&events, (state, climb.reached.as_ref()), stored);
        let remind = |step| Reminder {
            obligation: self.obligation,
            dates: &dates,
            decision: self.decision,
            step,
            revision: record.revision,
            told: stored.map_or(&[], |stored| &stored.told),
            chases: self.was_chased(told_before),
            today: self.today,
        };
        let reached = climb.reached.as_ref();
        let rung = reached.map(|step| address::address(&remind(step), self.books));
        let mut notices = rung.unwrap_or_default();
        for aside in &asides {
            self.tell(&mut notices, aside, &remind(&aside.step));
        }
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
        let Some(((step, ladder), stored)) = reached.zip(self.ladder()).zip(stored) else {
            return Vec::new();
        };
        let said = (ladder.rungs.len(), self.obligation.rule.strength);
        acknowledgement::leave_out(notices, step, said, &stored.heard)
    }

    /// The record as derived now, before the ladder is climbed.
    fn record(&self, dates: &Dates, state: State, before: Option<&Record>) -> Record {
        let anew = |before: &Record| {
            is_moved(before, dates) || self.turned_short(before) || Self::came_back(before, state)
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
    const fn came_back(before: &Record, state: State) -> bool {
        !before.live && state.is_live()
    }

    /// A window that is cut short, or no longer, is told anew: whoever heard that it was
    /// too short and then that it was not would not hear it a second time.
    fn turned_short(&self, before: &Record) -> bool {
        self.obligation.rule.relation == Relation::NotBefore
            && before.overdue_on.is_some() != self.obligation.is_cut_short()
            && self.obligation.rule.strength != Strength::Advisory
    }

    fn ladder(&self) -> Option<&Ladder> {
        self.books.pack.ladder(&self.obligation.rule.ladder)
    }

    fn climb(&self, told: Option<u32>) -> Climb {
        let Some(ladder) = self.ladder() else {
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

    /// Whether a rung past the date has been told: what follows chases.
    fn was_chased(&self, told: Option<u32>) -> bool {
        let ladder = self.ladder().zip(told);
        ladder.is_some_and(|(ladder, level)| ladder::is_past_the_date(ladder, level))
    }

    /// What those hear who were told before, besides the rung: that it has ended, that it is
    /// to be done after all, that its date has moved.
    fn asides<'t>(
        &self,
        events: &[Event],
        (state, reached): (State, Option<&Step>),
        stored: Option<&'t Stored>,
    ) -> Vec<Aside<'t>> {
        let told = stored.map_or(&[][..], |stored| &stored.told);
        let aside = |event: &Event| match event {
            Event::Opened | Event::CutShort | Event::Lost => None,
            Event::Closed { .. } => closing::end(self.obligation, state, told, self.today),
            // Nothing else is said of what stays closed.
            _ if !state.is_live() => None,
            Event::LongEnough => Some(closing::long_enough(told, self.today)),
            Event::Reopened => {
                let kind = closing::kind_of_return(reached, state);
                Some(closing::back(told, kind, self.today))
            }
            Event::Moved { .. } => Some(closing::moved(told, self.today)),
        };
        // The last event first: whoever hears that it is to be done after all hears its date.
        events.iter().rev().filter_map(aside).collect()
    }

    /// Says it to those who are not told anything else of it now.
    fn tell(&self, notices: &mut Vec<Draft>, aside: &Aside<'_>, reminder: &Reminder<'_>) {
        for to in &aside.to {
            if !notices
                .iter()
                .any(|one| one.recipient.is_at_the_place_of(to))
            {
                notices.push(address::tell(reminder, self.books, to, aside.ended.clone()));
            }
        }
    }
}

/// Whether either reading gives another day than before.
fn is_moved(before: &Record, dates: &Dates) -> bool {
    (before.due_on, before.latest_on) != (dates.due_on, dates.latest_on)
}

/// A record whose anchor, event or decision is no longer in the catalogue.
fn lost(
    stored: &Stored,
    decision: Option<&Decision>,
    books: Books<'_>,
    today: NaiveDate,
) -> Option<Change> {
    stored.record.live.then(|| Change {
        record: Record {
            live: false,
            next_on: None,
            ..stored.record.clone()
        },
        events: vec![Event::Lost],
        reached: None,
        superseded: Vec::new(),
        notices: closing::lost(stored, decision, books, today),
        quieted: Vec::new(),
    })
}
