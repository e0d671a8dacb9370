//! What an attempt says about its destination.
//!
//! Owns the reading of an outcome for the destination as a whole. Refuses to say what
//! follows for the message; that is `delivery`.

use super::bounds::is_shared;
use crate::domain::delivery::{Class, Outcome, Scope};

/// RFC 5321, 3.8: the relay closes, which says nothing about one recipient.
const RELAY_CLOSES: u16 = 421;

/// What a destination gave to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It took the message.
    Success,
    /// It answered about this one message.
    Answer,
    /// It answered that it wants less.
    Reluctance,
    /// No answer at all.
    Silence,
    /// It was not asked.
    NotAsked,
}

impl Heard {
    /// What an attempt's outcome says about its destination.
    #[must_use]
    pub fn of(outcome: &Outcome, destination: &str) -> Self {
        let about_one = outcome.scope == Scope::Message
            && is_shared(destination)
            && outcome.code != Some(RELAY_CLOSES);
        match (outcome.class, outcome.code) {
            (Class::Accepted, _) => Self::Success,
            (Class::Rejected, _) => Self::Answer,
            (Class::Unknown, _) | (Class::Deferred, None) => Self::Silence,
            (Class::Deferred, Some(_)) if about_one => Self::Answer,
            (Class::Deferred, Some(_)) => Self::Reluctance,
        }
    }
}
