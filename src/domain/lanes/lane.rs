//! One destination: how many places it has earned, what it owes an answer for, its tokens.
//!
//! Owns slow start and the token bucket. Refuses to know any other destination.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Heard, Rate};

/// What was heard is good for so long: an hour later the other side may be another. Retries
/// of one message come at most about an hour apart.
const LATELY: TimeDelta = TimeDelta::hours(1);

/// Whoever lets a message wait for longer has fallen silent until it answers. Relays that
/// look into mails take some seconds for one.
const SLOW: TimeDelta = TimeDelta::seconds(10);

/// One destination.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    /// When it last had its turn, by number.
    pub(super) turn: u64,
    /// When each message under way was begun.
    begun: Vec<DateTime<Utc>>,
    /// Places earned beyond the first.
    earned: usize,
    answered: Option<DateTime<Utc>>,
    failed: bool,
    is_reluctant: bool,
    /// The moment up to which the tokens are spent ("generic cell rate algorithm", ITU-T
    /// I.371): the bucket is full when it has passed.
    spent_until: Option<DateTime<Utc>>,
}

impl Lane {
    pub(super) const fn under_way(&self) -> usize {
        self.begun.len()
    }

    /// It answered lately, and nothing has been left unanswered since.
    pub(super) fn is_proven(&self, now: DateTime<Utc>) -> bool {
        self.answered_lately(now) && !self.is_silent(now)
    }

    pub(super) fn is_silent(&self, now: DateTime<Utc>) -> bool {
        self.failed || self.begun.iter().any(|begun| now - *begun >= SLOW)
    }

    /// How many may be under way: as many as at first, or one after a failure, and what it
    /// has earned since. One message that waits takes its own place and no other.
    pub(super) fn window(&self, at_first: usize, now: DateTime<Utc>) -> usize {
        let earned = if self.answered_lately(now) {
            self.earned
        } else {
            0
        };
        if self.failed || self.is_reluctant {
            1 + earned
        } else {
            at_first + earned
        }
    }

    fn answered_lately(&self, now: DateTime<Utc>) -> bool {
        self.answered.is_some_and(|at| (now - at).abs() < LATELY)
    }

    /// Takes a token at `now`.
    pub(super) fn spend(&mut self, rate: Rate, now: DateTime<Utc>) {
        if let Some(pace) = Pace::of(rate) {
            self.spent_until = Some(self.spent(&pace, now) + pace.every);
        }
    }

    pub(super) fn begin(&mut self, rate: Rate, was_tried: bool, now: DateTime<Utc>) {
        self.spend(rate, now);
        if !self.answered_lately(now) {
            // It begins anew, whatever it had earned long ago.
            self.earned = 0;
            self.failed |= was_tried;
        }
        self.begun.push(now);
    }

    pub(super) fn end(
        &mut self,
        begun: DateTime<Utc>,
        heard: Heard,
        most: usize,
        now: DateTime<Utc>,
    ) {
        if let Some(at) = self.begun.iter().position(|one| *one == begun) {
            self.begun.swap_remove(at);
        }
        match heard {
            Heard::NotAsked => return,
            Heard::Success => self.earned = (self.earned + 1).min(most),
            Heard::Answer => {}
            Heard::Reluctance | Heard::Silence => self.earned = 0,
        }
        self.failed = heard == Heard::Silence;
        self.is_reluctant |= heard == Heard::Reluctance;
        self.is_reluctant &= heard != Heard::Success;
        if !self.failed {
            self.answered = Some(now);
        }
    }

    /// The other side has not seen the message that took it.
    pub(super) fn give_token_back(&mut self, rate: Rate) {
        if let Some((pace, until)) = Pace::of(rate).zip(self.spent_until.as_mut()) {
            *until -= pace.every;
        }
    }

    /// How many messages the rate allows at `now`.
    pub(super) fn tokens(&self, rate: Rate, now: DateTime<Utc>) -> usize {
        let Some(pace) = Pace::of(rate) else {
            return usize::MAX;
        };
        let left = now + pace.whole() - self.spent(&pace, now);
        let tokens = left.num_milliseconds() / pace.every.num_milliseconds();
        usize::try_from(tokens).unwrap_or_default()
    }

    /// When it has a token: `now`, or later.
    pub(super) fn next_token(&self, rate: Rate, now: DateTime<Utc>) -> DateTime<Utc> {
        let token = Pace::of(rate).map(|pace| self.spent(&pace, now) + pace.every - pace.whole());
        token.map_or(now, |at| at.max(now))
    }

    /// Never earlier than `now`; and after a step of the clock back, no more than a whole
    /// bucket is missing.
    fn spent(&self, pace: &Pace, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = self.spent_until.unwrap_or(now);
        until.clamp(now, now + pace.whole())
    }
}

/// A rate as its tokens come.
struct Pace {
    every: TimeDelta,
    burst: i32,
}

impl Pace {
    fn of(rate: Rate) -> Option<Self> {
        let every = 60_000_u32.checked_div(rate.per_minute)?.max(1);
        Some(Self {
            every: TimeDelta::milliseconds(every.into()),
            burst: i32::try_from(rate.burst.max(1)).unwrap_or(1),
        })
    }

    /// From empty to full.
    fn whole(&self) -> TimeDelta {
        self.every * self.burst
    }
}
