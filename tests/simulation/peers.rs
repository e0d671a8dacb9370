//! Scripted peers: relay, mailboxes and endpoints, each with a temper that a seed gives it.
//!
//! Owns what each attempt comes to, the moment at which a process may be killed in the
//! middle of one, and a log of every attempt that reached a peer. At each it looks into the
//! ledger for the attempt's row. Refuses to judge anything else; that is `oracle`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use duban::channels::wording::Wording;
use duban::clock::{Clock, civil};
use duban::domain::delivery::{Class, Outcome, Scope};
use duban::domain::notice::{Channel, Content, Facts, Kind, Message};
use duban::jobs::{Carrier, Sending};
use rusqlite::Connection;
use tokio::sync::Notify;

use super::dice::Dice;
use super::tempers::{Temper, answer};

/// What a message said about one obligation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said {
    pub(crate) obligation: String,
    pub(crate) revision: u32,
    pub(crate) rung: String,
    pub(crate) kind: String,
}

impl Said {
    /// It says that nothing is to be done any more.
    pub(crate) fn is_ending(&self) -> bool {
        self.kind == "ending"
    }
}

/// An attempt, as the peers saw it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) at: DateTime<Utc>,
    pub(crate) ended: DateTime<Utc>,
    pub(crate) key: String,
    pub(crate) number: u32,
    pub(crate) marked: bool,
    pub(crate) destination: String,
    pub(crate) address: String,
    pub(crate) taken: bool,
    pub(crate) class: Class,
    pub(crate) scope: Scope,
    pub(crate) not_before: Option<DateTime<Utc>>,
    /// The process never heard the answer.
    pub(crate) unheard: bool,
    pub(crate) said: Vec<Said>,
    /// The last day on which all of it is said in time.
    pub(crate) useful_on: Option<NaiveDate>,
}

impl Sent {
    /// For the trace.
    pub(crate) fn line(&self) -> String {
        let (unheard, taken) = (self.unheard, self.taken);
        format!(
            "{} #{} marked {} to {}: {:?} {:?}, taken {taken}, unheard {unheard}, {:?}",
            self.key, self.number, self.marked, self.address, self.class, self.scope, self.said
        )
    }
}

/// When the process is killed, or lets go of a delivery, in the middle of an attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trap {
    /// At the attempt so many from now.
    pub(crate) after: u32,
    /// The peer has taken the message by then.
    pub(crate) taken: bool,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    tempers: BTreeMap<String, Temper>,
    log: Vec<Sent>,
    complaint: Option<String>,
    trap: Option<Trap>,
    ledger: Option<Connection>,
}

/// Everybody who can be written to.
pub(crate) struct Peers {
    clock: Clock,
    wording: Arc<Wording>,
    state: Mutex<State>,
    /// Rings when the trap has sprung.
    pub(crate) sprung: Notify,
}

