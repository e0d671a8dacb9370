//! What a peer answers: spells of weather over the relay and the endpoints, and habits of
//! each mailbox.
//!
//! Owns the replies as they stand on the wire, what each is meant to say, and handing them to
//! the production tables. What is meant is for the judge, what the tables read out of it for
//! the program. Refuses to keep a log.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use duban::clock::{civil, instant};
use duban::domain::delivery::http::{self, Body, Yes};
use duban::domain::delivery::smtp::{self, Cause, Phase};
use duban::domain::delivery::{Class, Outcome, Scope};
use duban::domain::notice::Message;

use super::dice::Dice;
use super::peers::is_mail;

/// A spell in which a destination does nothing well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spell {
    /// A refused login, a signature or proxy that does not fit, an endpoint that is gone: closed
    /// for every message.
    LoginRefused,
    /// Nobody answers.
    BlackHole,
    /// 550 `frequency limited`, 429 or 503 with `Retry-After`.
    Throttled,
    /// The day's allowance is used up.
    UsedUp,
}

/// The habit of a mailbox or an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Good,
    /// 450 to whom it sees for the first time.
    Greylists,
    /// No such user, gone.
    Refuses,
    /// Its owner does not clear it.
    Full,
    /// Answers get lost, connections break.
    Flaky,
}

/// A destination, or a mailbox behind the relay.
#[derive(Debug)]
pub(crate) struct Temper {
    habit: Habit,
    spell: Option<(Spell, DateTime<Utc>)>,
}

/// What a peer means to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meant {
    pub(crate) class: Class,
    pub(crate) scope: Scope,
    pub(crate) not_before: Option<DateTime<Utc>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) meant: Meant,
    /// What the production tables read out of it.
    pub(crate) outcome: Outcome,
    pub(crate) taken: bool,
    pub(crate) takes_secs: i64,
}

impl Answer {
    fn new(class: Class, outcome: Outcome, takes_secs: i64) -> Self {
        let meant = Meant {
            class,
            scope: Scope::Message,
            not_before: None,
        };
        Self {
            meant,
            outcome,
            taken: class == Class::Accepted,
            takes_secs,
        }
    }

    const fn for_everybody(mut self) -> Self {
        self.meant.scope = Scope::Channel;
        self
    }

    const fn not_before(mut self, at: DateTime<Utc>) -> Self {
        self.meant.not_before = Some(at);
        self
    }
}

/// A relay's reply, through the table.
fn reply(phase: Phase, code: u16, words: &str, now: DateTime<Utc>) -> Outcome {
    smtp::outcome(phase, &Cause::Reply(code, words.to_owned()), now)
}

/// An endpoint's answer, through the table.
fn status(code: u16, retry_after: Option<&str>, body: &[u8], now: DateTime<Utc>) -> Outcome {
    let answer = http::Answer {
        status: code,
        retry_after,
        body: Body::Whole(body),
    };
    http::outcome(&answer, &Yes::Status, now)
}

/// What `message` meets at `now`.
pub(crate) fn answer(
    tempers: &mut BTreeMap<String, Temper>,
    dice: &mut Dice,
    message: &Message,
    now: DateTime<Utc>,
) -> Answer {
    let way = message.recipient.destination();
    let temper = tempers.entry(way).or_insert_with(|| Temper {
        habit: Habit::Good,
        spell: None,
    });
    if let Some(spell) = temper.weather(dice, now) {
        return under(spell, dice, message, now);
    }
    let box_of = format!("box of {}", message.recipient.address);
    let habit = tempers.entry(box_of).or_insert_with(|| Temper {
        habit: habit(dice),
        spell: None,
    });
    habit.habit.answers(dice, message, now)
}

fn habit(dice: &mut Dice) -> Habit {
    match dice.between(0, 99) {
        0..=49 => Habit::Good,
        50..=64 => Habit::Greylists,
        65..=72 => Habit::Refuses,
        73..=77 => Habit::Full,
        _ => Habit::Flaky,
    }
}

impl Temper {
    /// Begins a spell now and then, and says which one holds.
    fn weather(&mut self, dice: &mut Dice, now: DateTime<Utc>) -> Option<Spell> {
        self.spell = self.spell.filter(|(_, until)| *until > now);
        if self.spell.is_none() && dice.in_thousand(8) {
            let (spell, minutes) = match dice.between(0, 9) {
                0..=3 => (Spell::LoginRefused, dice.between(5, 60 * 20)),
                4 => (Spell::BlackHole, dice.between(60, 60 * 20)),
                // Longer than anything is tried.
                5 => (Spell::BlackHole, 60 * 24 * dice.between(1, 6)),
                6 => (Spell::UsedUp, dice.between(60, 60 * 30)),
                _ => (Spell::Throttled, dice.between(5, 60 * 6)),
            };
            self.spell = Some((spell, now + TimeDelta::minutes(minutes)));
        }
        self.spell.map(|(spell, _)| spell)
    }
}

