//! What follows from an outcome: done, again, given up, or the destination waits.
//!
//! Owns `Verdict` and the retry policy. Refuses to roll dice: the moment and the jitter are
//! arguments.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{Class, Outcome, Patience, Scope};
use crate::domain::hold::Relief;

/// What follows from an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Delivered.
    Done,
    /// The same message again, not before `at`.
    RetryAt {
        /// When.
        at: DateTime<Utc>,
    },
    /// No further attempt; it fails upward.
    GiveUp {
        /// Why, for the log and the digest.
        reason: String,
    },
    /// Everything that goes the same way waits until `probe_at`, when one message tries it again.
    HoldDestination {
        /// When one message probes the destination.
        probe_at: DateTime<Utc>,
        /// Why, for the alarm.
        reason: String,
        /// What ends it.
        #[serde(default, skip_serializing_if = "Relief::is_try")]
        relief: Relief,
    },
}

impl Verdict {
    /// Whether somebody else has to be told at once.
    #[must_use]
    pub const fn is_bad_news(&self) -> bool {
        matches!(self, Self::GiveUp { .. })
            || matches!(
                self,
                Self::HoldDestination {
                    relief: Relief::Person,
                    ..
                }
            )
    }
}

/// How often and how long delivery is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryPolicy {
    /// Pauses after the first, second … failed attempt, in minutes; the last repeats.
    pub pauses_min: Vec<u32>,
    /// Each pause is stretched by up to this share of itself, in percent.
    pub jitter_percent: u32,
    /// After this many hours no further attempt is made.
    pub give_up_after_hours: u32,
    /// How long a held destination waits before its first, second … probe, in minutes; the
    /// last repeats.
    pub hold_probe_min: Vec<u32>,
}

impl Default for RetryPolicy {
    /// 1, 5, 15, 30, 60 minutes and then hourly for five days, as mail queues do
    /// (Postfix `maximal_queue_lifetime`), stretched by up to a fifth. Providers lock a
    /// mailbox after a handful of wrong passwords an hour, so probes come ever more rarely.
    fn default() -> Self {
        Self {
            pauses_min: vec![1, 5, 15, 30, 60],
            jitter_percent: 20,
            give_up_after_hours: 120,
            hold_probe_min: vec![15, 30, 60, 240],
        }
    }
}

/// The attempt an outcome belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When the message was first due to go out.
    pub first_due: DateTime<Utc>,
    /// A number from 0 to 99 that spreads retries; the caller draws it.
    pub spread: u32,
    /// From then on the message says too late what it says; none where it is never too late.
    pub useful_until: Option<DateTime<Utc>>,
    /// Since when its destination has been held, where this attempt is a probe.
    pub held_since: Option<DateTime<Utc>>,
}

