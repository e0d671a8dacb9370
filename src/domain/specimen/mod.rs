//! Notices that nobody is told by the ladder: a test of the way to somebody, and a rule's
//! notice to look at.
//!
//! Owns their facts, made as a real notice's are. Refuses to be written into the ledger: no
//! plan makes one.

mod made_up;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::Deserialize;

use super::address::{Books, Draft, Reminder, address, message_key, tell, versions};
use super::decision::{Decision, DecisionId};
use super::ladder::{self, Step, climb};
use super::notice::{Content, Ended, Facts, Kind, Message, Recipient};
use super::obligation::{Dates, Done, Excuse, Obligation, ObligationKey, State};
use super::pack::{Basis, Ladder, Relation, Rule, RuleId, Strength};

/// The words of what never was: they stand in a file, as all that people read does.
#[derive(Debug, Clone, Deserialize)]
pub struct Words {
    test: TestWords,
    decision: DecisionWords,
    recipient: Recipient,
    waived: WaivedWords,
    evidence: String,
}

#[derive(Debug, Clone, Deserialize)]
struct TestWords {
    decision: String,
    organ: String,
    title: String,
    duty: String,
    basis: Basis,
}

#[derive(Debug, Clone, Deserialize)]
struct DecisionWords {
    organ: String,
    title: String,
}

#[derive(Debug, Clone, Deserialize)]
struct WaivedWords {
    by: String,
    reason: String,
}

impl Words {
    /// The shipped words.
    ///
    /// # Errors
    /// They are of another shape: a fault of the program.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("words.json"))
    }
}

/// A message that tries the way to `to`, as of `today`. `name` sets it apart from every other,
/// so that no receiver takes it for a repeat.
#[must_use]
pub fn trial(
    to: &Recipient,
    words: &Words,
    books: Books<'_>,
    today: NaiveDate,
    name: &str,
) -> Message {
    Message {
        key: message_key(to, name),
        recipient: to.clone(),
        content: Content::Notices {
            notices: vec![nothing_to_do(to, &words.test, books, today)],
        },
        attempt: 1,
        maybe_repeat: false,
        sent_on: Some(today),
    }
}

/// The facts of a notice that is about no decision and asks for nothing.
fn nothing_to_do(to: &Recipient, words: &TestWords, books: Books<'_>, today: NaiveDate) -> Facts {
    Facts {
        obligation: ObligationKey {
            decision: DecisionId(words.decision.clone()),
            rule: RuleId("test".to_owned()),
            occurrence: String::new(),
        },
        revision: 0,
        rung: "test".to_owned(),
        kind: Kind::Test,
        as_of: today,
        organ: words.organ.clone(),
        year: today.year(),
        seq: 0,
        title: Some(words.title.clone()),
        duty: words.duty.clone(),
        relation: Relation::By,
        basis: vec![words.basis.clone()],
        strength: Strength::Advisory,
        state: State::Open,
        anchor_on: today,
        due_on: today,
        latest_on: today,
        working_days_left: 0,
        was_due_on: None,
        provisional: false,
        trail: Vec::new(),
        versions: versions(books),
        responsible: to.unit.clone(),
        prepare: Vec::new(),
        closes_on: None,
        lacking: Vec::new(),
        candidates: Vec::new(),
        rerouted: None,
        calls: vec![to.audience],
        date_is_new: false,
        is_chase: false,
        ended: None,
    }
}

/// The notices of a duty under `rule` that is made up, and what else [`notices`] says; none
/// where it cannot be made up.
#[must_use]
pub fn made_up(
    rule: &Rule,
    kind: Option<Kind>,
    words: &Words,
    books: Books<'_>,
    today: NaiveDate,
) -> Option<Vec<Draft>> {
    let (decision, obligation) = made_up::for_rule(rule, books, words, today)?;
    let wanted = Wanted {
        obligation: &obligation,
        decision: &decision,
        kind,
        words,
        today,
    };
    Some(notices(&wanted, books))
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The duty.
    pub obligation: &'a Obligation<'a>,
    /// Its decision.
    pub decision: &'a Decision,
    /// What is said of it; the rung that is reached, or else the first, where nobody says.
    pub kind: Option<Kind>,
    /// The words of what ended it, where that is wanted and nothing has.
    pub words: &'a Words,
    /// The day on which a rung is reached or not.
    pub today: NaiveDate,
}

