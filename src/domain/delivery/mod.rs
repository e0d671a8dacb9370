//! What a delivery attempt came to, and what is done next.
//!
//! Owns `Outcome` (what the network said), `Verdict` (what follows) and the retry
//! policy between them. Refuses to speak to the network or to roll dice: the
//! moment and the jitter are arguments.

pub mod http;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// How an attempt ended. A failed delivery is data, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The receiver took responsibility for the message.
    Accepted,
    /// The receiver, or the way to it, is not ready; the same message may pass later.
    Deferred,
    /// The receiver refuses this message for good.
    Rejected,
    /// The message may or may not have arrived: the answer was lost.
    Unknown,
}

/// What an outcome speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This message to this recipient only.
    Message,
    /// Everything that goes the same way: a refused login, a broken TLS setup.
    Channel,
}

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub class: Class,
    /// What it speaks about.
    pub scope: Scope,
    /// Where in the conversation: `connect`, `greeting`, `rcpt`, `body`, `http` and so on.
    pub phase: String,
    /// SMTP or HTTP status code, where one was received.
    pub code: Option<u16>,
    /// The peer's own words, or the system's; never an address, URL or secret.
    pub detail: String,
    /// Not before this moment, where the peer said so.
    pub retry_after: Option<DateTime<Utc>>,
}

impl Outcome {
    /// An outcome about this message, without a code.
    pub fn new(class: Class, phase: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            class,
            scope: Scope::Message,
            phase: phase.into(),
            code: None,
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// The same outcome with the peer's status code.
    #[must_use]
    pub const fn with_code(mut self, code: Option<u16>) -> Self {
        self.code = code;
        self
    }

    /// The same outcome, speaking about the whole channel.
    #[must_use]
    pub const fn of_channel(mut self) -> Self {
        self.scope = Scope::Channel;
        self
    }
}

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