/// What follows from `outcome` at `now`.
#[must_use]
pub fn verdict(
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> Verdict {
    match (outcome.class, outcome.scope) {
        (Class::Accepted, _) => Verdict::Done,
        (class, Scope::Channel) => hold(class, outcome, attempt, now, policy),
        (Class::Rejected, Scope::Message) => Verdict::GiveUp {
            reason: outcome.words(),
        },
        (Class::Deferred | Class::Unknown, Scope::Message) => retry(outcome, attempt, now, policy),
    }
}

/// What is put before the answer that holds such a way: for logs, and for whoever reads none.
pub(super) const NEEDS_A_PERSON: (&str, &str) = ("needs a person: ", "须由人员处理：");

/// A way that refuses everything for good needs a person; one that named a moment, only that
/// moment; and of any other, a try shows whether it is mended.
fn hold(
    class: Class,
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> Verdict {
    let words = outcome.words();
    let (relief, reason) = match class {
        Class::Rejected => (Relief::Person, format!("{}{words}", NEEDS_A_PERSON.0)),
        _ if outcome.retry_after.is_some() => (Relief::Moment, words),
        _ => (Relief::Try, words),
    };
    Verdict::HoldDestination {
        probe_at: next_probe(outcome, attempt, now, policy),
        reason,
        relief,
    }
}

/// Under [`Patience::Short`] so many attempts are made at most, within so many hours. A group
/// that was posted to five times has seen it, or somebody has to look why not; the night is
/// not waited for, because the term does not wait either.
const SHORT_ATTEMPTS: u32 = 5;
const SHORT_HOURS: u32 = 6;

/// What the peer asked for is kept to the second: earlier is rude, later is late. Where
/// nothing may follow before the horizon, nothing does.
fn retry(
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> Verdict {
    let at = next_attempt(outcome, attempt, now, policy);
    let horizon = horizon(attempt, outcome.patience, policy);
    if outcome.patience == Patience::Short && attempt.number >= SHORT_ATTEMPTS {
        let reason = format!(
            "tried {} times and still in doubt; last: {}",
            attempt.number,
            outcome.words()
        );
        return Verdict::GiveUp { reason };
    }
    if at <= horizon.at {
        return Verdict::RetryAt { at };
    }
    let asked = match outcome.retry_after {
        Some(asked) if asked > horizon.at => "; the peer asks to wait for longer than that",
        Some(_) | None => "",
    };
    Verdict::GiveUp {
        reason: format!("{}{asked}; last: {}", horizon.why, outcome.words()),
    }
}

/// A peer that asks for a second, each time anew, would be asked each second for days: once
/// every pause of the schedule has been made, none is shorter than the schedule's last.
fn next_attempt(
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> DateTime<Utc> {
    let own = now + pause(attempt, policy);
    let made = usize::try_from(attempt.number).unwrap_or(usize::MAX);
    match outcome.retry_after {
        Some(asked) if made <= policy.pauses_min.len() => asked,
        Some(asked) => asked.max(own),
        None => own,
    }
}

/// The last moment at which an attempt makes sense.
struct Horizon {
    at: DateTime<Utc>,
    why: String,
}

/// A message that was already late when it was first tried is late either way, and says
/// so: then only the hours count.
fn horizon(attempt: &Attempt, patience: Patience, policy: &RetryPolicy) -> Horizon {
    let hours = match patience {
        Patience::Usual => policy.give_up_after_hours,
        Patience::Short => policy.give_up_after_hours.min(SHORT_HOURS),
    };
    let long = Horizon {
        at: attempt.first_due + Duration::hours(i64::from(hours)),
        why: format!("not delivered within {hours} h"),
    };
    let legal = attempt
        .useful_until
        .filter(|until| *until > attempt.first_due)
        .map(|at| Horizon {
            at,
            why: "not delivered before the day it speaks of was over".to_owned(),
        });
    match legal {
        Some(legal) if legal.at < long.at => legal,
        Some(_) | None => long,
    }
}

/// A destination that says when it opens again is probed at that moment. One that asks for a
/// second, each time anew, is not asked each second for days: once it has been held for as long
/// as the whole schedule of probes, no pause is shorter than the schedule's last.
fn next_probe(
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> DateTime<Utc> {
    let own = now + probe_pause(attempt, now, policy);
    let schedule: i64 = policy
        .hold_probe_min
        .iter()
        .map(|min| i64::from(*min))
        .sum();
    let is_held_long = attempt
        .held_since
        .is_some_and(|since| now - since >= Duration::minutes(schedule));
    match outcome.retry_after {
        Some(asked) if is_held_long => asked.max(own),
        Some(asked) => asked,
        None => own,
    }
}

/// How long the next probe waits. The probes made so far need not be counted: how long the
/// destination has been held says it.
fn probe_pause(attempt: &Attempt, now: DateTime<Utc>, policy: &RetryPolicy) -> Duration {
    let held = attempt
        .held_since
        .map_or(Duration::zero(), |since| now - since);
    let pauses = &policy.hold_probe_min;
    let mut made_at = Duration::zero();
    for pause in pauses {
        let pause = Duration::minutes(i64::from(*pause));
        if held < made_at + pause {
            return pause;
        }
        made_at += pause;
    }
    Duration::minutes(pauses.last().copied().unwrap_or(60).into())
}

fn pause(attempt: &Attempt, policy: &RetryPolicy) -> Duration {
    let step = usize::try_from(attempt.number.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = policy.pauses_min.get(step).or(policy.pauses_min.last());
    let seconds = i64::from(minutes.copied().unwrap_or(60)) * 60;
    let stretch = i64::from(policy.jitter_percent) * i64::from(attempt.spread.min(99));
    Duration::seconds(seconds + seconds * stretch / 10_000)
}
