//! What waits as a whole, and why.
//!
//! Owns the causes for which nothing goes to a destination, or to nobody at all. Refuses
//! to say when a hold begins: a verdict, the clock's watch, a restored ledger or a person does.

use serde::{Deserialize, Serialize};

/// Stands for every destination at once.
pub const EVERYTHING: &str = "everything";

/// Why a destination waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The way is broken for every message: a refused login, broken TLS, a withdrawn endpoint.
    Fault,
    /// The clock jumped, and nothing explains by how much.
    Clock,
    /// The ledger is a restored copy: what was sent since the copy is not in it.
    Restored,
    /// A person said so.
    Hand,
}

impl Cause {
    /// The cause's name in the ledger and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Clock => "clock",
            Self::Restored => "restored",
            Self::Hand => "hand",
        }
    }
}

impl Cause {
    /// The cause of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Fault, Self::Clock, Self::Restored, Self::Hand];
        all.into_iter().find(|cause| cause.name() == name)
    }
}

/// What ends the hold of a broken way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relief {
    /// The next try shows whether it is mended; new settings may have done it.
    #[default]
    Try,
    /// The moment the other side named: nothing is tried before it, whoever reads settings anew.
    Moment,
    /// A person: people are told at once, for no wait helps. Tries show when it is done.
    Person,
}

impl Relief {
    /// The relief's name in the ledger and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Try => "try",
            Self::Moment => "moment",
            Self::Person => "person",
        }
    }

    /// The relief of that name; what is not known is tried.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let all = [Self::Try, Self::Moment, Self::Person];
        let found = all.into_iter().find(|relief| relief.name() == name);
        found.unwrap_or_default()
    }

    /// Whether it is what goes without saying.
    // Serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    #[must_use]
    pub const fn is_try(&self) -> bool {
        matches!(self, Self::Try)
    }
}

/// A destination that waits, or [`EVERYTHING`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// As messages name it: `mail`, `webhook:` and the unit, or [`EVERYTHING`].
    pub destination: String,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
    /// From then on one message may try; where there is none, only a person ends it.
    pub probe_at: Option<String>,
    /// Why, by its name.
    pub cause: String,
    /// Why, in words.
    pub reason: String,
    /// What ends it, where its way is broken.
    pub relief: Relief,
}