fn under(spell: Spell, dice: &mut Dice, message: &Message, now: DateTime<Utc>) -> Answer {
    let deferred = |outcome, takes| Answer::new(Class::Deferred, outcome, takes);
    match (spell, is_mail(message)) {
        (Spell::LoginRefused, true) => {
            let refused = reply(Phase::Auth, 535, "5.7.8 authentication failed", now);
            deferred(refused, 1).for_everybody()
        }
        (Spell::LoginRefused, false) => {
            // 401, 407 and 511 are as 403; with fewer that are gone, hardly a year meets one at
            // a notice's first try.
            let code = *dice.pick(&[410, 410, 403, 410, 410]);
            if code == 410 {
                let gone = status(code, None, b"", now);
                return Answer::new(Class::Rejected, gone, 1).for_everybody();
            }
            deferred(status(code, None, b"", now), 1).for_everybody()
        }
        (Spell::BlackHole, true) => deferred(smtp::outcome(Phase::Connect, &Cause::Late, now), 30),
        (Spell::BlackHole, false) => {
            let nobody = Outcome::new(Class::Deferred, "connect", "no answer in time");
            deferred(nobody, 30)
        }
        (Spell::Throttled, true) => {
            let limited = reply(Phase::Rcpt, 550, "frequency limited", now);
            deferred(limited, 2).not_before(now + TimeDelta::minutes(15))
        }
        (Spell::UsedUp, true) => {
            let used_up = reply(Phase::Mail, 550, "MI:STC", now);
            deferred(used_up, 2).not_before(tomorrow(now))
        }
        (Spell::Throttled, false) => {
            let secs = dice.between(20, 20_000);
            let busy = status(429, Some(&secs.to_string()), b"", now);
            deferred(busy, 1).not_before(now + TimeDelta::seconds(secs))
        }
        (Spell::UsedUp, false) => {
            let at = tomorrow(now);
            let date = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            // Whoever asks for more than a day is asked again after one.
            let at = at.min(now + TimeDelta::hours(24));
            deferred(status(503, Some(&date), b"", now), 1).not_before(at)
        }
    }
}

/// Ten minutes past midnight, when a day's allowance is there again.
fn tomorrow(now: DateTime<Utc>) -> DateTime<Utc> {
    let next = civil(now).date() + Days::new(1);
    instant(next.and_time(NaiveTime::from_hms_opt(0, 10, 0).unwrap()))
}

fn fine(message: &Message, now: DateTime<Utc>) -> Answer {
    let outcome = if is_mail(message) {
        Outcome::new(Class::Accepted, "reply", "queued").with_code(Some(250))
    } else {
        status(200, None, br#"{"errcode":0,"errmsg":"ok"}"#, now)
    };
    Answer::new(Class::Accepted, outcome, 1)
}

impl Habit {
    fn answers(self, dice: &mut Dice, message: &Message, now: DateTime<Utc>) -> Answer {
        let mail = is_mail(message);
        let deferred = |outcome, takes| Answer::new(Class::Deferred, outcome, takes);
        match self {
            Self::Greylists if message.attempt == 1 && mail => {
                let later = reply(Phase::Rcpt, 450, "4.2.0 Greylisted, try later", now);
                deferred(later, 1).not_before(now + TimeDelta::minutes(6))
            }
            Self::Greylists if message.attempt == 1 => deferred(status(503, None, b"", now), 1),
            Self::Good | Self::Greylists => fine(message, now),
            Self::Refuses if mail => {
                let nobody = reply(Phase::Rcpt, 550, "5.1.1 no such user", now);
                Answer::new(Class::Rejected, nobody, 1)
            }
            Self::Refuses => Answer::new(Class::Rejected, status(404, None, b"", now), 1),
            Self::Full if mail => {
                let full = reply(Phase::Rcpt, 552, "5.2.2 mailbox is full", now);
                deferred(full, 1).not_before(now + TimeDelta::minutes(15))
            }
            Self::Full => deferred(status(200, None, br#"{"errcode":45009}"#, now), 1),
            Self::Flaky => match dice.between(0, 99) {
                0..=19 => Answer {
                    taken: true,
                    ..lost(dice, mail, now)
                },
                20..=29 => lost(dice, mail, now),
                30..=44 if mail => {
                    deferred(reply(Phase::Mail, 451, "4.3.0 try again later", now), 3)
                }
                30..=44 => deferred(status(500, None, b"oops", now), 3),
                _ => fine(message, now),
            },
        }
    }
}

/// The connection breaks after the last byte: nobody knows whether it was taken.
fn lost(dice: &mut Dice, mail: bool, now: DateTime<Utc>) -> Answer {
    let outcome = if mail {
        smtp::outcome(Phase::Reply, &Cause::Lost("reset".to_owned()), now)
    } else {
        Outcome::new(Class::Unknown, "http", "no answer in time")
    };
    Answer::new(Class::Unknown, outcome, dice.between(1, 200))
}