/// The notices that say it, as they were or would be on the day of their rung; nothing where
/// the duty has no date, or its ladder no rung of that kind.
///
/// What ended the duty meanwhile is passed over: it is looked at, not told.
#[must_use]
pub fn notices(wanted: &Wanted<'_>, books: Books<'_>) -> Vec<Draft> {
    let Some(dates) = wanted.obligation.dates else {
        return Vec::new();
    };
    let open = as_open(wanted.obligation, &dates, wanted.kind);
    let Some(ladder) = books.pack.ladder(&open.rule.ladder) else {
        return Vec::new();
    };
    let Some(mut step) = rung(&open, ladder, books, wanted) else {
        return Vec::new();
    };
    step.kind = wanted.kind.unwrap_or(step.kind);
    let reminder = Reminder {
        obligation: &open,
        dates: &dates,
        decision: wanted.decision,
        step: &step,
        revision: 1,
        told: &[],
        chases: false,
        today: step.on,
    };
    let mut drafts = address(&reminder, books);
    if drafts.is_empty() {
        // A directory without anybody, as there is before one is written.
        drafts.push(tell(&reminder, books, &wanted.words.recipient, None));
    }
    for draft in &mut drafts {
        finish(&mut draft.facts, wanted);
    }
    drafts
}

/// The duty as it is before anything ends it; for a window cut short, with a closing day that
/// comes too early.
fn as_open<'p>(obligation: &Obligation<'p>, dates: &Dates, kind: Option<Kind>) -> Obligation<'p> {
    let is_too_short = kind == Some(Kind::TooShort);
    let early = || Done {
        on: dates.latest_on - Days::new(1),
        event: String::new(),
        evidence: None,
    };
    let too_early = obligation
        .done
        .clone()
        .filter(|_| obligation.is_cut_short());
    Obligation {
        done: is_too_short.then(|| too_early.unwrap_or_else(early)),
        excuse: None,
        spoken_for: false,
        ..obligation.clone()
    }
}

/// The rung on which it is said: for what has no rung of its own, any.
fn rung(
    open: &Obligation<'_>,
    ladder: &Ladder,
    books: Books<'_>,
    wanted: &Wanted<'_>,
) -> Option<Step> {
    let of_kind = |kind| ladder::first(open, ladder, books.calendar, kind);
    match wanted.kind {
        None => climb(open, ladder, books.calendar, None, wanted.today)
            .reached
            .or_else(|| of_kind(None)),
        Some(Kind::Changed | Kind::Cleared | Kind::Waived | Kind::Withdrawn) => of_kind(None),
        Some(kind) => of_kind(Some(kind)),
    }
}

/// Adds what nothing but a past would say: the date before it moved, and what ended it, made
/// up where nothing has.
fn finish(facts: &mut Facts, wanted: &Wanted<'_>) {
    let (obligation, words) = (wanted.obligation, wanted.words);
    let today = facts.as_of;
    let (state, ended) = match facts.kind {
        Kind::Changed => {
            facts.was_due_on = Some(facts.due_on - Days::new(7));
            return;
        }
        Kind::Cleared => {
            let event = obligation.rule.done_by.events.first().cloned();
            let made_up = || Done {
                on: today,
                event: event.unwrap_or_default(),
                evidence: Some(words.evidence.clone()),
            };
            let done = obligation.done.clone().unwrap_or_else(made_up);
            (State::Done, Ended::Done(done))
        }
        Kind::Waived => {
            let made_up = || Excuse::Waived {
                by: words.waived.by.clone(),
                reason: words.waived.reason.clone(),
                on: today,
                until: None,
            };
            let excuse = obligation.excuse.clone().unwrap_or_else(made_up);
            (State::Waived, Ended::Excused(excuse))
        }
        Kind::Withdrawn => (State::Waiting, Ended::Lost),
        _ => return,
    };
    facts.state = state;
    facts.ended = Some(ended);
}
