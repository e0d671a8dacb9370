//! A conversation with a relay that failed: where, and with what.
//!
//! Owns whether the session outlives a failure, and that nobody's address gets from the
//! relay's words into a log. Refuses to say what a failure means for the mail; that is
//! `domain::delivery::smtp`.

use chrono::{DateTime, Utc};

use crate::channels::plain;
use crate::domain::delivery::Outcome;
use crate::domain::delivery::smtp::{self, Cause, Phase};

/// A conversation that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) phase: Phase,
    pub(super) cause: Cause,
}

impl Failure {
    pub(super) const fn new(phase: Phase, cause: Cause) -> Self {
        Self { phase, cause }
    }

    pub(super) const fn late(phase: Phase) -> Self {
        Self::new(phase, Cause::Late)
    }

    pub(super) fn lost(phase: Phase, error: &std::io::Error) -> Self {
        Self::new(phase, Cause::Lost(error.to_string()))
    }

    /// What it means for the mail at `now`.
    pub(super) fn outcome(&self, now: DateTime<Utc>) -> Outcome {
        let outcome = smtp::outcome(self.phase, &self.cause, now);
        Outcome {
            detail: plain::peer_words(&outcome.detail),
            ..outcome
        }
    }

    /// Whether the relay refused this mail in words and the connection can take the next.
    /// 421 closes it; 4yz to MAIL may be about the connection itself (`NetEase` 450 MI:DMC).
    pub(super) const fn keeps_session(&self) -> bool {
        let Cause::Reply(code, _) = &self.cause else {
            return false;
        };
        match self.phase {
            Phase::Mail => *code >= 500,
            Phase::Rcpt | Phase::Data | Phase::Reply => *code >= 400 && *code != 421,
            _ => false,
        }
    }
}