impl Peers {
    pub(crate) fn new(clock: Clock, dice: Dice, wording: Arc<Wording>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            wording,
            state: Mutex::new(State {
                dice,
                tempers: BTreeMap::new(),
                log: Vec::new(),
                complaint: None,
                trap: None,
                ledger: None,
            }),
            sprung: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Looks into this ledger from now on, or into none.
    pub(crate) fn look_into(&self, ledger: Option<&Path>) {
        self.state().ledger = ledger.map(|path| Connection::open(path).unwrap());
    }

    pub(crate) fn set(&self, trap: Option<Trap>) {
        self.state().trap = trap;
    }

    /// The attempts since the last time, and what was wrong with one of them.
    pub(crate) fn take(&self) -> (Vec<Sent>, Option<String>) {
        let mut state = self.state();
        (std::mem::take(&mut state.log), state.complaint.take())
    }

    /// One attempt; `None` where the process does not live to hear the answer.
    fn attempt(&self, message: &Message, now: DateTime<Utc>) -> Option<Outcome> {
        let mut state = self.state();
        state.complaint = state.complaint.take().or_else(|| {
            let ledger = state.ledger.as_ref()?;
            let told = not_durable(ledger, message).and_then(|()| self.late(message, now));
            told.err()
        });
        let State { dice, tempers, .. } = &mut *state;
        let answered = answer(tempers, dice, message, now);
        self.clock
            .move_to(now + TimeDelta::seconds(answered.takes_secs));
        let sprung = match &mut state.trap {
            Some(trap) if trap.after == 0 => state.trap.take(),
            Some(trap) => {
                trap.after -= 1;
                None
            }
            None => None,
        };
        let outcome = answered.outcome;
        state.log.push(Sent {
            at: now,
            ended: self.clock.now(),
            key: message.key.clone(),
            number: message.attempt,
            marked: message.maybe_repeat,
            destination: message.recipient.destination(),
            address: format!(
                "{}:{}",
                message.recipient.channel, message.recipient.address
            ),
            taken: sprung.map_or(answered.taken, |trap| trap.taken),
            class: answered.meant.class,
            scope: answered.meant.scope,
            not_before: answered.meant.not_before,
            unheard: sprung.is_some(),
            said: said(message),
            useful_on: useful_on(message),
        });
        sprung.is_none().then_some(outcome)
    }

    /// What is said after its day says that it is late.
    fn late(&self, message: &Message, now: DateTime<Utc>) -> Result<(), String> {
        let today = civil(now).date();
        let Content::Notices { notices } = &message.content else {
            return Ok(());
        };
        let late = notices.iter().filter_map(last_day).any(|day| day < today);
        if message.sent_on != Some(today) || message.is_late() != late {
            let (key, on) = (&message.key, message.sent_on);
            return Err(format!("late: {key} goes out as of {on:?}, late is {late}"));
        }
        if late && is_mail(message) {
            let text = self.wording.mail(message).unwrap().plain;
            if !text.contains("迟到") {
                return Err(format!("late: {} does not say so", message.key));
            }
        }
        Ok(())
    }
}

/// The last day on which it is said in time, for what was still ahead when it was made.
fn last_day(facts: &Facts) -> Option<NaiveDate> {
    let ahead = matches!(facts.kind, Kind::Reminder | Kind::DueToday | Kind::Changed);
    (ahead && facts.as_of <= facts.latest_on).then_some(facts.latest_on)
}

fn useful_on(message: &Message) -> Option<NaiveDate> {
    match &message.content {
        Content::Notices { notices } => notices.iter().filter_map(last_day).min(),
        Content::Digest { digest } => Some(digest.on),
    }
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").finish_non_exhaustive()
    }
}

impl Carrier for Peers {
    fn carry<'a>(&'a self, message: &'a Message, now: DateTime<Utc>) -> Sending<'a> {
        Box::pin(async move {
            let Some(outcome) = self.attempt(message, now) else {
                self.sprung.notify_one();
                return std::future::pending().await;
            };
            outcome
        })
    }
}

/// The attempt must be on disk, under way and not answered, before a peer hears of it.
fn not_durable(ledger: &Connection, message: &Message) -> Result<(), String> {
    let sql = "select message.state || ' ' || coalesce(attempt.outcome, 'unanswered')
               from message left join attempt
                 on attempt.message_id = message.id and attempt.number = ?2
               where message.key = ?1 and attempt.started_at is not null";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let found: Result<String, _> =
        statement.query_row((&message.key, message.attempt), |row| row.get(0));
    match found.as_deref() {
        Ok("leased unanswered") => Ok(()),
        Ok(other) => Err(format!(
            "claim: {} is sent while the ledger says `{other}`",
            message.key
        )),
        Err(_) => Err(format!(
            "claim: attempt {} of {} is sent without a row that was committed before",
            message.attempt, message.key
        )),
    }
}

fn said(message: &Message) -> Vec<Said> {
    let Content::Notices { notices } = &message.content else {
        return Vec::new();
    };
    let said = notices.iter().map(|facts| Said {
        obligation: facts.obligation.to_string(),
        revision: facts.revision,
        rung: facts.rung.clone(),
        kind: kind(facts.kind).to_owned(),
    });
    said.collect()
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Changed => "changed",
        Kind::Reminder => "reminder",
        Kind::TooShort => "too short",
        Kind::Cleared | Kind::Waived | Kind::Withdrawn => "ending",
        _ => "other",
    }
}

/// Whether it goes by mail.
pub(crate) fn is_mail(message: &Message) -> bool {
    message.recipient.channel == Channel::Mail
}
