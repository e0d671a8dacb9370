//! What follows from an outcome: done, again, given up, or the destination waits.
//!
//! Owns `Verdict` and the retry policy. Refuses to roll dice: the moment and the jitter are
//! arguments.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{Class, Outcome, Scope};

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
    /// No further attempt; the supervision centre is told.
    GiveUp {
        /// Why, for the log and the digest.
        reason: String,
    },
    /// The whole channel waits until `probe_at`, when one message tries it again.
    HoldChannel {
        /// When one message probes the channel.
        probe_at: DateTime<Utc>,
        /// Why, for the alarm.
        reason: String,
    },
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
    /// How long a held channel waits before it is probed, in minutes.
    pub hold_min: u32,
}

impl Default for RetryPolicy {
    /// 1, 5, 15, 30, 60 minutes and then hourly for five days, as mail queues do
    /// (Postfix `maximal_queue_lifetime`), stretched by up to a fifth.
    fn default() -> Self {
        Self {
            pauses_min: vec![1, 5, 15, 30, 60],
            jitter_percent: 20,
            give_up_after_hours: 120,
            hold_min: 15,
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
        (_, Scope::Channel) => Verdict::HoldChannel {
            probe_at: now + Duration::minutes(i64::from(policy.hold_min)),
            reason: describe(outcome),
        },
        (Class::Rejected, Scope::Message) => Verdict::GiveUp {
            reason: describe(outcome),
        },
        (Class::Deferred | Class::Unknown, Scope::Message) => retry(outcome, attempt, now, policy),
    }
}

fn retry(
    outcome: &Outcome,
    attempt: &Attempt,
    now: DateTime<Utc>,
    policy: &RetryPolicy,
) -> Verdict {
    let horizon = attempt.first_due + Duration::hours(i64::from(policy.give_up_after_hours));
    let pause = now + pause(attempt, policy);
    let at = outcome.retry_after.map_or(pause, |asked| asked.max(pause));
    if at > horizon {
        return Verdict::GiveUp {
            reason: format!(
                "not delivered within {} h; last: {}",
                policy.give_up_after_hours,
                describe(outcome)
            ),
        };
    }
    Verdict::RetryAt { at }
}

fn pause(attempt: &Attempt, policy: &RetryPolicy) -> Duration {
    let step = usize::try_from(attempt.number.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = policy.pauses_min.get(step).or(policy.pauses_min.last());
    let seconds = i64::from(minutes.copied().unwrap_or(60)) * 60;
    let stretch = i64::from(policy.jitter_percent) * i64::from(attempt.spread.min(99));
    Duration::seconds(seconds + seconds * stretch / 10_000)
}

/// The outcome in one line, for a log, a receipt and a digest.
fn describe(outcome: &Outcome) -> String {
    let code = outcome
        .code
        .map(|code| format!(" {code}"))
        .unwrap_or_default();
    format!("{}{code}: {}", outcome.phase, outcome.detail)
}
