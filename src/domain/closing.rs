//! Who hears that a duty has ended, or is to be done after all.
//!
//! Owns what the ledger knows of somebody who was told, which endings are said, to whom and
//! as what. Refuses to find out that something ended (`plan`) and who is behind an audience
//! (`address`): whoever was told hears it, where they were told.

use chrono::NaiveDate;

use super::address::{Books, Draft, days_left, notice_key};
use super::decision::Decision;
use super::ladder::Step;
use super::notice::{Ended, Facts, Kind, Recipient};
use super::obligation::{Dates, Obligation, State};
use super::pack::{Audience, Relation};
use super::record::{Record, Stored, Told};

/// A notice that no rung asks for: to those who were told before, about what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Aside<'a> {
    /// What stands in a rung's place.
    pub step: Step,
    /// To whom.
    pub to: Vec<&'a Recipient>,
    /// What ended it, where it has ended.
    pub ended: Option<Ended>,
}

/// What is said of a duty that has just closed: once to everybody who takes it to be open.
///
/// Nobody hears that a day has passed by itself (a window that stayed open long enough, a
/// milestone): nobody did anything, and the notice that was sent named that day. Only who
/// heard that a window is too short hears that it was not.
#[must_use]
pub fn end<'a>(
    obligation: &Obligation<'_>,
    state: State,
    told: &'a [Told],
    today: NaiveDate,
) -> Option<Aside<'a>> {
    let done = obligation.done.clone().filter(|done| done.on <= today);
    let is_window = obligation.rule.relation == Relation::NotBefore;
    let excused = || obligation.excuse.clone().map(Ended::Excused);
    let (kind, ended) = match (state, done) {
        (State::Waived | State::Exempt, _) => (Kind::Waived, excused()),
        (State::Done, _) if is_window => return Some(long_enough(told, today)),
        (State::Done, Some(done)) => (Kind::Cleared, Some(Ended::Done(done))),
        _ => return None,
    };
    let open = told.iter().filter(|told| !told.kind.is_ending());
    Some(aside("closed", kind, (open, ended), today))
}

/// Whoever heard that a window is too short hears that it is not, or not any more.
#[must_use]
pub fn long_enough(told: &[Told], today: NaiveDate) -> Aside<'_> {
    let alarmed = told.iter().filter(|told| told.kind == Kind::TooShort);
    aside("long_enough", Kind::Cleared, (alarmed, None), today)
}

/// Whoever heard that it has ended hears that it is to be done after all, whether or not the
/// rung that speaks now is theirs.
#[must_use]
pub fn back(told: &[Told], kind: Kind, today: NaiveDate) -> Aside<'_> {
    let misled = told.iter().filter(|told| told.kind.is_ending());
    aside("reopened", kind, (misled, None), today)
}

/// Whoever was told of another date hears that it has moved.
#[must_use]
pub fn moved(told: &[Told], today: NaiveDate) -> Aside<'_> {
    aside("changed", Kind::Changed, (told.iter(), None), today)
}

fn aside<'a>(
    name: &str,
    kind: Kind,
    (to, ended): (impl Iterator<Item = &'a Told>, Option<Ended>),
    today: NaiveDate,
) -> Aside<'a> {
    Aside {
        step: Step {
            level: 0,
            name: name.to_owned(),
            on: today,
            to: vec![Audience::Contact],
            kind,
        },
        to: to.map(|told| &told.recipient).collect(),
        ended,
    }
}

/// What is said of a duty that cannot be derived any more, because its anchor, its event or
/// its decision is gone: the facts are those that were told last.
#[must_use]
pub fn lost(
    stored: &Stored,
    decision: Option<&Decision>,
    books: Books<'_>,
    today: NaiveDate,
) -> Vec<Draft> {
    let Some(said) = &stored.said else {
        return Vec::new();
    };
    let facts = withdrawn(&stored.record, said, decision, books, today);
    let open = stored.told.iter().filter(|told| !told.kind.is_ending());
    let drafts = open.map(|told| Draft {
        key: notice_key(
            &facts.obligation,
            facts.revision,
            &facts.rung,
            &told.recipient,
        ),
        recipient: told.recipient.clone(),
        facts: facts.clone(),
    });
    drafts.collect()
}

fn withdrawn(
    record: &Record,
    said: &Facts,
    decision: Option<&Decision>,
    books: Books<'_>,
    today: NaiveDate,
) -> Facts {
    let dates = Dates {
        anchor_on: said.anchor_on,
        due_on: said.due_on,
        latest_on: said.latest_on,
        provisional: said.provisional,
    };
    let mut facts = Facts {
        revision: record.revision,
        rung: "lost".to_owned(),
        kind: Kind::Withdrawn,
        as_of: today,
        state: State::Waiting,
        working_days_left: days_left(&dates, today, books.calendar),
        was_due_on: None,
        prepare: Vec::new(),
        closes_on: None,
        lacking: Vec::new(),
        candidates: Vec::new(),
        rerouted: None,
        calls: vec![Audience::Contact],
        date_is_new: false,
        is_chase: false,
        ended: Some(Ended::Lost),
        ..said.clone()
    };
    if let Some(decision) = decision {
        // It may have become confidential since.
        facts.title = decision.shown_title().map(ToOwned::to_owned);
    }
    facts
}

/// How somebody is reminded who heard that it had ended: as the rung that is told now, else
/// by how it stands.
#[must_use]
pub fn kind_of_return(reached: Option<&Step>, state: State) -> Kind {
    match (reached, state) {
        (Some(step), _) => step.kind,
        (None, State::Overdue) => Kind::Overdue,
        (None, _) => Kind::Reminder,
    }
}
