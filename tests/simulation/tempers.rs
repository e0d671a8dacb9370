//! What a peer answers: spells of weather over the relay and the endpoints, and habits of
//! each mailbox.
//!
//! Owns the answers and how the production tables class them. Refuses to keep a log.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::{Class, Outcome};
use duban::domain::notice::Message;

use super::dice::Dice;
use super::peers::is_mail;

/// A spell in which a destination does nothing well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spell {
    /// 535, or a broken TLS setup: the way is closed for every message.
    LoginRefused,
    /// Nobody answers.
    BlackHole,
    /// 550 `frequency limited`, 429 with `Retry-After`.
    Throttled,
}

/// The habit of a mailbox or an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Good,
    /// 450 to whom it sees for the first time.
    Greylists,
    /// No such user, gone.
    Refuses,
    /// Answers get lost, connections break.
    Flaky,
}

/// A destination, or a mailbox behind the relay.
#[derive(Debug)]
pub(crate) struct Temper {
    habit: Habit,
    spell: Option<(Spell, DateTime<Utc>)>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) taken: bool,
    pub(crate) takes_secs: i64,
}

impl Answer {
    fn new(outcome: Outcome, takes_secs: i64) -> Self {
        let taken = outcome.class == Class::Accepted;
        Self {
            outcome,
            taken,
            takes_secs,
        }
    }
}

fn said(class: Class, phase: &str, code: u16, words: &str) -> Outcome {
    Outcome::new(class, phase, words).with_code(Some(code))
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
    habit.habit.answers(dice, message)
}

fn habit(dice: &mut Dice) -> Habit {
    match dice.between(0, 99) {
        0..=54 => Habit::Good,
        55..=69 => Habit::Greylists,
        70..=77 => Habit::Refuses,
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
                _ => (Spell::Throttled, dice.between(5, 60 * 6)),
            };
            self.spell = Some((spell, now + TimeDelta::minutes(minutes)));
        }
        self.spell.map(|(spell, _)| spell)
    }
}

fn under(spell: Spell, dice: &mut Dice, message: &Message, now: DateTime<Utc>) -> Answer {
    let deferred = Class::Deferred;
    match (spell, is_mail(message)) {
        (Spell::LoginRefused, true) => {
            let refused = said(deferred, "auth", 535, "5.7.8 authentication failed");
            Answer::new(refused.of_channel(), 1)
        }
        (Spell::LoginRefused, false) => {
            let broken = Outcome::new(deferred, "tls", "certificate has expired");
            Answer::new(broken.of_channel(), 1)
        }
        (Spell::BlackHole, _) => {
            Answer::new(Outcome::new(deferred, "connect", "no answer in time"), 30)
        }
        (Spell::Throttled, true) => {
            let mut limited = said(deferred, "rcpt", 550, "frequency limited");
            limited.retry_after = Some(now + TimeDelta::minutes(15));
            Answer::new(limited, 2)
        }
        (Spell::Throttled, false) => {
            let mut busy = said(deferred, "http", 429, "Too Many Requests");
            busy.retry_after = Some(now + TimeDelta::seconds(dice.between(20, 20_000)));
            Answer::new(busy, 1)
        }
    }
}

impl Habit {
    fn answers(self, dice: &mut Dice, message: &Message) -> Answer {
        let fine = || Answer::new(said(Class::Accepted, "reply", 250, "queued"), 1);
        match self {
            Self::Greylists if message.attempt == 1 => {
                let later = said(Class::Deferred, "rcpt", 450, "4.2.0 greylisted");
                Answer::new(later, 1)
            }
            Self::Good | Self::Greylists => fine(),
            Self::Refuses => {
                let nobody = said(Class::Rejected, "rcpt", 550, "5.1.1 no such user");
                Answer::new(nobody, 1)
            }
            Self::Flaky => match dice.between(0, 99) {
                0..=19 => Answer {
                    taken: true,
                    ..lost(dice)
                },
                20..=29 => lost(dice),
                30..=44 => {
                    let busy = said(Class::Deferred, "mail", 451, "4.3.0 try again later");
                    Answer::new(busy, 3)
                }
                _ => fine(),
            },
        }
    }
}

/// The connection breaks after the last byte: nobody knows whether it was taken.
fn lost(dice: &mut Dice) -> Answer {
    let lost = Outcome::new(Class::Unknown, "reply", "connection reset");
    Answer::new(lost, dice.between(1, 200))
}
